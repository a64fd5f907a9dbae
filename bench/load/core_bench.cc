#include "bench/load/core_bench.h"

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "bench/load/data_set.h"
#include "bench/load/lookup_part.h"
#include "bench/load/measurement.h"
#include "bench/load/registry_load.h"
#include "bench/load/server_process.h"
#include "index/base/status_macros.h"

namespace creditreg::bench {
namespace {

CoreSizes SizesFor(bool quick) {
  CoreSizes sizes;
  if (!quick) return sizes;
  sizes.warm_up = absl::Milliseconds(100);
  sizes.duration = absl::Milliseconds(400);
  sizes.settling = absl::Milliseconds(300);
  sizes.draws = 1 << 14;
  sizes.measured_pages = 1000;
  sizes.batch_items = 2000;
  return sizes;
}

class CoreBench {
 public:
  CoreBench(const BenchOptions& options, DataSet data)
      : options_(options),
        sizes_(SizesFor(options.quick)),
        data_(std::move(data)) {}

  absl::StatusOr<std::vector<Figure>> Run() {
    CREDITREG_RETURN_IF_ERROR(Load());
    CREDITREG_RETURN_IF_ERROR(lookups_->Start(*registry_));
    std::vector<Measurement> measurements = lookups_->Measurements();
    measurements.push_back(Batch("batch_government", LookupView::kGovernment));
    measurements.push_back(Batch("batch_public", LookupView::kPublic));
    measurements.push_back(Imports());
    CREDITREG_ASSIGN_OR_RETURN(
        std::vector<Figure> figures,
        Measure("core", measurements, sizes_.repetitions));
    CREDITREG_RETURN_IF_ERROR(lookups_->Stop());
    CREDITREG_RETURN_IF_ERROR(registry_->Stop());
    return figures;
  }

 private:
  // Loads the registry, and starts it again with the page cache that the
  // length of its pages asks for.
  absl::Status Load() {
    const std::string folder = options_.work_dir + "/registry";
    std::fprintf(stderr, "bench: loads the registry\n");
    CREDITREG_ASSIGN_OR_RETURN(registry_,
                               StartRegistry(options_.server, folder));
    CREDITREG_RETURN_IF_ERROR(RunImports(registry_->address(), data_).status());
    CREDITREG_ASSIGN_OR_RETURN(
        std::vector<std::uint32_t> page_bytes,
        MeasurePages(registry_->address(), data_, sizes_.measured_pages));
    lookups_ = std::make_unique<LookupPart>(options_, sizes_, data_,
                                            std::move(page_bytes));
    CREDITREG_RETURN_IF_ERROR(registry_->Stop());
    CREDITREG_ASSIGN_OR_RETURN(
        registry_, StartRegistry(options_.server, folder,
                                 {absl::StrCat("--page_cache_mb=",
                                               lookups_->PageCacheMib())}));
    return absl::OkStatus();
  }

  Measurement Batch(const std::string& name, LookupView view) const {
    Measurement measurement;
    measurement.figures = {
        {name, "items/s", "",
         absl::StrCat("one stream of ", sizes_.batch_items,
                      " codes, every answer checked; warm")}};
    measurement.run = [this, name, view]() -> absl::StatusOr<Samples> {
      CREDITREG_ASSIGN_OR_RETURN(const absl::Duration duration,
                                 RunBatchLookup(registry_->address(), view,
                                                data_, sizes_.batch_items));
      Sample sample;
      sample.n = static_cast<std::int64_t>(sizes_.batch_items);
      sample.value =
          static_cast<double>(sample.n) / absl::ToDoubleSeconds(duration);
      return Samples{{name, sample}};
    };
    return measurement;
  }

  // The whole set into a new registry.
  Measurement Imports() {
    Measurement measurement;
    measurement.figures = {
        {"import", "rows/s", "",
         absl::StrCat("public import call, every row synced, new server and "
                      "data on ",
                      options_.file_system,
                      " each time, files one after the other")}};
    measurement.run = [this] { return RunImportsOnce(); };
    return measurement;
  }

  absl::StatusOr<Samples> RunImportsOnce() {
    const std::string folder =
        absl::StrCat(options_.work_dir, "/import", ++imports_);
    CREDITREG_ASSIGN_OR_RETURN(const std::unique_ptr<ServerProcess> server,
                               StartRegistry(options_.server, folder));
    CREDITREG_ASSIGN_OR_RETURN(const auto times,
                               RunImports(server->address(), data_));
    CREDITREG_RETURN_IF_ERROR(server->Stop());
    std::error_code error;
    std::filesystem::remove_all(folder, error);
    ImportTime all;
    for (const auto& [name, time] : times) {
      all.rows += time.rows;
      all.duration += time.duration;
    }
    Sample sample;
    sample.value = all.RowsPerSecond();
    sample.n = all.rows;
    return Samples{{"import", sample}};
  }

  const BenchOptions& options_;
  const CoreSizes sizes_;
  const DataSet data_;
  int imports_ = 0;
  std::unique_ptr<ServerProcess> registry_;
  std::unique_ptr<LookupPart> lookups_;
};

}  // namespace

absl::StatusOr<std::vector<Figure>> RunCoreBench(const BenchOptions& options) {
  CREDITREG_ASSIGN_OR_RETURN(DataSet data,
                             LoadDataSet(options.data_dir, options.codes_dir));
  return CoreBench(options, std::move(data)).Run();
}

}  // namespace creditreg::bench
