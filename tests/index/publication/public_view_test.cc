// Every field of the stored messages is either shown to the public or withheld,
// and this file says which. A new field fails the first two cases until it is
// on one of the lists.

#include "index/publication/public_view.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "gtest/gtest.h"

namespace creditreg {
namespace {

namespace sv = storage::v1;
using ::google::protobuf::Descriptor;
using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::Reflection;
using Paths = std::set<std::string>;

const Paths& EnterpriseShown() {
  static const Paths* const kPaths = new Paths{
      "uscc",
      "name",
      "category",
      "entity_type",
      "status",
      "established_on",
      "approved_on",
      "term_from",
      "term_to",
      "revoked_on",
      "deregistered_on",
      "capital.minor_units",
      "capital.currency_code",
      "industry_code",
      "business_scope",
      "address.division_code",
      "address.street_code",
      "address.text",
      "registration_authority.name",
      "registration_authority.uscc",
      "former_names.name",
      "former_names.until",
      "former_codes.uscc",
      "former_codes.until",
      "former_codes.merged",
  };
  return *kPaths;
}

const Paths& EnterpriseWithheld() {
  static const Paths* const kPaths = new Paths{
      "capital.text",          "legal_representative", "supervising_unit.name",
      "supervising_unit.uscc", "old_numbers.kind",     "old_numbers.value",
      "former_names.reason",   "former_codes.reason",  "remark",
      "code_as_given",
  };
  return *kPaths;
}

// Of a record of any family that has public fields.
const Paths& RecordShown() {
  static const Paths* const kPaths = new Paths{
      "family",         "party.name",           "party.category",
      "party.uscc",     "deciding_agency.name", "deciding_agency.uscc",
      "documents.kind", "documents.title",      "documents.media_type",
      "documents.sm3",  "documents.size_bytes",
  };
  return *kPaths;
}

// Beside them, by family.
const Paths& LicenceShown() {
  static const Paths* const kPaths = new Paths{
      "licence.document_name",  "licence.document_number",
      "licence.licence_type",   "licence.certificate_name",
      "licence.licence_number", "licence.content",
      "licence.decided_on",     "licence.valid_from",
      "licence.valid_to",       "licence.state",
  };
  return *kPaths;
}

const Paths& PenaltyShown() {
  static const Paths* const kPaths = new Paths{
      "penalty.document_number",
      "penalty.violation_type",
      "penalty.facts",
      "penalty.legal_basis",
      "penalty.kinds",
      "penalty.content",
      "penalty.fine_fen",
      "penalty.confiscated_fen",
      "penalty.licences_withheld",
      "penalty.decided_on",
      "penalty.effective_until",
      "penalty.term_until",
      "penalty.performed_on",
  };
  return *kPaths;
}

const Paths& ListingShown() {
  static const Paths* const kPaths = new Paths{
      "listing.list",
      "listing.list_name",
      "listing.ground_code",
      "listing.ground",
      "listing.listed_on",
      "listing.entry_document_number",
      "listing.restriction_until",
  };
  return *kPaths;
}

// Whole messages are one path: a report shows them or does not.
const Paths& ReportShown() {
  static const Paths* const kPaths = new Paths{
      "annual_report.year",
      "annual_report.submitted_on",
      "annual_report.address",
      "annual_report.postal_code",
      "annual_report.telephone",
      "annual_report.email",
      "annual_report.operating_status",
      "annual_report.websites",
      "annual_report.investments",
      "annual_report.contributions",
      "annual_report.transfers",
      "annual_report.optional_figures",
      "annual_report.social_insurance",
      "annual_report.social_insurance_shown",
      "annual_report.withheld_by_party",
      "annual_report.corrections",
  };
  return *kPaths;
}

// Whole families that are withheld, and messages that are taken as one.
bool IsWhole(const std::string& path) {
  return path == "complaint" || (path.rfind("annual_report.", 0) == 0 &&
                                 path.find('.', 14) == std::string::npos);
}

const Paths& RecordWithheld() {
  static const Paths* const kPaths = new Paths{
      "party.registration_number",
      "party.organisation_code",
      "party.tax_number",
      "party.institution_certificate",
      "party.social_organisation_certificate",
      "party.legal_representative",
      "party.code_as_given",
      "party.address",
      "submitting_agency.name",
      "submitting_agency.uscc",
      "licence.remark",
      "documents.source_uri",
      "penalty.publicity_until_as_given",
      "penalty.remark",
      "penalty.procedure",
      "penalty.declared_severity",
      "penalty.ministry",
      "penalty.served_on",
      "penalty.publications.channel",
      "penalty.publications.published_on",
      "listing.performed_on",
      "listing.removed_on",
      "listing.removal_ground",
      "listing.removal_document_number",
      "listing.removing_agency.name",
      "listing.removing_agency.uscc",
      "listing.ministry",
      "listing.publications.channel",
      "listing.publications.published_on",
      "listing.remark",
      "complaint",
  };
  return *kPaths;
}

// Every leaf below `type`, as a path; what is whole is one.
void CollectPaths(const Descriptor* type, const std::string& prefix,
                  Paths* paths) {
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    const std::string path = prefix + field->name();
    if (field->message_type() != nullptr && !IsWhole(path)) {
      CollectPaths(field->message_type(), path + ".", paths);
    } else {
      paths->insert(path);
    }
  }
}

// Which leaves of `message` are set.
void CollectSetPaths(const Message& message, const std::string& prefix,
                     Paths* paths) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string path = prefix + field->name();
    if (field->message_type() == nullptr || IsWhole(path)) {
      paths->insert(path);
    } else if (field->is_repeated()) {
      for (int i = 0; i < message.GetReflection()->FieldSize(message, field);
           ++i) {
        CollectSetPaths(
            message.GetReflection()->GetRepeatedMessage(message, field, i),
            path + ".", paths);
      }
    } else {
      CollectSetPaths(message.GetReflection()->GetMessage(message, field),
                      path + ".", paths);
    }
  }
}

