#include "server/intake/file_reader.h"

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "index/base/civil_day.h"
#include "server/intake/report.h"
#include "tests/server/intake/file_cases.h"
#include "tests/testing/status_matchers.h"
#include "unicode/ucnv.h"

namespace creditreg {
namespace {

using conf::v1::IntakeFormat;
using google::protobuf::util::MessageDifferencer;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr IntakeTarget kEnterprise = IntakeFormat::TARGET_ENTERPRISE;
constexpr IntakeTarget kLicence = IntakeFormat::TARGET_LICENCE;
constexpr IntakeTarget kPenalty = IntakeFormat::TARGET_PENALTY;
constexpr IntakeTarget kComplaint = IntakeFormat::TARGET_COMPLAINT;
constexpr Severity kNote = Severity::kNote;
constexpr Severity kWarning = Severity::kWarning;
constexpr Severity kError = Severity::kError;

// Columns enough that a penalty says nothing, with one changed or added.
std::string PenaltyFile(const std::string& column, const std::string& cell) {
  std::vector<std::pair<std::string, std::string>> cells = {
      {"CF_XDR_MC", "示例一有限公司"},
      {"CF_XDR_LB", "法人及非法人组织"},
      {"CF_XDR_SHXYM", "914403001922038216"},
      {"CF_FRDB", "示甲"},
      {"CF_WSH", "示市监罚〔2025〕1号"},
      {"CF_WFXW", "虚假广告"},
      {"CF_SY", "发布虚假广告"},
      {"CF_YJ", "《广告法》"},
      {"CF_CFLB", "警告"},
      {"CF_NR", "警告"},
      {"CF_JDRQ", "2025-03-01"},
      {"CF_YXQ", "2099-12-31"},
      {"CF_CFJG", "示例市市场监督管理局"},
      {"CF_CFJGDM", "11100000MB0143028R"},
      {"CF_SJLY", "示例市发改局"},
      {"CF_SJLYDM", "11100000MB0143028R"}};
  bool changed = false;
  for (auto& [code, value] : cells) {
    if (code != column) continue;
    value = cell;
    changed = true;
  }
  if (!changed && !column.empty()) cells.emplace_back(column, cell);
  std::string header, row;
  for (const auto& [code, value] : cells) {
    absl::StrAppend(&header, header.empty() ? "" : ",", code);
    absl::StrAppend(&row, row.empty() ? "\"" : ",\"",
                    absl::StrReplaceAll(value, {{"\"", "\"\""}}), "\"");
  }
  return absl::StrCat(header, "\n", row, "\n");
}

FileRow PenaltyRow(const std::string& column, const std::string& cell,
                   const ReadOptions& options = {}) {
  ReadFile file = ReadWhole(kPenalty, PenaltyFile(column, cell), options);
  EXPECT_THAT(file.status, IsOk());
  EXPECT_THAT(file.rows, SizeIs(1));
  if (file.rows.empty()) return {};
  return std::move(file.rows[0]);
}

const storage::v1::Penalty& PenaltyOf(const FileRow& row) {
  EXPECT_TRUE(row.draft.record.has_value());
  return row.draft.record->content.penalty();
}

TEST(FileReaderTest, ACleanRowBecomesADraft) {
  const FileRow row = PenaltyRow("", "");
  EXPECT_THAT(SaidOf(FindingsOf(row)), IsEmpty());
  ASSERT_TRUE(row.draft.record.has_value());
  const storage::v1::Record& record = row.draft.record->content;
  EXPECT_EQ(record.family(), storage::v1::FAMILY_PENALTY);
  EXPECT_EQ(record.party().name(), "示例一有限公司");
  EXPECT_EQ(record.party().uscc(), "914403001922038216");
  EXPECT_EQ(record.penalty().decided_on(), 20148);
  EXPECT_THAT(record.penalty().kinds(), ElementsAre("警告"));
  EXPECT_EQ(row.draft.record->source_id, "default");
  EXPECT_EQ(row.draft.row, 1u);
  EXPECT_EQ(row.line, 2u);
  EXPECT_THAT(row.draft.raw.columns(), SizeIs(16));
  EXPECT_EQ(row.draft.raw.columns(4), "CF_WSH");
  EXPECT_EQ(row.draft.raw.cells(4), "示市监罚〔2025〕1号");
}

TEST(FileReaderTest, EveryFormOfADate) {
  for (const char* text :
       {"2025-03-01", "2025-3-1", "2025/3/1", "2025.3.1", "2025年3月1日",
        "20250301", "45717", "2025-03-01 00:00:00", "２０２５-３-１"}) {
    const FileRow row = PenaltyRow("CF_JDRQ", text);
    EXPECT_THAT(SaidOf(FindingsOf(row)), IsEmpty()) << text;
    EXPECT_EQ(PenaltyOf(row).decided_on(), 20148) << text;
  }
  EXPECT_EQ(PenaltyOf(PenaltyRow("CF_YXQ", "长期")).effective_until(),
            CivilDay::OpenEnded().days());
}

TEST(FileReaderTest, CellsThatCannotBeReadAreErrors) {
  struct Case {
    const char* column;
    const char* cell;
    Said said;
  };
  const Case cases[] = {
      {"CF_JDRQ",
       "2025-02-30",
       {kError, "record.penalty.decided_on", "DATE_FORM"}},
      {"CF_GS_GSXT",
       "昨天",
       {kError, "record.penalty.publications[GSXT]", "DATE_FORM"}},
      {"CF_NR_FK", "二万", {kError, "record.penalty.fine_fen", "AMOUNT_FORM"}},
      {"CF_NR_FK",
       "1,000.5",
       {kError, "record.penalty.fine_fen", "AMOUNT_FORM", "1000.5"}},
      {"CF_NR_FK",
       "0.0000001",
       {kError, "record.penalty.fine_fen", "AMOUNT_FORM"}},
      {"CF_CX", "特别程序", {kError, "record.penalty.procedure", "CHOICE"}},
      {"CF_XDR_LB", "外星人", {kError, "record.party.category", "CHOICE"}},
  };
  for (const Case& a_case : cases) {
    SCOPED_TRACE(a_case.cell);
    const FileRow row = PenaltyRow(a_case.column, a_case.cell);
    EXPECT_FALSE(IsDraft(row));
    // Nothing else: a cell that cannot be read is not missing too.
    EXPECT_THAT(SaidOf(FindingsOf(row)), ElementsAre(a_case.said));
    EXPECT_THAT(row.draft.findings[0].message, Not(HasSubstr(a_case.cell)));
    EXPECT_THAT(row.draft.raw.cells(), SizeIs(testing::Ge(16)));
  }
}

TEST(FileReaderTest, WordsForNoneAreNone) {
  for (const char* word : {"/", "-", "—", "无", "NULL", " 　"}) {
    EXPECT_THAT(SaidOf(FindingsOf(PenaltyRow("CF_NR_FK", word))), IsEmpty());
    EXPECT_THAT(SaidOf(FindingsOf(PenaltyRow("CF_LXRQ", word))), IsEmpty());
    EXPECT_THAT(SaidOf(FindingsOf(PenaltyRow("CF_GS_XYZG", word))), IsEmpty());
    EXPECT_THAT(SaidOf(FindingsOf(PenaltyRow("CF_YZCD", word))), IsEmpty());
  }
}

TEST(FileReaderTest, AmountsAndLists) {
  FileRow row = PenaltyRow("CF_CFLB", "警告；其他-训诫; ;通报批评");
  EXPECT_THAT(PenaltyOf(row).kinds(),
              ElementsAre("警告", "其他-训诫", "通报批评"));
  row = PenaltyRow("CF_CFLB", "警告、通报批评");
  EXPECT_THAT(PenaltyOf(row).kinds(), ElementsAre("警告", "通报批评"));
  row = PenaltyRow("CF_CFLB", "其他-训诫、教育");
  EXPECT_THAT(PenaltyOf(row).kinds(), ElementsAre("其他-训诫、教育"));
  row = PenaltyRow("CF_NR_FK", "0.2");
  EXPECT_EQ(PenaltyOf(row).fine_fen(), 200000);
  EXPECT_THAT(SaidOf(FindingsOf(row)),
              ElementsAre(Said{kWarning, "record.penalty.fine_fen",
                               "AMOUNT_WITHOUT_KIND"}));
}

TEST(FileReaderTest, PublicationsOfBothChannels) {
  const FileRow row = PenaltyRow("CF_GS_GSXT", "2025-03-20");
  ASSERT_THAT(PenaltyOf(row).publications(), SizeIs(1));
  EXPECT_EQ(PenaltyOf(row).publications(0).channel(),
            storage::v1::ChannelPublication::CHANNEL_GSXT);
  EXPECT_EQ(PenaltyOf(row).publications(0).published_on(), 20167);
}

TEST(FileReaderTest, SourcesHaveTheirOwnHeadersAndChoices) {
  const std::string file = absl::StrReplaceAll(
      PenaltyFile("", ""), {{"CF_WFXW", "CF_CFMC"},
                            {"CF_FRDB", "CF_FR"},
                            {"CF_CFLB", "CF_CFLB1,CF_CFLB2"},
                            {"\"警告\",\"警告\"", "警告,罚款,警告"}});
  EXPECT_THAT(ReadWhole(kPenalty, file).status,
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("UNKNOWN_COLUMN: column 6")));
  ReadOptions options;
  options.source = "credit-2016";
  const ReadFile read = ReadWhole(kPenalty, file, options);
  ASSERT_THAT(read.status, IsOk());
  ASSERT_THAT(read.rows, SizeIs(1));
  EXPECT_EQ(PenaltyOf(read.rows[0]).violation_type(), "虚假广告");
  EXPECT_THAT(PenaltyOf(read.rows[0]).kinds(), ElementsAre("警告", "罚款"));
  EXPECT_EQ(read.rows[0].draft.record->content.party().legal_representative(),
            "示甲");

