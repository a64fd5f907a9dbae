// Makes a province-like data set in the registry's import formats.
//
//   enterprise.csv        the enterprises
//   enterprise_later.csv  some more, whose records are in the other files:
//   import
//                         it last to see them linked
//   licence.csv, penalty.csv, complaint.csv
//   manifest.json         what was made: counts, hashes, dirty rows by kind,
//                         codes worth looking at, numbers that must never leak
//
// README.md says what is in them.

#ifndef CREDITREG_BENCH_GENERATOR_GENERATOR_H_
#define CREDITREG_BENCH_GENERATOR_GENERATOR_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "bench/generator/dates.h"

namespace creditreg::generator {

struct GeneratorOptions {
  std::uint64_t seed = 1;
  // Rows of enterprise.csv before the dirty ones: 100 .. 25,000,000.
  std::uint64_t enterprises = 2000;
  // Clean records for each 1000 enterprises, roughly: 100 .. 100,000. The few
  // with very many come on top where this leaves no room for them.
  std::uint32_t records_per_thousand = 4000;
  // Nothing is dated after this day; fixed, so that the bytes are.
  Day as_of = DayOf(2026, 10, 31);
  // Where divisions.tsv and gd_streets.tsv are.
  std::string codes_directory = "conf/codes";
};

// Writes the six files into `directory`, which must exist; files of the same
// name are overwritten. The same options give the same bytes on every machine.
//
// Errors:
//   InvalidArgument: an option out of its range, or a broken code list.
//   NotFound: no code lists there.
//   Internal: a file cannot be written.
absl::Status Generate(const GeneratorOptions& options,
                      const std::string& directory);

}  // namespace creditreg::generator

#endif  // CREDITREG_BENCH_GENERATOR_GENERATOR_H_
