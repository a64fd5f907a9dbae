// One row of an imported file on its way into the registry: what is computed
// before its turn, how it is applied, and what is noted of it.
//
// Thread safety: ImportRowApplier on the writer's thread only, the rest from
// any thread.

#ifndef CREDITREG_INDEX_REGISTRY_IMPORT_ROWS_H_
#define CREDITREG_INDEX_REGISTRY_IMPORT_ROWS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/codec/crypto.h"
#include "index/model/draft.h"
#include "index/model/finding.h"
#include "index/registry/enterprise_write.h"
#include "index/registry/record_write.h"
#include "index/registry/registry.h"
#include "index/registry/row_sink.h"
#include "index/registry/transaction.h"
#include "index/registry/write_context.h"
#include "index/store/store.h"

namespace creditreg {

// A row with what can be computed before its turn.
struct PreparedImportRow {
  std::uint64_t row = 0;
  std::optional<PreparedEnterprise> enterprise;
  std::optional<PreparedRecord> record;
  // Why it is rejected, where it has neither.
  std::vector<Finding> findings;
  storage::v1::RawRow raw;
};
PreparedImportRow PrepareRow(ImportRowDraft draft, const Key256& hmac_key);

// Adds the row's outcome to the counts of its import.
void CountImportRow(const ImportRowResult& result, storage::v1::ImportRow* row);

// Puts what is stored of a row with findings; nothing of one without.
void PutImportOutcome(RowSink& rows, std::uint64_t import_no,
                      const ImportRowResult& result);

// What was put of rows [first, end) of an import: only rows with findings, in
// order.
//
// Errors: DataLoss, Unavailable.
absl::StatusOr<std::vector<ImportRowResult>> ReadImportOutcomes(
    const Snapshot& rows, std::uint64_t import_no, std::uint64_t first,
    std::uint64_t end);

// Applies rows of one import to a transaction.
class ImportRowApplier {
 public:
  // All outlive the applier.
  ImportRowApplier(Transaction& transaction, const WriteContext& context,
                   const StartImport& start, std::uint64_t import_no)
      : transaction_(transaction),
        context_(context),
        start_(start),
        import_no_(import_no) {}

  // Enterprises that got a backlog of records to link.
  const std::vector<std::uint64_t>& backlogs() const { return backlogs_; }
  // Enterprises of which a version was put.
  const std::vector<std::uint64_t>& enterprises_put() const {
    return enterprises_put_;
  }

  // Errors: DataLoss, Unavailable; the transaction is to be undone then.
  absl::StatusOr<ImportRowResult> Apply(const PreparedImportRow& row);

 private:
  absl::StatusOr<WriteResult> Write(const PreparedImportRow& row,
                                    const ChangeSource& source);

  Transaction& transaction_;
  const WriteContext& context_;
  const StartImport& start_;
  const std::uint64_t import_no_;
  std::vector<std::uint64_t> backlogs_;
  std::vector<std::uint64_t> enterprises_put_;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_IMPORT_ROWS_H_
