// Enterprises: identity, versions, history, mergers and verdicts.

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/codec/keys.h"
#include "index/registry/registry.h"
#include "index/registry/view.h"
#include "index/store/store.h"
#include "tests/index/registry/test_registry.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using EnterpriseTest = RegistryTest;

void AddOldNumber(EnterpriseDraft* draft, storage::v1::OldNumberKind kind,
                  const char* value) {
  storage::v1::OldNumber* number = draft->content.add_old_numbers();
  number->set_kind(kind);
  number->set_value(value);
}

void AddFormerCode(EnterpriseDraft* draft, const char* code, bool merged) {
  storage::v1::FormerCode* former = draft->content.add_former_codes();
  former->set_uscc(code);
  former->set_merged(merged);
}

TEST_F(EnterpriseTest, APutIsFoundByItsCodeAndSurvivesARestart) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult put,
                                 Put(Firm(kCodeA, "甲公司")));
  EXPECT_EQ(put.outcome, Outcome::kCreated);
  Reopen();
  const FindAnswer found = Find(kCodeA);
  EXPECT_EQ(found.verdict, Verdict::kFound);
  EXPECT_EQ(found.matched_by, MatchedBy::kUscc);
  ASSERT_TRUE(found.enterprise.has_value());
  EXPECT_EQ(found.enterprise->version.content().name(), "甲公司");
  EXPECT_EQ(found.enterprise->sequence, put.version_sequence);
}

TEST_F(EnterpriseTest, TheSameContentChangesNothing) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult first,
                                 Put(Firm(kCodeA, "甲公司")));
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult second,
                                 Put(Firm(kCodeA, "甲公司")));
  EXPECT_EQ(second.outcome, Outcome::kUnchanged);
  EXPECT_EQ(second.version_sequence, first.version_sequence);
  EXPECT_EQ(registry_->CurrentView()->sequence(), first.version_sequence);
}

TEST_F(EnterpriseTest, ARetryIsAnsweredTheSameAndOtherContentIsRefused) {
  PutEnterprise write;
  write.request = NewRequest();
  write.draft = Firm(kCodeA, "甲公司");
  const PutEnterprise copy = write;
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteAnswer first, Do(write));
  Reopen();
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteAnswer again, Do(copy));
  EXPECT_EQ(again.results[0].outcome, Outcome::kCreated);
  EXPECT_EQ(again.sequence, first.sequence);
  write.request.payload = "other";
  EXPECT_THAT(Do(write), StatusIs(absl::StatusCode::kAlreadyExists,
                                  StartsWith("REQUEST_ID_REUSED: ")));
}

TEST_F(EnterpriseTest, ValidateOnlyAnswersAndStoresNothing) {
  PutEnterprise write;
  write.request = NewRequest();
  write.request.validate_only = true;
  write.draft = Firm(kCodeA, "甲公司");
  write.draft.personal.emplace().set_telephone("020-12345678");
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteAnswer answer, Do(write));
  EXPECT_EQ(answer.results[0].outcome, Outcome::kCreated);
  EXPECT_EQ(Find(kCodeA).verdict, Verdict::kNotFound);
  EXPECT_EQ(registry_->CurrentView()->sequence(), 0);
}

TEST_F(EnterpriseTest, AStaleEtagIsRefused) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  const std::string etag = EtagOf(Find(kCodeA).enterprise->version);
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司二"), etag), IsOk());
  EXPECT_THAT(
      Put(Firm(kCodeA, "甲公司三"), etag),
      StatusIs(absl::StatusCode::kAborted, StartsWith("ETAG_MISMATCH: ")));
}

TEST_F(EnterpriseTest, ARenameKeepsTheOldNameAsFormer) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  ASSERT_THAT(Put(Firm(kCodeA, "乙公司")), IsOk());
  EXPECT_EQ(Find(kCodeA, "甲公司").verdict, Verdict::kRenamed);
  EXPECT_EQ(Find(kCodeA, "乙公司").verdict, Verdict::kFound);
  const FindAnswer other = Find(kCodeA, "丙公司");
  EXPECT_EQ(other.verdict, Verdict::kFound);
  EXPECT_EQ(other.name_match, NameMatch::kDifferent);
}

