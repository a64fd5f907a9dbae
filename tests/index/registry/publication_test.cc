// Tables of publication rules as state of the registry: activated by changes,
// kept with their texts, and records judged by them again when a day begins or
// rules change.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/base/civil_day.h"
#include "index/publication/decision.h"
#include "index/publication/tables.h"
#include "index/registry/registry.h"
#include "index/registry/view.h"
#include "tests/index/registry/test_registry.h"
#include "tests/testing/shipped_tables.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

namespace sv = storage::v1;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kCreditChina = sv::ChannelPublication::CHANNEL_CREDIT_CHINA;
constexpr auto kGsxt = sv::ChannelPublication::CHANNEL_GSXT;

std::vector<TableText> Shipped() {
  std::vector<TableText> texts;
  for (const absl::string_view name : kTableNames) {
    texts.push_back({std::string(name), ShippedTable(name)});
  }
  return texts;
}

// The shipped rules with limits for fines, in the next version.
std::string WithFineLimits(absl::string_view name, absl::string_view regime) {
  return absl::StrReplaceAll(
      ShippedTable(name),
      {{"version: 1\n", "version: 2\n"},
       {absl::StrCat("  id: \"", regime, "\"\n"),
        absl::StrCat("  id: \"", regime,
                     "\"\n  fine_limits { id: \"L\" article: \"示例\" "
                     "larger_fen: 1000000 huge_fen: 100000000 }\n")}});
}

class PublicationTest : public RegistryTest {
 protected:
  PublicationTest() {
    tables_ = Shipped();
    Reopen();
    EXPECT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  }

  // A penalty by ordinary procedure.
  static RecordDraft PenaltyWith(absl::string_view document,
                                 const std::vector<std::string>& kinds,
                                 absl::string_view decided,
                                 std::int64_t fine_fen = 0) {
    RecordDraft draft = PenaltyOf(kCodeA, "甲公司", document,
                                  CivilDay::ParseIso(decided)->days());
    sv::Penalty& penalty = *draft.content.mutable_penalty();
    penalty.set_procedure(sv::Penalty::PROCEDURE_ORDINARY);
    for (const std::string& kind : kinds) penalty.add_kinds(kind);
    if (fine_fen > 0) penalty.set_fine_fen(fine_fen);
    return draft;
  }

  WriteResult Added(RecordDraft draft) {
    const absl::StatusOr<WriteResult> result = Add(std::move(draft));
    EXPECT_THAT(result, IsOk());
    return result.value_or(WriteResult());
  }

  absl::StatusOr<WriteResult> Activate(absl::string_view name,
                                       std::string text) {
    ActivateTable write;
    write.request = NewRequest();
    write.table = {std::string(name), std::move(text)};
    return Only(Do(std::move(write)));
  }

  absl::StatusOr<WriteResult> Classify(std::uint64_t record_no, Channel channel,
                                       std::string term) {
    ClassifyRecord write;
    write.request = NewRequest();
    write.record_no = record_no;
    write.channel = channel;
    write.term = std::move(term);
    write.reason = "人工核定";
    return Only(Do(std::move(write)));
  }

  // Writes that wait for the pieces queued before them, until nothing is left
  // to judge.
  void AwaitJudged() {
    for (int turn = 0; turn < 1000; ++turn) {
      WithholdEnterprise write;
      write.request = NewRequest();
      write.enterprise_no = 1;
      ASSERT_THAT(Do(std::move(write)), IsOk());
      const absl::StatusOr<std::uint64_t> left =
          registry_->CurrentView()->RecordsToJudge();
      ASSERT_THAT(left, IsOk());
      if (*left == 0 && turn > 2) return;
    }
    FAIL() << "records are left to judge";
  }

  sv::RecordVersion VersionOf(std::uint64_t record_no) {
    const auto record = registry_->CurrentView()->ReadRecord(record_no);
    EXPECT_THAT(record, IsOk());
    return record.ok() ? record->version : sv::RecordVersion();
  }

  std::vector<std::uint64_t> Listed() {
    RecordsQuery query;
    query.enterprise_no = 1;
    query.listed_only = true;
    std::vector<std::uint64_t> numbers;
    const auto page = registry_->CurrentView()->ListRecords(query);
    EXPECT_THAT(page, IsOk());
    for (const RecordAt& record : page->records) {
      numbers.push_back(record.record_no);
    }
    return numbers;
  }

