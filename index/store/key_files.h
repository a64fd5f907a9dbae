// Secrets on disk, outside the database and its backups: the key ring, and the
// data keys that seal personal rows, both under a master key.
//
//   <key_dir>/ring       the ring's keys, sealed under a master key; mode 0600
//   <key_dir>/data_keys  64-byte slots, slot n at offset 64 * n; slot 0: header
//   <key_dir>/master.N   master key N, where no other source is given
//
// Thread safety: DataKeyStore may be used from many threads.

#ifndef CREDITREG_INDEX_STORE_KEY_FILES_H_
#define CREDITREG_INDEX_STORE_KEY_FILES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "index/base/random.h"
#include "index/codec/crypto.h"
#include "index/store/master_keys.h"

namespace creditreg {

struct KeyFileOptions {
  std::string key_dir;
  // Null: files in `key_dir`.
  std::shared_ptr<MasterKeySource> master_keys = nullptr;
  // How keys and rows are sealed from now on; what lies sealed otherwise is
  // read on.
  SealingSuite suite = SealingSuite::kAes256Gcm;
};

// The source that the options name.
std::shared_ptr<MasterKeySource> MasterKeysOf(const KeyFileOptions& options);

// As MasterKeySource::Get(), for a version that a file names:
// FailedPrecondition where there is none.
absl::StatusOr<Key256> GetMasterKey(const MasterKeySource& master_keys,
                                    std::uint32_t version);

// The first master key of a registry.
inline constexpr std::uint32_t kFirstMasterVersion = 1;

struct LoadedKeyRing {
  KeyRing keys;
  // Of the master key that seals the file.
  std::uint32_t master_version = 0;
};

// Reads <key_dir>/ring; makes directory (0700) and file (0600) with fresh keys,
// and a first master key where its source makes any, where `create_if_missing`
// and neither ring nor data_keys exists. The new file is synced, and so is its
// directory.
//
// Errors:
//   FailedPrecondition: others than the owner may read the file or directory;
//     the file is missing (and may not be made, or data_keys exists); it is
//     sealed under another master key, or its version is not there.
//   DataLoss: wrong length, version or checksum.
//   ResourceExhausted "DISK_FULL: ...", Unavailable: the disk, or the source of
//     master keys, failed.
struct KeyRingOptions : KeyFileOptions {
  bool create_if_missing = false;
};
absl::StatusOr<LoadedKeyRing> LoadKeyRing(const KeyRingOptions& options,
                                          RandomSource* random);

// Seals the ring anew under that master key. The caller holds the directory's
// lock.
//
// Errors: ResourceExhausted, Unavailable; whatever it is, the file is as before
// or sealed anew.
absl::Status SealKeyRing(const KeyFileOptions& options, const KeyRing& keys,
                         std::uint32_t master_version, const Key256& master,
                         RandomSource* random);

// Whether there is a key ring, fit or not.
//
// Errors: Unavailable.
absl::StatusOr<bool> HasKeyRing(const std::string& key_dir);

struct DataKeyOptions : KeyFileOptions {
  bool read_only = false;
  // A missing file is made. Only where nothing refers to a slot yet: a new file
  // gives out the same slots again.
  bool create_if_missing = false;
  // Slots that something may refer to, the header's included. A file with fewer
  // is not the right one, and is left as it is.
  std::uint64_t least_slots = 0;
};

// One 256-bit key per record or enterprise with personal fields, wrapped by the
// master key. A destroyed key makes everything sealed with it unreadable for
// ever, in every backup of the database too.
class DataKeyStore {
 public:
  struct NewKey {
    // Never 0.
    std::uint64_t slot = 0;
    Key256 key{};
  };

  // Opens or creates <key_dir>/data_keys; takes a lock, so that one process at
  // a time writes it. A torn last slot (crash while appending) is cut off: it
  // was never synced, so nothing refers to it. `random` is used under a lock.
  //
  // Errors: FailedPrecondition another process has it; there is none, or one
  // with fewer slots than wanted; the header's check says that another master
  // key wrapped the keys, or its version is not there. DataLoss,
  // ResourceExhausted, Unavailable as above.
  static absl::StatusOr<std::unique_ptr<DataKeyStore>> Open(
      const DataKeyOptions& options, RandomSource* random);

  virtual ~DataKeyStore() = default;

  // Slots on disk, the header's included: every key that is durable is in one
  // below.
  virtual std::uint64_t slots() const = 0;

  // A fresh key in the next slot, not durable until Sync().
  virtual absl::StatusOr<NewKey> Add() = 0;

  // Makes every key given out durable; free where there is none. Call before
  // the commit that refers to them.
  //
  // Errors: ResourceExhausted "DISK_FULL: ...", Unavailable the disk failed:
  // which of them are there is not known, so nothing may refer to any. Later
  // calls that write are Unavailable until Reopen().
  virtual absl::Status Sync() = 0;

  // Makes the file fit for writing again after a failure: takes back every key
  // that was given out since the last Sync() that worked, whose slots will be
  // given out again. Does nothing where nothing failed.
  //
  // Errors: DataLoss synced keys are gone; Unavailable the disk fails still.
  virtual absl::Status Reopen() = 0;

  // Errors:
  //   NotFound: no such slot, or its key was destroyed (message says which).
  //   DataLoss: the slot is damaged.
  virtual absl::StatusOr<Key256> Get(std::uint64_t slot) const = 0;

  // Overwrites the slot and syncs. Destroying twice is OK.
  //
  // Errors: NotFound no such slot. ResourceExhausted, Unavailable the disk
  // failed, as in Sync(): do it again after Reopen().
  virtual absl::Status Destroy(std::uint64_t slot) = 0;

  // How keys, and what they seal, are sealed from now on.
  virtual SealingSuite suite() const = 0;
  // Version of the master key that wraps the keys.
  virtual std::uint32_t master_version() const = 0;
  virtual Key256 master_key() const = 0;

  struct RewrapProgress {
    // Slots, the header's included.
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    // Slots that could not be opened: they are damaged, and stay so.
    std::uint64_t damaged = 0;
  };
  // Wraps every key anew under that version of the master key, into a new file
  // that takes the old one's place at the end. Keys are added, read and
  // destroyed meanwhile as always: it holds the locks for some 100 keys at a
  // time. `progress` is called between them; where it returns false everything
  // stays as it was. Slots keep their numbers.
  //
  // Errors: FailedPrecondition read-only, "ROTATION_RUNNING: ...", there is no
  // such version, or "NO_MASTER_KEY: ..." it is the key in use, or another each
  // time; Cancelled; ResourceExhausted "DISK_FULL: ..."; Unavailable
  // the disk or the source of master keys failed. The old file stays in use,
  // but where its place was taken and that is not known to be on disk: then as
  // after a Sync() that failed.
  virtual absl::Status Rewrap(
      std::uint32_t master_version,
      const std::function<bool(const RewrapProgress&)>& progress) = 0;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_STORE_KEY_FILES_H_
