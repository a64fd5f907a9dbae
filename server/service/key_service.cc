// KeyService over gRPC.

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "creditreg/v1/key_service.grpc.pb.h"
#include "index/base/status_macros.h"
#include "index/registry/registry.h"
#include "server/service/call.h"
#include "server/service/services.h"

namespace creditreg {
namespace {

void FillState(const KeyState& state, v1::GetKeyStateResponse* response) {
  response->set_ring_master_version(
      static_cast<std::int32_t>(state.ring_version));
  response->set_data_keys_master_version(
      static_cast<std::int32_t>(state.data_keys_version));
  response->set_data_keys(static_cast<std::int64_t>(state.data_keys));
  response->set_destroyed_again(
      static_cast<std::int64_t>(state.destroyed_again));
  if (state.target_version == 0) return;
  v1::GetKeyStateResponse::Rotation& rotation = *response->mutable_rotation();
  rotation.set_to_version(static_cast<std::int32_t>(state.target_version));
  rotation.set_running(state.rotating);
  rotation.set_done(static_cast<std::int64_t>(state.done));
  rotation.set_total(static_cast<std::int64_t>(state.total));
  rotation.set_damaged(static_cast<std::int64_t>(state.damaged));
  if (!state.last.ok()) rotation.set_error(std::string(state.last.message()));
}

class KeyServiceImpl final : public v1::KeyService::CallbackService {
 public:
  explicit KeyServiceImpl(const ServiceEnvironment& environment)
      : environment_(environment) {}

  grpc::ServerUnaryReactor* GetKeyState(
      grpc::CallbackServerContext* context,
      const v1::GetKeyStateRequest* /*request*/,
      v1::GetKeyStateResponse* response) override {
    return ServeNow(environment_, Rpc::kGetKeyState, context, response,
                    [&](const Caller& /*caller*/) {
                      FillState(environment_.registry->Keys(), response);
                      return absl::OkStatus();
                    });
  }

  // Written down before it begins: what it does cannot be taken back. Asking a
  // key management system may take seconds, so it is done on a worker.
  grpc::ServerUnaryReactor* RotateMasterKey(
      grpc::CallbackServerContext* context,
      const v1::RotateMasterKeyRequest* /*request*/,
      v1::RotateMasterKeyResponse* response) override {
    auto* const call = new UnaryCall<v1::RotateMasterKeyResponse>(
        environment_, Rpc::kRotateMasterKey, context, response);
    const absl::Status status = call->Admit();
    if (!status.ok()) {
      call->Answer(status);
      return call;
    }
    call->RecordBegin([this, call, response](const absl::Status& told) {
      if (!told.ok()) {
        call->Answer(told);
        return;
      }
      environment_.import_workers->Post(
          [this, call, response] { call->Answer(Rotate(response)); });
    });
    return call;
  }

 private:
  absl::Status Rotate(v1::RotateMasterKeyResponse* response) const {
    CREDITREG_ASSIGN_OR_RETURN(const std::uint32_t version,
                               environment_.registry->RotateMasterKey());
    response->set_to_version(static_cast<std::int32_t>(version));
    return absl::OkStatus();
  }

  const ServiceEnvironment& environment_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeKeyService(
    const ServiceEnvironment& environment) {
  return std::make_unique<KeyServiceImpl>(environment);
}

}  // namespace creditreg
