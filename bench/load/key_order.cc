#include "bench/load/key_order.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace creditreg::bench {
namespace {

// In [0, 1), by hand: the standard fixes what the engine gives, but not what
// its distributions make of it.
double NextFraction(std::mt19937_64& random) {
  return static_cast<double>(random() >> 11) * 0x1p-53;
}

}  // namespace

std::vector<std::uint32_t> ZipfOrder(std::size_t count, std::size_t draws,
                                     double s) {
  std::vector<double> sums(count);
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    sum += std::pow(static_cast<double>(i + 1), -s);
    sums[i] = sum;
  }
  std::mt19937_64 random(2);
  std::vector<std::uint32_t> order(draws);
  for (std::uint32_t& key : order) {
    const auto found =
        std::upper_bound(sums.begin(), sums.end(), NextFraction(random) * sum);
    const auto place = static_cast<std::size_t>(found - sums.begin());
    key = static_cast<std::uint32_t>(std::min(place, count - 1));
  }
  return order;
}

std::vector<std::uint32_t> UniformOrder(std::size_t count, std::size_t draws) {
  std::mt19937_64 random(3);
  std::vector<std::uint32_t> order(draws);
  for (std::uint32_t& key : order) {
    key = static_cast<std::uint32_t>(random() % count);
  }
  return order;
}

}  // namespace creditreg::bench
