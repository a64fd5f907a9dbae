// Cases over a real registry: what an approval hides is hidden in the same
// commit, receivers are told of it, and steps of the national platform come in
// any order; and the quality of sources, which first receipts make.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
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
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr auto kCreditChina = sv::ChannelPublication::CHANNEL_CREDIT_CHINA;
constexpr auto kGsxt = sv::ChannelPublication::CHANNEL_GSXT;

sv::CaseMaterial Paper(absl::string_view material) {
  sv::CaseMaterial paper;
  paper.set_material(std::string(material));
  paper.set_sm3(std::string(32, 'p'));
  return paper;
}

class CaseTest : public RegistryTest {
 protected:
  CaseTest() {
    for (const absl::string_view name : kTableNames) {
      tables_.push_back({std::string(name), ShippedTable(name)});
    }
    Reopen();
    EXPECT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  }

  // By ordinary procedure; 没收违法所得 is 一般: shown for a year, repair after
  // three months.
  std::uint64_t Penalty(absl::string_view document, absl::string_view decided,
                        absl::string_view kind = "没收违法所得") {
    RecordDraft draft = PenaltyOf(kCodeA, "甲公司", document,
                                  CivilDay::ParseIso(decided)->days());
    draft.content.mutable_penalty()->set_procedure(
        sv::Penalty::PROCEDURE_ORDINARY);
    draft.content.mutable_penalty()->add_kinds(std::string(kind));
    const absl::StatusOr<WriteResult> added = Add(std::move(draft));
    EXPECT_THAT(added, IsOk());
    return added.ok() ? added->record_no : 0;
  }

  OpenCase CaseOf(sv::CaseKind kind, std::uint64_t record_no,
                  const std::vector<std::string>& papers) {
    OpenCase write;
    write.request = NewRequest();
    write.kind = kind;
    write.record_no = record_no;
    write.reason = "依法办理";
    write.submit = true;
    for (const std::string& paper : papers) {
      write.materials.push_back(Paper(paper));
    }
    return write;
  }

  std::uint64_t Opened(sv::CaseKind kind, std::uint64_t record_no,
                       const std::vector<std::string>& papers) {
    const auto opened = Only(Do(CaseOf(kind, record_no, papers)));
    EXPECT_THAT(opened, IsOk());
    return opened.ok() ? opened->case_no : 0;
  }

  absl::StatusOr<WriteResult> Step(std::uint64_t case_no,
                                   sv::CaseAction action) {
    AdvanceCase write;
    write.request = NewRequest();
    write.case_no = case_no;
    write.step.action = action;
    write.step.reason = "已核实";
    return Only(Do(std::move(write)));
  }

  std::uint64_t Repaired(std::uint64_t record_no) {
    const std::uint64_t case_no =
        Opened(sv::CASE_KIND_REPAIR, record_no, {"PROOF", "COMMITMENT"});
    EXPECT_THAT(Step(case_no, sv::CASE_ACTION_ACCEPT), IsOk());
    EXPECT_THAT(Step(case_no, sv::CASE_ACTION_APPROVE), IsOk());
    return case_no;
  }

  sv::RecordVersion VersionOf(std::uint64_t record_no) {
    const auto record = registry_->CurrentView()->ReadRecord(record_no);
    EXPECT_THAT(record, IsOk());
    return record.ok() ? record->version : sv::RecordVersion();
  }