  options.source = "gd-sample";
  EXPECT_EQ(PenaltyRow("CF_XDR_LB", "04", options)
                .draft.record->content.party()
                .category(),
            storage::v1::PARTY_CATEGORY_INDIVIDUAL_BUSINESS);
}

// Headers and order of published feeds; values invented.
TEST(FileReaderTest, FilesOfTheStandardOf2016AreRead) {
  const ReadOptions options = {.source = "credit-2016"};
  const ReadFile licences = ReadWhole(
      kLicence,
      "XK_WSH,XK_XMMC,XK_SPLB,XK_NR,XK_XDR,XK_XDR_SHXYM,XK_XDR_ZDM,XK_XDR_GSDJ,"
      "XK_XDR_SWDJ,XK_XDR_SFZ,XK_FR,XK_JDRQ,XK_JZQ,XK_XZJG,XK_ZT,DFBM,SJC,BZ\n"
      "示许1号,示例许可,普通,经营,示例公司,914403001922038216,,,,,示甲,"
      "2016/08/04,2020/08/04,示例局,1,440000,2016/08/05,\n",
      options);
  ASSERT_THAT(licences.status, IsOk());
  ASSERT_TRUE(IsDraft(licences.rows[0]));
  const storage::v1::Record& licence = licences.rows[0].draft.record->content;
  EXPECT_EQ(licence.party().name(), "示例公司");
  EXPECT_EQ(licence.deciding_agency().name(), "示例局");
  EXPECT_EQ(licence.licence().state(), storage::v1::Licence::STATE_REVOKED);
  for (const char* header :
       {"CF_WSH,CF_CFMC,CF_CFLB1,CF_CFLB2,CF_SY,CF_YJ,CF_XDR_MC,CF_XDR_SHXYM,"
        "CF_XDR_ZDM,CF_XDR_GSDJ,CF_XDR_SWDJ,CF_XDR_SFZ,CF_FR,CF_JG,CF_JDRQ,"
        "CF_XZJG,CF_ZT,DFBM,SJC,BZ\n",
        "行政处罚决定书文号,处罚名称,处罚类别1,处罚类别2,处罚事由,处罚依据,"
        "行政相对人名称,行政相对人代码_1（统一社会信用代码）,"
        "行政相对人代码_2（组织机构代码）,行政相对人代码_3（工商登记码）,"
        "行政相对人代码_4（税务登记号）,行政相对人代码_5（居民身份证号）,"
        "法定代表人姓名,处罚结果,处罚决定日期,处罚机关,当前状态,地方编码,"
        "数据更新时间戳,备注\n"}) {
    const std::string cells =
        "示罚1号,虚假广告,警告,,发布虚假广告,广告法,示例公司,"
        "914403001922038216,192203821,449901000000063,,,示甲,警告,2016/08/04,"
        "示例局,STATE,440000,2016/08/05,\n";
    ReadFile read = ReadWhole(
        kPenalty,
        absl::StrCat(header, absl::StrReplaceAll(cells, {{"STATE", "0"}}),
                     absl::StrReplaceAll(cells, {{"STATE", ""}}),
                     absl::StrReplaceAll(cells, {{"STATE", "1"}})),
        options);
    ASSERT_THAT(read.status, IsOk());
    ASSERT_THAT(read.rows, SizeIs(3));
    ASSERT_TRUE(IsDraft(read.rows[0]));
    EXPECT_TRUE(IsDraft(read.rows[1]));
    const storage::v1::Party& party =
        read.rows[0].draft.record->content.party();
    EXPECT_EQ(party.organisation_code(), "192203821");
    EXPECT_EQ(party.registration_number(), "449901000000063");
    // A penalty that was revoked has no place to say so.
    EXPECT_FALSE(IsDraft(read.rows[2]));
    EXPECT_THAT(SaidOf(FindingsOf(read.rows[2])),
                Contains(Said{kError, "", "IGNORED_VALUE"}));
  }
}

TEST(FileReaderTest, HeadersInChineseInAnyOrder) {
  const ReadFile read = ReadWhole(
      kComplaint,
      "状态,登记编号,被投诉单位名称,涉案金额（元）,数据来源单位,投诉事实,平台,"
      "登记日期,处理单位\n已办结,A1,示例店,12.50,某局,质量差,12315,2025-1-2,"
      "某局\n");
  ASSERT_THAT(read.status, IsOk());
  ASSERT_TRUE(read.rows[0].draft.record.has_value());
  const storage::v1::Complaint& complaint =
      read.rows[0].draft.record->content.complaint();
  EXPECT_EQ(complaint.state(), storage::v1::Complaint::STATE_CLOSED);
  EXPECT_EQ(complaint.amount_fen(), 1250);
  EXPECT_THAT(SaidOf(FindingsOf(read.rows[0])), IsEmpty());
}

TEST(FileReaderTest, Headers) {
  struct Case {
    const char* header;
    const char* message;
  };
  const Case cases[] = {
      {"ENTNAME,名字", "UNKNOWN_COLUMN: column 2"},
      {"ENTNAME,,UNISCID", "UNKNOWN_COLUMN: column 2"},
      {"ENTNAME,UNISCID,企业名称", "DUPLICATE_COLUMN: columns 1 and 3"},
      {"UNISCID,REGNO", "MISSING_COLUMN: ENTNAME"},
  };
  for (const Case& a_case : cases) {
    const ReadFile read =
        ReadWhole(kEnterprise, absl::StrCat(a_case.header, "\na,b\n"));
    EXPECT_THAT(read.status, StatusIs(absl::StatusCode::kInvalidArgument,
                                      HasSubstr(a_case.message)));
    EXPECT_THAT(read.rows, IsEmpty());
  }
  EXPECT_THAT(ReadWhole(kPenalty, "CF_XDR_MC\n示\n").status,
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("MISSING_COLUMN: CF_WSH")));
}