TEST_F(EnterpriseTest, AnEarlierPositionShowsTheEarlierState) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult first,
                                 Put(Firm(kCodeA, "甲公司")));
  ASSERT_THAT(Put(Firm(kCodeA, "乙公司")), IsOk());
  FindQuery query;
  query.identifier = kCodeA;
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const FindAnswer then,
      registry_->CurrentView()->Find(query, first.version_sequence));
  ASSERT_TRUE(then.enterprise.has_value());
  EXPECT_EQ(then.enterprise->version.content().name(), "甲公司");
}

TEST_F(EnterpriseTest, ACodeWithAnotherNameAndDateIsAConflict) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司", 10000)), IsOk());
  EXPECT_THAT(Put(Firm(kCodeA, "完全不同公司", 10001)),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       StartsWith("CODE_CONFLICT: ")));
  EXPECT_EQ(Find(kCodeA).enterprise->version.content().name(), "甲公司");
}

TEST_F(EnterpriseTest, AnOldNumberLeadsToItsEnterpriseAndSeveralAreAmbiguous) {
  EnterpriseDraft a = Firm(kCodeA, "甲公司");
  AddOldNumber(&a, storage::v1::OLD_NUMBER_KIND_REGISTRATION,
               "440301103097413");
  EnterpriseDraft b = Firm(kCodeB, "乙公司");
  AddOldNumber(&b, storage::v1::OLD_NUMBER_KIND_STATISTICS, "SHARED1");
  EnterpriseDraft c = Firm(kCodeC, "丙公司");
  AddOldNumber(&c, storage::v1::OLD_NUMBER_KIND_STATISTICS, "SHARED1");
  ASSERT_THAT(Put(a), IsOk());
  ASSERT_THAT(Put(b), IsOk());
  ASSERT_THAT(Put(c), IsOk());
  const FindAnswer found = Find("4403 0110 3097 413");
  EXPECT_EQ(found.verdict, Verdict::kOldNumber);
  EXPECT_EQ(found.enterprise->version.content().uscc(), kCodeA);
  const FindAnswer shared = Find("shared1");
  EXPECT_EQ(shared.verdict, Verdict::kAmbiguous);
  EXPECT_EQ(shared.candidates.size(), 2);
  EXPECT_EQ(Find("110108012660422").verdict, Verdict::kNotFound);
}

TEST_F(EnterpriseTest, PlaceholdersAndBadCodesAreToldApart) {
  EXPECT_EQ(Find("00000000000000000X").verdict, Verdict::kPlaceholder);
  EXPECT_EQ(Find("无").verdict, Verdict::kPlaceholder);
  const FindAnswer bad = Find("914403001922038217");
  EXPECT_EQ(bad.verdict, Verdict::kBadCode);
  EXPECT_EQ(bad.code_check.error, CodeError::kBadFinalCheck);
  EXPECT_TRUE(bad.nearest.empty());
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  // The letter O typed for a zero is the likeliest slip of all.
  const FindAnswer slip = Find("9144O3001922038216");
  EXPECT_EQ(slip.code_check.error, CodeError::kInvalidChar);
  EXPECT_EQ(slip.code_check.position, 5);
  ASSERT_EQ(slip.nearest.size(), 1);
  EXPECT_EQ(slip.nearest[0].version.content().uscc(), kCodeA);
  // Also where only the check character is wrong.
  EXPECT_EQ(Find("914403001922038217").nearest.size(), 1);
  EXPECT_EQ(Find(kCodeD).verdict, Verdict::kNotFound);
}

TEST_F(EnterpriseTest, AResidentIdIsNotAnsweredWithOthersLikeIt) {
  const FindAnswer id = Find("44999919700101888X");
  EXPECT_EQ(id.verdict, Verdict::kBadCode);
  EXPECT_TRUE(id.nearest.empty());
}

TEST_F(EnterpriseTest, RowsWithoutALayoutAreDamageNotANewRegistry) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  registry_.reset();
  {
    CREDITREG_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<Store> store,
                                   Store::Open(Options().store));
    WriteBatch batch;
    batch.Delete(MetaKey("layout"));
    ASSERT_THAT(store->Write(batch), IsOk());
  }
  EXPECT_THAT(Registry::Open(Options()),
              StatusIs(absl::StatusCode::kDataLoss, StartsWith("layout: ")));
}

