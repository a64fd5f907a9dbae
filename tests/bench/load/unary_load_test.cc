#include "bench/load/unary_load.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/load/echo_server.h"
#include "creditreg/v1/registry_read_service.grpc.pb.h"
#include "gmock/gmock.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace creditreg::bench {
namespace {

using ::testing::AllOf;
using ::testing::Ge;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::Le;

constexpr std::uint32_t kBytes = 800;

class UnaryLoadTest : public ::testing::TestWithParam<EchoKind> {
 protected:
  void SetUp() override {
    CREDITREG_ASSERT_OK_AND_ASSIGN(
        echo_, EchoServer::Start(GetParam(), "127.0.0.1:0"));
    options_.target = echo_->address();
    options_.in_flight = 4;
    options_.warm_up = absl::ZeroDuration();
    options_.duration = absl::Milliseconds(300);
  }

  std::unique_ptr<EchoServer> echo_;
  UnaryWorkload workload_ = EchoWorkload({kBytes}, {});
  LoadOptions options_;
};

TEST_P(UnaryLoadTest, AClosedLoopCountsAndChecksAnswers) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const LoadResult result,
                                 RunUnaryLoad(workload_, options_));
  EXPECT_GT(result.calls, 0);
  EXPECT_GE(result.answers, result.calls);
  EXPECT_EQ(result.latency.count(), result.calls);
  // One of 64 on each of two connections, the first included.
  EXPECT_THAT(result.checked,
              AllOf(Ge(result.answers / 64), Le(result.answers / 64 + 2)));
  EXPECT_EQ(result.answer_bytes, kBytes);
}

TEST_P(UnaryLoadTest, AnOpenLoopSendsAtItsRate) {
  options_.calls_per_second = 200;
  CREDITREG_ASSERT_OK_AND_ASSIGN(const LoadResult result,
                                 RunUnaryLoad(workload_, options_));
  EXPECT_EQ(result.calls, 60);
}

TEST_P(UnaryLoadTest, CallsOfTheWarmUpAreNotCounted) {
  options_.calls_per_second = 200;
  options_.warm_up = absl::Milliseconds(150);
  options_.duration = absl::Milliseconds(150);
  CREDITREG_ASSERT_OK_AND_ASSIGN(const LoadResult result,
                                 RunUnaryLoad(workload_, options_));
  EXPECT_EQ(result.calls, 30);
  EXPECT_EQ(result.answers, 60);
}

TEST_P(UnaryLoadTest, AWrongAnswerEndsTheRun) {
  workload_.check = [](std::size_t /*i*/, const grpc::ByteBuffer& /*answer*/) {
    return absl::InternalError("look-up: another enterprise's code");
  };
  options_.duration = absl::Hours(1);
  EXPECT_THAT(RunUnaryLoad(workload_, options_),
              StatusIs(absl::StatusCode::kInternal,
                       HasSubstr("another enterprise's code")));
}

TEST_P(UnaryLoadTest, AFailedCallEndsTheRun) {
  workload_.method = "/creditreg.v1.RegistryReadService/GetRecord";
  options_.duration = absl::Hours(1);
  EXPECT_THAT(
      RunUnaryLoad(workload_, options_),
      StatusIs(absl::StatusCode::kInternal, HasSubstr("call: code 12")));
  options_.calls_per_second = 100;
  EXPECT_THAT(
      RunUnaryLoad(workload_, options_),
      StatusIs(absl::StatusCode::kInternal, HasSubstr("call: code 12")));
}

TEST_P(UnaryLoadTest, OptionsThatMakeNoSenseAreInvalid) {
  LoadOptions options = options_;
  options.connections = 5;
  EXPECT_THAT(
      RunUnaryLoad(workload_, options),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("in_flight")));
  options = options_;
  options.duration = absl::ZeroDuration();
  EXPECT_THAT(
      RunUnaryLoad(workload_, options),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("duration")));
  workload_.requests.clear();
  EXPECT_THAT(
      RunUnaryLoad(workload_, options_),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("requests")));
}

TEST_P(UnaryLoadTest, CredentialsThatCannotBeShownAreRefused) {
  LoadOptions options = options_;
  options.credentials.certificate_file = "certificate.pem";
  EXPECT_THAT(
      RunUnaryLoad(workload_, options),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("its key")));
  options.credentials.certificate_file.clear();
  options.credentials.token_file = "token";
  EXPECT_THAT(RunUnaryLoad(workload_, options),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "credentials: want tokens and no token file"));
}

