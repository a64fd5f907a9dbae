#include "bench/load/lookup_part.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "bench/load/echo_server.h"
#include "bench/load/key_order.h"
#include "bench/load/registry_load.h"
#include "index/base/status_macros.h"

namespace creditreg::bench {
namespace {

constexpr char kEcho[] = "echo";
constexpr char kEchoCpu[] = "echo_server_cpu";
constexpr char kEchoP99[] = "echo_p99";
constexpr char kLookup[] = "lookup_vs_echo";
constexpr char kLookupCpu[] = "lookup_server_cpu_vs_echo";
constexpr char kLookupP99[] = "lookup_p99_vs_echo";

// Of the look-up's own peak: busy, but not so that queues decide.
constexpr double kLatencyLoad = 0.7;
// Times the settling is repeated at most, and the gain in the share of kept
// pages from one time to the next below which it has settled.
constexpr int kMostSettlings = 10;
constexpr double kSettledGain = 0.01;
// Pages that every cache of the bench holds.
constexpr std::size_t kHotKeys = 100;

// A page larger than 1/256 of the cache is not kept: less would keep none. A
// tenth of all pages from some 150,000 enterprises on.
constexpr std::int64_t kLeastCacheMib = 16;

absl::StatusOr<std::unique_ptr<ServerProcess>> StartEcho(
    const BenchOptions& options, const std::string& kind) {
  const std::string folder = absl::StrCat(options.work_dir, "/echo_", kind);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::InternalError(absl::StrCat(folder, ": ", error.message()));
  }
  return ServerProcess::Start(
      {options.self, "echo-server", "--kind=" + kind, "--listen=127.0.0.1:0"},
      folder);
}

}  // namespace

LookupPart::LookupPart(const BenchOptions& options, const CoreSizes& sizes,
                       const DataSet& data,
                       std::vector<std::uint32_t> page_bytes)
    : options_(options),
      sizes_(sizes),
      data_(data),
      page_bytes_(std::move(page_bytes)) {
  const std::size_t count = data_.enterprises.size();
  const std::vector<std::uint32_t> order = ZipfOrder(count, sizes_.draws);
  echo_ = EchoWorkload(page_bytes_, order);
  zipf_ = LookupWorkload(LookupView::kPublic, data_, order);
  hot_ = LookupWorkload(LookupView::kPublic, data_,
                        UniformOrder(std::min(kHotKeys, count), sizes_.draws));
  cold_ = LookupWorkload(LookupView::kPublic, data_,
                         UniformOrder(count, sizes_.draws));
}

std::int64_t LookupPart::PageCacheMib() const {
  const std::uint64_t all =
      std::accumulate(page_bytes_.begin(), page_bytes_.end(), std::uint64_t{0});
  return std::max(kLeastCacheMib,
                  static_cast<std::int64_t>(
                      std::llround(static_cast<double>(all) / 10 / (1 << 20))));
}

absl::Status LookupPart::Start(const ServerProcess& registry) {
  registry_ = &registry;
  CREDITREG_ASSIGN_OR_RETURN(callback_echo_, StartEcho(options_, "callback"));
  CREDITREG_ASSIGN_OR_RETURN(queue_echo_, StartEcho(options_, "queue"));
  return absl::OkStatus();
}

absl::Status LookupPart::Stop() {
  CREDITREG_RETURN_IF_ERROR(callback_echo_->Stop());
  return queue_echo_->Stop();
}

std::string LookupPart::CacheNote() const {
  return absl::StrCat(data_.enterprises.size(), " codes, page cache ",
                      PageCacheMib(), " MiB",
                      PageCacheMib() > kLeastCacheMib ? ", a tenth of all pages"
                                                      : ", holds all pages");
}

LoadOptions LookupPart::ClosedLoop(const ServerProcess& server) const {
  LoadOptions load;
  load.target = server.address();
  load.warm_up = sizes_.warm_up;
  load.duration = sizes_.duration;
  return load;
}

