#include "server/service/call_deadline.h"

#include <algorithm>
#include <chrono>

#include "absl/time/clock.h"

namespace creditreg {

CallDeadline::CallDeadline(grpc::CallbackServerContext* context,
                           absl::Duration by_default, absl::Duration at_most)
    : target_(std::make_shared<Target>()) {
  const std::chrono::system_clock::time_point asked = context->deadline();
  const bool has_deadline =
      asked != std::chrono::system_clock::time_point::max();
  const absl::Time now = absl::Now();
  const absl::Time end = std::min(
      has_deadline ? absl::FromChrono(asked) : now + by_default, now + at_most);
  {
    absl::MutexLock lock(&target_->mutex);
    target_->context = context;
  }
  alarm_.Set(absl::ToChronoTime(end), [target = target_](bool rang) {
    if (!rang) return;
    absl::MutexLock lock(&target->mutex);
    if (target->context != nullptr) target->context->TryCancel();
  });
}

CallDeadline::~CallDeadline() {
  {
    absl::MutexLock lock(&target_->mutex);
    target_->context = nullptr;
  }
  alarm_.Cancel();
}

}  // namespace creditreg
