// A row of text cells, and a CSV file that rows are appended to.

#ifndef CREDITREG_BENCH_GENERATOR_CSV_FILE_H_
#define CREDITREG_BENCH_GENERATOR_CSV_FILE_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace creditreg::generator {

using Row = std::vector<std::string>;

// Writes RFC 4180 in UTF-8 with LF: a header line, then one line for each row;
// a cell is quoted only where it must be. Counts bytes and hashes them on the
// way, so the file is written once and never read.
//
// Thread safety: one thread at a time.
class CsvFile {
 public:
  // Creates or empties the file and writes the header.
  //
  // Errors:
  //   Internal: the file cannot be created.
  static absl::StatusOr<CsvFile> Create(const std::string& path,
                                        const char* const* header,
                                        std::size_t columns);

  CsvFile(CsvFile&&) = default;
  CsvFile& operator=(CsvFile&&) = default;

  // A failed write shows at Finish().
  void Append(const Row& row);

  // Flushes and closes; nothing may be appended afterwards.
  //
  // Errors:
  //   Internal: the bytes did not reach the file.
  absl::Status Finish();

  // Rows without the header.
  std::uint64_t rows() const { return rows_; }
  std::uint64_t bytes() const { return bytes_; }
  // 64 hexadecimal digits; valid after Finish().
  const std::string& sha256() const { return sha256_; }

 private:
  class Sha256;
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  struct Deleter {
    void operator()(Sha256* sha256) const;
  };

  CsvFile() = default;

  void Flush();

  std::unique_ptr<std::FILE, Closer> file_;
  std::unique_ptr<Sha256, Deleter> hash_;
  std::string buffer_;
  std::string sha256_;
  std::uint64_t rows_ = 0;
  std::uint64_t bytes_ = 0;
  bool failed_ = false;
};

}  // namespace creditreg::generator

#endif  // CREDITREG_BENCH_GENERATOR_CSV_FILE_H_
