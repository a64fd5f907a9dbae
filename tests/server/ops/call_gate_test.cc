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

using Guest = CallGate::Guest;

TEST(CallGateTest, RefusesWhatIsOneTooMany) {
  CallGate gate(2);
  Guest first;
  Guest second;
  Guest third;
  EXPECT_THAT(gate.Enter(&first), IsOk());
  EXPECT_THAT(gate.Enter(&second), IsOk());
  EXPECT_THAT(gate.Enter(&third), StatusIs(absl::StatusCode::kResourceExhausted,
                                           HasSubstr("OVERLOADED: 2 calls")));
  gate.Leave(&first);
  EXPECT_THAT(gate.Enter(&third), IsOk());
  EXPECT_EQ(gate.calls(), 2);
}

TEST(CallGateTest, RefusesCallsWhileAnswersHoldTooMuch) {
  CallGate gate(10, /*max_held_bytes=*/1000);
  Guest slow;
  Guest quick;
  Guest other;
  ASSERT_THAT(gate.Enter(&slow), IsOk());
  ASSERT_THAT(gate.Enter(&quick), IsOk());
  gate.Hold(&slow, 900);
  gate.Hold(&quick, 100);
  EXPECT_THAT(gate.Enter(&other),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       HasSubstr("OVERLOADED: 1000 bytes of answers")));
  gate.Leave(&quick);
  EXPECT_THAT(gate.Enter(&other), IsOk());
  gate.Hold(&slow, 0);
  EXPECT_EQ(gate.held_bytes(), 0);
}

TEST(CallGateTest, CancelsOnceWhatDoesNotEnd) {
  CallGate gate(10);
  int cancelled = 0;
  Guest first([&cancelled] { ++cancelled; });
  Guest with_own_deadline;
  Guest last([&cancelled] { ++cancelled; });
  ASSERT_THAT(gate.Enter(&first), IsOk());
  ASSERT_THAT(gate.Enter(&with_own_deadline), IsOk());
  ASSERT_THAT(gate.Enter(&last), IsOk());
  EXPECT_EQ(gate.CancelOlderThan(absl::Hours(1)), 0);
  EXPECT_EQ(gate.CancelOlderThan(absl::ZeroDuration()), 2);
  EXPECT_EQ(gate.CancelOlderThan(absl::ZeroDuration()), 0);
  EXPECT_EQ(cancelled, 2);
  // In any order.
  gate.Leave(&with_own_deadline);
  gate.Leave(&last);
  gate.Leave(&first);
  EXPECT_EQ(gate.calls(), 0);
}

TEST(CallGateTest, AClosedGateLetsNobodyIn) {
  CallGate gate(2);
  Guest first;
  Guest second;
  EXPECT_THAT(gate.Enter(&first), IsOk());
  gate.Close();
  EXPECT_THAT(gate.Enter(&second), StatusIs(absl::StatusCode::kUnavailable,
                                            HasSubstr("SHUTTING_DOWN: ")));
  EXPECT_EQ(gate.calls(), 1);
}

TEST(CallGateTest, WaitsUntilTheLastCallHasLeft) {
  CallGate gate(2);
  Guest only;
  ASSERT_THAT(gate.Enter(&only), IsOk());
  EXPECT_FALSE(gate.AwaitEmpty(absl::ZeroDuration()));
  std::thread leaver([&] { gate.Leave(&only); });
  EXPECT_TRUE(gate.AwaitEmpty(absl::Minutes(1)));
  leaver.join();
}

}  // namespace
}  // namespace creditreg
