// How every status of ours looks outside.

#include "server/wire/status.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

google::rpc::Status DetailsOf(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  return details;
}

// The detail of type M, if there is one.
template <typename M>
std::optional<M> Find(const grpc::Status& status) {
  M message;
  const google::rpc::Status details = DetailsOf(status);
  for (const auto& any : details.details()) {
    if (any.UnpackTo(&message)) return message;
  }
  return std::nullopt;
}

struct Expected {
  absl::StatusCode code;
  // "%": as given.
  std::string message;
  bool retry;
};

TEST(ToGrpcStatusTest, EveryCodeKeepsItsNumberAndHidesTheInside) {
  using Code = absl::StatusCode;
  const std::vector<Expected> all = {
      {Code::kCancelled, "%", false},
      {Code::kUnknown,
       "the outcome is not known: retry with the same "
       "request id",
       false},
      {Code::kInvalidArgument, "%", false},
      {Code::kDeadlineExceeded, "%", false},
      {Code::kNotFound, "%", false},
      {Code::kAlreadyExists, "%", false},
      {Code::kPermissionDenied, "%", false},
      {Code::kResourceExhausted, "a limit is reached: retry later", false},
      {Code::kFailedPrecondition, "%", false},
      {Code::kAborted, "%", false},
      {Code::kOutOfRange, "%", false},
      {Code::kUnimplemented, "not offered by this server", false},
      {Code::kInternal, "internal error", false},
      {Code::kUnavailable, "not available now: retry later", true},
      {Code::kDataLoss, "stored data is damaged: tell the operator", false},
      {Code::kUnauthenticated, "%", false},
  };
  ASSERT_EQ(all.size(), 16U);
  const std::string given = "thing: /some/path, want rule";
  for (const Expected& expected : all) {
    const grpc::Status status =
        ToGrpcStatus(absl::Status(expected.code, given));
    EXPECT_EQ(static_cast<int>(status.error_code()),
              static_cast<int>(expected.code));
    EXPECT_EQ(status.error_message(),
              expected.message == "%" ? given : expected.message);
    EXPECT_EQ(DetailsOf(status).code(), static_cast<int>(expected.code));
    EXPECT_EQ(DetailsOf(status).message(), status.error_message());
    const auto info = Find<google::rpc::ErrorInfo>(status);
    ASSERT_TRUE(info.has_value());
    EXPECT_EQ(info->reason(), absl::StatusCodeToString(expected.code));
    EXPECT_EQ(info->domain(), "creditreg");
    const auto localized = Find<google::rpc::LocalizedMessage>(status);
    ASSERT_TRUE(localized.has_value());
    EXPECT_EQ(localized->locale(), "zh-CN");
    EXPECT_THAT(localized->message(), Not(HasSubstr("请求未能完成")));
    EXPECT_EQ(Find<google::rpc::RetryInfo>(status).has_value(), expected.retry);
  }
}

TEST(ToGrpcStatusTest, OkIsOkWithoutDetails) {
  const grpc::Status status = ToGrpcStatus(absl::OkStatus());
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(status.error_details(), "");
}

TEST(ToGrpcStatusTest, DetailsHaveTheirRealTypeUrls) {
  const google::rpc::Status details = DetailsOf(
      ToGrpcStatus(absl::ResourceExhaustedError("OVERLOADED: queue full")));
  std::vector<std::string> urls;
  for (const auto& any : details.details()) urls.push_back(any.type_url());
  EXPECT_THAT(urls, ::testing::ElementsAre(
                        "type.googleapis.com/google.rpc.ErrorInfo",
                        "type.googleapis.com/google.rpc.LocalizedMessage",
                        "type.googleapis.com/google.rpc.RetryInfo"));
}

TEST(ToGrpcStatusTest, TheCapitalsBeforeTheColonAreTheReason) {
  const grpc::Status status = ToGrpcStatus(
      absl::AbortedError("ETAG_MISMATCH: etag: not the current version's"));
  EXPECT_EQ(Find<google::rpc::ErrorInfo>(status)->reason(), "ETAG_MISMATCH");
  EXPECT_EQ(Find<google::rpc::LocalizedMessage>(status)->message(),
            "数据已被他人修改，请重新读取后再提交。");
}

