// The data_keys file: slots of 64 bytes, slot n at offset 64 * n, numbers
// big-endian. Suites: SealingSuite by number.
//
//   slot 0                              slot 1, 2, ...
//   0   7   magic "CRDKEYS"             0   1   state: 1 live, 2 destroyed
//   7   1   format version, 0x02        1   1   suite
//   8   4   version of the master key   2   2   zero
//   12  1   suite of the check          4   12  nonce
//   13  3   zero                        16  48  key sealed under the master
//   16  12  nonce                               key, context: slot number, 8
//   28  24  check: 8 zero bytes                 bytes
//           sealed under the master
//           key, context: slot 0        A destroyed slot is zero but for its
//   52  12  first bytes of SM3 of       state.
//           the 52 bytes before
//
// The checksum tells a damaged header from another master key.
//
// DO NOT CHANGE: these bytes are on disk, and without them sealed rows are
// lost. DataKeyStoreTest.GoldenBytes pins them.
//
// Destroy() overwrites in place: what a copying file system, a snapshot or worn
// flash keeps of the old bytes is beyond it, hence the wrapping.
//
// Rewrap() writes a new file and renames it: a slot that is torn while it is
// overwritten would be a key lost.
//
// Get() reads the slot each time: one pread from the page cache and one
// short unsealing cost about 2 us, and a cache of open keys would have to be
// bounded, and emptied by Destroy().

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "index/base/status_macros.h"
#include "index/store/durable_files.h"
#include "index/store/key_files.h"
#include "index/store/master_keys.h"

