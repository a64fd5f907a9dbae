// Idempotency: what each request did is stored with it, so that a retry is
// answered the same and does nothing.
//
// Thread safety: free functions; on the writer's thread.

#ifndef CREDITREG_INDEX_REGISTRY_REQUESTS_H_
#define CREDITREG_INDEX_REGISTRY_REQUESTS_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "index/codec/crypto.h"
#include "index/registry/registry.h"
#include "index/registry/transaction.h"
#include "index/registry/write_context.h"

namespace creditreg {

// HMAC of a request's payload: 16 bytes.
std::string PayloadMac(absl::string_view payload, const Key256& hmac_key);

// Applies a request once: answers a repeated one from its row, undoes a failed
// or validate_only one, and stores what the others did.
//
// Errors: AlreadyExists "REQUEST_ID_REUSED: ..."; those of `apply`.
absl::StatusOr<WriteAnswer> ApplyOnce(
    Transaction& transaction, const WriteContext& context,
    const WriteRequest& request, absl::string_view payload_mac,
    const std::function<absl::StatusOr<std::vector<WriteResult>>(
        Transaction&, const ChangeSource&)>& apply);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_REQUESTS_H_
