#include "tests/crash/remote_import.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "creditreg/v1/intake_service.grpc.pb.h"
#include "creditreg/v1/intake_service.pb.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"
#include "index/base/check.h"
#include "index/base/civil_day.h"
#include "index/model/finding.h"
#include "index/registry/registry.h"
#include "server/intake/file_reader.h"
#include "server/intake/row_mapper.h"
#include "server/wire/field_tables.h"
#include "tests/crash/state_lines.h"
#include "tests/oracle/registry_oracle.h"
#include "tests/oracle/texts.h"

namespace creditreg {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{32} << 10;

std::string ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  CREDITREG_CHECK(file.good(), "the generator wrote it");
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

std::string VerdictText(int outcome, const std::string& rules) {
  return absl::StrCat("outcome ", outcome, " findings ", rules);
}

std::string VerdictText(const v1::RowVerdict& row) {
  std::string rules;
  for (const v1::Finding& finding : row.findings()) {
    absl::StrAppend(&rules, static_cast<int>(finding.severity()), ":",
                    finding.rule(), " ");
  }
  return VerdictText(row.outcome(), rules);
}

std::string CountsText(const v1::ImportCounts& counts) {
  return absl::StrCat(counts.rows(), " rows: ", counts.created(), " created ",
                      counts.updated(), " updated ", counts.unchanged(),
                      " unchanged ", counts.pending(), " pending ",
                      counts.quarantined(), " quarantined ", counts.rejected(),
                      " rejected ", counts.flagged(), " flagged");
}

std::string CountsText(const storage::v1::ImportRow& row) {
  return absl::StrCat(row.rows_done(), " rows: ", row.created(), " created ",
                      row.updated(), " updated ", row.unchanged(),
                      " unchanged ", row.pending(), " pending ",
                      row.quarantined(), " quarantined ", row.rejected(),
                      " rejected ", row.flagged(), " flagged");
}

}  // namespace

RemoteImport::RemoteImport(const std::string& directory,
                           const FieldTables& tables) {
  AddFile(absl::StrCat(directory, "/enterprise.csv"),
          v1::IMPORT_FORMAT_ENTERPRISE_CSV, tables);
  AddFile(absl::StrCat(directory, "/licence.csv"),
          v1::IMPORT_FORMAT_LICENCE_CSV, tables);
  AddFile(absl::StrCat(directory, "/penalty.csv"),
          v1::IMPORT_FORMAT_PENALTY_CSV, tables);
  AddFile(absl::StrCat(directory, "/complaint.csv"),
          v1::IMPORT_FORMAT_COMPLAINT_CSV, tables);
  AddFile(absl::StrCat(directory, "/enterprise_later.csv"),
          v1::IMPORT_FORMAT_ENTERPRISE_CSV, tables);
}

void RemoteImport::AddFile(const std::string& path, v1::ImportFormat format,
                           const FieldTables& tables) {
  File& file = files_.emplace_back();
  file.request_id = absl::StrCat("file-", files_.size());
  file.format = format;
  file.bytes = ReadWhole(path);
  FileReader reader(tables, TargetOfFormat(format), kSource,
                    v1::TEXT_ENCODING_UNSPECIFIED, ChinaDay(absl::Now()));
  const absl::Status appended = reader.Append(file.bytes);
  CREDITREG_CHECK(appended.ok() && reader.Finish().ok(), "it can be read");
  for (FileRow& row : reader.TakeRows()) {
    file.rows.push_back(std::move(row.draft));
  }
}

StartImport RemoteImport::StartOf(const File& file) const {
  StartImport start;
  start.actor.principal = "local";
  start.request_id = file.request_id;
  start.format = static_cast<std::uint32_t>(file.format);
  start.source_id = kSource;
  return start;
}

std::uint64_t RemoteImport::acknowledged() const {
  std::uint64_t sum = 0;
  for (const File& file : files_) sum += file.acknowledged;
  return sum;
}

