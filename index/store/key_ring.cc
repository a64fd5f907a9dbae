// The ring file: 161 bytes.
//
//   offset  bytes  field
//   0       1      format version, 0x01
//   1       32     master
//   33      32     hmac
//   65      16     ids
//   81      16     positions
//   97      32     pages
//   129     32     SM3 of the 129 bytes before
//
// DO NOT CHANGE: these bytes are on disk, and without them a registry's sealed
// rows and ids are lost. KeyRingTest.GoldenBytes pins them.

#include <string>

#include "absl/strings/str_cat.h"
#include "index/base/status_macros.h"
#include "index/store/durable_files.h"
#include "index/store/key_files.h"

namespace creditreg {
namespace {

constexpr char kVersion = 0x01;
constexpr std::size_t kRingBytes = 161;
constexpr absl::string_view kReading = "read key ring";
constexpr absl::string_view kMaking = "make key ring";

template <typename Key>
void AppendKey(const Key& key, std::string* bytes) {
  bytes->append(key.begin(), key.end());
}

std::string EncodeRing(const KeyRing& ring) {
  std::string bytes(1, kVersion);
  AppendKey(ring.master, &bytes);
  AppendKey(ring.hmac, &bytes);
  AppendKey(ring.ids, &bytes);
  AppendKey(ring.positions, &bytes);
  AppendKey(ring.pages, &bytes);
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

absl::StatusOr<KeyRing> DecodeRing(absl::string_view bytes) {
  if (bytes.size() != kRingBytes) {
    return absl::DataLossError(
        absl::StrCat(kReading, ": wrong length, want ", kRingBytes, " bytes"));
  }
  if (bytes[0] != kVersion) {
    return absl::DataLossError(absl::StrCat(
        kReading, ": version ", static_cast<unsigned char>(bytes[0]), ", want ",
        static_cast<int>(kVersion)));
  }
  const absl::string_view keys = bytes.substr(0, kRingBytes - kSm3Bytes);
  if (bytes.substr(keys.size()) != Sm3(keys)) {
    return absl::DataLossError(
        absl::StrCat(kReading, ": checksum does not match"));
  }
  absl::string_view rest = keys.substr(1);
  KeyRing ring;
  TakeKey(&rest, &ring.master);
  TakeKey(&rest, &ring.hmac);
  TakeKey(&rest, &ring.ids);
  TakeKey(&rest, &ring.positions);
  TakeKey(&rest, &ring.pages);
  return ring;
}

template <typename Key>
void FillKey(RandomSource* random, Key* key) {
  std::string bytes(key->size(), '\0');
  random->Fill(bytes.data(), bytes.size());
  absl::string_view rest = bytes;
  TakeKey(&rest, key);
}

KeyRing FreshRing(RandomSource* random) {
  KeyRing ring;
  FillKey(random, &ring.master);
  FillKey(random, &ring.hmac);
  FillKey(random, &ring.ids);
  FillKey(random, &ring.positions);
  FillKey(random, &ring.pages);
  return ring;
}

// Errors: NotFound no ring.
absl::StatusOr<KeyRing> ReadRing(const std::string& key_dir) {
  CREDITREG_ASSIGN_OR_RETURN(
      const FileDescriptor file,
      OpenFile(absl::StrCat(key_dir, "/ring"), FileAccess::kRead, kReading));
  CREDITREG_RETURN_IF_ERROR(CheckPrivate(file, kReading));
  // One byte more than a ring, so that a longer file is seen.
  CREDITREG_ASSIGN_OR_RETURN(const std::string bytes,
                             ReadAt(file, 0, kRingBytes + 1, kReading));
  return DecodeRing(bytes);
}

// Makes a ring where there is none; `lock` was taken before the caller looked.
absl::StatusOr<KeyRing> MakeRing(const std::string& key_dir,
                                 RandomSource* random) {
  CREDITREG_ASSIGN_OR_RETURN(
      const bool has_data_keys,
      FileIsThere(absl::StrCat(key_dir, "/data_keys"), kMaking));
  if (has_data_keys) {
    // A new master key could open none of them.
    return absl::FailedPreconditionError(absl::StrCat(
        kReading,
        ": the ring is missing but data_keys is there, want the ring "
        "that wrapped them"));
  }
  const KeyRing ring = FreshRing(random);
  CREDITREG_RETURN_IF_ERROR(
      WriteNewFile(key_dir, "ring", EncodeRing(ring), kMaking));
  return ring;
}

}  // namespace

absl::StatusOr<bool> HasKeyRing(const std::string& key_dir) {
  return FileIsThere(absl::StrCat(key_dir, "/ring"), kReading);
}

absl::StatusOr<KeyRing> LoadKeyRing(const KeyRingOptions& options,
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
  absl::StatusOr<KeyRing> ring = ReadRing(options.key_dir);
  if (!absl::IsNotFound(ring.status())) return ring;
  if (!options.create_if_missing) {
    return absl::FailedPreconditionError(
        absl::StrCat(kReading, ": the ring is missing"));
  }
  // Of two first starts at once one makes the ring and the other reads it.
  CREDITREG_ASSIGN_OR_RETURN(
      const FileDescriptor lock,
      LockDirectory(options.key_dir, FileAccess::kReadWrite, kMaking));
  ring = ReadRing(options.key_dir);
  if (!absl::IsNotFound(ring.status())) return ring;
  return MakeRing(options.key_dir, random);
}

}  // namespace creditreg
