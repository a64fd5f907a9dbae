#include "index/registry/first_load_tables.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "index/base/check.h"
#include "index/base/status_macros.h"
#include "index/codec/keys.h"
#include "index/store/external_sorter.h"
#include "index/store/sorted_files.h"
#include "index/store/store.h"

namespace creditreg {
namespace {

// Where the table stands in a key: behind the partition.
constexpr std::size_t kTableOffset = 2;

std::uint8_t TableByte(absl::string_view key) {
  CREDITREG_CHECK(key.size() > kTableOffset, "a key names its table");
  return static_cast<std::uint8_t>(key[kTableOffset]);
}

}  // namespace

void BatchRows::PutEncoded(std::string key, std::string value) {
  const Table* const table =
      std::find(std::begin(kOrderedTables), std::end(kOrderedTables),
                static_cast<Table>(TableByte(key)));
  ExternalSorter::Rows& rows =
      table == std::end(kOrderedTables)
          ? others_
          : ordered_[static_cast<std::size_t>(table - kOrderedTables)];
  rows.emplace_back(std::move(key), std::move(value));
}

FirstLoadTables::FirstLoadTables(const Options& options)
    : options_(options),
      sorter_({options.directory, options.sort_buffer_bytes}) {}

absl::StatusOr<std::unique_ptr<FirstLoadTables>> FirstLoadTables::Create(
    const Options& options) {
  auto tables = absl::WrapUnique(new FirstLoadTables(options));
  for (std::size_t i = 0; i < kOrderedTableCount; ++i) {
    CREDITREG_ASSIGN_OR_RETURN(
        tables->ordered_[i].files,
        SortedFiles::Create(options.store, options.directory,
                            absl::StrCat(options.name, "-",
                                         static_cast<int>(kOrderedTables[i]))));
  }
  return tables;
}

absl::Status FirstLoadTables::Put(std::uint64_t number, const BatchRows& rows) {
  CREDITREG_RETURN_IF_ERROR(sorter_.Add(rows.others_));
  for (std::size_t i = 0; i < kOrderedTableCount; ++i) {
    Ordered& table = ordered_[i];
    if (!table.turn.Enter(number)) {
      return absl::CancelledError("first load: ended by another batch");
    }
    for (const auto& [key, value] : rows.ordered_[i]) {
      CREDITREG_RETURN_IF_ERROR(table.files->Put(key, value));
    }
    table.turn.Leave();
  }
  return absl::OkStatus();
}

void FirstLoadTables::Close() {
  for (Ordered& table : ordered_) table.turn.Close();
}

absl::StatusOr<std::vector<std::string>> FirstLoadTables::Finish() {
  std::vector<std::string> paths;
  const auto finish = [&paths](SortedFiles& files) -> absl::Status {
    CREDITREG_ASSIGN_OR_RETURN(const std::vector<std::string> finished,
                               files.Finish());
    paths.insert(paths.end(), finished.begin(), finished.end());
    return absl::OkStatus();
  };
  for (Ordered& table : ordered_) {
    CREDITREG_RETURN_IF_ERROR(finish(*table.files));
  }
  // A file holds rows of one table only, so that no two overlap.
  std::unique_ptr<SortedFiles> files;
  std::uint8_t table = 0;
  CREDITREG_RETURN_IF_ERROR(sorter_.Merge(
      [&](absl::string_view key, absl::string_view value) -> absl::Status {
        if (files == nullptr || TableByte(key) != table) {
          if (files != nullptr) CREDITREG_RETURN_IF_ERROR(finish(*files));
          table = TableByte(key);
          CREDITREG_ASSIGN_OR_RETURN(
              files,
              SortedFiles::Create(
                  options_.store, options_.directory,
                  absl::StrCat(options_.name, "-", static_cast<int>(table))));
        }
        return files->Put(key, value);
      }));
  if (files != nullptr) CREDITREG_RETURN_IF_ERROR(finish(*files));
  return paths;
}

}  // namespace creditreg
