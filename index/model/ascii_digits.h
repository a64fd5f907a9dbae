// Thread safety: free function without state.

#ifndef CREDITREG_INDEX_MODEL_ASCII_DIGITS_H_
#define CREDITREG_INDEX_MODEL_ASCII_DIGITS_H_

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"

namespace creditreg {

// Whether `text` is nothing but the digits 0-9; true for the empty text.
inline bool AllDigits(absl::string_view text) {
  return absl::c_all_of(text, [](char c) { return absl::ascii_isdigit(c); });
}

}  // namespace creditreg

#endif  // CREDITREG_INDEX_MODEL_ASCII_DIGITS_H_
