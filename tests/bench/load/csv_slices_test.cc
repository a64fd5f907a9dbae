#include "bench/load/csv_slices.h"

#include <fstream>
#include <sstream>
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_directory.h"

namespace creditreg::bench {
namespace {

using ::testing::HasSubstr;

void Write(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

std::string Read(const std::string& path) {
  const std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(CutCsvTest, EveryPartHasTheHeaderAndItsOwnRows) {
  const TestDirectory directory;
  Write(directory.Below("all"), "a,b\n1,x\n2,y\n3,z\n");
  ASSERT_THAT(CutCsv(directory.Below("all"), {{directory.Below("base"), 2},
                                              {directory.Below("slice"), 1}}),
              IsOk());
  EXPECT_EQ(Read(directory.Below("base")), "a,b\n1,x\n2,y\n");
  EXPECT_EQ(Read(directory.Below("slice")), "a,b\n3,z\n");
}

TEST(CutCsvTest, ALineEndInsideQuotesEndsNoRow) {
  const TestDirectory directory;
  Write(directory.Below("all"), "a\n\"1\n\"\"2\"\"\"\n3\n");
  ASSERT_THAT(CutCsv(directory.Below("all"), {{directory.Below("base"), 1},
                                              {directory.Below("slice"), 1}}),
              IsOk());
  EXPECT_EQ(Read(directory.Below("base")), "a\n\"1\n\"\"2\"\"\"\n");
  EXPECT_EQ(Read(directory.Below("slice")), "a\n3\n");
}

TEST(CutCsvTest, FewerRowsThanWantedIsInvalid) {
  const TestDirectory directory;
  Write(directory.Below("all"), "a\n1\n");
  EXPECT_THAT(
      CutCsv(directory.Below("all"), {{directory.Below("base"), 2}}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("fewer rows")));
}

TEST(CutCsvTest, AFileThatIsNotThereIsNotFound) {
  const TestDirectory directory;
  EXPECT_THAT(CutCsv(directory.Below("all"), {}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("read")));
}

TEST(EmptyColumnsTest, TheCellsOfTheColumnsAreEmptyAndAllElseStays) {
  const TestDirectory directory;
  Write(directory.Below("all"),
        "\xEF\xBB\xBF"
        "a,b,c\r\n1,x,\"p,q\"\r\n\"2\n\"\"3\"\"\",\"y,z\",r\r\n");
  ASSERT_THAT(
      EmptyColumns(directory.Below("all"), directory.Below("out"), {"b", "a"}),
      IsOk());
  EXPECT_EQ(Read(directory.Below("out")),
            "\xEF\xBB\xBF"
            "a,b,c\r\n,,\"p,q\"\r\n,,r\r\n");
}

TEST(EmptyColumnsTest, TheLastColumnKeepsTheLineEnd) {
  const TestDirectory directory;
  Write(directory.Below("all"), "a,b\n1,x\n2,y\n");
  ASSERT_THAT(
      EmptyColumns(directory.Below("all"), directory.Below("out"), {"b"}),
      IsOk());
  EXPECT_EQ(Read(directory.Below("out")), "a,b\n1,\n2,\n");
}

TEST(EmptyColumnsTest, WhatIsNotThereCannotBeEmptied) {
  const TestDirectory directory;
  EXPECT_THAT(
      EmptyColumns(directory.Below("all"), directory.Below("out"), {"b"}),
      StatusIs(absl::StatusCode::kNotFound, HasSubstr("read")));
  Write(directory.Below("all"), "a,b\n1,x,2\n");
  EXPECT_THAT(
      EmptyColumns(directory.Below("all"), directory.Below("out"), {"c"}),
      StatusIs(absl::StatusCode::kInvalidArgument, "no column c"));
  EXPECT_THAT(
      EmptyColumns(directory.Below("all"), directory.Below("out"), {"b"}),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("a row of 3 cells, want 2")));
}

}  // namespace
}  // namespace creditreg::bench
