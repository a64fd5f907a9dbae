#include "server/ops/port_file.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

TEST(PortFileTest, ReplacesTheFileAndLeavesNothingBeside) {
  const std::string folder =
      absl::StrCat(::testing::TempDir(), "/port_file_", getpid());
  std::filesystem::create_directories(folder);
  const std::string path = folder + "/port";
  ASSERT_THAT(WritePortFile(path, "127.0.0.1:1"), IsOk());
  ASSERT_THAT(WritePortFile(path, "127.0.0.1:2"), IsOk());
  std::ifstream file(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}),
            "127.0.0.1:2\n");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
  std::filesystem::remove_all(folder);
}

TEST(PortFileTest, AFolderThatIsNotThereIsRefused) {
  EXPECT_THAT(WritePortFile("/nonexistent/port", "127.0.0.1:1"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       ::testing::HasSubstr("port_file")));
}

}  // namespace
}  // namespace creditreg
