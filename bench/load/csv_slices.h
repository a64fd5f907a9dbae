// Cuts a CSV file into a base, which every side loads first, and slices of
// fresh rows, which the repetitions import one after the other.
//
// Thread safety: a free function.

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

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_LOAD_CSV_SLICES_H_
