#include "server/intake/csv_reader.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "index/base/check.h"
#include "index/base/status_macros.h"

namespace creditreg {
namespace {

// Rows are about this long; libcsv grows its buffer by this much.
constexpr std::size_t kBlockBytes = 4096;

bool IsEmptyRow(const CsvRow& row) {
  return absl::c_all_of(row.cells,
                        [](const std::string& cell) { return cell.empty(); });
}

// What libcsv passes over between rows.
bool IsBlankPiece(absl::string_view piece) {
  return piece.find_first_not_of(" \t\r\n") == absl::string_view::npos;
}

}  // namespace

CsvReader::CsvReader(std::uint64_t first_offset)
    : offset_(first_offset), row_offset_(first_offset) {
  const int failed = csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI);
  CREDITREG_CHECK(failed == 0, "libcsv takes a parser object");
  csv_set_blk_size(&parser_, kBlockBytes);
}

CsvReader::~CsvReader() { csv_free(&parser_); }

void CsvReader::OnCell(void* bytes, std::size_t size, void* self) {
  auto& reader = *static_cast<CsvReader*>(self);
  if (reader.row_.cells.size() == kMaxColumns) {
    reader.too_many_cells_ = true;
    return;
  }
  reader.row_.cells.emplace_back(static_cast<const char*>(bytes), size);
}

void CsvReader::OnRow(int /*end*/, void* self) {
  static_cast<CsvReader*>(self)->row_ended_ = true;
}

absl::Status CsvReader::Error(absl::string_view what) const {
  return absl::InvalidArgumentError(
      absl::StrCat("BAD_CSV: line ", row_line_, ": ", what));
}

void CsvReader::Release() {
  held_ = false;
  if (!IsEmptyRow(row_)) rows_.push_back(std::move(row_));
  row_ = CsvRow();
}

void CsvReader::EndRow() {
  row_ended_ = false;
  row_open_ = false;
  row_.line = row_line_;
  row_.end_offset = offset_;
}

// Pieces end with a line end or with the bytes at hand, so a row can only end
// where a piece does.
absl::Status CsvReader::ParsePiece(absl::string_view piece) {
  const std::size_t parsed =
      csv_parse(&parser_, piece.data(), piece.size(), &OnCell, &OnRow, this);
  if (parsed != piece.size()) {
    if (csv_error(&parser_) != CSV_EPARSE) {
      return absl::ResourceExhaustedError("csv: no memory left for a row");
    }
    return Error(
        "quotation mark inside a cell or text after a closing one, want such "
        "cells quoted and their marks doubled");
  }
  offset_ += piece.size();
  if (too_many_cells_) {
    return Error(absl::StrCat("too many cells, want at most ", kMaxColumns));
  }
  if (offset_ - row_offset_ > kMaxRowBytes) {
    return Error(absl::StrCat("row longer than ", kMaxRowBytes,
                              " bytes, want every quotation mark closed"));
  }
  return absl::OkStatus();
}

absl::Status CsvReader::Append(absl::string_view bytes) {
  while (!bytes.empty()) {
    if (held_ && bytes.front() != '\n') Release();
    const std::size_t end = bytes.find_first_of("\r\n");
    const bool whole = end != absl::string_view::npos;
    const absl::string_view piece =
        bytes.substr(0, whole ? end + 1 : bytes.size());
    bytes.remove_prefix(piece.size());
    if (!row_open_) {
      row_line_ = line_;
      row_offset_ = offset_;
    }
    CREDITREG_RETURN_IF_ERROR(ParsePiece(piece));
    // CRLF is one line end.
    if (whole && !(piece == "\n" && after_cr_)) ++line_;
    after_cr_ = piece.back() == '\r';
    if (held_) {
      row_.end_offset = offset_;
      Release();
    } else if (row_ended_) {
      EndRow();
      held_ = after_cr_;
      if (!held_) Release();
    } else if (!IsBlankPiece(piece)) {
      row_open_ = true;
    }
  }
  return absl::OkStatus();
}

absl::Status CsvReader::Finish() {
  if (held_) Release();
  if (csv_fini(&parser_, &OnCell, &OnRow, this) != 0) {
    return Error("quotation mark not closed, want one before the file ends");
  }
  if (too_many_cells_) {
    return Error(absl::StrCat("too many cells, want at most ", kMaxColumns));
  }
  if (row_ended_) {
    EndRow();
    Release();
  }
  return absl::OkStatus();
}

std::vector<CsvRow> CsvReader::TakeRows() {
  return std::exchange(rows_, std::vector<CsvRow>());
}

}  // namespace creditreg
