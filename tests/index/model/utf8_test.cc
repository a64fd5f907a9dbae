#include "index/model/utf8.h"

#include <string>

#include "gtest/gtest.h"

namespace creditreg {
namespace {

TEST(Utf8Test, EveryCodePointSurvivesItsBytes) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string bytes;
    AppendUtf8(c, bytes);
    const Utf8Char back = FirstUtf8Char(bytes);
    ASSERT_TRUE(back.valid) << static_cast<unsigned>(c);
    ASSERT_EQ(back.code_point, c);
    ASSERT_EQ(back.size_bytes, bytes.size());
  }
}

TEST(Utf8Test, IllFormedBytesAreSingleInvalidCharacters) {
  const std::string cases[] = {
      "\x80",              // continuation without a lead
      "\xC0\x80",          // overlong NUL
      "\xC1\xBF",          // overlong
      "\xE0\x80\x80",      // overlong
      "\xF0\x80\x80\x80",  // overlong
      "\xED\xA0\x80",      // surrogate
      "\xF4\x90\x80\x80",  // past U+10FFFF
      "\xF5\x80\x80\x80",  // no such lead
      "\xFF",
      "\xE4\xB8",   // cut short
      "\xE4\xB8X",  // continuation missing
  };
  for (const std::string& bytes : cases) {
    const Utf8Char c = FirstUtf8Char(bytes);
    EXPECT_FALSE(c.valid);
    EXPECT_EQ(c.size_bytes, 1u);
    EXPECT_EQ(c.code_point, U'\uFFFD');
    EXPECT_FALSE(ValidUtf8(bytes));
    EXPECT_FALSE(ValidUtf8("深圳" + bytes));
  }
}

TEST(Utf8Test, CountsCharacters) {
  EXPECT_EQ(CharCount(""), 0u);
  EXPECT_EQ(CharCount("ab"), 2u);
  EXPECT_EQ(CharCount("深圳𠮷"), 3u);
  EXPECT_EQ(CharCount("深\xFF\xE4"), 3u);
  EXPECT_TRUE(ValidUtf8(""));
  EXPECT_TRUE(ValidUtf8("深圳𠮷䶮"));
}

}  // namespace
}  // namespace creditreg
