// A look at RocksDB's logs before RocksDB reads them. RocksDB takes a record
// that runs past the end of a log for the torn tail of a crash and drops it
// with all that follows; a damaged length looks just like that. It also skips
// zeros, and ends a log without a word at a type that belongs to logs used
// again: one bit from a type of ours, anywhere in the log. Here damage and torn
// tail are told apart: behind a torn tail stands nothing, behind damage stand
// whole records.
//
// Not seen: a log that ends early on a whole record, or that lost its end, as a
// file system in trouble may leave it; and damage to both head and payload of
// the very last record.
//
// A log is blocks of 32 KiB, a block is fragments that never cross its end:
//
//   offset  bytes  field
//   0       4      CRC-32C of type and payload, masked, little-endian
//   4       2      length of the payload, little-endian
//   6       1      type: 1 full, 2 first, 3 middle, 4 last; 0: nothing
//   7       length payload
//
// and up to 6 zeros at a block's end. Private to index/store.
//
// What RocksDB finds by itself is left to it: checksums that do not match,
// missing parts of a record, lengths that cross a block inside the log.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_STORE_LOG_CHECK_H_
#define CREDITREG_INDEX_STORE_LOG_CHECK_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace creditreg {

struct LogFiles {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
};

// Reads every log in `directory`; none where there is no such directory.
//
// Errors:
//   DataLoss: a record is damaged that RocksDB would drop unnoticed.
//   Unavailable: the disk failed.
absl::StatusOr<LogFiles> CheckLogs(rocksdb::Env* env,
                                   const std::string& directory);

// Checks a log piece by piece.
class LogChecker {
 public:
  static constexpr std::size_t kBlockBytes = std::size_t{32} << 10;

  // The next block; only the last may be shorter. False: damage.
  bool AddBlock(absl::string_view block);

 private:
  // What comes after here RocksDB would not read.
  bool is_cut_ = false;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_STORE_LOG_CHECK_H_
