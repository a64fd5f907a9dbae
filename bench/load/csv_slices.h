// Cuts a CSV file into a base, which every side loads first, and slices of
// fresh rows, which the repetitions import one after the other; and makes the
// same rows without some of their cells.
//
// Thread safety: free functions.

#ifndef CREDITREG_BENCH_LOAD_CSV_SLICES_H_
#define CREDITREG_BENCH_LOAD_CSV_SLICES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace creditreg::bench {

struct CsvPart {
  std::string path;
  // Rows below the header.
  std::int64_t rows = 0;
};

// Writes the first rows of `path`, `parts[0].rows` of them, with the header
// into parts[0].path, the next into parts[1].path, and so on. A line end inside
// quotes ends no row.
//
// Errors: NotFound, Internal: a file cannot be read or written;
// InvalidArgument: the file has fewer rows than the parts want.
absl::Status CutCsv(const std::string& path, const std::vector<CsvPart>& parts);

// Writes the rows of `path` with nothing in the cells of `columns`, named as in
// the header, into `emptied`. All else stays as it is, to the byte.
//
// Errors: NotFound, Internal: a file cannot be read or written;
// InvalidArgument: there is no such column, or a row has not as many cells as
// the header.
absl::Status EmptyColumns(const std::string& path, const std::string& emptied,
                          const std::vector<std::string>& columns);

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_LOAD_CSV_SLICES_H_
