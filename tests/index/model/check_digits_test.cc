#include "index/model/check_digits.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/index/model/real_codes.h"

namespace creditreg {
namespace {

TEST(CheckDigitsTest, UsccValuesSkipFiveLetters) {
  EXPECT_EQ(UsccCharValue('0'), 0);
  EXPECT_EQ(UsccCharValue('9'), 9);
  EXPECT_EQ(UsccCharValue('A'), 10);
  EXPECT_EQ(UsccCharValue('G'), 16);
  EXPECT_EQ(UsccCharValue('X'), 29);
  EXPECT_EQ(UsccCharValue('Y'), 30);
  for (const char c : std::string("IOSVZ?az\xE4-") + '\0') {
    EXPECT_EQ(UsccCharValue(c), -1) << c;
  }
}

TEST(CheckDigitsTest, RealCodesPassBothChecks) {
  for (const char* code : kRealCodes) {
    EXPECT_TRUE(UsccCheckOk(code)) << code;
    EXPECT_TRUE(OrganisationCodeCheckOk(std::string(code).substr(8, 9)))
        << code;
  }
}

TEST(CheckDigitsTest, MisprintedCodesFail) {
  for (const char* code : kCodesWithBadFinalCheck) {
    EXPECT_FALSE(UsccCheckOk(code)) << code;
  }
  EXPECT_TRUE(UsccCheckOk("911100001000044477"));
  EXPECT_TRUE(UsccCheckOk("911100001000054748"));
}

// M is 22 and Y 34 here, 21 and 30 in the code around it: with the wrong
// alphabet one of the two checks would fail.
TEST(CheckDigitsTest, TheTwoAlphabetsAreKeptApart) {
  EXPECT_TRUE(UsccCheckOk("91350100M000100Y43"));
  EXPECT_TRUE(OrganisationCodeCheckOk("M000100Y4"));
}

// The letters that no unified code holds stand in real organisation codes.
TEST(CheckDigitsTest, OrganisationCodesMayHoldAnyLetter) {
  // I=18: 18*3 = 54 = 4*11 + 10 -> 1. Z=35: 105 = 9*11 + 6 -> 5.
  EXPECT_TRUE(OrganisationCodeCheckOk("I00000001"));
  EXPECT_TRUE(OrganisationCodeCheckOk("Z00000005"));
}

TEST(CheckDigitsTest, OrganisationCodeCheckCoversTenAndEleven) {
  EXPECT_TRUE(OrganisationCodeCheckOk("71526726X"));
  EXPECT_FALSE(OrganisationCodeCheckOk("71526726A"));
  EXPECT_TRUE(OrganisationCodeCheckOk("334945450"));
  EXPECT_FALSE(OrganisationCodeCheckOk("192203829"));
}

TEST(CheckDigitsTest, RegistrationNumbersOfPublicRegisters) {
  for (const char* number :
       {"440301103097413", "110108012660422", "440301103448669"}) {
    EXPECT_TRUE(Registration15CheckOk(number)) << number;
  }
  EXPECT_FALSE(Registration15CheckOk("440301103097414"));
}

// GB 11643's own examples.
TEST(CheckDigitsTest, ResidentIds) {
  EXPECT_TRUE(ResidentIdCheckOk("11010519491231002X"));
  EXPECT_TRUE(ResidentIdCheckOk("440524188001010014"));
  EXPECT_FALSE(ResidentIdCheckOk("110105194912310021"));
}

TEST(CheckDigitsTest, LuhnSums) {
  EXPECT_TRUE(LuhnOk("4111111111111111"));
  EXPECT_TRUE(LuhnOk("79927398713"));
  EXPECT_FALSE(LuhnOk("4111111111111112"));
}

TEST(CheckDigitsTest, OtherLengthsAndCharactersAreFalse) {
  for (const char* text :
       {"", "0", "中", "91440300192203821", "9144030019220382160",
        "91440300192203821中", "９１４４０３"}) {
    EXPECT_FALSE(UsccCheckOk(text)) << text;
    EXPECT_FALSE(OrganisationCodeCheckOk(text)) << text;
    EXPECT_FALSE(Registration15CheckOk(text)) << text;
    EXPECT_FALSE(ResidentIdCheckOk(text)) << text;
  }
  EXPECT_FALSE(OrganisationCodeCheckOk("m000100y4"));
  EXPECT_FALSE(Registration15CheckOk("44030110309741X"));
  EXPECT_FALSE(LuhnOk(""));
  EXPECT_FALSE(LuhnOk("4111-1111"));
}

}  // namespace
}  // namespace creditreg
