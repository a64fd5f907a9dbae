// AdminService over gRPC.

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "creditreg/v1/admin_service.grpc.pb.h"
#include "server/service/call.h"
#include "server/service/call_deadline.h"
#include "server/service/services.h"
#include "server/service/statistics.h"
#include "server/wire/answers.h"

namespace creditreg {
namespace {

// A verification under way. Runs on a thread of its own, for it may take hours;
// progress is sent while nothing else is being sent, so a slow reader misses
// some of it, never the result.
//
// Owns itself until OnDone().
class VerifyReactor final
    : public grpc::ServerWriteReactor<v1::VerifyResponse> {
 public:
  VerifyReactor(const ServiceEnvironment& environment,
                grpc::CallbackServerContext* context)
      : environment_(environment), call_(environment, Rpc::kVerify, context) {
    const absl::Status status = call_.Admit();
    if (!status.ok()) {
      call_.Record(status, [this](const absl::Status& told) {
        Finish(call_.End(told, 0));
      });
      return;
    }
    deadline_ = std::make_unique<CallDeadline>(
        context,
        CallDeadline::Limits{environment.max_deadline, environment.max_deadline,
                             environment.deadline_grace},
        [this] { is_late_ = true; });
  }

  // Writes down that it begins and goes on with `run`; where that cannot be
  // written, calls `at_end` and ends. Not called where Admit() failed.
  void Begin(std::function<void()> run, std::function<void()> at_end) {
    call_.RecordBegin([this, run = std::move(run),
                       at_end = std::move(at_end)](const absl::Status& told) {
      if (told.ok()) {
        run();
        return;
      }
      at_end();
      Finish(call_.End(told, 0));
    });
  }

  // Runs to the end; the reactor may be gone when it returns. Calls `at_end`
  // before the result is sent.
  void Run(const VerifyOptions& options, const std::function<void()>& at_end) {
    const absl::StatusOr<VerifyReport> report = environment_.registry->Verify(
        options, [this](const VerifyProgress& progress) {
          return SendProgress(progress);
        });
    at_end();
    FillLast(report);
    bool is_free = false;
    {
      absl::MutexLock lock(&mutex_);
      ended_ = true;
      is_free = !writing_;
    }
    // Otherwise OnWriteDone() sends it.
    if (is_free) SendLast();
  }

  bool admitted() const { return deadline_ != nullptr; }

  void OnWriteDone(bool /*ok*/) override {
    bool has_ended = false;
    {
      absl::MutexLock lock(&mutex_);
      writing_ = false;
      has_ended = ended_;
    }
    if (has_ended) SendLast();
  }
  void OnCancel() override { cancelled_ = true; }
  void OnDone() override { delete this; }

 private:
  void FillLast(const absl::StatusOr<VerifyReport>& report) {
    result_ = report.status();
    // Stopped by SendProgress().
    if (absl::IsCancelled(result_) && is_late_) {
      result_ = CallDeadline::Exceeded();
    }
    if (!report.ok()) return;
    last_.set_done(true);
    last_.set_rows_checked(static_cast<std::int64_t>(report->rows_checked));
    last_.set_faults(static_cast<std::int64_t>(report->faults));
    last_.set_stage("done");
    for (const std::string& fault : report->fault_messages) {
      last_.add_fault_messages(fault);
    }
    *last_.mutable_position() =
        PositionMessage(environment_.registry->tokens(), report->sequence);
  }

  bool SendProgress(const VerifyProgress& progress) {
    if (cancelled_ || is_late_) return false;
    absl::MutexLock lock(&mutex_);
    if (writing_) return true;
    next_.Clear();
    next_.set_rows_checked(static_cast<std::int64_t>(progress.rows_checked));
    next_.set_faults(static_cast<std::int64_t>(progress.faults));
    next_.set_stage(progress.stage);
    writing_ = true;
    StartWrite(&next_);
    return true;
  }

  // Without the mutex: the reactor may be gone before this returns.
  void SendLast() {
    call_.Record(result_, [this](const absl::Status& told) {
      const grpc::Status status = call_.End(told, last_.ByteSizeLong());
      if (told.ok()) {
        StartWriteAndFinish(&last_, grpc::WriteOptions(), status);
      } else {
        Finish(status);
      }
    });
  }

  const ServiceEnvironment& environment_;
  Call call_;
  std::unique_ptr<CallDeadline> deadline_;
  std::atomic<bool> cancelled_{false};
  std::atomic<bool> is_late_{false};
  absl::Mutex mutex_;
  v1::VerifyResponse next_;
  v1::VerifyResponse last_;
  absl::Status result_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

class AdminService final : public v1::AdminService::CallbackService {
 public:
  explicit AdminService(const ServiceEnvironment& environment)
      : environment_(environment) {}
  ~AdminService() override {
    if (verifier_.joinable()) verifier_.join();
  }

  grpc::ServerUnaryReactor* GetStats(grpc::CallbackServerContext* context,
                                     const v1::GetStatsRequest* /*request*/,
                                     v1::GetStatsResponse* response) override {
    return ServeNow(environment_, Rpc::kGetStats, context, response,
                    [&](const Caller& /*caller*/) {
                      FillStats(environment_, response);
                      return absl::OkStatus();
                    });
  }

  grpc::ServerWriteReactor<v1::VerifyResponse>* Verify(
      grpc::CallbackServerContext* context,
      const v1::VerifyRequest* request) override {
    if (verifying_.exchange(true)) return Refuse(context);
    auto* reactor = new VerifyReactor(environment_, context);
    if (!reactor->admitted()) {
      verifying_ = false;
      return reactor;
    }
    VerifyOptions options;
    options.open_sealed = request->open_sealed();
    const auto at_end = [this] { verifying_ = false; };
    reactor->Begin(
        [this, reactor, options, at_end] {
          absl::MutexLock lock(&mutex_);
          if (verifier_.joinable()) verifier_.join();
          verifier_ = std::thread(
              [reactor, options, at_end] { reactor->Run(options, at_end); });
        },
        at_end);
    return reactor;
  }

 private:
  // One at a time: each reads everything there is.
  grpc::ServerWriteReactor<v1::VerifyResponse>* Refuse(
      grpc::CallbackServerContext* context) {
    class Refusal final : public grpc::ServerWriteReactor<v1::VerifyResponse> {
     public:
      Refusal(const ServiceEnvironment& environment,
              grpc::CallbackServerContext* context)
          : call_(environment, Rpc::kVerify, context) {
        absl::Status status = call_.Admit();
        if (status.ok()) {
          status = absl::FailedPreconditionError(
              "VERIFY_RUNNING: one is under way, want its end");
        }
        call_.Record(status, [this](const absl::Status& told) {
          Finish(call_.End(told, 0));
        });
      }
      void OnDone() override { delete this; }

     private:
      Call call_;
    };
    return new Refusal(environment_, context);
  }

  const ServiceEnvironment& environment_;
  std::atomic<bool> verifying_{false};
  absl::Mutex mutex_;
  std::thread verifier_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<grpc::Service> MakeAdminService(
    const ServiceEnvironment& environment) {
  return std::make_unique<AdminService>(environment);
}

}  // namespace creditreg
