// Streams that stay open: what ends them, and what their callers are told.
// Limits are short here and deadlines real, as gRPC's alarms know no other
// clock; nothing is expected to be done within one.

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/server/service/test_server.h"

namespace creditreg {
namespace {

using ::testing::HasSubstr;

constexpr char kTables[] = CREDITREG_SOURCE_DIR "/conf/intake";
constexpr char kTooLate[] = "DEADLINE_EXCEEDED DEADLINE_EXCEEDED";
constexpr absl::Duration kShort = absl::Milliseconds(100);

v1::ImportRequest Start(const std::string& request_id) {
  v1::ImportRequest request;
  request.mutable_start()->set_request_id(request_id);
  request.mutable_start()->set_format(v1::IMPORT_FORMAT_LICENCE_CSV);
  request.mutable_start()->set_encoding(v1::TEXT_ENCODING_UTF8);
  return request;
}

v1::ImportRequest Chunk(const std::string& bytes) {
  v1::ImportRequest request;
  request.set_chunk(bytes);
  return request;
}

// Rows without a name, so that every one has a verdict.
std::string File(int rows) {
  std::string file = "XK_XDR_MC,XK_XDR_SHXYM,XK_WSH,XK_NR,XK_JDRQ,XK_XKJG\r\n";
  for (int i = 1; i <= rows; ++i) {
    absl::StrAppend(&file, ",", kCodeA, ",许", i,
                    "号,食品销售,2026-01-05,深圳市市场监督管理局\r\n");
  }
  return file;
}

std::string ImportToTheEnd(TestServer& server, const std::string& request_id,
                           const std::string& file) {
  grpc::ClientContext context;
  const auto stream = server.intake().Import(&context);
  v1::ImportRequest end;
  end.mutable_end()->set_total_bytes(static_cast<std::int64_t>(file.size()));
  stream->Write(Start(request_id));
  stream->Write(Chunk(file));
  stream->Write(end);
  stream->WritesDone();
  v1::ImportResponse response;
  while (stream->Read(&response)) {
  }
  return CodeAndReason(stream->Finish());
}

// A caller that reads nothing is not told either, so the log has to.
void AwaitInLog(TestServer& server, const std::string& text) {
  for (int i = 0; i < 30000; ++i) {
    if (server.log().find(text) != std::string::npos) return;
    absl::SleepFor(absl::Milliseconds(1));
  }
  FAIL() << text << " is not in the log";
}

// Waits until no call is under way.
void AwaitNoCalls(TestServer& server) {
  ASSERT_TRUE(server.gate().AwaitEmpty(absl::Seconds(30)));
}

TEST(StreamLimitsTest, ABatchThatStaysOpenIsTooLate) {
  TestServerOptions options;
  options.default_deadline = kShort;
  TestServer server(kTables, options);
  grpc::ClientContext context;
  const auto stream = server.read().BatchGetEnterprises(&context);
  v1::BatchGetEnterprisesRequest request;
  request.add_items()->set_identifier(kCodeA);
  ASSERT_TRUE(stream->Write(request));
  v1::BatchGetEnterprisesResponse response;
  // May be there or not: the machine may be slow.
  while (stream->Read(&response)) {
  }
  EXPECT_EQ(CodeAndReason(stream->Finish()), kTooLate);
  EXPECT_THAT(server.log(), HasSubstr("\"code\":\"DEADLINE_EXCEEDED\""));
}

TEST(StreamLimitsTest, ABatchThatAsksForMoreThanAnyMayHaveIsTooLate) {
  TestServerOptions options;
  options.max_deadline = kShort;
  TestServer server(kTables, options);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Hours(1)));
  const auto stream = server.lookup().BatchGetPublicEnterprises(&context);
  v1::BatchGetPublicEnterprisesResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(CodeAndReason(stream->Finish()), kTooLate);
}

TEST(StreamLimitsTest, ABatchThatIsTooLateBeforeItBeginsIsTold) {
  TestServerOptions options;
  options.default_deadline = -absl::Hours(1);
  TestServer server(kTables, options);
  for (int i = 0; i < 20; ++i) {
    grpc::ClientContext context;
    const auto stream = server.read().BatchGetEnterprises(&context);
    v1::BatchGetEnterprisesResponse response;
    EXPECT_FALSE(stream->Read(&response));
    EXPECT_EQ(CodeAndReason(stream->Finish()), kTooLate);
  }
}

