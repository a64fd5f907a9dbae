// The tables of conf/publication as rows: every text that was ever active, by
// the change that activated it.
//
// Thread safety: what takes a transaction, on the writer's thread only; the
// rest from any thread.

#ifndef CREDITREG_INDEX_REGISTRY_CONF_TABLES_H_
#define CREDITREG_INDEX_REGISTRY_CONF_TABLES_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/clock.h"
#include "index/publication/tables.h"
#include "index/registry/registry.h"
#include "index/registry/transaction.h"
#include "index/registry/write_context.h"
#include "index/store/store.h"

namespace creditreg {

// Meta row of the pass that judges all records again.
inline constexpr char kJudgingRow[] = "judging";

// The tables active after the change `at`; 0: now. Never null.
//
// Errors: DataLoss a stored text cannot be read; Unavailable.
absl::StatusOr<TablesPtr> ReadTables(const Snapshot& rows,
                                     std::uint64_t at = 0);

// Puts a text and its change, and marks that records are to be judged by it.
// Returns its sequence; 0: that text is active already.
//
// Errors: InvalidArgument the text's mistakes; FailedPrecondition
// "TABLE_VERSION: ..." its version is not higher than the active one's.
absl::StatusOr<std::uint64_t> PutTable(Transaction& transaction,
                                       const WriteContext& context,
                                       const ChangeSource& source,
                                       const TableText& text);

// Activates those of `texts` that are newer than what is active, with one
// synced write, before a writer runs. Returns what is active then. One that is
// older stays aside: a call activated a newer one.
//
// Errors: as PutTable(), also for another text of the version that is active;
// those of Store::Write().
absl::StatusOr<TablesPtr> ActivateAtStart(const std::vector<TableText>& texts,
                                          Clock* clock, Store& store,
                                          storage::v1::Counters* counters);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_CONF_TABLES_H_
