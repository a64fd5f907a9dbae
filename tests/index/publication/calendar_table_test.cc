#include "index/publication/calendar_table.h"

#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/base/civil_day.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
constexpr char kShipped[] =
    CREDITREG_SOURCE_DIR "/conf/publication/calendar.textproto";

CivilDay Day(absl::string_view iso) { return *CivilDay::ParseIso(iso); }

WorkCalendar Shipped() {
  std::ifstream file(kShipped, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)),
                         std::istreambuf_iterator<char>());
  auto calendar = ParseWorkCalendar(text, "calendar.textproto");
  EXPECT_THAT(calendar, IsOk());
  return calendar.value_or(WorkCalendar());
}

// --- the shipped table -------------------------------------------------------

TEST(ShippedCalendarTest, CoversEveryYearFrom2015To2026) {
  const WorkCalendar calendar = Shipped();
  EXPECT_FALSE(calendar.Covers(Day("2014-12-31")));
  EXPECT_TRUE(calendar.Covers(Day("2015-01-01")));
  EXPECT_TRUE(calendar.Covers(Day("2026-12-31")));
  EXPECT_FALSE(calendar.Covers(Day("2027-01-01")));
}

// What the notices say, written down here again: of each year the days that a
// table made from half of its notices would have wrong.
TEST(ShippedCalendarTest, DaysAsTheNoticesOrderThem) {
  const WorkCalendar calendar = Shipped();
  const std::pair<const char*, bool> days[] = {
      // 2015: the parade of 3 September, ordered in May.
      {"2015-09-02", true},
      {"2015-09-03", false},
      {"2015-09-04", false},
      {"2015-09-05", false},
      {"2015-09-06", true},
      {"2015-01-02", false},
      {"2015-01-04", true},
      {"2015-06-22", false},
      {"2016-05-02", false},
      {"2016-10-08", true},
      {"2016-10-09", true},
      {"2017-01-02", false},
      {"2017-10-04", false},
      {"2017-09-30", true},
      // 2018: its last days by the notice for 2019.
      {"2018-12-29", true},
      {"2018-12-30", false},
      {"2018-12-31", false},
      {"2019-01-01", false},
      {"2019-01-02", true},
      // 2019: Labour Day, made longer in March.
      {"2019-04-28", true},
      {"2019-05-01", false},
      {"2019-05-02", false},
      {"2019-05-03", false},
      {"2019-05-05", true},
      {"2019-05-06", true},
      // 2020: Spring Festival, made longer while it lasted. Saturday 1 February
      // was to be worked first.
      {"2020-01-19", true},
      {"2020-01-23", true},
      {"2020-01-30", false},
      {"2020-01-31", false},
      {"2020-02-01", false},
      {"2020-02-02", false},
      {"2020-02-03", true},
      {"2020-10-08", false},
      {"2021-02-20", true},
      {"2021-09-20", false},
      {"2022-12-30", true},
      {"2022-12-31", false},
      {"2023-01-02", false},
      {"2023-01-03", true},
      {"2023-10-06", false},
      {"2023-10-07", true},
      {"2024-02-09", true},
      {"2024-02-18", true},
      {"2024-05-11", true},
      {"2024-09-14", true},
      {"2024-10-12", true},
      {"2025-01-01", false},
      {"2025-01-02", true},
      {"2025-01-26", true},
      {"2025-02-08", true},
      {"2025-10-08", false},
      {"2025-10-11", true},
      {"2026-01-02", false},
      {"2026-01-04", true},
      {"2026-02-14", true},
      {"2026-02-16", false},
      {"2026-02-23", false},
      {"2026-02-28", true},
      {"2026-05-09", true},
      {"2026-09-20", true},
      {"2026-09-25", false},
      {"2026-10-07", false},
      {"2026-10-08", true},
      {"2026-10-10", true},
  };
  for (const auto& [day, worked] : days) {
    EXPECT_EQ(calendar.IsWorkingDay(Day(day)), worked) << day;
  }
}

// A year has its weekdays less the statutory holidays: those on weekends are
// given back on weekdays, and every other day moved is worked another day.
TEST(ShippedCalendarTest, EveryYearHasItsWeekdaysLessItsHolidays) {
  struct YearCase {
    int year;
    int working_days;
    int holidays;
  };
  const WorkCalendar calendar = Shipped();
  for (const YearCase& c : {
           YearCase{2015, 249, 12},  // and 3 September
           YearCase{2016, 250, 11},
           YearCase{2017, 249, 11},
           YearCase{2018, 250, 11},
           YearCase{2019, 250, 11},
           // 31 January was given, and 1 February not worked.
           YearCase{2020, 249, 13},
           YearCase{2021, 250, 11},
           YearCase{2022, 249, 11},
           YearCase{2023, 249, 11},
           YearCase{2024, 251, 11},
           // Two more holidays by the law as revised in November 2024.
           YearCase{2025, 248, 13},
           YearCase{2026, 248, 13},
       }) {
    const CivilDay before = Day(absl::StrCat(c.year - 1, "-12-31"));
    const CivilDay last = Day(absl::StrCat(c.year, "-12-31"));
    EXPECT_EQ(calendar.WorkingDaysBetween(before, last).days, c.working_days)
        << c.year;
    EXPECT_EQ(WorkCalendar().WorkingDaysBetween(before, last).days,
              c.working_days + c.holidays)
        << c.year;
    EXPECT_FALSE(calendar.WorkingDaysBetween(before, last).estimated) << c.year;
  }
}

