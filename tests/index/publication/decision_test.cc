// The shipped tables, rule by rule and boundary by boundary: the day before, of
// and after. Days and rules as in the laws that conf/publication names.

#include "index/publication/decision.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "creditreg/conf/v1/publication.pb.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/base/civil_day.h"
#include "index/codec/text_proto.h"
#include "index/publication/rules.h"
#include "tests/testing/shipped_tables.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

namespace sv = storage::v1;
using ::testing::ElementsAre;

CivilDay Day(absl::string_view text) {
  const auto day = CivilDay::ParseIso(text);
  EXPECT_THAT(day, IsOk());
  return day.value_or(CivilDay::Unknown());
}

conf::v1::PublicationRules ShippedText(absl::string_view name) {
  conf::v1::PublicationRules rules;
  EXPECT_THAT(ParseTextProto(ShippedTable(name), std::string(name), &rules),
              IsOk());
  return rules;
}

std::shared_ptr<const PublicationTable> Shipped(absl::string_view name) {
  auto table = PublicationTable::Build(ShippedText(name));
  EXPECT_THAT(table, IsOk());
  return *table;
}

const PublicationTable& CreditChina() {
  static const auto* const kTable =
      new std::shared_ptr<const PublicationTable>(Shipped("credit_china"));
  return **kTable;
}

const PublicationTable& Gsxt() {
  static const auto* const kTable =
      new std::shared_ptr<const PublicationTable>(Shipped("gsxt"));
  return **kTable;
}

// A penalty of an organisation, as its parts are named in a table test.
struct Given {
  std::string decided = "2026-05-08";
  std::vector<std::string> kinds = {};
  sv::Penalty::Procedure procedure = sv::Penalty::PROCEDURE_ORDINARY;
  sv::Penalty::DeclaredSeverity declared =
      sv::Penalty::DECLARED_SEVERITY_UNSPECIFIED;
  std::string ministry = {};
  std::optional<std::int64_t> fine_fen = {};
  std::string term_until = {};
  std::string performed_on = {};
  sv::PartyCategory party = sv::PARTY_CATEGORY_ORGANISATION;
  // Since when gsxt shows it; empty: not yet.
  std::string shown_on_gsxt = {};
};

void SetDay(const std::string& text,
            const std::function<void(std::int32_t)>& set) {
  if (!text.empty()) set(Day(text).days());
}

sv::RecordVersion PenaltyOf(const Given& given) {
  sv::RecordVersion record;
  record.set_state(sv::RECORD_STATE_ACTIVE);
  record.mutable_content()->set_family(sv::FAMILY_PENALTY);
  record.mutable_content()->mutable_party()->set_category(given.party);
  sv::Penalty* penalty = record.mutable_content()->mutable_penalty();
  for (const std::string& kind : given.kinds) penalty->add_kinds(kind);
  penalty->set_procedure(given.procedure);
  penalty->set_declared_severity(given.declared);
  penalty->set_ministry(given.ministry);
  if (given.fine_fen.has_value()) penalty->set_fine_fen(*given.fine_fen);
  SetDay(given.decided, [&](auto d) { penalty->set_decided_on(d); });
  SetDay(given.term_until, [&](auto d) { penalty->set_term_until(d); });
  SetDay(given.performed_on, [&](auto d) { penalty->set_performed_on(d); });
  SetDay(given.shown_on_gsxt, [&](auto d) {
    sv::FirstShown* shown = record.add_first_shown();
    shown->set_channel(sv::ChannelPublication::CHANNEL_GSXT);
    shown->set_day(d);
  });
  return record;
}

// "public 2026-05-08..2027-05-08 repair 2026-08-09": first and last day shown.
std::string Summary(const Decision& decision) {
  static constexpr const char* kNames[] = {"",           "public",    "not yet",
                                           "government", "undecided", "expired",
                                           "removed",    "withdrawn"};
  std::string text = kNames[static_cast<int>(decision.publicity)];
  if (!decision.from.is_unknown()) {
    absl::StrAppend(&text, " ", decision.from.ToIso(), "..",
                    decision.until.is_open_ended()
                        ? ""
                        : decision.until.PlusDays(-1).ToIso());
  }
  if (!decision.repair_from.is_unknown()) {
    absl::StrAppend(&text, " repair ", decision.repair_from.ToIso());
  }
  if (decision.unperformed) absl::StrAppend(&text, " unperformed");
  for (const UndecidedReason reason : decision.reasons) {
    absl::StrAppend(&text, " ", ReasonName(reason));
  }
  return text;
}

