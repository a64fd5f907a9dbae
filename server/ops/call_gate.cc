#include "server/ops/call_gate.h"

#include "absl/strings/str_cat.h"

namespace creditreg {

absl::Status CallGate::Enter(Guest* guest) {
  guest->entered_ = std::chrono::steady_clock::now();
  const std::int64_t held_bytes = held_bytes_;
  absl::MutexLock lock(&mutex_);
  if (closed_) {
    return absl::UnavailableError(
        "SHUTTING_DOWN: the server is stopping, retry on another connection");
  }
  if (calls_ >= max_calls_) {
    return absl::ResourceExhaustedError(
        absl::StrCat("OVERLOADED: ", max_calls_, " calls under way"));
  }
  if (held_bytes >= max_held_bytes_) {
    return absl::ResourceExhaustedError(
        absl::StrCat("OVERLOADED: ", held_bytes,
                     " bytes of answers wait for "
                     "callers to read them"));
  }
  ++calls_;
  guest->before_ = newest_;
  (newest_ != nullptr ? newest_->behind_ : oldest_) = guest;
  newest_ = guest;
  return absl::OkStatus();
}

void CallGate::Hold(Guest* guest, std::int64_t bytes) {
  held_bytes_ += bytes - guest->held_bytes_;
  guest->held_bytes_ = bytes;
}

void CallGate::Leave(Guest* guest) {
  Hold(guest, 0);
  absl::MutexLock lock(&mutex_);
  --calls_;
  (guest->before_ != nullptr ? guest->before_->behind_ : oldest_) =
      guest->behind_;
  (guest->behind_ != nullptr ? guest->behind_->before_ : newest_) =
      guest->before_;
}

int CallGate::CancelOlderThan(absl::Duration age) {
  const std::chrono::steady_clock::time_point limit =
      std::chrono::steady_clock::now() - absl::ToChronoNanoseconds(age);
  int cancelled = 0;
  // A guest cannot leave while this holds the lock, so its call is still there.
  absl::MutexLock lock(&mutex_);
  for (Guest* guest = oldest_; guest != nullptr && guest->entered_ <= limit;
       guest = guest->behind_) {
    if (guest->cancel_ == nullptr) continue;
    guest->cancel_();
    guest->cancel_ = nullptr;
    ++cancelled;
  }
  return cancelled;
}

void CallGate::Close() {
  absl::MutexLock lock(&mutex_);
  closed_ = true;
}

bool CallGate::AwaitEmpty(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(this, &CallGate::IsEmpty),
                                 timeout);
}

std::int64_t CallGate::calls() const {
  absl::MutexLock lock(&mutex_);
  return calls_;
}

}  // namespace creditreg
