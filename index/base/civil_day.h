// A calendar day as the registry stores it: an int32 count of days since
// 1970-01-01, with two values that are not days.
//
//   Unknown    nobody said      INT32_MIN   text ""
//   a day      1900-01-01 ..    -25567 ..   text "2026-01-05"
//              2099-12-30       47480
//   OpenEnded  without an end   INT32_MAX   text "2099-12-31"
//
// So Unknown < every day < OpenEnded. In files "2099-12-31" means "without an
// end"; it exists only at the edge, as text.
//
// Thread safety: immutable value type; safe to copy and share.

#ifndef CREDITREG_INDEX_BASE_CIVIL_DAY_H_
#define CREDITREG_INDEX_BASE_CIVIL_DAY_H_

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace creditreg {

class CivilDay {
 public:
  // Unknown.
  constexpr CivilDay() = default;

  static constexpr CivilDay Unknown() { return CivilDay(kUnknown); }
  static constexpr CivilDay OpenEnded() { return CivilDay(kOpenEnded); }

  // Inverse of days(), the two values that are not days included.
  static constexpr CivilDay FromDays(std::int32_t days_since_1970) {
    return CivilDay(days_since_1970);
  }

  // Year, month 1-12, day 1-31. 2099-12-31 is OpenEnded.
  //
  // Errors:
  //   InvalidArgument: the year is outside 1900..2099, or the calendar has no
  //     such day.
  static absl::StatusOr<CivilDay> FromYmd(int year, int month, int day);

  // Inverse of ToIso(): exactly "YYYY-MM-DD", or "" for Unknown.
  //
  // Errors:
  //   InvalidArgument: another form, or as FromYmd(). The message does not
  //     repeat `text`.
  static absl::StatusOr<CivilDay> ParseIso(absl::string_view text);

  constexpr std::int32_t days() const { return days_; }

  constexpr bool is_unknown() const { return days_ == kUnknown; }
  constexpr bool is_open_ended() const { return days_ == kOpenEnded; }
  constexpr bool is_date() const { return !is_unknown() && !is_open_ended(); }

  // "YYYY-MM-DD", "" for Unknown, "2099-12-31" for OpenEnded.
  std::string ToIso() const;

  // Nothing for Unknown and OpenEnded.
  std::optional<absl::CivilDay> civil() const;

  // The day `days` later (earlier where negative). Unknown and OpenEnded stay
  // what they are; a sum past 2099-12-30 is OpenEnded, one before 1900-01-01
  // is 1900-01-01.
  CivilDay PlusDays(std::int32_t days) const;

  friend constexpr auto operator<=>(const CivilDay& a,
                                    const CivilDay& b) = default;

  template <typename H>
  friend H AbslHashValue(H h, const CivilDay& day) {
    return H::combine(std::move(h), day.days_);
  }

  // For messages of failing tests.
  friend std::ostream& operator<<(std::ostream& os, const CivilDay& day) {
    return os << (day.is_unknown() ? "unknown" : day.ToIso());
  }

 private:
  static constexpr std::int32_t kUnknown =
      std::numeric_limits<std::int32_t>::min();
  static constexpr std::int32_t kOpenEnded =
      std::numeric_limits<std::int32_t>::max();

  explicit constexpr CivilDay(std::int32_t days) : days_(days) {}

  std::int32_t days_ = kUnknown;
};

// The day it is in China at `time`: UTC+8 all year, whatever the machine's time
// zone data say. A time outside 1900..2099 gives the nearest value PlusDays()
// can give; absl::InfiniteFuture() is OpenEnded.
CivilDay ChinaDay(absl::Time time);

// When `day` begins in China. A date.
absl::Time ChinaMidnight(CivilDay day);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_BASE_CIVIL_DAY_H_
