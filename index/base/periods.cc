#include "index/base/periods.h"

#include <algorithm>

#include "absl/time/civil_time.h"
#include "index/base/check.h"

namespace creditreg {

CivilDay PlusMonths(CivilDay day, int months) {
  if (!day.is_date()) return day;
  const absl::CivilDay from = *day.civil();
  const absl::CivilMonth month = absl::CivilMonth(from) + months;
  if (month.year() < 1900) return *CivilDay::FromYmd(1900, 1, 1);
  if (month.year() > 2099) return CivilDay::OpenEnded();
  const absl::CivilDay last = absl::CivilDay(month + 1) - 1;
  // 2099-12-31 is OpenEnded, as it should be.
  return *CivilDay::FromYmd(static_cast<int>(month.year()), month.month(),
                            std::min(from.day(), last.day()));
}

CivilDay LastDayOfPeriod(CivilDay start, int months) {
  CREDITREG_CHECK(months >= 0, "a period does not end before it begins");
  return PlusMonths(start, months);
}

CivilDay HiddenFrom(CivilDay last_day) { return last_day.PlusDays(1); }

}  // namespace creditreg
