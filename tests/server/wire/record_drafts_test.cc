// Every rule of records: what breaks it, what is said, what is stored.

#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "creditreg/v1/record.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/wire/drafts.h"
#include "tests/server/wire/draft_cases.h"

namespace creditreg {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr Severity kNote = Severity::kNote;
constexpr Severity kWarning = Severity::kWarning;
constexpr Severity kError = Severity::kError;

// Made up, with the right check character; nobody's.
constexpr char kResidentId[] = "44999919700101888X";
constexpr char kMobile[] = "14000001001";

RecordCheck Check(const v1::RecordInput& input,
                  const char* source = "default") {
  return CheckRecord(input, ShippedTables(), source, kReceived);
}

struct Case {
  const char* what;
  v1::RecordInput (*clean)();
  std::function<void(v1::Record&)> damage;
  std::vector<Said> said;
  // Where there is no error.
  std::vector<std::string> flags = {};
};

void ExpectCases(const std::vector<Case>& cases) {
  for (const Case& a_case : cases) {
    SCOPED_TRACE(a_case.what);
    v1::RecordInput input = a_case.clean();
    a_case.damage(*input.mutable_record());
    const RecordCheck check = Check(input);
    if (!check.draft.has_value()) {
      EXPECT_THAT(SaidOf(check.findings), ElementsAreArray(a_case.said));
      EXPECT_TRUE(HasError(check.findings));
      EXPECT_THAT(a_case.flags, IsEmpty());
      continue;
    }
    EXPECT_THAT(check.findings, IsEmpty());
    EXPECT_FALSE(HasError(check.draft->findings));
    EXPECT_THAT(SaidOf(check.draft->findings), ElementsAreArray(a_case.said));
    EXPECT_THAT(check.draft->quality_flags, ElementsAreArray(a_case.flags));
  }
}

TEST(RecordDraftTest, CleanRecordsSayNothing) {
  for (const auto clean : {&CleanPenalty, &CleanLicence, &CleanComplaint,
                           &CleanListing, &CleanReport}) {
    const RecordCheck check = Check(clean());
    ASSERT_TRUE(check.draft.has_value()) << SaidOf(check.findings)[0];
    EXPECT_THAT(SaidOf(check.draft->findings), IsEmpty());
    EXPECT_THAT(check.draft->quality_flags, IsEmpty());
    EXPECT_EQ(check.draft->personal.ByteSizeLong(), 0u);
    EXPECT_EQ(check.draft->source_id, "default");
  }
}

TEST(RecordDraftTest, Shape) {
  ExpectCases({
      {"no details",
       &CleanPenalty,
       [](v1::Record& r) { r.clear_details(); },
       {{kError, "record.details", "REQUIRED"}}},
      {"no family",
       &CleanPenalty,
       [](v1::Record& r) { r.clear_family(); },
       {{kError, "record.family", "REQUIRED"}}},
      {"another family",
       &CleanPenalty,
       [](v1::Record& r) { r.set_family(v1::FAMILY_LICENCE); },
       {{kError, "record.family", "FAMILY"}}},
  });
}

TEST(RecordDraftTest, Codes) {
  const std::string path = "record.party.uscc";
  ExpectCases({
      {"lower case and blanks",
       &CleanPenalty,
       [](v1::Record& r) {
         r.mutable_party()->set_uscc(" 9144030071526726xg ");
       },
       {{kNote, path, "CODE_NORMALISED", "9144030071526726XG"}},
       {"CODE_NORMALISED"}},
      {"blanks at the ends only",
       &CleanPenalty,
       [](v1::Record& r) {
         r.mutable_party()->set_uscc(" 914403001922038216　");
       },
       {}},
      {"filler of an organisation",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_party()->set_uscc("00000000000000000X"); },
       {{kNote, path, "CODE_PLACEHOLDER"}, {kWarning, path, "CODE_MISSING"}},
       {"CODE_MISSING", "CODE_PLACEHOLDER"}},
      {"filler of an individual business",
       &CleanPenalty,
       [](v1::Record& r) {
         r.mutable_party()->set_uscc("00000000000000000X");
         r.mutable_party()->set_category(
             v1::PARTY_CATEGORY_INDIVIDUAL_BUSINESS);
       },
       {{kNote, path, "CODE_PLACEHOLDER"}},
       {"CODE_PLACEHOLDER"}},
      {"a word for none",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_party()->set_uscc("无"); },
       {{kNote, path, "CODE_PLACEHOLDER"}, {kWarning, path, "CODE_MISSING"}},
       {"CODE_MISSING", "CODE_PLACEHOLDER"}},
      {"no code",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_party()->clear_uscc(); },
       {{kWarning, path, "CODE_MISSING"}},
       {"CODE_MISSING"}},
      {"no code of a complaint",
       &CleanComplaint,
       [](v1::Record& r) { r.mutable_party()->clear_uscc(); },
       {}},
      {"17 characters",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_party()->set_uscc("9144030019220382A"); },
       {{kWarning, path, "CODE_LENGTH"}},
       {"CODE_CHECK_FAILED"}},
      {"a letter outside the alphabet",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_party()->set_uscc("9144O3001922038216"); },
       {{kWarning, path, "CODE_CHARACTER", "914403001922038216"}},
       {"CODE_CHECK_FAILED"}},
      {"wrong organisation code check",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_party()->set_uscc("914403001922038229"); },
       {{kWarning, path, "CODE_ORG_CHECK"}},
       {"CODE_ORG_CHECK"}},
      {"an old registration number",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_party()->set_uscc("440301103097413"); },
       {{kWarning, path, "CODE_OLD_NUMBER"}},
       {"CODE_CHECK_FAILED", "CODE_OLD_NUMBER"}},
      {"an individual business's code for an organisation",
       &CleanPenalty,
       [](v1::Record& r) {
         r.mutable_party()->set_category(
             v1::PARTY_CATEGORY_INDIVIDUAL_BUSINESS);
       },
       {{kWarning, "record.party.category", "CATEGORY_MISMATCH"}},
       {"CATEGORY_MISMATCH"}},
  });
}

TEST(RecordDraftTest, AnOldNumberInTheCodeColumnTakesTheirPlaceOnlyFromNone) {
  const auto expect_kept = [](const char* other, const char* kept) {
    SCOPED_TRACE(other);
    v1::RecordInput input = CleanPenalty();
    v1::Party& party = *input.mutable_record()->mutable_party();
    party.set_uscc("440301103097413");
    party.set_registration_number(other);
    const RecordCheck check = Check(input);
    ASSERT_TRUE(check.draft.has_value());
    EXPECT_EQ(check.draft->content.party().registration_number(), kept);
  };
  for (const char* const none :
       {"", "000000000000000000", "无", "[已遮蔽]", "13800138000"}) {
    expect_kept(none, "440301103097413");
  }
  expect_kept("440301103097421", "440301103097421");
}

TEST(RecordDraftTest, ABadCodeStandsBesideTheEmptyOne) {
  v1::RecordInput input = CleanPenalty();
  input.mutable_record()->mutable_party()->set_uscc("914403001922038217");
  const RecordCheck check = Check(input);
  ASSERT_TRUE(check.draft.has_value());
  EXPECT_EQ(check.draft->content.party().uscc(), "");
  EXPECT_EQ(check.draft->content.party().code_as_given(), "914403001922038217");
  EXPECT_THAT(check.draft->quality_flags, ElementsAre("CODE_CHECK_FAILED"));
  ASSERT_EQ(check.draft->findings.size(), 1u);
  EXPECT_EQ(check.draft->findings[0].rule, "CODE_FINAL_CHECK");
}

