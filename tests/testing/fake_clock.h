// A clock that stands still until a test moves it.
//
// Thread safety: may be used from many threads at once.

#ifndef CREDITREG_TESTS_TESTING_FAKE_CLOCK_H_
#define CREDITREG_TESTS_TESTING_FAKE_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "index/base/clock.h"

namespace creditreg {

class FakeClock final : public Clock {
 public:
  // Starts at noon of 2026-11-24 in China, far from a change of day.
  FakeClock()
      : FakeClock(absl::FromCivil(absl::CivilHour(2026, 11, 24, 12),
                                  absl::FixedTimeZone(8 * 60 * 60))) {}
  explicit FakeClock(absl::Time start) : now_(start) {}

  absl::Time Now() override {
    absl::MutexLock lock(&mutex_);
    return now_;
  }

  void Advance(absl::Duration duration) {
    absl::MutexLock lock(&mutex_);
    now_ += duration;
  }

  // May go back, as a machine's clock can.
  void Set(absl::Time now) {
    absl::MutexLock lock(&mutex_);
    now_ = now;
  }

 private:
  absl::Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace creditreg

#endif  // CREDITREG_TESTS_TESTING_FAKE_CLOCK_H_
