#include "bench/load/csv_slices.h"

#include <algorithm>
#include <fstream>

#include "absl/strings/str_cat.h"

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

}  // namespace creditreg::bench
