// Where the time comes from. Code that needs the time takes a Clock, so that a
// test can set it and a replay can repeat it.
//
// Thread safety: every Clock may be used from many threads at once.

#ifndef CREDITREG_INDEX_BASE_CLOCK_H_
#define CREDITREG_INDEX_BASE_CLOCK_H_

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace creditreg {

class Clock {
 public:
  virtual ~Clock() = default;

  // The time now. Two calls may return the same time, or, where the machine's
  // clock is set back, an earlier one: what must not go back is the caller's
  // to ensure.
  virtual absl::Time Now() = 0;
};

// The machine's clock.
class SystemClock final : public Clock {
 public:
  absl::Time Now() override { return absl::Now(); }
};

// The one SystemClock of the process. Never null; never destroyed.
inline Clock* RealClock() {
  static SystemClock* const clock = new SystemClock;
  return clock;
}

}  // namespace creditreg

#endif  // CREDITREG_INDEX_BASE_CLOCK_H_
