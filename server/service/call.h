// One call from start to end: let in, timed, counted, logged. And the two
// shapes of unary calls.
//
// Thread safety: a Call belongs to one call; one thread at a time.

#ifndef CREDITREG_SERVER_SERVICE_CALL_H_
#define CREDITREG_SERVER_SERVICE_CALL_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "google/protobuf/message_lite.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "server/service/environment.h"
#include "server/service/rpc.h"

namespace creditreg {

class Call {
 public:
  // `environment` outlives the call.
  Call(const ServiceEnvironment& environment, Rpc rpc);
  // Ends with Internal where End() was forgotten, so that a stop never hangs.
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // Errors: as CallGate::Enter().
  absl::Status Admit();

  // Counts and logs the call, once, and returns what the caller gets. `bytes`:
  // size of the answer.
  grpc::Status End(const absl::Status& status, std::size_t bytes);

 private:
  void Log(const absl::Status& status, std::int64_t us,
           std::size_t bytes) const;

  const ServiceEnvironment& environment_;
  const Rpc rpc_;
  const std::chrono::steady_clock::time_point start_;
  bool admitted_ = false;
  bool ended_ = false;
};

inline std::size_t AnswerBytes(const google::protobuf::MessageLite& answer) {
  return answer.ByteSizeLong();
}
inline std::size_t AnswerBytes(const grpc::ByteBuffer& answer) {
  return answer.Length();
}

// Serves a call whose work takes moments, on gRPC's thread. `handler` is
// absl::Status().
template <typename Response, typename Handler>
grpc::ServerUnaryReactor* ServeNow(const ServiceEnvironment& environment,
                                   Rpc rpc,
                                   grpc::CallbackServerContext* context,
                                   Response* response, Handler handler) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  Call call(environment, rpc);
  absl::Status status = call.Admit();
  if (status.ok()) status = handler();
  // Nothing of a failed answer leaves.
  if (!status.ok()) response->Clear();
  reactor->Finish(call.End(status, AnswerBytes(*response)));
  return reactor;
}

// Serves a call that is answered later: `handler` is
// void(std::function<void(absl::Status)> done) and calls `done` once, from any
// thread. A call whose caller has gone before it starts does nothing; one that
// has started goes on to its end.
template <typename Response, typename Handler>
grpc::ServerUnaryReactor* ServeLater(const ServiceEnvironment& environment,
                                     Rpc rpc,
                                     grpc::CallbackServerContext* context,
                                     Response* response, Handler handler) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  auto call = std::make_shared<Call>(environment, rpc);
  const auto done = [call, reactor, response](const absl::Status& status) {
    if (!status.ok()) response->Clear();
    reactor->Finish(call->End(status, response->ByteSizeLong()));
  };
  absl::Status status = call->Admit();
  if (status.ok() && context->IsCancelled()) {
    status = absl::CancelledError("the caller has gone; nothing was stored");
  }
  if (status.ok()) {
    handler(done);
  } else {
    done(status);
  }
  return reactor;
}

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_CALL_H_
