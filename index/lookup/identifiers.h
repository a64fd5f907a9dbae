// The identifier indexes: which rows an enterprise gains in them, and where a
// code or an old number leads.
//
//   current code   one row for the code an enterprise has now
//   former code    one row for each code it replaced or took over by a merger
//   old number     one row for each number and enterprise that had it
//   name key       one row: authority or division, name, day of establishment
//   pending link   rows of a record that waits for its enterprise
//   person         rows of whoever's numbers are sealed (personal_index.h)
//
// Rows are pure functions of one enterprise or one record, so that the writer,
// verify and a rebuild agree. A merger is a former-code row of the successor;
// nothing of the absorbed enterprise is rewritten.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_LOOKUP_IDENTIFIERS_H_
#define CREDITREG_INDEX_LOOKUP_IDENTIFIERS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/codec/crypto.h"
#include "index/store/store.h"

namespace creditreg {

// Mergers are followed this far, and this many codes may have been merged into
// one enterprise, in steps too. The writer refuses more, so more is damage
// (DataLoss).
inline constexpr int kMaxMergeSteps = 16;
inline constexpr std::size_t kMaxAbsorbed = 64;

// Whether codes of others lead to it since they were merged into it.
bool HasAbsorbed(const storage::v1::Enterprise& content);

// Key and value bytes.
using IndexRow = std::pair<std::string, std::string>;

// Sorted by key, each key once.
std::vector<IndexRow> EnterpriseIndexRows(
    std::uint64_t enterprise_no, const storage::v1::EnterpriseVersion& version,
    const Key256& hmac_key);

// What a record can be linked by: its code, or where it has none its old
// numbers. None for a natural person, who has no file. `kind` is 0 for a code,
// else an OldNumberKind.
struct PartyIdentifier {
  std::uint8_t kind = 0;
  std::string value;
};
std::vector<PartyIdentifier> PartyIdentifiers(
    const storage::v1::RecordVersion& version, const Key256& hmac_key);

// Whether the record waits for an enterprise that is not known yet.
bool IsPending(const storage::v1::RecordVersion& version);

// Those of a record: pending links where it waits, and persons. Sorted by key,
// each key once.
std::vector<IndexRow> RecordIndexRows(std::uint64_t record_no,
                                      const storage::v1::RecordVersion& version,
                                      const Key256& hmac_key);

// The identifiers of an enterprise that a waiting record may name.
std::vector<PartyIdentifier> EnterpriseIdentifiers(
    const storage::v1::EnterpriseVersion& version, const Key256& hmac_key);

// Where a code leads by the index rows alone, mergers not followed.
struct CodeRows {
  std::optional<storage::v1::CurrentCodeRow> current;
  std::optional<storage::v1::FormerCodeRow> former;
};
absl::StatusOr<CodeRows> ReadCodeRows(const Snapshot& rows,
                                      absl::string_view uscc);

// Enterprises that have or had the number: ascending, at most `limit`.
absl::StatusOr<std::vector<std::uint64_t>> ReadOldNumber(
    const Snapshot& rows, std::uint8_t kind, absl::string_view index_value,
    std::size_t limit);

// Enterprises with this name key: ascending, at most `limit`.
absl::StatusOr<std::vector<std::uint64_t>> ReadNameKey(
    const Snapshot& rows, absl::string_view name_key, std::size_t limit);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_LOOKUP_IDENTIFIERS_H_
