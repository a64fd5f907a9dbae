// A stream of look-ups: items in, results out, in order, at one state.
//
// One message is in hand at a time: the next is read only after the answer to
// the last was handed over, so a caller that does not read its results stops
// being read from, and a stream holds one request and one answer.
//
// Thread safety: gRPC calls one method at a time, the deadline comes in
// between; owns itself until OnDone().

#ifndef CREDITREG_SERVER_SERVICE_BATCH_REACTOR_H_
#define CREDITREG_SERVER_SERVICE_BATCH_REACTOR_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "index/base/status_macros.h"
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
  using Handler =
      std::function<absl::Status(const Caller&, const View&, const Request&,
                                 std::int64_t first_index, Response*)>;

  BatchReactor(const ServiceEnvironment& environment, Rpc rpc,
               grpc::CallbackServerContext* context, Handler handler)
      : handler_(std::move(handler)), call_(environment, rpc, context) {
    const absl::Status status = call_.Admit();
    if (!status.ok()) {
      Refuse(status);
      return;
    }
    view_ = environment.registry->CurrentView();
    // A stream of nobody's holds a state for no longer than it must.
    const bool is_anonymous = call_.caller().principal().is_anonymous();
    deadline_ = std::make_unique<CallDeadline>(
        context,
        CallDeadline::Limits{environment.default_deadline,
                             is_anonymous ? environment.default_deadline
                                          : environment.max_deadline,
                             environment.deadline_grace},
        [this] { OnDeadline(); });
    Read();
  }

  void OnReadDone(bool ok) override {
    if (!TakeBack()) return;
    if (!ok) {  // the caller has sent everything, or has gone
      End(absl::OkStatus());
      return;
    }
    const absl::Status status = Answer();
    if (!status.ok()) {
      Refuse(status);
      return;
    }
    call_.Hold(response_.ByteSizeLong());
    call_.Record(status, [this](const absl::Status& told) {
      if (!told.ok()) {
        End(told);
        return;
      }
      Write();
    });
  }

  void OnWriteDone(bool ok) override {
    if (!TakeBack()) return;
    if (!ok) {
      End(Cancelled());
      return;
    }
    call_.Hold(0);
    Read();
  }

  void OnDone() override {
    // The deadline's thread may still be leaving OnDeadline().
    deadline_.reset();
    delete this;
  }

 private:
  // Who goes on with the stream: a thread of ours, or gRPC.
  enum class Hands : std::uint8_t { kOurs, kReading, kWriting, kEnded };

  absl::Status Answer() {
    response_.Clear();
    CREDITREG_RETURN_IF_ERROR(call_.Renew());
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
        handler_(call_.caller(), *view_, request_, first_index_, &response_);
    first_index_ += static_cast<std::int64_t>(items);
    bytes_ += response_.ByteSizeLong();
    return status;
  }

  // Hands the stream to gRPC, which comes back with OnReadDone(); or ends it.
  void Read() {
    {
      absl::MutexLock lock(&mutex_);
      if (!is_late_) {
        hands_ = Hands::kReading;
        this->StartRead(&request_);
        return;
      }
    }
    End(CallDeadline::Exceeded());
  }
  // The same with OnWriteDone().
  void Write() {
    {
      absl::MutexLock lock(&mutex_);
      if (!is_late_) {
        hands_ = Hands::kWriting;
        this->StartWrite(&response_);
        return;
      }
    }
    End(CallDeadline::Exceeded());
  }

  // False where it has ended meanwhile.
  bool TakeBack() {
    absl::MutexLock lock(&mutex_);
    if (hands_ == Hands::kEnded) return false;
    hands_ = Hands::kOurs;
    return true;
  }

  // Why a write did not work: the caller has gone, or took it for too long.
  absl::Status Cancelled() {
    absl::MutexLock lock(&mutex_);
    return is_late_ ? CallDeadline::Exceeded()
                    : absl::CancelledError("the caller has gone");
  }

  // While something is written or made, the end waits for that.
  void OnDeadline() {
    {
      absl::MutexLock lock(&mutex_);
      is_late_ = true;
      if (hands_ != Hands::kReading) return;
      hands_ = Hands::kEnded;
    }
    Conclude(CallDeadline::Exceeded());
  }

  // Ends with an error that is written down first.
  void Refuse(const absl::Status& status) {
    call_.Record(status, [this](const absl::Status& told) { End(told); });
  }

  void End(const absl::Status& status) {
    {
      absl::MutexLock lock(&mutex_);
      hands_ = Hands::kEnded;
    }
    Conclude(status);
  }

  // By whoever set kEnded.
  void Conclude(const absl::Status& status) {
    view_.reset();
    this->Finish(call_.End(status, bytes_));
  }

  const Handler handler_;
  Call call_;
  std::unique_ptr<CallDeadline> deadline_;
  absl::Mutex mutex_;
  Hands hands_ ABSL_GUARDED_BY(mutex_) = Hands::kOurs;
  bool is_late_ ABSL_GUARDED_BY(mutex_) = false;
  // From here on: whose hands it is in.
  std::shared_ptr<const View> view_;
  Request request_;
  Response response_;
  std::int64_t first_index_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_BATCH_REACTOR_H_
