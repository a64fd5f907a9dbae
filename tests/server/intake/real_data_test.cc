// Real registers as files: what the rules say of rows nobody made up. The
// figures of codes are those of tests/index/model/real_data_test.cc; a
// difference is a change of a verdict.

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/model/uscc.h"
#include "server/intake/report.h"
#include "tests/server/intake/file_cases.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_data.h"

namespace creditreg {
namespace {

using conf::v1::IntakeFormat;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr IntakeTarget kTarget = IntakeFormat::TARGET_ENTERPRISE;

void AppendRow(const std::vector<std::string>& cells, std::string& file) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) file.push_back(',');
    AppendCsvCell(cells[i], file);
  }
  file.push_back('\n');
}

// In chunks of a MiB, as they come over the network.
ReadFile ReadInChunks(absl::string_view file) {
  std::vector<absl::string_view> chunks;
  for (std::size_t i = 0; i < file.size(); i += std::size_t{1} << 20) {
    chunks.push_back(file.substr(i, std::size_t{1} << 20));
  }
  return ReadChunks(kTarget, chunks);
}

std::map<std::string, int> CountFlags(const ReadFile& file) {
  std::map<std::string, int> flags;
  for (const FileRow& row : file.rows) {
    if (!row.draft.enterprise.has_value()) continue;
    for (const std::string& flag : row.draft.enterprise->quality_flags) {
      ++flags[flag];
    }
  }
  return flags;
}

std::map<std::string, int> CountErrors(const ReadFile& file) {
  std::map<std::string, int> errors;
  for (const FileRow& row : file.rows) {
    if (row.draft.enterprise.has_value()) continue;
    for (const Finding& finding : row.draft.findings) {
      if (finding.severity != Severity::kError) continue;
      ++errors[absl::StrCat(finding.rule, " ", finding.field)];
    }
  }
  return errors;
}

TEST(RealFilesTest, EnterprisesOfGuangdong) {
  CREDITREG_NEEDS_TEST_DATA();
  // name code reg_date type capital scope province city address
  std::string file =
      "企业名称,统一社会信用代码,成立日期,企业类型,注册资本,"
      "经营范围,住所,登记状态\n";
  ForEachTestRow("gd_enterprises.tsv.zst", [&](const TestRow& row) {
    AppendRow({row[0], row[1], row[2], row[3], row[4], row[5], row[8], "存续"},
              file);
  });
  const ReadFile read = ReadInChunks(file);
  ASSERT_THAT(read.status, IsOk());
  ASSERT_EQ(read.rows.size(), 75'642u);
  EXPECT_EQ(read.rows.back().end_offset, file.size());
  EXPECT_THAT(CountErrors(read), IsEmpty());
  EXPECT_THAT(
      CountFlags(read),
      UnorderedElementsAre(
          Pair("CAPITAL_FORM", 5), Pair("CODE_ORG_CHECK", 10),
          // No entity type.
          Pair("FIELD_MISSING", 66'635),
          // Two scopes name a licence whose number has the form of a bank card
          // or a travel permit. Nothing tells them apart, so both are masked.
          Pair("PERSONAL_NUMBER_MASKED", 2)));

  std::size_t masked = 0;
  for (const FileRow& row : read.rows) {
    const storage::v1::Enterprise& content = row.draft.enterprise->content;
    ASSERT_TRUE(Uscc::Parse(content.uscc()).ok()) << row.line;
    ASSERT_EQ(content.code_as_given(), "") << row.line;
    ASSERT_EQ(content.name(), row.cells[0]);
    if (!row.draft.enterprise->personal.has_value()) continue;
    ++masked;
    ASSERT_EQ(row.draft.enterprise->personal->originals(0).field(),
              "business_scope");
  }
  EXPECT_EQ(masked, 2u);
}

TEST(RealFilesTest, BadAndOldCodes) {
  CREDITREG_NEEDS_TEST_DATA();
  // kind name code reg_date province city
  std::string file = "UNISCID,ENTNAME,ESTDATE,ENTTYPE,REGSTATE\n";
  std::vector<std::string> kinds;
  ForEachTestRow("dirty_codes.tsv.zst", [&](const TestRow& row) {
    kinds.push_back(row[0]);
    AppendRow({row[2], row[1], row[3], "不详", "存续"}, file);
  });
  const ReadFile read = ReadInChunks(file);
  ASSERT_THAT(read.status, IsOk());
  ASSERT_EQ(read.rows.size(), 4'331u);
  EXPECT_THAT(CountErrors(read), IsEmpty());
  std::map<std::pair<std::string, std::string>, int> rules;
  int old_numbers = 0;
  for (std::size_t i = 0; i < read.rows.size(); ++i) {
    old_numbers += read.rows[i].draft.enterprise->content.old_numbers_size();
    for (const Finding& finding : FindingsOf(read.rows[i])) {
      if (finding.field == "enterprise.uscc") ++rules[{kinds[i], finding.rule}];
    }
  }
  EXPECT_THAT(
      rules,
      UnorderedElementsAre(
          // Lower case, and one number that is 18 characters only with dashes.
          Pair(Pair("uscc_badchar", "CODE_NORMALISED"), 139),
          Pair(Pair("uscc_badchar", "CODE_LENGTH"), 1),
          Pair(Pair("uscc_badcheck", "CODE_FINAL_CHECK"), 93),
          Pair(Pair("uscc_ok_org_bad", "CODE_ORG_CHECK"), 102),
          Pair(Pair("reg13", "CODE_OLD_NUMBER"), 264),
          Pair(Pair("reg15_ok", "CODE_OLD_NUMBER"), 3'342),
          // 380 registration numbers, 6 organisation codes.
          Pair(Pair("other", "CODE_OLD_NUMBER"), 386),
          Pair(Pair("other", "CODE_PLACEHOLDER"), 2),  // 无
          Pair(Pair("other", "CODE_LENGTH"), 2)));
  EXPECT_THAT(CountFlags(read),
              UnorderedElementsAre(
                  Pair("CODE_CHECK_FAILED", 1 + 93 + 264 + 3'342 + 386 + 2),
                  Pair("CODE_NORMALISED", 139),
                  Pair("CODE_OLD_NUMBER", 264 + 3'342 + 386),
                  Pair("CODE_ORG_CHECK", 102), Pair("CODE_PLACEHOLDER", 2)));
  EXPECT_EQ(old_numbers, 264 + 3'342 + 386);
}

}  // namespace
}  // namespace creditreg
