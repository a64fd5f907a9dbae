#include "index/store/rocksdb_options.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdarg>
#include <memory>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "index/base/status_macros.h"
#include "index/store/rocksdb_status.h"
#include "rocksdb/cache.h"
#include "rocksdb/convenience.h"
#include "rocksdb/env.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/options.h"
#include "rocksdb/table.h"

namespace creditreg {
namespace {

// Passes on what RocksDB says without the arguments of its messages: they may
// quote keys ("out of order key %s"), and keys hold identifiers. What is left
// is the source line and the sentence; the reason reaches us as a Status.
class ArgumentFreeLogger final : public rocksdb::Logger {
 public:
  explicit ArgumentFreeLogger(std::shared_ptr<rocksdb::Logger> file)
      : Logger(file->GetInfoLogLevel()), file_(std::move(file)) {}

  // Options and versions: numbers and names of ours.
  void LogHeader(const char* format, va_list ap) override {
    file_->LogHeader(format, ap);
  }
  using Logger::Logv;
  void Logv(rocksdb::InfoLogLevel level, const char* format,
            va_list ap) override {
    if (level == rocksdb::InfoLogLevel::HEADER_LEVEL) {
      LogHeader(format, ap);
    } else if (level >= GetInfoLogLevel()) {
      rocksdb::Log(level, file_, "%s", format);
    }
  }
  void Flush() override { file_->Flush(); }
  std::size_t GetLogFileSize() const override {
    return file_->GetLogFileSize();
  }

 private:
  const std::shared_ptr<rocksdb::Logger> file_;
};

// Half of what the process may open, as sockets need some too; 4096 tables of
// 64 MiB are 256 GiB.
int MaxOpenFiles() {
  constexpr rlim_t kLeast = 64;
  constexpr rlim_t kMost = 4096;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return kLeast;
  return static_cast<int>(std::clamp(limit.rlim_cur / 2, kLeast, kMost));
}

rocksdb::BlockBasedTableOptions TableOptions(const StoreOptions& options) {
  rocksdb::BlockBasedTableOptions table;
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;
  // About one page of the disk once compressed, and few strangers in the cache
  // beside the row asked for.
  table.block_size = 8 << 10;
  table.block_cache = rocksdb::NewLRUCache(
      options.block_cache_bytes, /*num_shard_bits=*/-1,
      /*strict_capacity_limit=*/false, /*high_pri_pool_ratio=*/0.5);
  // 10 bits a key: 1 % of misses read a block in vain. Bloom, not Ribbon: that
  // saves 30 % of this memory, but takes three times the processor to build,
  // and we have few cores.
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.whole_key_filtering = true;
  // Index and filters of 20 million files exceed any cache we dare to pin: cut
  // in 4 KiB parts they share the block cache, ahead of data, and only their
  // small tops, and those of the newest tables, stay for good.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.metadata_block_size = 4 << 10;
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_top_level_index_and_filter = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  return table;
}

void SetDurability(rocksdb::Options* db) {
  // A crash may cut the last record of the log: it was never acknowledged, so
  // the database opens without it. A wrong checksum anywhere in a log, also in
  // a whole last record, refuses to open; the default, kPointInTimeRecovery,
  // would silently go back to before it and drop acknowledged writes. A damaged
  // length that looks like a torn tail: log_check.h.
  db->wal_recovery_mode =
      rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // Old bytes behind the end of a recycled log look like that damage.
  db->recycle_log_file_num = 0;
  db->manual_wal_flush = false;
  db->paranoid_checks = true;
  db->force_consistency_checks = true;
  db->flush_verify_memtable_count = true;
  db->verify_sst_unique_id_in_manifest = true;
  db->best_efforts_recovery = false;
  // After an error the store decides when to open again (Store::Reopen());
  // RocksDB's own attempts did not recover a log that could not be synced.
  db->max_bgerror_resume_count = 0;
  // New tables go to disk evenly, not in one burst that delays the log's sync.
  // The log itself is synced by every write.
  db->bytes_per_sync = 1 << 20;
  db->wal_bytes_per_sync = 0;
}

void SetShape(const StoreOptions& options, rocksdb::Options* db) {
  db->write_buffer_size = options.memtable_bytes;
  // Most keys that a write looks for are new (natural keys, requests) or long
  // on disk: a filter of about 24 bits a key spares the search in memory.
  db->memtable_whole_key_filtering = true;
  db->memtable_prefix_bloom_size_ratio = 0.02;
  // One filling, three waiting for the disk, before writes have to wait.
  db->max_write_buffer_number = 4;
  db->max_background_jobs = std::max(options.background_threads, 1);
  db->max_open_files = MaxOpenFiles();
  // 90 % of the data in the last level, whatever the size: space and depth stay
  // bounded without tuning.
  db->level_compaction_dynamic_level_bytes = true;
  db->compression = rocksdb::kLZ4Compression;
  // Text of administrative records shrinks 5 to 7 times; the last level holds
  // nearly all of it and is rewritten least.
  db->bottommost_compression = rocksdb::kZSTD;
  // Filters in the last level too: a look-up of a code that nobody has is as
  // common as a hit.
  db->optimize_filters_for_hits = false;
  // Files are deleted in the background, not by the reader who let go of them.
  db->avoid_unnecessary_blocking_io = true;
}

absl::Status CheckCodecs() {
  const std::vector<rocksdb::CompressionType> codecs =
      rocksdb::GetSupportedCompressions();
  for (const auto wanted : {rocksdb::kLZ4Compression, rocksdb::kZSTD}) {
    if (!absl::c_linear_search(codecs, wanted)) {
      return absl::InternalError(
          "open database: RocksDB lacks a codec, want LZ4 and ZSTD");
    }
  }
  return absl::OkStatus();
}

absl::Status SetLog(const StoreOptions& options, rocksdb::Options* db) {
  db->info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  db->max_log_file_size = 4 << 20;
  db->keep_log_file_num = 4;
  db->stats_dump_period_sec = 0;
  db->stats_persist_period_sec = 0;
  db->dump_malloc_stats = false;
  db->statistics = nullptr;
  // Without a logger a read-only database writes no log at all.
  if (options.read_only) return absl::OkStatus();
  std::shared_ptr<rocksdb::Logger> file;
  CREDITREG_RETURN_IF_ERROR(FromRocksDb(
      rocksdb::CreateLoggerFromOptions(options.directory, *db, &file),
      "make RocksDB's log"));
  db->info_log = std::make_shared<ArgumentFreeLogger>(std::move(file));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<rocksdb::Options> MakeRocksDbOptions(
    const StoreOptions& options) {
  CREDITREG_RETURN_IF_ERROR(CheckCodecs());
  rocksdb::Options db;
  if (options.env_for_test != nullptr) db.env = options.env_for_test;
  db.create_if_missing = !options.read_only;
  db.error_if_exists = false;
  db.table_factory.reset(
      rocksdb::NewBlockBasedTableFactory(TableOptions(options)));
  SetDurability(&db);
  SetShape(options, &db);
  CREDITREG_RETURN_IF_ERROR(SetLog(options, &db));
  return db;
}

}  // namespace creditreg
