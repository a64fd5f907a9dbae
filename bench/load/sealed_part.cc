#include "bench/load/sealed_part.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/load/csv_slices.h"
#include "bench/load/registry_load.h"
#include "index/base/status_macros.h"

namespace creditreg::bench {
namespace {

constexpr char kSealed[] = "sealed_import_cost";
constexpr char kOpen[] = "open_import";

// Who complained: name, telephone, address, number of a document. All that is
// sealed of a complaint.
const std::vector<std::string>& PersonalColumns() {
  static const auto* const columns = new std::vector<std::string>{
      "TS_TSR_MC", "TS_TSR_DH", "TS_TSR_DZ", "TS_TSR_ZJHM"};
  return *columns;
}

}  // namespace

SealedPart::SealedPart(const TrustOptions& options, const TrustSizes& sizes,
                       DataSet data)
    : options_(options), sizes_(sizes), data_(std::move(data)) {}

absl::Status SealedPart::MakeSlices() {
  const auto complaints = std::find_if(
      data_.files.begin(), data_.files.end(), [](const ImportFile& file) {
        return file.format == v1::IMPORT_FORMAT_COMPLAINT_CSV;
      });
  if (complaints == data_.files.end()) {
    return absl::InvalidArgumentError("data set: no complaints");
  }
  std::vector<CsvPart> parts;
  for (int i = 0; i < sizes_.repetitions; ++i) {
    ImportFile slice = *complaints;
    slice.rows = sizes_.slice_rows;
    slice.clean_rows = std::max<std::int64_t>(
        0, slice.rows - (complaints->rows - complaints->clean_rows));
    slice.path = absl::StrCat(options_.work_dir, "/sealed_", i, ".csv");
    sealed_.slices.push_back(slice);
    parts.push_back({slice.path, slice.rows});
    slice.path = absl::StrCat(options_.work_dir, "/open_", i, ".csv");
    open_.slices.push_back(slice);
  }
  CREDITREG_RETURN_IF_ERROR(CutCsv(complaints->path, parts));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    CREDITREG_RETURN_IF_ERROR(EmptyColumns(
        sealed_.slices[i].path, open_.slices[i].path, PersonalColumns()));
  }
  return absl::OkStatus();
}

absl::Status SealedPart::Start() {
  CREDITREG_RETURN_IF_ERROR(MakeSlices());
  const std::vector<ImportFile> enterprises = {data_.files.front()};
  for (auto [side, name] : {std::pair(&sealed_, "/import_sealed"),
                            std::pair(&open_, "/import_open")}) {
    const std::string folder = options_.work_dir + name;
    CREDITREG_RETURN_IF_ERROR(
        LoadRegistry(options_.loader, folder, enterprises).status());
    CREDITREG_ASSIGN_OR_RETURN(side->server,
                               StartRegistry(options_.server, folder));
  }
  return absl::OkStatus();
}

absl::Status SealedPart::Stop() {
  for (Side* const side : {&sealed_, &open_}) {
    CREDITREG_RETURN_IF_ERROR(VerifyRegistry(side->server->address()).status());
    CREDITREG_RETURN_IF_ERROR(side->server->Stop());
  }
  return absl::OkStatus();
}

std::vector<Measurement> SealedPart::Measurements() {
  const std::string where =
      absl::StrCat(sizes_.slice_rows, " fresh complaints a repetition into ",
                   data_.enterprises.size(), " enterprises on ",
                   options_.file_system, ", every group synced");
  Measurement measurement;
  measurement.figures = {
      {kOpen, "records/s", "",
       absl::StrCat("import call: the same files with the complainant's four "
                    "columns empty; ",
                    where)},
      {kSealed, "records/s", kOpen,
       absl::StrCat(
           "import call, one caller: each row with a complainant's name "
           "and telephone, most with an address or number; their "
           "reading is counted, too; ",
           where)}};
  measurement.run = [this] { return ImportBoth(); };
  return {std::move(measurement)};
}

absl::StatusOr<SealedPart::Result> SealedPart::Import(const Side& side) const {
  side.server->AwaitCalm();
  const absl::Duration before = side.server->CpuTime();
  CREDITREG_ASSIGN_OR_RETURN(
      const ImportTime time,
      RunImports(side.server->address(), {side.slices[next_slice_]}));
  Result result;
  result.cpu_micros =
      absl::ToDoubleMicroseconds(side.server->CpuTime() - before) /
      static_cast<double>(time.stored);
  result.rows_per_second = time.StoredPerSecond();
  result.stored = time.stored;
  return result;
}

absl::StatusOr<Samples> SealedPart::ImportBoth() {
  if (next_slice_ == sealed_.slices.size()) {
    return absl::InternalError("import: no slice is left");
  }
  // Each side is first in its turn.
  const bool sealed_first = next_slice_ % 2 == 0;
  Result results[2];
  for (const bool sealed : {sealed_first, !sealed_first}) {
    CREDITREG_ASSIGN_OR_RETURN(results[sealed ? 1 : 0],
                               Import(sealed ? sealed_ : open_));
  }
  ++next_slice_;
  const auto& [open, sealed] = results;
  if (open.stored != sealed.stored) {
    return absl::InternalError(absl::StrCat("import: ", sealed.stored,
                                            " sealed rows stored and ",
                                            open.stored, " others, want both"));
  }
  return Samples{
      {kOpen,
       SampleOf(open.rows_per_second, open.stored,
                absl::StrFormat("server %.1f us/record", open.cpu_micros))},
      {kSealed, SampleOf(sealed.rows_per_second, sealed.stored,
                         absl::StrFormat("server %.1f us/record beside %.1f",
                                         sealed.cpu_micros, open.cpu_micros))}};
}

}  // namespace creditreg::bench
