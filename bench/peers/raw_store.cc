#include "bench/peers/raw_store.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/status_macros.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/store/rocksdb_options.h"
#include "index/store/store.h"
#include "rocksdb/db.h"
#include "rocksdb/options.h"
#include "rocksdb/slice.h"
#include "rocksdb/status.h"
#include "rocksdb/write_batch.h"

namespace creditreg::bench {
namespace {

// Where the table stands in a key, and the first that is an index (KEYS.md).
constexpr std::size_t kTableOffset = 2;
constexpr std::uint8_t kFirstIndex = 0x40;

absl::Status FromRaw(const rocksdb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("raw store: ", status.ToString()));
}

class Counter final : public rocksdb::WriteBatch::Handler {
 public:
  explicit Counter(GroupCounts* counts) : counts_(*counts) {}

  rocksdb::Status PutCF(std::uint32_t /*column_family*/,
                        const rocksdb::Slice& key,
                        const rocksdb::Slice& /*value*/) override {
    return Count(key);
  }
  rocksdb::Status DeleteCF(std::uint32_t /*column_family*/,
                           const rocksdb::Slice& key) override {
    return Count(key);
  }

 private:
  rocksdb::Status Count(const rocksdb::Slice& key) {
    if (key.size() <= kTableOffset) {
      return rocksdb::Status::Corruption("key without a table");
    }
    const auto table = static_cast<std::uint8_t>(key[kTableOffset]);
    const std::string name(TableName(static_cast<Table>(table)));
    ++(table < kFirstIndex ? counts_.base_rows : counts_.index_rows)[name];
    return rocksdb::Status::OK();
  }

  GroupCounts& counts_;
};

class RocksRawStore final : public RawStore {
 public:
  explicit RocksRawStore(std::unique_ptr<rocksdb::DB> db)
      : db_(std::move(db)) {}