namespace creditreg {
namespace {

constexpr std::size_t kSlotBytes = 64;
constexpr absl::string_view kMagicAndVersion("CRDKEYS\x02", 8);
constexpr std::size_t kHeaderSuiteOffset = 12;
constexpr std::size_t kHeaderNonceOffset = 16;
constexpr std::size_t kCheckBytes = 8;
constexpr std::size_t kHeaderSumOffset =
    kHeaderNonceOffset + kNonceBytes + kCheckBytes + kTagBytes;
constexpr std::size_t kHeaderSumBytes = kSlotBytes - kHeaderSumOffset;
constexpr char kLive = 1;
constexpr char kDestroyed = 2;
constexpr std::size_t kSlotNonceOffset = 4;
// Slots that Rewrap() does under the locks: about 0.3 ms.
constexpr std::uint64_t kRewrapChunk = 128;

constexpr absl::string_view kFileName = "data_keys";
constexpr absl::string_view kOpening = "open data keys";
constexpr absl::string_view kReading = "read data key";
constexpr absl::string_view kStoring = "store data keys";
constexpr absl::string_view kDestroying = "destroy data key";
constexpr absl::string_view kRewrapping = "rewrap data keys";

// The master key that wraps a file's slots, and how.
struct Wrapping {
  std::uint32_t master_version = 0;
  Key256 master;
  SealingSuite suite = SealingSuite::kAes256Gcm;
};

std::string BigEndian(std::uint64_t number, std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = size; i-- > 0; number >>= 8) {
    bytes[i] = static_cast<char>(number & 0xFF);
  }
  return bytes;
}

std::string SlotContext(std::uint64_t slot) { return BigEndian(slot, 8); }

std::string EncodeHeader(const Wrapping& wrapping, RandomSource* random) {
  const Sealed check =
      Seal(wrapping.suite, wrapping.master, std::string(kCheckBytes, '\0'),
           SlotContext(0), random);
  std::string bytes =
      absl::StrCat(kMagicAndVersion, BigEndian(wrapping.master_version, 4));
  bytes += static_cast<char>(wrapping.suite);
  bytes.resize(kHeaderNonceOffset, '\0');
  absl::StrAppend(&bytes, check.nonce, check.ciphertext);
  return absl::StrCat(bytes, Sm3(bytes).substr(0, kHeaderSumBytes));
}

// Which master key wrapped a file; it must be had from its source.
absl::StatusOr<std::uint32_t> DecodeHeader(absl::string_view bytes) {
  if (bytes.size() != kSlotBytes ||
      bytes.substr(0, kMagicAndVersion.size()) != kMagicAndVersion) {
    return absl::DataLossError(
        absl::StrCat(kOpening, ": not a data key file of version 2"));
  }
  if (bytes.substr(kHeaderSumOffset) !=
      Sm3(bytes.substr(0, kHeaderSumOffset)).substr(0, kHeaderSumBytes)) {
    return absl::DataLossError(
        absl::StrCat(kOpening, ": header's checksum does not match"));
  }
  std::uint32_t version = 0;
  for (const char byte : bytes.substr(kMagicAndVersion.size(), 4)) {
    version = version << 8 | static_cast<unsigned char>(byte);
  }
  return version;
}

absl::Status CheckMaster(absl::string_view header, const Key256& master) {
  const absl::string_view check =
      header.substr(kHeaderNonceOffset, kHeaderSumOffset - kHeaderNonceOffset);
  const Sealed sealed{std::string(check.substr(0, kNonceBytes)),
                      std::string(check.substr(kNonceBytes)),
                      static_cast<SealingSuite>(header[kHeaderSuiteOffset])};
  if (!Open(master, sealed, SlotContext(0)).ok()) {
    return absl::FailedPreconditionError(absl::StrCat(
        kOpening, ": wrapped by another master key, want that one"));
  }
  return absl::OkStatus();
}

std::string EncodeLiveSlot(std::uint64_t slot, const Key256& key,
                           const Wrapping& wrapping, RandomSource* random) {
  const Sealed sealed = Seal(
      wrapping.suite, wrapping.master,
      absl::string_view(reinterpret_cast<const char*>(key.data()), key.size()),
      SlotContext(slot), random);
  std::string bytes(kSlotNonceOffset, '\0');
  bytes[0] = kLive;
  bytes[1] = static_cast<char>(wrapping.suite);
  return absl::StrCat(bytes, sealed.nonce, sealed.ciphertext);
}

std::string EncodeDestroyedSlot() {
  std::string bytes(kSlotBytes, '\0');
  bytes[0] = kDestroyed;
  return bytes;
}

absl::Status NoSuchSlot(absl::string_view doing, std::uint64_t slot) {
  return absl::NotFoundError(
      absl::StrCat(doing, ": slot ", slot, ": no such slot"));
}

absl::Status Damaged(std::uint64_t slot) {
  return absl::DataLossError(
      absl::StrCat(kReading, ": slot ", slot, " is damaged"));
}

// Errors: as DataKeyStore::Get().
absl::StatusOr<Key256> DecodeSlot(std::uint64_t slot, absl::string_view bytes,
                                  const Key256& master) {
  if (bytes == EncodeDestroyedSlot()) {
    return absl::NotFoundError(
        absl::StrCat(kReading, ": slot ", slot, ": key was destroyed"));
  }
  if (bytes.size() != kSlotBytes || bytes[0] != kLive || bytes[2] != 0 ||
      bytes[3] != 0) {
    return Damaged(slot);
  }
  const Sealed sealed{std::string(bytes.substr(kSlotNonceOffset, kNonceBytes)),
                      std::string(bytes.substr(kSlotNonceOffset + kNonceBytes)),
                      static_cast<SealingSuite>(bytes[1])};
  absl::StatusOr<std::string> plain =
      creditreg::Open(master, sealed, SlotContext(slot));
  if (!plain.ok()) return Damaged(slot);
  const Wiper wipe(&*plain);
  Key256 key;
  if (plain->size() != key.size()) return Damaged(slot);
  std::memcpy(key.data(), plain->data(), key.size());
  return key;
}

class SlotFile final : public DataKeyStore {
 public:
  // `slots_on_disk` counts the header too.
  SlotFile(const DataKeyOptions& options,
           std::shared_ptr<MasterKeySource> master_keys, FileDescriptor lock,
           FileDescriptor file, const Wrapping& wrapping,
           std::uint64_t slots_on_disk, RandomSource* random)
      : options_(options),
        master_keys_(std::move(master_keys)),
        lock_(std::move(lock)),
        random_(random),
        file_(std::move(file)),
        wrapping_(wrapping),
        slots_on_disk_(slots_on_disk) {}

