// A file that is loaded: read twice, so it must not change meanwhile.
//
// Thread safety: const methods from many threads, the rest from one at a time.

#ifndef CREDITREG_SERVER_LOAD_INPUT_FILE_H_
#define CREDITREG_SERVER_LOAD_INPUT_FILE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace creditreg {

class InputFile {
 public:
  // Errors: Unavailable it cannot be opened.
  static absl::StatusOr<std::unique_ptr<InputFile>> Open(
      const std::string& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::string& path() const { return path_; }
  std::uint64_t size_bytes() const { return facts_.size_bytes; }

  // SM3 of the whole, beside whatever else is read. Cancelled: `stop` was set.
  absl::StatusOr<std::string> Digest(const std::atomic<bool>& stop) const;
  // The next bytes; empty at the end.
  absl::StatusOr<std::string> ReadNext();
  absl::StatusOr<std::string> ReadAt(std::uint64_t offset,
                                     std::size_t bytes) const;
  // Errors: FailedPrecondition length or time of change are not those of when
  // it was opened.
  absl::Status CheckUnchanged() const;

 private:
  struct Facts {
    std::uint64_t size_bytes = 0;
    std::int64_t changed_ns = 0;
  };
  InputFile(std::string path, int descriptor);
  absl::StatusOr<Facts> ReadFacts() const;
  absl::Status Error(int error) const;

  const std::string path_;
  const int descriptor_;
  Facts facts_;
  std::uint64_t offset_ = 0;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_LOAD_INPUT_FILE_H_