  absl::Status Replay(absl::Span<const std::string> groups) override {
    rocksdb::WriteOptions write;
    write.sync = true;
    write.disableWAL = false;
    for (const std::string& group : groups) {
      rocksdb::WriteBatch batch(group);
      CREDITREG_RETURN_IF_ERROR(FromRaw(db_->Write(write, &batch)));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::int64_t> ReadHeads(absl::Span<const std::string> codes,
                                         std::size_t batch,
                                         int threads) override {
    std::atomic<std::size_t> next{0};
    std::atomic<std::int64_t> bytes{0};
    std::vector<absl::Status> results(static_cast<std::size_t>(threads));
    std::vector<std::thread> readers;
    readers.reserve(results.size());
    for (absl::Status& result : results) {
      readers.emplace_back([&] {
        while (result.ok()) {
          const std::size_t at = next.fetch_add(batch);
          if (at >= codes.size()) return;
          const auto read = ReadBatch(codes.subspan(at, batch));
          if (read.ok()) {
            bytes += *read;
          } else {
            result = read.status();
          }
        }
      });
    }
    for (std::thread& reader : readers) reader.join();
    for (const absl::Status& result : results) {
      CREDITREG_RETURN_IF_ERROR(result);
    }
    return bytes.load();
  }

  void AwaitCalm() const override {
    for (int i = 0; i < 600; ++i) {
      bool is_calm = true;
      for (const std::string* property :
           {&rocksdb::DB::Properties::kMemTableFlushPending,
            &rocksdb::DB::Properties::kNumRunningFlushes,
            &rocksdb::DB::Properties::kCompactionPending,
            &rocksdb::DB::Properties::kNumRunningCompactions}) {
        std::uint64_t value = 0;
        is_calm &= db_->GetIntProperty(*property, &value) && value == 0;
      }
      if (is_calm) return;
      absl::SleepFor(absl::Milliseconds(100));
    }
  }

  absl::Status Compact() override {
    CREDITREG_RETURN_IF_ERROR(FromRaw(db_->Flush(rocksdb::FlushOptions())));
    rocksdb::CompactRangeOptions compact;
    compact.bottommost_level_compaction =
        rocksdb::BottommostLevelCompaction::kForceOptimized;
    CREDITREG_RETURN_IF_ERROR(
        FromRaw(db_->CompactRange(compact, nullptr, nullptr)));
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<std::vector<rocksdb::PinnableSlice>> MultiGet(
      const std::vector<std::string>& keys) const {
    const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
    std::vector<rocksdb::PinnableSlice> values(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    rocksdb::ReadOptions read;
    read.verify_checksums = true;
    db_->MultiGet(read, db_->DefaultColumnFamily(), slices.size(),
                  slices.data(), values.data(), statuses.data(),
                  /*sorted_input=*/false);
    for (const rocksdb::Status& status : statuses) {
      CREDITREG_RETURN_IF_ERROR(FromRaw(status));
    }
    return values;
  }

  absl::StatusOr<std::int64_t> ReadBatch(
      absl::Span<const std::string> codes) const {
    std::vector<std::string> keys;
    keys.reserve(codes.size());
    for (const std::string& code : codes) keys.push_back(CurrentCodeKey(code));
    CREDITREG_ASSIGN_OR_RETURN(const auto numbers, MultiGet(keys));
    for (std::size_t i = 0; i < keys.size(); ++i) {
      CREDITREG_ASSIGN_OR_RETURN(
          const auto row,
          DecodeValue<storage::v1::CurrentCodeRow>(
              absl::string_view(numbers[i].data(), numbers[i].size())));
      keys[i] = EnterpriseHeadKey(row.enterprise_no());
    }
    CREDITREG_ASSIGN_OR_RETURN(const auto heads, MultiGet(keys));
    std::int64_t bytes = 0;
    for (const rocksdb::PinnableSlice& head : heads) {
      bytes += static_cast<std::int64_t>(head.size());
    }
    return bytes;
  }

  const std::unique_ptr<rocksdb::DB> db_;
};

}  // namespace

absl::Status CopyDatabase(const std::string& from, const std::string& to) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::create_directories(to, error);
  if (error) return absl::InternalError("raw store: no folder for the copy");
  for (const auto& entry : fs::directory_iterator(from, error)) {
    const std::string name = entry.path().filename();
    if (!entry.is_regular_file() || name == "LOCK" ||
        absl::StartsWith(name, "LOG")) {
      continue;
    }
    const fs::path copy = fs::path(to) / name;
    if (absl::EndsWith(name, ".sst")) {
      fs::create_hard_link(entry.path(), copy, error);
    } else {
      fs::copy_file(entry.path(), copy, error);
    }
    if (error) break;
  }
  if (error) {
    return absl::InternalError(
        absl::StrCat("raw store: copy: ", error.message()));
  }
  return absl::OkStatus();
}

std::int64_t GroupCounts::all_base_rows() const {
  std::int64_t rows = 0;
  for (const auto& [table, count] : base_rows) rows += count;
  return rows;
}

absl::StatusOr<GroupCounts> CountGroups(absl::Span<const std::string> groups) {
  GroupCounts counts;
  Counter counter(&counts);
  for (const std::string& group : groups) {
    const rocksdb::WriteBatch batch(group);
    const rocksdb::Status status = batch.Iterate(&counter);
    if (!status.ok()) return absl::DataLossError(status.ToString());
    ++counts.groups;
    counts.bytes += static_cast<std::int64_t>(group.size());
  }
  return counts;
}

absl::StatusOr<std::unique_ptr<RawStore>> RawStore::Open(
    const std::string& directory) {
  StoreOptions options;
  options.directory = directory;
  CREDITREG_ASSIGN_OR_RETURN(const rocksdb::Options rocksdb_options,
                             MakeRocksDbOptions(options));
  rocksdb::DB* db = nullptr;
  CREDITREG_RETURN_IF_ERROR(
      FromRaw(rocksdb::DB::Open(rocksdb_options, directory, &db)));
  return std::make_unique<RocksRawStore>(std::unique_ptr<rocksdb::DB>(db));
}

}  // namespace creditreg::bench
