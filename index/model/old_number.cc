#include "index/model/old_number.h"

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "index/model/ascii_digits.h"
#include "index/model/name.h"
#include "index/model/personal_numbers.h"
#include "index/model/uscc.h"

namespace creditreg {
namespace {

constexpr std::size_t kOrganisationCodeSize = 9;
constexpr std::size_t kTaxSize = 15;  // division and organisation code

bool IsText(absl::string_view value) {
  return absl::c_any_of(value, [](char c) { return !absl::ascii_isascii(c); });
}

// Kinds that are codes, so that their dashes are only typography.
bool IsCodeKind(OldNumberKind kind) {
  switch (kind) {
    case OldNumberKind::kRegistration:
    case OldNumberKind::kOrganisationCode:
    case OldNumberKind::kTax:
      return true;
    case OldNumberKind::kInstitutionCertificate:
    case OldNumberKind::kSocialOrganisationCertificate:
    case OldNumberKind::kSocialInsurance:
    case OldNumberKind::kStatistics:
    case OldNumberKind::kOther:
      return false;
  }
  return false;
}

// What people write where there is no number. `value` is normalised.
bool MeansNone(absl::string_view value) {
  constexpr absl::string_view kWords[] = {
      "无",     "暂无", "没有", "空",     "空白",   "不详", "未知",
      "未提供", "无号", "无证", "无编号", "无证号", "NULL", "NONE",
      "NIL",    "NA",   "N/A",  "NAN",    "UNKNOWN"};
  if (absl::c_linear_search(kWords, value)) return true;
  // Zeros, with or without the X of an empty code, and punctuation alone.
  if (absl::EndsWith(value, "X")) value.remove_suffix(1);
  return absl::c_all_of(
      value, [](char c) { return c == '0' || absl::ascii_ispunct(c); });
}

bool HoldsOrganisationCode(absl::string_view tax_number) {
  return tax_number.size() == kTaxSize && AllDigits(tax_number.substr(0, 6)) &&
         OrganisationCodeCheckOk(tax_number.substr(6));
}

void SetCheck(OldNumber& number) {
  const absl::string_view value = number.value;
  if (number.kind == OldNumberKind::kRegistration && value.size() == 15 &&
      AllDigits(value)) {
    number.check_applies = true;
    number.check_ok = Registration15CheckOk(value);
  } else if (number.kind == OldNumberKind::kOrganisationCode) {
    number.check_applies = true;
    number.check_ok = OrganisationCodeCheckOk(value);
  } else if (number.kind == OldNumberKind::kTax) {
    // Others may be made from an identity number, which has its own check or
    // none: nothing can be said of them.
    number.check_ok = HoldsOrganisationCode(value);
    number.check_applies = number.check_ok;
  }
}

// 320506NA000043X: farmers' cooperatives before 2015. The last X is part of the
// form, no check character.
bool IsCooperativeForm(absl::string_view value) {
  return value.size() == 15 && AllDigits(value.substr(0, 6)) &&
         (value.substr(6, 2) == "NA" || value.substr(6, 2) == "NB") &&
         AllDigits(value.substr(8, 6)) && value[14] == 'X';
}

// 企独粤深总字第000123号, 企合苏总字第000113.
bool IsTextForm(absl::string_view value) {
  return absl::StartsWith(value, "企") && absl::StrContains(value, "字第");
}

}  // namespace

absl::StatusOr<OldNumber> NormaliseOldNumber(OldNumberKind kind,
                                             absl::string_view raw) {
  OldNumber number;
  number.kind = kind;
  number.value = NormaliseName(raw);
  if (number.value.empty()) {
    return absl::InvalidArgumentError("old number: empty");
  }
  if (IsCodeKind(kind) && !IsText(number.value)) {
    number.value = NormaliseCode(number.value);
  }
  // Judged without the dashes: N-A means what NA means.
  if (MeansNone(number.value)) {
    return absl::InvalidArgumentError(
        "old number: word or filler for none, want a number");
  }
  if (CharCount(number.value) > kMaxOldNumberChars) {
    return absl::InvalidArgumentError(
        "old number: too long, want at most 64 characters");
  }
  SetCheck(number);
  return number;
}

std::optional<OldNumberKind> GuessOldNumberKind(absl::string_view normalised) {
  const bool digits = AllDigits(normalised);
  if (digits && (normalised.size() == 15 || normalised.size() == 13)) {
    return OldNumberKind::kRegistration;
  }
  if (normalised.size() == kOrganisationCodeSize &&
      OrganisationCodeCheckOk(normalised)) {
    return OldNumberKind::kOrganisationCode;
  }
  if (IsCooperativeForm(normalised) || IsTextForm(normalised)) {
    return OldNumberKind::kRegistration;
  }
  return std::nullopt;
}

bool TaxNumberMayHoldPersonalId(absl::string_view value) {
  if (Uscc::Parse(value).ok()) return ResidentIdOk(value);
  return !HoldsOrganisationCode(value) || ResidentId15Ok(value);
}

}  // namespace creditreg
