// Reads the real data files that tests may use but the project does not hold.
// They lie in the folder $CREDITREG_TEST_DATA.
//
//   CREDITREG_NEEDS_TEST_DATA();
//   ForEachTestRow("dirty_codes.tsv.zst", [&](const TestRow& row) { ... });

#ifndef CREDITREG_TESTS_TESTING_TEST_DATA_H_
#define CREDITREG_TESTS_TESTING_TEST_DATA_H_

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace creditreg {

// The cells of one line.
using TestRow = std::vector<std::string>;

// Whether the data folder is named and there.
inline bool HaveTestData() {
  const char* const folder = std::getenv("CREDITREG_TEST_DATA");
  if (folder == nullptr || *folder == '\0') return false;
  std::FILE* const probe =
      std::fopen(absl::StrCat(folder, "/README.md").c_str(), "r");
  if (probe == nullptr) return false;
  std::fclose(probe);
  return true;
}

// Skips the test case where the data folder is absent.
#define CREDITREG_NEEDS_TEST_DATA()                \
  do {                                             \
    if (!::creditreg::HaveTestData()) {            \
      GTEST_SKIP() << "needs CREDITREG_TEST_DATA"; \
    }                                              \
  } while (false)

// Calls `row(const TestRow&)` for each line of a tab-separated file of the data
// folder, its header line left out. A name that ends in ".zst" is unpacked. A
// file that cannot be read fails the test case.
template <typename Callback>
void ForEachTestRow(absl::string_view name, Callback row) {
  const std::string path =
      absl::StrCat(std::getenv("CREDITREG_TEST_DATA"), "/", name);
  ASSERT_FALSE(absl::StrContains(path, '\'')) << "cannot quote " << path;
  const bool packed = absl::EndsWith(name, ".zst");
  const std::string command =
      absl::StrCat(packed ? "zstd -dcq -- '" : "cat -- '", path, "'");
  std::FILE* const file = popen(command.c_str(), "r");
  ASSERT_NE(file, nullptr) << command;
  char* line = nullptr;
  std::size_t capacity = 0;
  bool header = true;
  for (ssize_t size; (size = getline(&line, &capacity, file)) > 0;) {
    absl::string_view text(line, static_cast<std::size_t>(size));
    if (text.back() == '\n') text.remove_suffix(1);
    if (!std::exchange(header, false)) row(TestRow(absl::StrSplit(text, '\t')));
  }
  std::free(line);
  ASSERT_EQ(pclose(file), 0) << command;
}

}  // namespace creditreg

#endif  // CREDITREG_TESTS_TESTING_TEST_DATA_H_
