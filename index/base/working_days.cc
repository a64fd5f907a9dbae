#include "index/base/working_days.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "index/base/check.h"
#include "index/base/status_macros.h"

namespace creditreg {
namespace {

// 1970-01-05 was a Monday.
constexpr std::int64_t kMonday = 4;

std::int64_t FloorDivide(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

// Days since some Monday, so that the weekday is the rest by 7, Monday 0.
std::int64_t SinceMonday(CivilDay day) { return day.days() - kMonday; }

bool IsWeekday(CivilDay day) {
  const std::int64_t since = SinceMonday(day);
  return since - 7 * FloorDivide(since, 7) < 5;
}

// Weekdays up to `day`, with it, counted from that Monday.
int WeekdaysUpTo(CivilDay day) {
  const std::int64_t since = SinceMonday(day);
  const std::int64_t weeks = FloorDivide(since, 7);
  return static_cast<int>(5 * weeks +
                          std::min<std::int64_t>(since - 7 * weeks + 1, 5));
}

CivilDay FirstDayOf(int year) { return *CivilDay::FromYmd(year, 1, 1); }

// 2099-12-31 is OpenEnded: that year ends a day early.
CivilDay LastDayOf(int year) {
  const CivilDay last = *CivilDay::FromYmd(year, 12, 31);
  return last.is_date() ? last : *CivilDay::FromYmd(year, 12, 30);
}

absl::Status Wrong(int year, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("calendar of ", year, ": ", what));
}

absl::Status CheckInside(int year, CivilDay day) {
  if (!day.is_date()) return Wrong(year, "a day is missing");
  if (day < FirstDayOf(year) || LastDayOf(year) < day) {
    return Wrong(year, absl::StrCat(day.ToIso(), " is no day of it"));
  }
  return absl::OkStatus();
}

// What a year says of its days, whether or not that changes anything.
struct Saying {
  CivilDay day;
  bool worked = false;
};

absl::StatusOr<std::vector<Saying>> SayingsOf(const CalendarYear& year) {
  std::vector<Saying> sayings;
  for (const DaySpan& span : year.days_off) {
    CREDITREG_RETURN_IF_ERROR(CheckInside(year.year, span.from));
    CREDITREG_RETURN_IF_ERROR(CheckInside(year.year, span.to));
    if (span.to < span.from) {
      return Wrong(year.year, absl::StrCat("days off end on ", span.to.ToIso(),
                                           ", before they begin"));
    }
    for (CivilDay day = span.from; day <= span.to; day = day.PlusDays(1)) {
      sayings.push_back({day, false});
    }
  }
  for (const CivilDay day : year.working_weekends) {
    CREDITREG_RETURN_IF_ERROR(CheckInside(year.year, day));
    if (IsWeekday(day)) {
      return Wrong(year.year, absl::StrCat("working weekend day ", day.ToIso(),
                                           " is neither Saturday nor Sunday"));
    }
    sayings.push_back({day, true});
  }
  std::sort(sayings.begin(), sayings.end(),
            [](const Saying& a, const Saying& b) { return a.day < b.day; });
  for (std::size_t i = 1; i < sayings.size(); ++i) {
    if (sayings[i - 1].day == sayings[i].day) {
      return Wrong(year.year,
                   absl::StrCat(sayings[i].day.ToIso(), " is named twice"));
    }
  }
  return sayings;
}

// Expects `years` in order.
absl::Status CheckNumbers(const std::vector<CalendarYear>& years) {
  for (std::size_t i = 0; i < years.size(); ++i) {
    const int year = years[i].year;
    if (!CivilDay::FromYmd(year, 1, 1).ok()) {
      return Wrong(year, "want a year from 1900 to 2099");
    }
    if (i == 0 || year == years[i - 1].year + 1) continue;
    if (year == years[i - 1].year) return Wrong(year, "the year stands twice");
    return Wrong(years[i - 1].year + 1, "the year is left out");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<WorkCalendar> WorkCalendar::FromYears(
    std::vector<CalendarYear> years) {
  WorkCalendar calendar;
  if (years.empty()) return calendar;
  std::sort(years.begin(), years.end(),
            [](const CalendarYear& a, const CalendarYear& b) {
              return a.year < b.year;
            });
  CREDITREG_RETURN_IF_ERROR(CheckNumbers(years));
  calendar.first_ = FirstDayOf(years.front().year);
  calendar.last_ = LastDayOf(years.back().year);
  int sum = 0;
  for (const CalendarYear& year : years) {
    CREDITREG_ASSIGN_OR_RETURN(const std::vector<Saying> sayings,
                               SayingsOf(year));
    for (const Saying& saying : sayings) {
      if (saying.worked == IsWeekday(saying.day)) continue;
      sum += saying.worked ? 1 : -1;
      calendar.exceptions_.push_back({saying.day, sum});
    }
  }
  return calendar;
}

bool WorkCalendar::IsWorkingDay(CivilDay day) const {
  if (!day.is_date()) return false;
  const auto found = std::lower_bound(
      exceptions_.begin(), exceptions_.end(), day,
      [](const Exception& exception, CivilDay d) { return exception.day < d; });
  const bool is_exception = found != exceptions_.end() && found->day == day;
  return IsWeekday(day) != is_exception;
}

WorkingDayAnswer WorkCalendar::AddWorkingDays(CivilDay start, int n) const {
  CREDITREG_CHECK(n >= 0, "working days are counted forward");
  if (!start.is_date() || n == 0) return {start, false};
  // More than the range holds would overflow below.
  const std::int64_t wanted = std::int64_t{WorkingDaysUpTo(start)} + n;
  const CivilDay day = wanted > std::numeric_limits<int>::max()
                           ? CivilDay::OpenEnded()
                           : FirstDayReaching(static_cast<int>(wanted), start);
  return {day, Estimates(start, day)};
}

WorkingDayCount WorkCalendar::WorkingDaysBetween(CivilDay from,
                                                 CivilDay to) const {
  CREDITREG_CHECK(from.is_date() && to.is_date(),
                  "working days lie between dates");
  return {WorkingDaysUpTo(to) - WorkingDaysUpTo(from),
          Estimates(std::min(from, to), std::max(from, to))};
}

WorkingDayAnswer WorkCalendar::SameOrNextWorkingDay(CivilDay day) const {
  if (!day.is_date()) return {day, false};
  if (IsWorkingDay(day)) return {day, !Covers(day)};
  WorkingDayAnswer next = AddWorkingDays(day, 1);
  next.estimated = next.estimated || !Covers(day);
  return next;
}

int WorkCalendar::WorkingDaysUpTo(CivilDay day) const {
  const auto after = std::upper_bound(
      exceptions_.begin(), exceptions_.end(), day,
      [](CivilDay d, const Exception& exception) { return d < exception.day; });
  return WeekdaysUpTo(day) +
         (after == exceptions_.begin() ? 0 : std::prev(after)->sum);
}

CivilDay WorkCalendar::FirstDayReaching(int wanted, CivilDay after) const {
  // The sum never falls from one day to the next, so halves can be left out.
  CivilDay low = after.PlusDays(1);
  CivilDay high = LastDayOf(2099);
  if (!low.is_date() || WorkingDaysUpTo(high) < wanted) {
    return CivilDay::OpenEnded();
  }
  while (low < high) {
    const CivilDay middle = low.PlusDays((high.days() - low.days()) / 2);
    if (WorkingDaysUpTo(middle) < wanted) {
      low = middle.PlusDays(1);
    } else {
      high = middle;
    }
  }
  return low;
}

bool WorkCalendar::Estimates(CivilDay from, CivilDay to) const {
  if (from == to) return false;
  return from.PlusDays(1) < first_ || last_ < to;
}

}  // namespace creditreg
