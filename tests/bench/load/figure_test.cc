#include "bench/load/figure.h"

#include <cmath>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/testing/status_matchers.h"

namespace creditreg::bench {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kHeader[] = "bench\tfigure\tlimit\tvalue\treason\n";

Figure LookupFigure(double value, std::optional<double> ratio) {
  Figure figure;
  figure.bench = "core";
  figure.figure = "get";
  figure.unit = "calls/s";
  figure.value = value;
  figure.ratio = ratio;
  return figure;
}

std::vector<Limit> Limits(const std::string& lines) {
  absl::StatusOr<std::vector<Limit>> limits = ParseLimits(kHeader + lines);
  EXPECT_THAT(limits, IsOk());
  return limits.value_or(std::vector<Limit>());
}

TEST(FigureTest, EveryFieldIsThereAndUnusedOnesAreNull) {
  EXPECT_EQ(ToJsonLine(LookupFigure(12345.678, std::nullopt)),
            R"({"bench":"core","figure":"get","value":12350.0,)"
            R"("unit":"calls/s","peer":null,"ratio":null,"floor":null,)"
            R"("ceiling":null,"ok":true,"p50_us":null,"p99_us":null,"n":0,)"
            R"("note":null})");
}

TEST(FigureTest, UsedFieldsAreWritten) {
  Figure figure = LookupFigure(0, 0.51239);
  figure.peer = "echo";
  figure.p50_us = 80.25;
  figure.p99_us = 1000;
  figure.n = 7;
  figure.note = "warm";
  const auto json = nlohmann::json::parse(ToJsonLine(figure));
  EXPECT_EQ(json["value"], 0);
  EXPECT_EQ(json["peer"], "echo");
  EXPECT_EQ(json["ratio"], 0.5124);
  EXPECT_EQ(json["p50_us"], 80.25);
  EXPECT_EQ(json["p99_us"], 1000);
  EXPECT_EQ(json["n"], 7);
  EXPECT_EQ(json["note"], "warm");
}

TEST(LimitsTest, AFloorJudgesTheRatioWhereThereIsOne) {
  const std::vector<Limit> limits = Limits("core\tget\tfloor\t0.5\twhy\n");
  Figure below = LookupFigure(100, 0.49);
  Judge(limits, &below);
  EXPECT_FALSE(below.ok);
  EXPECT_EQ(below.floor, 0.5);
  Figure at = LookupFigure(0.1, 0.5);
  Judge(limits, &at);
  EXPECT_TRUE(at.ok);
}

TEST(LimitsTest, AFloorJudgesTheValueWhereThereIsNoRatio) {
  const std::vector<Limit> limits = Limits("core\tget\tfloor\t1000\twhy\n");
  Figure below = LookupFigure(999, std::nullopt);
  Judge(limits, &below);
  EXPECT_FALSE(below.ok);
}

TEST(LimitsTest, ACeilingRefusesWhatIsAbove) {
  const std::vector<Limit> limits = Limits("core\tget\tceiling\t2\twhy\n");
  Figure above = LookupFigure(1, 2.01);
  Judge(limits, &above);
  EXPECT_FALSE(above.ok);
  EXPECT_EQ(above.ceiling, 2);
  Figure at = LookupFigure(1, 2);
  Judge(limits, &at);
  EXPECT_TRUE(at.ok);
}

TEST(LimitsTest, ARatioThatIsNotANumberIsNotOk) {
  const std::vector<Limit> limits = Limits("core\tget\tfloor\t0.5\twhy\n");
  Figure figure = LookupFigure(1, std::nan(""));
  Judge(limits, &figure);
  EXPECT_FALSE(figure.ok);
}

TEST(LimitsTest, OtherFiguresAndBenchesAreLeftAlone) {
  const std::vector<Limit> limits =
      Limits("core\tput\tfloor\t9\twhy\nscan\tget\tfloor\t9\twhy\n");
  Figure figure = LookupFigure(1, 0.1);
  Judge(limits, &figure);
  EXPECT_TRUE(figure.ok);
  EXPECT_FALSE(figure.floor.has_value());
}

TEST(LimitsTest, CommentsAndEmptyLinesArePassedOver) {
  EXPECT_THAT(Limits("\n# a comment\ncore\tget\tfloor\t1\twhy\n"), SizeIs(1));
}

TEST(LimitsTest, ABrokenLineIsRefusedByItsNumber) {
  const struct {
    const char* lines;
    const char* message;
  } cases[] = {
      {"core\tget\tfloor\t1\n", "line 2: want 5 cells"},
      {"core\tget\tfloor\t1\t\n", "line 2: want 5 cells"},
      {"core\tget\tminimum\t1\twhy\n", "line 2: limit: want"},
      {"core\tget\tfloor\tmuch\twhy\n", "line 2: value: want"},
      {"core\tget\tfloor\tinf\twhy\n", "line 2: value: want"},
      {"core\tget\tfloor\t1\ta\ncore\tget\tfloor\t2\tb\n", "line 3: is there"},
  };
  for (const auto& each : cases) {
    EXPECT_THAT(
        ParseLimits(std::string(kHeader) + each.lines),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(each.message)))
        << each.lines;
  }
  EXPECT_THAT(ParseLimits("core\tget\tfloor\t1\twhy\n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("line 1: not the header")));
}

}  // namespace
}  // namespace creditreg::bench
