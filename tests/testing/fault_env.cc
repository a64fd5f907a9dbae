#include "tests/testing/fault_env.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/synchronization/mutex.h"
#include "index/base/check.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"
#include "rocksdb/io_status.h"

namespace creditreg {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

std::string ParentOf(const std::string& path) {
  return std::filesystem::path(path).parent_path().lexically_normal().string();
}

std::string Normal(const std::string& path) {
  return std::filesystem::path(path).lexically_normal().string();
}

// Nothing where there is no such file.
std::optional<std::string> ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

std::uint64_t Below(RandomSource* random, std::uint64_t limit) {
  std::uint64_t number = 0;
  random->Fill(reinterpret_cast<char*>(&number), sizeof(number));
  return number % limit;
}

// Sectors from `begin` on may not have reached the disk though those behind
// them did: they read as zeros.
void LoseSectors(const std::string& path, std::uint64_t begin,
                 RandomSource* random) {
  constexpr std::uint64_t kSectorBytes = 512;
  std::optional<std::string> bytes = ReadWhole(path);
  if (!bytes.has_value()) return;
  for (std::uint64_t at = begin; at < bytes->size();) {
    const std::uint64_t end = std::min<std::uint64_t>(
        (at / kSectorBytes + 1) * kSectorBytes, bytes->size());
    if (Below(random, 4) == 0) {
      std::fill(bytes->begin() + static_cast<std::ptrdiff_t>(at),
                bytes->begin() + static_cast<std::ptrdiff_t>(end), '\0');
    }
    at = end;
  }
  std::ofstream(path, std::ios::binary | std::ios::trunc) << *bytes;
}

}  // namespace

// The file system: hands out files and directories that report to it.
class FaultEnv::Disk final : public rocksdb::FileSystemWrapper {
 public:
  Disk() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

  const char* Name() const override { return "FaultEnv"; }

  IOStatus NewSequentialFile(const std::string& name,
                             const FileOptions& options,
                             std::unique_ptr<rocksdb::FSSequentialFile>* result,
                             IODebugContext* debug) override;
  IOStatus NewRandomAccessFile(
      const std::string& name, const FileOptions& options,
      std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
      IODebugContext* debug) override;
  IOStatus NewWritableFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                           IODebugContext* debug) override;
  IOStatus ReopenWritableFile(const std::string& name,
                              const FileOptions& options,
                              std::unique_ptr<rocksdb::FSWritableFile>* result,
                              IODebugContext* debug) override;
  IOStatus NewDirectory(const std::string& name, const IOOptions& options,
                        std::unique_ptr<rocksdb::FSDirectory>* result,
                        IODebugContext* debug) override;
  IOStatus DeleteFile(const std::string& name, const IOOptions& options,
                      IODebugContext* debug) override;
  IOStatus RenameFile(const std::string& from, const std::string& to,
                      const IOOptions& options, IODebugContext* debug) override;
  IOStatus GetFreeSpace(const std::string& path, const IOOptions& options,
                        std::uint64_t* bytes, IODebugContext* debug) override;

  // What DiskFile and DiskDirectory report. The first two are asked before.
  IOStatus BeforeChange();
  IOStatus Before(Operation operation, const std::string& name);
  void Appended(const std::string& name, std::uint64_t bytes);
  void Truncated(const std::string& name, std::uint64_t size);
  std::uint64_t SizeOf(const std::string& name) const;
  void Synced(const std::string& name, std::uint64_t size);
  void DirectorySynced(const std::string& directory);

  void Fail(Operation operation, Reason reason, std::string suffix, int times);
  void Heal();
  void SetFreeBytes(std::uint64_t bytes);
  int failures() const;
  void CutPower();
  void CutPowerAfter(std::uint64_t operations);
  bool UsePower();
  void IgnoreLogSyncs();
  void IgnoreDirectorySyncs();
  bool IgnoresSyncOf(const std::string& name) const;
  void LoseUnsynced(RandomSource* random, Tear tear);

 private:
  bool UsePowerLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LoseContents(RandomSource* random, Tear tear)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LoseNames(RandomSource* random) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  struct File {
    std::uint64_t size = 0;
    std::uint64_t synced = 0;
  };
  struct Fault {
    Operation operation;
    Reason reason;
    std::string suffix;
    // Failures still to come; negative: no end.
    int times;
  };

  mutable absl::Mutex mutex_;
  std::map<std::string, File> files_ ABSL_GUARDED_BY(mutex_);
  // Names that a power cut may undo, with the bytes the name stood for before
  // (nothing: it was new).
  std::map<std::string, std::optional<std::string>> unsynced_names_
      ABSL_GUARDED_BY(mutex_);
  // Files whose deletion a power cut may undo, with their bytes.
  std::map<std::string, std::string> unsynced_deletions_
      ABSL_GUARDED_BY(mutex_);
  std::vector<Fault> faults_ ABSL_GUARDED_BY(mutex_);
  std::optional<std::uint64_t> free_bytes_ ABSL_GUARDED_BY(mutex_);
  // Changes until the power goes; nothing: it stays.
  std::optional<std::uint64_t> changes_left_ ABSL_GUARDED_BY(mutex_);
  bool ignores_log_syncs_ ABSL_GUARDED_BY(mutex_) = false;
  bool ignores_directory_syncs_ ABSL_GUARDED_BY(mutex_) = false;
  bool power_ ABSL_GUARDED_BY(mutex_) = true;
  int failures_ ABSL_GUARDED_BY(mutex_) = 0;
};