TEST_F(EnterpriseTest, AReplacedCodeLeadsToTheNewOne) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult old,
                                 Put(Firm(kCodeA, "甲公司")));
  EnterpriseDraft recoded = Firm(kCodeB, "甲公司");
  AddFormerCode(&recoded, kCodeA, /*merged=*/false);
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult now, Put(recoded));
  EXPECT_EQ(now.enterprise_no, old.enterprise_no);
  const FindAnswer found = Find(kCodeA);
  EXPECT_EQ(found.verdict, Verdict::kOldNumber);
  EXPECT_EQ(found.matched_by, MatchedBy::kFormerUscc);
  EXPECT_EQ(found.enterprise->version.content().uscc(), kCodeB);
  EXPECT_THAT(Put(Firm(kCodeA, "甲公司")),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("CODE_REPLACED")));
}

TEST_F(EnterpriseTest, AMergerKeepsBothFilesAndShowsThemTogether) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult absorbed,
                                 Put(Firm(kCodeA, "甲公司")));
  ASSERT_THAT(Add(LicenceOf(kCodeA, "甲公司", "一号")), IsOk());
  EnterpriseDraft successor = Firm(kCodeB, "乙公司");
  AddFormerCode(&successor, kCodeA, /*merged=*/true);
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult merged, Put(successor));
  ASSERT_THAT(Add(LicenceOf(kCodeB, "乙公司", "二号")), IsOk());
  EXPECT_NE(merged.enterprise_no, absorbed.enterprise_no);

  const FindAnswer found = Find(kCodeA);
  EXPECT_EQ(found.verdict, Verdict::kMerged);
  EXPECT_EQ(found.matched_by, MatchedBy::kMergedUscc);
  EXPECT_EQ(found.enterprise->version.content().uscc(), kCodeB);
  EXPECT_EQ(RecordsOf(merged.enterprise_no).size(), 2);
  EXPECT_EQ(RecordsOf(absorbed.enterprise_no).size(), 1);
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const storage::v1::EnterpriseHead head,
      registry_->CurrentView()->ReadHead(merged.enterprise_no));
  EXPECT_EQ(head.licences(), 2);
  // Before the merger it stood for itself.
  FindQuery query;
  query.identifier = kCodeA;
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const FindAnswer then,
      registry_->CurrentView()->Find(query, absorbed.version_sequence));
  EXPECT_EQ(then.verdict, Verdict::kNotFound);
}

TEST_F(EnterpriseTest, MergersAreFollowedToTheLastOne) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  EnterpriseDraft b = Firm(kCodeB, "乙公司");
  AddFormerCode(&b, kCodeA, true);
  ASSERT_THAT(Put(b), IsOk());
  EnterpriseDraft c = Firm(kCodeC, "丙公司");
  AddFormerCode(&c, kCodeB, true);
  ASSERT_THAT(Put(c), IsOk());
  for (const char* code : {kCodeA, kCodeB}) {
    const FindAnswer found = Find(code);
    EXPECT_EQ(found.verdict, Verdict::kMerged) << code;
    EXPECT_EQ(found.enterprise->version.content().uscc(), kCodeC) << code;
  }
  // A code cannot go to two successors.
  EnterpriseDraft d = Firm(kCodeD, "丁公司");
  AddFormerCode(&d, kCodeA, true);
  EXPECT_THAT(Put(d), StatusIs(absl::StatusCode::kFailedPrecondition,
                               HasSubstr("FORMER_CODE_CONFLICT")));
}

TEST_F(EnterpriseTest, DeregisteredIsToldBeforeRenamed) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  EnterpriseDraft closed = Firm(kCodeA, "乙公司");
  closed.content.set_status(storage::v1::REGISTRATION_STATUS_DEREGISTERED);
  ASSERT_THAT(Put(closed), IsOk());
  EXPECT_EQ(Find(kCodeA, "甲公司").verdict, Verdict::kDeregistered);
  EXPECT_EQ(registry_->Figures().counters.enterprises_deregistered(), 1);
}

TEST_F(EnterpriseTest, AWithheldFileIsToldBeforeAllThatIsFound) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult put,
                                 Put(Firm(kCodeA, "甲公司")));
  WithholdEnterprise hide;
  hide.request = NewRequest();
  hide.enterprise_no = put.enterprise_no;
  hide.withheld = true;
  hide.reason = "依据某决定";
  ASSERT_THAT(Do(hide), IsOk());
  EXPECT_EQ(Find(kCodeA).verdict, Verdict::kWithheld);
  // A later put leaves it hidden.
  ASSERT_THAT(Put(Firm(kCodeA, "乙公司")), IsOk());
  EXPECT_EQ(Find(kCodeA).verdict, Verdict::kWithheld);
  hide.request = NewRequest();
  hide.withheld = false;
  ASSERT_THAT(Do(hide), IsOk());
  EXPECT_EQ(Find(kCodeA).verdict, Verdict::kFound);
}

