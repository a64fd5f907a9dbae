#include "index/store/database.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "index/base/check.h"
#include "index/base/status_macros.h"
#include "index/store/rocksdb_options.h"
#include "index/store/rocksdb_status.h"
#include "rocksdb/options.h"
#include "rocksdb/status.h"

namespace creditreg {
namespace {

constexpr absl::string_view kOpening = "open database";

absl::string_view DoingOf(rocksdb::BackgroundErrorReason reason) {
  switch (reason) {
    case rocksdb::BackgroundErrorReason::kFlush:
    case rocksdb::BackgroundErrorReason::kFlushNoWAL:
      return "write table";
    case rocksdb::BackgroundErrorReason::kCompaction:
      return "compact tables";
    case rocksdb::BackgroundErrorReason::kWriteCallback:
    case rocksdb::BackgroundErrorReason::kMemTable:
      return "write rows";
    case rocksdb::BackgroundErrorReason::kManifestWrite:
    case rocksdb::BackgroundErrorReason::kManifestWriteNoWAL:
      return "write manifest";
  }
  return "work in the background";
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
    const StoreOptions& options, std::shared_ptr<DatabaseFailure> failure) {
  CREDITREG_ASSIGN_OR_RETURN(rocksdb::Options rocksdb_options,
                             MakeRocksDbOptions(options));
  rocksdb_options.listeners.push_back(std::move(failure));
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

void DatabaseFailure::OnBackgroundError(rocksdb::BackgroundErrorReason reason,
                                        rocksdb::Status* error) {
  absl::Status failure = FromRocksDb(*error, DoingOf(reason));
  // Only a damaged table makes a compaction fail like this, and it will again.
  // Damage met by a write or a flush was in memory: the log has it right.
  if (absl::IsDataLoss(failure) &&
      reason != rocksdb::BackgroundErrorReason::kCompaction) {
    failure = absl::UnavailableError(failure.message());
  }
  Set(failure);
}

void DatabaseFailure::Set(const absl::Status& failure) {
  bool is_first = false;
  {
    absl::MutexLock lock(&mutex_);
    is_first = failure_.ok();
    if (is_first || (absl::IsDataLoss(failure) && !absl::IsDataLoss(failure_)))
      failure_ = failure;
  }
  if (is_first && on_failure_ != nullptr) on_failure_();
}

absl::Status DatabaseFailure::Get() const {
  absl::MutexLock lock(&mutex_);
  return failure_;
}

Database::Database(const StoreOptions& options) : options_(options) {}

Database::~Database() { Close(); }

absl::Status Database::Open(std::function<void()> on_failure) {
  auto failure = std::make_shared<DatabaseFailure>(std::move(on_failure));
  CREDITREG_ASSIGN_OR_RETURN(std::unique_ptr<rocksdb::DB> db,
                             OpenRocksDb(options_, failure));
  absl::MutexLock lock(&mutex_);
  CREDITREG_CHECK(db_ == nullptr, "only what is closed is opened");
  ++opening_;
  db_ = std::move(db);
  failure_ = std::move(failure);
  return absl::OkStatus();
}

void Database::Close() {
  std::unique_ptr<rocksdb::DB> db;
  {
    absl::MutexLock lock(&mutex_);
    db = std::move(db_);
    ++opening_;
  }
  if (db == nullptr) return;
  // Nobody can reach it any more. Readers are told so at once instead of
  // waiting for the background work.
  {
    absl::MutexLock lock(&snapshots_mutex_);
    for (const rocksdb::Snapshot* snapshot : snapshots_) {
      db->ReleaseSnapshot(snapshot);
    }
    snapshots_.clear();
  }
  // What could not be written when it should have been is settled by the next
  // opening.
  (void)db->Close();
}

const rocksdb::Snapshot* Database::TakeSnapshot(std::uint64_t* opening) {
  const Use use(this);
  *opening = use.opening();
  if (use.db() == nullptr) return nullptr;
  const rocksdb::Snapshot* const snapshot = use.db()->GetSnapshot();
  CREDITREG_CHECK(snapshot != nullptr, "the memtable can take snapshots");
  absl::MutexLock lock(&snapshots_mutex_);
  snapshots_.insert(snapshot);
  return snapshot;
}

void Database::ReleaseSnapshot(const rocksdb::Snapshot* snapshot,
                               std::uint64_t opening) {
  const Use use(this);
  rocksdb::DB* const db = use.db(opening);
  if (snapshot == nullptr || db == nullptr) return;
  {
    absl::MutexLock lock(&snapshots_mutex_);
    snapshots_.erase(snapshot);
  }
  db->ReleaseSnapshot(snapshot);
}

absl::Status Database::failure() const {
  absl::ReaderMutexLock lock(&mutex_);
  return failure_ == nullptr ? absl::OkStatus() : failure_->Get();
}

void Database::SetFailure(const absl::Status& failure) {
  std::shared_ptr<DatabaseFailure> to;
  {
    absl::ReaderMutexLock lock(&mutex_);
    to = failure_;
  }
  if (to != nullptr) to->Set(failure);
}

rocksdb::Env* EnvOf(const StoreOptions& options) {
  return options.env_for_test != nullptr ? options.env_for_test
                                         : rocksdb::Env::Default();
}

absl::StatusOr<bool> HoldsDatabase(const StoreOptions& options) {
  rocksdb::Env* const env = EnvOf(options);
  const rocksdb::Status current =
      env->FileExists(absl::StrCat(options.directory, "/CURRENT"));
  if (!current.ok() && !current.IsNotFound()) {
    return FromRocksDb(current, kOpening);
  }
  std::vector<std::string> names;
  const rocksdb::Status listed = env->GetChildren(options.directory, &names);
  if (listed.IsNotFound() || listed.IsPathNotFound()) return false;
  CREDITREG_RETURN_IF_ERROR(FromRocksDb(listed, kOpening));
  bool has_log = false;
  bool has_table = false;
  bool was_opened = false;
  for (const std::string& name : names) {
    if (absl::EndsWith(name, ".log")) has_log = true;
    if (absl::EndsWith(name, ".sst")) has_table = true;
    // Written at the end of every opening, after the log was made.
    if (absl::StartsWith(name, "OPTIONS-")) was_opened = true;
  }
  // A manifest alone is what a crash leaves that came before the first row.
  if (!current.ok() && (has_log || has_table)) {
    return absl::DataLossError(
        absl::StrCat(kOpening, ": CURRENT is gone, data files are there"));
  }
  if (current.ok() && was_opened && !has_log) {
    return absl::DataLossError(
        absl::StrCat(kOpening, ": the log is gone, want the newest .log file"));
  }
  return current.ok();
}

}  // namespace creditreg
