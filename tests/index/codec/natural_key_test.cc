#include "index/codec/natural_key.h"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "creditreg/storage/v1/content.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/base/civil_day.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

namespace pb = ::creditreg::storage::v1;

constexpr char kCode[] = "914403001922038216";
constexpr char kOtherCode[] = "9144030027939873X7";
// Its check character is wrong.
constexpr char kBadCode[] = "914403001922038215";
constexpr char kResidentId[] = "11010519491231002X";

// 00 01 02 ... 1f
Key256 CountingKey() {
  Key256 key{};
  for (std::size_t i = 0; i < key.size(); ++i) {
    key[i] = static_cast<unsigned char>(i);
  }
  return key;
}

struct Submission {
  pb::Record record;
  pb::PersonalFields personal;
};

Submission Licence() {
  Submission s;
  s.record.mutable_deciding_agency()->set_name("某局(分局)");
  s.record.mutable_party()->set_name("某公司");
  s.record.mutable_party()->set_uscc(kCode);
  s.record.mutable_licence()->set_document_number("粤〔2025〕1号");
  s.record.mutable_licence()->set_licence_number("A1");
  return s;
}

Submission Penalty() {
  Submission s = Licence();
  s.record.mutable_penalty()->set_document_number("粤〔2025〕1号");
  return s;
}

Submission PersonPenalty() {
  Submission s = Penalty();
  s.record.mutable_party()->Clear();
  s.record.mutable_party()->set_category(pb::PARTY_CATEGORY_NATURAL_PERSON);
  s.personal.set_person_name("张三");
  s.personal.set_person_id_number(kResidentId);
  return s;
}

Submission Complaint() {
  Submission s;
  s.record.mutable_submitting_agency()->set_uscc(kCode);
  s.record.mutable_complaint()->set_platform("全国12315平台");
  s.record.mutable_complaint()->set_case_number("TS1");
  return s;
}

// 2025-07-01.
constexpr int kListedOn = 20270;

Submission Listing() {
  Submission s = Licence();
  s.record.mutable_listing()->set_list(pb::Listing::LIST_ABNORMAL_OPERATION);
  s.record.mutable_listing()->set_ground_code("4");
  s.record.mutable_listing()->set_listed_on(kListedOn);
  return s;
}

Submission OtherListing() {
  Submission s = Listing();
  s.record.mutable_listing()->set_list(pb::Listing::LIST_OTHER);
  s.record.mutable_listing()->set_list_name("失信被执行人");
  return s;
}

Submission Report() {
  Submission s;
  s.record.mutable_party()->set_name("某公司");
  s.record.mutable_party()->set_uscc(kCode);
  s.record.mutable_annual_report()->set_year(2024);
  return s;
}

absl::StatusOr<std::string> KeyOf(const Submission& s) {
  return RecordNaturalKey(s.record, s.personal, CountingKey());
}

std::string HexKeyOf(const Submission& s) {
  const absl::StatusOr<std::string> key = KeyOf(s);
  return key.ok() ? absl::BytesToHexString(*key) : key.status().ToString();
}

