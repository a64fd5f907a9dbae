// A directory of the running test case alone, gone when the object goes.

#ifndef CREDITREG_TESTS_TESTING_TEST_DIRECTORY_H_
#define CREDITREG_TESTS_TESTING_TEST_DIRECTORY_H_

#include <unistd.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace creditreg {

class TestDirectory {
 public:
  TestDirectory() : path_(Name()) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
    // Key files want it so.
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
  }
  ~TestDirectory() { std::filesystem::remove_all(path_); }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string Below(absl::string_view name) const {
    return absl::StrCat(path_, "/", name);
  }

 private:
  static std::string Name() {
    const testing::TestInfo* const test =
        testing::UnitTest::GetInstance()->current_test_info();
    return absl::StrReplaceAll(
        absl::StrCat(testing::TempDir(), "/creditreg_", getpid(), "_",
                     test->test_suite_name(), "_", test->name()),
        {{"//", "/"}});
  }

  const std::string path_;
};

}  // namespace creditreg

#endif  // CREDITREG_TESTS_TESTING_TEST_DIRECTORY_H_
