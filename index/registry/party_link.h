// Which enterprise a record's party is, and what the register says of the name
// it came under.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_REGISTRY_PARTY_LINK_H_
#define CREDITREG_INDEX_REGISTRY_PARTY_LINK_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/content.pb.h"
#include "index/lookup/identifiers.h"
#include "index/model/finding.h"
#include "index/store/store.h"

namespace creditreg {

// Rule of a finding: several enterprises had the party's old numbers, and the
// name does not tell which is meant.
inline constexpr absl::string_view kPartyAmbiguous = "PARTY_AMBIGUOUS";

struct PartyLink {
  // 0: a natural person, or not known (yet).
  std::uint64_t enterprise_no = 0;
  // What the record waits under; empty when linked or a natural person.
  std::vector<PartyIdentifier> waits_for;
  // NAME_FORMER, NAME_NEVER_HELD (an error: keep the record aside),
  // NAME_DIFFERENT (complaints: the sender is no register), PARTY_AMBIGUOUS,
  // ENTERPRISE_UNKNOWN.
  std::optional<Finding> finding;
};

// `identifiers` are the record's PartyIdentifiers().
//
// Errors: DataLoss, Unavailable.
absl::StatusOr<PartyLink> LinkParty(
    const Snapshot& rows, const storage::v1::Record& record,
    const std::vector<PartyIdentifier>& identifiers);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_PARTY_LINK_H_