// The values come from the openssl program, fed with the bytes that the header
// describes: tag, length and text of each part.
TEST(RecordNaturalKeyTest, BytesArePinned) {
  Submission licence;
  licence.record.mutable_deciding_agency()->set_name("某局");
  licence.record.mutable_party()->set_uscc(kCode);
  licence.record.mutable_licence()->set_document_number("A1号");
  EXPECT_EQ(HexKeyOf(licence),
            "53b0356c309b35f0cfc2939b8b0337b67be2edbef879032c865c38af710313cf");

  Submission penalty;
  penalty.record.mutable_deciding_agency()->set_uscc(kCode);
  penalty.record.mutable_party()->set_registration_number("440301");
  penalty.record.mutable_penalty()->set_document_number("A1号");
  EXPECT_EQ(HexKeyOf(penalty),
            "f7c3bfa369e2b0883edb161f3003f963d831dbe86637d48341bed109c8d3133c");

  Submission person = PersonPenalty();
  person.record.mutable_deciding_agency()->set_name("某局");
  person.record.mutable_penalty()->set_document_number("A1号");
  EXPECT_EQ(HexKeyOf(person),
            "2a785b764ff471e36dab6594b1abf017e0063b8872f5ccfa5c94b2d4424c283f");

  EXPECT_EQ(HexKeyOf(Complaint()),
            "45beeb6add8018102960aa50cc36332790a20ee1aea97e3eb20476f5c7581473");

  Submission listing = Listing();
  listing.record.mutable_deciding_agency()->set_name("某局");
  EXPECT_EQ(HexKeyOf(listing),
            "e3c114995f1669234546c9408cdcc6b2a056d67d28f620700da8bc6805c4f58b");

  Submission other = OtherListing();
  other.record.mutable_deciding_agency()->set_uscc(kCode);
  other.record.mutable_listing()->clear_ground_code();
  other.record.mutable_party()->clear_uscc();
  other.record.mutable_party()->set_registration_number("440301");
  EXPECT_EQ(HexKeyOf(other),
            "b16eada0fa158e1b31cc9569b732598b860e899e11e0ff9329ee54bbbbe130d7");

  EXPECT_EQ(HexKeyOf(Report()),
            "97e3bcdeb56d0983c6fd534e523186ef773a582ad849b68a28ae3f3c8b1cec55");
}

// A change to a submission, and whether it is the same fact afterwards.
struct Variant {
  const char* name;
  std::function<void(Submission*)> change;
  bool same;
};

void ExpectVariants(const Submission& original,
                    const std::vector<Variant>& variants) {
  const std::string key = HexKeyOf(original);
  for (const Variant& variant : variants) {
    Submission changed = original;
    variant.change(&changed);
    ASSERT_THAT(KeyOf(changed), IsOk()) << variant.name;
    EXPECT_EQ(HexKeyOf(changed) == key, variant.same) << variant.name;
  }
}

pb::Licence* LicenceOf(Submission* s) { return s->record.mutable_licence(); }
pb::Party* PartyOf(Submission* s) { return s->record.mutable_party(); }
pb::Agency* AgencyOf(Submission* s) {
  return s->record.mutable_deciding_agency();
}

TEST(RecordNaturalKeyTest, LicencesThatAreTheSame) {
  ExpectVariants(
      Licence(),
      {
          {"nothing", [](Submission*) {}, true},
          {"content", [](Submission* s) { LicenceOf(s)->set_content("x"); },
           true},
          {"submitting agency",
           [](Submission* s) {
             s->record.mutable_submitting_agency()->set_name("另一局");
           },
           true},
          {"name of a party with a code",
           [](Submission* s) { PartyOf(s)->set_name("新名"); }, true},
          {"old number of a party with a code",
           [](Submission* s) { PartyOf(s)->set_registration_number("4403"); },
           true},
          {"brackets and blanks of the agency",
           [](Submission* s) { AgencyOf(s)->set_name("某局 （分局）"); }, true},
          {"an agency's bad code beside its name",
           [](Submission* s) { AgencyOf(s)->set_uscc(kBadCode); }, true},
          {"brackets and widths of the document number",
           [](Submission* s) {
             LicenceOf(s)->set_document_number("粤（２０２５）1号 ");
           },
           true},
          {"width of the licence number",
           [](Submission* s) { LicenceOf(s)->set_licence_number("Ａ１"); },
           true},
          {"another document number",
           [](Submission* s) {
             LicenceOf(s)->set_document_number("粤〔2025〕2号");
           },
           false},
          {"a second licence of the document",
           [](Submission* s) { LicenceOf(s)->set_licence_number("A2"); },
           false},
          {"no licence number",
           [](Submission* s) { LicenceOf(s)->set_licence_number(""); }, false},
          {"a second party of the decision",
           [](Submission* s) { PartyOf(s)->set_uscc(kOtherCode); }, false},
          {"another agency",
           [](Submission* s) { AgencyOf(s)->set_name("另一局"); }, false},
          {"an agency known by its code",
           [](Submission* s) { AgencyOf(s)->set_uscc(kCode); }, false},
      });
}