  std::uint64_t slots() const override { return slots_on_disk_.load(); }
  SealingSuite suite() const override { return options_.suite; }
  std::uint32_t master_version() const override {
    absl::ReaderMutexLock lock(&file_mutex_);
    return wrapping_.master_version;
  }
  Key256 master_key() const override {
    absl::ReaderMutexLock lock(&file_mutex_);
    return wrapping_.master;
  }
  absl::StatusOr<NewKey> Add() override;
  absl::Status Sync() override;
  absl::Status Reopen() override;
  absl::StatusOr<Key256> Get(std::uint64_t slot) const override;
  absl::Status Destroy(std::uint64_t slot) override;
  absl::Status Rewrap(
      std::uint32_t master_version,
      const std::function<bool(const RewrapProgress&)>& progress) override;

 private:
  // A file that Rewrap() writes.
  struct Successor {
    FileDescriptor file;
    Wrapping wrapping;
    // Slots [0, done) are in it.
    std::uint64_t done = 0;
    // Something that the old file has is not in it: it must not take over.
    absl::Status failure;
    std::uint64_t damaged = 0;
  };

  absl::Status CheckWritable() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status SyncLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Overwrite(std::uint64_t slot)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status BeginSuccessor(std::uint32_t master_version)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Up to `limit` slots more, of those on disk.
  absl::Status CopySlots(std::uint64_t limit)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_, file_mutex_);
  absl::Status CopyAll(
      const std::function<bool(const RewrapProgress&)>& progress)
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status TakeOver() ABSL_LOCKS_EXCLUDED(mutex_);

  const DataKeyOptions options_;
  const std::shared_ptr<MasterKeySource> master_keys_;
  const FileDescriptor lock_;

  // Held through Add(), Sync(), Destroy() and steps of Rewrap(), disk included;
  // Get() takes it only for a slot that is not on disk yet.
  mutable absl::Mutex mutex_;
  RandomSource* const random_ ABSL_PT_GUARDED_BY(mutex_);
  // Slots from slots_on_disk_ on.
  std::string pending_ ABSL_GUARDED_BY(mutex_);
  bool failed_ ABSL_GUARDED_BY(mutex_) = false;
  // Slots that were overwritten, or were to be, and may not be on disk: after a
  // sync that failed the system forgets what it did not write.
  std::set<std::uint64_t> unsure_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Successor> successor_ ABSL_GUARDED_BY(mutex_);

  // Exclusive where slots are overwritten, so that a reader never sees half of
  // one, or another file takes the place of this one.
  mutable absl::Mutex file_mutex_ ABSL_ACQUIRED_AFTER(mutex_);
  FileDescriptor file_ ABSL_GUARDED_BY(file_mutex_);
  Wrapping wrapping_ ABSL_GUARDED_BY(file_mutex_);
  // Written under mutex_; grows only.
  std::atomic<std::uint64_t> slots_on_disk_;
};

absl::Status SlotFile::CheckWritable() const {
  if (options_.read_only) {
    return absl::FailedPreconditionError(
        absl::StrCat(kStoring, ": opened read-only"));
  }
  if (failed_) {
    return absl::UnavailableError(absl::StrCat(
        kStoring, ": the disk failed before, want the file reopened"));
  }
  return absl::OkStatus();
}

