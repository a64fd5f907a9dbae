#include "index/store/store.h"

#include <algorithm>
#include <atomic>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "index/base/check.h"
#include "index/base/status_macros.h"
#include "index/store/database.h"
#include "index/store/durable_files.h"
#include "index/store/log_check.h"
#include "index/store/rocksdb_status.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/iterator.h"
#include "rocksdb/options.h"
#include "rocksdb/slice.h"
#include "rocksdb/status.h"
#include "rocksdb/write_batch.h"

namespace creditreg {
namespace {

rocksdb::Slice ToSlice(absl::string_view bytes) {
  return rocksdb::Slice(bytes.data(), bytes.size());
}

// Every field that decides what a read means, so that no default of a later
// RocksDB changes it.
rocksdb::ReadOptions ReadAt(const rocksdb::Snapshot* snapshot) {
  rocksdb::ReadOptions read;
  read.snapshot = snapshot;
  read.verify_checksums = true;
  read.fill_cache = true;
  read.read_tier = rocksdb::kReadAllTier;
  read.total_order_seek = true;
  read.tailing = false;
  read.ignore_range_deletions = false;
  read.background_purge_on_iterator_cleanup = true;
  return read;
}

rocksdb::WriteOptions WriteBy(const StoreOptions& options) {
  rocksdb::WriteOptions write;
  // OK means that it is on disk.
  write.sync = options.synced;
  write.disableWAL = false;
  write.ignore_missing_column_families = false;
  // Wait where RocksDB asks for slower writes; the queue above is bounded.
  write.no_slowdown = false;
  write.low_pri = false;
  // A checksum per key from here to the memtable: damage in memory is caught
  // before it reaches the disk.
  write.protection_bytes_per_key = 8;
  return write;
}

absl::Status Reopened(absl::string_view doing) {
  return absl::UnavailableError(
      absl::StrCat("STORE_REOPENING: ", doing,
                   ": the database was closed after a failure, want a retry"));
}

class RocksSnapshot final : public Snapshot {
 public:
  // `live` counts the snapshots of the store; both outlive this object.
  RocksSnapshot(Database* database, std::atomic<int>* live)
      : database_(database),
        live_(live),
        snapshot_(database->TakeSnapshot(&opening_)) {
    live_->fetch_add(1);
  }
  ~RocksSnapshot() override {
    database_->ReleaseSnapshot(snapshot_, opening_);
    live_->fetch_sub(1);
  }
  RocksSnapshot(const RocksSnapshot&) = delete;
  RocksSnapshot& operator=(const RocksSnapshot&) = delete;

  absl::StatusOr<std::optional<std::string>> Get(
      absl::string_view key) const override {
    const Database::Use use(database_);
    rocksdb::DB* const db = use.db(opening_);
    if (db == nullptr) return Reopened("read row");
    rocksdb::PinnableSlice value;
    return ToOptional(db->Get(ReadAt(snapshot_), db->DefaultColumnFamily(),
                              ToSlice(key), &value),
                      value);
  }

  absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      absl::Span<const std::string> keys) const override;

  absl::StatusOr<ScanPage> Scan(const ScanRange& range) const override;

 private:
  static absl::StatusOr<std::optional<std::string>> ToOptional(
      const rocksdb::Status& status, const rocksdb::PinnableSlice& value) {
    if (status.IsNotFound()) return std::optional<std::string>();
    CREDITREG_RETURN_IF_ERROR(FromRocksDb(status, "read row"));
    return std::make_optional(value.ToString());
  }

