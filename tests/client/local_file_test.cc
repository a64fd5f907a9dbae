// Which files may be replaced, and by what.

#include "client/local_file.h"

#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/temp_folder.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::testing::HasSubstr;

class AtomicFileTest : public ::testing::Test {
 protected:
  // Writes "new" under the name.
  absl::Status Replace(const std::string& name) const {
    const auto file = AtomicFile::Create(folder_.File(name));
    if (!file.ok()) return file.status();
    const absl::Status status = (*file)->Append("new");
    return status.ok() ? (*file)->Commit() : status;
  }

  TempFolder folder_;
};

TEST_F(AtomicFileTest, TakesAFreeNameAndThatOfAFile) {
  EXPECT_THAT(Replace("a"), IsOk());
  folder_.Write("b", "old");
  EXPECT_THAT(Replace("b"), IsOk());
  EXPECT_EQ(folder_.Read("a"), "new");
  EXPECT_EQ(folder_.Read("b"), "new");
  EXPECT_EQ(folder_.Count(), 2) << "temporary files are gone";
}

TEST_F(AtomicFileTest, OfALinkItReplacesWhatItLeadsTo) {
  std::filesystem::create_directory(folder_.File("else"));
  folder_.Write("else/file", "old");
  std::filesystem::create_symlink("else/file", folder_.File("near"));
  std::filesystem::create_symlink("near", folder_.File("far"));
  EXPECT_THAT(Replace("far"), IsOk());
  EXPECT_EQ(folder_.Read("else/file"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder_.File("far")));
  EXPECT_TRUE(std::filesystem::is_symlink(folder_.File("near")));
}

TEST_F(AtomicFileTest, WhatIsNoFileStays) {
  ASSERT_EQ(mkfifo(folder_.File("pipe").c_str(), 0600), 0);
  std::filesystem::create_symlink("pipe", folder_.File("to-pipe"));
  std::filesystem::create_symlink("absent", folder_.File("to-nothing"));
  std::filesystem::create_symlink("loop", folder_.File("loop"));
  std::filesystem::create_directory(folder_.File("folder"));
  EXPECT_THAT(Replace("pipe"), StatusIs(absl::StatusCode::kFailedPrecondition,
                                        HasSubstr("not a regular file")));
  EXPECT_THAT(Replace("to-pipe"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("not a regular file")));
  EXPECT_THAT(Replace("to-nothing"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Replace("loop"), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Replace("folder"),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_TRUE(std::filesystem::is_fifo(folder_.File("pipe")));
  EXPECT_TRUE(std::filesystem::is_symlink(folder_.File("to-pipe")));
  EXPECT_EQ(folder_.Count(), 5) << "temporary files are gone";
}

}  // namespace
}  // namespace creditreg
