// A folder of its own for each test case.

#ifndef CREDITREG_TESTS_CLIENT_TEMP_FOLDER_H_
#define CREDITREG_TESTS_CLIENT_TEMP_FOLDER_H_

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace creditreg {

class TempFolder {
 public:
  TempFolder()
      : path_(absl::StrCat(
            ::testing::TempDir(), "creditctl-", getpid(), "-",
            ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::create_directories(path_);
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }

  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::string File(const std::string& name) const {
    return absl::StrCat(path_, "/", name);
  }

  // Writes the file and returns its path.
  std::string Write(const std::string& name, const std::string& bytes) const {
    std::ofstream(File(name), std::ios::binary) << bytes;
    return File(name);
  }

  // Empty where there is no such file.
  std::string Read(const std::string& name) const {
    std::ifstream file(File(name), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }

  // Files in it, temporary ones included.
  int Count() const {
    return static_cast<int>(
        std::distance(std::filesystem::directory_iterator(path_),
                      std::filesystem::directory_iterator()));
  }

 private:
  const std::string path_;
};

}  // namespace creditreg

#endif  // CREDITREG_TESTS_CLIENT_TEMP_FOLDER_H_
