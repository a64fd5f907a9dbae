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
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "creditreg/v1/intake_service.pb.h"
#include "index/base/civil_day.h"
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

// A row as it was cut, its cells not decoded yet.
struct CutRow {
  // 1-based, header not counted.
  std::uint64_t row = 0;
  CsvRow csv;
};

// The part of reading that has to go byte by byte: encoding, rows, header.
class FileCutter {
 public:
  // As FileReader's.
  FileCutter(const FieldTables& tables, IntakeTarget target,
             std::string source_id, v1::TextEncoding encoding,
             CivilDay received);

  // As FileReader's.
  absl::Status Append(absl::string_view bytes);
  absl::Status Finish();

  // The rows that are complete, in order.
  std::vector<CutRow> TakeRows();

  // As FileReader's.
  std::optional<v1::TextEncoding> encoding() const;
  const std::vector<std::string>& header() const { return header_; }
  // Null until the header has been read; lives as long as this object.
  const RowMapper* mapper() const { return mapper_.get(); }

 private:
  // Finds the encoding; until then bytes gather in `prefix_`.
  absl::Status Begin(bool complete);
  absl::Status ReadRows();
  absl::Status ReadHeader(std::vector<std::string> cells);

  const FieldTables& tables_;
  const IntakeTarget target_;
  const std::string source_id_;
  const v1::TextEncoding wanted_;
  const CivilDay received_;
  std::string prefix_;
  std::optional<DetectedEncoding> detected_;
  std::unique_ptr<CellDecoder> decoder_;
  std::unique_ptr<CsvReader> csv_;
  std::vector<std::string> header_;
  std::unique_ptr<const RowMapper> mapper_;
  std::uint64_t rows_read_ = 0;
  std::vector<CutRow> rows_;
};

// The part that rows need no order for: cells in UTF-8, and the draft.
class RowReader {
 public:
  // `mapper` must outlive the reader.
  //
  // Errors: Internal ICU has no such converter.
  static absl::StatusOr<std::unique_ptr<RowReader>> Create(
      v1::TextEncoding encoding, const RowMapper& mapper);

  // Cells in UTF-8; false: some are not in the encoding, and have replacement
  // characters for what is not.
  bool Decode(std::vector<std::string>& cells);
  // Never fails: a row that cannot be read has findings.
  FileRow Read(CutRow row);
  // The draft alone, as RowMapper::MapContent() gives it.
  ImportRowDraft ReadContent(CutRow row);

 private:
  RowReader(std::unique_ptr<CellDecoder> decoder, const RowMapper& mapper)
      : decoder_(std::move(decoder)), mapper_(mapper) {}

  const std::unique_ptr<CellDecoder> decoder_;
  const RowMapper& mapper_;
};

// Both parts, one after the other.
class FileReader {
 public:
  // `tables` must outlive the reader; `target` must not be UNSPECIFIED.
  // `encoding` UNSPECIFIED: found from the bytes. `received`: the day the file
  // came, as drafts.h has it.
  FileReader(const FieldTables& tables, IntakeTarget target,
             std::string source_id, v1::TextEncoding encoding,
             CivilDay received)
      : cutter_(tables, target, std::move(source_id), encoding, received) {}

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
  std::optional<v1::TextEncoding> encoding() const {
    return cutter_.encoding();
  }
  // Empty until the header has been read; without empty ones at its end.
  const std::vector<std::string>& header() const { return cutter_.header(); }

 private:
  absl::Status ReadRows();

  FileCutter cutter_;
  // Once there is a header.
  std::unique_ptr<RowReader> row_reader_;
  std::vector<FileRow> rows_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_INTAKE_FILE_READER_H_