TEST(RecordDraftTest, TheOrganisationCodeTellsWhichCodeWasMeant) {
  v1::RecordInput input = CleanPenalty();
  v1::Party& party = *input.mutable_record()->mutable_party();
  // Position 9 wrong: one of several slips without the organisation code.
  party.set_uscc("914403007922038216");
  party.set_organisation_code("19220382-1");
  const RecordCheck check = Check(input);
  ASSERT_TRUE(check.draft.has_value());
  EXPECT_THAT(SaidOf(check.draft->findings),
              ElementsAre(Said{kWarning, "record.party.uscc",
                               "CODE_FINAL_CHECK", "914403001922038216"}));
  EXPECT_EQ(check.draft->content.party().organisation_code(), "192203821");
}

TEST(RecordDraftTest, AnOldNumberInPlaceOfTheCodeBecomesOne) {
  v1::RecordInput input = CleanPenalty();
  input.mutable_record()->mutable_party()->set_uscc("440301103097413");
  const RecordCheck check = Check(input);
  ASSERT_TRUE(check.draft.has_value());
  EXPECT_EQ(check.draft->content.party().registration_number(),
            "440301103097413");
  EXPECT_EQ(check.draft->content.party().code_as_given(), "440301103097413");
}

TEST(RecordDraftTest, OldNumbersOfTheParty) {
  ExpectCases({
      {"filler",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_party()->set_registration_number("无"); },
       {{kNote, "record.party.registration_number", "OLD_NUMBER_FILLER"}}},
      {"wrong check digit",
       &CleanPenalty,
       [](v1::Record& r) {
         r.mutable_party()->set_registration_number("440301103097414");
       },
       {{kWarning, "record.party.registration_number", "OLD_NUMBER_CHECK"}},
       {"OLD_NUMBER_CHECK"}},
      {"too long",
       &CleanPenalty,
       [](v1::Record& r) {
         r.mutable_party()->set_registration_number(std::string(65, 'A'));
       },
       {{kError, "record.party.registration_number", "TEXT_LENGTH"}}},
  });
}

TEST(RecordDraftTest, RequiredAndExpected) {
  const std::string missing = "FIELD_MISSING";
  ExpectCases({
      {"no name",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_party()->set_name(" 　"); },
       {{kError, "record.party.name", "REQUIRED"}}},
      {"no category, but a code",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_party()->clear_category(); },
       {{kWarning, "record.party.category", missing}},
       {missing}},
      {"neither category nor code",
       &CleanPenalty,
       [](v1::Record& r) {
         r.mutable_party()->clear_category();
         r.mutable_party()->clear_uscc();
       },
       {{kError, "record.party.category", "REQUIRED"},
        {kWarning, "record.party.uscc", "CODE_MISSING"}}},
      {"no legal basis",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_penalty()->clear_legal_basis(); },
       {{kWarning, "record.penalty.legal_basis", missing}},
       {missing}},
      {"no document number",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_penalty()->clear_document_number(); },
       {{kWarning, "record.penalty.document_number", missing}},
       {missing}},
      {"the licence number is suggested",
       &CleanLicence,
       [](v1::Record& r) { r.mutable_licence()->clear_document_number(); },
       {{kWarning, "record.licence.document_number", missing,
         "JY14401060000001"}},
       {missing}},
      {"no agency",
       &CleanPenalty,
       [](v1::Record& r) { r.clear_deciding_agency(); },
       {{kWarning, "record.deciding_agency.name", missing},
        {kWarning, "record.deciding_agency.uscc", missing}},
       {missing}},
      {"withdrawn licence unnamed",
       &CleanPenalty,
       [](v1::Record& r) {
         r.mutable_penalty()->set_kinds(0, "吊销许可证件");
         r.mutable_penalty()->clear_fine_fen();
       },
       {{kWarning, "record.penalty.licences_withheld", missing}},
       {missing}},
  });
}

TEST(RecordDraftTest, Texts) {
  const std::string name = "record.party.name";
  ExpectCases({
      {"200 characters are not too long",
       &CleanPenalty,
       [](v1::Record& r) {
         std::string text;
         for (int i = 0; i < 200; ++i) text += "示";
         r.mutable_party()->set_name(text);
       },
       {}},
      {"201 are",
       &CleanPenalty,
       [](v1::Record& r) {
         std::string text;
         for (int i = 0; i < 201; ++i) text += "示";
         r.mutable_party()->set_name(text);
       },
       {{kError, name, "TEXT_LENGTH"}}},
      {"a line break in a name",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_party()->set_name("示例\r\n有限公司"); },
       {{kNote, name, "TEXT_BLANKS"}}},
      {"a line break in free text",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_penalty()->set_facts("一\n二\t三"); },
       {}},
      {"a bell",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_penalty()->set_facts("一\a二"); },
       {{kError, "record.penalty.facts", "TEXT_CONTROL"}}},
      {"a C1 control character",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_penalty()->set_facts("一\u0085二"); },
       {{kError, "record.penalty.facts", "TEXT_CONTROL"}}},
      {"not UTF-8",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_penalty()->set_facts("\xB9\xAB"); },
       {{kError, "record.penalty.facts", "TEXT_ENCODING"}}},
      {"a document's title too long",
       &CleanPenalty,
       [](v1::Record& r) {
         v1::Document& document = *r.add_documents();
         document.set_kind(v1::Document::KIND_ORIGINAL);
         document.set_sm3(std::string(32, 'h'));
         document.set_size_bytes(1);
         document.set_title(std::string(201, 't'));
       },
       {{kError, "record.documents[0].title", "TEXT_LENGTH"}}},
  });
}

TEST(RecordDraftTest, TextsAreStoredWithoutBlanksAtTheirEnds) {
  v1::RecordInput input = CleanPenalty();
  input.mutable_record()->mutable_party()->set_name("　示例一 有限公司 \n");
  const RecordCheck check = Check(input);
  ASSERT_TRUE(check.draft.has_value());
  EXPECT_EQ(check.draft->content.party().name(), "示例一 有限公司");
}

TEST(RecordDraftTest, Choices) {
  ExpectCases({
      {"another kind of penalty",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_penalty()->add_kinds("训诫"); },
       {{kWarning, "record.penalty.kinds[1]", "CHOICE_OPEN"}},
       {"CHOICE_OPEN"}},
      {"another kind, named as such",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_penalty()->add_kinds("其他-训诫"); },
       {}},
      {"other without a word",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_penalty()->add_kinds("其他-"); },
       {{kWarning, "record.penalty.kinds[1]", "CHOICE_OPEN"}},
       {"CHOICE_OPEN"}},
      {"a number that is no category",
       &CleanPenalty,
       [](v1::Record& r) {
         r.mutable_party()->set_category(static_cast<v1::PartyCategory>(9));
       },
       {{kError, "record.party.category", "CHOICE"}}},
  });
  v1::RecordInput input = CleanLicence();
  input.mutable_record()->mutable_licence()->set_licence_type("04");
  const RecordCheck check = Check(input);
  ASSERT_TRUE(check.draft.has_value());
  EXPECT_EQ(check.draft->content.licence().licence_type(), "核准");
}

