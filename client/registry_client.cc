#include "client/registry_client.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "client/remote_error.h"
#include "google/protobuf/wrappers.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/channel_arguments.h"
#include "index/base/status_macros.h"

namespace creditreg {
namespace {

// grpc.health.v1 is not among Debian's protos. Its two messages hold one field
// each, numbered 1: a string and an enum, which these are on the wire.
using HealthRequest = google::protobuf::StringValue;
using HealthResponse = google::protobuf::Int32Value;
constexpr char kHealthCheck[] = "/grpc.health.v1.Health/Check";

int Milliseconds(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

// A client that makes a single call, as creditctl does, may use all attempts
// that its user asked for.
RetryBudgetOptions BudgetOf(const ClientOptions& options) {
  RetryBudgetOptions budget = options.retry_budget;
  budget.reserve = std::max(budget.reserve, options.retry.max_attempts - 1);
  return budget;
}

}  // namespace

std::shared_ptr<grpc::Channel> CreateChannel(const ClientOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetUserAgentPrefix(options.user_agent);
  arguments.SetMaxReceiveMessageSize(options.max_message_bytes);
  arguments.SetMaxSendMessageSize(options.max_message_bytes);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS,
                   Milliseconds(options.keepalive_time));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                   Milliseconds(options.keepalive_timeout));
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // gRPC's own waits grow to two minutes, past every wait of ours; a registry
  // that has come back must be found at the next attempt.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 500);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5000);
  return grpc::CreateCustomChannel(
      options.target, ChannelCredentialsOf(options.credentials), arguments);
}

RegistryClient::RegistryClient(ClientOptions options,
                               Cancellation* cancellation)
    : options_(std::move(options)),
      cancellation_(cancellation),
      retrier_(BudgetOf(options_), cancellation),
      channel_(CreateChannel(options_)),
      read_(v1::RegistryReadService::NewStub(channel_)),
      public_(v1::PublicLookupService::NewStub(channel_)),
      write_(v1::RegistryWriteService::NewStub(channel_)),
      intake_(v1::IntakeService::NewStub(channel_)),
      admin_(v1::AdminService::NewStub(channel_)),
      audit_(v1::AuditService::NewStub(channel_)),
      keys_(v1::KeyService::NewStub(channel_)),
      publication_(v1::PublicationService::NewStub(channel_)),
      cases_(v1::CaseService::NewStub(channel_)) {}

absl::Status RegistryClient::AddCredentials(
    grpc::ClientContext* context) const {
  CREDITREG_RETURN_IF_ERROR(
      CheckCredentials(options_.credentials, options_.target));
  return AddCallCredentials(options_.credentials, context);
}

absl::Time RegistryClient::Deadline() const {
  return absl::Now() + options_.timeout;
}

absl::Status RegistryClient::Prepare(grpc::ClientContext& context,
                                     absl::Time deadline) const {
  context.set_deadline(absl::ToChronoTime(deadline));
  context.set_wait_for_ready(options_.wait_for_ready);
  return AddCredentials(&context);
}

RetryPolicy RegistryClient::WritePolicy(const std::string& request_id) const {
  RetryPolicy policy = options_.retry;
  if (request_id.empty()) policy.max_attempts = 1;
  return policy;
}

template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> RegistryClient::Call(
    Stub& stub,
    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                 Response*),
    const Request& request, const RetryPolicy& policy) {
  Response response;
  const absl::Time deadline = Deadline();
  const absl::Status status =
      retrier_.Call(policy, deadline, [&]() -> absl::Status {
        grpc::ClientContext context;
        CREDITREG_RETURN_IF_ERROR(Prepare(context, deadline));
        const CallGuard guard(cancellation_, &context);
        response.Clear();
        return StreamStatus((stub.*method)(&context, request, &response),
                            guard);
      });
  if (!status.ok()) return status;
  return response;
}

absl::Status RegistryClient::StreamStatus(const grpc::Status& status,
                                          const CallGuard& guard) {
  if (status.ok()) return absl::OkStatus();
  if (cancellation_->cancelled()) return absl::CancelledError("interrupted");
  if (guard.idled_out()) {
    return FromGrpc(
        grpc::Status(grpc::StatusCode::UNAVAILABLE,
                     absl::StrCat("no message for ",
                                  absl::FormatDuration(options_.timeout))));
  }
  return FromGrpc(status);
}