TEST(FileReaderTest, AHeaderThatIsDataIsNotRepeated) {
  const ReadFile read = ReadWhole(kEnterprise, "示壬癸,44999919700101888X\n");
  EXPECT_THAT(std::string(read.status.message()), Not(HasSubstr("示")));
  EXPECT_THAT(std::string(read.status.message()), Not(HasSubstr("4499")));
}

TEST(FileReaderTest, ARepairedReportIsReadAsAFile) {
  const ReadFile read =
      ReadWhole(kEnterprise,
                "\xEF\xBB\xBF"
                "ENTNAME,行号,结果,字段,规则,说明,修改建议,\n"
                "示例,7,拒绝,ENTNAME,REQUIRED,\"必填，\",x\n");
  ASSERT_THAT(read.status, IsOk());
  ASSERT_THAT(read.rows, SizeIs(1));
  EXPECT_EQ(read.rows[0].draft.enterprise->content.name(), "示例");
  EXPECT_THAT(read.rows[0].draft.raw.columns(), ElementsAre("ENTNAME"));
}

// Spreadsheets add empty columns; the report puts its own behind the file's.
TEST(FileReaderTest, TheReportOfAFileWithEmptyHeadersIsReadAsAFile) {
  const ReadFile file = ReadWhole(IntakeFormat::TARGET_COMPLAINT,
                                  "登记编号,被投诉单位名称, ,\n1,,,\n");
  EXPECT_THAT(file.status, IsOk());
  EXPECT_THAT(file.header, ElementsAre("登记编号", "被投诉单位名称"));
  ASSERT_THAT(file.rows, SizeIs(1));
  const std::string report = absl::StrCat(
      ReportHeader(file.header),
      ReportLine({file.rows[0].cells, file.header.size(), file.rows[0].line,
                  v1::OUTCOME_REJECTED, FindingsOf(file.rows[0])},
                 ShippedTables(), IntakeFormat::TARGET_COMPLAINT));
  const ReadFile again = ReadWhole(IntakeFormat::TARGET_COMPLAINT, report);
  EXPECT_THAT(again.status, IsOk());
  EXPECT_THAT(again.rows, SizeIs(1));
}

