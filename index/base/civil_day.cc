#include "index/base/civil_day.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "index/base/check.h"

namespace creditreg {
namespace {

constexpr int kFirstYear = 1900;
constexpr int kLastYear = 2099;
// absl's civil days are not constexpr to subtract in this release; the test
// compares these two with the calendar.
constexpr std::int64_t kFirstDay = -25567;     // 1900-01-01
constexpr std::int64_t kOpenEndedDay = 47481;  // 2099-12-31
constexpr char kOpenEndedText[] = "2099-12-31";

CivilDay Clamped(std::int64_t days) {
  if (days >= kOpenEndedDay) return CivilDay::OpenEnded();
  return CivilDay::FromDays(
      static_cast<std::int32_t>(std::max(days, kFirstDay)));
}

// The value of ASCII digits, which the caller has checked.
int Number(absl::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

bool IsIsoForm(absl::string_view text) {
  if (text.size() != 10) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 4 || i == 7;
    if (dash ? text[i] != '-' : !absl::ascii_isdigit(text[i])) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<CivilDay> CivilDay::FromYmd(int year, int month, int day) {
  if (year < kFirstYear || year > kLastYear) {
    return absl::InvalidArgumentError(
        "date: year out of range, want 1900..2099");
  }
  // absl turns 31 April into 1 May: what comes back changed does not exist.
  const absl::CivilDay civil(year, month, day);
  if (civil.year() != year || civil.month() != month || civil.day() != day) {
    return absl::InvalidArgumentError("date: no such day in the calendar");
  }
  return Clamped(civil - absl::CivilDay(1970, 1, 1));
}

absl::StatusOr<CivilDay> CivilDay::ParseIso(absl::string_view text) {
  if (text.empty()) return Unknown();
  if (!IsIsoForm(text)) {
    return absl::InvalidArgumentError("date: wrong form, want YYYY-MM-DD");
  }
  return FromYmd(Number(text.substr(0, 4)), Number(text.substr(5, 2)),
                 Number(text.substr(8, 2)));
}

std::string CivilDay::ToIso() const {
  if (is_unknown()) return "";
  if (is_open_ended()) return kOpenEndedText;
  const absl::CivilDay day = *civil();
  return absl::StrFormat("%04d-%02d-%02d", day.year(), day.month(), day.day());
}

std::optional<absl::CivilDay> CivilDay::civil() const {
  if (!is_date()) return std::nullopt;
  return absl::CivilDay(1970, 1, 1) + days_;
}

CivilDay CivilDay::PlusDays(std::int32_t days) const {
  if (!is_date()) return *this;
  return Clamped(std::int64_t{days_} + days);
}

CivilDay ChinaDay(absl::Time time) {
  // Their civil days are too far apart to subtract.
  if (time == absl::InfiniteFuture()) return CivilDay::OpenEnded();
  if (time == absl::InfinitePast()) return Clamped(kFirstDay);
  const absl::CivilDay day =
      absl::ToCivilDay(time, absl::FixedTimeZone(8 * 60 * 60));
  return Clamped(day - absl::CivilDay(1970, 1, 1));
}

absl::Time ChinaMidnight(CivilDay day) {
  CREDITREG_CHECK(day.is_date(), "only a day has a midnight");
  return absl::UnixEpoch() + absl::Hours(24) * day.days() - absl::Hours(8);
}

}  // namespace creditreg
