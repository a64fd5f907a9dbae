#include "server/intake/text_decoder.h"

#include <cstdint>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "index/model/utf8.h"
#include "unicode/ucnv.h"
#include "unicode/utf16.h"

namespace creditreg {
namespace {

constexpr absl::string_view kUtf8Mark("\xEF\xBB\xBF");
constexpr absl::string_view kGb18030Mark("\x84\x31\x95\x33");
constexpr std::size_t kLongestMark = 4;

// GB18030-2022 against the edition of 2005, for the codes that had a
// private-use code point: 18 that changed their mapping and 6 whose ideographs
// came into Unicode's extension B. From the standard's annex of changes, as the
// WHATWG Encoding Standard's index and GNU libiconv's gb18030_2022.h have it.
struct Remapped {
  char16_t in_2005;
  char32_t in_2022;
};
constexpr Remapped kRemapped[] = {
    {0xE78D, 0xFE10},   // A6D9
    {0xE78E, 0xFE12},   // A6DA
    {0xE78F, 0xFE11},   // A6DB
    {0xE790, 0xFE13},   // A6DC
    {0xE791, 0xFE14},   // A6DD
    {0xE792, 0xFE15},   // A6DE
    {0xE793, 0xFE16},   // A6DF
    {0xE794, 0xFE17},   // A6EC
    {0xE795, 0xFE18},   // A6ED
    {0xE796, 0xFE19},   // A6F3
    {0xE816, 0x20087},  // FE51
    {0xE817, 0x20089},  // FE52
    {0xE818, 0x200CC},  // FE53
    {0xE81E, 0x9FB4},   // FE59
    {0xE826, 0x9FB5},   // FE61
    {0xE82B, 0x9FB6},   // FE66
    {0xE82C, 0x9FB7},   // FE67
    {0xE831, 0x215D7},  // FE6C
    {0xE832, 0x9FB8},   // FE6D
    {0xE83B, 0x2298F},  // FE76
    {0xE843, 0x9FB9},   // FE7E
    {0xE854, 0x9FBA},   // FE90
    {0xE855, 0x241FE},  // FE91
    {0xE864, 0x9FBB},   // FEA0
};

char32_t InEdition2022(char32_t c) {
  if (c < kRemapped[0].in_2005 || c > 0xE864) return c;
  for (const Remapped& remapped : kRemapped) {
    if (remapped.in_2005 == c) return remapped.in_2022;
  }
  return c;
}

bool IsAscii(absl::string_view bytes) {
  return absl::c_all_of(
      bytes, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// `bytes` without a last UTF-8 character that is cut off.
absl::string_view WithoutCutCharacter(absl::string_view bytes) {
  for (std::size_t cut = 1; cut <= 3 && cut <= bytes.size(); ++cut) {
    const auto lead = static_cast<unsigned char>(bytes[bytes.size() - cut]);
    if (lead < 0x80) break;
    if (lead < 0xC0) continue;
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (size > cut) bytes.remove_suffix(cut);
    break;
  }
  return bytes;
}

// Whether `bytes` are UTF-8, some of them damaged perhaps. Chinese in GB18030
// has a byte that is no UTF-8 in nearly every character, and three that are
// only by chance in one of fifty; pairs that are (C2..DF, 80..BF) are frequent
// there, so they say nothing.
bool LooksLikeUtf8(absl::string_view bytes) {
  std::size_t long_characters = 0;
  std::size_t wrong_bytes = 0;
  while (!bytes.empty()) {
    const Utf8Char c = FirstUtf8Char(bytes);
    if (!c.valid) ++wrong_bytes;
    if (c.size_bytes >= 3) ++long_characters;
    bytes.remove_prefix(c.size_bytes);
  }
  return long_characters >= 2 * wrong_bytes;
}

absl::Status RefuseOtherFiles(absl::string_view prefix) {
  if (absl::StartsWith(prefix, "\xFF\xFE") ||
      absl::StartsWith(prefix, "\xFE\xFF")) {
    return absl::InvalidArgumentError(
        "BAD_ENCODING: UTF-16, want UTF-8 or GB18030");
  }
  if (absl::StartsWith(prefix, "PK\x03\x04") ||
      absl::StartsWith(prefix, "\xD0\xCF\x11\xE0")) {
    return absl::InvalidArgumentError(
        "BAD_ENCODING: a spreadsheet file, want it saved as CSV");
  }
  return absl::OkStatus();
}

// Nothing where more bytes are needed.
std::optional<v1::TextEncoding> GuessEncoding(absl::string_view prefix,
                                              bool complete) {
  for (const std::size_t limit : {kDetectBytes, kDetectAsciiBytes}) {
    if (prefix.size() < limit && !complete) return std::nullopt;
    absl::string_view window = prefix.substr(0, limit);
    if (IsAscii(window)) continue;
    const bool cut = window.size() < prefix.size() || !complete;
    if (cut) window = WithoutCutCharacter(window);
    return LooksLikeUtf8(window) ? v1::TEXT_ENCODING_UTF8
                                 : v1::TEXT_ENCODING_GB18030;
  }
  return v1::TEXT_ENCODING_UTF8;
}

}  // namespace

absl::StatusOr<std::optional<DetectedEncoding>> DetectEncoding(
    absl::string_view prefix, bool complete, v1::TextEncoding wanted) {
  if (prefix.size() < kLongestMark && !complete) return std::nullopt;
  if (absl::Status other = RefuseOtherFiles(prefix); !other.ok()) return other;
  DetectedEncoding found;
  found.encoding = wanted;
  if (absl::StartsWith(prefix, kUtf8Mark) &&
      wanted != v1::TEXT_ENCODING_GB18030) {
    found.encoding = v1::TEXT_ENCODING_UTF8;
    found.mark_bytes = kUtf8Mark.size();
  } else if (absl::StartsWith(prefix, kGb18030Mark) &&
             wanted != v1::TEXT_ENCODING_UTF8) {
    found.encoding = v1::TEXT_ENCODING_GB18030;
    found.mark_bytes = kGb18030Mark.size();
  } else if (wanted == v1::TEXT_ENCODING_UNSPECIFIED) {
    const std::optional<v1::TextEncoding> guess =
        GuessEncoding(prefix, complete);
    if (!guess.has_value()) return std::nullopt;
    found.encoding = *guess;
  }
  return found;
}

absl::StatusOr<std::unique_ptr<CellDecoder>> CellDecoder::Create(
    v1::TextEncoding encoding) {
  UConverter* converter = nullptr;
  if (encoding == v1::TEXT_ENCODING_GB18030) {
    UErrorCode error = U_ZERO_ERROR;
    converter = ucnv_open("gb18030", &error);
    if (U_SUCCESS(error)) {
      ucnv_setToUCallBack(converter, UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr,
                          nullptr, &error);
    }
    if (U_FAILURE(error)) {
      ucnv_close(converter);
      return absl::InternalError("ICU: no converter for GB18030");
    }
  }
  return std::unique_ptr<CellDecoder>(new CellDecoder(converter));
}

CellDecoder::~CellDecoder() {
  if (converter_ != nullptr) ucnv_close(converter_);
}

bool CellDecoder::Decode(std::string& bytes) {
  if (IsAscii(bytes)) return true;
  if (converter_ == nullptr) return ValidUtf8(bytes);
  // No code gives more UTF-16 units than it has bytes.
  units_.resize(bytes.size());
  UErrorCode error = U_ZERO_ERROR;
  const std::int32_t size = ucnv_toUChars(
      converter_, units_.data(), static_cast<std::int32_t>(units_.size()),
      bytes.data(), static_cast<std::int32_t>(bytes.size()), &error);
  if (U_FAILURE(error)) return false;
  std::string text;
  text.reserve(bytes.size() + bytes.size() / 2);
  for (std::int32_t i = 0; i < size;) {
    UChar32 c = 0;
    U16_NEXT(units_.data(), i, size, c);
    if (U_IS_SURROGATE(c)) return false;
    AppendUtf8(InEdition2022(static_cast<char32_t>(c)), text);
  }
  bytes = std::move(text);
  return true;
}

}  // namespace creditreg
