// How RocksDB is set up for the registry; README.md says why in one table, the
// .cc beside each setting.

#ifndef CREDITREG_INDEX_STORE_ROCKSDB_OPTIONS_H_
#define CREDITREG_INDEX_STORE_ROCKSDB_OPTIONS_H_

#include "absl/status/statusor.h"
#include "index/store/store.h"

namespace rocksdb {
struct Options;
}  // namespace rocksdb

namespace creditreg {

// Errors:
//   Internal: RocksDB was built without a codec we need.
//   Unavailable, ResourceExhausted: its log file cannot be made.
absl::StatusOr<rocksdb::Options> MakeRocksDbOptions(
    const StoreOptions& options);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_STORE_ROCKSDB_OPTIONS_H_
