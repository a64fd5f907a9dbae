#include "index/registry/verify_run.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/registry/registry.h"
#include "index/registry/snapshot_view.h"
#include "index/store/key_files.h"
#include "index/store/store.h"

namespace creditreg {
namespace {

constexpr std::uint64_t kRowsPerProgress = 10000;
constexpr std::size_t kMaxMessages = 100;

std::string SealedPrefix(SealedKind kind) {
  return absl::StrCat(TablePrefix(Table::kSealed),
                      std::string(1, static_cast<char>(kind)));
}

}  // namespace

VerifyRun::VerifyRun(const SnapshotView& view,
                     const storage::v1::Layout& layout, const KeyRing& keys,
                     const DataKeyStore& data_keys,
                     const VerifyOptions& options, const Progress& progress)
    : view_(view),
      layout_(layout),
      keys_(keys),
      data_keys_(data_keys),
      options_(options),
      progress_(progress) {
  report_.sequence = view.sequence();
}

absl::Status VerifyRun::BeginStage(absl::string_view stage) {
  stage_ = std::string(stage);
  return CallProgress();
}

absl::Status VerifyRun::CountRows(std::size_t rows) {
  report_.rows_checked += rows;
  if (report_.rows_checked < next_progress_) return absl::OkStatus();
  return CallProgress();
}

absl::Status VerifyRun::CallProgress() {
  next_progress_ = report_.rows_checked + kRowsPerProgress;
  VerifyProgress progress;
  progress.rows_checked = report_.rows_checked;
  progress.faults = report_.faults;
  progress.stage = stage_;
  if (progress_ == nullptr || progress_(progress)) return absl::OkStatus();
  return absl::CancelledError("verify: stopped by its caller");
}

void VerifyRun::Fault(Table table, absl::string_view rule, std::uint64_t number,
                      std::uint64_t count) {
  if (searching_) return;
  report_.faults += count;
  auto found = std::find_if(faults_.begin(), faults_.end(),
                            [&](const FoundFault& fault) {
                              return fault.table == table && fault.rule == rule;
                            });
  if (found == faults_.end()) {
    faults_.push_back({table, std::string(rule), number, 0});
    found = faults_.end() - 1;
  }
  found->count += count;
}

VerifyReport VerifyRun::TakeReport() {
  for (const FoundFault& fault : faults_) {
    if (report_.fault_messages.size() == kMaxMessages) break;
    std::string message = absl::StrCat(TableName(fault.table), ": ", fault.rule,
                                       " (", fault.count, " times");
    if (fault.first_number != 0) {
      absl::StrAppend(&message, ", first at ", fault.first_number);
    }
    report_.fault_messages.push_back(absl::StrCat(message, ")"));
  }
  return std::move(report_);
}

RowCursor::RowCursor(VerifyRun& run, Table table)
    : RowCursor(run, table, TablePrefix(table), PrefixEnd(TablePrefix(table))) {
}

RowCursor::RowCursor(VerifyRun& run, Table table, std::string begin,
                     std::string end)
    : run_(run), table_(table) {
  range_.begin = std::move(begin);
  range_.end = std::move(end);
  range_.fill_cache = false;
}

absl::StatusOr<const RowCursor::Row*> RowCursor::Peek() {
  while (next_ == page_.rows.size()) {
    if (range_.begin.empty()) return nullptr;
    absl::StatusOr<ScanPage> page = run_.rows().Scan(range_);
    if (absl::IsDataLoss(page.status())) {
      run_.Fault(table_, "damaged on disk, rows behind not read");
      range_.begin.clear();
      return nullptr;
    }
    CREDITREG_RETURN_IF_ERROR(page.status());
    page_ = *std::move(page);
    next_ = 0;
    range_.begin = page_.next;
    CREDITREG_RETURN_IF_ERROR(run_.CountRows(page_.rows.size()));
  }
  return &page_.rows[next_];
}

NumberedCursor::NumberedCursor(VerifyRun& run, Table table)
    : run_(run), table_(table), rows_(run, table) {}

NumberedCursor::NumberedCursor(VerifyRun& run, SealedKind kind)
    : run_(run),
      table_(Table::kSealed),
      rows_(run, Table::kSealed, SealedPrefix(kind),
            PrefixEnd(SealedPrefix(kind))) {}

absl::StatusOr<NumberAndSequence> NumberedCursor::DecodeKey(
    absl::string_view key) const {
  NumberAndSequence numbers;
  switch (table_) {
    case Table::kEnterpriseVersion:
    case Table::kRecordVersion:
      return DecodeVersionKey(table_, key);
    case Table::kImportOutcome:
      return DecodeImportOutcomeKey(key);
    case Table::kSealed: {
      CREDITREG_ASSIGN_OR_RETURN(const SealedEntry entry, DecodeSealedKey(key));
      numbers.number = entry.number;
      numbers.sequence = entry.sequence;
      return numbers;
    }
    default: {
      CREDITREG_ASSIGN_OR_RETURN(numbers.number, DecodeNumberKey(table_, key));
      return numbers;
    }
  }
}

absl::StatusOr<const NumberedCursor::Row*> NumberedCursor::Peek() {
  while (!have_row_) {
    CREDITREG_ASSIGN_OR_RETURN(const RowCursor::Row* const row, rows_.Peek());
    if (row == nullptr) return nullptr;
    const absl::StatusOr<NumberAndSequence> key = DecodeKey(row->first);
    if (!key.ok()) {
      run_.Fault(table_, "key damaged");
      rows_.Pop();
      continue;
    }
    row_ = {key->number, key->sequence, row->second};
    have_row_ = true;
  }
  return &row_;
}

void NumberedCursor::Pop() {
  have_row_ = false;
  rows_.Pop();
}

absl::Status ForEachRow(
    VerifyRun& run, Table table,
    const std::function<absl::Status(const std::string& key,
                                     const std::string& value)>& visit) {
  RowCursor cursor(run, table);
  while (true) {
    CREDITREG_ASSIGN_OR_RETURN(const RowCursor::Row* const row, cursor.Peek());
    if (row == nullptr) return absl::OkStatus();
    CREDITREG_RETURN_IF_ERROR(visit(row->first, row->second));
    cursor.Pop();
  }
}

absl::StatusOr<std::optional<std::string>> GetUndamaged(
    const Snapshot& rows, const std::string& key) {
  absl::StatusOr<std::optional<std::string>> value = rows.Get(key);
  if (absl::IsDataLoss(value.status())) return std::optional<std::string>();
  return value;
}

}  // namespace creditreg
