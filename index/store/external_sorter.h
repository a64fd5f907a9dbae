// Sorts more rows than memory holds: full buffers are sorted and written as
// runs to a directory, and the runs are merged when all rows are in.
//
// Thread safety: Add() from many threads; Merge() once, when they have ended.

#ifndef CREDITREG_INDEX_STORE_EXTERNAL_SORTER_H_
#define CREDITREG_INDEX_STORE_EXTERNAL_SORTER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace creditreg {

class ExternalSorter {
 public:
  struct Options {
    // There already; runs are deleted by Merge() or with the directory.
    std::string directory;
    // Of one buffer. While one is written, another fills, per thread that adds.
    std::size_t buffer_bytes = std::size_t{64} << 20;
  };
  explicit ExternalSorter(Options options);
  ~ExternalSorter();
  ExternalSorter(const ExternalSorter&) = delete;
  ExternalSorter& operator=(const ExternalSorter&) = delete;

  using Rows = std::vector<std::pair<std::string, std::string>>;

  // Takes rows in any order. No key comes twice; all begin with the same two
  // bytes, as the keys of one partition do. Keys and values are shorter
  // than 4 GiB.
  //
  // Errors: Unavailable, ResourceExhausted the disk failed or is full.
  absl::Status Add(const Rows& rows);

  // Hands out every row, in key order, and ends.
  //
  // Errors: as Add(); DataLoss a run came back other than it was written;
  // those of `take`.
  absl::Status Merge(
      const std::function<absl::Status(absl::string_view key,
                                       absl::string_view value)>& take);

 private:
  class Buffer;
  class RunReader;
  struct Run {
    std::string path;
    // Sum of its rows' hashes.
    std::uint64_t sum = 0;
  };

  absl::Status WriteRun(Buffer& buffer) ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  absl::Mutex mutex_;
  std::unique_ptr<Buffer> buffer_ ABSL_GUARDED_BY(mutex_);
  std::vector<Run> runs_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t next_run_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_STORE_EXTERNAL_SORTER_H_
