// Rotation of the master key, in the background: data keys are wrapped and the
// key ring is sealed under its next version, while reading and writing go on.
//
// Data keys come first, then the ring; each file names the version it needs, so
// a rotation that is killed between them leaves both readable, and the next one
// goes on with the same version. A version may be destroyed once no file, and
// no copy of one that is still wanted, names it.
//
// Thread safety: may be used from many threads.

#ifndef CREDITREG_INDEX_REGISTRY_KEY_ROTATION_H_
#define CREDITREG_INDEX_REGISTRY_KEY_ROTATION_H_

#include <cstdint>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "index/base/random.h"
#include "index/codec/crypto.h"
#include "index/registry/registry.h"
#include "index/store/key_files.h"

namespace creditreg {

class KeyRotation {
 public:
  // `keys`, `data_keys` and `random` outlive it. `ring_version`: of the master
  // key that seals the ring now.
  KeyRotation(KeyFileOptions options, const KeyRing* keys,
              DataKeyStore* data_keys, std::uint32_t ring_version,
              RandomSource* random);
  // Breaks off what runs.
  ~KeyRotation();
  KeyRotation(const KeyRotation&) = delete;
  KeyRotation& operator=(const KeyRotation&) = delete;

  // As Registry::RotateMasterKey().
  absl::StatusOr<std::uint32_t> Start();
  KeyState state() const;

 private:
  void Run(std::uint32_t version);
  absl::Status Rotate(std::uint32_t version);

  const KeyFileOptions options_;
  const KeyRing& keys_;
  DataKeyStore& data_keys_;
  RandomSource& random_;
  mutable absl::Mutex mutex_;
  KeyState state_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // Joined before the next one starts, and at the end.
  std::thread thread_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_KEY_ROTATION_H_
