#include "server/wire/text_rules.h"

#include <cstdint>
#include <random>
#include <string>

#include "gtest/gtest.h"
#include "index/model/personal_numbers.h"

namespace creditreg {
namespace {

TEST(TextRulesTest, TheCheapTestNeverMissesAPersonalNumber) {
  // Texts made of what numbers are made of, so that many hold one.
  constexpr const char* kPieces[] = {
      "1",        "3",   "8",    "0",    "4",           "9",
      "７",       "０",  "-",    "－",   " ",           "　",
      "X",        "E",   "H",    "示",   "，",          ",",
      "138",      "44",  "1970", "0101", "13800138000", "44999919700101888X",
      "E1234567", "6222"};
  constexpr std::uint32_t kSeed = 20260101;
  SCOPED_TRACE(kSeed);
  std::mt19937 random(kSeed);
  int with_number = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    const int pieces = static_cast<int>(random() % 16);
    for (int k = 0; k < pieces; ++k) {
      text += kPieces[random() % std::size(kPieces)];
    }
    if (FindPersonalNumbers(text).empty()) continue;
    ++with_number;
    EXPECT_TRUE(MayHoldPersonalNumber(text)) << text;
  }
  EXPECT_GT(with_number, 1000);
  EXPECT_FALSE(MayHoldPersonalNumber("罚款人民币123456元，共98件"));
}

TEST(TextRulesTest, BlanksOfEveryKindGoFromTheEnds) {
  EXPECT_EQ(TrimBlanks("　\xEF\xBB\xBF a 示\u00A0\n"), "a 示");
  EXPECT_EQ(TrimBlanks(" \t　"), "");
  EXPECT_EQ(TrimBlanks("示"), "示");
}

TEST(TextRulesTest, AnOriginalReplacesTheOlderOne) {
  storage::v1::PersonalFields personal;
  KeepOriginal("record.penalty.facts", "一", personal);
  KeepOriginal("record.penalty.remark", "二", personal);
  KeepOriginal("record.penalty.facts", "三", personal);
  ASSERT_EQ(personal.originals_size(), 2);
  EXPECT_EQ(personal.originals(0).field(), "penalty.facts");
  EXPECT_EQ(personal.originals(0).text(), "三");
}

TEST(TextRulesTest, PathsWithoutKeys) {
  EXPECT_EQ(WithoutKeys("record.documents[12].title"),
            "record.documents.title");
  EXPECT_EQ(WithoutKeys("enterprise.old_numbers[TAX]"),
            "enterprise.old_numbers");
}

}  // namespace
}  // namespace creditreg
