// A figure: what a bench found, and the line that says so.
//
// Thread safety: plain values and free functions.

#ifndef CREDITREG_BENCH_LOAD_FIGURE_H_
#define CREDITREG_BENCH_LOAD_FIGURE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace creditreg::bench {

struct Figure {
  std::string bench;
  std::string figure;
  double value = 0;
  std::string unit;
  // What it is compared with; empty: nothing.
  std::string peer;
  // Its value divided by the peer's.
  std::optional<double> ratio;
  // Of the ratio, or of the value where there is none.
  std::optional<double> floor;
  std::optional<double> ceiling;
  bool ok = true;
  std::optional<double> p50_us;
  std::optional<double> p99_us;
  // Calls, items or rows measured, all repetitions together.
  std::int64_t n = 0;
  std::string note;
};

// One line of JSON without its end; every field is there, null where unused.
std::string ToJsonLine(const Figure& figure);

// What a figure must reach, or must not pass.
struct Limit {
  std::string bench;
  std::string figure;
  bool is_floor = true;
  double value = 0;
};

// Reads the text of bench/floors.tsv: a header line, then lines
//
//   bench <TAB> figure <TAB> "floor" or "ceiling" <TAB> number <TAB> reason
//
// Empty lines and those that begin with "#" are passed over.
//
// Errors:
//   InvalidArgument: a line that is none of these, by its number; a limit that
//     is there twice.
absl::StatusOr<std::vector<Limit>> ParseLimits(absl::string_view text);

// Gives `figure` its limits and judges it. A value that is not a number is
// below every floor and above every ceiling.
void Judge(const std::vector<Limit>& limits, Figure* figure);

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_LOAD_FIGURE_H_
