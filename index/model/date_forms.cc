#include "index/model/date_forms.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "index/base/status_macros.h"
#include "index/model/ascii_digits.h"
#include "index/model/character_forms.h"
#include "index/model/utf8.h"

namespace creditreg {
namespace {

// Excel counts 1900-02-29, a day that never was, as 60: from 61 on its numbers
// are days since 1899-12-30.
constexpr int kFirstExcelDay = 61;
constexpr int kLastExcelDay = 73050;  // 2099-12-31
constexpr std::int32_t kExcelDayZero = -25569;

absl::Status WrongForm() {
  return absl::InvalidArgumentError(
      "date: wrong form, want YYYY-MM-DD, YYYY/M/D, YYYY.M.D, YYYY年M月D日, "
      "YYYYMMDD or an Excel day number");
}

// Half-width and upper case; every run of blanks one space, none at the ends.
std::string OneForm(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Utf8Char c = FirstUtf8Char(text);
    if (!IsBlank(c.code_point)) {
      AppendUtf8(UpperCaseLatin(HalfWidth(c.code_point)), out);
    } else if (!out.empty() && out.back() != ' ') {
      out.push_back(' ');
    }
    text.remove_prefix(c.size_bytes);
  }
  return std::string(absl::StripTrailingAsciiWhitespace(out));
}

// Takes 1 to `max_digits` (at most 9) digits from the front of `rest`.
std::optional<int> ConsumeNumber(absl::string_view& rest,
                                 std::size_t max_digits) {
  std::size_t size = 0;
  int value = 0;
  while (size < rest.size() && absl::ascii_isdigit(rest[size])) {
    if (size == max_digits) return std::nullopt;
    value = value * 10 + (rest[size] - '0');
    ++size;
  }
  if (size == 0) return std::nullopt;
  rest.remove_prefix(size);
  return value;
}

// Whether `rest` is a time of day: HH:MM[:SS[.fraction]][zone of China].
bool IsTimeOfDay(absl::string_view rest) {
  const std::optional<int> hour = ConsumeNumber(rest, 2);
  if (!hour.has_value() || *hour > 24 || !absl::ConsumePrefix(&rest, ":")) {
    return false;
  }
  const std::optional<int> minute = ConsumeNumber(rest, 2);
  if (!minute.has_value() || *minute > 59) return false;
  if (absl::ConsumePrefix(&rest, ":")) {
    const std::optional<int> second = ConsumeNumber(rest, 2);
    if (!second.has_value() || *second > 60) return false;
    if (absl::ConsumePrefix(&rest, ".") && !ConsumeNumber(rest, 9)) {
      return false;
    }
  }
  absl::ConsumePrefix(&rest, " ");
  return rest.empty() || rest == "+08:00" || rest == "+0800" || rest == "+08";
}

// What may follow the day: nothing, or a time after a space or T.
absl::Status CheckTail(absl::string_view rest) {
  if (rest.empty()) return absl::OkStatus();
  if (!absl::ConsumePrefix(&rest, " ") && !absl::ConsumePrefix(&rest, "T")) {
    return WrongForm();
  }
  if (!IsTimeOfDay(rest)) {
    return absl::InvalidArgumentError(
        "date: wrong time of day, want HH:MM[:SS] in China's time zone");
  }
  return absl::OkStatus();
}

absl::StatusOr<CivilDay> FromNumbers(int year, int month, int day) {
  if (year == 9999 && month == 12 && day == 31) return CivilDay::OpenEnded();
  return CivilDay::FromYmd(year, month, day);
}

// 20260105, or an Excel day number with or without a part of a day.
absl::StatusOr<CivilDay> FromDigits(absl::string_view digits,
                                    absl::string_view rest) {
  int value = 0;
  if (digits.size() > 8) return WrongForm();
  for (const char c : digits) value = value * 10 + (c - '0');
  if (digits.size() == 8) {
    CREDITREG_RETURN_IF_ERROR(CheckTail(rest));
    return FromNumbers(value / 10000, value / 100 % 100, value % 100);
  }
  const bool is_year = value >= 1900 && value <= 2099;
  if (value < kFirstExcelDay || value > kLastExcelDay || is_year) {
    return WrongForm();
  }
  absl::ConsumePrefix(&rest, ".");  // a part of a day
  if (!AllDigits(rest)) return WrongForm();
  return value == kLastExcelDay ? CivilDay::OpenEnded()
                                : CivilDay::FromDays(kExcelDayZero + value);
}

struct Separators {
  absl::string_view after_year;
  absl::string_view after_month;
  absl::string_view after_day;
};

constexpr Separators kSeparators[] = {
    {"-", "-", ""}, {"/", "/", ""}, {".", ".", ""}, {"年", "月", "日"}};

// Year, month and day parted by `separators`, then perhaps a time. Nothing
// where the text is not of this form.
std::optional<absl::StatusOr<CivilDay>> FromParts(
    absl::string_view rest, const Separators& separators) {
  const std::optional<int> year = ConsumeNumber(rest, 4);
  if (!year || !absl::ConsumePrefix(&rest, separators.after_year)) {
    return std::nullopt;
  }
  const std::optional<int> month = ConsumeNumber(rest, 2);
  if (!month || !absl::ConsumePrefix(&rest, separators.after_month)) {
    return std::nullopt;
  }
  const std::optional<int> day = ConsumeNumber(rest, 2);
  if (!day || !absl::ConsumePrefix(&rest, separators.after_day)) {
    return std::nullopt;
  }
  if (absl::Status tail = CheckTail(rest); !tail.ok()) return tail;
  return FromNumbers(*year, *month, *day);
}

}  // namespace

absl::StatusOr<CivilDay> ParseFeedDate(absl::string_view text) {
  constexpr absl::string_view kWithoutEnd[] = {"长期", "永久", "长期有效",
                                               "永久有效", "无固定期限"};
  const std::string cell = OneForm(text);
  if (cell.empty()) return CivilDay::Unknown();
  if (absl::c_linear_search(kWithoutEnd, cell)) return CivilDay::OpenEnded();

  for (const Separators& separators : kSeparators) {
    if (auto day = FromParts(cell, separators)) return *day;
  }
  const std::size_t digits =
      std::min(cell.find_first_not_of("0123456789"), cell.size());
  const absl::string_view view = cell;
  return FromDigits(view.substr(0, digits), view.substr(digits));
}

}  // namespace creditreg