class FaultEnv::DiskFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  DiskFile(Disk* disk, std::string name,
           std::unique_ptr<rocksdb::FSWritableFile> file)
      : FSWritableFileOwnerWrapper(std::move(file)),
        disk_(disk),
        name_(std::move(name)) {}

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  IODebugContext* debug) override {
    IOStatus status = disk_->Before(Operation::kAppend, name_);
    if (!status.ok()) return status;
    status = disk_->Before(Operation::kHalfAppend, name_);
    if (!status.ok()) {
      const rocksdb::Slice half(data.data(), data.size() / 2);
      if (target()->Append(half, options, debug).ok()) {
        disk_->Appended(name_, half.size());
      }
      return status;
    }
    status = target()->Append(data, options, debug);
    if (status.ok()) disk_->Appended(name_, data.size());
    return status;
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  // Direct I/O alone appends at a position, and the registry does not use it.
  IOStatus PositionedAppend(const rocksdb::Slice&, std::uint64_t,
                            const IOOptions&, IODebugContext*) override {
    return IOStatus::NotSupported();
  }
  IOStatus PositionedAppend(const rocksdb::Slice&, std::uint64_t,
                            const IOOptions&,
                            const rocksdb::DataVerificationInfo&,
                            IODebugContext*) override {
    return IOStatus::NotSupported();
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& options,
                    IODebugContext* debug) override {
    IOStatus status = disk_->BeforeChange();
    if (status.ok()) status = target()->Truncate(size, options, debug);
    if (status.ok()) disk_->Truncated(name_, size);
    return status;
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return SyncWith(&rocksdb::FSWritableFile::Sync, options, debug);
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return SyncWith(&rocksdb::FSWritableFile::Fsync, options, debug);
  }

 private:
  using SyncFunction = IOStatus (rocksdb::FSWritableFile::*)(const IOOptions&,
                                                             IODebugContext*);
  IOStatus SyncWith(SyncFunction sync, const IOOptions& options,
                    IODebugContext* debug) {
    IOStatus status = disk_->Before(Operation::kSync, name_);
    // What is appended while the sync runs is not covered by it.
    const std::uint64_t size = disk_->SizeOf(name_);
    if (disk_->IgnoresSyncOf(name_)) return status;
    if (status.ok()) status = (target()->*sync)(options, debug);
    if (status.ok()) disk_->Synced(name_, size);
    return status;
  }

  Disk* const disk_;
  const std::string name_;
};

class FaultEnv::DiskRandomFile final
    : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  DiskRandomFile(Disk* disk, std::string name,
                 std::unique_ptr<rocksdb::FSRandomAccessFile> file)
      : FSRandomAccessFileOwnerWrapper(std::move(file)),
        disk_(disk),
        name_(std::move(name)) {}

  IOStatus Read(std::uint64_t offset, std::size_t n, const IOOptions& options,
                rocksdb::Slice* result, char* scratch,
                IODebugContext* debug) const override {
    IOStatus status = disk_->Before(Operation::kRead, name_);
    if (!status.ok()) return status;
    return target()->Read(offset, n, options, result, scratch, debug);
  }
  IOStatus MultiRead(rocksdb::FSReadRequest* requests, std::size_t count,
                     const IOOptions& options, IODebugContext* debug) override {
    for (std::size_t i = 0; i < count; ++i) {
      rocksdb::FSReadRequest& request = requests[i];
      request.status = Read(request.offset, request.len, options,
                            &request.result, request.scratch, debug);
    }
    return IOStatus::OK();
  }

 private:
  Disk* const disk_;
  const std::string name_;
};

