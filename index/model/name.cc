#include "index/model/name.h"

#include "index/model/character_forms.h"
#include "index/model/simplified_form.h"

namespace creditreg {
namespace {

bool IsMiddleDot(char32_t c) {
  switch (c) {
    case 0x00B7:  // middle dot
    case 0x0387:  // Greek ano teleia
    case 0x2022:  // bullet
    case 0x2027:  // hyphenation point
    case 0x2219:  // bullet operator
    case 0x22C5:  // dot operator
    case 0x2E31:  // word separator middle dot
    case 0x2E33:  // raised dot
    case 0x30FB:  // katakana middle dot
    case 0xFF65:  // half-width katakana middle dot
      return true;
    default:
      return false;
  }
}

struct BracketPair {
  char32_t opening;
  char32_t closing;
};

constexpr BracketPair kBrackets[] = {
    {U'(', U')'},
    {U'[', U']'},
    {U'{', U'}'},
    {U'〈', U'〉'},
    {U'《', U'》'},
    {U'「', U'」'},
    {U'『', U'』'},
    {U'【', U'】'},
    {U'〔', U'〕'},
    {U'〖', U'〗'},
    {U'〘', U'〙'},
    {U'〚', U'〛'},
    // Angle (the deprecated form of 〈〉, mathematical), white round.
    {0x2329, 0x232A},
    {0x27E8, 0x27E9},
    {0x27EA, 0x27EB},
    {0x2985, 0x2986},
    // For vertical text.
    {0xFE35, 0xFE36},
    {0xFE37, 0xFE38},
    {0xFE39, 0xFE3A},
    {0xFE3B, 0xFE3C},
    {0xFE3D, 0xFE3E},
    {0xFE3F, 0xFE40},
    {0xFE41, 0xFE42},
    {0xFE43, 0xFE44},
    {0xFE47, 0xFE48},
    // Small; full-width white round; half-width corner.
    {0xFE59, 0xFE5A},
    {0xFE5B, 0xFE5C},
    {0xFE5D, 0xFE5E},
    {0xFF5F, 0xFF60},
    {0xFF62, 0xFF63},
};

// "(" or ")" for every bracket; every other character is itself.
char32_t RoundBracket(char32_t c) {
  for (const BracketPair& pair : kBrackets) {
    if (c == pair.opening) return U'(';
    if (c == pair.closing) return U')';
  }
  return c;
}

char32_t QuotationMark(char32_t c) {
  if (c >= 0x201C && c <= 0x201F) return U'"';
  if (c >= 0x2018 && c <= 0x201B) return U'\'';
  return c;
}

// The one form of a character that is not blank.
char32_t OneForm(char32_t c) {
  // Chinese characters, nearly all of a name: no other table holds one.
  if (c >= 0x3400 && c <= 0x9FFF) return SimplifiedForm(c);
  c = UpperCaseLatin(HalfWidth(c));
  if (IsMiddleDot(c)) return U'·';
  if (IsDash(c)) return U'-';
  return QuotationMark(RoundBracket(c));
}

}  // namespace

std::string NormaliseName(absl::string_view name) {
  std::string key;
  key.reserve(name.size());
  while (!name.empty()) {
    const Utf8Char c = FirstUtf8Char(name);
    if (!c.valid) {
      key.push_back(name[0]);
    } else if (!IsBlank(c.code_point)) {
      AppendUtf8(OneForm(c.code_point), key);
    }
    name.remove_prefix(c.size_bytes);
  }
  return key;
}

}  // namespace creditreg
