#include "client/cli/progress.h"

#include <algorithm>
#include <cstdio>
#include <string>

#include "client/cli/display_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"

namespace creditreg::cli {
namespace {

ProgressFigures Halfway() {
  ProgressFigures figures;
  figures.label = "导入";
  figures.rows = 12345;
  figures.bytes_done = 500;
  figures.bytes_total = 1000;
  figures.elapsed = absl::Seconds(100);
  return figures;
}

std::string Written(std::FILE* file) {
  std::string text(4096, '\0');
  std::rewind(file);
  text.resize(std::fread(text.data(), 1, text.size(), file));
  return text;
}

TEST(ProgressLineTest, ShowsBarRateAndTimeLeft) {
  EXPECT_EQ(
      ProgressLine(Lang::kZh, Halfway(), 80),
      "导入 [##########----------]  50%  12,345 行  123 行/秒  剩余 01:40");
  EXPECT_EQ(ProgressLine(Lang::kEn, Halfway(), 80),
            "导入 [##########----------]  50%  12,345 rows  123 rows/s  01:40 "
            "left");
}

TEST(ProgressLineTest, RowsOfAnEarlierRunDoNotCountAsFast) {
  ProgressFigures figures = Halfway();
  figures.rows_before = 12245;
  figures.bytes_before = 400;
  EXPECT_EQ(ProgressLine(Lang::kZh, figures, 80),
            "导入 [##########----------]  50%  12,345 行  1 行/秒  剩余 08:20");
}

TEST(ProgressLineTest, NeverWiderThanTheTerminal) {
  EXPECT_LE(DisplayWidth(ProgressLine(Lang::kZh, Halfway(), 39)), 39);
}

TEST(ProgressLineTest, UnknownTotalHasNoBar) {
  ProgressFigures figures = Halfway();
  figures.bytes_total = 0;
  EXPECT_EQ(ProgressLine(Lang::kZh, figures, 80), "导入  12,345 行  123 行/秒");
}

TEST(ProgressTest, ATerminalLineIsRewrittenAndClearedAtTheEnd) {
  FakeClock clock;
  std::FILE* const file = std::tmpfile();
  {
    Progress progress(file, Progress::Style::kTerminal, Lang::kEn, 80, &clock);
    progress.Update(Halfway());
    progress.Update(Halfway());  // Too soon.
    clock.Advance(absl::Seconds(1));
    progress.Update(Halfway());
  }
  const std::string text = Written(file);
  std::fclose(file);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\r'), 3);
  EXPECT_THAT(text, ::testing::EndsWith("\r\x1b[K"));
}

TEST(ProgressTest, ALogGetsALineEveryFiveSeconds) {
  FakeClock clock;
  std::FILE* const file = std::tmpfile();
  {
    Progress progress(file, Progress::Style::kLines, Lang::kEn, 80, &clock);
    for (int i = 0; i < 11; ++i) {
      progress.Update(Halfway());
      clock.Advance(absl::Seconds(1));
    }
  }
  const std::string text = Written(file);
  std::fclose(file);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace creditreg::cli
