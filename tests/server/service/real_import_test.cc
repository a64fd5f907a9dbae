// The real enterprises of the province, and the real bad codes, through the
// import call: nothing lost, nothing overwritten, every verdict as the rules
// say, and the same again changes nothing.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/server/service/test_server.h"
#include "tests/testing/test_data.h"

namespace creditreg {
namespace {

constexpr char kTables[] = CREDITREG_SOURCE_DIR "/conf/intake";
constexpr std::size_t kPieceBytes = std::size_t{256} << 10;

// A file of enterprises as the formats want it.
struct EnterpriseFile {
  std::string bytes =
      "UNISCID,ENTNAME,ESTDATE,ENTTYPE,REGSTATE,REGCAP,OPSCOPE,REGORG,DOM\r\n";
  std::vector<std::string> codes;

  void Add(const std::vector<std::string>& cells) {
    std::string separator;
    for (const std::string& cell : cells) {
      absl::StrAppend(&bytes, separator, "\"",
                      absl::StrReplaceAll(cell, {{"\"", "\"\""}}), "\"");
      separator = ",";
    }
    absl::StrAppend(&bytes, "\r\n");
    codes.push_back(cells[0]);
  }
};

// Receipt, and rows with each rule.
struct Imported {
  v1::ImportReceipt receipt;
  std::map<std::string, int> rows_by_rule;
  std::size_t report_lines = 0;
};

Imported Import(TestServer& server, const std::string& request_id,
                const std::string& bytes) {
  Imported imported;
  grpc::ClientContext context;
  const auto stream = server.intake().Import(&context);
  std::thread sender([&] {
    v1::ImportRequest request;
    request.mutable_start()->set_request_id(request_id);
    request.mutable_start()->set_format(v1::IMPORT_FORMAT_ENTERPRISE_CSV);
    stream->Write(request);
    for (std::size_t at = 0; at < bytes.size(); at += kPieceBytes) {
      request.set_chunk(bytes.substr(at, kPieceBytes));
      stream->Write(request);
    }
    request.mutable_end()->set_total_bytes(
        static_cast<std::int64_t>(bytes.size()));
    stream->Write(request);
    stream->WritesDone();
  });
  v1::ImportResponse response;
  while (stream->Read(&response)) {
    if (response.has_receipt()) imported.receipt = response.receipt();
    for (const v1::RowVerdict& row : response.rows().rows()) {
      if (!row.report_line().empty()) ++imported.report_lines;
      for (const v1::Finding& finding : row.findings()) {
        ++imported.rows_by_rule[finding.rule()];
      }
    }
  }
  sender.join();
  EXPECT_EQ(CodeAndReason(stream->Finish()), "OK");
  return imported;
}

TEST(RealImportTest, AllEnterprisesOfTheProvinceAreStoredOnce) {
  CREDITREG_NEEDS_TEST_DATA();
  EnterpriseFile file;
  // name code reg_date type capital scope province city address
  ForEachTestRow("gd_enterprises.tsv.zst", [&](const TestRow& row) {
    file.Add({row[1], row[0], row[2], row[3], "存续", row[4], row[5], row[7],
              row[8]});
  });
  TestServer server(kTables);
  const Imported first = Import(server, "first", file.bytes);
  const v1::ImportCounts& counts = first.receipt.counts();
  EXPECT_EQ(counts.rows(), 75'642);
  EXPECT_EQ(counts.created(), 75'635);
  // Seven valid codes each stand on two different firms.
  EXPECT_EQ(counts.quarantined(), 7);
  EXPECT_EQ(counts.rejected(), 0);
  EXPECT_EQ(first.rows_by_rule.at("CODE_CONFLICT"), 7);

  const Imported again = Import(server, "again", file.bytes);
  EXPECT_EQ(again.receipt.counts().unchanged(), 75'635);
  EXPECT_EQ(again.receipt.counts().quarantined(), 7);
  EXPECT_EQ(again.receipt.file_sm3(), first.receipt.file_sm3());

  // All of them in one stream, in order.
  grpc::ClientContext context;
  const auto stream = server.read().BatchGetEnterprises(&context);
  std::thread sender([&] {
    v1::BatchGetEnterprisesRequest request;
    for (std::size_t i = 0; i < file.codes.size(); ++i) {
      request.add_items()->set_identifier(file.codes[i]);
      if (request.items_size() < 1000 && i + 1 < file.codes.size()) continue;
      stream->Write(request);
      request.Clear();
    }
    stream->WritesDone();
  });
  v1::BatchGetEnterprisesResponse response;
  std::size_t place = 0;
  std::size_t wrong = 0;
  while (stream->Read(&response)) {
    for (const v1::LookupResult& result : response.results()) {
      const bool right = result.index() == static_cast<std::int64_t>(place) &&
                         result.verdict() == v1::LOOKUP_VERDICT_FOUND &&
                         result.enterprise().uscc() == file.codes[place];
      if (!right) ++wrong;
      ++place;
    }
  }
  sender.join();
  EXPECT_EQ(CodeAndReason(stream->Finish()), "OK");
  EXPECT_EQ(place, file.codes.size());
  EXPECT_EQ(wrong, 0);
}

TEST(RealImportTest, BadCodesAreKeptAndToldApart) {
  CREDITREG_NEEDS_TEST_DATA();
  EnterpriseFile file;
  std::vector<std::string> kinds;
  // kind name code reg_date province city
  ForEachTestRow("dirty_codes.tsv.zst", [&](const TestRow& row) {
    file.Add({row[2], row[1], row[3], "有限责任公司", "存续", "", "", row[5],
              row[4]});
    kinds.push_back(row[0]);
  });
  TestServer server(kTables);
  const Imported imported = Import(server, "dirty", file.bytes);
  const v1::ImportCounts& counts = imported.receipt.counts();
  EXPECT_EQ(counts.rows(), 4'331);
  EXPECT_EQ(counts.rejected(), 0);
  EXPECT_EQ(counts.created() + counts.updated() + counts.unchanged() +
                counts.quarantined(),
            4'331);
  // Every row has something to say, and a line in the report.
  EXPECT_EQ(imported.report_lines, 4'331);
  // 139 of 140 bad characters are only a lower-case x; the other is too short.
  EXPECT_EQ(imported.rows_by_rule.at("CODE_NORMALISED"), 139);
  EXPECT_EQ(imported.rows_by_rule.at("CODE_FINAL_CHECK"), 93);
  EXPECT_EQ(imported.rows_by_rule.at("CODE_ORG_CHECK"), 102);
  EXPECT_EQ(imported.rows_by_rule.at("CODE_OLD_NUMBER"), 3'992);

  // What was filed under an old number is found by it.
  std::size_t asked = 0;
  for (std::size_t i = 0; i < kinds.size() && asked < 200; ++i) {
    if (!absl::StartsWith(kinds[i], "reg15")) continue;
    ++asked;
    const v1::LookupResult result = server.Get(file.codes[i]);
    EXPECT_THAT(result.verdict(), testing::AnyOf(v1::LOOKUP_VERDICT_OLD_NUMBER,
                                                 v1::LOOKUP_VERDICT_AMBIGUOUS))
        << "row " << i + 1;
  }
  EXPECT_EQ(asked, 200);
}

}  // namespace
}  // namespace creditreg
