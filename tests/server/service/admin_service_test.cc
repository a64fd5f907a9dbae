// AdminService, health, reflection and stopping, over real gRPC.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/byte_buffer.h"
#include "gtest/gtest.h"
#include "tests/server/service/test_server.h"

namespace creditreg {
namespace {

using ::testing::HasSubstr;

constexpr char kTables[] = CREDITREG_SOURCE_DIR "/conf/intake";

// The libraries hold no client for health and reflection, whose messages are
// small enough to write by hand: field 1 (text), and field 1 (number) back.
grpc::ByteBuffer Bytes(const std::string& bytes) {
  grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string Text(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  EXPECT_TRUE(buffer.Dump(&slices).ok());
  std::string text;
  for (const grpc::Slice& slice : slices) {
    text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return text;
}

// One field of type text.
std::string TextField(int number, const std::string& value) {
  return std::string(1, static_cast<char>(number << 3 | 2)) +
         std::string(1, static_cast<char>(value.size())) + value;
}

const char kServing[] = "\x08\x01";
const char kNotServing[] = "\x08\x02";

// A stream of one request; reads answers one by one.
class RawStream {
 public:
  RawStream(const std::shared_ptr<grpc::Channel>& channel,
            const std::string& method, const std::string& request)
      : stub_(channel) {
    call_ = stub_.PrepareCall(&context_, method, &queue_);
    call_->StartCall(nullptr);
    Next();
    call_->Write(Bytes(request), nullptr);
    Next();
  }
  ~RawStream() {
    context_.TryCancel();
    grpc::Status status;
    call_->Finish(&status, nullptr);
    Next();
    queue_.Shutdown();
    while (Next()) {
    }
  }

  // Empty at the end.
  std::string Read() {
    grpc::ByteBuffer buffer;
    call_->Read(&buffer, nullptr);
    return Next() ? Text(buffer) : "";
  }

 private:
  bool Next() {
    void* tag = nullptr;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }

  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
};

std::string Health(TestServer& server, const std::string& service) {
  RawStream check(server.channel(), "/grpc.health.v1.Health/Check",
                  TextField(1, service));
  return check.Read();
}

std::vector<std::string> AllServices() {
  return {"creditreg.v1.RegistryReadService",
          "creditreg.v1.RegistryWriteService",
          "creditreg.v1.PublicLookupService", "creditreg.v1.IntakeService",
          "creditreg.v1.AdminService"};
}

class AdminServiceTest : public ::testing::Test {
 protected:
  std::map<std::string, std::int64_t> Figures() {
    grpc::ClientContext context;
    EXPECT_TRUE(server_.admin()
                    .GetStats(&context, v1::GetStatsRequest(), &stats_)
                    .ok());
    std::map<std::string, std::int64_t> figures;
    for (const auto& figure : stats_.figures()) {
      figures[figure.name()] = figure.value();
    }
    return figures;
  }

  TestServer server_{kTables};
  v1::GetStatsResponse stats_;
};

TEST_F(AdminServiceTest, StatsCountRowsAndCalls) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  server_.Submit(SampleLicence(kCodeA, "甲公司", "许1号"));
  server_.Get(kCodeA);
  server_.Get(kCodeB);
  const auto figures = Figures();
  EXPECT_EQ(figures.at("enterprises"), 1);
  EXPECT_EQ(figures.at("records.licence"), 1);
  EXPECT_EQ(figures.at("rpc.GetEnterprise.ok"), 2);
  EXPECT_EQ(figures.at("rpc.PutEnterprise.ok"), 1);
  EXPECT_EQ(figures.at("writer.ok"), 1);
  EXPECT_GT(figures.at("memory.resident"), 1 << 20);
  EXPECT_GT(figures.at("memory.peak"), 1 << 20);
  EXPECT_EQ(stats_.version(), "0.1.0");
  EXPECT_GT(stats_.started_at().seconds(), 0);
  EXPECT_EQ(stats_.position().token().size(), 16U);
}

TEST_F(AdminServiceTest, StatsTellFailedCallsByCode) {
  grpc::ClientContext context;
  v1::GetRecordResponse response;
  EXPECT_FALSE(server_.read()
                   .GetRecord(&context, v1::GetRecordRequest(), &response)
                   .ok());
  EXPECT_EQ(Figures().at("rpc.GetRecord.invalid_argument"), 1);
}

TEST_F(AdminServiceTest, VerifyEndsWithItsResult) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  server_.Submit(SampleLicence(kCodeA, "甲公司", "许1号"));
  for (int run = 0; run < 2; ++run) {  // at once after another
    grpc::ClientContext context;
    v1::VerifyRequest request;
    request.set_open_sealed(true);
    const auto stream = server_.admin().Verify(&context, request);
    v1::VerifyResponse response;
    v1::VerifyResponse last;
    while (stream->Read(&response)) last = response;
    ASSERT_EQ(CodeAndReason(stream->Finish()), "OK");
    EXPECT_TRUE(last.done());
    EXPECT_EQ(last.faults(), 0) << last.Utf8DebugString();
    EXPECT_GT(last.rows_checked(), 0);
    EXPECT_EQ(last.position().token().size(), 16U);
  }
}

TEST_F(AdminServiceTest, OneVerificationAtATime) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  absl::Notification running;
  absl::Notification release;
  std::thread first([&] {
    const auto report =
        server_.registry().Verify({}, [&](const VerifyProgress&) {
          if (!running.HasBeenNotified()) running.Notify();
          release.WaitForNotification();
          return true;
        });
    EXPECT_TRUE(report.ok()) << report.status();
    if (!running.HasBeenNotified()) running.Notify();
  });
  running.WaitForNotification();
  grpc::ClientContext context;
  const auto stream = server_.admin().Verify(&context, v1::VerifyRequest());
  v1::VerifyResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(CodeAndReason(stream->Finish()),
            "FAILED_PRECONDITION VERIFY_RUNNING");
  release.Notify();
  first.join();
}

TEST_F(AdminServiceTest, HealthAnswersForEveryService) {
  EXPECT_EQ(Health(server_, ""), kServing);
  for (const std::string& service : AllServices()) {
    EXPECT_EQ(Health(server_, service), kServing) << service;
  }
  // NOT_FOUND for what is not there.
  EXPECT_EQ(Health(server_, "creditreg.v1.NoService"), "");
  server_.server().SetServing(false);
  EXPECT_EQ(Health(server_, ""), kNotServing);
  EXPECT_EQ(Health(server_, AllServices()[0]), kNotServing);
  server_.server().SetServing(true);
  EXPECT_EQ(Health(server_, AllServices()[0]), kServing);
}

TEST_F(AdminServiceTest, AHealthWatcherIsToldOfTheDrain) {
  RawStream watch(server_.channel(), "/grpc.health.v1.Health/Watch",
                  TextField(1, AllServices()[0]));
  ASSERT_EQ(watch.Read(), kServing);
  // A call under way keeps the server for as long as it needs; the watcher does
  // not keep it.
  CallGate::Guest guest;
  ASSERT_TRUE(server_.gate().Enter(&guest).ok());
  bool all_ended = false;
  std::thread stopper(
      [&] { all_ended = server_.server().Stop(absl::Minutes(1)); });
  EXPECT_EQ(watch.Read(), kNotServing);
  server_.gate().Leave(&guest);
  stopper.join();
  EXPECT_TRUE(all_ended);
  // The stream ends; until then gRPC may say the same again.
  for (std::string more = watch.Read(); !more.empty(); more = watch.Read()) {
    EXPECT_EQ(more, kNotServing);
  }
}

TEST_F(AdminServiceTest, ADrainCancelsWhatDoesNotEnd) {
  grpc::ClientContext context;
  const auto stream = server_.read().BatchGetEnterprises(&context);
  v1::BatchGetEnterprisesRequest request;
  request.add_items()->set_identifier(kCodeA);
  ASSERT_TRUE(stream->Write(request));
  v1::BatchGetEnterprisesResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_FALSE(server_.server().Stop(absl::ZeroDuration()));
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_FALSE(stream->Finish().ok());
}

TEST_F(AdminServiceTest, CallsWhileDrainingAreSentElsewhere) {
  server_.gate().Close();
  grpc::ClientContext context;
  v1::GetEnterpriseRequest request;
  request.mutable_item()->set_identifier(kCodeA);
  v1::GetEnterpriseResponse response;
  EXPECT_EQ(
      CodeAndReason(server_.read().GetEnterprise(&context, request, &response)),
      "UNAVAILABLE SHUTTING_DOWN");
}

TEST_F(AdminServiceTest, ReflectionListsTheServices) {
  // ServerReflectionRequest.list_services is field 7.
  RawStream reflection(
      server_.channel(),
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
      TextField(7, "*"));
  const std::string answer = reflection.Read();
  for (const std::string& service : AllServices()) {
    EXPECT_THAT(answer, HasSubstr(service));
  }
}

TEST_F(AdminServiceTest, ASecondServerCannotTakeThePort) {
  CallGate gate(1);
  GrpcServerOptions options;
  options.listen = server_.server().address();
  options.gate = &gate;
  EXPECT_EQ(GrpcServer::Start(options).status().code(),
            absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace creditreg