TEST(RecordNaturalKeyTest, AnEmptyLicenceNumberIsAValue) {
  Submission s = Licence();
  s.record.mutable_licence()->clear_licence_number();
  EXPECT_THAT(KeyOf(s), IsOk());
}

TEST(RecordNaturalKeyTest, FamiliesDoNotShareKeys) {
  Submission licence = Licence();
  licence.record.mutable_licence()->clear_licence_number();
  EXPECT_NE(HexKeyOf(licence), HexKeyOf(Penalty()));
}

// Without the lengths both would be hashed from the same bytes.
TEST(RecordNaturalKeyTest, BordersOfPartsCount) {
  Submission a = Licence();
  a.record.mutable_licence()->set_document_number("12");
  a.record.mutable_licence()->set_licence_number("3");
  Submission b = Licence();
  b.record.mutable_licence()->set_document_number("1");
  b.record.mutable_licence()->set_licence_number("23");
  EXPECT_NE(HexKeyOf(a), HexKeyOf(b));
}

Submission WithoutCode() {
  Submission s = Penalty();
  PartyOf(&s)->clear_uscc();
  return s;
}

TEST(RecordNaturalKeyTest, PartiesByNameThatAreTheSame) {
  ExpectVariants(
      WithoutCode(),
      {
          {"widths and brackets",
           [](Submission* s) { PartyOf(s)->set_name(" 某 公司"); }, true},
          {"a bad code", [](Submission* s) { PartyOf(s)->set_uscc(kBadCode); },
           true},
          {"category",
           [](Submission* s) {
             PartyOf(s)->set_category(pb::PARTY_CATEGORY_ORGANISATION);
           },
           true},
          {"another name",
           [](Submission* s) { PartyOf(s)->set_name("他公司"); }, false},
          {"an ID number of the owner",
           [](Submission* s) { s->personal.set_person_id_number(kResidentId); },
           false},
          {"a registration number",
           [](Submission* s) { PartyOf(s)->set_registration_number("4403"); },
           false},
          {"a code", [](Submission* s) { PartyOf(s)->set_uscc(kCode); }, false},
      });
}

TEST(RecordNaturalKeyTest, TheKindOfAnOldNumberCounts) {
  Submission registration = WithoutCode();
  PartyOf(&registration)->set_registration_number("4403");
  Submission tax = WithoutCode();
  PartyOf(&tax)->set_tax_number("4403");
  Submission organisation = WithoutCode();
  PartyOf(&organisation)->set_organisation_code("4403");
  Submission institution = WithoutCode();
  PartyOf(&institution)->set_institution_certificate("4403");
  Submission social = WithoutCode();
  PartyOf(&social)->set_social_organisation_certificate("4403");
  EXPECT_THAT((std::set<std::string>{HexKeyOf(registration), HexKeyOf(tax),
                                     HexKeyOf(organisation),
                                     HexKeyOf(institution), HexKeyOf(social)}),
              ::testing::SizeIs(5));
}

TEST(RecordNaturalKeyTest, WhereATaxNumberIsKeptMakesNoDifference) {
  Submission open = WithoutCode();
  PartyOf(&open)->set_tax_number(kResidentId);
  Submission sealed = WithoutCode();
  sealed.personal.set_tax_number(kResidentId);
  EXPECT_EQ(HexKeyOf(open), HexKeyOf(sealed));
}

