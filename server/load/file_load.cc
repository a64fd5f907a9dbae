#include "server/load/file_load.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "creditreg/v1/intake_service.pb.h"
#include "index/base/status_macros.h"
#include "index/model/draft.h"
#include "index/registry/first_load.h"
#include "index/registry/registry.h"
#include "server/intake/csv_reader.h"
#include "server/intake/file_reader.h"
#include "server/intake/report.h"
#include "server/intake/row_mapper.h"
#include "server/load/input_file.h"
#include "server/load/load_config.h"
#include "server/load/report_file.h"
#include "server/load/request_id.h"
#include "server/load/row_source.h"
#include "server/wire/answers.h"
#include "server/wire/field_tables.h"

namespace creditreg {
namespace {

constexpr char kDefaultSource[] = "default";
// Rows that are decided, synced and reported together.
constexpr std::size_t kNotedRows = 500;

class FileLoad {
 public:
  FileLoad(FirstLoad& load, const FileLoadOptions& options)
      : load_(load), options_(options) {}
  ~FileLoad() {
    stop_digests_ = true;
    if (digests_.joinable()) digests_.join();
  }
  FileLoad(const FileLoad&) = delete;
  FileLoad& operator=(const FileLoad&) = delete;

  absl::StatusOr<std::vector<LoadedFileReceipt>> Run();

 private:
  absl::Status Open();
  // The files of a pass, first and second time.
  absl::Status RunPass(FirstLoad::Pass pass, std::vector<LoadInput*> inputs);
  absl::Status Register(LoadInput& input);
  absl::Status ReadRows(RowSource& source);
  absl::Status FinishFile(LoadInput& input);
  // Rows that were noted, in order: decides what was put off, and reports.
  absl::Status TakeNoted(LoadInput& input, absl::Span<const NotedRow> noted,
                         RowReader& reader, ReportFile* report);
  absl::StatusOr<CutRow> CutAgain(const LoadInput& input,
                                  const NotedRow& noted) const;
  std::string SourceId() const {
    return options_.source_id.empty() ? kDefaultSource : options_.source_id;
  }

