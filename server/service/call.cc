#include "server/service/call.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "index/base/check.h"
#include "server/wire/status.h"

namespace creditreg {
namespace {

// Whether this successful call is one of those that are logged.
bool IsSampled(std::int64_t every) {
  if (every == 0) return false;
  static std::atomic<std::int64_t> calls{0};
  return calls.fetch_add(1, std::memory_order_relaxed) % every == 0;
}

// Whose fault it is decides how loud the line is.
LogLevel LevelOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kDataLoss:
      return LogLevel::kError;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
      return LogLevel::kWarning;
    default:
      return LogLevel::kInfo;
  }
}

}  // namespace

Call::Call(const ServiceEnvironment& environment, Rpc rpc,
           std::function<void()> cancel)
    : environment_(environment),
      rpc_(rpc),
      start_(std::chrono::steady_clock::now()),
      guest_(std::move(cancel)) {}

Call::~Call() {
  if (!ended_) {
    (void)End(absl::InternalError("call: was not ended, want an end"), 0);
  }
  if (admitted_) environment_.gate->Leave(&guest_);
}

absl::Status Call::Admit() {
  absl::Status status = environment_.gate->Enter(&guest_);
  admitted_ = status.ok();
  return status;
}

void Call::Hold(std::size_t bytes) {
  if (!admitted_) return;
  environment_.gate->Hold(&guest_, static_cast<std::int64_t>(bytes));
}

grpc::Status Call::End(const absl::Status& status, std::size_t bytes) {
  CREDITREG_CHECK(!ended_, "a call ends once");
  ended_ = true;
  const auto took = std::chrono::steady_clock::now() - start_;
  environment_.stats->Count(static_cast<std::size_t>(rpc_), status.code(),
                            absl::FromChrono(took));
  if (!status.ok() || IsSampled(environment_.log_calls_every)) {
    Log(status,
        std::chrono::duration_cast<std::chrono::microseconds>(took).count(),
        bytes);
  }
  return ToGrpcStatus(status);
}

void Call::Log(const absl::Status& status, std::int64_t us,
               std::size_t bytes) const {
  // Messages hold fields and rules, never what a caller sent (style), so the
  // inside of an error may be logged where the caller sees a fixed text.
  environment_.log->Write(
      LevelOf(status.code()), "call",
      {{"rpc", environment_.stats->name(static_cast<std::size_t>(rpc_))},
       {"code", absl::StatusCodeToString(status.code())},
       {"us", us},
       {"bytes", static_cast<std::int64_t>(bytes)},
       {"error", std::string(status.message())}});
}

}  // namespace creditreg
