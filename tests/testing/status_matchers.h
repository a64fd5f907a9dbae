// Matchers for absl::Status and absl::StatusOr<T>.
//
//   EXPECT_THAT(store.Close(), IsOk());
//   EXPECT_THAT(ParseUscc(text), IsOkAndHolds(expected));
//   EXPECT_THAT(ParseUscc("?"), StatusIs(absl::StatusCode::kInvalidArgument,
//                                        HasSubstr("18 characters")));
//   CREDITREG_ASSERT_OK_AND_ASSIGN(Uscc code, Uscc::Parse(text));
//
// There is no matcher for "any error": name the code that is expected.
//
// Goes away when Abseil's own absl/status/status_matchers.h is in Debian.

#ifndef CREDITREG_TESTS_TESTING_STATUS_MATCHERS_H_
#define CREDITREG_TESTS_TESTING_STATUS_MATCHERS_H_

#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

// Moves the value of a StatusOr into `lhs`, which may declare a variable, or
// fails the test case. Only in functions that return void.
#define CREDITREG_ASSERT_OK_AND_ASSIGN(lhs, ...)                      \
  CREDITREG_ASSERT_OK_AND_ASSIGN_IMPL_(                               \
      CREDITREG_MATCHER_CONCAT_(creditreg_status_or_, __LINE__), lhs, \
      __VA_ARGS__)

#define CREDITREG_ASSERT_OK_AND_ASSIGN_IMPL_(status_or, lhs, ...) \
  auto status_or = (__VA_ARGS__);                                 \
  ASSERT_TRUE(status_or.ok()) << status_or.status();              \
  lhs = *std::move(status_or)

#define CREDITREG_MATCHER_CONCAT_(a, b) CREDITREG_MATCHER_CONCAT_IMPL_(a, b)
#define CREDITREG_MATCHER_CONCAT_IMPL_(a, b) a##b

namespace creditreg {
namespace testing_internal {

inline const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}

template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& status_or) {
  return status_or.status();
}

template <typename StatusOrType>
class IsOkAndHoldsMatcherImpl
    : public ::testing::MatcherInterface<StatusOrType> {
 public:
  using ValueType = typename std::remove_reference_t<StatusOrType>::value_type;

  template <typename InnerMatcher>
  explicit IsOkAndHoldsMatcherImpl(const InnerMatcher& inner)
      : inner_(::testing::SafeMatcherCast<const ValueType&>(inner)) {}

  void DescribeTo(std::ostream* os) const override {
    *os << "is OK and has a value that ";
    inner_.DescribeTo(os);
  }

  void DescribeNegationTo(std::ostream* os) const override {
    *os << "is not OK or has a value that ";
    inner_.DescribeNegationTo(os);
  }

  bool MatchAndExplain(
      StatusOrType actual,
      ::testing::MatchResultListener* listener) const override {
    if (!actual.ok()) {
      *listener << "which has status " << actual.status();
      return false;
    }
    *listener << "which contains value " << ::testing::PrintToString(*actual)
              << " ";
    return inner_.MatchAndExplain(*actual, listener);
  }

 private:
  const ::testing::Matcher<const ValueType&> inner_;
};

template <typename InnerMatcher>
class IsOkAndHoldsMatcher {
 public:
  explicit IsOkAndHoldsMatcher(InnerMatcher inner) : inner_(std::move(inner)) {}

  // Implicit, as GoogleTest asks of a polymorphic matcher.
  template <typename StatusOrType>
  operator ::testing::Matcher<StatusOrType>() const {  // NOLINT
    return ::testing::Matcher<StatusOrType>(
        new IsOkAndHoldsMatcherImpl<const StatusOrType&>(inner_));
  }

 private:
  const InnerMatcher inner_;
};

class StatusIsMatcher {
 public:
  StatusIsMatcher(::testing::Matcher<absl::StatusCode> code,
                  ::testing::Matcher<const std::string&> message)
      : code_(std::move(code)), message_(std::move(message)) {}

  void DescribeTo(std::ostream* os) const {
    *os << "has a status code that ";
    code_.DescribeTo(os);
    *os << ", and a message that ";
    message_.DescribeTo(os);
  }

  void DescribeNegationTo(std::ostream* os) const {
    *os << "has a status code that ";
    code_.DescribeNegationTo(os);
    *os << ", or a message that ";
    message_.DescribeNegationTo(os);
  }

  template <typename StatusType>
  bool MatchAndExplain(const StatusType& actual,
                       ::testing::MatchResultListener* listener) const {
    const absl::Status& status = StatusOf(actual);
    *listener << "which has status " << status;
    return code_.Matches(status.code()) &&
           message_.Matches(std::string(status.message()));
  }

 private:
  const ::testing::Matcher<absl::StatusCode> code_;
  const ::testing::Matcher<const std::string&> message_;
};

class IsOkMatcher {
 public:
  void DescribeTo(std::ostream* os) const { *os << "is OK"; }
  void DescribeNegationTo(std::ostream* os) const { *os << "is not OK"; }

  template <typename StatusType>
  bool MatchAndExplain(const StatusType& actual,
                       ::testing::MatchResultListener* listener) const {
    const absl::Status& status = StatusOf(actual);
    *listener << "which has status " << status;
    return status.ok();
  }
};

}  // namespace testing_internal

// Matches an OK Status or StatusOr.
inline ::testing::PolymorphicMatcher<testing_internal::IsOkMatcher> IsOk() {
  return ::testing::MakePolymorphicMatcher(testing_internal::IsOkMatcher());
}

// Matches an OK StatusOr whose value matches `inner`.
template <typename InnerMatcher>
testing_internal::IsOkAndHoldsMatcher<std::decay_t<InnerMatcher>> IsOkAndHolds(
    InnerMatcher&& inner) {
  return testing_internal::IsOkAndHoldsMatcher<std::decay_t<InnerMatcher>>(
      std::forward<InnerMatcher>(inner));
}

// Matches a Status or StatusOr by its code and, when given, its message.
template <typename CodeMatcher, typename MessageMatcher>
::testing::PolymorphicMatcher<testing_internal::StatusIsMatcher> StatusIs(
    CodeMatcher&& code, MessageMatcher&& message) {
  return ::testing::MakePolymorphicMatcher(testing_internal::StatusIsMatcher(
      ::testing::SafeMatcherCast<absl::StatusCode>(
          std::forward<CodeMatcher>(code)),
      ::testing::SafeMatcherCast<const std::string&>(
          std::forward<MessageMatcher>(message))));
}

template <typename CodeMatcher>
::testing::PolymorphicMatcher<testing_internal::StatusIsMatcher> StatusIs(
    CodeMatcher&& code) {
  return StatusIs(std::forward<CodeMatcher>(code),
                  ::testing::A<const std::string&>());
}

}  // namespace creditreg

#endif  // CREDITREG_TESTS_TESTING_STATUS_MATCHERS_H_
