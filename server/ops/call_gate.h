// Lets calls in while there is room and nobody is closing. Knows how many are
// under way and what they hold for their callers until the last byte has left,
// so that callers who do not read cannot fill the memory; and cancels calls
// that do not end. A stop can wait for them (and not for health watchers, whose
// calls never end by themselves).
//
// Thread safety: may be used from many threads.

#ifndef CREDITREG_SERVER_OPS_CALL_GATE_H_
#define CREDITREG_SERVER_OPS_CALL_GATE_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace creditreg {

class CallGate {
 public:
  // A call, as the gate knows it. Stays where it is from Enter() to Leave().
  class Guest {
   public:
    // `cancel` makes the call end soon, without calling the gate on the same
    // thread; null where something else sees to that.
    explicit Guest(std::function<void()> cancel = nullptr)
        : cancel_(std::move(cancel)) {}
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;

   private:
    friend class CallGate;

    std::function<void()> cancel_;
    // Under the gate's mutex: in the order in which they came.
    Guest* before_ = nullptr;
    Guest* behind_ = nullptr;
    std::chrono::steady_clock::time_point entered_;
    std::int64_t held_bytes_ = 0;
  };

  explicit CallGate(std::int64_t max_calls,
                    std::int64_t max_held_bytes = std::int64_t{512} << 20)
      : max_calls_(max_calls), max_held_bytes_(max_held_bytes) {}

  // Lets a call in; OK must be followed by Leave().
  //
  // Errors:
  //   ResourceExhausted "OVERLOADED: ...": as many as may be are under way, or
  //     their answers hold as much as they may.
  //   Unavailable "SHUTTING_DOWN: ...": after Close().
  absl::Status Enter(Guest* guest);

  // What the call holds for its caller from now on. One thread at a time for
  // each call.
  void Hold(Guest* guest, std::int64_t bytes);

  // The call is over, its answer gone.
  void Leave(Guest* guest);

  // Cancels what came in longer ago than `age`. Returns how many that were.
  int CancelOlderThan(absl::Duration age);

  // From now on nobody is let in.
  void Close();

  // True once no call is under way; false when `timeout` is over before.
  bool AwaitEmpty(absl::Duration timeout);

  std::int64_t calls() const;
  std::int64_t held_bytes() const { return held_bytes_; }

 private:
  bool IsEmpty() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return calls_ == 0;
  }

  const std::int64_t max_calls_;
  const std::int64_t max_held_bytes_;
  // One call may go past the limit, by its own answer.
  std::atomic<std::int64_t> held_bytes_ = 0;
  mutable absl::Mutex mutex_;
  std::int64_t calls_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  Guest* oldest_ ABSL_GUARDED_BY(mutex_) = nullptr;
  Guest* newest_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_OPS_CALL_GATE_H_
