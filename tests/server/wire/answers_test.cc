// What the registry answers, as messages. Services are tested with a whole
// server; here are the cases that are hard to bring about there.

#include "server/wire/answers.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/registry/view.h"

namespace creditreg {
namespace {

using ::testing::ElementsAre;

EnterpriseAt Known() {
  EnterpriseAt enterprise;
  enterprise.enterprise_no = 1;
  enterprise.version.mutable_content()->set_uscc("914403001922038216");
  enterprise.version.mutable_content()->set_name("甲公司");
  enterprise.version.mutable_content()->set_category(
      storage::v1::PARTY_CATEGORY_ORGANISATION);
  enterprise.version.mutable_info()->add_quality_flags("CODE_ORG_CHECK");
  return enterprise;
}

FindAnswer Found(Verdict verdict) {
  FindAnswer answer;
  answer.identifier = "914403001922038216";
  answer.verdict = verdict;
  answer.matched_by = MatchedBy::kUscc;
  answer.name_match = NameMatch::kCurrent;
  answer.enterprise = Known();
  return answer;
}

TEST(AnswersTest, TimesKeepTheirMicroseconds) {
  EXPECT_EQ(TimestampOf(1500000).seconds(), 1);
  EXPECT_EQ(TimestampOf(1500000).nanos(), 500000000);
  EXPECT_EQ(TimestampOf(-1).seconds(), -1);
  EXPECT_EQ(TimestampOf(-1).nanos(), 999999000);
}

TEST(AnswersTest, WarningsOfACodeAreTold) {
  FindAnswer answer = Found(Verdict::kFound);
  answer.code_check.warnings =
      kBadOrgCheck | kUnknownDepartment | kUnknownCategory | kUnknownDivision;
  EXPECT_THAT(LookupMessage(answer, "").code_warnings(),
              ElementsAre(v1::CODE_WARNING_ORGANISATION_CHECK,
                          v1::CODE_WARNING_UNKNOWN_DEPARTMENT,
                          v1::CODE_WARNING_UNKNOWN_CATEGORY,
                          v1::CODE_WARNING_UNKNOWN_DIVISION));
}

TEST(AnswersTest, GovernmentSeesFlagsAndThePublicDoesNot) {
  const FindAnswer answer = Found(Verdict::kFound);
  const v1::LookupResult full = LookupMessage(answer, "91330100799655058B");
  EXPECT_THAT(full.enterprise().quality_flags(), ElementsAre("CODE_ORG_CHECK"));
  EXPECT_EQ(full.enterprise().merged_into_uscc(), "91330100799655058B");
  const v1::LookupResult shown = PublicLookupMessage(answer);
  EXPECT_EQ(shown.enterprise().name(), "甲公司");
  EXPECT_EQ(shown.enterprise().quality_flags_size(), 0);
  EXPECT_EQ(shown.enterprise().etag(), "");
}

TEST(AnswersTest, HiddenLooksLikeNoneWhateverTheVerdict) {
  FindAnswer none;
  none.identifier = "914403001922038216";
  none.verdict = Verdict::kNotFound;
  const std::string expected = PublicLookupMessage(none).SerializeAsString();
  for (const Verdict verdict :
       {Verdict::kWithheld, Verdict::kMerged, Verdict::kDeregistered,
        Verdict::kOldNumber, Verdict::kRenamed, Verdict::kFound}) {
    FindAnswer answer = Found(verdict);
    answer.enterprise->version.set_withheld(true);
    answer.enterprise->version.set_withheld_reason("法院令");
    EXPECT_EQ(PublicLookupMessage(answer).SerializeAsString(), expected)
        << static_cast<int>(verdict);
    EXPECT_EQ(PubliclyFound(answer), nullptr);
  }
}

TEST(AnswersTest, HiddenCandidatesAreLeftOut) {
  FindAnswer answer;
  answer.verdict = Verdict::kAmbiguous;
  answer.matched_by = MatchedBy::kOldNumber;
  answer.candidates = {Known(), Known(), Known()};
  answer.candidates[1].version.set_withheld(true);
  EXPECT_EQ(PublicLookupMessage(answer).candidates_size(), 2);
  answer.candidates[0].version.set_withheld(true);
  const v1::LookupResult single = PublicLookupMessage(answer);
  EXPECT_EQ(single.verdict(), v1::LOOKUP_VERDICT_OLD_NUMBER);
  EXPECT_EQ(single.candidates_size(), 0);
  EXPECT_TRUE(single.has_enterprise());
  answer.candidates[2].version.set_withheld(true);
  EXPECT_EQ(PublicLookupMessage(answer).verdict(),
            v1::LOOKUP_VERDICT_NOT_FOUND);
}

TEST(AnswersTest, SummariesLeaveZeroOut) {
  storage::v1::EnterpriseHead head;
  head.set_penalties(3);
  head.set_latest_day(20458);
  const v1::FileSummary summary = SummaryMessage(head);
  ASSERT_EQ(summary.counts_size(), 1);
  EXPECT_EQ(summary.counts(0).family(), v1::FAMILY_PENALTY);
  EXPECT_EQ(summary.counts(0).records(), 3);
  EXPECT_EQ(summary.latest_record_on(), "2026-01-05");
}

TEST(AnswersTest, SummariesCountEveryFamily) {
  storage::v1::EnterpriseHead head;
  head.set_licences(1);
  head.set_penalties(2);
  head.set_complaints(3);
  head.set_listings(4);
  head.set_annual_reports(5);
  const v1::FileSummary summary = SummaryMessage(head);
  ASSERT_EQ(summary.counts_size(), v1::Family_MAX);
  for (int i = 0; i < summary.counts_size(); ++i) {
    EXPECT_EQ(summary.counts(i).family(), i + 1);
    EXPECT_EQ(summary.counts(i).records(), i + 1);
  }
}

}  // namespace
}  // namespace creditreg