TEST(RecordNaturalKeyTest, NaturalPersonsThatAreTheSame) {
  ExpectVariants(
      PersonPenalty(),
      {
          {"blanks in the name",
           [](Submission* s) { s->personal.set_person_name("张 三"); }, true},
          {"lower case in the ID number",
           [](Submission* s) {
             s->personal.set_person_id_number("11010519491231002x");
           },
           true},
          {"type of the document",
           [](Submission* s) { s->personal.set_person_id_type("身份证"); },
           true},
          {"the employer's code beside the name",
           [](Submission* s) { PartyOf(s)->set_uscc(kCode); }, true},
          {"the employer's tax number beside the name",
           [](Submission* s) { PartyOf(s)->set_tax_number("4403"); }, true},
          {"another name",
           [](Submission* s) { s->personal.set_person_name("李四"); }, false},
          {"another ID number",
           [](Submission* s) { s->personal.set_person_id_number("E12345678"); },
           false},
      });
}

TEST(RecordNaturalKeyTest, TwoPersonsOfOneEmployerAreTwo) {
  Submission a = PersonPenalty();
  Submission b = PersonPenalty();
  PartyOf(&a)->set_uscc(kCode);
  PartyOf(&b)->set_uscc(kCode);
  b.personal.set_person_name("李四");
  b.personal.set_person_id_number("E12345678");
  EXPECT_NE(HexKeyOf(a), HexKeyOf(b));
}

TEST(RecordNaturalKeyTest, ComplaintsThatAreTheSame) {
  ExpectVariants(
      Complaint(),
      {
          {"width of the platform",
           [](Submission* s) {
             s->record.mutable_complaint()->set_platform("全国１２３１５平台");
           },
           true},
          {"submitting agency",
           [](Submission* s) {
             s->record.mutable_submitting_agency()->set_uscc(kOtherCode);
           },
           true},
          {"party", [](Submission* s) { PartyOf(s)->set_uscc(kOtherCode); },
           true},
          {"another case number",
           [](Submission* s) {
             s->record.mutable_complaint()->set_case_number("TS2");
           },
           false},
          {"no platform",
           [](Submission* s) {
             s->record.mutable_complaint()->clear_platform();
           },
           false},
      });
}

TEST(RecordNaturalKeyTest, WithoutAPlatformTheSubmitterCounts) {
  Submission by_code = Complaint();
  by_code.record.mutable_complaint()->clear_platform();
  Submission other = by_code;
  other.record.mutable_submitting_agency()->set_uscc(kOtherCode);
  EXPECT_NE(HexKeyOf(by_code), HexKeyOf(other));
}

pb::Listing* ListingOf(Submission* s) { return s->record.mutable_listing(); }

TEST(RecordNaturalKeyTest, ListingsThatAreTheSame) {
  ExpectVariants(
      Listing(),
      {
          {"ground in other words",
           [](Submission* s) { ListingOf(s)->set_ground("无法联系"); }, true},
          {"document number",
           [](Submission* s) {
             ListingOf(s)->set_entry_document_number("粤〔2025〕1号");
           },
           true},
          {"removal",
           [](Submission* s) { ListingOf(s)->set_removed_on(kListedOn + 9); },
           true},
          {"width of the ground's code",
           [](Submission* s) { ListingOf(s)->set_ground_code("４ "); }, true},
          {"a second ground",
           [](Submission* s) { ListingOf(s)->set_ground_code("1"); }, false},
          {"no ground's code",
           [](Submission* s) { ListingOf(s)->clear_ground_code(); }, false},
          {"a second list",
           [](Submission* s) {
             ListingOf(s)->set_list(pb::Listing::LIST_SERIOUS_VIOLATION);
           },
           false},
          {"another day",
           [](Submission* s) { ListingOf(s)->set_listed_on(kListedOn + 1); },
           false},
          {"a second party",
           [](Submission* s) { PartyOf(s)->set_uscc(kOtherCode); }, false},
          {"another agency",
           [](Submission* s) { AgencyOf(s)->set_name("另一局"); }, false},
      });
  ExpectVariants(
      OtherListing(),
      {
          {"blanks in the list's name",
           [](Submission* s) { ListingOf(s)->set_list_name("失信 被执行人"); },
           true},
          {"another list",
           [](Submission* s) {
             ListingOf(s)->set_list_name("拖欠农民工工资失信联合惩戒对象");
           },
           false},
      });
}

