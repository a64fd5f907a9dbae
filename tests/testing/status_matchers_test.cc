#include "tests/testing/status_matchers.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace creditreg {
namespace {

using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const absl::Status& MissingRow() {
  static const auto* const kStatus =
      new absl::Status(absl::NotFoundError("row 3 is missing"));
  return *kStatus;
}

TEST(StatusMatchersTest, IsOkTellsOkFromError) {
  EXPECT_THAT(absl::OkStatus(), IsOk());
  EXPECT_THAT(absl::StatusOr<int>(1), IsOk());
  EXPECT_THAT(MissingRow(), Not(IsOk()));
  EXPECT_THAT(absl::StatusOr<int>(MissingRow()), Not(IsOk()));
}

TEST(StatusMatchersTest, StatusIsComparesTheCode) {
  EXPECT_THAT(MissingRow(), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(MissingRow(), Not(StatusIs(absl::StatusCode::kDataLoss)));
}

TEST(StatusMatchersTest, StatusIsComparesTheMessage) {
  EXPECT_THAT(MissingRow(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("row 3")));
  EXPECT_THAT(MissingRow(), Not(StatusIs(_, HasSubstr("row 4"))));
}

TEST(StatusMatchersTest, IsOkAndHoldsComparesTheValue) {
  const absl::StatusOr<std::vector<std::string>> names = {{"a", "b"}};
  EXPECT_THAT(names, IsOkAndHolds(ElementsAre("a", "b")));
  EXPECT_THAT(names, Not(IsOkAndHolds(ElementsAre("a"))));
}

TEST(StatusMatchersTest, IsOkAndHoldsRefusesAnError) {
  EXPECT_THAT(absl::StatusOr<int>(MissingRow()), Not(IsOkAndHolds(_)));
}

TEST(StatusMatchersTest, TheMacroDeclaresAVariable) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const int number, absl::StatusOr<int>(4));
  EXPECT_EQ(number, 4);
}

}  // namespace
}  // namespace creditreg
