// IntakeService over gRPC.

#include <atomic>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "creditreg/v1/intake_service.grpc.pb.h"
#include "index/base/status_macros.h"
#include "server/intake/row_mapper.h"
#include "server/intake/template.h"
#include "server/service/call.h"
#include "server/service/caller.h"
#include "server/service/import_reactor.h"
#include "server/service/services.h"
#include "server/service/validate.h"
#include "server/wire/answers.h"
#include "server/wire/status.h"

namespace creditreg {
namespace {

absl::Status ReadImport(const ServiceEnvironment& environment,
                        const Caller& caller,
                        const v1::GetImportRequest& request,
                        v1::GetImportResponse* response) {
  FieldViolations violations;
  CheckRequestId(request.request_id(), &violations);
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  CREDITREG_ASSIGN_OR_RETURN(
      const StoredImport progress,
      environment.registry->GetImport(caller.id(), request.request_id()));
  *response->mutable_receipt() = ReceiptMessage(
      request.request_id(), progress.row, environment.registry->tokens());
  return absl::OkStatus();
}

absl::Status MakeTemplate(const ServiceEnvironment& environment,
                          const v1::GetTemplateRequest& request,
                          v1::GetTemplateResponse* response) {
  FieldViolations violations;
  const IntakeTarget target = TargetOfFormat(request.format());
  if (target == conf::v1::IntakeFormat::TARGET_UNSPECIFIED) {
    violations.Add("format", absl::StrCat("got ", request.format(),
                                          ", want a format of files"));
  }
  if (!v1::GetTemplateRequest::Header_IsValid(request.header())) {
    violations.Add("header",
                   absl::StrCat("got ", request.header(), ", want a header"));
  }
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  response->set_file_name(environment.tables->format(target).template_name());
  response->set_content(
      TemplateContent(*environment.tables, target, request.header()));
  return absl::OkStatus();
}

class IntakeService final : public v1::IntakeService::CallbackService {
 public:
  explicit IntakeService(const ServiceEnvironment& environment)
      : environment_(environment),
        running_(std::make_shared<std::atomic<std::int64_t>>(0)) {}

  grpc::ServerBidiReactor<v1::ImportRequest, v1::ImportResponse>* Import(
      grpc::CallbackServerContext* context) override {
    // Owns itself until OnDone().
    return new ImportReactor(environment_, context, running_);
  }

  grpc::ServerUnaryReactor* GetTemplate(
      grpc::CallbackServerContext* context,
      const v1::GetTemplateRequest* request,
      v1::GetTemplateResponse* response) override {
    return ServeNow(environment_, Rpc::kGetTemplate, context, response,
                    [&](const Caller& /*caller*/) {
                      return MakeTemplate(environment_, *request, response);
                    });
  }

  grpc::ServerUnaryReactor* GetImport(
      grpc::CallbackServerContext* context, const v1::GetImportRequest* request,
      v1::GetImportResponse* response) override {
    return ServeNow(environment_, Rpc::kGetImport, context, response,
                    [&](const Caller& caller) {
                      return ReadImport(environment_, caller, *request,
                                        response);
                    });
  }

 private:
  const ServiceEnvironment& environment_;
  // Imports under way.
  const std::shared_ptr<std::atomic<std::int64_t>> running_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeIntakeService(
    const ServiceEnvironment& environment) {
  return std::make_unique<IntakeService>(environment);
}

}  // namespace creditreg
