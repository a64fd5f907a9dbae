// AuditService over gRPC.

#include <memory>

#include "creditreg/v1/audit_service.grpc.pb.h"
#include "server/service/audit_handlers.h"
#include "server/service/call.h"
#include "server/service/services.h"

namespace creditreg {
namespace {

class AuditService final : public v1::AuditService::CallbackService {
 public:
  explicit AuditService(const ServiceEnvironment& environment)
      : environment_(environment), handlers_(environment) {}

  grpc::ServerUnaryReactor* ListAuditRows(
      grpc::CallbackServerContext* context,
      const v1::ListAuditRowsRequest* request,
      v1::ListAuditRowsResponse* response) override {
    return ServeNow(environment_, Rpc::kListAuditRows, context, response,
                    [&](const Caller& caller) {
                      return handlers_.ListAuditRows(caller, *request,
                                                     response);
                    });
  }

  grpc::ServerUnaryReactor* ListFileReads(
      grpc::CallbackServerContext* context,
      const v1::ListFileReadsRequest* request,
      v1::ListFileReadsResponse* response) override {
    return ServeNow(environment_, Rpc::kListFileReads, context, response,
                    [&](const Caller& caller) {
                      return handlers_.ListFileReads(caller, *request,
                                                     response);
                    });
  }

 private:
  const ServiceEnvironment& environment_;
  const AuditHandlers handlers_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeAuditService(
    const ServiceEnvironment& environment) {
  return std::make_unique<AuditService>(environment);
}

}  // namespace creditreg
