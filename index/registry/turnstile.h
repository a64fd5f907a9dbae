// Lets the holders of tickets 0, 1, 2 ... through one after the other, whatever
// threads they are on.
//
// Thread safety: every method from many threads.

#ifndef CREDITREG_INDEX_REGISTRY_TURNSTILE_H_
#define CREDITREG_INDEX_REGISTRY_TURNSTILE_H_

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace creditreg {

class Turnstile {
 public:
  // Waits for its turn. False: it was closed.
  [[nodiscard]] bool Enter(std::uint64_t ticket) {
    absl::MutexLock lock(&mutex_);
    const auto ready = [this, ticket]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return closed_ || next_ == ticket;
    };
    mutex_.Await(absl::Condition(&ready));
    return !closed_;
  }
  // The holder of the ticket that entered is through.
  void Leave() {
    absl::MutexLock lock(&mutex_);
    ++next_;
  }
  // Nobody enters any more.
  void Close() {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
  }

 private:
  absl::Mutex mutex_;
  std::uint64_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_TURNSTILE_H_
