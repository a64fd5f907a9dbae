// What callers are told when the disk fails, over real gRPC, and that their
// retries are answered right once it works again.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/server/service/test_server.h"
#include "tests/testing/fault_env.h"

namespace creditreg {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Operation = FaultEnv::Operation;
using Reason = FaultEnv::Reason;

class FaultServiceTest : public ::testing::Test {
 protected:
  static TestServerOptions OnDisk(FaultEnv& disk) {
    TestServerOptions options;
    options.disk = disk.env();
    return options;
  }

  v1::PutEnterpriseRequest PutRequest(const std::string& uscc) {
    v1::PutEnterpriseRequest request;
    request.set_request_id(server_.NewRequestId());
    *request.mutable_enterprise() = SampleEnterprise(uscc, "甲公司");
    return request;
  }

  grpc::Status Put(const v1::PutEnterpriseRequest& request,
                   v1::PutEnterpriseResponse* response) {
    grpc::ClientContext context;
    return server_.write().PutEnterprise(&context, request, response);
  }
  grpc::Status Put(const v1::PutEnterpriseRequest& request) {
    v1::PutEnterpriseResponse response;
    return Put(request, &response);
  }

  // As a caller who keeps to RetryInfo, but in less time.
  grpc::Status PutUntilTaken(const v1::PutEnterpriseRequest& request) {
    const absl::Time give_up = absl::Now() + absl::Seconds(30);
    while (true) {
      grpc::Status status = Put(request);
      const bool is_refused =
          status.error_code() == grpc::StatusCode::UNAVAILABLE ||
          status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED;
      if (!is_refused || absl::Now() > give_up) return status;
    }
  }

  grpc::Status Get(const std::string& identifier) {
    v1::GetEnterpriseRequest request;
    request.mutable_item()->set_identifier(identifier);
    v1::GetEnterpriseResponse response;
    grpc::ClientContext context;
    return server_.read().GetEnterprise(&context, request, &response);
  }

  grpc::Status GetPublic(const std::string& identifier) {
    v1::GetPublicEnterpriseRequest request;
    request.mutable_item()->set_identifier(identifier);
    v1::GetPublicEnterpriseResponse response;
    grpc::ClientContext context;
    return server_.lookup().GetPublicEnterprise(&context, request, &response);
  }

  grpc::Status Import(const std::string& request_id, int rows,
                      v1::ImportReceipt* receipt) {
    std::string file =
        "XK_XDR_MC,XK_XDR_SHXYM,XK_WSH,XK_NR,XK_JDRQ,XK_XKJG\r\n";
    for (int i = 1; i <= rows; ++i) {
      absl::StrAppend(&file, "甲公司,", kCodeA, ",许", i,
                      "号,食品销售,2026-01-05,深圳市市场监督管理局\r\n");
    }
    grpc::ClientContext context;
    const auto stream = server_.intake().Import(&context);
    v1::ImportRequest start;
    start.mutable_start()->set_request_id(request_id);
    start.mutable_start()->set_format(v1::IMPORT_FORMAT_LICENCE_CSV);
    v1::ImportRequest chunk;
    chunk.set_chunk(file);
    v1::ImportRequest end;
    end.mutable_end()->set_total_bytes(static_cast<std::int64_t>(file.size()));
    std::thread writer([&] {
      for (const auto* message : {&start, &chunk, &end}) {
        if (!stream->Write(*message)) return;
      }
      stream->WritesDone();
    });
    v1::ImportResponse response;
    while (stream->Read(&response)) {
      if (response.has_receipt()) *receipt = response.receipt();
    }
    writer.join();
    return stream->Finish();
  }

  FaultEnv disk_;
  TestServer server_{CREDITREG_SOURCE_DIR "/conf/intake", OnDisk(disk_)};
};

TEST_F(FaultServiceTest, AFailedSyncIsUnknownAndTheRetrySettlesIt) {
  const v1::PutEnterpriseRequest request = PutRequest(kCodeA);
  disk_.FailNext(Operation::kSync, Reason::kIoError, ".log");
  const grpc::Status unknown = Put(request);
  EXPECT_EQ(CodeAndReason(unknown), "UNKNOWN UNKNOWN");
  EXPECT_THAT(unknown.error_message(), HasSubstr("same request id"));
  v1::PutEnterpriseResponse first;
  ASSERT_EQ(CodeAndReason(Put(request, &first)), "OK");
  EXPECT_EQ(first.outcome(), v1::OUTCOME_CREATED);
  v1::PutEnterpriseResponse again;
  ASSERT_EQ(CodeAndReason(Put(request, &again)), "OK");
  EXPECT_EQ(again.enterprise().etag(), first.enterprise().etag());
  EXPECT_EQ(server_.registry().CurrentView()->sequence(), kTableChanges + 1);
  EXPECT_EQ(server_.Get(kCodeA).verdict(), v1::LOOKUP_VERDICT_FOUND);
}

TEST_F(FaultServiceTest, AFullDiskSaysSoAndIsReadFrom) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  const v1::PutEnterpriseRequest request = PutRequest(kCodeB);
  disk_.FailAll(Operation::kHalfAppend, Reason::kNoSpace, "");
  // Not DISK_FULL, whose text says that nothing is stored.
  EXPECT_EQ(CodeAndReason(Put(request)), "UNKNOWN UNKNOWN");
  for (int i = 0; i < 3; ++i) {
    const grpc::Status refused = Put(request);
    EXPECT_EQ(CodeAndReason(refused), "RESOURCE_EXHAUSTED DISK_FULL");
    EXPECT_THAT(refused.error_message(), Not(HasSubstr("/")));
    v1::ImportReceipt receipt;
    EXPECT_EQ(CodeAndReason(Import("file", 10, &receipt)),
              "RESOURCE_EXHAUSTED DISK_FULL");
    EXPECT_EQ(server_.Get(kCodeA).verdict(), v1::LOOKUP_VERDICT_FOUND);
    EXPECT_EQ(server_.GetPublic(kCodeA).verdict(), v1::LOOKUP_VERDICT_FOUND);
  }
  EXPECT_TRUE(server_.registry().Healthy());
  disk_.Heal();
  EXPECT_EQ(CodeAndReason(PutUntilTaken(request)), "OK");
  EXPECT_EQ(server_.registry().CurrentView()->sequence(), kTableChanges + 2);
}

