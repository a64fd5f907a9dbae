#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/model/uscc.h"
#include "tests/index/model/real_codes.h"

namespace creditreg {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

// Enough for every candidate there is.
constexpr std::size_t kAll = 1000;

TEST(NearestValidCodesTest, LettersForDigitsComeFirstHoweverMany) {
  EXPECT_THAT(NearestValidCodes("9I44O3OOI922O382I6", 1),
              ElementsAre("914403001922038216"));
  EXPECT_THAT(NearestValidCodes("91350100M00010OY43", 1),
              ElementsAre("91350100M000100Y43"));
}

TEST(NearestValidCodesTest, LookAlikesComeBeforeOtherCharacters) {
  // 8 read as B.
  EXPECT_THAT(NearestValidCodes("91440300192203B216", 1),
              ElementsAre("914403001922038216"));
  // X read as K.
  EXPECT_THAT(NearestValidCodes("9144030071526726KG", 1),
              ElementsAre("9144030071526726XG"));
}

TEST(NearestValidCodesTest, OneWrongCharacterLeadsBack) {
  for (const std::string real : kRealCodes) {
    for (std::size_t i = 0; i < real.size(); ++i) {
      for (const char c : {'0', '7', 'A', 'Y', 'O', '?'}) {
        std::string wrong = real;
        wrong[i] = c;
        if (wrong == real) continue;
        EXPECT_THAT(NearestValidCodes(wrong, kAll), Contains(real)) << wrong;
      }
    }
  }
}

TEST(NearestValidCodesTest, SwappedMissingAndSurplusCharactersLeadBack) {
  for (const std::string real : kRealCodes) {
    for (std::size_t i = 0; i < real.size(); ++i) {
      std::string shorter = real;
      shorter.erase(i, 1);
      EXPECT_THAT(NearestValidCodes(shorter, kAll), Contains(real)) << shorter;
      std::string longer = real;
      longer.insert(i, 1, '7');
      EXPECT_THAT(NearestValidCodes(longer, kAll), Contains(real)) << longer;
      std::string swapped = real;
      if (i == 0 || real[i] == real[i - 1]) continue;
      std::swap(swapped[i], swapped[i - 1]);
      EXPECT_THAT(NearestValidCodes(swapped, kAll), Contains(real)) << swapped;
    }
  }
}

TEST(NearestValidCodesTest, BytesThatAreNotACodeAtAll) {
  EXPECT_THAT(NearestValidCodes("91440300192203821中", kAll),
              Contains("914403001922038216"));
  EXPECT_THAT(NearestValidCodes("\xFF"
                                "14403001922038216",
                                kAll),
              Contains("914403001922038216"));
}

TEST(NearestValidCodesTest, AllPassBothChecksAndNoneTwice) {
  const std::vector<std::string> codes =
      NearestValidCodes("914403001922038226", kAll);
  EXPECT_THAT(codes, Contains("914403001922038216"));
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const CodeCheck check = CheckCode(codes[i]);
    EXPECT_EQ(check.error, CodeError::kNone);
    EXPECT_EQ(check.warnings & kBadOrgCheck, 0);
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(codes[i], codes[j]);
  }
}

TEST(NearestValidCodesTest, ACodeThatFailsOnlyTheInnerCheckHasNeighbours) {
  EXPECT_THAT(NearestValidCodes("914403001922038229", kAll), SizeIs(Le(20)));
}

TEST(NearestValidCodesTest, RespectsTheLimitAndTheOrder) {
  const std::vector<std::string> all =
      NearestValidCodes("914403001922O8216", kAll);
  const std::vector<std::string> five = NearestValidCodes("914403001922O8216");
  EXPECT_THAT(five, SizeIs(Le(5)));
  for (std::size_t i = 0; i < five.size(); ++i) EXPECT_EQ(five[i], all[i]);
  EXPECT_THAT(NearestValidCodes("914403001922038226", 0), IsEmpty());
}

TEST(NearestValidCodesTest, NothingToRepairOrNothingLikeACode) {
  EXPECT_THAT(NearestValidCodes("914403001922038216"), IsEmpty());
  EXPECT_THAT(NearestValidCodes("00000000000000000X"), IsEmpty());
  EXPECT_THAT(NearestValidCodes(""), IsEmpty());
  EXPECT_THAT(NearestValidCodes("无"), IsEmpty());
  EXPECT_THAT(NearestValidCodes("440301103097413"), IsEmpty());
  EXPECT_THAT(NearestValidCodes(std::string(1 << 20, '9')), IsEmpty());
}

}  // namespace
}  // namespace creditreg
