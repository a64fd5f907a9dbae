// RocksDB, opened so that it can be closed and opened again beneath those who
// use it: the store and its snapshots share one Database. Private to
// index/store.
//
// Thread safety: see each member.

#ifndef CREDITREG_INDEX_STORE_DATABASE_H_
#define CREDITREG_INDEX_STORE_DATABASE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_set>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "index/store/store.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/listener.h"
#include "rocksdb/snapshot.h"

namespace creditreg {

// Why a database takes no more writes; OK while it does. RocksDB's threads
// report to it, one for each opening, so that a late word about an earlier one
// does not count.
//
// Thread safety: may be used from many threads.
class DatabaseFailure final : public rocksdb::EventListener {
 public:
  // `on_failure` is called once, with the first failure, on the thread that met
  // it.
  explicit DatabaseFailure(std::function<void()> on_failure)
      : on_failure_(std::move(on_failure)) {}

  const char* Name() const override { return "DatabaseFailure"; }
  void OnBackgroundError(rocksdb::BackgroundErrorReason reason,
                         rocksdb::Status* error) override;
  // RocksDB waits for room by itself and goes on; here the store decides.
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/,
                            rocksdb::Status /*error*/,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }

  // The first of several counts, but damage counts before all.
  void Set(const absl::Status& failure);
  absl::Status Get() const;

 private:
  const std::function<void()> on_failure_;
  mutable absl::Mutex mutex_;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
};

class Database {
 public:
  // `options` as in Store::Open(), whose directory lock the caller holds.
  explicit Database(const StoreOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Opens a database that is closed. One thread at a time.
  //
  // Errors: as Store::Open().
  absl::Status Open(std::function<void()> on_failure);

  // Closes it; free where it is closed. Waits for calls under way and for
  // background work; snapshots are void from then on. One thread at a time.
  void Close();

  // A use of the open database: while it lives nobody closes it. Short-lived,
  // and one at a time in a thread.
  class ABSL_SCOPED_LOCKABLE Use {
   public:
    explicit Use(const Database* database)
        ABSL_SHARED_LOCK_FUNCTION(database->mutex_)
        : database_(database) {
      database_->mutex_.ReaderLock();
    }
    ~Use() ABSL_UNLOCK_FUNCTION() { database_->mutex_.ReaderUnlock(); }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

    // Null while it is closed.
    rocksdb::DB* db() const ABSL_NO_THREAD_SAFETY_ANALYSIS {
      return database_->db_.get();
    }
    // Counts the openings: what was made in one means nothing in another.
    std::uint64_t opening() const ABSL_NO_THREAD_SAFETY_ANALYSIS {
      return database_->opening_;
    }
    // Null unless it is still open as it was then.
    rocksdb::DB* db(std::uint64_t opening) const
        ABSL_NO_THREAD_SAFETY_ANALYSIS {
      return database_->opening_ == opening ? database_->db_.get() : nullptr;
    }

   private:
    const Database* const database_;
  };

  // Null while it is closed. `opening` is set to the one it belongs to.
  const rocksdb::Snapshot* TakeSnapshot(std::uint64_t* opening);
  // Nothing where that opening is over.
  void ReleaseSnapshot(const rocksdb::Snapshot* snapshot,
                       std::uint64_t opening);

  // Why no more can be written, from the last opening on.
  absl::Status failure() const;
  void SetFailure(const absl::Status& failure);

 private:
  const StoreOptions options_;
  // Held shared through every call of RocksDB, and exclusively to give db_
  // another value.
  mutable absl::Mutex mutex_;
  std::unique_ptr<rocksdb::DB> db_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t opening_ ABSL_GUARDED_BY(mutex_) = 0;
  std::shared_ptr<DatabaseFailure> failure_ ABSL_GUARDED_BY(mutex_);

  mutable absl::Mutex snapshots_mutex_ ABSL_ACQUIRED_AFTER(mutex_);
  // RocksDB wants them back before it is closed.
  std::unordered_set<const rocksdb::Snapshot*> snapshots_
      ABSL_GUARDED_BY(snapshots_mutex_);
};

// The machine's file system or the test's.
rocksdb::Env* EnvOf(const StoreOptions& options);

// Whether the directory holds a database.
//
// Errors: DataLoss there is one, but a file that it cannot be without is gone.
// RocksDB would start an empty database over it, or forget the newest rows.
absl::StatusOr<bool> HoldsDatabase(const StoreOptions& options);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_STORE_DATABASE_H_