void FillScalar(const FieldDescriptor* field, const std::string& path,
                Message* message) {
  const Reflection* reflection = message->GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      if (field->is_repeated()) {
        reflection->AddString(message, field, "text of " + path);
      } else {
        reflection->SetString(message, field, "text of " + path);
      }
      return;
    case FieldDescriptor::CPPTYPE_ENUM:
      reflection->SetEnumValue(message, field, 1);
      return;
    case FieldDescriptor::CPPTYPE_INT32:
      reflection->SetInt32(message, field, 20000);
      return;
    case FieldDescriptor::CPPTYPE_INT64:
      reflection->SetInt64(message, field, 123456);
      return;
    case FieldDescriptor::CPPTYPE_BOOL:
      reflection->SetBool(message, field, true);
      return;
    default:
      FAIL() << path << ": teach this test the type";
  }
}

// Sets every field of `message`; of a record's details those of `family` alone.
void FillAll(const std::string& prefix, const std::string& family,
             Message* message) {
  const Descriptor* type = message->GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    const std::string path = prefix + field->name();
    if (field->real_containing_oneof() != nullptr && path != family) continue;
    if (field->message_type() == nullptr) {
      FillScalar(field, path, message);
    } else if (field->is_repeated()) {
      FillAll(path + ".", family,
              message->GetReflection()->AddMessage(message, field));
    } else {
      FillAll(path + ".", family,
              message->GetReflection()->MutableMessage(message, field));
    }
  }
}

sv::Enterprise FullOrganisation() {
  sv::Enterprise enterprise;
  FillAll("", "", &enterprise);
  enterprise.set_category(sv::PARTY_CATEGORY_ORGANISATION);
  return enterprise;
}

sv::Record FullRecord(const std::string& family) {
  sv::Record record;
  FillAll("", family, &record);
  record.mutable_party()->set_category(sv::PARTY_CATEGORY_ORGANISATION);
  record.mutable_documents(0)->set_kind(sv::Document::KIND_REDACTED_COPY);
  if (record.has_annual_report()) {
    record.mutable_annual_report()->set_withheld_by_party(false);
    record.mutable_annual_report()->mutable_corrections(0)->set_field("email");
  }
  return record;
}

