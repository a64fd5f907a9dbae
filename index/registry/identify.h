// Which enterprise a draft speaks of, and whether it may.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_REGISTRY_IDENTIFY_H_
#define CREDITREG_INDEX_REGISTRY_IDENTIFY_H_

#include <optional>

#include "absl/status/statusor.h"
#include "creditreg/storage/v1/content.pb.h"
#include "index/codec/crypto.h"
#include "index/model/finding.h"
#include "index/registry/view.h"
#include "index/store/store.h"

namespace creditreg {

struct Identified {
  // Nothing: it is a new one.
  std::optional<EnterpriseAt> existing;
  // Why the draft cannot be stored as it stands.
  std::optional<Finding> conflict;
};

// By valid code, else by a code it replaced, else by old number, else by name
// key. Conflicts (rules CODE_CONFLICT, CODE_REPLACED, FORMER_CODE_CONFLICT,
// ENTERPRISE_AMBIGUOUS, MISSING_KEY_PART) are what the domain calls quarantine,
// not errors.
//
// Errors: DataLoss, Unavailable.
absl::StatusOr<Identified> IdentifyEnterprise(
    const Snapshot& rows, const storage::v1::Enterprise& content,
    const Key256& hmac_key);

// Why enterprise `self` (0: a new one) cannot take over the codes that
// `content`, as it would be stored, says were merged into it: its own code was
// taken over by one of them, in one step or more, so that a look-up would never
// end (FORMER_CODE_CONFLICT), or the mergers would pass the limits of
// identifiers.h (MERGER_LIMIT). Nothing where it can.
//
// Errors: DataLoss, Unavailable.
absl::StatusOr<std::optional<Finding>> CheckMergers(
    const Snapshot& rows, const storage::v1::Enterprise& content,
    std::uint64_t self);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_IDENTIFY_H_
