#include "index/store/store.h"

#include <atomic>
#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "index/base/check.h"
#include "index/base/status_macros.h"
#include "index/store/durable_files.h"
#include "index/store/rocksdb_options.h"
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

rocksdb::WriteOptions SyncedWrite() {
  rocksdb::WriteOptions write;
  // OK means that it is on disk.
  write.sync = true;
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

class RocksSnapshot final : public Snapshot {
 public:
  // `live` counts the snapshots of the store; both outlive this object.
  RocksSnapshot(rocksdb::DB* db, std::atomic<int>* live)
      : db_(db), live_(live), snapshot_(db->GetSnapshot()) {
    CREDITREG_CHECK(snapshot_ != nullptr, "the memtable can take snapshots");
    live_->fetch_add(1);
  }
  ~RocksSnapshot() override {
    db_->ReleaseSnapshot(snapshot_);
    live_->fetch_sub(1);
  }
  RocksSnapshot(const RocksSnapshot&) = delete;
  RocksSnapshot& operator=(const RocksSnapshot&) = delete;

  absl::StatusOr<std::optional<std::string>> Get(
      absl::string_view key) const override {
    rocksdb::PinnableSlice value;
    return ToOptional(db_->Get(ReadAt(snapshot_), db_->DefaultColumnFamily(),
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

  rocksdb::DB* const db_;
  std::atomic<int>* const live_;
  const rocksdb::Snapshot* const snapshot_;
};

absl::StatusOr<std::vector<std::optional<std::string>>> RocksSnapshot::MultiGet(
    absl::Span<const std::string> keys) const {
  std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  db_->MultiGet(ReadAt(snapshot_), db_->DefaultColumnFamily(), slices.size(),
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
  const rocksdb::Slice end = range.end;
  rocksdb::ReadOptions read = ReadAt(snapshot_);
  read.fill_cache = range.fill_cache;
  read.iterate_upper_bound = &end;
  const std::unique_ptr<rocksdb::Iterator> it(
      db_->NewIterator(read, db_->DefaultColumnFamily()));
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

class RocksStore final : public Store {
 public:
  RocksStore(const StoreOptions& options, FileDescriptor lock,
             std::unique_ptr<rocksdb::DB> db)
      : options_(options), lock_(std::move(lock)), db_(std::move(db)) {}

  ~RocksStore() override {
    CREDITREG_CHECK(live_snapshots_.load() == 0,
                    "every snapshot is gone before its store");
  }

  std::shared_ptr<const Snapshot> TakeSnapshot() override {
    return std::make_shared<RocksSnapshot>(db_.get(), &live_snapshots_);
  }

  absl::Status Write(const WriteBatch& batch) override;
  absl::Status Ingest(const std::vector<std::string>& paths) override;
  StoreFigures Figures() const override;

 private:
  absl::Status CheckFreeSpace() const;

  const StoreOptions options_;
  // Given back after the database is closed.
  const FileDescriptor lock_;
  const std::unique_ptr<rocksdb::DB> db_;
  std::atomic<int> live_snapshots_{0};
  // A write failed. Nobody knows what is on disk until the next Open(), so
  // nothing may be put on top of it. Only Write() uses it.
  bool failed_ = false;
};

absl::Status RocksStore::CheckFreeSpace() const {
  // A test's file system has no free space that the machine could tell.
  if (options_.env_for_test != nullptr) return absl::OkStatus();
  std::error_code error;
  const std::filesystem::space_info space =
      std::filesystem::space(options_.directory, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("read free disk space: ", error.message()));
  }
  if (space.available < options_.reserve_free_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("DISK_FULL: free disk space: ", space.available,
                     " bytes, want ", options_.reserve_free_bytes));
  }
  return absl::OkStatus();
}

absl::Status RocksStore::Write(const WriteBatch& batch) {
  if (options_.read_only) {
    return absl::FailedPreconditionError("write rows: opened read-only");
  }
  if (failed_) {
    return absl::UnavailableError(
        "write rows: the disk failed before, want the database reopened");
  }
  if (batch.empty()) return absl::OkStatus();
  CREDITREG_RETURN_IF_ERROR(CheckFreeSpace());
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
  const absl::Status written =
      FromRocksDb(db_->Write(SyncedWrite(), &rows), "write rows");
  if (written.ok()) return absl::OkStatus();
  failed_ = true;
  return absl::UnknownError(written.message());
}

absl::Status RocksStore::Ingest(const std::vector<std::string>& paths) {
  if (options_.read_only) {
    return absl::FailedPreconditionError("ingest rows: opened read-only");
  }
  if (failed_) {
    return absl::UnavailableError(
        "ingest rows: the disk failed before, want the database reopened");
  }
  if (paths.empty()) return absl::OkStatus();
  CREDITREG_RETURN_IF_ERROR(CheckFreeSpace());
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
  const absl::Status ingested = FromRocksDb(
      db_->IngestExternalFile(db_->DefaultColumnFamily(), paths, ingest),
      "ingest rows");
  if (ingested.ok()) return absl::OkStatus();
  failed_ = true;
  return absl::UnknownError(ingested.message());
}

StoreFigures RocksStore::Figures() const {
  // 0 where RocksDB or the system cannot tell: these are for display.
  const auto property = [this](const std::string& name) {
    std::uint64_t value = 0;
    return db_->GetIntProperty(name, &value) ? value : 0;
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
  std::error_code error;
  const std::filesystem::space_info space =
      std::filesystem::space(options_.directory, error);
  if (!error) figures.free_disk_bytes = space.available;
  return figures;
}

constexpr absl::string_view kOpening = "open database";

// Whether `directory` holds a database.
//
// Errors: DataLoss there is one, but the file that says where it begins is
// gone. RocksDB would start an empty database over it.
absl::StatusOr<bool> HoldsDatabase(rocksdb::Env* env,
                                   const std::string& directory) {
  const rocksdb::Status current =
      env->FileExists(absl::StrCat(directory, "/CURRENT"));
  if (current.ok()) return true;
  if (!current.IsNotFound()) return FromRocksDb(current, kOpening);
  std::vector<std::string> names;
  const rocksdb::Status listed = env->GetChildren(directory, &names);
  if (listed.IsNotFound() || listed.IsPathNotFound()) return false;
  CREDITREG_RETURN_IF_ERROR(FromRocksDb(listed, kOpening));
  for (const std::string& name : names) {
    // A manifest alone is what a crash leaves that came before the first row.
    if (absl::EndsWith(name, ".sst") || absl::EndsWith(name, ".log")) {
      return absl::DataLossError(
          absl::StrCat(kOpening, ": CURRENT is gone, data files are there"));
    }
  }
  return false;
}

// Whether RocksDB's own lock is taken, which tools such as ldb hold. Its status
// does not tell this from other failures; the texts are pinned by a test.
bool IsLockConflict(const rocksdb::Status& status) {
  if (!status.IsIOError() || status.getState() == nullptr) return false;
  const absl::string_view state = status.getState();
  return absl::StrContains(state, "lock hold by current process") ||
         absl::StrContains(state, "While lock file:");
}

absl::StatusOr<std::unique_ptr<rocksdb::DB>> OpenRocksDb(
    const StoreOptions& options) {
  CREDITREG_ASSIGN_OR_RETURN(const rocksdb::Options rocksdb_options,
                             MakeRocksDbOptions(options));
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened =
      options.read_only
          ? rocksdb::DB::OpenForReadOnly(rocksdb_options, options.directory,
                                         &db,
                                         /*error_if_wal_file_exists=*/false)
          : rocksdb::DB::Open(rocksdb_options, options.directory, &db);
  if (IsLockConflict(opened)) {
    return absl::FailedPreconditionError(
        absl::StrCat(kOpening, ": in use, want one process at a time"));
  }
  CREDITREG_RETURN_IF_ERROR(FromRocksDb(opened, kOpening));
  return std::unique_ptr<rocksdb::DB>(db);
}

}  // namespace

void WriteBatch::Put(std::string key, std::string value) {
  bytes_ += key.size() + value.size();
  edits_.push_back({std::move(key), std::move(value)});
}

void WriteBatch::Delete(std::string key) {
  bytes_ += key.size();
  edits_.push_back({std::move(key), std::nullopt});
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
  rocksdb::Env* const env = options.env_for_test != nullptr
                                ? options.env_for_test
                                : rocksdb::Env::Default();
  CREDITREG_ASSIGN_OR_RETURN(const bool exists,
                             HoldsDatabase(env, options.directory));
  if (options.read_only && !exists) {
    return absl::FailedPreconditionError(
        absl::StrCat(kOpening, ": there is none, want one to read"));
  }
  CREDITREG_ASSIGN_OR_RETURN(std::unique_ptr<rocksdb::DB> db,
                             OpenRocksDb(options));
  return std::make_unique<RocksStore>(options, std::move(lock), std::move(db));
}

}  // namespace creditreg
