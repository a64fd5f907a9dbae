// Random input for tests. The seed is new in each run and printed;
// CREDITREG_SEED=<number> repeats a run.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_TESTS_INDEX_CODEC_TEST_RANDOM_H_
#define CREDITREG_TESTS_INDEX_CODEC_TEST_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "index/base/random.h"

namespace creditreg {

class TestRandom {
 public:
  TestRandom() : TestRandom(ChooseSeed()) {}
  explicit TestRandom(std::uint64_t seed) : source_(seed) {
    std::printf("seed: CREDITREG_SEED=%llu\n",
                static_cast<unsigned long long>(seed));
  }

  RandomSource* source() { return &source_; }

  std::uint64_t U64() {
    std::uint64_t value = 0;
    source_.Fill(reinterpret_cast<char*>(&value), sizeof value);
    return value;
  }

  // [0, bound); `bound` is not 0.
  std::uint64_t Below(std::uint64_t bound) { return U64() % bound; }

  std::string Bytes(std::size_t size) {
    std::string bytes(size, '\0');
    source_.Fill(bytes.data(), size);
    return bytes;
  }

  // One number in two is where encodings break: near 0, a byte's border or the
  // end.
  std::uint64_t Number() {
    switch (Below(4)) {
      case 0:
        return Below(4);
      case 1:
        return (std::uint64_t{1} << Below(64)) - Below(2);
      case 2:
        return ~Below(4);
      default:
        return U64();
    }
  }

  // At most `max` characters of `alphabet`.
  std::string TextOf(absl::string_view alphabet, std::size_t max) {
    std::string text(Below(max + 1), '\0');
    for (char& c : text) c = alphabet[Below(alphabet.size())];
    return text;
  }

 private:
  static std::uint64_t ChooseSeed() {
    std::uint64_t seed = 0;
    const char* const given = std::getenv("CREDITREG_SEED");
    if (given == nullptr || !absl::SimpleAtoi(given, &seed)) {
      SystemRandom().Fill(reinterpret_cast<char*>(&seed), sizeof seed);
    }
    return seed;
  }

  SeededRandom source_;
};

}  // namespace creditreg

#endif  // CREDITREG_TESTS_INDEX_CODEC_TEST_RANDOM_H_
