// Cuts the bytes of a CSV file (RFC 4180) into rows of cells, with the line
// each row begins on and the byte it ends at. Knows nothing of encodings: it
// works on the bytes as they come, which is right for every encoding in which
// the bytes of quotes, commas and line ends stand for nothing else. UTF-8 is
// one, GB18030 another (its second and later bytes are 30-39, 40-7E and 80-FE).
//
// On top of libcsv, whose ways these are:
//   - empty lines are no rows; so are, here, lines whose cells are all empty
//   - blanks (space, tab) around an unquoted cell go
//   - CR, LF and CRLF end a row alike
// and in its strict mode a quote inside an unquoted cell, anything between a
// closing quote and the comma, and an unclosed quote are errors.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_SERVER_INTAKE_CSV_READER_H_
#define CREDITREG_SERVER_INTAKE_CSV_READER_H_

#include <csv.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace creditreg {

struct CsvRow {
  // As they come, in the file's encoding, without quotes.
  std::vector<std::string> cells;
  // Line that the row's first byte is on, 1-based.
  std::uint64_t line = 0;
  // Bytes from the start of the file to the end of the row, its line end
  // included.
  std::uint64_t end_offset = 0;
};

class CsvReader {
 public:
  // Far more than the longest lawful row; past it a quote is not closed.
  static constexpr std::size_t kMaxRowBytes = std::size_t{1} << 20;
  static constexpr std::size_t kMaxColumns = 200;

  // `first_offset`: bytes before the first one handed in (a byte order mark).
  explicit CsvReader(std::uint64_t first_offset);
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  // Takes the next bytes. The rows are the same however the file is cut.
  //
  // Errors: InvalidArgument "BAD_CSV: line N: ..." not CSV, a row past
  // kMaxRowBytes or kMaxColumns. Rows before it can still be taken; nothing may
  // be appended any more.
  absl::Status Append(absl::string_view bytes);

  // No more bytes come: the last row needs no line end.
  absl::Status Finish();

  // The rows that are complete, in order.
  std::vector<CsvRow> TakeRows();

 private:
  // libcsv's callbacks.
  static void OnCell(void* bytes, std::size_t size, void* self);
  static void OnRow(int end, void* self);

  absl::Status ParsePiece(absl::string_view piece);
  absl::Status Error(absl::string_view what) const;
  void EndRow();
  void Release();

  csv_parser parser_{};
  std::vector<CsvRow> rows_;
  // The row being read; complete where `held_`, but for the LF of its CRLF.
  CsvRow row_;
  bool held_ = false;
  // Something of the row has been read.
  bool row_open_ = false;
  // Set by the callbacks.
  bool row_ended_ = false;
  bool too_many_cells_ = false;
  // Of the next byte: its line and its place, and whether a CR is before it.
  std::uint64_t line_ = 1;
  std::uint64_t offset_ = 0;
  bool after_cr_ = false;
  // Where the row being read begins.
  std::uint64_t row_line_ = 1;
  std::uint64_t row_offset_ = 0;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_INTAKE_CSV_READER_H_
