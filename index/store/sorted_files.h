// Files of rows in key order, which Store::Ingest() takes in whole: how a first
// load gets past log, memtable and compaction.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_INDEX_STORE_SORTED_FILES_H_
#define CREDITREG_INDEX_STORE_SORTED_FILES_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "index/store/store.h"

namespace creditreg {

class SortedFiles {
 public:
  // A new file is begun past this many bytes before compression.
  static constexpr std::size_t kMaxFileBytes = std::size_t{256} << 20;

  // Files "<directory>/<name>.N.rows", shaped as the store's own. The directory
  // is there; so that files can be moved, on the store's file system.
  static absl::StatusOr<std::unique_ptr<SortedFiles>> Create(
      const StoreOptions& options, const std::string& directory,
      const std::string& name);

  virtual ~SortedFiles() = default;

  // Keys ascend.
  //
  // Errors: ResourceExhausted the disk is full; Unavailable it failed; Internal
  // a key out of order.
  virtual absl::Status Put(absl::string_view key, absl::string_view value) = 0;

  // Ends the last file; the paths of all that hold something.
  virtual absl::StatusOr<std::vector<std::string>> Finish() = 0;

 protected:
  SortedFiles() = default;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_STORE_SORTED_FILES_H_
