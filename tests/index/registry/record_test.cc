// Records: natural keys, links, corrections, withdrawals, order and as-of.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/registry/registry.h"
#include "index/registry/view.h"
#include "tests/index/registry/test_registry.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

using RecordTest = RegistryTest;

TEST_F(RecordTest, TwoPartiesOfOneDecisionAreTwoRecords) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  ASSERT_THAT(Put(Firm(kCodeB, "乙公司")), IsOk());
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const WriteResult a, Add(PenaltyOf(kCodeA, "甲公司", "粤罚〔2026〕1号")));
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const WriteResult b, Add(PenaltyOf(kCodeB, "乙公司", "粤罚〔2026〕1号")));
  EXPECT_NE(a.record_no, b.record_no);
  EXPECT_EQ(RecordsOf(a.enterprise_no).size(), 1);
  EXPECT_EQ(RecordsOf(b.enterprise_no).size(), 1);
}

TEST_F(RecordTest, TwoLicencesOfOneDocumentAreTwoRecords) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const WriteResult first,
      Add(LicenceOf(kCodeA, "甲公司", "粤许1号", "A-1")));
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const WriteResult second,
      Add(LicenceOf(kCodeA, "甲公司", "粤许1号", "A-2")));
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const WriteResult third, Add(LicenceOf(kCodeA, "甲公司", "粤许1号", "")));
  EXPECT_NE(first.record_no, second.record_no);
  EXPECT_NE(second.record_no, third.record_no);
  EXPECT_EQ(RecordsOf(first.enterprise_no).size(), 3);
}

TEST_F(RecordTest, TwoGroundsAreTwoEntriesOfAList) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  const RecordDraft first = ListingOf(kCodeA, "甲公司", "1");
  RecordDraft other = first;
  other.content.mutable_listing()->set_list(storage::v1::Listing::LIST_OTHER);
  other.content.mutable_listing()->set_list_name("失信被执行人");
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult a, Add(first));
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult b,
                                 Add(ListingOf(kCodeA, "甲公司", "2")));
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult c, Add(other));
  EXPECT_NE(a.record_no, b.record_no);
  EXPECT_NE(b.record_no, c.record_no);
  EXPECT_EQ(RecordsOf(a.enterprise_no).size(), 3);
  EXPECT_EQ(registry_->Figures().counters.listings(), 3);
  EXPECT_EQ(registry_->CurrentView()->ReadHead(a.enterprise_no)->listings(), 3);
}

// Whoever received it: the year and the party are the report.
TEST_F(RecordTest, AReportOfTheYearIsOneWhoeverReceivedIt) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  RecordDraft draft = ReportOf(kCodeA, "甲公司", 2023);
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult first, Add(draft));
  EXPECT_EQ(first.outcome, Outcome::kCreated);
  draft.content.mutable_deciding_agency()->set_name("某局");
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult second, Add(draft));
  EXPECT_EQ(second.outcome, Outcome::kUpdated);
  EXPECT_EQ(second.record_no, first.record_no);
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult next,
                                 Add(ReportOf(kCodeA, "甲公司", 2024)));
  EXPECT_NE(next.record_no, first.record_no);
  EXPECT_EQ(registry_->Figures().counters.annual_reports(), 2);
  EXPECT_EQ(
      registry_->CurrentView()->ReadHead(first.enterprise_no)->annual_reports(),
      2);
}

// An agency that writes for itself alone does not overwrite, by year and party,
// what another received.
TEST_F(RecordTest, AnothersReportIsNotOverwritten) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  RecordDraft draft = ReportOf(kCodeA, "甲公司", 2023);
  draft.content.mutable_deciding_agency()->set_uscc(kAuthorityCode);
  ASSERT_THAT(Add(draft), IsOk());
  draft.content.mutable_annual_report()->set_submitted_on(20220);
  draft.content.mutable_deciding_agency()->set_uscc(kCodeB);
  SubmitRecords write;
  write.request = NewRequest();
  write.request.actor.agency = kCodeB;
  write.request.actor.own_agency_only = true;
  write.records.emplace_back(draft);
  // Nor is one that names no agency any agency's own.
  draft.content.clear_deciding_agency();
  draft.content.mutable_annual_report()->set_year(2024);
  write.records.emplace_back(draft);
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteAnswer answer,
                                 Do(std::move(write)));
  for (const WriteResult& result : answer.results) {
    EXPECT_EQ(result.outcome, Outcome::kRejected);
    ASSERT_FALSE(result.findings.empty());
    EXPECT_EQ(result.findings.back().rule, "OUT_OF_SCOPE");
  }
  EXPECT_EQ(registry_->Figures().counters.annual_reports(), 1);
}

