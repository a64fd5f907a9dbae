// The files that go out: templates and reports.

#include "server/intake/report.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/generator/columns.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/intake/template.h"
#include "tests/server/wire/draft_cases.h"

namespace creditreg {
namespace {

using conf::v1::IntakeFormat;

TEST(TemplateTest, HeadersInCodesArePinned) {
  const auto header = [](IntakeTarget target) {
    return TemplateContent(ShippedTables(), target,
                           v1::GetTemplateRequest::HEADER_CODES);
  };
  // Senders' programs write these: a column may be added, none may go.
  EXPECT_EQ(header(IntakeFormat::TARGET_ENTERPRISE),
            "\xEF\xBB\xBFUNISCID,REGNO,ZZJGDM,SWDJH,ENTNAME,ENTTYPE,REGSTATE,"
            "ESTDATE,APPRDATE,OPFROM,OPTO,REVDATE,CANDATE,REGCAP,INDUSTRY,"
            "OPSCOPE,LEREP,LEREP_ZJLX,LEREP_ZJHM,TEL,DIVISION,STREET,DOM,"
            "REGORG,REGORGDM,SUPUNIT,SUPUNITDM,CYM,CYDM,BZ\r\n");
  EXPECT_EQ(header(IntakeFormat::TARGET_LICENCE),
            "\xEF\xBB\xBFXK_XDR_MC,XK_XDR_LB,XK_XDR_SHXYM,XK_XDR_GSZC,"
            "XK_XDR_ZZJG,XK_XDR_SWDJ,XK_XDR_SYDW,XK_XDR_SHZZ,XK_FRDB,"
            "XK_FR_ZJLX,XK_FR_ZJHM,XK_XDR_ZJLX,XK_XDR_ZJHM,XK_XKWS,XK_WSH,"
            "XK_XKLB,XK_XKZS,XK_XKBH,XK_NR,XK_JDRQ,XK_YXQZ,XK_YXQZI,XK_XKJG,"
            "XK_XKJGDM,XK_ZT,XK_LYDW,XK_LYDWDM,BZ\r\n");
  EXPECT_EQ(header(IntakeFormat::TARGET_PENALTY),
            "\xEF\xBB\xBF"
            "CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_XDR_GSZC,"
            "CF_XDR_ZZJG,CF_XDR_SWDJ,CF_XDR_SYDW,CF_XDR_SHZZ,CF_FRDB,"
            "CF_FR_ZJLX,CF_FR_ZJHM,CF_XDR_ZJLX,CF_XDR_ZJHM,CF_WSH,CF_WFXW,"
            "CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_NR_FK,CF_NR_WFFF,CF_NR_ZKDX,CF_JDRQ,"
            "CF_YXQ,CF_GSJZQ,CF_CFJG,CF_CFJGDM,CF_SJLY,CF_SJLYDM,BZ,CF_CX,"
            "CF_YZCD,CF_ZGBM,CF_QXZ,CF_LXRQ,CF_SDRQ,CF_GS_XYZG,CF_GS_GSXT\r\n");
  EXPECT_EQ(header(IntakeFormat::TARGET_COMPLAINT),
            "\xEF\xBB\xBFTS_AJBH,TS_PT,TS_QD,TS_DJRQ,TS_BTS_MC,TS_BTS_SHXYM,"
            "TS_BTS_DZ,TS_PTDM,TS_DPMC,TS_TSR_MC,TS_TSR_DH,TS_TSR_DZ,"
            "TS_TSR_ZJHM,TS_SPLB,TS_PP,TS_GMRQ,TS_JE,TS_DDH,TS_WTLB,TS_SS,"
            "TS_QQ,TS_CLDW,TS_CLDWDM,TS_ZT,TS_SLRQ,TS_BJRQ,TS_JG,TS_WHSS,"
            "TS_MYD,TS_SJLY,TS_SJLYDM,BZ\r\n");
}

TEST(TemplateTest, HeadersInNames) {
  EXPECT_EQ(
      TemplateContent(ShippedTables(), IntakeFormat::TARGET_COMPLAINT,
                      v1::GetTemplateRequest::HEADER_NAMES),
      "\xEF\xBB\xBF登记编号,平台,接收方式,登记日期,被投诉单位名称,"
      "被投诉单位统一社会信用代码,被投诉单位地址,平台编号,店铺名称,投诉人姓名,"
      "投诉人电话,投诉人地址,投诉人证件号码,商品服务类别,品牌,购买日期,"
      "涉案金额(元),订单号,问题类别,投诉事实,诉求,处理单位,处理单位代码,状态,"
      "受理日期,办结日期,处理结果,挽回损失(元),满意度,数据来源单位,"
      "数据来源单位代码,备注\r\n");
}

TEST(TemplateTest, TheGeneratorWritesTheSameColumns) {
  const auto expect = [](IntakeTarget target, const char* const* header,
                         std::size_t count) {
    const auto& columns = ShippedTables().columns(target);
    ASSERT_EQ(columns.size(), count);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(columns[i]->spec.code(), header[i]);
    }
  };
  expect(IntakeFormat::TARGET_ENTERPRISE, generator::kEnterpriseHeader,
         generator::kEntColumns);
  expect(IntakeFormat::TARGET_LICENCE, generator::kLicenceHeader,
         generator::kXkColumns);
  expect(IntakeFormat::TARGET_PENALTY, generator::kPenaltyHeader,
         generator::kCfColumns);
  expect(IntakeFormat::TARGET_COMPLAINT, generator::kComplaintHeader,
         generator::kTsColumns);
}

TEST(ReportTest, TheHeaderIsTheFilesOwnAndSixColumns) {
  EXPECT_EQ(ReportHeader({"CF_WSH", "违法,事实"}),
            "\xEF\xBB\xBF"
            "CF_WSH,\"违法,事实\",行号,结果,字段,规则,说明,"
            "修改建议\r\n");
}

TEST(ReportTest, OneFinding) {
  const std::vector<std::string> cells = {"a", "b \"c\"\n", " d"};
  const std::vector<Finding> findings = {
      {Severity::kWarning, "record.party.uscc", "CODE_FINAL_CHECK",
       "校验码不符", "914403001922038216"}};
  const ReportRow row{cells, 4, 17, v1::OUTCOME_CREATED, findings};
  EXPECT_EQ(ReportLine(row, ShippedTables(), IntakeFormat::TARGET_PENALTY),
            "a,\"b \"\"c\"\"\n\",\" d\",,17,新增,CF_XDR_SHXYM,"
            "CODE_FINAL_CHECK,校验码不符,914403001922038216\r\n");
}

TEST(ReportTest, SeveralFindingsStandInOneOrder) {
  const std::vector<std::string> cells = {"a"};
  const std::vector<Finding> findings = {
      {Severity::kError, "record.penalty.decided_on", "DATE_FORM", "日期", ""},
      {Severity::kError, "record.penalty.publications[GSXT]", "DATE_FORM",
       "另一日期", ""},
      {Severity::kError, "record.penalty.fine_fen", "AMOUNT_FORM", "金额",
       "1000"}};
  const ReportRow row{cells, 1, 2, v1::OUTCOME_REJECTED, findings};
  EXPECT_EQ(ReportLine(row, ShippedTables(), IntakeFormat::TARGET_PENALTY),
            "a,2,拒绝,CF_JDRQ；CF_GS_GSXT；CF_NR_FK,DATE_FORM；DATE_FORM；"
            "AMOUNT_FORM,日期；另一日期；金额,CF_NR_FK=1000\r\n");
}

TEST(ReportTest, EveryOutcomeHasAText) {
  for (int number = 1; number < v1::Outcome_ARRAYSIZE; ++number) {
    EXPECT_NE(OutcomeText(static_cast<v1::Outcome>(number)), "") << number;
  }
}

TEST(ReportTest, ItsOwnColumnsAreKnown) {
  for (const absl::string_view column : kReportColumns) {
    EXPECT_TRUE(IsReportColumn(absl::StrCat(" ", column))) << column;
  }
  EXPECT_FALSE(IsReportColumn("备注"));
}

}  // namespace
}  // namespace creditreg
