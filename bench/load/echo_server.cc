#include "bench/load/echo_server.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "bench/load/wire_bytes.h"
#include "creditreg/v1/registry_read_service.grpc.pb.h"
#include "index/base/status_macros.h"
#include "server/ops/port_file.h"
#include "server/ops/stop_signal.h"

namespace creditreg::bench {
namespace {

// As creditregd's.
constexpr std::int64_t kMaxConcurrentCalls = 2000;

// One bytes field that fills the answer up to kEchoBytes: two messages around
// it take three bytes of tag and length each.
v1::GetEnterpriseResponse EchoAnswer() {
  v1::GetEnterpriseResponse answer;
  answer.mutable_position()->set_token(std::string(kEchoBytes - 6, 'e'));
  return answer;
}

class EchoService final : public v1::RegistryReadService::CallbackService {
 public:
  grpc::ServerUnaryReactor* GetEnterprise(
      grpc::CallbackServerContext* context,
      const v1::GetEnterpriseRequest* /*request*/,
      v1::GetEnterpriseResponse* response) override {
    *response = answer_;
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  const v1::GetEnterpriseResponse answer_ = EchoAnswer();
};

}  // namespace

EchoServer::EchoServer()
    : gate_(kMaxConcurrentCalls), service_(std::make_unique<EchoService>()) {}

EchoServer::~EchoServer() = default;

absl::StatusOr<std::unique_ptr<EchoServer>> EchoServer::Start(
    const std::string& listen) {
  auto echo = absl::WrapUnique(new EchoServer());
  GrpcServerOptions options;
  options.listen = listen;
  options.services = {
      {"creditreg.v1.RegistryReadService", echo->service_.get()}};
  options.gate = &echo->gate_;
  CREDITREG_ASSIGN_OR_RETURN(echo->server_, GrpcServer::Start(options));
  return echo;
}

absl::Status ServeEcho(const std::string& listen,
                       const std::string& port_file) {
  StopSignal stop;
  CREDITREG_ASSIGN_OR_RETURN(const std::unique_ptr<EchoServer> echo,
                             EchoServer::Start(listen));
  CREDITREG_RETURN_IF_ERROR(WritePortFile(port_file, echo->address()));
  while (!stop.Wait(absl::Minutes(1))) {
  }
  return absl::OkStatus();
}

UnaryWorkload EchoWorkload() {
  v1::GetEnterpriseRequest request;
  request.mutable_item()->set_identifier(std::string(18, '9'));
  UnaryWorkload workload;
  workload.method = "/creditreg.v1.RegistryReadService/GetEnterprise";
  workload.requests = {ToWire(request)};
  workload.check = [](std::size_t /*i*/, const grpc::ByteBuffer& answer) {
    if (answer.Length() == kEchoBytes) return absl::OkStatus();
    return absl::InternalError(
        absl::StrCat("echo: ", answer.Length(), " bytes, want ", kEchoBytes));
  };
  return workload;
}

}  // namespace creditreg::bench