struct Case {
  std::string name;
  Given given;
  std::string day;
  std::string want;
};

void Check(const std::vector<Case>& cases, const PublicationTable& table) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(Summary(Decide(PenaltyOf(c.given), table, Day(c.day))), c.want);
  }
}

constexpr auto kSimple = sv::Penalty::PROCEDURE_SIMPLE;
constexpr auto kUnknown = sv::Penalty::PROCEDURE_UNSPECIFIED;

TEST(CreditChinaDecisionTest, ClassesOfOrder36) {
  const std::string day = "2026-06-01";
  const std::string general = "public 2026-05-08..2027-05-08 repair 2026-08-09";
  const std::string serious = "public 2026-05-08..2029-05-08 repair 2027-05-09";
  Check(
      {
          {"warning", {.kinds = {"警告"}}, day, "government"},
          {"criticism", {.kinds = {"通报批评"}}, day, "government"},
          {"warning, procedure unknown",
           {.kinds = {"警告"}, .procedure = kUnknown},
           day,
           "government"},
          {"small fine by simple procedure",
           {.kinds = {"罚款"}, .procedure = kSimple, .fine_fen = 20000},
           day,
           "government"},
          {"confiscated goods", {.kinds = {"没收非法财物"}}, day, general},
          {"illegal gains", {.kinds = {"没收违法所得"}}, day, general},
          {"detention", {.kinds = {"行政拘留"}}, day, general},
          {"suspended licence", {.kinds = {"暂扣许可证件"}}, day, serious},
          {"lower grade", {.kinds = {"降低资质等级"}}, day, serious},
          {"revoked licence", {.kinds = {"吊销许可证件"}}, day, serious},
          {"restricted", {.kinds = {"限制开展生产经营活动"}}, day, serious},
          {"stopped", {.kinds = {"责令停产停业"}}, day, serious},
          {"closed", {.kinds = {"责令关闭"}}, day, serious},
          {"barred", {.kinds = {"限制从业"}}, day, serious},
          {"declared minor",
           {.kinds = {"吊销许可证件"},
            .declared = sv::Penalty::DECLARED_SEVERITY_MINOR},
           day,
           "government"},
          {"declared general",
           {.kinds = {"罚款"},
            .declared = sv::Penalty::DECLARED_SEVERITY_GENERAL},
           day,
           general},
          {"declared serious",
           {.kinds = {"警告"},
            .procedure = kUnknown,
            .declared = sv::Penalty::DECLARED_SEVERITY_SERIOUS},
           day,
           serious},
      },
      CreditChina());
}

TEST(CreditChinaDecisionTest, WhatIsNotKnownIsUndecided) {
  const std::string day = "2026-06-01";
  Check(
      {
          {"fine without limits",
           {.kinds = {"罚款"}, .fine_fen = 100000000},
           day,
           "undecided FINE_LIMITS_MISSING"},
          {"fine without amount",
           {.kinds = {"罚款"}},
           day,
           "undecided FINE_MISSING"},
          {"fine that may be simple",
           {.kinds = {"罚款"}, .procedure = kUnknown, .fine_fen = 300000},
           day,
           "undecided PROCEDURE_MISSING FINE_LIMITS_MISSING"},
          {"fine too large for simple",
           {.kinds = {"罚款"}, .procedure = kUnknown, .fine_fen = 300001},
           day,
           "undecided FINE_LIMITS_MISSING"},
          {"another kind",
           {.kinds = {"其他-责令改正"}},
           day,
           "undecided KIND_WITHOUT_RULE"},
          {"no kind", {}, day, "undecided KINDS_MISSING"},
          {"simple procedure cannot revoke",
           {.kinds = {"吊销许可证件"}, .procedure = kSimple},
           day,
           "undecided PROCEDURE_CONTRADICTS_KIND"},
          {"party unknown",
           {.kinds = {"吊销许可证件"}, .party = sv::PARTY_CATEGORY_UNSPECIFIED},
           day,
           "undecided PARTY_CATEGORY_MISSING"},
          {"no day",
           {.decided = "", .kinds = {"吊销许可证件"}},
           day,
           "undecided DECISION_DAY_MISSING"},
      },
      CreditChina());
}

