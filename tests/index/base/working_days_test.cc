// The days of 2025 and 2026 are those of the State Council's notices
// (国办发明电〔2024〕12号 and 〔2025〕7号), written down here again.

#include "index/base/working_days.h"

#include <cstdint>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/long_run.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

CivilDay Day(absl::string_view iso) { return *CivilDay::ParseIso(iso); }

DaySpan Span(absl::string_view from, absl::string_view to) {
  return {Day(from), Day(to)};
}

// Without a holiday.
CalendarYear Plain(int year) { return {year, {}, {}}; }

CalendarYear Year2025() {
  return {2025,
          {Span("2025-01-01", "2025-01-01"), Span("2025-01-28", "2025-02-04"),
           Span("2025-04-04", "2025-04-06"), Span("2025-05-01", "2025-05-05"),
           Span("2025-05-31", "2025-06-02"), Span("2025-10-01", "2025-10-08")},
          {Day("2025-01-26"), Day("2025-02-08"), Day("2025-04-27"),
           Day("2025-09-28"), Day("2025-10-11")}};
}

CalendarYear Year2026() {
  return {2026,
          {Span("2026-01-01", "2026-01-03"), Span("2026-02-15", "2026-02-23"),
           Span("2026-04-04", "2026-04-06"), Span("2026-05-01", "2026-05-05"),
           Span("2026-06-19", "2026-06-21"), Span("2026-09-25", "2026-09-27"),
           Span("2026-10-01", "2026-10-07")},
          {Day("2026-01-04"), Day("2026-02-14"), Day("2026-02-28"),
           Day("2026-05-09"), Day("2026-09-20"), Day("2026-10-10")}};
}

WorkCalendar TwoYears() {
  return *WorkCalendar::FromYears({Year2026(), Year2025()});
}

TEST(WorkCalendarTest, DaysAroundHolidaysAndWorkedWeekends) {
  const WorkCalendar calendar = TwoYears();
  const std::pair<const char*, bool> days[] = {
      // The first day of the table, a Wednesday.
      {"2025-01-01", false},
      {"2025-01-02", true},
      // Spring Festival 2025: the Sunday before is worked, Monday too.
      {"2025-01-25", false},
      {"2025-01-26", true},
      {"2025-01-27", true},
      {"2025-01-28", false},
      {"2025-02-04", false},
      {"2025-02-05", true},
      {"2025-02-08", true},
      {"2025-02-09", false},
      {"2025-04-27", true},
      {"2025-05-05", false},
      {"2025-05-06", true},
      {"2025-06-02", false},
      {"2025-06-03", true},
      {"2025-09-27", false},
      {"2025-09-28", true},
      {"2025-09-30", true},
      {"2025-10-01", false},
      {"2025-10-08", false},
      {"2025-10-09", true},
      {"2025-10-11", true},
      {"2025-10-12", false},
      {"2025-12-31", true},
      // New Year 2026: Friday is off for Sunday.
      {"2026-01-01", false},
      {"2026-01-02", false},
      {"2026-01-03", false},
      {"2026-01-04", true},
      {"2026-01-05", true},
      {"2026-02-13", true},
      {"2026-02-14", true},
      {"2026-02-15", false},
      {"2026-02-23", false},
      {"2026-02-24", true},
      {"2026-02-28", true},
      {"2026-03-01", false},
      {"2026-05-09", true},
      {"2026-05-10", false},
      {"2026-06-18", true},
      {"2026-06-19", false},
      {"2026-09-19", false},
      {"2026-09-20", true},
      {"2026-09-25", false},
      {"2026-09-28", true},
      {"2026-10-07", false},
      {"2026-10-08", true},
      {"2026-10-10", true},
      {"2026-10-11", false},
      {"2026-12-31", true},
  };
  for (const auto& [day, worked] : days) {
    EXPECT_EQ(calendar.IsWorkingDay(Day(day)), worked) << day;
    EXPECT_TRUE(calendar.Covers(Day(day))) << day;
  }
}