void RemoteImport::FollowTo(std::uint64_t last) {
  const File& file = files_[next_file_];
  if (!run_.has_value()) run_ = *oracle_.BeginImport(StartOf(file));
  const std::uint64_t done = run_->row.rows_done();
  if (last <= done) return;
  const auto begin = file.rows.begin() + static_cast<std::ptrdiff_t>(done);
  const auto end = file.rows.begin() + static_cast<std::ptrdiff_t>(last);
  const auto answer = oracle_.AppendRows(
      *run_, std::vector<ImportRowDraft>(begin, end), last, "");
  EXPECT_TRUE(answer.ok()) << answer.status();
  EXPECT_TRUE(oracle_.state().link_passes.empty())
      << "too many wait for one: the order of links is not known";
}

void RemoteImport::CompareReceipt(const v1::ImportReceipt& receipt,
                                  const Verdicts& verdicts) {
  File& file = files_[next_file_];
  FollowTo(file.rows.size());
  EXPECT_EQ(CountsText(receipt.counts()), CountsText(run_->row));
  Verdicts ideal;
  const auto& imports = oracle_.state().imports;
  const auto found = imports.find({"local", file.request_id});
  if (found != imports.end()) {
    for (const auto& [row, result] : found->second.outcomes) {
      ideal[row] = VerdictText(static_cast<int>(result.outcome),
                               oracle::Rules(result.findings));
    }
  }
  EXPECT_EQ(verdicts, ideal) << file.request_id;
}

bool RemoteImport::Step(v1::IntakeService::StubInterface& intake) {
  File& file = files_[next_file_];
  grpc::ClientContext context;
  const auto stream = intake.Import(&context);
  // Beside the reading, or both sides could wait for each other.
  std::thread sender([&] {
    v1::ImportRequest request;
    v1::ImportRequest::Start& start = *request.mutable_start();
    start.set_request_id(file.request_id);
    start.set_format(file.format);
    bool sent = stream->Write(request);
    for (std::size_t at = 0; sent && at < file.bytes.size();
         at += kChunkBytes) {
      request.set_chunk(file.bytes.substr(at, kChunkBytes));
      sent = stream->Write(request);
    }
    request.mutable_end()->set_total_bytes(
        static_cast<std::int64_t>(file.bytes.size()));
    if (sent && stream->Write(request)) stream->WritesDone();
  });
  Verdicts verdicts;
  std::optional<v1::ImportReceipt> receipt;
  v1::ImportResponse response;
  while (stream->Read(&response)) {
    if (response.has_receipt()) receipt = response.receipt();
    if (!response.has_rows()) continue;
    file.acknowledged =
        std::max(file.acknowledged,
                 static_cast<std::uint64_t>(response.rows().rows_done()));
    for (const v1::RowVerdict& row : response.rows().rows()) {
      verdicts[static_cast<std::uint64_t>(row.row())] = VerdictText(row);
    }
  }
  sender.join();
  const grpc::Status status = stream->Finish();
  if (!receipt.has_value()) {
    EXPECT_FALSE(status.ok()) << "an end without a receipt";
    // What the server itself refuses says why.
    EXPECT_EQ(status.error_details(), "") << status.error_message();
    return false;
  }
  CompareReceipt(*receipt, verdicts);
  file.acknowledged = file.rows.size();
  ++next_file_;
  run_.reset();
  return true;
}

std::string RemoteImport::CompareProgress(const Registry& registry) {
  const File& file = files_[next_file_];
  const auto progress = registry.GetImport("local", file.request_id);
  if (absl::IsNotFound(progress.status())) {
    return file.acknowledged == 0 ? "" : "an acknowledged import is gone";
  }
  if (!progress.ok()) return std::string(progress.status().message());
  const std::uint64_t rows = progress->row.rows_done();
  if (rows < file.acknowledged) {
    return absl::StrCat(rows, " rows, acknowledged ", file.acknowledged);
  }
  FollowTo(rows);
  const std::string real = CountsText(progress->row);
  const std::string ideal = CountsText(run_->row);
  return real == ideal ? "" : absl::StrCat(real, "\nwant ", ideal);
}

std::string RemoteImport::Settle(const Registry& registry,
                                 const StateLines& real) {
  if (!done()) {
    std::string progress = CompareProgress(registry);
    if (!progress.empty()) return progress;
  }
  return FirstDifference(real, LinesOf(oracle_.state()));
}

}  // namespace creditreg
