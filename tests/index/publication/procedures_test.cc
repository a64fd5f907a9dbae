#include "index/publication/procedures.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "creditreg/conf/v1/procedures.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/codec/text_proto.h"
#include "index/publication/tables.h"
#include "tests/testing/shipped_tables.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

namespace cv = conf::v1;
namespace sv = storage::v1;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsNull;
using ::testing::NotNull;
using ::testing::StartsWith;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kAnyChannel = sv::ChannelPublication::CHANNEL_UNSPECIFIED;
constexpr auto kCreditChina = sv::ChannelPublication::CHANNEL_CREDIT_CHINA;
constexpr auto kGsxt = sv::ChannelPublication::CHANNEL_GSXT;

CivilDay Day(absl::string_view iso) { return *CivilDay::ParseIso(iso); }

cv::Procedures Parse(const std::string& text) {
  cv::Procedures table;
  EXPECT_THAT(ParseTextProto(text, "test", &table), IsOk());
  return table;
}

// A table without mistakes, as small as it can be.
constexpr absl::string_view kSound = R"(
  version: 1
  procedures {
    id: "P" title: "示例" article: "第1条" kind: CASE_KIND_REPAIR
    channel: CHANNEL_GSXT
    materials { id: "PROOF" title: "证明" article: "第2条" required: true }
    clocks { id: "ACCEPTANCE" title: "受理" article: "第3条"
             state: CASE_STATE_SUBMITTED days: 3 unit: UNIT_WORKING_DAYS }
    withdraw_within_days: 3
  }
  receivers { article: "第4条" announced_days_before: 7
              withdraw_within_days: 3 }
  sources { article: "第5条" report_within_days: 7 }
)";

struct MistakeCase {
  // Taken out of kSound, and put in its place.
  const char* out;
  const char* in;
  const char* want;
};