  std::vector<std::uint64_t> Undecided() {
    std::vector<std::uint64_t> numbers;
    const auto page = registry_->CurrentView()->ListUndecided(0, 100);
    EXPECT_THAT(page, IsOk());
    for (const RecordAt& record : page->records) {
      numbers.push_back(record.record_no);
    }
    return numbers;
  }

  Publicity StateOf(std::uint64_t record_no, Channel channel) {
    const auto view = registry_->CurrentView();
    return Decide(VersionOf(record_no), *view->tables().Of(channel),
                  ChinaDay(clock_.Now()))
        .publicity;
  }

  void ExpectWhole() {
    const absl::StatusOr<VerifyReport> report = registry_->Verify({}, nullptr);
    ASSERT_THAT(report, IsOk());
    EXPECT_THAT(report->fault_messages, IsEmpty());
  }

  void BeginDayOf(absl::string_view day) {
    clock_.Set(ChinaMidnight(*CivilDay::ParseIso(day)) + absl::Hours(1));
    registry_->BeginDay();
    AwaitJudged();
  }
};

TEST_F(PublicationTest, TablesOfTheStartAreChangesAndStay) {
  for (const absl::string_view name : kTableNames) {
    EXPECT_EQ(registry_->CurrentView()->tables().VersionOf(name), 1) << name;
  }
  const std::uint64_t sequence = registry_->CurrentView()->sequence();
  Reopen();
  // The same texts again are no changes.
  EXPECT_EQ(registry_->CurrentView()->sequence(), sequence);
  // What is active stays without files.
  tables_.clear();
  Reopen();
  EXPECT_EQ(registry_->CurrentView()->tables().VersionOf("gsxt"), 1);
  ExpectWhole();
}

TEST_F(PublicationTest, WithoutTablesNothingIsJudged) {
  tables_.clear();
  registry_.reset();
  std::filesystem::remove_all(directory_);
  Reopen();
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  const WriteResult added =
      Added(PenaltyWith("1号", {"责令关闭"}, "2026-05-08"));
  EXPECT_THAT(Listed(), ElementsAre(added.record_no));
  EXPECT_THAT(Undecided(), IsEmpty());
  ExpectWhole();
  // Rules that come later judge what is there.
  tables_ = Shipped();
  Reopen();
  AwaitJudged();
  EXPECT_EQ(VersionOf(added.record_no).first_shown_size(), 1);
  ExpectWhole();
}

TEST_F(PublicationTest, TheSameVersionWithAnotherTextIsRefused) {
  registry_.reset();
  RegistryOptions options = Options();
  options.tables[1].text += "\n# another\n";
  EXPECT_THAT(
      Registry::Open(options),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               "TABLE_VERSION: credit_china: got version 1 while 1 is active "
               "with another text, want a higher one"));
  Reopen();
  EXPECT_THAT(Activate("gsxt", ShippedTable("gsxt") + "# another\n"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("TABLE_VERSION: gsxt: got version 1")));
  const auto same = Activate("gsxt", ShippedTable("gsxt"));
  ASSERT_THAT(same, IsOk());
  EXPECT_EQ(same->outcome, Outcome::kUnchanged);
}

TEST_F(PublicationTest, AMistakeInATableStopsTheStartAndNamesItsPlace) {
  registry_.reset();
  RegistryOptions options = Options();
  options.tables[2].text = "version: 2\nchannel: CHANNEL_GSXT\nregime {}\n";
  EXPECT_THAT(Registry::Open(options),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("gsxt: no textproto of "
                                 "creditreg.conf.v1.PublicationRules: line 3, "
                                 "column 8")));
  options.tables[2].text = "version: 2\nchannel: CHANNEL_CREDIT_CHINA\n";
  EXPECT_THAT(Registry::Open(options),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "gsxt: channel: want that of the table's name"));
  options.tables[2].text = "version: 2\nchannel: CHANNEL_GSXT\n";
  EXPECT_THAT(Registry::Open(options),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "gsxt: regimes: none, want one"));
  // Nothing of it stayed.
  Reopen();
  EXPECT_EQ(registry_->CurrentView()->tables().VersionOf("gsxt"), 1);
}

TEST_F(PublicationTest, AnOlderTextInTheFilesStaysAside) {
  ASSERT_THAT(Activate("gsxt", WithFineLimits("gsxt", "GS45")), IsOk());
  Reopen();
  EXPECT_EQ(registry_->CurrentView()->tables().VersionOf("gsxt"), 2);
  ExpectWhole();
}