TEST(CreditChinaDecisionTest, SeveralKindsInOneRecord) {
  const std::string day = "2026-06-01";
  const std::string general = "public 2026-05-08..2027-05-08 repair 2026-08-09";
  const std::string serious = "public 2026-05-08..2029-05-08 repair 2027-05-09";
  Check(
      {
          {"the longest counts",
           {.kinds = {"警告", "没收非法财物"}},
           day,
           general},
          {"serious whatever the fine",
           {.kinds = {"罚款", "吊销许可证件"}},
           day,
           serious},
          {"serious whatever the other kind",
           {.kinds = {"其他-某种", "责令关闭"}},
           day,
           serious},
          {"general does not settle a fine",
           {.kinds = {"罚款", "没收非法财物"}, .fine_fen = 500000},
           day,
           "undecided FINE_LIMITS_MISSING"},
      },
      CreditChina());
}

TEST(CreditChinaDecisionTest, PeriodsEndOnTheDay) {
  const Given general = {.decided = "2026-08-31", .kinds = {"没收非法财物"}};
  const Given serious = {.decided = "2028-02-29", .kinds = {"责令关闭"}};
  Check(
      {
          {"day before", general, "2026-08-30",
           "not yet 2026-08-31..2027-08-31 repair 2026-12-01"},
          {"first day", general, "2026-08-31",
           "public 2026-08-31..2027-08-31 repair 2026-12-01"},
          {"last day", general, "2027-08-31",
           "public 2026-08-31..2027-08-31 repair 2026-12-01"},
          {"day after", general, "2027-09-01",
           "expired 2026-08-31..2027-08-31 unperformed"},
          {"29 February", serious, "2031-02-28",
           "public 2028-02-29..2031-02-28 repair 2029-03-01"},
          {"the day after it", serious, "2031-03-01",
           "expired 2028-02-29..2031-02-28 unperformed"},
          {"performed",
           {.decided = "2026-08-31",
            .kinds = {"没收非法财物"},
            .performed_on = "2026-09-03"},
           "2027-09-01",
           "expired 2026-08-31..2027-08-31"},
      },
      CreditChina());
}

TEST(CreditChinaDecisionTest, APenaltyWithATermIsNotRepairedBeforeItEnds) {
  Check(
      {
          {"longer than the wait",
           {.kinds = {"限制从业"}, .term_until = "2028-01-31"},
           "2026-06-01",
           "public 2026-05-08..2029-05-08 repair 2028-02-01"},
          {"shorter than the wait",
           {.kinds = {"限制从业"}, .term_until = "2026-11-08"},
           "2026-06-01",
           "public 2026-05-08..2029-05-08 repair 2027-05-09"},
          {"longer than the period: the most is three years",
           {.kinds = {"限制从业"}, .term_until = "2036-05-08"},
           "2026-06-01",
           "public 2026-05-08..2029-05-08"},
          {"over, and still barred",
           {.kinds = {"限制从业"}, .term_until = "2036-05-08"},
           "2029-05-09",
           "expired 2026-05-08..2029-05-08 unperformed"},
      },
      CreditChina());
}