absl::StatusOr<DataKeyStore::NewKey> SlotFile::Add() {
  absl::MutexLock lock(&mutex_);
  CREDITREG_RETURN_IF_ERROR(CheckWritable());
  NewKey added;
  added.slot = slots_on_disk_.load() + pending_.size() / kSlotBytes;
  random_->Fill(reinterpret_cast<char*>(added.key.data()), added.key.size());
  absl::ReaderMutexLock file_lock(&file_mutex_);
  pending_ += EncodeLiveSlot(added.slot, added.key, wrapping_, random_);
  return added;
}

absl::Status SlotFile::Sync() {
  absl::MutexLock lock(&mutex_);
  return SyncLocked();
}

absl::Status SlotFile::SyncLocked() {
  // Nothing to do is not asked of the disk, so also read-only and after a
  // failure that lost nothing; but a failure may have left keys behind.
  if (pending_.empty() && !failed_) return absl::OkStatus();
  CREDITREG_RETURN_IF_ERROR(CheckWritable());
  const std::uint64_t first = slots_on_disk_.load();
  absl::ReaderMutexLock file_lock(&file_mutex_);
  absl::Status stored = WriteAt(file_, first * kSlotBytes, pending_, kStoring);
  if (stored.ok()) stored = SyncFile(file_, kStoring);
  if (!stored.ok()) {
    failed_ = true;
    return stored;
  }
  slots_on_disk_.store(first + pending_.size() / kSlotBytes);
  pending_.clear();
  return absl::OkStatus();
}

absl::Status SlotFile::Reopen() {
  constexpr absl::string_view kReopening = "reopen data keys";
  absl::MutexLock lock(&mutex_);
  if (!failed_) return absl::OkStatus();
  pending_.clear();
  const std::uint64_t size = slots_on_disk_.load() * kSlotBytes;
  // What it took in before the failure is not known for sure.
  if (successor_ != nullptr) {
    successor_->failure = absl::UnavailableError(
        absl::StrCat(kRewrapping, ": the disk failed meanwhile"));
  }
  absl::MutexLock file_lock(&file_mutex_);
  CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t found,
                             FileSize(file_, kReopening));
  if (found < size) {
    return absl::DataLossError(
        absl::StrCat(kReopening, ": the file lost slots at its end"));
  }
  // What lies behind may look written and not be on disk. It goes, so that
  // whatever is appended next is written anew, with the page it begins in.
  CREDITREG_RETURN_IF_ERROR(CutFile(file_, size, kReopening));
  for (const std::uint64_t slot : unsure_) {
    CREDITREG_RETURN_IF_ERROR(
        WriteAt(file_, slot * kSlotBytes, EncodeDestroyedSlot(), kReopening));
  }
  CREDITREG_RETURN_IF_ERROR(SyncFile(file_, kReopening));
  unsure_.clear();
  // Its name, where it took another's place.
  CREDITREG_RETURN_IF_ERROR(SyncDirectory(options_.key_dir, kReopening));
  failed_ = false;
  return absl::OkStatus();
}

absl::StatusOr<Key256> SlotFile::Get(std::uint64_t slot) const {
  if (slot == 0) return NoSuchSlot(kReading, slot);
  if (slot >= slots_on_disk_.load()) {
    absl::MutexLock lock(&mutex_);
    // It may have gone to disk since.
    const std::uint64_t first = slots_on_disk_.load();
    if (slot >= first) {
      const std::uint64_t index = slot - first;
      if (index >= pending_.size() / kSlotBytes) {
        return NoSuchSlot(kReading, slot);
      }
      absl::ReaderMutexLock file_lock(&file_mutex_);
      return DecodeSlot(
          slot,
          absl::string_view(pending_).substr(index * kSlotBytes, kSlotBytes),
          wrapping_.master);
    }
  }
  std::string bytes;
  Key256 master;
  {
    absl::ReaderMutexLock lock(&file_mutex_);
    CREDITREG_ASSIGN_OR_RETURN(
        bytes, ReadAt(file_, slot * kSlotBytes, kSlotBytes, kReading));
    master = wrapping_.master;
  }
  return DecodeSlot(slot, bytes, master);
}