TEST_F(RecordTest, TheSameKeyWithOtherContentIsANewVersionAndTheOldStays) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  RecordDraft draft = PenaltyOf(kCodeA, "甲公司", "1号");
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult first, Add(draft));
  clock_.Advance(absl::Hours(1));
  draft.content.mutable_penalty()->set_facts("更正后的事实");
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult second, Add(draft));
  EXPECT_EQ(second.outcome, Outcome::kUpdated);
  EXPECT_EQ(second.record_no, first.record_no);
  // The list shows each version at its time, also where the place is the same.
  ASSERT_EQ(RecordsOf(first.enterprise_no).size(), 1);
  EXPECT_EQ(RecordsOf(first.enterprise_no)[0].sequence,
            second.version_sequence);
  ASSERT_EQ(RecordsOf(first.enterprise_no, first.version_sequence).size(), 1);
  EXPECT_EQ(RecordsOf(first.enterprise_no, first.version_sequence)[0].sequence,
            first.version_sequence);
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const std::vector<RecordAt> versions,
      registry_->CurrentView()->ListRecordVersions(first.record_no, 0, 10));
  ASSERT_EQ(versions.size(), 2);
  EXPECT_EQ(versions[0].version.content().penalty().facts(), "更正后的事实");
  EXPECT_EQ(versions[1].version.content().penalty().facts(), "");
  EXPECT_EQ(versions[0].version.info().first_received_us(),
            versions[1].version.info().first_received_us());
  EXPECT_GT(versions[0].version.info().recorded_us(),
            versions[1].version.info().recorded_us());
}

TEST_F(RecordTest, RequestsAreForgottenAfterEightDaysHoweverMany) {
  // More than one commit forgets.
  constexpr int kRequests = 450;
  std::vector<SubmitRecords> writes;
  for (int i = 0; i < kRequests; ++i) {
    SubmitRecords& write = writes.emplace_back();
    write.request = NewRequest();
    write.records.emplace_back(
        LicenceOf(kCodeA, "甲公司", absl::StrCat(i, "号")));
    ASSERT_THAT(Do(write), IsOk());
    write.request.payload = "another";
  }
  clock_.Advance(absl::Hours(7 * 24));
  EXPECT_THAT(Do(writes.front()), StatusIs(absl::StatusCode::kAlreadyExists,
                                           HasSubstr("REQUEST_ID_REUSED")));
  clock_.Advance(absl::Hours(24) + absl::Minutes(1));
  for (int i = 0; i < 3; ++i) {
    ASSERT_THAT(Add(LicenceOf(kCodeB, "乙公司", absl::StrCat(i, "号"))),
                IsOk());
  }
  EXPECT_THAT(Do(writes.front()), IsOk());
  EXPECT_THAT(Do(writes.back()), IsOk());
}

TEST_F(RecordTest, ARecordBeforeItsEnterpriseIsLinkedWhenItComes) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult early,
                                 Add(LicenceOf(kCodeA, "甲公司", "1号")));
  EXPECT_EQ(early.outcome, Outcome::kPending);
  EXPECT_EQ(registry_->Figures().counters.records_pending(), 1);
  Reopen();
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult put,
                                 Put(Firm(kCodeA, "甲公司")));
  EXPECT_EQ(put.pending_records, 1);
  const std::vector<RecordAt> records = RecordsOf(put.enterprise_no);
  ASSERT_EQ(records.size(), 1);
  EXPECT_EQ(records[0].record_no, early.record_no);
  EXPECT_EQ(registry_->Figures().counters.records_pending(), 0);
  EXPECT_TRUE(RecordsOf(put.enterprise_no, put.version_sequence).empty());
}

