// What a call costs more where it is encrypted, written down, or made by
// somebody known: pairs of the same look-ups, of which one side lacks just
// that.
//
// Three servers of one data set:
//   tls     TLS 1.3, certificates; audit log
//   open    plain text; audit log
//   silent  plain text; no audit log
// A server without an audit log must let anybody do anything, but who shows a
// token is judged by it there as elsewhere, so that both sides of the audit's
// figure are let in alike.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_BENCH_LOAD_TRUST_PART_H_
#define CREDITREG_BENCH_LOAD_TRUST_PART_H_

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
#include "bench/load/unary_load.h"

namespace creditreg::bench {

class TrustPart {
 public:
  // All outlive the part.
  TrustPart(const TrustOptions& options, const TrustSizes& sizes,
            const DataSet& data);
  TrustPart(const TrustPart&) = delete;
  TrustPart& operator=(const TrustPart&) = delete;

  // Loads a registry, copies it, starts the servers, and asks each for
  // everything once.
  absl::Status Start();

  // After Start().
  std::vector<Measurement> Measurements();

  // Ends the servers, and checks that there is an audit row for every
  // government read, and no other.
  absl::Status Stop();

 private:
  // One side of a pair.
  struct Side {
    std::string figure;
    std::string note;
    const ServerProcess* server = nullptr;
    const UnaryWorkload* workload = nullptr;
    ClientCredentials credentials;
    bool shows_tokens = false;
    int callers = 64;
  };
  // What the runs of a side in one repetition gave.
  struct Sum {
    std::int64_t calls = 0;
    absl::Duration duration;
    std::int64_t answers = 0;
    absl::Duration cpu;
    double answer_bytes = 0;

    double CpuMicros() const {
      return absl::ToDoubleMicroseconds(cpu) / static_cast<double>(answers);
    }
  };

  absl::StatusOr<std::unique_ptr<ServerProcess>> StartServer(
      const std::string& name, std::vector<std::string> flags) const;
  LoadOptions LoadOf(const Side& side) const;
  // Every code once.
  absl::Status AskAll(const Side& side);
  // Counts the calls that must be in the audit log.
  absl::StatusOr<LoadResult> Run(const Side& side,
                                 const UnaryWorkload& workload,
                                 const LoadOptions& load);
  absl::Status AddRun(const Side& side, std::uint64_t first_place, Sum* sum);
  // peer, subject, subject, peer, peer, ...: what drifts falls on both alike.
  absl::StatusOr<Samples> RunPair(const Side& subject, const Side& peer);
  Measurement Pair(const Side& subject, const Side& peer);
  Measurement ManyReads();

  Side PlainLookups() const;
  Side TlsLookups() const;
  Side TokenLookups() const;
  Side AuditedReads() const;
  Side SilentReads() const;
  // What a side's figure says of how it was asked.
  static std::string Loop(int callers);

  const TrustOptions& options_;
  const TrustSizes& sizes_;
  const DataSet& data_;
  UnaryWorkload public_;
  UnaryWorkload government_;
  std::vector<std::string> tokens_;
  std::unique_ptr<ServerProcess> tls_;
  std::unique_ptr<ServerProcess> open_;
  std::unique_ptr<ServerProcess> silent_;
  // Where a pair's runs begin in the workload's order.
  std::uint64_t next_place_ = 0;
  std::int64_t audited_calls_ = 0;
};

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_LOAD_TRUST_PART_H_
