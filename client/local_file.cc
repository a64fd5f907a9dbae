#include "client/local_file.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "index/base/check.h"
#include "index/base/status_macros.h"

namespace creditreg {
namespace {

constexpr absl::string_view kMark = "creditreg.client/local_file";
constexpr absl::string_view kNotARegularFile = "not a regular file";
constexpr std::size_t kBufferBytes = 64 * 1024;

absl::Status Marked(absl::Status status) {
  status.SetPayload(kMark, absl::Cord());
  return status;
}

// Closes on destruction.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ > STDERR_FILENO) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  const int number_;
};

absl::Status WriteAll(int descriptor, absl::string_view name,
                      absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return LocalFileError(name, errno);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return absl::OkStatus();
}

// Calls `take` with the bytes of the descriptor, from where it stands.
absl::Status ForEachBlock(
    int descriptor, absl::string_view name,
    const std::function<absl::Status(absl::string_view)>& take) {
  std::string block(kBufferBytes, '\0');
  while (true) {
    const ssize_t size = read(descriptor, block.data(), block.size());
    if (size == 0) return absl::OkStatus();
    if (size < 0) {
      if (errno == EINTR) continue;
      return LocalFileError(name, errno);
    }
    CREDITREG_RETURN_IF_ERROR(
        take(absl::string_view(block.data(), static_cast<std::size_t>(size))));
  }
}

class Digest {
 public:
  explicit Digest(const EVP_MD* kind) : context_(EVP_MD_CTX_new()) {
    CREDITREG_CHECK(context_ != nullptr, "OpenSSL must have memory");
    CREDITREG_CHECK(EVP_DigestInit_ex(context_, kind, nullptr) == 1,
                    "OpenSSL must offer SM3 and SHA-256");
  }
  ~Digest() { EVP_MD_CTX_free(context_); }
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;

  void Update(absl::string_view bytes) {
    CREDITREG_CHECK(EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1,
                    "OpenSSL must digest bytes");
  }

  std::string Final() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
    unsigned int size = 0;
    CREDITREG_CHECK(EVP_DigestFinal_ex(context_, bytes.data(), &size) == 1,
                    "OpenSSL must finish a digest");
    return std::string(reinterpret_cast<const char*>(bytes.data()), size);
  }

 private:
  EVP_MD_CTX* const context_;
};

absl::StatusCode CodeOf(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      return absl::StatusCode::kNotFound;
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::StatusCode::kPermissionDenied;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return absl::StatusCode::kResourceExhausted;
    default:
      return absl::StatusCode::kFailedPrecondition;
  }
}

// Where a file called `path` goes: to the end of its links.
absl::StatusOr<std::string> PlaceOf(const std::string& path) {
  if (path.empty() || path.back() == '/') return LocalFileError(path, EISDIR);
  struct stat facts;
  if (lstat(path.c_str(), &facts) != 0) {
    if (errno == ENOENT) return path;
    return LocalFileError(path, errno);
  }
  const bool is_link = S_ISLNK(facts.st_mode);
  if (is_link && stat(path.c_str(), &facts) != 0) {
    return LocalFileError(path, errno);
  }
  if (S_ISDIR(facts.st_mode)) return LocalFileError(path, EISDIR);
  if (!S_ISREG(facts.st_mode)) {
    return LocalFileError(path, kNotARegularFile);
  }
  if (!is_link) return path;
  const std::unique_ptr<char, decltype(&std::free)> place(
      realpath(path.c_str(), nullptr), &std::free);
  if (place == nullptr) return LocalFileError(path, errno);
  return std::string(place.get());
}

}  // namespace

absl::Status LocalFileError(absl::string_view path, int error_number) {
  return Marked(
      absl::Status(CodeOf(error_number),
                   absl::StrCat(path, ": ", std::strerror(error_number))));
}

absl::Status LocalFileError(absl::string_view path, absl::string_view why) {
  return Marked(absl::FailedPreconditionError(absl::StrCat(path, ": ", why)));
}

bool IsLocalFileError(const absl::Status& status) {
  return status.GetPayload(kMark).has_value();
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path,
                                          std::int64_t max_bytes) {
  const Descriptor file(path == "-" ? STDIN_FILENO
                                    : open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) return LocalFileError(path, errno);
  std::string bytes;
  CREDITREG_RETURN_IF_ERROR(ForEachBlock(
      file.number(), path, [&](absl::string_view block) -> absl::Status {
        if (static_cast<std::int64_t>(bytes.size() + block.size()) >
            max_bytes) {
          return LocalFileError(
              path, absl::StrCat("longer than ", max_bytes, " bytes"));
        }
        absl::StrAppend(&bytes, block);
        return absl::OkStatus();
      }));
  return bytes;
}