  Database* const database_;
  std::atomic<int>* const live_;
  // The opening of the database that the snapshot belongs to.
  std::uint64_t opening_ = 0;
  const rocksdb::Snapshot* const snapshot_;
};

absl::StatusOr<std::vector<std::optional<std::string>>> RocksSnapshot::MultiGet(
    absl::Span<const std::string> keys) const {
  const Database::Use use(database_);
  rocksdb::DB* const db = use.db(opening_);
  if (db == nullptr) return Reopened("read rows");
  std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  db->MultiGet(ReadAt(snapshot_), db->DefaultColumnFamily(), slices.size(),
               slices.data(), values.data(), statuses.data(),
               /*sorted_input=*/false);
  std::vector<std::optional<std::string>> result;
  result.reserve(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    CREDITREG_ASSIGN_OR_RETURN(std::optional<std::string> value,
                               ToOptional(statuses[i], values[i]));
    result.push_back(std::move(value));
  }
  return result;
}

absl::StatusOr<ScanPage> RocksSnapshot::Scan(const ScanRange& range) const {
  ScanPage page;
  // RocksDB wants bounds in order.
  if (range.begin >= range.end) return page;
  const Database::Use use(database_);
  rocksdb::DB* const db = use.db(opening_);
  if (db == nullptr) return Reopened("scan rows");
  const rocksdb::Slice end = range.end;
  rocksdb::ReadOptions read = ReadAt(snapshot_);
  read.fill_cache = range.fill_cache;
  read.iterate_upper_bound = &end;
  const std::unique_ptr<rocksdb::Iterator> it(
      db->NewIterator(read, db->DefaultColumnFamily()));
  std::size_t bytes = 0;
  for (it->Seek(range.begin); it->Valid(); it->Next()) {
    const std::size_t row_bytes = it->key().size() + it->value().size();
    // The first row is taken whatever its size, so that every page gets on.
    if (!page.rows.empty() && (page.rows.size() >= range.max_rows ||
                               bytes + row_bytes > range.max_bytes)) {
      page.next = it->key().ToString();
      break;
    }
    bytes += row_bytes;
    page.rows.emplace_back(it->key().ToString(), it->value().ToString());
  }
  // An error ends the loop just as the end of the range does.
  CREDITREG_RETURN_IF_ERROR(FromRocksDb(it->status(), "scan rows"));
  return page;
}

// What an opening writes beside the rows of the logs: manifest, options, the
// new log.
constexpr std::uint64_t kBytesToOpen = std::uint64_t{4} << 20;

class RocksStore final : public Store {
 public:
  RocksStore(const StoreOptions& options, FileDescriptor lock)
      : options_(options), lock_(std::move(lock)), database_(options) {}

  ~RocksStore() override {
    CREDITREG_CHECK(live_snapshots_.load() == 0,
                    "every snapshot is gone before its store");
  }

  // Once, before everything else.
  absl::Status Start() { return OpenDatabase(); }

  std::shared_ptr<const Snapshot> TakeSnapshot() override {
    return std::make_shared<RocksSnapshot>(&database_, &live_snapshots_);
  }

  absl::Status Write(const WriteBatch& batch) override;
  absl::Status Failure() const override;
  void OnFailure(std::function<void()> call) override;
  absl::Status Reopen() override;
  bool IsOpen() const override {
    return Database::Use(&database_).db() != nullptr;
  }
  absl::Status Ingest(const std::vector<std::string>& paths) override;
  StoreFigures Figures() const override;

 private:
  // Errors: ResourceExhausted DISK_FULL less than `wanted` bytes are free.
  // The database failed while writing: what callers are told.
  absl::Status Failed(const absl::Status& written);
  absl::Status CheckFreeSpace(std::uint64_t wanted) const;
  // Whether the disk takes and syncs a small file.
  absl::Status TryDisk() const;
  absl::Status OpenDatabase();
  void CallOnFailure();

  const StoreOptions options_;
  // Given back after the database is closed.
  const FileDescriptor lock_;
  absl::Mutex on_failure_mutex_;
  std::function<void()> on_failure_ ABSL_GUARDED_BY(on_failure_mutex_);
  Database database_;
  std::atomic<int> live_snapshots_{0};
  // RocksDB's number of the last edit that was acknowledged. Only Write() and
  // Reopen() use it.
  std::uint64_t acknowledged_ = 0;
};

absl::Status RocksStore::CheckFreeSpace(std::uint64_t wanted) const {
  std::uint64_t free_bytes = 0;
  const rocksdb::Status read =
      EnvOf(options_)->GetFreeSpace(options_.directory, &free_bytes);
  CREDITREG_RETURN_IF_ERROR(FromRocksDb(read, "read free disk space"));
  if (free_bytes < wanted) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "DISK_FULL: free disk space: ", free_bytes, " bytes, want ", wanted));
  }
  return absl::OkStatus();
}