TEST_F(RecordTest, ManyWaitingRecordsAreAllLinked) {
  constexpr int kRecords = 1300;
  for (int i = 0; i < kRecords; i += 100) {
    SubmitRecords write;
    write.request = NewRequest();
    for (int k = i; k < i + 100; ++k) {
      write.records.emplace_back(
          LicenceOf(kCodeA, "甲公司", absl::StrCat(k, "号"), "", 10000 + k));
    }
    ASSERT_THAT(Do(std::move(write)), IsOk());
  }
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult put,
                                 Put(Firm(kCodeA, "甲公司")));
  EXPECT_EQ(put.pending_records, kRecords);
  // What the put left over goes on behind it, and over a restart.
  Reopen();
  for (int turn = 0; registry_->Figures().counters.records_pending() > 0;
       ++turn) {
    ASSERT_LT(turn, 1000);
    // Each write waits for the pieces queued before it.
    ASSERT_THAT(Add(LicenceOf(kCodeB, "乙公司", absl::StrCat("x", turn))),
                IsOk());
    if (registry_->Figures().counters.records_pending() ==
        static_cast<std::uint64_t>(turn) + 1) {
      break;
    }
  }
  const std::vector<RecordAt> records = RecordsOf(put.enterprise_no, 0, 500);
  EXPECT_EQ(records.size(), kRecords);
}

TEST_F(RecordTest, ANameNeverHeldIsQuarantinedOnceAndAFormerNameFlagged) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  ASSERT_THAT(Put(Firm(kCodeA, "乙公司")), IsOk());
  const RecordDraft wrong = LicenceOf(kCodeA, "从未有过公司", "1号");
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult kept, Add(wrong));
  EXPECT_EQ(kept.outcome, Outcome::kQuarantined);
  ASSERT_FALSE(kept.findings.empty());
  EXPECT_EQ(kept.findings.back().rule, "NAME_NEVER_HELD");
  EXPECT_EQ(kept.findings.back().suggestion, "乙公司");
  ASSERT_THAT(Add(wrong), IsOk());
  EXPECT_EQ(registry_->Figures().counters.quarantined(), 1);
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const QuarantinePage page,
      registry_->CurrentView()->ListQuarantined(0, 10, ""));
  ASSERT_EQ(page.rows.size(), 1);
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const storage::v1::RawRow raw,
      registry_->CurrentView()->OpenRaw(page.rows[0]));
  EXPECT_EQ(raw.columns(0), "record");

  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult former,
                                 Add(LicenceOf(kCodeA, "甲公司", "2号")));
  EXPECT_EQ(former.outcome, Outcome::kCreated);
  ASSERT_FALSE(former.findings.empty());
  EXPECT_EQ(former.findings.back().rule, "NAME_FORMER");
}

TEST_F(RecordTest, AMissingKeyPartIsQuarantinedNeverShared) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult kept,
                                 Add(PenaltyOf(kCodeA, "甲公司", "")));
  EXPECT_EQ(kept.outcome, Outcome::kQuarantined);
  EXPECT_EQ(kept.findings.back().rule, "MISSING_KEY_PART");
  EXPECT_EQ(kept.findings.back().field, "record.penalty.document_number");
}

