#include "client/retry.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/batch_lookup.h"
#include "client/registry_client.h"
#include "client/remote_error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/base/random.h"
#include "tests/client/fake_registry.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

absl::Status Away(int retry_ms = -1) {
  return FromGrpc(
      FakeError(grpc::StatusCode::UNAVAILABLE, "OVERLOADED", retry_ms));
}

absl::Status Away(const std::string& message) {
  return FromGrpc(grpc::Status(grpc::StatusCode::UNAVAILABLE, message));
}

TEST(RetryTest, OnlyWhatMaySucceedLaterIsTriedAgain) {
  for (int code = 1; code <= 16; ++code) {
    const auto grpc_code = static_cast<grpc::StatusCode>(code);
    EXPECT_EQ(IsRetryable(FromGrpc(grpc::Status(grpc_code, ""))),
              grpc_code == grpc::StatusCode::UNAVAILABLE ||
                  grpc_code == grpc::StatusCode::UNKNOWN)
        << code;
  }
  EXPECT_TRUE(IsRetryable(
      FromGrpc(FakeError(grpc::StatusCode::RESOURCE_EXHAUSTED, "OVERLOADED"))));
  EXPECT_FALSE(IsRetryable(
      FromGrpc(FakeError(grpc::StatusCode::RESOURCE_EXHAUSTED, "DISK_FULL"))));
  EXPECT_FALSE(IsRetryable(absl::UnavailableError("not the registry's")));
}

// --- waits ------------------------------------------------------------------

// The same byte for ever: the smallest and the largest number there is.
class ConstantRandom final : public RandomSource {
 public:
  explicit ConstantRandom(char byte) : byte_(byte) {}
  void Fill(char* out, std::size_t n) override { std::fill_n(out, n, byte_); }

 private:
  const char byte_;
};

class WaitBeforeTest : public ::testing::Test {
 protected:
  // What the smallest and the largest chance make of it.
  void ExpectRange(int attempt, int retry_ms, int least_ms, int most_ms) {
    const absl::Status status = Away(retry_ms);
    EXPECT_EQ(WaitBefore(attempt, status, policy_, low_),
              absl::Milliseconds(least_ms));
    const absl::Duration most = WaitBefore(attempt, status, policy_, high_);
    EXPECT_LE(most, absl::Milliseconds(most_ms));
    EXPECT_GT(most, absl::Milliseconds(most_ms) - absl::Microseconds(10));
  }

  RetryPolicy policy_;
  ConstantRandom low_{'\0'};
  ConstantRandom high_{'\xff'};
};

TEST_F(WaitBeforeTest, AllOfTheDoublingWaitIsLeftToChance) {
  ExpectRange(2, -1, 0, 400);
  ExpectRange(3, -1, 0, 800);
  ExpectRange(4, -1, 0, 1600);
  ExpectRange(40, -1, 0, 5000);
}

TEST_F(WaitBeforeTest, OrTheShareThatThePolicySays) {
  policy_.jitter = 0.25;
  ExpectRange(2, -1, 300, 400);
  policy_.jitter = 0;
  EXPECT_EQ(WaitBefore(2, Away(), policy_, high_), absl::Milliseconds(400));
}

TEST_F(WaitBeforeTest, BeginsAfterTheTimeTheRegistryAsksFor) {
  ExpectRange(2, 900, 900, 1300);
  ExpectRange(2, 5000, 5000, 5400);
  ExpectRange(40, 5000, 5000, 10000);
  EXPECT_EQ(WaitBefore(2, Away(5001), policy_, low_), absl::InfiniteDuration());
  policy_.jitter = 0.25;
  ExpectRange(2, 100, 300, 400);
}

