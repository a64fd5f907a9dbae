#include "bench/load/core_bench.h"

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "bench/load/data_set.h"
#include "bench/load/echo_server.h"
#include "bench/load/measurement.h"
#include "bench/load/registry_load.h"
#include "bench/load/server_process.h"
#include "bench/load/unary_load.h"
#include "index/base/status_macros.h"

namespace creditreg::bench {
namespace {

// The same for every run, so that runs can be compared.
struct Sizes {
  int repetitions = 3;
  absl::Duration warm_up;
  absl::Duration duration;
  // Of the open loop: well below what two busy cores carry, so that the figure
  // is about single calls and not about a queue.
  double calls_per_second = 0;
  // Of one look-up stream, at most kMaxItemsPerStream.
  std::size_t batch_items = 0;
};

Sizes SizesFor(bool quick) {
  if (quick) {
    return {3, absl::Milliseconds(100), absl::Milliseconds(400), 500, 2000};
  }
  return {3, absl::Milliseconds(500), absl::Seconds(3), 2000, 100000};
}

constexpr char kEcho[] = "echo";
constexpr char kEchoLatency[] = "echo_latency";
constexpr char kImportAll[] = "import";

class CoreBench {
 public:
  CoreBench(const BenchOptions& options, DataSet data)
      : options_(options),
        sizes_(SizesFor(options.quick)),
        data_(std::move(data)),
        echo_workload_(EchoWorkload()),
        government_(LookupWorkload(LookupView::kGovernment, data_)),
        public_(LookupWorkload(LookupView::kPublic, data_)) {}

  absl::StatusOr<std::vector<Figure>> Run() {
    CREDITREG_RETURN_IF_ERROR(StartServers());
    CREDITREG_ASSIGN_OR_RETURN(
        std::vector<Figure> figures,
        Measure("core", Measurements(), sizes_.repetitions));
    CREDITREG_RETURN_IF_ERROR(echo_->Stop());
    CREDITREG_RETURN_IF_ERROR(registry_->Stop());
    return figures;
  }

 private:
  absl::Status StartServers() {
    const std::string folder = options_.work_dir + "/echo";
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
      return absl::InternalError(absl::StrCat(folder, ": ", error.message()));
    }
    CREDITREG_ASSIGN_OR_RETURN(
        echo_,
        ServerProcess::Start(
            {options_.self, "echo-server", "--listen=127.0.0.1:0"}, folder));
    CREDITREG_ASSIGN_OR_RETURN(
        registry_,
        StartRegistry(options_.server, options_.work_dir + "/registry"));
    return RunImports(registry_->address(), data_).status();
  }

  std::vector<Measurement> Measurements() {
    const std::string& echo = echo_->address();
    const std::string& registry = registry_->address();
    std::vector<Measurement> list;
    list.push_back(Throughput(kEcho, "", *echo_, echo_workload_));
    list.push_back(
        Throughput("get_government", kEcho, *registry_, government_));
    list.push_back(Throughput("get_public", kEcho, *registry_, public_));
    list.push_back(Latency(kEchoLatency, "", echo, echo_workload_));
    list.push_back(
        Latency("get_government_latency", kEchoLatency, registry, government_));
    list.push_back(
        Latency("get_public_latency", kEchoLatency, registry, public_));
    list.push_back(Batch("batch_government", LookupView::kGovernment));
    list.push_back(Batch("batch_public", LookupView::kPublic));
    list.push_back(Imports());
    return list;
  }

  // A sentence on what the look-ups find in memory.
  std::string Caches(const UnaryWorkload& workload) const {
    if (&workload == &echo_workload_) return "no data";
    return absl::StrCat("warm: ", data_.enterprises.size(),
                        " codes, each asked for in turn, data in memory");
  }

