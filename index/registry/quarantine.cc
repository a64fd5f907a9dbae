#include "index/registry/quarantine.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/civil_day.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/model/finding.h"
#include "index/registry/quality_cells.h"
#include "index/registry/rows.h"
#include "index/registry/transaction.h"
#include "index/registry/write_context.h"

namespace creditreg {

std::string QuarantineHash(absl::string_view source_id, std::uint32_t format,
                           const storage::v1::RawRow& raw,
                           const Key256& hmac_key) {
  return Hmac(hmac_key, "quarantine",
              absl::StrCat(source_id, "\n", format, "\n", CanonicalBytes(raw)));
}

absl::Status PutQuarantine(Transaction& transaction,
                           const WriteContext& context,
                           const ChangeSource& source,
                           const RowToQuarantine& row) {
  const std::string hash_key = QuarantineHashKey(
      QuarantineHash(row.source_id, row.format, *row.raw, context.keys->hmac));
  CREDITREG_ASSIGN_OR_RETURN(
      const std::optional<storage::v1::QuarantineKeyRow> known,
      ReadRow<storage::v1::QuarantineKeyRow>(transaction, hash_key));
  if (known.has_value()) return absl::OkStatus();

  storage::v1::Counters& counters = transaction.counters();
  const std::uint64_t number = counters.next_quarantine_no();
  counters.set_next_quarantine_no(number + 1);
  counters.set_quarantined(counters.quarantined() + 1);
  const Stamp stamp = BeginChange(transaction, context);

  storage::v1::QuarantineRow kept;
  kept.set_source_id(row.source_id);
  kept.set_format(row.format);
  kept.set_received_us(stamp.record_time_us);
  for (const Finding& finding : *row.findings) {
    *kept.add_findings() = ToStored(finding);
  }
  kept.set_request_id(std::string(source.request_id));
  kept.set_import_row(source.import_row);
  kept.set_family(row.family);
  storage::v1::Change change;
  change.set_kind(storage::v1::Change::KIND_ROW_QUARANTINED);
  change.set_quarantine_no(number);
  std::uint64_t data_key = 0;
  CREDITREG_ASSIGN_OR_RETURN(
      *change.mutable_sealed_hash(),
      PutSealed(transaction, context, SealedKind::kQuarantine, number, 0,
                EncodeValue(*row.raw), &data_key));
  kept.set_data_key(data_key);
  transaction.Put(QuarantineKey(number), kept);
  storage::v1::QuarantineKeyRow key_row;
  key_row.set_quarantine_no(number);
  transaction.Put(hash_key, key_row);
  EndChange(transaction, stamp, source, std::move(change));
  if (kept.family() == storage::v1::FAMILY_UNSPECIFIED) {
    return absl::OkStatus();
  }
  return AddToQuality(QualityKeyOf(kept), QualityOf(kept), transaction);
}

QualityKey QualityKeyOf(const storage::v1::QuarantineRow& row) {
  return QualityKeyOf(row.family(), row.source_id(), /*region=*/"",
                      ChinaDay(absl::FromUnixMicros(row.received_us())));
}

QualityCell QualityOf(const storage::v1::QuarantineRow& /*row*/) {
  QualityCell cell;
  cell.quarantined_rows = 1;
  return cell;
}

absl::StatusOr<WriteResult> EraseFromQuarantine(Transaction& transaction,
                                                const WriteContext& context,
                                                const ChangeSource& source,
                                                const ErasePersonal& write) {
  const std::string key = QuarantineKey(write.number);
  CREDITREG_ASSIGN_OR_RETURN(
      std::optional<storage::v1::QuarantineRow> kept,
      ReadRow<storage::v1::QuarantineRow>(transaction, key));
  if (!kept.has_value()) {
    return absl::NotFoundError("row_id: no such row");
  }
  WriteResult result;
  result.outcome = kept->erased() ? Outcome::kUnchanged : Outcome::kUpdated;
  if (kept->erased()) return result;
  const Stamp stamp = BeginChange(transaction, context);
  storage::v1::Change change;
  change.set_quarantine_no(write.number);
  change.set_reason(write.reason);
  PutErasedKey(transaction, kept->data_key(), change);
  kept->set_erased(true);
  transaction.Put(key, *kept);
  EndChange(transaction, stamp, source, std::move(change));
  return result;
}

storage::v1::StoredFinding ToStored(const Finding& finding) {
  storage::v1::StoredFinding stored;
  stored.set_severity(static_cast<std::uint32_t>(finding.severity));
  stored.set_field(finding.field);
  stored.set_rule(finding.rule);
  stored.set_message(finding.message);
  stored.set_suggestion(finding.suggestion);
  return stored;
}

Finding FromStored(const storage::v1::StoredFinding& stored) {
  return {static_cast<Severity>(stored.severity()), stored.field(),
          stored.rule(), stored.message(), stored.suggestion()};
}

}  // namespace creditreg