TEST(StreamLimitsTest, ABatchWhoseCallerReadsNothingIsCancelled) {
  TestServerOptions options;
  options.default_deadline = kShort;
  options.deadline_grace = kShort;
  TestServer server(kTables, options);
  server.Put(SampleEnterprise(kCodeA, "甲公司"));
  grpc::ClientContext context;
  const auto stream = server.read().BatchGetEnterprises(&context);
  v1::BatchGetEnterprisesRequest request;
  for (int i = 0; i < 1000; ++i) request.add_items()->set_identifier(kCodeA);
  stream->Write(request);
  AwaitInLog(server, "\"rpc\":\"BatchGetEnterprises\"");
  EXPECT_THAT(server.log(), HasSubstr("\"code\":\"DEADLINE_EXCEEDED\""));
  context.TryCancel();
  EXPECT_FALSE(stream->Finish().ok());
}

TEST(StreamLimitsTest, AnImportThatIsSilentAfterItsStartGivesItsPlaceAway) {
  TestServerOptions options;
  options.max_concurrent_imports = 1;
  options.import_idle_limit = kShort;
  TestServer server(kTables, options);
  grpc::ClientContext context;
  const auto stream = server.intake().Import(&context);
  ASSERT_TRUE(stream->Write(Start("i-1")));
  v1::ImportResponse response;
  EXPECT_FALSE(stream->Read(&response));
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(CodeAndReason(status), kTooLate);
  EXPECT_THAT(status.error_message(), HasSubstr("did nothing for 100ms"));
  AwaitNoCalls(server);
  EXPECT_EQ(ImportToTheEnd(server, "i-1", File(3)), "OK");
}

TEST(StreamLimitsTest, AnImportThatSendsNothingAtAllIsTooLate) {
  TestServerOptions options;
  options.import_idle_limit = kShort;
  TestServer server(kTables, options);
  grpc::ClientContext context;
  const auto stream = server.intake().Import(&context);
  v1::ImportResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(CodeAndReason(stream->Finish()), kTooLate);
}

TEST(StreamLimitsTest, AnImportThatFallsSilentKeepsItsRowsAndGoesOn) {
  TestServerOptions options;
  options.import_idle_limit = absl::Milliseconds(500);
  TestServer server(kTables, options);
  const std::string file = File(1200);
  grpc::ClientContext context;
  const auto stream = server.intake().Import(&context);
  ASSERT_TRUE(stream->Write(Start("i-1")));
  ASSERT_TRUE(stream->Write(Chunk(file)));
  std::int64_t rows_done = 0;
  v1::ImportResponse response;
  while (stream->Read(&response)) {
    if (response.has_rows()) rows_done = response.rows().rows_done();
  }
  EXPECT_EQ(CodeAndReason(stream->Finish()), kTooLate);
  EXPECT_EQ(rows_done, 1200);
  EXPECT_EQ(ImportToTheEnd(server, "i-1", file), "OK");
}

TEST(StreamLimitsTest, AnImportWhoseCallerTakesNothingIsCancelled) {
  TestServerOptions options;
  options.max_concurrent_imports = 1;
  options.import_idle_limit = kShort;
  TestServer server(kTables, options);
  grpc::ClientContext context;
  const auto stream = server.intake().Import(&context);
  ASSERT_TRUE(stream->Write(Start("i-1")));
  // Verdicts of more than gRPC sends ahead.
  ASSERT_TRUE(stream->Write(Chunk(File(5000))));
  AwaitInLog(server, "did nothing for 100ms");
  context.TryCancel();
  EXPECT_FALSE(stream->Finish().ok());
}

TEST(StreamLimitsTest, AnImportThatStaysOpenIsTooLate) {
  TestServerOptions options;
  options.max_deadline = kShort;
  TestServer server(kTables, options);
  grpc::ClientContext context;
  const auto stream = server.intake().Import(&context);
  ASSERT_TRUE(stream->Write(Start("i-1")));
  v1::ImportResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(CodeAndReason(stream->Finish()), kTooLate);
}

TEST(StreamLimitsTest, AnImportThatIsTooLateBeforeItBeginsIsTold) {
  TestServerOptions options;
  options.max_deadline = -absl::Hours(1);
  TestServer server(kTables, options);
  for (int i = 0; i < 20; ++i) {
    grpc::ClientContext context;
    const auto stream = server.intake().Import(&context);
    v1::ImportResponse response;
    EXPECT_FALSE(stream->Read(&response));
    EXPECT_EQ(CodeAndReason(stream->Finish()), kTooLate);
  }
}

TEST(StreamLimitsTest, AVerificationThatTakesTooLongIsTooLate) {
  TestServerOptions options;
  options.max_deadline = -absl::Hours(1);
  TestServer server(kTables, options);
  std::string ended = "OK";
  // One may be done before its deadline is looked at.
  for (int i = 0; i < 1000 && ended == "OK"; ++i) {
    grpc::ClientContext context;
    const auto stream = server.admin().Verify(&context, v1::VerifyRequest());
    v1::VerifyResponse response;
    while (stream->Read(&response)) {
    }
    ended = CodeAndReason(stream->Finish());
  }
  EXPECT_EQ(ended, kTooLate);
}

}  // namespace
}  // namespace creditreg
