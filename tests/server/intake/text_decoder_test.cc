#include "server/intake/text_decoder.h"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <random>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/long_run.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

constexpr v1::TextEncoding kAny = v1::TEXT_ENCODING_UNSPECIFIED;
constexpr v1::TextEncoding kUtf8 = v1::TEXT_ENCODING_UTF8;
constexpr v1::TextEncoding kGb18030 = v1::TEXT_ENCODING_GB18030;

// 公司 in both encodings.
constexpr char kCompanyUtf8[] = "公司";
constexpr char kCompanyGb18030[] = "\xB9\xAB\xCB\xBE";

// Encoding and size of the mark of a whole file, or of its beginning.
std::string Detect(absl::string_view bytes, v1::TextEncoding wanted = kAny,
                   bool complete = true) {
  const auto found = DetectEncoding(bytes, complete, wanted);
  if (!found.ok()) return std::string(found.status().message());
  if (!found->has_value()) return "more";
  return ((*found)->encoding == kUtf8 ? "utf8 " : "gb18030 ") +
         std::to_string((*found)->mark_bytes);
}

std::string FromGb18030(std::string bytes) {
  auto decoder = CellDecoder::Create(kGb18030);
  EXPECT_THAT(decoder, IsOk());
  return (*decoder)->Decode(bytes) ? bytes : "refused";
}

TEST(TextDecoderTest, TheBytesTellTheEncoding) {
  EXPECT_EQ(Detect(""), "utf8 0");
  EXPECT_EQ(Detect("a,b\n"), "utf8 0");
  EXPECT_EQ(Detect(kCompanyUtf8), "utf8 0");
  EXPECT_EQ(Detect(kCompanyGb18030), "gb18030 0");
  EXPECT_EQ(Detect("\xEF\xBB\xBF"
                   "a"),
            "utf8 3");
  EXPECT_EQ(Detect("\x84\x31\x95\x33"
                   "a"),
            "gb18030 4");
  // Valid at first, refuted later.
  EXPECT_EQ(Detect(std::string(kCompanyUtf8) + kCompanyGb18030), "gb18030 0");
}

TEST(TextDecoderTest, AWantedEncodingIsNotQuestioned) {
  EXPECT_EQ(Detect(kCompanyGb18030, kUtf8), "utf8 0");
  EXPECT_EQ(Detect(kCompanyUtf8, kGb18030), "gb18030 0");
  EXPECT_EQ(Detect("\xEF\xBB\xBF"
                   "a",
                   kUtf8),
            "utf8 3");
  EXPECT_EQ(Detect("\xEF\xBB\xBF"
                   "a",
                   kGb18030),
            "gb18030 0");
}

TEST(TextDecoderTest, OtherFilesAreRefused) {
  EXPECT_EQ(Detect(std::string("\xFF\xFE"
                               "a\0",
                               4)),
            "BAD_ENCODING: UTF-16, want UTF-8 or GB18030");
  EXPECT_EQ(Detect("PK\x03\x04rest"),
            "BAD_ENCODING: a spreadsheet file, want it saved as CSV");
  EXPECT_EQ(Detect("\xD0\xCF\x11\xE0rest", kUtf8),
            "BAD_ENCODING: a spreadsheet file, want it saved as CSV");
}

TEST(TextDecoderTest, TheAnswerWaitsForEnoughBytes) {
  EXPECT_EQ(Detect("a", kAny, false), "more");
  EXPECT_EQ(Detect("abcd", kUtf8, false), "utf8 0");
  EXPECT_EQ(Detect("\xEF\xBB\xBF"
                   "a",
                   kAny, false),
            "utf8 3");
  std::string file = kCompanyUtf8;
  file.resize(kDetectBytes - 1, 'a');
  EXPECT_EQ(Detect(file, kAny, false), "more");
  EXPECT_EQ(Detect(file + "a", kAny, false), "utf8 0");
  // What comes after the window does not matter, nor does it come at once.
  EXPECT_EQ(Detect(file + "a" + kCompanyGb18030), "utf8 0");
}

TEST(TextDecoderTest, ACharacterCutByTheWindowDoesNotRefute) {
  std::string file = kCompanyUtf8;
  file.resize(kDetectBytes - 2, 'a');
  file += "公司";
  EXPECT_EQ(Detect(file, kAny, false), "utf8 0");
  EXPECT_EQ(Detect(file, kAny, true), "utf8 0");
  // The same bytes at the file's end are cut off for good: two that are wrong.
  EXPECT_EQ(Detect(file.substr(3, kDetectBytes - 3), kAny, true), "gb18030 0");
}

TEST(TextDecoderTest, AFileThatBeginsInAsciiIsLookedAtLonger) {
  std::string file(kDetectAsciiBytes - 4, 'a');
  EXPECT_EQ(Detect(file, kAny, false), "more");
  EXPECT_EQ(Detect(file + kCompanyGb18030), "gb18030 0");
  EXPECT_EQ(Detect(file + "aaaa", kAny, false), "utf8 0");
}

// Cells of invented Chinese in GB18030, `characters` in all: as in real texts,
// one in ten of the rarer half of GB 2312, some in GBK alone or in four bytes.
std::string RandomGb18030(std::mt19937_64& random, std::uint64_t characters) {
  std::string text = "XK_XDR_MC,XK_JDRQ\r\n";
  for (std::uint64_t i = 0; i < characters; ++i) {
    const std::uint64_t rarity = random() % 100;
    if (rarity == 0) {
      text += "\x95\x32\x90\x31";  // U+20087
    } else if (rarity == 1) {
      text += static_cast<char>(0x81 + random() % 0x20);
      text += static_cast<char>(0x40 + random() % 0x3F);
    } else {
      text += static_cast<char>(rarity < 10 ? 0xD8 + random() % 0x20
                                            : 0xB0 + random() % 0x27);
      text += static_cast<char>(0xA1 + random() % 94);
    }
    if (i % 6 == 5) text += ",2026-01-05\r\n";
  }
  return text;
}