TEST(RecordDraftTest, Dates) {
  ExpectCases({
      {"no date",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_penalty()->set_decided_on("2025-02-30"); },
       {{kError, "record.penalty.decided_on", "DATE_FORM"}}},
      {"decided without end",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_penalty()->set_decided_on("2099-12-31"); },
       {{kError, "record.penalty.decided_on", "DATE_FORM"}}},
      {"decided before there was a decider",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_penalty()->set_decided_on("1949-09-30"); },
       {{kWarning, "record.penalty.decided_on", "DATE_EARLY"}},
       {"DATE_EARLY"}},
      {"decided on the first day",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_penalty()->set_decided_on("1949-10-01"); },
       {}},
      {"decided the day it came",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_penalty()->set_decided_on("2026-11-24"); },
       {}},
      {"decided tomorrow",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_penalty()->set_decided_on("2026-11-25"); },
       {{kWarning, "record.penalty.decided_on", "DATE_FUTURE"}},
       {"DATE_FUTURE"}},
      {"granted tomorrow",
       &CleanLicence,
       [](v1::Record& r) { r.mutable_licence()->set_decided_on("2026-11-25"); },
       {{kWarning, "record.licence.decided_on", "DATE_FUTURE"}},
       {"DATE_FUTURE"}},
      {"complained of tomorrow",
       &CleanComplaint,
       [](v1::Record& r) {
         r.mutable_complaint()->set_registered_on("2026-11-25");
         r.mutable_complaint()->clear_accepted_on();
       },
       {{kWarning, "record.complaint.registered_on", "DATE_FUTURE"}},
       {"DATE_FUTURE"}},
      {"ends before it begins",
       &CleanLicence,
       [](v1::Record& r) { r.mutable_licence()->set_valid_to("2025-01-01"); },
       {{kWarning, "record.licence.valid_to", "DATE_ORDER"}},
       {"DATE_ORDER"}},
      {"ends the day it begins",
       &CleanLicence,
       [](v1::Record& r) { r.mutable_licence()->set_valid_to("2025-01-02"); },
       {}},
      {"served before it was decided",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_penalty()->set_served_on("2025-02-28"); },
       {{kWarning, "record.penalty.served_on", "DATE_ORDER"}},
       {"DATE_ORDER"}},
      {"closed before it was accepted",
       &CleanComplaint,
       [](v1::Record& r) {
         r.mutable_complaint()->set_closed_on("2025-01-04");
       },
       {{kWarning, "record.complaint.closed_on", "DATE_ORDER"}},
       {"DATE_ORDER"}},
  });
}

TEST(RecordDraftTest, Publications) {
  ExpectCases({
      {"without its day",
       &CleanPenalty,
       [](v1::Record& r) {
         r.mutable_penalty()->add_publications()->set_channel(
             v1::ChannelPublication::CHANNEL_GSXT);
       },
       {}},
      {"without its channel",
       &CleanPenalty,
       [](v1::Record& r) {
         r.mutable_penalty()->add_publications()->set_published_on(
             "2025-03-02");
       },
       {{kError, "record.penalty.publications[UNSPECIFIED]", "REQUIRED"}}},
      {"without end",
       &CleanPenalty,
       [](v1::Record& r) {
         v1::ChannelPublication& publication =
             *r.mutable_penalty()->add_publications();
         publication.set_channel(v1::ChannelPublication::CHANNEL_GSXT);
         publication.set_published_on("2099-12-31");
       },
       {{kError, "record.penalty.publications[GSXT]", "DATE_FORM"}}},
  });
}

// That something is shown there and nobody knows since when is not that it is
// shown since the first of all days.
TEST(RecordDraftTest, APublicationWithoutItsDayIsStoredWithoutIt) {
  v1::RecordInput input = CleanPenalty();
  input.mutable_record()->mutable_penalty()->add_publications()->set_channel(
      v1::ChannelPublication::CHANNEL_CREDIT_CHINA);
  const RecordCheck check = Check(input);
  ASSERT_TRUE(check.draft.has_value());
  const storage::v1::Penalty& stored = check.draft->content.penalty();
  ASSERT_EQ(stored.publications_size(), 1);
  EXPECT_EQ(stored.publications(0).channel(),
            storage::v1::ChannelPublication::CHANNEL_CREDIT_CHINA);
  EXPECT_FALSE(stored.publications(0).has_published_on());
}

TEST(RecordDraftTest, Listings) {
  const std::string path = "record.listing.";
  const auto listing = [](v1::Record& r) -> v1::Listing& {
    return *r.mutable_listing();
  };
  ExpectCases({
      {"no list",
       &CleanListing,
       [&](v1::Record& r) { listing(r).clear_list(); },
       {{kError, path + "list", "REQUIRED"}}},
      {"a list nobody knows",
       &CleanListing,
       [&](v1::Record& r) {
         listing(r).set_list(static_cast<v1::Listing::List>(9));
       },
       {{kError, path + "list", "CHOICE"}}},
      {"another list without a name",
       &CleanListing,
       [&](v1::Record& r) {
         listing(r).set_list(v1::Listing::LIST_OTHER);
         listing(r).set_list_name(" 　");
       },
       {{kError, path + "list_name", "REQUIRED"}}},
      {"another list",
       &CleanListing,
       [&](v1::Record& r) {
         listing(r).set_list(v1::Listing::LIST_OTHER);
         listing(r).set_list_name("失信被执行人");
       },
       {}},
      {"a known list under another name",
       &CleanListing,
       [&](v1::Record& r) { listing(r).set_list_name("失信被执行人"); },
       {{kError, path + "list_name", "LIST_NAME"}}},
      {"no ground",
       &CleanListing,
       [&](v1::Record& r) { listing(r).set_ground(" "); },
       {{kError, path + "ground", "REQUIRED"}}},
      {"no ground's code",
       &CleanListing,
       [&](v1::Record& r) { listing(r).clear_ground_code(); },
       {}},
      {"a long ground's code",
       &CleanListing,
       [&](v1::Record& r) { listing(r).set_ground_code(std::string(17, '1')); },
       {{kError, path + "ground_code", "TEXT_LENGTH"}}},
      {"a long document number",
       &CleanListing,
       [&](v1::Record& r) {
         listing(r).set_entry_document_number(std::string(129, 'x'));
       },
       {{kError, path + "entry_document_number", "TEXT_LENGTH"}}},
      {"no day",
       &CleanListing,
       [&](v1::Record& r) { listing(r).clear_listed_on(); },
       {{kWarning, path + "listed_on", "FIELD_MISSING"}},
       {"FIELD_MISSING"}},
      {"without end",
       &CleanListing,
       [&](v1::Record& r) { listing(r).set_listed_on("2099-12-31"); },
       {{kError, path + "listed_on", "DATE_FORM"}}},
      {"listed tomorrow",
       &CleanListing,
       [&](v1::Record& r) { listing(r).set_listed_on("2026-11-25"); },
       {{kWarning, path + "listed_on", "DATE_FUTURE"}},
       {"DATE_FUTURE"}},
      {"restricted for ever",
       &CleanListing,
       [&](v1::Record& r) { listing(r).set_restriction_until("2099-12-31"); },
       {}},
      {"restricted until before",
       &CleanListing,
       [&](v1::Record& r) { listing(r).set_restriction_until("2025-06-30"); },
       {{kWarning, path + "restriction_until", "DATE_ORDER"}},
       {"DATE_ORDER"}},
      {"performed for ever",
       &CleanListing,
       [&](v1::Record& r) { listing(r).set_performed_on("2099-12-31"); },
       {{kError, path + "performed_on", "DATE_FORM"}}},
      {"removed",
       &CleanListing,
       [&](v1::Record& r) {
         listing(r).set_removed_on("2025-07-01");
         listing(r).set_removal_ground("已取得联系");
         listing(r).set_removal_document_number("示市监移〔2025〕1号");
         listing(r).mutable_removing_agency()->set_name("示例市市场监督管理局");
       },
       {}},
      {"removed before",
       &CleanListing,
       [&](v1::Record& r) { listing(r).set_removed_on("2025-06-30"); },
       {{kWarning, path + "removed_on", "DATE_ORDER"}},
       {"DATE_ORDER"}},
      {"removed tomorrow",
       &CleanListing,
       [&](v1::Record& r) { listing(r).set_removed_on("2026-11-25"); },
       {{kWarning, path + "removed_on", "DATE_FUTURE"}},
       {"DATE_FUTURE"}},
      {"removed for ever",
       &CleanListing,
       [&](v1::Record& r) { listing(r).set_removed_on("2099-12-31"); },
       {{kError, path + "removed_on", "DATE_FORM"}}},
      {"why it was removed, not when",
       &CleanListing,
       [&](v1::Record& r) { listing(r).set_removal_ground("已取得联系"); },
       {{kError, path + "removed_on", "REQUIRED"}}},
      {"by which document, not when",
       &CleanListing,
       [&](v1::Record& r) { listing(r).set_removal_document_number("1号"); },
       {{kError, path + "removed_on", "REQUIRED"}}},
      {"by whom, and no day",
       &CleanListing,
       [&](v1::Record& r) {
         listing(r).mutable_removing_agency()->set_name("示例市市场监督管理局");
         listing(r).set_removed_on("2025-02-30");
       },
       {{kError, path + "removed_on", "DATE_FORM"}}},
      {"removed by an agency of blanks",
       &CleanListing,
       [&](v1::Record& r) {
         listing(r).mutable_removing_agency()->set_name(" ");
       },
       {}},
      {"the remover's bad code",
       &CleanListing,
       [&](v1::Record& r) {
         listing(r).set_removed_on("2025-07-01");
         listing(r).mutable_removing_agency()->set_uscc("12345");
       },
       {{kWarning, path + "removing_agency.uscc", "AGENCY_CODE"}},
       {"AGENCY_CODE"}},
      {"shown, nobody knows since when",
       &CleanListing,
       [&](v1::Record& r) {
         listing(r).add_publications()->set_channel(
             v1::ChannelPublication::CHANNEL_GSXT);
       },
       {}},
      {"shown somewhere",
       &CleanListing,
       [&](v1::Record& r) {
         listing(r).add_publications()->set_published_on("2025-07-02");
       },
       {{kError, path + "publications[UNSPECIFIED]", "REQUIRED"}}},
      {"no agency",
       &CleanListing,
       [&](v1::Record& r) { r.clear_deciding_agency(); },
       {{kWarning, "record.deciding_agency.name", "FIELD_MISSING"},
        {kWarning, "record.deciding_agency.uscc", "FIELD_MISSING"}},
       {"FIELD_MISSING"}},
      {"another's number in the list's name",
       &CleanListing,
       [&](v1::Record& r) {
         listing(r).set_list(v1::Listing::LIST_OTHER);
         listing(r).set_list_name(kResidentId);
       },
       {{kError, path + "list_name", "PERSONAL_NUMBER_IN_KEY"}}},
  });
}

