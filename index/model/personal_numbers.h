// Finds numbers that identify a person inside free text (reasons of penalties,
// facts of complaints), so that they can be masked before anything is shown.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_MODEL_PERSONAL_NUMBERS_H_
#define CREDITREG_INDEX_MODEL_PERSONAL_NUMBERS_H_

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace creditreg {

enum class PersonalKind : std::uint8_t {
  kResidentId = 1,    // 居民身份证, 18 characters
  kResidentId15 = 2,  // 居民身份证 before 1999, 15 digits
  kMobile = 3,        // 手机号
  kBankCard = 4,      // 银行卡号
  kPassport = 5,      // 护照
  kTravelPermit = 6,  // 港澳台通行证
};

// The bytes [begin, end) of the text.
struct PersonalSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
  PersonalKind kind = PersonalKind::kResidentId;

  friend bool operator==(const PersonalSpan&, const PersonalSpan&) = default;
  // For messages of failing tests.
  friend std::ostream& operator<<(std::ostream& os, const PersonalSpan& span) {
    return os << "[" << span.begin << ", " << span.end << ") kind "
              << static_cast<int>(span.kind);
  }
};

// Every personal number of `text`, in order, without overlaps. Full-width
// characters count as half-width ones. A number is a whole run of digits,
// never a part of a longer one; what a number parts is whole by itself, so that
// a text with all of them cut out holds none:
//   resident ID    18 characters: known province, real date of birth, right
//                  check character; may be grouped by blanks or dashes
//   old ID         15 digits: known province, real date of birth; not a
//                  business registration number with the right check digit,
//                  but where 身份证, 证件 or the like stands right before it
//   mobile         1[3-9] and 9 digits, 86 or +86 before it or not; grouped
//                  138-0013-8000 and the like
//   bank card      16-19 digits with the right Luhn sum; in groups of four, or
//                  six and the rest
//   passport       E G D P S and 8 digits, or E, a letter and 7 digits
//   permit         H M C and 8-10 digits
// Left alone: unified social credit codes (with nothing to warn of but, on
// those that begin with 9, the organisation code's check), and document
// numbers: what stands between 第 and 号, and digits right after a bracketed
// year (〔2025〕).
//
// Takes time linear in the length of `text`.
std::vector<PersonalSpan> FindPersonalNumbers(absl::string_view text);

// `text` with each personal number replaced by "[已遮蔽]".
std::string MaskPersonalNumbers(absl::string_view text);

// Whether `number` is exactly one 18-character resident ID as above (x or X).
bool ResidentIdOk(absl::string_view number);

// Whether `digits` are exactly 15 that read as an ID from before 1999: known
// province and real date of birth. It has no check digit.
bool ResidentId15Ok(absl::string_view digits);

// The forms under which two spellings of one number are the same.
//
// Of an identity document: half-width, upper case, without blanks and dashes; a
// resident ID of 15 digits as the one of 18 it became.
std::string NormalIdentityNumber(absl::string_view number);
// Digits alone, without the 86 or 0086 of a number of 11 behind it. An
// extension stays: it is another telephone.
std::string NormalTelephone(absl::string_view number);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_MODEL_PERSONAL_NUMBERS_H_