absl::StatusOr<LoadResult> LookupPart::Run(const UnaryWorkload& workload,
                                           LoadOptions load) {
  load.first_place = next_place_;
  CREDITREG_ASSIGN_OR_RETURN(LoadResult result, RunUnaryLoad(workload, load));
  next_place_ += static_cast<std::uint64_t>(result.answers);
  return result;
}

absl::StatusOr<LookupPart::Result> LookupPart::RunClosed(
    const ServerProcess& server, const UnaryWorkload& workload) {
  const absl::Duration before = server.CpuTime();
  CREDITREG_ASSIGN_OR_RETURN(const LoadResult load,
                             Run(workload, ClosedLoop(server)));
  const absl::Duration used = server.CpuTime() - before;
  Result result;
  result.calls.value = load.CallsPerSecond();
  result.calls.n = load.calls;
  result.calls.detail =
      absl::StrCat("answers of ", std::llround(load.answer_bytes), " bytes");
  result.cpu.value =
      absl::ToDoubleMicroseconds(used) / static_cast<double>(load.answers);
  result.cpu.n = load.answers;
  return result;
}

absl::StatusOr<Sample> LookupPart::RunOpen(const ServerProcess& server,
                                           const UnaryWorkload& workload,
                                           double share) {
  LoadOptions load = ClosedLoop(server);
  load.calls_per_second = lookups_per_second_ * share;
  CREDITREG_ASSIGN_OR_RETURN(const LoadResult result, Run(workload, load));
  Sample sample;
  sample.value = result.latency.PercentileMicros(0.99);
  sample.p50_us = result.latency.PercentileMicros(0.5);
  sample.p99_us = sample.value;
  sample.n = result.calls;
  sample.detail = absl::StrCat(std::llround(load.calls_per_second), " calls/s");
  return sample;
}

std::vector<Measurement> LookupPart::Measurements() {
  std::vector<Measurement> list;
  list.push_back(Echo());
  list.push_back(Lookups());
  list.push_back(Latency());
  list.push_back(OtherMix(
      "lookup_hot_vs_echo", hot_,
      absl::StrCat("all hot: ", kHotKeys, " codes, always in the page cache")));
  list.push_back(OtherMix(
      "lookup_cold_vs_echo", cold_,
      "uniform over all codes: what is not in the page cache is built; "
      "blocks in RocksDB's or the system's cache"));
  return list;
}

Measurement LookupPart::Echo() {
  Measurement measurement;
  const std::string note =
      "closed loop, 64 calls in flight on 2 connections; the faster of a "
      "callback server and one completion queue; client on the same machine";
  measurement.figures = {{kEcho, "calls/s", "", note},
                         {kEchoCpu, "us/call", "", note}};
  measurement.run = [this]() -> absl::StatusOr<Samples> {
    CREDITREG_ASSIGN_OR_RETURN(Result callback,
                               RunClosed(*callback_echo_, echo_));
    CREDITREG_ASSIGN_OR_RETURN(Result queue, RunClosed(*queue_echo_, echo_));
    const std::string both =
        absl::StrCat("callback ", std::llround(callback.calls.value),
                     ", queue ", std::llround(queue.calls.value), " calls/s");
    const bool is_callback = callback.calls.value >= queue.calls.value;
    faster_echo_ = is_callback ? callback_echo_.get() : queue_echo_.get();
    Result& faster = is_callback ? callback : queue;
    absl::StrAppend(&faster.calls.detail, "; ", both);
    faster.cpu.detail = absl::StrFormat("callback %.1f, queue %.1f us/call",
                                        callback.cpu.value, queue.cpu.value);
    // The cheaper of the two, which need not be the faster.
    faster.cpu.value = std::min(callback.cpu.value, queue.cpu.value);
    return Samples{{kEcho, faster.calls}, {kEchoCpu, faster.cpu}};
  };
  return measurement;
}

