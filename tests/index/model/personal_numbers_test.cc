// All numbers of persons here are made up: published examples of standards, or
// computed so that their checks are right.

#include "index/model/personal_numbers.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/model/check_digits.h"
#include "tests/index/model/real_codes.h"

namespace creditreg {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Kind = PersonalKind;

// GB 11643's example.
constexpr char kId[] = "11010519491231002X";

TEST(ResidentIdTest, NeedsPlaceDateAndCheck) {
  EXPECT_TRUE(ResidentIdOk(kId));
  EXPECT_TRUE(ResidentIdOk("11010519491231002x"));
  // Each has the right check character for its digits.
  for (const std::string body :
       {"11010519490231002", "11010519491331002", "99010519491231002",
        "11010518491231002", "11010522491231002"}) {
    for (const char c : std::string("0123456789X")) {
      EXPECT_FALSE(ResidentIdOk(body + c)) << body << c;
    }
  }
  EXPECT_FALSE(ResidentIdOk("110105194912310021"));
  EXPECT_FALSE(ResidentIdOk("1101051949123100"));
  EXPECT_FALSE(ResidentIdOk(" 11010519491231002X"));
  EXPECT_FALSE(ResidentIdOk(""));
}

// What is found in `text`, as "kind:bytes".
std::vector<std::string> Found(const std::string& text) {
  std::vector<std::string> found;
  for (const PersonalSpan& span : FindPersonalNumbers(text)) {
    found.push_back(
        absl::StrCat(static_cast<int>(span.kind), ":",
                     text.substr(span.begin, span.end - span.begin)));
  }
  return found;
}

std::string Expected(Kind kind, const std::string& number) {
  return absl::StrCat(static_cast<int>(kind), ":", number);
}

TEST(FindPersonalNumbersTest, EveryKindInEveryForm) {
  const struct {
    Kind kind;
    const char* number;
  } cases[] = {
      {Kind::kResidentId, "11010519491231002X"},
      {Kind::kResidentId, "11010519491231002x"},
      {Kind::kResidentId, "１１０１０５１９４９１２３１００２Ｘ"},
      {Kind::kResidentId, "110105 19491231 002X"},
      {Kind::kResidentId, "110105-1949-1231-002X"},
      {Kind::kResidentId15, "440301800101123"},
      {Kind::kMobile, "13800138000"},
      {Kind::kMobile, "１９９００１３８０００"},
      {Kind::kMobile, "138-0013-8000"},
      {Kind::kMobile, "138 0013 8000"},
      {Kind::kMobile, "138－0013－8000"},
      {Kind::kMobile, "138　0013　8000"},
      {Kind::kMobile, "138-00138000"},
      {Kind::kMobile, "1380013-8000"},
      {Kind::kMobile, "8613800138000"},
      {Kind::kMobile, "+8613800138000"},
      {Kind::kMobile, "+86 138 0013 8000"},
      {Kind::kMobile, "+86-13800138000"},
      {Kind::kMobile, "008613800138000"},
      {Kind::kMobile, "＋86 13800138000"},
      {Kind::kBankCard, "4111111111111111"},
      {Kind::kBankCard, "6222020000000000000"},
      {Kind::kBankCard, "4111 1111 1111 1111"},
      {Kind::kBankCard, "6222-0200-0000-0000-000"},
      {Kind::kBankCard, "622202 0000000000000"},
      {Kind::kPassport, "E12345678"},
      {Kind::kPassport, "ｇ12345678"},
      {Kind::kPassport, "EA1234567"},
      {Kind::kTravelPermit, "H12345678"},
      {Kind::kTravelPermit, "M1234567890"},
      {Kind::kTravelPermit, "C123456789"},
  };
  for (const auto& c : cases) {
    for (const char* around : {"%", "(%)", "当事人%，", "电话:%;", "\n%\n"}) {
      std::string text = around;
      text.replace(text.find('%'), 1, c.number);
      EXPECT_THAT(Found(text), ElementsAre(Expected(c.kind, c.number))) << text;
    }
  }
}

TEST(FindPersonalNumbersTest, SeveralInOrder) {
  EXPECT_THAT(
      Found(
          "张某(11010519491231002X)电话13800138000/13900139000，护照E12345678，"
          "卡4111111111111111。"),
      ElementsAre("1:11010519491231002X", "3:13800138000", "3:13900139000",
                  "5:E12345678", "4:4111111111111111"));
  EXPECT_THAT(Found("13800138000 13900139000"),
              ElementsAre("3:13800138000", "3:13900139000"));
  EXPECT_THAT(Found("2025-01-05 13800138000"), ElementsAre("3:13800138000"));
  EXPECT_THAT(Found("13800138000-801"), ElementsAre("3:13800138000"));
}

// The mobile number in one piece with another hides it until it is cut out.
TEST(FindPersonalNumbersTest, NumbersThatAnotherParts) {
  const std::string id = kId;
  EXPECT_THAT(Found(id + "140 0000 1001"),
              ElementsAre(Expected(Kind::kResidentId, id),
                          Expected(Kind::kMobile, "140 0000 1001")));
  EXPECT_THAT(Found("110105 19491231 002X" + id + "14000001001"),
              ElementsAre(Expected(Kind::kResidentId, "110105 19491231 002X"),
                          Expected(Kind::kResidentId, id),
                          Expected(Kind::kMobile, "14000001001")));
  EXPECT_THAT(Found("14000001001E12345678"),
              ElementsAre(Expected(Kind::kMobile, "14000001001"),
                          Expected(Kind::kPassport, "E12345678")));
  EXPECT_THAT(Found("14000001001EE12345678"),
              ElementsAre(Expected(Kind::kMobile, "14000001001")));
}

TEST(FindPersonalNumbersTest, NumbersThatAreNotPersonal) {
  for (const char* text : {"",
                           "无",
                           "12800138000",
                           "138001380001",
                           "1380013800",
                           "9913800138000",
                           "110105194912310021",
                           "11010519490231002X",
                           "4111111111111112",
                           "0000000000000000",
                           "00000000000000000X",
                           "2025-12-31 10:20:30",
                           "罚款123456789.00元",
                           "440301103097413",
                           "990301800101123",
                           "440301801301123",
                           "X12345678",
                           "AE12345678",
                           "E123456789",
                           "H1234567",
                           "M12345678901",
                           "E1234567A",
                           "0755-26013388",
                           "11010519491231002XA"}) {
    EXPECT_THAT(Found(text), IsEmpty()) << text;
  }
}

// It also has the right check digit of a registration number.
TEST(FindPersonalNumbersTest, ALabelTellsAnOldIdFromARegistrationNumber) {
  const std::string number = "110105491231002";
  for (const char* label :
       {"身份证", "身份证号", "身份证号码：", "居民身份证号码为：",
        "身份證號碼:", "（身份证）", "身份证（号码）", "身份证号 ", "证件号码",
        "证件号（", "身份证件号码是"}) {
    EXPECT_THAT(Found(absl::StrCat("王某，", label, number, "。")),
                ElementsAre(Expected(Kind::kResidentId15, number)))
        << label;
  }
  for (const char* label : {"", "注册号", "营业执照注册号：",
                            "身份证复印件，注册号", "证", "身份证不详，"}) {
    EXPECT_THAT(Found(absl::StrCat(label, number)), IsEmpty()) << label;
  }
  // A label makes no ID of what has no date of birth.
  EXPECT_THAT(Found("身份证号440301103097413"), IsEmpty());
  EXPECT_EQ(MaskPersonalNumbers("身份证号110105491231002"), "身份证号[已遮蔽]");
}

TEST(FindPersonalNumbersTest, CodesAreExempt) {
  for (const char* code : kRealCodes) {
    EXPECT_THAT(Found(absl::StrCat("统一社会信用代码", code, "。")), IsEmpty())
        << code;
  }
  // Valid but for the inner check; its first 17 digits have a Luhn sum.
  EXPECT_THAT(Found("91440101709397015A"), IsEmpty());
}

TEST(FindPersonalNumbersTest, DocumentNumbersAreExempt) {
  for (const char* text :
       {"粤市监处罚〔2025〕13800138000号", "粤市监处罚[2025]13800138000号",
        "粤市监处罚（2025）第13800138000号", "深市监【2024】4111111111111111",
        "第13800138000号", "（第 2025-13800138000 号）", "证第E12345678号",
        "第4111 1111 1111 1111号"}) {
    EXPECT_THAT(Found(text), IsEmpty()) << text;
  }
}

TEST(FindPersonalNumbersTest, OnlyTheDocumentNumberIsExempt) {
  EXPECT_THAT(Found("第一次来电13800138000，地址8号"),
              ElementsAre("3:13800138000"));
  EXPECT_THAT(Found("第 13800138000 次"), ElementsAre("3:13800138000"));
  EXPECT_THAT(Found("〔2025〕12号 13800138000"), ElementsAre("3:13800138000"));
  EXPECT_THAT(Found("〔2525〕13800138000"), ElementsAre("3:13800138000"));
  EXPECT_THAT(Found("第"), IsEmpty());
  EXPECT_THAT(Found("第12"), IsEmpty());
  EXPECT_THAT(Found("〔2025〕"), IsEmpty());
  EXPECT_THAT(Found("〔2025"), IsEmpty());
}

TEST(FindPersonalNumbersTest, SpansAreBytes) {
  EXPECT_THAT(FindPersonalNumbers("电话13800138000"),
              ElementsAre(PersonalSpan{6, 17, Kind::kMobile}));
}

TEST(FindPersonalNumbersTest, BytesThatAreNotTextDoNoHarm) {
  EXPECT_THAT(Found("\xFF"
                    "13800138000\xE4\xB8"),
              ElementsAre("3:13800138000"));
}

// A text as long as a field may be, of the worst shape for joining groups.
TEST(FindPersonalNumbersTest, LongTextsTakeLinearTime) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "1234 第";
  EXPECT_THAT(FindPersonalNumbers(text), IsEmpty());
}

