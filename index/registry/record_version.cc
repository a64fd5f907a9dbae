#include "index/registry/record_version.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/check.h"
#include "index/base/civil_day.h"
#include "index/base/status_macros.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/lookup/file_list.h"
#include "index/lookup/identifiers.h"
#include "index/model/finding.h"
#include "index/publication/publicity.h"
#include "index/publication/source_quality.h"
#include "index/registry/file_head.h"
#include "index/registry/index_rows.h"
#include "index/registry/quality_cells.h"
#include "index/registry/rows.h"
#include "index/registry/transaction.h"
#include "index/registry/view.h"
#include "index/registry/write_context.h"

namespace creditreg {
namespace {

using storage::v1::RecordVersion;

// Adds `by` to the counter of the record's family.
void CountFamily(storage::v1::Family family, std::int64_t by,
                 storage::v1::Counters& counters) {
  const auto add = [by](std::uint64_t count) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(count) + by);
  };
  switch (family) {
    case storage::v1::FAMILY_LICENCE:
      counters.set_licences(add(counters.licences()));
      break;
    case storage::v1::FAMILY_PENALTY:
      counters.set_penalties(add(counters.penalties()));
      break;
    case storage::v1::FAMILY_COMPLAINT:
      counters.set_complaints(add(counters.complaints()));
      break;
    case storage::v1::FAMILY_LISTING:
      counters.set_listings(add(counters.listings()));
      break;
    case storage::v1::FAMILY_ANNUAL_REPORT:
      counters.set_annual_reports(add(counters.annual_reports()));
      break;
    default:
      CREDITREG_CHECK(false, "a stored record has a known family");
  }
}

bool SamePlace(const std::optional<FileListEntry>& a,
               const std::optional<FileListEntry>& b) {
  if (!a.has_value() || !b.has_value()) return a.has_value() == b.has_value();
  return FileListKey(*a) == FileListKey(*b);
}

// Moves the record in the file lists where its place changes; else names its
// new version there.
absl::Status Move(Transaction& transaction,
                  const std::optional<FileListEntry>& from,
                  const std::optional<FileListEntry>& to,
                  std::uint64_t sequence) {
  const bool stays = SamePlace(from, to);
  if (from.has_value()) {
    const std::string key = FileListKey(*from);
    CREDITREG_ASSIGN_OR_RETURN(
        std::optional<storage::v1::FileListRow> row,
        ReadRow<storage::v1::FileListRow>(transaction, key));
    if (!row.has_value()) {
      return absl::DataLossError("file list: row of a linked record missing");
    }
    transaction.Put(key, stays ? Renewed(*std::move(row), sequence)
                               : Left(*std::move(row), sequence));
  }
  if (to.has_value() && !stays) {
    const std::string key = FileListKey(*to);
    CREDITREG_ASSIGN_OR_RETURN(
        std::optional<storage::v1::FileListRow> row,
        ReadRow<storage::v1::FileListRow>(transaction, key));
    transaction.Put(
        key, Entered(row.value_or(storage::v1::FileListRow()), sequence));
  }
  return absl::OkStatus();
}

// What was settled about the record stays with its later versions.
void HandDown(const RecordVersion& stored, NewRecordVersion& put) {
  RecordVersion& version = put.version;
  *version.mutable_first_shown() = stored.first_shown();
  *version.mutable_announced_ends() = stored.announced_ends();
  if (stored.has_first_receipt()) {
    *version.mutable_first_receipt() = stored.first_receipt();
  }
  if (put.change.kind() != storage::v1::Change::KIND_RECORD_CLASSIFIED) {
    *version.mutable_chosen_terms() = stored.chosen_terms();
  }
  if (put.change.kind() != storage::v1::Change::KIND_RECORD_MARKED) {
    CopyMarks(stored, &version);
  }
}

}  // namespace

void CopyMarks(const RecordVersion& from, RecordVersion* to) {
  to->clear_ending();
  if (from.has_ending()) *to->mutable_ending() = from.ending();
  to->set_shield_case_no(from.shield_case_no());
  to->set_objection_case_no(from.objection_case_no());
  to->clear_repair_barred_until();
  if (from.has_repair_barred_until()) {
    to->set_repair_barred_until(from.repair_barred_until());
  }
}

void SetWithdrawals(std::vector<storage::v1::Withdrawal> withdrawals,
                    storage::v1::Change* change) {
  for (storage::v1::Withdrawal& withdrawal : withdrawals) {
    *change->add_withdrawals() = std::move(withdrawal);
  }
}

void SetHeadPublicity(std::optional<storage::v1::RecordPublicity> publicity,
                      storage::v1::RecordHead* head) {
  if (publicity.has_value()) {
    *head->mutable_publicity() = *std::move(publicity);
  } else {
    head->clear_publicity();
  }
}

std::vector<IndexRow> PublicityRows(std::uint64_t record_no,
                                    const storage::v1::RecordHead& head) {
  static const std::string* const kEmpty =
      new std::string(EncodeValue(storage::v1::EmptyRow()));
  std::vector<IndexRow> rows;
  const storage::v1::RecordPublicity& publicity = head.publicity();
  if (publicity.has_due_day()) {
    rows.emplace_back(
        DueKey(CivilDay::FromDays(publicity.due_day()), record_no), *kEmpty);
  }
  if (publicity.undecided()) {
    rows.emplace_back(UndecidedKey(record_no), *kEmpty);
  }
  return rows;
}

bool InForce(const RecordVersion& version) {
  return version.state() == storage::v1::RECORD_STATE_ACTIVE;
}

