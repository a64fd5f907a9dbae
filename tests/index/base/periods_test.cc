#include "index/base/periods.h"

#include <cstdint>
#include <limits>
#include <random>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "gtest/gtest.h"
#include "tests/testing/long_run.h"

namespace creditreg {
namespace {

CivilDay Day(absl::string_view iso) { return *CivilDay::ParseIso(iso); }

struct MonthsCase {
  const char* from;
  int months;
  const char* want;
};

TEST(PeriodsTest, EndOnTheDayOfTheSameNumberOrTheLastOfTheMonth) {
  for (const MonthsCase& c : {
           MonthsCase{"2026-01-15", 3, "2026-04-15"},
           MonthsCase{"2026-01-15", 12, "2027-01-15"},
           MonthsCase{"2026-01-15", 36, "2029-01-15"},
           MonthsCase{"2026-01-15", 0, "2026-01-15"},
           // Six months from the last of August, in a common and a leap year.
           MonthsCase{"2026-08-31", 6, "2027-02-28"},
           MonthsCase{"2027-08-31", 6, "2028-02-29"},
           MonthsCase{"2026-08-30", 6, "2027-02-28"},
           MonthsCase{"2026-08-29", 6, "2027-02-28"},
           MonthsCase{"2026-08-28", 6, "2027-02-28"},
           MonthsCase{"2027-08-29", 6, "2028-02-29"},
           // The last of a short month is not the last of a long one.
           MonthsCase{"2027-02-28", 6, "2027-08-28"},
           MonthsCase{"2026-04-30", 1, "2026-05-30"},
           MonthsCase{"2026-03-31", 1, "2026-04-30"},
           MonthsCase{"2026-10-31", 3, "2027-01-31"},
           // From and to a leap day; 2100 would have none.
           MonthsCase{"2028-02-29", 12, "2029-02-28"},
           MonthsCase{"2028-02-29", 48, "2032-02-29"},
           MonthsCase{"2024-02-29", 36, "2027-02-28"},
           MonthsCase{"1999-12-31", 2, "2000-02-29"},
           // Over the end of a year, either way.
           MonthsCase{"2026-12-31", 2, "2027-02-28"},
           MonthsCase{"2026-12-01", 1, "2027-01-01"},
           MonthsCase{"2027-01-31", -2, "2026-11-30"},
           MonthsCase{"2027-01-31", -1, "2026-12-31"},
           MonthsCase{"2028-03-31", -1, "2028-02-29"},
       }) {
    const CivilDay from = Day(c.from);
    EXPECT_EQ(PlusMonths(from, c.months).ToIso(), c.want)
        << c.from << " + " << c.months << " months";
    if (c.months >= 0) {
      EXPECT_EQ(LastDayOfPeriod(from, c.months).ToIso(), c.want) << c.from;
    }
  }
}

TEST(PeriodsTest, WhatIsNoDayStaysWhatItIs) {
  EXPECT_EQ(PlusMonths(CivilDay::Unknown(), 3), CivilDay::Unknown());
  EXPECT_EQ(PlusMonths(CivilDay::OpenEnded(), -3), CivilDay::OpenEnded());
  EXPECT_EQ(HiddenFrom(CivilDay::Unknown()), CivilDay::Unknown());
  EXPECT_EQ(HiddenFrom(CivilDay::OpenEnded()), CivilDay::OpenEnded());
}

TEST(PeriodsTest, StayInsideTheRange) {
  EXPECT_EQ(PlusMonths(Day("2099-11-30"), 1), Day("2099-12-30"));
  EXPECT_EQ(PlusMonths(Day("2099-10-31"), 2), CivilDay::OpenEnded());
  EXPECT_EQ(PlusMonths(Day("2099-12-01"), 1), CivilDay::OpenEnded());
  EXPECT_EQ(PlusMonths(Day("2026-01-01"), std::numeric_limits<int>::max()),
            CivilDay::OpenEnded());
  EXPECT_EQ(PlusMonths(Day("1900-01-31"), -1), Day("1900-01-01"));
  EXPECT_EQ(PlusMonths(Day("2026-01-01"), std::numeric_limits<int>::min()),
            Day("1900-01-01"));
  EXPECT_EQ(HiddenFrom(Day("2099-12-30")), CivilDay::OpenEnded());
}

TEST(PeriodsTest, HiddenTheDayAfterTheLast) {
  EXPECT_EQ(HiddenFrom(Day("2026-04-15")).ToIso(), "2026-04-16");
  EXPECT_EQ(HiddenFrom(Day("2026-12-31")).ToIso(), "2027-01-01");
  EXPECT_EQ(HiddenFrom(LastDayOfPeriod(Day("2027-08-31"), 6)).ToIso(),
            "2028-03-01");
  EXPECT_EQ(HiddenFrom(LastDayOfPeriod(Day("2026-08-31"), 6)).ToIso(),
            "2027-03-01");
}

// One month after another is where every longer period begins from.
TEST(PeriodsTest, RandomPeriodsKeepTheNumberWhereTheMonthHasIt) {
  const LongRun run;
  std::mt19937_64 random(run.seed());
  for (int i = 0; i < 20000; ++i) {
    const CivilDay from =
        Day("1950-01-01").PlusDays(static_cast<std::int32_t>(random() % 40000));
    const int months = static_cast<int>(random() % 480);
    const CivilDay to = PlusMonths(from, months);
    const absl::CivilDay f = *from.civil();
    const absl::CivilDay t = *to.civil();
    ASSERT_EQ((t.year() - f.year()) * 12 + t.month() - f.month(), months)
        << from << " + " << months;
    if (t.day() != f.day()) {
      ASSERT_LT(t.day(), f.day()) << from << " + " << months;
      ASSERT_NE((t + 1).month(), t.month()) << from << " + " << months;
    }
    // A later day never ends earlier.
    ASSERT_LE(to, PlusMonths(from.PlusDays(1), months))
        << from << " + " << months;
  }
}

}  // namespace
}  // namespace creditreg
