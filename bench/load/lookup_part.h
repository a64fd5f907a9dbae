// Look-ups of public pages beside the fastest echo there is: calls a second,
// the server's processor time, and latency under load.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_BENCH_LOAD_LOOKUP_PART_H_
#define CREDITREG_BENCH_LOAD_LOOKUP_PART_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/load/core_bench.h"
#include "bench/load/data_set.h"
#include "bench/load/measurement.h"
#include "bench/load/server_process.h"
#include "bench/load/unary_load.h"

namespace creditreg::bench {

class LookupPart {
 public:
  // `page_bytes`: of each enterprise, as MeasurePages() says. All but
  // `page_bytes` outlive the part.
  LookupPart(const BenchOptions& options, const CoreSizes& sizes,
             const DataSet& data, std::vector<std::uint32_t> page_bytes);
  LookupPart(const LookupPart&) = delete;
  LookupPart& operator=(const LookupPart&) = delete;

  // What the server is to keep of its pages: a tenth of all bytes.
  std::int64_t PageCacheMib() const;

  // Starts the echo servers. `registry` outlives the part.
  //
  // Errors: as ServerProcess::Start().
  absl::Status Start(const ServerProcess& registry);

  // After Start().
  std::vector<Measurement> Measurements();

  // An open loop of look-ups at this share of lookups_per_second().
  absl::StatusOr<Sample> RunAtLoad(double share) {
    return RunOpen(*registry_, zipf_, share);
  }

  // Of the repetition under way, once it has come to it.
  double lookups_per_second() const { return lookups_per_second_; }

  // Ends the echo servers.
  absl::Status Stop();

 private:
  struct Result {
    Sample calls;
    Sample cpu;
  };

  std::string CacheNote() const;
  LoadOptions ClosedLoop(const ServerProcess& server) const;
  // Looks up until the share of kept pages rises no more.
  absl::Status Settle();
  // Goes on in the workload's order where the last run ended.
  absl::StatusOr<LoadResult> Run(const UnaryWorkload& workload,
                                 LoadOptions load);
  absl::StatusOr<Result> RunClosed(const ServerProcess& server,
                                   const UnaryWorkload& workload);
  absl::StatusOr<Sample> RunOpen(const ServerProcess& server,
                                 const UnaryWorkload& workload, double share);

  Measurement Echo();
  Measurement Lookups();
  Measurement OtherMix(const std::string& name, const UnaryWorkload& workload,
                       const std::string& note);
  Measurement Latency();

  const BenchOptions& options_;
  const CoreSizes& sizes_;
  const DataSet& data_;
  const std::vector<std::uint32_t> page_bytes_;
  UnaryWorkload echo_;
  UnaryWorkload zipf_;
  UnaryWorkload hot_;
  UnaryWorkload cold_;
  const ServerProcess* registry_ = nullptr;
  std::unique_ptr<ServerProcess> callback_echo_;
  std::unique_ptr<ServerProcess> queue_echo_;
  // Of the repetition under way.
  const ServerProcess* faster_echo_ = nullptr;
  double lookups_per_second_ = 0;
  std::uint64_t next_place_ = 0;
  std::string kept_note_;
};

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_LOAD_LOOKUP_PART_H_
