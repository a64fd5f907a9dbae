// What sealing personal fields costs an import: the same complaints, with and
// without who complained, into two registries that hold the same.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_BENCH_LOAD_SEALED_PART_H_
#define CREDITREG_BENCH_LOAD_SEALED_PART_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bench/load/data_set.h"
#include "bench/load/measurement.h"
#include "bench/load/server_process.h"
#include "bench/load/trust_bench.h"

namespace creditreg::bench {

class SealedPart {
 public:
  // `options` and `sizes` outlive the part.
  SealedPart(const TrustOptions& options, const TrustSizes& sizes,
             DataSet data);
  SealedPart(const SealedPart&) = delete;
  SealedPart& operator=(const SealedPart&) = delete;

  // Makes the files, loads the enterprises into both registries and starts
  // them.
  absl::Status Start();

  // After Start().
  std::vector<Measurement> Measurements();

  // Verifies both registries and ends them.
  absl::Status Stop();

 private:
  struct Side {
    std::unique_ptr<ServerProcess> server;
    // A slice for each repetition.
    std::vector<ImportFile> slices;
  };
  struct Result {
    double rows_per_second = 0;
    double cpu_micros = 0;
    std::int64_t stored = 0;
  };

  absl::Status MakeSlices();
  absl::StatusOr<Result> Import(const Side& side) const;
  absl::StatusOr<Samples> ImportBoth();

  const TrustOptions& options_;
  const TrustSizes& sizes_;
  const DataSet data_;
  Side sealed_;
  Side open_;
  std::size_t next_slice_ = 0;
};

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_LOAD_SEALED_PART_H_