  Publicity StateOf(std::uint64_t record_no, Channel channel = kCreditChina) {
    return Decide(VersionOf(record_no),
                  *registry_->CurrentView()->tables().Of(channel),
                  ChinaDay(clock_.Now()))
        .publicity;
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

  // "REASON day channels" of everything that receivers were told after `after`.
  std::vector<std::string> Told(std::uint64_t after = 0) {
    std::vector<std::string> told;
    const auto changes = registry_->CurrentView()->ListWithdrawals(after, 1000);
    EXPECT_THAT(changes, IsOk());
    for (const ChangeAt& change : *changes) {
      for (const sv::Withdrawal& one : change.change.withdrawals()) {
        told.push_back(absl::StrCat(sv::Withdrawal::Reason_Name(one.reason()),
                                    " ",
                                    CivilDay::FromDays(one.due_day()).ToIso(),
                                    " ", one.channels_size()));
      }
    }
    return told;
  }

  void ExpectWhole() {
    const absl::StatusOr<VerifyReport> report = registry_->Verify({}, nullptr);
    ASSERT_THAT(report, IsOk());
    EXPECT_THAT(report->fault_messages, IsEmpty());
  }

  void BeginDayOf(absl::string_view day) {
    clock_.Set(ChinaMidnight(*CivilDay::ParseIso(day)) + absl::Hours(1));
    registry_->BeginDay();
    // Writes wait for the pieces queued before them.
    for (int turn = 0; turn < 5; ++turn) {
      WithholdEnterprise write;
      write.request = NewRequest();
      write.enterprise_no = 1;
      ASSERT_THAT(Do(std::move(write)), IsOk());
    }
  }

  // A step as the national platform tells it.
  static ImportCaseSteps::Step National(absl::string_view number,
                                        std::uint64_t step,
                                        sv::CaseAction action,
                                        std::uint64_t record_no = 0) {
    ImportCaseSteps::Step one;
    one.national_no = std::string(number);
    one.input.action = action;
    one.input.taken_on = *CivilDay::ParseIso("2026-11-23");
    one.input.reason = "国家平台";
    one.input.national_step = step;
    one.kind = sv::CASE_KIND_REPAIR;
    one.record_no = record_no;
    return one;
  }

  std::vector<Outcome> Import(std::vector<ImportCaseSteps::Step> steps) {
    ImportCaseSteps write;
    write.request = NewRequest();
    write.steps = std::move(steps);
    const absl::StatusOr<WriteAnswer> answer = Do(std::move(write));
    EXPECT_THAT(answer, IsOk());
    std::vector<Outcome> outcomes;
    for (const WriteResult& result : answer->results) {
      outcomes.push_back(result.outcome);
      for (const Finding& finding : result.findings) {
        last_error_ = finding.message;
      }
    }
    return outcomes;
  }

  std::string last_error_;
};

TEST_F(CaseTest, ARepairHidesTheRecordInTheCommitThatApprovesIt) {
  const std::uint64_t record_no = Penalty("1号", "2026-05-08");
  ASSERT_THAT(Listed(), ElementsAre(record_no));
  const std::uint64_t case_no =
      Opened(sv::CASE_KIND_REPAIR, record_no, {"PROOF", "COMMITMENT"});
  ASSERT_THAT(Step(case_no, sv::CASE_ACTION_ACCEPT), IsOk());
  EXPECT_EQ(StateOf(record_no), Publicity::kPublic);
  const std::uint64_t before = registry_->CurrentView()->sequence();
  const auto approved = Step(case_no, sv::CASE_ACTION_APPROVE);
  ASSERT_THAT(approved, IsOk());
  // The record's change and the case's.
  EXPECT_EQ(registry_->CurrentView()->sequence(), before + 2);
  EXPECT_EQ(StateOf(record_no), Publicity::kRepaired);
  EXPECT_EQ(StateOf(record_no, kGsxt), Publicity::kRepaired);
  EXPECT_THAT(Listed(), IsEmpty());
  // Three working days after Tuesday 2026-11-24, for both channels.
  EXPECT_THAT(Told(before), ElementsAre("REASON_REPAIRED 2026-11-27 2"));
  ExpectWhole();
  // As it was.
  const auto then = registry_->CurrentView()->ReadRecord(record_no, before);
  ASSERT_THAT(then, IsOk());
  EXPECT_FALSE(then->version.has_ending());
}

TEST_F(CaseTest, TheSourceDoesNotBringARepairedRecordBack) {
  const std::uint64_t record_no = Penalty("1号", "2026-05-08");
  Repaired(record_no);
  RecordDraft again = PenaltyOf(kCodeA, "甲公司", "1号",
                                CivilDay::ParseIso("2026-05-08")->days());
  again.content.mutable_penalty()->set_procedure(
      sv::Penalty::PROCEDURE_ORDINARY);
  again.content.mutable_penalty()->add_kinds("没收违法所得");
  again.content.mutable_penalty()->set_facts("补充");
  ASSERT_THAT(Add(std::move(again)), IsOk());
  EXPECT_EQ(StateOf(record_no), Publicity::kRepaired);
  EXPECT_THAT(Listed(), IsEmpty());
  ExpectWhole();
}

TEST_F(CaseTest, ARepairBeforeItsFirstDayIsRefusedWithTheDay) {
  const std::uint64_t record_no = Penalty("1号", "2026-10-12");
  EXPECT_THAT(Only(Do(CaseOf(sv::CASE_KIND_REPAIR, record_no,
                             {"PROOF", "COMMITMENT"}))),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       StartsWith("TOO_EARLY: ")));
  EXPECT_THAT(
      Only(Do(CaseOf(sv::CASE_KIND_REPAIR, record_no, {"PROOF", "COMMITMENT"})))
          .status()
          .message(),
      ::testing::HasSubstr("2027-01-13"));
  // Nothing of it is stored.
  const auto cases = registry_->CurrentView()->ListCases(
      record_no, CivilDay::Unknown(), "", 10);
  ASSERT_THAT(cases, IsOk());
  EXPECT_THAT(cases->cases, IsEmpty());
  ExpectWhole();
}

