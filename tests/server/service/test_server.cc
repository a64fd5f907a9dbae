#include "tests/server/service/test_server.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "index/base/check.h"
#include "server/audit/audit_format.h"
#include "server/config/publication_tables.h"
#include "server/service/rpc.h"
#include "server/service/services.h"

namespace creditreg {

TestServer::TestServer(const std::string& tables_folder,
                       const TestServerOptions& options)
    : options_(options), conf_folder_(tables_folder + "/..") {
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  static int servers = 0;
  folder_ = absl::StrCat(::testing::TempDir(), "/server_", getpid(), "_",
                         test->name(), "_", ++servers);
  std::filesystem::create_directories(folder_);
  auto tables = FieldTables::Load(tables_folder);
  CREDITREG_CHECK(tables.ok(), "the shipped tables can be read");
  tables_ = *std::move(tables);
  auto policy = AccessPolicy::Load(
      tables_folder + "/../access/policy.textproto", PolicyCalls());
  if (!policy.ok()) ADD_FAILURE() << policy.status();
  CREDITREG_CHECK(policy.ok(), "the shipped access table can be read");
  policy_ = *std::move(policy);
  log_ = std::make_unique<JsonLog>(LogLevel::kDebug, &clock_,
                                   [this](const std::string& line) {
                                     absl::MutexLock lock(&mutex_);
                                     log_text_ += line;
                                   });
  Start();
}

TestServer::~TestServer() {
  Stop();
  std::filesystem::remove_all(folder_);
}

void TestServer::Restart(const std::function<void()>& between) {
  Stop();
  if (between != nullptr) between();
  Start();
}

void TestServer::Start() {
  RegistryOptions registry_options;
  registry_options.store.directory = data_directory();
  registry_options.store.env_for_test = options_.disk;
  registry_options.store.block_cache_bytes = 8 << 20;
  registry_options.store.memtable_bytes = 4 << 20;
  registry_options.store.reserve_free_bytes = 0;
  registry_options.key_dir = folder_ + "/keys";
  registry_options.clock = &clock_;
  registry_options.page_cache = &page_cache_;
  auto publication = ReadPublicationTables(conf_folder_);
  CREDITREG_CHECK(publication.ok(), "the shipped rules can be read");
  registry_options.tables = *std::move(publication);
  // So that no test waits.
  registry_options.least_reopen_wait = absl::Milliseconds(1);
  registry_options.most_reopen_wait = absl::Milliseconds(4);
  auto registry = Registry::Open(registry_options);
  if (!registry.ok()) ADD_FAILURE() << registry.status();
  CREDITREG_CHECK(registry.ok(), "the registry opens in an empty folder");
  registry_ = *std::move(registry);

  AuthenticatorOptions auth;
  auth.identities_file = options_.identities;
  auth.ca_file = options_.jwks_ca;
  auth.nobody = options_.nobody;
  auth.clock = &clock_;
  auto authenticator = Authenticator::Create(std::move(auth));
  if (!authenticator.ok()) ADD_FAILURE() << authenticator.status();
  CREDITREG_CHECK(authenticator.ok(), "the identities can be read");
  authenticator_ = *std::move(authenticator);
  environment_.authenticator = authenticator_.get();
  environment_.policy = policy_.get();
  environment_.has_certificates = !options_.tls.client_ca.empty();

  gate_ = std::make_unique<CallGate>(options_.max_concurrent_calls,
                                     options_.max_held_bytes);
  stats_ = std::make_unique<CallStats>(RpcNames());
  answer_workers_ = std::make_unique<WorkerPool>(2);
  import_workers_ = std::make_unique<WorkerPool>(2);
  AuditLogOptions audit_options;
  audit_options.directory = audit_directory();
  audit_options.segment_bytes = options_.audit_segment_bytes;
  audit_options.retry_after = absl::Milliseconds(1);
  audit_options.clock = &clock_;
  auto audit = AuditLog::Open(audit_options);
  if (!audit.ok()) ADD_FAILURE() << audit.status();
  CREDITREG_CHECK(audit.ok(), "an audit log can be opened");
  audit_ = *std::move(audit);
  environment_.audit = audit_.get();
  if (options_.quotas) {
    environment_.quotas = &quotas_;
    environment_.address_quotas = &address_quotas_;
    environment_.lockouts = &lockouts_;
  }
  environment_.registry = registry_.get();
  environment_.tables = tables_.get();
  environment_.clock = &clock_;
  environment_.random = &random_;
  environment_.page_cache = &page_cache_;
  environment_.gate = gate_.get();
  environment_.stats = stats_.get();
  environment_.log = log_.get();
  environment_.answer_workers = answer_workers_.get();
  environment_.import_workers = import_workers_.get();
  environment_.max_concurrent_imports = options_.max_concurrent_imports;
  environment_.default_deadline = options_.default_deadline;
  environment_.max_deadline = options_.max_deadline;
  environment_.deadline_grace = options_.deadline_grace;
  environment_.import_idle_limit = options_.import_idle_limit;
  environment_.log_calls_every = 1;
  environment_.version = "0.1.0";
  environment_.started_at = clock_.Now();

  GrpcServerOptions options;
  options.listen = "127.0.0.1:0";
  options.tls = options_.tls;
  options.gate = gate_.get();
  const auto add = [&](const char* name,
                       std::unique_ptr<grpc::Service> service) {
    options.services.push_back({name, service.get()});
    services_.push_back(std::move(service));
  };
  add(kReadServiceName, MakeReadService(environment_));
  add(kWriteServiceName, MakeWriteService(environment_));
  add(kPublicServiceName, MakePublicService(environment_));
  add(kIntakeServiceName, MakeIntakeService(environment_));
  add(kAdminServiceName, MakeAdminService(environment_));
  add(kAuditServiceName, MakeAuditService(environment_));
  add(kKeyServiceName, MakeKeyService(environment_));
  add(kPublicationServiceName, MakePublicationService(environment_));
  add(kCaseServiceName, MakeCaseService(environment_));
  auto server = GrpcServer::Start(options);
  CREDITREG_CHECK(server.ok(), "a free port can be listened on");
  server_ = *std::move(server);

  channel_ = grpc::CreateChannel(server_->address(),
                                 grpc::InsecureChannelCredentials());
  read_ = v1::RegistryReadService::NewStub(channel_);
  write_ = v1::RegistryWriteService::NewStub(channel_);
  lookup_ = v1::PublicLookupService::NewStub(channel_);
  intake_ = v1::IntakeService::NewStub(channel_);
  admin_ = v1::AdminService::NewStub(channel_);
  audits_ = v1::AuditService::NewStub(channel_);
  keys_ = v1::KeyService::NewStub(channel_);
  publication_ = v1::PublicationService::NewStub(channel_);
  cases_ = v1::CaseService::NewStub(channel_);
}

void TestServer::Stop() {
  server_.reset();
  services_.clear();
  audit_.reset();
  import_workers_.reset();
  answer_workers_.reset();
  registry_.reset();
}

void TestServer::AwaitAuditIndex() const {
  while (!audit_->index().State().ok() ||
         audit_->index().last() < audit_->Head().number) {
    std::this_thread::yield();
  }
}

std::vector<audit::v1::AuditRow> TestServer::AuditRows() const {
  std::map<std::uint64_t, std::string> segments;
  for (const auto& entry :
       std::filesystem::directory_iterator(audit_directory())) {
    const std::uint64_t number =
        AuditSegmentNumber(entry.path().filename().string());
    if (number > 0) segments[number] = entry.path().string();
  }
  std::vector<audit::v1::AuditRow> rows;
  for (const auto& [number, path] : segments) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)),
                            std::istreambuf_iterator<char>());
    std::string previous =
        bytes.substr(kAuditHeaderBytes - kAuditHashBytes, kAuditHashBytes);
    std::size_t offset = kAuditHeaderBytes;
    absl::string_view row;
    absl::string_view hash;
    while (ReadAuditRow(bytes, previous, &offset, &row, &hash) ==
           AuditRead::kRow) {
      previous = std::string(hash);
      EXPECT_TRUE(rows.emplace_back().ParseFromArray(
          row.data(), static_cast<int>(row.size())));
    }
  }
  return rows;
}

