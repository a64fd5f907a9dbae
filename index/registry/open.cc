#include "index/registry/open.h"

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/random.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/registry/rows.h"
#include "index/store/store.h"

namespace creditreg {
namespace {

constexpr std::size_t kRegistryIdBytes = 16;
// Features this program knows, one bit each: none yet.
constexpr std::uint64_t kKnownFeatures = 0;

std::string KeyCheck(const KeyRing& keys, const std::string& registry_id) {
  return Hmac(keys.hmac, "layout", registry_id);
}

absl::Status CheckLayout(const storage::v1::Layout& layout, bool read_only,
                         const KeyRing& keys) {
  const std::uint32_t wanted =
      read_only ? layout.min_reader() : layout.min_writer();
  if (wanted > kLayoutVersion) {
    return absl::FailedPreconditionError(
        "database: written by a newer program, want that program or a newer "
        "one");
  }
  if (wanted < kLayoutVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("database: its layout is ", wanted, ", want ",
                     kLayoutVersion, ": the data must be loaded again"));
  }
  if ((layout.features() & ~kKnownFeatures) != 0) {
    return absl::FailedPreconditionError(
        "database: uses features this program does not know, want a newer "
        "program");
  }
  if (layout.key_check() != KeyCheck(keys, layout.registry_id())) {
    return absl::FailedPreconditionError(
        "key ring: not the one this database was made with");
  }
  return absl::OkStatus();
}

}  // namespace

KeyFileOptions KeyFilesOf(const RegistryOptions& options) {
  KeyFileOptions files;
  files.key_dir = options.key_dir;
  files.master_keys = options.master_keys;
  files.suite = options.sealing_suite;
  return files;
}

OpenedState MakeEmptyState(const KeyRing& keys, RandomSource* random) {
  OpenedState state;
  std::string registry_id(kRegistryIdBytes, '\0');
  random->Fill(registry_id.data(), registry_id.size());
  state.layout.set_min_reader(kLayoutVersion);
  state.layout.set_min_writer(kLayoutVersion);
  state.layout.set_key_check(KeyCheck(keys, registry_id));
  state.layout.set_registry_id(registry_id);
  state.counters.set_chain_hash(Sm3(registry_id));
  state.counters.set_next_enterprise_no(1);
  state.counters.set_next_record_no(1);
  state.counters.set_next_quarantine_no(1);
  state.counters.set_next_import_no(1);
  state.counters.set_data_key_slots(1);
  return state;
}

absl::StatusOr<std::optional<OpenedState>> ReadState(Store& store,
                                                     bool read_only,
                                                     const KeyRing& keys) {
  const std::shared_ptr<const Snapshot> rows = store.TakeSnapshot();
  CREDITREG_ASSIGN_OR_RETURN(
      const std::optional<storage::v1::Layout> layout,
      ReadRow<storage::v1::Layout>(*rows, MetaKey("layout")));
  if (!layout.has_value()) {
    CREDITREG_ASSIGN_OR_RETURN(const std::optional<std::string> loading,
                               rows->Get(MetaKey(kFirstLoadMark)));
    if (loading.has_value()) {
      return absl::FailedPreconditionError(
          "database: a first load did not finish, want it run again");
    }
    if (read_only) {
      return absl::FailedPreconditionError(
          "database: empty, want one that was served before");
    }
    // Rows without a layout are a damaged database, not a new one: numbers
    // given out before must not be given out again.
    ScanRange any;
    any.begin = std::string(1, '\0');
    any.end = std::string(1, '\xFF');
    any.max_rows = 1;
    CREDITREG_ASSIGN_OR_RETURN(const ScanPage rest, rows->Scan(any));
    if (!rest.rows.empty()) {
      return absl::DataLossError("layout: missing, want the meta row");
    }
    return std::optional<OpenedState>();
  }
  CREDITREG_RETURN_IF_ERROR(CheckLayout(*layout, read_only, keys));
  CREDITREG_ASSIGN_OR_RETURN(
      const std::optional<storage::v1::Counters> counters,
      ReadRow<storage::v1::Counters>(*rows, MetaKey("counters")));
  if (!counters.has_value()) {
    return absl::DataLossError("counters: missing, want the meta row");
  }
  return std::make_optional(OpenedState{*layout, *counters});
}

absl::StatusOr<OpenedState> CreateState(Store& store, const KeyRing& keys,
                                        RandomSource* random) {
  OpenedState state = MakeEmptyState(keys, random);
  WriteBatch batch;
  batch.Put(MetaKey("layout"), EncodeValue(state.layout));
  batch.Put(MetaKey("counters"), EncodeValue(state.counters));
  CREDITREG_RETURN_IF_ERROR(store.Write(batch));
  return state;
}

}  // namespace creditreg
