#include "client/cli/describe.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "creditreg/v1/case_service.pb.h"
#include "creditreg/v1/enterprise.pb.h"
#include "creditreg/v1/intake_service.pb.h"
#include "creditreg/v1/key_service.pb.h"
#include "creditreg/v1/lookup.pb.h"
#include "creditreg/v1/publication_service.pb.h"
#include "creditreg/v1/registry_read_service.pb.h"
#include "creditreg/v1/registry_write_service.pb.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"

namespace creditreg::cli {
namespace {

using google::protobuf::Descriptor;

// As "indent label=value" lines.
std::vector<std::string> Lines(const std::vector<Field>& fields) {
  std::vector<std::string> lines;
  lines.reserve(fields.size());
  for (const Field& field : fields) {
    lines.push_back(
        absl::StrCat(field.indent, " ", field.label, "=", field.value));
  }
  return lines;
}

TEST(DescribeTest, EveryFieldThatIsShownHasALabel) {
  for (const Descriptor* const type :
       {v1::Enterprise::descriptor(),
        v1::Address::descriptor(),
        v1::FileSummary::descriptor(),
        v1::EnterpriseBrief::descriptor(),
        v1::LookupResult::descriptor(),
        v1::Record::descriptor(),
        v1::Party::descriptor(),
        v1::Licence::descriptor(),
        v1::Penalty::descriptor(),
        v1::ChannelPublication::descriptor(),
        v1::Complaint::descriptor(),
        v1::Listing::descriptor(),
        v1::AnnualReport::descriptor(),
        v1::Website::descriptor(),
        v1::Investment::descriptor(),
        v1::Contribution::descriptor(),
        v1::EquityTransfer::descriptor(),
        v1::OptionalFigures::descriptor(),
        v1::SocialInsurance::descriptor(),
        v1::ReportCorrection::descriptor(),
        v1::Document::descriptor(),
        v1::PersonalFields::descriptor(),
        v1::OriginalText::descriptor(),
        v1::ImportReceipt::descriptor(),
        v1::ImportCounts::descriptor(),
        v1::PutEnterpriseResponse::descriptor(),
        v1::CorrectRecordResponse::descriptor(),
        v1::WithdrawRecordResponse::descriptor(),
        v1::Publicity::descriptor(),
        v1::AppliedRule::descriptor(),
        v1::ClassifyRecordResponse::descriptor(),
        v1::ActivateTableResponse::descriptor(),
        v1::OpenCaseResponse::descriptor(),
        v1::AdvanceCaseResponse::descriptor(),
        v1::Case::descriptor(),
        v1::CaseMaterial::descriptor(),
        v1::CaseStep::descriptor(),
        v1::CaseClock::descriptor(),
        v1::FieldChange::descriptor(),
        v1::ErasePersonalResponse::descriptor(),
        v1::GetKeyStateResponse::descriptor(),
        v1::GetKeyStateResponse::Rotation::descriptor(),
        v1::WithholdEnterpriseResponse::descriptor()}) {
    for (int i = 0; i < type->field_count(); ++i) {
      const std::string key(
          absl::StripPrefix(type->field(i)->full_name(), "creditreg.v1."));
      EXPECT_NE(FieldLabel(Lang::kZh, key), type->field(i)->name()) << key;
    }
  }
}

TEST(DescribeTest, EveryValueOfAnEnumHasALabel) {
  for (const auto* const type : {v1::LookupVerdict_descriptor(),
                                 v1::CodeError_descriptor(),
                                 v1::CodeWarning_descriptor(),
                                 v1::MatchedBy_descriptor(),
                                 v1::NameMatch_descriptor(),
                                 v1::PartyCategory_descriptor(),
                                 v1::RegistrationStatus_descriptor(),
                                 v1::OldNumberKind_descriptor(),
                                 v1::Family_descriptor(),
                                 v1::PersonRole_descriptor(),
                                 v1::RecordState_descriptor(),
                                 v1::PublicityState_descriptor(),
                                 v1::SeverityClass_descriptor(),
                                 v1::CaseKind_descriptor(),
                                 v1::CaseState_descriptor(),
                                 v1::CaseAction_descriptor(),
                                 v1::CaseStepResult::Result_descriptor(),
                                 v1::WithdrawalNotice::Reason_descriptor(),
                                 v1::Licence::State_descriptor(),
                                 v1::Penalty::Procedure_descriptor(),
                                 v1::Penalty::DeclaredSeverity_descriptor(),
                                 v1::ChannelPublication::Channel_descriptor(),
                                 v1::Complaint::State_descriptor(),
                                 v1::Listing::List_descriptor(),
                                 v1::AnnualReport::OperatingStatus_descriptor(),
                                 v1::Document::Kind_descriptor(),
                                 v1::Outcome_descriptor(),
                                 v1::Severity_descriptor(),
                                 v1::ImportFormat_descriptor(),
                                 v1::TextEncoding_descriptor()}) {
    for (int i = 1; i < type->value_count(); ++i) {
      const auto* const value = type->value(i);
      EXPECT_FALSE(absl::StrContains(
          EnumValueLabel(Lang::kZh, type, value->number()), value->name()))
          << value->full_name();
    }
  }
}

TEST(DescribeTest, ShowsMoneyDatesAndNestedMessages) {
  v1::Record record;
  record.set_family(v1::FAMILY_PENALTY);
  record.mutable_deciding_agency()->set_name("某局");
  record.mutable_deciding_agency()->set_uscc("11440000MB2C");
  record.mutable_penalty()->set_fine_fen(0);
  record.mutable_penalty()->set_confiscated_fen(123456789);
  record.mutable_recorded_at()->set_seconds(1767576600);
  EXPECT_THAT(Lines(Describe(Lang::kZh, record)),
              ::testing::ElementsAre("0 记录种类=行政处罚",
                                     "0 决定（办理）机关=某局（11440000MB2C）",
                                     "0 行政处罚=", "1 罚款金额=0.00 元",
                                     "1 没收金额=1,234,567.89 元",
                                     "0 本版入库时间=2026-01-05 09:30:00"));
}

TEST(DescribeTest, ShowsFiguresSharesAndYears) {
  v1::AnnualReport report;
  report.set_year(2024);
  report.add_transfers()->set_before_bp(3305);
  v1::OptionalFigures& figures = *report.mutable_optional_figures();
  figures.mutable_employees()->set_value(1200);
  figures.mutable_employees()->set_shown(true);
  figures.mutable_assets_fen()->set_value(0);
  figures.mutable_guarantees()->set_value("无");
  figures.mutable_profit_fen()->set_value(-150);
  figures.mutable_tax_fen()->set_shown(true);
  EXPECT_THAT(
      Lines(Describe(Lang::kZh, report)),
      ::testing::ElementsAre(
          "0 报告年度=2024", "0 股权变更=", "1 变更前股权比例=33.05%",
          "0 选择公示事项=", "1 从业人数=1,200（选择公示）",
          "1 资产总额=0.00 元（选择不公示）", "1 对外担保=无（选择不公示）",
          "1 利润总额=-1.50 元（选择不公示）", "1 纳税总额=（选择公示）"));
}

TEST(DescribeTest, ALineOfEachFamilyHasADayAndAWord) {
  v1::Record record;
  record.mutable_listing()->set_listed_on("2025-07-01");
  record.mutable_listing()->set_entry_document_number("列1号");
  record.mutable_listing()->set_ground("无法联系");
  RecordLine line = LineOf(record);
  EXPECT_EQ(line.date, "2025-07-01");
  EXPECT_EQ(line.number, "列1号");
  EXPECT_EQ(line.about, "无法联系");
  record.mutable_annual_report()->set_submitted_on("2025-05-06");
  record.mutable_annual_report()->set_year(2024);
  line = LineOf(record);
  EXPECT_EQ(line.date, "2025-05-06");
  EXPECT_EQ(line.number, "");
  EXPECT_EQ(line.about, "2024");
}

TEST(DescribeTest, CountsShowTheirZeros) {
  EXPECT_EQ(Describe(Lang::kEn, v1::ImportCounts()).size(), 8u);
}

TEST(DescribeTest, GroupsThousands) {
  EXPECT_EQ(Grouped(0), "0");
  EXPECT_EQ(Grouped(999), "999");
  EXPECT_EQ(Grouped(-1000), "-1,000");
  EXPECT_EQ(Grouped(1234567), "1,234,567");
}

}  // namespace
}  // namespace creditreg::cli
