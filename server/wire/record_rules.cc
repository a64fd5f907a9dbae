#include "server/wire/record_rules.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "creditreg/v1/record.pb.h"
#include "google/protobuf/repeated_field.h"
#include "index/base/check.h"
#include "index/model/money.h"
#include "index/model/old_number.h"
#include "server/wire/code_rules.h"

namespace creditreg {
namespace {

namespace spb = storage::v1;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr char kCodePath[] = "record.party.uscc";
constexpr char kNamePath[] = "record.party.name";
constexpr char kCategoryPath[] = "record.party.category";

constexpr int kMaxDocuments = 32;
constexpr int kMaxKinds = 32;
constexpr std::size_t kSm3Bytes = 32;
// Foundation of the People's Republic, 1949-10-01: nothing was decided before.
constexpr std::int32_t kFirstDecisionDay = -7397;

bool IsNaturalPerson(const spb::Party& party) {
  return party.category() == spb::PARTY_CATEGORY_NATURAL_PERSON;
}

CivilDay DayOf(bool given, std::int32_t days) {
  return given ? CivilDay::FromDays(days) : CivilDay::Unknown();
}

void JudgeCode(spb::Record& record, JudgedCode& judged,
               const RuleContext& context) {
  spb::Party& party = *record.mutable_party();
  const std::string raw =
      party.uscc().empty() ? party.code_as_given() : party.uscc();
  if (raw == kMaskText) {
    // Read from the registry and sent back, in whichever field: what was there
    // is masked already.
    party.clear_uscc();
    party.set_code_as_given(raw);
    judged.given = true;
    return;
  }
  judged = JudgePartyCode(raw, kCodePath, party.organisation_code(), context);
  party.set_uscc(judged.uscc);
  party.set_code_as_given(judged.code_as_given);
  if (!judged.resident_id.empty()) {
    if (context.personal.person_id_number().empty()) {
      context.personal.set_person_id_number(judged.resident_id);
    } else {
      KeepOriginal(kCodePath, raw, context.personal);
    }
  }
}

void JudgeOldNumbers(spb::Party& party, const RuleContext& context) {
  const auto judge = [&](OldNumberKind kind, const char* path,
                         std::string& value) {
    if (value.empty()) return;
    const std::optional<OldNumber> number =
        JudgeOldNumber(kind, value, path, context);
    value = number.has_value() ? number->value : "";
  };
  judge(OldNumberKind::kRegistration, "record.party.registration_number",
        *party.mutable_registration_number());
  judge(OldNumberKind::kOrganisationCode, "record.party.organisation_code",
        *party.mutable_organisation_code());
  judge(OldNumberKind::kInstitutionCertificate,
        "record.party.institution_certificate",
        *party.mutable_institution_certificate());
  judge(OldNumberKind::kSocialOrganisationCertificate,
        "record.party.social_organisation_certificate",
        *party.mutable_social_organisation_certificate());
  std::string& tax = *party.mutable_tax_number();
  judge(OldNumberKind::kTax, "record.party.tax_number", tax);
  if (!tax.empty() && TaxNumberHoldsPerson(tax, context)) {
    context.personal.set_tax_number(tax);
    tax.clear();
  }
}

// Puts the old number that stood in the code's column into its own, where the
// rules left nothing: neither a filler nor a person's number keeps it out.
void PlaceOldNumber(const OldNumber& number, spb::Party& party,
                    const RuleContext& context) {
  const bool is_organisation_code =
      number.kind == OldNumberKind::kOrganisationCode;
  std::string& place = is_organisation_code
                           ? *party.mutable_organisation_code()
                           : *party.mutable_registration_number();
  // A person's number is masked where it was given.
  if (!place.empty() || HoldsIdOrMobile(number.value, context)) return;
  const std::optional<OldNumber> judged =
      JudgeOldNumber(number.kind, number.value,
                     is_organisation_code ? "record.party.organisation_code"
                                          : "record.party.registration_number",
                     context);
  if (judged.has_value()) place = judged->value;
}

bool HasOldNumber(const spb::Party& party) {
  return !party.registration_number().empty() ||
         !party.organisation_code().empty() || !party.tax_number().empty() ||
         !party.institution_certificate().empty() ||
         !party.social_organisation_certificate().empty();
}

// What the party must be, from everything but its category.
spb::PartyCategory GuessCategory(const spb::Party& party,
                                 const RuleContext& context) {
  if (!party.uscc().empty()) return CategoryOfCode(party.uscc());
  if (HasOldNumber(party)) return spb::PARTY_CATEGORY_ORGANISATION;
  if (!context.personal.person_id_number().empty() ||
      !context.personal.person_name().empty()) {
    return spb::PARTY_CATEGORY_NATURAL_PERSON;
  }
  return spb::PARTY_CATEGORY_UNSPECIFIED;
}

// A licence or penalty without a category could put a person's name where
// everybody sees it, so there it must be known.
void SettleCategory(spb::Record& record, const RuleContext& context) {
  spb::Party& party = *record.mutable_party();
  const bool has_column = record.family() != spb::FAMILY_COMPLAINT;
  if (party.category() == spb::PARTY_CATEGORY_UNSPECIFIED) {
    party.set_category(GuessCategory(party, context));
    if (!has_column || context.log.HasErrorAt(kCategoryPath)) return;
    if (party.category() == spb::PARTY_CATEGORY_UNSPECIFIED) {
      context.log.Error(
          {kCategoryPath, "REQUIRED", "行政相对人类别为空，且无法由代码推断"});
    } else {
      context.log.Warning({kCategoryPath, "FIELD_MISSING",
                           "行政相对人类别为空，已由代码或证件推断"});
    }
    return;
  }
  if (!party.uscc().empty() && !IsNaturalPerson(party) &&
      party.category() != CategoryOfCode(party.uscc())) {
    context.log.Warning({kCategoryPath, "CATEGORY_MISMATCH",
                         "行政相对人类别与统一社会信用代码的机构类别不一致"});
  }
}

void TrimInPlace(std::string& text) { text = std::string(TrimBlanks(text)); }

// Moves `text` to the texts kept as given.
void MoveToOriginals(const char* path, std::string& text,
                     spb::PersonalFields& personal) {
  if (text.empty()) return;
  if (text != kMaskText) KeepOriginal(path, text, personal);
  text.clear();
}

// Nothing of a natural person stands openly but the category.
void HidePerson(spb::Party& party, const RuleContext& context) {
  spb::PersonalFields& personal = context.personal;
  const std::string name(TrimBlanks(party.name()));
  if (!name.empty()) personal.set_person_name(name);
  party.clear_name();
  if (personal.person_name().empty()) {
    context.log.Error({kNamePath, "REQUIRED", "自然人姓名为空"});
  }
  if (!party.uscc().empty()) {
    context.log.Warning({kCodePath, "NATURAL_PERSON_CODE",
                         "自然人没有统一社会信用代码，所填代码不公开保存"});
  }
  if (TrimBlanks(party.legal_representative()) == personal.person_name()) {
    party.clear_legal_representative();
  }
  MoveToOriginals(kCodePath, *party.mutable_uscc(), personal);
  MoveToOriginals(kCodePath, *party.mutable_code_as_given(), personal);
  MoveToOriginals("record.party.legal_representative",
                  *party.mutable_legal_representative(), personal);
  MoveToOriginals("record.party.registration_number",
                  *party.mutable_registration_number(), personal);
  MoveToOriginals("record.party.organisation_code",
                  *party.mutable_organisation_code(), personal);
  MoveToOriginals("record.party.tax_number", *party.mutable_tax_number(),
                  personal);
  MoveToOriginals("record.party.institution_certificate",
                  *party.mutable_institution_certificate(), personal);
  MoveToOriginals("record.party.social_organisation_certificate",
                  *party.mutable_social_organisation_certificate(), personal);
  MoveToOriginals("record.party.address", *party.mutable_address(), personal);
}

void CheckCodeGiven(const spb::Record& record, const JudgedCode& judged,
                    const RuleContext& context) {
  if (record.family() == spb::FAMILY_COMPLAINT) return;
  const spb::Party& party = record.party();
  if (!judged.uscc.empty() || !party.code_as_given().empty()) return;
  // The standard lets individual businesses write the filler.
  if (judged.given &&
      party.category() == spb::PARTY_CATEGORY_INDIVIDUAL_BUSINESS) {
    return;
  }
  context.log.Warning({kCodePath, "CODE_MISSING", "没有填写统一社会信用代码"});
}

void JudgeAgency(spb::Agency& agency, const char* path,
                 const RuleContext& context) {
  const std::string name(TrimBlanks(agency.name()));
  agency.set_name(name);
  agency.set_uscc(JudgeAgencyCode(agency.uscc(), name,
                                  absl::StrCat(path, ".uscc"), context));
}

bool IsEmpty(const spb::Agency& agency) {
  return agency.name().empty() && agency.uscc().empty();
}

void CheckAmount(bool given, std::int64_t fen, const std::string& path,
                 const RuleContext& context) {
  if (given && (fen < 0 || fen > kMaxAmountFen)) {
    context.log.Error({path, "AMOUNT_RANGE", "金额超出允许范围"});
  }
}

void CheckDecided(CivilDay day, const std::string& path,
                  const RuleContext& context) {
  CheckHasEnd(day, path, context);
  if (day.is_date() && day.days() < kFirstDecisionDay) {
    context.log.Warning(
        {path, "DATE_EARLY",
         absl::StrCat(NameForMessage(context, path), "早于1949-10-01")});
  }
  CheckNotFuture(day, path, context);
}

void CheckLicence(const spb::Licence& licence, const RuleContext& context) {
  const CivilDay from = DayOf(licence.has_valid_from(), licence.valid_from());
  CheckDecided(DayOf(licence.has_decided_on(), licence.decided_on()),
               "record.licence.decided_on", context);
  CheckHasEnd(from, "record.licence.valid_from", context);
  CheckOrder(from, DayOf(licence.has_valid_to(), licence.valid_to()),
             "record.licence.valid_to", context);
}

// An amount must be there exactly where a kind says so; 0 counts as none.
void CheckAmountOfKind(bool has_kind, bool given, std::int64_t fen,
                       const char* path, absl::string_view kind,
                       const RuleContext& context) {
  if (has_kind && !given) {
    context.log.Warning(
        {path, "AMOUNT_MISSING",
         absl::StrCat("处罚类别含“", kind, "”，但没有填写金额")});
  }
  if (!has_kind && given && fen > 0) {
    context.log.Warning(
        {path, "AMOUNT_WITHOUT_KIND",
         absl::StrCat("填写了金额，但处罚类别不含“", kind, "”")});
  }
}

bool AnyKindHolds(const spb::Penalty& penalty, absl::string_view part) {
  return absl::c_any_of(penalty.kinds(), [&](const std::string& kind) {
    return absl::StrContains(kind, part);
  });
}

void CheckPenaltyAmounts(const spb::Penalty& penalty,
                         const RuleContext& context) {
  CheckAmount(penalty.has_fine_fen(), penalty.fine_fen(),
              "record.penalty.fine_fen", context);
  CheckAmount(penalty.has_confiscated_fen(), penalty.confiscated_fen(),
              "record.penalty.confiscated_fen", context);
  // Nothing can be said where the kinds are missing.
  if (penalty.kinds().empty()) return;
  CheckAmountOfKind(AnyKindHolds(penalty, "罚款"), penalty.has_fine_fen(),
                    penalty.fine_fen(), "record.penalty.fine_fen", "罚款",
                    context);
  CheckAmountOfKind(AnyKindHolds(penalty, "没收"),
                    penalty.has_confiscated_fen(), penalty.confiscated_fen(),
                    "record.penalty.confiscated_fen", "没收", context);
  const bool withheld =
      AnyKindHolds(penalty, "暂扣") || AnyKindHolds(penalty, "吊销");
  if (withheld && penalty.licences_withheld().empty()) {
    context.log.Warning({"record.penalty.licences_withheld", "FIELD_MISSING",
                         "处罚类别含暂扣或吊销，但没有填写证照名称及编号"});
  }
}

using Publications =
    google::protobuf::RepeatedPtrField<spb::ChannelPublication>;

// `list`: the path of the field.
void CheckPublications(const Publications& publications, const char* list,
                       const RuleContext& context) {
  for (const spb::ChannelPublication& publication : publications) {
    const std::string path =
        KeyedPath(list, *v1::ChannelPublication::Channel_descriptor(),
                  publication.channel());
    if (publication.channel() == spb::ChannelPublication::CHANNEL_UNSPECIFIED) {
      context.log.Error({path, "REQUIRED", "公示渠道为空"});
    }
    CheckHasEnd(
        DayOf(publication.has_published_on(), publication.published_on()), path,
        context);
  }
}

void CheckPenalty(const spb::Penalty& penalty, const RuleContext& context) {
  const CivilDay decided =
      DayOf(penalty.has_decided_on(), penalty.decided_on());
  const CivilDay performed =
      DayOf(penalty.has_performed_on(), penalty.performed_on());
  const CivilDay served = DayOf(penalty.has_served_on(), penalty.served_on());
  CheckDecided(decided, "record.penalty.decided_on", context);
  CheckHasEnd(performed, "record.penalty.performed_on", context);
  CheckHasEnd(served, "record.penalty.served_on", context);
  CheckOrder(decided, served, "record.penalty.served_on", context);
  CheckOrder(decided,
             DayOf(penalty.has_effective_until(), penalty.effective_until()),
             "record.penalty.effective_until", context);
  CheckOrder(decided, DayOf(penalty.has_term_until(), penalty.term_until()),
             "record.penalty.term_until", context);
  CheckPenaltyAmounts(penalty, context);
  CheckPublications(penalty.publications(), "record.penalty.publications",
                    context);
  if (penalty.kinds_size() > kMaxKinds) {
    context.log.Error({"record.penalty.kinds", "LIST_LENGTH",
                       absl::StrCat("处罚类别最多", kMaxKinds, "项")});
  }
}

void CheckComplaint(const spb::Complaint& complaint,
                    const RuleContext& context) {
  const CivilDay registered =
      DayOf(complaint.has_registered_on(), complaint.registered_on());
  const CivilDay accepted =
      DayOf(complaint.has_accepted_on(), complaint.accepted_on());
  const CivilDay closed =
      DayOf(complaint.has_closed_on(), complaint.closed_on());
  CheckDecided(registered, "record.complaint.registered_on", context);
  CheckHasEnd(accepted, "record.complaint.accepted_on", context);
  CheckHasEnd(closed, "record.complaint.closed_on", context);
  CheckHasEnd(DayOf(complaint.has_purchased_on(), complaint.purchased_on()),
              "record.complaint.purchased_on", context);
  CheckOrder(registered, accepted, "record.complaint.accepted_on", context);
  CheckOrder(accepted.is_date() ? accepted : registered, closed,
             "record.complaint.closed_on", context);
  CheckAmount(complaint.has_amount_fen(), complaint.amount_fen(),
              "record.complaint.amount_fen", context);
  CheckAmount(complaint.has_recovered_fen(), complaint.recovered_fen(),
              "record.complaint.recovered_fen", context);
}

// Which list it is: the two known ones have no other name.
void CheckListName(const spb::Listing& listing, const RuleContext& context) {
  const bool is_other = listing.list() == spb::Listing::LIST_OTHER;
  if (listing.list() == spb::Listing::LIST_UNSPECIFIED) {
    if (context.log.HasErrorAt("record.listing.list")) return;
    context.log.Error({"record.listing.list", "REQUIRED", "名单种类为空"});
  } else if (is_other && listing.list_name().empty()) {
    context.log.Error(
        {"record.listing.list_name", "REQUIRED", "其他名单须写明名单名称"});
  } else if (!is_other && !listing.list_name().empty()) {
    context.log.Error({"record.listing.list_name", "LIST_NAME",
                       "名单名称只在名单种类为其他名单时填写"});
  }
}

void CheckListing(const spb::Listing& listing, const RuleContext& context) {
  const CivilDay listed = DayOf(listing.has_listed_on(), listing.listed_on());
  const CivilDay removed =
      DayOf(listing.has_removed_on(), listing.removed_on());
  CheckListName(listing, context);
  CheckDecided(listed, "record.listing.listed_on", context);
  CheckOrder(
      listed,
      DayOf(listing.has_restriction_until(), listing.restriction_until()),
      "record.listing.restriction_until", context);
  CheckHasEnd(DayOf(listing.has_performed_on(), listing.performed_on()),
              "record.listing.performed_on", context);
  CheckHasEnd(removed, "record.listing.removed_on", context);
  CheckOrder(listed, removed, "record.listing.removed_on", context);
  CheckNotFuture(removed, "record.listing.removed_on", context);
  const bool tells_removal = !listing.removal_ground().empty() ||
                             !listing.removal_document_number().empty() ||
                             listing.has_removing_agency();
  // Stored without its day it would still stand on the list.
  if (tells_removal && !listing.has_removed_on() &&
      !context.log.HasErrorAt("record.listing.removed_on")) {
    context.log.Error({"record.listing.removed_on", "REQUIRED",
                       "填写了移出原因、文书号或机关，但移出日期为空"});
  }
  CheckPublications(listing.publications(), "record.listing.publications",
                    context);
}

constexpr int kFirstYear = 1990;
constexpr int kLastYear = 2100;
constexpr std::int64_t kMaxHeads = 1000000000;
constexpr std::int32_t kWholeBp = 10000;

void CheckHeads(std::int64_t heads, const std::string& path,
                const RuleContext& context) {
  if (heads < 0 || heads > kMaxHeads) {
    context.log.Error({path, "AMOUNT_RANGE", "人数超出允许范围"});
  }
}

void CheckShare(bool given, std::int32_t bp, const std::string& path,
                const RuleContext& context) {
  if (given && (bp < 0 || bp > kWholeBp)) {
    context.log.Error({path, "AMOUNT_RANGE", "股权比例应在0至100%之间"});
  }
}

void CheckLength(int size, int max, const std::string& path,
                 absl::string_view label, const RuleContext& context) {
  if (size > max) {
    context.log.Error(
        {path, "LIST_LENGTH", absl::StrCat(label, "最多", max, "项")});
  }
}

// "record.annual_report.websites[0]".
std::string ReportPath(absl::string_view list, int index) {
  return absl::StrCat("record.annual_report.", list, "[", index, "]");
}

void CheckFigures(const spb::OptionalFigures& figures,
                  const RuleContext& context) {
  constexpr char kPath[] = "record.annual_report.optional_figures.";
  if (figures.employees().has_value()) {
    CheckHeads(figures.employees().value(),
               absl::StrCat(kPath, "employees.value"), context);
  }
  const std::pair<const char*, const spb::Figure&> amounts[] = {
      {"assets_fen", figures.assets_fen()},
      {"liabilities_fen", figures.liabilities_fen()},
      {"owner_equity_fen", figures.owner_equity_fen()},
      {"revenue_fen", figures.revenue_fen()},
      {"main_revenue_fen", figures.main_revenue_fen()},
      {"profit_fen", figures.profit_fen()},
      {"net_profit_fen", figures.net_profit_fen()},
      {"tax_fen", figures.tax_fen()}};
  for (const auto& [name, figure] : amounts) {
    // A loss is below zero.
    if (figure.value() < -kMaxAmountFen || figure.value() > kMaxAmountFen) {
      context.log.Error({absl::StrCat(kPath, name, ".value"), "AMOUNT_RANGE",
                         "金额超出允许范围"});
    }
  }
}

void CheckShareholders(const spb::AnnualReport& report,
                       const RuleContext& context) {
  for (int i = 0; i < report.contributions_size(); ++i) {
    const spb::Contribution& contribution = report.contributions(i);
    const std::string path = ReportPath("contributions", i);
    CheckAmount(contribution.has_subscribed_fen(),
                contribution.subscribed_fen(), path + ".subscribed_fen",
                context);
    CheckAmount(contribution.has_paid_fen(), contribution.paid_fen(),
                path + ".paid_fen", context);
    CheckHasEnd(DayOf(contribution.has_paid_on(), contribution.paid_on()),
                path + ".paid_on", context);
  }
  for (int i = 0; i < report.transfers_size(); ++i) {
    const spb::EquityTransfer& transfer = report.transfers(i);
    const std::string path = ReportPath("transfers", i);
    CheckShare(transfer.has_before_bp(), transfer.before_bp(),
               path + ".before_bp", context);
    CheckShare(transfer.has_after_bp(), transfer.after_bp(), path + ".after_bp",
               context);
    CheckHasEnd(DayOf(transfer.has_transferred_on(), transfer.transferred_on()),
                path + ".transferred_on", context);
  }
}

void CheckSocialInsurance(const spb::AnnualReport& report,
                          const RuleContext& context) {
  for (int i = 0; i < report.social_insurance_size(); ++i) {
    const spb::SocialInsurance& insurance = report.social_insurance(i);
    const std::string path = ReportPath("social_insurance", i);
    CheckHeads(insurance.heads(), path + ".heads", context);
    CheckAmount(insurance.has_base_fen(), insurance.base_fen(),
                path + ".base_fen", context);
    CheckAmount(insurance.has_paid_fen(), insurance.paid_fen(),
                path + ".paid_fen", context);
    CheckAmount(insurance.has_owed_fen(), insurance.owed_fen(),
                path + ".owed_fen", context);
  }
}

bool IsReportYear(int year) { return year >= kFirstYear && year <= kLastYear; }

// The last day on which a party may correct its report of a year: 30 June of
// the next. Unknown where there is no such year.
CivilDay LastCorrectionDay(int year) {
  if (!IsReportYear(year)) return CivilDay::Unknown();
  const absl::StatusOr<CivilDay> day = CivilDay::FromYmd(year + 1, 6, 30);
  return day.ok() ? *day : CivilDay::Unknown();
}

void CheckCorrections(const spb::AnnualReport& report,
                      const RuleContext& context) {
  const CivilDay last = LastCorrectionDay(report.year());
  for (int i = 0; i < report.corrections_size(); ++i) {
    const spb::ReportCorrection& correction = report.corrections(i);
    const std::string path = ReportPath("corrections", i);
    const std::string day_path = path + ".corrected_on";
    if (correction.field().empty()) {
      context.log.Error({path + ".field", "REQUIRED", "更正事项为空"});
    }
    if (!correction.has_corrected_on() && !context.log.HasErrorAt(day_path)) {
      context.log.Error({day_path, "REQUIRED", "更正日期为空"});
    }
    const CivilDay day =
        DayOf(correction.has_corrected_on(), correction.corrected_on());
    CheckHasEnd(day, day_path, context);
    CheckNotFuture(day, day_path, context);
    if (last.is_date() && day.is_date() && day > last) {
      context.log.Warning(
          {day_path, "CORRECTED_LATE", "更正日期晚于次年6月30日"});
    }
  }
}

void CheckAnnualReport(const spb::AnnualReport& report,
                       const RuleContext& context) {
  if (report.year() == 0) {
    context.log.Error({"record.annual_report.year", "REQUIRED", "年度为空"});
  } else if (!IsReportYear(report.year())) {
    context.log.Error(
        {"record.annual_report.year", "YEAR_RANGE",
         absl::StrCat("年度应在", kFirstYear, "至", kLastYear, "之间")});
  }
  CheckDecided(DayOf(report.has_submitted_on(), report.submitted_on()),
               "record.annual_report.submitted_on", context);
  CheckLength(report.websites_size(), 100, "record.annual_report.websites",
              "网站或网店", context);
  CheckLength(report.investments_size(), 200,
              "record.annual_report.investments", "对外投资", context);
  CheckLength(report.contributions_size(), 200,
              "record.annual_report.contributions", "股东出资", context);
  CheckLength(report.transfers_size(), 200, "record.annual_report.transfers",
              "股权变更", context);
  CheckLength(report.social_insurance_size(), 10,
              "record.annual_report.social_insurance", "社会保险", context);
  CheckLength(report.corrections_size(), 200,
              "record.annual_report.corrections", "更正", context);
  CheckShareholders(report, context);
  CheckFigures(report.optional_figures(), context);
  CheckSocialInsurance(report, context);
  CheckCorrections(report, context);
}

// Whether the field that a column names is set in the stored form. `fields`
// are the wire's from the root on; the stored ones have the same numbers.
bool IsSet(const Message& root,
           const std::vector<const FieldDescriptor*>& fields) {
  const Message* message = &root;
  for (std::size_t i = 1; i < fields.size(); ++i) {
    const FieldDescriptor* field =
        message->GetDescriptor()->FindFieldByNumber(fields[i]->number());
    CREDITREG_CHECK(field != nullptr, "every column's field is stored");
    const auto& reflection = *message->GetReflection();
    if (field->is_repeated()) return reflection.FieldSize(*message, field) > 0;
    if (!reflection.HasField(*message, field)) return false;
    if (field->message_type() == nullptr) return true;
    message = &reflection.GetMessage(*message, field);
  }
  return true;
}

// Columns that have a rule of their own.
bool HasOwnRule(const FieldColumn& column, bool natural_person) {
  return column.spec.kind() == conf::v1::Column::KIND_PARTY_CODE ||
         column.spec.path() == kCategoryPath ||
         (natural_person && column.spec.path() == kNamePath);
}

bool IsRequired(conf::v1::Column::Required required, bool natural_person) {
  switch (required) {
    case conf::v1::Column::REQUIRED_ALWAYS:
    case conf::v1::Column::REQUIRED_KEY_PART:
    case conf::v1::Column::REQUIRED_EXPECTED:
      return true;
    case conf::v1::Column::REQUIRED_NOT_NATURAL_PERSON:
      return !natural_person;
    case conf::v1::Column::REQUIRED_NATURAL_PERSON:
      return natural_person;
    default:
      return false;
  }
}

// An empty document number of a licence that has a licence number: the standard
// wants that one there.
std::string SuggestionFor(const FieldColumn& column, const Message& root) {
  if (column.spec.path() != "record.licence.document_number") return "";
  const auto& record = static_cast<const spb::Record&>(root);
  return record.licence().licence_number();
}

}  // namespace

spb::PartyCategory CategoryOfCode(absl::string_view uscc) {
  return absl::StartsWith(uscc, "92") ? spb::PARTY_CATEGORY_INDIVIDUAL_BUSINESS
                                      : spb::PARTY_CATEGORY_ORGANISATION;
}

void CheckHasEnd(CivilDay day, const std::string& path,
                 const RuleContext& context) {
  if (!day.is_open_ended()) return;
  context.log.Error(
      {path, "DATE_FORM",
       absl::StrCat(NameForMessage(context, path), "不能填写长期")});
}

void CheckNotFuture(CivilDay day, const std::string& path,
                    const RuleContext& context) {
  if (!day.is_date() || !context.received.is_date() ||
      day <= context.received) {
    return;
  }
  context.log.Warning(
      {path, "DATE_FUTURE",
       absl::StrCat(NameForMessage(context, path), "晚于收到数据的日期")});
}

void CheckOrder(CivilDay first, CivilDay second, const std::string& path,
                const RuleContext& context) {
  if (!first.is_date() || !second.is_date() || second >= first) return;
  context.log.Warning(
      {path, "DATE_ORDER",
       absl::StrCat(NameForMessage(context, path), "早于它之前应发生的日期")});
}

CivilDay DecisionDay(const spb::Record& record) {
  switch (record.details_case()) {
    case spb::Record::kLicence:
      return DayOf(record.licence().has_decided_on(),
                   record.licence().decided_on());
    case spb::Record::kPenalty:
      return DayOf(record.penalty().has_decided_on(),
                   record.penalty().decided_on());
    case spb::Record::kComplaint:
      return DayOf(record.complaint().has_registered_on(),
                   record.complaint().registered_on());
    case spb::Record::kListing:
      return DayOf(record.listing().has_listed_on(),
                   record.listing().listed_on());
    case spb::Record::kAnnualReport:
      return DayOf(record.annual_report().has_submitted_on(),
                   record.annual_report().submitted_on());
    case spb::Record::DETAILS_NOT_SET:
      break;
  }
  return CivilDay::Unknown();
}

void ApplyPartyRules(spb::Record& record, const RuleContext& context) {
  // Blanks are no name and no number; CheckTexts() cuts them off too late.
  TrimInPlace(*context.personal.mutable_person_name());
  TrimInPlace(*context.personal.mutable_person_id_number());
  JudgedCode judged;
  JudgeCode(record, judged, context);
  spb::Party& party = *record.mutable_party();
  JudgeOldNumbers(party, context);
  if (judged.old_number.has_value()) {
    PlaceOldNumber(*judged.old_number, party, context);
  }
  SettleCategory(record, context);
  if (IsNaturalPerson(party)) {
    HidePerson(party, context);
  } else {
    CheckCodeGiven(record, judged, context);
  }
}

void ApplyAgencyRules(spb::Record& record, const RuleContext& context) {
  JudgeAgency(*record.mutable_deciding_agency(), "record.deciding_agency",
              context);
  JudgeAgency(*record.mutable_submitting_agency(), "record.submitting_agency",
              context);
  // An empty message and none would be two contents of one meaning.
  if (IsEmpty(record.deciding_agency())) record.clear_deciding_agency();
  if (IsEmpty(record.submitting_agency())) record.clear_submitting_agency();
  if (record.listing().has_removing_agency()) {
    spb::Listing& listing = *record.mutable_listing();
    JudgeAgency(*listing.mutable_removing_agency(),
                "record.listing.removing_agency", context);
    if (IsEmpty(listing.removing_agency())) listing.clear_removing_agency();
  }
  for (int i = 0; i < record.annual_report().investments_size(); ++i) {
    spb::Investment& investment =
        *record.mutable_annual_report()->mutable_investments(i);
    investment.set_uscc(JudgeOtherCode(
        investment.uscc(), ReportPath("investments", i) + ".uscc", context));
  }
}

void ApplyFamilyRules(const spb::Record& record, const RuleContext& context) {
  switch (record.details_case()) {
    case spb::Record::kLicence:
      CheckLicence(record.licence(), context);
      return;
    case spb::Record::kPenalty:
      CheckPenalty(record.penalty(), context);
      return;
    case spb::Record::kComplaint:
      CheckComplaint(record.complaint(), context);
      return;
    case spb::Record::kListing:
      CheckListing(record.listing(), context);
      return;
    case spb::Record::kAnnualReport:
      CheckAnnualReport(record.annual_report(), context);
      return;
    case spb::Record::DETAILS_NOT_SET:
      return;
  }
}

void ApplyRequired(const Message& root, absl::string_view name,
                   bool natural_person, const RuleContext& context) {
  for (const auto& column : context.tables.columns(context.target)) {
    const conf::v1::Column& spec = column->spec;
    if (!IsRequired(spec.required(), natural_person) ||
        HasOwnRule(*column, natural_person)) {
      continue;
    }
    const Message& message =
        column->fields.front()->name() == name
            ? root
            : static_cast<const Message&>(context.personal);
    if (IsSet(message, column->fields) ||
        context.log.HasErrorAt(column->finding_path)) {
      continue;
    }
    if (spec.required() == conf::v1::Column::REQUIRED_ALWAYS) {
      context.log.Error({column->finding_path, "REQUIRED",
                         absl::StrCat("必填项“", spec.label(), "”为空")});
    } else {
      context.log.Warning({column->finding_path, "FIELD_MISSING",
                           absl::StrCat("应填项“", spec.label(), "”为空"),
                           SuggestionFor(*column, root)});
    }
  }
}

void ApplyDocumentRules(const spb::Record& record, const RuleContext& context) {
  if (record.documents_size() > kMaxDocuments) {
    context.log.Error({"record.documents", "LIST_LENGTH",
                       absl::StrCat("附件最多", kMaxDocuments, "个")});
  }
  for (int i = 0; i < record.documents_size(); ++i) {
    const spb::Document& document = record.documents(i);
    const std::string path = absl::StrCat("record.documents[", i, "]");
    if (document.kind() == spb::Document::KIND_UNSPECIFIED) {
      context.log.Error({path + ".kind", "REQUIRED", "附件类型为空"});
    }
    if (document.sm3().size() != kSm3Bytes) {
      context.log.Error(
          {path + ".sm3", "DOCUMENT_HASH", "附件的SM3值应为32字节"});
    }
    if (document.size_bytes() < 1) {
      context.log.Error(
          {path + ".size_bytes", "DOCUMENT_SIZE", "附件长度至少为1字节"});
    }
  }
}

}  // namespace creditreg
