// Records that wait for their enterprise, and submissions that meet a
// correction or a withdrawal.

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/registry/registry.h"
#include "index/registry/view.h"
#include "tests/index/registry/test_registry.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

constexpr char kNumber[] = "440301103097413";
constexpr char kOrganisation[] = "192203821";

class WaitingRecordTest : public RegistryTest {
 protected:
  // A licence whose party is known by old numbers only.
  static RecordDraft Numbered(const char* name) {
    RecordDraft draft = LicenceOf("", name, "一号");
    draft.content.mutable_party()->set_registration_number(kNumber);
    draft.content.mutable_party()->set_organisation_code(kOrganisation);
    return draft;
  }
  static void AddNumber(EnterpriseDraft* draft, storage::v1::OldNumberKind kind,
                        const char* value) {
    storage::v1::OldNumber* number = draft->content.add_old_numbers();
    number->set_kind(kind);
    number->set_value(value);
  }
  static EnterpriseDraft NumberedFirm(const char* code, const char* name) {
    EnterpriseDraft draft = Firm(code, name);
    AddNumber(&draft, storage::v1::OLD_NUMBER_KIND_REGISTRATION, kNumber);
    return draft;
  }
  std::vector<std::string> FlagsOf(const WriteResult& record) {
    const auto found = registry_->CurrentView()->ReadRecord(record.record_no);
    EXPECT_TRUE(found.ok()) << found.status();
    if (!found.ok()) return {};
    const auto& flags = found->version.info().quality_flags();
    return {flags.begin(), flags.end()};
  }
};

TEST_F(WaitingRecordTest, ARecordThatWaitsUnderTwoNumbersIsCountedOnce) {
  ASSERT_THAT(Add(Numbered("甲公司")), IsOk());
  EnterpriseDraft firm = NumberedFirm(kCodeA, "甲公司");
  AddNumber(&firm, storage::v1::OLD_NUMBER_KIND_ORGANISATION_CODE,
            kOrganisation);
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult put, Put(firm));
  EXPECT_EQ(put.pending_records, 1);
}

TEST_F(WaitingRecordTest, AnAmbiguousRecordIsLinkedAndCountedWhenANameTells) {
  ASSERT_THAT(Put(NumberedFirm(kCodeA, "甲公司")), IsOk());
  ASSERT_THAT(Put(NumberedFirm(kCodeB, "乙公司")), IsOk());
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult record,
                                 Add(Numbered("丙公司")));
  EXPECT_EQ(record.outcome, Outcome::kPending);
  EXPECT_THAT(FlagsOf(record), Contains("PARTY_AMBIGUOUS"));
  // Another put that does not help: it goes on waiting.
  EnterpriseDraft other = NumberedFirm(kCodeB, "乙公司");
  other.content.set_remark("备注");
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult useless, Put(other));
  EXPECT_EQ(useless.pending_records, 0);
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult renamed,
                                 Put(NumberedFirm(kCodeA, "丙公司")));
  EXPECT_EQ(renamed.pending_records, 1);
  EXPECT_THAT(FlagsOf(record), IsEmpty());
}

// Both puts leave more to link than they do themselves; wherever the registry
// stops between them, nothing may be left waiting.
TEST_F(WaitingRecordTest, TwoPutsWithManyWaitingLeaveNothingBehindAtAnyStop) {
  constexpr int kWaiting = 1300;
  SubmitRecords by_code;
  by_code.request = NewRequest();
  SubmitRecords by_number;
  by_number.request = NewRequest();
  for (int i = 0; i < kWaiting; ++i) {
    const std::string document = absl::StrCat(i, "号");
    by_code.records.emplace_back(LicenceOf(kCodeA, "甲公司", document));
    RecordDraft numbered = LicenceOf("", "甲公司", document);
    numbered.content.mutable_party()->set_registration_number(kNumber);
    by_number.records.emplace_back(std::move(numbered));
  }
  ASSERT_THAT(Do(std::move(by_code)), IsOk());
  ASSERT_THAT(Do(std::move(by_number)), IsOk());
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  ASSERT_THAT(Put(NumberedFirm(kCodeA, "甲公司")), IsOk());
  // Each stop cuts the passes at another piece.
  for (int stop = 0; registry_->Figures().counters.records_pending() > 0;
       ++stop) {
    ASSERT_LT(stop, 50) << registry_->Figures().counters.records_pending()
                        << " go on waiting";
    Reopen();
    // An import of nothing waits for one group, so each run gets on.
    StartImport nothing;
    nothing.actor.principal = "dev";
    nothing.request_id = absl::StrCat("nothing", stop);
    ASSERT_TRUE(registry_->BeginImport(nothing).ok());
  }
  const FindAnswer found = *registry_->CurrentView()->Find({kCodeA, {}, ""});
  EXPECT_EQ(registry_->CurrentView()
                ->ReadHead(found.enterprise->enterprise_no)
                ->licences(),
            2 * kWaiting);
}

TEST_F(WaitingRecordTest, ACorrectionIsNotUndoneBehindALaterSubmission) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  const RecordDraft wrong = PenaltyOf(kCodeA, "甲公司", "1号");
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult first, Add(wrong));
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const RecordAt stored,
      registry_->CurrentView()->ReadRecord(first.record_no));
  CorrectRecord correct;
  correct.request = NewRequest();
  correct.record_no = first.record_no;
  correct.etag = EtagOf(stored.version);
  correct.draft = wrong;
  correct.draft.content.mutable_penalty()->set_facts("更正");
  correct.reason = "事实有误";
  const RecordDraft right = correct.draft;
  ASSERT_THAT(Do(correct), IsOk());
  RecordDraft later = right;
  later.content.mutable_penalty()->set_remark("已履行");
  ASSERT_THAT(Add(later), IsOk());
  // The old file once more.
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult again, Add(wrong));
  EXPECT_EQ(again.outcome, Outcome::kUnchanged);
  EXPECT_EQ(again.findings.back().rule, "CORRECTED");
  // What the correction said may come back.
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult back, Add(right));
  EXPECT_EQ(back.outcome, Outcome::kUpdated);
}

TEST_F(WaitingRecordTest, WhatIsKeptAsideHasNoNumbers) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  RecordDraft draft = PenaltyOf(kCodeA, "甲公司", "1号");
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult first, Add(draft));
  WithdrawRecord withdraw;
  withdraw.request = NewRequest();
  withdraw.record_no = first.record_no;
  withdraw.reason = "决定被撤销";
  ASSERT_THAT(Do(withdraw), IsOk());
  draft.content.mutable_penalty()->set_facts("新的事实");
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult kept, Add(draft));
  EXPECT_EQ(kept.outcome, Outcome::kQuarantined);
  EXPECT_EQ(kept.record_no, 0);
  EXPECT_EQ(kept.enterprise_no, 0);
  EXPECT_EQ(kept.version_sequence, 0);
}

}  // namespace
}  // namespace creditreg
