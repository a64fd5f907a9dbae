// Links records to an enterprise that came after them: a few in the put itself,
// the rest in pieces through the writer, with a row that survives a crash.
//
// An enterprise has one pass at a time. A put that leaves more to link while
// one runs renews the row, and the pass begins again when it sees that.
//
// Thread safety: LinkInline() and LinkPiece() on the writer's thread.

#ifndef CREDITREG_INDEX_REGISTRY_LINKER_H_
#define CREDITREG_INDEX_REGISTRY_LINKER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "index/registry/registry.h"
#include "index/registry/transaction.h"
#include "index/registry/write_context.h"

namespace creditreg {

// How far a pass over the waiting records got.
struct LinkProgress {
  // The backlog row's when the pass began; 0: it has not begun.
  std::uint64_t started_sequence = 0;
  // Place among the enterprise's identifiers, and the last row seen there.
  std::size_t identifier = 0;
  std::string after_key;
};

// Linked in the put itself: most enterprises have fewer records waiting.
inline constexpr std::size_t kInlineLinks = 200;
// Linked in one later piece, so that other writes get their turn.
inline constexpr std::size_t kLinksPerPiece = 500;

// After a put of the enterprise: links up to kInlineLinks and sets
// `result->pending_records`. True: more remain, and their backlog row was put.
absl::StatusOr<bool> LinkInline(Transaction& transaction,
                                const WriteContext& context,
                                const ChangeSource& source,
                                WriteResult* result);

// Links the next piece of a backlog; nothing when it is done and its row is
// deleted.
absl::StatusOr<std::optional<LinkProgress>> LinkPiece(
    Transaction& transaction, const WriteContext& context,
    std::uint64_t enterprise_no, const LinkProgress& from);

// Enterprises with a backlog, for the start.
absl::StatusOr<std::vector<std::uint64_t>> ReadBacklog(const Snapshot& rows);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_LINKER_H_
