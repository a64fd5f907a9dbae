// Exact decimal numbers in text, as integers scaled by a power of ten.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_MODEL_DECIMAL_H_
#define CREDITREG_INDEX_MODEL_DECIMAL_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace creditreg {

// The value of ASCII `text`, digits with an optional point and decimals
// ("12.34"), times 10^`scale`: "12.34" with scale 3 is 12,340.
//
// Errors (none repeats `text`):
//   InvalidArgument: not of this form; decimals past `scale` that are not
//     zeros, or any decimal past `max_decimals`.
//   OutOfRange: the result is greater than `max`.
struct DecimalRule {
  int scale;         // 0..18
  int max_decimals;  // accepted in the text; those past `scale` must be zeros
  std::int64_t max;  // of the result; at most 10^18
};
absl::StatusOr<std::int64_t> ParseDecimal(absl::string_view text,
                                          const DecimalRule& rule);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_MODEL_DECIMAL_H_