struct AddCase {
  const char* start;
  int n;
  const char* want;
  bool estimated = false;
};

TEST(WorkCalendarTest, TheNthWorkingDayAfter) {
  const WorkCalendar calendar = TwoYears();
  for (const AddCase& c : {
           AddCase{"2026-03-02", 1, "2026-03-03"},
           AddCase{"2026-03-02", 7, "2026-03-11"},
           AddCase{"2026-03-06", 1, "2026-03-09"},
           // Begins on a day off: that makes no difference.
           AddCase{"2026-03-07", 1, "2026-03-09"},
           AddCase{"2026-03-08", 1, "2026-03-09"},
           AddCase{"2026-03-07", 0, "2026-03-07"},
           // Seven over Spring Festival 2026: 13, 14 (worked), 24 to 28
           // (Saturday, worked).
           AddCase{"2026-02-12", 7, "2026-02-28"},
           AddCase{"2026-02-12", 2, "2026-02-14"},
           AddCase{"2026-02-12", 3, "2026-02-24"},
           AddCase{"2026-02-13", 7, "2026-03-02"},
           AddCase{"2026-02-14", 7, "2026-03-03"},
           AddCase{"2026-02-18", 7, "2026-03-03"},
           // Over Mid-autumn, from before the worked Sunday.
           AddCase{"2026-09-17", 7, "2026-09-28"},
           // Over National Day 2026: 29, 30, 8, 9, 10 (worked), 12, 13.
           AddCase{"2026-09-28", 7, "2026-10-13"},
           AddCase{"2026-09-30", 3, "2026-10-10"},
           AddCase{"2026-09-30", 4, "2026-10-12"},
           // National Day and Mid-autumn 2025, eight days together.
           AddCase{"2025-09-30", 1, "2025-10-09"},
           AddCase{"2025-09-30", 3, "2025-10-11"},
           AddCase{"2025-09-30", 4, "2025-10-13"},
           // The end of a year.
           AddCase{"2025-12-31", 1, "2026-01-04"},
           AddCase{"2025-12-31", 2, "2026-01-05"},
           AddCase{"2025-12-30", 7, "2026-01-09"},
           // The end of the table: 2027-01-01 is taken for a working Friday.
           AddCase{"2026-12-22", 7, "2026-12-31"},
           AddCase{"2026-12-23", 7, "2027-01-01", true},
           AddCase{"2026-12-25", 7, "2027-01-05", true},
           AddCase{"2026-12-31", 0, "2026-12-31"},
           AddCase{"2030-05-01", 5, "2030-05-08", true},
           // Its beginning: the day it starts on is not judged.
           AddCase{"2024-12-31", 1, "2025-01-02"},
           AddCase{"2024-12-30", 1, "2024-12-31", true},
           AddCase{"2024-12-30", 2, "2025-01-02", true},
       }) {
    const WorkingDayAnswer got = calendar.AddWorkingDays(Day(c.start), c.n);
    EXPECT_EQ(got.day.ToIso(), c.want) << c.start << " + " << c.n;
    EXPECT_EQ(got.estimated, c.estimated) << c.start << " + " << c.n;
  }
}

struct BetweenCase {
  const char* from;
  const char* to;
  int want;
  bool estimated = false;
};