TEST(ProceduresTest, EachMistakeIsNamed) {
  ASSERT_THAT(ProcedureTable::Build(Parse(std::string(kSound))), IsOk());
  for (const MistakeCase& c : {
           MistakeCase{"version: 1", "", "version: 0, want 1 or more"},
           MistakeCase{"id: \"P\"", "", "procedures[0].id: empty, want one"},
           MistakeCase{"title: \"示例\"", "",
                       "procedures[0].title: empty, want one"},
           MistakeCase{"article: \"第1条\"", "",
                       "procedures[0].article: empty, want where the law says "
                       "it"},
           MistakeCase{"kind: CASE_KIND_REPAIR", "",
                       "procedures[0].kind: missing, want one\n"
                       "procedures[0].withdraw_within_days: got 3, want 0 to "
                       "0"},
           MistakeCase{"channel: CHANNEL_GSXT", "",
                       "procedures[0].channel: want CHANNEL_CREDIT_CHINA or "
                       "CHANNEL_GSXT"},
           MistakeCase{"channel: CHANNEL_GSXT",
                       "channel: CHANNEL_GSXT opened_from: '2026-2-1'",
                       "procedures[0].opened_from: got \"2026-2-1\", want "
                       "YYYY-MM-DD"},
           MistakeCase{"channel: CHANNEL_GSXT",
                       "channel: CHANNEL_GSXT opened_from: '2026-02-02' "
                       "opened_to: '2026-02-01'",
                       "procedures[0].opened_to: before its _from"},
           MistakeCase{"channel: CHANNEL_GSXT",
                       "channel: CHANNEL_GSXT families: FAMILY_UNSPECIFIED",
                       "procedures[0].families: one is unspecified, want a "
                       "family"},
           MistakeCase{"channel: CHANNEL_GSXT",
                       "channel: CHANNEL_GSXT lists: LIST_UNSPECIFIED",
                       "procedures[0].lists: one is unspecified, want a list"},
           MistakeCase{"channel: CHANNEL_GSXT",
                       "channel: CHANNEL_GSXT unconfirmed: true",
                       "procedures[0].note: empty, want what is unconfirmed"},
           MistakeCase{"title: \"证明\"", "",
                       "procedures[0].materials[0].title: empty, want one"},
           MistakeCase{"article: \"第2条\"", "",
                       "procedures[0].materials[0].article: empty, want where "
                       "the law says it"},
           MistakeCase{"materials {",
                       "materials { id: 'PROOF' title: 't' article: 'a' } "
                       "materials {",
                       "procedures[0].materials[1].id: got \"PROOF\" twice, "
                       "want one of each"},
           MistakeCase{"id: \"ACCEPTANCE\"", "",
                       "procedures[0].clocks[0].id: empty, want one"},
           MistakeCase{"title: \"受理\"", "",
                       "procedures[0].clocks[0].title: empty, want one"},
           MistakeCase{"article: \"第3条\"", "",
                       "procedures[0].clocks[0].article: empty, want where the "
                       "law says it"},
           MistakeCase{"state: CASE_STATE_SUBMITTED", "",
                       "procedures[0].clocks[0].state: want SUBMITTED, "
                       "RETURNED or ACCEPTED"},
           MistakeCase{"state: CASE_STATE_SUBMITTED",
                       "state: CASE_STATE_APPROVED",
                       "procedures[0].clocks[0].state: want SUBMITTED, "
                       "RETURNED or ACCEPTED"},
           MistakeCase{"state: CASE_STATE_SUBMITTED",
                       "state: CASE_STATE_ACCEPTED until_decided: true",
                       "procedures[0].clocks[0].until_decided: true, want it "
                       "with SUBMITTED only"},
           MistakeCase{"days: 3 unit", "unit",
                       "procedures[0].clocks[0].days: got 0, want 1 to 366"},
           MistakeCase{"days: 3 unit", "days: 367 unit",
                       "procedures[0].clocks[0].days: got 367, want 1 to 366"},
           MistakeCase{"unit: UNIT_WORKING_DAYS", "",
                       "procedures[0].clocks[0].unit: want UNIT_WORKING_DAYS "
                       "or UNIT_DAYS"},
           MistakeCase{"unit: UNIT_WORKING_DAYS",
                       "unit: UNIT_WORKING_DAYS extension_days: 1",
                       "procedures[0].clocks[0].extension_days: want one only "
                       "where it runs while ACCEPTED"},
           MistakeCase{"unit: UNIT_WORKING_DAYS",
                       "unit: UNIT_WORKING_DAYS extension_days: -1",
                       "procedures[0].clocks[0].extension_days: got -1, want 0 "
                       "to 366"},
           MistakeCase{"unit: UNIT_WORKING_DAYS",
                       "unit: UNIT_WORKING_DAYS unconfirmed: true",
                       "procedures[0].clocks[0].note: empty, want what is "
                       "unconfirmed"},
           MistakeCase{"withdraw_within_days: 3\n  }", "}",
                       "procedures[0].withdraw_within_days: got 0, want 1 to "
                       "60"},
           MistakeCase{"withdraw_within_days: 3\n  }",
                       "withdraw_within_days: 3 barred_months: 601 }",
                       "procedures[0].barred_months: got 601, want 0 to 600"},
           MistakeCase{"article: \"第4条\"", "",
                       "receivers.article: empty, want where the law says it"},
           MistakeCase{"announced_days_before: 7", "",
                       "receivers.announced_days_before: got 0, want 1 to 366"},
           MistakeCase{"withdraw_within_days: 3 }", "}",
                       "receivers.withdraw_within_days: got 0, want 1 to 60"},
           MistakeCase{"sources { article: \"第5条\" report_within_days: 7 }",
                       "", "sources: missing, want them"},
           MistakeCase{"article: \"第5条\"", "article: 'a' unconfirmed: true",
                       "sources.note: empty, want what is unconfirmed"},
           MistakeCase{"report_within_days: 7", "report_within_days: -1",
                       "sources.report_within_days: got -1, want 1 to 366"},
       }) {
    const std::string text = absl::StrReplaceAll(kSound, {{c.out, c.in}});
    EXPECT_THAT(ProcedureTable::Build(Parse(text)), StatusIs(kInvalid, c.want))
        << c.in;
  }
}

TEST(ProceduresTest, AllMistakesAreNamedAtOnce) {
  EXPECT_THAT(
      ProcedureTable::Build({}),
      StatusIs(kInvalid,
               "version: 0, want 1 or more\nprocedures: none, want one\n"
               "receivers: missing, want them\nsources: missing, want them"));
  cv::Procedures twice = Parse(std::string(kSound));
  *twice.add_procedures() = twice.procedures(0);
  twice.mutable_procedures(1)->set_kind(sv::CASE_KIND_OBJECTION);
  twice.mutable_procedures(1)->set_barred_months(1);
  EXPECT_THAT(
      ProcedureTable::Build(twice),
      StatusIs(kInvalid,
               "procedures[1].id: got \"P\" twice, want one of each\n"
               "procedures[1].withdraw_within_days: got 3, want 0 to 0\n"
               "procedures[1].barred_months: got 1, want 0 to 0"));
}