TEST_F(RecordTest, ACorrectionMovesTheRecordAndTheOldKeyStillLeadsToIt) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult a,
                                 Put(Firm(kCodeA, "甲公司")));
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult b,
                                 Put(Firm(kCodeB, "乙公司")));
  const RecordDraft wrong = PenaltyOf(kCodeA, "甲公司", "1号");
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult first, Add(wrong));
  const std::uint64_t before = registry_->CurrentView()->sequence();
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const RecordAt stored,
      registry_->CurrentView()->ReadRecord(first.record_no));
  CorrectRecord correct;
  correct.request = NewRequest();
  correct.record_no = first.record_no;
  correct.etag = EtagOf(stored.version);
  correct.draft = PenaltyOf(kCodeB, "乙公司", "1号", 20001);
  correct.reason = "当事人有误";
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteAnswer corrected, Do(correct));
  EXPECT_EQ(corrected.results[0].outcome, Outcome::kUpdated);
  EXPECT_TRUE(RecordsOf(a.enterprise_no).empty());
  EXPECT_EQ(RecordsOf(b.enterprise_no).size(), 1);
  // The facts as they were.
  EXPECT_EQ(RecordsOf(a.enterprise_no, before).size(), 1);
  EXPECT_TRUE(RecordsOf(b.enterprise_no, before).empty());
  // The wrong row sent again does not make a second record.
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult again, Add(wrong));
  EXPECT_EQ(again.record_no, first.record_no);
  EXPECT_EQ(again.outcome, Outcome::kUnchanged);
  EXPECT_EQ(again.findings.back().rule, "CORRECTED");
  // Nor may new content under the old key move it back unseen.
  RecordDraft other = wrong;
  other.content.mutable_penalty()->set_facts("新的事实");
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult kept, Add(other));
  EXPECT_EQ(kept.outcome, Outcome::kQuarantined);
  EXPECT_EQ(kept.findings.back().rule, "KEY_CORRECTED");
  // A stale etag is refused.
  correct.request = NewRequest();
  EXPECT_THAT(Do(correct), StatusIs(absl::StatusCode::kAborted,
                                    StartsWith("ETAG_MISMATCH: ")));
}

TEST_F(RecordTest, ACorrectionCannotTakeAnothersKey) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult first,
                                 Add(PenaltyOf(kCodeA, "甲公司", "1号")));
  ASSERT_THAT(Add(PenaltyOf(kCodeA, "甲公司", "2号")), IsOk());
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const RecordAt stored,
      registry_->CurrentView()->ReadRecord(first.record_no));
  CorrectRecord correct;
  correct.request = NewRequest();
  correct.record_no = first.record_no;
  correct.etag = EtagOf(stored.version);
  correct.draft = PenaltyOf(kCodeA, "甲公司", "2号");
  correct.reason = "文号有误";
  EXPECT_THAT(Do(correct), StatusIs(absl::StatusCode::kAlreadyExists,
                                    StartsWith("KEY_TAKEN: ")));
}

TEST_F(RecordTest, AWithdrawnRecordStaysAndCountsNowhere) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult a,
                                 Put(Firm(kCodeA, "甲公司")));
  ASSERT_THAT(Add(PenaltyOf(kCodeA, "甲公司", "1号", 15000)), IsOk());
  const RecordDraft draft = PenaltyOf(kCodeA, "甲公司", "2号", 20000);
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult added, Add(draft));
  WithdrawRecord withdraw;
  withdraw.request = NewRequest();
  withdraw.record_no = added.record_no;
  withdraw.reason = "决定被撤销";
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteAnswer answer, Do(withdraw));
  EXPECT_EQ(answer.results[0].outcome, Outcome::kUpdated);
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const storage::v1::EnterpriseHead head,
      registry_->CurrentView()->ReadHead(a.enterprise_no));
  EXPECT_EQ(head.penalties(), 1);
  EXPECT_EQ(head.latest_day(), 15000);
  EXPECT_EQ(RecordsOf(a.enterprise_no).size(), 2);
  EXPECT_EQ(registry_->Figures().counters.records_withdrawn(), 1);
  // Again: nothing. The same content again: nothing. Other content: a clerk.
  withdraw.request = NewRequest();
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteAnswer again, Do(withdraw));
  EXPECT_EQ(again.results[0].outcome, Outcome::kUnchanged);
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult same, Add(draft));
  EXPECT_EQ(same.outcome, Outcome::kUnchanged);
  RecordDraft other = draft;
  other.content.mutable_penalty()->set_facts("新的事实");
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult kept, Add(other));
  EXPECT_EQ(kept.findings.back().rule, "RECORD_WITHDRAWN");
}

