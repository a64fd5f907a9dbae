#include "server/ops/stop_signal.h"

#include <unistd.h>

#include <csignal>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace creditreg {
namespace {

TEST(StopSignalTest, WaitsForTermAndInt) {
  StopSignal stop;
  EXPECT_FALSE(stop.Wait(absl::ZeroDuration()));
  for (const int number : {SIGTERM, SIGINT}) {
    // To this thread: the test binary has others that do not block it.
    ASSERT_EQ(pthread_kill(pthread_self(), number), 0);
    EXPECT_TRUE(stop.Wait(absl::Minutes(1)));
  }
  EXPECT_FALSE(stop.Wait(absl::ZeroDuration()));
}

}  // namespace
}  // namespace creditreg