TEST(CreditChinaDecisionTest, BothSidesOf1April2026) {
  const Given old_general = {.decided = "2025-10-09",
                             .kinds = {"没收非法财物"},
                             .ministry = "交通运输部"};
  const Given older_general = {.decided = "2024-10-09",
                               .kinds = {"没收非法财物"},
                               .ministry = "交通运输部"};
  const Given old_serious = {.decided = "2024-01-31", .kinds = {"责令关闭"}};
  const Given old_fine = {
      .decided = "2026-03-31", .kinds = {"罚款"}, .fine_fen = 1000000};
  const Given old_warning = {.decided = "2026-03-31", .kinds = {"警告"}};
  Check(
      {
          {"old general, old law", old_general, "2026-03-31",
           "public 2025-10-09..2026-10-09 repair 2026-01-10"},
          {"old general, both laws", old_general, "2026-04-01",
           "public 2025-10-09..2026-10-09 repair 2026-01-10"},
          {"old general, last day", old_general, "2026-10-09",
           "public 2025-10-09..2026-10-09 repair 2026-01-10"},
          {"old general, over", old_general, "2026-10-10",
           "expired 2025-10-09..2026-10-09 unperformed"},
          {"its year was over already: shown to the last day of the old law",
           older_general, "2026-03-31",
           "public 2024-10-09..2026-03-31 repair 2025-01-10"},
          {"and hidden with the new one", older_general, "2026-04-01",
           "expired 2024-10-09..2025-10-09 unperformed"},
          {"three years by both", old_serious, "2026-04-01",
           "public 2024-01-31..2027-01-31 repair 2025-02-01"},
          {"a fine of any size, old law", old_fine, "2026-03-31",
           "public 2026-03-31..2026-03-31"},
          {"has no class by the new one", old_fine, "2026-04-01",
           "undecided FINE_LIMITS_MISSING"},
          {"a warning, old law", old_warning, "2026-03-31", "government"},
          {"a warning, both", old_warning, "2026-04-01", "government"},
          {"the first of the new law",
           {.decided = "2026-04-01", .kinds = {"没收非法财物"}},
           "2026-04-01",
           "public 2026-04-01..2027-04-01 repair 2026-07-02"},
          {"nothing was shown before any law",
           {.decided = "2023-01-03", .kinds = {"没收非法财物"}},
           "2023-04-30",
           "government"},
          {"from the old law's first day on",
           {.decided = "2023-01-03", .kinds = {"没收非法财物"}},
           "2023-05-01",
           "public 2023-01-03..2026-01-03 repair 2024-01-04"},
      },
      CreditChina());
}

TEST(CreditChinaDecisionTest, TheOldLawWaitsLongerInSomeFields) {
  Check(
      {
          {"drugs",
           {.decided = "2025-01-15",
            .kinds = {"没收非法财物"},
            .ministry = "国家药品监督管理局"},
           "2025-06-01",
           "public 2025-01-15..2026-03-31 repair 2026-01-16"},
          {"another ministry",
           {.decided = "2025-01-15",
            .kinds = {"没收非法财物"},
            .ministry = "交通运输部"},
           "2025-06-01",
           "public 2025-01-15..2026-03-31 repair 2025-04-16"},
      },
      CreditChina());
}

TEST(CreditChinaDecisionTest, NaturalPersonsAreNotPublished) {
  Check(
      {{"serious",
        {.kinds = {"吊销许可证件"}, .party = sv::PARTY_CATEGORY_NATURAL_PERSON},
        "2026-06-01",
        "government"},
       {"individual business",
        {.kinds = {"吊销许可证件"},
         .party = sv::PARTY_CATEGORY_INDIVIDUAL_BUSINESS},
        "2026-06-01",
        "public 2026-05-08..2029-05-08 repair 2027-05-09"}},
      CreditChina());
}

