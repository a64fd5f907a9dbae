#include "server/load/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"

namespace creditreg {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 20;

}  // namespace

InputFile::InputFile(std::string path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor) {}

InputFile::~InputFile() { close(descriptor_); }

absl::Status InputFile::Error(int error) const {
  return absl::UnavailableError(
      absl::StrCat(path_, ": ", std::strerror(error)));
}

absl::StatusOr<std::unique_ptr<InputFile>> InputFile::Open(
    const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return absl::UnavailableError(
        absl::StrCat(path, ": ", std::strerror(errno)));
  }
  auto file = absl::WrapUnique(new InputFile(path, descriptor));
  CREDITREG_ASSIGN_OR_RETURN(file->facts_, file->ReadFacts());
  return file;
}

absl::StatusOr<InputFile::Facts> InputFile::ReadFacts() const {
  struct stat facts {};
  if (fstat(descriptor_, &facts) != 0) return Error(errno);
  constexpr std::int64_t kNanoseconds = 1'000'000'000;
  return Facts{static_cast<std::uint64_t>(facts.st_size),
               facts.st_mtim.tv_sec * kNanoseconds + facts.st_mtim.tv_nsec};
}

absl::StatusOr<std::string> InputFile::Digest(
    const std::atomic<bool>& stop) const {
  Sm3Stream digest;
  std::uint64_t offset = 0;
  while (!stop) {
    CREDITREG_ASSIGN_OR_RETURN(const std::string bytes,
                               ReadAt(offset, kChunkBytes));
    if (bytes.empty()) return digest.Digest();
    digest.Update(bytes);
    offset += bytes.size();
  }
  return absl::CancelledError(absl::StrCat(path_, ": not read to its end"));
}

absl::StatusOr<std::string> InputFile::ReadNext() {
  CREDITREG_ASSIGN_OR_RETURN(std::string bytes, ReadAt(offset_, kChunkBytes));
  offset_ += bytes.size();
  return bytes;
}

absl::StatusOr<std::string> InputFile::ReadAt(std::uint64_t offset,
                                              std::size_t bytes) const {
  std::string read(bytes, '\0');
  std::size_t done = 0;
  while (done < bytes) {
    const ssize_t got = pread(descriptor_, read.data() + done, bytes - done,
                              static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error(errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  read.resize(done);
  return read;
}

absl::Status InputFile::CheckUnchanged() const {
  CREDITREG_ASSIGN_OR_RETURN(const Facts now, ReadFacts());
  if (now.size_bytes == facts_.size_bytes &&
      now.changed_ns == facts_.changed_ns) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      absl::StrCat(path_, ": changed while it was loaded"));
}

}  // namespace creditreg
