// PublicationService over gRPC.

#include <memory>

#include "creditreg/v1/publication_service.grpc.pb.h"
#include "server/service/call.h"
#include "server/service/publication_handlers.h"
#include "server/service/services.h"
#include "server/service/write_handlers.h"

namespace creditreg {
namespace {

using Done = WriteHandlers::Done;

class PublicationServiceImpl final
    : public v1::PublicationService::CallbackService {
 public:
  explicit PublicationServiceImpl(const ServiceEnvironment& environment)
      : environment_(environment),
        handlers_(environment),
        writes_(environment) {}

  grpc::ServerUnaryReactor* ListTables(
      grpc::CallbackServerContext* context,
      const v1::ListTablesRequest* /*request*/,
      v1::ListTablesResponse* response) override {
    return ServeNow(environment_, Rpc::kListTables, context, response,
                    [&](const Caller& /*caller*/) {
                      return handlers_.ListTables(response);
                    });
  }

  grpc::ServerUnaryReactor* ActivateTable(
      grpc::CallbackServerContext* context,
      const v1::ActivateTableRequest* request,
      v1::ActivateTableResponse* response) override {
    return ServeLater(environment_, Rpc::kActivateTable, context, *request,
                      response, [&](const Caller& caller, const Done& done) {
                        writes_.Write(caller, *request, response, done);
                      });
  }

  grpc::ServerUnaryReactor* ListUndecidedRecords(
      grpc::CallbackServerContext* context,
      const v1::ListUndecidedRecordsRequest* request,
      v1::ListUndecidedRecordsResponse* response) override {
    return ServeNow(environment_, Rpc::kListUndecidedRecords, context, response,
                    [&](const Caller& caller) {
                      return handlers_.ListUndecidedRecords(caller, *request,
                                                            response);
                    });
  }

  grpc::ServerUnaryReactor* ClassifyRecord(
      grpc::CallbackServerContext* context,
      const v1::ClassifyRecordRequest* request,
      v1::ClassifyRecordResponse* response) override {
    return ServeLater(environment_, Rpc::kClassifyRecord, context, *request,
                      response, [&](const Caller& caller, const Done& done) {
                        writes_.Write(caller, *request, response, done);
                      });
  }

  grpc::ServerUnaryReactor* GetSourceQuality(
      grpc::CallbackServerContext* context,
      const v1::GetSourceQualityRequest* request,
      v1::GetSourceQualityResponse* response) override {
    return ServeNow(environment_, Rpc::kGetSourceQuality, context, response,
                    [&](const Caller& /*caller*/) {
                      return handlers_.GetSourceQuality(*request, response);
                    });
  }

  grpc::ServerUnaryReactor* GetPublicPageAsOf(
      grpc::CallbackServerContext* context,
      const v1::GetPublicPageAsOfRequest* request,
      v1::GetPublicPageAsOfResponse* response) override {
    return ServeNow(environment_, Rpc::kGetPublicPageAsOf, context, response,
                    [&](const Caller& caller) {
                      return handlers_.GetPublicPageAsOf(caller, *request,
                                                         response);
                    });
  }

 private:
  const ServiceEnvironment& environment_;
  const PublicationHandlers handlers_;
  const WriteHandlers writes_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakePublicationService(
    const ServiceEnvironment& environment) {
  return std::make_unique<PublicationServiceImpl>(environment);
}

}  // namespace creditreg
