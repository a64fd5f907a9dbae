#include "index/base/civil_day.h"

#include <string>

#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

// Stored on disk as they are: a change here is a change of the format.
TEST(CivilDayTest, StoredNumbersArePinned) {
  EXPECT_EQ(CivilDay::Unknown().days(), -2147483647 - 1);
  EXPECT_EQ(CivilDay::OpenEnded().days(), 2147483647);
  EXPECT_EQ(CivilDay::FromYmd(1970, 1, 1)->days(), 0);
  EXPECT_EQ(CivilDay::FromYmd(2026, 11, 24)->days(), 20781);
  EXPECT_EQ(CivilDay::FromYmd(1900, 1, 1)->days(), -25567);
  EXPECT_EQ(CivilDay::FromYmd(2099, 12, 30)->days(), 47480);
}

TEST(CivilDayTest, DefaultIsUnknown) {
  EXPECT_EQ(CivilDay(), CivilDay::Unknown());
}

TEST(CivilDayTest, UnknownSortsFirstAndOpenEndedLast) {
  const CivilDay first = *CivilDay::FromYmd(1900, 1, 1);
  const CivilDay last = *CivilDay::FromYmd(2099, 12, 30);
  EXPECT_LT(CivilDay::Unknown(), first);
  EXPECT_LT(first, last);
  EXPECT_LT(last, CivilDay::OpenEnded());
}

TEST(CivilDayTest, EveryDayOfTheRangeSurvivesItsText) {
  std::string previous;
  for (CivilDay day = *CivilDay::FromYmd(1900, 1, 1); day.is_date();
       day = day.PlusDays(1)) {
    const std::string text = day.ToIso();
    EXPECT_LT(previous, text);
    EXPECT_THAT(CivilDay::ParseIso(text), IsOkAndHolds(day));
    previous = text;
  }
  EXPECT_EQ(previous, "2099-12-30");
}

TEST(CivilDayTest, TextAtTheEdges) {
  EXPECT_THAT(CivilDay::ParseIso(""), IsOkAndHolds(CivilDay::Unknown()));
  EXPECT_THAT(CivilDay::ParseIso("2099-12-31"),
              IsOkAndHolds(CivilDay::OpenEnded()));
  EXPECT_EQ(CivilDay::Unknown().ToIso(), "");
  EXPECT_EQ(CivilDay::OpenEnded().ToIso(), "2099-12-31");
}

TEST(CivilDayTest, OtherFormsAreRefusedWithoutRepeatingThem) {
  for (const char* text : {"2026-1-5", "2026/01/05", "20260105", "2026-01-05 ",
                           " 2026-01-05", "2026-01-05T00:00:00", "+026-01-05",
                           "2026-0a-05", "-", "２０２６-01"}) {
    EXPECT_THAT(CivilDay::ParseIso(text),
                StatusIs(kInvalid, AllOf(HasSubstr("YYYY-MM-DD"),
                                         Not(HasSubstr("2026")))))
        << text;
  }
}

TEST(CivilDayTest, DaysThatDoNotExistAreRefused) {
  for (const char* text :
       {"2026-02-29", "1900-02-29", "2026-04-31", "2026-13-01", "2026-00-10",
        "2026-01-00", "2026-01-32"}) {
    EXPECT_THAT(CivilDay::ParseIso(text),
                StatusIs(kInvalid, HasSubstr("no such day")))
        << text;
  }
  EXPECT_THAT(CivilDay::ParseIso("2000-02-29"), IsOk());
}

TEST(CivilDayTest, YearsOutsideTheRangeAreRefused) {
  for (const int year : {-1, 0, 1899, 2100, 9999, 2147483647}) {
    EXPECT_THAT(CivilDay::FromYmd(year, 1, 1),
                StatusIs(kInvalid, HasSubstr("1900..2099")))
        << year;
  }
}

TEST(CivilDayTest, CivilIsNothingForWhatIsNotADay) {
  EXPECT_EQ(CivilDay::Unknown().civil(), std::nullopt);
  EXPECT_EQ(CivilDay::OpenEnded().civil(), std::nullopt);
  EXPECT_EQ(CivilDay::FromYmd(2024, 2, 29)->civil(),
            absl::CivilDay(2024, 2, 29));
}

TEST(CivilDayTest, PlusDaysStaysInsideTheRange) {
  const CivilDay day = *CivilDay::FromYmd(2024, 2, 28);
  EXPECT_EQ(day.PlusDays(2).ToIso(), "2024-03-01");
  EXPECT_EQ(day.PlusDays(-28).ToIso(), "2024-01-31");
  EXPECT_EQ(day.PlusDays(2147483647), CivilDay::OpenEnded());
  EXPECT_EQ(day.PlusDays(-2147483647 - 1).ToIso(), "1900-01-01");
  EXPECT_EQ(CivilDay::FromYmd(2099, 12, 30)->PlusDays(1),
            CivilDay::OpenEnded());
  EXPECT_EQ(CivilDay::Unknown().PlusDays(5), CivilDay::Unknown());
  EXPECT_EQ(CivilDay::OpenEnded().PlusDays(-5), CivilDay::OpenEnded());
}

TEST(ChinaDayTest, ChangesAtSixteenHoursUtc) {
  const absl::Time midnight = absl::FromCivil(
      absl::CivilSecond(2026, 11, 23, 16, 0, 0), absl::UTCTimeZone());
  EXPECT_EQ(ChinaDay(midnight).ToIso(), "2026-11-24");
  EXPECT_EQ(ChinaDay(midnight - absl::Nanoseconds(1)).ToIso(), "2026-11-23");
}

// China had summer time then; the registry's day does not follow it.
TEST(ChinaDayTest, HasNoSummerTime) {
  const absl::Time time = absl::FromCivil(
      absl::CivilSecond(1988, 7, 1, 15, 30, 0), absl::UTCTimeZone());
  EXPECT_EQ(ChinaDay(time).ToIso(), "1988-07-01");
}

TEST(ChinaDayTest, TimesOutsideTheRangeGiveTheNearestValue) {
  EXPECT_EQ(ChinaDay(absl::InfiniteFuture()), CivilDay::OpenEnded());
  EXPECT_EQ(ChinaDay(absl::InfinitePast()).ToIso(), "1900-01-01");
}

}  // namespace
}  // namespace creditreg
