// Days as numbers, and the ways files write them.
//
// Thread safety: pure functions.

#ifndef CREDITREG_BENCH_GENERATOR_DATES_H_
#define CREDITREG_BENCH_GENERATOR_DATES_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace creditreg::generator {

// Days since 1970-01-01.
using Day = std::int32_t;

inline constexpr absl::string_view kOpenEnded = "2099-12-31";

struct Ymd {
  std::int32_t year;
  std::int32_t month;
  std::int32_t day;
};

Day DayOf(std::int32_t year, std::int32_t month, std::int32_t day);
Ymd YmdOf(Day day);

// "2026-01-05", behind what is in `text`.
void AppendIso(Day day, std::string* text);
std::string Iso(Day day);

// "20260105" as a number.
std::uint32_t Compact(Day day);

// The forms besides ISO in which dates arrive.
enum class DateForm {
  kShortDashes,  // 2026-1-5
  kSlashes,      // 2026/1/5
  kChinese,      // 2026年1月5日
  kCompact,      // 20260105
  kExcel,        // 46027
};
inline constexpr int kDateForms = 5;

// Rewrites an ISO date; leaves anything else as it is.
void Rewrite(DateForm form, std::string* iso);

}  // namespace creditreg::generator

#endif  // CREDITREG_BENCH_GENERATOR_DATES_H_