TEST_F(WaitBeforeTest, NoTwoAreAlike) {
  SeededRandom random(1);
  std::set<absl::Duration> waits;
  absl::Duration sum;
  for (int i = 0; i < 1000; ++i) {
    const absl::Duration wait = WaitBefore(4, Away(), policy_, random);
    EXPECT_GE(wait, absl::ZeroDuration());
    EXPECT_LT(wait, absl::Milliseconds(1600));
    waits.insert(wait);
    sum += wait;
  }
  EXPECT_THAT(waits, SizeIs(1000));
  EXPECT_GT(sum / 1000, absl::Milliseconds(750));
  EXPECT_LT(sum / 1000, absl::Milliseconds(850));
}

// --- the loop ---------------------------------------------------------------

class RetrierTest : public ::testing::Test {
 protected:
  RetrierTest() { policy_.jitter = 0; }

  Retrier Make(const RetryBudgetOptions& budget) {
    return Retrier(budget, {&clock_, &random_, [this](absl::Duration wait) {
                              waits_.push_back(wait);
                              clock_.Advance(wait);
                              return !cancelled_;
                            }});
  }
  Retrier Make() { return Make(RetryBudgetOptions()); }

  // A call whose attempts fail with the number of the attempt.
  absl::Status Fail(Retrier& retrier,
                    absl::Time deadline = absl::InfiniteFuture()) {
    int attempt = 0;
    return retrier.Call(policy_, deadline, [this, &attempt] {
      ++attempts_;
      return Away(absl::StrCat("attempt ", ++attempt));
    });
  }

  absl::Status Succeed(Retrier& retrier) {
    return retrier.Call(policy_, absl::InfiniteFuture(),
                        [] { return absl::OkStatus(); });
  }

  RetryPolicy policy_;
  FakeClock clock_;
  SeededRandom random_{1};
  bool cancelled_ = false;
  std::vector<absl::Duration> waits_;
  int attempts_ = 0;
};

TEST_F(RetrierTest, AttemptsAreCappedAndTheLastStatusReturned) {
  Retrier retrier = Make();
  EXPECT_THAT(Fail(retrier),
              StatusIs(absl::StatusCode::kUnavailable, "attempt 4"));
  EXPECT_EQ(attempts_, 4);
  EXPECT_THAT(waits_,
              ElementsAre(absl::Milliseconds(400), absl::Milliseconds(800),
                          absl::Milliseconds(1600)));
}

TEST_F(RetrierTest, AStatusWithDetailsComesBackAsItWas) {
  Retrier retrier = Make();
  const absl::Status status = Away(6000);
  EXPECT_EQ(retrier.Call(policy_, absl::InfiniteFuture(),
                         [&status] { return status; }),
            status);
  EXPECT_THAT(waits_, SizeIs(0)) << "longer than the policy waits";
}

TEST_F(RetrierTest, WhatIsNotRetryableIsCalledOnce) {
  Retrier retrier = Make();
  const absl::Status status =
      FromGrpc(grpc::Status(grpc::StatusCode::NOT_FOUND, "no such record"));
  EXPECT_THAT(retrier.Call(policy_, absl::InfiniteFuture(),
                           [&status] { return status; }),
              StatusIs(absl::StatusCode::kNotFound, "no such record"));
  EXPECT_THAT(waits_, SizeIs(0));
}

TEST_F(RetrierTest, AWaitThatIsGivenUpIsCancelled) {
  Retrier retrier = Make();
  cancelled_ = true;
  EXPECT_THAT(Fail(retrier),
              StatusIs(absl::StatusCode::kCancelled, "interrupted"));
  EXPECT_EQ(attempts_, 1);
}

TEST_F(RetrierTest, NothingIsWaitedForPastTheDeadline) {
  Retrier retrier = Make();
  // 400 ms fit, 800 more do not, to the nanosecond.
  EXPECT_THAT(Fail(retrier, clock_.Now() + absl::Milliseconds(1200)),
              StatusIs(absl::StatusCode::kUnavailable, "attempt 2"));
  EXPECT_THAT(waits_, ElementsAre(absl::Milliseconds(400)));
  EXPECT_THAT(Fail(retrier, clock_.Now() + absl::Milliseconds(1200) +
                                absl::Nanoseconds(1)),
              StatusIs(absl::StatusCode::kUnavailable, "attempt 3"));
}

