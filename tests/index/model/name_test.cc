#include "index/model/name.h"

#include <string>

#include "gtest/gtest.h"
#include "index/model/simplified_form.h"

namespace creditreg {
namespace {

// Natural keys on disk hold these bytes. If this fails, keys made before would
// no longer be found: the function must not change, see name.h.
TEST(NameTest, KeysArePinned) {
  EXPECT_EQ(NormaliseName(" 腾讯科技（深圳）有限公司　"),
            "腾讯科技(深圳)有限公司");
  EXPECT_EQ(NormaliseName("ＡＢｃ-１２３（中国）〔x〕【Y】有限公司"),
            "ABC-123(中国)(X)(Y)有限公司");
  EXPECT_EQ(NormaliseName("“老王”‘小店’•約翰・史密斯—２"),
            "\"老王\"'小店'·约翰·史密斯-2");
  EXPECT_EQ(NormaliseName("廣東Ünï 䶮𠮷"), "广东ÜNï䶮𠮷");
}

TEST(NameTest, TraditionalCharactersAreTheirSimplifiedOnes) {
  EXPECT_EQ(NormaliseName("深圳市華為技術有限公司"),
            NormaliseName("深圳市华为技术有限公司"));
  EXPECT_EQ(NormaliseName("法人及非法人組織"), "法人及非法人组织");
  EXPECT_EQ(NormaliseName("行政許可決定文書號"), "行政许可决定文书号");
  // Simplified characters too.
  EXPECT_EQ(NormaliseName("乾著後於俱"), "乾著後於俱");
}

// One pass is enough, or a name would differ from its own key.
TEST(NameTest, TheSimplifiedFormOfASimplifiedFormIsItself) {
  int changed = 0;
  for (char32_t c = 0x3000; c < 0xA100; ++c) {
    const char32_t simplified = SimplifiedForm(c);
    EXPECT_EQ(SimplifiedForm(simplified), simplified) << static_cast<int>(c);
    changed += simplified != c ? 1 : 0;
  }
  EXPECT_EQ(changed, 2835);
}

TEST(NameTest, EveryBracketIsARoundOne) {
  for (const char* name :
       {"甲（乙）", "甲(乙)", "甲［乙］", "甲[乙]", "甲｛乙｝", "甲{乙}",
        "甲【乙】", "甲〔乙〕", "甲〖乙〗", "甲〈乙〉", "甲《乙》", "甲「乙」",
        "甲『乙』", "甲﹙乙﹚", "甲︵乙︶", "甲｢乙｣", "甲⟨乙⟩"}) {
    EXPECT_EQ(NormaliseName(name), "甲(乙)") << name;
  }
}

TEST(NameTest, EveryMiddleDotIsTheSame) {
  for (const char* name : {"约翰·甲", "约翰•甲", "约翰‧甲", "约翰・甲",
                           "约翰･甲", "约翰∙甲", "约翰⋅甲"}) {
    EXPECT_EQ(NormaliseName(name), "约翰·甲") << name;
  }
}

TEST(NameTest, BlanksAndInvisibleCharactersGo) {
  EXPECT_EQ(NormaliseName("\t甲 乙　丙\u00A0丁\u200B戊\uFEFF己\r\n"),
            "甲乙丙丁戊己");
}

TEST(NameTest, NothingElseChanges) {
  for (const char* name : {"一丁", "甲、乙。", "A&B", "a\\b|c", "①Ⅱ㈱"}) {
    std::string expected = name;
    for (char& c : expected) {
      if (c >= 'a' && c <= 'z') c += 'A' - 'a';
    }
    EXPECT_EQ(NormaliseName(name), expected);
  }
  EXPECT_EQ(NormaliseName("甲\xFF乙\xE4"), "甲\xFF乙\xE4");
  EXPECT_EQ(NormaliseName(""), "");
}

TEST(NameTest, ASecondTimeChangesNothing) {
  std::string everything;
  for (char32_t c = 0; c < 0x11000; ++c) {
    if (c < 0xD800 || c > 0xDFFF) AppendUtf8(c, everything);
  }
  const std::string once = NormaliseName(everything);
  EXPECT_EQ(NormaliseName(once), once);
}

}  // namespace
}  // namespace creditreg
