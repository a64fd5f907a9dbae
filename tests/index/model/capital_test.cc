#include "index/model/capital.h"

#include <cstdint>
#include <string>

#include "gtest/gtest.h"

namespace creditreg {
namespace {

struct Case {
  const char* text;
  std::int64_t minor_units;
  const char* currency;
};

// One of each form in the registers of Guangdong.
constexpr Case kRealForms[] = {
    {"100(万元人民币)", 100'000'000, "CNY"},
    {"600（万元）", 600'000'000, "CNY"},
    {"183.8000(万人民币元)", 183'800'000, "CNY"},
    {"62,753.3125(万元人民币)", 62'753'312'500, "CNY"},
    {"300(万元(人民币))", 300'000'000, "CNY"},
    {"534.5000(万元（人民币）)", 534'500'000, "CNY"},
    {"3万人民币", 3'000'000, "CNY"},
    {"112(万)", 112'000'000, "CNY"},
    {"153000万元人民币", 153'000'000'000, "CNY"},
    {"2,521,984.5601(万元人民币)", 2'521'984'560'100, "CNY"},
    {"130(万美元)", 130'000'000, "USD"},
    {"1142.4万美元", 1'142'400'000, "USD"},
    {"294.8000(万元(美元))", 294'800'000, "USD"},
    {"25,220(万香港元)", 25'220'000'000, "HKD"},
    {"270万港币", 270'000'000, "HKD"},
    {"100(万元（港币）)", 100'000'000, "HKD"},
    {"121,293(万日元)", 1'212'930'000, "JPY"},
    {"3,345(万元(欧元))", 3'345'000'000, "EUR"},
    {"400(万德国马克)", 400'000'000, "DEM"},
    {"231.9121(万英镑)", 231'912'100, "GBP"},
    {"50(万澳大利亚元)", 50'000'000, "AUD"},
};

constexpr Case kOtherForms[] = {
    {"100万", 100'000'000, "CNY"},
    {"壹", 0, ""},
    {"人民币100万元整", 100'000'000, "CNY"},
    {"USD 50,000.25", 5'000'025, "USD"},
    {"１００万元", 100'000'000, "CNY"},
    {"2亿元", 20'000'000'000, "CNY"},
    {"3百万美元", 300'000'000, "USD"},
    {"50000", 5'000'000, "CNY"},
    {"0.000000万元", 0, "CNY"},
    {"0.0000010000万元", 1, "CNY"},
};

void ExpectParsed(const Case& c) {
  const Capital expected{c.minor_units, c.currency, c.text};
  const Capital parsed = ParseCapital(c.text);
  EXPECT_EQ(parsed, expected)
      << c.text << ": " << parsed.minor_units << " " << parsed.currency;
}

TEST(CapitalTest, FormsOfRealRegisters) {
  for (const Case& c : kRealForms) ExpectParsed(c);
}

TEST(CapitalTest, OtherForms) {
  for (const Case& c : kOtherForms) ExpectParsed(c);
}

TEST(CapitalTest, WhatIsNotUnderstoodIsKeptAsText) {
  for (const char* text : {"",
                           "某某某",
                           "电热多用锅",
                           "ROY",
                           "-",
                           "万元",
                           "(万元人民币)",
                           "-5万元",
                           "1,00万元",
                           ",100万元",
                           "1000,000万元",
                           "1.000,5万元",
                           "1..2万元",
                           "5万美元人民币",
                           "5人民币万美元",
                           "5万元以上",
                           "1-5万元",
                           "0.0000001万元",
                           "0.1日元",
                           "99999999999999999亿元",
                           "1000000000001万元",
                           "\xFF\xFE"}) {
    const Capital parsed = ParseCapital(text);
    EXPECT_EQ(parsed, (Capital{0, "", text})) << text;
  }
}

}  // namespace
}  // namespace creditreg