Paths Union(const Paths& a, const Paths& b) {
  Paths all = a;
  all.insert(b.begin(), b.end());
  return all;
}

TEST(PublicViewTest, EveryFieldOfAnEnterpriseIsShownOrWithheld) {
  Paths paths;
  CollectPaths(sv::Enterprise::descriptor(), "", &paths);
  EXPECT_EQ(paths, Union(EnterpriseShown(), EnterpriseWithheld()));
}

TEST(PublicViewTest, EveryFieldOfARecordIsShownOrWithheld) {
  Paths paths;
  CollectPaths(sv::Record::descriptor(), "", &paths);
  Paths known = Union(RecordShown(), RecordWithheld());
  for (const Paths* shown :
       {&LicenceShown(), &PenaltyShown(), &ListingShown(), &ReportShown()}) {
    known = Union(known, *shown);
  }
  EXPECT_EQ(paths, known);
}

TEST(PublicViewTest, ShowsOfAnOrganisationExactlyTheList) {
  const sv::Enterprise full = FullOrganisation();
  const std::optional<sv::Enterprise> shown = PublicEnterprise(full);
  ASSERT_TRUE(shown.has_value());
  Paths paths;
  CollectSetPaths(*shown, "", &paths);
  EXPECT_EQ(paths, EnterpriseShown());
}

TEST(PublicViewTest, ShowsOfARecordExactlyTheList) {
  const std::map<std::string, const Paths*> families = {
      {"licence", &LicenceShown()},
      {"penalty", &PenaltyShown()},
      {"listing", &ListingShown()},
      {"annual_report", &ReportShown()}};
  for (const auto& [family, shown_fields] : families) {
    const std::optional<sv::Record> shown = PublicRecord(FullRecord(family));
    ASSERT_TRUE(shown.has_value()) << family;
    Paths paths;
    CollectSetPaths(*shown, "", &paths);
    Paths want = Union(RecordShown(), *shown_fields);
    want.erase("annual_report.withheld_by_party");  // false is not set
    EXPECT_EQ(paths, want) << family;
  }
}

TEST(PublicViewTest, WhatIsShownIsWhatIsStored) {
  const sv::Enterprise full = FullOrganisation();
  sv::Enterprise expected = full;
  expected.clear_legal_representative();
  expected.clear_supervising_unit();
  expected.clear_old_numbers();
  expected.clear_remark();
  expected.clear_code_as_given();
  expected.mutable_capital()->clear_text();
  expected.mutable_former_names(0)->clear_reason();
  expected.mutable_former_codes(0)->clear_reason();
  EXPECT_EQ(PublicEnterprise(full)->SerializeAsString(),
            expected.SerializeAsString());
}

TEST(PublicViewTest, AnAddressThatMayBeAHomeIsCutToTheStreet) {
  for (const sv::PartyCategory category :
       {sv::PARTY_CATEGORY_INDIVIDUAL_BUSINESS,
        sv::PARTY_CATEGORY_UNSPECIFIED}) {
    sv::Enterprise business = FullOrganisation();
    business.set_category(category);
    const std::optional<sv::Enterprise> shown = PublicEnterprise(business);
    ASSERT_TRUE(shown.has_value());
    EXPECT_EQ(shown->address().text(), "");
    EXPECT_EQ(shown->address().street_code(), business.address().street_code());
  }
}

TEST(PublicViewTest, ANaturalPersonIsNotShown) {
  sv::Enterprise person = FullOrganisation();
  person.set_category(sv::PARTY_CATEGORY_NATURAL_PERSON);
  EXPECT_FALSE(PublicEnterprise(person).has_value());
}

TEST(PublicViewTest, CapitalThatCouldNotBeReadIsAbsent) {
  sv::Enterprise enterprise = FullOrganisation();
  enterprise.mutable_capital()->clear_currency_code();
  EXPECT_FALSE(PublicEnterprise(enterprise)->has_capital());
}

