// The table of working days, as conf/publication/calendar.textproto has it.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_PUBLICATION_CALENDAR_TABLE_H_
#define CREDITREG_INDEX_PUBLICATION_CALENDAR_TABLE_H_

#include <string>

#include "absl/status/statusor.h"
#include "creditreg/conf/v1/calendar.pb.h"
#include "index/base/working_days.h"

namespace creditreg {

// Errors:
//   InvalidArgument: no version; no year; a year without a source;
//     days off without a name; a date that is none, with its field; what
//     WorkCalendar::FromYears() refuses.
absl::StatusOr<WorkCalendar> WorkCalendarOf(const conf::v1::Calendar& table);

// The same of the table's text; `name` is that of its file, and stands before
// each error.
//
// Errors:
//   InvalidArgument: also no textproto, with line and column.
absl::StatusOr<WorkCalendar> ParseWorkCalendar(const std::string& text,
                                               const std::string& name);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_PUBLICATION_CALENDAR_TABLE_H_
