#include "index/model/utf8.h"

namespace creditreg {
namespace {

constexpr Utf8Char kInvalid{0xFFFD, 1, false};

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

char32_t Bits(char c, unsigned mask) {
  return static_cast<unsigned char>(c) & mask;
}

}  // namespace

namespace internal {

Utf8Char FirstUtf8CharOfAny(absl::string_view text) {
  const unsigned lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {static_cast<char32_t>(lead), 1, true};
  // 80..C1 are continuations and overlong leads, past F4 is past U+10FFFF.
  if (lead < 0xC2 || lead > 0xF4) return kInvalid;
  const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() < size) return kInvalid;
  char32_t value = lead & (0xFFu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if (!IsContinuation(text[i])) return kInvalid;
    value = value << 6 | Bits(text[i], 0x3F);
  }
  const bool overlong =
      (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (overlong || surrogate || value > 0x10FFFF) return kInvalid;
  return {value, size, true};
}

}  // namespace internal

void AppendUtf8(char32_t code_point, std::string& out) {
  const auto tail = [&](int shift) {
    out.push_back(static_cast<char>(0x80 | (code_point >> shift & 0x3F)));
  };
  if (code_point < 0x80) {
    out.push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    out.push_back(static_cast<char>(0xC0 | code_point >> 6));
    tail(0);
  } else if (code_point < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | code_point >> 12));
    tail(6);
    tail(0);
  } else {
    out.push_back(static_cast<char>(0xF0 | code_point >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

bool ValidUtf8(absl::string_view text) {
  while (!text.empty()) {
    const Utf8Char c = FirstUtf8Char(text);
    if (!c.valid) return false;
    text.remove_prefix(c.size_bytes);
  }
  return true;
}

std::size_t CharCount(absl::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    text.remove_prefix(FirstUtf8Char(text).size_bytes);
    ++count;
  }
  return count;
}

}  // namespace creditreg
