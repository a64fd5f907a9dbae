// Which characters are only another way of typing the same one: full-width and
// half-width, the many spaces and dashes. The shared ground of every Normalise
// function.
//
// DO NOT CHANGE what a character maps to: keys on disk are made from these
// tables (name.h). They are our own, not a library's, for that reason.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_MODEL_CHARACTER_FORMS_H_
#define CREDITREG_INDEX_MODEL_CHARACTER_FORMS_H_

namespace creditreg {

// Full-width forms U+FF01..U+FF5E become ASCII; every other character is
// itself.
constexpr char32_t HalfWidth(char32_t c) {
  return c >= 0xFF01 && c <= 0xFF5E ? c - 0xFF01 + 0x21 : c;
}

// a-z become A-Z; no other letter changes (an upper case that depends on a
// locale or a Unicode version would not be stable).
constexpr char32_t UpperCaseLatin(char32_t c) {
  return c >= U'a' && c <= U'z' ? c - U'a' + U'A' : c;
}

// Whether `c` is a space or invisible: ASCII spaces and control characters,
// no-break, ideographic and typographic spaces, zero-width characters, marks of
// direction, soft hyphen, byte order mark.
constexpr bool IsBlank(char32_t c) {
  return c <= 0x20 || (c >= 0x7F && c <= 0xA0) || c == 0xAD || c == 0x1680 ||
         c == 0x180E || (c >= 0x2000 && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202F) || (c >= 0x205F && c <= 0x206F) ||
         c == 0x3000 || c == 0xFEFF;
}

// Whether `c` is a hyphen, dash or minus. Not the Chinese numeral one (一) and
// not the Japanese long-vowel mark.
constexpr bool IsDash(char32_t c) {
  return c == U'-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212 ||
         c == 0xFE58 || c == 0xFE63 || c == 0xFF0D;
}

}  // namespace creditreg

#endif  // CREDITREG_INDEX_MODEL_CHARACTER_FORMS_H_
