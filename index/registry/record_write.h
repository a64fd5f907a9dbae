// Applies writes of records to a transaction: which record is meant, which
// enterprise it belongs to, and the rows of the new version.
//
// Thread safety: what takes a transaction, on the writer's thread only; the
// rest from any thread.

#ifndef CREDITREG_INDEX_REGISTRY_RECORD_WRITE_H_
#define CREDITREG_INDEX_REGISTRY_RECORD_WRITE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/codec/crypto.h"
#include "index/model/draft.h"
#include "index/registry/party_link.h"
#include "index/registry/record_version.h"
#include "index/registry/registry.h"
#include "index/registry/transaction.h"
#include "index/registry/view.h"
#include "index/registry/write_context.h"

namespace creditreg {

// A draft with what can be computed without the register.
struct PreparedRecord {
  RecordDraft draft;
  // 32 bytes, or InvalidArgument naming the missing part.
  absl::StatusOr<std::string> natural_key =
      absl::InvalidArgumentError("record");
  std::string content_hash;
  PersonalHashes personal;
};
PreparedRecord PrepareRecord(RecordDraft draft, const Key256& hmac_key);

// The version a draft becomes; its party is not linked yet. `content` is the
// draft's, copied or moved.
storage::v1::RecordVersion MakeRecordVersion(const PreparedRecord& prepared,
                                             storage::v1::Record content);

// What is put of `version` once its party is known, as far as it does not
// depend on a stored one: record_no, `stored` and natural key are the caller's.
// Sets `result`'s enterprise, findings and outcome (kCreated or kPending).
// `prepared` outlives what is returned.
NewRecordVersion LinkedVersion(const PreparedRecord& prepared,
                               storage::v1::RecordVersion version,
                               const PartyLink& link, WriteResult* result);

// Stores the draft as a new record or version, or finds it equal to what is
// stored. Outcome kQuarantined, with the reason as last finding, where it has
// no natural key or contradicts the register, kRejected where the actor may not
// write it; nothing is put then.
//
// Errors: DataLoss, Unavailable.
absl::StatusOr<WriteResult> ApplyRecord(Transaction& transaction,
                                        const WriteContext& context,
                                        const ChangeSource& source,
                                        const PreparedRecord& prepared);

// Errors: NotFound, PermissionDenied OUT_OF_SCOPE, Aborted ETAG_MISMATCH,
// AlreadyExists KEY_TAKEN, FailedPrecondition WITHDRAWN or NAME_NEVER_HELD,
// InvalidArgument naming the missing part of the natural key; DataLoss,
// Unavailable.
absl::StatusOr<WriteResult> ApplyCorrection(Transaction& transaction,
                                            const WriteContext& context,
                                            const ChangeSource& source,
                                            const CorrectRecord& write,
                                            const PreparedRecord& prepared);

// Erases the record's personal fields. Outcome kUnchanged where it has none.
//
// Errors: NotFound, PermissionDenied OUT_OF_SCOPE; DataLoss, Unavailable.
// Errors: NotFound, Aborted as ApplyCorrection(); InvalidArgument "term: ..."
// it is none of the channel's table; FailedPrecondition "DECIDED_BY_RULE: ..."
// the rules leave nothing open, "NO_RULES: ...".
absl::StatusOr<WriteResult> ApplyClassification(Transaction& transaction,
                                                const WriteContext& context,
                                                const ChangeSource& source,
                                                const ClassifyRecord& write);

absl::StatusOr<WriteResult> EraseFromRecord(Transaction& transaction,
                                            const WriteContext& context,
                                            const ChangeSource& source,
                                            const ErasePersonal& write);

// Errors: NotFound, PermissionDenied OUT_OF_SCOPE, Aborted ETAG_MISMATCH;
// DataLoss, Unavailable.
absl::StatusOr<WriteResult> ApplyWithdrawal(Transaction& transaction,
                                            const WriteContext& context,
                                            const ChangeSource& source,
                                            const WithdrawRecord& write);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_RECORD_WRITE_H_