TEST_F(CaseTest, APaperThatIsMissingKeepsTheCaseADraft) {
  const std::uint64_t record_no = Penalty("1号", "2026-05-08");
  EXPECT_THAT(Only(Do(CaseOf(sv::CASE_KIND_REPAIR, record_no, {"COMMITMENT"}))),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       StartsWith("MATERIAL_MISSING: ")));
  OpenCase draft = CaseOf(sv::CASE_KIND_REPAIR, record_no, {"COMMITMENT"});
  draft.submit = false;
  const auto opened = Only(Do(std::move(draft)));
  ASSERT_THAT(opened, IsOk());
  EXPECT_THAT(Step(opened->case_no, sv::CASE_ACTION_SUBMIT),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       StartsWith("MATERIAL_MISSING: ")));
  // A second one beside it is refused.
  EXPECT_THAT(
      Only(
          Do(CaseOf(sv::CASE_KIND_REPAIR, record_no, {"PROOF", "COMMITMENT"}))),
      StatusIs(absl::StatusCode::kAlreadyExists, StartsWith("CASE_OPEN: ")));
  ExpectWhole();
}

TEST_F(CaseTest, FalseMaterialShowsTheRecordAgainAndBarsRepairs) {
  const std::uint64_t record_no = Penalty("1号", "2026-05-08");
  const std::uint64_t case_no = Repaired(record_no);
  ASSERT_THAT(Step(case_no, sv::CASE_ACTION_REVOKE), IsOk());
  EXPECT_EQ(StateOf(record_no), Publicity::kPublic);
  // What was done is a record of its own, shown for three years.
  const std::vector<std::uint64_t> listed = Listed();
  ASSERT_THAT(listed, SizeIs(2));
  const sv::RecordVersion version = VersionOf(listed.at(1));
  EXPECT_EQ(version.content().listing().ground_code(), "XYXF");
  const Decision decision =
      Decide(version, *registry_->CurrentView()->tables().Of(kCreditChina),
             ChinaDay(clock_.Now()));
  EXPECT_TRUE(decision.is_public());
  EXPECT_EQ(decision.until.ToIso(), "2029-11-25");
  EXPECT_TRUE(decision.repair_from.is_unknown());
  // Until then the record itself cannot be repaired.
  EXPECT_THAT(Only(Do(CaseOf(sv::CASE_KIND_REPAIR, record_no,
                             {"PROOF", "COMMITMENT"}))),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       StartsWith("NOTHING_TO_END: ")));
  ExpectWhole();
}

