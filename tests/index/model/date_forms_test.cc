#include "index/model/date_forms.h"

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

TEST(ParseFeedDateTest, EveryFormOfOneDay) {
  const CivilDay day = *CivilDay::FromYmd(2026, 1, 5);
  for (const char* text : {"2026-01-05",
                           "2026-1-5",
                           "2026-1-05",
                           "2026/1/5",
                           "2026/01/05",
                           "2026.1.5",
                           "2026.01.05",
                           "2026年1月5日",
                           "2026年01月05日",
                           "20260105",
                           "46027",
                           "46027.0",
                           "46027.75",
                           " 2026-01-05 ",
                           "　2026-01-05\r",
                           "２０２６-０１-０５",
                           "２０２６年１月５日",
                           "２０２６０１０５",
                           "2026－01－05",
                           "2026／1／5",
                           "2026-01-05 00:00:00",
                           "2026-01-05T00:00:00",
                           "2026-01-05t23:59",
                           "2026/1/5 9:05",
                           "2026-01-05 23:59:59.999",
                           "2026-01-05T08:00:00+08:00",
                           "20260105 12:00:00",
                           "2026年1月5日 10:00",
                           "2026-01-05  24:00:00",
                           "\uFEFF2026-01-05"}) {
    EXPECT_THAT(ParseFeedDate(text), IsOkAndHolds(day)) << text;
  }
}

TEST(ParseFeedDateTest, NothingIsUnknown) {
  for (const char* text : {"", " ", "　", "\t\r\n", "\uFEFF"}) {
    EXPECT_THAT(ParseFeedDate(text), IsOkAndHolds(CivilDay::Unknown())) << text;
  }
}

TEST(ParseFeedDateTest, WithoutAnEnd) {
  for (const char* text :
       {"2099-12-31", "2099/12/31", "2099年12月31日", "20991231", "73050",
        "9999-12-31", "9999.12.31", "99991231", "9999-12-31 23:59:59", "长期",
        " 长期 ", "永久", "长期有效", "无固定期限"}) {
    EXPECT_THAT(ParseFeedDate(text), IsOkAndHolds(CivilDay::OpenEnded()))
        << text;
  }
}

// Excel believes that 1900 was a leap year: its numbers are right from 61 on.
TEST(ParseFeedDateTest, ExcelDayNumbers) {
  EXPECT_THAT(ParseFeedDate("61"),
              IsOkAndHolds(*CivilDay::FromYmd(1900, 3, 1)));
  EXPECT_THAT(ParseFeedDate("25569"),
              IsOkAndHolds(*CivilDay::FromYmd(1970, 1, 1)));
  EXPECT_THAT(ParseFeedDate("45351"),
              IsOkAndHolds(*CivilDay::FromYmd(2024, 2, 29)));
  EXPECT_THAT(ParseFeedDate("73049"),
              IsOkAndHolds(*CivilDay::FromYmd(2099, 12, 30)));
}

TEST(ParseFeedDateTest, OtherFormsAreRefused) {
  for (const char* text :
       {"0",           "1",           "60",          "73051",
        "1900",        "2026",        "2099",        "202601",
        "2026-01",     "2026年1月",   "2026-01/05",  "2026.01-05",
        "2026-01-05-", "2026--01-05", "2026-001-05", "2026-01-005",
        "02026-01-05", "-2026-01-05", "2026年1月5",  "2026-1-5日",
        "05/01/2026x", "Jan 5 2026",  "二〇二六年",  "无",
        "-",           "N/A",         "46027.x",     "46027.5.5",
        "46027 10:00", "2026-01-05x", "2026 01 05",  "202601055",
        "\xFF\xFE"}) {
    EXPECT_THAT(ParseFeedDate(text),
                StatusIs(kInvalid, AllOf(HasSubstr("date: wrong form"),
                                         Not(HasSubstr("2026")))))
        << text;
  }
}

TEST(ParseFeedDateTest, DaysAndYearsThatAreNot) {
  for (const char* text : {"2026-02-29", "2026/13/1", "20260230",
                           "2026年4月31日", "2026-00-00", "20260000"}) {
    EXPECT_THAT(ParseFeedDate(text),
                StatusIs(kInvalid, HasSubstr("no such day")))
        << text;
  }
  for (const char* text : {"1899-12-31", "2100-01-01", "0000-00-00", "26-1-5",
                           "9999-12-30", "05/01/2026", "99999999"}) {
    EXPECT_THAT(ParseFeedDate(text), StatusIs(kInvalid, HasSubstr(""))) << text;
  }
  EXPECT_THAT(ParseFeedDate("1899-12-31"),
              StatusIs(kInvalid, HasSubstr("1900..2099")));
}

// 2026-01-05T16:00Z is the 6th in China: refused rather than guessed.
TEST(ParseFeedDateTest, TimesMustBeTimesInChina) {
  for (const char* text :
       {"2026-01-05T16:00:00Z", "2026-01-05T16:00:00+00:00",
        "2026-01-05 16:00 UTC", "2026-01-05 25:00:00", "2026-01-05 10:60",
        "2026-01-05 10:00:61", "2026-01-05 10", "2026-01-05 10:00:00.",
        "2026-01-05 上午", "2026-01-05T"}) {
    EXPECT_THAT(ParseFeedDate(text),
                StatusIs(kInvalid, HasSubstr("time of day")))
        << text;
  }
}

}  // namespace
}  // namespace creditreg
