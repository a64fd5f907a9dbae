#include "server/ops/call_stats.h"

#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace creditreg {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::tuple<std::string, std::int64_t, std::string>> Read(
    const CallStats& stats) {
  std::vector<std::tuple<std::string, std::int64_t, std::string>> all;
  for (const CallStats::Figure& figure : stats.Figures()) {
    all.emplace_back(figure.name, figure.value, figure.unit);
  }
  return all;
}

TEST(CallStatsTest, TellsOnlyWhatOccurred) {
  CallStats stats({"GetRecord", "Verify"});
  EXPECT_THAT(Read(stats), IsEmpty());
  stats.Count(0, absl::StatusCode::kOk, absl::Microseconds(30));
  stats.Count(0, absl::StatusCode::kOk, absl::Microseconds(12));
  stats.Count(0, absl::StatusCode::kNotFound, absl::Microseconds(1));
  EXPECT_THAT(
      Read(stats),
      ElementsAre(std::make_tuple("rpc.GetRecord.ok", 2, "calls"),
                  std::make_tuple("rpc.GetRecord.not_found", 1, "calls"),
                  std::make_tuple("rpc.GetRecord.us", 43, "us")));
}

}  // namespace
}  // namespace creditreg