TEST(WorkCalendarTest, WorkingDaysBetween) {
  const WorkCalendar calendar = TwoYears();
  for (const BetweenCase& c : {
           BetweenCase{"2026-03-02", "2026-03-02", 0},
           BetweenCase{"2026-03-02", "2026-03-03", 1},
           BetweenCase{"2026-03-06", "2026-03-08", 0},
           BetweenCase{"2026-02-12", "2026-02-28", 7},
           BetweenCase{"2026-02-12", "2026-03-01", 7},
           BetweenCase{"2026-02-12", "2026-03-02", 8},
           BetweenCase{"2026-09-28", "2026-10-12", 6},
           BetweenCase{"2026-09-28", "2026-10-13", 7},
           // Backwards.
           BetweenCase{"2026-02-28", "2026-02-12", -7},
           // A whole year: weekdays less the 13 statutory holidays.
           BetweenCase{"2024-12-31", "2025-12-31", 248},
           BetweenCase{"2025-12-31", "2026-12-31", 248},
           // Past the table, and before it.
           BetweenCase{"2026-12-31", "2027-01-01", 1, true},
           BetweenCase{"2026-12-31", "2026-12-31", 0},
           BetweenCase{"2024-12-31", "2025-01-01", 0},
           BetweenCase{"2024-12-30", "2025-01-01", 1, true},
           BetweenCase{"2025-01-01", "2024-12-30", -1, true},
           BetweenCase{"2025-01-01", "2024-12-31", 0},
           BetweenCase{"2031-01-01", "2031-01-01", 0},
       }) {
    const WorkingDayCount got =
        calendar.WorkingDaysBetween(Day(c.from), Day(c.to));
    EXPECT_EQ(got.days, c.want) << c.from << " .. " << c.to;
    EXPECT_EQ(got.estimated, c.estimated) << c.from << " .. " << c.to;
  }
}

TEST(WorkCalendarTest, PeriodsThatMayNotEndOnADayOff) {
  const WorkCalendar calendar = TwoYears();
  for (const AddCase& c : {
           AddCase{"2026-03-02", 0, "2026-03-02"},
           AddCase{"2026-03-07", 0, "2026-03-09"},
           AddCase{"2026-02-14", 0, "2026-02-14"},
           AddCase{"2026-02-15", 0, "2026-02-24"},
           AddCase{"2026-02-23", 0, "2026-02-24"},
           AddCase{"2026-10-01", 0, "2026-10-08"},
           AddCase{"2026-12-31", 0, "2026-12-31"},
           AddCase{"2027-01-01", 0, "2027-01-01", true},
           AddCase{"2027-01-02", 0, "2027-01-04", true},
           AddCase{"2024-12-29", 0, "2024-12-30", true},
           AddCase{"2025-01-01", 0, "2025-01-02"},
       }) {
    const WorkingDayAnswer got = calendar.SameOrNextWorkingDay(Day(c.start));
    EXPECT_EQ(got.day.ToIso(), c.want) << c.start;
    EXPECT_EQ(got.estimated, c.estimated) << c.start;
  }
}

TEST(WorkCalendarTest, WithoutYearsMondayToFridayAndAlwaysEstimated) {
  for (const WorkCalendar& calendar :
       {WorkCalendar(), *WorkCalendar::FromYears({})}) {
    EXPECT_FALSE(calendar.Covers(Day("2026-10-01")));
    EXPECT_TRUE(calendar.IsWorkingDay(Day("2026-10-01")));
    EXPECT_FALSE(calendar.IsWorkingDay(Day("2026-10-10")));
    const WorkingDayAnswer got = calendar.AddWorkingDays(Day("2026-09-30"), 7);
    EXPECT_EQ(got.day.ToIso(), "2026-10-09");
    EXPECT_TRUE(got.estimated);
    EXPECT_TRUE(calendar.SameOrNextWorkingDay(Day("2026-09-30")).estimated);
    EXPECT_TRUE(
        calendar.WorkingDaysBetween(Day("2026-09-30"), Day("2026-10-01"))
            .estimated);
  }
}

