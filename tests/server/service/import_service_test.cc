// IntakeService over real gRPC: files in, verdicts and receipts out, again
// after an interruption, and every documented error.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/codec/crypto.h"
#include "tests/server/service/test_server.h"

namespace creditreg {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kTables[] = CREDITREG_SOURCE_DIR "/conf/intake";
constexpr char kHeader[] =
    "XK_XDR_MC,XK_XDR_SHXYM,XK_WSH,XK_NR,XK_JDRQ,XK_XKJG\r\n";

// A licence as a line of a file; `name` may be left out to make it bad.
std::string Line(int number, const std::string& name = "甲公司") {
  return absl::StrCat(name, ",", kCodeA, ",许", number,
                      "号,食品销售,2026-01-05,深圳市市场监督管理局\r\n");
}

// Rows 1 to `rows`; every tenth has no name.
std::string File(int rows) {
  std::string file = kHeader;
  for (int i = 1; i <= rows; ++i) {
    file += i % 10 == 0 ? Line(i, "") : Line(i);
  }
  return file;
}

// What one call answered.
struct Imported {
  grpc::Status status;
  v1::ImportResponse::Started started;
  std::vector<v1::RowVerdict> verdicts;
  v1::RowVerdicts last_progress;
  v1::ImportReceipt receipt;
  bool has_receipt = false;
};

class ImportServiceTest : public ::testing::Test {
 protected:
  using Stream =
      grpc::ClientReaderWriter<v1::ImportRequest, v1::ImportResponse>;

  static v1::ImportRequest Start(const std::string& request_id) {
    v1::ImportRequest request;
    request.mutable_start()->set_request_id(request_id);
    request.mutable_start()->set_format(v1::IMPORT_FORMAT_LICENCE_CSV);
    return request;
  }

  static v1::ImportRequest Chunk(const std::string& bytes) {
    v1::ImportRequest request;
    request.set_chunk(bytes);
    return request;
  }

  static v1::ImportRequest End(std::size_t total_bytes) {
    v1::ImportRequest request;
    request.mutable_end()->set_total_bytes(
        static_cast<std::int64_t>(total_bytes));
    return request;
  }

  static void Take(const v1::ImportResponse& response, Imported* imported) {
    if (response.has_started()) imported->started = response.started();
    if (response.has_receipt()) {
      imported->receipt = response.receipt();
      imported->has_receipt = true;
    }
    if (!response.has_rows()) return;
    // Progress never goes back.
    EXPECT_GE(response.rows().rows_done(), imported->last_progress.rows_done());
    imported->last_progress = response.rows();
    for (const v1::RowVerdict& verdict : response.rows().rows()) {
      imported->verdicts.push_back(verdict);
    }
  }

  // Sends `messages` and reads to the end.
  Imported Send(const std::vector<v1::ImportRequest>& messages) {
    Imported imported;
    grpc::ClientContext context;
    const auto stream = server_->intake().Import(&context);
    std::thread writer([&] {
      for (const v1::ImportRequest& message : messages) {
        if (!stream->Write(message)) return;
      }
      stream->WritesDone();
    });
    v1::ImportResponse response;
    while (stream->Read(&response)) Take(response, &imported);
    writer.join();
    imported.status = stream->Finish();
    return imported;
  }

  // The whole file, cut into pieces.
  Imported Import(const std::string& request_id, const std::string& file,
                  std::size_t piece = std::size_t{1} << 20) {
    std::vector<v1::ImportRequest> messages = {Start(request_id)};
    for (std::size_t at = 0; at < file.size(); at += piece) {
      messages.push_back(Chunk(file.substr(at, piece)));
    }
    messages.push_back(End(file.size()));
    return Send(messages);
  }

  // As Import(), once an earlier run of the same id has been let go.
  Imported ImportWhenFree(const std::string& request_id,
                          const std::string& file) {
    Imported imported = Import(request_id, file);
    while (CodeAndReason(imported.status) ==
           "FAILED_PRECONDITION IMPORT_RUNNING") {
      std::this_thread::yield();
      imported = Import(request_id, file);
    }
    return imported;
  }