TEST_F(CaseTest, AnObjectionMarksTheRecordUntilItIsDecided) {
  const std::uint64_t record_no = Penalty("1号", "2026-05-08");
  const std::uint64_t case_no =
      Opened(sv::CASE_KIND_OBJECTION, record_no, {"EVIDENCE"});
  ASSERT_THAT(Step(case_no, sv::CASE_ACTION_ACCEPT), IsOk());
  EXPECT_EQ(VersionOf(record_no).objection_case_no(), case_no);
  // It stays public, and is upheld only after something was done.
  EXPECT_EQ(StateOf(record_no), Publicity::kPublic);
  EXPECT_THAT(Step(case_no, sv::CASE_ACTION_APPROVE),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       StartsWith("NOT_CORRECTED: ")));
  WithdrawRecord withdraw;
  withdraw.request = NewRequest();
  withdraw.record_no = record_no;
  withdraw.reason = "有误";
  ASSERT_THAT(Do(std::move(withdraw)), IsOk());
  ASSERT_THAT(Step(case_no, sv::CASE_ACTION_APPROVE), IsOk());
  EXPECT_EQ(VersionOf(record_no).objection_case_no(), 0);
  ExpectWhole();
}

TEST_F(CaseTest, AShieldHidesForATimeAndARestorationShowsAgain) {
  const std::uint64_t record_no = Penalty("1号", "2026-05-08");
  const std::uint64_t shield =
      Opened(sv::CASE_KIND_SHIELD, record_no, {"COURT_RULING"});
  ASSERT_THAT(Step(shield, sv::CASE_ACTION_ACCEPT), IsOk());
  ASSERT_THAT(Step(shield, sv::CASE_ACTION_APPROVE), IsOk());
  EXPECT_EQ(StateOf(record_no), Publicity::kShielded);
  EXPECT_THAT(Listed(), IsEmpty());
  // The plan failed.
  ASSERT_THAT(Step(shield, sv::CASE_ACTION_REVOKE), IsOk());
  EXPECT_EQ(StateOf(record_no), Publicity::kPublic);
  // Annulled, and restored by the next instance.
  const std::uint64_t annulment =
      Opened(sv::CASE_KIND_ANNULMENT, record_no, {"DECISION"});
  ASSERT_THAT(Step(annulment, sv::CASE_ACTION_ACCEPT), IsOk());
  ASSERT_THAT(Step(annulment, sv::CASE_ACTION_APPROVE), IsOk());
  EXPECT_EQ(StateOf(record_no), Publicity::kAnnulled);
  const std::uint64_t again =
      Opened(sv::CASE_KIND_REPUBLICATION, record_no, {"DECISION"});
  ASSERT_THAT(Step(again, sv::CASE_ACTION_ACCEPT), IsOk());
  ASSERT_THAT(Step(again, sv::CASE_ACTION_APPROVE), IsOk());
  EXPECT_EQ(StateOf(record_no), Publicity::kPublic);
  EXPECT_THAT(Listed(), ElementsAre(record_no));
  EXPECT_THAT(Told(), ElementsAre("REASON_SHIELDED 2026-11-27 2",
                                  "REASON_ANNULLED 2026-11-27 2"));
  ExpectWhole();
}

TEST_F(CaseTest, AnEntryBecomesARecordAndARemovalTakesItOff) {
  OpenCase entry;
  entry.request = NewRequest();
  entry.kind = sv::CASE_KIND_LIST_ENTRY;
  entry.entry = ListingOf(kCodeA, "甲公司", "4");
  entry.entry->content.mutable_listing()->set_listed_on(
      CivilDay::ParseIso("2026-11-20")->days());
  entry.reason = "住所无法联系";
  entry.materials.push_back(Paper("EVIDENCE"));
  entry.submit = true;
  const auto opened = Only(Do(std::move(entry)));
  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(opened->record_no, 0);
  ASSERT_THAT(Step(opened->case_no, sv::CASE_ACTION_ACCEPT), IsOk());
  const auto approved = Step(opened->case_no, sv::CASE_ACTION_APPROVE);
  ASSERT_THAT(approved, IsOk());
  ASSERT_NE(approved->record_no, 0);
  EXPECT_EQ(StateOf(approved->record_no, kGsxt), Publicity::kPublic);
  const std::uint64_t removal =
      Opened(sv::CASE_KIND_LIST_REMOVAL, approved->record_no,
             {"APPLICATION", "PROOF"});
  ASSERT_THAT(Step(removal, sv::CASE_ACTION_ACCEPT), IsOk());
  ASSERT_THAT(Step(removal, sv::CASE_ACTION_APPROVE), IsOk());
  EXPECT_EQ(StateOf(approved->record_no, kGsxt), Publicity::kRemoved);
  EXPECT_THAT(Told(), ElementsAre("REASON_REMOVED 2026-11-27 1"));
  ExpectWhole();
}

