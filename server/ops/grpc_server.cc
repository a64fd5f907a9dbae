#include "server/ops/grpc_server.h"

#include <chrono>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"

namespace creditreg {
namespace {

// A client that vanished without a word is noticed after these two, so that
// its streams let go of what they hold.
constexpr int kKeepaliveMs = 60 * 1000;
constexpr int kKeepaliveTimeoutMs = 20 * 1000;
// A connection on which nothing was called for so long is closed; its client
// makes another when it calls again. Each costs some 20 KiB and a descriptor.
constexpr int kMaxConnectionIdleMs = 15 * 60 * 1000;
// What is left after draining (health watchers, cancelled calls) ends by
// itself within moments.
constexpr std::chrono::milliseconds kCancelGrace{100};

void SetLimits(const GrpcServerOptions& options, grpc::ServerBuilder* builder) {
  builder->SetMaxReceiveMessageSize(
      static_cast<int>(options.max_message_bytes));
  // Answers are bounded by their own limits (500 records a page, 1,000 results
  // a message), which may exceed what a request may have.
  builder->SetMaxSendMessageSize(64 << 20);
  builder->AddChannelArgument(
      GRPC_ARG_MAX_CONCURRENT_STREAMS,
      static_cast<int>(options.max_streams_per_connection));
  // Otherwise a second server could take the same port and half the calls.
  builder->AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                              kKeepaliveTimeoutMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS,
                              kMaxConnectionIdleMs);
  grpc::ResourceQuota quota("creditreg");
  quota.Resize(static_cast<std::size_t>(options.network_memory_bytes));
  builder->SetResourceQuota(quota);
}

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Start(
    const GrpcServerOptions& options) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  SetLimits(options, &builder);
  int port = 0;
  builder.AddListeningPort(options.listen, grpc::InsecureServerCredentials(),
                           &port);
  for (const auto& service : options.services) {
    builder.RegisterService(service.service);
  }
  auto server = absl::WrapUnique(new GrpcServer(options));
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("listen: \"", options.listen,
                     "\" cannot be listened on, want a free address"));
  }
  server->address_ = absl::StrCat(
      options.listen.substr(0, options.listen.rfind(':')), ":", port);
  server->SetServing(true);
  return server;
}

GrpcServer::GrpcServer(const GrpcServerOptions& options) : options_(options) {}

GrpcServer::~GrpcServer() { Stop(absl::ZeroDuration()); }

void GrpcServer::SetServing(bool serving) {
  if (server_ == nullptr) return;
  grpc::HealthCheckServiceInterface* health = server_->GetHealthCheckService();
  health->SetServingStatus(serving);
  for (const auto& service : options_.services) {
    health->SetServingStatus(service.name, serving);
  }
  // The overall name, which SetServingStatus(bool) leaves alone while it is
  // not registered.
  health->SetServingStatus("", serving);
}

bool GrpcServer::Stop(absl::Duration drain) {
  if (server_ == nullptr) return true;
  // NOT_SERVING for every name; SetServing() has no effect any more.
  server_->GetHealthCheckService()->Shutdown();
  options_.gate->Close();
  const bool all_ended = options_.gate->AwaitEmpty(drain);
  server_->Shutdown(std::chrono::system_clock::now() + kCancelGrace);
  server_->Wait();
  server_.reset();
  return all_ended;
}

}  // namespace creditreg
