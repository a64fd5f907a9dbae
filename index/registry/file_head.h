// Keeps the summary in an enterprise's head row: how many records are in force,
// and the newest day among them.
//
// Thread safety: free functions; what takes a transaction, on the writer's
// thread only.

#ifndef CREDITREG_INDEX_REGISTRY_FILE_HEAD_H_
#define CREDITREG_INDEX_REGISTRY_FILE_HEAD_H_

#include <cstdint>

#include "absl/status/status.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/registry/transaction.h"

namespace creditreg {

// Whether a record is counted among those in force of its file and of the
// registry: neither withdrawn nor ended by a case. What an approval hides is
// gone from counts with its commit.
inline bool IsCounted(const storage::v1::RecordVersion& version) {
  return version.state() == storage::v1::RECORD_STATE_ACTIVE &&
         !version.has_ending();
}

// After a record's version `before` (null: none) was replaced by `after` and
// the file lists were put: the heads of the files it left, came to or stays in.
//
// Errors: DataLoss, Unavailable.
absl::Status UpdateFileHeads(Transaction& transaction,
                             const storage::v1::RecordVersion* before,
                             const storage::v1::RecordVersion& after,
                             std::uint64_t sequence);

// Adds a record in force, new to the file, to the file's head.
void AddRecordToHead(const storage::v1::RecordVersion& version,
                     std::uint64_t sequence, storage::v1::EnterpriseHead* head);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_FILE_HEAD_H_
