// Records what a running registry writes, without its help and at no cost to
// it: the files of RocksDB's log are kept by hard links before RocksDB deletes
// them, and read afterwards. One log record is one group of the writer, so that
// a peer can write the very same bytes at the same boundaries.
//
// Works on one file system only, and as long as log files are not recycled
// (index/store says so in rocksdb_options.cc).
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_BENCH_PEERS_WAL_RECORDING_H_
#define CREDITREG_BENCH_PEERS_WAL_RECORDING_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace creditreg::bench {

class WalRecording {
 public:
  // Begins to keep the log files of the database in `data_dir` in `folder`,
  // which is created. What was written before does not count.
  //
  // Errors: Internal, a file or folder cannot be read or made; DataLoss, the
  // log is not what RocksDB writes.
  static absl::StatusOr<std::unique_ptr<WalRecording>> Start(
      std::string data_dir, std::string folder);

  ~WalRecording();
  WalRecording(const WalRecording&) = delete;
  WalRecording& operator=(const WalRecording&) = delete;

  // Ends it, deletes what was kept, and returns the groups written meanwhile,
  // in order: each is a batch as RocksDB has it in its log.
  //
  // Errors: as Start(); DataLoss, too, where a group is missing.
  absl::StatusOr<std::vector<std::string>> Stop();

 private:
  WalRecording(std::string data_dir, std::string folder)
      : data_dir_(std::move(data_dir)), folder_(std::move(folder)) {}

  // Links files that are not linked yet.
  absl::Status Link();
  absl::StatusOr<std::vector<std::string>> Read() const;

  const std::string data_dir_;
  const std::string folder_;
  // The last row written before.
  std::uint64_t last_row_ = 0;
  std::atomic<bool> stopping_{false};
  // Of the thread, until it is joined.
  absl::Status link_status_;
  std::thread thread_;
};

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_PEERS_WAL_RECORDING_H_
