#include "client/retry.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "client/remote_error.h"
#include "index/base/random.h"

namespace creditreg {
namespace {

// In [0.8, 1.2).
double Spread() {
  char bytes[4];
  SystemRandom().Fill(bytes, sizeof(bytes));
  std::uint32_t number;
  std::memcpy(&number, bytes, sizeof(number));
  return 0.8 + 0.4 * (number / 4294967296.0);
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
                          const RetryPolicy& policy) {
  absl::Duration wait = policy.first_wait;
  for (int i = 2; i < next_attempt && wait < policy.longest_wait; ++i) {
    wait *= 2;
  }
  wait = std::min(wait, policy.longest_wait) * Spread();
  const RemoteError error = RemoteErrorOf(status);
  if (!error.retry_after.has_value()) return wait;
  if (*error.retry_after > policy.longest_wait) {
    return absl::InfiniteDuration();
  }
  return std::max(wait, *error.retry_after);
}

absl::Status CallWithRetry(const RetryPolicy& policy,
                           Cancellation& cancellation,
                           const std::function<absl::Status()>& call) {
  for (int attempt = 1;; ++attempt) {
    absl::Status status = call();
    if (status.ok() || attempt >= policy.max_attempts || !IsRetryable(status)) {
      return status;
    }
    const absl::Duration wait = WaitBefore(attempt + 1, status, policy);
    if (wait == absl::InfiniteDuration()) return status;
    if (!cancellation.SleepFor(wait)) {
      return absl::CancelledError("interrupted");
    }
  }
}

}  // namespace creditreg