Measurement LookupPart::Lookups() {
  Measurement measurement;
  const std::string note = absl::StrCat(
      "closed loop, 64 calls in flight on 2 connections; Zipf 0.99 over ",
      CacheNote(), "; client on the same machine");
  measurement.figures = {{kLookup, "pages/s", kEcho, note},
                         {kLookupCpu, "us/call", kEchoCpu, note}};
  measurement.run = [this]() -> absl::StatusOr<Samples> {
    registry_->AwaitCalm();
    CREDITREG_RETURN_IF_ERROR(Settle());
    CREDITREG_ASSIGN_OR_RETURN(Result result, RunClosed(*registry_, zipf_));
    absl::StrAppend(&result.calls.detail, "; ", kept_note_);
    lookups_per_second_ = result.calls.value;
    return Samples{{kLookup, result.calls}, {kLookupCpu, result.cpu}};
  };
  return measurement;
}

absl::Status LookupPart::Settle() {
  // Imports void most pages, and look-ups of all codes alike crowd out the
  // others: the repetition before left no cache that has settled.
  LoadOptions load = ClosedLoop(*registry_);
  load.duration = sizes_.settling;
  const auto read = [this](const char* name) {
    return ReadStatistic(registry_->address(), name);
  };
  CREDITREG_ASSIGN_OR_RETURN(std::int64_t hits, read("pages.hits"));
  CREDITREG_ASSIGN_OR_RETURN(std::int64_t misses, read("pages.misses"));
  double share = 0;
  for (int i = 0; i < kMostSettlings; ++i) {
    CREDITREG_RETURN_IF_ERROR(Run(zipf_, load).status());
    CREDITREG_ASSIGN_OR_RETURN(const std::int64_t more_hits,
                               read("pages.hits"));
    CREDITREG_ASSIGN_OR_RETURN(const std::int64_t more_misses,
                               read("pages.misses"));
    const auto found = static_cast<double>(more_hits - hits);
    const auto asked = found + static_cast<double>(more_misses - misses);
    const double last = std::exchange(share, asked > 0 ? found / asked : 0);
    hits = more_hits;
    misses = more_misses;
    if (share < last + kSettledGain) break;
  }
  kept_note_ =
      absl::StrFormat("%.1f %% of the calls found a kept page", 100 * share);
  return absl::OkStatus();
}

Measurement LookupPart::OtherMix(const std::string& name,
                                 const UnaryWorkload& workload,
                                 const std::string& note) {
  Measurement measurement;
  measurement.figures = {
      {name, "pages/s", kEcho, absl::StrCat(note, "; ", CacheNote())}};
  measurement.run = [this, name, &workload]() -> absl::StatusOr<Samples> {
    CREDITREG_ASSIGN_OR_RETURN(const Result result,
                               RunClosed(*registry_, workload));
    return Samples{{name, result.calls}};
  };
  return measurement;
}

Measurement LookupPart::Latency() {
  Measurement measurement;
  const std::string note = absl::StrCat(
      "value is p99; open loop at ", kLatencyLoad,
      " of the look-up's rate of this repetition, from the time a call was "
      "due; Zipf 0.99 over ",
      CacheNote());
  measurement.figures = {{kEchoP99, "us", "", note},
                         {kLookupP99, "us", kEchoP99, note}};
  measurement.run = [this]() -> absl::StatusOr<Samples> {
    CREDITREG_ASSIGN_OR_RETURN(const Sample echo,
                               RunOpen(*faster_echo_, echo_, kLatencyLoad));
    CREDITREG_ASSIGN_OR_RETURN(const Sample lookup,
                               RunOpen(*registry_, zipf_, kLatencyLoad));
    return Samples{{kEchoP99, echo}, {kLookupP99, lookup}};
  };
  return measurement;
}

}  // namespace creditreg::bench
