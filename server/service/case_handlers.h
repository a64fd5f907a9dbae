// The reading calls of CaseService, without the network, and its messages.
//
// Thread safety: may be used from many threads; calls share nothing.

#ifndef CREDITREG_SERVER_SERVICE_CASE_HANDLERS_H_
#define CREDITREG_SERVER_SERVICE_CASE_HANDLERS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "creditreg/v1/case_service.pb.h"
#include "index/base/civil_day.h"
#include "index/codec/tokens.h"
#include "index/registry/view.h"
#include "server/service/caller.h"
#include "server/service/environment.h"

namespace creditreg {

// A case as `view` has it; `day`: what is overdue then.
//
// Errors: as View's.
absl::StatusOr<v1::Case> CaseMessage(const CaseAt& stored, const View& view,
                                     CivilDay day, const TokenCodec& tokens);

class CaseHandlers {
 public:
  explicit CaseHandlers(const ServiceEnvironment& environment)
      : environment_(environment) {}

  absl::Status GetCase(const Caller& caller, const v1::GetCaseRequest& request,
                       v1::GetCaseResponse* response) const;
  absl::Status ListCases(const Caller& caller,
                         const v1::ListCasesRequest& request,
                         v1::ListCasesResponse* response) const;
  absl::Status ListCaseSteps(const v1::ListCaseStepsRequest& request,
                             v1::ListCaseStepsResponse* response) const;
  absl::Status ReconcileCases(const v1::ReconcileCasesRequest& request,
                              v1::ReconcileCasesResponse* response) const;
  absl::Status ListWithdrawals(const v1::ListWithdrawalsRequest& request,
                               v1::ListWithdrawalsResponse* response) const;
  absl::Status ListReceivers(v1::ListReceiversResponse* response) const;

 private:
  const ServiceEnvironment& environment_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_CASE_HANDLERS_H_
