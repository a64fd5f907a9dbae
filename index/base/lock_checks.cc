#include "index/base/lock_checks.h"

#include "absl/synchronization/mutex.h"

namespace creditreg {

void EndLockOrderChecks() {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
}

}  // namespace creditreg
