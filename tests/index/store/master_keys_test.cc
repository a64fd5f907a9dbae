#include "index/store/master_keys.h"

#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/index/store/store_rows.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kDigits[] =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1F";

class MasterKeyFilesTest : public testing::Test {
 protected:
  void Write(const std::string& text, mode_t mode = 0600) {
    WriteFile(file_, text);
    ASSERT_EQ(chmod(file_.c_str(), mode), 0);
  }

  const TestDirectory directory_;
  const std::string file_ = directory_.Below("master.3");
  const std::unique_ptr<MasterKeySource> keys_ =
      MasterKeyFiles(directory_.path());
  SeededRandom random_{5};
};

TEST_F(MasterKeyFilesTest, AMissingOneIsMadeAndStays) {
  EXPECT_THAT(keys_->Get(3),
              StatusIs(absl::StatusCode::kNotFound,
                       "read master key: there is no version 3"));
  ASSERT_THAT(keys_->Ensure(3, &random_), IsOk());
  const absl::StatusOr<Key256> made = keys_->Get(3);
  ASSERT_THAT(made, IsOk());
  ASSERT_THAT(keys_->Ensure(3, &random_), IsOk());
  EXPECT_THAT(keys_->Get(3), IsOkAndHolds(*made));
  ASSERT_THAT(keys_->Ensure(4, &random_), IsOk());
  EXPECT_NE(*keys_->Get(4), *made);
  struct stat info {};
  ASSERT_EQ(stat(file_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600u);
}

TEST_F(MasterKeyFilesTest, DigitsOfEitherCaseWithOrWithoutALineEnd) {
  for (const char* end : {"", "\n", "\r\n"}) {
    Write(absl::StrCat(kDigits, end));
    const absl::StatusOr<Key256> key = keys_->Get(3);
    ASSERT_THAT(key, IsOk());
    EXPECT_EQ((*key)[0], 0);
    EXPECT_EQ((*key)[31], 0x1f);
  }
}

TEST_F(MasterKeyFilesTest, WhatIsNoKeyIsRefusedWithoutItsText) {
  const std::string digits = kDigits;
  for (const std::string& text :
       {std::string(), digits.substr(1), digits + "0", digits + "\n" + digits,
        "g" + digits.substr(1)}) {
    Write(text);
    const absl::StatusOr<Key256> key = keys_->Get(3);
    EXPECT_THAT(key, StatusIs(absl::StatusCode::kDataLoss,
                              "read master key: version 3: not a key, want 64 "
                              "hexadecimal digits"));
    // Nothing takes its place.
    EXPECT_THAT(keys_->Ensure(3, &random_),
                StatusIs(absl::StatusCode::kDataLoss));
  }
}

TEST_F(MasterKeyFilesTest, OthersMustHaveNoAccess) {
  Write(kDigits, 0640);
  EXPECT_THAT(keys_->Get(3), StatusIs(absl::StatusCode::kFailedPrecondition,
                                      HasSubstr("want mode 0600")));
}

// A program with these lines, which gets the version as its last argument.
class MasterKeyCommandTest : public testing::Test {
 protected:
  std::unique_ptr<MasterKeySource> Command(
      const std::string& lines, absl::Duration timeout = absl::Seconds(20)) {
    const std::string program = directory_.Below("kms");
    WriteFile(program, absl::StrCat("#!/bin/sh\n", lines, "\n"));
    EXPECT_EQ(chmod(program.c_str(), 0700), 0);
    return MasterKeyCommand({program, "unwrap key"}, timeout);
  }

  const TestDirectory directory_;
  SeededRandom random_{5};
};

TEST_F(MasterKeyCommandTest, IsAskedForTheVersion) {
  const auto keys = Command(absl::StrCat(
      "[ \"$1\" = 'unwrap key' ] && [ \"$2\" = 12 ] && echo ", kDigits));
  const absl::StatusOr<Key256> key = keys->Get(12);
  ASSERT_THAT(key, IsOk());
  EXPECT_EQ((*key)[31], 0x1f);
  EXPECT_THAT(keys->Ensure(12, &random_), IsOk());
  EXPECT_THAT(keys->Get(13),
              StatusIs(absl::StatusCode::kUnavailable,
                       "read master key: the command ended with 1"));
}

TEST_F(MasterKeyCommandTest, ExitCodeThreeSaysThereIsNone) {
  const auto keys = Command("exit 3");
  EXPECT_THAT(keys->Get(2), StatusIs(absl::StatusCode::kNotFound,
                                     "read master key: there is no version 2"));
  EXPECT_THAT(keys->Ensure(2, &random_), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(MasterKeyCommandTest, WhatItPrintsBesideAKeyIsRefused) {
  EXPECT_THAT(Command("echo no key")->Get(1),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("not a key")));
  EXPECT_THAT(Command(absl::StrCat("echo ", kDigits, "; echo more"))->Get(1),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("not a key")));
}

TEST_F(MasterKeyCommandTest, WhatFailsAfterItsKeyGivesNone) {
  EXPECT_THAT(Command(absl::StrCat("echo ", kDigits, "; exit 1"))->Get(1),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(Command("kill -9 $$")->Get(1),
              StatusIs(absl::StatusCode::kUnavailable,
                       "read master key: the command ended with a signal"));
}

TEST_F(MasterKeyCommandTest, AnEndlessOneIsStopped) {
  // It ends with the pipe that nobody writes to.
  const std::string pipe = directory_.Below("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(
      Command(absl::StrCat("exec cat ", pipe), absl::Milliseconds(50))->Get(1),
      StatusIs(absl::StatusCode::kUnavailable,
               "read master key: the command gave no answer in time"));
  EXPECT_THAT(Command("yes")->Get(1),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("not a key")));
  EXPECT_THAT(Command(absl::StrCat("exec >&-; read line < ", pipe),
                      absl::Milliseconds(50))
                  ->Get(1),
              StatusIs(absl::StatusCode::kUnavailable,
                       "read master key: the command gave no answer in time"));
}

TEST_F(MasterKeyCommandTest, AMissingProgramIsUnavailable) {
  EXPECT_THAT(MasterKeyCommand({directory_.Below("none")})->Get(1),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr("could not be started")));
}

TEST(CommandWordsTest, StandBetweenBlanks) {
  EXPECT_THAT(CommandWords(" /usr/bin/kms  get\tkey "),
              ElementsAre("/usr/bin/kms", "get", "key"));
  EXPECT_THAT(CommandWords(" "), IsEmpty());
}

}  // namespace
}  // namespace creditreg
