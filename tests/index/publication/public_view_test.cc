// Every field of the stored messages is either shown to the public or withheld,
// and this file says which. A new field fails the first two cases until it is
// on one of the lists.

#include "index/publication/public_view.h"

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

const Paths& RecordShown() {
  static const Paths* const kPaths = new Paths{
      "family",
      "party.name",
      "party.category",
      "party.uscc",
      "deciding_agency.name",
      "deciding_agency.uscc",
      "licence.document_name",
      "licence.document_number",
      "licence.licence_type",
      "licence.certificate_name",
      "licence.licence_number",
      "licence.content",
      "licence.decided_on",
      "licence.valid_from",
      "licence.valid_to",
      "licence.state",
      "documents.kind",
      "documents.title",
      "documents.media_type",
      "documents.sm3",
      "documents.size_bytes",
  };
  return *kPaths;
}

// Whole families that are withheld.
bool IsFamilyWithheld(const std::string& path) {
  return path == "penalty" || path == "complaint" || path == "listing" ||
         path == "annual_report";
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
      "penalty",
      "complaint",
      "listing",
      "annual_report",
  };
  return *kPaths;
}

// Every leaf below `type`, as a path; families that are withheld whole are one.
void CollectPaths(const Descriptor* type, const std::string& prefix,
                  Paths* paths) {
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    const std::string path = prefix + field->name();
    if (field->message_type() != nullptr && !IsFamilyWithheld(path)) {
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
    if (field->message_type() == nullptr || IsFamilyWithheld(path)) {
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

// Sets every field of `message` but those of the oneof's other members.
void FillAll(const std::string& prefix, Message* message) {
  const Descriptor* type = message->GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    const std::string path = prefix + field->name();
    if (IsFamilyWithheld(path)) continue;
    if (field->message_type() == nullptr) {
      FillScalar(field, path, message);
    } else if (field->is_repeated()) {
      FillAll(path + ".", message->GetReflection()->AddMessage(message, field));
    } else {
      FillAll(path + ".",
              message->GetReflection()->MutableMessage(message, field));
    }
  }
}

sv::Enterprise FullOrganisation() {
  sv::Enterprise enterprise;
  FillAll("", &enterprise);
  enterprise.set_category(sv::PARTY_CATEGORY_ORGANISATION);
  return enterprise;
}

sv::RecordVersion FullLicence() {
  sv::RecordVersion record;
  FillAll("", record.mutable_content());
  record.mutable_content()->set_family(sv::FAMILY_LICENCE);
  record.mutable_content()->mutable_party()->set_category(
      sv::PARTY_CATEGORY_ORGANISATION);
  record.mutable_content()->mutable_documents(0)->set_kind(
      sv::Document::KIND_REDACTED_COPY);
  record.set_state(sv::RECORD_STATE_ACTIVE);
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
  EXPECT_EQ(paths, Union(RecordShown(), RecordWithheld()));
}

TEST(PublicViewTest, ShowsOfAnOrganisationExactlyTheList) {
  const sv::Enterprise full = FullOrganisation();
  const std::optional<sv::Enterprise> shown = PublicEnterprise(full);
  ASSERT_TRUE(shown.has_value());
  Paths paths;
  CollectSetPaths(*shown, "", &paths);
  EXPECT_EQ(paths, EnterpriseShown());
}

TEST(PublicViewTest, ShowsOfALicenceExactlyTheList) {
  const std::optional<sv::Record> shown =
      PublicLicence(FullLicence(), FullOrganisation());
  ASSERT_TRUE(shown.has_value());
  Paths paths;
  CollectSetPaths(*shown, "", &paths);
  EXPECT_EQ(paths, RecordShown());
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

TEST(PublicViewTest, OnlyLicencesInForceOfOrganisationsAreShown) {
  const sv::Enterprise holder = FullOrganisation();
  sv::RecordVersion record = FullLicence();
  record.set_state(sv::RECORD_STATE_WITHDRAWN);
  EXPECT_FALSE(PublicLicence(record, holder).has_value());

  record = FullLicence();
  record.mutable_content()->set_family(sv::FAMILY_PENALTY);
  EXPECT_FALSE(PublicLicence(record, holder).has_value());

  record = FullLicence();
  record.mutable_content()->mutable_penalty()->set_facts("facts");
  EXPECT_FALSE(PublicLicence(record, holder).has_value());

  // Nor are other families, whatever they say they are.
  for (const sv::Family family :
       {sv::FAMILY_LICENCE, sv::FAMILY_LISTING, sv::FAMILY_ANNUAL_REPORT}) {
    record = FullLicence();
    record.mutable_content()->set_family(family);
    record.mutable_content()->mutable_listing()->set_ground("ground");
    EXPECT_FALSE(PublicLicence(record, holder).has_value()) << family;
    record.mutable_content()->mutable_annual_report()->set_year(2024);
    EXPECT_FALSE(PublicLicence(record, holder).has_value()) << family;
  }

  for (const sv::PartyCategory category :
       {sv::PARTY_CATEGORY_UNSPECIFIED, sv::PARTY_CATEGORY_INDIVIDUAL_BUSINESS,
        sv::PARTY_CATEGORY_NATURAL_PERSON}) {
    record = FullLicence();
    record.mutable_content()->mutable_party()->set_category(category);
    EXPECT_FALSE(PublicLicence(record, holder).has_value()) << category;
    sv::Enterprise other = holder;
    other.set_category(category);
    EXPECT_FALSE(PublicLicence(FullLicence(), other).has_value()) << category;
  }
}

TEST(PublicViewTest, OnlyRedactedCopiesAreShown) {
  sv::RecordVersion record = FullLicence();
  for (const sv::Document::Kind kind :
       {sv::Document::KIND_UNSPECIFIED, sv::Document::KIND_ORIGINAL,
        sv::Document::KIND_ATTACHMENT}) {
    record.mutable_content()->mutable_documents(0)->set_kind(kind);
    EXPECT_EQ(PublicLicence(record, FullOrganisation())->documents_size(), 0);
  }
}

}  // namespace
}  // namespace creditreg
