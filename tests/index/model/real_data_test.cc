// What the rules say of real registers. The figures were first computed by
// another program; a difference is a change of a verdict.

#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/model/date_forms.h"
#include "index/model/money.h"
#include "index/model/name.h"
#include "index/model/old_number.h"
#include "index/model/personal_numbers.h"
#include "index/model/uscc.h"
#include "tests/testing/test_data.h"

namespace creditreg {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

// Columns of gd_enterprises.tsv.
enum Column { kName, kCode, kRegDate, kType, kCapital };

TEST(RealDataTest, VerdictsOnTheCodesOfGuangdong) {
  CREDITREG_NEEDS_TEST_DATA();
  int rows = 0;
  std::map<int, int> warnings;
  ForEachTestRow("gd_enterprises.tsv.zst", [&](const TestRow& row) {
    ++rows;
    const CodeCheck check = CheckCode(NormaliseCode(row[kCode]));
    ASSERT_EQ(check.error, CodeError::kNone) << "row " << rows;
    ++warnings[check.warnings];
  });
  EXPECT_EQ(rows, 75'642);
  EXPECT_THAT(warnings,
              UnorderedElementsAre(Pair(0, 75'632), Pair(kBadOrgCheck, 10)));
}

TEST(RealDataTest, VerdictsOnBadAndOldCodes) {
  CREDITREG_NEEDS_TEST_DATA();
  std::map<std::pair<std::string, CodeError>, int> verdicts;
  std::map<std::string, int> guessed;
  int bad_org = 0;
  ForEachTestRow("dirty_codes.tsv.zst", [&](const TestRow& row) {
    const std::string code = NormaliseCode(row[2]);
    const CodeCheck check = CheckCode(code);
    ++verdicts[{row[0], check.error}];
    if (row[0] == "uscc_ok_org_bad") bad_org += check.warnings == kBadOrgCheck;
    const auto number =
        NormaliseOldNumber(OldNumberKind::kRegistration, row[2]);
    if (check.error != CodeError::kBadLength || !number.ok()) return;
    if (GuessOldNumberKind(number->value) == OldNumberKind::kRegistration) {
      ++guessed[row[0]];
    }
    EXPECT_EQ(number->check_ok, row[0] == "reg15_ok") << row[0];
  });
  EXPECT_THAT(verdicts,
              UnorderedElementsAre(
                  // Lower case, which NormaliseCode() mends, and one number of
                  // another kind, 18 characters long only with its dashes.
                  Pair(Pair("uscc_badchar", CodeError::kNone), 139),
                  Pair(Pair("uscc_badchar", CodeError::kBadLength), 1),
                  Pair(Pair("uscc_badcheck", CodeError::kBadFinalCheck), 93),
                  Pair(Pair("uscc_ok_org_bad", CodeError::kNone), 102),
                  Pair(Pair("reg13", CodeError::kBadLength), 264),
                  Pair(Pair("reg15_ok", CodeError::kBadLength), 3'342),
                  Pair(Pair("other", CodeError::kBadLength), 390)));
  EXPECT_EQ(bad_org, 102);
  EXPECT_THAT(guessed,
              UnorderedElementsAre(Pair("reg13", 264), Pair("reg15_ok", 3'342),
                                   Pair("other", 380)));
}

TEST(RealDataTest, CapitalOfGuangdong) {
  CREDITREG_NEEDS_TEST_DATA();
  int given = 0;
  int understood = 0;
  std::map<std::string, int> currencies;
  ForEachTestRow("gd_enterprises.tsv.zst", [&](const TestRow& row) {
    const Capital capital = ParseCapital(row[kCapital]);
    EXPECT_EQ(capital.text, row[kCapital]);
    given += !row[kCapital].empty();
    understood += !capital.currency.empty();
    if (!capital.currency.empty()) ++currencies[capital.currency];
  });
  EXPECT_EQ(given, 58'879);
  // Five cells hold no amount at all.
  EXPECT_EQ(given - understood, 5);
  EXPECT_THAT(currencies,
              ElementsAre(Pair("AUD", 1), Pair("CNY", 53'441), Pair("DEM", 1),
                          Pair("EUR", 6), Pair("GBP", 1), Pair("HKD", 3'380),
                          Pair("JPY", 18), Pair("USD", 2'026)));
}

TEST(RealDataTest, RegistrationDatesOfGuangdong) {
  CREDITREG_NEEDS_TEST_DATA();
  ForEachTestRow("gd_enterprises.tsv.zst", [&](const TestRow& row) {
    EXPECT_EQ(ParseFeedDate(row[kRegDate])->ToIso(), row[kRegDate]);
  });
}

TEST(RealDataTest, NoCodeOfGuangdongIsTakenForAPersonalNumber) {
  CREDITREG_NEEDS_TEST_DATA();
  ForEachTestRow("gd_enterprises.tsv.zst", [&](const TestRow& row) {
    EXPECT_THAT(FindPersonalNumbers(row[kCode]), IsEmpty()) << row[kCode];
  });
}

}  // namespace
}  // namespace creditreg
