// The import uploader and the batch look-up against a registry that breaks.

#include "client/import_upload.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/batch_lookup.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/fake_registry.h"
#include "tests/client/temp_folder.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::testing::HasSubstr;

class ImportUploadTest : public ::testing::Test {
 protected:
  ImportUploadTest() {
    ClientOptions options;
    options.target = fake_.target();
    options.timeout = absl::Seconds(20);
    options.retry.first_wait = absl::Milliseconds(20);
    client_.emplace(options, &cancellation_);
  }

  // `rows` rows after the header; every 7th is bad.
  ImportUpload Upload(int rows) {
    std::string bytes = "XK_XDR_MC\r\n";
    for (int i = 1; i <= rows; ++i) {
      absl::StrAppend(&bytes, "某公司", i, i % 7 == 0 ? "坏" : "", "\r\n");
    }
    ImportUpload upload;
    upload.path = folder_.Write("in.csv", bytes);
    upload.digest = *DigestFile(upload.path);
    upload.start.set_format(v1::IMPORT_FORMAT_LICENCE_CSV);
    upload.start.set_request_id(DefaultRequestId(upload.digest, upload.start));
    upload.report_path = folder_.File("report.csv");
    upload.retry.max_attempts = 6;
    upload.retry.first_wait = absl::Milliseconds(20);
    upload.retry.longest_wait = absl::Milliseconds(500);
    return upload;
  }

  static std::string WantReport(int rows) {
    std::string report = "\xEF\xBB\xBFXK_XDR_MC,行号,结果\r\n";
    for (int i = 7; i <= rows; i += 7) {
      // The fake takes the row with its carriage return.
      absl::StrAppend(&report, "某公司", i, "坏\r,", i, ",拒绝\r\n");
    }
    return report;
  }

  FakeRegistry fake_;
  Cancellation cancellation_;
  TempFolder folder_;
  std::optional<RegistryClient> client_;
};

TEST_F(ImportUploadTest, BringsReceiptAndReport) {
  const ImportUpload upload = Upload(100);
  std::vector<std::int64_t> rows;
  ImportObserver observer;
  observer.on_row = [&](const v1::RowVerdict& row) {
    rows.push_back(row.row());
  };
  CREDITREG_ASSERT_OK_AND_ASSIGN(const v1::ImportReceipt receipt,
                                 UploadImport(*client_, upload, observer));
  EXPECT_EQ(receipt.counts().rejected(), 14);
  EXPECT_EQ(folder_.Read("report.csv"), WantReport(100));
  EXPECT_EQ(rows.size(), 14u);
  EXPECT_EQ(folder_.Count(), 2) << "temporary files are gone";
}

TEST_F(ImportUploadTest, GoesOnAfterBreaksAndReportsEachRowOnce) {
  for (const auto code :
       {grpc::StatusCode::UNAVAILABLE, grpc::StatusCode::UNKNOWN,
        grpc::StatusCode::CANCELLED}) {
    ImportUpload upload = Upload(100);
    upload.start.set_request_id(absl::StrCat("breaks-", code));
    fake_.plan.import_break_after = 15;
    fake_.plan.import_breaks = 5;
    fake_.plan.import_break_code = code;
    fake_.plan.import_running_once = true;
    CREDITREG_ASSERT_OK_AND_ASSIGN(const v1::ImportReceipt receipt,
                                   UploadImport(*client_, upload, {}));
    EXPECT_EQ(receipt.counts().rows(), 100);
    EXPECT_EQ(folder_.Read("report.csv"), WantReport(100)) << code;
  }
}

TEST_F(ImportUploadTest, AnEarlierRunThatSeemsToGoOnIsWaitedFor) {
  ImportUpload upload = Upload(100);
  fake_.plan.import_break_after = 15;
  fake_.plan.import_breaks = 1;
  upload.retry.max_attempts = 1;
  EXPECT_THAT(UploadImport(*client_, upload, {}),
              StatusIs(absl::StatusCode::kUnavailable));
  fake_.plan.import_running_once = true;
  upload.retry.max_attempts = 2;
  CREDITREG_ASSERT_OK_AND_ASSIGN(const v1::ImportReceipt receipt,
                                 UploadImport(*client_, upload, {}));
  EXPECT_EQ(receipt.counts().rows(), 100);
  EXPECT_EQ(fake_.import_streams(), 3);
}