TEST(FileReaderTest, RowsShorterAndLongerThanTheHeader) {
  const ReadFile read = ReadWhole(kEnterprise,
                                  "ENTNAME,UNISCID,BZ\n"
                                  "一\n"
                                  "二,,备注,,\n"
                                  "三,,备注,多\n");
  ASSERT_THAT(read.rows, SizeIs(3));
  EXPECT_TRUE(IsDraft(read.rows[0]));
  EXPECT_TRUE(IsDraft(read.rows[1]));
  EXPECT_FALSE(IsDraft(read.rows[2]));
  EXPECT_EQ(SaidOf(FindingsOf(read.rows[2]))[0],
            (Said{kError, "", "CELL_COUNT"}));
  EXPECT_THAT(read.rows[0].draft.raw.cells(), ElementsAre("一", "", ""));
}

TEST(FileReaderTest, EnterprisesWithTheirPast) {
  const ReadFile read = ReadWhole(
      kEnterprise,
      "ENTNAME,UNISCID,CYM,CYDM,REGNO,REGCAP,REGSTATE,ENTTYPE,ESTDATE\n"
      "示例,914403001922038216,示旧|2010-1-2|名称变更；示更旧,"
      "9144030071526726XG|2011-01-01|吸收合并;91440300192317458F||换发代码,"
      "440301103097413,100(万人民币元),吊销，未注销,有限,2000-01-01\n");
  ASSERT_THAT(read.status, IsOk());
  ASSERT_TRUE(read.rows[0].draft.enterprise.has_value());
  EXPECT_THAT(SaidOf(FindingsOf(read.rows[0])), IsEmpty());
  const EnterpriseDraft& draft = *read.rows[0].draft.enterprise;
  EXPECT_TRUE(draft.keep_history);
  // No column for them: the stored ones stay.
  EXPECT_FALSE(draft.personal.has_value());
  ASSERT_THAT(draft.content.former_names(), SizeIs(2));
  EXPECT_EQ(draft.content.former_names(0).until(), 14611);
  EXPECT_EQ(draft.content.former_names(0).reason(), "名称变更");
  EXPECT_FALSE(draft.content.former_names(1).has_until());
  ASSERT_THAT(draft.content.former_codes(), SizeIs(2));
  EXPECT_TRUE(draft.content.former_codes(0).merged());
  EXPECT_FALSE(draft.content.former_codes(1).merged());
  EXPECT_EQ(draft.content.status(), storage::v1::REGISTRATION_STATUS_REVOKED);
}

