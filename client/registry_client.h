// The client of a registry: one channel, and one method for each unary call.
//
// Methods retry what may be retried (retry.h): reads, and writes that carry a
// request id. A write without one is sent once. All calls of a client share one
// budget of retries: once it is spent the first error is the answer. Errors are
// the call's own, as its comment in proto/creditreg/v1 lists them, with details
// (remote_error.h), and beside them:
//   CANCELLED          the Cancellation given at construction was used.
//   DEADLINE_EXCEEDED  no answer within `timeout`.
//   UNAVAILABLE        the registry cannot be reached.
//   FAILED_PRECONDITION and a local file's errors as CheckCredentials() and
//                      AddCallCredentials() have them; nothing was sent.
//
// Streams are elsewhere: batch_lookup.h, import_upload.h.
//
// Thread safety: every method may be called from many threads at once.

#ifndef CREDITREG_CLIENT_REGISTRY_CLIENT_H_
#define CREDITREG_CLIENT_REGISTRY_CLIENT_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cancellation.h"
#include "client/credentials.h"
#include "client/retry.h"
#include "creditreg/v1/admin_service.grpc.pb.h"
#include "creditreg/v1/audit_service.grpc.pb.h"
#include "creditreg/v1/case_service.grpc.pb.h"
#include "creditreg/v1/intake_service.grpc.pb.h"
#include "creditreg/v1/key_service.grpc.pb.h"
#include "creditreg/v1/public_lookup_service.grpc.pb.h"
#include "creditreg/v1/publication_service.grpc.pb.h"
#include "creditreg/v1/registry_read_service.grpc.pb.h"
#include "creditreg/v1/registry_write_service.grpc.pb.h"
#include "grpcpp/channel.h"

namespace creditreg {

struct ClientOptions {
  // gRPC target, for example "127.0.0.1:7420" or "unix:/run/creditreg.sock".
  std::string target;
  ClientCredentials credentials;
  // Longest wait for the answer of a unary call, all attempts together, and for
  // the next message of a stream.
  absl::Duration timeout = absl::Seconds(30);
  // A page holds at most 500 records of some 40 KB of text each.
  int max_message_bytes = 64 * 1024 * 1024;
  // A connection is probed when nothing came for this long.
  absl::Duration keepalive_time = absl::Seconds(60);
  absl::Duration keepalive_timeout = absl::Seconds(10);
  std::string user_agent = "creditreg-client/0.1.0";
  // Wait for a registry that is not there yet, up to `timeout`, instead of
  // failing at once. Never for streams, which would wait for ever.
  bool wait_for_ready = false;
  RetryPolicy retry;
  // The reserve is at least what one call may use.
  RetryBudgetOptions retry_budget;
};

// A channel with the options' settings. Connects when first used; never uses
// an HTTP proxy of the environment, for the registry is on an inside network.
std::shared_ptr<grpc::Channel> CreateChannel(const ClientOptions& options);

// What grpc.health.v1.Health says; the numbers are its own.
enum class ServingStatus {
  kUnknown = 0,
  kServing = 1,
  kNotServing = 2,
  kServiceUnknown = 3,
};

class RegistryClient {
 public:
  // `cancellation` is borrowed and must outlive the client.
  RegistryClient(ClientOptions options, Cancellation* cancellation);

  const ClientOptions& options() const { return options_; }
  Cancellation& cancellation() { return *cancellation_; }
  Retrier& retrier() { return retrier_; }

  absl::StatusOr<v1::GetEnterpriseResponse> GetEnterprise(
      const v1::GetEnterpriseRequest& request);
  absl::StatusOr<v1::GetRecordResponse> GetRecord(
      const v1::GetRecordRequest& request);
  absl::StatusOr<v1::ListRecordsResponse> ListRecords(
      const v1::ListRecordsRequest& request);
  absl::StatusOr<v1::ListRecordVersionsResponse> ListRecordVersions(
      const v1::ListRecordVersionsRequest& request);
  absl::StatusOr<v1::FindByPersonalNumberResponse> FindByPersonalNumber(
      const v1::FindByPersonalNumberRequest& request);
  absl::StatusOr<v1::ListQuarantinedRowsResponse> ListQuarantinedRows(
      const v1::ListQuarantinedRowsRequest& request);

  absl::StatusOr<v1::GetPublicEnterpriseResponse> GetPublicEnterprise(
      const v1::GetPublicEnterpriseRequest& request);
  absl::StatusOr<v1::ListPublicRecordsResponse> ListPublicRecords(
      const v1::ListPublicRecordsRequest& request);

  absl::StatusOr<v1::PutEnterpriseResponse> PutEnterprise(
      const v1::PutEnterpriseRequest& request);
  absl::StatusOr<v1::SubmitRecordsResponse> SubmitRecords(
      const v1::SubmitRecordsRequest& request);
  absl::StatusOr<v1::CorrectRecordResponse> CorrectRecord(
      const v1::CorrectRecordRequest& request);
  absl::StatusOr<v1::WithdrawRecordResponse> WithdrawRecord(
      const v1::WithdrawRecordRequest& request);
  absl::StatusOr<v1::ErasePersonalResponse> ErasePersonal(
      const v1::ErasePersonalRequest& request);
  absl::StatusOr<v1::WithholdEnterpriseResponse> WithholdEnterprise(
      const v1::WithholdEnterpriseRequest& request);

