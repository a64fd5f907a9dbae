// Where random bytes come from: keys, tokens and nonces in the server, choices
// in tests.

#ifndef CREDITREG_INDEX_BASE_RANDOM_H_
#define CREDITREG_INDEX_BASE_RANDOM_H_

#include <cstddef>
#include <cstdint>

namespace creditreg {

class RandomSource {
 public:
  virtual ~RandomSource() = default;

  // Overwrites the `n` bytes at `out`.
  virtual void Fill(char* out, std::size_t n) = 0;
};

// The operating system's generator; fit for keys. Stops the process if the
// system cannot give random bytes: going on would make guessable keys.
//
// Thread safety: may be used from many threads at once.
class SystemRandom final : public RandomSource {
 public:
  void Fill(char* out, std::size_t n) override;
};

// The same bytes for the same seed on every machine, for ever (SplitMix64,
// little-endian); how the bytes are asked for makes no difference. For tests
// and generators; NOT fit for keys.
//
// Thread safety: one thread at a time.
class SeededRandom final : public RandomSource {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}

  void Fill(char* out, std::size_t n) override;

 private:
  std::uint64_t state_;
  // What is left of the last eight bytes made.
  std::uint64_t word_ = 0;
  int bytes_left_ = 0;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_BASE_RANDOM_H_
