#include "index/registry/key_rotation.h"

#include <algorithm>
#include <cstdint>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "index/base/random.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"
#include "index/registry/registry.h"
#include "index/store/key_files.h"
#include "index/store/master_keys.h"

namespace creditreg {

KeyRotation::KeyRotation(KeyFileOptions options, const KeyRing* keys,
                         DataKeyStore* data_keys, std::uint32_t ring_version,
                         RandomSource* random)
    : options_(std::move(options)),
      keys_(*keys),
      data_keys_(*data_keys),
      random_(*random) {
  state_.ring_version = ring_version;
}

KeyRotation::~KeyRotation() {
  std::thread running;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    running = std::move(thread_);
  }
  if (running.joinable()) running.join();
}

absl::StatusOr<std::uint32_t> KeyRotation::Start() {
  std::uint32_t version = 0;
  {
    absl::MutexLock lock(&mutex_);
    if (state_.rotating) {
      return absl::FailedPreconditionError(
          "ROTATION_RUNNING: master key: a rotation is running, want its end");
    }
    const std::uint32_t data_keys_version = data_keys_.master_version();
    // One that was broken off goes on.
    const bool is_unfinished = data_keys_version != state_.ring_version;
    version = std::max(data_keys_version, state_.ring_version) +
              (is_unfinished ? 0 : 1);
    state_.rotating = true;
  }
  // Without the lock: it may take as long as the source does.
  const absl::Status ensured =
      MasterKeysOf(options_)->Ensure(version, &random_);
  absl::MutexLock lock(&mutex_);
  state_.rotating = ensured.ok();
  if (absl::IsNotFound(ensured)) {
    return absl::FailedPreconditionError(
        absl::StrCat("NO_MASTER_KEY: master key: version ", version,
                     ": its source has none, want it made there first"));
  }
  CREDITREG_RETURN_IF_ERROR(ensured);
  // It has ended, or is about to.
  if (thread_.joinable()) thread_.join();
  state_.target_version = version;
  state_.done = 0;
  state_.total = data_keys_.slots();
  state_.last = absl::OkStatus();
  thread_ = std::thread([this, version] { Run(version); });
  return version;
}

KeyState KeyRotation::state() const {
  absl::MutexLock lock(&mutex_);
  KeyState state = state_;
  state.data_keys_version = data_keys_.master_version();
  state.data_keys = data_keys_.slots() - 1;
  return state;
}

void KeyRotation::Run(std::uint32_t version) {
  const absl::Status rotated = Rotate(version);
  absl::MutexLock lock(&mutex_);
  if (rotated.ok()) state_.ring_version = version;
  state_.last = rotated;
  state_.rotating = false;
  ++state_.rotations_ended;
}

absl::Status KeyRotation::Rotate(std::uint32_t version) {
  if (data_keys_.master_version() != version) {
    CREDITREG_RETURN_IF_ERROR(data_keys_.Rewrap(
        version, [this](const DataKeyStore::RewrapProgress& progress) {
          absl::MutexLock lock(&mutex_);
          state_.done = progress.done;
          state_.total = progress.total;
          state_.damaged = progress.damaged;
          return !stopping_;
        }));
  }
  return SealKeyRing(options_, keys_, version, data_keys_.master_key(),
                     &random_);
}

}  // namespace creditreg
