#include "index/base/status_macros.h"

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

absl::Status ReturnAfter(const absl::Status& status, bool& reached) {
  CREDITREG_RETURN_IF_ERROR(status);
  reached = true;
  return absl::OkStatus();
}

absl::StatusOr<int> Unwrap(absl::StatusOr<std::unique_ptr<int>> number) {
  CREDITREG_ASSIGN_OR_RETURN(const std::unique_ptr<int> owned,
                             std::move(number));
  int result = 0;
  CREDITREG_ASSIGN_OR_RETURN(result, absl::StatusOr<int>(*owned));
  return result;
}

TEST(StatusMacrosTest, AnErrorReturnsAtOnce) {
  bool reached = false;
  EXPECT_THAT(ReturnAfter(absl::AbortedError("lost a race"), reached),
              StatusIs(absl::StatusCode::kAborted, "lost a race"));
  EXPECT_FALSE(reached);
}

TEST(StatusMacrosTest, OkGoesOn) {
  bool reached = false;
  EXPECT_THAT(ReturnAfter(absl::OkStatus(), reached), IsOk());
  EXPECT_TRUE(reached);
}

TEST(StatusMacrosTest, AValueIsMovedOut) {
  EXPECT_THAT(Unwrap(std::make_unique<int>(7)), IsOkAndHolds(7));
}

TEST(StatusMacrosTest, AnErrorInsteadOfAValueKeepsCodeAndMessage) {
  EXPECT_THAT(Unwrap(absl::NotFoundError("no such row")),
              StatusIs(absl::StatusCode::kNotFound, "no such row"));
}

}  // namespace
}  // namespace creditreg
