// RegistryReadService over gRPC.

#include <memory>

#include "creditreg/v1/registry_read_service.grpc.pb.h"
#include "server/service/batch_reactor.h"
#include "server/service/call.h"
#include "server/service/read_handlers.h"
#include "server/service/services.h"

namespace creditreg {
namespace {

class ReadService final : public v1::RegistryReadService::CallbackService {
 public:
  explicit ReadService(const ServiceEnvironment& environment)
      : environment_(environment), handlers_(environment) {}

  grpc::ServerUnaryReactor* GetEnterprise(
      grpc::CallbackServerContext* context,
      const v1::GetEnterpriseRequest* request,
      v1::GetEnterpriseResponse* response) override {
    return ServeNow(environment_, Rpc::kGetEnterprise, context, response,
                    [&](const Caller& caller) {
                      return handlers_.GetEnterprise(caller, *request,
                                                     response);
                    });
  }

  grpc::ServerBidiReactor<v1::BatchGetEnterprisesRequest,
                          v1::BatchGetEnterprisesResponse>*
  BatchGetEnterprises(grpc::CallbackServerContext* context) override {
    return new BatchReactor<v1::BatchGetEnterprisesRequest,
                            v1::BatchGetEnterprisesResponse>(
        environment_, Rpc::kBatchGetEnterprises, context,
        [this](const Caller& caller, const View& view,
               const v1::BatchGetEnterprisesRequest& request,
               std::int64_t first_index,
               v1::BatchGetEnterprisesResponse* response) {
          return handlers_.BatchGetEnterprises(caller, view, request,
                                               first_index, response);
        });
  }

  grpc::ServerUnaryReactor* GetRecord(
      grpc::CallbackServerContext* context, const v1::GetRecordRequest* request,
      v1::GetRecordResponse* response) override {
    return ServeNow(environment_, Rpc::kGetRecord, context, response,
                    [&](const Caller& caller) {
                      return handlers_.GetRecord(caller, *request, response);
                    });
  }

  grpc::ServerUnaryReactor* ListRecords(
      grpc::CallbackServerContext* context,
      const v1::ListRecordsRequest* request,
      v1::ListRecordsResponse* response) override {
    return ServeNow(environment_, Rpc::kListRecords, context, response,
                    [&](const Caller& caller) {
                      return handlers_.ListRecords(caller, *request, response);
                    });
  }

  grpc::ServerUnaryReactor* ListRecordVersions(
      grpc::CallbackServerContext* context,
      const v1::ListRecordVersionsRequest* request,
      v1::ListRecordVersionsResponse* response) override {
    return ServeNow(environment_, Rpc::kListRecordVersions, context, response,
                    [&](const Caller& caller) {
                      return handlers_.ListRecordVersions(caller, *request,
                                                          response);
                    });
  }

  grpc::ServerUnaryReactor* FindByPersonalNumber(
      grpc::CallbackServerContext* context,
      const v1::FindByPersonalNumberRequest* request,
      v1::FindByPersonalNumberResponse* response) override {
    return ServeNow(environment_, Rpc::kFindByPersonalNumber, context, response,
                    [&](const Caller& caller) {
                      return handlers_.FindByPersonalNumber(caller, *request,
                                                            response);
                    });
  }

  grpc::ServerUnaryReactor* ListQuarantinedRows(
      grpc::CallbackServerContext* context,
      const v1::ListQuarantinedRowsRequest* request,
      v1::ListQuarantinedRowsResponse* response) override {
    return ServeNow(environment_, Rpc::kListQuarantinedRows, context, response,
                    [&](const Caller& caller) {
                      return handlers_.ListQuarantinedRows(caller, *request,
                                                           response);
                    });
  }

 private:
  const ServiceEnvironment& environment_;
  const ReadHandlers handlers_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeReadService(
    const ServiceEnvironment& environment) {
  return std::make_unique<ReadService>(environment);
}

}  // namespace creditreg