TEST(PublicViewTest, NeitherPersonsNorComplaintsAreShown) {
  for (const std::string family :
       {"licence", "penalty", "listing", "annual_report"}) {
    sv::Record record = FullRecord(family);
    record.mutable_party()->set_category(sv::PARTY_CATEGORY_NATURAL_PERSON);
    EXPECT_FALSE(PublicRecord(record).has_value()) << family;
  }
  EXPECT_FALSE(PublicRecord(FullRecord("complaint")).has_value());
  EXPECT_FALSE(PublicRecord(sv::Record()).has_value());
}

TEST(PublicViewTest, OnlyRedactedCopiesAreShown) {
  sv::Record record = FullRecord("licence");
  for (const sv::Document::Kind kind :
       {sv::Document::KIND_UNSPECIFIED, sv::Document::KIND_ORIGINAL,
        sv::Document::KIND_ATTACHMENT}) {
    record.mutable_documents(0)->set_kind(kind);
    EXPECT_EQ(PublicRecord(record)->documents_size(), 0);
  }
}

TEST(PublicViewTest, NumbersOfPersonsInTextsAreMasked) {
  constexpr char kText[] = "负责人身份证11010519491231002X，电话13800138000";
  constexpr char kMasked[] = "负责人身份证[已遮蔽]，电话[已遮蔽]";
  sv::Record record = FullRecord("penalty");
  for (auto set :
       {&sv::Penalty::mutable_violation_type, &sv::Penalty::mutable_facts,
        &sv::Penalty::mutable_legal_basis, &sv::Penalty::mutable_content,
        &sv::Penalty::mutable_licences_withheld}) {
    *(record.mutable_penalty()->*set)() = kText;
    sv::Record shown = *PublicRecord(record);
    EXPECT_EQ(*(shown.mutable_penalty()->*set)(), kMasked);
  }
  record = FullRecord("licence");
  record.mutable_licence()->set_content(kText);
  EXPECT_EQ(PublicRecord(record)->licence().content(), kMasked);
  record = FullRecord("listing");
  record.mutable_listing()->set_ground(kText);
  EXPECT_EQ(PublicRecord(record)->listing().ground(), kMasked);
  sv::Enterprise enterprise = FullOrganisation();
  enterprise.set_business_scope(kText);
  EXPECT_EQ(PublicEnterprise(enterprise)->business_scope(), kMasked);
}

TEST(PublicViewTest, OfAReportOnlyWhatItsPartyChoseToShow) {
  sv::Record record = FullRecord("annual_report");
  sv::AnnualReport& report = *record.mutable_annual_report();
  report.mutable_optional_figures()->mutable_assets_fen()->set_shown(false);
  report.set_social_insurance_shown(false);
  report.mutable_corrections(0)->set_field("optional_figures.assets_fen");
  sv::AnnualReport shown = PublicRecord(record)->annual_report();
  EXPECT_FALSE(shown.optional_figures().has_assets_fen());
  EXPECT_TRUE(shown.optional_figures().has_revenue_fen());
  EXPECT_EQ(shown.social_insurance_size(), 0);
  EXPECT_EQ(shown.corrections_size(), 0);
  report.mutable_corrections(0)->set_field("optional_figures.revenue_fen");
  EXPECT_EQ(PublicRecord(record)->annual_report().corrections_size(), 1);
  report.mutable_corrections(0)->set_field("something");
  EXPECT_EQ(PublicRecord(record)->annual_report().corrections_size(), 0);
  // One that shows nothing has reported.
  report.set_withheld_by_party(true);
  shown = PublicRecord(record)->annual_report();
  sv::AnnualReport bare;
  bare.set_year(report.year());
  bare.set_submitted_on(report.submitted_on());
  bare.set_withheld_by_party(true);
  EXPECT_EQ(shown.SerializeAsString(), bare.SerializeAsString());
}

}  // namespace
}  // namespace creditreg