absl::StatusOr<v1::GetEnterpriseResponse> RegistryClient::GetEnterprise(
    const v1::GetEnterpriseRequest& request) {
  return Call(*read_, &v1::RegistryReadService::StubInterface::GetEnterprise,
              request, options_.retry);
}

absl::StatusOr<v1::GetRecordResponse> RegistryClient::GetRecord(
    const v1::GetRecordRequest& request) {
  return Call(*read_, &v1::RegistryReadService::StubInterface::GetRecord,
              request, options_.retry);
}

absl::StatusOr<v1::ListRecordsResponse> RegistryClient::ListRecords(
    const v1::ListRecordsRequest& request) {
  return Call(*read_, &v1::RegistryReadService::StubInterface::ListRecords,
              request, options_.retry);
}

absl::StatusOr<v1::ListRecordVersionsResponse>
RegistryClient::ListRecordVersions(
    const v1::ListRecordVersionsRequest& request) {
  return Call(*read_,
              &v1::RegistryReadService::StubInterface::ListRecordVersions,
              request, options_.retry);
}

absl::StatusOr<v1::FindByPersonalNumberResponse>
RegistryClient::FindByPersonalNumber(
    const v1::FindByPersonalNumberRequest& request) {
  return Call(*read_,
              &v1::RegistryReadService::StubInterface::FindByPersonalNumber,
              request, options_.retry);
}

absl::StatusOr<v1::ListQuarantinedRowsResponse>
RegistryClient::ListQuarantinedRows(
    const v1::ListQuarantinedRowsRequest& request) {
  return Call(*read_,
              &v1::RegistryReadService::StubInterface::ListQuarantinedRows,
              request, options_.retry);
}

absl::StatusOr<v1::GetPublicEnterpriseResponse>
RegistryClient::GetPublicEnterprise(
    const v1::GetPublicEnterpriseRequest& request) {
  return Call(*public_,
              &v1::PublicLookupService::StubInterface::GetPublicEnterprise,
              request, options_.retry);
}

absl::StatusOr<v1::ListPublicRecordsResponse> RegistryClient::ListPublicRecords(
    const v1::ListPublicRecordsRequest& request) {
  return Call(*public_,
              &v1::PublicLookupService::StubInterface::ListPublicRecords,
              request, options_.retry);
}

absl::StatusOr<v1::PutEnterpriseResponse> RegistryClient::PutEnterprise(
    const v1::PutEnterpriseRequest& request) {
  return Call(*write_, &v1::RegistryWriteService::StubInterface::PutEnterprise,
              request, WritePolicy(request.request_id()));
}

absl::StatusOr<v1::SubmitRecordsResponse> RegistryClient::SubmitRecords(
    const v1::SubmitRecordsRequest& request) {
  return Call(*write_, &v1::RegistryWriteService::StubInterface::SubmitRecords,
              request, WritePolicy(request.request_id()));
}

absl::StatusOr<v1::CorrectRecordResponse> RegistryClient::CorrectRecord(
    const v1::CorrectRecordRequest& request) {
  return Call(*write_, &v1::RegistryWriteService::StubInterface::CorrectRecord,
              request, WritePolicy(request.request_id()));
}

absl::StatusOr<v1::WithdrawRecordResponse> RegistryClient::WithdrawRecord(
    const v1::WithdrawRecordRequest& request) {
  return Call(*write_, &v1::RegistryWriteService::StubInterface::WithdrawRecord,
              request, WritePolicy(request.request_id()));
}

absl::StatusOr<v1::ErasePersonalResponse> RegistryClient::ErasePersonal(
    const v1::ErasePersonalRequest& request) {
  return Call(*write_, &v1::RegistryWriteService::StubInterface::ErasePersonal,
              request, WritePolicy(request.request_id()));
}

absl::StatusOr<v1::WithholdEnterpriseResponse>
RegistryClient::WithholdEnterprise(
    const v1::WithholdEnterpriseRequest& request) {
  return Call(*write_,
              &v1::RegistryWriteService::StubInterface::WithholdEnterprise,
              request, WritePolicy(request.request_id()));
}

absl::StatusOr<v1::GetImportResponse> RegistryClient::GetImport(
    const v1::GetImportRequest& request) {
  return Call(*intake_, &v1::IntakeService::StubInterface::GetImport, request,
              options_.retry);
}

