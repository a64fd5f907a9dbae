// The data_keys file: slots of 64 bytes, slot n at offset 64 * n, numbers
// big-endian.
//
//   slot 0                              slot 1, 2, ...
//   0   7   magic "CRDKEYS"             0   1   state: 1 live, 2 destroyed
//   7   1   format version, 0x01        1   3   zero
//   8   12  nonce                       4   12  nonce
//   20  32  check: 16 zero bytes        16  48  key sealed under the master
//   key,
//           sealed under the master             context: slot number, 8 bytes
//           key, context: slot 0
//   52  12  first bytes of SM3 of       A destroyed slot is zero but for its
//           the 52 bytes before         state.
//
// The checksum tells a damaged header from another master key.
//
// DO NOT CHANGE: these bytes are on disk, and without them sealed rows are
// lost. DataKeyStoreTest.GoldenBytes pins them.
//
// Destroy() overwrites in place: what a copying file system, a snapshot or worn
// flash keeps of the old bytes is beyond it, hence the wrapping.
//
// Get() reads the slot each time: one pread from the page cache and one AES
// block chain cost about 2 us, and a cache of open keys would have to be
// bounded, and emptied by Destroy().

#include <atomic>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "index/base/status_macros.h"
#include "index/store/durable_files.h"
#include "index/store/key_files.h"

namespace creditreg {
namespace {

constexpr std::size_t kSlotBytes = 64;
constexpr absl::string_view kMagicAndVersion("CRDKEYS\x01", 8);
constexpr std::size_t kCheckBytes = 16;
constexpr std::size_t kHeaderSumOffset =
    kMagicAndVersion.size() + kNonceBytes + kCheckBytes + kTagBytes;
constexpr std::size_t kHeaderSumBytes = kSlotBytes - kHeaderSumOffset;
constexpr char kLive = 1;
constexpr char kDestroyed = 2;
constexpr std::size_t kSlotNonceOffset = 4;

constexpr absl::string_view kFileName = "data_keys";
constexpr absl::string_view kOpening = "open data keys";
constexpr absl::string_view kReading = "read data key";
constexpr absl::string_view kStoring = "store data keys";
constexpr absl::string_view kDestroying = "destroy data key";

std::string SlotContext(std::uint64_t slot) {
  std::string bytes(8, '\0');
  for (std::size_t i = bytes.size(); i-- > 0; slot >>= 8) {
    bytes[i] = static_cast<char>(slot & 0xFF);
  }
  return bytes;
}

std::string EncodeHeader(const Key256& master, RandomSource* random) {
  const Sealed check =
      Seal(master, std::string(kCheckBytes, '\0'), SlotContext(0), random);
  const std::string bytes =
      absl::StrCat(kMagicAndVersion, check.nonce, check.ciphertext);
  return absl::StrCat(bytes, Sm3(bytes).substr(0, kHeaderSumBytes));
}

absl::Status CheckHeader(absl::string_view bytes, const Key256& master) {
  if (bytes.size() != kSlotBytes ||
      bytes.substr(0, kMagicAndVersion.size()) != kMagicAndVersion) {
    return absl::DataLossError(
        absl::StrCat(kOpening, ": not a data key file of version 1"));
  }
  const absl::string_view summed = bytes.substr(0, kHeaderSumOffset);
  if (bytes.substr(kHeaderSumOffset) !=
      Sm3(summed).substr(0, kHeaderSumBytes)) {
    return absl::DataLossError(
        absl::StrCat(kOpening, ": header's checksum does not match"));
  }
  absl::string_view check = summed.substr(kMagicAndVersion.size());
  const Sealed sealed{std::string(check.substr(0, kNonceBytes)),
                      std::string(check.substr(kNonceBytes))};
  if (!Open(master, sealed, SlotContext(0)).ok()) {
    return absl::FailedPreconditionError(absl::StrCat(
        kOpening, ": wrapped by another master key, want that key ring"));
  }
  return absl::OkStatus();
}

std::string EncodeLiveSlot(std::uint64_t slot, const Key256& key,
                           const Key256& master, RandomSource* random) {
  const std::string plain(key.begin(), key.end());
  const Sealed sealed = Seal(master, plain, SlotContext(slot), random);
  std::string bytes(kSlotNonceOffset, '\0');
  bytes[0] = kLive;
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
  const std::string start{kLive, '\0', '\0', '\0'};
  if (bytes.size() != kSlotBytes ||
      bytes.substr(0, kSlotNonceOffset) != start) {
    return Damaged(slot);
  }
  const Sealed sealed{
      std::string(bytes.substr(kSlotNonceOffset, kNonceBytes)),
      std::string(bytes.substr(kSlotNonceOffset + kNonceBytes))};
  const absl::StatusOr<std::string> plain =
      creditreg::Open(master, sealed, SlotContext(slot));
  Key256 key;
  if (!plain.ok() || plain->size() != key.size()) return Damaged(slot);
  for (std::size_t i = 0; i < key.size(); ++i) {
    key[i] = static_cast<unsigned char>((*plain)[i]);
  }
  return key;
}

class SlotFile final : public DataKeyStore {
 public:
  // `slots_on_disk` counts the header too.
  SlotFile(FileDescriptor lock, FileDescriptor file,
           std::uint64_t slots_on_disk, const Key256& master,
           RandomSource* random, bool read_only)
      : lock_(std::move(lock)),
        file_(std::move(file)),
        master_(master),
        read_only_(read_only),
        random_(random),
        slots_on_disk_(slots_on_disk) {}