  // Calls a second, and what one call costs the server: the second hardly
  // depends on what else the machine does.
  Measurement Throughput(const std::string& name, const std::string& peer,
                         const ServerProcess& server,
                         const UnaryWorkload& workload) const {
    LoadOptions load;
    load.target = server.address();
    load.warm_up = sizes_.warm_up;
    load.duration = sizes_.duration;
    const std::string note =
        absl::StrCat("closed loop, ", load.in_flight, " calls in flight on ",
                     load.connections, " connections; ", Caches(workload));
    const std::string cpu = CpuFigure(name);
    Measurement measurement;
    measurement.figures = {
        {name, "calls/s", peer,
         absl::StrCat(note, "; client on the same machine")},
        {cpu, "us/call", peer.empty() ? "" : CpuFigure(peer),
         absl::StrCat("processor time of the server; ", note)}};
    measurement.run = [name, cpu, load, &server,
                       &workload]() -> absl::StatusOr<Samples> {
      const absl::Duration before = server.CpuTime();
      CREDITREG_ASSIGN_OR_RETURN(const LoadResult result,
                                 RunUnaryLoad(workload, load));
      const absl::Duration used = server.CpuTime() - before;
      Sample calls;
      calls.value = result.CallsPerSecond();
      calls.n = result.calls;
      calls.detail = absl::StrCat("answers of ",
                                  std::llround(result.answer_bytes), " bytes");
      Sample cost;
      cost.value = absl::ToDoubleMicroseconds(used) /
                   static_cast<double>(result.answers);
      cost.n = result.answers;
      return Samples{{name, calls}, {cpu, cost}};
    };
    return measurement;
  }

  Measurement Latency(const std::string& name, const std::string& peer,
                      const std::string& target,
                      const UnaryWorkload& workload) const {
    LoadOptions load;
    load.target = target;
    load.warm_up = sizes_.warm_up;
    load.duration = sizes_.duration;
    load.calls_per_second = sizes_.calls_per_second;
    Measurement measurement;
    measurement.figures = {
        {name, "us", peer,
         absl::StrCat("value is p99.9; open loop, ", load.calls_per_second,
                      " calls/s, counted from the time a call was due; ",
                      Caches(workload))}};
    measurement.run = [name, load, &workload]() -> absl::StatusOr<Samples> {
      CREDITREG_ASSIGN_OR_RETURN(const LoadResult result,
                                 RunUnaryLoad(workload, load));
      Sample sample;
      sample.value = result.latency.PercentileMicros(0.999);
      sample.p50_us = result.latency.PercentileMicros(0.5);
      sample.p99_us = result.latency.PercentileMicros(0.99);
      sample.n = result.calls;
      return Samples{{name, sample}};
    };
    return measurement;
  }

  Measurement Batch(const std::string& name, LookupView view) const {
    Measurement measurement;
    measurement.figures = {
        {name, "items/s", "",
         absl::StrCat("one stream of ", sizes_.batch_items,
                      " codes, every answer checked; ", Caches(government_))}};
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

  // The whole set and each larger file of it, into a new registry.
  Measurement Imports() {
    const std::string note = absl::StrCat(
        "public import call, every row synced, new server and data on ",
        options_.file_system, " each time, files one after the other");
    Measurement measurement;
    measurement.figures = {{kImportAll, "rows/s", "", note}};
    for (const ImportFile& file : data_.files) {
      if (IsReported(file)) {
        measurement.figures.push_back({FigureOf(file), "rows/s", "", note});
      }
    }
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
    Samples samples;
    for (const ImportFile& file : data_.files) {
      const ImportTime& time = times.at(file.name);
      all.rows += time.rows;
      all.duration += time.duration;
      if (IsReported(file)) samples[FigureOf(file)] = SampleOf(time);
    }
    samples[kImportAll] = SampleOf(all);
    return samples;
  }

  static std::string CpuFigure(const std::string& name) {
    return name + "_cpu";
  }
  static std::string FigureOf(const ImportFile& file) {
    return absl::StrCat(kImportAll, "_", file.name);
  }
  // The small last file says nothing by itself.
  static bool IsReported(const ImportFile& file) { return file.rows > 100; }
  static Sample SampleOf(const ImportTime& time) {
    Sample sample;
    sample.value = time.RowsPerSecond();
    sample.n = time.rows;
    return sample;
  }

  const BenchOptions& options_;
  const Sizes sizes_;
  const DataSet data_;
  const UnaryWorkload echo_workload_;
  const UnaryWorkload government_;
  const UnaryWorkload public_;
  int imports_ = 0;
  std::unique_ptr<ServerProcess> echo_;
  std::unique_ptr<ServerProcess> registry_;
};

}  // namespace

absl::StatusOr<std::vector<Figure>> RunCoreBench(const BenchOptions& options) {
  CREDITREG_ASSIGN_OR_RETURN(DataSet data,
                             LoadDataSet(options.data_dir, options.codes_dir));
  return CoreBench(options, std::move(data)).Run();
}

}  // namespace creditreg::bench
