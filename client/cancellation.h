// How a caller stops what the client is doing: a user's Ctrl-C, a shutdown.
//
// Thread safety: every function may be called from any thread. Cancel() takes
// a lock, so it is NOT for a signal handler: let a thread wait for the signal.

#ifndef CREDITREG_CLIENT_CANCELLATION_H_
#define CREDITREG_CLIENT_CANCELLATION_H_

#include <atomic>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/client_context.h"

namespace creditreg {

class Cancellation {
 public:
  // Ends every call registered now or later with CANCELLED, and every sleep.
  // For ever.
  void Cancel();

  bool cancelled() const;

  // Waits. False, at once, when cancelled.
  bool SleepFor(absl::Duration duration);

 private:
  friend class CallGuard;

  void Add(grpc::ClientContext* context);
  void Remove(grpc::ClientContext* context);

  mutable absl::Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_set<grpc::ClientContext*> calls_ ABSL_GUARDED_BY(mutex_);
};

// Watches over one call while it lives: ends it when `cancellation` says so
// and, where `idle_limit` is finite, when Touch() was not called for that
// long. A stream has no deadline of its own, so that a long one may run; this
// keeps a peer that has gone silent from holding it for ever.
class CallGuard {
 public:
  // Both pointers are borrowed and must outlive the guard.
  CallGuard(Cancellation* cancellation, grpc::ClientContext* context,
            absl::Duration idle_limit = absl::InfiniteDuration());
  ~CallGuard();

  CallGuard(const CallGuard&) = delete;
  CallGuard& operator=(const CallGuard&) = delete;

  // Something moved.
  void Touch();

  // Whether the call was ended for being idle.
  bool idled_out() const { return idled_out_.load(); }

 private:
  void Watch();

  Cancellation* const cancellation_;
  grpc::ClientContext* const context_;
  const absl::Duration idle_limit_;
  std::atomic<bool> idled_out_{false};
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time last_touch_ ABSL_GUARDED_BY(mutex_);
  std::thread watcher_;
};

}  // namespace creditreg

#endif  // CREDITREG_CLIENT_CANCELLATION_H_