class ShippedProceduresTest : public ::testing::Test {
 protected:
  ShippedProceduresTest() {
    const auto tables = PublicationTables().With(
        {std::string(kProceduresTable), ShippedTable(kProceduresTable)}, 7);
    EXPECT_THAT(tables, IsOk());
    if (tables.ok()) tables_ = *tables;
  }

  const ProcedureTable& table() const { return *tables_->procedures(); }

  TablesPtr tables_;
};

struct FindCase {
  sv::CaseKind kind;
  Channel channel;
  sv::Family family;
  sv::Listing::List list;
  const char* opened;
  // Empty: none.
  const char* want;
};

constexpr sv::Listing::List kNoList = sv::Listing::LIST_UNSPECIFIED;
constexpr sv::Listing::List kAbnormal = sv::Listing::LIST_ABNORMAL_OPERATION;
constexpr sv::Listing::List kSerious = sv::Listing::LIST_SERIOUS_VIOLATION;
constexpr sv::Listing::List kOther = sv::Listing::LIST_OTHER;

TEST_F(ShippedProceduresTest, TheProcedureInForceTakesTheCase) {
  for (const FindCase& c : {
           // The law's first day, and the day before it.
           FindCase{sv::CASE_KIND_REPAIR, kAnyChannel, sv::FAMILY_PENALTY,
                    kNoList, "2026-04-01", "CC36-REPAIR"},
           FindCase{sv::CASE_KIND_REPAIR, kCreditChina, sv::FAMILY_PENALTY,
                    kNoList, "2026-03-31", ""},
           // 信用中国 has none yet: gsxt's.
           FindCase{sv::CASE_KIND_REPAIR, kAnyChannel, sv::FAMILY_PENALTY,
                    kNoList, "2026-03-31", "GS45-REPAIR"},
           FindCase{sv::CASE_KIND_REPAIR, kGsxt, sv::FAMILY_PENALTY, kNoList,
                    "2026-04-01", "GS45-REPAIR"},
           FindCase{sv::CASE_KIND_REPAIR, kGsxt, sv::FAMILY_PENALTY, kNoList,
                    "2021-08-31", ""},
           FindCase{sv::CASE_KIND_REPAIR, kAnyChannel, sv::FAMILY_LISTING,
                    kSerious, "2026-05-06", "CC36-REPAIR"},
           FindCase{sv::CASE_KIND_REPAIR, kAnyChannel, sv::FAMILY_LICENCE,
                    kNoList, "2026-05-06", ""},
           FindCase{sv::CASE_KIND_OBJECTION, kAnyChannel, sv::FAMILY_LICENCE,
                    kNoList, "2026-05-06", "CC36-OBJECTION"},
           FindCase{sv::CASE_KIND_OBJECTION, kGsxt, sv::FAMILY_LISTING,
                    kAbnormal, "2026-05-06", "GS-ABNORMAL-OBJECTION"},
           FindCase{sv::CASE_KIND_OBJECTION, kGsxt, sv::FAMILY_LISTING,
                    kSerious, "2026-05-06", "GS-OBJECTION"},
           FindCase{sv::CASE_KIND_OBJECTION, kGsxt, sv::FAMILY_PENALTY, kNoList,
                    "2026-05-06", "GS-OBJECTION"},
           FindCase{sv::CASE_KIND_LIST_ENTRY, kAnyChannel, sv::FAMILY_LISTING,
                    kAbnormal, "2026-07-01", "GS-ABNORMAL-ENTRY"},
           FindCase{sv::CASE_KIND_LIST_ENTRY, kAnyChannel, sv::FAMILY_LISTING,
                    kSerious, "2026-07-01", "GS44-ENTRY"},
           FindCase{sv::CASE_KIND_LIST_ENTRY, kAnyChannel, sv::FAMILY_LISTING,
                    kOther, "2026-07-01", ""},
           FindCase{sv::CASE_KIND_LIST_ENTRY, kCreditChina, sv::FAMILY_LISTING,
                    kSerious, "2026-07-01", ""},
           FindCase{sv::CASE_KIND_LIST_REMOVAL, kAnyChannel, sv::FAMILY_LISTING,
                    kSerious, "2026-07-01", "GS44-REMOVAL"},
           FindCase{sv::CASE_KIND_LIST_REMOVAL, kAnyChannel, sv::FAMILY_LISTING,
                    kAbnormal, "2026-07-01", "GS-ABNORMAL-REMOVAL"},
           FindCase{sv::CASE_KIND_LIST_REMOVAL, kAnyChannel, sv::FAMILY_PENALTY,
                    kNoList, "2026-07-01", ""},
           FindCase{sv::CASE_KIND_ANNULMENT, kAnyChannel, sv::FAMILY_PENALTY,
                    kNoList, "2026-07-01", "CC36-ANNULMENT"},
           FindCase{sv::CASE_KIND_ANNULMENT, kGsxt, sv::FAMILY_PENALTY, kNoList,
                    "2026-07-01", "GS45-ANNULMENT"},
           FindCase{sv::CASE_KIND_ANNULMENT, kGsxt, sv::FAMILY_LISTING,
                    kSerious, "2026-07-01", "GS44-ANNULMENT"},
           FindCase{sv::CASE_KIND_REPUBLICATION, kAnyChannel,
                    sv::FAMILY_PENALTY, kNoList, "2026-07-01",
                    "CC36-REPUBLICATION"},
           FindCase{sv::CASE_KIND_REPUBLICATION, kGsxt, sv::FAMILY_LISTING,
                    kSerious, "2026-07-01", "GS44-REPUBLICATION"},
           FindCase{sv::CASE_KIND_REPUBLICATION, kGsxt, sv::FAMILY_PENALTY,
                    kNoList, "2026-07-01", "GS-REPUBLICATION"},
           FindCase{sv::CASE_KIND_SHIELD, kAnyChannel, sv::FAMILY_PENALTY,
                    kNoList, "2026-07-01", "CC36-SHIELD"},
           FindCase{sv::CASE_KIND_SHIELD, kGsxt, sv::FAMILY_PENALTY, kNoList,
                    "2026-07-01", ""},
       }) {
    const cv::Procedure* const found =
        table().FindFor(c.kind, c.channel, c.family, c.list, Day(c.opened));
    EXPECT_EQ(found == nullptr ? "" : found->id(), c.want)
        << sv::CaseKind_Name(c.kind) << " " << c.opened << " " << c.want;
    EXPECT_EQ(table().Find(c.want), found);
  }
  EXPECT_THAT(table().Find("CC36"), IsNull());
}