TEST_F(ImportUploadTest, AttemptsWithoutProgressAreCapped) {
  ImportUpload upload = Upload(10);
  upload.start.set_source_id("error-14");
  upload.retry.max_attempts = 3;
  EXPECT_THAT(UploadImport(*client_, upload, {}),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(fake_.import_streams(), 3);
  EXPECT_EQ(folder_.Count(), 1) << "no report, no temporary file";
}

TEST_F(ImportUploadTest, ARefusalIsNotTriedAgain) {
  for (const int code : {3, 6, 9}) {
    ImportUpload upload = Upload(10);
    upload.start.set_source_id(absl::StrCat("error-", code));
    const int before = fake_.import_streams();
    EXPECT_THAT(UploadImport(*client_, upload, {}),
                StatusIs(static_cast<absl::StatusCode>(code)));
    EXPECT_EQ(fake_.import_streams(), before + 1);
  }
}

TEST_F(ImportUploadTest, SurvivesAServerThatStopsAndStartsAgain) {
  const ImportUpload upload = Upload(5000);
  fake_.plan.import_hang_after = 1234;
  std::thread operations([this] {
    fake_.AwaitHang();
    fake_.Stop();
    fake_.Start();
  });
  const absl::StatusOr<v1::ImportReceipt> receipt =
      UploadImport(*client_, upload, {});
  operations.join();
  ASSERT_THAT(receipt, IsOk());
  EXPECT_EQ(receipt->counts().rows(), 5000);
  EXPECT_EQ(folder_.Read("report.csv"), WantReport(5000));
  EXPECT_GE(fake_.import_streams(), 2);
}

TEST_F(ImportUploadTest, ALargeFileGoesInSmallChunks) {
  // The fake refuses chunks over 256 KiB.
  const ImportUpload upload = Upload(200000);
  ASSERT_GT(upload.digest.size_bytes, 8 * kImportChunkBytes);
  CREDITREG_ASSERT_OK_AND_ASSIGN(const v1::ImportReceipt receipt,
                                 UploadImport(*client_, upload, {}));
  EXPECT_EQ(receipt.counts().rows(), 200000);
  EXPECT_EQ(receipt.file_sm3(), upload.digest.sm3);
}

TEST_F(ImportUploadTest, CancellationEndsAHangingImport) {
  const ImportUpload upload = Upload(100);
  fake_.plan.import_hang_after = 50;
  std::thread user([this] {
    fake_.AwaitHang();
    cancellation_.Cancel();
  });
  EXPECT_THAT(UploadImport(*client_, upload, {}),
              StatusIs(absl::StatusCode::kCancelled));
  user.join();
}

TEST_F(ImportUploadTest, AServerThatFallsSilentIsGivenUp) {
  ClientOptions options;
  options.target = fake_.target();
  options.timeout = absl::Milliseconds(300);
  RegistryClient impatient(options, &cancellation_);
  ImportUpload upload = Upload(100);
  upload.retry.max_attempts = 1;
  fake_.plan.import_hang_after = 50;
  EXPECT_THAT(UploadImport(impatient, upload, {}),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("300ms")));
}

TEST_F(ImportUploadTest, AFileThatChangedIsALocalError) {
  ImportUpload upload = Upload(100);
  folder_.Write("in.csv", "XK_XDR_MC\r\nshorter\r\n");
  const auto receipt = UploadImport(*client_, upload, {});
  EXPECT_THAT(receipt, StatusIs(absl::StatusCode::kFailedPrecondition,
                                HasSubstr("changed")));
  EXPECT_TRUE(IsLocalFileError(receipt.status()));
}

TEST_F(ImportUploadTest, SameLengthOtherBytesIsDataLoss) {
  ImportUpload upload = Upload(100);
  std::string bytes = folder_.Read("in.csv");
  bytes.replace(12, 3, "另");
  folder_.Write("in.csv", bytes);
  EXPECT_THAT(UploadImport(*client_, upload, {}),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("file_sm3")));
}

TEST_F(ImportUploadTest, AReportFolderThatIsAbsentIsToldBeforeTheUpload) {
  ImportUpload upload = Upload(10);
  upload.report_path = folder_.File("absent/report.csv");
  const auto receipt = UploadImport(*client_, upload, {});
  EXPECT_TRUE(IsLocalFileError(receipt.status())) << receipt.status();
  EXPECT_EQ(fake_.import_streams(), 0);
}

TEST_F(ImportUploadTest, TheImportedFileIsNeverItsReport) {
  ImportUpload upload = Upload(10);
  const std::string bytes = folder_.Read("in.csv");
  std::filesystem::create_hard_link(upload.path, folder_.File("hard"));
  std::filesystem::create_symlink("in.csv", folder_.File("soft"));
  for (const char* name : {"in.csv", "./in.csv", "hard", "soft"}) {
    upload.report_path = folder_.File(name);
    const auto receipt = UploadImport(*client_, upload, {});
    EXPECT_THAT(receipt, StatusIs(absl::StatusCode::kFailedPrecondition,
                                  HasSubstr("the file to import")))
        << name;
    EXPECT_TRUE(IsLocalFileError(receipt.status())) << name;
    EXPECT_EQ(folder_.Read("in.csv"), bytes) << name;
  }
  EXPECT_EQ(fake_.import_streams(), 0);
}