// The words senders read.
TEST(RecordDraftTest, MessagesOfListingsAndReports) {
  struct Words {
    v1::RecordInput (*clean)();
    std::function<void(v1::Record&)> damage;
    const char* message;
  };
  const Words cases[] = {
      {&CleanListing, [](v1::Record& r) { r.mutable_listing()->clear_list(); },
       "名单种类为空"},
      {&CleanListing,
       [](v1::Record& r) {
         r.mutable_listing()->set_list(v1::Listing::LIST_OTHER);
       },
       "其他名单须写明名单名称"},
      {&CleanListing,
       [](v1::Record& r) { r.mutable_listing()->set_list_name("某名单"); },
       "名单名称只在名单种类为其他名单时填写"},
      {&CleanListing,
       [](v1::Record& r) { r.mutable_listing()->clear_ground(); },
       "必填项“列入原因”为空"},
      {&CleanListing,
       [](v1::Record& r) { r.mutable_listing()->set_removal_ground("移出"); },
       "填写了移出原因、文书号或机关，但移出日期为空"},
      {&CleanListing,
       [](v1::Record& r) { r.mutable_listing()->set_removed_on("2099-12-31"); },
       "“移出日期”不能填写长期"},
      {&CleanListing,
       [](v1::Record& r) {
         r.mutable_listing()->set_removal_ground(std::string(2001, 'x'));
         r.mutable_listing()->set_removed_on("2025-07-02");
       },
       "“移出原因”有2001个字符，最多2000个"},
      {&CleanReport,
       [](v1::Record& r) { r.mutable_annual_report()->clear_year(); },
       "年度为空"},
      {&CleanReport,
       [](v1::Record& r) { r.mutable_annual_report()->set_year(1989); },
       "年度应在1990至2100之间"},
      {&CleanReport,
       [](v1::Record& r) { r.mutable_annual_report()->clear_submitted_on(); },
       "必填项“报送日期”为空"},
      {&CleanReport,
       [](v1::Record& r) {
         r.mutable_annual_report()->set_telephone(std::string(65, '1'));
       },
       "“联系电话”有65个字符，最多64个"},
      {&CleanReport,
       [](v1::Record& r) {
         r.mutable_annual_report()->mutable_transfers(0)->set_before_bp(10001);
       },
       "股权比例应在0至100%之间"},
      {&CleanReport,
       [](v1::Record& r) {
         r.mutable_annual_report()->mutable_social_insurance(0)->set_heads(-1);
       },
       "人数超出允许范围"},
      {&CleanReport,
       [](v1::Record& r) {
         for (int i = 0; i < 10; ++i) {
           r.mutable_annual_report()->add_social_insurance();
         }
       },
       "社会保险最多10项"},
      {&CleanReport,
       [](v1::Record& r) {
         r.mutable_annual_report()->mutable_corrections(0)->clear_field();
       },
       "更正事项为空"},
      {&CleanReport,
       [](v1::Record& r) {
         r.mutable_annual_report()
             ->mutable_corrections(0)
             ->clear_corrected_on();
       },
       "更正日期为空"},
  };
  for (const Words& words : cases) {
    SCOPED_TRACE(words.message);
    v1::RecordInput input = words.clean();
    words.damage(*input.mutable_record());
    const RecordCheck check = Check(input);
    EXPECT_FALSE(check.draft.has_value());
    ASSERT_EQ(check.findings.size(), 1u);
    EXPECT_EQ(check.findings[0].message, words.message);
  }
}