TEST(GsxtDecisionTest, PeriodsBeginWithThePublication) {
  const std::string shown = "2026-05-20";
  const std::string day = "2026-06-01";
  Check(
      {
          {"warning alone",
           {.kinds = {"警告"}, .shown_on_gsxt = shown},
           day,
           "government"},
          {"simple procedure",
           {.kinds = {"罚款"},
            .procedure = kSimple,
            .fine_fen = 10000,
            .shown_on_gsxt = shown},
           day,
           "government"},
          {"criticism",
           {.kinds = {"通报批评"}, .shown_on_gsxt = shown},
           day,
           "public 2026-05-20..2026-08-20"},
          {"criticism, over",
           {.kinds = {"通报批评"}, .shown_on_gsxt = shown},
           "2026-08-21",
           "expired 2026-05-20..2026-08-20 unperformed"},
          {"fine without limits",
           {.kinds = {"罚款"}, .fine_fen = 100000000, .shown_on_gsxt = shown},
           day,
           "undecided FINE_LIMITS_MISSING"},
          {"fine with another kind",
           {.kinds = {"罚款", "没收违法所得"}, .shown_on_gsxt = shown},
           day,
           "public 2026-05-20..2029-05-20 repair 2027-05-21"},
          {"warning with another kind",
           {.kinds = {"警告", "没收违法所得"},
            .ministry = "交通运输部",
            .shown_on_gsxt = shown},
           day,
           "public 2026-05-20..2029-05-20 repair 2026-11-21"},
          {"drugs",
           {.kinds = {"没收违法所得"},
            .ministry = "国家药品监督管理局",
            .shown_on_gsxt = shown},
           day,
           "public 2026-05-20..2029-05-20 repair 2027-05-21"},
          {"never ends early",
           {.kinds = {"责令停产停业"}, .shown_on_gsxt = shown},
           day,
           "public 2026-05-20..2029-05-20"},
          {"a restriction of ten years",
           {.kinds = {"限制从业"},
            .term_until = "2036-05-08",
            .shown_on_gsxt = shown},
           "2036-05-08",
           "public 2026-05-20..2036-05-08"},
          {"a restriction of one year",
           {.kinds = {"限制从业"},
            .term_until = "2027-05-08",
            .shown_on_gsxt = shown},
           day,
           "public 2026-05-20..2029-05-20"},
          {"without an end",
           {.kinds = {"限制从业"},
            .term_until = "2099-12-31",
            .shown_on_gsxt = shown},
           day,
           "public 2026-05-20.."},
          {"before it was shown",
           {.kinds = {"责令关闭"}, .shown_on_gsxt = shown},
           "2026-05-19",
           "not yet 2026-05-20..2029-05-20 repair 2027-05-21"},
          {"not shown yet", {.kinds = {"责令关闭"}}, day, "not yet"},
          {"the other law changes nothing",
           {.decided = "2025-12-31",
            .kinds = {"责令关闭"},
            .ministry = "交通运输部",
            .shown_on_gsxt = "2026-01-15"},
           "2026-04-01",
           "public 2026-01-15..2029-01-15 repair 2026-07-16"},
      },
      Gsxt());
}

TEST(GsxtDecisionTest, WhatTheFeedSaysOfItsPublicationCounts) {
  sv::RecordVersion record = PenaltyOf({.kinds = {"责令关闭"}});
  const auto if_shown_from = [&record](absl::string_view day) {
    return Summary(DecideIfShownFrom(record, Gsxt(), Day(day)));
  };
  EXPECT_EQ(if_shown_from("2026-06-01"),
            "public 2026-06-01..2029-06-01 repair 2027-06-02");
  EXPECT_EQ(if_shown_from("2026-05-07"),
            "not yet 2026-05-08..2029-05-07 repair 2027-05-08");
  sv::ChannelPublication* told =
      record.mutable_content()->mutable_penalty()->add_publications();
  told->set_channel(sv::ChannelPublication::CHANNEL_GSXT);
  EXPECT_EQ(Summary(Decide(record, Gsxt(), Day("2026-06-01"))),
            "undecided PUBLICATION_DAY_MISSING");
  told->set_published_on(Day("2026-05-12").days());
  EXPECT_EQ(Summary(Decide(record, Gsxt(), Day("2026-06-01"))),
            "public 2026-05-12..2029-05-12 repair 2027-05-13");
}

TEST(DecisionTest, SaysByWhichRules) {
  const sv::RecordVersion record =
      PenaltyOf({.decided = "2025-10-09", .kinds = {"没收违法所得"}});
  const Decision decision = Decide(record, CreditChina(), Day("2026-05-01"));
  std::vector<std::string> ids;
  for (const AppliedRule& rule : decision.rules) {
    ids.push_back(absl::StrCat(*rule.id, rule.unconfirmed ? "?" : ""));
  }
  EXPECT_THAT(ids, ElementsAre("CC58-KIND-ANY", "CC58-SHOWN?", "CC58?",
                               "CC36-KIND-UNNAMED?", "CC36-GENERAL", "CC36?"));
  EXPECT_EQ(decision.severity, conf::v1::SEVERITY_GENERAL);
}

TEST(DecisionTest, TellsTheNextDayOnWhichItMayChange) {
  const sv::RecordVersion old =
      PenaltyOf({.decided = "2025-10-09", .kinds = {"没收非法财物"}});
  const auto next = [&old](absl::string_view day) {
    return Decide(old, CreditChina(), Day(day)).next_change.ToIso();
  };
  EXPECT_EQ(next("2025-10-08"), "2025-10-09");
  EXPECT_EQ(next("2025-10-09"), "2026-04-01");
  EXPECT_EQ(next("2026-04-01"), "2026-10-10");
  EXPECT_EQ(next("2026-10-10"), "2099-12-31");
}

