// Proof that a registry is whole: everything stored against everything it must
// agree with, from one state.
//
//   changes      numbered without a gap, chained by hash up to the counters
//   versions     every head names its newest version, content hashes hold
//   indexes      keyed sums of the rows that bases imply against the rows there
//                are; only a table that differs is then searched row by row
//   sealed       every reference has its row; with open_sealed, opens
//   counters     recounted
//
// Thread safety: may run beside anything.

#ifndef CREDITREG_INDEX_REGISTRY_VERIFY_H_
#define CREDITREG_INDEX_REGISTRY_VERIFY_H_

#include <functional>

#include "absl/status/statusor.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/codec/crypto.h"
#include "index/registry/registry.h"
#include "index/registry/snapshot_view.h"
#include "index/store/key_files.h"

namespace creditreg {

// Errors: Cancelled where `progress` returned false; Unavailable the disk
// failed. Damage is a fault in the report, not an error.
absl::StatusOr<VerifyReport> VerifyRegistry(
    const SnapshotView& view, const storage::v1::Layout& layout,
    const KeyRing& keys, const DataKeyStore& data_keys,
    const VerifyOptions& options,
    const std::function<bool(const VerifyProgress&)>& progress);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_VERIFY_H_
