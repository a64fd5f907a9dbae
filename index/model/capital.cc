#include "index/model/capital.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "index/model/decimal.h"
#include "index/model/name.h"

namespace creditreg {
namespace {

constexpr std::int64_t kMaxMinorUnits = 1'000'000'000'000'000'000;
// More than any register writes; zeros past what the currency has are accepted.
constexpr int kMaxDecimals = 12;

struct CurrencyWord {
  absl::string_view word;
  absl::string_view code;
};

// A word comes before any that it begins with.
constexpr CurrencyWord kCurrencyWords[] = {
    {"人民币", "CNY"},     {"美元", "USD"},     {"美金", "USD"},
    {"港元", "HKD"},       {"港币", "HKD"},     {"香港元", "HKD"},
    {"香港币", "HKD"},     {"欧元", "EUR"},     {"日元", "JPY"},
    {"日圆", "JPY"},       {"日币", "JPY"},     {"英镑", "GBP"},
    {"德国马克", "DEM"},   {"马克", "DEM"},     {"法国法郎", "FRF"},
    {"澳大利亚元", "AUD"}, {"澳元", "AUD"},     {"加拿大元", "CAD"},
    {"加元", "CAD"},       {"新加坡元", "SGD"}, {"新西兰元", "NZD"},
    {"瑞士法郎", "CHF"},   {"韩国元", "KRW"},   {"韩元", "KRW"},
    {"韩圆", "KRW"},       {"新台币", "TWD"},   {"台币", "TWD"},
    {"澳门元", "MOP"},     {"澳门币", "MOP"},   {"意大利里拉", "ITL"},
    {"荷兰盾", "NLG"},     {"瑞典克朗", "SEK"}, {"丹麦克朗", "DKK"},
    {"挪威克朗", "NOK"},   {"泰铢", "THB"},     {"林吉特", "MYR"},
    {"俄罗斯卢布", "RUB"}, {"卢布", "RUB"},     {"RMB", "CNY"},
    {"CNY", "CNY"},        {"USD", "USD"},      {"HKD", "HKD"},
    {"EUR", "EUR"},        {"JPY", "JPY"},      {"GBP", "GBP"},
};

int MinorDigits(absl::string_view currency) {
  return currency == "JPY" || currency == "KRW" || currency == "ITL" ? 0 : 2;
}

// Takes a currency from the front of `rest`, if one is there.
std::optional<absl::string_view> ConsumeCurrency(absl::string_view& rest) {
  for (const CurrencyWord& entry : kCurrencyWords) {
    if (absl::ConsumePrefix(&rest, entry.word)) return entry.code;
  }
  return std::nullopt;
}

// Takes digits, commas and points from the front of `rest`. Commas must part
// groups of three, or the number is empty.
std::string ConsumeNumber(absl::string_view& rest) {
  const std::size_t size =
      std::min(rest.find_first_not_of("0123456789,."), rest.size());
  const absl::string_view given = rest.substr(0, size);
  rest.remove_prefix(size);
  const std::size_t whole_size = std::min(given.find('.'), given.size());
  const absl::string_view whole = given.substr(0, whole_size);
  if (absl::StrContains(given.substr(whole_size), ',')) return "";
  for (std::size_t i = 0; i < whole.size(); ++i) {
    // Counted from the point: characters 4, 8, 12 ... are the commas.
    const bool comma_due = (whole.size() - i) % 4 == 0;
    if (whole[i] == ',' && (!comma_due || i == 0)) return "";
    if (whole[i] != ',' && comma_due && absl::StrContains(whole, ',')) {
      return "";
    }
  }
  return absl::StrReplaceAll(given, {{",", ""}});
}

// Takes a power of ten from the front of `rest`; 0 where none is written.
int ConsumeMagnitude(absl::string_view& rest) {
  if (absl::ConsumePrefix(&rest, "百万")) return 6;
  if (absl::ConsumePrefix(&rest, "万")) return 4;
  if (absl::ConsumePrefix(&rest, "亿")) return 8;
  return 0;
}

struct Amount {
  std::string number;
  int magnitude = 0;
  absl::string_view currency;
};

// `text`: normalised, without brackets.
std::optional<Amount> Understand(absl::string_view text) {
  Amount amount;
  if (const auto code = ConsumeCurrency(text)) amount.currency = *code;
  amount.number = ConsumeNumber(text);
  amount.magnitude = ConsumeMagnitude(text);
  while (!text.empty()) {
    if (const auto code = ConsumeCurrency(text)) {
      // Two different currencies: no telling which.
      if (!amount.currency.empty() && amount.currency != *code) {
        return std::nullopt;
      }
      amount.currency = *code;
    } else if (!absl::ConsumePrefix(&text, "元") &&
               !absl::ConsumePrefix(&text, "圆") &&
               !absl::ConsumePrefix(&text, "整")) {
      return std::nullopt;
    }
  }
  if (amount.currency.empty()) amount.currency = "CNY";
  return amount;
}

}  // namespace

Capital ParseCapital(absl::string_view text) {
  Capital capital;
  capital.text = std::string(text);
  const std::optional<Amount> amount = Understand(
      absl::StrReplaceAll(NormaliseName(text), {{"(", ""}, {")", ""}}));
  if (!amount.has_value()) return capital;
  const absl::StatusOr<std::int64_t> minor_units =
      ParseDecimal(amount->number,
                   {.scale = amount->magnitude + MinorDigits(amount->currency),
                    .max_decimals = kMaxDecimals,
                    .max = kMaxMinorUnits});
  if (!minor_units.ok()) return capital;
  capital.minor_units = *minor_units;
  capital.currency = std::string(amount->currency);
  return capital;
}

}  // namespace creditreg
