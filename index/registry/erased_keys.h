// Data keys that are given up: rows of the erased-key table say which. A row is
// committed first, then its key is destroyed, before the caller is answered;
// what a crash or a bad disk leaves between the two is made good before
// anything else is written. The rows stay, so that an older copy of the key
// file, put back, cannot bring erased data back either.
//
// Thread safety: the writer's thread, or before there is one.

#ifndef CREDITREG_INDEX_REGISTRY_ERASED_KEYS_H_
#define CREDITREG_INDEX_REGISTRY_ERASED_KEYS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "index/store/key_files.h"
#include "index/store/store.h"

namespace creditreg {

// Destroys every key that a row names and that is still there; returns how many
// that were. Reads the slot of each row: about 2 us, so seconds for a million.
//
// Errors: DataLoss, Unavailable; as DataKeyStore::Destroy().
absl::StatusOr<std::uint64_t> DestroyErasedKeys(const Snapshot& rows,
                                                DataKeyStore& data_keys);

// Destroys the keys whose rows are new in the batch.
//
// Errors: as DataKeyStore::Destroy().
absl::Status DestroyErasedKeys(const WriteBatch& batch,
                               DataKeyStore& data_keys);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_ERASED_KEYS_H_