std::string TestServer::log() const {
  absl::MutexLock lock(&mutex_);
  return log_text_;
}

std::string TestServer::NewRequestId() {
  return absl::StrCat("test-", next_request_++);
}

v1::Enterprise TestServer::Put(
    const v1::Enterprise& enterprise,
    const std::optional<v1::PersonalFields>& personal) {
  v1::PutEnterpriseRequest request;
  request.set_request_id(NewRequestId());
  *request.mutable_enterprise() = enterprise;
  if (personal.has_value()) *request.mutable_personal() = *personal;
  v1::PutEnterpriseResponse response;
  grpc::ClientContext context;
  const grpc::Status status =
      write_->PutEnterprise(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.enterprise();
}

std::string TestServer::Submit(const v1::Record& record,
                               const v1::PersonalFields& personal) {
  v1::SubmitRecordsRequest request;
  request.set_request_id(NewRequestId());
  *request.add_records()->mutable_record() = record;
  *request.mutable_records(0)->mutable_personal() = personal;
  v1::SubmitRecordsResponse response;
  grpc::ClientContext context;
  const grpc::Status status =
      write_->SubmitRecords(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  if (response.results_size() != 1 ||
      response.results(0).outcome() == v1::OUTCOME_REJECTED) {
    ADD_FAILURE() << response.Utf8DebugString();
    return "";
  }
  return response.results(0).record_id();
}

v1::LookupResult TestServer::Get(const std::string& identifier) {
  v1::GetEnterpriseRequest request;
  request.mutable_item()->set_identifier(identifier);
  v1::GetEnterpriseResponse response;
  grpc::ClientContext context;
  const grpc::Status status =
      read_->GetEnterprise(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.result();
}

v1::LookupResult TestServer::GetPublic(const std::string& identifier) {
  v1::GetPublicEnterpriseRequest request;
  request.mutable_item()->set_identifier(identifier);
  v1::GetPublicEnterpriseResponse response;
  grpc::ClientContext context;
  const grpc::Status status =
      lookup_->GetPublicEnterprise(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.result();
}

std::string CodeAndReason(const grpc::Status& status) {
  if (status.ok()) return "OK";
  const std::string code = absl::StatusCodeToString(
      static_cast<absl::StatusCode>(status.error_code()));
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) {
    return absl::StrCat(code, " without details");
  }
  google::rpc::ErrorInfo info;
  for (const auto& any : details.details()) {
    if (any.UnpackTo(&info)) return absl::StrCat(code, " ", info.reason());
  }
  return absl::StrCat(code, " without reason: ", status.error_message());
}

bool HasRetryInfo(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::RetryInfo retry;
  if (!details.ParseFromString(status.error_details())) return false;
  for (const auto& any : details.details()) {
    if (any.UnpackTo(&retry)) return retry.retry_delay().seconds() > 0;
  }
  return false;
}

std::string FirstField(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::BadRequest bad;
  if (!details.ParseFromString(status.error_details())) return "";
  for (const auto& any : details.details()) {
    if (any.UnpackTo(&bad) && bad.field_violations_size() > 0) {
      return bad.field_violations(0).field();
    }
  }
  return "";
}

v1::Enterprise SampleEnterprise(const std::string& uscc,
                                const std::string& name) {
  v1::Enterprise enterprise;
  enterprise.set_uscc(uscc);
  enterprise.set_name(name);
  enterprise.set_category(v1::PARTY_CATEGORY_ORGANISATION);
  enterprise.set_entity_type("有限责任公司");
  enterprise.set_status(v1::REGISTRATION_STATUS_ACTIVE);
  enterprise.set_established_on("2015-03-02");
  enterprise.mutable_address()->set_division_code("440305");
  enterprise.mutable_address()->set_text("科技园路1号");
  enterprise.mutable_registration_authority()->set_name("深圳市市场监督管理局");
  return enterprise;
}

namespace {

v1::Record SampleRecord(const std::string& party_uscc,
                        const std::string& party_name) {
  v1::Record record;
  record.mutable_party()->set_name(party_name);
  record.mutable_party()->set_category(v1::PARTY_CATEGORY_ORGANISATION);
  record.mutable_party()->set_uscc(party_uscc);
  record.mutable_deciding_agency()->set_name("深圳市市场监督管理局");
  return record;
}

}  // namespace

v1::Record SampleLicence(const std::string& party_uscc,
                         const std::string& party_name,
                         const std::string& document_number) {
  v1::Record record = SampleRecord(party_uscc, party_name);
  record.set_family(v1::FAMILY_LICENCE);
  record.mutable_licence()->set_document_name("食品经营许可决定书");
  record.mutable_licence()->set_document_number(document_number);
  record.mutable_licence()->set_content("食品销售");
  record.mutable_licence()->set_decided_on("2026-01-05");
  return record;
}

v1::Record SamplePenalty(const std::string& party_uscc,
                         const std::string& party_name,
                         const std::string& document_number) {
  v1::Record record = SampleRecord(party_uscc, party_name);
  record.set_family(v1::FAMILY_PENALTY);
  record.mutable_penalty()->set_document_number(document_number);
  record.mutable_penalty()->set_violation_type("超范围经营");
  record.mutable_penalty()->set_facts("未按规定公示");
  record.mutable_penalty()->add_kinds("罚款");
  record.mutable_penalty()->set_fine_fen(100000);
  record.mutable_penalty()->set_decided_on("2026-02-06");
  return record;
}

}  // namespace creditreg
