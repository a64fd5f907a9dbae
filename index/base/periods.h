// Periods of months, and when what they publish is hidden again.
//
// The rule (民法典, articles 201 and 202): the day on which a period begins is
// not counted; a period of months or years ends with the day of the same number
// in its last month, and where that month has none, with the month's last day.
// So 3 months from 2026-01-15 end with 2026-04-15, and 6 months from 2026-08-31
// with 2027-02-28. Whoever must end on a working day asks
// WorkCalendar::SameOrNextWorkingDay() about the last day (article 203).
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_BASE_PERIODS_H_
#define CREDITREG_INDEX_BASE_PERIODS_H_

#include "index/base/civil_day.h"

namespace creditreg {

// The day of the same number `months` later (earlier where negative), or the
// last of that month where it is shorter. Always from where the period begins:
// steps would lose the number on the way (08-31, 02-28, 08-28). Unknown and
// OpenEnded stay what they are; past 2099-12-30 it is OpenEnded, before
// 1900-01-01 it is 1900-01-01.
CivilDay PlusMonths(CivilDay day, int months);

// The last day of a period of `months` that begins on `start`: it lasts until
// that day is over. months >= 0; 0 ends with `start`. Years are 12 months.
// Unknown where `start` is; OpenEnded has no last day.
CivilDay LastDayOfPeriod(CivilDay start, int months);

// The day at whose 00:00 in China that is hidden which is published until
// `last_day` is over. Unknown stays Unknown: nobody said until when; and what
// has no end is never hidden, OpenEnded.
CivilDay HiddenFrom(CivilDay last_day);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_BASE_PERIODS_H_
