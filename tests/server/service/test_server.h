// A whole server for tests: a real registry in a folder of its own, every
// service, real gRPC on a free port, a clock that stands still.

#ifndef CREDITREG_TESTS_SERVER_SERVICE_TEST_SERVER_H_
#define CREDITREG_TESTS_SERVER_SERVICE_TEST_SERVER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "creditreg/audit/v1/audit.pb.h"
#include "creditreg/v1/admin_service.grpc.pb.h"
#include "creditreg/v1/audit_service.grpc.pb.h"
#include "creditreg/v1/case_service.grpc.pb.h"
#include "creditreg/v1/intake_service.grpc.pb.h"
#include "creditreg/v1/key_service.grpc.pb.h"
#include "creditreg/v1/public_lookup_service.grpc.pb.h"
#include "creditreg/v1/publication_service.grpc.pb.h"
#include "creditreg/v1/registry_read_service.grpc.pb.h"
#include "creditreg/v1/registry_write_service.grpc.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/impl/codegen/service_type.h"
#include "gtest/gtest.h"
#include "index/base/random.h"
#include "index/publication/page_cache.h"
#include "index/registry/registry.h"
#include "server/audit/audit_log.h"
#include "server/auth/access_policy.h"
#include "server/auth/authenticator.h"
#include "server/ops/call_gate.h"
#include "server/ops/call_stats.h"
#include "server/ops/grpc_server.h"
#include "server/ops/json_log.h"
#include "server/ops/worker_pool.h"
#include "server/service/environment.h"
#include "server/wire/field_tables.h"
#include "tests/testing/fake_clock.h"

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace creditreg {

struct TestServerOptions {
  // Who calls without credentials; null: the anonymous principal.
  std::shared_ptr<const Principal> nobody = LocalCaller();
  // As of creditregd; empty: nobody is known.
  std::string identities;
  std::string jwks_ca;
  // Whether callers have quotas and can be locked out.
  bool quotas = false;
  // Of the audit log: so small that a test can fill them.
  std::uint64_t audit_segment_bytes = std::uint64_t{64} << 20;
  TlsFiles tls;
  // Of the registry's database; null: the machine's. Outlives the server.
  rocksdb::Env* disk = nullptr;
  std::int64_t max_concurrent_calls = 1000;
  std::int64_t max_concurrent_imports = 4;
  absl::Duration default_deadline = absl::Seconds(60);
  absl::Duration max_deadline = absl::Hours(6);
  absl::Duration deadline_grace = absl::Seconds(60);
  absl::Duration import_idle_limit = absl::Seconds(60);
  std::int64_t max_held_bytes = std::int64_t{512} << 20;
};

// Changes that activate the shipped tables in a new registry.
inline constexpr std::uint64_t kTableChanges = 4;

class TestServer {
 public:
  // `tables` is the folder conf/intake. Stops the test where something does not
  // start.
  explicit TestServer(const std::string& tables,
                      const TestServerOptions& options = {});
  ~TestServer();

  // Ends everything and starts again on the same data. `between`: what happens
  // to it meanwhile.
  void Restart(const std::function<void()>& between = nullptr);
  // The registry's directory.
  std::string data_directory() const { return folder_ + "/data"; }
  std::string audit_directory() const { return folder_ + "/audit"; }
  // Everything in the audit log so far.
  std::vector<audit::v1::AuditRow> AuditRows() const;
  AuditLog& audit() { return *audit_; }
  // Waits until the log's index has every row.
  void AwaitAuditIndex() const;

  FakeClock& clock() { return clock_; }
  Registry& registry() { return *registry_; }
  GrpcServer& server() { return *server_; }
  CallGate& gate() { return *gate_; }
  const AccessPolicy& policy() const { return *policy_; }
  Authenticator& authenticator() { return *authenticator_; }
  const PageCache& page_cache() const { return page_cache_; }
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  // Everything logged so far.
  std::string log() const;

  v1::RegistryReadService::Stub& read() { return *read_; }
  v1::RegistryWriteService::Stub& write() { return *write_; }
  v1::PublicLookupService::Stub& lookup() { return *lookup_; }
  v1::PublicationService::Stub& publication() { return *publication_; }
  v1::CaseService::Stub& cases() { return *cases_; }
  v1::IntakeService::Stub& intake() { return *intake_; }
  v1::AdminService::Stub& admin() { return *admin_; }
  v1::AuditService::Stub& audits() { return *audits_; }
  v1::KeyService::Stub& keys() { return *keys_; }

  // Calls that must succeed.
  v1::Enterprise Put(const v1::Enterprise& enterprise,
                     const std::optional<v1::PersonalFields>& personal = {});
  // The id of the stored record.
  std::string Submit(const v1::Record& record,
                     const v1::PersonalFields& personal = {});
  v1::LookupResult Get(const std::string& identifier);
  v1::LookupResult GetPublic(const std::string& identifier);
  // A request id that no other call of this server has.
  std::string NewRequestId();

 private:
  void Start();
  void Stop();

  const TestServerOptions options_;
  const std::string conf_folder_;
  std::string folder_;
  FakeClock clock_;
  SystemRandom random_;
  int next_request_ = 1;
  mutable absl::Mutex mutex_;
  std::string log_text_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<const FieldTables> tables_;
  std::unique_ptr<const AccessPolicy> policy_;
  std::unique_ptr<Authenticator> authenticator_;
  QuotaTable quotas_;
  QuotaTable address_quotas_;
  LockoutTable lockouts_;
  std::unique_ptr<JsonLog> log_;
  // Small, so that pages are also thrown away.
  PageCache page_cache_{std::size_t{16} << 20};
  std::unique_ptr<Registry> registry_;
  std::unique_ptr<CallGate> gate_;
  std::unique_ptr<CallStats> stats_;
  std::unique_ptr<WorkerPool> answer_workers_;
  std::unique_ptr<AuditLog> audit_;
  std::unique_ptr<WorkerPool> import_workers_;
  ServiceEnvironment environment_;
  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::unique_ptr<GrpcServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::RegistryReadService::Stub> read_;
  std::unique_ptr<v1::RegistryWriteService::Stub> write_;
  std::unique_ptr<v1::PublicLookupService::Stub> lookup_;
  std::unique_ptr<v1::IntakeService::Stub> intake_;
  std::unique_ptr<v1::AdminService::Stub> admin_;
  std::unique_ptr<v1::AuditService::Stub> audits_;
  std::unique_ptr<v1::KeyService::Stub> keys_;
  std::unique_ptr<v1::PublicationService::Stub> publication_;
  std::unique_ptr<v1::CaseService::Stub> cases_;
};

// "CODE REASON", for example "ABORTED ETAG_MISMATCH"; "OK". Fails the test
// where details are missing.
std::string CodeAndReason(const grpc::Status& status);

// Whether the caller is told when to try again.
bool HasRetryInfo(const grpc::Status& status);

// The field of the first violation; empty: none.
std::string FirstField(const grpc::Status& status);

// Three valid codes, and messages that pass every rule.
inline constexpr char kCodeA[] = "914403001922038216";
inline constexpr char kCodeB[] = "91330100799655058B";
inline constexpr char kCodeC[] = "91110108551385082Q";

v1::Enterprise SampleEnterprise(const std::string& uscc,
                                const std::string& name);
v1::Record SampleLicence(const std::string& party_uscc,
                         const std::string& party_name,
                         const std::string& document_number);
v1::Record SamplePenalty(const std::string& party_uscc,
                         const std::string& party_name,
                         const std::string& document_number);

}  // namespace creditreg

#endif  // CREDITREG_TESTS_SERVER_SERVICE_TEST_SERVER_H_