TEST_F(EnterpriseTest, ManyAtOnceAreAnsweredAsOneByOne) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  EnterpriseDraft successor = Firm(kCodeB, "乙公司");
  AddFormerCode(&successor, kCodeC, /*merged=*/true);
  ASSERT_THAT(Put(successor), IsOk());
  std::vector<FindQuery> queries;
  for (const char* identifier :
       {kCodeA, "00000000000000000X", kCodeC, "914403001922038217", kCodeB,
        kCodeA, kCodeD, "440301103097413", " 9144 0300 1922 0382 16 "}) {
    queries.emplace_back().identifier = identifier;
  }
  queries[5].name = "甲公司";
  CREDITREG_ASSERT_OK_AND_ASSIGN(const std::vector<FindAnswer> answers,
                                 registry_->CurrentView()->FindMany(queries));
  ASSERT_EQ(answers.size(), queries.size());
  for (std::size_t i = 0; i < queries.size(); ++i) {
    CREDITREG_ASSERT_OK_AND_ASSIGN(const FindAnswer one,
                                   registry_->CurrentView()->Find(queries[i]));
    EXPECT_EQ(answers[i].verdict, one.verdict) << i;
    EXPECT_EQ(answers[i].identifier, one.identifier) << i;
    EXPECT_EQ(answers[i].matched_by, one.matched_by) << i;
    EXPECT_EQ(answers[i].name_match, one.name_match) << i;
    EXPECT_EQ(answers[i].nearest.size(), one.nearest.size()) << i;
    EXPECT_EQ(answers[i].enterprise.has_value(), one.enterprise.has_value());
  }
}

TEST_F(EnterpriseTest, PersonalFieldsAreSealedAndComeBack) {
  EnterpriseDraft draft = Firm(kCodeA, "甲公司");
  draft.personal.emplace().set_telephone("14000001234");
  ASSERT_THAT(Put(draft), IsOk());
  Reopen();
  const FindAnswer found = Find(kCodeA);
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const storage::v1::PersonalFields personal,
      registry_->CurrentView()->OpenPersonal(*found.enterprise));
  EXPECT_EQ(personal.telephone(), "14000001234");
  // A put that speaks of none leaves them.
  ASSERT_THAT(Put(Firm(kCodeA, "乙公司")), IsOk());
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const storage::v1::PersonalFields later,
      registry_->CurrentView()->OpenPersonal(*Find(kCodeA).enterprise));
  EXPECT_EQ(later.telephone(), "14000001234");
}

TEST_F(EnterpriseTest, WhatWasCutOutOfATextIsAddedToThePersonalFields) {
  EnterpriseDraft first = Firm(kCodeA, "甲公司");
  first.personal.emplace().set_telephone("14000001234");
  ASSERT_THAT(Put(first), IsOk());
  EnterpriseDraft second = Firm(kCodeA, "甲公司");
  second.content.set_remark("联系人[已遮蔽]");
  second.personal.emplace().add_originals()->set_text("联系人14000009999");
  second.personal_is_partial = true;
  ASSERT_THAT(Put(second), IsOk());
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const storage::v1::PersonalFields personal,
      registry_->CurrentView()->OpenPersonal(*Find(kCodeA).enterprise));
  EXPECT_EQ(personal.telephone(), "14000001234");
  EXPECT_EQ(personal.originals_size(), 1);
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult again, Put(second));
  EXPECT_EQ(again.outcome, Outcome::kUnchanged);
}

TEST_F(EnterpriseTest, AnEmptyFormerCodeLeadsNowhere) {
  EnterpriseDraft draft = Firm(kCodeA, "甲公司");
  AddFormerCode(&draft, "", /*merged=*/true);
  AddFormerCode(&draft, kCodeB, /*merged=*/true);
  ASSERT_THAT(Put(draft), IsOk());
  EXPECT_EQ(Find(kCodeA).enterprise->version.content().former_codes_size(), 1);
}

