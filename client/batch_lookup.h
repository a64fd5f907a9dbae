// Looks up any number of items over the registry's streams, in order.

#ifndef CREDITREG_CLIENT_BATCH_LOOKUP_H_
#define CREDITREG_CLIENT_BATCH_LOOKUP_H_

#include <cstdint>
#include <functional>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/registry_client.h"
#include "creditreg/v1/lookup.pb.h"

namespace creditreg {

// Limits of the registry (registry_read_service.proto).
inline constexpr int kMaxItemsPerMessage = 1000;
inline constexpr int kMaxItemsPerStream = 100000;

// Who asks: RegistryReadService or PublicLookupService.
enum class LookupView { kGovernment, kPublic };

struct BatchOutcome {
  // Items looked up.
  std::int64_t items = 0;
  // Streams used; answers of one stream are of one state of the registry.
  std::int64_t streams = 0;
  // Streams that broke and were gone on with in another.
  std::int64_t resumed = 0;
};

// The next item; nothing at the end.
using ItemSource =
    std::function<absl::StatusOr<std::optional<v1::LookupItem>>()>;

// Takes one result; `index` counts from the first item of all.
using ResultSink = std::function<absl::Status(const v1::LookupResult&)>;

// How much of each enterprise: all of it, or `brief` of LookupResult.
enum class LookupForm { kWhole, kBrief };

// Reads items from `source` and gives their results to `sink`, both on this
// thread, in the same order. Reads up to kMaxItemsPerStream items before it
// sends them: memory for that many is needed, whatever the length of the list.
// A stream that breaks is gone on with after the last answer.
//
// Errors: what `source` or `sink` returned; what the call returned; INTERNAL
// where the registry's answers do not fit the items. Results given to `sink`
// before the error stand.
absl::StatusOr<BatchOutcome> BatchLookUp(RegistryClient& client,
                                         LookupView view, LookupForm form,
                                         const ItemSource& source,
                                         const ResultSink& sink);

}  // namespace creditreg

#endif  // CREDITREG_CLIENT_BATCH_LOOKUP_H_
