// What all passes of a verification have in common: the state that is checked,
// the faults found so far, and reading tables from end to end.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_INDEX_REGISTRY_VERIFY_RUN_H_
#define CREDITREG_INDEX_REGISTRY_VERIFY_RUN_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/registry/registry.h"
#include "index/registry/snapshot_view.h"
#include "index/store/key_files.h"
#include "index/store/store.h"

namespace creditreg {

class VerifyRun {
 public:
  using Progress = std::function<bool(const VerifyProgress&)>;

  // All of it outlives the run.
  VerifyRun(const SnapshotView& view, const storage::v1::Layout& layout,
            const KeyRing& keys, const DataKeyStore& data_keys,
            const VerifyOptions& options, const Progress& progress);

  const Snapshot& rows() const { return *view_.rows(); }
  const storage::v1::Counters& counters() const { return view_.counters(); }
  const PublicationTables& tables() const { return view_.tables(); }
  const storage::v1::Layout& layout() const { return layout_; }
  const KeyRing& keys() const { return keys_; }
  const DataKeyStore& data_keys() const { return data_keys_; }
  bool open_sealed() const { return options_.open_sealed; }

  // Cancelled where the caller wants no more.
  absl::Status BeginStage(absl::string_view stage);
  absl::Status CountRows(std::size_t rows);

  // One fault more of this kind. `number` (0: none) is a sequence or an inner
  // number; that of the first is told. Nothing while searching: the pass that
  // is run again has reported them before.
  void Fault(Table table, absl::string_view rule, std::uint64_t number = 0,
             std::uint64_t count = 1);

  // The largest slot that a sealed row refers to, of those that were told.
  void SawDataKey(std::uint64_t slot) {
    largest_data_key_ = std::max(largest_data_key_, slot);
  }
  std::uint64_t largest_data_key() const { return largest_data_key_; }

  bool searching() const { return searching_; }
  void set_searching(bool searching) { searching_ = searching; }

  // The message in a row's value; nothing, and a fault, where it is damaged.
  template <typename M>
  std::optional<M> Decode(Table table, absl::string_view value,
                          std::uint64_t number) {
    absl::StatusOr<M> row = DecodeValue<M>(value);
    if (row.ok()) return *std::move(row);
    Fault(table, "value damaged", number);
    return std::nullopt;
  }

  VerifyReport TakeReport();

 private:
  struct FoundFault {
    Table table;
    std::string rule;
    std::uint64_t first_number = 0;
    std::uint64_t count = 0;
  };

  absl::Status CallProgress();

  const SnapshotView& view_;
  const storage::v1::Layout& layout_;
  const KeyRing& keys_;
  const DataKeyStore& data_keys_;
  const VerifyOptions options_;
  const Progress& progress_;
  VerifyReport report_;
  std::string stage_;
  std::uint64_t next_progress_ = 0;
  bool searching_ = false;
  std::uint64_t largest_data_key_ = 0;
  // One for each kind of fault: a few dozen at most.
  std::vector<FoundFault> faults_;
};

// Rows of one table, or of a part of it, in the order of their keys.
//
// A damaged block ends the table with a fault: what lies behind it cannot be
// reached.
class RowCursor {
 public:
  using Row = std::pair<std::string, std::string>;

  RowCursor(VerifyRun& run, Table table);
  RowCursor(VerifyRun& run, Table table, std::string begin, std::string end);

  // Null at the end; valid until Pop(). Errors: Cancelled, Unavailable.
  absl::StatusOr<const Row*> Peek();
  void Pop() { ++next_; }

 private:
  VerifyRun& run_;
  const Table table_;
  ScanRange range_;
  ScanPage page_;
  std::size_t next_ = 0;
};

// Rows whose key begins with a number: heads, versions, sealed rows of a kind.
// Rows with a damaged key are faults and left out.
class NumberedCursor {
 public:
  struct Row {
    std::uint64_t number = 0;
    // 0 where the key has none.
    std::uint64_t sequence = 0;
    absl::string_view value;
  };

  // For a head, version, quarantine or outcome table.
  NumberedCursor(VerifyRun& run, Table table);
  // For the sealed rows of one kind.
  NumberedCursor(VerifyRun& run, SealedKind kind);

  // Null at the end; valid until Pop().
  absl::StatusOr<const Row*> Peek();
  void Pop();

 private:
  absl::StatusOr<NumberAndSequence> DecodeKey(absl::string_view key) const;

  VerifyRun& run_;
  const Table table_;
  RowCursor rows_;
  bool have_row_ = false;
  Row row_;
};

// Calls `visit` for each row of a table. Errors: those of `visit`, Cancelled,
// Unavailable.
absl::Status ForEachRow(
    VerifyRun& run, Table table,
    const std::function<absl::Status(const std::string& key,
                                     const std::string& value)>& visit);

// A point read for which damage is an absent row: the pass over the table has
// its fault.
absl::StatusOr<std::optional<std::string>> GetUndamaged(const Snapshot& rows,
                                                        const std::string& key);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_VERIFY_RUN_H_
