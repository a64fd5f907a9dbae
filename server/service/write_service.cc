// RegistryWriteService over gRPC.

#include <memory>

#include "creditreg/v1/registry_write_service.grpc.pb.h"
#include "server/service/call.h"
#include "server/service/services.h"
#include "server/service/write_handlers.h"

namespace creditreg {
namespace {

using Done = WriteHandlers::Done;

class WriteService final : public v1::RegistryWriteService::CallbackService {
 public:
  explicit WriteService(const ServiceEnvironment& environment)
      : environment_(environment), handlers_(environment) {}

  grpc::ServerUnaryReactor* PutEnterprise(
      grpc::CallbackServerContext* context,
      const v1::PutEnterpriseRequest* request,
      v1::PutEnterpriseResponse* response) override {
    return ServeLater(environment_, Rpc::kPutEnterprise, context, *request,
                      response, [&](const Caller& caller, const Done& done) {
                        handlers_.Write(caller, *request, response, done);
                      });
  }

  grpc::ServerUnaryReactor* SubmitRecords(
      grpc::CallbackServerContext* context,
      const v1::SubmitRecordsRequest* request,
      v1::SubmitRecordsResponse* response) override {
    return ServeLater(environment_, Rpc::kSubmitRecords, context, *request,
                      response, [&](const Caller& caller, const Done& done) {
                        handlers_.Write(caller, *request, response, done);
                      });
  }

  grpc::ServerUnaryReactor* CorrectRecord(
      grpc::CallbackServerContext* context,
      const v1::CorrectRecordRequest* request,
      v1::CorrectRecordResponse* response) override {
    return ServeLater(environment_, Rpc::kCorrectRecord, context, *request,
                      response, [&](const Caller& caller, const Done& done) {
                        handlers_.Write(caller, *request, response, done);
                      });
  }

  grpc::ServerUnaryReactor* WithdrawRecord(
      grpc::CallbackServerContext* context,
      const v1::WithdrawRecordRequest* request,
      v1::WithdrawRecordResponse* response) override {
    return ServeLater(environment_, Rpc::kWithdrawRecord, context, *request,
                      response, [&](const Caller& caller, const Done& done) {
                        handlers_.Write(caller, *request, response, done);
                      });
  }

  grpc::ServerUnaryReactor* ErasePersonal(
      grpc::CallbackServerContext* context,
      const v1::ErasePersonalRequest* request,
      v1::ErasePersonalResponse* response) override {
    return ServeLater(environment_, Rpc::kErasePersonal, context, *request,
                      response, [&](const Caller& caller, const Done& done) {
                        handlers_.Write(caller, *request, response, done);
                      });
  }

  grpc::ServerUnaryReactor* WithholdEnterprise(
      grpc::CallbackServerContext* context,
      const v1::WithholdEnterpriseRequest* request,
      v1::WithholdEnterpriseResponse* response) override {
    return ServeLater(environment_, Rpc::kWithholdEnterprise, context, *request,
                      response, [&](const Caller& caller, const Done& done) {
                        handlers_.Write(caller, *request, response, done);
                      });
  }

 private:
  const ServiceEnvironment& environment_;
  const WriteHandlers handlers_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeWriteService(
    const ServiceEnvironment& environment) {
  return std::make_unique<WriteService>(environment);
}

}  // namespace creditreg
