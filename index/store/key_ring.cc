// The ring file: 162 bytes, numbers big-endian.
//
//   offset  bytes  field
//   0       1      format version, 0x02
//   1       1      suite (SealingSuite by number)
//   2       4      version of the master key
//   6       12     nonce
//   18      112    sealed under the master key, context "ring": hmac (32), ids
//                  (16), positions (16), pages (32); tag (16)
//   130     32     SM3 of the 130 bytes before
//
// The checksum tells a damaged ring from another master key.
//
// DO NOT CHANGE: these bytes are on disk, and without them a registry's sealed
// rows and ids are lost. KeyRingTest.GoldenBytes pins them.

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "index/base/status_macros.h"
#include "index/store/durable_files.h"
#include "index/store/key_files.h"
#include "index/store/master_keys.h"

namespace creditreg {
namespace {

constexpr char kVersion = 0x02;
constexpr std::size_t kMasterOffset = 2;
constexpr std::size_t kNonceOffset = 6;
constexpr std::size_t kKeysBytes = 32 + 16 + 16 + 32;
constexpr std::size_t kSumOffset =
    kNonceOffset + kNonceBytes + kKeysBytes + kTagBytes;
constexpr std::size_t kRingBytes = kSumOffset + kSm3Bytes;
constexpr absl::string_view kContext = "ring";
constexpr absl::string_view kReading = "read key ring";
constexpr absl::string_view kMaking = "make key ring";
constexpr absl::string_view kSealing = "seal key ring";

template <typename Key>
void AppendKey(const Key& key, std::string* bytes) {
  bytes->append(key.begin(), key.end());
}

std::string EncodeRing(const KeyRing& ring, SealingSuite suite,
                       std::uint32_t master_version, const Key256& master,
                       RandomSource* random) {
  std::string keys;
  keys.reserve(kKeysBytes);
  const Wiper wipe(&keys);
  AppendKey(ring.hmac, &keys);
  AppendKey(ring.ids, &keys);
  AppendKey(ring.positions, &keys);
  AppendKey(ring.pages, &keys);
  const Sealed sealed = Seal(suite, master, keys, kContext, random);
  std::string bytes(1, kVersion);
  bytes += static_cast<char>(suite);
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(master_version >> shift & 0xFF);
  }
  absl::StrAppend(&bytes, sealed.nonce, sealed.ciphertext);
  return absl::StrCat(bytes, Sm3(bytes));
}

// Moves as many bytes as the key has from the front of `bytes`.
template <typename Key>
void TakeKey(absl::string_view* bytes, Key* key) {
  for (std::size_t i = 0; i < key->size(); ++i) {
    (*key)[i] = static_cast<unsigned char>((*bytes)[i]);
  }
  bytes->remove_prefix(key->size());
}

absl::StatusOr<LoadedKeyRing> DecodeRing(absl::string_view bytes,
                                         const MasterKeySource& master_keys) {
  if (bytes.size() != kRingBytes) {
    return absl::DataLossError(
        absl::StrCat(kReading, ": wrong length, want ", kRingBytes, " bytes"));
  }
  if (bytes[0] != kVersion) {
    return absl::DataLossError(absl::StrCat(
        kReading, ": version ", static_cast<unsigned char>(bytes[0]), ", want ",
        static_cast<int>(kVersion)));
  }
  if (bytes.substr(kSumOffset) != Sm3(bytes.substr(0, kSumOffset))) {
    return absl::DataLossError(
        absl::StrCat(kReading, ": checksum does not match"));
  }
  LoadedKeyRing ring;
  for (const char byte : bytes.substr(kMasterOffset, 4)) {
    ring.master_version =
        ring.master_version << 8 | static_cast<unsigned char>(byte);
  }
  CREDITREG_ASSIGN_OR_RETURN(const Key256 master,
                             GetMasterKey(master_keys, ring.master_version));
  const Sealed sealed{std::string(bytes.substr(kNonceOffset, kNonceBytes)),
                      std::string(bytes.substr(kNonceOffset + kNonceBytes,
                                               kKeysBytes + kTagBytes)),
                      static_cast<SealingSuite>(bytes[1])};
  absl::StatusOr<std::string> keys = Open(master, sealed, kContext);
  if (!keys.ok()) {
    return absl::FailedPreconditionError(absl::StrCat(
        kReading, ": sealed under another master key, want that one"));
  }
  const Wiper wipe(&*keys);
  absl::string_view rest = *keys;
  TakeKey(&rest, &ring.keys.hmac);
  TakeKey(&rest, &ring.keys.ids);
  TakeKey(&rest, &ring.keys.positions);
  TakeKey(&rest, &ring.keys.pages);
  return ring;
}

template <typename Key>
void FillKey(RandomSource* random, Key* key) {
  random->Fill(reinterpret_cast<char*>(key->data()), key->size());
}

KeyRing FreshRing(RandomSource* random) {
  KeyRing ring;
  FillKey(random, &ring.hmac);
  FillKey(random, &ring.ids);
  FillKey(random, &ring.positions);
  FillKey(random, &ring.pages);
  return ring;
}

// Errors: NotFound no ring.
absl::StatusOr<LoadedKeyRing> ReadRing(const std::string& key_dir,
                                       const MasterKeySource& master_keys) {
  CREDITREG_ASSIGN_OR_RETURN(
      const FileDescriptor file,
      OpenFile(absl::StrCat(key_dir, "/ring"), FileAccess::kRead, kReading));
  CREDITREG_RETURN_IF_ERROR(CheckPrivate(file, kReading));
  // One byte more than a ring, so that a longer file is seen.
  CREDITREG_ASSIGN_OR_RETURN(const std::string bytes,
                             ReadAt(file, 0, kRingBytes + 1, kReading));
  return DecodeRing(bytes, master_keys);
}

// Makes a ring where there is none; the directory's lock was taken before the
// caller looked.
absl::StatusOr<LoadedKeyRing> MakeRing(const KeyRingOptions& options,
                                       const MasterKeySource& master_keys,
                                       RandomSource* random) {
  CREDITREG_ASSIGN_OR_RETURN(
      const bool has_data_keys,
      FileIsThere(absl::StrCat(options.key_dir, "/data_keys"), kMaking));
  if (has_data_keys) {
    // Rows refer to them, by hashes that another ring could not make.
    return absl::FailedPreconditionError(absl::StrCat(
        kReading,
        ": the ring is missing but data_keys is there, want the ring "
        "that was beside it"));
  }
  LoadedKeyRing ring;
  ring.keys = FreshRing(random);
  ring.master_version = kFirstMasterVersion;
  const absl::Status ensured = master_keys.Ensure(ring.master_version, random);
  if (absl::IsNotFound(ensured)) {
    return absl::FailedPreconditionError(ensured.message());
  }
  CREDITREG_RETURN_IF_ERROR(ensured);
  CREDITREG_ASSIGN_OR_RETURN(const Key256 master,
                             GetMasterKey(master_keys, ring.master_version));
  CREDITREG_RETURN_IF_ERROR(
      SealKeyRing(options, ring.keys, ring.master_version, master, random));
  return ring;
}

}  // namespace

