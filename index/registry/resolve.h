// From an identifier to an enterprise: the index rows, mergers followed, and
// the verdict.
//
// Errors of every call: DataLoss, Unavailable as in view.h.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_REGISTRY_RESOLVE_H_
#define CREDITREG_INDEX_REGISTRY_RESOLVE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "creditreg/storage/v1/content.pb.h"
#include "index/codec/crypto.h"
#include "index/registry/view.h"
#include "index/store/store.h"

namespace creditreg {

// More enterprises than this under one old number are not listed.
inline constexpr std::size_t kMaxCandidates = 20;
// Enterprises told of whose code is near a bad one.
inline constexpr std::size_t kMaxNearest = 20;

// The look-up behind View::Find.
absl::StatusOr<FindAnswer> FindEnterprise(const Snapshot& rows,
                                          const Key256& hmac_key,
                                          const FindQuery& query,
                                          std::uint64_t at);

// The same for many at the newest state of `rows` (`at` is its sequence), in
// order: three store round trips for all that are plain codes.
absl::StatusOr<std::vector<FindAnswer>> FindEnterprises(
    const Snapshot& rows, const Key256& hmac_key,
    absl::Span<const FindQuery> queries, std::uint64_t at);

// The look-up behind View::FindHolders, at the newest state of `rows`: one
// store round trip, two with heads.
absl::StatusOr<std::vector<std::optional<CodeHolder>>> FindCodeHolders(
    const Snapshot& rows, absl::Span<const FindQuery> queries, bool with_heads);

// Where the enterprise's own code was taken over by another: that other as it
// is today, and so on to the last. The same enterprise where it was not.
// `merged` tells which.
struct MergeEnd {
  EnterpriseAt enterprise;
  bool merged = false;
};
absl::StatusOr<MergeEnd> FollowMerges(const Snapshot& rows, EnterpriseAt start);

// The enterprise and all that were merged into it at `at`, also in steps; the
// enterprise, whose content at `at` is given, first. At most 1 + kMaxAbsorbed.
absl::StatusOr<std::vector<std::uint64_t>> FilesOf(
    const Snapshot& rows, std::uint64_t enterprise_no,
    const storage::v1::Enterprise& content, std::uint64_t at);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_RESOLVE_H_