// One mishap: a stray lead byte, a character cut off by a row's end or the
// file's, or a byte that became another.
void Damage(std::mt19937_64& random, std::string& utf8) {
  const auto is_lead = [](char c) {
    return static_cast<unsigned char>(c) >= 0xE0;
  };
  // In the second half, or there may be too little left to go by.
  std::size_t lead = utf8.size() - 1 - random() % (utf8.size() / 2);
  while (!is_lead(utf8[lead])) --lead;
  switch (random() % 4) {
    case 0:
      utf8 += '\xE5';
      return;
    case 1:
      utf8.insert(lead, "\xE5");
      return;
    case 2:
      utf8.resize(lead + 1 + random() % 2);
      return;
    default:
      utf8[lead] = static_cast<char>(0x80 + random() % 0x80);
  }
}

TEST(TextDecoderTest, AShortFileInGb18030IsNotTakenForUtf8) {
  const LongRun run;
  std::mt19937_64 random(run.seed());
  for (int round = 0; round < 20'000; ++round) {
    const std::string file = RandomGb18030(random, 10 + random() % 30);
    ASSERT_EQ(Detect(file), "gb18030 0")
        << "round " << round << ": " << absl::BytesToHexString(file);
  }
}

TEST(TextDecoderTest, AShortFileInUtf8WithDamageIsNotTakenForGb18030) {
  const LongRun run;
  std::mt19937_64 random(run.seed());
  for (int round = 0; round < 20'000; ++round) {
    std::string file = FromGb18030(RandomGb18030(random, 20 + random() % 30));
    // Codes that no character has.
    if (file == "refused") continue;
    Damage(random, file);
    ASSERT_EQ(Detect(file), "utf8 0")
        << "round " << round << ": " << absl::BytesToHexString(file);
  }
}

TEST(TextDecoderTest, Gb18030OfEveryLength) {
  EXPECT_EQ(FromGb18030(kCompanyGb18030), kCompanyUtf8);
  // U+20087, a rare surname's character, in four bytes.
  EXPECT_EQ(FromGb18030("\x95\x32\x90\x31"
                        "A"),
            "\U00020087A");
  // U+1F600.
  EXPECT_EQ(FromGb18030("\x94\x39\xFC\x36"), "\U0001F600");
  EXPECT_EQ(FromGb18030("plain"), "plain");
}

TEST(TextDecoderTest, Gb18030IsReadAsItsEditionOf2022) {
  struct Case {
    const char* bytes;
    const char* text;
  };
  const Case cases[] = {
      {"\xA6\xD9", "\uFE10"},     {"\xA6\xDA", "\uFE12"},
      {"\xA6\xDB", "\uFE11"},     {"\xA6\xDC", "\uFE13"},
      {"\xA6\xDD", "\uFE14"},     {"\xA6\xDE", "\uFE15"},
      {"\xA6\xDF", "\uFE16"},     {"\xA6\xEC", "\uFE17"},
      {"\xA6\xED", "\uFE18"},     {"\xA6\xF3", "\uFE19"},
      {"\xFE\x51", "\U00020087"}, {"\xFE\x52", "\U00020089"},
      {"\xFE\x53", "\U000200CC"}, {"\xFE\x59", "\u9FB4"},
      {"\xFE\x61", "\u9FB5"},     {"\xFE\x66", "\u9FB6"},
      {"\xFE\x67", "\u9FB7"},     {"\xFE\x6C", "\U000215D7"},
      {"\xFE\x6D", "\u9FB8"},     {"\xFE\x76", "\U0002298F"},
      {"\xFE\x7E", "\u9FB9"},     {"\xFE\x90", "\u9FBA"},
      {"\xFE\x91", "\U000241FE"}, {"\xFE\xA0", "\u9FBB"},
  };
  static_assert(std::size(cases) == 24);
  for (const Case& a_case : cases) {
    EXPECT_EQ(FromGb18030(a_case.bytes), a_case.text);
  }
  // The code that the edition of 2005 had for the same character.
  EXPECT_EQ(FromGb18030("\x82\x35\x90\x37"), "\u9FB4");
}

TEST(TextDecoderTest, BytesThatAreNotInTheEncodingAreRefused) {
  for (const char* bytes : {"\xFF", "\xB9", "\x81\x30", "\x81\x30\x81",
                            "\xB9\x20", "\xE3\x32\x9A\x36"}) {
    EXPECT_EQ(FromGb18030(bytes), "refused");
  }
  auto utf8 = CellDecoder::Create(kUtf8);
  ASSERT_THAT(utf8, IsOk());
  std::string cell = kCompanyGb18030;
  EXPECT_FALSE((*utf8)->Decode(cell));
  EXPECT_EQ(cell, kCompanyGb18030);
  cell = kCompanyUtf8;
  EXPECT_TRUE((*utf8)->Decode(cell));
  EXPECT_EQ(cell, kCompanyUtf8);
}

TEST(TextDecoderTest, ARefusedCellLeavesNothingBehind) {
  auto decoder = CellDecoder::Create(kGb18030);
  ASSERT_THAT(decoder, IsOk());
  std::string broken = "\xB9";
  EXPECT_FALSE((*decoder)->Decode(broken));
  std::string next = kCompanyGb18030;
  EXPECT_TRUE((*decoder)->Decode(next));
  EXPECT_EQ(next, kCompanyUtf8);
}

}  // namespace
}  // namespace creditreg
