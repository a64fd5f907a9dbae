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

namespace internal {
// FirstUtf8Char() of any character.
Utf8Char FirstUtf8CharOfAny(absl::string_view text);
}  // namespace internal

// The first character of `text`, which must not be empty. Not valid: a byte
// that starts no well-formed sequence (overlong forms, surrogates and values
// past U+10FFFF included).
inline Utf8Char FirstUtf8Char(absl::string_view text) {
  const auto byte = [text](std::size_t i) {
    return static_cast<unsigned char>(text[i]);
  };
  if (byte(0) < 0x80) return {byte(0), 1, true};
  // Inline for what nearly every character of a file is: E1-EC lead no overlong
  // form and no surrogate.
  if (byte(0) >= 0xE1 && byte(0) <= 0xEC && text.size() >= 3 &&
      (byte(1) & 0xC0) == 0x80 && (byte(2) & 0xC0) == 0x80) {
    const char32_t code_point = static_cast<char32_t>(byte(0) & 0x0F) << 12 |
                                static_cast<char32_t>(byte(1) & 0x3F) << 6 |
                                static_cast<char32_t>(byte(2) & 0x3F);
    return {code_point, 3, true};
  }
  return internal::FirstUtf8CharOfAny(text);
}

// Appends a Unicode scalar value.
void AppendUtf8(char32_t code_point, std::string& out);

// Whether all of `text` is well-formed UTF-8.
bool ValidUtf8(absl::string_view text);

// Number of characters (code points); a byte that is not valid counts as one.
std::size_t CharCount(absl::string_view text);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_MODEL_UTF8_H_