TEST(RecordDraftTest, Reports) {
  const std::string path = "record.annual_report.";
  const auto report = [](v1::Record& r) -> v1::AnnualReport& {
    return *r.mutable_annual_report();
  };
  ExpectCases({
      {"no year",
       &CleanReport,
       [&](v1::Record& r) { report(r).clear_year(); },
       {{kError, path + "year", "REQUIRED"}}},
      {"the first year",
       &CleanReport,
       [&](v1::Record& r) {
         report(r).set_year(1990);
         report(r).clear_corrections();
       },
       {}},
      {"before it",
       &CleanReport,
       [&](v1::Record& r) {
         report(r).set_year(1989);
         report(r).clear_corrections();
       },
       {{kError, path + "year", "YEAR_RANGE"}}},
      {"after the last year",
       &CleanReport,
       [&](v1::Record& r) { report(r).set_year(2147483647); },
       {{kError, path + "year", "YEAR_RANGE"}}},
      {"a year below zero",
       &CleanReport,
       [&](v1::Record& r) { report(r).set_year(-2147483647 - 1); },
       {{kError, path + "year", "YEAR_RANGE"}}},
      {"no day",
       &CleanReport,
       [&](v1::Record& r) { report(r).clear_submitted_on(); },
       {{kError, path + "submitted_on", "REQUIRED"}}},
      {"without end",
       &CleanReport,
       [&](v1::Record& r) { report(r).set_submitted_on("2099-12-31"); },
       {{kError, path + "submitted_on", "DATE_FORM"}}},
      {"handed in tomorrow",
       &CleanReport,
       [&](v1::Record& r) { report(r).set_submitted_on("2026-11-25"); },
       {{kWarning, path + "submitted_on", "DATE_FUTURE"}},
       {"DATE_FUTURE"}},
      {"an unknown status",
       &CleanReport,
       [&](v1::Record& r) {
         report(r).set_operating_status(
             static_cast<v1::AnnualReport::OperatingStatus>(7));
       },
       {{kError, path + "operating_status", "CHOICE"}}},
      {"long texts",
       &CleanReport,
       [&](v1::Record& r) {
         report(r).set_address(std::string(501, 'x'));
         report(r).set_postal_code(std::string(17, 'x'));
         report(r).set_email(std::string(201, 'x'));
         report(r).mutable_websites(0)->set_url(std::string(501, 'x'));
         report(r).mutable_corrections(0)->set_field(std::string(65, 'x'));
         report(r).mutable_corrections(0)->set_after(std::string(4001, 'x'));
       },
       {{kError, path + "address", "TEXT_LENGTH"},
        {kError, path + "postal_code", "TEXT_LENGTH"},
        {kError, path + "email", "TEXT_LENGTH"},
        {kError, path + "websites[0].url", "TEXT_LENGTH"},
        {kError, path + "corrections[0].field", "TEXT_LENGTH"},
        {kError, path + "corrections[0].after", "TEXT_LENGTH"}}},
      {"as many entries as may be",
       &CleanReport,
       [&](v1::Record& r) {
         while (report(r).websites_size() < 100) report(r).add_websites();
         while (report(r).investments_size() < 200) report(r).add_investments();
         while (report(r).contributions_size() < 200) {
           report(r).add_contributions();
         }
         while (report(r).transfers_size() < 200) report(r).add_transfers();
         while (report(r).social_insurance_size() < 10) {
           report(r).add_social_insurance();
         }
         const v1::ReportCorrection correction = report(r).corrections(0);
         while (report(r).corrections_size() < 200) {
           *report(r).add_corrections() = correction;
         }
       },
       {}},
      {"one more of each",
       &CleanReport,
       [&](v1::Record& r) {
         while (report(r).websites_size() < 101) report(r).add_websites();
         while (report(r).investments_size() < 201) report(r).add_investments();
         while (report(r).contributions_size() < 201) {
           report(r).add_contributions();
         }
         while (report(r).transfers_size() < 201) report(r).add_transfers();
         while (report(r).social_insurance_size() < 11) {
           report(r).add_social_insurance();
         }
         const v1::ReportCorrection correction = report(r).corrections(0);
         while (report(r).corrections_size() < 201) {
           *report(r).add_corrections() = correction;
         }
       },
       {{kError, path + "websites", "LIST_LENGTH"},
        {kError, path + "investments", "LIST_LENGTH"},
        {kError, path + "contributions", "LIST_LENGTH"},
        {kError, path + "transfers", "LIST_LENGTH"},
        {kError, path + "social_insurance", "LIST_LENGTH"},
        {kError, path + "corrections", "LIST_LENGTH"}}},
      {"amounts below zero",
       &CleanReport,
       [&](v1::Record& r) {
         report(r).mutable_contributions(0)->set_subscribed_fen(-1);
         report(r).mutable_contributions(0)->set_paid_fen(-1);
         report(r).mutable_social_insurance(0)->set_base_fen(-1);
         report(r).mutable_social_insurance(0)->set_paid_fen(-1);
         report(r).mutable_social_insurance(0)->set_owed_fen(-1);
         report(r).mutable_social_insurance(0)->set_heads(-1);
       },
       {{kError, path + "contributions[0].subscribed_fen", "AMOUNT_RANGE"},
        {kError, path + "contributions[0].paid_fen", "AMOUNT_RANGE"},
        {kError, path + "social_insurance[0].heads", "AMOUNT_RANGE"},
        {kError, path + "social_insurance[0].base_fen", "AMOUNT_RANGE"},
        {kError, path + "social_insurance[0].paid_fen", "AMOUNT_RANGE"},
        {kError, path + "social_insurance[0].owed_fen", "AMOUNT_RANGE"}}},
      {"more than there is",
       &CleanReport,
       [&](v1::Record& r) {
         v1::OptionalFigures& figures = *report(r).mutable_optional_figures();
         figures.mutable_employees()->set_value(1000000001);
         figures.mutable_assets_fen()->set_value(1000000000000000001);
         figures.mutable_net_profit_fen()->set_value(-1000000000000000001);
       },
       {{kError, path + "optional_figures.employees.value", "AMOUNT_RANGE"},
        {kError, path + "optional_figures.assets_fen.value", "AMOUNT_RANGE"},
        {kError, path + "optional_figures.net_profit_fen.value",
         "AMOUNT_RANGE"}}},
      {"shares beyond the whole",
       &CleanReport,
       [&](v1::Record& r) {
         report(r).mutable_transfers(0)->set_before_bp(10001);
         report(r).mutable_transfers(0)->set_after_bp(-1);
       },
       {{kError, path + "transfers[0].before_bp", "AMOUNT_RANGE"},
        {kError, path + "transfers[0].after_bp", "AMOUNT_RANGE"}}},
      {"days without end",
       &CleanReport,
       [&](v1::Record& r) {
         report(r).mutable_contributions(0)->set_paid_on("2099-12-31");
         report(r).mutable_transfers(0)->set_transferred_on("2099-12-31");
         report(r).mutable_corrections(0)->set_corrected_on("2099-12-31");
       },
       {{kError, path + "contributions[0].paid_on", "DATE_FORM"},
        {kError, path + "transfers[0].transferred_on", "DATE_FORM"},
        {kError, path + "corrections[0].corrected_on", "DATE_FORM"}}},
      {"a filler for an investment's code",
       &CleanReport,
       [&](v1::Record& r) { report(r).mutable_investments(0)->set_uscc("无"); },
       {}},
      {"a bad code of an investment",
       &CleanReport,
       [&](v1::Record& r) {
         report(r).mutable_investments(0)->set_uscc("9144O3001922038216");
       },
       {{kWarning, path + "investments[0].uscc", "OTHER_CODE",
         "914403001922038216"}},
       {"OTHER_CODE"}},
      {"corrected a day late",
       &CleanReport,
       [&](v1::Record& r) {
         report(r).mutable_corrections(0)->set_corrected_on("2025-07-01");
       },
       {{kWarning, path + "corrections[0].corrected_on", "CORRECTED_LATE"}},
       {"CORRECTED_LATE"}},
      {"corrected, nobody knows what and when",
       &CleanReport,
       [&](v1::Record& r) {
         report(r).mutable_corrections(0)->clear_field();
         report(r).mutable_corrections(0)->clear_corrected_on();
       },
       {{kError, path + "corrections[0].field", "REQUIRED"},
        {kError, path + "corrections[0].corrected_on", "REQUIRED"}}},
  });
}

TEST(RecordDraftTest, BothValuesOfACorrectionAreKept) {
  v1::RecordInput input = CleanReport();
  const RecordCheck check = Check(input);
  ASSERT_TRUE(check.draft.has_value());
  const storage::v1::ReportCorrection& stored =
      check.draft->content.annual_report().corrections(0);
  EXPECT_EQ(stored.before(), "0755-00000001");
  EXPECT_EQ(stored.after(), "0755-00000000");
}

