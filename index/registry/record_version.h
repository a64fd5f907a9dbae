// The rows of a new version of a record: version, head, natural key, file list,
// pending links, sealed fields, counters, heads of files, and the change.
//
// Thread safety: PutRecordVersion() on the writer's thread only, the rest from
// any thread.

#ifndef CREDITREG_INDEX_REGISTRY_RECORD_VERSION_H_
#define CREDITREG_INDEX_REGISTRY_RECORD_VERSION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/codec/keys.h"
#include "index/lookup/identifiers.h"
#include "index/model/finding.h"
#include "index/registry/row_sink.h"
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
  // Gives up the data key of what `version` no longer has.
  bool erases_personal = false;
  // Empty: as the stored version's.
  std::string natural_key;
  storage::v1::Change change;
  // Working days for receivers to take down what it hides; below 0: as the
  // table says.
  int withdraw_within_days = -1;
  // Set by PutRecordRows().
  storage::v1::RecordHead head;
};

// What record_version.cc puts of a new version that is a pure function of it
// and of the stamp: version, head, natural key, and sealed personal fields
// under a data key. `head` is the stored one, or empty. Completes `put.version`
// (info, publicity), `put.head` and what `put.change` says it touched.
//
// Errors: Unavailable, DataLoss of the key store.
absl::Status PutRecordRows(RowSink& rows, const WriteContext& context,
                           const Stamp& stamp, storage::v1::RecordHead head,
                           NewRecordVersion& put);

// What a head says of the record's publicity, as judged.
void SetHeadPublicity(std::optional<storage::v1::RecordPublicity> publicity,
                      storage::v1::RecordHead* head);

// Adds to what `change` tells receivers.
void SetWithdrawals(std::vector<storage::v1::Withdrawal> withdrawals,
                    storage::v1::Change* change);

// The rows that a head stands for in the lists of work: due days and undecided
// records.
std::vector<IndexRow> PublicityRows(std::uint64_t record_no,
                                    const storage::v1::RecordHead& head);

// What cases laid on a record: its ending, shield, dispute, and until when no
// repair may be applied for.
void CopyMarks(const storage::v1::RecordVersion& from,
               storage::v1::RecordVersion* to);

// Counts one version of a record in (`by` 1) or out (-1).
void CountRecord(const storage::v1::RecordVersion& version, int by,
                 storage::v1::Counters& counters);

// The file list row of a record that just came to its place.
std::pair<std::string, storage::v1::FileListRow> FirstFileListRow(
    const FileListEntry& place, std::uint64_t sequence);

// Puts all rows of a new version; returns its sequence.
//
// Errors: DataLoss, Unavailable.
absl::StatusOr<std::uint64_t> PutRecordVersion(Transaction& transaction,
                                               const WriteContext& context,
                                               const ChangeSource& source,
                                               NewRecordVersion put);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_RECORD_VERSION_H_