absl::StatusOr<FileDigest> DigestFile(const std::string& path) {
  // Non-blocking, or opening a pipe would wait for its writer.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.number() < 0) return LocalFileError(path, errno);
  struct stat facts;
  if (fstat(file.number(), &facts) != 0) return LocalFileError(path, errno);
  if (!S_ISREG(facts.st_mode)) {
    return LocalFileError(path, kNotARegularFile);
  }
  FileDigest result;
  Digest digest(EVP_sm3());
  CREDITREG_RETURN_IF_ERROR(
      ForEachBlock(file.number(), path, [&](absl::string_view block) {
        digest.Update(block);
        result.size_bytes += static_cast<std::int64_t>(block.size());
        return absl::OkStatus();
      }));
  result.sm3 = digest.Final();
  return result;
}

std::string HexDigestOf(std::initializer_list<absl::string_view> parts) {
  Digest digest(EVP_sha256());
  for (const absl::string_view part : parts) {
    digest.Update(absl::StrCat(part.size(), ":"));
    digest.Update(part);
  }
  return absl::BytesToHexString(digest.Final());
}

bool SameFile(const std::string& a, const std::string& b) {
  struct stat of_a;
  struct stat of_b;
  return stat(a.c_str(), &of_a) == 0 && stat(b.c_str(), &of_b) == 0 &&
         of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

absl::StatusOr<std::unique_ptr<AtomicFile>> AtomicFile::Create(
    const std::string& path) {
  CREDITREG_ASSIGN_OR_RETURN(const std::string place, PlaceOf(path));
  return CreateBeside(place);
}

absl::StatusOr<std::unique_ptr<AtomicFile>> AtomicFile::CreateScratch(
    const std::string& folder) {
  return CreateBeside(absl::StrCat(folder, "/creditctl-export"));
}

absl::StatusOr<std::unique_ptr<AtomicFile>> AtomicFile::CreateBeside(
    const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::size_t base = slash == std::string::npos ? 0 : slash + 1;
  std::string temporary =
      absl::StrCat(path.substr(0, base), ".", path.substr(base), ".XXXXXX");
  const int descriptor = mkostemp(temporary.data(), O_CLOEXEC);
  if (descriptor < 0) return LocalFileError(path, errno);
  // new: the constructor is private.
  return std::unique_ptr<AtomicFile>(
      new AtomicFile(path, std::move(temporary), descriptor));
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!committed_) unlink(temporary_.c_str());
}

absl::Status AtomicFile::Append(absl::string_view bytes) {
  absl::StrAppend(&buffer_, bytes);
  return buffer_.size() < kBufferBytes ? absl::OkStatus() : Flush();
}

absl::Status AtomicFile::Flush() {
  const absl::Status status = WriteAll(descriptor_, path_, buffer_);
  buffer_.clear();
  return status;
}

absl::Status AtomicFile::Clear() {
  buffer_.clear();
  if (ftruncate(descriptor_, 0) != 0 || lseek(descriptor_, 0, SEEK_SET) != 0) {
    return LocalFileError(path_, errno);
  }
  return absl::OkStatus();
}

absl::Status AtomicFile::CopyTo(AtomicFile& to) {
  CREDITREG_RETURN_IF_ERROR(Flush());
  if (lseek(descriptor_, 0, SEEK_SET) != 0) return LocalFileError(path_, errno);
  return ForEachBlock(descriptor_, path_, [&to](absl::string_view block) {
    return to.Append(block);
  });
}

absl::Status AtomicFile::CopyToDescriptor(int descriptor,
                                          absl::string_view name) {
  CREDITREG_RETURN_IF_ERROR(Flush());
  if (lseek(descriptor_, 0, SEEK_SET) != 0) return LocalFileError(path_, errno);
  return ForEachBlock(descriptor_, path_, [&](absl::string_view block) {
    return WriteAll(descriptor, name, block);
  });
}

absl::Status AtomicFile::Commit() {
  CREDITREG_RETURN_IF_ERROR(Flush());
  if (fsync(descriptor_) != 0) return LocalFileError(path_, errno);
  const int closed = close(descriptor_);
  descriptor_ = -1;
  if (closed != 0) return LocalFileError(path_, errno);
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) {
    return LocalFileError(path_, errno);
  }
  committed_ = true;
  return absl::OkStatus();
}

}  // namespace creditreg