TEST(RecordNaturalKeyTest, ReportsThatAreTheSame) {
  ExpectVariants(
      Report(),
      {
          {"whoever received it",
           [](Submission* s) { AgencyOf(s)->set_name("某局"); }, true},
          {"day it was handed in",
           [](Submission* s) {
             s->record.mutable_annual_report()->set_submitted_on(kListedOn);
           },
           true},
          {"another year",
           [](Submission* s) {
             s->record.mutable_annual_report()->set_year(2023);
           },
           false},
          {"another party",
           [](Submission* s) { PartyOf(s)->set_uscc(kOtherCode); }, false},
      });
}

auto IsMissing(const char* path) {
  return StatusIs(absl::StatusCode::kInvalidArgument, path);
}

TEST(RecordNaturalKeyTest, AMissingPartIsNamed) {
  for (const Submission& original : {Licence(), Penalty(), Listing()}) {
    Submission s = original;
    s.record.mutable_deciding_agency()->set_name(" ");
    s.record.mutable_deciding_agency()->set_uscc(kBadCode);
    EXPECT_THAT(KeyOf(s), IsMissing("record.deciding_agency.name"));
    s = original;
    s.record.mutable_party()->Clear();
    EXPECT_THAT(KeyOf(s), IsMissing("record.party.name"));
  }
  Submission s = Licence();
  s.record.mutable_licence()->set_document_number("　");
  EXPECT_THAT(KeyOf(s), IsMissing("record.licence.document_number"));
  s = Penalty();
  s.record.mutable_penalty()->clear_document_number();
  EXPECT_THAT(KeyOf(s), IsMissing("record.penalty.document_number"));
  s = Complaint();
  s.record.mutable_complaint()->clear_platform();
  s.record.mutable_submitting_agency()->Clear();
  EXPECT_THAT(KeyOf(s), IsMissing("record.complaint.platform"));
  s = Complaint();
  s.record.mutable_complaint()->clear_case_number();
  EXPECT_THAT(KeyOf(s), IsMissing("record.complaint.case_number"));
  s = Listing();
  s.record.mutable_listing()->clear_list();
  EXPECT_THAT(KeyOf(s), IsMissing("record.listing.list"));
  s = OtherListing();
  s.record.mutable_listing()->set_list_name(" ");
  EXPECT_THAT(KeyOf(s), IsMissing("record.listing.list_name"));
  s = Listing();
  s.record.mutable_listing()->clear_listed_on();
  EXPECT_THAT(KeyOf(s), IsMissing("record.listing.listed_on"));
  s = Listing();
  s.record.mutable_listing()->set_listed_on(2147483647);
  EXPECT_THAT(KeyOf(s), IsMissing("record.listing.listed_on"));
  s = Report();
  s.record.mutable_annual_report()->clear_year();
  EXPECT_THAT(KeyOf(s), IsMissing("record.annual_report.year"));
  s = Report();
  s.record.mutable_party()->Clear();
  EXPECT_THAT(KeyOf(s), IsMissing("record.party.name"));
  EXPECT_THAT(KeyOf(Submission()), IsMissing("record.details"));
}

TEST(RecordNaturalKeyTest, ANaturalPersonNeedsNameAndIdNumber) {
  Submission s = PersonPenalty();
  s.personal.clear_person_name();
  EXPECT_THAT(KeyOf(s), IsMissing("personal.person_name"));
  s = PersonPenalty();
  s.personal.clear_person_id_number();
  PartyOf(&s)->set_uscc(kCode);
  EXPECT_THAT(KeyOf(s), IsMissing("personal.person_id_number"));
}

