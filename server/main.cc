// creditregd: the credit registry's server. Builds every object, in order, and
// takes them down in the reverse one.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "index/base/clock.h"
#include "index/base/lock_checks.h"
#include "index/base/random.h"
#include "index/publication/page_cache.h"
#include "index/registry/registry.h"
#include "nlohmann/json.hpp"
#include "server/audit/audit_log.h"
#include "server/auth/access_policy.h"
#include "server/auth/authenticator.h"
#include "server/config/key_options.h"
#include "server/config/publication_tables.h"
#include "server/config/server_config.h"
#include "server/ops/call_gate.h"
#include "server/ops/call_stats.h"
#include "server/ops/grpc_server.h"
#include "server/ops/json_log.h"
#include "server/ops/library_log.h"
#include "server/ops/port_file.h"
#include "server/ops/process_memory.h"
#include "server/ops/stop_signal.h"
#include "server/ops/worker_pool.h"
#include "server/service/environment.h"
#include "server/service/rpc.h"
#include "server/service/services.h"
#include "server/wire/field_tables.h"

namespace creditreg {
namespace {

constexpr char kVersion[] = "0.1.0";
// How often the registry is asked whether it still works.
constexpr absl::Duration kHealthInterval = absl::Seconds(1);
// A unary call takes milliseconds; one that is still there has a caller who
// does not read its answer.
constexpr absl::Duration kUnaryLimit = absl::Minutes(1);

RegistryOptions OptionsOf(const ServerConfig& config) {
  RegistryOptions options;
  options.store.directory = config.data_dir;
  options.store.block_cache_bytes =
      static_cast<std::size_t>(config.block_cache_mb) << 20;
  SetKeyOptions(config, &options);
  options.max_queued_rows = static_cast<std::size_t>(config.max_queued_rows);
  return options;
}

// Says on standard error why the program ends, one line a mistake.
int Fail(const absl::Status& status) {
  for (const absl::string_view line : absl::StrSplit(status.message(), '\n')) {
    std::fprintf(stderr, "creditregd: %s\n", std::string(line).c_str());
  }
  return 1;
}

// --verify: looks at the registry at rest, prints a report, 0 if it is whole.
int VerifyAtRest(const ServerConfig& config) {
  RegistryOptions options = OptionsOf(config);
  options.store.read_only = true;
  options.create_keys = false;
  const auto registry = Registry::Open(options);
  if (!registry.ok()) return Fail(registry.status());
  VerifyOptions verify;
  verify.open_sealed = config.verify_sealed;
  const absl::StatusOr<VerifyReport> report = (*registry)->Verify(
      verify, [](const VerifyProgress& /*progress*/) { return true; });
  if (!report.ok()) return Fail(report.status());
  nlohmann::ordered_json json;
  json["rows_checked"] = report->rows_checked;
  json["faults"] = report->faults;
  json["fault_messages"] = report->fault_messages;
  json["sequence"] = report->sequence;
  json["whole"] = report->faults == 0;
  std::printf("%s\n", json.dump().c_str());
  return report->faults == 0 ? 0 : 1;
}

// Serves until a signal comes. Objects are destroyed from the last to the
// first: the server before what its services use.
int Serve(const ServerConfig& config) {
  StopSignal stop;  // before any thread
  Clock* const clock = RealClock();
  SystemRandom random;
  JsonLog log(ParseLogLevel(config.log_level), clock);
  const LibraryLog library_log(&log, clock);
  log.Write(LogLevel::kInfo, "start", {{"version", kVersion}});

  const auto tables = FieldTables::Load(config.conf_dir + "/intake");
  if (!tables.ok()) return Fail(tables.status());
  const auto policy = AccessPolicy::Load(
      config.conf_dir + "/access/policy.textproto", PolicyCalls());
  if (!policy.ok()) return Fail(policy.status());
  AuthenticatorOptions auth;
  auth.identities_file = config.identities;
  auth.ca_file = config.jwks_ca;
  auth.clock = clock;
  auth.on_error = [&log](absl::string_view what, const absl::Status& why) {
    log.Write(
        LogLevel::kError, "identities",
        {{"what", std::string(what)}, {"error", std::string(why.message())}});
  };
  if (config.local_development_caller) {
    auth.nobody = LocalCaller();
    log.Write(LogLevel::kWarning, "development",
              {{"error", "callers without credentials may do everything"}});
  }
  const auto authenticator = Authenticator::Create(std::move(auth));
  if (!authenticator.ok()) return Fail(authenticator.status());
  PageCache page_cache(static_cast<std::size_t>(config.page_cache_mb) << 20);
  RegistryOptions registry_options = OptionsOf(config);
  registry_options.page_cache = &page_cache;
  auto publication_tables = ReadPublicationTables(config.conf_dir);
  if (!publication_tables.ok()) return Fail(publication_tables.status());
  registry_options.tables = *std::move(publication_tables);
  auto registry = Registry::Open(registry_options);
  if (!registry.ok()) return Fail(registry.status());
  if ((*registry)->IsNewBesideOldKeys()) {
    log.Write(LogLevel::kWarning, "database_created",
              {{"error",
                "data_dir held no database and key_dir held keys: an empty "
                "registry was made; is data_dir the right one?"}});
  }

  (*registry)->BeginDay();
  const std::uint64_t destroyed_again = (*registry)->Keys().destroyed_again;
  if (destroyed_again > 0) {
    log.Write(LogLevel::kWarning, "erased_keys_destroyed_again",
              {{"keys", static_cast<std::int64_t>(destroyed_again)}});
  }

  std::unique_ptr<AuditLog> audit;
  if (!config.no_audit) {
    AuditLogOptions audit_options;
    audit_options.directory = config.audit_dir;
    audit_options.sink_file = config.audit_sink;
    audit_options.keep = absl::Hours(24) * config.audit_keep_days;
    audit_options.clock = clock;
    // A disk that hangs must not take every place: a quarter of the calls waits
    // for it at most, and as many are in its hands.
    audit_options.max_queued_rows = static_cast<std::size_t>(
        std::max<std::int64_t>(10, config.max_concurrent_calls / 4));
    audit_options.max_group_rows = audit_options.max_queued_rows;
    audit_options.on_state = [&log](const absl::Status& state) {
      log.Write(state.ok() ? LogLevel::kInfo : LogLevel::kError, "audit",
                {{"code", absl::StatusCodeToString(state.code())},
                 {"error", std::string(state.message())}});
    };
    auto opened = AuditLog::Open(std::move(audit_options));
    if (!opened.ok()) return Fail(opened.status());
    audit = *std::move(opened);
  }
  CallGate gate(config.max_concurrent_calls, config.call_memory_mb << 20);
  CallStats stats(RpcNames());
  WorkerPool answer_workers(2);
  WorkerPool import_workers(static_cast<std::size_t>(config.import_threads));

  ServiceEnvironment environment;
  environment.registry = registry->get();
  environment.authenticator = authenticator->get();
  environment.policy = policy->get();
  environment.audit = audit.get();
  environment.has_certificates = !config.tls_client_ca.empty();
  environment.tables = tables->get();
  environment.clock = clock;
  environment.random = &random;
  environment.gate = &gate;
  environment.stats = &stats;
  environment.log = &log;
  environment.page_cache = &page_cache;
  environment.answer_workers = &answer_workers;
  environment.import_workers = &import_workers;
  QuotaTable quotas;
  LockoutTable lockouts;
  QuotaTable address_quotas;
  environment.quotas = &quotas;
  environment.address_quotas = &address_quotas;
  environment.lockouts = &lockouts;
  std::atomic<std::int64_t> anonymous_calls{0};
  environment.anonymous_calls = &anonymous_calls;
  // The website shows a certificate; half of the places are for those who do.
  environment.max_anonymous_calls =
      std::max<std::int64_t>(1, config.max_concurrent_calls / 2);
  environment.max_concurrent_imports = config.max_concurrent_imports;
  environment.default_deadline = absl::Seconds(config.default_deadline_seconds);
  environment.max_deadline = absl::Seconds(config.max_deadline_seconds);
  environment.import_idle_limit = absl::Seconds(config.import_idle_seconds);
  environment.log_calls_every = config.log_calls_every;
  environment.memory_bound_bytes = MemoryBoundBytes(config);
  environment.version = kVersion;
  environment.started_at = clock->Now();

  const auto read_service = MakeReadService(environment);
  const auto write_service = MakeWriteService(environment);
  const auto public_service = MakePublicService(environment);
  const auto publication_service = MakePublicationService(environment);
  const auto case_service = MakeCaseService(environment);
  const auto intake_service = MakeIntakeService(environment);
  const auto admin_service = MakeAdminService(environment);
  const auto audit_service = MakeAuditService(environment);
  const auto key_service = MakeKeyService(environment);

  GrpcServerOptions options;
  options.listen = config.listen;
  options.tls.certificate = config.tls_certificate;
  options.tls.key = config.tls_key;
  options.tls.client_ca = config.tls_client_ca;
  options.max_message_bytes = config.max_message_bytes;
  options.max_streams_per_connection = config.max_streams_per_connection;
  options.network_memory_bytes = config.network_memory_mb << 20;
  options.services = {{kReadServiceName, read_service.get()},
                      {kWriteServiceName, write_service.get()},
                      {kPublicServiceName, public_service.get()},
                      {kPublicationServiceName, publication_service.get()},
                      {kCaseServiceName, case_service.get()},
                      {kIntakeServiceName, intake_service.get()},
                      {kAdminServiceName, admin_service.get()},
                      {kAuditServiceName, audit_service.get()},
                      {kKeyServiceName, key_service.get()}};
  options.gate = &gate;
  auto server = GrpcServer::Start(options);
  if (!server.ok()) return Fail(server.status());
  if (!config.port_file.empty()) {
    const absl::Status written =
        WritePortFile(config.port_file, (*server)->address());
    if (!written.ok()) return Fail(written);
  }
  std::printf("listening on %s\n", (*server)->address().c_str());
  std::fflush(stdout);
  log.Write(LogLevel::kInfo, "listening", {{"address", (*server)->address()}});

  bool healthy = true;
  absl::Status write_state;
  std::uint64_t rotations_ended = 0;
  std::uint64_t reopenings = 0;
  while (!stop.Wait(kHealthInterval)) {
    (*authenticator)->Refresh();
    (*registry)->BeginDay();
    const int cancelled = gate.CancelOlderThan(kUnaryLimit);
    if (cancelled > 0) {
      log.Write(LogLevel::kWarning, "calls_cancelled",
                {{"calls", std::int64_t{cancelled}}});
    }
    const std::uint64_t reopened = (*registry)->Figures().reopenings;
    if (reopened != reopenings) {
      reopenings = reopened;
      log.Write(LogLevel::kWarning, "store_reopened",
                {{"reopenings", static_cast<std::int64_t>(reopenings)}});
    }
    const KeyState keys = (*registry)->Keys();
    if (rotations_ended != keys.rotations_ended) {
      rotations_ended = keys.rotations_ended;
      log.Write(keys.last.ok() ? LogLevel::kInfo : LogLevel::kError,
                "master_key_rotated",
                {{"to_version", static_cast<std::int64_t>(keys.target_version)},
                 {"damaged", static_cast<std::int64_t>(keys.damaged)},
                 {"error", std::string(keys.last.message())}});
    }
    const absl::Status now = (*registry)->WriteState();
    if (now != write_state) {
      write_state = now;
      log.Write(now.ok() ? LogLevel::kInfo : LogLevel::kError,
                now.ok() ? "writes_taken" : "writes_refused",
                {{"code", absl::StatusCodeToString(now.code())},
                 {"error", std::string(now.message())}});
    }
    if ((*registry)->Healthy() == healthy) continue;
    healthy = !healthy;
    (*server)->SetServing(healthy);
    log.Write(healthy ? LogLevel::kInfo : LogLevel::kError,
              healthy ? "healthy" : "unhealthy", {});
  }

  log.Write(LogLevel::kInfo, "draining", {{"calls", gate.calls()}});
  (*server)->SetServing(false);
  // What is queued is answered; imports end with UNAVAILABLE and go on when
  // their sender tries again.
  (*registry)->Drain();
  const bool all_ended = (*server)->Stop(absl::Seconds(config.drain_seconds));
  log.Write(LogLevel::kInfo, "stopped",
            {{"cancelled_calls", std::int64_t{all_ended ? 0 : 1}}});
  return 0;
}

int Main(const std::vector<std::string>& arguments) {
  const auto parsed = ParseServerConfig(arguments);
  if (!parsed.ok()) return Fail(parsed.status());
  const ServerConfig& config = parsed->config;
  ForbidCoreDumps();
  // Before any thread, for it changes the environment.
  if (!config.tls_certificate.empty()) RestrictTls();
  if (!parsed->print_and_exit.empty()) {
    std::printf("%s", parsed->print_and_exit.c_str());
    return 0;
  }
  if (config.check_config) {
    std::printf("%s", PrintServerConfig(config).c_str());
    return 0;
  }
  return config.verify ? VerifyAtRest(config) : Serve(config);
}

}  // namespace
}  // namespace creditreg

int main(int argc, char** argv) {
  creditreg::EndLockOrderChecks();
  return creditreg::Main(std::vector<std::string>(argv, argv + argc));
}
