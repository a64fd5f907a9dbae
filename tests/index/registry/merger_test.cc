// Mergers in several steps: where they lead, also as of earlier, and what they
// may not do.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/registry/registry.h"
#include "index/registry/view.h"
#include "tests/index/registry/test_registry.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class MergerTest : public RegistryTest {
 protected:
  // An enterprise into which `absorbed` was merged.
  static EnterpriseDraft Successor(const char* code, const char* name,
                                   const char* absorbed) {
    EnterpriseDraft draft = Firm(code, name);
    storage::v1::FormerCode* former = draft.content.add_former_codes();
    former->set_uscc(absorbed);
    former->set_merged(true);
    return draft;
  }

  FindAnswer FindAt(const char* code, std::uint64_t at) {
    FindQuery query;
    query.identifier = code;
    absl::StatusOr<FindAnswer> answer =
        registry_->CurrentView()->Find(query, at);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? *std::move(answer) : FindAnswer();
  }
};

constexpr char kRefused[] = "FORMER_CODE_CONFLICT";

TEST_F(MergerTest, TwoCannotBeMergedIntoEachOther) {
  ASSERT_THAT(Put(Firm(kCodeB, "乙公司")), IsOk());
  ASSERT_THAT(Put(Successor(kCodeA, "甲公司", kCodeB)), IsOk());
  EXPECT_THAT(
      Put(Successor(kCodeB, "乙公司", kCodeA)),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(kRefused)));
  EXPECT_EQ(Find(kCodeA).verdict, Verdict::kFound);
  EXPECT_EQ(Find(kCodeB).verdict, Verdict::kMerged);
}

TEST_F(MergerTest, ACircleOfThreeIsRefusedWhoeverClosesIt) {
  // B is not known yet: it closes the circle by coming.
  ASSERT_THAT(Put(Successor(kCodeA, "甲公司", kCodeB)), IsOk());
  ASSERT_THAT(Put(Successor(kCodeC, "丙公司", kCodeA)), IsOk());
  EXPECT_THAT(
      Put(Successor(kCodeB, "乙公司", kCodeC)),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(kRefused)));
  ASSERT_THAT(Put(Firm(kCodeB, "乙公司")), IsOk());
  EXPECT_EQ(Find(kCodeB).enterprise->version.content().uscc(), kCodeC);
}

TEST_F(MergerTest, EveryStepOfAMergerLeadsToTheSameEnterpriseAtAnyPosition) {
  ASSERT_THAT(Put(Firm(kCodeC, "丙公司")), IsOk());
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult b,
                                 Put(Successor(kCodeB, "乙公司", kCodeA)));
  ASSERT_THAT(Put(Successor(kCodeC, "丙公司", kCodeB)), IsOk());
  // Where a code leads is today's: to C, as it was then.
  for (const char* code : {kCodeA, kCodeB}) {
    const FindAnswer then = FindAt(code, b.version_sequence);
    EXPECT_EQ(then.verdict, Verdict::kMerged) << code;
    ASSERT_TRUE(then.enterprise.has_value()) << code;
    EXPECT_EQ(then.enterprise->version.content().uscc(), kCodeC) << code;
    EXPECT_EQ(then.enterprise->sequence, 1) << code;
  }
}

TEST_F(MergerTest, AFileShowsWhatWasMergedIntoItByThen) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  ASSERT_THAT(Add(LicenceOf(kCodeA, "甲公司", "一号")), IsOk());
  ASSERT_THAT(Put(Firm(kCodeB, "乙公司")), IsOk());
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult c,
                                 Put(Successor(kCodeC, "丙公司", kCodeB)));
  // Only now A goes to B, and with it to C.
  ASSERT_THAT(Put(Successor(kCodeB, "乙公司", kCodeA)), IsOk());
  EXPECT_THAT(RecordsOf(c.enterprise_no), SizeIs(1));
  EXPECT_THAT(RecordsOf(c.enterprise_no, c.version_sequence), IsEmpty());
}

}  // namespace
}  // namespace creditreg
