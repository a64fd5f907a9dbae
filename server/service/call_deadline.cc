#include "server/service/call_deadline.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/time/clock.h"

namespace creditreg {
namespace {

absl::Time EndOf(const grpc::CallbackServerContext& context,
                 const CallDeadline::Limits& limits) {
  const std::chrono::system_clock::time_point asked = context.deadline();
  const bool has_deadline =
      asked != std::chrono::system_clock::time_point::max();
  const absl::Time now = absl::Now();
  const absl::Time end =
      std::min(has_deadline ? absl::FromChrono(asked) : now + limits.by_default,
               now + limits.at_most);
  // The grace begins when the stream is told.
  return std::max(end, now);
}

}  // namespace

CallTimer::CallTimer(absl::Time at, std::function<void()> ring)
    : target_(std::make_shared<Target>()) {
  {
    absl::MutexLock lock(&target_->mutex);
    target_->ring = std::move(ring);
  }
  alarm_.Set(absl::ToChronoTime(at), [target = target_](bool rang) {
    if (!rang) return;
    absl::MutexLock lock(&target->mutex);
    if (target->ring != nullptr) target->ring();
  });
}

CallTimer::~CallTimer() {
  {
    absl::MutexLock lock(&target_->mutex);
    target_->ring = nullptr;
  }
  alarm_.Cancel();
}

CallDeadline::CallDeadline(grpc::CallbackServerContext* context,
                           const Limits& limits, std::function<void()> end)
    : CallDeadline(context, EndOf(*context, limits), limits.grace,
                   std::move(end)) {}

CallDeadline::CallDeadline(grpc::CallbackServerContext* context, absl::Time at,
                           absl::Duration grace, std::function<void()> end)
    : end_(at, std::move(end)),
      cancel_(at + grace, [context] { context->TryCancel(); }) {}

absl::Status CallDeadline::Exceeded() {
  return absl::DeadlineExceededError(
      "stream: open for longer than it may be, want another stream");
}

}  // namespace creditreg
