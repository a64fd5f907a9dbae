#include "server/ops/call_gate.h"

#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::testing::HasSubstr;

TEST(CallGateTest, RefusesWhatIsOneTooMany) {
  CallGate gate(2);
  EXPECT_THAT(gate.Enter(), IsOk());
  EXPECT_THAT(gate.Enter(), IsOk());
  EXPECT_THAT(gate.Enter(), StatusIs(absl::StatusCode::kResourceExhausted,
                                     HasSubstr("OVERLOADED: ")));
  gate.Leave();
  EXPECT_THAT(gate.Enter(), IsOk());
  EXPECT_EQ(gate.calls(), 2);
}

TEST(CallGateTest, AClosedGateLetsNobodyIn) {
  CallGate gate(2);
  EXPECT_THAT(gate.Enter(), IsOk());
  gate.Close();
  EXPECT_THAT(gate.Enter(), StatusIs(absl::StatusCode::kUnavailable,
                                     HasSubstr("SHUTTING_DOWN: ")));
  EXPECT_EQ(gate.calls(), 1);
}

TEST(CallGateTest, WaitsUntilTheLastCallHasLeft) {
  CallGate gate(2);
  ASSERT_THAT(gate.Enter(), IsOk());
  EXPECT_FALSE(gate.AwaitEmpty(absl::ZeroDuration()));
  std::thread leaver([&gate] { gate.Leave(); });
  EXPECT_TRUE(gate.AwaitEmpty(absl::Minutes(1)));
  leaver.join();
}

}  // namespace
}  // namespace creditreg
