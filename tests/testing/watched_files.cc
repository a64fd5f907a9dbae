#include "tests/testing/watched_files.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "index/base/check.h"
#include "index/base/random.h"

namespace creditreg {
namespace {

constexpr std::size_t kSectorBytes = 512;

// Whom fsync() reports to.
std::atomic<WatchedFiles*> watcher = nullptr;

bool Chance(RandomSource* random) {
  unsigned char byte = 0;
  random->Fill(reinterpret_cast<char*>(&byte), 1);
  return byte % 2 == 0;
}

std::uint64_t InodeOf(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

std::string ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

// Some sectors as they are now, the others as they were synced; zeros where a
// sector has neither.
std::string Mix(std::string synced, std::string now, RandomSource* random) {
  if (random == nullptr) return synced;
  const std::size_t size = Chance(random) ? now.size() : synced.size();
  synced.resize(size, '\0');
  now.resize(size, '\0');
  for (std::size_t at = 0; at < size; at += kSectorBytes) {
    if (Chance(random)) {
      synced.replace(at, kSectorBytes, now, at, kSectorBytes);
    }
  }
  return synced;
}

}  // namespace

WatchedFiles::WatchedFiles(const std::string& directory,
                           std::function<bool()> use_power)
    : directory_(std::filesystem::canonical(directory).string()),
      use_power_(std::move(use_power)) {
  CREDITREG_CHECK(watcher.exchange(this) == nullptr, "one at a time");
}

WatchedFiles::~WatchedFiles() { watcher = nullptr; }

void WatchedFiles::IgnoreSyncs() {
  absl::MutexLock lock(&mutex_);
  ignores_syncs_ = true;
}

bool WatchedFiles::Sync(int descriptor, int* result) {
  std::error_code error;
  const std::string path =
      std::filesystem::read_symlink(absl::StrCat("/proc/self/fd/", descriptor),
                                    error)
          .string();
  const bool is_directory = path == directory_;
  if (error || (!is_directory &&
                std::filesystem::path(path).parent_path() != directory_)) {
    return false;
  }
  *result = 0;
  if (!use_power_()) {
    errno = EIO;
    *result = -1;
    return true;
  }
  absl::MutexLock lock(&mutex_);
  if (ignores_syncs_) return true;
  if (!is_directory) {
    bytes_[InodeOf(path)] = ReadWhole(path);
    return true;
  }
  RememberNames();
  return true;
}

void WatchedFiles::RememberNames() {
  names_.clear();
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    names_[entry.path().string()] = InodeOf(entry.path().string());
  }
}

void WatchedFiles::LoseUnsynced(RandomSource* random) {
  absl::MutexLock lock(&mutex_);
  std::map<std::string, std::uint64_t> now;
  std::map<std::uint64_t, std::string> bytes;
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    const std::string path = entry.path().string();
    now[path] = InodeOf(path);
    bytes[now[path]] = ReadWhole(path);
  }
  // Each name stands for what it stood for at the last sync or for what it
  // stands for now; 0: for nothing.
  std::map<std::string, std::uint64_t> names = names_;
  for (const auto& [path, inode] : now) names.emplace(path, 0);
  for (auto& [path, inode] : names) {
    const auto found = now.find(path);
    const std::uint64_t current = found == now.end() ? 0 : found->second;
    if (random != nullptr && Chance(random)) inode = current;
  }
  for (const auto& [path, inode] : now) std::filesystem::remove(path);
  for (const auto& [path, inode] : names) {
    if (inode == 0) continue;
    const auto current = bytes.find(inode);
    const std::string& synced = bytes_[inode];
    std::ofstream(path, std::ios::binary)
        << (current == bytes.end() ? synced
                                   : Mix(synced, current->second, random));
    std::filesystem::permissions(path, std::filesystem::perms::owner_read |
                                           std::filesystem::perms::owner_write);
  }
  bytes_.clear();
  RememberNames();
  for (const auto& [path, inode] : names_) bytes_[inode] = ReadWhole(path);
  ignores_syncs_ = false;
}

}  // namespace creditreg

// In the place of the C library's, for every library of this process.
extern "C" int fsync(int fd) {  // NOLINT(readability-identifier-naming)
  creditreg::WatchedFiles* const files = creditreg::watcher.load();
  int result = 0;
  if (files != nullptr && files->Sync(fd, &result)) return result;
  return static_cast<int>(syscall(SYS_fsync, fd));
}
