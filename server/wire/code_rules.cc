#include "server/wire/code_rules.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "index/model/check_digits.h"
#include "index/model/personal_numbers.h"
#include "index/model/uscc.h"
#include "index/model/utf8.h"

namespace creditreg {
namespace {

// More than one slip can give.
constexpr std::size_t kMostCandidates = 32;

constexpr char kCheckFailed[] = "CODE_CHECK_FAILED";

// Whether a normalised text in the place of a code is a resident ID. One ID in
// 31 also passes the code's own check, so this is asked first; a code with
// nothing to warn of is a code.
bool IsResidentId(absl::string_view normalised) {
  for (const PersonalSpan& span : FindPersonalNumbers(normalised)) {
    if (span.begin == 0 && span.end == normalised.size() &&
        (span.kind == PersonalKind::kResidentId ||
         span.kind == PersonalKind::kResidentId15)) {
      return true;
    }
  }
  return false;
}

// The one code that was meant, where only one can be.
std::string OnlyNearestCode(absl::string_view normalised,
                            absl::string_view organisation_code) {
  std::vector<std::string> codes =
      NearestValidCodes(normalised, kMostCandidates);
  const bool known = OrganisationCodeCheckOk(organisation_code);
  const auto is_out = [&](const std::string& code) {
    return CheckCode(code).warnings != 0 ||
           (known && absl::string_view(code).substr(8, 9) != organisation_code);
  };
  codes.erase(std::remove_if(codes.begin(), codes.end(), is_out), codes.end());
  return codes.size() == 1 ? codes.front() : "";
}

void WarnOfBadCode(const CodeCheck& check, absl::string_view normalised,
                   const std::string& path, std::string suggestion,
                   RuleLog& log) {
  switch (check.error) {
    case CodeError::kBadLength:
      log.Warning({path, "CODE_LENGTH",
                   absl::StrCat("统一社会信用代码有", CharCount(normalised),
                                "位，应为18位"),
                   std::move(suggestion)},
                  kCheckFailed);
      return;
    case CodeError::kInvalidChar:
      log.Warning({path, "CODE_CHARACTER",
                   absl::StrCat("统一社会信用代码第", check.position,
                                "位不在允许的字符内（不使用I、O、S、V、Z）"),
                   std::move(suggestion)},
                  kCheckFailed);
      return;
    case CodeError::kBadFinalCheck:
      log.Warning({path, "CODE_FINAL_CHECK",
                   "统一社会信用代码的校验码（第18位）与前17位不符",
                   std::move(suggestion)},
                  kCheckFailed);
      return;
    case CodeError::kNone:
    case CodeError::kPlaceholder:
      return;
  }
}

void WarnOfOddCode(const CodeCheck& check, const std::string& path,
                   RuleLog& log) {
  if (check.warnings & kBadOrgCheck) {
    log.Warning({path, "CODE_ORG_CHECK",
                 "统一社会信用代码中组织机构代码的校验码（第17位）不符"});
  }
  if (check.warnings & kUnknownDepartment) {
    log.Warning({path, "CODE_DEPARTMENT",
                 "统一社会信用代码第1位不是已知的登记管理部门"});
  }
  if (check.warnings & kUnknownCategory) {
    log.Warning(
        {path, "CODE_CATEGORY", "统一社会信用代码第2位不是已知的机构类别"});
  }
  if (check.warnings & kUnknownDivision) {
    log.Warning(
        {path, "CODE_DIVISION", "统一社会信用代码第3至8位不是已知的行政区划"});
  }
}

JudgedCode ValidCode(absl::string_view trimmed, std::string normalised,
                     const CodeCheck& check, const std::string& path,
                     RuleLog& log) {
  WarnOfOddCode(check, path, log);
  if (normalised != trimmed) {
    log.Flag("CODE_NORMALISED");
    log.Note({path, "CODE_NORMALISED",
              "统一社会信用代码已转换为半角大写、去除空格和连接号的形式",
              normalised});
  }
  JudgedCode judged;
  judged.uscc = std::move(normalised);
  judged.given = true;
  return judged;
}

JudgedCode Placeholder(const std::string& path, RuleLog& log) {
  log.Flag("CODE_PLACEHOLDER");
  log.Note({path, "CODE_PLACEHOLDER",
            "填写的是表示“无代码”的占位内容，按没有代码处理"});
  JudgedCode judged;
  judged.given = true;
  return judged;
}

// Whether the number's form tells its kind.
std::optional<OldNumber> GuessOldNumber(absl::string_view raw) {
  const absl::StatusOr<OldNumber> number =
      NormaliseOldNumber(OldNumberKind::kRegistration, raw);
  if (!number.ok()) return std::nullopt;
  const std::optional<OldNumberKind> kind = GuessOldNumberKind(number->value);
  if (!kind.has_value()) return std::nullopt;
  const absl::StatusOr<OldNumber> of_kind = NormaliseOldNumber(*kind, raw);
  if (!of_kind.ok()) return std::nullopt;
  return *of_kind;
}

bool MeansNone(absl::string_view raw) {
  return !NormaliseOldNumber(OldNumberKind::kOther, raw).ok() &&
         CharCount(raw) <= kMaxOldNumberChars;
}

}  // namespace

JudgedCode JudgePartyCode(absl::string_view raw, const std::string& path,
                          absl::string_view organisation_code,
                          const RuleContext& context) {
  const absl::string_view trimmed = TrimBlanks(raw);
  if (trimmed.empty()) return {};
  std::string normalised = NormaliseCode(trimmed);
  const CodeCheck check = CheckCode(normalised);
  if (check.error == CodeError::kPlaceholder || MeansNone(trimmed)) {
    return Placeholder(path, context.log);
  }
  JudgedCode judged;
  judged.given = true;
  if (IsResidentId(normalised)) {
    judged.resident_id = std::move(normalised);
    judged.code_as_given = std::string(kMaskText);
    context.log.Warning(
        {path, "PERSONAL_NUMBER_MASKED",
         "统一社会信用代码栏填写的是公民身份号码，已移入加密的个人信息"});
    return judged;
  }
  if (check.error == CodeError::kNone) {
    return ValidCode(trimmed, std::move(normalised), check, path, context.log);
  }
  judged.code_as_given = std::string(trimmed);
  if (check.error == CodeError::kBadLength) {
    judged.old_number = GuessOldNumber(trimmed);
  }
  if (judged.old_number.has_value()) {
    context.log.Flag(kCheckFailed);
    context.log.Warning(
        {path, "CODE_OLD_NUMBER",
         "填写的是旧的登记号码，不是统一社会信用代码；已按旧号码登记"});
    return judged;
  }
  WarnOfBadCode(check, normalised, path,
                OnlyNearestCode(normalised, NormaliseCode(organisation_code)),
                context.log);
  return judged;
}

std::string JudgeAgencyCode(absl::string_view raw, absl::string_view name,
                            const std::string& path,
                            const RuleContext& context) {
  const absl::string_view trimmed = TrimBlanks(raw);
  const std::string normalised = NormaliseCode(trimmed);
  const CodeCheck check = CheckCode(normalised);
  if (check.error == CodeError::kNone) return normalised;
  const absl::string_view known =
      context.tables.FindAgency(context.source_id, name);
  const bool none = trimmed.empty() || check.error == CodeError::kPlaceholder ||
                    MeansNone(trimmed);
  if (!none) {
    context.log.Warning(
        {path, "AGENCY_CODE", "机关代码不是有效的统一社会信用代码，未采用",
         known.empty() ? OnlyNearestCode(normalised, "") : std::string(known)});
  }
  return std::string(known);
}

std::string JudgeOtherCode(absl::string_view raw, const std::string& path,
                           const RuleContext& context) {
  const absl::string_view trimmed = TrimBlanks(raw);
  std::string normalised = NormaliseCode(trimmed);
  const CodeCheck check = CheckCode(normalised);
  const bool is_person = IsResidentId(normalised);
  if (check.error == CodeError::kNone && !is_person) return normalised;
  const bool none = trimmed.empty() || check.error == CodeError::kPlaceholder ||
                    MeansNone(trimmed);
  if (!none) {
    context.log.Warning(
        {path, "OTHER_CODE", "填写的不是有效的统一社会信用代码，未采用",
         is_person ? std::string() : OnlyNearestCode(normalised, "")});
  }
  return "";
}

std::optional<OldNumber> JudgeOldNumber(OldNumberKind kind,
                                        absl::string_view raw,
                                        const std::string& path,
                                        const RuleContext& context) {
  const absl::string_view trimmed = TrimBlanks(raw);
  // The mask: read from the registry and sent back.
  if (trimmed.empty() || trimmed == kMaskText) return std::nullopt;
  const absl::StatusOr<OldNumber> number = NormaliseOldNumber(kind, trimmed);
  if (!number.ok()) {
    const std::size_t size = CharCount(trimmed);
    if (size > kMaxOldNumberChars) {
      context.log.Error({path, "TEXT_LENGTH",
                         absl::StrCat("号码有", size, "个字符，最多",
                                      kMaxOldNumberChars, "个")});
    } else {
      context.log.Note(
          {path, "OLD_NUMBER_FILLER", "填写的内容表示“无”，按没有号码处理"});
    }
    return std::nullopt;
  }
  // A mask in its place would be one number that many parties share.
  if (kind != OldNumberKind::kTax && HoldsIdOrMobile(number->value, context)) {
    KeepOriginal(path, trimmed, context.personal);
    context.log.Warning({path, "PERSONAL_NUMBER_MASKED",
                         "号码栏填写的是个人号码（身份证、手机），"
                         "已移入加密的个人信息"});
    return std::nullopt;
  }
  if (number->check_applies && !number->check_ok) {
    context.log.Warning({path, "OLD_NUMBER_CHECK", "号码的校验位不符"});
  }
  return *number;
}

bool TaxNumberHoldsPerson(absl::string_view value, const RuleContext& context) {
  return TaxNumberMayHoldPersonalId(value) || HoldsIdOrMobile(value, context);
}

}  // namespace creditreg