TEST_F(ShippedProceduresTest, TheLastDayOfAProcedureIsIncluded) {
  cv::Procedures text = Parse(std::string(kSound));
  text.mutable_procedures(0)->set_opened_to("2026-03-31");
  const auto built = ProcedureTable::Build(text);
  ASSERT_THAT(built, IsOk());
  const auto find = [&built](absl::string_view day) {
    return (*built)->FindFor(sv::CASE_KIND_REPAIR, kAnyChannel,
                             sv::FAMILY_PENALTY, kNoList, Day(day));
  };
  EXPECT_THAT(find("2026-03-31"), NotNull());
  EXPECT_THAT(find("2026-04-01"), IsNull());
}

struct LimitCase {
  const char* procedure;
  const char* clock;
  sv::CaseState state;
  int days;
  int extension_days;
  bool until_decided;
  bool unconfirmed;
};

// Read against the texts of the law by hand.
TEST_F(ShippedProceduresTest, LimitsAreThoseOfTheLaw) {
  constexpr auto kSubmitted = sv::CASE_STATE_SUBMITTED;
  constexpr auto kAccepted = sv::CASE_STATE_ACCEPTED;
  const LimitCase cases[] = {
      {"CC36-REPAIR", "ACCEPTANCE", kSubmitted, 3, 0, false, false},
      {"CC36-REPAIR", "DECISION", kAccepted, 7, 10, false, false},
      {"CC36-REPAIR", "ANSWER", kSubmitted, 10, 10, true, true},
      {"CC36-OBJECTION", "FORWARDING", kSubmitted, 1, 0, false, false},
      {"CC36-OBJECTION", "DECISION", kAccepted, 7, 7, false, true},
      {"CC36-ANNULMENT", "WITHDRAWAL", kSubmitted, 3, 0, true, true},
      {"CC36-SHIELD", "SHIELDING", kSubmitted, 10, 0, true, false},
      {"GS45-REPAIR", "ACCEPTANCE", kSubmitted, 2, 0, false, true},
      {"GS45-REPAIR", "DECISION", kAccepted, 15, 0, false, true},
      {"GS44-REMOVAL", "ACCEPTANCE", kSubmitted, 2, 0, false, false},
      {"GS44-REMOVAL", "DECISION", kAccepted, 15, 0, false, false},
      {"GS-ABNORMAL-REMOVAL", "DECISION", kSubmitted, 5, 0, true, true},
      {"GS-ABNORMAL-ENTRY", "DECISION", kSubmitted, 10, 0, true, false},
      {"GS45-ANNULMENT", "WITHDRAWAL", kSubmitted, 3, 0, true, false},
      {"GS44-ANNULMENT", "WITHDRAWAL", kSubmitted, 3, 0, true, false},
      {"GS-ABNORMAL-OBJECTION", "ACCEPTANCE", kSubmitted, 5, 0, false, false},
      {"GS-ABNORMAL-OBJECTION", "VERIFICATION", kAccepted, 20, 0, false, false},
      {"GS-OBJECTION", "ACCEPTANCE", kSubmitted, 5, 0, false, true},
      {"GS-OBJECTION", "VERIFICATION", kAccepted, 20, 0, false, true},
  };
  std::vector<std::string> wanted;
  for (const LimitCase& c : cases) {
    wanted.push_back(absl::StrCat(c.procedure, "/", c.clock, " ", c.state, " ",
                                  c.days, "+", c.extension_days, " ",
                                  c.until_decided, " ", c.unconfirmed));
  }
  std::vector<std::string> got;
  for (const cv::Procedure& procedure : table().text().procedures()) {
    for (const cv::ClockRule& clock : procedure.clocks()) {
      EXPECT_EQ(clock.unit(), cv::ClockRule::UNIT_WORKING_DAYS);
      got.push_back(
          absl::StrCat(procedure.id(), "/", clock.id(), " ", clock.state(), " ",
                       clock.days(), "+", clock.extension_days(), " ",
                       clock.until_decided(), " ", clock.unconfirmed()));
    }
  }
  EXPECT_EQ(got, wanted);
}