TEST(WorkCalendarTest, WhatIsNoDayAndTheEndOfTheRange) {
  const WorkCalendar calendar = TwoYears();
  for (const CivilDay day : {CivilDay::Unknown(), CivilDay::OpenEnded()}) {
    EXPECT_FALSE(calendar.IsWorkingDay(day));
    EXPECT_FALSE(calendar.Covers(day));
    EXPECT_EQ(calendar.AddWorkingDays(day, 7).day, day);
    EXPECT_EQ(calendar.SameOrNextWorkingDay(day).day, day);
  }
  // 2099-12-30 is a Wednesday, the last day there is.
  EXPECT_EQ(calendar.AddWorkingDays(Day("2099-12-29"), 1).day,
            Day("2099-12-30"));
  EXPECT_EQ(calendar.AddWorkingDays(Day("2099-12-29"), 2).day,
            CivilDay::OpenEnded());
  EXPECT_EQ(calendar.AddWorkingDays(Day("2099-12-30"), 1).day,
            CivilDay::OpenEnded());
  const WorkingDayAnswer far = calendar.AddWorkingDays(
      Day("2026-01-01"), std::numeric_limits<int>::max());
  EXPECT_EQ(far.day, CivilDay::OpenEnded());
  EXPECT_TRUE(far.estimated);
}

TEST(WorkCalendarTest, ATableThatCannotBeMeantIsRefused) {
  struct Case {
    std::vector<CalendarYear> years;
    const char* want;
  };
  const CivilDay none = CivilDay::Unknown();
  const std::vector<Case> cases = {
      {{Plain(2026), Plain(2025), Plain(2026)}, "2026: the year stands twice"},
      {{Plain(2024), Plain(2026)}, "2025: the year is left out"},
      {{Plain(1899)}, "want a year from 1900 to 2099"},
      {{Plain(2100)}, "want a year from 1900 to 2099"},
      {{{2026, {Span("2027-01-01", "2027-01-01")}, {}}},
       "2026: 2027-01-01 is no day of it"},
      {{{2026, {Span("2025-12-31", "2026-01-01")}, {}}},
       "2026: 2025-12-31 is no day of it"},
      {{{2026, {Span("2026-12-31", "2027-01-01")}, {}}},
       "2026: 2027-01-01 is no day of it"},
      {{{2026, {}, {Day("2027-01-02")}}}, "2027-01-02 is no day of it"},
      {{{2026, {Span("2026-10-07", "2026-10-01")}, {}}},
       "days off end on 2026-10-01, before they begin"},
      {{{2026, {}, {Day("2026-10-09")}}},
       "2026-10-09 is neither Saturday nor Sunday"},
      // A holiday on a weekday cannot be worked either.
      {{{2026, {}, {Day("2026-10-01")}}},
       "2026-10-01 is neither Saturday nor Sunday"},
      {{{2026, {}, {Day("2026-10-10"), Day("2026-10-10")}}},
       "2026-10-10 is named twice"},
      {{{2026, {Span("2026-10-10", "2026-10-10")}, {Day("2026-10-10")}}},
       "2026-10-10 is named twice"},
      {{{2026,
         {Span("2026-09-25", "2026-09-27"), Span("2026-09-27", "2026-09-28")},
         {}}},
       "2026-09-27 is named twice"},
      {{{2026, {{none, Day("2026-10-01")}}, {}}}, "a day is missing"},
      {{{2026, {{Day("2026-10-01"), none}}, {}}}, "a day is missing"},
      {{{2026, {}, {none}}}, "a day is missing"},
      {{{2026, {{Day("2026-10-01"), CivilDay::OpenEnded()}}, {}}},
       "a day is missing"},
  };
  for (const Case& c : cases) {
    EXPECT_THAT(WorkCalendar::FromYears(c.years),
                StatusIs(kInvalid,
                         AllOf(HasSubstr("calendar of "), HasSubstr(c.want))));
  }
}

TEST(WorkCalendarTest, DaysOffOnWeekendsChangeNothing) {
  const auto calendar =
      WorkCalendar::FromYears({{2026, {Span("2026-03-07", "2026-03-08")}, {}}});
  ASSERT_THAT(calendar, IsOk());
  EXPECT_EQ(
      calendar->WorkingDaysBetween(Day("2026-03-01"), Day("2026-03-31")).days,
      22);
}

