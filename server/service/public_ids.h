// What ids that callers give stand for.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_SERVER_SERVICE_PUBLIC_IDS_H_
#define CREDITREG_SERVER_SERVICE_PUBLIC_IDS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "index/codec/tokens.h"

namespace creditreg {

// Errors: NotFound, where the id stands for nothing; whether there is such a
// record is another question.
inline absl::StatusOr<std::uint64_t> RecordNoOf(const TokenCodec& tokens,
                                                absl::string_view record_id) {
  absl::StatusOr<std::uint64_t> record_no =
      tokens.DecodeId(PublicIdKind::kRecord, record_id);
  if (absl::IsNotFound(record_no.status())) {
    return absl::NotFoundError("record_id: no such record");
  }
  return record_no;
}

// The same of a row kept aside.
inline absl::StatusOr<std::uint64_t> RowNoOf(const TokenCodec& tokens,
                                             absl::string_view row_id) {
  absl::StatusOr<std::uint64_t> row_no =
      tokens.DecodeId(PublicIdKind::kQuarantineRow, row_id);
  if (absl::IsNotFound(row_no.status())) {
    return absl::NotFoundError("row_id: no such row");
  }
  return row_no;
}

// The same of a case.
inline absl::StatusOr<std::uint64_t> CaseNoOf(const TokenCodec& tokens,
                                              absl::string_view case_id) {
  absl::StatusOr<std::uint64_t> case_no =
      tokens.DecodeId(PublicIdKind::kCase, case_id);
  if (absl::IsNotFound(case_no.status())) {
    return absl::NotFoundError("case_id: no such case");
  }
  return case_no;
}

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_PUBLIC_IDS_H_