absl::Status SlotFile::Destroy(std::uint64_t slot) {
  absl::MutexLock lock(&mutex_);
  CREDITREG_RETURN_IF_ERROR(CheckWritable());
  const std::uint64_t end =
      slots_on_disk_.load() + pending_.size() / kSlotBytes;
  if (slot == 0 || slot >= end) {
    return NoSuchSlot(kDestroying, slot);
  }
  absl::Status done = SyncLocked();
  if (done.ok()) done = Overwrite(slot);
  if (!done.ok()) failed_ = true;
  return done;
}

absl::Status SlotFile::Overwrite(std::uint64_t slot) {
  const std::string destroyed = EncodeDestroyedSlot();
  absl::MutexLock file_lock(&file_mutex_);
  unsure_.insert(slot);
  // Also where it was destroyed already: that may not have reached the disk.
  CREDITREG_RETURN_IF_ERROR(
      WriteAt(file_, slot * kSlotBytes, destroyed, kDestroying));
  if (successor_ != nullptr && slot < successor_->done) {
    const absl::Status written =
        WriteAt(successor_->file, slot * kSlotBytes, destroyed, kDestroying);
    if (!written.ok()) successor_->failure = written;
  }
  CREDITREG_RETURN_IF_ERROR(SyncFile(file_, kDestroying));
  unsure_.erase(slot);
  return absl::OkStatus();
}

absl::Status SlotFile::Rewrap(
    std::uint32_t master_version,
    const std::function<bool(const RewrapProgress&)>& progress) {
  CREDITREG_RETURN_IF_ERROR(BeginSuccessor(master_version));
  absl::Status done = CopyAll(progress);
  if (done.ok()) done = TakeOver();
  absl::MutexLock lock(&mutex_);
  if (successor_ != nullptr) {
    successor_.reset();
    // What stays of it is taken away by the next one, or at the next start.
    DropNewFile(options_.key_dir, std::string(kFileName), kRewrapping)
        .IgnoreError();
  }
  return done;
}

absl::Status SlotFile::BeginSuccessor(std::uint32_t master_version) {
  CREDITREG_ASSIGN_OR_RETURN(const Key256 master,
                             GetMasterKey(*master_keys_, master_version));
  // Nobody could open what a key wrapped that does not come again.
  CREDITREG_ASSIGN_OR_RETURN(const Key256 again,
                             GetMasterKey(*master_keys_, master_version));
  if (again != master) {
    return absl::FailedPreconditionError(
        absl::StrCat("NO_MASTER_KEY: ", kRewrapping, ": version ",
                     master_version, " is another key each time"));
  }
  absl::MutexLock lock(&mutex_);
  CREDITREG_RETURN_IF_ERROR(CheckWritable());
  if (successor_ != nullptr) {
    return absl::FailedPreconditionError(absl::StrCat(
        "ROTATION_RUNNING: ", kRewrapping, ": one is running, want its end"));
  }
  {
    absl::ReaderMutexLock file_lock(&file_mutex_);
    if (master == wrapping_.master) {
      return absl::FailedPreconditionError(absl::StrCat(
          "NO_MASTER_KEY: ", kRewrapping, ": version ", master_version,
          " is the key of version ", wrapping_.master_version));
    }
  }
  auto successor = std::make_unique<Successor>();
  successor->wrapping = {master_version, master, options_.suite};
  CREDITREG_ASSIGN_OR_RETURN(
      successor->file,
      BeginNewFile(options_.key_dir, std::string(kFileName), kRewrapping));
  CREDITREG_RETURN_IF_ERROR(WriteAt(successor->file, 0,
                                    EncodeHeader(successor->wrapping, random_),
                                    kRewrapping));
  successor->done = 1;
  successor_ = std::move(successor);
  return absl::OkStatus();
}