TEST(MaskPersonalNumbersTest, ReplacesNumbersAndNothingElse) {
  EXPECT_EQ(MaskPersonalNumbers(
                "当事人张某，身份证11010519491231002X，电话+86 138 0013 8000；"
                "深圳某公司(914403001922038216)，粤市监〔2025〕13800138000号"),
            "当事人张某，身份证[已遮蔽]，电话[已遮蔽]；"
            "深圳某公司(914403001922038216)，粤市监〔2025〕13800138000号");
  EXPECT_EQ(MaskPersonalNumbers("13800138000"), "[已遮蔽]");
  EXPECT_EQ(MaskPersonalNumbers(""), "");
  EXPECT_EQ(MaskPersonalNumbers("无\xFF"), "无\xFF");
}

// Over all days and a spread of serial numbers: none is missed.
TEST(MaskPersonalNumbersTest, NoResidentIdOfGuangdongIsMissed) {
  for (int year = 1930; year < 2026; ++year) {
    for (int serial = 0; serial < 1000; serial += 37) {
      const std::string body =
          absl::StrCat("440301", year, "0", 1 + serial % 9, 10 + serial % 19,
                       absl::StrCat(1000 + serial).substr(1));
      for (const char c : std::string("0123456789X")) {
        const std::string id = body + c;
        if (!ResidentIdCheckOk(id)) continue;
        EXPECT_EQ(MaskPersonalNumbers("号码" + id + "。"), "号码[已遮蔽]。")
            << id;
      }
    }
  }
}

}  // namespace
}  // namespace creditreg
