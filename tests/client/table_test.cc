#include "client/cli/table.h"

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace creditreg::cli {
namespace {

using ::testing::Each;
using ::testing::Le;
using ::testing::ResultOf;

TEST(RenderTableTest, ChineseColumnsLineUp) {
  EXPECT_EQ(RenderTable({{"指标"}, {"数值", Align::kRight}, {"单位"}},
                        {{"企业", "1,234", "户"},
                         {"records.licence", "5", "ｒｏｗ"},
                         {"e\u0301", "", "行"}},
                        kUnlimitedWidth),
            "指标              数值  单位\n"
            "---------------  -----  ------\n"
            "企业             1,234  户\n"
            "records.licence      5  ｒｏｗ\n"
            "e\u0301                       行\n");
}

TEST(RenderTableTest, TheWidestColumnsAreCutToFit) {
  EXPECT_EQ(RenderTable({{"代码"}, {"名称"}},
                        {{"9144", "深圳市腾讯计算机系统有限公司"}}, 20),
            "代码  名称\n"
            "----  --------------\n"
            "9144  深圳市腾讯计…\n");
}

TEST(RenderTableTest, EveryLineFitsTheTerminal) {
  const std::string text = RenderTable(
      {{"甲"}, {"乙"}, {"丙"}},
      {{"一二三四五六七八九十", "abcdefghijklmnop", "深圳深圳深圳深圳深圳"}},
      31);
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  EXPECT_THAT(
      lines, Each(ResultOf([](const std::string& l) { return DisplayWidth(l); },
                           Le(31))));
}

TEST(RenderTableTest, CellsAreNeutralised) {
  EXPECT_EQ(RenderTable({{"a"}}, {{"x\x1b[31m\ny"}}, kUnlimitedWidth),
            "a\n-----------\nx\\x1b[31m y\n");
}

TEST(RowTableTest, RowsLineUpWithoutKnowingTheRest) {
  const RowTable table({{"序号", Align::kRight, 4},
                        {"结论", Align::kLeft, 6},
                        {"名称", Align::kLeft, 0}},
                       24);
  EXPECT_EQ(table.Header(), "序号  结论    名称\n----  ------  ----\n");
  EXPECT_EQ(table.Row({"1", "找到", "深圳市某某有限公司"}),
            "   1  找到    深圳市某…\n");
  EXPECT_EQ(table.Row({"10", "代码有误", ""}), "  10  代码…\n");
}

TEST(RowTableTest, NothingIsCutWhereThereIsNoTerminal) {
  const RowTable table({{"结论", Align::kLeft, 6}, {"名称", Align::kLeft, 0}},
                       kUnlimitedWidth);
  EXPECT_EQ(table.Row({"代码有误啊", "深圳市某某有限公司"}),
            "代码有误啊  深圳市某某有限公司\n");
}

TEST(RenderFieldsTest, ValuesStandInOneColumnAndWrap) {
  EXPECT_EQ(RenderFields({{0, "主体", ""},
                          {1, "名称", "深圳市某某计算机系统有限公司"},
                          {1, "经营范围", "a"},
                          {0, "位置", "p"}},
                         26),
            "主体\n"
            "  名称      深圳市某某计算\n"
            "            机系统有限公司\n"
            "  经营范围  a\n"
            "位置        p\n");
}

}  // namespace
}  // namespace creditreg::cli
