// The one place where a RocksDB status becomes ours.

#ifndef CREDITREG_INDEX_STORE_ROCKSDB_STATUS_H_
#define CREDITREG_INDEX_STORE_ROCKSDB_STATUS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rocksdb {
class Status;
}  // namespace rocksdb

namespace creditreg {

// `doing` is a verb phrase without subject data, for example "read row".
//
//   OK                 as it is
//   DataLoss           Corruption; a file that has to be there is not
//   ResourceExhausted  no space, message "DISK_FULL: ..."
//   Unavailable        any other IOError; Busy, TryAgain, TimedOut, Aborted,
//                      ShutdownInProgress
//   Internal           everything else. InvalidArgument and NotSupported mean
//                      that we called RocksDB wrongly, and must never read as
//                      the client's mistake; NotFound belongs to callers who
//                      look for it before they come here.
//
// The message holds no bytes of keys or values, though RocksDB's may: it is
// made of the code, the name of a database file and, for an IOError, of paths
// and the system's reason.
absl::Status FromRocksDb(const rocksdb::Status& status,
                         absl::string_view doing);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_STORE_ROCKSDB_STATUS_H_