TEST(FileReaderTest, PersonalColumnsReplaceTheStoredFields) {
  const ReadFile read =
      ReadWhole(kEnterprise, "ENTNAME,TEL\n示例,14000001001\n示例二,\n");
  ASSERT_THAT(read.rows, SizeIs(2));
  EXPECT_EQ(read.rows[0].draft.enterprise->personal->telephone(),
            "14000001001");
  ASSERT_TRUE(read.rows[1].draft.enterprise->personal.has_value());
  EXPECT_EQ(read.rows[1].draft.enterprise->personal->ByteSizeLong(), 0u);
}

TEST(FileReaderTest, LicencesOfANaturalPerson) {
  const ReadFile read = ReadWhole(
      kLicence,
      "XK_XDR_MC,XK_XDR_LB,XK_XDR_ZJLX,XK_XDR_ZJHM,XK_WSH,XK_XKBH,XK_ZT\n"
      "示壬癸,自然人,身份证,44999919700101888X,示许1号,44999919700101888X,"
      "1\n");
  ASSERT_TRUE(IsDraft(read.rows[0]));
  const RecordDraft& draft = *read.rows[0].draft.record;
  EXPECT_EQ(draft.personal.person_name(), "示壬癸");
  EXPECT_THAT(draft.content.SerializeAsString(), Not(HasSubstr("示壬癸")));
  EXPECT_THAT(draft.content.SerializeAsString(),
              Not(HasSubstr("44999919700101888X")));
}