TEST(DecisionTest, AClerksChoiceFillsOnlyWhatTheRulesLeaveOpen) {
  sv::RecordVersion record = PenaltyOf({.kinds = {"罚款"}, .fine_fen = 9000});
  sv::ChosenTerm* chosen = record.add_chosen_terms();
  chosen->set_channel(sv::ChannelPublication::CHANNEL_CREDIT_CHINA);
  chosen->set_term("CC36-GENERAL");
  EXPECT_EQ(Summary(Decide(record, CreditChina(), Day("2026-06-01"))),
            "public 2026-05-08..2027-05-08 repair 2026-08-09");
  EXPECT_EQ(Summary(Decide(record, Gsxt(), Day("2026-06-01"))),
            "undecided FINE_LIMITS_MISSING");
  record.mutable_content()->mutable_penalty()->set_procedure(kSimple);
  EXPECT_EQ(Summary(Decide(record, CreditChina(), Day("2026-06-01"))),
            "government");
}

TEST(DecisionTest, LicencesHaveNoEndAndComplaintsAreNotShown) {
  sv::RecordVersion record;
  record.set_state(sv::RECORD_STATE_ACTIVE);
  record.mutable_content()->set_family(sv::FAMILY_LICENCE);
  record.mutable_content()->mutable_party()->set_category(
      sv::PARTY_CATEGORY_ORGANISATION);
  record.mutable_content()->mutable_licence()->set_decided_on(
      Day("2020-02-29").days());
  for (const PublicationTable* table : {&CreditChina(), &Gsxt()}) {
    EXPECT_EQ(Summary(Decide(record, *table, Day("2026-06-01"))),
              "public 2020-02-29..");
  }
  record.mutable_content()->mutable_complaint()->set_registered_on(
      Day("2026-02-03").days());
  record.mutable_content()->set_family(sv::FAMILY_COMPLAINT);
  for (const PublicationTable* table : {&CreditChina(), &Gsxt()}) {
    EXPECT_EQ(Summary(Decide(record, *table, Day("2026-06-01"))), "government");
  }
  record.set_state(sv::RECORD_STATE_WITHDRAWN);
  EXPECT_EQ(Summary(Decide(record, Gsxt(), Day("2026-06-01"))), "withdrawn");
}

// A table with a ministry's own rows and fine limits.
class MinistryTableTest : public ::testing::Test {
 protected:
  void SetUp() override {
    rules_ = ShippedText("credit_china");
    conf::v1::Regime* regime = rules_.mutable_regimes(1);
    conf::v1::FineLimits* limits = regime->add_fine_limits();
    limits->set_id("LIMITS-TRANSPORT");
    limits->set_article("示例");
    limits->add_ministries("交通运输部");
    limits->set_larger_fen(1000000);
    limits->set_huge_fen(100000000);
    conf::v1::FineLimits* half = regime->add_fine_limits();
    half->set_id("LIMITS-WATER");
    half->set_article("示例");
    half->add_ministries("水利部");
    half->set_larger_fen(1000000);
    conf::v1::Row* row = regime->add_rows();
    row->set_id("CC36-EMERGENCY-WARNING");
    row->set_article("示例");
    row->set_basis(conf::v1::Row::BASIS_MINISTRY);
    row->add_ministries("应急管理部");
    row->add_kinds("警告");
    row->set_effective_from("2026-05-01");
    row->set_term("CC36-MINOR-SHOWN");
  }

  std::string Ask(const Given& given) {
    EXPECT_THAT(PublicationTable::Build(rules_), IsOk());
    const auto table = *PublicationTable::Build(rules_);
    return Summary(Decide(PenaltyOf(given), *table, Day("2026-06-01")));
  }

  conf::v1::PublicationRules rules_;
};

