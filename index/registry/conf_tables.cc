#include "index/registry/conf_tables.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/clock.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/publication/tables.h"
#include "index/registry/registry.h"
#include "index/registry/transaction.h"
#include "index/registry/write_context.h"
#include "index/store/store.h"

namespace creditreg {
namespace {

struct StoredTable {
  std::uint64_t sequence = 0;
  storage::v1::ConfTableRow row;
};

absl::StatusOr<std::optional<StoredTable>> ReadTable(const Snapshot& rows,
                                                     absl::string_view name,
                                                     std::uint64_t at) {
  const std::string prefix = ConfTablePrefix(name);
  ScanRange range;
  range.begin = ConfTableKey(
      name, at == 0 ? std::numeric_limits<std::uint64_t>::max() : at);
  range.end = PrefixEnd(prefix);
  range.max_rows = 1;
  CREDITREG_ASSIGN_OR_RETURN(const ScanPage page, rows.Scan(range));
  if (page.rows.empty()) return std::optional<StoredTable>();
  const auto& [key, value] = page.rows.front();
  StoredTable table;
  CREDITREG_ASSIGN_OR_RETURN(const NumberAndSequence decoded,
                             DecodeConfTableKey(key));
  table.sequence = decoded.sequence;
  CREDITREG_ASSIGN_OR_RETURN(table.row,
                             DecodeValue<storage::v1::ConfTableRow>(value));
  return std::make_optional(std::move(table));
}

absl::Status NotHigher(absl::string_view name, std::uint32_t version,
                       std::uint32_t active) {
  return absl::FailedPreconditionError(absl::StrCat(
      "TABLE_VERSION: ", name, ": got version ", version, " while ", active,
      " is active with another text, want a higher one"));
}

}  // namespace

absl::StatusOr<TablesPtr> ReadTables(const Snapshot& rows, std::uint64_t at) {
  TablesPtr tables = std::make_shared<PublicationTables>();
  for (const absl::string_view name : kTableNames) {
    CREDITREG_ASSIGN_OR_RETURN(std::optional<StoredTable> table,
                               ReadTable(rows, name, at));
    if (!table.has_value()) continue;
    absl::StatusOr<TablesPtr> with =
        tables->With({std::string(name), table->row.text()},
                     std::max(tables->sequence(), table->sequence));
    if (!with.ok()) {
      return absl::DataLossError(
          absl::StrCat("conf table: a stored text cannot be read: ",
                       with.status().message()));
    }
    tables = *std::move(with);
  }
  return tables;
}

absl::StatusOr<std::uint64_t> PutTable(Transaction& transaction,
                                       const WriteContext& context,
                                       const ChangeSource& source,
                                       const TableText& text) {
  CREDITREG_ASSIGN_OR_RETURN(
      const TablesPtr checked,
      transaction.tables()->With(text, transaction.counters().sequence() + 1));
  storage::v1::ConfTableRow row;
  row.set_text(text.text);
  row.set_sm3(Sm3(text.text));
  row.set_version(checked->VersionOf(text.name));
  CREDITREG_ASSIGN_OR_RETURN(const std::optional<StoredTable> active,
                             ReadTable(transaction, text.name, 0));
  if (active.has_value()) {
    if (active->row.sm3() == row.sm3()) return 0;
    if (row.version() <= active->row.version()) {
      return NotHigher(text.name, row.version(), active->row.version());
    }
  }
  const Stamp stamp = BeginChange(transaction, context);
  transaction.Put(ConfTableKey(text.name, stamp.sequence), row);
  const bool has_rules =
      checked->sequence() != transaction.tables()->sequence();
  const std::uint64_t end = transaction.counters().next_record_no();
  if (has_rules && end > 1) {
    storage::v1::JudgingRow judging;
    judging.set_tables_sequence(stamp.sequence);
    judging.set_next_record_no(1);
    judging.set_end_record_no(end);
    transaction.Put(MetaKey(kJudgingRow), judging);
  }
  transaction.SetTables(checked);
  storage::v1::Change change;
  change.set_kind(storage::v1::Change::KIND_TABLE_ACTIVATED);
  change.set_table(text.name);
  change.set_content_hash(row.sm3());
  EndChange(transaction, stamp, source, std::move(change));
  return stamp.sequence;
}

absl::StatusOr<TablesPtr> ActivateAtStart(const std::vector<TableText>& texts,
                                          Clock* clock, Store& store,
                                          storage::v1::Counters* counters) {
  static const Actor* const kStart =
      new Actor{"registry", "", "system", "tables of the start"};
  const std::shared_ptr<const Snapshot> rows = store.TakeSnapshot();
  CREDITREG_ASSIGN_OR_RETURN(const TablesPtr active, ReadTables(*rows));
  Transaction transaction(rows, *counters, active);
  WriteContext context;
  context.clock = clock;
  ChangeSource source;
  source.actor = kStart;
  for (const TableText& text : texts) {
    CREDITREG_ASSIGN_OR_RETURN(const TablesPtr given, active->With(text, 1));
    if (given->VersionOf(text.name) < active->VersionOf(text.name)) continue;
    CREDITREG_RETURN_IF_ERROR(
        PutTable(transaction, context, source, text).status());
  }
  if (transaction.empty()) return active;
  transaction.Put(MetaKey("counters"), transaction.counters());
  TablesPtr tables = transaction.tables();
  storage::v1::Counters after = transaction.counters();
  CREDITREG_RETURN_IF_ERROR(store.Write(transaction.TakeBatch()));
  *counters = std::move(after);
  return tables;
}

}  // namespace creditreg