TEST(RecordDraftTest, Amounts) {
  const std::string fine = "record.penalty.fine_fen";
  ExpectCases({
      {"a fine without amount",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_penalty()->clear_fine_fen(); },
       {{kWarning, fine, "AMOUNT_MISSING"}},
       {"AMOUNT_MISSING"}},
      {"an amount without fine",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_penalty()->set_kinds(0, "警告"); },
       {{kWarning, fine, "AMOUNT_WITHOUT_KIND"}},
       {"AMOUNT_WITHOUT_KIND"}},
      {"zero counts as none",
       &CleanPenalty,
       [](v1::Record& r) {
         r.mutable_penalty()->set_kinds(0, "警告");
         r.mutable_penalty()->set_fine_fen(0);
       },
       {}},
      {"confiscated without amount",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_penalty()->add_kinds("没收违法所得"); },
       {{kWarning, "record.penalty.confiscated_fen", "AMOUNT_MISSING"}},
       {"AMOUNT_MISSING"}},
      {"negative",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_penalty()->set_fine_fen(-1); },
       {{kError, fine, "AMOUNT_RANGE"}}},
  });
}

TEST(RecordDraftTest, AgenciesAndDocuments) {
  ExpectCases({
      {"an agency's bad code",
       &CleanPenalty,
       [](v1::Record& r) { r.mutable_submitting_agency()->set_uscc("12345"); },
       {{kWarning, "record.submitting_agency.uscc", "AGENCY_CODE"},
        {kWarning, "record.submitting_agency.uscc", "FIELD_MISSING"}},
       {"AGENCY_CODE", "FIELD_MISSING"}},
      {"a document without anything",
       &CleanPenalty,
       [](v1::Record& r) { r.add_documents(); },
       {{kError, "record.documents[0].kind", "REQUIRED"},
        {kError, "record.documents[0].sm3", "DOCUMENT_HASH"},
        {kError, "record.documents[0].size_bytes", "DOCUMENT_SIZE"}}},
      {"33 documents",
       &CleanPenalty,
       [](v1::Record& r) {
         for (int i = 0; i < 33; ++i) {
           v1::Document& document = *r.add_documents();
           document.set_kind(v1::Document::KIND_ORIGINAL);
           document.set_sm3(std::string(32, 'h'));
           document.set_size_bytes(1);
         }
       },
       {{kError, "record.documents", "LIST_LENGTH"}}},
  });
}

TEST(RecordDraftTest, ASourceNamesItsAgencies) {
  v1::RecordInput input = CleanPenalty();
  v1::Agency& agency = *input.mutable_record()->mutable_deciding_agency();
  agency.set_name("市监总局");
  agency.clear_uscc();
  const RecordCheck check = Check(input, "gd-sample");
  ASSERT_TRUE(check.draft.has_value());
  EXPECT_EQ(check.draft->content.deciding_agency().uscc(),
            "11100000MB0143028R");
  EXPECT_THAT(check.draft->findings, IsEmpty());
}

TEST(RecordDraftTest, AnAgencyOfBlanksIsNoMessage) {
  v1::RecordInput input = CleanPenalty();
  input.mutable_record()->mutable_submitting_agency()->set_name(" ");
  input.mutable_record()->mutable_submitting_agency()->set_uscc(
      "00000000000000000X");
  const RecordCheck check = Check(input);
  ASSERT_TRUE(check.draft.has_value());
  EXPECT_FALSE(check.draft->content.has_submitting_agency());
}

// What is open of a draft, as bytes to search.
std::string OpenPartOf(const RecordDraft& draft) {
  std::string open = draft.content.SerializeAsString();
  for (const Finding& finding : draft.findings) {
    open += finding.message + finding.suggestion + finding.field;
  }
  for (const std::string& flag : draft.quality_flags) open += flag;
  return open;
}

TEST(RecordDraftTest, NothingOfANaturalPersonIsOpen) {
  v1::RecordInput input = CleanPenalty();
  v1::Party& party = *input.mutable_record()->mutable_party();
  party.set_category(v1::PARTY_CATEGORY_NATURAL_PERSON);
  party.set_name(" 示壬癸 ");
  party.set_legal_representative("示壬癸");
  party.set_registration_number("440301103097413");
  party.set_address("示例路1号");
  input.mutable_personal()->set_person_id_type("身份证");
  input.mutable_personal()->set_person_id_number(kResidentId);
  const RecordCheck check = Check(input);
  ASSERT_TRUE(check.draft.has_value());
  const storage::v1::PersonalFields& personal = check.draft->personal;
  EXPECT_EQ(personal.person_name(), "示壬癸");
  EXPECT_EQ(personal.person_id_number(), kResidentId);
  ASSERT_EQ(personal.originals_size(), 3);
  EXPECT_EQ(personal.originals(0).field(), "party.uscc");
  EXPECT_EQ(personal.originals(1).field(), "party.registration_number");
  EXPECT_EQ(personal.originals(2).field(), "party.address");
  const storage::v1::Party& open = check.draft->content.party();
  EXPECT_EQ(open.category(), storage::v1::PARTY_CATEGORY_NATURAL_PERSON);
  storage::v1::Party category_only;
  category_only.set_category(open.category());
  EXPECT_EQ(open.SerializeAsString(), category_only.SerializeAsString());
  EXPECT_THAT(OpenPartOf(*check.draft), Not(HasSubstr("示壬癸")));
  EXPECT_THAT(
      SaidOf(check.draft->findings),
      ElementsAre(Said{kWarning, "record.party.uscc", "NATURAL_PERSON_CODE"}));
}

TEST(RecordDraftTest, ANaturalPersonWithoutNumberIsAWarning) {
  v1::RecordInput input = CleanPenalty();
  v1::Party& party = *input.mutable_record()->mutable_party();
  party.set_category(v1::PARTY_CATEGORY_NATURAL_PERSON);
  party.clear_uscc();
  const RecordCheck check = Check(input);
  ASSERT_TRUE(check.draft.has_value());
  EXPECT_THAT(
      SaidOf(check.draft->findings),
      ElementsAre(
          Said{kWarning, "personal.person_id_type", "FIELD_MISSING"},
          Said{kWarning, "personal.person_id_number", "FIELD_MISSING"}));
}

TEST(RecordDraftTest, AnAnonymousNaturalPersonIsRefused) {
  v1::RecordInput input = CleanPenalty();
  v1::Party& party = *input.mutable_record()->mutable_party();
  party.set_category(v1::PARTY_CATEGORY_NATURAL_PERSON);
  party.clear_uscc();
  party.clear_name();
  const RecordCheck check = Check(input);
  EXPECT_FALSE(check.draft.has_value());
  ASSERT_FALSE(check.findings.empty());
  EXPECT_EQ(SaidOf(check.findings)[0],
            (Said{kError, "record.party.name", "REQUIRED"}));
}

TEST(RecordDraftTest, AResidentIdInPlaceOfTheCodeIsSealed) {
  v1::RecordInput input = CleanPenalty();
  v1::Party& party = *input.mutable_record()->mutable_party();
  party.set_category(v1::PARTY_CATEGORY_INDIVIDUAL_BUSINESS);
  party.set_uscc("44999919700101888x");
  const RecordCheck check = Check(input);
  ASSERT_TRUE(check.draft.has_value());
  EXPECT_EQ(check.draft->personal.person_id_number(), kResidentId);
  EXPECT_EQ(check.draft->content.party().code_as_given(), "[已遮蔽]");
  EXPECT_THAT(OpenPartOf(*check.draft), Not(HasSubstr("19700101")));
  EXPECT_THAT(check.draft->quality_flags,
              ElementsAre("PERSONAL_NUMBER_MASKED"));
}

