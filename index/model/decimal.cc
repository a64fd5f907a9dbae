#include "index/model/decimal.h"

#include <cstddef>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "index/model/ascii_digits.h"

namespace creditreg {
namespace {

absl::Status NotADecimal() {
  return absl::InvalidArgumentError(
      "number: wrong form, want digits like 12.34");
}

// Splits at the point and checks that both sides are digits.
struct Parts {
  absl::string_view whole;
  absl::string_view decimals;
};
absl::StatusOr<Parts> Split(absl::string_view text) {
  const std::size_t point = text.find('.');
  Parts parts{text, ""};
  if (point != absl::string_view::npos) {
    parts = {text.substr(0, point), text.substr(point + 1)};
    if (parts.decimals.empty()) return NotADecimal();
  }
  if (parts.whole.empty() || !AllDigits(parts.whole) ||
      !AllDigits(parts.decimals)) {
    return NotADecimal();
  }
  return parts;
}

}  // namespace

absl::StatusOr<std::int64_t> ParseDecimal(absl::string_view text,
                                          const DecimalRule& rule) {
  const absl::StatusOr<Parts> parts = Split(text);
  if (!parts.ok()) return parts.status();
  const std::size_t scale = static_cast<std::size_t>(rule.scale);
  if (parts->decimals.size() > static_cast<std::size_t>(rule.max_decimals) ||
      (parts->decimals.size() > scale &&
       absl::c_any_of(parts->decimals.substr(scale),
                      [](char c) { return c != '0'; }))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "number: too many decimals, want at most ", rule.max_decimals));
  }
  std::string digits =
      absl::StrCat(parts->whole, parts->decimals.substr(0, scale));
  digits.resize(parts->whole.size() + scale, '0');

  std::int64_t value = 0;
  for (const char c : digits) {
    const int digit = c - '0';
    if (value > (rule.max - digit) / 10) {
      return absl::OutOfRangeError("number: too large");
    }
    value = value * 10 + digit;
  }
  return value;
}

}  // namespace creditreg
