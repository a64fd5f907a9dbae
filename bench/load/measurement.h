// Runs what a bench measures, interleaved, and makes figures of it.
//
// A peer is a measurement like any other: its figure's name stands in the
// `peer` of those compared with it. So a foreign database joins a bench by one
// more entry in the bench's list.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_BENCH_LOAD_MEASUREMENT_H_
#define CREDITREG_BENCH_LOAD_MEASUREMENT_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/load/figure.h"

namespace creditreg::bench {

// One figure in one repetition.
struct Sample {
  double value = 0;
  std::optional<double> p50_us;
  std::optional<double> p99_us;
  std::int64_t n = 0;
  // Joins the figure's note (the last repetition's does); may be empty.
  std::string detail;
};

Sample SampleOf(double value, std::int64_t n, std::string detail = "");

// By the figure's name.
using Samples = std::map<std::string, Sample>;

struct FigureSpec {
  std::string name;
  std::string unit;
  // Name of the figure it is divided by, of this bench too; empty: none.
  std::string peer;
  std::string note;
};

struct Measurement {
  // The figures that one run gives a sample of each for.
  std::vector<FigureSpec> figures;
  std::function<absl::StatusOr<Samples>()> run;
};

// Runs every measurement once, in order, then all of them again, `repetitions`
// times in all: what else the machine does falls on all sides alike. A figure's
// value, and each percentile, is the median of its samples; its ratio is the
// median of the ratios within each repetition. Figures come in the order of
// the measurements.
//
// `repetitions` is at least 1.
//
// Errors: the first that a run returns. Internal: a run gave no sample for one
// of its figures, or a peer is not there.
absl::StatusOr<std::vector<Figure>> Measure(
    const std::string& bench, const std::vector<Measurement>& measurements,
    int repetitions);

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_LOAD_MEASUREMENT_H_