absl::Status RocksStore::TryDisk() const {
  constexpr absl::string_view kTrying = "try the disk";
  // RocksDB removes files of such a name at the next opening.
  const std::string name = options_.directory + "/000000.dbtmp";
  rocksdb::Env* const env = EnvOf(options_);
  std::unique_ptr<rocksdb::WritableFile> file;
  rocksdb::Status tried =
      env->NewWritableFile(name, &file, rocksdb::EnvOptions());
  CREDITREG_RETURN_IF_ERROR(FromRocksDb(tried, kTrying));
  tried = file->Append(std::string(std::size_t{4} << 10, 'x'));
  if (tried.ok()) tried = file->Sync();
  const rocksdb::Status closed = file->Close();
  if (tried.ok()) tried = closed;
  const rocksdb::Status deleted = env->DeleteFile(name);
  if (tried.ok()) tried = deleted;
  return FromRocksDb(tried, kTrying);
}

absl::Status RocksStore::OpenDatabase() {
  CREDITREG_RETURN_IF_ERROR(database_.Open([this] { CallOnFailure(); }));
  const Database::Use use(&database_);
  const std::uint64_t newest = use.db()->GetLatestSequenceNumber();
  if (newest < acknowledged_) {
    return absl::DataLossError(
        "open database: rows that were acknowledged are gone");
  }
  acknowledged_ = newest;
  return absl::OkStatus();
}

void RocksStore::OnFailure(std::function<void()> call) {
  absl::MutexLock lock(&on_failure_mutex_);
  on_failure_ = std::move(call);
}

void RocksStore::CallOnFailure() {
  absl::MutexLock lock(&on_failure_mutex_);
  if (on_failure_ != nullptr) on_failure_();
}

absl::Status RocksStore::Failure() const {
  CREDITREG_RETURN_IF_ERROR(database_.failure());
  if (IsOpen()) return absl::OkStatus();
  return absl::UnavailableError("open database: closed, want it opened again");
}

absl::Status RocksStore::Reopen() {
  const absl::Status failure = Failure();
  if (failure.ok()) return failure;
  // It would be met again.
  if (absl::IsDataLoss(failure)) return failure;
  CREDITREG_ASSIGN_OR_RETURN(const LogFiles logs,
                             CheckLogs(EnvOf(options_), options_.directory));
  // What the logs hold is written again.
  CREDITREG_RETURN_IF_ERROR(CheckFreeSpace(
      std::max(options_.reserve_free_bytes, logs.bytes + kBytesToOpen)));
  CREDITREG_RETURN_IF_ERROR(TryDisk());
  database_.Close();
  absl::Status opened = OpenDatabase();
  // Nobody may write on top of what is not as it should be.
  if (!opened.ok()) database_.Close();
  return opened;
}

absl::Status RocksStore::Write(const WriteBatch& batch) {
  if (options_.read_only) {
    return absl::FailedPreconditionError("write rows: opened read-only");
  }
  if (batch.empty()) return absl::OkStatus();
  CREDITREG_RETURN_IF_ERROR(Failure());
  CREDITREG_RETURN_IF_ERROR(CheckFreeSpace(options_.reserve_free_bytes));
  // Room for the lengths that stand before each key and value.
  constexpr std::size_t kBytesPerEdit = 12;
  rocksdb::WriteBatch rows(batch.bytes() +
                           kBytesPerEdit * (batch.edits().size() + 1));
  for (const WriteBatch::Edit& edit : batch.edits()) {
    const rocksdb::Status added = edit.value.has_value()
                                      ? rows.Put(edit.key, *edit.value)
                                      : rows.Delete(edit.key);
    CREDITREG_RETURN_IF_ERROR(FromRocksDb(added, "collect rows"));
  }
  absl::Status written;
  {
    const Database::Use use(&database_);
    written =
        FromRocksDb(use.db()->Write(WriteBy(options_), &rows), "write rows");
    if (written.ok()) {
      acknowledged_ = use.db()->GetLatestSequenceNumber();
      return written;
    }
  }
  return Failed(written);
}

absl::Status RocksStore::Failed(const absl::Status& written) {
  // Nobody knows what is on disk until it is opened again, so nothing may be
  // put on top of it.
  database_.SetFailure(absl::IsResourceExhausted(written)
                           ? written
                           : absl::UnavailableError(written.message()));
  // Not begun by a reason such as DISK_FULL, which means that nothing is there.
  return absl::UnknownError(
      absl::StrCat("may or may not be there: ", written.message()));
}

