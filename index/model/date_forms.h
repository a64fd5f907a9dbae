// Dates as they stand in the files that arrive.
//
// Thread safety: free function without state.

#ifndef CREDITREG_INDEX_MODEL_DATE_FORMS_H_
#define CREDITREG_INDEX_MODEL_DATE_FORMS_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "index/base/civil_day.h"

namespace creditreg {

// Parses one cell, blanks around it and full-width characters tolerated:
//   2026-01-05  2026-1-5  2026/1/5  2026.1.5  2026年1月5日  20260105
//   46027                      Excel's day number (1900 system), 61..73050,
//                              that is from 1900-03-01; not 1900..2099, which
//                              is a year somebody typed
//   any of them with a time    2026-01-05 00:00:00, 2026-01-05T00:00:00+08:00
//   2099-12-31  9999-12-31  长期  永久   OpenEnded
//   (empty)                              Unknown
// The time is checked and dropped.
//
// Errors:
//   InvalidArgument: another form, a year outside 1900..2099, no such day in
//     the calendar, a time zone that is not China's (it could shift the day).
//     The message names the rule and does not repeat `text`.
absl::StatusOr<CivilDay> ParseFeedDate(absl::string_view text);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_MODEL_DATE_FORMS_H_
