// A Unified Social Credit Code (GB 32100-2015): how the world outside names an
// enterprise.
//
// A `Uscc` that exists is valid: 18 characters of the code alphabet
// (0-9, A-Z without I O S V Z) whose last character is the right check
// character, and not a filler such as 17 zeros and X. Functions that take a
// `Uscc` therefore never re-check it. Text from a file or a person goes through
// NormaliseCode() first.
//
//   position  1           registering department
//             2           category within the department
//             3-8         division of the registering authority
//             9-17        organisation code, 17 is its own check character
//             18          check character over 1-17
//
// Thread safety: immutable value type; safe to copy and share.

#ifndef CREDITREG_INDEX_MODEL_USCC_H_
#define CREDITREG_INDEX_MODEL_USCC_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace creditreg {

class Uscc {
 public:
  // Length in bytes; every code is ASCII, so also in characters.
  static constexpr std::size_t kLengthBytes = 18;

  // Parses `text` exactly as given: no trimming, no upper-casing. What
  // CheckCode() only warns of is accepted: real codes exist with each.
  //
  // Errors:
  //   InvalidArgument: CheckCode() finds an error. The message names the rule
  //     broken, and never repeats `text` (it may be a person's identifier).
  static absl::StatusOr<Uscc> Parse(absl::string_view text);

  // The 18 characters. The view lives as long as this object.
  absl::string_view view() const {
    return absl::string_view(chars_.data(), chars_.size());
  }

  // Positions 9-17. The view lives as long as this object.
  absl::string_view organisation_code() const { return view().substr(8, 9); }

  friend bool operator==(const Uscc& a, const Uscc& b) {
    return a.chars_ == b.chars_;
  }
  friend bool operator<(const Uscc& a, const Uscc& b) {
    return a.chars_ < b.chars_;
  }

  template <typename H>
  friend H AbslHashValue(H h, const Uscc& code) {
    return H::combine(std::move(h), code.chars_);
  }

  // For messages of failing tests.
  friend std::ostream& operator<<(std::ostream& os, const Uscc& code) {
    return os << code.view();
  }

 private:
  Uscc() = default;

  std::array<char, kLengthBytes> chars_{};
};

// What is wrong with a text as a code; the first that applies, in this order:
// length, placeholder, character, check.
enum class CodeError : std::uint8_t {
  kNone = 0,
  // Not 18 characters.
  kBadLength = 1,
  // A character outside the code alphabet.
  kInvalidChar = 2,
  // Position 18 is not the check character of 1-17.
  kBadFinalCheck = 3,
  // A filler for "has no code": 17 zeros and anything, or one character 18
  // times. Thousands of parties share it, so it must never be a key.
  kPlaceholder = 4,
};

// Bits of CodeCheck::warnings.
enum CodeWarning : std::uint8_t {
  kBadOrgCheck = 1,        // position 17 does not check 9-16
  kUnknownDepartment = 2,  // position 1
  kUnknownCategory = 4,    // position 2, of a known department
  kUnknownDivision = 8,    // 3-8: neither 100000 nor digits below a province
};

struct CodeCheck {
  CodeError error = CodeError::kNone;
  // 1-based, of the first bad character, for kInvalidChar; otherwise 0.
  int position = 0;
  // CodeWarning bits; 0 where there is an error.
  std::uint8_t warnings = 0;

  friend bool operator==(const CodeCheck&, const CodeCheck&) = default;
};

// Judges text that NormaliseCode() returned. Retired divisions are known: the
// division is the registering authority's on the day of issue, for ever.
CodeCheck CheckCode(absl::string_view normalised);

// The text a person meant to type: full-width characters to half-width, upper
// case, without blanks and dashes of any kind. Never maps I to 1 or O to 0: a
// wrong letter is reported, not repaired.
std::string NormaliseCode(absl::string_view raw);

// At most `max` codes with both checks right that are one slip away from
// `normalised`, a text that is no such code itself (otherwise none). Likelier
// slips first:
//   1. every letter outside the alphabet read as its look-alike (O as 0 ...)
//   2. one character read as its look-alike (O 0 D Q, I 1 L, Z 2, S 5, B 8,
//      U V Y ...)
//   3. one other character wrong
//   4. two neighbours swapped
//   5. one character missing (17 given) or too many (19 given)
// then by position, then by the order of the alphabet. None for a placeholder
// and for other lengths. The same text gives the same list. Tries some 600
// codes at most, so it is cheap. They need not exist: whoever answers a caller
// must first drop those the caller may not see.
std::vector<std::string> NearestValidCodes(absl::string_view normalised,
                                           std::size_t max = 5);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_MODEL_USCC_H_