absl::Status SlotFile::CopySlots(std::uint64_t limit) {
  CREDITREG_RETURN_IF_ERROR(successor_->failure);
  const std::uint64_t n =
      std::min(limit, slots_on_disk_.load() - successor_->done);
  CREDITREG_ASSIGN_OR_RETURN(const std::string from,
                             ReadAt(file_, successor_->done * kSlotBytes,
                                    n * kSlotBytes, kRewrapping));
  if (from.size() != n * kSlotBytes) {
    return absl::DataLossError(
        absl::StrCat(kRewrapping, ": the file lost slots at its end"));
  }
  std::string to;
  to.reserve(from.size());
  for (std::uint64_t i = 0; i < n; ++i) {
    const absl::string_view bytes =
        absl::string_view(from).substr(i * kSlotBytes, kSlotBytes);
    const std::uint64_t slot = successor_->done + i;
    const absl::StatusOr<Key256> key =
        DecodeSlot(slot, bytes, wrapping_.master);
    if (key.ok()) {
      to += EncodeLiveSlot(slot, *key, successor_->wrapping, random_);
      continue;
    }
    // Destroyed, or damaged.
    if (absl::IsDataLoss(key.status())) ++successor_->damaged;
    absl::StrAppend(&to, bytes);
  }
  CREDITREG_RETURN_IF_ERROR(WriteAt(
      successor_->file, successor_->done * kSlotBytes, to, kRewrapping));
  successor_->done += n;
  return absl::OkStatus();
}

absl::Status SlotFile::CopyAll(
    const std::function<bool(const RewrapProgress&)>& progress) {
  RewrapProgress at;
  do {
    {
      absl::MutexLock lock(&mutex_);
      absl::MutexLock file_lock(&file_mutex_);
      CREDITREG_RETURN_IF_ERROR(CopySlots(kRewrapChunk));
      at = {successor_->done, slots_on_disk_.load(), successor_->damaged};
    }
    if (!progress(at)) {
      return absl::CancelledError(absl::StrCat(kRewrapping, ": broken off"));
    }
  } while (at.done < at.total);
  // Most of it goes to disk while others work on. Only this thread takes the
  // successor away.
  const FileDescriptor* file = nullptr;
  {
    absl::MutexLock lock(&mutex_);
    file = &successor_->file;
  }
  return SyncFile(*file, kRewrapping);
}

absl::Status SlotFile::TakeOver() {
  absl::MutexLock lock(&mutex_);
  absl::MutexLock file_lock(&file_mutex_);
  CREDITREG_RETURN_IF_ERROR(CheckWritable());
  // Those added since, few; and those not on disk yet.
  CREDITREG_RETURN_IF_ERROR(
      CopySlots(slots_on_disk_.load() - successor_->done));
  CREDITREG_RETURN_IF_ERROR(SyncFile(successor_->file, kRewrapping));
  std::string pending;
  for (std::size_t i = 0; i < pending_.size() / kSlotBytes; ++i) {
    const std::uint64_t slot = slots_on_disk_.load() + i;
    CREDITREG_ASSIGN_OR_RETURN(const Key256 key,
                               DecodeSlot(slot,
                                          absl::string_view(pending_).substr(
                                              i * kSlotBytes, kSlotBytes),
                                          wrapping_.master));
    pending += EncodeLiveSlot(slot, key, successor_->wrapping, random_);
  }
  const absl::Status named =
      FinishNewFile(options_.key_dir, std::string(kFileName), kRewrapping);
  if (!named.ok()) {
    const absl::StatusOr<bool> is_there = FileIsThere(
        absl::StrCat(options_.key_dir, "/", kFileName, ".new"), kRewrapping);
    // Not even renamed.
    if (is_there.ok() && *is_there) return named;
    // It has the place, as far as anybody can tell; Reopen() makes sure.
    failed_ = true;
  }
  file_ = std::move(successor_->file);
  wrapping_ = successor_->wrapping;
  pending_ = std::move(pending);
  successor_.reset();
  return named;
}

