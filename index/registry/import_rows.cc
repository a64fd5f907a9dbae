#include "index/registry/import_rows.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/civil_day.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/model/draft.h"
#include "index/model/finding.h"
#include "index/publication/source_quality.h"
#include "index/registry/enterprise_write.h"
#include "index/registry/linker.h"
#include "index/registry/quality_cells.h"
#include "index/registry/quarantine.h"
#include "index/registry/record_write.h"
#include "index/registry/registry.h"
#include "index/registry/row_sink.h"
#include "index/registry/write_context.h"
#include "index/store/store.h"

namespace creditreg {

PreparedImportRow PrepareRow(ImportRowDraft draft, const Key256& hmac_key) {
  PreparedImportRow prepared;
  prepared.row = draft.row;
  prepared.findings = std::move(draft.findings);
  prepared.raw = std::move(draft.raw);
  if (draft.enterprise.has_value()) {
    prepared.enterprise =
        PrepareEnterprise(*std::move(draft.enterprise), hmac_key);
  } else if (draft.record.has_value()) {
    prepared.record = PrepareRecord(*std::move(draft.record), hmac_key);
  }
  return prepared;
}

void CountImportRow(const ImportRowResult& result,
                    storage::v1::ImportRow* row) {
  switch (result.outcome) {
    case Outcome::kCreated:
      row->set_created(row->created() + 1);
      break;
    case Outcome::kUpdated:
      row->set_updated(row->updated() + 1);
      break;
    case Outcome::kUnchanged:
      row->set_unchanged(row->unchanged() + 1);
      break;
    case Outcome::kPending:
      row->set_pending(row->pending() + 1);
      break;
    case Outcome::kQuarantined:
      row->set_quarantined(row->quarantined() + 1);
      break;
    case Outcome::kRejected:
      row->set_rejected(row->rejected() + 1);
      break;
  }
  const bool kept = result.outcome != Outcome::kQuarantined &&
                    result.outcome != Outcome::kRejected;
  const bool warned = std::any_of(
      result.findings.begin(), result.findings.end(),
      [](const Finding& f) { return f.severity == Severity::kWarning; });
  if (kept && warned) row->set_flagged(row->flagged() + 1);
}

void PutImportOutcome(RowSink& rows, std::uint64_t import_no,
                      const ImportRowResult& result) {
  if (result.findings.empty()) return;
  storage::v1::ImportRowOutcome outcome;
  outcome.set_outcome(static_cast<std::uint32_t>(result.outcome));
  for (const Finding& finding : result.findings) {
    *outcome.add_findings() = ToStored(finding);
  }
  rows.Put(ImportOutcomeKey(import_no, result.row), outcome);
}

absl::StatusOr<std::vector<ImportRowResult>> ReadImportOutcomes(
    const Snapshot& rows, std::uint64_t import_no, std::uint64_t first,
    std::uint64_t end) {
  std::vector<ImportRowResult> results;
  ScanRange range;
  range.begin = ImportOutcomeKey(import_no, first);
  range.end = ImportOutcomeKey(import_no, end);
  while (!range.begin.empty()) {
    CREDITREG_ASSIGN_OR_RETURN(ScanPage page, rows.Scan(range));
    for (const auto& [key, value] : page.rows) {
      CREDITREG_ASSIGN_OR_RETURN(const NumberAndSequence decoded,
                                 DecodeImportOutcomeKey(key));
      CREDITREG_ASSIGN_OR_RETURN(
          const auto stored, DecodeValue<storage::v1::ImportRowOutcome>(value));
      ImportRowResult result;
      result.row = decoded.sequence;
      result.outcome = static_cast<Outcome>(stored.outcome());
      for (const storage::v1::StoredFinding& finding : stored.findings()) {
        result.findings.push_back(FromStored(finding));
      }
      results.push_back(std::move(result));
    }
    range.begin = std::move(page.next);
  }
  return results;
}

absl::StatusOr<ImportRowResult> ImportRowApplier::Apply(
    const PreparedImportRow& row) {
  ChangeSource source;
  source.actor = &start_.actor;
  source.request_id = start_.request_id;
  source.import_row = row.row;
  ImportRowResult result;
  result.row = row.row;
  if (!row.enterprise.has_value() && !row.record.has_value()) {
    result.outcome = Outcome::kRejected;
    result.findings = row.findings;
    PutImportOutcome(transaction_, import_no_, result);
    const storage::v1::Family family = FamilyOfFormat(start_.format);
    if (family != storage::v1::FAMILY_UNSPECIFIED) {
      CREDITREG_RETURN_IF_ERROR(
          AddToQuality(QualityKeyOf(family, start_.source_id, /*region=*/"",
                                    ChinaDay(context_.clock->Now())),
                       RejectedRow(), transaction_));
    }
    return result;
  }
  CREDITREG_ASSIGN_OR_RETURN(WriteResult written, Write(row, source));
  if (written.outcome == Outcome::kQuarantined) {
    RowToQuarantine kept;
    kept.raw = &row.raw;
    kept.findings = &written.findings;
    kept.source_id = start_.source_id;
    kept.format = start_.format;
    kept.family = FamilyOfFormat(start_.format);
    CREDITREG_RETURN_IF_ERROR(
        PutQuarantine(transaction_, context_, source, kept));
  }
  result.outcome = written.outcome;
  result.findings = std::move(written.findings);
  PutImportOutcome(transaction_, import_no_, result);
  return result;
}

absl::StatusOr<WriteResult> ImportRowApplier::Write(
    const PreparedImportRow& row, const ChangeSource& source) {
  if (row.record.has_value()) {
    return ApplyRecord(transaction_, context_, source, *row.record);
  }
  CREDITREG_ASSIGN_OR_RETURN(
      WriteResult written,
      ApplyEnterprise(transaction_, context_, source, *row.enterprise, ""));
  if (written.outcome == Outcome::kCreated ||
      written.outcome == Outcome::kUpdated) {
    enterprises_put_.push_back(written.enterprise_no);
    CREDITREG_ASSIGN_OR_RETURN(
        const bool backlog,
        LinkInline(transaction_, context_, source, &written));
    if (backlog) backlogs_.push_back(written.enterprise_no);
  }
  return written;
}

}  // namespace creditreg