TEST(ShippedCalendarTest, SevenWorkingDaysOverTheLongHolidays) {
  const WorkCalendar calendar = Shipped();
  const std::pair<const char*, const char*> cases[] = {
      {"2020-01-20", "2020-02-06"}, {"2025-01-24", "2025-02-10"},
      {"2025-09-26", "2025-10-13"}, {"2026-02-12", "2026-02-28"},
      {"2026-09-28", "2026-10-13"}, {"2018-12-27", "2019-01-08"},
  };
  for (const auto& [start, last] : cases) {
    const WorkingDayAnswer got = calendar.AddWorkingDays(Day(start), 7);
    EXPECT_EQ(got.day.ToIso(), last) << start;
    EXPECT_FALSE(got.estimated) << start;
  }
  EXPECT_TRUE(calendar.AddWorkingDays(Day("2026-12-25"), 7).estimated);
}

// --- reading -----------------------------------------------------------------

TEST(CalendarTableTest, OneDayNeedsNoEnd) {
  const auto calendar = ParseWorkCalendar(R"(
    version: 1
    years {
      year: 2026 sources: "s"
      days_off { from: "2026-10-08" name: "n" }
      days_off { from: "2026-10-12" to: "2026-10-13" name: "n" }
      working_weekends: "2026-10-10"
    })",
                                          "t");
  ASSERT_THAT(calendar, IsOk());
  EXPECT_FALSE(calendar->IsWorkingDay(Day("2026-10-08")));
  EXPECT_TRUE(calendar->IsWorkingDay(Day("2026-10-09")));
  EXPECT_TRUE(calendar->IsWorkingDay(Day("2026-10-10")));
  EXPECT_FALSE(calendar->IsWorkingDay(Day("2026-10-13")));
  EXPECT_TRUE(calendar->IsWorkingDay(Day("2026-10-14")));
}

TEST(CalendarTableTest, WhatCannotBeReadIsRefusedWithItsPlace) {
  const std::pair<const char*, const char*> cases[] = {
      {"version: 1\nyears { yaer: 2026 }", "line 2, column 13"},
      {"version: 1 years { year: x }", "line 1, column 26"},
      {"", "calendar: version 0, want 1"},
      {"version: 1", "calendar: no year"},
      {"version: 1 years { year: 2026 }", "calendar of 2026: no source"},
      {"version: 1 years { sources: 's' }", "calendar of 0: want a year"},
      {"version: 1 years { year: 2026 sources: 's' days_off { name: 'n' } }",
       "calendar of 2026: days_off 1.from: want a date"},
      {"version: 1 years { year: 2026 sources: 's' "
       "days_off { from: '2026-1-1' name: 'n' } }",
       "days_off 1.from: date: wrong form, want YYYY-MM-DD"},
      {"version: 1 years { year: 2026 sources: 's' "
       "days_off { from: '2026-01-01' to: '2026-01-32' name: 'n' } }",
       "days_off 1.to: date: no such day"},
      {"version: 1 years { year: 2026 sources: 's' "
       "days_off { from: '2026-01-01' } }",
       "days_off 1: no name"},
      {"version: 1 years { year: 2026 sources: 's' working_weekends: '' }",
       "working_weekends 1: want a date"},
      {"version: 1 years { year: 2026 sources: 's' "
       "working_weekends: '2026-10-10' working_weekends: '2026-10-9' }",
       "working_weekends 2: date: wrong form"},
      // What the calendar itself refuses comes through.
      {"version: 1 years { year: 2026 sources: 's' "
       "working_weekends: '2026-10-09' }",
       "calendar of 2026: working weekend day 2026-10-09 is neither"},
      {"version: 1 years { year: 2026 sources: 's' } "
       "years { year: 2026 sources: 's' }",
       "calendar of 2026: the year stands twice"},
  };
  for (const auto& [text, want] : cases) {
    const auto calendar = ParseWorkCalendar(text, "FILE");
    EXPECT_THAT(calendar, StatusIs(kInvalid, HasSubstr(want))) << text;
    EXPECT_THAT(calendar, StatusIs(kInvalid, StartsWith("FILE: "))) << text;
  }
}

}  // namespace
}  // namespace creditreg