// Errors: NotFound no file.
absl::StatusOr<FileDescriptor> OpenSlots(const std::string& key_dir,
                                         bool read_only) {
  const FileAccess access =
      read_only ? FileAccess::kRead : FileAccess::kReadWrite;
  CREDITREG_ASSIGN_OR_RETURN(
      FileDescriptor file,
      OpenFile(absl::StrCat(key_dir, "/", kFileName), access, kOpening));
  CREDITREG_RETURN_IF_ERROR(CheckPrivate(file, kOpening));
  return file;
}

// Cuts off a torn last slot; returns how many whole ones there are.
absl::StatusOr<std::uint64_t> WholeSlots(const FileDescriptor& file,
                                         const DataKeyOptions& options) {
  CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t size,
                             FileSize(file, kOpening));
  const std::uint64_t slots = size / kSlotBytes;
  if (slots < options.least_slots) {
    return absl::FailedPreconditionError(absl::StrCat(
        kOpening, ": data_keys has ", slots, " slots, the database refers to ",
        options.least_slots, ", want the file that was beside it"));
  }
  if (size % kSlotBytes != 0 && !options.read_only) {
    CREDITREG_RETURN_IF_ERROR(CutFile(file, slots * kSlotBytes, kOpening));
    CREDITREG_RETURN_IF_ERROR(SyncFile(file, kOpening));
  }
  return slots;
}

}  // namespace

absl::StatusOr<std::unique_ptr<DataKeyStore>> DataKeyStore::Open(
    const DataKeyOptions& options, RandomSource* random) {
  const FileAccess access =
      options.read_only ? FileAccess::kRead : FileAccess::kReadWrite;
  const std::shared_ptr<MasterKeySource> master_keys = MasterKeysOf(options);
  CREDITREG_ASSIGN_OR_RETURN(FileDescriptor lock,
                             LockDirectory(options.key_dir, access, kOpening));
  CREDITREG_RETURN_IF_ERROR(CheckPrivate(lock, kOpening));
  absl::StatusOr<FileDescriptor> file =
      OpenSlots(options.key_dir, options.read_only);
  Wrapping wrapping;
  if (absl::IsNotFound(file.status())) {
    if (options.read_only || !options.create_if_missing) {
      return absl::FailedPreconditionError(
          absl::StrCat(kOpening,
                       ": data_keys is missing, want the file that was beside "
                       "the database"));
    }
    wrapping.master_version = kFirstMasterVersion;
    wrapping.suite = options.suite;
    CREDITREG_ASSIGN_OR_RETURN(wrapping.master,
                               GetMasterKey(*master_keys, kFirstMasterVersion));
    CREDITREG_RETURN_IF_ERROR(
        WriteNewFile(options.key_dir, std::string(kFileName),
                     EncodeHeader(wrapping, random), kOpening));
    file = OpenSlots(options.key_dir, options.read_only);
  }
  CREDITREG_RETURN_IF_ERROR(file.status());
  CREDITREG_ASSIGN_OR_RETURN(const std::string header,
                             ReadAt(*file, 0, kSlotBytes, kOpening));
  // Before anything is cut: a file that is not ours stays as it is.
  CREDITREG_ASSIGN_OR_RETURN(wrapping.master_version, DecodeHeader(header));
  CREDITREG_ASSIGN_OR_RETURN(
      wrapping.master, GetMasterKey(*master_keys, wrapping.master_version));
  CREDITREG_RETURN_IF_ERROR(CheckMaster(header, wrapping.master));
  wrapping.suite = options.suite;
  CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t slots,
                             WholeSlots(*file, options));
  if (!options.read_only) {
    // What a rotation left that was killed.
    CREDITREG_RETURN_IF_ERROR(
        DropNewFile(options.key_dir, std::string(kFileName), kOpening));
  }
  return std::make_unique<SlotFile>(options, master_keys, std::move(lock),
                                    *std::move(file), wrapping, slots, random);
}

}  // namespace creditreg
