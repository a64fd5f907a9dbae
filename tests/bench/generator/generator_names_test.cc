// Claim: nothing the generator invents stands on a real firm. The real names
// are 1.2 million of the register and 267,000 short names.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "bench/generator/enterprise.h"
#include "bench/generator/guangdong.h"
#include "bench/generator/words.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_data.h"

namespace creditreg::generator {
namespace {

constexpr std::uint64_t kEnterprisesTried = 200000;

class GeneratorNamesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    CREDITREG_NEEDS_TEST_DATA();
    CREDITREG_ASSERT_OK_AND_ASSIGN(
        Guangdong guangdong,
        Guangdong::Load(absl::StrCat(CREDITREG_SOURCE_DIR, "/conf/codes")));
    guangdong_.emplace(std::move(guangdong));
  }

  std::optional<Guangdong> guangdong_;
};

TEST_F(GeneratorNamesTest, NoNameIsARealFirms) {
  absl::flat_hash_set<std::string> real;
  real.reserve(1300000);
  for (const char* file :
       {"gd_enterprises.tsv.zst", "cn_names_codes.tsv.zst"}) {
    ForEachTestRow(file, [&](const TestRow& row) { real.insert(row[0]); });
  }
  ASSERT_GT(real.size(), 1000000u);

  const EnterpriseMaker maker(1, DayOf(2026, 10, 31), *guangdong_);
  absl::flat_hash_set<std::string> made;
  for (std::uint64_t number = 0; number < kEnterprisesTried; ++number) {
    const Enterprise enterprise = maker.Make(number);
    EXPECT_FALSE(real.contains(enterprise.name)) << enterprise.name;
    for (const PastName& past : enterprise.past_names) {
      EXPECT_FALSE(real.contains(past.name)) << past.name;
    }
    made.insert(enterprise.name);
  }
  // And they are names, not one name: no two are the same.
  EXPECT_EQ(made.size(), kEnterprisesTried);
}

TEST_F(GeneratorNamesTest, NoTradeNameIsARealShortName) {
  absl::flat_hash_set<std::string> real;
  ForEachTestRow("company_short_names.txt.zst",
                 [&](const TestRow& row) { real.insert(row[0]); });
  ASSERT_GT(real.size(), 200000u);

  const EnterpriseMaker maker(1, DayOf(2026, 10, 31), *guangdong_);
  for (std::uint64_t number = 0; number < kEnterprisesTried; ++number) {
    for (const std::uint64_t variant : {0, 1, 2, 5, 9}) {
      const std::string name = maker.TradeName(number, variant);
      EXPECT_FALSE(real.contains(name)) << name;
    }
  }
}

// Why the two above hold for every seed and size: all trade names begin with
// the mark, and a real name that does goes on with a character not used here.
TEST_F(GeneratorNamesTest, RealNamesThatBeginWithTheMarkGoOnOtherwise) {
  absl::flat_hash_set<std::string> characters;
  for (std::size_t i = 0; i < kTradeCharacters.size(); ++i) {
    characters.insert(std::string(kTradeCharacters[i]));
  }
  ForEachTestRow("company_short_names.txt.zst", [&](const TestRow& row) {
    if (!absl::StartsWith(row[0], kTradeMark)) return;
    EXPECT_FALSE(characters.contains(row[0].substr(kTradeMark.size(), 3)))
        << row[0];
  });
}

// The reserved range: real organisation codes never begin with "GD".
TEST_F(GeneratorNamesTest, NoRealCodeIsInTheReservedRange) {
  for (const char* file :
       {"gd_enterprises.tsv.zst", "cn_names_codes.tsv.zst"}) {
    ForEachTestRow(file, [&](const TestRow& row) {
      if (row[1].size() != 18) return;
      EXPECT_NE(row[1].substr(8, 2), "GD") << file;
    });
  }
}

}  // namespace
}  // namespace creditreg::generator
