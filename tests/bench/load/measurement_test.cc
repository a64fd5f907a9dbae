#include "bench/load/measurement.h"

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace creditreg::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// Gives `values` one after the other, and writes its name into `order`.
Measurement Scripted(const std::string& name, const std::string& peer,
                     std::vector<double> values,
                     std::vector<std::string>* order) {
  Measurement measurement;
  measurement.figures = {{name, "calls/s", peer, "a note"}};
  measurement.run = [name, values, order,
                     next =
                         std::size_t{0}]() mutable -> absl::StatusOr<Samples> {
    order->push_back(name);
    Sample sample;
    sample.value = values[next++];
    sample.p99_us = sample.value * 10;
    sample.n = 5;
    sample.detail = "run " + std::to_string(next);
    return Samples{{name, sample}};
  };
  return measurement;
}

TEST(MeasureTest, RepetitionsAreInterleaved) {
  std::vector<std::string> order;
  ASSERT_THAT(Measure("core",
                      {Scripted("a", "", {1, 1, 1}, &order),
                       Scripted("b", "", {1, 1, 1}, &order)},
                      3),
              IsOk());
  EXPECT_THAT(order, ElementsAre("a", "b", "a", "b", "a", "b"));
}

TEST(MeasureTest, AFigureIsTheMedianOfItsRepetitions) {
  std::vector<std::string> order;
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const std::vector<Figure> figures,
      Measure("core", {Scripted("a", "", {3, 100, 1}, &order)}, 3));
  ASSERT_THAT(figures, SizeIs(1));
  EXPECT_EQ(figures[0].bench, "core");
  EXPECT_EQ(figures[0].figure, "a");
  EXPECT_EQ(figures[0].value, 3);
  EXPECT_EQ(figures[0].p99_us, 30);
  EXPECT_EQ(figures[0].p50_us, std::nullopt);
  EXPECT_EQ(figures[0].ratio, std::nullopt);
  EXPECT_EQ(figures[0].n, 15);
  EXPECT_EQ(figures[0].note, "a note; run 3");
}

TEST(MeasureTest, TheRatioIsTakenWithinEachRepetition) {
  // The machine was ten times slower in the second: no ratio shows it.
  std::vector<std::string> order;
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const std::vector<Figure> figures,
      Measure("core",
              {Scripted("echo", "", {100, 10, 200}, &order),
               Scripted("get", "echo", {50, 5, 120}, &order)},
              3));
  EXPECT_EQ(figures[1].peer, "echo");
  EXPECT_EQ(figures[1].ratio, 0.5);
  EXPECT_EQ(figures[1].value, 50);
}

TEST(MeasureTest, AFigureThatWasNotMeasuredIsInternal) {
  Measurement measurement;
  measurement.figures = {{"a", "calls/s", "", ""}};
  measurement.run = []() -> absl::StatusOr<Samples> { return Samples(); };
  EXPECT_THAT(Measure("core", {measurement}, 3),
              StatusIs(absl::StatusCode::kInternal,
                       HasSubstr("figure a: not measured")));
}

TEST(MeasureTest, APeerThatIsNotThereIsInternal) {
  std::vector<std::string> order;
  EXPECT_THAT(Measure("core", {Scripted("a", "nobody", {1, 1, 1}, &order)}, 3),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("its peer")));
}

TEST(MeasureTest, TheFirstErrorEndsIt) {
  std::vector<std::string> order;
  Measurement failing;
  failing.figures = {{"b", "calls/s", "", ""}};
  failing.run = []() -> absl::StatusOr<Samples> {
    return absl::DataLossError("torn");
  };
  EXPECT_THAT(
      Measure("core", {Scripted("a", "", {1, 1, 1}, &order), failing}, 3),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("torn")));
  EXPECT_THAT(order, ElementsAre("a"));
}

}  // namespace
}  // namespace creditreg::bench