TEST(RecordNaturalKeyTest, AnotherKeyGivesOtherKeys) {
  const Submission s = Licence();
  EXPECT_NE(RecordNaturalKey(s.record, s.personal, Key256{}).value(),
            KeyOf(s).value());
}

pb::Enterprise SomeEnterprise() {
  pb::Enterprise enterprise;
  enterprise.set_name("某公司");
  enterprise.mutable_registration_authority()->set_name("某局");
  enterprise.mutable_address()->set_division_code("440300");
  enterprise.set_established_on(20458);  // 2026-01-05
  return enterprise;
}

std::optional<std::string> HexNameKey(const pb::Enterprise& enterprise) {
  const auto key = EnterpriseNameKey(enterprise, CountingKey());
  if (!key.has_value()) return std::nullopt;
  return absl::BytesToHexString(*key);
}

TEST(EnterpriseNameKeyTest, BytesArePinned) {
  pb::Enterprise enterprise = SomeEnterprise();
  EXPECT_EQ(HexNameKey(enterprise), "16e075618b3dba61e465d26da2998056");
  enterprise.clear_registration_authority();
  EXPECT_EQ(HexNameKey(enterprise), "d658fa0fe025b123b10f0b76285d87de");
}

TEST(EnterpriseNameKeyTest, WhatIsTheSame) {
  const auto key = HexNameKey(SomeEnterprise());
  pb::Enterprise enterprise = SomeEnterprise();
  enterprise.set_name("某 公司");
  enterprise.set_uscc(kCode);
  enterprise.mutable_address()->set_division_code("440100");
  EXPECT_EQ(HexNameKey(enterprise), key);
  enterprise = SomeEnterprise();
  enterprise.set_name("他公司");
  EXPECT_NE(HexNameKey(enterprise), key);
  enterprise = SomeEnterprise();
  enterprise.set_established_on(0);
  EXPECT_NE(HexNameKey(enterprise), key);
  enterprise = SomeEnterprise();
  enterprise.mutable_registration_authority()->set_uscc(kCode);
  EXPECT_NE(HexNameKey(enterprise), key);
}

TEST(EnterpriseNameKeyTest, AMissingPartGivesNone) {
  pb::Enterprise enterprise = SomeEnterprise();
  enterprise.clear_registration_authority();
  enterprise.clear_address();
  EXPECT_EQ(HexNameKey(enterprise), std::nullopt);
  enterprise = SomeEnterprise();
  enterprise.set_name(" ");
  EXPECT_EQ(HexNameKey(enterprise), std::nullopt);
  enterprise = SomeEnterprise();
  enterprise.clear_established_on();
  EXPECT_EQ(HexNameKey(enterprise), std::nullopt);
  for (const CivilDay no_day : {CivilDay::Unknown(), CivilDay::OpenEnded()}) {
    enterprise.set_established_on(no_day.days());
    EXPECT_EQ(HexNameKey(enterprise), std::nullopt);
  }
}

pb::OldNumber Number(pb::OldNumberKind kind, const char* value) {
  pb::OldNumber number;
  number.set_kind(kind);
  number.set_value(value);
  return number;
}

TEST(OldNumberIndexValueTest, ATaxNumberThatMayHoldAnIdIsHashed) {
  EXPECT_EQ(absl::BytesToHexString(OldNumberIndexValue(
                Number(pb::OLD_NUMBER_KIND_TAX, kResidentId), CountingKey())),
            "b8253a50356eaa77d12c8c345466049d");
}

TEST(OldNumberIndexValueTest, OtherNumbersStayAsTheyAre) {
  EXPECT_EQ(OldNumberIndexValue(Number(pb::OLD_NUMBER_KIND_TAX, kCode),
                                CountingKey()),
            kCode);
  EXPECT_EQ(OldNumberIndexValue(
                Number(pb::OLD_NUMBER_KIND_REGISTRATION, "440301103097413"),
                CountingKey()),
            "440301103097413");
}

}  // namespace
}  // namespace creditreg