TEST_F(PublicationTest, WhatNoChannelShowsIsNotListed) {
  const auto serious = Added(PenaltyWith("1号", {"责令关闭"}, "2026-05-08"));
  const auto minor = Added(PenaltyWith("2号", {"警告"}, "2026-05-08"));
  const auto open = Added(PenaltyWith("3号", {"罚款"}, "2026-05-08", 900));
  const auto licence = Added(LicenceOf(kCodeA, "甲公司", "粤许1号"));
  EXPECT_THAT(Listed(), ElementsAre(licence.record_no, serious.record_no));
  EXPECT_EQ(RecordsOf(1).size(), 4);
  EXPECT_THAT(Undecided(), ElementsAre(open.record_no));
  EXPECT_TRUE(VersionOf(minor.record_no).unlisted());
  ExpectWhole();
  // A correction moves it.
  RecordDraft now = PenaltyWith("2号", {"责令关闭"}, "2026-05-08");
  Added(now);
  EXPECT_THAT(Listed(), ElementsAre(licence.record_no, serious.record_no,
                                    minor.record_no));
  ExpectWhole();
}

TEST_F(PublicationTest, GsxtBeginsOnTheDayOfTheFirstShowing) {
  const auto added = Added(PenaltyWith("1号", {"责令关闭"}, "2026-05-08"));
  sv::RecordVersion version = VersionOf(added.record_no);
  ASSERT_EQ(version.first_shown_size(), 1);
  EXPECT_EQ(version.first_shown(0).channel(), kGsxt);
  EXPECT_EQ(CivilDay::FromDays(version.first_shown(0).day()).ToIso(),
            "2026-11-24");
  // It stays with later versions.
  clock_.Advance(absl::Hours(240));
  RecordDraft changed = PenaltyWith("1号", {"责令关闭"}, "2026-05-08");
  changed.content.mutable_penalty()->set_facts("补充");
  Added(changed);
  version = VersionOf(added.record_no);
  ASSERT_EQ(version.first_shown_size(), 1);
  EXPECT_EQ(CivilDay::FromDays(version.first_shown(0).day()).ToIso(),
            "2026-11-24");
  ExpectWhole();
}

TEST_F(PublicationTest, WhenItsDayHasComeARecordLeavesTheList) {
  // Published for a year by 信用中国, for three months by gsxt.
  RecordDraft draft = PenaltyWith("1号", {"通报批评"}, "2025-11-28");
  draft.content.mutable_penalty()->set_declared_severity(
      sv::Penalty::DECLARED_SEVERITY_GENERAL);
  const auto added = Added(draft);
  EXPECT_EQ(StateOf(added.record_no, kGsxt), Publicity::kPublic);
  BeginDayOf("2027-02-24");
  EXPECT_EQ(StateOf(added.record_no, kGsxt), Publicity::kPublic);
  EXPECT_THAT(Listed(), ElementsAre(added.record_no));
  ExpectWhole();
  BeginDayOf("2027-02-25");
  EXPECT_EQ(StateOf(added.record_no, kGsxt), Publicity::kExpired);
  EXPECT_THAT(Listed(), IsEmpty());
  EXPECT_EQ(RecordsOf(1).size(), 1);
  ExpectWhole();
  // A state before that lists it still.
  EXPECT_EQ(RecordsOf(1, added.version_sequence).size(), 1);
}

TEST_F(PublicationTest, ADayBeginsOnceAndNeverGoesBack) {
  Added(PenaltyWith("1号", {"责令关闭"}, "2026-05-08"));
  BeginDayOf("2026-12-01");
  EXPECT_EQ(registry_->CurrentView()->publication_day().ToIso(), "2026-12-01");
  clock_.Set(ChinaMidnight(*CivilDay::ParseIso("2026-11-20")));
  registry_->BeginDay();
  Reopen();
  EXPECT_EQ(registry_->CurrentView()->publication_day().ToIso(), "2026-12-01");
  ExpectWhole();
}

TEST_F(PublicationTest, ADecisionOfTomorrowIsShownTomorrow) {
  const auto added = Added(PenaltyWith("1号", {"责令关闭"}, "2026-11-25"));
  EXPECT_EQ(StateOf(added.record_no, kCreditChina), Publicity::kNotYet);
  EXPECT_EQ(VersionOf(added.record_no).first_shown_size(), 0);
  BeginDayOf("2026-11-25");
  EXPECT_EQ(StateOf(added.record_no, kCreditChina), Publicity::kPublic);
  EXPECT_EQ(StateOf(added.record_no, kGsxt), Publicity::kPublic);
  ASSERT_EQ(VersionOf(added.record_no).first_shown_size(), 1);
  EXPECT_EQ(CivilDay::FromDays(VersionOf(added.record_no).first_shown(0).day())
                .ToIso(),
            "2026-11-25");
  ExpectWhole();
}

