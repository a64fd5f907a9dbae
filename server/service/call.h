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
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message_lite.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "server/service/caller.h"
#include "server/service/environment.h"
#include "server/service/rpc.h"

namespace creditreg {

class Call {
 public:
  // `environment` and `context` outlive the call. `cancel` makes it end soon
  // (CallGate); null: the call has a deadline of its own.
  Call(const ServiceEnvironment& environment, Rpc rpc,
       grpc::CallbackServerContext* context,
       std::function<void()> cancel = nullptr);
  // The call's last byte has left. Ends with Internal where End() was
  // forgotten, so that a stop never hangs.
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // Lets the call in where there is room, and finds out who calls, what for,
  // and whether they may.
  //
  // Errors: as CallGate::Enter(), LockoutTable::Check(),
  // Authenticator::Authenticate(), QuotaTable::Enter(),
  // AccessPolicy::ReachOf(); InvalidArgument "PURPOSE_REQUIRED: ...",
  // "INVESTIGATION_INVALID: ..."; PermissionDenied
  // "INVESTIGATION_NOT_ALLOWED: ...".
  absl::Status Admit();

  // For a stream, with each message: whether the caller still is who it was and
  // may. Errors: as Admit().
  absl::Status Renew();

  // After Admit() was OK; made anew by Renew().
  const Caller& caller() const { return *caller_; }

  // Bytes of request that wait to be written, or of answer that wait for the
  // caller, from now on.
  void Hold(std::size_t bytes);

  // Writes down in the audit log what the caller was shown since the last time,
  // or refused, and goes on with `then`: with `status`, or with why it could
  // not be written; now, or later on an answer worker. Public calls are not
  // written down unless credentials were bad, nor what is past a limit, nor
  // what was stored, which the chain of changes tells of.
  void Record(const absl::Status& status,
              std::function<void(const absl::Status&)> then);

  // Writes down that a call which takes long was let in: what it shows before
  // its end is then told. Record() tells of the end.
  void RecordBegin(std::function<void(const absl::Status&)> then);

  // Counts and logs the call, once, and returns what the caller gets. `bytes`:
  // size of the answer.
  grpc::Status End(const absl::Status& status, std::size_t bytes);

 private:
  absl::Status Identify();
  // What the call's metadata say of purpose and investigation; `purpose`: the
  // principal's own.
  absl::StatusOr<std::string> ReadPurpose(std::string purpose) const;
  absl::StatusOr<std::string> ReadInvestigation(
      const Principal& principal) const;
  void Append(const AccessNotes& notes, const absl::Status& status,
              std::string reason,
              std::function<void(const absl::Status&)> then);
  // `again`: a message of a call that was let in.
  absl::Status CheckQuota(bool again);
  void Log(const absl::Status& status, std::int64_t us,
           std::size_t bytes) const;

  const ServiceEnvironment& environment_;
  const Rpc rpc_;
  grpc::CallbackServerContext* const context_;
  const std::chrono::steady_clock::time_point start_;
  CallGate::Guest guest_;
  AccessNotes notes_;
  // Known before it is known whether it may.
  std::shared_ptr<const Principal> principal_;
  std::optional<Caller> caller_;
  // Number of the case that its reads belong to; empty: none.
  std::string investigation_;
  bool admitted_ = false;
  // Among the anonymous ones.
  bool counted_ = false;
  // Where it counts, once it is within its quota.
  QuotaTable* quota_table_ = nullptr;
  std::string quota_name_;
  std::string quota_bucket_;
  bool is_within_quota_ = false;
  bool shows_something_ = false;
  bool ended_ = false;
};

inline std::size_t AnswerBytes(const google::protobuf::MessageLite& answer) {
  return answer.ByteSizeLong();
}
inline std::size_t AnswerBytes(const grpc::ByteBuffer& answer) {
  return answer.Length();
}

// A unary call; owns itself until its answer has left.
template <typename Response>
class UnaryCall final : public grpc::ServerUnaryReactor {
 public:
  UnaryCall(const ServiceEnvironment& environment, Rpc rpc,
            grpc::CallbackServerContext* context, Response* response)
      : call_(environment, rpc, context, [context] { context->TryCancel(); }),
        response_(*response) {}

  absl::Status Admit() { return call_.Admit(); }
  const Caller& caller() const { return call_.caller(); }

  // As Call::RecordBegin(); `then` may call Answer().
  void RecordBegin(std::function<void(const absl::Status&)> then) {
    call_.RecordBegin(std::move(then));
  }

  // The work on the request holds so much until Answer().
  void Hold(std::size_t bytes) { call_.Hold(bytes); }

  // Once; this may be gone afterwards.
  void Answer(const absl::Status& status) {
    // It waits for its row.
    if (status.ok()) call_.Hold(AnswerBytes(response_));
    call_.Record(status, [this](const absl::Status& told) { Leave(told); });
  }

  void OnDone() override { delete this; }

 private:
  void Leave(const absl::Status& status) {
    // Nothing of a failed answer leaves.
    if (!status.ok()) response_.Clear();
    const std::size_t bytes = AnswerBytes(response_);
    call_.Hold(bytes);
    Finish(call_.End(status, bytes));
  }

  // gRPC's own word for "OnDone() waits for nothing": it is then called at once
  // instead of on another thread, which would cost an eighth of a look-up.
  bool InternalInlineable() override { return true; }

  Call call_;
  Response& response_;
};

// Serves a call whose work takes moments, on gRPC's thread. `handler` is
// absl::Status(const Caller&).
template <typename Response, typename Handler>
grpc::ServerUnaryReactor* ServeNow(const ServiceEnvironment& environment,
                                   Rpc rpc,
                                   grpc::CallbackServerContext* context,
                                   Response* response, Handler handler) {
  auto* const call =
      new UnaryCall<Response>(environment, rpc, context, response);
  absl::Status status = call->Admit();
  if (status.ok()) status = handler(call->caller());
  call->Answer(status);
  return call;
}

// Serves a write, which is answered later: `handler` is
// void(const Caller&, std::function<void(absl::Status)> done) and calls `done`
// once, from any thread; the caller stays until then. A call whose caller has
// gone before it starts does nothing; one that has started goes on to its end.
template <typename Request, typename Response, typename Handler>
grpc::ServerUnaryReactor* ServeLater(const ServiceEnvironment& environment,
                                     Rpc rpc,
                                     grpc::CallbackServerContext* context,
                                     const Request& request, Response* response,
                                     Handler handler) {
  // The message, the draft, its rows and their batch.
  constexpr std::size_t kCopies = 4;
  auto* const call =
      new UnaryCall<Response>(environment, rpc, context, response);
  const auto done = [call](const absl::Status& status) {
    call->Answer(status);
  };
  absl::Status status = call->Admit();
  if (status.ok() && context->IsCancelled()) {
    status = absl::CancelledError("the caller has gone; nothing was stored");
  }
  if (status.ok()) {
    call->Hold(kCopies * request.ByteSizeLong());
    handler(call->caller(), done);
  } else {
    done(status);
  }
  return call;
}

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_CALL_H_
