#include "client/retry.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "client/remote_error.h"

namespace creditreg {
namespace {

// In [0, 1).
double Chance(RandomSource& random) {
  char bytes[4];
  random.Fill(bytes, sizeof(bytes));
  std::uint32_t number;
  std::memcpy(&number, bytes, sizeof(number));
  return number / 4294967296.0;
}

RandomSource* SharedSystemRandom() {
  static SystemRandom* const random = new SystemRandom;
  return random;
}

}  // namespace

bool IsRetryable(const absl::Status& status) {
  if (!IsRemote(status)) return false;
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kUnknown:
      return true;
    case absl::StatusCode::kResourceExhausted: {
      const std::string reason = RemoteErrorOf(status).reason;
      return reason == "OVERLOADED" || reason == "QUOTA_EXCEEDED";
    }
    default:
      return false;
  }
}

bool IsImportRunning(const absl::Status& status) {
  return absl::IsFailedPrecondition(status) &&
         RemoteErrorOf(status).reason == "IMPORT_RUNNING";
}

absl::Duration WaitBefore(int next_attempt, const absl::Status& status,
                          const RetryPolicy& policy, RandomSource& random) {
  absl::Duration wait = policy.first_wait;
  for (int i = 2; i < next_attempt && wait < policy.longest_wait; ++i) {
    wait *= 2;
  }
  wait = std::min(wait, policy.longest_wait);
  absl::Duration least = wait * (1 - policy.jitter);
  const RemoteError error = RemoteErrorOf(status);
  if (error.retry_after.has_value()) {
    if (*error.retry_after > policy.longest_wait) {
      return absl::InfiniteDuration();
    }
    least = std::max(least, *error.retry_after);
  }
  return least + wait * policy.jitter * Chance(random);
}

RetryBudget::RetryBudget(const RetryBudgetOptions& options)
    : tokens_per_retry_(options.calls_per_retry),
      most_tokens_(tokens_per_retry_ * std::max(options.most, options.reserve)),
      tokens_(tokens_per_retry_ * options.reserve) {}

void RetryBudget::AddCall() {
  absl::MutexLock lock(&mutex_);
  tokens_ = std::min(tokens_ + 1, most_tokens_);
}

bool RetryBudget::TakeRetry() {
  absl::MutexLock lock(&mutex_);
  if (tokens_ < tokens_per_retry_) return false;
  tokens_ -= tokens_per_retry_;
  return true;
}

std::int64_t RetryBudget::tokens() const {
  absl::MutexLock lock(&mutex_);
  return tokens_;
}

Retrier::Retrier(const RetryBudgetOptions& budget, Cancellation* cancellation)
    : Retrier(budget, RetryWorld{RealClock(), SharedSystemRandom(),
                                 [cancellation](absl::Duration duration) {
                                   return cancellation->SleepFor(duration);
                                 }}) {}

Retrier::Retrier(const RetryBudgetOptions& budget, RetryWorld world)
    : budget_(budget), world_(std::move(world)) {}

absl::Status Retrier::Call(const RetryPolicy& policy, absl::Time deadline,
                           const std::function<absl::Status()>& call) {
  BeginCall();
  for (int attempt = 1;; ++attempt) {
    const absl::Status status = call();
    if (status.ok()) return status;
    const absl::Status next =
        AwaitRetry(RetryKind::kAgain, attempt, status, policy, deadline);
    if (!next.ok()) return next;
  }
}

absl::Status Retrier::AwaitRetry(RetryKind kind, int failed_attempt,
                                 const absl::Status& status,
                                 const RetryPolicy& policy,
                                 absl::Time deadline) {
  if (failed_attempt >= policy.max_attempts || !IsRetryable(status)) {
    return status;
  }
  const absl::Duration wait = Wait(failed_attempt + 1, status, policy);
  if (wait == absl::InfiniteDuration()) return status;
  if (world_.clock->Now() + wait >= deadline) return status;
  // Last, so that nothing is taken for a retry that is not made.
  if (kind == RetryKind::kAgain && !budget_.TakeRetry()) return status;
  if (!world_.wait(wait)) return absl::CancelledError("interrupted");
  return absl::OkStatus();
}

absl::Duration Retrier::Wait(int next_attempt, const absl::Status& status,
                             const RetryPolicy& policy) {
  absl::MutexLock lock(&random_mutex_);
  return WaitBefore(next_attempt, status, policy, *world_.random);
}

}  // namespace creditreg