// UTF-8 to GB18030.
std::string ToGb18030(const std::string& utf8) {
  std::string bytes(utf8.size() * 2 + 4, '\0');
  UErrorCode error = U_ZERO_ERROR;
  const int size = ucnv_convert("gb18030", "UTF-8", bytes.data(),
                                static_cast<int>(bytes.size()), utf8.data(),
                                static_cast<int>(utf8.size()), &error);
  EXPECT_TRUE(U_SUCCESS(error));
  bytes.resize(static_cast<std::size_t>(size));
  return bytes;
}

TEST(FileReaderTest, BothEncodingsGiveTheSameDrafts) {
  const std::string utf8 = PenaltyFile("CF_SY", "发布\U00020087\u9FB4广告");
  const ReadFile a = ReadWhole(kPenalty, utf8);
  const ReadFile b = ReadWhole(kPenalty, ToGb18030(utf8));
  const ReadFile c = ReadWhole(kPenalty, "\xEF\xBB\xBF" + utf8);
  EXPECT_EQ(a.encoding, v1::TEXT_ENCODING_UTF8);
  EXPECT_EQ(b.encoding, v1::TEXT_ENCODING_GB18030);
  EXPECT_EQ(c.encoding, v1::TEXT_ENCODING_UTF8);
  for (const ReadFile* other : {&b, &c}) {
    ASSERT_THAT(other->status, IsOk());
    EXPECT_EQ(other->header, a.header);
    EXPECT_EQ(other->rows[0].cells, a.rows[0].cells);
    EXPECT_TRUE(MessageDifferencer::Equals(other->rows[0].draft.record->content,
                                           a.rows[0].draft.record->content));
  }
  EXPECT_EQ(a.rows[0].end_offset, utf8.size());
  EXPECT_EQ(b.rows[0].end_offset, ToGb18030(utf8).size());
  EXPECT_EQ(c.rows[0].end_offset, utf8.size() + 3);
}

