#include "bench/load/echo_server.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "creditreg/v1/public_lookup_service.grpc.pb.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/async_unary_call.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/slice.h"
#include "index/base/status_macros.h"
#include "server/ops/call_gate.h"
#include "server/ops/grpc_server.h"
#include "server/ops/port_file.h"
#include "server/ops/stop_signal.h"

namespace creditreg::bench {
namespace {

// As creditregd's.
constexpr std::int64_t kMaxConcurrentCalls = 2000;
// Calls that the queue's server is ready to take at one time.
constexpr int kAwaitedCalls = 128;
// Of a unified code.
constexpr std::size_t kIdentifierBytes = 18;

// Answers of every length, all of the same bytes.
class Answers {
 public:
  Answers() : bytes_(kMaxEchoBytes, 'e') {}

  // As long as the request says; 0 where it says nothing.
  grpc::ByteBuffer For(const grpc::ByteBuffer& request) const {
    grpc::Slice slice;
    if (!request.TrySingleSlice(&slice).ok() &&
        !request.DumpToSingleSlice(&slice).ok()) {
      slice = grpc::Slice();
    }
    if (slice.size() < kIdentifierBytes) {
      const grpc::Slice nothing;
      return grpc::ByteBuffer(&nothing, 1);
    }
    std::size_t size = 0;
    for (const std::uint8_t* digit = slice.end() - kIdentifierBytes;
         digit != slice.end(); ++digit) {
      size = size * 10 + (*digit - std::uint8_t{'0'});
    }
    const grpc::Slice answer(bytes_.data(), std::min(size, bytes_.size()),
                             grpc::Slice::STATIC_SLICE);
    return grpc::ByteBuffer(&answer, 1);
  }

 private:
  const std::string bytes_;
};

class CallbackService final
    : public v1::PublicLookupService::WithRawCallbackMethod_GetPublicEnterprise<
          v1::PublicLookupService::Service> {
 public:
  grpc::ServerUnaryReactor* GetPublicEnterprise(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override {
    *response = answers_.For(*request);
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  const Answers answers_;
};

class CallbackEcho final : public EchoServer {
 public:
  absl::Status Listen(const std::string& listen) {
    GrpcServerOptions options;
    options.listen = listen;
    options.services = {{"creditreg.v1.PublicLookupService", &service_}};
    options.gate = &gate_;
    CREDITREG_ASSIGN_OR_RETURN(server_, GrpcServer::Start(options));
    return absl::OkStatus();
  }

  std::string address() const override { return server_->address(); }

 private:
  CallGate gate_{kMaxConcurrentCalls};
  CallbackService service_;
  std::unique_ptr<GrpcServer> server_;
};

class QueueEcho final : public EchoServer {
 public:
  ~QueueEcho() override {
    if (server_ == nullptr) return;
    server_->Shutdown(std::chrono::system_clock::now());
    queue_->Shutdown();
    thread_.join();
  }

  absl::Status Listen(const std::string& listen) {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddListeningPort(listen, grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    queue_ = builder.AddCompletionQueue();
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port == 0) {
      return absl::UnavailableError(
          absl::StrCat("listen: \"", listen, "\" cannot be listened on"));
    }
    address_ = absl::StrCat(listen.substr(0, listen.rfind(':')), ":", port);
    for (int i = 0; i < kAwaitedCalls; ++i) Await();
    thread_ = std::thread([this] { Serve(); });
    return absl::OkStatus();
  }

  std::string address() const override { return address_; }

 private:
  struct Call {
    grpc::ServerContext context;
    grpc::ByteBuffer request;
    grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> writer{&context};
    bool is_answered = false;
  };

  void Await() {
    auto* const call = new Call();
    service_.RequestGetPublicEnterprise(&call->context, &call->request,
                                        &call->writer, queue_.get(),
                                        queue_.get(), call);
  }

  void Serve() {
    void* tag = nullptr;
    bool ok = false;
    while (queue_->Next(&tag, &ok)) {
      auto* const call = static_cast<Call*>(tag);
      if (!ok || call->is_answered) {
        delete call;
        continue;
      }
      call->is_answered = true;
      call->writer.Finish(answers_.For(call->request), grpc::Status::OK, call);
      Await();
    }
  }

  const Answers answers_;
  v1::PublicLookupService::WithRawMethod_GetPublicEnterprise<
      v1::PublicLookupService::Service>
      service_;
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
  std::thread thread_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<EchoServer>> EchoServer::Start(
    EchoKind kind, const std::string& listen) {
  if (kind == EchoKind::kQueue) {
    auto queue = std::make_unique<QueueEcho>();
    CREDITREG_RETURN_IF_ERROR(queue->Listen(listen));
    return queue;
  }
  auto callback = std::make_unique<CallbackEcho>();
  CREDITREG_RETURN_IF_ERROR(callback->Listen(listen));
  return callback;
}

absl::Status ServeEcho(EchoKind kind, const std::string& listen,
                       const std::string& port_file) {
  StopSignal stop;
  CREDITREG_ASSIGN_OR_RETURN(const std::unique_ptr<EchoServer> echo,
                             EchoServer::Start(kind, listen));
  CREDITREG_RETURN_IF_ERROR(WritePortFile(port_file, echo->address()));
  while (!stop.Wait(absl::Minutes(1))) {
  }
  return absl::OkStatus();
}

UnaryWorkload EchoWorkload(std::vector<std::uint32_t> sizes,
                           std::vector<std::uint32_t> order) {
  UnaryWorkload workload;
  workload.method = "/creditreg.v1.PublicLookupService/GetPublicEnterprise";
  workload.requests.reserve(sizes.size());
  for (const std::uint32_t size : sizes) {
    v1::GetPublicEnterpriseRequest request;
    request.mutable_item()->set_identifier(absl::StrFormat("%018d", size));
    workload.requests.push_back(request.SerializeAsString());
  }
  workload.order = std::move(order);
  workload.check = [sizes = std::move(sizes)](std::size_t i,
                                              const grpc::ByteBuffer& answer) {
    if (answer.Length() == sizes[i]) return absl::OkStatus();
    return absl::InternalError(
        absl::StrCat("echo: ", answer.Length(), " bytes, want ", sizes[i]));
  };
  return workload;
}

}  // namespace creditreg::bench