TEST_F(EnterpriseTest, ATaxNumberMadeFromAnIdIsFoundByItsHashOnly) {
  EnterpriseDraft draft = Firm(kCodeA, "某某商店");
  draft.personal.emplace().set_tax_number("44999919800101001X01");
  ASSERT_THAT(Put(draft), IsOk());
  FindQuery query;
  query.identifier = "44999919800101001X01";
  query.kind = OldNumberKind::kTax;
  CREDITREG_ASSERT_OK_AND_ASSIGN(const FindAnswer found,
                                 registry_->CurrentView()->Find(query));
  EXPECT_EQ(found.verdict, Verdict::kOldNumber);
}

TEST_F(EnterpriseTest, AnEnterpriseWithoutACodeGetsItLater) {
  EnterpriseDraft old = Firm("", "甲公司");
  AddOldNumber(&old, storage::v1::OLD_NUMBER_KIND_REGISTRATION,
               "440301103097413");
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult first, Put(old));
  EnterpriseDraft coded = Firm(kCodeA, "甲公司");
  AddOldNumber(&coded, storage::v1::OLD_NUMBER_KIND_REGISTRATION,
               "440301103097413");
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult second, Put(coded));
  EXPECT_EQ(second.enterprise_no, first.enterprise_no);
  EXPECT_EQ(second.outcome, Outcome::kUpdated);
  EXPECT_EQ(Find(kCodeA).verdict, Verdict::kFound);
}

TEST_F(EnterpriseTest, NothingToTellItByIsRefused) {
  EXPECT_THAT(Put(Firm("", "甲公司")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       StartsWith("enterprise.uscc: ")));
}

TEST_F(EnterpriseTest, AFileRowKeepsWhatItDoesNotSay) {
  EnterpriseDraft full = Firm(kCodeA, "甲公司");
  AddOldNumber(&full, storage::v1::OLD_NUMBER_KIND_STATISTICS, "S1");
  full.content.add_former_names()->set_name("甲老公司");
  ASSERT_THAT(Put(full), IsOk());
  EnterpriseDraft row = Firm(kCodeA, "乙公司");
  row.keep_history = true;
  ASSERT_THAT(Put(row), IsOk());
  const FindAnswer found = Find(kCodeA);
  const auto& content = found.enterprise->version.content();
  EXPECT_EQ(content.old_numbers_size(), 1);
  EXPECT_EQ(content.former_names_size(), 2);
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult again, Put(row));
  EXPECT_EQ(again.outcome, Outcome::kUnchanged);
}

TEST_F(EnterpriseTest, ANameOnceHeldStaysWhateverLaterPutsSay) {
  EnterpriseDraft first = Firm(kCodeA, "甲公司");
  first.content.add_former_names()->set_name("给出的旧名");
  ASSERT_THAT(Put(first), IsOk());
  const EnterpriseDraft renamed = Firm(kCodeA, "乙公司");
  ASSERT_THAT(Put(renamed), IsOk());
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult again, Put(renamed));
  EXPECT_EQ(again.outcome, Outcome::kUnchanged);
  EnterpriseDraft third = Firm(kCodeA, "丙公司");
  third.content.set_business_scope("批发");
  ASSERT_THAT(Put(third), IsOk());
  std::vector<std::string> names;
  const FindAnswer found = Find(kCodeA);
  for (const auto& former :
       found.enterprise->version.content().former_names()) {
    names.push_back(former.name());
  }
  // A put is the whole content, so the name only ever given as former is gone.
  EXPECT_THAT(names, ElementsAre("甲公司", "乙公司"));
  // Back to the first name: it is the current one, and no former one.
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  EXPECT_EQ(Find(kCodeA).enterprise->version.content().former_names_size(), 2);
}

TEST_F(EnterpriseTest, AFileRowOlderThanTheStoredOneChangesNothing) {
  EnterpriseDraft newer = Firm(kCodeA, "乙公司");
  newer.content.set_approved_on(20000);
  ASSERT_THAT(Put(newer), IsOk());
  EnterpriseDraft older = Firm(kCodeA, "甲公司");
  older.content.set_approved_on(15000);
  older.keep_history = true;
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult result, Put(older));
  EXPECT_EQ(result.outcome, Outcome::kUnchanged);
  ASSERT_EQ(result.findings.size(), 1);
  EXPECT_EQ(result.findings[0].rule, "OLDER_THAN_STORED");
}

}  // namespace
}  // namespace creditreg
