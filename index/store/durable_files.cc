#include "index/store/durable_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "index/base/status_macros.h"

namespace creditreg {
namespace {

constexpr mode_t kPrivateFile = 0600;
constexpr mode_t kPrivateDirectory = 0700;
constexpr mode_t kGroupAndOthers = 0077;

// `error` is the errno of a call that failed.
absl::Status SystemError(int error, absl::string_view doing) {
  const absl::Status status = absl::ErrnoToStatus(error, doing);
  if (error == ENOSPC || error == EDQUOT) {
    return absl::ResourceExhaustedError(
        absl::StrCat("DISK_FULL: ", status.message()));
  }
  return absl::UnavailableError(status.message());
}

absl::StatusOr<FileDescriptor> OpenWith(const std::string& path, int flags,
                                        absl::string_view doing) {
  const int fd = open(path.c_str(), flags | O_CLOEXEC, kPrivateFile);
  if (fd >= 0) return FileDescriptor(fd);
  const int error = errno;
  if (error == ENOENT) {
    return absl::NotFoundError(absl::StrCat(doing, ": no such file"));
  }
  return SystemError(error, doing);
}

absl::StatusOr<FileDescriptor> OpenDirectory(const std::string& path,
                                             absl::string_view doing) {
  return OpenWith(path, O_RDONLY | O_DIRECTORY, doing);
}

std::string ScratchPath(const std::string& directory, const std::string& name) {
  return absl::StrCat(directory, "/", name, ".new");
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  // What had to be durable was synced before; close() has nothing to say.
  if (fd_ >= 0) close(fd_);
}

absl::StatusOr<FileDescriptor> OpenFile(const std::string& path,
                                        FileAccess access,
                                        absl::string_view doing) {
  const int mode = access == FileAccess::kRead ? O_RDONLY : O_RDWR;
  return OpenWith(path, mode | O_NOFOLLOW, doing);
}

absl::StatusOr<bool> FileIsThere(const std::string& path,
                                 absl::string_view doing) {
  struct stat info {};
  if (lstat(path.c_str(), &info) == 0) return true;
  const int error = errno;
  if (error == ENOENT) return false;
  return SystemError(error, doing);
}

absl::Status CheckPrivate(const FileDescriptor& file, absl::string_view doing) {
  struct stat info {};
  if (fstat(file.get(), &info) != 0) return SystemError(errno, doing);
  if ((info.st_mode & kGroupAndOthers) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(doing, ": others than the owner have access, want mode ",
                   S_ISDIR(info.st_mode) ? "0700" : "0600"));
}

absl::StatusOr<std::uint64_t> FileSize(const FileDescriptor& file,
                                       absl::string_view doing) {
  struct stat info {};
  if (fstat(file.get(), &info) != 0) return SystemError(errno, doing);
  return static_cast<std::uint64_t>(info.st_size);
}

absl::StatusOr<std::string> ReadAt(const FileDescriptor& file,
                                   std::uint64_t offset, std::size_t n,
                                   absl::string_view doing) {
  std::string bytes(n, '\0');
  std::size_t done = 0;
  while (done < n) {
    const ssize_t got = pread(file.get(), &bytes[done], n - done,
                              static_cast<off_t>(offset + done));
    if (got == 0) break;
    if (got > 0) {
      done += static_cast<std::size_t>(got);
    } else if (errno != EINTR) {
      return SystemError(errno, doing);
    }
  }
  bytes.resize(done);
  return bytes;
}

absl::Status WriteAt(const FileDescriptor& file, std::uint64_t offset,
                     absl::string_view bytes, absl::string_view doing) {
  while (!bytes.empty()) {
    const ssize_t put = pwrite(file.get(), bytes.data(), bytes.size(),
                               static_cast<off_t>(offset));
    if (put >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(put));
      offset += static_cast<std::uint64_t>(put);
    } else if (errno != EINTR) {
      return SystemError(errno, doing);
    }
  }
  return absl::OkStatus();
}

absl::Status CutFile(const FileDescriptor& file, std::uint64_t size,
                     absl::string_view doing) {
  if (ftruncate(file.get(), static_cast<off_t>(size)) != 0) {
    return SystemError(errno, doing);
  }
  return absl::OkStatus();
}

absl::Status SyncFile(const FileDescriptor& file, absl::string_view doing) {
  // fsync rather than fdatasync: some files here are directories, and one
  // journal commit is the price of either when the size changed. Not repeated
  // on EINTR: a second call could return OK for bytes that are lost.
  if (fsync(file.get()) != 0) return SystemError(errno, doing);
  return absl::OkStatus();
}

absl::Status SyncDirectory(const std::string& path, absl::string_view doing) {
  CREDITREG_ASSIGN_OR_RETURN(const FileDescriptor directory,
                             OpenDirectory(path, doing));
  return SyncFile(directory, doing);
}

absl::Status MakeDirectories(const std::string& path, absl::string_view doing) {
  std::filesystem::path directory =
      std::filesystem::path(path).lexically_normal();
  // "a/b/" has an empty last part, and would be its own parent.
  if (!directory.has_filename()) directory = directory.parent_path();
  const std::filesystem::path parent =
      directory.has_parent_path() ? directory.parent_path() : ".";
  if (parent == directory) return absl::OkStatus();
  if (mkdir(directory.c_str(), kPrivateDirectory) != 0 && errno != EEXIST) {
    const int error = errno;
    if (error != ENOENT) return SystemError(error, doing);
    CREDITREG_RETURN_IF_ERROR(MakeDirectories(parent.string(), doing));
    if (mkdir(directory.c_str(), kPrivateDirectory) != 0 && errno != EEXIST) {
      return SystemError(errno, doing);
    }
  }
  // Also where it was there already: whoever made it may have died before.
  return SyncDirectory(parent.string(), doing);
}

absl::StatusOr<FileDescriptor> BeginNewFile(const std::string& directory,
                                            const std::string& name,
                                            absl::string_view doing) {
  // One that a crash left behind may have any mode, or be a link.
  CREDITREG_RETURN_IF_ERROR(DropNewFile(directory, name, doing));
  return OpenWith(ScratchPath(directory, name),
                  O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, doing);
}

absl::Status FinishNewFile(const std::string& directory,
                           const std::string& name, absl::string_view doing) {
  const std::string target = absl::StrCat(directory, "/", name);
  if (rename(ScratchPath(directory, name).c_str(), target.c_str()) != 0) {
    return SystemError(errno, doing);
  }
  return SyncDirectory(directory, doing);
}

absl::Status DropNewFile(const std::string& directory, const std::string& name,
                         absl::string_view doing) {
  if (unlink(ScratchPath(directory, name).c_str()) != 0 && errno != ENOENT) {
    return SystemError(errno, doing);
  }
  return absl::OkStatus();
}

absl::Status WriteNewFile(const std::string& directory, const std::string& name,
                          absl::string_view bytes, absl::string_view doing) {
  CREDITREG_ASSIGN_OR_RETURN(const FileDescriptor file,
                             BeginNewFile(directory, name, doing));
  CREDITREG_RETURN_IF_ERROR(WriteAt(file, 0, bytes, doing));
  CREDITREG_RETURN_IF_ERROR(SyncFile(file, doing));
  return FinishNewFile(directory, name, doing);
}

absl::StatusOr<FileDescriptor> LockDirectory(const std::string& path,
                                             FileAccess access,
                                             absl::string_view doing) {
  absl::StatusOr<FileDescriptor> directory = OpenDirectory(path, doing);
  if (absl::IsNotFound(directory.status())) {
    return absl::FailedPreconditionError(
        absl::StrCat(doing, ": no such directory"));
  }
  CREDITREG_RETURN_IF_ERROR(directory.status());
  const int kind = access == FileAccess::kRead ? LOCK_SH : LOCK_EX;
  if (flock(directory->get(), kind | LOCK_NB) == 0) return directory;
  const int error = errno;
  if (error == EWOULDBLOCK) {
    return absl::FailedPreconditionError(
        absl::StrCat(doing, ": in use, want one process at a time"));
  }
  return SystemError(error, doing);
}

}  // namespace creditreg
