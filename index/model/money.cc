#include "index/model/money.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "index/model/character_forms.h"
#include "index/model/decimal.h"
#include "index/model/utf8.h"

namespace creditreg {
namespace {

constexpr int kFenPerYuanDigits = 2;
constexpr int kFenPerWanYuanDigits = 6;
constexpr std::uint64_t kFenPerYuan = 100;
constexpr std::uint64_t kFenPerWanYuan = 1'000'000;

// Half-width, without the blanks around it; those inside stay and are refused.
std::string HalfWidthTrimmed(absl::string_view text) {
  std::string half;
  while (!text.empty()) {
    const Utf8Char c = FirstUtf8Char(text);
    const char32_t code_point = HalfWidth(c.code_point);
    AppendUtf8(IsBlank(code_point) ? U' ' : code_point, half);
    text.remove_prefix(c.size_bytes);
  }
  return std::string(absl::StripAsciiWhitespace(half));
}

// `digits`: decimals of the unit, which the last of them makes fen.
absl::StatusOr<std::int64_t> ParseAmount(absl::string_view text, int digits) {
  const absl::StatusOr<std::int64_t> fen = ParseDecimal(
      HalfWidthTrimmed(text),
      {.scale = digits, .max_decimals = digits, .max = kMaxAmountFen});
  if (fen.ok()) return fen;
  return absl::InvalidArgumentError(
      absl::StrCat("amount: ", fen.status().message()));
}

std::uint64_t Magnitude(std::int64_t fen) {
  // Negating the smallest int64 would overflow; unsigned wraps as it should.
  return fen < 0 ? 0 - static_cast<std::uint64_t>(fen)
                 : static_cast<std::uint64_t>(fen);
}

}  // namespace

absl::StatusOr<std::int64_t> FenFromWanYuan(absl::string_view text) {
  return ParseAmount(text, kFenPerWanYuanDigits);
}

absl::StatusOr<std::int64_t> FenFromYuan(absl::string_view text) {
  return ParseAmount(text, kFenPerYuanDigits);
}

std::string WanYuanFromFen(std::int64_t fen) {
  const std::uint64_t magnitude = Magnitude(fen);
  std::string text =
      absl::StrFormat("%s%d.%06d", fen < 0 ? "-" : "",
                      magnitude / kFenPerWanYuan, magnitude % kFenPerWanYuan);
  text.resize(text.find_last_not_of('0') + 1);
  return std::string(absl::StripSuffix(text, "."));
}

std::string YuanFromFen(std::int64_t fen) {
  const std::uint64_t magnitude = Magnitude(fen);
  return absl::StrFormat("%s%d.%02d", fen < 0 ? "-" : "",
                         magnitude / kFenPerYuan, magnitude % kFenPerYuan);
}

}  // namespace creditreg