  absl::StatusOr<v1::GetImportResponse> GetImport(
      const v1::GetImportRequest& request);
  absl::StatusOr<v1::GetTemplateResponse> GetTemplate(
      const v1::GetTemplateRequest& request);

  absl::StatusOr<v1::GetStatsResponse> GetStats(
      const v1::GetStatsRequest& request);

  absl::StatusOr<v1::ListTablesResponse> ListTables();
  absl::StatusOr<v1::ActivateTableResponse> ActivateTable(
      const v1::ActivateTableRequest& request);
  absl::StatusOr<v1::ListUndecidedRecordsResponse> ListUndecidedRecords(
      const v1::ListUndecidedRecordsRequest& request);
  absl::StatusOr<v1::ClassifyRecordResponse> ClassifyRecord(
      const v1::ClassifyRecordRequest& request);

  absl::StatusOr<v1::GetSourceQualityResponse> GetSourceQuality(
      const v1::GetSourceQualityRequest& request);
  absl::StatusOr<v1::GetPublicPageAsOfResponse> GetPublicPageAsOf(
      const v1::GetPublicPageAsOfRequest& request);

  absl::StatusOr<v1::OpenCaseResponse> OpenCase(
      const v1::OpenCaseRequest& request);
  absl::StatusOr<v1::AdvanceCaseResponse> AdvanceCase(
      const v1::AdvanceCaseRequest& request);
  absl::StatusOr<v1::GetCaseResponse> GetCase(
      const v1::GetCaseRequest& request);
  absl::StatusOr<v1::ListCasesResponse> ListCases(
      const v1::ListCasesRequest& request);
  absl::StatusOr<v1::ImportCaseStepsResponse> ImportCaseSteps(
      const v1::ImportCaseStepsRequest& request);
  absl::StatusOr<v1::ListCaseStepsResponse> ListCaseSteps(
      const v1::ListCaseStepsRequest& request);
  absl::StatusOr<v1::ReconcileCasesResponse> ReconcileCases(
      const v1::ReconcileCasesRequest& request);
  absl::StatusOr<v1::ListWithdrawalsResponse> ListWithdrawals(
      const v1::ListWithdrawalsRequest& request);
  absl::StatusOr<v1::AcknowledgeWithdrawalsResponse> AcknowledgeWithdrawals(
      const v1::AcknowledgeWithdrawalsRequest& request);
  absl::StatusOr<v1::ListReceiversResponse> ListReceivers(
      const v1::ListReceiversRequest& request);

  absl::StatusOr<v1::GetKeyStateResponse> GetKeyState();
  // Not repeated after a failure: it may have begun.
  absl::StatusOr<v1::RotateMasterKeyResponse> RotateMasterKey();
  absl::StatusOr<v1::ListAuditRowsResponse> ListAuditRows(
      const v1::ListAuditRowsRequest& request);
  absl::StatusOr<v1::ListFileReadsResponse> ListFileReads(
      const v1::ListFileReadsRequest& request);

  // Calls `take` with every message, on this thread. Not tried again once a
  // message has come.
  //
  // Errors, beside those above: INTERNAL the stream ended before its result.
  absl::Status Verify(
      const v1::VerifyRequest& request,
      const std::function<void(const v1::VerifyResponse&)>& take);

  // `service` empty: the whole server.
  absl::StatusOr<ServingStatus> CheckHealth(const std::string& service);

  // Puts what the caller shows into a call; the methods above do so themselves.
  absl::Status AddCredentials(grpc::ClientContext* context) const;

  // For the streams of this library.
  v1::RegistryReadService::StubInterface& read_stub() { return *read_; }
  v1::PublicLookupService::StubInterface& public_stub() { return *public_; }
  v1::IntakeService::StubInterface& intake_stub() { return *intake_; }

  // What a stream's end means, given how it was watched: CANCELLED after a
  // cancellation, UNAVAILABLE where the other side fell silent, else FromGrpc.
  absl::Status StreamStatus(const grpc::Status& status, const CallGuard& guard);

 private:
  const ClientOptions options_;
  Cancellation* const cancellation_;
  Retrier retrier_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::RegistryReadService::StubInterface> read_;
  const std::unique_ptr<v1::PublicLookupService::StubInterface> public_;
  const std::unique_ptr<v1::RegistryWriteService::StubInterface> write_;
  const std::unique_ptr<v1::IntakeService::StubInterface> intake_;
  const std::unique_ptr<v1::AdminService::StubInterface> admin_;
  const std::unique_ptr<v1::AuditService::StubInterface> audit_;
  const std::unique_ptr<v1::KeyService::StubInterface> keys_;
  const std::unique_ptr<v1::PublicationService::StubInterface> publication_;
  const std::unique_ptr<v1::CaseService::StubInterface> cases_;

  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(
      Stub& stub,
      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                   Response*),
      const Request& request, const RetryPolicy& policy);
  RetryPolicy WritePolicy(const std::string& request_id) const;
  absl::Time Deadline() const;
  absl::Status Prepare(grpc::ClientContext& context, absl::Time deadline) const;
};

}  // namespace creditreg

#endif  // CREDITREG_CLIENT_REGISTRY_CLIENT_H_
