#include "bench/load/latency_histogram.h"

#include <cstdint>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace creditreg::bench {
namespace {

using ::testing::AllOf;
using ::testing::Ge;
using ::testing::Le;

TEST(LatencyHistogramTest, NothingRecordedIsZero) {
  EXPECT_EQ(LatencyHistogram().PercentileMicros(0.99), 0);
}

TEST(LatencyHistogramTest, SmallValuesAreExact) {
  LatencyHistogram histogram;
  for (std::int64_t i = 1; i <= 100; ++i) histogram.Record(i);
  EXPECT_DOUBLE_EQ(histogram.PercentileMicros(0.5), 0.050);
  EXPECT_DOUBLE_EQ(histogram.PercentileMicros(0.99), 0.099);
  EXPECT_DOUBLE_EQ(histogram.PercentileMicros(1.0), 0.100);
}

TEST(LatencyHistogramTest,
     AValueIsNeverMadeSmallerAndByLessThanOnePerCentLarger) {
  // Both sides of every power of two, up to 9 seconds.
  for (int bit = 1; bit < 34; ++bit) {
    for (const std::int64_t offset : {-1, 0, 1}) {
      const std::int64_t value = (std::int64_t{1} << bit) + offset;
      LatencyHistogram histogram;
      histogram.Record(value);
      const double micros = static_cast<double>(value) / 1000;
      EXPECT_THAT(histogram.PercentileMicros(0.5),
                  AllOf(Ge(micros), Le(micros * 1.01)))
          << value;
    }
  }
}

TEST(LatencyHistogramTest, TheHighestPercentileIsTheLargestValue) {
  LatencyHistogram histogram;
  for (int i = 0; i < 999; ++i) histogram.Record(10);
  histogram.Record(50'000'000);
  EXPECT_DOUBLE_EQ(histogram.PercentileMicros(0.999), 0.010);
  EXPECT_GE(histogram.PercentileMicros(0.9991), 50'000);
}

TEST(LatencyHistogramTest, NegativeAndHugeValuesAreKept) {
  LatencyHistogram histogram;
  histogram.Record(-5);
  histogram.Record(INT64_MAX);
  EXPECT_EQ(histogram.count(), 2);
  EXPECT_EQ(histogram.PercentileMicros(0.5), 0);
  EXPECT_GE(histogram.PercentileMicros(1.0),
            static_cast<double>(INT64_MAX) / 1000);
}

TEST(LatencyHistogramTest, MergeCountsBoth) {
  LatencyHistogram a;
  LatencyHistogram b;
  a.Record(1);
  b.Record(100);
  b.Record(100);
  a.Merge(b);
  EXPECT_EQ(a.count(), 3);
  EXPECT_DOUBLE_EQ(a.PercentileMicros(0.5), 0.1);
}

}  // namespace
}  // namespace creditreg::bench
