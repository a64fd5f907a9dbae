// Working days (工作日) in China, which periods of law are counted in.
//
// The State Council moves them every year: statutory holidays and the rest days
// moved to them (调休) fall on weekdays, and some Saturdays and Sundays are
// worked instead. Its notice comes out late in the year before. Days past the
// last notice, or before the first one known, are judged by the weekday alone,
// Monday to Friday; every answer that had to says so.
//
// Thread safety: immutable value type; safe to copy and share.

#ifndef CREDITREG_INDEX_BASE_WORKING_DAYS_H_
#define CREDITREG_INDEX_BASE_WORKING_DAYS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "index/base/civil_day.h"

namespace creditreg {

// Days one after another, both ends included.
struct DaySpan {
  CivilDay from;
  CivilDay to;
};

// What differs from Monday to Friday in one year.
struct CalendarYear {
  int year = 0;
  // May hold weekend days, as the notices do: those were off anyway.
  std::vector<DaySpan> days_off;
  std::vector<CivilDay> working_weekends;
};

// A day that was counted to.
struct WorkingDayAnswer {
  CivilDay day;
  // A day it had to judge is not covered.
  bool estimated = false;
};

// How many were counted.
struct WorkingDayCount {
  int days = 0;
  // As above.
  bool estimated = false;
};

class WorkCalendar {
 public:
  // Covers nothing: Monday to Friday, always estimated.
  WorkCalendar() = default;

  // In any order; every year between the first and the last is there.
  //
  // Errors:
  //   InvalidArgument: a year twice, left out, or outside 1900..2099; a span
  //     whose end is before its beginning; a day outside its year; a day that
  //     is named twice, be it as day off or as worked; a working weekend day
  //     that is none. The message has the year and the day.
  static absl::StatusOr<WorkCalendar> FromYears(
      std::vector<CalendarYear> years);

  // Whether a notice that is known decides about `day`.
  bool Covers(CivilDay day) const { return first_ <= day && day <= last_; }

  // False for what is not a day. By the weekday alone where not covered.
  bool IsWorkingDay(CivilDay day) const;

  // The n-th working day after `start`, which is not counted itself; `start`
  // where n is 0, whatever day it is. n >= 0. Unknown and OpenEnded stay what
  // they are; past 2099-12-30 it is OpenEnded.
  WorkingDayAnswer AddWorkingDays(CivilDay start, int n) const;

  // The working days after `from` up to `to`, with `to`; below 0 where `to` is
  // before `from`: minus those after `to` up to `from`. So counts of periods
  // that join add up. Both are dates.
  WorkingDayCount WorkingDaysBetween(CivilDay from, CivilDay to) const;

  // `day` itself where it is worked, else the first day after it that is: where
  // a period ends that may not end on a day off. Unknown, OpenEnded and the end
  // of the range as in AddWorkingDays().
  WorkingDayAnswer SameOrNextWorkingDay(CivilDay day) const;

 private:
  // A day that is not what its weekday says.
  struct Exception {
    CivilDay day;
    // Days worked against their weekday less days off against it, to this one.
    int sum = 0;
  };

  // Working days up to `day`, counted from a fixed day long ago.
  int WorkingDaysUpTo(CivilDay day) const;
  // The first day after `after` up to which there are `wanted` working days.
  CivilDay FirstDayReaching(int wanted, CivilDay after) const;
  // Whether one of the days after `from` up to `to` is not covered.
  bool Estimates(CivilDay from, CivilDay to) const;

  // No day is both at or after the one and at or before the other.
  CivilDay first_ = CivilDay::OpenEnded();
  CivilDay last_ = CivilDay::Unknown();
  // In order of days.
  std::vector<Exception> exceptions_;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_BASE_WORKING_DAYS_H_
