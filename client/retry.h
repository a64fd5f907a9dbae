// Which errors are worth another try, how long to wait before it, how many
// tries a client may add to what it is asked for, and the loop.
//
// Only for calls that may be repeated: reads, and writes with a request id.

#ifndef CREDITREG_CLIENT_RETRY_H_
#define CREDITREG_CLIENT_RETRY_H_

#include <cstdint>
#include <functional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "client/cancellation.h"
#include "index/base/clock.h"
#include "index/base/random.h"

namespace creditreg {

struct RetryPolicy {
  // Calls in all, the first included; at least 1.
  int max_attempts = 4;
  // Longest wait before the second attempt; doubles with each further one.
  absl::Duration first_wait = absl::Milliseconds(400);
  // Upper limit of our own waits, and of what we obey of a RetryInfo: a server
  // that asks for more gets the error shown to the user instead.
  absl::Duration longest_wait = absl::Seconds(5);
  // Share of a wait that is left to chance, in [0, 1]. All of it is what brings
  // clients that failed together back the most evenly.
  double jitter = 1;
};

// Whether the same call may succeed later: UNAVAILABLE, UNKNOWN (the change may
// or may not be stored; the request id settles it) and RESOURCE_EXHAUSTED with
// reason OVERLOADED or QUOTA_EXCEEDED. A full disk (DISK_FULL) is not.
bool IsRetryable(const absl::Status& status);

// Whether an import is refused only because another stream with its request id
// is under way, be it one whose end the registry has not seen yet.
bool IsImportRunning(const absl::Status& status);

// How long to wait before attempt number `next_attempt` (2, 3, ...). With w the
// policy's doubling wait and j its jitter, evenly from [a, a + w * j], where a
// is w * (1 - j), or what the status's RetryInfo asks for if that is more:
// those who are told the same time come back apart, too. Infinite when
// RetryInfo asks for more than `longest_wait`; else at most twice that.
absl::Duration WaitBefore(int next_attempt, const absl::Status& status,
                          const RetryPolicy& policy, RandomSource& random);

// What all calls of one client together may add by retries: with n calls begun,
// never more than `reserve` + n / `calls_per_retry`. So a client whose calls
// all fail asks a registry that is down or overloaded for a tenth more, not for
// four times as much.
struct RetryBudgetOptions {
  int calls_per_retry = 10;
  // Retries that are there at the start.
  int reserve = 10;
  // Retries that calls without failures save up at most; not below `reserve`.
  int most = 100;
};

// A bucket of tokens as Finagle's RetryBudget: a call puts one in however it
// ends, a retry takes `calls_per_retry`. gRPC's retry throttling (gRFC A6),
// which successes fill, gives no retry at all once a tenth of the calls fails,
// as when one of several servers restarts, where a retry is just what helps;
// and gRPC itself can tell neither a full disk from an overload nor a
// RetryInfo.
//
// Thread safety: may be used from many threads at once.
class RetryBudget {
 public:
  explicit RetryBudget(const RetryBudgetOptions& options);

  // A call begins; its retries are none.
  void AddCall();

  // Takes a retry. False, and nothing taken, where there is none left.
  bool TakeRetry();

  // In calls; never negative.
  std::int64_t tokens() const;

 private:
  const std::int64_t tokens_per_retry_;
  const std::int64_t most_tokens_;
  mutable absl::Mutex mutex_;
  std::int64_t tokens_ ABSL_GUARDED_BY(mutex_);
};

enum class RetryKind {
  // The same again: takes from the budget.
  kAgain,
  // What is left of a call that got something done: no more than the registry
  // would have been asked for anyway, so the budget is left alone.
  kRest,
};

// What a Retrier needs of the world; the pointers are borrowed.
struct RetryWorld {
  Clock* clock = nullptr;
  // Used under a lock.
  RandomSource* random = nullptr;
  // Waits; false, at once, when the caller has given up.
  std::function<bool(absl::Duration)> wait;
};

// The retries of one client.
//
// Thread safety: may be used from many threads at once.
class Retrier {
 public:
  // `cancellation` is borrowed and must outlive the retrier.
  Retrier(const RetryBudgetOptions& budget, Cancellation* cancellation);
  // For tests.
  Retrier(const RetryBudgetOptions& budget, RetryWorld world);

  // Calls `call` until it succeeds, fails for good, has been called
  // `max_attempts` times, would be called again at `deadline` or later, or the
  // budget is spent, and returns its last status as it was; CANCELLED when a
  // wait was given up. `deadline` InfiniteFuture: none.
  absl::Status Call(const RetryPolicy& policy, absl::Time deadline,
                    const std::function<absl::Status()>& call);

  // The same for loops of their own: BeginCall() once, then, after each attempt
  // that failed, AwaitRetry(). OK: try again. Else what to return, `status` or
  // CANCELLED.
  void BeginCall() { budget_.AddCall(); }
  absl::Status AwaitRetry(RetryKind kind, int failed_attempt,
                          const absl::Status& status, const RetryPolicy& policy,
                          absl::Time deadline);

 private:
  absl::Duration Wait(int next_attempt, const absl::Status& status,
                      const RetryPolicy& policy);

  RetryBudget budget_;
  const RetryWorld world_;
  // Held while world_.random is used.
  absl::Mutex random_mutex_;
};

}  // namespace creditreg

#endif  // CREDITREG_CLIENT_RETRY_H_
