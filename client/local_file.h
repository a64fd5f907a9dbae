// Files on the caller's side: read whole, digested, or written so that a
// reader never sees half of one.
//
// Every error of this file carries a mark (IsLocalFileError), so that a caller
// can tell "your disk" from "the registry".

#ifndef CREDITREG_CLIENT_LOCAL_FILE_H_
#define CREDITREG_CLIENT_LOCAL_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace creditreg {

// An error of code `code` (from errno: NotFound, PermissionDenied,
// ResourceExhausted, else FailedPrecondition) with the message "path: why".
absl::Status LocalFileError(absl::string_view path, int error_number);
absl::Status LocalFileError(absl::string_view path, absl::string_view why);

// Whether the status was made by LocalFileError().
bool IsLocalFileError(const absl::Status& status);

// The bytes of a regular file, a pipe, or standard input ("-"), at most
// `max_bytes`.
//
// Errors: a local file error; also where there are more bytes.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path,
                                          std::int64_t max_bytes);

// Length and SM3 (32 bytes) of a file.
struct FileDigest {
  std::int64_t size_bytes = 0;
  std::string sm3;
};

// Reads the file once. It must be a regular file: an import is sent again
// after an interruption, which a pipe cannot be.
//
// Errors: a local file error.
absl::StatusOr<FileDigest> DigestFile(const std::string& path);

// SHA-256 of the parts, each preceded by its length so that ("ab", "c") and
// ("a", "bc") differ: 64 hex digits.
std::string HexDigestOf(std::initializer_list<absl::string_view> parts);

// Whether both paths lead to one file, also through links. False where either
// leads nowhere.
bool SameFile(const std::string& a, const std::string& b);

// A file that appears under its name whole, or not at all.
//
// Written as ".NAME.XXXXXX" in the same folder, readable by its owner only (it
// may hold personal data), synced, then renamed. Destroyed before Commit(), it
// leaves nothing behind.
//
// Takes the place of nothing but a regular file: a rename would put a pipe or a
// device out of the way. Where the name is a symbolic link, the file it leads
// to is replaced and the link stays.
//
// Thread safety: one thread at a time.
class AtomicFile {
 public:
  // Errors: a local file error, also where something that is no regular file
  // has the name, or a link leads to nothing.
  static absl::StatusOr<std::unique_ptr<AtomicFile>> Create(
      const std::string& path);

  // A file in `folder` that is not to be committed, only copied.
  //
  // Errors: a local file error.
  static absl::StatusOr<std::unique_ptr<AtomicFile>> CreateScratch(
      const std::string& folder);
  ~AtomicFile();

  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  // Errors of both: a local file error; the file is then good for nothing.
  absl::Status Append(absl::string_view bytes);
  // Forgets what was appended.
  absl::Status Clear();

  // Calls `Append` of `to` with all bytes of this file, which stays as it is.
  absl::Status CopyTo(AtomicFile& to);

  // Writes all bytes to a descriptor, for example standard output.
  absl::Status CopyToDescriptor(int descriptor, absl::string_view name);

  // Gives the file its name. Call it once, last.
  absl::Status Commit();

 private:
  AtomicFile(std::string path, std::string temporary, int descriptor)
      : path_(std::move(path)),
        temporary_(std::move(temporary)),
        descriptor_(descriptor) {}

  // `path`: of no link.
  static absl::StatusOr<std::unique_ptr<AtomicFile>> CreateBeside(
      const std::string& path);

  absl::Status Flush();

  const std::string path_;
  const std::string temporary_;
  int descriptor_;
  bool committed_ = false;
  std::string buffer_;
};

}  // namespace creditreg

#endif  // CREDITREG_CLIENT_LOCAL_FILE_H_
