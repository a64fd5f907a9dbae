#include "index/model/uscc.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/hash/hash_testing.h"
#include "absl/strings/ascii.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/index/model/real_codes.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kHuawei[] = "914403001922038216";

CodeCheck Check(CodeError error, int position = 0, int warnings = 0) {
  return {error, position, static_cast<std::uint8_t>(warnings)};
}

TEST(UsccTest, RealCodesAreSound) {
  for (const char* code : kRealCodes) {
    EXPECT_EQ(CheckCode(code), CodeCheck{}) << code;
    CREDITREG_ASSERT_OK_AND_ASSIGN(const Uscc uscc, Uscc::Parse(code));
    EXPECT_EQ(uscc.view(), code);
  }
}

TEST(UsccTest, MisprintedCodesFailTheFinalCheck) {
  for (const char* code : kCodesWithBadFinalCheck) {
    EXPECT_EQ(CheckCode(code), Check(CodeError::kBadFinalCheck)) << code;
  }
}

// Proves the scheme's promise for the codes we know: one wrong character is
// always seen, whichever it is.
TEST(UsccTest, EveryWrongCharacterIsSeen) {
  for (const char* real : kRealCodes) {
    std::string code = real;
    for (char& c : code) {
      const char right = c;
      for (int byte = 0; byte < 256; ++byte) {
        c = static_cast<char>(byte);
        if (c == right) continue;
        EXPECT_NE(CheckCode(code).error, CodeError::kNone)
            << real << " with byte " << byte << " at " << (&c - code.data());
      }
      c = right;
    }
  }
}

TEST(UsccTest, EverySwapOfTwoCharactersIsSeen) {
  for (const char* real : kRealCodes) {
    std::string code = real;
    for (std::size_t i = 0; i < 17; ++i) {
      for (std::size_t j = i + 1; j < 17; ++j) {
        if (code[i] == code[j]) continue;
        std::swap(code[i], code[j]);
        EXPECT_EQ(CheckCode(code).error, CodeError::kBadFinalCheck)
            << real << ": " << i << " and " << j;
        std::swap(code[i], code[j]);
      }
    }
  }
}

TEST(UsccTest, ErrorsNameTheRuleAndNeverTheText) {
  const struct {
    const char* text;
    const char* message;
  } cases[] = {
      {"", "0 characters, want 18"},
      {"91440300192203821", "17 characters, want 18"},
      {"9144030019220382160", "19 characters, want 18"},
      {" 914403001922038216", "19 characters, want 18"},
      {"中文中文中文", "6 characters, want 18"},
      {"I14403001922038216", "character 1 is outside the alphabet"},
      {"9144030019220382O6", "character 17 is outside the alphabet"},
      {"91440300708461136t", "character 18 is outside the alphabet"},
      {"914403001922０38216", "character 13 is outside the alphabet"},
      {"914403001922038217", "check character does not match"},
      {"00000000000000000X", "placeholder"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(
        Uscc::Parse(c.text),
        StatusIs(absl::StatusCode::kInvalidArgument,
                 AllOf(HasSubstr(c.message), Not(HasSubstr("440300192")))))
        << c.text;
  }
}

TEST(UsccTest, PositionsCountCharactersNotBytes) {
  EXPECT_EQ(CheckCode("中14403001922038216"),
            Check(CodeError::kInvalidChar, 1));
  EXPECT_EQ(CheckCode("9144030019220382中中"),
            Check(CodeError::kInvalidChar, 17));
  EXPECT_EQ(CheckCode("\xFF"
                      "14403001922038216"),
            Check(CodeError::kInvalidChar, 1));
}

TEST(UsccTest, FillersArePlaceholders) {
  for (const char* text :
       {"00000000000000000X", "000000000000000000", "000000000000000001",
        "999999999999999999", "XXXXXXXXXXXXXXXXXX", "******************"}) {
    EXPECT_EQ(CheckCode(text), Check(CodeError::kPlaceholder)) << text;
  }
}

TEST(UsccTest, WrongOrganisationCheckIsAWarning) {
  EXPECT_EQ(CheckCode("914403001922038229"),
            Check(CodeError::kNone, 0, kBadOrgCheck));
  EXPECT_THAT(Uscc::Parse("914403001922038229"), IsOk());
}

// `body`, 17 characters, with its check character.
std::string WithCheck(const std::string& body) {
  for (const char c : std::string("0123456789ABCDEFGHJKLMNPQRTUWXY")) {
    if (CheckCode(body + c).error == CodeError::kNone) return body + c;
  }
  ADD_FAILURE() << body;
  return body;
}

TEST(UsccTest, DepartmentCategoryAndDivisionAreWarnings) {
  const struct {
    const char* body;
    int warnings;
  } cases[] = {
      {"91440300192203821", 0},
      {"93440300192203821", 0},
      {"A1100000192203821", 0},
      {"Y1440300192203821", 0},
      {"B1440300192203821", kUnknownDepartment},
      {"01440300192203821", kUnknownDepartment},
      {"94440300192203821", kUnknownCategory},
      {"44440300192203821", kUnknownCategory},
      {"Y2440300192203821", kUnknownCategory},
      {"91000000192203821", kUnknownDivision},
      {"91990300192203821", kUnknownDivision},
      {"914403A0192203821", kUnknownDivision},
      // Retired in 1983, still on the code of whoever registered there.
      {"91440201192203821", 0},
      {"B4990300192203829",
       kUnknownDepartment | kUnknownDivision | kBadOrgCheck},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(CheckCode(WithCheck(c.body)),
              Check(CodeError::kNone, 0, c.warnings))
        << c.body;
  }
}

TEST(UsccTest, OrdersAndHashesByItsCharacters) {
  const Uscc a = *Uscc::Parse("91440300192317458F");
  const Uscc b = *Uscc::Parse(kHuawei);
  EXPECT_EQ(b, *Uscc::Parse(kHuawei));
  EXPECT_NE(a, b);
  EXPECT_LT(b, a);
  EXPECT_TRUE(absl::VerifyTypeImplementsAbslHashCorrectly({a, b}));
  EXPECT_EQ(b.organisation_code(), "192203821");
}

TEST(NormaliseCodeTest, MakesOneFormOfEveryWayToTypeACode) {
  for (const char* raw :
       {"914403001922038216", " 914403001922038216\r\n", "91440300 19220382 16",
        "9144 0300-1922-0382-16", "９１４４０３００１９２２０３８２１６",
        "91440300　192203821　6", "91440300\u2013192203821\u20146",
        "\uFEFF914403001922038216", "914403\u200B001922038216",
        "91440300－192203821－6"}) {
    EXPECT_EQ(NormaliseCode(raw), kHuawei) << raw;
  }
  EXPECT_EQ(NormaliseCode("91440300708461136t"), "91440300708461136T");
  EXPECT_EQ(NormaliseCode("ｘ"), "X");
}

TEST(NormaliseCodeTest, RepairsNothing) {
  EXPECT_EQ(NormaliseCode("9I44O3"), "9I44O3");
  EXPECT_EQ(NormaliseCode("9144。0300一"), "9144。0300一");
  EXPECT_EQ(NormaliseCode("91\xFF\xE4\xB8"), "91\xFF\xE4\xB8");
  EXPECT_EQ(NormaliseCode(""), "");
}

}  // namespace
}  // namespace creditreg