  // Sends the start of `file`, waits until some rows are stored, and goes away.
  void Interrupt(const std::string& request_id, const std::string& file) {
    grpc::ClientContext context;
    const auto stream = server_->intake().Import(&context);
    ASSERT_TRUE(stream->Write(Start(request_id)));
    ASSERT_TRUE(stream->Write(Chunk(file)));
    v1::ImportResponse response;
    Imported imported;
    while (imported.last_progress.rows_done() == 0 && stream->Read(&response)) {
      Take(response, &imported);
    }
    ASSERT_GT(imported.last_progress.rows_done(), 0);
    context.TryCancel();
    (void)stream->Finish();
  }

  std::int64_t Licences() {
    grpc::ClientContext context;
    v1::GetStatsResponse stats;
    EXPECT_TRUE(server_->admin()
                    .GetStats(&context, v1::GetStatsRequest(), &stats)
                    .ok());
    for (const auto& figure : stats.figures()) {
      if (figure.name() == "records.licence") return figure.value();
    }
    return -1;
  }

  std::unique_ptr<TestServer> server_ = std::make_unique<TestServer>(kTables);
};

TEST_F(ImportServiceTest, AFileBecomesRecordsAndAReceipt) {
  server_->Put(SampleEnterprise(kCodeA, "甲公司"));
  const std::string file = File(25);
  const Imported imported = Import("i-1", file, 100);
  ASSERT_EQ(CodeAndReason(imported.status), "OK");
  EXPECT_EQ(imported.started.encoding(), v1::TEXT_ENCODING_UTF8);
  EXPECT_EQ(imported.started.rows_already_stored(), 0);
  ASSERT_TRUE(imported.has_receipt);
  const v1::ImportReceipt& receipt = imported.receipt;
  EXPECT_EQ(receipt.request_id(), "i-1");
  EXPECT_EQ(receipt.format(), v1::IMPORT_FORMAT_LICENCE_CSV);
  EXPECT_EQ(receipt.source_id(), "default");
  EXPECT_EQ(receipt.counts().rows(), 25);
  EXPECT_EQ(receipt.counts().created(), 23);
  EXPECT_EQ(receipt.counts().rejected(), 2);
  EXPECT_EQ(receipt.total_bytes(), static_cast<std::int64_t>(file.size()));
  EXPECT_EQ(receipt.file_sm3(), Sm3(file));
  EXPECT_THAT(receipt.position().token(), SizeIs(16));
  EXPECT_THAT(receipt.report_header(), HasSubstr("XK_XDR_MC"));
  EXPECT_TRUE(receipt.has_finished_at());
  EXPECT_FALSE(receipt.validate_only());
  EXPECT_EQ(imported.last_progress.rows_done(), 25);
  EXPECT_EQ(imported.last_progress.bytes_done(),
            static_cast<std::int64_t>(file.size()));
  EXPECT_EQ(Licences(), 23);

  bool saw_bad = false;
  for (const v1::RowVerdict& verdict : imported.verdicts) {
    if (verdict.row() != 10) continue;
    saw_bad = true;
    EXPECT_EQ(verdict.outcome(), v1::OUTCOME_REJECTED);
    EXPECT_EQ(verdict.line(), 11);
    std::vector<std::string> errors;
    for (const v1::Finding& finding : verdict.findings()) {
      if (finding.severity() == v1::SEVERITY_ERROR) {
        errors.push_back(finding.field());
      }
    }
    EXPECT_THAT(errors, ElementsAre("XK_XDR_MC"));
    EXPECT_THAT(verdict.report_line(), HasSubstr("许10号"));
    EXPECT_THAT(verdict.report_line(), HasSubstr("拒绝"));
  }
  EXPECT_TRUE(saw_bad);
}

TEST_F(ImportServiceTest, RowsOfTheFutureAreFlagged) {
  std::string file = absl::StrCat(kHeader, Line(1), Line(2));
  const std::size_t day = file.rfind("2026-01-05");
  file.replace(day, 10, "2026-11-25");
  const Imported imported = Import("i-1", file);
  ASSERT_EQ(CodeAndReason(imported.status), "OK");
  std::set<std::int64_t> rows;
  for (const v1::RowVerdict& verdict : imported.verdicts) {
    for (const v1::Finding& finding : verdict.findings()) {
      if (finding.rule() == "DATE_FUTURE") rows.insert(verdict.row());
    }
  }
  EXPECT_THAT(rows, ElementsAre(2));
  EXPECT_EQ(Licences(), 2);
}

TEST_F(ImportServiceTest, TheReceiptCanBeReadAgain) {
  const Imported imported = Import("i-1", File(12));
  v1::GetImportRequest request;
  request.set_request_id("i-1");
  v1::GetImportResponse response;
  grpc::ClientContext context;
  ASSERT_EQ(
      CodeAndReason(server_->intake().GetImport(&context, request, &response)),
      "OK");
  v1::ImportReceipt expected = imported.receipt;
  expected.clear_report_header();
  EXPECT_EQ(response.receipt().SerializeAsString(),
            expected.SerializeAsString());
}

TEST_F(ImportServiceTest, ImportsThatAreNotThereAreNotFound) {
  v1::GetImportRequest request;
  v1::GetImportResponse response;
  grpc::ClientContext first;
  EXPECT_EQ(FirstField(server_->intake().GetImport(&first, request, &response)),
            "request_id");
  request.set_request_id("none");
  grpc::ClientContext second;
  EXPECT_EQ(
      CodeAndReason(server_->intake().GetImport(&second, request, &response)),
      "NOT_FOUND NOT_FOUND");
}

TEST_F(ImportServiceTest, AFinishedFileAnswersTheSameAgain) {
  const std::string file = File(1234);
  const Imported first = Import("i-1", file);
  ASSERT_EQ(CodeAndReason(first.status), "OK");
  const std::int64_t stored = Licences();
  const Imported again = Import("i-1", file, 5000);
  ASSERT_EQ(CodeAndReason(again.status), "OK");
  EXPECT_EQ(again.started.rows_already_stored(), 1234);
  EXPECT_EQ(again.receipt.SerializeAsString(),
            first.receipt.SerializeAsString());
  ASSERT_EQ(again.verdicts.size(), first.verdicts.size());
  for (std::size_t i = 0; i < first.verdicts.size(); ++i) {
    EXPECT_EQ(again.verdicts[i].SerializeAsString(),
              first.verdicts[i].SerializeAsString());
  }
  EXPECT_EQ(Licences(), stored);
}

TEST_F(ImportServiceTest, AnotherFileWithTheSameIdIsRefused) {
  const std::string reused = "ALREADY_EXISTS REQUEST_ID_REUSED";
  const std::string file = File(600);
  ASSERT_EQ(CodeAndReason(Import("i-1", file).status), "OK");
  EXPECT_EQ(CodeAndReason(Import("i-1", file + Line(601)).status), reused);
  EXPECT_EQ(CodeAndReason(Import("i-1", File(599)).status), reused);
  std::string changed = file;
  changed[changed.size() - 5] ^= 1;
  EXPECT_EQ(CodeAndReason(Import("i-1", changed).status), reused);
  EXPECT_EQ(CodeAndReason(Import("i-1", file).status), "OK");
  v1::ImportRequest other = Start("i-1");
  other.mutable_start()->set_source_id("gd-sample");
  EXPECT_EQ(CodeAndReason(Send({other, Chunk(file), End(file.size())}).status),
            reused);
}

TEST_F(ImportServiceTest, AnInterruptedFileGoesOn) {
  const std::string file = File(2300);
  Interrupt("i-1", file.substr(0, file.size() / 2));
  const Imported rest = ImportWhenFree("i-1", file);
  ASSERT_EQ(CodeAndReason(rest.status), "OK");
  EXPECT_GT(rest.started.rows_already_stored(), 0);
  EXPECT_EQ(rest.receipt.counts().rows(), 2300);
  EXPECT_EQ(rest.receipt.counts().rejected(), 230);
  EXPECT_EQ(rest.receipt.file_sm3(), Sm3(file));
  EXPECT_EQ(Licences(), 2070);
  // Every row is answered for, those stored before included.
  std::set<std::int64_t> rejected;
  for (const v1::RowVerdict& verdict : rest.verdicts) {
    if (verdict.outcome() == v1::OUTCOME_REJECTED) {
      rejected.insert(verdict.row());
    }
  }
  EXPECT_THAT(rejected, SizeIs(230));
}

TEST_F(ImportServiceTest, AnInterruptedFileGoesOnAfterARestart) {
  const std::string file = File(1600);
  Interrupt("i-1", file.substr(0, file.size() / 2));
  server_->Restart();
  const Imported rest = Import("i-1", file);
  ASSERT_EQ(CodeAndReason(rest.status), "OK");
  EXPECT_GT(rest.started.rows_already_stored(), 0);
  EXPECT_EQ(rest.receipt.counts().rows(), 1600);
}

TEST_F(ImportServiceTest, AFileWithoutItsEndHasOnlyWhatWasAnsweredFor) {
  const std::string file = File(100);
  const std::string start = file.substr(0, file.size() / 2);
  ASSERT_LT(start.size(), std::size_t{64} << 10) << "too long";
  const Imported cut = Send({Start("i-1"), Chunk(start)});
  EXPECT_EQ(cut.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(cut.status.error_message(),
              HasSubstr("rows answered for are stored"));
  EXPECT_EQ(cut.last_progress.rows_done(), 0);
  // The encoding was not known yet.
  EXPECT_EQ(Licences(), 0);
  const Imported whole = ImportWhenFree("i-1", file);
  ASSERT_EQ(CodeAndReason(whole.status), "OK");
  EXPECT_EQ(whole.receipt.counts().rows(), 100);
}

TEST_F(ImportServiceTest, AnInterruptedFileMustBeTheSame) {
  const std::string file = File(2300);
  Interrupt("i-1", file.substr(0, file.size() / 2));
  std::string other = file;
  const std::size_t place = other.find("食品销售");
  other.replace(place, std::string("食品销售").size(), "食品制售");
  EXPECT_EQ(CodeAndReason(ImportWhenFree("i-1", other).status),
            "ALREADY_EXISTS REQUEST_ID_REUSED");
  // Shorter than what is stored.
  EXPECT_EQ(CodeAndReason(ImportWhenFree("i-1", File(3)).status),
            "ALREADY_EXISTS REQUEST_ID_REUSED");
  EXPECT_EQ(CodeAndReason(ImportWhenFree("i-1", file).status), "OK");
}

TEST_F(ImportServiceTest, OneRunOfAnImportAtATime) {
  grpc::ClientContext context;
  const auto stream = server_->intake().Import(&context);
  v1::ImportRequest start = Start("i-1");
  // Otherwise the server waits for more before it tells the encoding.
  start.mutable_start()->set_encoding(v1::TEXT_ENCODING_UTF8);
  ASSERT_TRUE(stream->Write(start));
  ASSERT_TRUE(stream->Write(Chunk(File(40))));
  v1::ImportResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(CodeAndReason(Import("i-1", File(40)).status),
            "FAILED_PRECONDITION IMPORT_RUNNING");
  // Another id may run beside it.
  EXPECT_EQ(CodeAndReason(Import("i-2", File(40)).status), "OK");
  ASSERT_TRUE(stream->Write(End(File(40).size())));
  stream->WritesDone();
  while (stream->Read(&response)) {
  }
  EXPECT_EQ(CodeAndReason(stream->Finish()), "OK");
}

TEST_F(ImportServiceTest, CheckingStoresNothing) {
  v1::ImportRequest start = Start("i-1");
  start.mutable_start()->set_validate_only(true);
  const Imported imported =
      Send({start, Chunk(File(25)), End(File(25).size())});
  ASSERT_EQ(CodeAndReason(imported.status), "OK");
  EXPECT_TRUE(imported.receipt.validate_only());
  EXPECT_FALSE(imported.receipt.has_position());
  EXPECT_EQ(imported.receipt.counts().rejected(), 2);
  EXPECT_EQ(imported.receipt.counts().rows(), 25);
  EXPECT_THAT(imported.verdicts, Not(IsEmpty()));
  EXPECT_EQ(Licences(), 0);
  // The id is still free.
  EXPECT_EQ(CodeAndReason(Import("i-1", File(3)).status), "OK");
}

TEST_F(ImportServiceTest, OnlyWhatIsAskedForIsListed) {
  v1::ImportRequest start = Start("i-1");
  start.mutable_start()->set_least_severity(v1::SEVERITY_ERROR);
  const Imported imported =
      Send({start, Chunk(File(25)), End(File(25).size())});
  ASSERT_EQ(CodeAndReason(imported.status), "OK");
  ASSERT_THAT(imported.verdicts, SizeIs(2));
  for (const v1::RowVerdict& verdict : imported.verdicts) {
    for (const v1::Finding& finding : verdict.findings()) {
      EXPECT_EQ(finding.severity(), v1::SEVERITY_ERROR);
    }
  }
}

struct BadMessages {
  std::vector<v1::ImportRequest> messages;
  // Code and reason, or the field named.
  std::string expected;
};

TEST_F(ImportServiceTest, MessagesInTheWrongOrderOrFormAreNamed) {
  v1::ImportRequest no_id = Start("");
  v1::ImportRequest no_format = Start("i-1");
  no_format.mutable_start()->clear_format();
  v1::ImportRequest odd_encoding = Start("i-1");
  odd_encoding.mutable_start()->set_encoding(static_cast<v1::TextEncoding>(77));
  v1::ImportRequest no_source = Start("i-1");
  no_source.mutable_start()->set_source_id("nobody");
  v1::ImportRequest negative = Start("i-1");
  negative.mutable_start()->set_total_bytes(-1);
  v1::ImportRequest severity = Start("i-1");
  severity.mutable_start()->set_least_severity(static_cast<v1::Severity>(9));
  const std::vector<BadMessages> all = {
      {{Chunk("x")}, "part"},
      {{v1::ImportRequest()}, "part"},
      {{}, "end"},
      {{Start("i-1"), Start("i-1")}, "start"},
      {{no_id}, "request_id"},
      {{no_format}, "start.format"},
      {{odd_encoding}, "start.encoding"},
      {{no_source}, "start.source_id"},
      {{negative}, "start.total_bytes"},
      {{severity}, "start.least_severity"},
      {{Start("i-1"), Chunk(std::string((1 << 20) + 1, 'x'))}, "chunk"},
      {{End(0)}, "start"},
      {{Start("i-1"), Chunk(File(3))}, "end"},
      {{Start("i-1"), Chunk(File(3)), End(7)}, "end.total_bytes"},
  };
  for (const BadMessages& bad : all) {
    const Imported imported = Send(bad.messages);
    EXPECT_EQ(CodeAndReason(imported.status),
              "INVALID_ARGUMENT INVALID_ARGUMENT");
    EXPECT_EQ(FirstField(imported.status), bad.expected);
  }
}

TEST_F(ImportServiceTest, FilesThatCannotBeReadSayWhy) {
  EXPECT_EQ(CodeAndReason(Import("i-1", "").status),
            "INVALID_ARGUMENT MISSING_COLUMN");
  EXPECT_EQ(CodeAndReason(Import("i-2", "XK_XDR_MC,NO_SUCH\r\na,b\r\n").status),
            "INVALID_ARGUMENT UNKNOWN_COLUMN");
  EXPECT_EQ(
      CodeAndReason(Import("i-3", std::string("\xFF\xFEX\0K\0", 6)).status),
      "INVALID_ARGUMENT BAD_ENCODING");
}

TEST_F(ImportServiceTest, RowsBeforeAFaultAreStored) {
  const std::string file =
      absl::StrCat(File(9), "\"甲公司\"x,", kCodeA, "\r\n", Line(11));
  const Imported imported = Import("i-1", file);
  EXPECT_EQ(CodeAndReason(imported.status), "INVALID_ARGUMENT BAD_CSV");
  EXPECT_THAT(imported.status.error_message(), HasSubstr("line 11"));
  EXPECT_EQ(imported.last_progress.rows_done(), 9);
  EXPECT_FALSE(imported.has_receipt);
  EXPECT_EQ(Licences(), 9);
  v1::GetImportRequest request;
  request.set_request_id("i-1");
  v1::GetImportResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(server_->intake().GetImport(&context, request, &response).ok());
  EXPECT_FALSE(response.receipt().has_finished_at());
  EXPECT_EQ(response.receipt().counts().rows(), 9);
}

TEST_F(ImportServiceTest, AnEmptyTableIsAFileWithoutRows) {
  const Imported imported = Import("i-1", kHeader);
  ASSERT_EQ(CodeAndReason(imported.status), "OK");
  EXPECT_EQ(imported.receipt.counts().rows(), 0);
  EXPECT_EQ(CodeAndReason(Import("i-1", kHeader).status), "OK");
}

TEST_F(ImportServiceTest, ADrainedRegistryEndsAnImport) {
  server_->registry().Drain();
  const Imported imported = Import("i-1", File(5));
  EXPECT_EQ(imported.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_FALSE(imported.has_receipt);
}

TEST_F(ImportServiceTest, TemplatesCanBeFilledIn) {
  v1::GetTemplateRequest request;
  v1::GetTemplateResponse response;
  {
    grpc::ClientContext context;
    EXPECT_EQ(
        FirstField(server_->intake().GetTemplate(&context, request, &response)),
        "format");
  }
  request.set_format(v1::IMPORT_FORMAT_LICENCE_CSV);
  request.set_header(v1::GetTemplateRequest::HEADER_CODES);
  grpc::ClientContext context;
  ASSERT_EQ(CodeAndReason(
                server_->intake().GetTemplate(&context, request, &response)),
            "OK");
  EXPECT_EQ(response.file_name(), "licence.csv");
  EXPECT_THAT(response.content(), StartsWith("\xEF\xBB\xBF"));
  EXPECT_THAT(response.content(), HasSubstr("XK_WSH"));
}

TEST(ImportOverloadTest, OneImportTooManyIsToldToComeBack) {
  TestServerOptions options;
  options.max_concurrent_imports = 1;
  TestServer server(kTables, options);
  grpc::ClientContext first;
  const auto running = server.intake().Import(&first);
  v1::ImportRequest start;
  start.mutable_start()->set_request_id("i-1");
  start.mutable_start()->set_format(v1::IMPORT_FORMAT_LICENCE_CSV);
  start.mutable_start()->set_encoding(v1::TEXT_ENCODING_UTF8);
  ASSERT_TRUE(running->Write(start));
  v1::ImportRequest chunk;
  chunk.set_chunk(File(10));
  ASSERT_TRUE(running->Write(chunk));
  v1::ImportResponse response;
  ASSERT_TRUE(running->Read(&response));

  grpc::ClientContext second;
  const auto refused = server.intake().Import(&second);
  EXPECT_FALSE(refused->Read(&response));
  EXPECT_EQ(CodeAndReason(refused->Finish()), "RESOURCE_EXHAUSTED OVERLOADED");
  chunk.mutable_end()->set_total_bytes(
      static_cast<std::int64_t>(File(10).size()));
  ASSERT_TRUE(running->Write(chunk));
  running->WritesDone();
  while (running->Read(&response)) {
  }
  EXPECT_EQ(CodeAndReason(running->Finish()), "OK");
}

}  // namespace
}  // namespace creditreg
