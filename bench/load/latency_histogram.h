// Counts latencies so that any percentile can be read later, in fixed memory:
// exact up to 127 ns, then in steps of less than 1 %.
//
// Thread safety: one thread at a time; give each thread its own and Merge().

#ifndef CREDITREG_BENCH_LOAD_LATENCY_HISTOGRAM_H_
#define CREDITREG_BENCH_LOAD_LATENCY_HISTOGRAM_H_

#include <cstdint>
#include <vector>

namespace creditreg::bench {

class LatencyHistogram {
 public:
  LatencyHistogram();

  // Negative values count as 0.
  void Record(std::int64_t nanoseconds);

  void Merge(const LatencyHistogram& other);

  std::int64_t count() const { return count_; }

  // The value that `fraction` (0 to 1) of all are not above, in microseconds:
  // the upper end of its step, so never flattering. 0 while nothing is counted.
  double PercentileMicros(double fraction) const;

 private:
  std::vector<std::int64_t> counts_;
  std::int64_t count_ = 0;
};

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_LOAD_LATENCY_HISTOGRAM_H_
