// The rows of the audit log's index: which rows of the log name an enterprise,
// a record or a principal, and where each stands. Numbers are big-endian; "~"
// before a field means that its bits are flipped, so that later sorts first.
//
//   01                                              state: one row, see below
//   02 | ~number (8)                                any row: place, time_us (8)
//   03 | enterprise_no (8) | kind (1) | ~number (8)  place
//   04 | record_no (8) | ~number (8)                 place
//   05 | length (2) | principal | ~number (8)        place
//
//   place  segment (8) | offset (8) | length (4)
//   state  version (1) | first row (8) | last row (8) | segment (8) |
//          offset (8) | hash of the last row (32)
//
// Derived, and made anew from the log where anything about it is not as here: a
// change takes another version and nothing else.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_SERVER_AUDIT_AUDIT_INDEX_FORMAT_H_
#define CREDITREG_SERVER_AUDIT_AUDIT_INDEX_FORMAT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "creditreg/audit/v1/audit.pb.h"
#include "server/audit/audit_segments.h"

namespace creditreg {

// What a row is to an enterprise that it names. Stored.
enum class AuditKind : std::uint8_t {
  // Nothing was read, or by the enterprise itself, or not of its file.
  kOther = 0,
  // Somebody else read of its file.
  kRead = 1,
  // The same, for an investigation.
  kInvestigated = 2,
};
AuditKind AuditKindOf(const audit::v1::AuditRow& row);

// Prefixes of rows in descending order of their numbers.
std::string AuditRowPrefix();
std::string AuditEnterprisePrefix(std::uint64_t enterprise_no, AuditKind kind);
std::string AuditRecordPrefix(std::uint64_t record_no);
std::string AuditPrincipalPrefix(absl::string_view principal);
// The key of row `number` below a prefix; also where all older ones begin.
std::string AuditIndexKey(absl::string_view prefix, std::uint64_t number);
// Behind all rows of all prefixes; AuditRowPrefix() is before them.
std::string AuditIndexEnd();
// The number in a key; 0: it is none of the above.
std::uint64_t AuditIndexNumber(absl::string_view key);

// Every key of a row but AuditRowPrefix()'s.
std::vector<std::string> AuditSubjectKeys(const audit::v1::AuditRow& row,
                                          std::uint64_t number);

std::string EncodeAuditPlace(const AuditPlace& place);
std::string EncodeAuditPlace(const AuditPlace& place, std::int64_t time_us);
// Nothing: not written by EncodeAuditPlace().
std::optional<AuditPlace> DecodeAuditPlace(absl::string_view bytes);
std::optional<std::int64_t> DecodeAuditTime(absl::string_view bytes);

// How far the index goes.
struct AuditIndexState {
  // Rows it has: [first, last]; none where last is before first.
  std::uint64_t first = 1;
  std::uint64_t last = 0;
  // Where the row after the last one stands, and the hash before it.
  std::uint64_t segment = 0;
  std::uint64_t offset = 0;
  std::string hash;
};
std::string AuditIndexStateKey();
std::string EncodeAuditIndexState(const AuditIndexState& state);
// Nothing: of another version, or damaged.
std::optional<AuditIndexState> DecodeAuditIndexState(absl::string_view bytes);

}  // namespace creditreg

#endif  // CREDITREG_SERVER_AUDIT_AUDIT_INDEX_FORMAT_H_
