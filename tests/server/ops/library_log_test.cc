#include "server/ops/library_log.h"

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "google/protobuf/stubs/logging.h"
#include "grpc/support/log.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/testing/fake_clock.h"

namespace creditreg {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class LibraryLogTest : public ::testing::Test {
 protected:
  nlohmann::json Last() const { return nlohmann::json::parse(lines_.back()); }

  FakeClock clock_;
  std::vector<std::string> lines_;
  JsonLog log_{LogLevel::kInfo, &clock_,
               [this](const std::string& line) { lines_.push_back(line); }};
  LibraryLog library_log_{&log_, &clock_};
};

TEST_F(LibraryLogTest, WhatALibrarySaysIsALineWithoutItsText) {
  testing::internal::CaptureStderr();
  // As gRPC does for itself once it is used.
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_ERROR);
  gpr_log("chttp2_server.cc", 1127, GPR_LOG_SEVERITY_ERROR, "port %s",
          "不可泄露");
  ASSERT_THAT(lines_, SizeIs(1));
  EXPECT_EQ(Last()["level"], "error");
  EXPECT_EQ(Last()["event"], "library");
  EXPECT_EQ(Last()["library"], "grpc");
  EXPECT_EQ(Last()["file"], "chttp2_server.cc");
  EXPECT_EQ(Last()["line"], 1127);
  GOOGLE_LOG(WARNING) << "不可泄露";
  ASSERT_THAT(lines_, SizeIs(2));
  EXPECT_EQ(Last()["level"], "warning");
  EXPECT_EQ(Last()["library"], "protobuf");
  for (const std::string& line : lines_) {
    EXPECT_THAT(line, Not(HasSubstr("不可泄露")));
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(LibraryLogTest, AFloodIsCountedAndNotWritten) {
  const auto write = [](int times) {
    for (int i = 0; i < times; ++i) GOOGLE_LOG(ERROR) << "text";
  };
  write(LibraryLog::kMaxLines);
  EXPECT_THAT(lines_, SizeIs(LibraryLog::kMaxLines));
  EXPECT_EQ(Last()["left_out"], 0);
  write(1000);
  EXPECT_THAT(lines_, SizeIs(LibraryLog::kMaxLines));
  clock_.Advance(LibraryLog::kWindow);
  write(1);
  EXPECT_THAT(lines_, SizeIs(LibraryLog::kMaxLines + 1));
  EXPECT_EQ(Last()["left_out"], 1000);
}

}  // namespace
}  // namespace creditreg
