#include "bench/load/import_part.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/load/registry_load.h"
#include "bench/load/unary_load.h"
#include "bench/peers/wal_recording.h"
#include "index/base/status_macros.h"

namespace creditreg::bench {
namespace {

constexpr char kRaw[] = "raw_synced";
constexpr char kRawSingle[] = "raw_single_synced";
constexpr char kMultiGet[] = "multiget";

// "record head 1.00, change 1.01"
std::string PerRecord(const std::map<std::string, std::int64_t>& rows,
                      double records) {
  std::string text;
  for (const auto& [table, count] : rows) {
    absl::StrAppendFormat(&text, "%s%s %.2f", text.empty() ? "" : ", ", table,
                          static_cast<double>(count) / records);
  }
  return text;
}

}  // namespace

ImportPart::ImportPart(const BenchOptions& options, const CoreSizes& sizes,
                       const DataSet& data, std::string registry_folder)
    : options_(options),
      sizes_(sizes),
      data_(data),
      data_folder_(registry_folder + "/data"),
      raw_folder_(options.work_dir + "/raw"),
      log_folder_(options.work_dir + "/log") {}

absl::Status ImportPart::CopyData() {
  CREDITREG_RETURN_IF_ERROR(CopyDatabase(data_folder_, raw_folder_));
  CREDITREG_ASSIGN_OR_RETURN(raw_, RawStore::Open(raw_folder_));
  return absl::OkStatus();
}

std::vector<Measurement> ImportPart::Measurements(
    const ServerProcess& registry) {
  registry_ = &registry;
  const std::string where =
      absl::StrCat("fresh rows of all families into the loaded data on ",
                   options_.file_system, ", every group synced");
  std::vector<Measurement> list(3);
  list[0].figures = {
      {kRaw, "records/s", "",
       "RocksDB alone: the groups of the import's log written again as synced "
       "batches into a copy of the data"},
      {"import_vs_raw", "records/s", kRaw,
       absl::StrCat("import call, files one after the other; ", where)},
      {"rows_per_record", "rows", "",
       "base rows put or deleted, indexes aside"},
      {"wal_bytes_per_input_byte", "bytes", "",
       "bytes of the log ÷ bytes of the files"},
      {"import_cpu_us_per_record", "us/record", "",
       "processor time of the server, background work included"}};
  list[0].run = [this] { return ImportOnce(); };
  list[1].figures = {
      {kRawSingle, "records/s", "",
       "RocksDB alone: the groups of single_write_vs_raw_sync written again"},
      {"single_write_vs_raw_sync", "records/s", kRawSingle,
       "submissions of one record, 64 callers on one connection, each waits "
       "for "
       "its answer"}};
  list[1].run = [this] { return WriteOnce(); };
  list[2].figures = {
      {kMultiGet, "codes/s", "",
       "RocksDB alone: two threads read the number of 1,000 codes, then the "
       "heads, from a copy of the data; warm"},
      {"batch_lookup_vs_multiget", "codes/s", kMultiGet,
       absl::StrCat(
           "one stream of ", sizes_.batch_items,
           " codes in brief (verdict, name, status, counts), government view, "
           "every one checked; warm")}};
  list[2].run = [this] { return ReadOnce(); };
  return list;
}

absl::StatusOr<double> ImportPart::ReplaySeconds(
    const std::vector<std::string>& groups) {
  const absl::Time start = absl::Now();
  CREDITREG_RETURN_IF_ERROR(raw_->Replay(groups));
  return absl::ToDoubleSeconds(absl::Now() - start);
}

absl::StatusOr<Samples> ImportPart::ImportOnce() {
  if (next_slice_ == data_.slices.size()) {
    return absl::InternalError("import: no slice is left");
  }
  CREDITREG_ASSIGN_OR_RETURN(const auto recording,
                             WalRecording::Start(data_folder_, log_folder_));
  const absl::Duration before = registry_->CpuTime();
  CREDITREG_ASSIGN_OR_RETURN(
      const ImportTime time,
      RunImports(registry_->address(), data_.slices[next_slice_++]));
  const absl::Duration used = registry_->CpuTime() - before;
  CREDITREG_ASSIGN_OR_RETURN(const std::vector<std::string> groups,
                             recording->Stop());
  CREDITREG_ASSIGN_OR_RETURN(const GroupCounts counts, CountGroups(groups));
  registry_->AwaitCalm();
  CREDITREG_ASSIGN_OR_RETURN(const double raw_seconds, ReplaySeconds(groups));
  const auto records = static_cast<double>(time.stored);
  imports_per_second_ = time.StoredPerSecond();
  Samples samples;
  samples[kRaw] =
      SampleOf(records / raw_seconds, time.stored,
               absl::StrFormat("%d groups of %.0f records", counts.groups,
                               records / static_cast<double>(counts.groups)));
  samples["import_vs_raw"] = SampleOf(time.StoredPerSecond(), time.stored);
  samples["rows_per_record"] = SampleOf(
      static_cast<double>(counts.all_base_rows()) / records, time.stored,
      absl::StrCat(PerRecord(counts.base_rows, records),
                   "; indexes: ", PerRecord(counts.index_rows, records)));
  samples["wal_bytes_per_input_byte"] = SampleOf(
      static_cast<double>(counts.bytes) / static_cast<double>(time.input_bytes),
      time.input_bytes);
  samples["import_cpu_us_per_record"] =
      SampleOf(absl::ToDoubleMicroseconds(used) / records, time.stored);
  return samples;
}

absl::StatusOr<Samples> ImportPart::WriteOnce() {
  CREDITREG_ASSIGN_OR_RETURN(const auto recording,
                             WalRecording::Start(data_folder_, log_folder_));
  const UnaryWorkload workload =
      SubmitWorkload(data_, next_series_++, sizes_.single_writes);
  LoadOptions load;
  load.target = registry_->address();
  // One, so that no request is sent twice.
  load.connections = 1;
  load.warm_up = absl::ZeroDuration();
  load.duration = sizes_.duration;
  load.max_calls = static_cast<std::int64_t>(sizes_.single_writes);
  const absl::Time start = absl::Now();
  CREDITREG_ASSIGN_OR_RETURN(const LoadResult result,
                             RunUnaryLoad(workload, load));
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  CREDITREG_ASSIGN_OR_RETURN(const std::vector<std::string> groups,
                             recording->Stop());
  CREDITREG_ASSIGN_OR_RETURN(const double raw_seconds, ReplaySeconds(groups));
  const auto records = static_cast<double>(result.answers);
  Sample single =
      SampleOf(records / seconds, result.answers,
               absl::StrFormat("groups of %.1f records",
                               records / static_cast<double>(groups.size())));
  single.p50_us = result.latency.PercentileMicros(0.5);
  single.p99_us = result.latency.PercentileMicros(0.99);
  return Samples{{kRawSingle, SampleOf(records / raw_seconds, result.answers)},
                 {"single_write_vs_raw_sync", single}};
}

absl::StatusOr<Samples> ImportPart::ReadOnce() {
  std::vector<std::string> codes;
  codes.reserve(sizes_.batch_items);
  for (std::size_t i = 0; i < sizes_.batch_items; ++i) {
    codes.push_back(data_.enterprises[i % data_.enterprises.size()].uscc);
  }
  const auto n = static_cast<std::int64_t>(codes.size());
  // Once for the caches of either side, then what counts.
  CREDITREG_RETURN_IF_ERROR(raw_->ReadHeads(codes, 1000, 2).status());
  const absl::Time start = absl::Now();
  CREDITREG_RETURN_IF_ERROR(raw_->ReadHeads(codes, 1000, 2).status());
  const double raw_seconds = absl::ToDoubleSeconds(absl::Now() - start);
  CREDITREG_RETURN_IF_ERROR(RunBatchLookup(registry_->address(),
                                           LookupView::kGovernment, data_,
                                           sizes_.batch_items)
                                .status());
  CREDITREG_ASSIGN_OR_RETURN(
      const absl::Duration duration,
      RunBatchLookup(registry_->address(), LookupView::kGovernment, data_,
                     sizes_.batch_items));
  return Samples{
      {kMultiGet, SampleOf(static_cast<double>(n) / raw_seconds, n)},
      {"batch_lookup_vs_multiget",
       SampleOf(static_cast<double>(n) / absl::ToDoubleSeconds(duration), n)}};
}

}  // namespace creditreg::bench
