// What writing costs beside the store alone: imports of fresh rows, and single
// records from many callers. What the registry wrote is recorded from its log
// and written again, group by group, by RocksDB alone on a copy of the data.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_BENCH_LOAD_IMPORT_PART_H_
#define CREDITREG_BENCH_LOAD_IMPORT_PART_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "bench/load/core_bench.h"
#include "bench/load/data_set.h"
#include "bench/load/measurement.h"
#include "bench/load/server_process.h"
#include "bench/peers/raw_store.h"

namespace creditreg::bench {

class ImportPart {
 public:
  // `registry_folder` as of StartRegistry(). All outlive the part.
  ImportPart(const BenchOptions& options, const CoreSizes& sizes,
             const DataSet& data, std::string registry_folder);
  ImportPart(const ImportPart&) = delete;
  ImportPart& operator=(const ImportPart&) = delete;

  // Copies the database of the loaded registry, which does not run now.
  //
  // Errors: as CopyDatabase() and RawStore::Open().
  absl::Status CopyData();

  // `registry` runs from now on, and outlives the part.
  std::vector<Measurement> Measurements(const ServerProcess& registry);

  // Of the repetition under way, once it has come to it.
  double imports_per_second() const { return imports_per_second_; }

  // The copy, which has everything that was written.
  RawStore& raw_store() { return *raw_; }
  const std::string& raw_folder() const { return raw_folder_; }

 private:
  absl::StatusOr<Samples> ImportOnce();
  absl::StatusOr<Samples> WriteOnce();
  absl::StatusOr<Samples> ReadOnce();
  // Seconds that the raw store takes for the groups.
  absl::StatusOr<double> ReplaySeconds(const std::vector<std::string>& groups);

  const BenchOptions& options_;
  const CoreSizes& sizes_;
  const DataSet& data_;
  const std::string data_folder_;
  const std::string raw_folder_;
  const std::string log_folder_;
  const ServerProcess* registry_ = nullptr;
  std::unique_ptr<RawStore> raw_;
  std::size_t next_slice_ = 0;
  int next_series_ = 0;
  double imports_per_second_ = 0;
};

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_LOAD_IMPORT_PART_H_
