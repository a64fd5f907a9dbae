#include "client/remote_error.h"

#include <cerrno>

#include "client/cli/exit_code.h"
#include "client/local_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/fake_registry.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using cli::ExitCode;
using cli::ExitCodeOf;

TEST(FromGrpcTest, KeepsEveryCodeAndItsMessage) {
  EXPECT_THAT(FromGrpc(grpc::Status::OK), IsOk());
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status =
        FromGrpc(grpc::Status(static_cast<grpc::StatusCode>(code), "why"));
    EXPECT_THAT(status, StatusIs(static_cast<absl::StatusCode>(code), "why"));
    EXPECT_TRUE(IsRemote(status)) << code;
  }
}

TEST(FromGrpcTest, AnUnknownCodeIsUnknown) {
  EXPECT_THAT(FromGrpc(grpc::Status(static_cast<grpc::StatusCode>(20), "x")),
              StatusIs(absl::StatusCode::kUnknown));
}

TEST(RemoteErrorTest, KeepsTheDetails) {
  const RemoteError error = RemoteErrorOf(
      FromGrpc(FakeError(grpc::StatusCode::INVALID_ARGUMENT, "BAD_CSV", 1500)));
  EXPECT_EQ(error.reason, "BAD_CSV");
  ASSERT_EQ(error.fields.size(), 1u);
  EXPECT_EQ(error.fields[0].name, "item.identifier");
  EXPECT_EQ(error.retry_after, absl::Milliseconds(1500));
  EXPECT_EQ(error.locale, "zh-CN");
}

TEST(RemoteErrorTest, IsOneLineInTheUsersLanguage) {
  const RemoteError error = RemoteErrorOf(
      FromGrpc(FakeError(grpc::StatusCode::INVALID_ARGUMENT, "BAD_CSV", 1500)));
  EXPECT_EQ(error.ToLine("zh"),
            "INVALID_ARGUMENT (BAD_CSV): 请求 不可接受 [31m; item.identifier: "
            "empty, want 1 to 64 characters; retry after 1.5s");
  EXPECT_EQ(error.ToLine("en"),
            "INVALID_ARGUMENT (BAD_CSV): request: cannot be answered [31m; "
            "item.identifier: empty, want 1 to 64 characters; retry after "
            "1.5s");
}

TEST(RemoteErrorTest, DetailsThatCannotBeReadAreLeftOut) {
  const RemoteError error = RemoteErrorOf(
      FromGrpc(grpc::Status(grpc::StatusCode::ABORTED, "m", "\xff\xff")));
  EXPECT_EQ(error.ToLine("zh"), "ABORTED: m");
}

TEST(ExitCodeTest, EveryCodeHasItsNumber) {
  const ExitCode want[] = {
      ExitCode::kUnavailable,  // CANCELLED by the other side
      ExitCode::kUnavailable,  // UNKNOWN
      ExitCode::kRefused,      // INVALID_ARGUMENT
      ExitCode::kUnavailable,  // DEADLINE_EXCEEDED
      ExitCode::kRefused,      // NOT_FOUND
      ExitCode::kRefused,      // ALREADY_EXISTS
      ExitCode::kRefused,      // PERMISSION_DENIED
      ExitCode::kUnavailable,  // RESOURCE_EXHAUSTED
      ExitCode::kRefused,      // FAILED_PRECONDITION
      ExitCode::kRefused,      // ABORTED
      ExitCode::kRefused,      // OUT_OF_RANGE
      ExitCode::kRefused,      // UNIMPLEMENTED
      ExitCode::kInternal,     // INTERNAL
      ExitCode::kUnavailable,  // UNAVAILABLE
      ExitCode::kInternal,     // DATA_LOSS
      ExitCode::kRefused,      // UNAUTHENTICATED
  };
  for (int code = 1; code <= 16; ++code) {
    EXPECT_EQ(ExitCodeOf(FromGrpc(
                  grpc::Status(static_cast<grpc::StatusCode>(code), ""))),
              want[code - 1])
        << code;
  }
  EXPECT_EQ(ExitCodeOf(FromGrpc(FakeError(grpc::StatusCode::RESOURCE_EXHAUSTED,
                                          "TOO_MANY_ITEMS"))),
            ExitCode::kRefused);
  EXPECT_EQ(ExitCodeOf(FromGrpc(FakeError(grpc::StatusCode::FAILED_PRECONDITION,
                                          "IMPORT_RUNNING"))),
            ExitCode::kUnavailable);
  EXPECT_EQ(ExitCodeOf(absl::CancelledError("interrupted")),
            ExitCode::kInterrupted);
  EXPECT_EQ(ExitCodeOf(LocalFileError("f", ENOENT)), ExitCode::kLocalFile);
}

}  // namespace
}  // namespace creditreg