TEST(RecordDraftTest, BlanksAreNoNameOfAPerson) {
  v1::RecordInput input = CleanPenalty();
  v1::Party& party = *input.mutable_record()->mutable_party();
  party.clear_uscc();
  party.clear_category();
  party.clear_name();
  input.mutable_personal()->set_person_name(" \u3000");
  input.mutable_personal()->set_person_id_number("\t");
  EXPECT_FALSE(Check(input).draft.has_value());
  party.set_category(v1::PARTY_CATEGORY_NATURAL_PERSON);
  EXPECT_THAT(
      SaidOf(Check(input).findings),
      ::testing::Contains(Said{kError, "record.party.name", "REQUIRED"}));
}

TEST(RecordDraftTest, TaxNumbersThatMayHoldAnIdAreSealed) {
  v1::RecordInput input = CleanPenalty();
  v1::Party& party = *input.mutable_record()->mutable_party();
  party.set_tax_number("44999919700101888X01");
  const RecordCheck check = Check(input);
  ASSERT_TRUE(check.draft.has_value());
  EXPECT_EQ(check.draft->content.party().tax_number(), "");
  EXPECT_EQ(check.draft->personal.tax_number(), "44999919700101888X01");
  party.set_tax_number("440300192203821");
  EXPECT_EQ(Check(input).draft->content.party().tax_number(),
            "440300192203821");
}

// A mask in place of a number would be a number that many parties share: their
// records would be linked to one enterprise.
TEST(RecordDraftTest, APersonsNumberIsNoNumberOfTheParty) {
  v1::RecordInput input = CleanPenalty();
  v1::Party& party = *input.mutable_record()->mutable_party();
  party.clear_uscc();
  party.set_registration_number(kMobile);
  party.set_organisation_code(std::string("86") + kMobile);
  party.set_institution_certificate(std::string("证") + kResidentId);
  party.set_social_organisation_certificate("+86 140-0000-1001");
  const RecordCheck check = Check(input);
  ASSERT_TRUE(check.draft.has_value());
  const storage::v1::Party& stored = check.draft->content.party();
  EXPECT_EQ(stored.registration_number(), "");
  EXPECT_EQ(stored.organisation_code(), "");
  EXPECT_EQ(stored.institution_certificate(), "");
  EXPECT_EQ(stored.social_organisation_certificate(), "");
  EXPECT_EQ(check.draft->personal.originals_size(), 4);
  EXPECT_EQ(check.draft->personal.originals(0).field(),
            "party.registration_number");
  EXPECT_EQ(check.draft->personal.originals(0).text(), kMobile);
  EXPECT_THAT(check.draft->quality_flags,
              ElementsAre("CODE_MISSING", "PERSONAL_NUMBER_MASKED"));
}

TEST(RecordDraftTest, AMaskSentBackIsNeitherCodeNorNumber) {
  v1::RecordInput input = CleanPenalty();
  v1::Party& party = *input.mutable_record()->mutable_party();
  party.set_uscc("[已遮蔽]");
  party.set_registration_number("[已遮蔽]");
  party.set_tax_number("[已遮蔽]");
  const RecordCheck check = Check(input);
  ASSERT_TRUE(check.draft.has_value());
  EXPECT_EQ(check.draft->content.party().uscc(), "");
  EXPECT_EQ(check.draft->content.party().code_as_given(), "[已遮蔽]");
  EXPECT_EQ(check.draft->content.party().registration_number(), "");
  EXPECT_EQ(check.draft->content.party().tax_number(), "");
  EXPECT_EQ(check.draft->personal.tax_number(), "");
  EXPECT_THAT(check.draft->quality_flags, IsEmpty());
}

TEST(RecordDraftTest, NumbersOfPersonsAreCutOutOfEveryText) {
  const std::string secret =
      std::string("电话") + kMobile + "身份证" + kResidentId;
  struct Place {
    const char* field;
    v1::RecordInput (*clean)();
    std::function<void(v1::Record&, const std::string&)> put;
  };
  const Place places[] = {
      {"penalty.facts", &CleanPenalty,
       [](v1::Record& r, const std::string& t) {
         r.mutable_penalty()->set_facts(t);
       }},
      {"penalty.remark", &CleanPenalty,
       [](v1::Record& r, const std::string& t) {
         r.mutable_penalty()->set_remark(t);
       }},
      {"penalty.kinds[0]", &CleanPenalty,
       [](v1::Record& r, const std::string& t) {
         r.mutable_penalty()->set_kinds(0, "其他-罚款" + t);
       }},
      {"penalty.licences_withheld", &CleanPenalty,
       [](v1::Record& r, const std::string& t) {
         r.mutable_penalty()->set_licences_withheld(t);
       }},
      {"party.name", &CleanPenalty,
       [](v1::Record& r, const std::string& t) {
         r.mutable_party()->set_name(t);
       }},
      {"party.legal_representative", &CleanPenalty,
       [](v1::Record& r, const std::string& t) {
         r.mutable_party()->set_legal_representative(t);
       }},
      {"party.institution_certificate", &CleanPenalty,
       [](v1::Record& r, const std::string& t) {
         r.mutable_party()->set_institution_certificate(t);
       }},
      {"party.code_as_given", &CleanPenalty,
       [](v1::Record& r, const std::string& t) {
         r.mutable_party()->set_uscc(t);
       }},
      {"deciding_agency.name", &CleanPenalty,
       [](v1::Record& r, const std::string& t) {
         r.mutable_deciding_agency()->set_name(t);
       }},
      {"complaint.shop_name", &CleanComplaint,
       [](v1::Record& r, const std::string& t) {
         r.mutable_complaint()->set_shop_name(t);
       }},
      {"complaint.order_number", &CleanComplaint,
       [](v1::Record& r, const std::string& t) {
         r.mutable_complaint()->set_order_number(t);
       }},
      {"licence.content", &CleanLicence,
       [](v1::Record& r, const std::string& t) {
         r.mutable_licence()->set_content(t);
       }},
      {"listing.ground", &CleanListing,
       [](v1::Record& r, const std::string& t) {
         r.mutable_listing()->set_ground(t);
       }},
      {"listing.entry_document_number", &CleanListing,
       [](v1::Record& r, const std::string& t) {
         r.mutable_listing()->set_entry_document_number(t);
       }},
      {"listing.removing_agency.name", &CleanListing,
       [](v1::Record& r, const std::string& t) {
         r.mutable_listing()->set_removed_on("2026-01-05");
         r.mutable_listing()->mutable_removing_agency()->set_name(t);
       }},
      {"annual_report.websites[0].name", &CleanReport,
       [](v1::Record& r, const std::string& t) {
         r.mutable_annual_report()->mutable_websites(0)->set_name(t);
       }},
      {"annual_report.contributions[0].shareholder_name", &CleanReport,
       [](v1::Record& r, const std::string& t) {
         r.mutable_annual_report()
             ->mutable_contributions(0)
             ->set_shareholder_name(t);
       }},
      {"annual_report.optional_figures.guarantees.value", &CleanReport,
       [](v1::Record& r, const std::string& t) {
         r.mutable_annual_report()
             ->mutable_optional_figures()
             ->mutable_guarantees()
             ->set_value(t);
       }},
  };
  for (const Place& place : places) {
    SCOPED_TRACE(place.field);
    v1::RecordInput input = place.clean();
    place.put(*input.mutable_record(), secret);
    const RecordCheck check = Check(input);
    ASSERT_TRUE(check.draft.has_value()) << SaidOf(check.findings)[0];
    EXPECT_THAT(OpenPartOf(*check.draft), Not(HasSubstr(kMobile)));
    EXPECT_THAT(OpenPartOf(*check.draft), Not(HasSubstr(kResidentId)));
    EXPECT_THAT(check.draft->quality_flags,
                ::testing::Contains("PERSONAL_NUMBER_MASKED"));
    ASSERT_EQ(check.draft->personal.originals_size(), 1);
    EXPECT_EQ(check.draft->personal.originals(0).field(), place.field);
    EXPECT_THAT(check.draft->personal.originals(0).text(), HasSubstr(secret));
  }
}

