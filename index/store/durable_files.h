// Files that must survive a power cut, over POSIX: private modes, whole reads
// and writes, files that appear whole or not at all, one owner of a directory.
// Used beside RocksDB, which looks after its own files.
//
// `doing` is a verb phrase without subject data, for example "read key ring";
// it begins the message of an error.
//
// Errors of every function, unless it says otherwise:
//   ResourceExhausted "DISK_FULL: ...": there is no room.
//   Unavailable: the system refused otherwise; the message says why.
//
// Thread safety: free functions; a FileDescriptor is owned by one thread.

#ifndef CREDITREG_INDEX_STORE_DURABLE_FILES_H_
#define CREDITREG_INDEX_STORE_DURABLE_FILES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace creditreg {

// Owns an open file; closes it when it goes.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor();

  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

enum class FileAccess { kRead, kReadWrite };

// Opens a file that exists; never follows a symbolic link.
//
// Errors:
//   NotFound: there is none.
absl::StatusOr<FileDescriptor> OpenFile(const std::string& path,
                                        FileAccess access,
                                        absl::string_view doing);

// Whether anything has that name.
absl::StatusOr<bool> FileIsThere(const std::string& path,
                                 absl::string_view doing);

// Errors:
//   FailedPrecondition: others than the owner may read, write or enter it.
absl::Status CheckPrivate(const FileDescriptor& file, absl::string_view doing);

absl::StatusOr<std::uint64_t> FileSize(const FileDescriptor& file,
                                       absl::string_view doing);

// Up to `n` bytes from `offset`; fewer only where the file ends.
absl::StatusOr<std::string> ReadAt(const FileDescriptor& file,
                                   std::uint64_t offset, std::size_t n,
                                   absl::string_view doing);

// On error some of the bytes may be there.
absl::Status WriteAt(const FileDescriptor& file, std::uint64_t offset,
                     absl::string_view bytes, absl::string_view doing);

absl::Status CutFile(const FileDescriptor& file, std::uint64_t size,
                     absl::string_view doing);

// The file's bytes and size are on disk. After an error they may never get
// there, even if a later call returns OK: the kernel forgets what it failed to
// write.
absl::Status SyncFile(const FileDescriptor& file, absl::string_view doing);

// Makes the directory and those above it that are missing, each mode 0700; the
// new names, and the directory's own name in any case, are on disk afterwards.
absl::Status MakeDirectories(const std::string& path, absl::string_view doing);

// Makes `directory`/`name`, mode 0600, with these bytes: after a crash it is
// there whole or not at all. Replaces a file of that name; the caller holds the
// directory's lock.
absl::Status WriteNewFile(const std::string& directory, const std::string& name,
                          absl::string_view bytes, absl::string_view doing);

// The same in two steps, for a file that is long: begins it under another name,
// to be read and written, and gives it its own. What the caller wrote must be
// synced before.
absl::StatusOr<FileDescriptor> BeginNewFile(const std::string& directory,
                                            const std::string& name,
                                            absl::string_view doing);
absl::Status FinishNewFile(const std::string& directory,
                           const std::string& name, absl::string_view doing);
// Takes one away that was begun, or that a crash left.
absl::Status DropNewFile(const std::string& directory, const std::string& name,
                         absl::string_view doing);

// The names in the directory are on disk.
absl::Status SyncDirectory(const std::string& path, absl::string_view doing);

// Takes the directory for one owner (or several that only read) as long as the
// result lives. The system gives it back when the process dies.
//
// Errors:
//   FailedPrecondition: somebody else has it, or there is no such directory.
absl::StatusOr<FileDescriptor> LockDirectory(const std::string& path,
                                             FileAccess access,
                                             absl::string_view doing);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_STORE_DURABLE_FILES_H_
