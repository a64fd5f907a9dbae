// Ends a stream that has run for too long, whatever its caller asked: cancels
// it, so that its caller sees CANCELLED (or DEADLINE_EXCEEDED by its own
// clock).
//
// Thread safety: made, and destroyed before the context, by the call; the timer
// runs on a thread of gRPC's.

#ifndef CREDITREG_SERVER_SERVICE_CALL_DEADLINE_H_
#define CREDITREG_SERVER_SERVICE_CALL_DEADLINE_H_

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/alarm.h"
#include "grpcpp/server_context.h"

namespace creditreg {

class CallDeadline {
 public:
  // Ends the call at its own deadline, or after `by_default` where it has none,
  // and after `at_most` in any case.
  CallDeadline(grpc::CallbackServerContext* context, absl::Duration by_default,
               absl::Duration at_most);
  // The context is not touched afterwards.
  ~CallDeadline();
  CallDeadline(const CallDeadline&) = delete;
  CallDeadline& operator=(const CallDeadline&) = delete;

 private:
  struct Target {
    absl::Mutex mutex;
    grpc::CallbackServerContext* context ABSL_GUARDED_BY(mutex) = nullptr;
  };
  const std::shared_ptr<Target> target_;
  grpc::Alarm alarm_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_CALL_DEADLINE_H_
