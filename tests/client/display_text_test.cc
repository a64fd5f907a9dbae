#include "client/cli/display_text.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace creditreg::cli {
namespace {

using ::testing::ElementsAre;

TEST(DisplayWidthTest, ChineseAndFullWidthTakeTwoColumns) {
  EXPECT_EQ(DisplayWidth("abc"), 3);
  EXPECT_EQ(DisplayWidth("深圳"), 4);
  EXPECT_EQ(DisplayWidth("ＡＢ（）"), 8);
  EXPECT_EQ(DisplayWidth("ｱ"), 1) << "half-width katakana";
  EXPECT_EQ(DisplayWidth("𠮷"), 2) << "outside the first plane";
  EXPECT_EQ(DisplayWidth(""), 0);
}

TEST(DisplayWidthTest, CombiningMarksTakeNone) {
  EXPECT_EQ(DisplayWidth("e\u0301"), 1);
  EXPECT_EQ(DisplayWidth("深\u0301"), 2);
}

TEST(NeutraliseTest, EscapesNeverReachTheTerminal) {
  EXPECT_EQ(Neutralise("a\x1b[2Jb"), "a\\x1b[2Jb");
  EXPECT_EQ(Neutralise("\x07\x7f"), "\\x07\\x7f");
  EXPECT_EQ(Neutralise("\u009b31m"), "\\x9b31m") << "C1 introducer";
  EXPECT_EQ(Neutralise("x\u202ey\u2066z\u200b"), "x\\u202ey\\u2066z\\u200b");
  EXPECT_EQ(Neutralise(absl::string_view("a\0b", 3)), "a\\x00b");
}

TEST(NeutraliseTest, BreaksBecomeOneSpace) {
  EXPECT_EQ(Neutralise("一\r\n二\t三\u2028四"), "一 二 三 四");
}

TEST(NeutraliseTest, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_EQ(Neutralise("a\xff\xc3(b"), "a\uFFFD\uFFFD(b");
  EXPECT_EQ(Neutralise("\xe6\xb7"), "\uFFFD") << "cut character";
}

TEST(NeutraliseTest, OrdinaryTextStaysAsItIs) {
  const absl::string_view text = "深圳市“〇”有限公司（①）𠮷 ABC-1";
  EXPECT_EQ(Neutralise(text), text);
}

TEST(CutToWidthTest, CutsBetweenCharactersAndSaysSo) {
  EXPECT_EQ(CutToWidth("深圳市公司", 10), "深圳市公司");
  EXPECT_EQ(CutToWidth("深圳市公司", 9), "深圳市公…");
  EXPECT_EQ(CutToWidth("深圳市公司", 8), "深圳市…")
      << "half a character is none";
  EXPECT_EQ(CutToWidth("ab", 1), "…");
}

TEST(WrapToWidthTest, BreaksAnywhereBetweenChineseCharacters) {
  EXPECT_THAT(WrapToWidth("深圳市公司", 5), ElementsAre("深圳", "市公", "司"));
}

TEST(WrapToWidthTest, PrefersSpaces) {
  EXPECT_THAT(WrapToWidth("alpha beta gamma", 11),
              ElementsAre("alpha beta", "gamma"));
}

TEST(WrapToWidthTest, EmptyTextIsOneLine) {
  EXPECT_THAT(WrapToWidth("", 10), ElementsAre(""));
}

TEST(PadToWidthTest, CountsColumnsNotBytes) {
  EXPECT_EQ(PadToWidth("深", 4, Align::kLeft), "深  ");
  EXPECT_EQ(PadToWidth("深", 4, Align::kRight), "  深");
  EXPECT_EQ(PadToWidth("深圳市", 4, Align::kLeft), "深圳市");
}

}  // namespace
}  // namespace creditreg::cli
