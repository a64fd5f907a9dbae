// Applies writes of enterprises to a transaction: which enterprise is meant,
// what of its history stays, and the rows of the new version.
//
// Thread safety: Prepare() from any thread, the rest on the writer's only.

#ifndef CREDITREG_INDEX_REGISTRY_ENTERPRISE_WRITE_H_
#define CREDITREG_INDEX_REGISTRY_ENTERPRISE_WRITE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/codec/crypto.h"
#include "index/model/draft.h"
#include "index/registry/registry.h"
#include "index/registry/transaction.h"
#include "index/registry/view.h"
#include "index/registry/write_context.h"

namespace creditreg {

// A draft with what can be computed without the register.
struct PreparedEnterprise {
  EnterpriseDraft draft;
  std::string personal_mac;
  std::string personal_tax_mac;
};
PreparedEnterprise PrepareEnterprise(EnterpriseDraft draft,
                                     const Key256& hmac_key);

// Stores the draft as a new enterprise or version, or finds it equal to what is
// stored. Outcome kQuarantined, with the reason as last finding, where it
// contradicts the register; nothing is put then.
//
// Errors: Aborted "ETAG_MISMATCH: ..."; DataLoss, Unavailable.
absl::StatusOr<WriteResult> ApplyEnterprise(Transaction& transaction,
                                            const WriteContext& context,
                                            const ChangeSource& source,
                                            const PreparedEnterprise& prepared,
                                            absl::string_view etag);

// Hides or shows a file. NotFound: no such enterprise.
absl::StatusOr<WriteResult> ApplyWithhold(Transaction& transaction,
                                          const WriteContext& context,
                                          const ChangeSource& source,
                                          const WithholdEnterprise& write);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_ENTERPRISE_WRITE_H_