absl::StatusOr<v1::GetTemplateResponse> RegistryClient::GetTemplate(
    const v1::GetTemplateRequest& request) {
  return Call(*intake_, &v1::IntakeService::StubInterface::GetTemplate, request,
              options_.retry);
}

absl::StatusOr<v1::GetStatsResponse> RegistryClient::GetStats(
    const v1::GetStatsRequest& request) {
  return Call(*admin_, &v1::AdminService::StubInterface::GetStats, request,
              options_.retry);
}

absl::StatusOr<v1::ListTablesResponse> RegistryClient::ListTables() {
  return Call(*publication_, &v1::PublicationService::StubInterface::ListTables,
              v1::ListTablesRequest(), options_.retry);
}

absl::StatusOr<v1::ActivateTableResponse> RegistryClient::ActivateTable(
    const v1::ActivateTableRequest& request) {
  return Call(*publication_,
              &v1::PublicationService::StubInterface::ActivateTable, request,
              WritePolicy(request.request_id()));
}

absl::StatusOr<v1::ListUndecidedRecordsResponse>
RegistryClient::ListUndecidedRecords(
    const v1::ListUndecidedRecordsRequest& request) {
  return Call(*publication_,
              &v1::PublicationService::StubInterface::ListUndecidedRecords,
              request, options_.retry);
}

absl::StatusOr<v1::ClassifyRecordResponse> RegistryClient::ClassifyRecord(
    const v1::ClassifyRecordRequest& request) {
  return Call(*publication_,
              &v1::PublicationService::StubInterface::ClassifyRecord, request,
              WritePolicy(request.request_id()));
}

absl::StatusOr<v1::GetSourceQualityResponse> RegistryClient::GetSourceQuality(
    const v1::GetSourceQualityRequest& request) {
  return Call(*publication_,
              &v1::PublicationService::StubInterface::GetSourceQuality, request,
              options_.retry);
}

absl::StatusOr<v1::GetPublicPageAsOfResponse> RegistryClient::GetPublicPageAsOf(
    const v1::GetPublicPageAsOfRequest& request) {
  return Call(*publication_,
              &v1::PublicationService::StubInterface::GetPublicPageAsOf,
              request, options_.retry);
}

absl::StatusOr<v1::OpenCaseResponse> RegistryClient::OpenCase(
    const v1::OpenCaseRequest& request) {
  return Call(*cases_, &v1::CaseService::StubInterface::OpenCase, request,
              WritePolicy(request.request_id()));
}

absl::StatusOr<v1::AdvanceCaseResponse> RegistryClient::AdvanceCase(
    const v1::AdvanceCaseRequest& request) {
  return Call(*cases_, &v1::CaseService::StubInterface::AdvanceCase, request,
              WritePolicy(request.request_id()));
}

absl::StatusOr<v1::GetCaseResponse> RegistryClient::GetCase(
    const v1::GetCaseRequest& request) {
  return Call(*cases_, &v1::CaseService::StubInterface::GetCase, request,
              options_.retry);
}

absl::StatusOr<v1::ListCasesResponse> RegistryClient::ListCases(
    const v1::ListCasesRequest& request) {
  return Call(*cases_, &v1::CaseService::StubInterface::ListCases, request,
              options_.retry);
}

absl::StatusOr<v1::ImportCaseStepsResponse> RegistryClient::ImportCaseSteps(
    const v1::ImportCaseStepsRequest& request) {
  return Call(*cases_, &v1::CaseService::StubInterface::ImportCaseSteps,
              request, WritePolicy(request.request_id()));
}

absl::StatusOr<v1::ListCaseStepsResponse> RegistryClient::ListCaseSteps(
    const v1::ListCaseStepsRequest& request) {
  return Call(*cases_, &v1::CaseService::StubInterface::ListCaseSteps, request,
              options_.retry);
}

absl::StatusOr<v1::ReconcileCasesResponse> RegistryClient::ReconcileCases(
    const v1::ReconcileCasesRequest& request) {
  return Call(*cases_, &v1::CaseService::StubInterface::ReconcileCases, request,
              options_.retry);
}