TEST_F(RecordTest, RecordsComeByFamilyAndNewestDayFirst) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult a,
                                 Put(Firm(kCodeA, "甲公司")));
  for (int day : {3, 1, 5, 2, 4}) {
    ASSERT_THAT(
        Add(PenaltyOf(kCodeA, "甲公司", absl::StrCat("罚", day), 20000 + day)),
        IsOk());
    ASSERT_THAT(Add(LicenceOf(kCodeA, "甲公司", absl::StrCat("许", day), "",
                              20000 + day)),
                IsOk());
  }
  std::vector<std::string> order;
  for (const RecordAt& record : RecordsOf(a.enterprise_no, 0, 3)) {
    const storage::v1::Record& content = record.version.content();
    order.push_back(content.has_licence()
                        ? content.licence().document_number()
                        : content.penalty().document_number());
  }
  EXPECT_THAT(order, testing::ElementsAre("许5", "许4", "许3", "许2", "许1",
                                          "罚5", "罚4", "罚3", "罚2", "罚1"));
}

TEST_F(RecordTest, APersonsRecordHasNoFileAndItsFieldsAreSealed) {
  RecordDraft draft = PenaltyOf("", "", "1号");
  draft.content.mutable_party()->set_category(
      storage::v1::PARTY_CATEGORY_NATURAL_PERSON);
  draft.personal.set_person_name("张三");
  draft.personal.set_person_id_number("44999919800101001X");
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult added, Add(draft));
  EXPECT_EQ(added.outcome, Outcome::kCreated);
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult again, Add(draft));
  EXPECT_EQ(again.outcome, Outcome::kUnchanged);
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const RecordAt stored,
      registry_->CurrentView()->ReadRecord(added.record_no));
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const storage::v1::PersonalFields personal,
      registry_->CurrentView()->OpenPersonal(stored));
  EXPECT_EQ(personal.person_name(), "张三");
}

TEST_F(RecordTest, OneBadRecordOfARequestDoesNotHinderTheOthers) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  SubmitRecords write;
  write.request = NewRequest();
  write.records.emplace_back(LicenceOf(kCodeA, "甲公司", "1号"));
  write.records.emplace_back(std::vector<Finding>{
      {Severity::kError, "record.licence.decided_on", "DATE_FORM", "", ""}});
  write.records.emplace_back(LicenceOf(kCodeA, "甲公司", "2号"));
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteAnswer answer,
                                 Do(std::move(write)));
  ASSERT_EQ(answer.results.size(), 3);
  EXPECT_EQ(answer.results[0].outcome, Outcome::kCreated);
  EXPECT_EQ(answer.results[1].outcome, Outcome::kRejected);
  EXPECT_EQ(answer.results[2].outcome, Outcome::kCreated);
}

TEST_F(RecordTest, AFullQueueIsToldAndNothingIsStored) {
  RegistryOptions options = Options();
  options.max_queued_rows = 1;
  registry_.reset();
  CREDITREG_ASSERT_OK_AND_ASSIGN(registry_, Registry::Open(options));
  // The first write's answer holds the writer until the queue is full.
  absl::Notification hold;
  absl::Notification held;
  PutEnterprise first;
  first.request = NewRequest();
  first.draft = Firm(kCodeA, "甲公司");
  registry_->Submit(std::move(first), [&](absl::StatusOr<WriteAnswer>) {
    held.Notify();
    hold.WaitForNotification();
  });
  held.WaitForNotification();
  PutEnterprise second;
  second.request = NewRequest();
  second.draft = Firm(kCodeB, "乙公司");
  absl::Notification second_done;
  registry_->Submit(std::move(second), [&](absl::StatusOr<WriteAnswer> answer) {
    EXPECT_THAT(answer, IsOk());
    second_done.Notify();
  });
  PutEnterprise third;
  third.request = NewRequest();
  third.draft = Firm(kCodeC, "丙公司");
  absl::Status refused;
  registry_->Submit(std::move(third), [&](absl::StatusOr<WriteAnswer> answer) {
    refused = answer.status();
  });
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted,
                                StartsWith("OVERLOADED: ")));
  hold.Notify();
  second_done.WaitForNotification();
  EXPECT_EQ(Find(kCodeC).verdict, Verdict::kNotFound);
}

}  // namespace
}  // namespace creditreg
