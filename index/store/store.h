// The database: ordered bytes in RocksDB. The only room that includes rocksdb/.
// It offers what any ordered, transactional store could: point reads, paged
// scans, snapshots, one atomic durable batch. No merge operators, no TTLs, no
// engine sequence numbers leave it.
//
// After a failure of the disk the database is closed and opened again in place:
// see Store::Reopen().
//
// Thread safety: Store may be used from many threads; Write() and Reopen() from
// one at a time. A Snapshot is immutable and may be shared; it must be gone
// before its Store.

#ifndef CREDITREG_INDEX_STORE_STORE_H_
#define CREDITREG_INDEX_STORE_STORE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace creditreg {

struct StoreOptions {
  // Created if absent. One process at a time may have it open.
  std::string directory;
  // Bytes of the block cache, shared by everything read.
  std::size_t block_cache_bytes = std::size_t{512} << 20;
  // Bytes of one memtable; four may exist.
  std::size_t memtable_bytes = std::size_t{64} << 20;
  // Background threads for flushes and compactions.
  int background_threads = 2;
  // Below this many free bytes on the file system Write() and Reopen() refuse.
  std::uint64_t reserve_free_bytes = std::uint64_t{256} << 20;
  // Look, but change nothing (verify while nothing serves).
  bool read_only = false;
  // False for rows that can be made again from others: a power cut may take the
  // last batches, each as a whole. Not for Reopen(), which would miss them.
  bool synced = true;
  // For tests that inject faults; null: the machine's. Not owned.
  rocksdb::Env* env_for_test = nullptr;
};

// Puts and deletes that happen together or not at all; the last edit of a key
// counts.
class WriteBatch {
 public:
  struct Edit {
    std::string key;
    // Absent: delete.
    std::optional<std::string> value;
  };
  void Put(std::string key, std::string value);
  void Delete(std::string key);
  bool empty() const { return edits_.empty(); }
  // Sum of key and value bytes.
  std::size_t bytes() const { return bytes_; }
  const std::vector<Edit>& edits() const { return edits_; }

 private:
  std::vector<Edit> edits_;
  std::size_t bytes_ = 0;
};

// Keys in [begin, end), ascending. A page ends at whichever limit comes first,
// but always holds at least one row where there is one.
struct ScanRange {
  std::string begin;
  std::string end;
  std::size_t max_rows = 1000;
  std::size_t max_bytes = std::size_t{4} << 20;
  // False for one-off passes over everything, so that they do not push the
  // working set out of the block cache.
  bool fill_cache = true;
};

struct ScanPage {
  std::vector<std::pair<std::string, std::string>> rows;
  // Where to go on: the first key not returned. Empty: the range is done.
  std::string next;
};

// Everything as it was at one moment.
//
// Errors of every call:
//   DataLoss: bytes on disk are damaged.
//   Unavailable: the disk failed while reading, a retry may help; or
//     "STORE_REOPENING: ..." the database was closed since, its state now can
//     be read from a new snapshot.
class Snapshot {
 public:
  virtual ~Snapshot() = default;
  // Nothing where there is no such key.
  virtual absl::StatusOr<std::optional<std::string>> Get(
      absl::string_view key) const = 0;
  // One element a key, in order.
  virtual absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      absl::Span<const std::string> keys) const = 0;
  virtual absl::StatusOr<ScanPage> Scan(const ScanRange& range) const = 0;
};

// Figures for statistics, bytes unless the name says otherwise.
struct StoreFigures {
  std::uint64_t live_bytes = 0;
  std::uint64_t estimated_keys = 0;
  std::uint64_t memtable_bytes = 0;
  std::uint64_t block_cache_used_bytes = 0;
  std::uint64_t pending_compaction_bytes = 0;
  std::uint64_t free_disk_bytes = 0;
};

class Store {
 public:
  // Opens or creates the database.
  //
  // Errors:
  //   FailedPrecondition: another process has it open; or read_only and there
  //     is none.
  //   DataLoss: files are damaged.
  //   Unavailable: the disk failed or forbids access.
  static absl::StatusOr<std::unique_ptr<Store>> Open(
      const StoreOptions& options);

  // Waits for background work; no Snapshot may be left.
  virtual ~Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // The state now: everything written before the call, nothing after.
  virtual std::shared_ptr<const Snapshot> TakeSnapshot() = 0;

  // Makes the batch durable (synced to disk, unless the options say otherwise)
  // and visible, all or nothing.
  //
  // Errors:
  //   ResourceExhausted: less than reserve_free_bytes left; nothing written.
  //   Unknown: the disk failed while writing: it is there whole or not at all
  //     after the next Reopen() or Open(), until which Failure() says why.
  //   As Failure(): it failed before; nothing written.
  //   FailedPrecondition: opened read_only.
  virtual absl::Status Write(const WriteBatch& batch) = 0;

  // OK while it can be written. Else what failed, in a Write() or in the
  // background, and Reopen() is wanted; snapshots can be read on.
  //
  //   ResourceExhausted "DISK_FULL: ...": there was no room.
  //   DataLoss: a table is damaged.
  //   Unavailable: the disk failed otherwise, or the last Reopen() did.
  virtual absl::Status Failure() const = 0;

  // Called at most once between two Reopen()s, when Failure() is no longer OK,
  // on any thread: must be short and may not call the Store. Before the first
  // Write(); null takes it back, and waits for a call under way.
  virtual void OnFailure(std::function<void()> call) = 0;

  // Closes the database and opens it again, which decides what is on disk: what
  // can be read afterwards is synced. Snapshots taken before are Unavailable
  // from then on, new ones as well while it is closed. Does nothing where
  // nothing failed.
  //
  // First it looks whether opening can work: where it cannot, the database
  // stays as it is, so that reading goes on.
  //
  // Errors:
  //   ResourceExhausted "DISK_FULL: ...": not enough room.
  //   Unavailable: the disk fails still.
  //   DataLoss: files are damaged; or an acknowledged Write() is gone.
  virtual absl::Status Reopen() = 0;

  // False after a Reopen() that closed it and could not open it again.
  virtual bool IsOpen() const = 0;

  // Takes in files of SortedFiles, whose keys overlap neither each other's nor,
  // but for rows they replace, what is stored; moves them. Durable and visible
  // afterwards, all or nothing.
  //
  // Errors: as Write()'s.
  virtual absl::Status Ingest(const std::vector<std::string>& paths) = 0;

  // Whether there is a database to open, even one without rows.
  //
  // Errors: DataLoss files are damaged; Unavailable.
  static absl::StatusOr<bool> Exists(const StoreOptions& options);

  // Removes the database, all its rows; what else is in the directory stays.
  //
  // Errors: FailedPrecondition somebody has it open; Unavailable.
  static absl::Status Remove(const StoreOptions& options);

  virtual StoreFigures Figures() const = 0;

 protected:
  Store() = default;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_STORE_STORE_H_
