// Where a first load's rows go until they are ingested: tables whose rows are
// made in key order straight to sorted files, the others through the sorter.
//
// Thread safety: Put() from many threads; the rest from one.

#ifndef CREDITREG_INDEX_REGISTRY_FIRST_LOAD_TABLES_H_
#define CREDITREG_INDEX_REGISTRY_FIRST_LOAD_TABLES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "index/codec/keys.h"
#include "index/registry/row_sink.h"
#include "index/registry/turnstile.h"
#include "index/store/external_sorter.h"
#include "index/store/sorted_files.h"
#include "index/store/store.h"

namespace creditreg {

// Tables whose keys ascend with the rows' numbers: they take no sorting.
inline constexpr Table kOrderedTables[] = {
    Table::kEnterpriseHead, Table::kEnterpriseVersion,
    Table::kRecordHead,     Table::kRecordVersion,
    Table::kSealed,         Table::kChange,
    Table::kImportOutcome,
};
inline constexpr std::size_t kOrderedTableCount =
    sizeof(kOrderedTables) / sizeof(kOrderedTables[0]);

// The rows of one batch.
class BatchRows final : public RowSink {
 public:
  void PutEncoded(std::string key, std::string value) override;

 private:
  friend class FirstLoadTables;
  std::array<ExternalSorter::Rows, kOrderedTableCount> ordered_;
  ExternalSorter::Rows others_;
};

class FirstLoadTables {
 public:
  struct Options {
    StoreOptions store;
    // Exists; empty.
    std::string directory;
    // Tells the files of one pass from another's.
    std::string name;
    std::size_t sort_buffer_bytes = 0;
  };
  static absl::StatusOr<std::unique_ptr<FirstLoadTables>> Create(
      const Options& options);

  // Takes the rows of batch `number`, after those of the ones before it.
  //
  // Errors: as SortedFiles' and ExternalSorter's; Cancelled after Close().
  absl::Status Put(std::uint64_t number, const BatchRows& rows);
  // Lets go whoever waits for a batch that will not come.
  void Close();

  // Sorts and ends everything; the files, to be ingested.
  absl::StatusOr<std::vector<std::string>> Finish();

 private:
  struct Ordered {
    std::unique_ptr<SortedFiles> files;
    Turnstile turn;
  };

  explicit FirstLoadTables(const Options& options);

  const Options options_;
  std::array<Ordered, kOrderedTableCount> ordered_;
  ExternalSorter sorter_;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_FIRST_LOAD_TABLES_H_
