// What is checked, and on the first start made, before a registry serves: key
// files, the layout row and the counters.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_REGISTRY_OPEN_H_
#define CREDITREG_INDEX_REGISTRY_OPEN_H_

#include <optional>

#include "absl/status/statusor.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/random.h"
#include "index/codec/crypto.h"
#include "index/registry/registry.h"
#include "index/store/key_files.h"
#include "index/store/store.h"

namespace creditreg {

// Version of the layout this program writes, and the only one it reads. 2: rows
// of file lists name versions, which those of 1 do not. 3: persons are indexed.
// 4: file lists have two stretches. 5: records keep how they first came, heads
// which channels show them.
inline constexpr std::uint32_t kLayoutVersion = 5;

// What the options say of the key files.
KeyFileOptions KeyFilesOf(const RegistryOptions& options);

struct OpenedState {
  storage::v1::Layout layout;
  storage::v1::Counters counters;
};

// Name of the meta row that stands in a database while a first load fills it:
// from before its first row until, in one write, the layout takes its place.
inline constexpr char kFirstLoadMark[] = "first_load";

// Below the data directory: where files of a first load wait to be taken in, so
// that they can be moved. There from before the mark until after the layout.
inline constexpr char kFirstLoadFolder[] = "first_load";

// Layout and counters of an empty registry; stores nothing.
OpenedState MakeEmptyState(const KeyRing& keys, RandomSource* random);

// Reads layout and counters; nothing where the store is empty.
//
// Errors: FailedPrecondition a first load did not finish, the layout is newer
// or older than this program's, has features it does not know, or belongs to
// another key ring; a read-only store is empty. DataLoss, Unavailable.
absl::StatusOr<std::optional<OpenedState>> ReadState(Store& store,
                                                     bool read_only,
                                                     const KeyRing& keys);

// Puts layout and counters of an empty registry into an empty store.
absl::StatusOr<OpenedState> CreateState(Store& store, const KeyRing& keys,
                                        RandomSource* random);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_OPEN_H_