TEST_F(PublicationTest, NewRulesJudgeAllRecordsAgain) {
  std::vector<std::uint64_t> records;
  for (int i = 0; i < 250; ++i) {
    records.push_back(Added(PenaltyWith(absl::StrCat(i, "号"), {"罚款"},
                                        "2026-05-08", 2000000))
                          .record_no);
  }
  EXPECT_THAT(Listed(), IsEmpty());
  ASSERT_THAT(Activate("credit_china", WithFineLimits("credit_china", "CC36")),
              IsOk());
  // Also over a restart in between.
  Reopen();
  AwaitJudged();
  EXPECT_EQ(Listed().size(), 50);  // of a page
  // gsxt has no limits yet.
  EXPECT_EQ(Undecided().size(), 100);  // of a page
  ASSERT_THAT(Activate("gsxt", WithFineLimits("gsxt", "GS45")), IsOk());
  AwaitJudged();
  EXPECT_THAT(Undecided(), IsEmpty());
  EXPECT_EQ(VersionOf(records.back()).first_shown_size(), 1);
  ExpectWhole();
}

TEST_F(PublicationTest, AClerkSettlesWhatIsOpen) {
  const auto added = Added(PenaltyWith("1号", {"罚款"}, "2026-05-08", 900000));
  EXPECT_THAT(Classify(added.record_no, kCreditChina, "CC58-SHOWN"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("term: not of the rules")));
  EXPECT_THAT(Classify(added.record_no, kCreditChina, "XX"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("term: none of the channel's table")));
  ASSERT_THAT(Classify(added.record_no, kCreditChina, "CC36-GENERAL"), IsOk());
  EXPECT_EQ(StateOf(added.record_no, kCreditChina), Publicity::kPublic);
  EXPECT_THAT(Listed(), ElementsAre(added.record_no));
  // gsxt is still open.
  EXPECT_THAT(Undecided(), ElementsAre(added.record_no));
  ASSERT_THAT(Classify(added.record_no, kGsxt, "GS45-SHORT"), IsOk());
  EXPECT_THAT(Undecided(), IsEmpty());
  EXPECT_EQ(VersionOf(added.record_no).first_shown_size(), 1);
  ExpectWhole();
  // Taken back.
  ASSERT_THAT(Classify(added.record_no, kCreditChina, ""), IsOk());
  EXPECT_EQ(StateOf(added.record_no, kCreditChina), Publicity::kUndecided);
  ExpectWhole();
  // Where rules decide nothing is open.
  const auto clear = Added(PenaltyWith("2号", {"责令关闭"}, "2026-05-08"));
  EXPECT_THAT(Classify(clear.record_no, kCreditChina, "CC36-GENERAL"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("DECIDED_BY_RULE")));
}

TEST_F(PublicationTest, ARecordBeforeItsEnterpriseIsJudgedWhenItIsLinked) {
  RecordDraft draft = PenaltyWith("1号", {"责令关闭"}, "2026-05-08");
  draft.content.mutable_party()->set_uscc(kCodeB);
  draft.content.mutable_party()->set_name("乙公司");
  const auto added = Added(draft);
  EXPECT_EQ(VersionOf(added.record_no).first_shown_size(), 0);
  ExpectWhole();
  clock_.Advance(absl::Hours(48));
  ASSERT_THAT(Put(Firm(kCodeB, "乙公司")), IsOk());
  ASSERT_EQ(VersionOf(added.record_no).first_shown_size(), 1);
  EXPECT_EQ(CivilDay::FromDays(VersionOf(added.record_no).first_shown(0).day())
                .ToIso(),
            "2026-11-26");
  ExpectWhole();
}

TEST_F(PublicationTest, AWithdrawnRecordIsNotListed) {
  const auto added = Added(PenaltyWith("1号", {"责令关闭"}, "2026-05-08"));
  WithdrawRecord write;
  write.request = NewRequest();
  write.record_no = added.record_no;
  write.reason = "撤销";
  ASSERT_THAT(Do(std::move(write)), IsOk());
  EXPECT_THAT(Listed(), IsEmpty());
  EXPECT_EQ(StateOf(added.record_no, kCreditChina), Publicity::kWithdrawn);
  ExpectWhole();
}

}  // namespace
}  // namespace creditreg
