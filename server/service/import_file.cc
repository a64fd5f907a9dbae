#include "server/service/import_file.h"

#include <algorithm>
#include <utility>

#include "server/intake/report.h"

namespace creditreg {

ImportFile::ImportFile(const FieldTables& tables,
                       const v1::ImportRequest::Start& start,
                       std::string source_id, CivilDay received)
    : tables_(tables),
      target_(TargetOfFormat(start.format())),
      reader_(std::make_unique<FileReader>(
          tables, target_, std::move(source_id), start.encoding(), received)) {}

absl::Status ImportFile::Append(absl::string_view bytes) {
  total_bytes_ += bytes.size();
  all_.Update(bytes);
  uncovered_.append(bytes.data(), bytes.size());
  const absl::Status status = reader_->Append(bytes);
  TakeRows();
  return status;
}

absl::Status ImportFile::End() {
  const absl::Status status = reader_->Finish();
  TakeRows();
  if (status.ok() && reader_->header().empty()) {
    return absl::InvalidArgumentError("BAD_CSV: no header line, want one");
  }
  return status;
}

std::optional<v1::TextEncoding> ImportFile::encoding() const {
  return reader_->encoding();
}

void ImportFile::TakeRows() {
  for (FileRow& row : reader_->TakeRows()) rows_.push_back(std::move(row));
}

ImportBatch ImportFile::TakeBatch(std::uint64_t last_row) {
  ImportBatch batch;
  while (!rows_.empty() && batch.rows.size() < kBatchRows) {
    const std::uint64_t row = rows_.front().draft.row;
    if (!batch.rows.empty() && row == last_row + 1) break;
    batch.rows.push_back(std::move(rows_.front()));
    rows_.pop_front();
  }
  batch.bytes_done = batch.rows.back().end_offset;
  const std::size_t covered =
      static_cast<std::size_t>(batch.bytes_done - prefix_bytes_);
  prefix_.Update(absl::string_view(uncovered_).substr(0, covered));
  uncovered_.erase(0, covered);
  prefix_bytes_ = batch.bytes_done;
  batch.prefix_sm3 = prefix_.Digest();
  return batch;
}

std::string ImportFile::FileSm3() const { return all_.Digest(); }

std::string ImportFile::ReportHeader() const {
  return creditreg::ReportHeader(reader_->header());
}

std::string ImportFile::ReportLine(const FileRow& row, v1::Outcome outcome,
                                   const std::vector<Finding>& findings) const {
  return creditreg::ReportLine(
      {row.cells, reader_->header().size(), row.line, outcome, findings},
      tables_, target_);
}

std::string ImportFile::ColumnOf(const std::string& field) const {
  return tables_.CodeOfPath(target_, field);
}

}  // namespace creditreg