TEST(RecordDraftTest, NumbersOfThingsStay) {
  v1::RecordInput input = CleanComplaint();
  v1::Complaint& complaint = *input.mutable_record()->mutable_complaint();
  // 18 characters, division, a day, a right check: it could be an ID, but of
  // somebody born on the day of the complaint.
  complaint.set_case_number("440106202501010015");
  // Passes the sum of bank cards.
  complaint.set_order_number("4532015112830366");
  const RecordCheck check = Check(input);
  ASSERT_TRUE(check.draft.has_value());
  EXPECT_THAT(check.draft->quality_flags, IsEmpty());
  EXPECT_EQ(check.draft->content.complaint().order_number(),
            "4532015112830366");
}

// By law everybody may know how to reach an enterprise (企业信息公示暂行条例
// art. 9); no more than that.
TEST(RecordDraftTest, TheContactOfAReportIsOpen) {
  v1::RecordInput input = CleanReport();
  v1::AnnualReport& report = *input.mutable_record()->mutable_annual_report();
  const std::string mobiles = std::string(kMobile) + "，" + kMobile;
  report.set_telephone(mobiles);
  report.set_email(std::string(kMobile) + "@example.cn");
  report.set_address(std::string("示例路1号，电话") + kMobile);
  report.mutable_websites(0)->set_url("https://4532015112830366.example.cn");
  report.mutable_corrections(0)->set_before(kMobile);
  report.mutable_corrections(0)->set_after(mobiles);
  const RecordCheck check = Check(input);
  ASSERT_TRUE(check.draft.has_value()) << SaidOf(check.findings)[0];
  EXPECT_THAT(SaidOf(check.draft->findings), IsEmpty());
  EXPECT_EQ(check.draft->personal.ByteSizeLong(), 0u);
  v1::AnnualReport wanted = report;
  const storage::v1::AnnualReport& stored =
      check.draft->content.annual_report();
  EXPECT_EQ(stored.telephone(), wanted.telephone());
  EXPECT_EQ(stored.email(), wanted.email());
  EXPECT_EQ(stored.address(), wanted.address());
  EXPECT_EQ(stored.websites(0).url(), wanted.websites(0).url());
  EXPECT_EQ(stored.corrections(0).before(), wanted.corrections(0).before());
  EXPECT_EQ(stored.corrections(0).after(), wanted.corrections(0).after());
}

TEST(RecordDraftTest, AResidentIdInAContactIsCutOut) {
  using Put = void (*)(v1::AnnualReport&, const std::string&);
  for (const Put put : std::initializer_list<Put>{
           [](v1::AnnualReport&r, const std::string&t) { r.set_telephone(t); },
           [](v1::AnnualReport&r, const std::string&t) { r.set_email(t); },
           [](v1::AnnualReport&r, const std::string&t) { r.set_address(t); },
           [](v1::AnnualReport&r, const std::string&t) {
             r.mutable_websites(0)->set_url(t);
           },
           [](v1::AnnualReport&r, const std::string&t) {
             r.mutable_corrections(0)->set_before(t);
           }}) {
    v1::RecordInput input = CleanReport();
    put(*input.mutable_record()->mutable_annual_report(), kResidentId);
    const RecordCheck check = Check(input);
    ASSERT_TRUE(check.draft.has_value());
    EXPECT_THAT(OpenPartOf(*check.draft), Not(HasSubstr(kResidentId)));
    EXPECT_THAT(check.draft->quality_flags,
                ElementsAre("PERSONAL_NUMBER_MASKED"));
    EXPECT_EQ(check.draft->personal.originals_size(), 1);
  }
}

TEST(RecordDraftTest, AResidentIdInPlaceOfAnInvestmentsCodeIsNotKept) {
  v1::RecordInput input = CleanReport();
  input.mutable_record()
      ->mutable_annual_report()
      ->mutable_investments(0)
      ->set_uscc(kResidentId);
  const RecordCheck check = Check(input);
  ASSERT_TRUE(check.draft.has_value());
  EXPECT_THAT(OpenPartOf(*check.draft), Not(HasSubstr(kResidentId)));
  EXPECT_EQ(check.draft->content.annual_report().investments(0).uscc(), "");
  EXPECT_THAT(check.draft->quality_flags, ElementsAre("OTHER_CODE"));
}

TEST(RecordDraftTest, AnotherPersonsNumberInAKeyIsRefused) {
  v1::RecordInput input = CleanLicence();
  input.mutable_record()->mutable_licence()->set_licence_number(kResidentId);
  EXPECT_THAT(SaidOf(Check(input).findings),
              ElementsAre(Said{kError, "record.licence.licence_number",
                               "PERSONAL_NUMBER_IN_KEY"}));
  // Drivers' and other personal licences are numbered by their holder's ID.
  v1::Party& party = *input.mutable_record()->mutable_party();
  party.set_category(v1::PARTY_CATEGORY_NATURAL_PERSON);
  party.clear_uscc();
  input.mutable_personal()->set_person_id_number(kResidentId);
  input.mutable_personal()->set_person_id_type("身份证");
  const RecordCheck check = Check(input);
  ASSERT_TRUE(check.draft.has_value());
  EXPECT_EQ(check.draft->content.licence().licence_number(), "[已遮蔽]");
}

TEST(RecordDraftTest, WhatWasReadCanBeSentBack) {
  // A correction starts from what a reader got: masked texts and originals.
  v1::RecordInput input = CleanPenalty();
  v1::Party& party = *input.mutable_record()->mutable_party();
  party.clear_uscc();
  party.set_code_as_given("914403001922038217");
  input.mutable_record()->mutable_penalty()->set_facts("电话[已遮蔽]");
  v1::OriginalText& original = *input.mutable_personal()->add_originals();
  original.set_field("penalty.facts");
  original.set_text("电话14000001001");
  const RecordCheck check = Check(input);
  ASSERT_TRUE(check.draft.has_value());
  EXPECT_EQ(check.draft->content.party().code_as_given(), "914403001922038217");
  EXPECT_EQ(check.draft->content.penalty().facts(), "电话[已遮蔽]");
  ASSERT_EQ(check.draft->personal.originals_size(), 1);
  EXPECT_EQ(check.draft->personal.originals(0).text(), "电话14000001001");
}

TEST(RecordDraftTest, FindingsNeverRepeatWhatStandsInTheField) {
  v1::RecordInput input = CleanPenalty();
  input.mutable_record()->mutable_party()->set_name(std::string(300, 'x') +
                                                    kResidentId);
  input.mutable_record()->mutable_penalty()->set_decided_on(kMobile);
  const RecordCheck check = Check(input);
  ASSERT_FALSE(check.draft.has_value());
  for (const Finding& finding : check.findings) {
    EXPECT_THAT(finding.message, Not(HasSubstr("xx")));
    EXPECT_THAT(finding.message, Not(HasSubstr(kMobile)));
    EXPECT_THAT(finding.message, Not(HasSubstr(kResidentId)));
  }
}

}  // namespace
}  // namespace creditreg
