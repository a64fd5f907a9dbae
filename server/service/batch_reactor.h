// A stream of look-ups: items in, results out, in order, at one state.
//
// One message is in hand at a time: the next is read only after the answer to
// the last was handed over, so a caller that does not read its results stops
// being read from, and a stream holds one request and one answer.
//
// Thread safety: gRPC calls one method at a time; owns itself until OnDone().

#ifndef CREDITREG_SERVER_SERVICE_BATCH_REACTOR_H_
#define CREDITREG_SERVER_SERVICE_BATCH_REACTOR_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "index/registry/view.h"
#include "server/service/call.h"
#include "server/service/call_deadline.h"
#include "server/service/environment.h"
#include "server/service/validate.h"

namespace creditreg {

template <typename Request, typename Response>
class BatchReactor final : public grpc::ServerBidiReactor<Request, Response> {
 public:
  // Answers one message whose first item has this place in the stream.
  using Handler = std::function<absl::Status(
      const View&, const Request&, std::int64_t first_index, Response*)>;

  BatchReactor(const ServiceEnvironment& environment, Rpc rpc,
               grpc::CallbackServerContext* context, Handler handler)
      : handler_(std::move(handler)), call_(environment, rpc) {
    const absl::Status status = call_.Admit();
    if (!status.ok()) {
      End(status);
      return;
    }
    deadline_ = std::make_unique<CallDeadline>(
        context, environment.default_deadline, environment.max_deadline);
    view_ = environment.registry->CurrentView();
    this->StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {  // the caller has sent everything, or has gone
      End(absl::OkStatus());
      return;
    }
    const absl::Status status = Answer();
    if (!status.ok()) {
      End(status);
      return;
    }
    call_.Hold(response_.ByteSizeLong());
    this->StartWrite(&response_);
  }

  void OnWriteDone(bool ok) override {
    if (!ok) {
      End(absl::CancelledError("the caller has gone"));
      return;
    }
    call_.Hold(0);
    this->StartRead(&request_);
  }

  void OnDone() override { delete this; }

 private:
  absl::Status Answer() {
    response_.Clear();
    const std::size_t items = static_cast<std::size_t>(request_.items_size());
    if (items > kMaxBatchItems) {
      return absl::InvalidArgumentError(absl::StrCat(
          "items: got ", items, ", want at most ", kMaxBatchItems));
    }
    if (first_index_ + static_cast<std::int64_t>(items) > kMaxStreamItems) {
      return absl::ResourceExhaustedError(
          absl::StrCat("TOO_MANY_ITEMS: items: more than ", kMaxStreamItems,
                       " in one stream, want another stream"));
    }
    const absl::Status status =
        handler_(*view_, request_, first_index_, &response_);
    first_index_ += static_cast<std::int64_t>(items);
    bytes_ += response_.ByteSizeLong();
    return status;
  }

  void End(const absl::Status& status) {
    deadline_.reset();
    view_.reset();
    this->Finish(call_.End(status, bytes_));
  }

  const Handler handler_;
  Call call_;
  std::unique_ptr<CallDeadline> deadline_;
  std::shared_ptr<const View> view_;
  Request request_;
  Response response_;
  std::int64_t first_index_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_BATCH_REACTOR_H_