absl::StatusOr<v1::ListWithdrawalsResponse> RegistryClient::ListWithdrawals(
    const v1::ListWithdrawalsRequest& request) {
  return Call(*cases_, &v1::CaseService::StubInterface::ListWithdrawals,
              request, options_.retry);
}

absl::StatusOr<v1::AcknowledgeWithdrawalsResponse>
RegistryClient::AcknowledgeWithdrawals(
    const v1::AcknowledgeWithdrawalsRequest& request) {
  return Call(*cases_, &v1::CaseService::StubInterface::AcknowledgeWithdrawals,
              request, WritePolicy(request.request_id()));
}

absl::StatusOr<v1::ListReceiversResponse> RegistryClient::ListReceivers(
    const v1::ListReceiversRequest& request) {
  return Call(*cases_, &v1::CaseService::StubInterface::ListReceivers, request,
              options_.retry);
}

absl::StatusOr<v1::GetKeyStateResponse> RegistryClient::GetKeyState() {
  return Call(*keys_, &v1::KeyService::StubInterface::GetKeyState,
              v1::GetKeyStateRequest(), options_.retry);
}

absl::StatusOr<v1::RotateMasterKeyResponse> RegistryClient::RotateMasterKey() {
  RetryPolicy once = options_.retry;
  once.max_attempts = 1;
  return Call(*keys_, &v1::KeyService::StubInterface::RotateMasterKey,
              v1::RotateMasterKeyRequest(), once);
}

absl::StatusOr<v1::ListAuditRowsResponse> RegistryClient::ListAuditRows(
    const v1::ListAuditRowsRequest& request) {
  return Call(*audit_, &v1::AuditService::StubInterface::ListAuditRows, request,
              options_.retry);
}

absl::StatusOr<v1::ListFileReadsResponse> RegistryClient::ListFileReads(
    const v1::ListFileReadsRequest& request) {
  return Call(*audit_, &v1::AuditService::StubInterface::ListFileReads, request,
              options_.retry);
}

absl::Status RegistryClient::Verify(
    const v1::VerifyRequest& request,
    const std::function<void(const v1::VerifyResponse&)>& take) {
  bool begun = false;
  return retrier_.Call(
      options_.retry, absl::InfiniteFuture(), [&]() -> absl::Status {
        grpc::ClientContext context;
        CREDITREG_RETURN_IF_ERROR(AddCredentials(&context));
        CallGuard guard(cancellation_, &context, options_.timeout);
        const auto stream = admin_->Verify(&context, request);
        v1::VerifyResponse response;
        bool done = false;
        while (stream->Read(&response)) {
          guard.Touch();
          begun = true;
          done = response.done();
          take(response);
        }
        absl::Status status = StreamStatus(stream->Finish(), guard);
        if (status.ok() && !done) {
          return absl::InternalError("verify: ended without a result");
        }
        if (!begun || status.ok()) return status;
        // Starting again would begin at the first row: that is the user's to
        // decide. Without the payload the status is not one to retry.
        return absl::Status(status.code(), status.message());
      });
}

absl::StatusOr<ServingStatus> RegistryClient::CheckHealth(
    const std::string& service) {
  grpc::TemplatedGenericStub<HealthRequest, HealthResponse> stub(channel_);
  HealthRequest request;
  request.set_value(service);
  HealthResponse response;
  const absl::Time deadline = Deadline();
  const absl::Status status =
      retrier_.Call(options_.retry, deadline, [&]() -> absl::Status {
        grpc::ClientContext context;
        CREDITREG_RETURN_IF_ERROR(Prepare(context, deadline));
        const CallGuard guard(cancellation_, &context);
        response.Clear();
        grpc::Status answer;
        absl::Notification answered;
        stub.UnaryCall(&context, kHealthCheck, grpc::StubOptions(), &request,
                       &response, [&](grpc::Status status) {
                         answer = std::move(status);
                         answered.Notify();
                       });
        answered.WaitForNotification();
        return StreamStatus(answer, guard);
      });
  if (absl::IsNotFound(status)) return ServingStatus::kServiceUnknown;
  if (!status.ok()) return status;
  switch (response.value()) {
    case 1:
      return ServingStatus::kServing;
    case 2:
      return ServingStatus::kNotServing;
    case 3:
      return ServingStatus::kServiceUnknown;
    default:
      return ServingStatus::kUnknown;
  }
}

}  // namespace creditreg
