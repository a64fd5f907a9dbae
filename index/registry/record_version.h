// The rows of a new version of a record: version, head, natural key, file list,
// pending links, sealed fields, counters, heads of files, and the change.
//
// Thread safety: the writer's thread only.

#ifndef CREDITREG_INDEX_REGISTRY_RECORD_VERSION_H_
#define CREDITREG_INDEX_REGISTRY_RECORD_VERSION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/model/finding.h"
#include "index/registry/transaction.h"
#include "index/registry/view.h"
#include "index/registry/write_context.h"

namespace creditreg {

// Whether the record counts: not withdrawn.
bool InForce(const storage::v1::RecordVersion& version);

// Sets the quality flags of a version: `flags` and, unless it is a note, the
// rule of what linking found.
void SetQualityFlags(const std::vector<std::string>& flags,
                     const std::optional<Finding>& link_finding,
                     storage::v1::VersionInfo& info);

// What a new version of a record is made of.
struct NewRecordVersion {
  std::uint64_t record_no = 0;
  // Absent: the first one.
  const RecordAt* stored = nullptr;
  storage::v1::RecordVersion version;
  // Personal fields to seal with it where their MAC is not the stored
  // version's; null: as the version's info says.
  const storage::v1::PersonalFields* personal = nullptr;
  // Empty: as the stored version's.
  std::string natural_key;
  storage::v1::Change change;
};

// Puts all rows of a new version; returns its sequence.
//
// Errors: DataLoss, Unavailable.
absl::StatusOr<std::uint64_t> PutRecordVersion(Transaction& transaction,
                                               const WriteContext& context,
                                               const ChangeSource& source,
                                               NewRecordVersion put);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_RECORD_VERSION_H_
