// The one writer: takes work from a bounded queue, applies it in order to one
// transaction per group, makes the group durable with one synced write, shows
// it to readers, and only then answers.
//
//   Enqueue -> [queue] -> apply each -> sync data keys -> write batch (synced)
//                                    -> new view -> answer each
//
// While one group syncs, the next gathers in the queue: groups grow with load
// by themselves. Data keys are synced before the batch that refers to them; a
// crash between the two leaves keys nobody uses.
//
// Thread safety: Enqueue() and the getters from any thread.

#ifndef CREDITREG_INDEX_REGISTRY_WRITER_H_
#define CREDITREG_INDEX_REGISTRY_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "index/publication/page_cache.h"
#include "index/registry/snapshot_view.h"
#include "index/registry/transaction.h"
#include "index/registry/write_context.h"
#include "index/store/store.h"

namespace creditreg {

// One thing to write.
struct WriteWork {
  // Things it stores, for the limits.
  std::size_t rows = 1;
  // Edits the transaction; keeps its own result. On the writer's thread.
  std::function<void(Transaction&)> apply;
  // Called once, on the writer's thread: OK when what apply() did is durable
  // and visible.
  std::function<void(const absl::Status&, std::uint64_t sequence)> answer;
};

class Writer {
 public:
  // A group ends at this many rows: one synced write should stay well below
  // what a caller waits for.
  static constexpr std::size_t kMaxGroupRows = 1000;

  // All pointers outlive the writer. `view` is the state to start from.
  struct Options {
    Store* store = nullptr;
    WriteContext context;
    const KeyRing* keys = nullptr;
    std::size_t max_queued_rows = 0;
    std::shared_ptr<const SnapshotView> view;
    // Null: none.
    PageCache* page_cache = nullptr;
  };
  explicit Writer(Options options);
  // After Stop().
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Queues work. Past the limit, when draining or after the disk failed,
  // answers at once on this thread: ResourceExhausted OVERLOADED or
  // Unavailable.
  void Enqueue(WriteWork work);
  // The same past every limit: the registry's own follow-up work.
  void EnqueueInternal(WriteWork work);

  std::shared_ptr<const SnapshotView> view() const;
  // False once the disk failed.
  bool healthy() const;
  // Refuses new work from callers.
  void Drain();
  // Answers what is queued, then stops the thread; the last view stays. What
  // answers may still use the writer. Once, not on the writer's thread.
  void Stop();

  struct Figures {
    std::size_t queued_rows = 0;
    std::uint64_t groups_committed = 0;
    std::uint64_t rows_committed = 0;
  };
  Figures figures() const;

 private:
  void Run();
  // Waits for work; empty when it is time to stop.
  std::vector<WriteWork> TakeGroup() ABSL_LOCKS_EXCLUDED(mutex_);
  void CommitGroup(std::vector<WriteWork> group);
  absl::Status Commit(Transaction& transaction);
  void Show(std::shared_ptr<const SnapshotView> view);
  // Pages of the files and codes that `batch` touches are void from now on.
  void TouchPages(const WriteBatch& batch, std::uint64_t sequence);
  // Deletes request rows that are past their time, a few at a time.
  void ForgetOldRequests(Transaction& transaction);
  bool QueueReady() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !queue_.empty();
  }

  Options options_;
  mutable absl::Mutex mutex_;
  std::deque<WriteWork> queue_ ABSL_GUARDED_BY(mutex_);
  std::size_t queued_rows_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  bool healthy_ ABSL_GUARDED_BY(mutex_) = true;
  std::uint64_t groups_committed_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t rows_committed_ ABSL_GUARDED_BY(mutex_) = 0;
  // Apart from mutex_, so that readers never wait for the queue.
  mutable absl::Mutex view_mutex_;
  std::shared_ptr<const SnapshotView> view_ ABSL_GUARDED_BY(view_mutex_);
  // The writer's thread only.
  absl::Time next_forgetting_ = absl::InfinitePast();
  std::thread thread_;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_WRITER_H_
