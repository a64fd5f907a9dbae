// The generator's source of chance: the same numbers for the same seed on
// every machine, for ever. Integers only, so no rounding mode, no standard
// library distribution and no order of iteration can change a byte.
//
// Beware: compilers differ in the order in which they evaluate the arguments of
// a call, so no call may draw in two of its arguments.

#ifndef CREDITREG_BENCH_GENERATOR_RANDOM_H_
#define CREDITREG_BENCH_GENERATOR_RANDOM_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace creditreg::generator {

// Half of SplitMix64: spreads every bit of `x` over all 64.
constexpr std::uint64_t Mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

// SplitMix64. Not fit for keys.
//
// Thread safety: one thread at a time.
class Random {
 public:
  // A sequence of its own for each (seed, stream, item), so that any item can
  // be made without those before it.
  constexpr Random(std::uint64_t seed, std::uint64_t stream, std::uint64_t item)
      : state_(Mix(Mix(Mix(seed + kStep) ^ stream) ^ item)) {}

  constexpr std::uint64_t Next() { return Mix(state_ += kStep); }

  // 0 .. n - 1; n must be 1 .. 2^32 - 1.
  constexpr std::uint32_t Below(std::uint32_t n) {
    return static_cast<std::uint32_t>(((Next() >> 32) * n) >> 32);
  }

  // low .. high, both included.
  constexpr std::int32_t Between(std::int32_t low, std::int32_t high) {
    return low + static_cast<std::int32_t>(
                     Below(static_cast<std::uint32_t>(high - low + 1)));
  }

  constexpr bool Percent(std::uint32_t p) { return Below(100) < p; }
  constexpr bool PerMille(std::uint32_t p) { return Below(1000) < p; }

  // 0, 1, 2 … with the mean `mean_milli` / 1000, each less likely than the one
  // before; at most 200.
  constexpr int Geometric(std::uint32_t mean_milli) {
    int n = 0;
    while (n < 200 && Below(1000 + mean_milli) < mean_milli) ++n;
    return n;
  }

  // 0, 1, 2 … falling off by half every `half_life`, as ages do.
  constexpr std::int32_t Decaying(std::int32_t half_life) {
    std::int32_t halves = 0;
    for (std::uint64_t bits = Next(); (bits & 1) != 0; bits >>= 1) ++halves;
    return halves * half_life + Between(0, half_life - 1);
  }

  // One element of an array.
  template <typename T, std::size_t n>
  constexpr const T& Pick(const T (&array)[n]) {
    return array[Below(static_cast<std::uint32_t>(n))];
  }

  // One element of anything with size() and [].
  template <typename Container>
  constexpr decltype(auto) Pick(const Container& container) {
    return container[Below(static_cast<std::uint32_t>(container.size()))];
  }

  // One element of an array whose elements have a `weight`, which add up to
  // `total`.
  template <typename T, std::size_t n>
  constexpr const T& PickWeighted(const T (&array)[n], std::uint32_t total) {
    std::uint32_t left = Below(total);
    for (const T& element : array) {
      if (left < element.weight) return element;
      left -= element.weight;
    }
    return array[n - 1];
  }

 private:
  static constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15u;

  std::uint64_t state_;
};

// The sum of the weights of an array.
template <typename T, std::size_t n>
constexpr std::uint32_t TotalWeight(const T (&array)[n]) {
  std::uint32_t total = 0;
  for (const T& element : array) total += element.weight;
  return total;
}

}  // namespace creditreg::generator

#endif  // CREDITREG_BENCH_GENERATOR_RANDOM_H_
