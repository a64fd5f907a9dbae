#include "bench/load/server_process.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_directory.h"

namespace creditreg::bench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// A shell script as a server; $1 is the port file.
absl::StatusOr<std::unique_ptr<ServerProcess>> StartScript(
    const std::string& script, const TestDirectory& directory) {
  return ServerProcess::Start(
      {"/bin/sh", "-c", "set -- \"${1#--port_file=}\"; " + script, "server"},
      directory.path());
}

TEST(ServerProcessTest, TellsTheAddressAndEndsTheServer) {
  const TestDirectory directory;
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<ServerProcess> server,
      StartScript("trap 'exit 0' TERM; echo 127.0.0.1:9 > \"$1\"; "
                  "while :; do :; done",
                  directory));
  EXPECT_EQ(server->address(), "127.0.0.1:9");
  EXPECT_THAT(server->Stop(), IsOk());
  EXPECT_THAT(server->Stop(), IsOk()) << "a second time";
}

TEST(ServerProcessTest, KnowsTheProcessorTimeUsed) {
  const TestDirectory directory;
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<ServerProcess> server,
      StartScript("trap 'exit 0' TERM; echo 127.0.0.1:9 > \"$1\"; "
                  "while :; do :; done",
                  directory));
  // Ends: the script does nothing but use it.
  while (server->CpuTime() < absl::Milliseconds(50)) {
  }
  EXPECT_THAT(server->Stop(), IsOk());
}

TEST(ServerProcessTest, AServerThatEndsAtOnceIsInternalWithItsLastWords) {
  const TestDirectory directory;
  EXPECT_THAT(StartScript("echo no room >&2; exit 3", directory),
              StatusIs(absl::StatusCode::kInternal,
                       AllOf(HasSubstr("ended before it listened"),
                             HasSubstr("no room"))));
}

TEST(ServerProcessTest, AProgramThatIsNotThereIsInternal) {
  const TestDirectory directory;
  EXPECT_THAT(
      ServerProcess::Start({directory.Below("nothing")}, directory.path()),
      StatusIs(absl::StatusCode::kInternal, HasSubstr("ended before")));
}

TEST(ServerProcessTest, AServerThatEndsWithAnErrorIsInternal) {
  const TestDirectory directory;
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<ServerProcess> server,
      StartScript("trap 'echo torn >&2; exit 4' TERM; "
                  "echo 127.0.0.1:9 > \"$1\"; while :; do :; done",
                  directory));
  EXPECT_THAT(server->Stop(),
              StatusIs(absl::StatusCode::kInternal,
                       AllOf(HasSubstr("ended with"), HasSubstr("torn"))));
}

}  // namespace
}  // namespace creditreg::bench
