// Claim: any bytes are taken for a file: its encoding is the same however much
// of it has come when the answer is given. What a decoder accepts is UTF-8 and
// means what the bytes meant (ICU writes the same GB18030 again, but for the 24
// characters that the edition of 2022 moved); what it refuses stays as it was
// and leaves nothing behind in the decoder.
//
// Method: a letter for the encoding asked for; a letter that puts the bytes at
// the start of a file or across the end of the window that is looked at; the
// bytes. They are also decoded as cells of their own and in two halves.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "creditreg/v1/intake_service.pb.h"
#include "index/base/check.h"
#include "index/model/utf8.h"
#include "server/intake/text_decoder.h"
#include "tests/fuzz/fuzz_input.h"
#include "unicode/ucnv.h"
#include "unicode/unistr.h"

namespace creditreg {
namespace {

constexpr v1::TextEncoding kEncodings[] = {v1::TEXT_ENCODING_UNSPECIFIED,
                                           v1::TEXT_ENCODING_UTF8,
                                           v1::TEXT_ENCODING_GB18030};

CellDecoder& DecoderOf(v1::TextEncoding encoding) {
  const auto make = [](v1::TextEncoding wanted) {
    auto decoder = CellDecoder::Create(wanted);
    CREDITREG_CHECK(decoder.ok(), "ICU has the converter");
    return decoder->release();
  };
  static CellDecoder* const kUtf8 = make(v1::TEXT_ENCODING_UTF8);
  static CellDecoder* const kGb18030 = make(v1::TEXT_ENCODING_GB18030);
  return encoding == v1::TEXT_ENCODING_UTF8 ? *kUtf8 : *kGb18030;
}

void CheckDetection(absl::string_view file, std::size_t cut,
                    v1::TextEncoding wanted) {
  const auto whole = DetectEncoding(file, /*complete=*/true, wanted);
  CREDITREG_CHECK(!whole.ok() || whole->has_value(),
                  "a whole file needs no more bytes");
  if (whole.ok()) {
    CREDITREG_CHECK((*whole)->mark_bytes <= file.size(),
                    "a byte order mark is in the file");
    CREDITREG_CHECK((*whole)->encoding == v1::TEXT_ENCODING_UTF8 ||
                        (*whole)->encoding == v1::TEXT_ENCODING_GB18030,
                    "the encoding is one that cells can be decoded from");
  }
  const auto part = DetectEncoding(file.substr(0, cut), false, wanted);
  if (!part.ok()) {
    CREDITREG_CHECK(!whole.ok(), "more bytes do not mend a wrong file");
  } else if (part->has_value()) {
    CREDITREG_CHECK(whole.ok() && (*whole)->encoding == (*part)->encoding &&
                        (*whole)->mark_bytes == (*part)->mark_bytes,
                    "more bytes do not change the answer");
  }
}

// The bytes in UTF-8; nothing where they are refused.
std::optional<std::string> Decode(v1::TextEncoding encoding,
                                  absl::string_view bytes) {
  std::string cell(bytes);
  if (DecoderOf(encoding).Decode(cell)) return cell;
  CREDITREG_CHECK(cell == bytes, "what is refused stays as it was");
  return std::nullopt;
}

// Whether ICU's edition of 2005 writes `text` otherwise than 2022's.
bool HasMovedCharacter(absl::string_view text) {
  while (!text.empty()) {
    const Utf8Char c = FirstUtf8Char(text);
    const char32_t p = c.code_point;
    if ((p >= 0xFE10 && p <= 0xFE19) || (p >= 0x9FB4 && p <= 0x9FBB) ||
        p == 0x20087 || p == 0x20089 || p == 0x200CC || p == 0x215D7 ||
        p == 0x2298F || p == 0x241FE) {
      return true;
    }
    text.remove_prefix(c.size_bytes);
  }
  return false;
}

std::string AsGb18030(const std::string& utf8) {
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, void (*)(UConverter*)> converter(
      ucnv_open("gb18030", &error), &ucnv_close);
  const icu::UnicodeString units = icu::UnicodeString::fromUTF8(utf8);
  // No character has more than four bytes, and each at least one unit.
  std::string bytes(static_cast<std::size_t>(units.length()) * 4 + 1, '\0');
  const std::int32_t size = ucnv_fromUChars(
      converter.get(), bytes.data(), static_cast<std::int32_t>(bytes.size()),
      units.getBuffer(), units.length(), &error);
  CREDITREG_CHECK(U_SUCCESS(error), "ICU writes every character");
  bytes.resize(static_cast<std::size_t>(size));
  return bytes;
}

void CheckUtf8(absl::string_view bytes) {
  const auto text = Decode(v1::TEXT_ENCODING_UTF8, bytes);
  CREDITREG_CHECK(text.has_value() == ValidUtf8(bytes),
                  "UTF-8 is what is well-formed");
  CREDITREG_CHECK(!text.has_value() || *text == bytes, "UTF-8 stays UTF-8");
}

void CheckGb18030(absl::string_view bytes, std::size_t cut) {
  constexpr v1::TextEncoding kGb18030 = v1::TEXT_ENCODING_GB18030;
  const auto text = Decode(kGb18030, bytes);
  CREDITREG_CHECK(Decode(kGb18030, "\xD6\xD0\xCE\xC4") == "中文",
                  "a cell leaves nothing behind for the next");
  CREDITREG_CHECK(Decode(kGb18030, bytes) == text, "decoding is repeatable");
  if (text.has_value()) {
    CREDITREG_CHECK(ValidUtf8(*text), "what is accepted is UTF-8");
    CREDITREG_CHECK(AsGb18030(*text) == bytes || HasMovedCharacter(*text),
                    "the text is written as the bytes it came from");
  }
  const auto head = Decode(kGb18030, bytes.substr(0, cut));
  const auto tail = Decode(kGb18030, bytes.substr(cut));
  if (head.has_value() && tail.has_value()) {
    CREDITREG_CHECK(text == absl::StrCat(*head, *tail),
                    "two texts one behind the other are both");
  }
}

// `bytes` behind so many letters that they begin before the end of the window
// and end behind it.
std::string AcrossWindow(absl::string_view bytes, std::size_t window) {
  const std::size_t before = window - std::min(bytes.size() / 2, window);
  return absl::StrCat(std::string(before, 'a'), bytes);
}

}  // namespace
}  // namespace creditreg

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  creditreg::FuzzInput input(data, size);
  const auto wanted = creditreg::kEncodings[input.Choice(3)];
  const std::size_t place = input.Choice(256);
  const std::size_t cut_at = input.Byte();
  const absl::string_view bytes = input.Rest();
  const std::size_t cut = bytes.empty() ? 0 : cut_at % (bytes.size() + 1);
  creditreg::CheckDetection(bytes, cut, wanted);
  // The second window is 1 MiB, of which a run would do nothing else; its rule
  // is the first one's.
  if (place == 1) {
    const std::string file =
        creditreg::AcrossWindow(bytes, creditreg::kDetectBytes);
    creditreg::CheckDetection(
        file, std::min(creditreg::kDetectBytes + cut, file.size()), wanted);
  }
  creditreg::CheckUtf8(bytes);
  creditreg::CheckGb18030(bytes, cut);
  return 0;
}
