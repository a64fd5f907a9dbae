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

}  // namespace
}  // namespace creditreg::bench
