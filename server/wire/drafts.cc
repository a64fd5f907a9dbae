#include "server/wire/drafts.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/wire/enterprise_rules.h"
#include "server/wire/mirror.h"
#include "server/wire/record_rules.h"
#include "server/wire/rule_log.h"
#include "server/wire/text_rules.h"

namespace creditreg {
namespace {

namespace spb = storage::v1;

constexpr int kMaxOriginals = 64;

v1::Family FamilyOfDetails(const v1::Record& record) {
  switch (record.details_case()) {
    case v1::Record::kLicence:
      return v1::FAMILY_LICENCE;
    case v1::Record::kPenalty:
      return v1::FAMILY_PENALTY;
    case v1::Record::kComplaint:
      return v1::FAMILY_COMPLAINT;
    case v1::Record::kListing:
      return v1::FAMILY_LISTING;
    case v1::Record::kAnnualReport:
      return v1::FAMILY_ANNUAL_REPORT;
    case v1::Record::DETAILS_NOT_SET:
      break;
  }
  return v1::FAMILY_UNSPECIFIED;
}

void CheckPersonal(const RuleContext& context) {
  CheckTexts(context.personal, "personal", context);
  if (context.personal.originals_size() > kMaxOriginals) {
    context.log.Error({"personal.originals", "LIST_LENGTH",
                       absl::StrCat("最多", kMaxOriginals, "项")});
  }
}

// What is wrong with the record's shape, before anything can be read from it.
std::vector<Finding> CheckShape(const v1::RecordInput& input) {
  RuleLog log;
  const v1::Family family = FamilyOfDetails(input.record());
  if (family == v1::FAMILY_UNSPECIFIED) {
    log.Error({"record.details", "REQUIRED", "记录没有内容"});
  } else if (input.record().family() == v1::FAMILY_UNSPECIFIED) {
    log.Error({"record.family", "REQUIRED", "记录种类为空"});
  } else if (input.record().family() != family) {
    log.Error({"record.family", "FAMILY", "记录种类与内容不一致"});
  }
  return std::move(log.findings());
}

}  // namespace

IntakeTarget TargetOfFamily(v1::Family family) {
  switch (family) {
    case v1::FAMILY_LICENCE:
      return conf::v1::IntakeFormat::TARGET_LICENCE;
    case v1::FAMILY_PENALTY:
      return conf::v1::IntakeFormat::TARGET_PENALTY;
    case v1::FAMILY_COMPLAINT:
      return conf::v1::IntakeFormat::TARGET_COMPLAINT;
    case v1::FAMILY_LISTING:
      return conf::v1::IntakeFormat::TARGET_LISTING;
    case v1::FAMILY_ANNUAL_REPORT:
      return conf::v1::IntakeFormat::TARGET_ANNUAL_REPORT;
    default:
      return conf::v1::IntakeFormat::TARGET_UNSPECIFIED;
  }
}

EnterpriseCheck CheckEnterprise(const v1::Enterprise& enterprise,
                                const v1::PersonalFields* personal,
                                const FieldTables& tables,
                                absl::string_view source_id,
                                CivilDay received) {
  EnterpriseCheck check;
  EnterpriseDraft draft;
  RuleLog log;
  spb::PersonalFields sealed;
  WireToStorage(enterprise, "enterprise", draft.content, log.findings());
  if (personal != nullptr) {
    WireToStorage(*personal, "personal", sealed, log.findings());
  }
  const RuleContext context{
      tables,    conf::v1::IntakeFormat::TARGET_ENTERPRISE,
      source_id, log,
      sealed,    CivilDay::Unknown(),
      received};
  ApplyEnterpriseRules(draft.content, context);
  CheckTexts(draft.content, "enterprise", context);
  CheckPersonal(context);
  ApplyRequired(draft.content, "enterprise", /*natural_person=*/false, context);

  if (HasError(log.findings())) {
    check.findings = std::move(log.findings());
    return check;
  }
  draft.quality_flags = log.flags();
  draft.findings = std::move(log.findings());
  draft.source_id = std::string(source_id);
  if (personal != nullptr || sealed.ByteSizeLong() > 0) {
    draft.personal = std::move(sealed);
    draft.personal_is_partial = personal == nullptr;
  }
  check.draft = std::move(draft);
  return check;
}

RecordCheck CheckRecord(const v1::RecordInput& input, const FieldTables& tables,
                        absl::string_view source_id, CivilDay received) {
  RecordCheck check;
  check.findings = CheckShape(input);
  if (!check.findings.empty()) return check;

  RecordDraft draft;
  RuleLog log;
  WireToStorage(input.record(), "record", draft.content, log.findings());
  WireToStorage(input.personal(), "personal", draft.personal, log.findings());
  const RuleContext context{
      tables,         TargetOfFamily(input.record().family()),
      source_id,      log,
      draft.personal, DecisionDay(draft.content),
      received};
  ApplyPartyRules(draft.content, context);
  ApplyAgencyRules(draft.content, context);
  CheckTexts(draft.content, "record", context);
  CheckPersonal(context);
  ApplyFamilyRules(draft.content, context);
  ApplyDocumentRules(draft.content, context);
  const bool natural_person =
      draft.content.party().category() == spb::PARTY_CATEGORY_NATURAL_PERSON;
  ApplyRequired(draft.content, "record", natural_person, context);

  if (HasError(log.findings())) {
    check.findings = std::move(log.findings());
    return check;
  }
  draft.quality_flags = log.flags();
  draft.findings = std::move(log.findings());
  draft.source_id = std::string(source_id);
  check.draft = std::move(draft);
  return check;
}

}  // namespace creditreg
