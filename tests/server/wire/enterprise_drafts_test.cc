// Every rule of enterprises: what breaks it, what is said, what is stored.

#include <functional>
#include <string>
#include <vector>

#include "creditreg/v1/enterprise.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/wire/drafts.h"
#include "tests/server/wire/draft_cases.h"

namespace creditreg {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr Severity kWarning = Severity::kWarning;
constexpr Severity kError = Severity::kError;

// Made up, with the right check character; nobody's.
constexpr char kResidentId[] = "44999919700101888X";

EnterpriseCheck Check(const v1::Enterprise& enterprise,
                      const v1::PersonalFields* personal = nullptr) {
  return CheckEnterprise(enterprise, personal, ShippedTables(), "direct",
                         kReceived);
}

struct Case {
  const char* what;
  std::function<void(v1::Enterprise&)> damage;
  std::vector<Said> said;
  // Where there is no error.
  std::vector<std::string> flags = {};
};

TEST(EnterpriseDraftTest, ACleanOneSaysNothing) {
  const EnterpriseCheck check = Check(CleanEnterprise());
  ASSERT_TRUE(check.draft.has_value());
  EXPECT_THAT(SaidOf(check.draft->findings), IsEmpty());
  EXPECT_THAT(check.draft->quality_flags, IsEmpty());
  EXPECT_FALSE(check.draft->personal.has_value());
  EXPECT_FALSE(check.draft->keep_history);
  EXPECT_EQ(check.draft->source_id, "direct");
  const storage::v1::Enterprise& content = check.draft->content;
  EXPECT_EQ(content.category(), storage::v1::PARTY_CATEGORY_ORGANISATION);
  EXPECT_EQ(content.capital().minor_units(), 100'000'000);
  EXPECT_EQ(content.capital().currency_code(), "CNY");
}

TEST(EnterpriseDraftTest, EveryRule) {
  const std::vector<Case> cases = {
      {"no name",
       [](v1::Enterprise& e) { e.clear_name(); },
       {{kError, "enterprise.name", "REQUIRED"}}},
      {"no code",
       [](v1::Enterprise& e) { e.clear_uscc(); },
       {{kWarning, "enterprise.uscc", "CODE_MISSING"}},
       {"CODE_MISSING"}},
      {"no entity type",
       [](v1::Enterprise& e) { e.clear_entity_type(); },
       {{kWarning, "enterprise.entity_type", "FIELD_MISSING"}},
       {"FIELD_MISSING"}},
      {"a natural person",
       [](v1::Enterprise& e) {
         e.set_category(v1::PARTY_CATEGORY_NATURAL_PERSON);
       },
       {{kError, "enterprise.category", "CHOICE"}}},
      {"an old number without kind",
       [](v1::Enterprise& e) { e.add_old_numbers()->set_value("1"); },
       {{kError, "enterprise.old_numbers[UNSPECIFIED]", "REQUIRED"}}},
      {"33 old numbers",
       [](v1::Enterprise& e) {
         for (int i = 0; i < 33; ++i) {
           auto& number = *e.add_old_numbers();
           number.set_kind(v1::OLD_NUMBER_KIND_OTHER);
           number.set_value(absl::StrCat("A", i));
         }
       },
       {{kError, "enterprise.old_numbers", "LIST_LENGTH"}}},
      {"a former code that is none",
       [](v1::Enterprise& e) { e.add_former_codes()->set_uscc("123"); },
       {{kWarning, "enterprise.former_codes", "FORMER_CODE"}},
       {"FORMER_CODE"}},
      {"a former name too long",
       [](v1::Enterprise& e) {
         e.add_former_names()->set_name(std::string(201, 'n'));
       },
       {{kError, "enterprise.former_names[0].name", "TEXT_LENGTH"}}},
      {"capital that is no amount",
       [](v1::Enterprise& e) { e.mutable_capital()->set_text("若干"); },
       {{kWarning, "enterprise.capital", "CAPITAL_FORM"}},
       {"CAPITAL_FORM"}},
      {"capital with a currency that is none",
       [](v1::Enterprise& e) {
         e.mutable_capital()->set_currency_code("yuan");
       },
       {{kError, "enterprise.capital", "AMOUNT_RANGE"}}},
      {"a division that is none",
       [](v1::Enterprise& e) {
         e.mutable_address()->set_division_code("广州");
       },
       {{kWarning, "enterprise.address.division_code", "DIVISION_FORM"}},
       {"DIVISION_FORM"}},
      {"a street of another division",
       [](v1::Enterprise& e) {
         e.mutable_address()->set_street_code("440106006");
       },
       {{kWarning, "enterprise.address.street_code", "STREET_DIVISION"}},
       {"STREET_DIVISION"}},
      {"an industry that is none",
       [](v1::Enterprise& e) { e.set_industry_code("批发"); },
       {{kWarning, "enterprise.industry_code", "INDUSTRY_FORM"}},
       {"INDUSTRY_FORM"}},
      {"deregistered before it was established",
       [](v1::Enterprise& e) { e.set_deregistered_on("1987-09-14"); },
       {{kWarning, "enterprise.deregistered_on", "DATE_ORDER"}},
       {"DATE_ORDER"}},
      {"established the day it came",
       [](v1::Enterprise& e) { e.set_established_on("2026-11-24"); },
       {}},
      {"established tomorrow",
       [](v1::Enterprise& e) { e.set_established_on("2026-11-25"); },
       {{kWarning, "enterprise.established_on", "DATE_FUTURE"}},
       {"DATE_FUTURE"}},
      {"established without end",
       [](v1::Enterprise& e) { e.set_established_on("2099-12-31"); },
       {{kError, "enterprise.established_on", "DATE_FORM"}}},
      {"a term without end",
       [](v1::Enterprise& e) { e.set_term_to("2099-12-31"); },
       {}},
  };
  for (const Case& a_case : cases) {
    SCOPED_TRACE(a_case.what);
    v1::Enterprise enterprise = CleanEnterprise();
    a_case.damage(enterprise);
    const EnterpriseCheck check = Check(enterprise);
    const bool refused = !check.draft.has_value();
    EXPECT_EQ(refused, HasError(check.findings));
    EXPECT_THAT(SaidOf(refused ? check.findings : check.draft->findings),
                ElementsAreArray(a_case.said));
    if (refused) continue;
    EXPECT_THAT(check.draft->quality_flags, ElementsAreArray(a_case.flags));
  }
}

TEST(EnterpriseDraftTest, TheCategoryIsDerived) {
  const auto category = [](const char* uscc, const char* type) {
    v1::Enterprise enterprise = CleanEnterprise();
    enterprise.set_uscc(uscc);
    enterprise.set_entity_type(type);
    return Check(enterprise).draft->content.category();
  };
  EXPECT_EQ(category("914403001922038216", "有限责任公司"),
            storage::v1::PARTY_CATEGORY_ORGANISATION);
  EXPECT_EQ(category("914403001922038216", "个体工商户"),
            storage::v1::PARTY_CATEGORY_INDIVIDUAL_BUSINESS);
  EXPECT_EQ(category("92440300MA5EXAMPLE", ""),
            storage::v1::PARTY_CATEGORY_ORGANISATION);  // no code
}

TEST(EnterpriseDraftTest, AnOldNumberInPlaceOfTheCodeJoinsTheOthers) {
  v1::Enterprise enterprise = CleanEnterprise();
  enterprise.set_uscc("440301103097413");
  auto& same = *enterprise.add_old_numbers();
  same.set_kind(v1::OLD_NUMBER_KIND_REGISTRATION);
  same.set_value("４４０３０１１０３０９７４１３");
  const EnterpriseCheck check = Check(enterprise);
  ASSERT_TRUE(check.draft.has_value());
  EXPECT_EQ(check.draft->content.code_as_given(), "440301103097413");
  ASSERT_EQ(check.draft->content.old_numbers_size(), 1);
  EXPECT_EQ(check.draft->content.old_numbers(0).value(), "440301103097413");
  EXPECT_THAT(check.draft->quality_flags,
              ElementsAre("CODE_CHECK_FAILED", "CODE_OLD_NUMBER"));
}

TEST(EnterpriseDraftTest, DivisionsAndIndustriesLoseTheirPadding) {
  v1::Enterprise enterprise = CleanEnterprise();
  enterprise.mutable_address()->set_division_code("440307000000");
  enterprise.mutable_address()->set_street_code("440307006000");
  enterprise.set_industry_code("F5132");
  const EnterpriseCheck check = Check(enterprise);
  ASSERT_TRUE(check.draft.has_value());
  EXPECT_EQ(check.draft->content.address().division_code(), "440307");
  EXPECT_EQ(check.draft->content.address().street_code(), "440307006");
  EXPECT_EQ(check.draft->content.industry_code(), "5132");
  EXPECT_THAT(check.draft->findings, IsEmpty());
}

TEST(EnterpriseDraftTest, TaxNumbersWithAnIdAreSealed) {
  v1::Enterprise enterprise = CleanEnterprise();
  auto& tax = *enterprise.add_old_numbers();
  tax.set_kind(v1::OLD_NUMBER_KIND_TAX);
  tax.set_value(kResidentId);
  auto& registration = *enterprise.add_old_numbers();
  registration.set_kind(v1::OLD_NUMBER_KIND_REGISTRATION);
  registration.set_value(kResidentId);
  v1::PersonalFields personal;
  personal.set_telephone("14000001001");
  const EnterpriseCheck check = Check(enterprise, &personal);
  ASSERT_TRUE(check.draft.has_value());
  EXPECT_THAT(check.draft->content.old_numbers(), IsEmpty());
  EXPECT_EQ(check.draft->personal->tax_number(), kResidentId);
  EXPECT_EQ(check.draft->personal->telephone(), "14000001001");
  EXPECT_EQ(check.draft->personal->originals(0).field(),
            "old_numbers[REGISTRATION]");
  EXPECT_THAT(check.draft->content.SerializeAsString(),
              Not(HasSubstr(kResidentId)));
}

// The registry would stop at a key of such a code.
TEST(EnterpriseDraftTest, AMaskInPlaceOfTheCodeIsNoCode) {
  v1::Enterprise enterprise = CleanEnterprise();
  enterprise.set_uscc("[已遮蔽]");
  const EnterpriseCheck check = Check(enterprise);
  ASSERT_TRUE(check.draft.has_value());
  EXPECT_EQ(check.draft->content.uscc(), "");
  EXPECT_EQ(check.draft->content.code_as_given(), "[已遮蔽]");
}

// See RecordDraftTest.APersonsNumberIsNoNumberOfTheParty.
TEST(EnterpriseDraftTest, APersonsNumberIsNoOldNumber) {
  v1::Enterprise enterprise = CleanEnterprise();
  const auto add = [&enterprise](v1::OldNumberKind kind, const char* value) {
    v1::OldNumber& number = *enterprise.add_old_numbers();
    number.set_kind(kind);
    number.set_value(value);
  };
  add(v1::OLD_NUMBER_KIND_OTHER, "电话14000001001");
  add(v1::OLD_NUMBER_KIND_STATISTICS, "[已遮蔽]");
  const EnterpriseCheck check = Check(enterprise);
  ASSERT_TRUE(check.draft.has_value());
  EXPECT_THAT(check.draft->content.old_numbers(), IsEmpty());
  ASSERT_TRUE(check.draft->personal.has_value());
  EXPECT_EQ(check.draft->personal->originals(0).field(), "old_numbers[OTHER]");
  EXPECT_EQ(check.draft->personal->originals(0).text(), "电话14000001001");
}

TEST(EnterpriseDraftTest, NumbersOfPersonsAreCutOutOfTexts) {
  v1::Enterprise enterprise = CleanEnterprise();
  enterprise.set_business_scope("销售，电话14000001001");
  enterprise.set_remark(kResidentId);
  enterprise.mutable_address()->set_text("示例路 14000001001 收");
  enterprise.add_former_names()->set_name("示14000001001店");
  const EnterpriseCheck check = Check(enterprise);
  ASSERT_TRUE(check.draft.has_value());
  const std::string open = check.draft->content.SerializeAsString();
  EXPECT_THAT(open, Not(HasSubstr("14000001001")));
  EXPECT_THAT(open, Not(HasSubstr(kResidentId)));
  // The caller gave no personal fields, but now there are some.
  ASSERT_TRUE(check.draft->personal.has_value());
  EXPECT_EQ(check.draft->personal->originals_size(), 4);
  EXPECT_EQ(check.draft->content.business_scope(), "销售，电话[已遮蔽]");
}

TEST(EnterpriseDraftTest, EmptyPartsAreNoParts) {
  v1::Enterprise enterprise = CleanEnterprise();
  enterprise.mutable_capital()->set_text(" ");
  enterprise.mutable_address()->Clear();
  enterprise.mutable_address()->set_division_code(" ");
  enterprise.mutable_address()->set_text("\u3000");
  enterprise.mutable_supervising_unit();
  enterprise.mutable_registration_authority()->set_uscc("无");
  const EnterpriseCheck check = Check(enterprise);
  ASSERT_TRUE(check.draft.has_value());
  EXPECT_FALSE(check.draft->content.has_capital());
  EXPECT_FALSE(check.draft->content.has_address());
  EXPECT_FALSE(check.draft->content.has_supervising_unit());
  EXPECT_FALSE(check.draft->content.has_registration_authority());
}

}  // namespace
}  // namespace creditreg
