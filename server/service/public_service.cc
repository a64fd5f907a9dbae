// PublicLookupService over gRPC.

#include <memory>

#include "creditreg/v1/public_lookup_service.grpc.pb.h"
#include "server/service/batch_reactor.h"
#include "server/service/call.h"
#include "server/service/public_handlers.h"
#include "server/service/services.h"

namespace creditreg {
namespace {

class PublicService final : public v1::PublicLookupService::CallbackService {
 public:
  explicit PublicService(const ServiceEnvironment& environment)
      : environment_(environment), handlers_(environment) {}

  grpc::ServerUnaryReactor* GetPublicEnterprise(
      grpc::CallbackServerContext* context,
      const v1::GetPublicEnterpriseRequest* request,
      v1::GetPublicEnterpriseResponse* response) override {
    return ServeNow(
        environment_, Rpc::kGetPublicEnterprise, context, response,
        [&] { return handlers_.GetPublicEnterprise(*request, response); });
  }

  grpc::ServerBidiReactor<v1::BatchGetPublicEnterprisesRequest,
                          v1::BatchGetPublicEnterprisesResponse>*
  BatchGetPublicEnterprises(grpc::CallbackServerContext* context) override {
    return new BatchReactor<v1::BatchGetPublicEnterprisesRequest,
                            v1::BatchGetPublicEnterprisesResponse>(
        environment_, Rpc::kBatchGetPublicEnterprises, context,
        [this](const View& view,
               const v1::BatchGetPublicEnterprisesRequest& request,
               std::int64_t first_index,
               v1::BatchGetPublicEnterprisesResponse* response) {
          return handlers_.BatchGetPublicEnterprises(view, request, first_index,
                                                     response);
        });
  }

  grpc::ServerUnaryReactor* ListPublicLicences(
      grpc::CallbackServerContext* context,
      const v1::ListPublicLicencesRequest* request,
      v1::ListPublicLicencesResponse* response) override {
    return ServeNow(
        environment_, Rpc::kListPublicLicences, context, response,
        [&] { return handlers_.ListPublicLicences(*request, response); });
  }

 private:
  const ServiceEnvironment& environment_;
  const PublicHandlers handlers_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakePublicService(
    const ServiceEnvironment& environment) {
  return std::make_unique<PublicService>(environment);
}

}  // namespace creditreg
