#include "bench/generator/dates.h"

#include "absl/strings/str_cat.h"

namespace creditreg::generator {
namespace {

// Excel's day 25569 is 1970-01-01.
constexpr Day kExcelEpoch = 25569;

}  // namespace

// Both conversions count from 0000-03-01, so that a leap day ends a year.
Day DayOf(std::int32_t year, std::int32_t month, std::int32_t day) {
  if (month <= 2) --year;
  const std::int32_t era = year / 400;
  const std::int32_t year_of_era = year - era * 400;
  const std::int32_t month_from_march = (month + 9) % 12;
  const std::int32_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 -
         year_of_era / 100 + day_of_year - 719468;
}

Ymd YmdOf(Day day) {
  day += 719468;
  const std::int32_t era = day / 146097;
  const std::int32_t day_of_era = day - era * 146097;
  const std::int32_t year_of_era = (day_of_era - day_of_era / 1460 +
                                    day_of_era / 36524 - day_of_era / 146096) /
                                   365;
  const std::int32_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int32_t month_from_march = (5 * day_of_year + 2) / 153;
  Ymd ymd;
  ymd.day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  ymd.month =
      month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  ymd.year = year_of_era + era * 400 + (ymd.month <= 2 ? 1 : 0);
  return ymd;
}

void AppendIso(Day day, std::string* text) {
  const Ymd ymd = YmdOf(day);
  const char digits[10] = {static_cast<char>('0' + ymd.year / 1000),
                           static_cast<char>('0' + ymd.year / 100 % 10),
                           static_cast<char>('0' + ymd.year / 10 % 10),
                           static_cast<char>('0' + ymd.year % 10),
                           '-',
                           static_cast<char>('0' + ymd.month / 10),
                           static_cast<char>('0' + ymd.month % 10),
                           '-',
                           static_cast<char>('0' + ymd.day / 10),
                           static_cast<char>('0' + ymd.day % 10)};
  text->append(digits, sizeof(digits));
}

std::string Iso(Day day) {
  std::string text;
  AppendIso(day, &text);
  return text;
}

std::uint32_t Compact(Day day) {
  const Ymd ymd = YmdOf(day);
  return static_cast<std::uint32_t>(ymd.year * 10000 + ymd.month * 100 +
                                    ymd.day);
}

void Rewrite(DateForm form, std::string* iso) {
  if (iso->size() != 10 || (*iso)[4] != '-' || *iso == kOpenEnded) return;
  const auto number = [&](int at, int digits) {
    std::int32_t value = 0;
    for (int i = at; i < at + digits; ++i) value = value * 10 + (*iso)[i] - '0';
    return value;
  };
  const std::int32_t year = number(0, 4);
  const std::int32_t month = number(5, 2);
  const std::int32_t day = number(8, 2);
  switch (form) {
    case DateForm::kShortDashes:
      *iso = absl::StrCat(year, "-", month, "-", day);
      return;
    case DateForm::kSlashes:
      *iso = absl::StrCat(year, "/", month, "/", day);
      return;
    case DateForm::kChinese:
      *iso = absl::StrCat(year, "年", month, "月", day, "日");
      return;
    case DateForm::kCompact:
      *iso = absl::StrCat(year * 10000 + month * 100 + day);
      return;
    case DateForm::kExcel:
      *iso = absl::StrCat(DayOf(year, month, day) + kExcelEpoch);
      return;
  }
}

}  // namespace creditreg::generator
