#include "bench/load/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

namespace creditreg::bench {
namespace {

// Each power of two is cut into 2^kSubBits steps.
constexpr int kSubBits = 7;
constexpr std::uint64_t kSteps = std::uint64_t{1} << kSubBits;
// A 63-bit value shifted down to kSubBits + 1 bits.
constexpr std::size_t kSlots = (64 - kSubBits) * kSteps;

std::size_t SlotOf(std::uint64_t value) {
  const int shift =
      std::max(0, static_cast<int>(std::bit_width(value)) - (kSubBits + 1));
  return static_cast<std::size_t>(shift) * kSteps +
         static_cast<std::size_t>(value >> shift);
}

// The largest value of a slot.
std::uint64_t EndOf(std::size_t slot) {
  if (slot < 2 * kSteps) return slot;
  const std::uint64_t shift = slot / kSteps - 1;
  const std::uint64_t step = slot - shift * kSteps;
  return ((step + 1) << shift) - 1;
}

}  // namespace

LatencyHistogram::LatencyHistogram() : counts_(kSlots, 0) {}

void LatencyHistogram::Record(std::int64_t nanoseconds) {
  const std::int64_t value = std::max<std::int64_t>(0, nanoseconds);
  ++counts_[SlotOf(static_cast<std::uint64_t>(value))];
  ++count_;
}

void LatencyHistogram::Merge(const LatencyHistogram& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    counts_[i] += other.counts_[i];
  }
  count_ += other.count_;
}

double LatencyHistogram::PercentileMicros(double fraction) const {
  if (count_ == 0) return 0;
  const auto wanted = std::max<std::int64_t>(
      1, static_cast<std::int64_t>(
             std::ceil(fraction * static_cast<double>(count_))));
  std::int64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen >= wanted) return static_cast<double>(EndOf(i)) / 1000.0;
  }
  return static_cast<double>(EndOf(counts_.size() - 1)) / 1000.0;
}

}  // namespace creditreg::bench