TEST_F(CaseTest, StepsOfTheNationalPlatformComeInAnyOrderAndOnce) {
  const std::uint64_t record_no = Penalty("1号", "2026-05-08");
  // The decision comes first.
  EXPECT_THAT(Import({National("GJ1", 3, sv::CASE_ACTION_APPROVE),
                      National("GJ1", 2, sv::CASE_ACTION_ACCEPT)}),
              ElementsAre(Outcome::kPending, Outcome::kPending));
  EXPECT_EQ(StateOf(record_no), Publicity::kPublic);
  EXPECT_THAT(*registry_->CurrentView()->HoldsSteps("GJ1"), true);
  ExpectWhole();
  EXPECT_THAT(Import({National("GJ1", 1, sv::CASE_ACTION_OPEN, record_no)}),
              ElementsAre(Outcome::kCreated))
      << last_error_;
  // All three were taken.
  EXPECT_EQ(StateOf(record_no), Publicity::kRepaired);
  EXPECT_THAT(*registry_->CurrentView()->HoldsSteps("GJ1"), false);
  EXPECT_THAT(Import({National("GJ1", 2, sv::CASE_ACTION_ACCEPT),
                      National("GJ1", 1, sv::CASE_ACTION_OPEN, record_no)}),
              ElementsAre(Outcome::kUnchanged, Outcome::kUnchanged));
  // What cannot follow is refused alone.
  EXPECT_THAT(Import({National("GJ1", 4, sv::CASE_ACTION_ACCEPT)}),
              ElementsAre(Outcome::kRejected));
  EXPECT_THAT(last_error_, StartsWith("WRONG_STATE: "));
  ExpectWhole();
}

TEST_F(CaseTest, ReceiversAreToldOfAnEndBeforeItComesAndOnce) {
  // Of a year: to 2026-12-08, hidden from the 9th on.
  const std::uint64_t record_no = Penalty("1号", "2025-12-08");
  ASSERT_EQ(StateOf(record_no), Publicity::kPublic);
  EXPECT_THAT(Told(), IsEmpty());
  BeginDayOf("2026-12-01");
  EXPECT_THAT(Told(), IsEmpty());
  BeginDayOf("2026-12-02");
  EXPECT_THAT(Told(), ElementsAre("REASON_EXPIRED 2026-12-09 1"));
  EXPECT_EQ(StateOf(record_no), Publicity::kPublic);
  ExpectWhole();
  BeginDayOf("2026-12-09");
  EXPECT_EQ(StateOf(record_no), Publicity::kExpired);
  EXPECT_THAT(Told(), SizeIs(1));
  ExpectWhole();
}

TEST_F(CaseTest, WhoHasNotAcknowledgedIsKnown) {
  Repaired(Penalty("1号", "2026-05-08"));
  AcknowledgeWithdrawals write;
  write.request = NewRequest();
  ASSERT_THAT(Do(write), IsOk());
  auto receivers = registry_->CurrentView()->ListReceivers();
  ASSERT_THAT(receivers, IsOk());
  ASSERT_THAT(*receivers, SizeIs(1));
  EXPECT_EQ(receivers->at(0).row.acknowledged(), 0);
  write.request = NewRequest();
  write.up_to = registry_->CurrentView()->sequence();
  ASSERT_THAT(Do(write), IsOk());
  receivers = registry_->CurrentView()->ListReceivers();
  EXPECT_EQ(receivers->at(0).row.acknowledged(), write.up_to);
  // It does not go back.
  write.request = NewRequest();
  write.up_to = 1;
  ASSERT_THAT(Do(write), IsOk());
  EXPECT_GT(registry_->CurrentView()->ListReceivers()->at(0).row.acknowledged(),
            1);
  ExpectWhole();
}