TEST_F(ImportUploadTest, TheRequestIdFollowsTheFileAndWhatIsDoneWithIt) {
  const ImportUpload upload = Upload(10);
  const std::string id = upload.start.request_id();
  EXPECT_EQ(id.size(), 53u);
  EXPECT_EQ(DefaultRequestId(upload.digest, upload.start), id);
  v1::ImportRequest::Start other = upload.start;
  other.set_source_id("gz");
  EXPECT_NE(DefaultRequestId(upload.digest, other), id);
  other = upload.start;
  other.set_validate_only(true);
  EXPECT_NE(DefaultRequestId(upload.digest, other), id);
  EXPECT_NE(DefaultRequestId(Upload(11).digest, upload.start), id);
}

class BatchLookupTest : public ImportUploadTest {
 protected:
  // Looks up items 0 .. n-1 and returns the identifiers answered.
  absl::StatusOr<BatchOutcome> Run(int n) {
    int next = 0;
    return BatchLookUp(
        *client_, LookupView::kGovernment, LookupForm::kWhole,
        [&]() -> absl::StatusOr<std::optional<v1::LookupItem>> {
          if (next == n) return std::nullopt;
          v1::LookupItem item;
          item.set_identifier(absl::StrCat("id", next++));
          return item;
        },
        [&](const v1::LookupResult& result) {
          EXPECT_EQ(result.index(),
                    static_cast<std::int64_t>(answered_.size()));
          answered_.push_back(result.identifier());
          return absl::OkStatus();
        });
  }

  void ExpectInOrder(int n) {
    ASSERT_EQ(answered_.size(), static_cast<std::size_t>(n));
    for (int i = 0; i < n; ++i) {
      ASSERT_EQ(answered_[static_cast<std::size_t>(i)], absl::StrCat("id", i));
    }
  }

  std::vector<std::string> answered_;
};

TEST_F(BatchLookupTest, KeepsTheOrder) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const BatchOutcome outcome, Run(2500));
  EXPECT_EQ(outcome.items, 2500);
  EXPECT_EQ(outcome.streams, 1);
  ExpectInOrder(2500);
}

TEST_F(BatchLookupTest, GoesOnAfterABreak) {
  fake_.plan.batch_break_after = 1357;
  CREDITREG_ASSERT_OK_AND_ASSIGN(const BatchOutcome outcome, Run(2500));
  EXPECT_EQ(outcome.resumed, 1);
  ExpectInOrder(2500);
}

TEST_F(BatchLookupTest, LongListsTakeSeveralStreams) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const BatchOutcome outcome,
                                 Run(kMaxItemsPerStream + 1));
  EXPECT_EQ(outcome.streams, 2);
  ExpectInOrder(kMaxItemsPerStream + 1);
}

TEST_F(BatchLookupTest, NothingToLookUpOpensNoStream) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const BatchOutcome outcome, Run(0));
  EXPECT_EQ(outcome.streams, 0);
  EXPECT_EQ(fake_.batch_streams(), 0);
}

using RegistryClientTest = ImportUploadTest;

TEST_F(RegistryClientTest, ReadsAreTriedAgain) {
  fake_.plan.unary_failures = 2;
  v1::GetEnterpriseRequest request;
  request.mutable_item()->set_identifier("x");
  EXPECT_THAT(client_->GetEnterprise(request), IsOk());
  EXPECT_EQ(fake_.unary_calls(), 3);
}

TEST_F(RegistryClientTest, WritesAreTriedAgainOnlyWithARequestId) {
  v1::PutEnterpriseRequest request;
  fake_.plan.unary_failures = 1;
  EXPECT_THAT(client_->PutEnterprise(request),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(fake_.unary_calls(), 1);
  request.set_request_id("r1");
  fake_.plan.unary_failures = 1;
  EXPECT_THAT(client_->PutEnterprise(request), IsOk());
  EXPECT_EQ(fake_.unary_calls(), 3);
}

TEST_F(RegistryClientTest, HealthIsTold) {
  EXPECT_THAT(client_->CheckHealth(""), IsOkAndHolds(ServingStatus::kServing));
  EXPECT_THAT(client_->CheckHealth("no.such.Service"),
              IsOkAndHolds(ServingStatus::kServiceUnknown));
  fake_.StopServing();
  EXPECT_THAT(client_->CheckHealth(""),
              IsOkAndHolds(ServingStatus::kNotServing));
}

}  // namespace
}  // namespace creditreg
