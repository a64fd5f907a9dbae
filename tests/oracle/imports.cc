// Imports: rows in order, each all or nothing, and how far they got.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/model/draft.h"
#include "index/model/finding.h"
#include "index/registry/registry.h"
#include "tests/oracle/registry_oracle.h"
#include "tests/oracle/state.h"

namespace creditreg::oracle {
namespace {

RequestName NameOf(const StartImport& start) {
  return {start.actor.principal, start.request_id};
}

void Count(const ImportRowResult& result, storage::v1::ImportRow* row) {
  bool warned = false;
  for (const Finding& finding : result.findings) {
    warned = warned || finding.severity == Severity::kWarning;
  }
  bool stored = true;
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
      stored = false;
      row->set_quarantined(row->quarantined() + 1);
      break;
    case Outcome::kRejected:
      stored = false;
      row->set_rejected(row->rejected() + 1);
      break;
  }
  if (stored && warned) row->set_flagged(row->flagged() + 1);
  row->set_rows_done(result.row);
}

}  // namespace

absl::StatusOr<ImportRun> RegistryOracle::BeginImport(
    const StartImport& start) const {
  ImportRun run;
  run.start = start;
  run.row.set_format(start.format);
  run.row.set_source_id(start.source_id);
  run.row.set_encoding(start.encoding);
  run.row.set_started_us(now_us_);
  if (start.validate_only) return run;
  const auto known = state_.imports.find(NameOf(start));
  if (known == state_.imports.end()) return run;
  const storage::v1::ImportRow& row = known->second.row;
  if (row.format() != start.format || row.source_id() != start.source_id) {
    return absl::AlreadyExistsError("REQUEST_ID_REUSED");
  }
  run.row = row;
  return run;
}

absl::StatusOr<ImportAnswer> RegistryOracle::AppendRows(
    ImportRun& run, const std::vector<ImportRowDraft>& rows,
    std::uint64_t bytes_done, const std::string& prefix_sm3) {
  std::uint64_t expected = run.row.rows_done();
  for (const ImportRowDraft& row : rows) {
    if (row.row != ++expected) return absl::AbortedError("rows");
  }
  const bool validate_only = run.start.validate_only;
  State before;
  if (validate_only) before = state_;
  if (run.row.import_no() == 0 && !validate_only) {
    run.row.set_import_no(++state_.imports_begun);
  }
  ImportAnswer answer;
  for (const ImportRowDraft& row : rows) {
    ImportRowResult result;
    result.row = row.row;
    result.findings = row.findings;
    if (row.enterprise.has_value() || row.record.has_value()) {
      // Without an etag nothing is refused with an error.
      WriteResult written = row.record.has_value()
                                ? StoreRecord(*row.record)
                                : *StoreEnterprise(*row.enterprise, "");
      if (written.outcome == Outcome::kQuarantined) {
        Quarantined kept;
        kept.source_id = run.start.source_id;
        kept.format = run.start.format;
        kept.raw = row.raw.SerializeAsString();
        kept.findings = written.findings;
        kept.request_id = run.start.request_id;
        kept.import_row = row.row;
        Quarantine(std::move(kept));
      }
      result.outcome = written.outcome;
      result.findings = std::move(written.findings);
    }
    Count(result, &run.row);
    if (result.findings.empty()) continue;
    if (!validate_only) {
      state_.imports[NameOf(run.start)].outcomes[row.row] = result;
    }
    answer.results.push_back(std::move(result));
  }
  run.row.set_bytes_done(bytes_done);
  run.row.set_prefix_sm3(prefix_sm3);
  run.row.set_sequence(state_.sequence);
  if (validate_only) {
    state_ = std::move(before);
  } else {
    state_.imports[NameOf(run.start)].row = run.row;
  }
  answer.progress = run.row;
  answer.sequence = state_.sequence;
  return answer;
}

ImportAnswer RegistryOracle::Finish(ImportRun& run, std::uint64_t total_bytes,
                                    const std::string& file_sm3) {
  const bool validate_only = run.start.validate_only;
  if (run.row.import_no() == 0 && !validate_only) {
    run.row.set_import_no(++state_.imports_begun);
  }
  run.row.set_finished_us(now_us_);
  run.row.set_total_bytes(total_bytes);
  run.row.set_bytes_done(total_bytes);
  run.row.set_file_sm3(file_sm3);
  run.row.set_prefix_sm3(file_sm3);
  run.row.set_sequence(state_.sequence);
  if (!validate_only) state_.imports[NameOf(run.start)].row = run.row;
  ImportAnswer answer;
  answer.progress = run.row;
  answer.sequence = state_.sequence;
  return answer;
}

}  // namespace creditreg::oracle
