#include "index/model/money.h"

#include <limits>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

TEST(MoneyTest, WanYuanIsExact) {
  const struct {
    const char* text;
    std::int64_t fen;
  } cases[] = {
      {"0", 0},
      {"0.000001", 1},
      {"1", 1'000'000},
      {"1.5", 1'500'000},
      {"0.3", 300'000},
      {"12.345678", 12'345'678},
      {"007", 7'000'000},
      {"1.500000", 1'500'000},
      {" 2 ", 2'000'000},
      {"１２．５", 12'500'000},
      {"　3　", 3'000'000},
      {"1000000000000", kMaxAmountFen},
      {"1000000000000.000000", kMaxAmountFen},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(FenFromWanYuan(c.text), IsOkAndHolds(c.fen)) << c.text;
  }
}

TEST(MoneyTest, YuanIsExact) {
  EXPECT_THAT(FenFromYuan("12.34"), IsOkAndHolds(1'234));
  EXPECT_THAT(FenFromYuan("12.3"), IsOkAndHolds(1'230));
  EXPECT_THAT(FenFromYuan("0.01"), IsOkAndHolds(1));
  EXPECT_THAT(FenFromYuan("19.99"), IsOkAndHolds(1'999));
  EXPECT_THAT(FenFromYuan("10000000000000000"), IsOkAndHolds(kMaxAmountFen));
}

TEST(MoneyTest, WhatIsNotAPlainDecimalIsRefused) {
  for (const char* text :
       {"",    " ",   ".",   "1.",    ".5",    "1,000", "1，000", "1e3",
        "-1",  "+1",  "－1", "1 000", "1.2.3", "0x10",  "壹",     "1万",
        "1元", "NaN", "inf", "１．",  "1\xFF", "¥1"}) {
    EXPECT_THAT(FenFromWanYuan(text),
                StatusIs(kInvalid,
                         AllOf(HasSubstr("amount: "), HasSubstr("wrong form"))))
        << text;
    EXPECT_THAT(FenFromYuan(text), StatusIs(kInvalid, HasSubstr("wrong form")))
        << text;
  }
}

TEST(MoneyTest, DecimalsThatDoNotFitAreRefusedEvenZeros) {
  EXPECT_THAT(FenFromWanYuan("1.0000000"),
              StatusIs(kInvalid, HasSubstr("at most 6")));
  EXPECT_THAT(FenFromYuan("1.234"), StatusIs(kInvalid, HasSubstr("at most 2")));
}

TEST(MoneyTest, AmountsPastTheLimitAreRefused) {
  for (const char* text : {"1000000000000.000001", "1000000000001",
                           "99999999999999999999999999999999"}) {
    EXPECT_THAT(FenFromWanYuan(text),
                StatusIs(kInvalid, AllOf(HasSubstr("too large"),
                                         Not(HasSubstr("9999")))));
  }
  EXPECT_THAT(FenFromYuan("10000000000000000.01"),
              StatusIs(kInvalid, HasSubstr("too large")));
}

TEST(MoneyTest, TextsOfAmounts) {
  EXPECT_EQ(WanYuanFromFen(0), "0");
  EXPECT_EQ(WanYuanFromFen(1), "0.000001");
  EXPECT_EQ(WanYuanFromFen(1'500'000), "1.5");
  EXPECT_EQ(WanYuanFromFen(100'000'000), "100");
  EXPECT_EQ(WanYuanFromFen(-1'500'000), "-1.5");
  EXPECT_EQ(YuanFromFen(0), "0.00");
  EXPECT_EQ(YuanFromFen(1'234), "12.34");
  EXPECT_EQ(YuanFromFen(-5), "-0.05");
  EXPECT_EQ(YuanFromFen(std::numeric_limits<std::int64_t>::min()),
            "-92233720368547758.08");
}

TEST(MoneyTest, TextsLeadBackToTheAmount) {
  for (std::int64_t fen = 1; fen < kMaxAmountFen / 7; fen = fen * 7 + 3) {
    EXPECT_THAT(FenFromWanYuan(WanYuanFromFen(fen)), IsOkAndHolds(fen));
    EXPECT_THAT(FenFromYuan(YuanFromFen(fen)), IsOkAndHolds(fen));
  }
}

}  // namespace
}  // namespace creditreg
