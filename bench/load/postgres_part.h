// The registry beside PostgreSQL with the same content: look-ups, imports,
// first load, and bytes on disk.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_BENCH_LOAD_POSTGRES_PART_H_
#define CREDITREG_BENCH_LOAD_POSTGRES_PART_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/load/core_bench.h"
#include "bench/load/data_set.h"
#include "bench/load/measurement.h"
#include "bench/load/server_process.h"
#include "bench/peers/postgres_peer.h"
#include "bench/peers/raw_store.h"

namespace creditreg::bench {

class PostgresPart {
 public:
  // All outlive the part. `bulk` is what the first load loads.
  PostgresPart(const BenchOptions& options, const CoreSizes& sizes,
               const DataSet& data, const DataSet& bulk);
  PostgresPart(const PostgresPart&) = delete;
  PostgresPart& operator=(const PostgresPart&) = delete;

  // Loads what the registry has. May run beside other loads.
  //
  // Errors: as PostgresPeer's.
  absl::Status Load();

  // After Load(): finds how many connections help, and compares pages with
  // those of `registry`. It and `raw` outlive the part: what they do on their
  // own must end before anything is measured here.
  //
  // Errors: as PostgresPeer's; Internal: pages differ.
  absl::Status Start(const ServerProcess& registry, const RawStore& raw);

  // `lookups_per_second` and `imports_per_second` tell what the registry did in
  // the repetition under way; they come after those measurements.
  std::vector<Measurement> Measurements(
      std::function<double()> lookups_per_second,
      std::function<double()> imports_per_second);

  // Once, at the end: `raw`, in `raw_folder`, has what the registry has, whose
  // data keys are in `key_file`.
  Measurement Disk(RawStore* raw, std::string raw_folder, std::string key_file);

 private:
  absl::StatusOr<Samples> LoadOnce();
  absl::Status ComparePages(const ServerProcess& registry);

  const BenchOptions& options_;
  const CoreSizes& sizes_;
  const DataSet& data_;
  const DataSet& bulk_;
  std::vector<std::string> codes_;
  std::vector<std::uint32_t> order_;
  std::unique_ptr<PostgresPeer> peer_;
  std::unique_ptr<PostgresPeer> bulk_peer_;
  const ServerProcess* registry_ = nullptr;
  const RawStore* raw_ = nullptr;
  int connections_ = 1;
  // "498 of 500 pages compared are the registry's".
  std::string comparison_;
  std::size_t next_slice_ = 0;
  int loads_ = 0;
};

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_LOAD_POSTGRES_PART_H_
