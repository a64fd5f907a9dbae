// Applies cases to a transaction: the steps that case_flow.h allows, and what
// they change of the record, all of it in one commit.
//
// Thread safety: the writer's thread only.

#ifndef CREDITREG_INDEX_REGISTRY_CASE_WRITE_H_
#define CREDITREG_INDEX_REGISTRY_CASE_WRITE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/lookup/identifiers.h"
#include "index/registry/registry.h"
#include "index/registry/transaction.h"
#include "index/registry/write_context.h"

namespace creditreg {

// The rows that a case stands for in indexes: of its record, of its clocks.
std::vector<IndexRow> CaseIndexRows(std::uint64_t case_no,
                                    const storage::v1::CaseRow& row);

// Errors of all: FailedPrecondition "NO_PROCEDURE: ..."; those of TakeStep();
// NotFound, PermissionDenied OUT_OF_SCOPE; DataLoss, Unavailable.

// Errors: also AlreadyExists "CASE_OPEN: ...", "NATIONAL_NO_TAKEN: ...";
// FailedPrecondition "NOTHING_TO_END: ...".
absl::StatusOr<WriteResult> ApplyOpenCase(Transaction& transaction,
                                          const WriteContext& context,
                                          const ChangeSource& source,
                                          const OpenCase& write);

// Errors: also Aborted "ETAG_MISMATCH: ...", FailedPrecondition
// "ENTRY_REFUSED: ..." the entry cannot become a record.
absl::StatusOr<WriteResult> ApplyAdvanceCase(Transaction& transaction,
                                             const WriteContext& context,
                                             const ChangeSource& source,
                                             const AdvanceCase& write);

// One result a step; a step that cannot be taken is undone alone.
//
// Errors: DataLoss, Unavailable.
absl::StatusOr<std::vector<WriteResult>> ApplyCaseSteps(
    Transaction& transaction, const WriteContext& context,
    const ChangeSource& source, const ImportCaseSteps& write);

// Errors: DataLoss, Unavailable.
absl::StatusOr<WriteResult> ApplyAcknowledgement(
    Transaction& transaction, const WriteContext& context,
    const ChangeSource& source, const AcknowledgeWithdrawals& write);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_CASE_WRITE_H_
