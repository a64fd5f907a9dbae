// Numbers that look right and can be nobody's.
//
// Every number here passes its own checks, so that it goes the way a real one
// goes, and stands in a range that has never been issued:
//
//   unified code       organisation code begins with "GD": real bodies begin
//                      with a digit, with one letter and digits, or with MA,
//                      MB, MJ, NA, YA …; none of 1.2 million real codes has GD
//   organisation code  the same nine characters
//   registration no.   first authority 4499xx: GB/T 2260 has no division 4499
//   resident ID        division 449999: none either, now or in any revision;
//                      the province must be a real one, or masking would
//                      rightly not take it for an ID
//   mobile             140…: that prefix is for 13-digit numbers of machines,
//                      so 11 digits beginning with it ring nowhere
//   landline           local part begins with 0, which no exchange has
//
// Thread safety: pure functions.

#ifndef CREDITREG_BENCH_GENERATOR_CODES_H_
#define CREDITREG_BENCH_GENERATOR_CODES_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace creditreg::generator {

// Third character of the organisation code: what the code is for.
enum class CodeUse : char {
  kEnterprise = 'X',
  kAgency = 'Y',
  // Codes that gave way to another one: merged, or replaced.
  kFormer = 'W',
  // Enterprises that exist in dirty rows only.
  kDirty = 'U',
};

// How many codes one use has: 31^5.
inline constexpr std::uint64_t kCodesPerUse = 28629151;

// Check character of GB 32100-2015 over the first 17 characters.
char UsccCheckCharacter(absl::string_view first_17);

// Check character of GB 11714-1997 over the first 8 characters.
char OrganisationCheckCharacter(absl::string_view first_8);

// A code with both checks valid. `department` is positions 1-2, for example
// "91"; `division` has 6 digits; `serial` < kCodesPerUse, another code for
// each.
std::string MakeUscc(absl::string_view department, absl::string_view division,
                     CodeUse use, std::uint64_t serial);

// Positions 9-17 of a code.
inline absl::string_view OrganisationCode(absl::string_view uscc) {
  return uscc.substr(8, 9);
}

// 15 digits with the check of GS 15-2006. `city` is 0-99; `sequence` is below
// 100,000,000 and its first digit tells the kind (0-3 domestic, 4-5 foreign,
// 6-9 individual business).
std::string MakeRegistrationNumber(int city, std::uint32_t sequence);

// 18 characters with the check of GB 11643. `yyyymmdd` must be a date;
// `sequence` is 0-999.
std::string MakeResidentId(std::uint32_t yyyymmdd, std::uint32_t sequence);

}  // namespace creditreg::generator

#endif  // CREDITREG_BENCH_GENERATOR_CODES_H_
