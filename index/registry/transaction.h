// The edits of one group of writes, over the newest committed state. Writes see
// what earlier writes of the group did; one that fails is undone alone.
//
// Thread safety: one thread at a time (the writer's).

#ifndef CREDITREG_INDEX_REGISTRY_TRANSACTION_H_
#define CREDITREG_INDEX_REGISTRY_TRANSACTION_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/publication/tables.h"
#include "index/registry/row_sink.h"
#include "index/store/store.h"

namespace creditreg {

class Transaction final : public Snapshot, public RowSink {
 public:
  Transaction(std::shared_ptr<const Snapshot> base,
              storage::v1::Counters counters, TablesPtr tables);

  // Reads: the base with the edits over it.
  absl::StatusOr<std::optional<std::string>> Get(
      absl::string_view key) const override;
  absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      absl::Span<const std::string> keys) const override;
  absl::StatusOr<ScanPage> Scan(const ScanRange& range) const override;

  void PutEncoded(std::string key, std::string value) override;
  void Delete(std::string key);

  // Counters as they will be stored; edits are undone by Restore() too.
  storage::v1::Counters& counters() { return counters_; }
  const storage::v1::Counters& counters() const { return counters_; }

  // The publication rules in force, never null; undone by Restore() too.
  const TablesPtr& tables() const { return tables_; }
  void SetTables(TablesPtr tables) { tables_ = std::move(tables); }

  // A place to go back to.
  struct Mark {
    std::size_t undo = 0;
    storage::v1::Counters counters;
    TablesPtr tables;
  };
  Mark Save() const;
  void Restore(const Mark& mark);

  bool empty() const { return edits_.empty(); }
  // All edits, to be written.
  WriteBatch TakeBatch();

 private:
  // Absent: deleted.
  using Value = std::optional<std::string>;

  void Edit(std::string key, Value value);

  const std::shared_ptr<const Snapshot> base_;
  storage::v1::Counters counters_;
  TablesPtr tables_;
  absl::btree_map<std::string, Value> edits_;
  // What each edit replaced: nothing where the key had no edit before.
  std::vector<std::pair<std::string, std::optional<Value>>> undo_;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_TRANSACTION_H_