  std::uint64_t slots() const override { return slots_on_disk_.load(); }
  absl::StatusOr<NewKey> Add() override;
  absl::Status Sync() override;
  absl::Status Reopen() override;
  absl::StatusOr<Key256> Get(std::uint64_t slot) const override;
  absl::Status Destroy(std::uint64_t slot) override;

 private:
  absl::Status CheckWritable() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status SyncLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Overwrite(std::uint64_t slot)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const FileDescriptor lock_;
  const FileDescriptor file_;
  const Key256 master_;
  const bool read_only_;

  // Held through Add(), Sync() and Destroy(), disk included; Get() takes it
  // only for a slot that is not on disk yet.
  mutable absl::Mutex mutex_;
  RandomSource* const random_ ABSL_PT_GUARDED_BY(mutex_);
  // Slots from slots_on_disk_ on.
  std::string pending_ ABSL_GUARDED_BY(mutex_);
  bool failed_ ABSL_GUARDED_BY(mutex_) = false;

  // Written under mutex_; grows only.
  std::atomic<std::uint64_t> slots_on_disk_;
  // Keeps a reader from seeing half of an overwritten slot.
  mutable absl::Mutex overwrite_mutex_ ABSL_ACQUIRED_AFTER(mutex_);
};

absl::Status SlotFile::CheckWritable() const {
  if (read_only_) {
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
  pending_ += EncodeLiveSlot(added.slot, added.key, master_, random_);
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
  CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t found,
                             FileSize(file_, kReopening));
  if (found < size) {
    return absl::DataLossError(
        absl::StrCat(kReopening, ": the file lost slots at its end"));
  }
  // What lies behind may look written and not be on disk. It goes, so that
  // whatever is appended next is written anew, with the page it begins in.
  CREDITREG_RETURN_IF_ERROR(CutFile(file_, size, kReopening));
  CREDITREG_RETURN_IF_ERROR(SyncFile(file_, kReopening));
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
      return DecodeSlot(
          slot,
          absl::string_view(pending_).substr(index * kSlotBytes, kSlotBytes),
          master_);
    }
  }
  std::string bytes;
  {
    absl::ReaderMutexLock lock(&overwrite_mutex_);
    CREDITREG_ASSIGN_OR_RETURN(
        bytes, ReadAt(file_, slot * kSlotBytes, kSlotBytes, kReading));
  }
  return DecodeSlot(slot, bytes, master_);
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
  {
    absl::MutexLock lock(&overwrite_mutex_);
    // Also where it was destroyed already: that may not have reached the disk.
    CREDITREG_RETURN_IF_ERROR(
        WriteAt(file_, slot * kSlotBytes, EncodeDestroyedSlot(), kDestroying));
  }
  return SyncFile(file_, kDestroying);
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
    const DataKeyOptions& options, const Key256& master, RandomSource* random) {
  const FileAccess access =
      options.read_only ? FileAccess::kRead : FileAccess::kReadWrite;
  CREDITREG_ASSIGN_OR_RETURN(FileDescriptor lock,
                             LockDirectory(options.key_dir, access, kOpening));
  CREDITREG_RETURN_IF_ERROR(CheckPrivate(lock, kOpening));
  absl::StatusOr<FileDescriptor> file =
      OpenSlots(options.key_dir, options.read_only);
  if (absl::IsNotFound(file.status())) {
    if (options.read_only || !options.create_if_missing) {
      return absl::FailedPreconditionError(
          absl::StrCat(kOpening,
                       ": data_keys is missing, want the file that was beside "
                       "the database"));
    }
    CREDITREG_RETURN_IF_ERROR(
        WriteNewFile(options.key_dir, std::string(kFileName),
                     EncodeHeader(master, random), kOpening));
    file = OpenSlots(options.key_dir, options.read_only);
  }
  CREDITREG_RETURN_IF_ERROR(file.status());
  CREDITREG_ASSIGN_OR_RETURN(const std::string header,
                             ReadAt(*file, 0, kSlotBytes, kOpening));
  // Before anything is cut: a file that is not ours stays as it is.
  CREDITREG_RETURN_IF_ERROR(CheckHeader(header, master));
  CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t slots,
                             WholeSlots(*file, options));
  return std::make_unique<SlotFile>(std::move(lock), *std::move(file), slots,
                                    master, random, options.read_only);
}

}  // namespace creditreg