class FaultEnv::DiskSequentialFile final
    : public rocksdb::FSSequentialFileOwnerWrapper {
 public:
  DiskSequentialFile(Disk* disk, std::string name,
                     std::unique_ptr<rocksdb::FSSequentialFile> file)
      : FSSequentialFileOwnerWrapper(std::move(file)),
        disk_(disk),
        name_(std::move(name)) {}

  IOStatus Read(std::size_t n, const IOOptions& options, rocksdb::Slice* result,
                char* scratch, IODebugContext* debug) override {
    IOStatus status = disk_->Before(Operation::kRead, name_);
    if (!status.ok()) return status;
    return target()->Read(n, options, result, scratch, debug);
  }

 private:
  Disk* const disk_;
  const std::string name_;
};

class FaultEnv::DiskDirectory final : public rocksdb::FSDirectory {
 public:
  DiskDirectory(Disk* disk, std::string name,
                std::unique_ptr<rocksdb::FSDirectory> directory)
      : disk_(disk), name_(std::move(name)), directory_(std::move(directory)) {}

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    IOStatus status = disk_->BeforeChange();
    if (status.ok()) status = directory_->Fsync(options, debug);
    if (status.ok()) disk_->DirectorySynced(name_);
    return status;
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    return directory_->Close(options, debug);
  }

 private:
  Disk* const disk_;
  const std::string name_;
  const std::unique_ptr<rocksdb::FSDirectory> directory_;
};

IOStatus FaultEnv::Disk::NewSequentialFile(
    const std::string& name, const FileOptions& options,
    std::unique_ptr<rocksdb::FSSequentialFile>* result, IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSSequentialFile> file;
  IOStatus status = target()->NewSequentialFile(name, options, &file, debug);
  if (!status.ok()) return status;
  *result =
      std::make_unique<DiskSequentialFile>(this, Normal(name), std::move(file));
  return status;
}

IOStatus FaultEnv::Disk::NewRandomAccessFile(
    const std::string& name, const FileOptions& options,
    std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
    IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSRandomAccessFile> file;
  IOStatus status = target()->NewRandomAccessFile(name, options, &file, debug);
  if (!status.ok()) return status;
  *result =
      std::make_unique<DiskRandomFile>(this, Normal(name), std::move(file));
  return status;
}

IOStatus FaultEnv::Disk::GetFreeSpace(const std::string& path,
                                      const IOOptions& options,
                                      std::uint64_t* bytes,
                                      IODebugContext* debug) {
  {
    absl::MutexLock lock(&mutex_);
    if (free_bytes_.has_value()) {
      *bytes = *free_bytes_;
      return IOStatus::OK();
    }
  }
  return target()->GetFreeSpace(path, options, bytes, debug);
}

IOStatus FaultEnv::Disk::NewWritableFile(
    const std::string& name, const FileOptions& options,
    std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* debug) {
  IOStatus status = Before(Operation::kCreate, Normal(name));
  if (!status.ok()) return status;
  const std::string path = Normal(name);
  std::optional<std::string> before = ReadWhole(path);
  std::unique_ptr<rocksdb::FSWritableFile> file;
  status = target()->NewWritableFile(name, options, &file, debug);
  if (!status.ok()) return status;
  absl::MutexLock lock(&mutex_);
  files_[path] = File{};
  unsynced_names_.emplace(path, std::move(before));
  *result = std::make_unique<DiskFile>(this, path, std::move(file));
  return status;
}

IOStatus FaultEnv::Disk::ReopenWritableFile(
    const std::string& name, const FileOptions& options,
    std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* debug) {
  IOStatus status = BeforeChange();
  if (!status.ok()) return status;
  const std::string path = Normal(name);
  std::unique_ptr<rocksdb::FSWritableFile> file;
  status = target()->ReopenWritableFile(name, options, &file, debug);
  if (!status.ok()) return status;
  absl::MutexLock lock(&mutex_);
  const std::uint64_t size = std::filesystem::file_size(path);
  // A file from before this disk was watched counts as synced.
  files_.emplace(path, File{size, size});
  *result = std::make_unique<DiskFile>(this, path, std::move(file));
  return status;
}

IOStatus FaultEnv::Disk::NewDirectory(
    const std::string& name, const IOOptions& options,
    std::unique_ptr<rocksdb::FSDirectory>* result, IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSDirectory> directory;
  IOStatus status = target()->NewDirectory(name, options, &directory, debug);
  if (!status.ok()) return status;
  // Files name their parent without the slash that RocksDB may add.
  *result = std::make_unique<DiskDirectory>(this, ParentOf(name + "/file"),
                                            std::move(directory));
  return status;
}

