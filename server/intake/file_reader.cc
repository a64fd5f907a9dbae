#include "server/intake/file_reader.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "index/base/status_macros.h"
#include "index/model/utf8.h"
#include "server/intake/csv_reader.h"
#include "server/intake/row_mapper.h"
#include "server/intake/text_decoder.h"
#include "server/wire/text_rules.h"

namespace creditreg {
namespace {

// What stands for a byte that is no text, so that the rest of the row can go
// back to its sender.
constexpr absl::string_view kReplacement = "\xEF\xBF\xBD";

std::string ReplaceNonAscii(absl::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    if (static_cast<unsigned char>(byte) < 0x80) {
      text.push_back(byte);
    } else {
      text.append(kReplacement.data(), kReplacement.size());
    }
  }
  return text;
}

void RefuseUnreadable(ImportRowDraft& draft) {
  draft.enterprise.reset();
  draft.record.reset();
  draft.findings = {{Severity::kError, "", "TEXT_ENCODING",
                     "该行含有不属于文件编码的字节", ""}};
}

}  // namespace

FileCutter::FileCutter(const FieldTables& tables, IntakeTarget target,
                       std::string source_id, v1::TextEncoding encoding,
                       CivilDay received)
    : tables_(tables),
      target_(target),
      source_id_(std::move(source_id)),
      wanted_(encoding),
      received_(received) {}

std::optional<v1::TextEncoding> FileCutter::encoding() const {
  if (!detected_.has_value()) return std::nullopt;
  return detected_->encoding;
}

absl::Status FileCutter::Append(absl::string_view bytes) {
  if (!detected_.has_value()) {
    prefix_.append(bytes.data(), bytes.size());
    return Begin(/*complete=*/false);
  }
  const absl::Status parsed = csv_->Append(bytes);
  CREDITREG_RETURN_IF_ERROR(ReadRows());
  return parsed;
}

absl::Status FileCutter::Finish() {
  if (!detected_.has_value()) {
    CREDITREG_RETURN_IF_ERROR(Begin(/*complete=*/true));
  }
  const absl::Status parsed = csv_->Finish();
  CREDITREG_RETURN_IF_ERROR(ReadRows());
  CREDITREG_RETURN_IF_ERROR(parsed);
  if (mapper_ == nullptr) {
    return absl::InvalidArgumentError(
        "MISSING_COLUMN: the file is empty, want a header line");
  }
  return absl::OkStatus();
}

absl::Status FileCutter::Begin(bool complete) {
  CREDITREG_ASSIGN_OR_RETURN(detected_,
                             DetectEncoding(prefix_, complete, wanted_));
  if (!detected_.has_value()) return absl::OkStatus();
  CREDITREG_ASSIGN_OR_RETURN(decoder_,
                             CellDecoder::Create(detected_->encoding));
  csv_ = std::make_unique<CsvReader>(detected_->mark_bytes);
  const std::string bytes = std::exchange(prefix_, std::string());
  return Append(absl::string_view(bytes).substr(detected_->mark_bytes));
}

absl::Status FileCutter::ReadRows() {
  for (CsvRow& row : csv_->TakeRows()) {
    if (mapper_ == nullptr) {
      CREDITREG_RETURN_IF_ERROR(ReadHeader(std::move(row.cells)));
    } else {
      rows_.push_back({++rows_read_, std::move(row)});
    }
  }
  return absl::OkStatus();
}

absl::Status FileCutter::ReadHeader(std::vector<std::string> cells) {
  for (std::string& cell : cells) {
    if (!decoder_->Decode(cell)) {
      return absl::InvalidArgumentError(
          "BAD_ENCODING: the header is not in the encoding of the file");
    }
  }
  // Spreadsheets add empty headers. Left out here, they do not stand before the
  // report's own columns, where they would be unknown ones.
  while (!cells.empty() && TrimBlanks(cells.back()).empty()) cells.pop_back();
  CREDITREG_ASSIGN_OR_RETURN(
      mapper_,
      RowMapper::Create(tables_, target_, source_id_, received_, cells));
  header_ = std::move(cells);
  return absl::OkStatus();
}

std::vector<CutRow> FileCutter::TakeRows() { return std::exchange(rows_, {}); }

absl::StatusOr<std::unique_ptr<RowReader>> RowReader::Create(
    v1::TextEncoding encoding, const RowMapper& mapper) {
  CREDITREG_ASSIGN_OR_RETURN(std::unique_ptr<CellDecoder> decoder,
                             CellDecoder::Create(encoding));
  return absl::WrapUnique(new RowReader(std::move(decoder), mapper));
}

bool RowReader::Decode(std::vector<std::string>& cells) {
  bool readable = true;
  for (std::string& cell : cells) {
    if (decoder_->Decode(cell)) continue;
    readable = false;
    cell = ReplaceNonAscii(cell);
  }
  return readable;
}

ImportRowDraft RowReader::ReadContent(CutRow row) {
  const bool readable = Decode(row.csv.cells);
  ImportRowDraft draft = mapper_.MapContent(row.row, row.csv.cells);
  if (!readable) RefuseUnreadable(draft);
  return draft;
}

FileRow RowReader::Read(CutRow row) {
  const bool readable = Decode(row.csv.cells);
  FileRow read;
  read.line = row.csv.line;
  read.end_offset = row.csv.end_offset;
  read.draft = mapper_.Map(row.row, row.csv.cells);
  if (!readable) RefuseUnreadable(read.draft);
  read.cells = std::move(row.csv.cells);
  return read;
}

absl::Status FileReader::Append(absl::string_view bytes) {
  const absl::Status cut = cutter_.Append(bytes);
  CREDITREG_RETURN_IF_ERROR(ReadRows());
  return cut;
}

absl::Status FileReader::Finish() {
  const absl::Status cut = cutter_.Finish();
  CREDITREG_RETURN_IF_ERROR(ReadRows());
  return cut;
}

absl::Status FileReader::ReadRows() {
  for (CutRow& row : cutter_.TakeRows()) {
    if (row_reader_ == nullptr) {
      CREDITREG_ASSIGN_OR_RETURN(
          row_reader_,
          RowReader::Create(*cutter_.encoding(), *cutter_.mapper()));
    }
    rows_.push_back(row_reader_->Read(std::move(row)));
  }
  return absl::OkStatus();
}

std::vector<FileRow> FileReader::TakeRows() { return std::exchange(rows_, {}); }

}  // namespace creditreg
