#include "server/intake/file_reader.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
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

}  // namespace

FileReader::FileReader(const FieldTables& tables, IntakeTarget target,
                       std::string source_id, v1::TextEncoding encoding)
    : tables_(tables),
      target_(target),
      source_id_(std::move(source_id)),
      wanted_(encoding) {}

std::optional<v1::TextEncoding> FileReader::encoding() const {
  if (!detected_.has_value()) return std::nullopt;
  return detected_->encoding;
}

absl::Status FileReader::Append(absl::string_view bytes) {
  if (!detected_.has_value()) {
    prefix_.append(bytes.data(), bytes.size());
    return Begin(/*complete=*/false);
  }
  const absl::Status parsed = csv_->Append(bytes);
  CREDITREG_RETURN_IF_ERROR(ReadRows());
  return parsed;
}

absl::Status FileReader::Finish() {
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

absl::Status FileReader::Begin(bool complete) {
  CREDITREG_ASSIGN_OR_RETURN(detected_,
                             DetectEncoding(prefix_, complete, wanted_));
  if (!detected_.has_value()) return absl::OkStatus();
  CREDITREG_ASSIGN_OR_RETURN(decoder_,
                             CellDecoder::Create(detected_->encoding));
  csv_ = std::make_unique<CsvReader>(detected_->mark_bytes);
  const std::string bytes = std::exchange(prefix_, std::string());
  return Append(absl::string_view(bytes).substr(detected_->mark_bytes));
}

absl::Status FileReader::ReadRows() {
  for (CsvRow& row : csv_->TakeRows()) {
    if (mapper_ == nullptr) {
      CREDITREG_RETURN_IF_ERROR(ReadHeader(std::move(row.cells)));
    } else {
      ReadRow(std::move(row));
    }
  }
  return absl::OkStatus();
}

absl::Status FileReader::ReadHeader(std::vector<std::string> cells) {
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
      mapper_, RowMapper::Create(tables_, target_, source_id_, cells));
  header_ = std::move(cells);
  return absl::OkStatus();
}

void FileReader::ReadRow(CsvRow row) {
  bool readable = true;
  for (std::string& cell : row.cells) {
    if (decoder_->Decode(cell)) continue;
    readable = false;
    cell = ReplaceNonAscii(cell);
  }
  FileRow read;
  read.line = row.line;
  read.end_offset = row.end_offset;
  read.draft = mapper_->Map(++rows_read_, row.cells);
  if (!readable) {
    read.draft.enterprise.reset();
    read.draft.record.reset();
    read.draft.findings = {{Severity::kError, "", "TEXT_ENCODING",
                            "该行含有不属于文件编码的字节", ""}};
  }
  read.cells = std::move(row.cells);
  rows_.push_back(std::move(read));
}

std::vector<FileRow> FileReader::TakeRows() { return std::exchange(rows_, {}); }

}  // namespace creditreg
