#include "bench/load/trust_bench.h"

#include <cstdio>
#include <utility>

#include "bench/load/data_set.h"
#include "bench/load/measurement.h"
#include "bench/load/sealed_part.h"
#include "bench/load/trust_part.h"
#include "index/base/status_macros.h"

namespace creditreg::bench {
namespace {

constexpr char kBench[] = "trust";

TrustSizes SizesFor(const TrustOptions& options) {
  TrustSizes sizes;
  if (options.slice_rows > 0) sizes.slice_rows = options.slice_rows;
  if (!options.quick) return sizes;
  sizes.repetitions = 3;
  sizes.runs = 2;
  sizes.warm_up = absl::Milliseconds(50);
  sizes.duration = absl::Milliseconds(200);
  sizes.slice_rows = 300;
  return sizes;
}

// One part after the other, so that the servers of one take nothing from those
// of the other.
template <typename Part>
absl::StatusOr<std::vector<Figure>> RunPart(Part& part, int repetitions) {
  CREDITREG_RETURN_IF_ERROR(part.Start());
  CREDITREG_ASSIGN_OR_RETURN(std::vector<Figure> figures,
                             Measure(kBench, part.Measurements(), repetitions));
  CREDITREG_RETURN_IF_ERROR(part.Stop());
  return figures;
}

}  // namespace

absl::StatusOr<std::vector<Figure>> RunTrustBench(const TrustOptions& options) {
  const TrustSizes sizes = SizesFor(options);
  CREDITREG_ASSIGN_OR_RETURN(const DataSet data,
                             LoadDataSet(options.data_dir, options.codes_dir));
  CREDITREG_ASSIGN_OR_RETURN(DataSet rows,
                             LoadDataSet(options.rows_dir, options.codes_dir));
  TrustPart calls(options, sizes, data);
  CREDITREG_ASSIGN_OR_RETURN(std::vector<Figure> figures,
                             RunPart(calls, sizes.repetitions));
  SealedPart sealed(options, sizes, std::move(rows));
  CREDITREG_ASSIGN_OR_RETURN(std::vector<Figure> imports,
                             RunPart(sealed, sizes.repetitions));
  for (Figure& figure : imports) figures.push_back(std::move(figure));
  return figures;
}

}  // namespace creditreg::bench
