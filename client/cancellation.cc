#include "client/cancellation.h"

#include "absl/time/clock.h"

namespace creditreg {

void Cancellation::Cancel() {
  absl::MutexLock lock(&mutex_);
  cancelled_ = true;
  for (grpc::ClientContext* const context : calls_) context->TryCancel();
}

bool Cancellation::cancelled() const {
  absl::MutexLock lock(&mutex_);
  return cancelled_;
}

bool Cancellation::SleepFor(absl::Duration duration) {
  absl::MutexLock lock(&mutex_);
  return !mutex_.AwaitWithTimeout(absl::Condition(&cancelled_), duration);
}

void Cancellation::Add(grpc::ClientContext* context) {
  absl::MutexLock lock(&mutex_);
  calls_.insert(context);
  // gRPC remembers this for a call that has not begun.
  if (cancelled_) context->TryCancel();
}

void Cancellation::Remove(grpc::ClientContext* context) {
  absl::MutexLock lock(&mutex_);
  calls_.erase(context);
}

CallGuard::CallGuard(Cancellation* cancellation, grpc::ClientContext* context,
                     absl::Duration idle_limit)
    : cancellation_(cancellation),
      context_(context),
      idle_limit_(idle_limit),
      last_touch_(absl::Now()) {
  cancellation_->Add(context_);
  if (idle_limit_ != absl::InfiniteDuration()) {
    watcher_ = std::thread([this] { Watch(); });
  }
}

CallGuard::~CallGuard() {
  if (watcher_.joinable()) {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
    }
    watcher_.join();
  }
  cancellation_->Remove(context_);
}

void CallGuard::Touch() {
  absl::MutexLock lock(&mutex_);
  last_touch_ = absl::Now();
}

void CallGuard::Watch() {
  absl::MutexLock lock(&mutex_);
  while (!stopping_) {
    const absl::Time limit = last_touch_ + idle_limit_;
    if (mutex_.AwaitWithDeadline(absl::Condition(&stopping_), limit)) return;
    if (absl::Now() >= last_touch_ + idle_limit_) {
      idled_out_.store(true);
      context_->TryCancel();
      return;
    }
  }
}

}  // namespace creditreg