  FirstLoad& load_;
  const FileLoadOptions& options_;
  std::deque<LoadInput> inputs_;
  // Ahead of the rows: a request id, which every change names, is made of it.
  std::map<const LoadInput*, std::promise<absl::StatusOr<std::string>>> sm3_;
  std::atomic<bool> stop_digests_ = false;
  std::thread digests_;
  // Empty where there are no reports.
  std::unordered_map<const LoadInput*, std::unique_ptr<ReportFile>> reports_;
};

absl::Status FileLoad::Open() {
  if (!options_.report_dir.empty()) {
    CREDITREG_RETURN_IF_ERROR(MakeReportDirectory(options_.report_dir));
  }
  for (const FileToLoad& file : options_.files) {
    LoadInput& input = inputs_.emplace_back();
    input.file = file;
    CREDITREG_ASSIGN_OR_RETURN(input.bytes, InputFile::Open(file.path));
    input.cutter = std::make_unique<FileCutter>(
        *options_.tables, TargetOfFormat(file.format), SourceId(),
        v1::TEXT_ENCODING_UNSPECIFIED, options_.received);
    // Made here, so that the thread below changes no map.
    sm3_[&input];
  }
  digests_ = std::thread([this] {
    for (const LoadInput& input : inputs_) {
      sm3_.at(&input).set_value(input.bytes->Digest(stop_digests_));
    }
  });
  return absl::OkStatus();
}

absl::Status FileLoad::Register(LoadInput& input) {
  CREDITREG_ASSIGN_OR_RETURN(input.sm3, sm3_.at(&input).get_future().get());
  StartImport start;
  start.actor.principal = options_.principal;
  start.actor.role = "FIRST_LOAD";
  start.request_id =
      FileRequestId(input.sm3, input.file.format, options_.source_id);
  start.format = static_cast<std::uint32_t>(input.file.format);
  start.encoding = static_cast<std::uint32_t>(*input.cutter->encoding());
  start.source_id = SourceId();
  input.load_file = load_.AddFile(std::move(start));
  return absl::OkStatus();
}

absl::Status FileLoad::ReadRows(RowSource& source) {
  std::unordered_map<const LoadInput*, std::unique_ptr<RowReader>> readers;
  while (true) {
    CREDITREG_ASSIGN_OR_RETURN(std::optional<CutBatch> batch, source.Next());
    if (!batch.has_value()) return absl::OkStatus();
    std::unique_ptr<RowReader>& reader = readers[batch->input];
    if (reader == nullptr) {
      const FileCutter& cutter = *batch->input->cutter;
      CREDITREG_ASSIGN_OR_RETURN(
          reader, RowReader::Create(*cutter.encoding(), *cutter.mapper()));
    }
    FirstLoad::Batch rows;
    rows.number = batch->number;
    rows.file = batch->input->load_file;
    rows.rows.reserve(batch->rows.size());
    for (CutRow& row : batch->rows) {
      rows.rows.push_back(reader->ReadContent(row));
    }
    CREDITREG_ASSIGN_OR_RETURN(const FirstLoad::Fates fates,
                               load_.AddRows(std::move(rows)));
    source.Note(*batch, fates);
  }
}

absl::Status FileLoad::RunPass(FirstLoad::Pass pass,
                               std::vector<LoadInput*> inputs) {
  CREDITREG_RETURN_IF_ERROR(load_.BeginPass(pass));
  RowSource source(
      inputs, [this](LoadInput& input) { return Register(input); },
      options_.progress);
  absl::Mutex mutex;
  absl::Status failed;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < options_.threads; ++i) {
    threads.emplace_back([&] {
      const absl::Status done = ReadRows(source);
      if (done.ok()) return;
      load_.Fail(done);
      absl::MutexLock lock(&mutex);
      // What the others say follows from it.
      if (failed.ok() || absl::IsCancelled(failed)) failed = done;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CREDITREG_RETURN_IF_ERROR(failed);
  options_.progress("sorting and taking in rows ...");
  CREDITREG_RETURN_IF_ERROR(load_.EndPass());
  options_.progress("deciding rows that touch others ...");
  for (LoadInput* input : inputs) {
    CREDITREG_RETURN_IF_ERROR(FinishFile(*input));
  }
  return load_.EndPutOff();
}

absl::Status FileLoad::FinishFile(LoadInput& input) {
  std::sort(input.noted.begin(), input.noted.end(),
            [](const NotedRow& a, const NotedRow& b) { return a.row < b.row; });
  std::unique_ptr<ReportFile> report;
  if (!options_.report_dir.empty()) {
    const std::string stem = std::filesystem::path(input.file.path).stem();
    CREDITREG_ASSIGN_OR_RETURN(
        report, ReportFile::Create(absl::StrCat(options_.report_dir, "/", stem,
                                                ".report.csv")));
    CREDITREG_RETURN_IF_ERROR(
        report->Append(ReportHeader(input.cutter->header())));
  }
  CREDITREG_ASSIGN_OR_RETURN(
      const std::unique_ptr<RowReader> reader,
      RowReader::Create(*input.cutter->encoding(), *input.cutter->mapper()));
  absl::Span<const NotedRow> rest = input.noted;
  while (!rest.empty()) {
    const std::size_t count = std::min(rest.size(), kNotedRows);
    CREDITREG_RETURN_IF_ERROR(
        TakeNoted(input, rest.subspan(0, count), *reader, report.get()));
    rest.remove_prefix(count);
  }
  if (report != nullptr) reports_[&input] = std::move(report);
  CREDITREG_RETURN_IF_ERROR(input.bytes->CheckUnchanged());
  FirstLoad::FileEnd end;
  end.rows = input.rows;
  end.total_bytes = input.bytes->size_bytes();
  end.file_sm3 = input.sm3;
  load_.FinishFile(input.load_file, end);
  return absl::OkStatus();
}

absl::Status FileLoad::TakeNoted(LoadInput& input,
                                 absl::Span<const NotedRow> noted,
                                 RowReader& reader, ReportFile* report) {
  std::vector<ImportRowDraft> put_off;
  // Beside `noted`, for the report.
  std::vector<std::vector<std::string>> cells;
  for (const NotedRow& row : noted) {
    if (!row.put_off && report == nullptr) continue;
    CREDITREG_ASSIGN_OR_RETURN(CutRow cut, CutAgain(input, row));
    if (row.put_off) {
      FileRow read = reader.Read(std::move(cut));
      put_off.push_back(std::move(read.draft));
      cells.push_back(std::move(read.cells));
    } else {
      reader.Decode(cut.csv.cells);
      cells.push_back(std::move(cut.csv.cells));
    }
  }
  if (!put_off.empty()) {
    CREDITREG_RETURN_IF_ERROR(
        load_.ApplyPutOff(input.load_file, std::move(put_off)).status());
  }
  if (report == nullptr) return absl::OkStatus();
  CREDITREG_ASSIGN_OR_RETURN(
      const std::vector<ImportRowResult> results,
      load_.ReadOutcomes(input.load_file, noted.front().row,
                         noted.back().row + 1));
  std::size_t i = 0;
  for (const ImportRowResult& result : results) {
    while (i < noted.size() && noted[i].row < result.row) ++i;
    if (i == noted.size() || noted[i].row != result.row) {
      return absl::InternalError("first load: findings of a row not noted");
    }
    CREDITREG_RETURN_IF_ERROR(report->Append(
        ReportLine({cells[i], input.cutter->header().size(), noted[i].line,
                    OutcomeMessage(result.outcome), result.findings},
                   *options_.tables, TargetOfFormat(input.file.format))));
  }
  return absl::OkStatus();
}

absl::StatusOr<CutRow> FileLoad::CutAgain(const LoadInput& input,
                                          const NotedRow& noted) const {
  CREDITREG_ASSIGN_OR_RETURN(
      const std::string bytes,
      input.bytes->ReadAt(noted.begin, noted.end - noted.begin));
  CsvReader csv(/*first_offset=*/0);
  absl::Status cut = csv.Append(bytes);
  if (cut.ok()) cut = csv.Finish();
  std::vector<CsvRow> rows = csv.TakeRows();
  if (!cut.ok() || rows.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat(input.file.path, ": changed while it was loaded"));
  }
  CutRow row;
  row.row = noted.row;
  row.csv = std::move(rows.back());
  row.csv.line = noted.line;
  return row;
}

absl::StatusOr<std::vector<LoadedFileReceipt>> FileLoad::Run() {
  CREDITREG_RETURN_IF_ERROR(Open());
  std::vector<LoadInput*> enterprises;
  std::vector<LoadInput*> records;
  for (LoadInput& input : inputs_) {
    (input.file.format == v1::IMPORT_FORMAT_ENTERPRISE_CSV ? enterprises
                                                           : records)
        .push_back(&input);
  }
  CREDITREG_RETURN_IF_ERROR(
      RunPass(FirstLoad::Pass::kEnterprises, std::move(enterprises)));
  CREDITREG_RETURN_IF_ERROR(
      RunPass(FirstLoad::Pass::kRecords, std::move(records)));
  // The reports first: a load whose report cannot be written has not happened,
  // and the next run takes the place of reports that a failed one left.
  for (const auto& [input, report] : reports_) {
    CREDITREG_RETURN_IF_ERROR(report->Commit());
  }
  CREDITREG_RETURN_IF_ERROR(load_.Commit());
  std::vector<LoadedFileReceipt> receipts;
  for (const LoadInput& input : inputs_) {
    LoadedFileReceipt loaded;
    loaded.path = input.file.path;
    const auto report = reports_.find(&input);
    if (report != reports_.end()) loaded.report_path = report->second->path();
    loaded.receipt = ReceiptMessage(
        FileRequestId(input.sm3, input.file.format, options_.source_id),
        load_.import(input.load_file), load_.tokens());
    receipts.push_back(std::move(loaded));
  }
  return receipts;
}

}  // namespace

absl::StatusOr<std::vector<LoadedFileReceipt>> LoadFiles(
    FirstLoad& load, const FileLoadOptions& options) {
  return FileLoad(load, options).Run();
}

}  // namespace creditreg
