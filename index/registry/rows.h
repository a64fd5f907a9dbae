// Typed reads of base rows. Work on a Snapshot, so on the committed state as on
// a Transaction.
//
// Errors of every call: DataLoss where bytes are damaged, or a row that another
// row promises is missing; Unavailable the disk failed.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_REGISTRY_ROWS_H_
#define CREDITREG_INDEX_REGISTRY_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/registry/view.h"
#include "index/store/key_files.h"
#include "index/store/store.h"

namespace creditreg {

// Nothing where there is no such row.
template <typename M>
absl::StatusOr<std::optional<M>> ReadRow(const Snapshot& rows,
                                         absl::string_view key) {
  CREDITREG_ASSIGN_OR_RETURN(const std::optional<std::string> value,
                             rows.Get(key));
  if (!value.has_value()) return std::optional<M>();
  CREDITREG_ASSIGN_OR_RETURN(M row, DecodeValue<M>(*value));
  return std::optional<M>(std::move(row));
}

// Newest version at or before `at`; 0: the current one. Nothing where there is
// no version that old.
absl::StatusOr<std::optional<EnterpriseAt>> ReadEnterpriseVersion(
    const Snapshot& rows, std::uint64_t enterprise_no, std::uint64_t at);
absl::StatusOr<std::optional<RecordAt>> ReadRecordVersion(
    const Snapshot& rows, std::uint64_t record_no, std::uint64_t at);

// Current head; DataLoss where there is none.
absl::StatusOr<storage::v1::EnterpriseHead> ReadEnterpriseHead(
    const Snapshot& rows, std::uint64_t enterprise_no);

Sealed SealedOf(const storage::v1::SealedRow& row);

// Opens what is sealed under (kind, number, sequence).
//
// Errors: NotFound the data key was destroyed.
absl::StatusOr<std::string> OpenSealed(const Snapshot& rows,
                                       const DataKeyStore& keys,
                                       SealedKind kind, std::uint64_t number,
                                       std::uint64_t sequence);

// The personal fields a version refers to; empty where it has none.
absl::StatusOr<storage::v1::PersonalFields> OpenPersonalFields(
    const Snapshot& rows, const DataKeyStore& keys, SealedKind kind,
    std::uint64_t number, const storage::v1::VersionInfo& info);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_ROWS_H_
