#include "index/store/sorted_files.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "index/base/status_macros.h"
#include "index/store/rocksdb_options.h"
#include "index/store/rocksdb_status.h"
#include "index/store/store.h"
#include "rocksdb/env.h"
#include "rocksdb/options.h"
#include "rocksdb/slice.h"
#include "rocksdb/sst_file_writer.h"

namespace creditreg {
namespace {

constexpr absl::string_view kWriting = "write sorted rows";

rocksdb::Slice ToSlice(absl::string_view bytes) {
  return rocksdb::Slice(bytes.data(), bytes.size());
}

class RocksSortedFiles final : public SortedFiles {
 public:
  RocksSortedFiles(const rocksdb::Options& options, std::string prefix)
      : options_(options), prefix_(std::move(prefix)) {}

  absl::Status Put(absl::string_view key, absl::string_view value) override {
    if (writer_ == nullptr) CREDITREG_RETURN_IF_ERROR(Begin());
    CREDITREG_RETURN_IF_ERROR(
        FromRocksDb(writer_->Put(ToSlice(key), ToSlice(value)), kWriting));
    bytes_ += key.size() + value.size();
    return bytes_ < kMaxFileBytes ? absl::OkStatus() : End();
  }

  absl::StatusOr<std::vector<std::string>> Finish() override {
    if (writer_ != nullptr) CREDITREG_RETURN_IF_ERROR(End());
    return std::move(paths_);
  }

 private:
  absl::Status Begin() {
    bytes_ = 0;
    writer_ = std::make_unique<rocksdb::SstFileWriter>(
        rocksdb::EnvOptions(), options_, /*column_family=*/nullptr,
        // What was written is read again at once, by the ingestion.
        /*invalidate_page_cache=*/false);
    paths_.push_back(absl::StrCat(prefix_, ".", paths_.size(), ".rows"));
    return FromRocksDb(writer_->Open(paths_.back()), kWriting);
  }

  // Also syncs the file.
  absl::Status End() {
    const absl::Status ended = FromRocksDb(writer_->Finish(), kWriting);
    writer_.reset();
    return ended;
  }

  const rocksdb::Options options_;
  const std::string prefix_;
  std::unique_ptr<rocksdb::SstFileWriter> writer_;
  std::size_t bytes_ = 0;
  std::vector<std::string> paths_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SortedFiles>> SortedFiles::Create(
    const StoreOptions& options, const std::string& directory,
    const std::string& name) {
  StoreOptions shape = options;
  // No log of RocksDB's, and no blocks to keep.
  shape.read_only = true;
  shape.block_cache_bytes = 0;
  CREDITREG_ASSIGN_OR_RETURN(const rocksdb::Options rocksdb_options,
                             MakeRocksDbOptions(shape));
  return std::make_unique<RocksSortedFiles>(rocksdb_options,
                                            absl::StrCat(directory, "/", name));
}

}  // namespace creditreg
