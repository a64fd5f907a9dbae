// Registered capital as registers write it: 100(万元人民币),
// 62,753.3125(万美元).
//
// Thread safety: free function without state.

#ifndef CREDITREG_INDEX_MODEL_CAPITAL_H_
#define CREDITREG_INDEX_MODEL_CAPITAL_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace creditreg {

struct Capital {
  // In minor units of `currency` (fen, cents; whole yen), 0..10^18. 0 where
  // `currency` is empty.
  std::int64_t minor_units = 0;
  // ISO 4217 letters, for example "CNY"; withdrawn ones (DEM) too. Empty where
  // the text is empty or was not understood.
  std::string currency;
  // As given.
  std::string text;

  friend bool operator==(const Capital&, const Capital&) = default;
};

// Understands [currency] number [万|百万|亿] [元] [currency] with or without
// brackets and thousands separators, full-width or not. An amount without a
// currency is in yuan: registers leave out only their own. What is not
// understood, needs rounding or is past 10^18 minor units is kept as text
// alone.
Capital ParseCapital(absl::string_view text);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_MODEL_CAPITAL_H_
