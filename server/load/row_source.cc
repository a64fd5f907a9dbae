#include "server/load/row_source.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "index/base/status_macros.h"
#include "index/registry/first_load.h"
#include "server/intake/file_reader.h"

namespace creditreg {
namespace {

constexpr std::uint64_t kRowsPerMessage = 200'000;

absl::Status WithPath(const absl::Status& status, const std::string& path) {
  if (status.ok() || absl::StartsWith(status.message(), path)) return status;
  return absl::Status(status.code(),
                      absl::StrCat(path, ": ", status.message()));
}

}  // namespace

RowSource::RowSource(std::vector<LoadInput*> inputs, Register register_file,
                     std::function<void(absl::string_view)> progress)
    : inputs_(std::move(inputs)),
      register_file_(std::move(register_file)),
      progress_(std::move(progress)) {}

absl::StatusOr<std::optional<CutBatch>> RowSource::Next() {
  absl::MutexLock lock(&mutex_);
  CREDITREG_RETURN_IF_ERROR(failed_);
  absl::StatusOr<std::optional<CutBatch>> batch = Cut();
  if (!batch.ok()) {
    failed_ = WithPath(batch.status(), inputs_[current_]->file.path);
    return failed_;
  }
  return batch;
}

absl::StatusOr<std::optional<CutBatch>> RowSource::Cut() {
  while (current_ < inputs_.size()) {
    LoadInput& input = *inputs_[current_];
    if (waiting_.size() >= kBatchRows || (at_end_ && !waiting_.empty())) {
      return std::optional<CutBatch>(Take(input));
    }
    if (!at_end_) {
      CREDITREG_RETURN_IF_ERROR(ReadMore(input));
      continue;
    }
    progress_(absl::StrCat(input.file.path, ": ", input.rows, " rows read"));
    ++current_;
    registered_ = false;
    at_end_ = false;
    begin_ = 0;
  }
  return std::optional<CutBatch>();
}

absl::Status RowSource::ReadMore(LoadInput& input) {
  CREDITREG_ASSIGN_OR_RETURN(const std::string bytes, input.bytes->ReadNext());
  at_end_ = bytes.empty();
  CREDITREG_RETURN_IF_ERROR(at_end_ ? input.cutter->Finish()
                                    : input.cutter->Append(bytes));
  if (!registered_ && input.cutter->mapper() != nullptr) {
    CREDITREG_RETURN_IF_ERROR(register_file_(input));
    registered_ = true;
  }
  std::vector<CutRow> rows = input.cutter->TakeRows();
  waiting_.insert(waiting_.end(), std::make_move_iterator(rows.begin()),
                  std::make_move_iterator(rows.end()));
  return absl::OkStatus();
}

CutBatch RowSource::Take(LoadInput& input) {
  const std::size_t count = std::min(waiting_.size(), kBatchRows);
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  CutBatch batch;
  batch.number = next_number_++;
  batch.input = &input;
  batch.begin = begin_;
  batch.rows.assign(std::make_move_iterator(waiting_.begin()),
                    std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  begin_ = batch.rows.back().csv.end_offset;
  if (input.rows / kRowsPerMessage != (input.rows + count) / kRowsPerMessage) {
    progress_(
        absl::StrCat(input.file.path, ": ", input.rows + count, " rows ..."));
  }
  input.rows += count;
  return batch;
}

void RowSource::Note(const CutBatch& batch, const FirstLoad::Fates& fates) {
  std::vector<NotedRow> noted;
  auto put_off = fates.put_off.begin();
  auto found = fates.with_findings.begin();
  std::uint64_t begin = batch.begin;
  for (const CutRow& row : batch.rows) {
    const bool is_put_off =
        put_off != fates.put_off.end() && *put_off == row.row;
    const bool has_findings =
        found != fates.with_findings.end() && *found == row.row;
    if (is_put_off) ++put_off;
    if (has_findings) ++found;
    if (is_put_off || has_findings) {
      noted.push_back(
          {row.row, row.csv.line, begin, row.csv.end_offset, is_put_off});
    }
    begin = row.csv.end_offset;
  }
  absl::MutexLock lock(&mutex_);
  batch.input->noted.insert(batch.input->noted.end(), noted.begin(),
                            noted.end());
}

}  // namespace creditreg
