#include "server/ops/json_log.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/testing/fake_clock.h"

namespace creditreg {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;

class JsonLogTest : public ::testing::Test {
 protected:
  FakeClock clock_;
  std::vector<std::string> lines_;
  JsonLog log_{LogLevel::kInfo, &clock_,
               [this](const std::string& line) { lines_.push_back(line); }};
};

TEST_F(JsonLogTest, WritesOneObjectALine) {
  log_.Write(LogLevel::kWarning, "call",
             {{"rpc", "GetRecord"}, {"us", std::int64_t{12}}});
  EXPECT_THAT(lines_, ElementsAre("{\"ts\":\"2026-11-24T04:00:00.000000Z\","
                                  "\"level\":\"warning\",\"event\":\"call\","
                                  "\"rpc\":\"GetRecord\",\"us\":12}\n"));
}

TEST_F(JsonLogTest, DropsWhatIsBelowItsLevel) {
  log_.Write(LogLevel::kDebug, "quiet", {});
  EXPECT_THAT(lines_, ElementsAre());
}

TEST_F(JsonLogTest, OddBytesDoNotBreakTheLine) {
  log_.Write(LogLevel::kError, "odd", {{"error", "a\n\"b\"\xff"}});
  ASSERT_EQ(lines_.size(), 1U);
  EXPECT_THAT(lines_[0], EndsWith("}\n"));
  EXPECT_EQ(std::count(lines_[0].begin(), lines_[0].end(), '\n'), 1);
  EXPECT_EQ(nlohmann::json::parse(lines_[0])["error"], "a\n\"b\"\xef\xbf\xbd");
}

TEST_F(JsonLogTest, ReadsLevelsByName) {
  EXPECT_EQ(ParseLogLevel("debug"), LogLevel::kDebug);
  EXPECT_EQ(ParseLogLevel("info"), LogLevel::kInfo);
  EXPECT_EQ(ParseLogLevel("warning"), LogLevel::kWarning);
  EXPECT_EQ(ParseLogLevel("error"), LogLevel::kError);
}

}  // namespace
}  // namespace creditreg
