// The calls that write, without the network: checks a request, makes drafts,
// hands them to the registry, and builds the answer from what was stored.
//
// Cancellation: a call whose caller has gone before it is queued does nothing
// (see ServeLater()); once queued it is stored, and a retry with the same
// request id gets its answer.
//
// Thread safety: may be used from many threads. Caller, request and response
// stay valid until `done` is called, which happens once, on one of the answer
// workers or before the method returns.

#ifndef CREDITREG_SERVER_SERVICE_WRITE_HANDLERS_H_
#define CREDITREG_SERVER_SERVICE_WRITE_HANDLERS_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "creditreg/v1/case_service.pb.h"
#include "creditreg/v1/publication_service.pb.h"
#include "creditreg/v1/registry_write_service.pb.h"
#include "index/base/civil_day.h"
#include "index/registry/registry.h"
#include "server/service/caller.h"
#include "server/service/environment.h"

namespace creditreg {

class WriteHandlers {
 public:
  using Done = std::function<void(const absl::Status&)>;

  explicit WriteHandlers(const ServiceEnvironment& environment)
      : environment_(environment) {}

  // Serves one of the service's calls, by the type of its request.
  template <typename Request, typename Response>
  void Write(const Caller& caller, const Request& request, Response* response,
             const Done& done) const;

 private:
  // The day that requests come on.
  CivilDay Today() const;

  // Makes what the registry gets. Errors are the caller's.
  absl::StatusOr<PutEnterprise> Prepare(
      const Caller& caller, const v1::PutEnterpriseRequest& request) const;
  absl::StatusOr<SubmitRecords> Prepare(
      const Caller& caller, const v1::SubmitRecordsRequest& request) const;
  absl::StatusOr<CorrectRecord> Prepare(
      const Caller& caller, const v1::CorrectRecordRequest& request) const;
  absl::StatusOr<WithdrawRecord> Prepare(
      const Caller& caller, const v1::WithdrawRecordRequest& request) const;
  absl::StatusOr<ClassifyRecord> Prepare(
      const Caller& caller, const v1::ClassifyRecordRequest& request) const;
  absl::StatusOr<ActivateTable> Prepare(
      const Caller& caller, const v1::ActivateTableRequest& request) const;
  // case_writes.cc
  absl::StatusOr<OpenCase> Prepare(const Caller& caller,
                                   const v1::OpenCaseRequest& request) const;
  absl::StatusOr<AdvanceCase> Prepare(
      const Caller& caller, const v1::AdvanceCaseRequest& request) const;
  absl::StatusOr<ImportCaseSteps> Prepare(
      const Caller& caller, const v1::ImportCaseStepsRequest& request) const;
  absl::StatusOr<AcknowledgeWithdrawals> Prepare(
      const Caller& caller,
      const v1::AcknowledgeWithdrawalsRequest& request) const;
  absl::StatusOr<ErasePersonal> Prepare(
      const Caller& caller, const v1::ErasePersonalRequest& request) const;
  absl::StatusOr<WithholdEnterprise> Prepare(
      const Caller& caller, const v1::WithholdEnterpriseRequest& request) const;

  // Build answers from what was stored.
  absl::Status Fill(const Caller& caller,
                    const v1::PutEnterpriseRequest& request,
                    const WriteAnswer& answer,
                    v1::PutEnterpriseResponse* response) const;
  absl::Status Fill(const Caller& caller,
                    const v1::SubmitRecordsRequest& request,
                    const WriteAnswer& answer,
                    v1::SubmitRecordsResponse* response) const;
  absl::Status Fill(const Caller& caller,
                    const v1::CorrectRecordRequest& request,
                    const WriteAnswer& answer,
                    v1::CorrectRecordResponse* response) const;
  absl::Status Fill(const Caller& caller,
                    const v1::WithdrawRecordRequest& request,
                    const WriteAnswer& answer,
                    v1::WithdrawRecordResponse* response) const;
  absl::Status Fill(const Caller& caller,
                    const v1::ClassifyRecordRequest& request,
                    const WriteAnswer& answer,
                    v1::ClassifyRecordResponse* response) const;
  absl::Status Fill(const Caller& caller,
                    const v1::ActivateTableRequest& request,
                    const WriteAnswer& answer,
                    v1::ActivateTableResponse* response) const;
  absl::Status Fill(const Caller& caller, const v1::OpenCaseRequest& request,
                    const WriteAnswer& answer,
                    v1::OpenCaseResponse* response) const;
  absl::Status Fill(const Caller& caller, const v1::AdvanceCaseRequest& request,
                    const WriteAnswer& answer,
                    v1::AdvanceCaseResponse* response) const;
  absl::Status Fill(const Caller& caller,
                    const v1::ImportCaseStepsRequest& request,
                    const WriteAnswer& answer,
                    v1::ImportCaseStepsResponse* response) const;
  absl::Status Fill(const Caller& caller,
                    const v1::AcknowledgeWithdrawalsRequest& request,
                    const WriteAnswer& answer,
                    v1::AcknowledgeWithdrawalsResponse* response) const;
  absl::Status Fill(const Caller& caller,
                    const v1::ErasePersonalRequest& request,
                    const WriteAnswer& answer,
                    v1::ErasePersonalResponse* response) const;
  absl::Status Fill(const Caller& caller,
                    const v1::WithholdEnterpriseRequest& request,
                    const WriteAnswer& answer,
                    v1::WithholdEnterpriseResponse* response) const;

  const ServiceEnvironment& environment_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_WRITE_HANDLERS_H_