absl::StatusOr<bool> HasKeyRing(const std::string& key_dir) {
  return FileIsThere(absl::StrCat(key_dir, "/ring"), kReading);
}

std::shared_ptr<MasterKeySource> MasterKeysOf(const KeyFileOptions& options) {
  if (options.master_keys != nullptr) return options.master_keys;
  return MasterKeyFiles(options.key_dir);
}

absl::StatusOr<Key256> GetMasterKey(const MasterKeySource& master_keys,
                                    std::uint32_t version) {
  absl::StatusOr<Key256> key = master_keys.Get(version);
  // A file that is there names it.
  if (absl::IsNotFound(key.status())) {
    return absl::FailedPreconditionError(key.status().message());
  }
  return key;
}

absl::Status SealKeyRing(const KeyFileOptions& options, const KeyRing& keys,
                         std::uint32_t master_version, const Key256& master,
                         RandomSource* random) {
  return WriteNewFile(
      options.key_dir, "ring",
      EncodeRing(keys, options.suite, master_version, master, random),
      kSealing);
}

absl::StatusOr<LoadedKeyRing> LoadKeyRing(const KeyRingOptions& options,
                                          RandomSource* random) {
  if (options.create_if_missing) {
    CREDITREG_RETURN_IF_ERROR(MakeDirectories(options.key_dir, kMaking));
  }
  absl::StatusOr<FileDescriptor> directory =
      OpenFile(options.key_dir, FileAccess::kRead, kReading);
  if (absl::IsNotFound(directory.status())) {
    return absl::FailedPreconditionError(
        absl::StrCat(kReading, ": no key directory"));
  }
  CREDITREG_RETURN_IF_ERROR(directory.status());
  CREDITREG_RETURN_IF_ERROR(CheckPrivate(*directory, kReading));
  const std::shared_ptr<MasterKeySource> master_keys = MasterKeysOf(options);
  absl::StatusOr<LoadedKeyRing> ring = ReadRing(options.key_dir, *master_keys);
  if (!absl::IsNotFound(ring.status())) return ring;
  if (!options.create_if_missing) {
    return absl::FailedPreconditionError(
        absl::StrCat(kReading, ": the ring is missing"));
  }
  // Of two first starts at once one makes the ring and the other reads it.
  CREDITREG_ASSIGN_OR_RETURN(
      const FileDescriptor lock,
      LockDirectory(options.key_dir, FileAccess::kReadWrite, kMaking));
  ring = ReadRing(options.key_dir, *master_keys);
  if (!absl::IsNotFound(ring.status())) return ring;
  return MakeRing(options, *master_keys, random);
}

}  // namespace creditreg