INSTANTIATE_TEST_SUITE_P(Echo, UnaryLoadTest,
                         ::testing::Values(EchoKind::kCallback,
                                           EchoKind::kQueue));

// Answers one call after the other and takes long for the first.
class StallingService final : public v1::RegistryReadService::Service {
 public:
  static constexpr absl::Duration kStall = absl::Milliseconds(400);

  grpc::Status GetEnterprise(grpc::ServerContext* /*context*/,
                             const v1::GetEnterpriseRequest* /*request*/,
                             v1::GetEnterpriseResponse* /*response*/) override {
    absl::MutexLock lock(&mutex_);
    // Not to wait for something: the time that passes is what is tested.
    if (calls_++ == 0) absl::SleepFor(kStall);
    return grpc::Status::OK;
  }

 private:
  absl::Mutex mutex_;
  int calls_ = 0;
};

TEST(OpenLoopTest, AStallCountsForEveryCallThatItHeldUp) {
  StallingService service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  ASSERT_THAT(server, ::testing::NotNull());
  UnaryWorkload workload = EchoWorkload({kBytes}, {});
  workload.method = "/creditreg.v1.RegistryReadService/GetEnterprise";
  workload.check = [](std::size_t /*i*/, const grpc::ByteBuffer& /*answer*/) {
    return absl::OkStatus();
  };
  LoadOptions options;
  options.target = absl::StrCat("127.0.0.1:", port);
  options.calls_per_second = 100;
  options.warm_up = absl::ZeroDuration();
  options.duration = absl::Milliseconds(800);
  CREDITREG_ASSERT_OK_AND_ASSIGN(const LoadResult result,
                                 RunUnaryLoad(workload, options));
  // Half of 80 calls were due during the stall, a quarter in its first 200 ms:
  // these waited 200 ms or more, though only one call was slow. However slow
  // the machine is, no less.
  EXPECT_THAT(result.latency.PercentileMicros(0.80), Gt(190'000));
}

// Remembers what calls showed.
class WatchingService final : public v1::RegistryReadService::Service {
 public:
  grpc::Status GetEnterprise(grpc::ServerContext* context,
                             const v1::GetEnterpriseRequest* /*request*/,
                             v1::GetEnterpriseResponse* /*response*/) override {
    const auto& metadata = context->client_metadata();
    const auto text = [&metadata](const char* name) {
      const auto found = metadata.find(name);
      return found == metadata.end()
                 ? std::string()
                 : std::string(found->second.data(), found->second.size());
    };
    absl::MutexLock lock(&mutex_);
    shown_[text("authorization")]++;
    purposes_.insert(text("creditreg-purpose-bin"));
    return grpc::Status::OK;
  }

  std::map<std::string, int> shown() {
    absl::MutexLock lock(&mutex_);
    return shown_;
  }
  std::set<std::string> purposes() {
    absl::MutexLock lock(&mutex_);
    return purposes_;
  }

 private:
  absl::Mutex mutex_;
  std::map<std::string, int> shown_;
  std::set<std::string> purposes_;
};

TEST(LoadCredentialsTest, CallsShowTheTokensInTurnAndThePurpose) {
  WatchingService service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  ASSERT_THAT(server, ::testing::NotNull());
  UnaryWorkload workload = EchoWorkload({kBytes}, {});
  workload.method = "/creditreg.v1.RegistryReadService/GetEnterprise";
  workload.check = [](std::size_t /*i*/, const grpc::ByteBuffer& /*answer*/) {
    return absl::OkStatus();
  };
  LoadOptions options;
  options.target = absl::StrCat("127.0.0.1:", port);
  options.connections = 1;
  options.in_flight = 2;
  options.warm_up = absl::ZeroDuration();
  options.duration = absl::Hours(1);
  options.max_calls = 12;
  options.tokens = {"one", "two", "three"};
  options.credentials.purpose = "行政检查";
  EXPECT_THAT(RunUnaryLoad(workload, options), IsOk());
  EXPECT_THAT(service.shown(),
              ::testing::ElementsAre(::testing::Pair("Bearer one", 4),
                                     ::testing::Pair("Bearer three", 4),
                                     ::testing::Pair("Bearer two", 4)));
  EXPECT_THAT(service.purposes(), ::testing::ElementsAre("行政检查"));
}

}  // namespace
}  // namespace creditreg::bench