TEST_F(ShippedProceduresTest, EveryKindHasAProcedureAndBoundsAreThere) {
  std::set<int> kinds;
  for (const cv::Procedure& procedure : table().text().procedures()) {
    kinds.insert(procedure.kind());
  }
  EXPECT_EQ(kinds.size(), static_cast<std::size_t>(sv::CaseKind_ARRAYSIZE - 1));
  EXPECT_EQ(table().Find("CC36-REPAIR")->barred_months(), 36);
  EXPECT_EQ(table().Find("GS44-REMOVAL")->withdraw_within_days(), 3);
  EXPECT_EQ(table().Find("GS45-REPAIR")->withdraw_within_days(), 3);
  EXPECT_EQ(table().receivers().announced_days_before(), 7);
  EXPECT_EQ(table().receivers().withdraw_within_days(), 3);
  EXPECT_EQ(table().sources().report_within_days(), 7);
}

// Records are judged again, since it says when receivers are told of their
// ends.
TEST_F(ShippedProceduresTest, AreATableByWhichRecordsAreJudgedAgain) {
  EXPECT_EQ(tables_->VersionOf(kProceduresTable), 1u);
  EXPECT_EQ(tables_->VersionOf(kGsxtTable), 0u);
  EXPECT_EQ(ChannelOfTable(kProceduresTable), kAnyChannel);
  const auto with_rules =
      tables_->With({std::string(kGsxtTable), ShippedTable(kGsxtTable)}, 9);
  ASSERT_THAT(with_rules, IsOk());
  EXPECT_EQ((*with_rules)->sequence(), 9u);
  const auto again = (*with_rules)
                         ->With({std::string(kProceduresTable),
                                 ShippedTable(kProceduresTable)},
                                11);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ((*again)->sequence(), 11u);
  EXPECT_THAT((*again)->procedures(), NotNull());
  EXPECT_THAT(PublicationTables().procedures(), IsNull());
  EXPECT_EQ(PublicationTables().VersionOf(kProceduresTable), 0u);
  EXPECT_THAT(kTableNames, Contains(kProceduresTable));
}

TEST_F(ShippedProceduresTest, MistakesNameTheTable) {
  const auto with = [this](absl::string_view name, const std::string& text) {
    return tables_->With({std::string(name), text}, 8).status();
  };
  EXPECT_THAT(with(kProceduresTable, "version: x"),
              StatusIs(kInvalid, AllOf(StartsWith("procedures: "),
                                       HasSubstr("line 1, column 10"))));
  EXPECT_THAT(with(kProceduresTable, "version: 1"),
              StatusIs(kInvalid,
                       "procedures: procedures: none, want one\n"
                       "procedures: receivers: missing, want them\n"
                       "procedures: sources: missing, want them"));
  EXPECT_THAT(with("laws", "version: 1"),
              StatusIs(kInvalid,
                       "table: got \"laws\", want one of calendar, "
                       "credit_china, gsxt, procedures"));
}

}  // namespace
}  // namespace creditreg
