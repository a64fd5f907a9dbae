// Limits of time on a stream, whatever its caller asked or does.
//
// The end is told to the stream itself, which answers DEADLINE_EXCEEDED as soon
// as nothing of its own is under way. Cancelling at once would be simpler, and
// tell callers CANCELLED, which says that they ended it themselves.
//
// Thread safety: made and destroyed by the call, before its context goes; what
// rings runs on a thread of gRPC's.

#ifndef CREDITREG_SERVER_SERVICE_CALL_DEADLINE_H_
#define CREDITREG_SERVER_SERVICE_CALL_DEADLINE_H_

#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/alarm.h"
#include "grpcpp/server_context.h"

namespace creditreg {

// Rings once, unless it is destroyed before.
class CallTimer {
 public:
  CallTimer(absl::Time at, std::function<void()> ring);
  // Waits for a ringing under way, so not from within and without any lock that
  // `ring` takes.
  ~CallTimer();
  CallTimer(const CallTimer&) = delete;
  CallTimer& operator=(const CallTimer&) = delete;

 private:
  struct Target {
    absl::Mutex mutex;
    std::function<void()> ring ABSL_GUARDED_BY(mutex);
  };
  const std::shared_ptr<Target> target_;
  grpc::Alarm alarm_;
};

class CallDeadline {
 public:
  struct Limits {
    // For a call that has no deadline of its own, and for any.
    absl::Duration by_default;
    absl::Duration at_most;
    // To end after it was told to. A caller that reads nothing keeps a stream
    // from ending, so it is cancelled then.
    absl::Duration grace;
  };

  // Calls `end` when the time is up: perhaps before this returns.
  CallDeadline(grpc::CallbackServerContext* context, const Limits& limits,
               std::function<void()> end);

  // What a stream that was told to end answers.
  static absl::Status Exceeded();

 private:
  CallDeadline(grpc::CallbackServerContext* context, absl::Time at,
               absl::Duration grace, std::function<void()> end);

  CallTimer end_;
  CallTimer cancel_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_CALL_DEADLINE_H_
