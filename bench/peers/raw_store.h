// RocksDB alone, set up as the registry's, on a copy of its data: what is left
// of an import or a look-up when nothing but the store works.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_BENCH_PEERS_RAW_STORE_H_
#define CREDITREG_BENCH_PEERS_RAW_STORE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace creditreg::bench {

// Copies the database of a registry that is not running: its tables by hard
// links, for they never change, the rest byte by byte. `to` is created.
//
// Errors: Internal, a file cannot be read or made.
absl::Status CopyDatabase(const std::string& from, const std::string& to);

// What is in groups of a WalRecording.
struct GroupCounts {
  std::int64_t groups = 0;
  // As they stand in the log.
  std::int64_t bytes = 0;
  // Rows put or deleted, by the name of their table.
  std::map<std::string, std::int64_t> base_rows;
  std::map<std::string, std::int64_t> index_rows;

  std::int64_t all_base_rows() const;
};

// Errors: DataLoss, a batch that RocksDB cannot read.
absl::StatusOr<GroupCounts> CountGroups(absl::Span<const std::string> groups);

class RawStore {
 public:
  // Errors: Internal.
  static absl::StatusOr<std::unique_ptr<RawStore>> Open(
      const std::string& directory);

  virtual ~RawStore() = default;
  RawStore(const RawStore&) = delete;
  RawStore& operator=(const RawStore&) = delete;

  // Writes each group as one batch with a synced log, as the registry did.
  virtual absl::Status Replay(absl::Span<const std::string> groups) = 0;

  // Reads every code's number and then its enterprise's head, `batch` codes at
  // a time, on `threads` threads. Returns the bytes of all heads.
  //
  // Errors: Internal, one of the codes is not there.
  virtual absl::StatusOr<std::int64_t> ReadHeads(
      absl::Span<const std::string> codes, std::size_t batch, int threads) = 0;

  // Until no flush or compaction runs or is due; a minute at most.
  virtual void AwaitCalm() const = 0;

  // Rewrites everything into the last level and waits for it.
  virtual absl::Status Compact() = 0;

 protected:
  RawStore() = default;
};

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_PEERS_RAW_STORE_H_
