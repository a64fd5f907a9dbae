#include "index/base/check.h"

#include "gtest/gtest.h"

namespace creditreg {
namespace {

TEST(CheckTest, ATrueConditionIsEvaluatedOnce) {
  int evaluations = 0;
  CREDITREG_CHECK(++evaluations > 0, "a counter that went up is positive");
  EXPECT_EQ(evaluations, 1);
}

TEST(CheckDeathTest, AFalseConditionAbortsWithThePlaceAndTheSentence) {
  EXPECT_DEATH(
      CREDITREG_CHECK(1 > 2, "one is more than two"),
      "check_test.cc:[0-9]+: check failed: one is more than two \\(1 > 2\\)");
}

}  // namespace
}  // namespace creditreg
