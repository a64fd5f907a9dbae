// A file on its way in: bytes, cut wherever they were cut, become rows ready
// for the registry.
//
//   bytes -> encoding found -> CSV rows -> cells in UTF-8 -> header -> drafts
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_SERVER_INTAKE_FILE_READER_H_
#define CREDITREG_SERVER_INTAKE_FILE_READER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "creditreg/v1/intake_service.pb.h"
#include "index/model/draft.h"
#include "server/intake/csv_reader.h"
#include "server/intake/row_mapper.h"
#include "server/intake/text_decoder.h"
#include "server/wire/field_tables.h"

namespace creditreg {

struct FileRow {
  ImportRowDraft draft;
  // Cells as they came, in UTF-8, for the report.
  std::vector<std::string> cells;
  // Line its first byte is on, 1-based.
  std::uint64_t line = 0;
  // Bytes from the start of the file to the end of the row.
  std::uint64_t end_offset = 0;
};

class FileReader {
 public:
  // `tables` must outlive the reader; `target` must not be UNSPECIFIED.
  // `encoding` UNSPECIFIED: found from the bytes.
  FileReader(const FieldTables& tables, IntakeTarget target,
             std::string source_id, v1::TextEncoding encoding);

  // Takes the next bytes.
  //
  // Errors: InvalidArgument BAD_ENCODING (the header only; a row that cannot be
  // read is a rejected row), BAD_CSV, UNKNOWN_COLUMN, DUPLICATE_COLUMN,
  // MISSING_COLUMN. Rows before the error can still be taken; nothing may
  // follow.
  absl::Status Append(absl::string_view bytes);

  // No more bytes come. Errors as Append()'s, and MISSING_COLUMN where there is
  // not even a header.
  absl::Status Finish();

  // The rows that are complete, in order; the first is row 1.
  std::vector<FileRow> TakeRows();

  // Nothing until enough of the file is there.
  std::optional<v1::TextEncoding> encoding() const;
  // Empty until the header has been read; without empty ones at its end.
  const std::vector<std::string>& header() const { return header_; }

 private:
  // Finds the encoding; until then bytes gather in `prefix_`.
  absl::Status Begin(bool complete);
  absl::Status ReadRows();
  absl::Status ReadHeader(std::vector<std::string> cells);
  void ReadRow(CsvRow row);

  const FieldTables& tables_;
  const IntakeTarget target_;
  const std::string source_id_;
  const v1::TextEncoding wanted_;
  std::string prefix_;
  std::optional<DetectedEncoding> detected_;
  std::unique_ptr<CellDecoder> decoder_;
  std::unique_ptr<CsvReader> csv_;
  std::vector<std::string> header_;
  std::unique_ptr<const RowMapper> mapper_;
  std::uint64_t rows_read_ = 0;
  std::vector<FileRow> rows_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_INTAKE_FILE_READER_H_
