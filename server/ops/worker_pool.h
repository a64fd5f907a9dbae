// A few threads for work that must not block gRPC's threads or the registry's
// writer: parsing files, building answers of writes.
//
// Holds no limit of its own: each call has at most one task in it at a time,
// and the number of calls is limited by CallGate.
//
// Thread safety: Post() from any thread, tasks included.

#ifndef CREDITREG_SERVER_OPS_WORKER_POOL_H_
#define CREDITREG_SERVER_OPS_WORKER_POOL_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace creditreg {

class WorkerPool {
 public:
  explicit WorkerPool(std::size_t threads);
  // Runs what was posted, then stops.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Runs `task` on one of the threads, in order of posting.
  void Post(std::function<void()> task);

 private:
  void Run();
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !tasks_.empty();
  }

  absl::Mutex mutex_;
  std::deque<std::function<void()>> tasks_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_OPS_WORKER_POOL_H_
