#include "bench/load/csv_slices.h"

#include <algorithm>
#include <cstddef>
#include <fstream>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "index/base/status_macros.h"

namespace creditreg::bench {
namespace {

// A row with its line end; false at the end of the file.
bool ReadRow(std::ifstream& file, std::string* row) {
  row->clear();
  std::string line;
  bool is_quoted = false;
  while (std::getline(file, line)) {
    // A quote inside quotes is written twice, so that an odd number opens or
    // closes.
    if (std::count(line.begin(), line.end(), '"') % 2 != 0) {
      is_quoted = !is_quoted;
    }
    absl::StrAppend(row, line, "\n");
    if (!is_quoted) return true;
  }
  return false;
}

// The cells of a row as they are written, quotes and all; the last with the
// line end.
std::vector<absl::string_view> CellsOf(absl::string_view row) {
  std::vector<absl::string_view> cells;
  std::size_t begin = 0;
  bool is_quoted = false;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i] == '"') is_quoted = !is_quoted;
    if (row[i] != ',' || is_quoted) continue;
    cells.push_back(row.substr(begin, i - begin));
    begin = i + 1;
  }
  cells.push_back(row.substr(begin));
  return cells;
}

absl::StatusOr<std::vector<bool>> MarkColumns(
    absl::string_view header, const std::vector<std::string>& columns) {
  header = absl::StripTrailingAsciiWhitespace(header);
  absl::ConsumePrefix(&header, "\xEF\xBB\xBF");
  const std::vector<absl::string_view> names = CellsOf(header);
  std::vector<bool> marks(names.size());
  for (const std::string& column : columns) {
    const auto found = std::find(names.begin(), names.end(), column);
    if (found == names.end()) {
      return absl::InvalidArgumentError(absl::StrCat("no column ", column));
    }
    marks[static_cast<std::size_t>(found - names.begin())] = true;
  }
  return marks;
}

// The last cell is never emptied whole: the line end stays.
std::string Emptied(const std::vector<absl::string_view>& cells,
                    const std::vector<bool>& marks) {
  std::string row;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) row.push_back(',');
    if (!marks[i]) {
      absl::StrAppend(&row, cells[i]);
    } else if (i + 1 == cells.size()) {
      row.push_back('\n');
    }
  }
  return row;
}

}  // namespace

absl::Status CutCsv(const std::string& path,
                    const std::vector<CsvPart>& parts) {
  std::ifstream file(path, std::ios::binary);
  std::string header;
  if (!file || !ReadRow(file, &header)) {
    return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  }
  std::string row;
  for (const CsvPart& part : parts) {
    std::ofstream out(part.path, std::ios::binary | std::ios::trunc);
    out << header;
    for (std::int64_t i = 0; i < part.rows; ++i) {
      if (!ReadRow(file, &row)) {
        return absl::InvalidArgumentError(
            absl::StrCat(path, ": fewer rows than its parts want"));
      }
      out << row;
    }
    out.close();
    if (!out) {
      return absl::InternalError(absl::StrCat(part.path, ": not written"));
    }
  }
  return absl::OkStatus();
}

absl::Status EmptyColumns(const std::string& path, const std::string& emptied,
                          const std::vector<std::string>& columns) {
  std::ifstream file(path, std::ios::binary);
  std::string row;
  if (!file || !ReadRow(file, &row)) {
    return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  }
  CREDITREG_ASSIGN_OR_RETURN(const std::vector<bool> marks,
                             MarkColumns(row, columns));
  std::ofstream out(emptied, std::ios::binary | std::ios::trunc);
  out << row;
  while (ReadRow(file, &row)) {
    const std::vector<absl::string_view> cells = CellsOf(row);
    if (cells.size() != marks.size()) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ": a row of ", cells.size(), " cells, want ", marks.size()));
    }
    out << Emptied(cells, marks);
  }
  out.close();
  if (out) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(emptied, ": not written"));
}

}  // namespace creditreg::bench