absl::Status RocksStore::Ingest(const std::vector<std::string>& paths) {
  if (options_.read_only) {
    return absl::FailedPreconditionError("ingest rows: opened read-only");
  }
  if (paths.empty()) return absl::OkStatus();
  CREDITREG_RETURN_IF_ERROR(Failure());
  CREDITREG_RETURN_IF_ERROR(CheckFreeSpace(options_.reserve_free_bytes));
  rocksdb::IngestExternalFileOptions ingest;
  ingest.move_files = true;
  ingest.failed_move_fall_back_to_copy = true;
  ingest.snapshot_consistency = true;
  ingest.allow_global_seqno = true;
  ingest.allow_blocking_flush = true;
  ingest.ingest_behind = false;
  // Old RocksDB versions wanted the number in the file; the manifest has it.
  ingest.write_global_seqno = false;
  ingest.verify_checksums_before_ingest = false;
  ingest.verify_file_checksum = true;
  absl::Status ingested;
  {
    const Database::Use use(&database_);
    ingested = FromRocksDb(use.db()->IngestExternalFile(
                               use.db()->DefaultColumnFamily(), paths, ingest),
                           "ingest rows");
    if (ingested.ok()) {
      acknowledged_ = use.db()->GetLatestSequenceNumber();
      return ingested;
    }
  }
  return Failed(ingested);
}

StoreFigures RocksStore::Figures() const {
  // 0 where RocksDB or the system cannot tell: these are for display.
  const Database::Use use(&database_);
  rocksdb::DB* const db = use.db();
  const auto property = [db](const std::string& name) {
    std::uint64_t value = 0;
    return db != nullptr && db->GetIntProperty(name, &value) ? value : 0;
  };
  StoreFigures figures;
  figures.live_bytes = property(rocksdb::DB::Properties::kLiveSstFilesSize);
  figures.estimated_keys = property(rocksdb::DB::Properties::kEstimateNumKeys);
  figures.memtable_bytes =
      property(rocksdb::DB::Properties::kCurSizeAllMemTables);
  figures.block_cache_used_bytes =
      property(rocksdb::DB::Properties::kBlockCacheUsage);
  figures.pending_compaction_bytes =
      property(rocksdb::DB::Properties::kEstimatePendingCompactionBytes);
  std::uint64_t free_bytes = 0;
  if (EnvOf(options_)->GetFreeSpace(options_.directory, &free_bytes).ok()) {
    figures.free_disk_bytes = free_bytes;
  }
  return figures;
}

constexpr absl::string_view kOpening = "open database";

}  // namespace

void WriteBatch::Put(std::string key, std::string value) {
  bytes_ += key.size() + value.size();
  edits_.push_back({std::move(key), std::move(value)});
}

void WriteBatch::Delete(std::string key) {
  bytes_ += key.size();
  edits_.push_back({std::move(key), std::nullopt});
}

absl::StatusOr<bool> Store::Exists(const StoreOptions& options) {
  return HoldsDatabase(options);
}

absl::Status Store::Remove(const StoreOptions& options) {
  constexpr absl::string_view kRemoving = "remove database";
  FileDescriptor lock;
  if (options.env_for_test == nullptr) {
    CREDITREG_ASSIGN_OR_RETURN(
        lock,
        LockDirectory(options.directory, FileAccess::kReadWrite, kRemoving));
  }
  rocksdb::Options rocksdb_options;
  if (options.env_for_test != nullptr) {
    rocksdb_options.env = options.env_for_test;
  }
  return FromRocksDb(rocksdb::DestroyDB(options.directory, rocksdb_options),
                     kRemoving);
}

absl::StatusOr<std::unique_ptr<Store>> Store::Open(
    const StoreOptions& options) {
  FileDescriptor lock;
  // A test's file system may not be the machine's.
  if (options.env_for_test == nullptr) {
    if (!options.read_only) {
      CREDITREG_RETURN_IF_ERROR(MakeDirectories(options.directory, kOpening));
    }
    const FileAccess access =
        options.read_only ? FileAccess::kRead : FileAccess::kReadWrite;
    CREDITREG_ASSIGN_OR_RETURN(
        lock, LockDirectory(options.directory, access, kOpening));
  }
  CREDITREG_ASSIGN_OR_RETURN(const bool exists, HoldsDatabase(options));
  if (options.read_only && !exists) {
    return absl::FailedPreconditionError(
        absl::StrCat(kOpening, ": there is none, want one to read"));
  }
  CREDITREG_RETURN_IF_ERROR(
      CheckLogs(EnvOf(options), options.directory).status());
  auto store = std::make_unique<RocksStore>(options, std::move(lock));
  CREDITREG_RETURN_IF_ERROR(store->Start());
  return store;
}

}  // namespace creditreg
