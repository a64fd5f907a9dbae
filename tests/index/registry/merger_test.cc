// Mergers in several steps: where they lead, also as of earlier, and what they
// may not do.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/model/check_digits.h"
#include "index/model/uscc.h"
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

// A valid code of an organisation that does not exist.
std::string NumberedCode(int number) {
  constexpr absl::string_view kDigits = "0123456789X";
  std::string code = absl::StrFormat("91440300%08d", number);
  const std::string organisation = code.substr(8);
  for (const char check : kDigits) {
    if (OrganisationCodeCheckOk(
            absl::StrCat(organisation, std::string(1, check)))) {
      code.push_back(check);
      break;
    }
  }
  for (const char check :
       absl::string_view("0123456789ABCDEFGHJKLMNPQRTUWXY")) {
    if (Uscc::Parse(absl::StrCat(code, std::string(1, check))).ok()) {
      return absl::StrCat(code, std::string(1, check));
    }
  }
  return code;
}

constexpr char kPastLimit[] = "CODE_CONFLICT: enterprise.former_codes";

TEST_F(MergerTest, SixteenMergersInARowAreFollowedAndMoreRefused) {
  ASSERT_THAT(Put(Firm(NumberedCode(0), "零公司")), IsOk());
  for (int i = 1; i <= 16; ++i) {
    ASSERT_THAT(Put(Successor(NumberedCode(i).c_str(), "后继公司",
                              NumberedCode(i - 1).c_str())),
                IsOk())
        << i;
  }
  EXPECT_EQ(Find(NumberedCode(0)).enterprise->version.content().uscc(),
            NumberedCode(16));
  EXPECT_THAT(
      Put(Successor(NumberedCode(17).c_str(), "后继公司",
                    NumberedCode(16).c_str())),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(kPastLimit)));
  // Nor from below, where the chain is only completed.
  EXPECT_THAT(
      Put(Successor(NumberedCode(0).c_str(), "零公司",
                    NumberedCode(99).c_str())),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(kPastLimit)));
  EXPECT_EQ(Find(NumberedCode(0)).verdict, Verdict::kMerged);
}

TEST_F(MergerTest, SixtyFourCodesMayBeMergedIntoOneAndNoMore) {
  EnterpriseDraft large = Firm(kCodeA, "甲公司");
  for (int i = 0; i < 63; ++i) {
    storage::v1::FormerCode* former = large.content.add_former_codes();
    former->set_uscc(NumberedCode(i));
    former->set_merged(true);
  }
  ASSERT_THAT(Put(large), IsOk());
  ASSERT_THAT(
      Put(Successor(NumberedCode(0).c_str(), "甲", NumberedCode(100).c_str())),
      IsOk());
  EXPECT_THAT(
      Put(Successor(NumberedCode(1).c_str(), "乙", NumberedCode(101).c_str())),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(kPastLimit)));
}

}  // namespace
}  // namespace creditreg
