// Keeps rows aside that can be neither stored as facts nor forgotten. The row's
// text is sealed; the same row from the same source is kept once.
//
// Thread safety: the writer's thread only.

#ifndef CREDITREG_INDEX_REGISTRY_QUARANTINE_H_
#define CREDITREG_INDEX_REGISTRY_QUARANTINE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/codec/crypto.h"
#include "index/model/finding.h"
#include "index/publication/source_quality.h"
#include "index/registry/transaction.h"
#include "index/registry/write_context.h"

namespace creditreg {

struct RowToQuarantine {
  const storage::v1::RawRow* raw = nullptr;
  const std::vector<Finding>* findings = nullptr;
  std::string source_id;
  // creditreg.v1.ImportFormat by number.
  std::uint32_t format = 0;
  // Of the record it would have been; unspecified: an enterprise.
  storage::v1::Family family = storage::v1::FAMILY_UNSPECIFIED;
};

// Where, and as what, a row kept aside counts among what its source handed in;
// only where it has a family.
QualityKey QualityKeyOf(const storage::v1::QuarantineRow& row);
QualityCell QualityOf(const storage::v1::QuarantineRow& row);

// What makes two rows the same: HMAC of source, format and text, 32 bytes.
std::string QuarantineHash(absl::string_view source_id, std::uint32_t format,
                           const storage::v1::RawRow& raw,
                           const Key256& hmac_key);

// Errors: DataLoss, Unavailable.
absl::Status PutQuarantine(Transaction& transaction,
                           const WriteContext& context,
                           const ChangeSource& source,
                           const RowToQuarantine& row);

// Erases the row's text. Outcome kUnchanged where that was done before.
//
// Errors: NotFound no such row; DataLoss, Unavailable.
absl::StatusOr<WriteResult> EraseFromQuarantine(Transaction& transaction,
                                                const WriteContext& context,
                                                const ChangeSource& source,
                                                const ErasePersonal& write);

storage::v1::StoredFinding ToStored(const Finding& finding);
Finding FromStored(const storage::v1::StoredFinding& stored);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_QUARANTINE_H_