TEST_F(FaultServiceTest, WhileItCannotBeReopenedCallersAreToldToRetry) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  const v1::PutEnterpriseRequest request = PutRequest(kCodeB);
  disk_.FailNext(Operation::kSync, Reason::kIoError, ".log");
  disk_.FailAll(Operation::kAppend, Reason::kIoError, ".sst");
  EXPECT_EQ(CodeAndReason(Put(request)), "UNKNOWN UNKNOWN");
  const grpc::Status refused = Put(request);
  for (const grpc::Status& status :
       {refused, Get(kCodeA), Get(kCodeC), GetPublic(kCodeA)}) {
    EXPECT_EQ(CodeAndReason(status), "UNAVAILABLE STORE_REOPENING");
    EXPECT_TRUE(HasRetryInfo(status));
    EXPECT_THAT(status.error_message(), Not(HasSubstr("/")));
  }
  EXPECT_FALSE(server_.registry().Healthy());
  disk_.Heal();
  EXPECT_EQ(CodeAndReason(PutUntilTaken(request)), "OK");
  EXPECT_TRUE(server_.registry().Healthy());
  EXPECT_EQ(server_.Get(kCodeA).verdict(), v1::LOOKUP_VERDICT_FOUND);
  EXPECT_EQ(server_.Get(kCodeB).verdict(), v1::LOOKUP_VERDICT_FOUND);
  EXPECT_EQ(server_.Get(kCodeC).verdict(), v1::LOOKUP_VERDICT_NOT_FOUND);
}

TEST_F(FaultServiceTest, AFileThatMetAFailureIsSentAgain) {
  constexpr int kRows = 3000;
  int broken_off = 0;
  v1::ImportReceipt receipt;
  for (int run = 0; run < 20 && !receipt.has_counts(); ++run) {
    if (run < 4) {
      disk_.FailNext(run % 2 == 0 ? Operation::kSync : Operation::kHalfAppend,
                     Reason::kIoError, ".log");
    }
    const grpc::Status status = Import("file", kRows, &receipt);
    if (status.ok()) break;
    ++broken_off;
    // The run before may not have let go yet.
    EXPECT_THAT(CodeAndReason(status),
                AnyOf("UNKNOWN UNKNOWN", "ABORTED IMPORT_BROKEN_OFF",
                      "FAILED_PRECONDITION IMPORT_RUNNING"));
  }
  EXPECT_GE(broken_off, 1);
  EXPECT_EQ(receipt.counts().rows(), kRows);
  EXPECT_EQ(receipt.counts().pending(), kRows);
  EXPECT_EQ(server_.registry().CurrentView()->sequence(),
            kTableChanges + kRows);
}

TEST_F(FaultServiceTest, DamagedDataIsDataLossAndTheServerGoesOn) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  std::vector<std::string> ids;
  for (int i = 0; i < 200; ++i) {
    ids.push_back(server_.Submit(
        SampleLicence(kCodeA, "甲公司", absl::StrCat("许", i, "号"))));
  }
  // A start moves the log into a table.
  server_.Restart();
  std::string table;
  for (const auto& entry :
       std::filesystem::directory_iterator(server_.data_directory())) {
    if (!absl::EndsWith(entry.path().string(), ".sst")) continue;
    if (table.empty() || std::filesystem::file_size(table) <
                             std::filesystem::file_size(entry.path())) {
      table = entry.path();
    }
  }
  ASSERT_NE(table, "");
  server_.Restart();
  std::ostringstream good;
  good << std::ifstream(table, std::ios::binary).rdbuf();
  // Rows come first, then filters and indexes.
  std::string bad = good.str();
  for (std::size_t at = 0; at < bad.size() / 2; at += 64) {
    bad[at] = static_cast<char>(bad[at] ^ 1);
  }
  std::ofstream(table, std::ios::binary | std::ios::in) << bad;
  int damaged = 0;
  for (const std::string& id : ids) {
    v1::GetRecordRequest request;
    request.set_record_id(id);
    v1::GetRecordResponse response;
    grpc::ClientContext context;
    const grpc::Status status =
        server_.read().GetRecord(&context, request, &response);
    if (status.ok()) continue;
    ++damaged;
    ASSERT_EQ(CodeAndReason(status), "DATA_LOSS DATA_LOSS");
    EXPECT_THAT(status.error_message(), Not(HasSubstr(".sst")));
    EXPECT_FALSE(HasRetryInfo(status));
  }
  EXPECT_GT(damaged, 100);
  // The operator reads which file it is.
  EXPECT_TRUE(absl::StrContains(
      server_.log(), std::filesystem::path(table).filename().string()));
  EXPECT_TRUE(server_.registry().Healthy());
  std::ofstream(table, std::ios::binary | std::ios::in) << good.str();
  for (const std::string& id : ids) {
    v1::GetRecordRequest request;
    request.set_record_id(id);
    v1::GetRecordResponse response;
    grpc::ClientContext context;
    ASSERT_EQ(
        CodeAndReason(server_.read().GetRecord(&context, request, &response)),
        "OK");
  }
}

}  // namespace
}  // namespace creditreg
