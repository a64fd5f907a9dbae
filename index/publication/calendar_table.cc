#include "index/publication/calendar_table.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "index/base/civil_day.h"
#include "index/base/status_macros.h"
#include "index/codec/text_proto.h"

namespace creditreg {
namespace {

namespace confpb = conf::v1;

absl::Status Wrong(absl::string_view place, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(place, ": ", what));
}

absl::StatusOr<CivilDay> ReadDay(const std::string& text,
                                 absl::string_view place) {
  const absl::StatusOr<CivilDay> day = CivilDay::ParseIso(text);
  if (!day.ok()) return Wrong(place, day.status().message());
  if (!day->is_date()) return Wrong(place, "want a date");
  return day;
}

absl::StatusOr<CalendarYear> ReadYear(const confpb::CalendarYear& row) {
  const std::string place = absl::StrCat("calendar of ", row.year());
  if (row.sources().empty()) return Wrong(place, "no source, want a notice");
  CalendarYear year;
  year.year = row.year();
  for (int i = 0; i < row.days_off_size(); ++i) {
    const confpb::DaySpan& span = row.days_off(i);
    const std::string field = absl::StrCat(place, ": days_off ", i + 1);
    if (span.name().empty()) return Wrong(field, "no name");
    CREDITREG_ASSIGN_OR_RETURN(
        const CivilDay from,
        ReadDay(span.from(), absl::StrCat(field, ".from")));
    CivilDay to = from;
    if (!span.to().empty()) {
      CREDITREG_ASSIGN_OR_RETURN(
          to, ReadDay(span.to(), absl::StrCat(field, ".to")));
    }
    year.days_off.push_back({from, to});
  }
  for (int i = 0; i < row.working_weekends_size(); ++i) {
    CREDITREG_ASSIGN_OR_RETURN(
        const CivilDay day,
        ReadDay(row.working_weekends(i),
                absl::StrCat(place, ": working_weekends ", i + 1)));
    year.working_weekends.push_back(day);
  }
  return year;
}

}  // namespace

absl::StatusOr<WorkCalendar> WorkCalendarOf(const confpb::Calendar& table) {
  if (table.version() == 0) {
    return Wrong("calendar", "version 0, want 1 or more");
  }
  if (table.years().empty()) return Wrong("calendar", "no year");
  std::vector<CalendarYear> years;
  for (const confpb::CalendarYear& row : table.years()) {
    CREDITREG_ASSIGN_OR_RETURN(CalendarYear year, ReadYear(row));
    years.push_back(std::move(year));
  }
  return WorkCalendar::FromYears(std::move(years));
}

absl::StatusOr<WorkCalendar> ParseWorkCalendar(const std::string& text,
                                               const std::string& name) {
  confpb::Calendar table;
  CREDITREG_RETURN_IF_ERROR(ParseTextProto(text, name, &table));
  absl::StatusOr<WorkCalendar> calendar = WorkCalendarOf(table);
  if (!calendar.ok()) return Wrong(name, calendar.status().message());
  return calendar;
}

}  // namespace creditreg
