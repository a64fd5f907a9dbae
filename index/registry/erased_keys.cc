#include "index/registry/erased_keys.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "index/base/status_macros.h"
#include "index/codec/keys.h"
#include "index/store/key_files.h"
#include "index/store/store.h"

namespace creditreg {

absl::StatusOr<std::uint64_t> DestroyErasedKeys(const Snapshot& rows,
                                                DataKeyStore& data_keys) {
  std::uint64_t destroyed = 0;
  ScanRange range;
  range.begin = TablePrefix(Table::kErasedKey);
  range.end = PrefixEnd(range.begin);
  while (!range.begin.empty()) {
    CREDITREG_ASSIGN_OR_RETURN(ScanPage page, rows.Scan(range));
    for (const auto& [key, value] : page.rows) {
      CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t slot,
                                 DecodeNumberKey(Table::kErasedKey, key));
      const absl::Status found = data_keys.Get(slot).status();
      if (absl::IsNotFound(found)) continue;
      // A damaged slot may be half overwritten.
      if (!found.ok() && !absl::IsDataLoss(found)) return found;
      CREDITREG_RETURN_IF_ERROR(data_keys.Destroy(slot));
      ++destroyed;
    }
    range.begin = std::move(page.next);
  }
  return destroyed;
}

absl::Status DestroyErasedKeys(const WriteBatch& batch,
                               DataKeyStore& data_keys) {
  static const std::string* const kPrefix =
      new std::string(TablePrefix(Table::kErasedKey));
  for (const WriteBatch::Edit& edit : batch.edits()) {
    if (!absl::StartsWith(edit.key, *kPrefix)) continue;
    CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t slot,
                               DecodeNumberKey(Table::kErasedKey, edit.key));
    CREDITREG_RETURN_IF_ERROR(data_keys.Destroy(slot));
  }
  return absl::OkStatus();
}

}  // namespace creditreg