TEST(FileReaderTest, ARowThatIsNotInTheEncodingIsRejectedAlone) {
  const ReadFile read =
      ReadWhole(kEnterprise, "ENTNAME,BZ\n一,\n\xB9\xAB\xCB,二\n三,\n",
                {.encoding = v1::TEXT_ENCODING_UTF8});
  ASSERT_THAT(read.status, IsOk());
  ASSERT_THAT(read.rows, SizeIs(3));
  EXPECT_FALSE(IsDraft(read.rows[1]));
  EXPECT_THAT(SaidOf(FindingsOf(read.rows[1])),
              ElementsAre(Said{kError, "", "TEXT_ENCODING"}));
  EXPECT_THAT(read.rows[1].cells, ElementsAre("\uFFFD\uFFFD\uFFFD", "二"));
  EXPECT_TRUE(IsDraft(read.rows[2]));
}

TEST(FileReaderTest, AStateThatNobodyListsDoesNotCostTheEnterprise) {
  const ReadFile read = ReadWhole(
      kEnterprise,
      "UNISCID,ENTNAME,ENTTYPE,ESTDATE,REGSTATE\n"
      "914403001922038216,示例一有限公司,有限公司,1987-09-15,清算中\n");
  ASSERT_THAT(read.status, IsOk());
  ASSERT_TRUE(IsDraft(read.rows[0]));
  const EnterpriseDraft& draft = *read.rows[0].draft.enterprise;
  EXPECT_EQ(draft.content.status(),
            storage::v1::REGISTRATION_STATUS_UNSPECIFIED);
  EXPECT_THAT(
      SaidOf(draft.findings),
      ElementsAre(Said{kWarning, "enterprise.status", "CHOICE_UNLISTED"}));
  EXPECT_THAT(draft.quality_flags,
              ElementsAre("CHOICE_UNLISTED", "FIELD_MISSING"));
}

TEST(FileReaderTest, ADamagedRowIsNoReasonToReadTheOthersOtherwise) {
  const ReadFile read = ReadWhole(kEnterprise,
                                  "UNISCID,ENTNAME,ESTDATE,LEREP\n"
                                  ",示例贸易有限公司,2020-01-05,示一\n"
                                  ",示例商务有限公司,2020-01-05,示二\n"
                                  ",示例科技有限公司,2020-01-05,示三\n"
                                  ",示例文化有限公司,2020-01-05,\xE5\n");
  ASSERT_THAT(read.status, IsOk());
  EXPECT_EQ(read.encoding, v1::TEXT_ENCODING_UTF8);
  ASSERT_THAT(read.rows, SizeIs(4));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(IsDraft(read.rows[i])) << i;
  EXPECT_THAT(SaidOf(FindingsOf(read.rows[3])),
              ElementsAre(Said{kError, "", "TEXT_ENCODING"}));
}

TEST(FileReaderTest, FilesThatAreNoTextOrNoCsvAreRefused) {
  EXPECT_THAT(
      ReadWhole(kEnterprise, "PK\x03\x04").status,
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("BAD_ENCODING")));
  EXPECT_THAT(
      ReadWhole(kEnterprise, "ENTNAME,\xFF\n").status,
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("BAD_ENCODING")));
  const ReadFile read = ReadWhole(kEnterprise, "ENTNAME\n一\n\"二\n三\n");
  EXPECT_THAT(read.status, StatusIs(absl::StatusCode::kInvalidArgument,
                                    HasSubstr("BAD_CSV: line 3")));
  ASSERT_THAT(read.rows, SizeIs(1));
  EXPECT_EQ(read.rows[0].cells[0], "一");
}