TEST_F(CaseTest, CasesAreListedByRecordAndByClock) {
  const std::uint64_t first = Penalty("1号", "2026-05-08");
  const std::uint64_t second = Penalty("2号", "2026-05-09");
  const std::uint64_t repair =
      Opened(sv::CASE_KIND_REPAIR, first, {"PROOF", "COMMITMENT"});
  clock_.Advance(absl::Hours(24 * 7));
  Opened(sv::CASE_KIND_REPAIR, second, {"PROOF", "COMMITMENT"});
  const auto view = registry_->CurrentView();
  const auto of_record = view->ListCases(first, CivilDay::Unknown(), "", 10);
  ASSERT_THAT(of_record, IsOk());
  ASSERT_THAT(of_record->cases, SizeIs(1));
  EXPECT_EQ(of_record->cases[0].case_no, repair);
  // The acceptance of the first is due on the third working day.
  const auto due =
      view->ListCases(0, *CivilDay::ParseIso("2026-11-27"), "", 10);
  ASSERT_THAT(due, IsOk());
  ASSERT_THAT(due->cases, SizeIs(1));
  EXPECT_EQ(due->cases[0].case_no, repair);
  EXPECT_THAT(
      view->ListCases(0, *CivilDay::ParseIso("2026-11-26"), "", 10)->cases,
      IsEmpty());
}

TEST_F(CaseTest, CasesSurviveARestart) {
  const std::uint64_t record_no = Penalty("1号", "2026-05-08");
  const std::uint64_t case_no =
      Opened(sv::CASE_KIND_REPAIR, record_no, {"PROOF", "COMMITMENT"});
  Reopen();
  ASSERT_THAT(Step(case_no, sv::CASE_ACTION_ACCEPT), IsOk());
  Reopen();
  ASSERT_THAT(Step(case_no, sv::CASE_ACTION_APPROVE), IsOk());
  Reopen();
  EXPECT_EQ(StateOf(record_no), Publicity::kRepaired);
  ExpectWhole();
}

// Records, compliant, timely, late, of one month's cells together.
std::vector<std::int64_t> Quality(const Registry& registry,
                                  absl::string_view month) {
  const CivilDay day = *CivilDay::ParseIso(absl::StrCat(month, "-01"));
  const auto cells = registry.CurrentView()->ReadQuality(day, day, 100);
  EXPECT_THAT(cells, IsOk());
  QualityCell total;
  for (const auto& [key, cell] : cells->cells) total += cell;
  return {total.records, total.compliant, total.timely, total.late};
}

TEST_F(CaseTest, QualityOfSourcesIsThatOfFirstReceipts) {
  // Received on Tuesday 2026-11-24: the seventh working day after the 13th.
  Penalty("1号", "2026-11-13");
  Penalty("2号", "2026-11-12");
  EXPECT_THAT(Quality(*registry_, "2026-11"), ElementsAre(2, 2, 1, 1));
  // Sent again with another day of decision, it stays late.
  Penalty("2号", "2026-11-20");
  RecordDraft flagged = PenaltyOf(kCodeA, "甲公司", "3号");
  flagged.quality_flags.push_back("CODE_ORG_CHECK");
  ASSERT_THAT(Add(std::move(flagged)), IsOk());
  EXPECT_THAT(Quality(*registry_, "2026-11"), ElementsAre(3, 2, 1, 1));
  clock_.Advance(absl::Hours(24 * 30));
  Penalty("4号", "2026-12-23");
  EXPECT_THAT(Quality(*registry_, "2026-11"), ElementsAre(3, 2, 1, 1));
  EXPECT_THAT(Quality(*registry_, "2026-12"), ElementsAre(1, 1, 1, 0));
  ExpectWhole();
}

}  // namespace
}  // namespace creditreg
