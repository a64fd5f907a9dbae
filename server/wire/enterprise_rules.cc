#include "server/wire/enterprise_rules.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "creditreg/v1/enterprise.pb.h"
#include "index/base/civil_day.h"
#include "index/model/ascii_digits.h"
#include "index/model/money.h"
#include "index/model/old_number.h"
#include "index/model/uscc.h"
#include "server/wire/code_rules.h"
#include "server/wire/record_rules.h"

namespace creditreg {
namespace {

namespace spb = storage::v1;

constexpr char kCodePath[] = "enterprise.uscc";
constexpr char kOldNumbersPath[] = "enterprise.old_numbers";
constexpr int kMaxOldNumbers = 32;
constexpr int kMaxFormer = 100;

std::string OldNumberPath(int kind) {
  return KeyedPath(kOldNumbersPath, *v1::OldNumberKind_descriptor(), kind);
}

void AddOldNumber(const OldNumber& number, spb::Enterprise& enterprise) {
  const auto kind = static_cast<spb::OldNumberKind>(number.kind);
  for (const spb::OldNumber& there : enterprise.old_numbers()) {
    if (there.kind() == kind && there.value() == number.value) return;
  }
  spb::OldNumber& added = *enterprise.add_old_numbers();
  added.set_kind(kind);
  added.set_value(number.value);
}

void JudgeCode(spb::Enterprise& enterprise, const RuleContext& context) {
  const std::string raw = enterprise.uscc().empty() ? enterprise.code_as_given()
                                                    : enterprise.uscc();
  if (raw == kMaskText) {
    // Read from the registry and sent back, in whichever field.
    enterprise.clear_uscc();
    enterprise.set_code_as_given(raw);
    return;
  }
  std::string organisation_code;
  for (const spb::OldNumber& number : enterprise.old_numbers()) {
    if (number.kind() == spb::OLD_NUMBER_KIND_ORGANISATION_CODE) {
      organisation_code = number.value();
    }
  }
  const JudgedCode judged =
      JudgePartyCode(raw, kCodePath, organisation_code, context);
  enterprise.set_uscc(judged.uscc);
  enterprise.set_code_as_given(judged.code_as_given);
  if (!judged.resident_id.empty()) {
    KeepOriginal(kCodePath, raw, context.personal);
  }
  if (judged.old_number.has_value()) {
    AddOldNumber(*judged.old_number, enterprise);
  }
  if (!judged.given) {
    context.log.Warning(
        {kCodePath, "CODE_MISSING", "没有填写统一社会信用代码"});
  }
}

// Puts a tax number that may be a person's where only the sealed fields are.
bool MoveIfPersonal(const OldNumber& number, const RuleContext& context) {
  if (number.kind != OldNumberKind::kTax ||
      !TaxNumberHoldsPerson(number.value, context)) {
    return false;
  }
  context.personal.set_tax_number(number.value);
  return true;
}

void JudgeOldNumbers(spb::Enterprise& enterprise, const RuleContext& context) {
  google::protobuf::RepeatedPtrField<spb::OldNumber> given;
  given.Swap(enterprise.mutable_old_numbers());
  for (const spb::OldNumber& number : given) {
    const std::string path = OldNumberPath(number.kind());
    if (number.kind() == spb::OLD_NUMBER_KIND_UNSPECIFIED) {
      context.log.Error({path, "REQUIRED", "旧号码的种类为空"});
      continue;
    }
    const std::optional<OldNumber> judged =
        JudgeOldNumber(static_cast<OldNumberKind>(number.kind()),
                       number.value(), path, context);
    if (!judged.has_value() || MoveIfPersonal(*judged, context)) continue;
    AddOldNumber(*judged, enterprise);
  }
}

void CheckFormer(spb::Enterprise& enterprise, const RuleContext& context) {
  google::protobuf::RepeatedPtrField<spb::FormerName> names;
  names.Swap(enterprise.mutable_former_names());
  for (spb::FormerName& name : names) {
    if (TrimBlanks(name.name()).empty()) continue;
    *enterprise.add_former_names() = std::move(name);
  }
  google::protobuf::RepeatedPtrField<spb::FormerCode> codes;
  codes.Swap(enterprise.mutable_former_codes());
  for (spb::FormerCode& code : codes) {
    const std::string normalised = NormaliseCode(code.uscc());
    const CodeCheck check = CheckCode(normalised);
    if (check.error != CodeError::kNone || (check.warnings & kBadOrgCheck)) {
      context.log.Warning({"enterprise.former_codes", "FORMER_CODE",
                           "曾用代码不是有效的统一社会信用代码，未采用"});
      continue;
    }
    code.set_uscc(normalised);
    *enterprise.add_former_codes() = std::move(code);
  }
}

void CheckLists(const spb::Enterprise& enterprise, const RuleContext& context) {
  const auto check = [&](int size, int max, const char* path) {
    if (size > max) {
      context.log.Error({path, "LIST_LENGTH", absl::StrCat("最多", max, "项")});
    }
  };
  check(enterprise.old_numbers_size(), kMaxOldNumbers, kOldNumbersPath);
  check(enterprise.former_names_size(), kMaxFormer, "enterprise.former_names");
  check(enterprise.former_codes_size(), kMaxFormer, "enterprise.former_codes");
}

bool IsCurrency(absl::string_view code) {
  return code.size() == 3 &&
         absl::c_all_of(code, [](char c) { return absl::ascii_isupper(c); });
}

void ReadCapital(spb::Enterprise& enterprise, const RuleContext& context) {
  if (!enterprise.has_capital()) return;
  spb::Capital& capital = *enterprise.mutable_capital();
  const absl::string_view text = TrimBlanks(capital.text());
  if (capital.currency_code().empty()) {
    const Capital parsed = ParseCapital(text);
    capital.set_minor_units(parsed.minor_units);
    capital.set_currency_code(parsed.currency);
    if (!text.empty() && parsed.currency.empty()) {
      context.log.Warning({"enterprise.capital", "CAPITAL_FORM",
                           "注册资本无法识别，仅按原文保存"});
    }
  } else if (!IsCurrency(capital.currency_code()) ||
             capital.minor_units() < 0 ||
             capital.minor_units() > kMaxAmountFen) {
    context.log.Error(
        {"enterprise.capital", "AMOUNT_RANGE", "注册资本的币种或金额不正确"});
  }
  if (text.empty() && capital.currency_code().empty()) {
    enterprise.clear_capital();
  }
}

// A code of digits without the zeros that longer forms of it end with; empty
// where it is no such code.
std::string DigitsOf(absl::string_view text, std::size_t size) {
  std::string digits = NormaliseCode(text);
  if (!AllDigits(digits) || digits.size() < size) return "";
  if (digits.find_first_not_of('0', size) != std::string::npos) return "";
  digits.resize(size);
  return digits;
}

void CheckAddress(spb::Enterprise& enterprise, const RuleContext& context) {
  if (!enterprise.has_address()) return;
  spb::Address& address = *enterprise.mutable_address();
  const auto read = [&](std::size_t size, const char* path, std::string& code) {
    if (TrimBlanks(code).empty()) {
      code.clear();
      return;
    }
    code = DigitsOf(code, size);
    if (code.empty()) {
      context.log.Warning({path, "DIVISION_FORM",
                           absl::StrCat(NameForMessage(context, path), "应为",
                                        size, "位数字，未采用")});
    }
  };
  read(6, "enterprise.address.division_code", *address.mutable_division_code());
  read(9, "enterprise.address.street_code", *address.mutable_street_code());
  if (!address.street_code().empty() && !address.division_code().empty() &&
      !absl::StartsWith(address.street_code(), address.division_code())) {
    context.log.Warning({"enterprise.address.street_code", "STREET_DIVISION",
                         "街道代码不属于所填的行政区划"});
  }
  // CheckTexts() would do it too late to see that nothing is left.
  if (TrimBlanks(address.text()).empty()) address.clear_text();
  if (address.ByteSizeLong() == 0) enterprise.clear_address();
}

void CheckIndustry(spb::Enterprise& enterprise, const RuleContext& context) {
  if (enterprise.industry_code().empty()) return;
  std::string code = NormaliseCode(enterprise.industry_code());
  // "F5132" is the same as "5132".
  if (code.size() > 1 && absl::ascii_isupper(code[0])) code.erase(0, 1);
  const bool letter = code.size() == 1 && code[0] >= 'A' && code[0] <= 'T';
  if (!letter && (code.size() < 2 || code.size() > 4 || !AllDigits(code))) {
    context.log.Warning({"enterprise.industry_code", "INDUSTRY_FORM",
                         "行业代码应为1位字母或2至4位数字，未采用"});
    code.clear();
  }
  enterprise.set_industry_code(code);
}

void SettleCategory(spb::Enterprise& enterprise, const RuleContext& context) {
  if (enterprise.category() == spb::PARTY_CATEGORY_NATURAL_PERSON) {
    context.log.Error(
        {"enterprise.category", "CHOICE", "自然人不能作为主体登记"});
    return;
  }
  if (enterprise.category() != spb::PARTY_CATEGORY_UNSPECIFIED) return;
  const bool individual = absl::StrContains(enterprise.entity_type(), "个体") ||
                          CategoryOfCode(enterprise.uscc()) ==
                              spb::PARTY_CATEGORY_INDIVIDUAL_BUSINESS;
  enterprise.set_category(individual ? spb::PARTY_CATEGORY_INDIVIDUAL_BUSINESS
                                     : spb::PARTY_CATEGORY_ORGANISATION);
}

void JudgeAuthority(spb::Agency& agency, const char* path,
                    const RuleContext& context) {
  agency.set_name(std::string(TrimBlanks(agency.name())));
  agency.set_uscc(JudgeAgencyCode(agency.uscc(), agency.name(),
                                  absl::StrCat(path, ".uscc"), context));
}

void CheckAuthorities(spb::Enterprise& enterprise, const RuleContext& context) {
  // mutable_ would make an empty message where there is none.
  if (enterprise.has_registration_authority()) {
    JudgeAuthority(*enterprise.mutable_registration_authority(),
                   "enterprise.registration_authority", context);
    if (enterprise.registration_authority().ByteSizeLong() == 0) {
      enterprise.clear_registration_authority();
    }
  }
  if (enterprise.has_supervising_unit()) {
    JudgeAuthority(*enterprise.mutable_supervising_unit(),
                   "enterprise.supervising_unit", context);
    if (enterprise.supervising_unit().ByteSizeLong() == 0) {
      enterprise.clear_supervising_unit();
    }
  }
}

void CheckDates(const spb::Enterprise& enterprise, const RuleContext& context) {
  const auto day = [](bool given, std::int32_t days) {
    return given ? CivilDay::FromDays(days) : CivilDay::Unknown();
  };
  const CivilDay established =
      day(enterprise.has_established_on(), enterprise.established_on());
  const CivilDay from = day(enterprise.has_term_from(), enterprise.term_from());
  const CivilDay to = day(enterprise.has_term_to(), enterprise.term_to());
  const CivilDay revoked =
      day(enterprise.has_revoked_on(), enterprise.revoked_on());
  const CivilDay deregistered =
      day(enterprise.has_deregistered_on(), enterprise.deregistered_on());
  // What has happened, each on a day that there has been.
  const auto check_past = [&context](CivilDay past, const char* path) {
    CheckHasEnd(past, path, context);
    CheckNotFuture(past, path, context);
  };
  check_past(established, "enterprise.established_on");
  check_past(day(enterprise.has_approved_on(), enterprise.approved_on()),
             "enterprise.approved_on");
  CheckHasEnd(from, "enterprise.term_from", context);
  check_past(revoked, "enterprise.revoked_on");
  check_past(deregistered, "enterprise.deregistered_on");
  CheckOrder(from, to, "enterprise.term_to", context);
  CheckOrder(established, revoked, "enterprise.revoked_on", context);
  CheckOrder(established, deregistered, "enterprise.deregistered_on", context);
}

}  // namespace

void ApplyEnterpriseRules(spb::Enterprise& enterprise,
                          const RuleContext& context) {
  JudgeCode(enterprise, context);
  JudgeOldNumbers(enterprise, context);
  CheckFormer(enterprise, context);
  CheckLists(enterprise, context);
  ReadCapital(enterprise, context);
  CheckAddress(enterprise, context);
  CheckIndustry(enterprise, context);
  CheckAuthorities(enterprise, context);
  SettleCategory(enterprise, context);
  CheckDates(enterprise, context);
}

}  // namespace creditreg
