// Checks a copy of the audit log without the registry: that no row was altered,
// taken out, put in or moved (proto/creditreg/audit/v1 draws the files).
//
// Written apart from what writes them, so that one mistake is not made twice.
//
// Thread safety: free function.

#ifndef CREDITREG_CLIENT_AUDIT_CHECK_H_
#define CREDITREG_CLIENT_AUDIT_CHECK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace creditreg {

struct AuditFault {
  enum class Kind {
    // The file is no segment, or ends within a row, or holds what is no row.
    kNoRow,
    // Its hash does not follow from it and the row before.
    kAltered,
    // Its number is not the one after the row before.
    kMissing,
    // The sink has it, the log does not.
    kNotInLog,
    // The sink has another row of that number.
    kNotAsInSink,
    // The file is what a restart put aside; no row.
    kRest,
  };
  Kind kind = Kind::kNoRow;
  // The file's name.
  std::string file;
  // Where the row should be; for kMissing the first that is not there.
  std::uint64_t row = 0;
};

struct AuditCheck {
  // 0, 0: no rows. A log whose oldest segments were thrown away begins later
  // than 1.
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t rows = 0;
  // Hex, of the last row: compare it with what was written down elsewhere.
  std::string hash;
  // At most kMaxAuditFaults, in order.
  std::vector<AuditFault> faults;
};
inline constexpr std::size_t kMaxAuditFaults = 100;

// `sink_file`: what was shipped elsewhere, to compare with; empty: none. Only a
// sink tells that rows are missing at the end.
//
// Errors: as LocalFileError(): a file cannot be read, or there is no log.
absl::StatusOr<AuditCheck> CheckAuditLog(const std::string& directory,
                                         const std::string& sink_file);

}  // namespace creditreg

#endif  // CREDITREG_CLIENT_AUDIT_CHECK_H_
