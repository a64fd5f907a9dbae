#include "index/base/random.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace creditreg {
namespace {

std::string Bytes(RandomSource& source, std::size_t n) {
  std::string bytes(n, '\0');
  source.Fill(bytes.data(), n);
  return bytes;
}

// SplitMix64's published first outputs for seed 0, as little-endian bytes:
// e220a8397b1dcdaf 6e789e6aa1b965f4.
TEST(SeededRandomTest, BytesArePinned) {
  SeededRandom random(0);
  EXPECT_EQ(absl::BytesToHexString(Bytes(random, 16)),
            "afcd1d7b39a820e2"
            "f465b9a16a9e786e");
}

TEST(SeededRandomTest, HowBytesAreAskedForMakesNoDifference) {
  SeededRandom at_once(7);
  SeededRandom in_parts(7);
  const std::string expected = Bytes(at_once, 30);
  std::string parts;
  for (const std::size_t n : {1, 0, 7, 3, 13, 6}) parts += Bytes(in_parts, n);
  EXPECT_EQ(parts, expected);
}

TEST(SeededRandomTest, SeedsDiffer) {
  SeededRandom a(1);
  SeededRandom b(2);
  EXPECT_NE(Bytes(a, 16), Bytes(b, 16));
}

TEST(SystemRandomTest, FillsEverythingAndRepeatsNothing) {
  SystemRandom random;
  const std::string first = Bytes(random, 1000);
  EXPECT_NE(Bytes(random, 1000), first);
  // A tail left unfilled would still be zeros.
  EXPECT_NE(first.substr(984), std::string(16, '\0'));
}

TEST(SystemRandomTest, ZeroBytesIsNoWork) {
  SystemRandom random;
  random.Fill(nullptr, 0);
}

}  // namespace
}  // namespace creditreg
