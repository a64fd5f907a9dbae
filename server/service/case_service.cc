// CaseService over gRPC.

#include <memory>

#include "creditreg/v1/case_service.grpc.pb.h"
#include "server/service/call.h"
#include "server/service/case_handlers.h"
#include "server/service/services.h"
#include "server/service/write_handlers.h"

namespace creditreg {
namespace {

using Done = WriteHandlers::Done;

class CaseServiceImpl final : public v1::CaseService::CallbackService {
 public:
  explicit CaseServiceImpl(const ServiceEnvironment& environment)
      : environment_(environment),
        handlers_(environment),
        writes_(environment) {}

  grpc::ServerUnaryReactor* OpenCase(grpc::CallbackServerContext* context,
                                     const v1::OpenCaseRequest* request,
                                     v1::OpenCaseResponse* response) override {
    return ServeLater(environment_, Rpc::kOpenCase, context, *request, response,
                      [&](const Caller& caller, const Done& done) {
                        writes_.Write(caller, *request, response, done);
                      });
  }

  grpc::ServerUnaryReactor* AdvanceCase(
      grpc::CallbackServerContext* context,
      const v1::AdvanceCaseRequest* request,
      v1::AdvanceCaseResponse* response) override {
    return ServeLater(environment_, Rpc::kAdvanceCase, context, *request,
                      response, [&](const Caller& caller, const Done& done) {
                        writes_.Write(caller, *request, response, done);
                      });
  }

  grpc::ServerUnaryReactor* GetCase(grpc::CallbackServerContext* context,
                                    const v1::GetCaseRequest* request,
                                    v1::GetCaseResponse* response) override {
    return ServeNow(environment_, Rpc::kGetCase, context, response,
                    [&](const Caller& caller) {
                      return handlers_.GetCase(caller, *request, response);
                    });
  }

  grpc::ServerUnaryReactor* ListCases(
      grpc::CallbackServerContext* context, const v1::ListCasesRequest* request,
      v1::ListCasesResponse* response) override {
    return ServeNow(environment_, Rpc::kListCases, context, response,
                    [&](const Caller& caller) {
                      return handlers_.ListCases(caller, *request, response);
                    });
  }

  grpc::ServerUnaryReactor* ImportCaseSteps(
      grpc::CallbackServerContext* context,
      const v1::ImportCaseStepsRequest* request,
      v1::ImportCaseStepsResponse* response) override {
    return ServeLater(environment_, Rpc::kImportCaseSteps, context, *request,
                      response, [&](const Caller& caller, const Done& done) {
                        writes_.Write(caller, *request, response, done);
                      });
  }

  grpc::ServerUnaryReactor* ListCaseSteps(
      grpc::CallbackServerContext* context,
      const v1::ListCaseStepsRequest* request,
      v1::ListCaseStepsResponse* response) override {
    return ServeNow(environment_, Rpc::kListCaseSteps, context, response,
                    [&](const Caller& /*caller*/) {
                      return handlers_.ListCaseSteps(*request, response);
                    });
  }

  grpc::ServerUnaryReactor* ReconcileCases(
      grpc::CallbackServerContext* context,
      const v1::ReconcileCasesRequest* request,
      v1::ReconcileCasesResponse* response) override {
    return ServeNow(environment_, Rpc::kReconcileCases, context, response,
                    [&](const Caller& /*caller*/) {
                      return handlers_.ReconcileCases(*request, response);
                    });
  }

  grpc::ServerUnaryReactor* ListWithdrawals(
      grpc::CallbackServerContext* context,
      const v1::ListWithdrawalsRequest* request,
      v1::ListWithdrawalsResponse* response) override {
    return ServeNow(environment_, Rpc::kListWithdrawals, context, response,
                    [&](const Caller& /*caller*/) {
                      return handlers_.ListWithdrawals(*request, response);
                    });
  }

  grpc::ServerUnaryReactor* AcknowledgeWithdrawals(
      grpc::CallbackServerContext* context,
      const v1::AcknowledgeWithdrawalsRequest* request,
      v1::AcknowledgeWithdrawalsResponse* response) override {
    return ServeLater(environment_, Rpc::kAcknowledgeWithdrawals, context,
                      *request, response,
                      [&](const Caller& caller, const Done& done) {
                        writes_.Write(caller, *request, response, done);
                      });
  }

  grpc::ServerUnaryReactor* ListReceivers(
      grpc::CallbackServerContext* context,
      const v1::ListReceiversRequest* /*request*/,
      v1::ListReceiversResponse* response) override {
    return ServeNow(environment_, Rpc::kListReceivers, context, response,
                    [&](const Caller& /*caller*/) {
                      return handlers_.ListReceivers(response);
                    });
  }

 private:
  const ServiceEnvironment& environment_;
  const CaseHandlers handlers_;
  const WriteHandlers writes_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeCaseService(
    const ServiceEnvironment& environment) {
  return std::make_unique<CaseServiceImpl>(environment);
}

}  // namespace creditreg
