// Applies writes of enterprises to a transaction: which enterprise is meant,
// what of its history stays, and the rows of the new version.
//
// Thread safety: what takes a transaction, on the writer's thread only; the
// rest from any thread.

#ifndef CREDITREG_INDEX_REGISTRY_ENTERPRISE_WRITE_H_
#define CREDITREG_INDEX_REGISTRY_ENTERPRISE_WRITE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/codec/crypto.h"
#include "index/model/draft.h"
#include "index/registry/registry.h"
#include "index/registry/row_sink.h"
#include "index/registry/transaction.h"
#include "index/registry/view.h"
#include "index/registry/write_context.h"

namespace creditreg {

// A draft with what can be computed without the register.
struct PreparedEnterprise {
  EnterpriseDraft draft;
  PersonalHashes personal;
};
PreparedEnterprise PrepareEnterprise(EnterpriseDraft draft,
                                     const Key256& hmac_key);

// The version that a draft becomes where nothing of its enterprise is stored;
// its content hash is not set yet. `content` is the draft's, copied or moved.
// True: the draft's personal fields go with it.
struct DraftVersion {
  storage::v1::EnterpriseVersion version;
  bool takes_personal = false;
};
DraftVersion MakeEnterpriseVersion(const PreparedEnterprise& prepared,
                                   storage::v1::Enterprise content);

// What is put of a new version that is a pure function of it: version, head,
// and sealed personal fields where `new_personal` is not null. `head` is the
// stored one, or empty; `first_received_us` 0: now.
struct NewEnterpriseVersion {
  std::uint64_t enterprise_no = 0;
  storage::v1::EnterpriseVersion version;
  const storage::v1::PersonalFields* personal = nullptr;
  // Gives up the data key of what `version` no longer has.
  bool erases_personal = false;
  std::int64_t first_received_us = 0;
  storage::v1::Change change;
};
absl::Status PutEnterpriseRows(RowSink& rows, const WriteContext& context,
                               const Stamp& stamp,
                               storage::v1::EnterpriseHead head,
                               NewEnterpriseVersion& put);

// Counts an enterprise's state in, and that of its version before (null: none)
// out.
void CountEnterpriseStatus(const storage::v1::Enterprise* before,
                           const storage::v1::Enterprise& after,
                           storage::v1::Counters& counters);

// Stores the draft as a new enterprise or version, or finds it equal to what is
// stored. Outcome kQuarantined, with the reason as last finding, where it
// contradicts the register, kRejected where the actor may not write it; nothing
// is put then.
//
// Errors: Aborted "ETAG_MISMATCH: ..."; DataLoss, Unavailable.
absl::StatusOr<WriteResult> ApplyEnterprise(Transaction& transaction,
                                            const WriteContext& context,
                                            const ChangeSource& source,
                                            const PreparedEnterprise& prepared,
                                            absl::string_view etag);

// Erases an enterprise's personal fields. Outcome kUnchanged where it has none.
//
// Errors: NotFound, PermissionDenied OUT_OF_SCOPE; DataLoss, Unavailable.
absl::StatusOr<WriteResult> EraseFromEnterprise(Transaction& transaction,
                                                const WriteContext& context,
                                                const ChangeSource& source,
                                                const ErasePersonal& write);

// Hides or shows a file. NotFound: no such enterprise.
absl::StatusOr<WriteResult> ApplyWithhold(Transaction& transaction,
                                          const WriteContext& context,
                                          const ChangeSource& source,
                                          const WithholdEnterprise& write);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_ENTERPRISE_WRITE_H_
