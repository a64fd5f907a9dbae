#include "client/cli/display_text.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

namespace creditreg::cli {
namespace {

constexpr absl::string_view kEllipsis = "…";

// Takes the first character off `text`; U+FFFD for bytes that are none.
UChar32 TakeCharacter(absl::string_view& text) {
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  // ICU counts in int32; no character is longer than 4 bytes.
  const auto size =
      static_cast<std::int32_t>(text.size() < 8 ? text.size() : 8);
  std::int32_t used = 0;
  UChar32 character;
  U8_NEXT_OR_FFFD(bytes, used, size, character);
  text.remove_prefix(static_cast<std::size_t>(used));
  return character;
}

bool IsBreak(UChar32 c) {
  return c == '\n' || c == '\r' || c == '\t' || c == '\v' || c == '\f' ||
         c == 0x85 || c == 0x2028 || c == 0x2029;
}

// Controls, format characters and what is ignored when shown. Private and not
// yet assigned characters stay: names hold rare ones that ICU may be older
// than.
bool IsUnsafe(UChar32 c) {
  const std::uint32_t mask = U_GET_GC_MASK(c);
  if ((mask & (U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CS_MASK)) != 0 ||
      U_IS_UNICODE_NONCHAR(c)) {
    return true;
  }
  return u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) &&
         !u_hasBinaryProperty(c, UCHAR_VARIATION_SELECTOR);
}

int WidthOf(UChar32 c) {
  const std::uint32_t mask = U_GET_GC_MASK(c);
  if ((mask & (U_GC_MN_MASK | U_GC_ME_MASK)) != 0) return 0;
  // The vowels and finals of Hangul written in parts join their syllable.
  const int syllable = u_getIntPropertyValue(c, UCHAR_HANGUL_SYLLABLE_TYPE);
  if (syllable == U_HST_VOWEL_JAMO || syllable == U_HST_TRAILING_JAMO) return 0;
  const int width = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_FULLWIDTH || width == U_EA_WIDE ? 2 : 1;
}

// The longest start of `text` within `width` columns, marks included.
absl::string_view StartWithin(absl::string_view text, int width) {
  absl::string_view rest = text;
  while (!rest.empty()) {
    absl::string_view next = rest;
    width -= WidthOf(TakeCharacter(next));
    if (width < 0) break;
    rest = next;
  }
  return text.substr(0, text.size() - rest.size());
}

}  // namespace

std::string Neutralise(absl::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  bool in_break = false;
  while (!text.empty()) {
    const absl::string_view before = text;
    const UChar32 c = TakeCharacter(text);
    const bool is_break = IsBreak(c);
    if (is_break) {
      if (!in_break) safe.push_back(' ');
    } else if (c == 0xFFFD) {
      absl::StrAppend(&safe, "\uFFFD");
    } else if (IsUnsafe(c)) {
      absl::StrAppend(&safe, c < 0x100 ? absl::StrFormat("\\x%02x", c)
                                       : absl::StrFormat("\\u%04x", c));
    } else {
      absl::StrAppend(&safe, before.substr(0, before.size() - text.size()));
    }
    in_break = is_break;
  }
  return safe;
}

int DisplayWidth(absl::string_view text) {
  int width = 0;
  while (!text.empty()) width += WidthOf(TakeCharacter(text));
  return width;
}

std::string CutToWidth(absl::string_view text, int width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  return absl::StrCat(StartWithin(text, width - 1), kEllipsis);
}

std::vector<std::string> WrapToWidth(absl::string_view text, int width) {
  std::vector<std::string> lines;
  do {
    absl::string_view line = StartWithin(text, width);
    if (line.size() < text.size()) {
      const std::size_t space = line.rfind(' ');
      if (space != absl::string_view::npos && space >= line.size() / 2) {
        line = line.substr(0, space + 1);
      }
    }
    text.remove_prefix(line.size());
    lines.emplace_back(absl::StripSuffix(line, " "));
  } while (!text.empty());
  return lines;
}

std::string PadToWidth(absl::string_view text, int width, Align align) {
  const int missing = width - DisplayWidth(text);
  if (missing <= 0) return std::string(text);
  const std::string spaces(static_cast<std::size_t>(missing), ' ');
  return align == Align::kLeft ? absl::StrCat(text, spaces)
                               : absl::StrCat(spaces, text);
}

}  // namespace creditreg::cli
