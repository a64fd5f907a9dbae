#include "index/model/old_number.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/model/uscc.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_data.h"

namespace creditreg {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using Kind = OldNumberKind;
constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

// Stored on disk.
TEST(OldNumberTest, KindsArePinned) {
  EXPECT_EQ(static_cast<int>(Kind::kRegistration), 1);
  EXPECT_EQ(static_cast<int>(Kind::kOrganisationCode), 2);
  EXPECT_EQ(static_cast<int>(Kind::kTax), 3);
  EXPECT_EQ(static_cast<int>(Kind::kInstitutionCertificate), 4);
  EXPECT_EQ(static_cast<int>(Kind::kSocialOrganisationCertificate), 5);
  EXPECT_EQ(static_cast<int>(Kind::kSocialInsurance), 6);
  EXPECT_EQ(static_cast<int>(Kind::kStatistics), 7);
  EXPECT_EQ(static_cast<int>(Kind::kOther), 8);
}

TEST(OldNumberTest, NormalisesAndChecks) {
  const struct {
    Kind kind;
    const char* raw;
    const char* value;
    bool check_applies;
    bool check_ok;
  } cases[] = {
      {Kind::kRegistration, " 440301103097413 ", "440301103097413", true, true},
      {Kind::kRegistration, "４４０３０１１０３０９７４１３", "440301103097413",
       true, true},
      {Kind::kRegistration, "440301103097414", "440301103097414", true, false},
      {Kind::kRegistration, "4403011012345", "4403011012345", false, false},
      {Kind::kRegistration, "320506na000043x", "320506NA000043X", false, false},
      {Kind::kRegistration, "企独粤深总字第 ００１２３４ 号",
       "企独粤深总字第001234号", false, false},
      {Kind::kRegistration, "（C）460103000699-", "(C)460103000699", false,
       false},
      {Kind::kOrganisationCode, "19220382-1", "192203821", true, true},
      {Kind::kOrganisationCode, "71526726－x", "71526726X", true, true},
      {Kind::kOrganisationCode, "19220382-2", "192203822", true, false},
      {Kind::kOrganisationCode, "1922", "1922", true, false},
      {Kind::kTax, "440300192203821", "440300192203821", true, true},
      {Kind::kTax, "44030119900101123401", "44030119900101123401", false,
       false},
      {Kind::kSocialOrganisationCertificate, "粤社证字第4－123号",
       "粤社证字第4-123号", false, false},
      {Kind::kSocialInsurance, "4-123", "4-123", false, false},
      {Kind::kInstitutionCertificate, "144030000123", "144030000123", false,
       false},
      {Kind::kStatistics, "ab 12", "AB12", false, false},
      {Kind::kOther, "〔2001〕7", "(2001)7", false, false},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(
        NormaliseOldNumber(c.kind, c.raw),
        IsOkAndHolds(OldNumber{c.kind, c.value, c.check_ok, c.check_applies}))
        << c.raw;
  }
}

TEST(OldNumberTest, FillersAreRefused) {
  for (const char* raw : {"无",
                          " 无 ",
                          "暂无",
                          "没有",
                          "不详",
                          "未知",
                          "0",
                          "000000",
                          "００００",
                          "00000000-0",
                          "00000000000000000X",
                          "-",
                          "---",
                          "——",
                          "/",
                          "\\",
                          "*",
                          "****",
                          ".",
                          "N/A",
                          "n/a",
                          "null",
                          "None",
                          "x",
                          "()"}) {
    EXPECT_THAT(NormaliseOldNumber(Kind::kRegistration, raw),
                StatusIs(kInvalid, HasSubstr("filler for none")))
        << raw;
    EXPECT_THAT(NormaliseOldNumber(Kind::kOther, raw),
                StatusIs(kInvalid, HasSubstr("filler for none")))
        << raw;
  }
}

// A dash is typography in a code, so it hides no word either. Where dashes are
// part of the number they keep it apart from the word.
TEST(OldNumberTest, DashesInAFillerForACodeDoNotHideIt) {
  for (const char* raw : {"N-A", "nu-ll", "n/-a", "X-", "00—00"}) {
    for (const Kind kind :
         {Kind::kRegistration, Kind::kOrganisationCode, Kind::kTax}) {
      EXPECT_THAT(NormaliseOldNumber(kind, raw),
                  StatusIs(kInvalid, HasSubstr("filler for none")))
          << raw;
    }
  }
  EXPECT_THAT(NormaliseOldNumber(Kind::kOther, "N-A"), IsOk());
}

TEST(OldNumberTest, EmptyAndTooLongAreRefused) {
  EXPECT_THAT(NormaliseOldNumber(Kind::kTax, ""),
              StatusIs(kInvalid, HasSubstr("empty")));
  EXPECT_THAT(NormaliseOldNumber(Kind::kTax, " 　"),
              StatusIs(kInvalid, HasSubstr("empty")));
  std::string chinese;
  for (int i = 0; i < 64; ++i) chinese += "号";
  EXPECT_THAT(NormaliseOldNumber(Kind::kOther, chinese), IsOk());
  EXPECT_THAT(NormaliseOldNumber(Kind::kOther, chinese + "号"),
              StatusIs(kInvalid, HasSubstr("at most 64")));
  EXPECT_THAT(
      NormaliseOldNumber(Kind::kRegistration, std::string(65, '7')),
      StatusIs(kInvalid, AllOf(HasSubstr("too long"), Not(HasSubstr("777")))));
}

TEST(OldNumberTest, GuessesTheKindFromTheForm) {
  const struct {
    const char* value;
    std::optional<Kind> kind;
  } cases[] = {
      {"440301103097413", Kind::kRegistration},
      {"3202111102990", Kind::kRegistration},
      {"192203821", Kind::kOrganisationCode},
      {"MA5D9M9M4", Kind::kOrganisationCode},
      {"320506NA000043X", Kind::kRegistration},
      {"321202NB000003X", Kind::kRegistration},
      {"企独苏镇总字第2019", Kind::kRegistration},
      {"企合苏总字第000113", Kind::kRegistration},
      {"192203822", std::nullopt},
      {"320506NC000043X", std::nullopt},
      {"12345678901234", std::nullopt},
      {"914403001922038216", std::nullopt},
      {"粤社证字第4-123号", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(GuessOldNumberKind(c.value), c.kind) << c.value;
  }
}

TEST(OldNumberTest, OnlyNumbersOfEnterprisesAreSurelyNotPersonal) {
  for (const char* value :
       {"440300192203821", "44030071526726X", "914403001922038216"}) {
    EXPECT_FALSE(TaxNumberMayHoldPersonalId(value)) << value;
  }
  for (const char* value :
       {"440301900101123", "11010519491231002X", "11010519491231002X01",
        "44030190010112301", "440300192203822", "44A300192203821", "192203821",
        "", "粤税字440300192203821"}) {
    EXPECT_TRUE(TaxNumberMayHoldPersonalId(value)) << value;
  }
}

// 15 digits can be an old identity number whose end looks like an organisation
// code; then they are kept as one.
TEST(OldNumberTest, IdentityNumbersThatPassAsOrganisationCodesStayPersonal) {
  int passing = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = absl::StrCat("440301800101", i + 1000).erase(12, 1);
    passing += OrganisationCodeCheckOk(id.substr(6));
    EXPECT_TRUE(TaxNumberMayHoldPersonalId(id)) << id;
  }
  EXPECT_GT(passing, 0);
}

TEST(OldNumberTest, RealEnterprisesOldAndNewNumbersAgree) {
  CREDITREG_NEEDS_TEST_DATA();
  int rows = 0;
  ForEachTestRow("ref/legacy_map.tsv", [&](const TestRow& row) {
    ASSERT_EQ(row.size(), 7u);
    ++rows;
    EXPECT_THAT(NormaliseOldNumber(Kind::kRegistration, row[1]),
                IsOkAndHolds(OldNumber{Kind::kRegistration, row[1],
                                       row[2] == "1", true}));
    CREDITREG_ASSERT_OK_AND_ASSIGN(
        const OldNumber organisation,
        NormaliseOldNumber(Kind::kOrganisationCode, row[3]));
    EXPECT_EQ(organisation.check_ok, row[4] == "1");
    EXPECT_EQ(GuessOldNumberKind(organisation.value), Kind::kOrganisationCode);
    CREDITREG_ASSERT_OK_AND_ASSIGN(const Uscc code, Uscc::Parse(row[5]));
    EXPECT_EQ(code.organisation_code(), organisation.value);
  });
  EXPECT_EQ(rows, 13);
}

}  // namespace
}  // namespace creditreg
