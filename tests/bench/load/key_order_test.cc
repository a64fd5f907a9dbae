#include "bench/load/key_order.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace creditreg::bench {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Gt;
using ::testing::Lt;

std::int64_t CountOf(const std::vector<std::uint32_t>& order,
                     std::uint32_t key) {
  return std::count(order.begin(), order.end(), key);
}

TEST(KeyOrderTest, ZipfDrawsKeysByTheirWeight) {
  // Of a thousand keys at 0.99 the first has 1 / 7.73, the tenth 1 / 75.5.
  const std::vector<std::uint32_t> order = ZipfOrder(1000, 100000);
  EXPECT_THAT(order, Each(Lt(1000U)));
  EXPECT_THAT(CountOf(order, 0), AllOf(Gt(12600), Lt(13300)));
  EXPECT_THAT(CountOf(order, 9), AllOf(Gt(1200), Lt(1450)));
}

TEST(KeyOrderTest, UniformDrawsAllKeysAlike) {
  const std::vector<std::uint32_t> order = UniformOrder(10, 100000);
  for (std::uint32_t key = 0; key < 10; ++key) {
    EXPECT_THAT(CountOf(order, key), AllOf(Gt(9600), Lt(10400))) << key;
  }
}

TEST(KeyOrderTest, TheSameArgumentsGiveTheSameOrder) {
  EXPECT_EQ(ZipfOrder(50, 1000), ZipfOrder(50, 1000));
  EXPECT_EQ(UniformOrder(50, 1000), UniformOrder(50, 1000));
}

}  // namespace
}  // namespace creditreg::bench