TEST(ToGrpcStatusTest, EveryDocumentedReasonHasItsChineseText) {
  for (const char* reason :
       {"POSITION_UNKNOWN", "PAGE_TOKEN_EXPIRED", "TOO_MANY_ITEMS",
        "OVERLOADED",       "DISK_FULL",          "REQUEST_ID_REUSED",
        "ETAG_MISMATCH",    "CODE_CONFLICT",      "KEY_TAKEN",
        "WITHDRAWN",        "NAME_NEVER_HELD",    "IMPORT_RUNNING",
        "UNKNOWN_COLUMN",   "MISSING_COLUMN",     "BAD_ENCODING",
        "BAD_CSV",          "VERIFY_RUNNING",     "SHUTTING_DOWN",
        "STORE_REOPENING",  "IMPORT_BROKEN_OFF",  "AUDIT_INDEX_BEHIND",
        "AUDIT_OFF"}) {
    const grpc::Status status = ToGrpcStatus(
        absl::FailedPreconditionError(absl::StrCat(reason, ": text")));
    EXPECT_THAT(Find<google::rpc::LocalizedMessage>(status)->message(),
                Not(HasSubstr("请求未能完成")))
        << reason;
  }
}

TEST(ToGrpcStatusTest, OnlyWhatATryLaterHelpsSaysSo) {
  EXPECT_EQ(Find<google::rpc::RetryInfo>(
                ToGrpcStatus(absl::ResourceExhaustedError("OVERLOADED: x")))
                ->retry_delay()
                .seconds(),
            1);
  EXPECT_FALSE(Find<google::rpc::RetryInfo>(
                   ToGrpcStatus(absl::ResourceExhaustedError("DISK_FULL: x")))
                   .has_value());
  EXPECT_TRUE(Find<google::rpc::RetryInfo>(
                  ToGrpcStatus(absl::UnavailableError("SHUTTING_DOWN: x")))
                  .has_value());
}

TEST(ToGrpcStatusTest, AnInvalidFieldIsNamedInBadRequest) {
  const grpc::Status status = ToGrpcStatus(absl::InvalidArgumentError(
      "item.identifier: empty, want a code or an old number"));
  const auto bad = Find<google::rpc::BadRequest>(status);
  ASSERT_TRUE(bad.has_value());
  ASSERT_EQ(bad->field_violations_size(), 1);
  EXPECT_EQ(bad->field_violations(0).field(), "item.identifier");
  EXPECT_EQ(bad->field_violations(0).description(),
            "empty, want a code or an old number");
}

TEST(FieldViolationsTest, NamesAllAndLeadsWithTheFirst) {
  FieldViolations violations;
  EXPECT_THAT(violations.ToStatus(), IsOk());
  violations.Add("request_id", "empty, want 1 to 64 characters");
  violations.Add("reason", "empty, want 1 to 500 characters");
  const absl::Status status = violations.ToStatus();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                               "request_id: empty, want 1 to 64 characters"));
  const auto bad = Find<google::rpc::BadRequest>(ToGrpcStatus(status));
  ASSERT_TRUE(bad.has_value());
  ASSERT_EQ(bad->field_violations_size(), 2);
  EXPECT_EQ(bad->field_violations(1).field(), "reason");
}

TEST(FieldViolationsTest, AnAnswerFitsIntoTrailers) {
  FieldViolations violations;
  for (int i = 0; i < 5000; ++i) violations.Add("records[1].record", "wrong");
  const grpc::Status status = ToGrpcStatus(violations.ToStatus());
  EXPECT_LT(status.error_details().size(), 5000U);
}

TEST(InvalidByFindingsTest, TellsErrorsOnlyAndKeepsTextsInDetails) {
  Finding warning;
  warning.severity = Severity::kWarning;
  warning.field = "enterprise.uscc";
  Finding error;
  error.field = "enterprise.name";
  error.rule = "REQUIRED";
  error.message = "名称不能为空";
  EXPECT_THAT(InvalidByFindings({warning}), IsOk());
  const absl::Status status = InvalidByFindings({warning, error});
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                               "enterprise.name: breaks rule REQUIRED"));
  const auto bad = Find<google::rpc::BadRequest>(ToGrpcStatus(status));
  ASSERT_EQ(bad->field_violations_size(), 1);
  EXPECT_EQ(bad->field_violations(0).localized_message().message(),
            "名称不能为空");
}

}  // namespace
}  // namespace creditreg
