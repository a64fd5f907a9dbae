// Which errors are worth another try, how long to wait before it, and the loop.
//
// Only for calls that may be repeated: reads, and writes with a request id.

#ifndef CREDITREG_CLIENT_RETRY_H_
#define CREDITREG_CLIENT_RETRY_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/cancellation.h"

namespace creditreg {

struct RetryPolicy {
  // Calls in all, the first included; at least 1.
  int max_attempts = 4;
  // Wait before the second attempt; doubles with each further one.
  absl::Duration first_wait = absl::Milliseconds(200);
  // Upper limit of our own waits, and of what we obey of a RetryInfo: a server
  // that asks for more gets the error shown to the user instead.
  absl::Duration longest_wait = absl::Seconds(5);
};

// Whether the same call may succeed later: UNAVAILABLE, UNKNOWN (the change may
// or may not be stored; the request id settles it) and RESOURCE_EXHAUSTED with
// reason OVERLOADED or QUOTA_EXCEEDED. A full disk (DISK_FULL) is not.
bool IsRetryable(const absl::Status& status);

// Whether an import is refused only because another stream with its request id
// is under way, be it one whose end the registry has not seen yet.
bool IsImportRunning(const absl::Status& status);

// How long to wait before attempt number `next_attempt` (2, 3, ...): the
// policy's doubling wait, spread by up to a fifth so that clients do not come
// back together, but never less than the status's RetryInfo asks for. Infinite
// when RetryInfo asks for more than `longest_wait`.
absl::Duration WaitBefore(int next_attempt, const absl::Status& status,
                          const RetryPolicy& policy);

// Calls `call` until it succeeds, fails for good or has been called
// `max_attempts` times, and returns its last status; CANCELLED when
// `cancellation` ends a wait.
absl::Status CallWithRetry(const RetryPolicy& policy,
                           Cancellation& cancellation,
                           const std::function<absl::Status()>& call);

}  // namespace creditreg

#endif  // CREDITREG_CLIENT_RETRY_H_