TEST(FileReaderTest, AFileWithoutAHeaderHasNoRows) {
  const ReadFile read = ReadWhole(kEnterprise, "\n\n");
  EXPECT_THAT(read.status, StatusIs(absl::StatusCode::kInvalidArgument,
                                    HasSubstr("MISSING_COLUMN")));
}

bool SameRow(const FileRow& a, const FileRow& b) {
  const bool same_record =
      a.draft.record.has_value() == b.draft.record.has_value() &&
      (!a.draft.record.has_value() ||
       (a.draft.record->content.SerializeAsString() ==
            b.draft.record->content.SerializeAsString() &&
        a.draft.record->personal.SerializeAsString() ==
            b.draft.record->personal.SerializeAsString() &&
        a.draft.record->quality_flags == b.draft.record->quality_flags));
  return same_record && FindingsOf(a) == FindingsOf(b) && a.cells == b.cells &&
         a.line == b.line && a.end_offset == b.end_offset &&
         a.draft.row == b.draft.row &&
         a.draft.raw.SerializeAsString() == b.draft.raw.SerializeAsString();
}

TEST(FileReaderTest, AnyCutGivesTheSameRows) {
  const std::string text =
      "XK_XDR_MC,XK_XDR_LB,XK_XDR_SHXYM,XK_WSH,XK_NR,XK_JDRQ\r\n"
      "示例一,法人,914403001922038216,1号,\"一\r\n\"\"二\"\"\",2025-1-2\r\n"
      "\r\n示例二,自然人,,2号,电话14000001001,不详\n"
      ",法人,,3号,\U00020087,45717\n";
  for (const std::string& file :
       {text, "\xEF\xBB\xBF" + text, ToGb18030(text)}) {
    const ReadFile whole = ReadWhole(kLicence, file);
    ASSERT_THAT(whole.status, IsOk());
    ASSERT_THAT(whole.rows, SizeIs(3));
    for (std::size_t cut = 0; cut <= file.size(); ++cut) {
      const absl::string_view bytes = file;
      const ReadFile parts =
          ReadChunks(kLicence, {bytes.substr(0, cut), bytes.substr(cut)});
      ASSERT_THAT(parts.status, IsOk()) << cut;
      ASSERT_EQ(parts.encoding, whole.encoding) << cut;
      ASSERT_EQ(parts.rows.size(), whole.rows.size()) << cut;
      for (std::size_t i = 0; i < whole.rows.size(); ++i) {
        ASSERT_TRUE(SameRow(parts.rows[i], whole.rows[i]))
            << "cut " << cut << ", row " << i;
      }
    }
    // Byte by byte.
    std::vector<absl::string_view> bytes;
    for (std::size_t i = 0; i < file.size(); ++i) {
      bytes.push_back(absl::string_view(file).substr(i, 1));
    }
    const ReadFile crumbs = ReadChunks(kLicence, bytes);
    ASSERT_EQ(crumbs.rows.size(), 3u);
    EXPECT_TRUE(SameRow(crumbs.rows[2], whole.rows[2]));
  }
}

TEST(FileReaderTest, NotesDoNotFlag) {
  const FileRow row = PenaltyRow("CF_XDR_GSZC", "无");
  EXPECT_THAT(SaidOf(FindingsOf(row)),
              ElementsAre(Said{kNote, "record.party.registration_number",
                               "OLD_NUMBER_FILLER"}));
  EXPECT_THAT(row.draft.record->quality_flags, IsEmpty());
}

}  // namespace
}  // namespace creditreg
