#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/status_macros.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/publication/source_quality.h"
#include "index/registry/conf_tables.h"
#include "index/registry/verify_passes.h"
#include "index/registry/verify_run.h"

namespace creditreg {
namespace {

constexpr Table kTables[] = {
    Table::kMeta,        Table::kEnterpriseHead, Table::kEnterpriseVersion,
    Table::kRecordHead,  Table::kRecordVersion,  Table::kSealed,
    Table::kChange,      Table::kRequest,        Table::kRequestAge,
    Table::kNaturalKey,  Table::kQuarantine,     Table::kQuarantineKey,
    Table::kImport,      Table::kImportOutcome,  Table::kLinkBacklog,
    Table::kErasedKey,   Table::kConfTable,      Table::kQualityCell,
    Table::kCase,        Table::kNationalCase,   Table::kHeldStep,
    Table::kReceiver,    Table::kCurrentCode,    Table::kFormerCode,
    Table::kOldNumber,   Table::kNameKey,        Table::kFileList,
    Table::kPendingLink, Table::kPerson,         Table::kDue,
    Table::kUndecided,   Table::kRecordCase,     Table::kCaseClock,
    Table::kWithdrawal,  Table::kCaseStep,
};

// Rows in [begin, end), which belong to no table.
absl::Status FindStrays(VerifyRun& run, const std::string& begin,
                        const std::string& end) {
  if (begin >= end) return absl::OkStatus();
  RowCursor cursor(run, Table::kMeta, begin, end);
  while (true) {
    CREDITREG_ASSIGN_OR_RETURN(const RowCursor::Row* const row, cursor.Peek());
    if (row == nullptr) return absl::OkStatus();
    run.Fault(Table::kMeta, "rows that belong to no table");
    cursor.Pop();
  }
}

void CheckMetaRow(VerifyRun& run, const std::string& key,
                  const std::string& value, int* extra_rows) {
  if (key == MetaKey("layout")) {
    if (value != EncodeValue(run.layout())) {
      run.Fault(Table::kMeta, "layout is not the one opened");
    }
  } else if (key == MetaKey("counters")) {
    if (value != EncodeValue(run.counters())) {
      run.Fault(Table::kMeta, "counters are not those of this state");
    }
  } else if (key == MetaKey(kJudgingRow)) {
    const auto row =
        run.Decode<storage::v1::JudgingRow>(Table::kMeta, value, 0);
    if (row.has_value() &&
        row->end_record_no() > run.counters().next_record_no()) {
      run.Fault(Table::kMeta, "judging goes past the last record");
    }
    ++*extra_rows;
  } else {
    run.Fault(Table::kMeta, "row of an unknown name");
  }
}

}  // namespace

absl::Status CheckMeta(VerifyRun& run) {
  int rows = 0;
  int extra_rows = 0;
  CREDITREG_RETURN_IF_ERROR(ForEachRow(
      run, Table::kMeta, [&](const std::string& key, const std::string& value) {
        ++rows;
        CheckMetaRow(run, key, value, &extra_rows);
        return absl::OkStatus();
      }));
  if (rows - extra_rows < 2)
    run.Fault(Table::kMeta, "layout or counters missing");
  std::string begin(1, '\0');
  for (const Table table : kTables) {
    const std::string prefix = TablePrefix(table);
    CREDITREG_RETURN_IF_ERROR(FindStrays(run, begin, prefix));
    begin = PrefixEnd(prefix);
  }
  return FindStrays(run, begin, std::string(16, '\xFF'));
}

absl::Status CheckBacklog(VerifyRun& run) {
  NumberedCursor cursor(run, Table::kLinkBacklog);
  while (true) {
    CREDITREG_ASSIGN_OR_RETURN(const NumberedCursor::Row* const row,
                               cursor.Peek());
    if (row == nullptr) return absl::OkStatus();
    const auto backlog = run.Decode<storage::v1::LinkBacklogRow>(
        Table::kLinkBacklog, row->value, row->number);
    if (backlog.has_value() &&
        backlog->started_sequence() > run.counters().sequence()) {
      run.Fault(Table::kLinkBacklog, "started after the last change",
                row->number);
    }
    if (row->number == 0 ||
        row->number >= run.counters().next_enterprise_no()) {
      run.Fault(Table::kLinkBacklog, "its enterprise does not exist",
                row->number);
    }
    cursor.Pop();
  }
}

void CheckCounters(VerifyRun& run, const Recount& recount) {
  const storage::v1::Counters& stored = run.counters();
  const storage::v1::Counters& counted = recount.counters;
  const struct {
    absl::string_view name;
    std::uint64_t stored;
    std::uint64_t counted;
  } figures[] = {
      {"enterprises", stored.enterprises(), counted.enterprises()},
      {"enterprises_deregistered", stored.enterprises_deregistered(),
       counted.enterprises_deregistered()},
      {"licences", stored.licences(), counted.licences()},
      {"penalties", stored.penalties(), counted.penalties()},
      {"complaints", stored.complaints(), counted.complaints()},
      {"listings", stored.listings(), counted.listings()},
      {"annual_reports", stored.annual_reports(), counted.annual_reports()},
      {"records_withdrawn", stored.records_withdrawn(),
       counted.records_withdrawn()},
      {"records_pending", stored.records_pending(), counted.records_pending()},
      {"quarantined", stored.quarantined(), counted.quarantined()},
  };
  for (const auto& figure : figures) {
    if (figure.stored == figure.counted) continue;
    run.Fault(Table::kMeta,
              absl::StrCat("counters.", figure.name, " is ", figure.stored,
                           ", counted ", figure.counted));
  }
  const struct {
    absl::string_view name;
    std::uint64_t next;
    std::uint64_t largest;
  } numbers[] = {
      {"next_enterprise_no", stored.next_enterprise_no(),
       counted.next_enterprise_no()},
      {"next_record_no", stored.next_record_no(), counted.next_record_no()},
      {"next_quarantine_no", stored.next_quarantine_no(),
       counted.next_quarantine_no()},
      {"next_case_no", std::max<std::uint64_t>(1, stored.next_case_no()),
       counted.next_case_no()},
      {"next_import_no", stored.next_import_no(), counted.next_import_no()},
      {"data_key_slots", stored.data_key_slots(), run.largest_data_key()},
  };
  for (const auto& number : numbers) {
    if (number.next > number.largest) continue;
    run.Fault(Table::kMeta, absl::StrCat("counters.", number.name, " is ",
                                         number.next, ", was given out"));
  }
}

absl::Status CheckQuality(VerifyRun& run, const Recount& recount) {
  std::map<QualityKey, QualityCell> missing = recount.quality;
  RowCursor cursor(run, Table::kQualityCell);
  while (true) {
    CREDITREG_ASSIGN_OR_RETURN(const RowCursor::Row* const row, cursor.Peek());
    if (row == nullptr) break;
    const auto stored = run.Decode<storage::v1::QualityCellRow>(
        Table::kQualityCell, row->second, 0);
    const absl::StatusOr<QualityCellEntry> entry =
        DecodeQualityCellKey(row->first);
    if (!entry.ok()) run.Fault(Table::kQualityCell, "key damaged");
    if (stored.has_value() && entry.ok()) {
      QualityCell cell = CellOf(*stored);
      const auto counted = missing.find(
          QualityKey{entry->source_id, entry->region, entry->month,
                     static_cast<storage::v1::Family>(entry->family)});
      QualityCell want;
      if (counted != missing.end()) {
        want = counted->second;
        missing.erase(counted);
      }
      want.rejected_rows = cell.rejected_rows;
      if (!(cell == want)) {
        run.Fault(Table::kQualityCell, "is not what its records make");
      }
    }
    cursor.Pop();
  }
  for (std::size_t i = 0; i < missing.size(); ++i) {
    run.Fault(Table::kQualityCell, "missing for records or rows");
  }
  return absl::OkStatus();
}

}  // namespace creditreg
