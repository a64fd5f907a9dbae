// Judges records again whose publicity may have changed without a change of
// their own: because a day began, or because rules were activated. What pages
// show never waits for it (decision.h).
//
// Thread safety: the writer's thread only.

#ifndef CREDITREG_INDEX_REGISTRY_JUDGING_H_
#define CREDITREG_INDEX_REGISTRY_JUDGING_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "index/registry/transaction.h"
#include "index/registry/write_context.h"

namespace creditreg {

// Of one piece, which holds the writer up no longer than a request does.
inline constexpr std::size_t kJudgedPerPiece = 100;

// Stores that a day began, if it is later than the last one that did.
void PutDayBegan(Transaction& transaction, const WriteContext& context);

// Judges at most kJudgedPerPiece records: first those whose day has come, then
// those that new rules have not seen. True: there may be more.
//
// Errors: DataLoss, Unavailable; the transaction is as before.
absl::StatusOr<bool> JudgePiece(Transaction& transaction,
                                const WriteContext& context);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_JUDGING_H_