TEST_F(RetrierTest, ADrainedBudgetStopsRetries) {
  Retrier retrier = Make();
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(Fail(retrier).ok());
  EXPECT_EQ(attempts_, 3 * 4);
  // One of ten is left, and three calls.
  EXPECT_THAT(Fail(retrier),
              StatusIs(absl::StatusCode::kUnavailable, "attempt 2"));
  EXPECT_THAT(Fail(retrier),
              StatusIs(absl::StatusCode::kUnavailable, "attempt 1"));
}

TEST_F(RetrierTest, CallsThatSucceedFillItAgain) {
  Retrier retrier = Make({10, 0, 100});
  EXPECT_THAT(Fail(retrier),
              StatusIs(absl::StatusCode::kUnavailable, "attempt 1"));
  for (int i = 0; i < 8; ++i) EXPECT_THAT(Succeed(retrier), IsOk());
  // The tenth call since.
  EXPECT_THAT(Fail(retrier),
              StatusIs(absl::StatusCode::kUnavailable, "attempt 2"));
  EXPECT_THAT(Fail(retrier),
              StatusIs(absl::StatusCode::kUnavailable, "attempt 1"));
}

TEST_F(RetrierTest, CallsThatAllFailAddATenth) {
  Retrier retrier = Make();
  constexpr int kCalls = 10000;
  for (int i = 0; i < kCalls; ++i) EXPECT_FALSE(Fail(retrier).ok());
  EXPECT_EQ(attempts_, kCalls + 10 + kCalls / 10);
}

TEST_F(RetrierTest, WhatIsSavedUpHasALimit) {
  Retrier retrier = Make({10, 0, 5});
  for (int i = 0; i < 1000; ++i) EXPECT_THAT(Succeed(retrier), IsOk());
  policy_.max_attempts = 100;
  EXPECT_THAT(Fail(retrier),
              StatusIs(absl::StatusCode::kUnavailable, "attempt 6"));
}

TEST_F(RetrierTest, WhatCannotBeWaitedForTakesNothing) {
  Retrier retrier = Make({10, 1, 1});
  EXPECT_THAT(Fail(retrier, clock_.Now()),
              StatusIs(absl::StatusCode::kUnavailable, "attempt 1"));
  EXPECT_THAT(Fail(retrier),
              StatusIs(absl::StatusCode::kUnavailable, "attempt 2"));
}

TEST_F(RetrierTest, TheRestOfACallTakesNothing) {
  Retrier retrier = Make({10, 0, 1});
  retrier.BeginCall();
  EXPECT_THAT(retrier.AwaitRetry(RetryKind::kRest, 1, Away("broke"), policy_,
                                 absl::InfiniteFuture()),
              IsOk());
  EXPECT_THAT(retrier.AwaitRetry(RetryKind::kAgain, 1, Away("broke"), policy_,
                                 absl::InfiniteFuture()),
              StatusIs(absl::StatusCode::kUnavailable, "broke"));
}

TEST(RetryBudgetTest, ManyThreadsNeverTakeMoreThanThereIs) {
  constexpr int kThreads = 16;
  constexpr int kCalls = 5000;
  RetryBudget budget(RetryBudgetOptions{});
  std::atomic<int> taken{0};
  std::atomic<bool> negative{false};
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kCalls; ++i) {
        budget.AddCall();
        while (budget.TakeRetry()) ++taken;
        if (budget.tokens() < 0) negative = true;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(negative);
  // Everybody takes what they can, so that nothing is left but a part of one.
  EXPECT_EQ(taken, 10 + kThreads * kCalls / 10);
  EXPECT_EQ(budget.tokens(), 0);
}