IOStatus FaultEnv::Disk::DeleteFile(const std::string& name,
                                    const IOOptions& options,
                                    IODebugContext* debug) {
  IOStatus status = BeforeChange();
  if (!status.ok()) return status;
  const std::string path = Normal(name);
  std::optional<std::string> before = ReadWhole(path);
  status = target()->DeleteFile(name, options, debug);
  if (!status.ok()) return status;
  absl::MutexLock lock(&mutex_);
  const auto file = files_.find(path);
  const bool had_durable_name = unsynced_names_.erase(path) == 0;
  if (file != files_.end() && had_durable_name && before.has_value()) {
    before->resize(std::min<std::size_t>(before->size(), file->second.synced));
    unsynced_deletions_[path] = *std::move(before);
  }
  files_.erase(path);
  return status;
}

IOStatus FaultEnv::Disk::RenameFile(const std::string& from,
                                    const std::string& to,
                                    const IOOptions& options,
                                    IODebugContext* debug) {
  IOStatus status = BeforeChange();
  if (!status.ok()) return status;
  const std::string old_path = Normal(from);
  const std::string new_path = Normal(to);
  std::optional<std::string> before = ReadWhole(new_path);
  status = target()->RenameFile(from, to, options, debug);
  if (!status.ok()) return status;
  absl::MutexLock lock(&mutex_);
  // RocksDB's LOG is not made here, and its bytes do not matter.
  const auto moved = files_.find(old_path);
  if (moved == files_.end()) return status;
  files_[new_path] = moved->second;
  files_.erase(moved);
  unsynced_names_.erase(old_path);
  unsynced_names_.emplace(new_path, std::move(before));
  return status;
}

bool FaultEnv::Disk::UsePowerLocked() {
  if (changes_left_.has_value() && (*changes_left_)-- == 0) {
    power_ = false;
    changes_left_.reset();
  }
  return power_;
}

bool FaultEnv::Disk::UsePower() {
  absl::MutexLock lock(&mutex_);
  return UsePowerLocked();
}

IOStatus FaultEnv::Disk::BeforeChange() {
  return UsePower() ? IOStatus::OK() : IOStatus::IOError("no power");
}

IOStatus FaultEnv::Disk::Before(Operation operation, const std::string& name) {
  absl::MutexLock lock(&mutex_);
  // Without power nothing changes; what is there can still be read.
  if (operation != Operation::kRead && !UsePowerLocked()) {
    return IOStatus::IOError("no power");
  }
  for (auto fault = faults_.begin(); fault != faults_.end(); ++fault) {
    if (fault->operation != operation || !absl::EndsWith(name, fault->suffix)) {
      continue;
    }
    const Reason reason = fault->reason;
    if (fault->times > 0 && --fault->times == 0) faults_.erase(fault);
    ++failures_;
    return reason == Reason::kNoSpace ? IOStatus::NoSpace("injected")
                                      : IOStatus::IOError("injected");
  }
  return IOStatus::OK();
}

void FaultEnv::Disk::Appended(const std::string& name, std::uint64_t bytes) {
  absl::MutexLock lock(&mutex_);
  files_[name].size += bytes;
}

void FaultEnv::Disk::Truncated(const std::string& name, std::uint64_t size) {
  absl::MutexLock lock(&mutex_);
  File& file = files_[name];
  file.size = size;
  file.synced = std::min(file.synced, size);
}

std::uint64_t FaultEnv::Disk::SizeOf(const std::string& name) const {
  absl::MutexLock lock(&mutex_);
  const auto found = files_.find(name);
  return found == files_.end() ? 0 : found->second.size;
}

void FaultEnv::Disk::Synced(const std::string& name, std::uint64_t size) {
  absl::MutexLock lock(&mutex_);
  files_[name].synced = size;
}

void FaultEnv::Disk::DirectorySynced(const std::string& directory) {
  absl::MutexLock lock(&mutex_);
  if (ignores_directory_syncs_) return;
  const auto is_inside = [&directory](const auto& entry) {
    return ParentOf(entry.first) == directory;
  };
  std::erase_if(unsynced_names_, is_inside);
  std::erase_if(unsynced_deletions_, is_inside);
}

void FaultEnv::Disk::Fail(Operation operation, Reason reason,
                          std::string suffix, int times) {
  absl::MutexLock lock(&mutex_);
  faults_.push_back(Fault{operation, reason, std::move(suffix), times});
}

void FaultEnv::Disk::Heal() {
  absl::MutexLock lock(&mutex_);
  faults_.clear();
  free_bytes_.reset();
}

