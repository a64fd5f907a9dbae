// creditreg_bench: measures a registry against its peers. See README.md.

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/load/core_bench.h"
#include "bench/load/data_set.h"
#include "bench/load/echo_server.h"
#include "bench/load/figure.h"
#include "bench/load/hostile_clients.h"
#include "bench/load/key_order.h"
#include "bench/load/registry_load.h"
#include "bench/load/trust_bench.h"
#include "bench/load/unary_load.h"
#include "client/credentials.h"
#include "index/base/lock_checks.h"
#include "index/base/status_macros.h"

namespace creditreg::bench {
namespace {

// A limit for a figure that is not there would judge nothing, silently.
absl::Status CheckLimits(const std::vector<Limit>& limits,
                         const std::string& bench,
                         const std::vector<Figure>& figures) {
  for (const Limit& limit : limits) {
    bool is_known = limit.bench != bench;
    for (const Figure& figure : figures) {
      if (figure.figure == limit.figure) is_known = true;
    }
    if (!is_known) {
      return absl::InvalidArgumentError(
          absl::StrCat("limits: ", limit.figure, " is no figure of ", bench));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Limit>> ReadLimits(const std::string& path) {
  const std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": not there"));
  std::ostringstream text;
  text << file.rdbuf();
  return ParseLimits(text.str());
}

// True where every figure is good enough; prints them in any case. `run`: the
// bench of that name.
absl::StatusOr<bool> RunBench(
    const std::string& bench, bool quick, const std::string& limits_file,
    const std::function<absl::StatusOr<std::vector<Figure>>()>& run) {
  CREDITREG_ASSIGN_OR_RETURN(std::vector<Limit> limits,
                             ReadLimits(limits_file));
  CREDITREG_ASSIGN_OR_RETURN(std::vector<Figure> figures, run());
  CREDITREG_RETURN_IF_ERROR(CheckLimits(limits, bench, figures));
  if (quick) limits.clear();
  bool all_ok = true;
  for (Figure& figure : figures) {
    Judge(limits, &figure);
    if (quick) figure.note = absl::StrCat("quick; ", figure.note);
    if (!figure.ok) all_ok = false;
    std::printf("%s\n", ToJsonLine(figure).c_str());
  }
  return all_ok;
}

// Look-ups against a server that runs already: for a profiler to watch, and for
// the curves of plot.sh.
struct ProfileOptions {
  std::string target;
  bool is_public = false;
  double seconds = 10;
  // Calls a second; 0: as many as `callers` get answered.
  double rate = 0;
  int callers = 64;
  // "uniform", "zipf" or "hot", a hundred codes.
  std::string keys = "uniform";
  ClientCredentials credentials;
  // File with tokens to show in turn, one a line; empty: none.
  std::string tokens_file;
};

std::vector<std::uint32_t> OrderOf(const std::string& keys, std::size_t count) {
  constexpr std::size_t kDraws = std::size_t{1} << 20;
  if (keys == "zipf") return ZipfOrder(count, kDraws);
  if (keys == "hot") {
    return UniformOrder(std::min(count, std::size_t{100}), kDraws);
  }
  return UniformOrder(count, kDraws);
}

absl::Status RunProfile(const BenchOptions& options,
                        const ProfileOptions& profile) {
  CREDITREG_ASSIGN_OR_RETURN(const DataSet data,
                             LoadDataSet(options.data_dir, options.codes_dir));
  const UnaryWorkload workload = LookupWorkload(
      profile.is_public ? LookupView::kPublic : LookupView::kGovernment, data,
      OrderOf(profile.keys, data.enterprises.size()));
  LoadOptions load;
  load.target = profile.target;
  load.duration = absl::Seconds(profile.seconds);
  load.calls_per_second = profile.rate;
  load.in_flight = profile.callers;
  load.credentials = profile.credentials;
  if (!profile.tokens_file.empty()) {
    CREDITREG_ASSIGN_OR_RETURN(load.tokens, ReadTokens(profile.tokens_file));
  }
  CREDITREG_ASSIGN_OR_RETURN(const LoadResult result,
                             RunUnaryLoad(workload, load));
  // Calls due and answered a second, p50 and p99 in microseconds.
  std::printf("%.0f %.0f %.0f %.0f\n",
              profile.rate > 0 ? profile.rate : result.CallsPerSecond(),
              result.CallsPerSecond(), result.latency.PercentileMicros(0.5),
              result.latency.PercentileMicros(0.99));
  return absl::OkStatus();
}

// Submissions of one record each, 64 callers, for a profiler to watch.
absl::Status RunSubmits(const BenchOptions& options,
                        const ProfileOptions& profile) {
  constexpr std::size_t kMost = std::size_t{1} << 20;
  CREDITREG_ASSIGN_OR_RETURN(const DataSet data,
                             LoadDataSet(options.data_dir, options.codes_dir));
  // Another series each time, so that the records are new.
  const auto series = static_cast<int>(absl::ToUnixSeconds(absl::Now()));
  const UnaryWorkload workload = SubmitWorkload(
      data, series,
      std::min(kMost, static_cast<std::size_t>(profile.seconds * 40000)));
  LoadOptions load;
  load.target = profile.target;
  load.connections = 1;
  load.warm_up = absl::ZeroDuration();
  load.duration = absl::Seconds(profile.seconds);
  load.max_calls = static_cast<std::int64_t>(workload.requests.size());
  const absl::Time start = absl::Now();
  CREDITREG_ASSIGN_OR_RETURN(const LoadResult result,
                             RunUnaryLoad(workload, load));
  // Answered a second, p50 and p99 in microseconds.
  std::printf("%.0f %.0f %.0f\n",
              static_cast<double>(result.answers) /
                  absl::ToDoubleSeconds(absl::Now() - start),
              result.latency.PercentileMicros(0.5),
              result.latency.PercentileMicros(0.99));
  return absl::OkStatus();
}

// 2: nothing could be measured.
int Fail(const absl::Status& status) {
  std::fprintf(stderr, "creditreg_bench: %s\n",
               std::string(status.message()).c_str());
  return 2;
}

int Main(int argc, char** argv) {
  CLI::App app("Measures a credit registry; prints figures as JSON lines");
  app.require_subcommand(1);
  BenchOptions options;
  options.self = "/proc/self/exe";
  options.codes_dir = "conf/codes";
  std::string limits = "bench/floors.tsv";
  CLI::App* const core = app.add_subcommand("core", "Look-ups and imports");
  core->add_option("--data", options.data_dir, "Data set")->required();
  core->add_option("--codes", options.codes_dir, "Code lists of the data set");
  core->add_option("--work", options.work_dir, "Empty folder")->required();
  core->add_option("--server", options.server, "creditregd")->required();
  core->add_option("--loader", options.loader, "creditreg_load")->required();
  core->add_option("--bulk_data", options.bulk_dir, "Data set to load at once")
      ->required();
  core->add_option("--growth_small", options.growth_small_dir, "Data set")
      ->required();
  core->add_option("--growth_large", options.growth_large_dir, "Data set")
      ->required();
  core->add_option("--postgres", options.postgres, "Connection string")
      ->required();
  core->add_option("--postgres_sql", options.postgres_sql, "Its statements");
  core->add_option("--csv_zstd_bytes", options.csv_zstd_bytes, "Of --data");
  core->add_option("--slice_rows", options.slice_rows, "Of a fresh slice");
  core->add_option("--limits", limits, "Floors and ceilings");
  core->add_option("--file_system", options.file_system, "Of --work");
  core->add_flag("--quick", options.quick, "Show that it works; judge nothing");
  TrustOptions trust;
  CLI::App* const trusts =
      app.add_subcommand("trust", "TLS, tokens, audit log, sealing");
  trusts->add_option("--data", trust.data_dir, "Data set")->required();
  trusts->add_option("--rows_data", trust.rows_dir, "Data set of complaints")
      ->required();
  trusts->add_option("--codes", options.codes_dir, "Code lists of both");
  trusts->add_option("--work", trust.work_dir, "Empty folder")->required();
  trusts->add_option("--server", trust.server, "creditregd")->required();
  trusts->add_option("--loader", trust.loader, "creditreg_load")->required();
  trusts->add_option("--conf", trust.conf_dir, "Tables")->required();
  trusts->add_option("--auth", trust.auth_dir, "Certificates and tokens")
      ->required();
  trusts->add_option("--slice_rows", trust.slice_rows, "Of a fresh slice");
  trusts->add_option("--limits", limits, "Floors and ceilings");
  trusts->add_option("--file_system", trust.file_system, "Of --work");
  trusts->add_flag("--quick", trust.quick, "Show that it works; judge nothing");
  std::string listen = "127.0.0.1:0";
  std::string port_file;
  CLI::App* const echo =
      app.add_subcommand("echo-server", "The peer of look-ups");
  std::string kind = "callback";
  echo->add_option("--kind", kind, "callback or queue")
      ->check(CLI::IsMember({"callback", "queue"}));
  echo->add_option("--listen", listen, "host:port");
  echo->add_option("--port_file", port_file, "Gets host:port")->required();
  HostileOptions hostile;
  CLI::App* const hostiles =
      app.add_subcommand("hostile", "Clients that misbehave, until a signal");
  hostiles->add_option("--target", hostile.target, "host:port")->required();
  hostiles->add_option("--idle_connections", hostile.idle_connections, "Count");
  hostiles->add_option("--port_file", hostile.port_file, "Gets 'ready'")
      ->required();
  ProfileOptions profile;
  const auto add_profile = [&options, &profile](CLI::App* command) {
    command->add_option("--data", options.data_dir, "Data set")->required();
    command->add_option("--codes", options.codes_dir, "Code lists of it");
    command->add_option("--target", profile.target, "host:port")->required();
    command->add_option("--seconds", profile.seconds, "Time measured");
  };
  CLI::App* const lookups = app.add_subcommand(
      "lookups", "Look-ups against a server that holds the data set");
  add_profile(lookups);
  lookups->add_option("--rate", profile.rate, "Calls a second; 0: all it can");
  lookups->add_option("--callers", profile.callers, "Calls under way");
  lookups->add_option("--keys", profile.keys, "uniform, zipf or hot")
      ->check(CLI::IsMember({"uniform", "zipf", "hot"}));
  lookups->add_flag("--public", profile.is_public, "As the public sees it");
  lookups->add_option("--tokens", profile.tokens_file, "Tokens, one a line");
  lookups->add_option("--purpose", profile.credentials.purpose, "What for");
  lookups->add_option("--ca", profile.credentials.ca_file, "Speaks TLS");
  lookups->add_option("--cert", profile.credentials.certificate_file,
                      "With it");
  lookups->add_option("--key", profile.credentials.key_file, "Of --cert");
  CLI::App* const submits = app.add_subcommand(
      "submits", "Single writes to a server that holds the data set");
  add_profile(submits);
  CLI11_PARSE(app, argc, argv);

  if (echo->parsed()) {
    const absl::Status status =
        ServeEcho(kind == "queue" ? EchoKind::kQueue : EchoKind::kCallback,
                  listen, port_file);
    return status.ok() ? 0 : Fail(status);
  }
  if (hostiles->parsed()) {
    const absl::Status status = RunHostileClients(hostile);
    return status.ok() ? 0 : Fail(status);
  }
  if (lookups->parsed()) {
    const absl::Status status = RunProfile(options, profile);
    return status.ok() ? 0 : Fail(status);
  }
  if (submits->parsed()) {
    const absl::Status status = RunSubmits(options, profile);
    return status.ok() ? 0 : Fail(status);
  }
  trust.codes_dir = options.codes_dir;
  const absl::StatusOr<bool> all_ok =
      trusts->parsed() ? RunBench("trust", trust.quick, limits,
                                  [&trust] { return RunTrustBench(trust); })
                       : RunBench("core", options.quick, limits,
                                  [&options] { return RunCoreBench(options); });
  if (!all_ok.ok()) return Fail(all_ok.status());
  return *all_ok ? 0 : 1;
}

}  // namespace
}  // namespace creditreg::bench

int main(int argc, char** argv) {
  // As the server it is compared with.
  creditreg::EndLockOrderChecks();
  return creditreg::bench::Main(argc, argv);
}