TEST(RetryBudgetTest, ManyCallsAtOnceShareIt) {
  constexpr int kThreads = 16;
  constexpr int kCalls = 500;
  FakeClock clock;
  SeededRandom random(1);
  Retrier retrier(RetryBudgetOptions{},
                  {&clock, &random, [](absl::Duration) { return true; }});
  std::atomic<int> attempts{0};
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kCalls; ++i) {
        EXPECT_THAT(retrier.Call(RetryPolicy(), absl::InfiniteFuture(),
                                 [&attempts] {
                                   ++attempts;
                                   return Away("away");
                                 }),
                    StatusIs(absl::StatusCode::kUnavailable, "away"));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(attempts, kThreads * kCalls);
  EXPECT_LE(attempts, kThreads * kCalls + 10 + kThreads * kCalls / 10);
}

// --- over gRPC --------------------------------------------------------------

class RetryOverGrpcTest : public ::testing::Test {
 protected:
  RetryOverGrpcTest() {
    options_.target = fake_.target();
    options_.timeout = absl::Seconds(20);
    // At once: what counts here is how often.
    options_.retry.first_wait = absl::ZeroDuration();
    fake_.plan.unary_failures = 1 << 30;
  }

  static absl::Status Ask(RegistryClient& client) {
    v1::GetEnterpriseRequest request;
    request.mutable_item()->set_identifier("x");
    return client.GetEnterprise(request).status();
  }

  FakeRegistry fake_;
  Cancellation cancellation_;
  ClientOptions options_;
};

TEST_F(RetryOverGrpcTest, ARegistryThatIsAlwaysAwayGetsATenthMore) {
  RegistryClient client(options_, &cancellation_);
  for (int i = 0; i < 200; ++i) {
    EXPECT_THAT(Ask(client), StatusIs(absl::StatusCode::kUnavailable,
                                      "request: cannot be\nanswered\x1b[31m"));
  }
  EXPECT_EQ(fake_.unary_calls(), 200 + 10 + 20);
}

TEST_F(RetryOverGrpcTest, AlsoFromManyThreads) {
  RegistryClient client(options_, &cancellation_);
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&client] {
      for (int i = 0; i < 50; ++i) {
        EXPECT_THAT(Ask(client), StatusIs(absl::StatusCode::kUnavailable));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(fake_.unary_calls(), 400);
  EXPECT_LE(fake_.unary_calls(), 400 + 10 + 40);
}

TEST_F(RetryOverGrpcTest, OneCallMayUseAllItsAttempts) {
  options_.retry.max_attempts = 31;
  RegistryClient client(options_, &cancellation_);
  EXPECT_THAT(Ask(client), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(fake_.unary_calls(), 31);
}

TEST_F(RetryOverGrpcTest, BatchesShareTheBudget) {
  options_.retry_budget.reserve = 0;
  options_.retry.max_attempts = 4;
  RegistryClient client(options_, &cancellation_);
  for (int i = 0; i < 27; ++i) EXPECT_FALSE(Ask(client).ok());
  // Of the three that such a client begins with and the calls, seven tokens.
  ASSERT_EQ(fake_.unary_calls(), 27 + 3 + 2);
  const auto batch = [&client](const std::string& identifier) {
    bool sent = false;
    return BatchLookUp(
               client, LookupView::kGovernment, LookupForm::kWhole,
               [&]() -> absl::StatusOr<std::optional<v1::LookupItem>> {
                 if (sent) return std::nullopt;
                 sent = true;
                 v1::LookupItem item;
                 item.set_identifier(identifier);
                 return item;
               },
               [](const v1::LookupResult&) { return absl::OkStatus(); })
        .status();
  };
  EXPECT_THAT(batch("error-14"), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(batch("error-14"), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(fake_.batch_streams(), 2);
  // The tenth token.
  EXPECT_THAT(batch("error-14"), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(fake_.batch_streams(), 4);
}

}  // namespace
}  // namespace creditreg