TEST(WorkCalendarTest, TheFirstAndTheLastYearThereAre) {
  EXPECT_THAT(WorkCalendar::FromYears({Plain(1900)}), IsOk());
  const auto last = WorkCalendar::FromYears({Plain(2099)});
  ASSERT_THAT(last, IsOk());
  EXPECT_TRUE(last->Covers(Day("2099-12-30")));
  EXPECT_FALSE(last->Covers(CivilDay::OpenEnded()));
  EXPECT_FALSE(last->AddWorkingDays(Day("2099-12-29"), 1).estimated);
  EXPECT_TRUE(last->AddWorkingDays(Day("2099-12-30"), 1).estimated);
}

// --- against a walk from day to day ------------------------------------------

WorkCalendar RandomCalendar(std::mt19937_64* random) {
  const int first = 1990 + static_cast<int>((*random)() % 20);
  const int count = static_cast<int>((*random)() % 5);
  std::vector<CalendarYear> years;
  for (int year = first; year < first + count; ++year) {
    CalendarYear made{year, {}, {}};
    const CivilDay end = *CivilDay::FromYmd(year, 12, 31);
    for (CivilDay day = *CivilDay::FromYmd(year, 1, 1); day <= end;
         day = day.PlusDays(1)) {
      if ((*random)() % 8 != 0) continue;
      // 1970-01-01 was a Thursday.
      const int weekday = (day.days() + 3) % 7;
      if (weekday >= 5 && (*random)() % 2 == 0) {
        made.working_weekends.push_back(day);
      } else {
        made.days_off.push_back({day, day});
      }
    }
    years.push_back(std::move(made));
  }
  return *WorkCalendar::FromYears(years);
}

WorkingDayAnswer Walk(const WorkCalendar& calendar, CivilDay start, int n) {
  WorkingDayAnswer answer{start, false};
  while (n > 0) {
    answer.day = answer.day.PlusDays(1);
    if (!calendar.Covers(answer.day)) answer.estimated = true;
    if (calendar.IsWorkingDay(answer.day)) --n;
  }
  return answer;
}

CivilDay RandomDay(std::mt19937_64* random) {
  return Day("1988-01-01")
      .PlusDays(static_cast<std::int32_t>((*random)() % 10000));
}

TEST(WorkCalendarTest, AddsAsAWalkFromDayToDayDoes) {
  const LongRun run;
  std::mt19937_64 random(run.seed());
  for (int round = 0; round < 60; ++round) {
    const WorkCalendar calendar = RandomCalendar(&random);
    for (int i = 0; i < 200; ++i) {
      const CivilDay start = RandomDay(&random);
      const int n = static_cast<int>(random() % 60);
      const WorkingDayAnswer want = Walk(calendar, start, n);
      const WorkingDayAnswer got = calendar.AddWorkingDays(start, n);
      ASSERT_EQ(got.day, want.day) << start << " + " << n;
      ASSERT_EQ(got.estimated, want.estimated) << start << " + " << n;
      // The n-th working day is the first with n of them before its end.
      ASSERT_EQ(calendar.WorkingDaysBetween(start, got.day).days, n)
          << start << " + " << n;
    }
  }
}

TEST(WorkCalendarTest, CountsOfPeriodsThatJoinAddUp) {
  const LongRun run;
  std::mt19937_64 random(run.seed());
  for (int round = 0; round < 60; ++round) {
    const WorkCalendar calendar = RandomCalendar(&random);
    for (int i = 0; i < 200; ++i) {
      const CivilDay a = RandomDay(&random);
      const CivilDay b = RandomDay(&random);
      const CivilDay c = RandomDay(&random);
      ASSERT_EQ(calendar.WorkingDaysBetween(a, b).days +
                    calendar.WorkingDaysBetween(b, c).days,
                calendar.WorkingDaysBetween(a, c).days)
          << a << ", " << b << ", " << c;
      const CivilDay next = a.PlusDays(1);
      ASSERT_EQ(calendar.WorkingDaysBetween(a, next).days,
                calendar.IsWorkingDay(next) ? 1 : 0)
          << next;
    }
  }
}

}  // namespace
}  // namespace creditreg
