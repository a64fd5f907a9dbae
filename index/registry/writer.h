// The one writer: takes work from a bounded queue, applies it in order to one
// transaction per group, makes the group durable with one synced write, shows
// it to readers, and only then answers.
//
//   Enqueue -> [queue] -> apply each -> sync data keys -> write batch (synced)
//                                    -> new view -> answer each
//
// While one group syncs, the next gathers in the queue: groups grow with load
// by themselves. Data keys are synced before the batch that refers to them; a
// crash between the two leaves keys nobody uses. Keys of erased fields are
// destroyed after the batch that gives them up (erased_keys.h).
//
// When the disk fails, in a commit or behind RocksDB's back, the group in
// flight is answered, and key file and database are reopened: what waits in the
// queue waits for the first attempt. If that fails too, it and all new work is
// refused, and attempts go on, ever more seldom, until one succeeds:
//
//   writing -> failure -> reopen -> new view -> writing
//                           ^  \ fails
//                  wait <----- refusing: DISK_FULL, STORE_REOPENING, DataLoss
//
// Thread safety: Enqueue() and the getters from any thread.

#ifndef CREDITREG_INDEX_REGISTRY_WRITER_H_
#define CREDITREG_INDEX_REGISTRY_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "creditreg/storage/v1/rows.pb.h"
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
    // Between attempts to reopen; doubles from one to the other. A failure that
    // comes sooner than `most_reopen_wait` after the last waits too, so that
    // one that always comes back does not close the database all the time.
    absl::Duration least_reopen_wait;
    absl::Duration most_reopen_wait;
    // After a reopening, on the writer's thread: goes on with what it broke
    // off.
    std::function<void()> reopened;
  };
  explicit Writer(Options options);
  // After Stop().
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Queues work. Past the limit, when draining or while it cannot be reopened,
  // answers at once on this thread: ResourceExhausted OVERLOADED or DISK_FULL,
  // Unavailable, DataLoss.
  void Enqueue(WriteWork work);
  // The same past every limit: the registry's own follow-up work.
  void EnqueueInternal(WriteWork work);

  std::shared_ptr<const SnapshotView> view() const;
  // False while nothing can be read: the database is closed, or was opened
  // again and not found right.
  bool healthy() const;
  // OK, or why writes are refused: for the log, may name files.
  absl::Status write_state() const;
  // Refuses new work from callers.
  void Drain();
  // Answers what is queued, then stops the thread; the last view stays. What
  // answers may still use the writer. Once, not on the writer's thread.
  void Stop();

  struct Figures {
    std::size_t queued_rows = 0;
    std::uint64_t groups_committed = 0;
    std::uint64_t rows_committed = 0;
    std::uint64_t reopenings = 0;
  };
  Figures figures() const;

 private:
  void Run();
  // Waits until there is work, or a failure to settle; true in the latter case.
  bool AwaitWork() ABSL_LOCKS_EXCLUDED(mutex_);
  // Empty when it is time to stop.
  std::vector<WriteWork> TakeGroup() ABSL_LOCKS_EXCLUDED(mutex_);
  void CommitGroup(std::vector<WriteWork> group);
  // Errors: as Store::Write(); whatever it is, Unknown alone may be stored.
  absl::Status Commit(Transaction& transaction);
  // One attempt to get over a failure, or the decision to wait with it.
  void Settle();
  absl::Status Reopen();
  // Refuses what is queued, and new work until the next attempt.
  void Refuse(const absl::Status& failure);
  void Show(std::shared_ptr<const SnapshotView> view);
  // Pages of the files and codes that `batch` touches are void from now on.
  void TouchPages(const WriteBatch& batch, std::uint64_t sequence);
  // Deletes request rows that are past their time, a few at a time.
  void ForgetOldRequests(Transaction& transaction);
  bool IsDue() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    // While refusing only time brings the next attempt.
    return stopping_ || !queue_.empty() || (failed_ && refusal_.ok());
  }

  Options options_;
  mutable absl::Mutex mutex_;
  std::deque<WriteWork> queue_ ABSL_GUARDED_BY(mutex_);
  std::size_t queued_rows_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  // Something failed that Settle() has to get over.
  bool failed_ ABSL_GUARDED_BY(mutex_) = false;
  // What new work is answered with; OK: it is taken.
  absl::Status refusal_ ABSL_GUARDED_BY(mutex_);
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  // The database was opened again and is not shown yet.
  bool view_is_void_ ABSL_GUARDED_BY(mutex_) = false;
  std::uint64_t reopenings_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t groups_committed_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t rows_committed_ ABSL_GUARDED_BY(mutex_) = 0;
  // Apart from mutex_, so that readers never wait for the queue.
  mutable absl::Mutex view_mutex_;
  std::shared_ptr<const SnapshotView> view_ ABSL_GUARDED_BY(view_mutex_);
  // The writer's thread only.
  absl::Time next_forgetting_ = absl::InfinitePast();
  // What the group whose outcome is unknown would have made of the counters.
  std::optional<storage::v1::Counters> attempted_;
  // Why the last commit failed.
  absl::Status commit_failure_;
  absl::Time next_attempt_ = absl::InfinitePast();
  absl::Time last_reopened_ = absl::InfinitePast();
  absl::Duration reopen_wait_;
  std::thread thread_;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_WRITER_H_