void FaultEnv::Disk::SetFreeBytes(std::uint64_t bytes) {
  absl::MutexLock lock(&mutex_);
  free_bytes_ = bytes;
}

int FaultEnv::Disk::failures() const {
  absl::MutexLock lock(&mutex_);
  return failures_;
}

void FaultEnv::Disk::CutPower() {
  absl::MutexLock lock(&mutex_);
  power_ = false;
}

void FaultEnv::Disk::CutPowerAfter(std::uint64_t operations) {
  absl::MutexLock lock(&mutex_);
  changes_left_ = operations;
}

void FaultEnv::Disk::IgnoreLogSyncs() {
  absl::MutexLock lock(&mutex_);
  ignores_log_syncs_ = true;
}

void FaultEnv::Disk::IgnoreDirectorySyncs() {
  absl::MutexLock lock(&mutex_);
  ignores_directory_syncs_ = true;
}

bool FaultEnv::Disk::IgnoresSyncOf(const std::string& name) const {
  absl::MutexLock lock(&mutex_);
  return ignores_log_syncs_ && absl::EndsWith(name, ".log");
}

void FaultEnv::Disk::LoseContents(RandomSource* random, Tear tear) {
  for (auto& [path, file] : files_) {
    if (!std::filesystem::exists(path)) continue;
    const std::uint64_t unsynced = file.size - file.synced;
    std::uint64_t kept = random == nullptr ? 0 : Below(random, unsynced + 1);
    // Mostly all of it, with holes: of less the end is cut off anyway.
    const bool sectors = random != nullptr && tear == Tear::kSectors;
    if (sectors && Below(random, 2) == 0) kept = unsynced;
    file.size = file.synced + kept;
    file.synced = file.size;
    // The log is allocated ahead, which the size does not show.
    CREDITREG_CHECK(std::filesystem::file_size(path) >= file.size,
                    "the file holds what was appended");
    std::filesystem::resize_file(path, file.size);
    if (sectors) LoseSectors(path, file.size - kept, random);
  }
}

void FaultEnv::Disk::LoseNames(RandomSource* random) {
  const auto write =
      [this](const std::string& path, const std::string& bytes)
          ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
            std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
            files_[path] = File{bytes.size(), bytes.size()};
          };
  for (const auto& [path, before] : unsynced_names_) {
    if (random != nullptr && Below(random, 2) == 0) continue;
    if (before.has_value()) {
      write(path, *before);
    } else {
      std::filesystem::remove(path);
      files_.erase(path);
    }
  }
  for (const auto& [path, bytes] : unsynced_deletions_) {
    if (random != nullptr && Below(random, 2) == 0) continue;
    if (!std::filesystem::exists(path)) write(path, bytes);
  }
  unsynced_names_.clear();
  unsynced_deletions_.clear();
}

void FaultEnv::Disk::LoseUnsynced(RandomSource* random, Tear tear) {
  absl::MutexLock lock(&mutex_);
  LoseContents(random, tear);
  LoseNames(random);
  faults_.clear();
  free_bytes_.reset();
  changes_left_.reset();
  ignores_log_syncs_ = false;
  ignores_directory_syncs_ = false;
  failures_ = 0;
  power_ = true;
}

FaultEnv::FaultEnv()
    : disk_(std::make_shared<Disk>()), env_(rocksdb::NewCompositeEnv(disk_)) {}
FaultEnv::~FaultEnv() = default;

rocksdb::Env* FaultEnv::env() { return env_.get(); }
void FaultEnv::FailNext(Operation operation, Reason reason,
                        std::string suffix) {
  disk_->Fail(operation, reason, std::move(suffix), 1);
}
void FaultEnv::FailAll(Operation operation, Reason reason, std::string suffix) {
  disk_->Fail(operation, reason, std::move(suffix), -1);
}
void FaultEnv::Heal() { disk_->Heal(); }
void FaultEnv::SetFreeBytes(std::uint64_t bytes) { disk_->SetFreeBytes(bytes); }
int FaultEnv::failures() const { return disk_->failures(); }
void FaultEnv::CutPower() { disk_->CutPower(); }
void FaultEnv::CutPowerAfter(std::uint64_t operations) {
  disk_->CutPowerAfter(operations);
}
bool FaultEnv::UsePower() { return disk_->UsePower(); }
void FaultEnv::IgnoreLogSyncs() { disk_->IgnoreLogSyncs(); }
void FaultEnv::IgnoreDirectorySyncs() { disk_->IgnoreDirectorySyncs(); }
void FaultEnv::LoseUnsynced(RandomSource* random, Tear tear) {
  disk_->LoseUnsynced(random, tear);
}

}  // namespace creditreg