TEST_F(MinistryTableTest, LimitsDecideFines) {
  const auto fine = [](std::int64_t fen, const std::string& ministry) {
    return Given{.kinds = {"罚款"}, .ministry = ministry, .fine_fen = fen};
  };
  EXPECT_EQ(Ask(fine(999999, "交通运输部")), "government");
  EXPECT_EQ(Ask(fine(1000000, "交通运输部")),
            "public 2026-05-08..2027-05-08 repair 2026-08-09");
  EXPECT_EQ(Ask(fine(99999999, "交通运输部")),
            "public 2026-05-08..2027-05-08 repair 2026-08-09");
  EXPECT_EQ(Ask(fine(100000000, "交通运输部")),
            "public 2026-05-08..2029-05-08 repair 2027-05-09");
  EXPECT_EQ(Ask(fine(999999, "水利部")), "government");
  EXPECT_EQ(Ask(fine(1000000, "水利部")), "undecided FINE_LIMITS_MISSING");
  EXPECT_EQ(Ask(fine(1000000, "商务部")), "undecided FINE_LIMITS_MISSING");
  EXPECT_EQ(Ask(fine(1000000, "")), "undecided MINISTRY_MISSING");
}

TEST_F(MinistryTableTest, ItsOwnRowsComeFirst) {
  EXPECT_EQ(Ask({.kinds = {"警告"}, .ministry = "应急管理部"}),
            "public 2026-05-08..2026-08-08 repair 2026-05-08");
  EXPECT_EQ(Ask({.kinds = {"警告"},
                 .declared = sv::Penalty::DECLARED_SEVERITY_SERIOUS,
                 .ministry = "应急管理部"}),
            "public 2026-05-08..2026-08-08 repair 2026-05-08");
  // Not for decisions before the row.
  EXPECT_EQ(Ask({.decided = "2026-04-30",
                 .kinds = {"警告"},
                 .ministry = "应急管理部"}),
            "government");
  // Whose it is, nobody said: it may be that ministry's.
  EXPECT_EQ(Ask({.kinds = {"警告"}}), "undecided MINISTRY_MISSING");
  EXPECT_EQ(Ask({.kinds = {"警告"}, .ministry = "教育部"}), "government");
}

TEST_F(MinistryTableTest, PastTheMostItMayStayUntilPerformed) {
  conf::v1::Term* term = rules_.mutable_regimes(1)->mutable_terms(3);
  ASSERT_EQ(term->id(), "CC36-GENERAL");
  term->set_until_performed(true);
  const Given open = {.kinds = {"没收非法财物"}};
  EXPECT_EQ(Ask(open), "public 2026-05-08.. repair 2026-08-09");
  Given late = open;
  late.performed_on = "2027-12-31";
  EXPECT_EQ(Ask(late), "public 2026-05-08..2027-12-31 repair 2026-08-09");
  Given early = open;
  early.performed_on = "2026-05-31";
  EXPECT_EQ(Ask(early), "public 2026-05-08..2027-05-08 repair 2026-08-09");
}

TEST(PublicationTableTest, NamesEveryMistake) {
  conf::v1::PublicationRules rules;
  conf::v1::Regime* regime = rules.add_regimes();
  regime->set_id("R");
  regime->set_decided_from("2026-02-30");
  regime->set_in_force_from("2026-05-01");
  regime->set_in_force_to("2026-04-01");
  conf::v1::Term* term = regime->add_terms();
  term->set_id("R");
  term->set_published(true);
  term->set_months(601);
  conf::v1::Row* row = regime->add_rows();
  row->set_id("ROW");
  row->set_term("NONE");
  row->set_unconfirmed(true);
  EXPECT_THAT(
      PublicationTable::Build(rules),
      StatusIs(absl::StatusCode::kInvalidArgument,
               "version: 0, want 1 or more\n"
               "channel: want CHANNEL_CREDIT_CHINA or CHANNEL_GSXT\n"
               "regimes[0].title: empty, want the law's name\n"
               "regimes[0].decided_from: got \"2026-02-30\", want YYYY-MM-DD\n"
               "regimes[0].in_force_to: before its _from\n"
               "regimes[0].terms[0].id: got \"R\" twice, want one of each\n"
               "regimes[0].terms[0].article: empty, want where the law says "
               "it\n"
               "regimes[0].terms[0].months: got 601, want 0 to 600\n"
               "regimes[0].terms[0].start: missing, want when the months "
               "begin\n"
               "regimes[0].rows[0].article: empty, want where the law says it\n"
               "regimes[0].rows[0].note: empty, want what is unconfirmed\n"
               "regimes[0].rows[0].term: got \"NONE\", want one of the terms\n"
               "regimes[0].rows[0].basis: missing, want one"));
}

}  // namespace
}  // namespace creditreg
