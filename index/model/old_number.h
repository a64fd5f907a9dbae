// Numbers that stood for an enterprise before (or beside) its unified social
// credit code. Look-ups by them lead to the enterprise; several enterprises may
// have had the same one.
//
// Thread safety: immutable value types and free functions without state.

#ifndef CREDITREG_INDEX_MODEL_OLD_NUMBER_H_
#define CREDITREG_INDEX_MODEL_OLD_NUMBER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "index/model/check_digits.h"

namespace creditreg {

// Stored on disk: numbers are never reused.
enum class OldNumberKind : std::uint8_t {
  kRegistration = 1,                   // 工商注册号
  kOrganisationCode = 2,               // 组织机构代码
  kTax = 3,                            // 税务登记证号
  kInstitutionCertificate = 4,         // 事业单位证书号
  kSocialOrganisationCertificate = 5,  // 社会组织登记证号
  kSocialInsurance = 6,                // 社会保险登记证号
  kStatistics = 7,                     // 统计登记证号
  kOther = 8,
};

struct OldNumber {
  OldNumberKind kind = OldNumberKind::kOther;
  // As NormaliseOldNumber() leaves it; 1-64 characters.
  std::string value;
  // Whether the check character is right; false where none applies.
  bool check_ok = false;
  // Whether numbers of this kind and form have one: registration numbers of 15
  // digits, every organisation code, tax numbers that hold one.
  bool check_applies = false;

  friend bool operator==(const OldNumber&, const OldNumber&) = default;
};

inline constexpr std::size_t kMaxOldNumberChars = 64;

// Full-width characters to half-width, upper case, brackets and dashes of one
// form, no blanks. Dashes are dropped from codes (printed 19220382-1, stored
// 192203821) and kept in texts, where 4-123 and 41-23 differ. A number whose
// check fails is accepted: it is what the register holds.
//
// Errors:
//   InvalidArgument: empty, more than 64 characters, or a word or filler that
//     means "none" (无, 0, 000000, ---). The message does not repeat `raw`.
absl::StatusOr<OldNumber> NormaliseOldNumber(OldNumberKind kind,
                                             absl::string_view raw);

// What kind a normalised number of unknown kind must be, where its form tells:
//   15 digits; 13 digits; 6 digits, NA or NB, 6 digits and X (farmers'
//   cooperatives); 企独粤总字第000123号 and the like      kRegistration
//   9 characters with the right check                     kOrganisationCode
std::optional<OldNumberKind> GuessOldNumberKind(absl::string_view normalised);

// Whether a normalised tax number may be made from an individual's identity
// number, so that it must be kept as one. True unless it is 6 digits and a
// valid organisation code, or a valid unified social credit code. Where one of
// these also reads as an identity number (a known province, a real date of
// birth) the answer is true: it may be one.
bool TaxNumberMayHoldPersonalId(absl::string_view value);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_MODEL_OLD_NUMBER_H_
