#include "bench/load/core_bench.h"

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "bench/load/data_set.h"
#include "bench/load/endurance_part.h"
#include "bench/load/import_part.h"
#include "bench/load/lookup_part.h"
#include "bench/load/measurement.h"
#include "bench/load/postgres_part.h"
#include "bench/load/registry_load.h"
#include "bench/load/server_process.h"
#include "index/base/status_macros.h"

namespace creditreg::bench {
namespace {

CoreSizes SizesFor(const BenchOptions& options) {
  CoreSizes sizes;
  if (options.slice_rows > 0) sizes.slice_rows = options.slice_rows;
  if (!options.quick) return sizes;
  sizes.warm_up = absl::Milliseconds(100);
  sizes.duration = absl::Milliseconds(400);
  sizes.settling = absl::Milliseconds(300);
  sizes.draws = 1 << 14;
  sizes.measured_pages = 1000;
  sizes.batch_items = 2000;
  sizes.slice_rows = 300;
  sizes.single_writes = 2000;
  sizes.idle_connections = 300;
  return sizes;
}

template <typename T>
void Append(std::vector<T> more, std::vector<T>* list) {
  for (T& item : more) list->push_back(std::move(item));
}

class CoreBench {
 public:
  CoreBench(const BenchOptions& options, DataSet data, DataSet bulk)
      : options_(options),
        sizes_(SizesFor(options)),
        data_(std::move(data)),
        bulk_(std::move(bulk)),
        growth_(options_, sizes_) {}

  absl::StatusOr<std::vector<Figure>> Run() {
    CREDITREG_RETURN_IF_ERROR(LoadAll());
    CREDITREG_RETURN_IF_ERROR(
        postgres_->Start(*registry_, imports_->raw_store()));
    CREDITREG_RETURN_IF_ERROR(lookups_->Start(*registry_));
    std::vector<Measurement> measurements = lookups_->Measurements();
    Append(imports_->Measurements(*registry_), &measurements);
    Append(postgres_->Measurements(
               [this] { return lookups_->lookups_per_second(); },
               [this] { return imports_->imports_per_second(); }),
           &measurements);
    measurements.push_back(
        SlowClients(options_, sizes_, *registry_, lookups_.get()));
    measurements.push_back(growth_.Growth());
    CREDITREG_ASSIGN_OR_RETURN(
        std::vector<Figure> figures,
        Measure("core", measurements, sizes_.repetitions));
    CREDITREG_ASSIGN_OR_RETURN(std::vector<Figure> memory,
                               Measure("core", {PeakMemory(*registry_)}, 1));
    Append(std::move(memory), &figures);
    // Bytes do not depend on what else runs, and the check of all rows takes
    // one core.
    absl::StatusOr<std::vector<Figure>> disk;
    std::thread compaction([this, &disk] {
      disk = Measure(
          "core",
          {postgres_->Disk(&imports_->raw_store(), imports_->raw_folder(),
                           options_.work_dir + "/registry/keys/data_keys")},
          1);
    });
    absl::StatusOr<std::vector<Figure>> verified =
        Measure("core", {Verification(*registry_)}, 1);
    compaction.join();
    for (absl::StatusOr<std::vector<Figure>>* part : {&verified, &disk}) {
      CREDITREG_RETURN_IF_ERROR(part->status());
      Append(*std::move(*part), &figures);
    }
    CREDITREG_RETURN_IF_ERROR(growth_.Stop());
    CREDITREG_RETURN_IF_ERROR(lookups_->Stop());
    CREDITREG_RETURN_IF_ERROR(registry_->Stop());
    return figures;
  }

 private:
  // What is loaded here is not measured, so that PostgreSQL, which loads on one
  // core, loads beside the registries.
  absl::Status LoadAll() {
    const std::string cut = options_.work_dir + "/cut";
    std::error_code error;
    std::filesystem::create_directories(cut, error);
    CREDITREG_RETURN_IF_ERROR(
        CutSlices(cut, sizes_.repetitions, sizes_.slice_rows, &data_));
    std::fprintf(stderr, "bench: loads the registries and PostgreSQL\n");
    postgres_ = std::make_unique<PostgresPart>(options_, sizes_, data_, bulk_);
    absl::Status peer;
    std::thread peer_loads([this, &peer] { peer = postgres_->Load(); });
    absl::Status registries = LoadRegistry();
    if (registries.ok()) registries = growth_.Start();
    peer_loads.join();
    CREDITREG_RETURN_IF_ERROR(registries);
    return peer;
  }

  // Loads the registry, and starts it again with the page cache that the
  // length of its pages asks for.
  absl::Status LoadRegistry() {
    const std::string folder = options_.work_dir + "/registry";
    CREDITREG_ASSIGN_OR_RETURN(
        const ImportTime loaded,
        bench::LoadRegistry(options_.loader, folder, data_.files));
    std::fprintf(stderr, "bench: the registry is loaded, %.0f rows/s\n",
                 loaded.StoredPerSecond());
    imports_ = std::make_unique<ImportPart>(options_, sizes_, data_, folder);
    CREDITREG_RETURN_IF_ERROR(imports_->CopyData());
    CREDITREG_ASSIGN_OR_RETURN(registry_,
                               StartRegistry(options_.server, folder));
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

  const BenchOptions& options_;
  const CoreSizes sizes_;
  DataSet data_;
  const DataSet bulk_;
  GrowthPart growth_;
  std::unique_ptr<ServerProcess> registry_;
  std::unique_ptr<LookupPart> lookups_;
  std::unique_ptr<ImportPart> imports_;
  std::unique_ptr<PostgresPart> postgres_;
};

}  // namespace

absl::StatusOr<std::vector<Figure>> RunCoreBench(const BenchOptions& options) {
  CREDITREG_ASSIGN_OR_RETURN(DataSet data,
                             LoadDataSet(options.data_dir, options.codes_dir));
  CREDITREG_ASSIGN_OR_RETURN(DataSet bulk,
                             LoadDataSet(options.bulk_dir, options.codes_dir));
  return CoreBench(options, std::move(data), std::move(bulk)).Run();
}

}  // namespace creditreg::bench
