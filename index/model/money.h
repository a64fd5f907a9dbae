// Amounts of money: fines in fen, capital in minor units of its currency. All
// arithmetic is exact; what does not fit is an error, never rounded.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_MODEL_MONEY_H_
#define CREDITREG_INDEX_MODEL_MONEY_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "index/model/capital.h"  // IWYU pragma: export

namespace creditreg {

// The largest amount either parser accepts: 10^12 万元 in fen.
inline constexpr std::int64_t kMaxAmountFen = 1'000'000'000'000'000'000;

// Parses an amount in 万元 (10,000 yuan), for example "1.5" = 1,500,000 fen.
// Digits with at most 6 decimals; full-width digits and point are tolerated,
// blanks around it too.
//
// Errors:
//   InvalidArgument: empty, a sign, an exponent, a thousands separator or
//     another character; more than 6 decimals; more than kMaxAmountFen. The
//     message does not repeat `text`.
absl::StatusOr<std::int64_t> FenFromWanYuan(absl::string_view text);

// Parses an amount in yuan, for example "12.34" = 1,234 fen: as above with at
// most 2 decimals.
absl::StatusOr<std::int64_t> FenFromYuan(absl::string_view text);

// 万元 without needless zeros: 1,500,000 fen = "1.5", 0 = "0". Inverse of
// FenFromWanYuan() for 0..kMaxAmountFen; negative amounts get a "-".
std::string WanYuanFromFen(std::int64_t fen);

// Yuan with exactly two decimals: 1,234 fen = "12.34". Inverse of
// FenFromYuan() for 0..kMaxAmountFen; negative amounts get a "-".
std::string YuanFromFen(std::int64_t fen);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_MODEL_MONEY_H_
