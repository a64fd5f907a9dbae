// Lets calls in while there is room and nobody is closing; knows how many are
// under way, so that a stop can wait for them (and not for health watchers,
// whose calls never end by themselves).
//
// Thread safety: may be used from many threads.

#ifndef CREDITREG_SERVER_OPS_CALL_GATE_H_
#define CREDITREG_SERVER_OPS_CALL_GATE_H_

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace creditreg {

class CallGate {
 public:
  explicit CallGate(std::int64_t max_calls) : max_calls_(max_calls) {}

  // Counts a call in; OK must be followed by Leave().
  //
  // Errors:
  //   ResourceExhausted "OVERLOADED: ...": as many as may be are under way.
  //   Unavailable "SHUTTING_DOWN: ...": after Close().
  absl::Status Enter() {
    absl::MutexLock lock(&mutex_);
    if (closed_) {
      return absl::UnavailableError(
          "SHUTTING_DOWN: the server is stopping, retry on another connection");
    }
    if (calls_ >= max_calls_) {
      return absl::ResourceExhaustedError(
          absl::StrCat("OVERLOADED: ", max_calls_, " calls under way"));
    }
    ++calls_;
    return absl::OkStatus();
  }

  void Leave() {
    absl::MutexLock lock(&mutex_);
    --calls_;
  }

  // From now on nobody is let in.
  void Close() {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
  }

  // True once no call is under way; false when `timeout` is over before.
  bool AwaitEmpty(absl::Duration timeout) {
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(this, &CallGate::IsEmpty),
                                   timeout);
  }

  std::int64_t calls() const {
    absl::MutexLock lock(&mutex_);
    return calls_;
  }

 private:
  bool IsEmpty() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return calls_ == 0;
  }

  const std::int64_t max_calls_;
  mutable absl::Mutex mutex_;
  std::int64_t calls_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_OPS_CALL_GATE_H_
