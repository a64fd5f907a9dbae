// The bytes of the audit log's files, as proto/creditreg/audit/v1 draws them.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_SERVER_AUDIT_AUDIT_FORMAT_H_
#define CREDITREG_SERVER_AUDIT_AUDIT_FORMAT_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace creditreg {

inline constexpr char kAuditMagic[] = "CRAUDIT1";
inline constexpr std::size_t kAuditHashBytes = 32;
inline constexpr std::size_t kAuditHeaderBytes = 8 + 8 + kAuditHashBytes;
// No row is longer: a batch message names at most 1,000 enterprises.
inline constexpr std::uint32_t kMaxAuditRowBytes = 1 << 20;

std::string AuditSegmentName(std::uint64_t first_number);
// 0 where it is none.
std::uint64_t AuditSegmentNumber(absl::string_view name);

std::string AuditHeader(std::uint64_t first_number, absl::string_view previous);

// Appends length, message and hash; returns the hash.
std::string AppendAuditRow(absl::string_view previous, absl::string_view row,
                           std::string* bytes);

// One row of `bytes` from `offset` on, which moves behind it.
enum class AuditRead {
  kRow,
  // Nothing more.
  kEnd,
  // The bytes end before the row does.
  kTorn,
  // The row is not what its hash says, or too long to be one.
  kDamaged,
};
AuditRead ReadAuditRow(absl::string_view bytes, absl::string_view previous,
                       std::size_t* offset, absl::string_view* row,
                       absl::string_view* hash);

}  // namespace creditreg

#endif  // CREDITREG_SERVER_AUDIT_AUDIT_FORMAT_H_
