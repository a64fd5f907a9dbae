// In which order keys are asked for: the same for the same arguments on every
// machine, so that all sides of a bench are asked for the same.
//
// Thread safety: free functions.

#ifndef CREDITREG_BENCH_LOAD_KEY_ORDER_H_
#define CREDITREG_BENCH_LOAD_KEY_ORDER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace creditreg::bench {

// `draws` of the keys 0 .. count - 1, key k with a weight of 1 / (k + 1)^s: as
// YCSB has it, s = 0.99 by default, so that of a million keys the first gets
// 6.5 % of all draws. `count` is at least 1.
std::vector<std::uint32_t> ZipfOrder(std::size_t count, std::size_t draws,
                                     double s = 0.99);

// `draws` of the keys 0 .. count - 1, all alike.
std::vector<std::uint32_t> UniformOrder(std::size_t count, std::size_t draws);

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_LOAD_KEY_ORDER_H_
