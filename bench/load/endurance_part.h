// What is measured beside speed: how others fare when some clients misbehave,
// what memory is used at most, how fast all is verified, and how look-ups
// change with the size of the registry.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_BENCH_LOAD_ENDURANCE_PART_H_
#define CREDITREG_BENCH_LOAD_ENDURANCE_PART_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/load/core_bench.h"
#include "bench/load/data_set.h"
#include "bench/load/lookup_part.h"
#include "bench/load/measurement.h"
#include "bench/load/server_process.h"

namespace creditreg::bench {

// p99 of look-ups with hostile clients ÷ without. All outlive the measurement.
Measurement SlowClients(const BenchOptions& options, const CoreSizes& sizes,
                        const ServerProcess& registry, LookupPart* lookups);

// Once, at the end: the most memory the server used ÷ the bound it states.
Measurement PeakMemory(const ServerProcess& registry);

// Once, at the end: all rows verified, none with a fault.
Measurement Verification(const ServerProcess& registry);

// Two registries of enterprises alone, one ten times the other.
class GrowthPart {
 public:
  // `options` and `sizes` outlive the part.
  GrowthPart(const BenchOptions& options, const CoreSizes& sizes)
      : options_(options), sizes_(sizes) {}
  GrowthPart(const GrowthPart&) = delete;
  GrowthPart& operator=(const GrowthPart&) = delete;

  absl::Status Start();
  Measurement Growth();
  absl::Status Stop();

 private:
  struct Side {
    DataSet data;
    UnaryWorkload workload;
    std::unique_ptr<ServerProcess> server;
    // Where the next run goes on in the workload's order.
    std::uint64_t next_place = 0;
  };

  absl::Status Load(const std::string& data_dir, const std::string& name,
                    Side* side);
  absl::StatusOr<Sample> RunOne(Side& side) const;

  const BenchOptions& options_;
  const CoreSizes& sizes_;
  std::int64_t block_cache_mib_ = 0;
  Side small_;
  Side large_;
};

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_LOAD_ENDURANCE_PART_H_
