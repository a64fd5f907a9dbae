// UTF-8, one character (code point) at a time, over bytes that may be anything.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_MODEL_UTF8_H_
#define CREDITREG_INDEX_MODEL_UTF8_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace creditreg {

struct Utf8Char {
  // Valid: the code point. Otherwise U+FFFD.
  char32_t code_point;
  // Bytes it takes, 1-4; 1 where not valid.
  std::size_t size_bytes;
  bool valid;
};

// The first character of `text`, which must not be empty. Not valid: a byte
// that starts no well-formed sequence (overlong forms, surrogates and values
// past U+10FFFF included).
Utf8Char FirstUtf8Char(absl::string_view text);

// Appends a Unicode scalar value.
void AppendUtf8(char32_t code_point, std::string& out);

// Whether all of `text` is well-formed UTF-8.
bool ValidUtf8(absl::string_view text);

// Number of characters (code points); a byte that is not valid counts as one.
std::size_t CharCount(absl::string_view text);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_MODEL_UTF8_H_