void SetQualityFlags(const std::vector<std::string>& flags,
                     const std::optional<Finding>& link_finding,
                     storage::v1::VersionInfo& info) {
  std::vector<std::string> all = flags;
  if (link_finding.has_value() && link_finding->severity != Severity::kNote) {
    all.push_back(link_finding->rule);
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  info.clear_quality_flags();
  for (std::string& flag : all) info.add_quality_flags(std::move(flag));
}

void CountRecord(const RecordVersion& version, int by,
                 storage::v1::Counters& counters) {
  if (IsCounted(version)) {
    CountFamily(version.content().family(), by, counters);
  } else if (!InForce(version)) {
    counters.set_records_withdrawn(counters.records_withdrawn() + by);
  }
  if (IsPending(version)) {
    counters.set_records_pending(counters.records_pending() + by);
  }
}

std::pair<std::string, storage::v1::FileListRow> FirstFileListRow(
    const FileListEntry& place, std::uint64_t sequence) {
  return {FileListKey(place), Entered(storage::v1::FileListRow(), sequence)};
}

absl::Status PutRecordRows(RowSink& rows, const WriteContext& context,
                           const Stamp& stamp, storage::v1::RecordHead head,
                           NewRecordVersion& put) {
  const std::uint64_t record_no = put.record_no;
  const RecordAt* const stored = put.stored;
  storage::v1::VersionInfo& info = *put.version.mutable_info();
  info.set_recorded_us(stamp.record_time_us);
  info.set_first_received_us(stored != nullptr
                                 ? stored->version.info().first_received_us()
                                 : stamp.record_time_us);
  if (stored != nullptr &&
      stored->version.info().personal_mac() == info.personal_mac()) {
    // Unchanged personal fields stay sealed where they are.
    info.set_personal_sequence(stored->version.info().personal_sequence());
  } else if (put.personal != nullptr && !info.personal_mac().empty()) {
    std::uint64_t data_key = head.data_key();
    CREDITREG_ASSIGN_OR_RETURN(
        *put.change.mutable_sealed_hash(),
        PutSealed(rows, context, SealedKind::kRecord, record_no, stamp.sequence,
                  EncodeValue(*put.personal), &data_key));
    head.set_data_key(data_key);
    info.set_personal_sequence(stamp.sequence);
  }
  if (put.erases_personal) {
    PutErasedKey(rows, head.data_key(), put.change);
    head.set_data_key(0);
  }
  if (!put.natural_key.empty() && put.natural_key != head.natural_key()) {
    head.set_natural_key(put.natural_key);
    storage::v1::NaturalKeyRow row;
    row.set_record_no(record_no);
    rows.Put(NaturalKeyKey(put.natural_key), row);
  }
  head.set_version_sequence(stamp.sequence);
  if (stored != nullptr) {
    HandDown(stored->version, put);
  } else {
    *put.version.mutable_first_receipt() = FirstReceiptOf(
        put.version, ChinaDay(absl::FromUnixMicros(stamp.record_time_us)),
        *stamp.tables);
  }
  JudgedPublicity judged =
      JudgePublicity(*stamp.tables, CivilDay::FromDays(stamp.publication_day),
                     head.publicity(), put.withdraw_within_days, &put.version);
  SetHeadPublicity(std::move(judged.publicity), &head);
  SetWithdrawals(std::move(judged.withdrawals), &put.change);
  put.head = head;
  rows.Put(RecordVersionKey(record_no, stamp.sequence), put.version);
  rows.Put(RecordHeadKey(record_no), head);
  put.change.set_record_no(record_no);
  put.change.set_enterprise_no(put.version.enterprise_no());
  put.change.set_content_hash(info.content_hash());
  return absl::OkStatus();
}

absl::StatusOr<std::uint64_t> PutRecordVersion(Transaction& transaction,
                                               const WriteContext& context,
                                               const ChangeSource& source,
                                               NewRecordVersion put) {
  const std::uint64_t record_no = put.record_no;
  const RecordAt* const stored = put.stored;
  const RecordVersion& version = put.version;
  storage::v1::RecordHead head;
  if (stored != nullptr) {
    CREDITREG_ASSIGN_OR_RETURN(
        const std::optional<storage::v1::RecordHead> old_head,
        ReadRow<storage::v1::RecordHead>(transaction,
                                         RecordHeadKey(record_no)));
    if (old_head.has_value()) head = *old_head;
  }
  const Stamp stamp = BeginChange(transaction, context);
  const std::vector<IndexRow> old_work = PublicityRows(record_no, head);
  CREDITREG_RETURN_IF_ERROR(
      PutRecordRows(transaction, context, stamp, std::move(head), put));
  ReplaceIndexRows(old_work, PublicityRows(record_no, put.head), transaction);
  CREDITREG_RETURN_IF_ERROR(Move(
      transaction,
      stored != nullptr ? PlaceOf(record_no, stored->version) : std::nullopt,
      PlaceOf(record_no, version), stamp.sequence));
  ReplaceIndexRows(
      stored != nullptr
          ? RecordIndexRows(record_no, stored->version, context.keys->hmac)
          : std::vector<IndexRow>(),
      RecordIndexRows(record_no, version, context.keys->hmac), transaction);
  if (stored != nullptr) {
    CountRecord(stored->version, -1, transaction.counters());
  } else {
    CREDITREG_RETURN_IF_ERROR(AddToQuality(QualityKeyOf(version),
                                           QualityOf(version.first_receipt()),
                                           transaction));
  }
  CountRecord(version, 1, transaction.counters());
  CREDITREG_RETURN_IF_ERROR(UpdateFileHeads(
      transaction, stored != nullptr ? &stored->version : nullptr, version,
      stamp.sequence));
  EndChange(transaction, stamp, source, std::move(put.change));
  return stamp.sequence;
}

}  // namespace creditreg
