#include "bench/load/unary_load.h"

#include <atomic>
#include <chrono>
#include <limits>
#include <memory>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "bench/load/child_process.h"
#include "grpcpp/client_context.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/channel_arguments.h"
#include "grpcpp/support/slice.h"

namespace creditreg::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;
using TimePoint = SteadyClock::time_point;

// A call that takes longer fails, and with it the run.
constexpr std::chrono::seconds kCallDeadline{30};
constexpr absl::Duration kConnectTimeout = absl::Seconds(30);

std::shared_ptr<grpc::Channel> NewConnection(const LoadOptions& options) {
  grpc::ChannelArguments arguments;
  // Otherwise channels to one address share one connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(
      options.target, ChannelCredentialsOf(options.credentials), arguments);
}

std::vector<std::string> AuthorizationsOf(const LoadOptions& options) {
  std::vector<std::string> list;
  list.reserve(options.tokens.size());
  for (const std::string& token : options.tokens) {
    list.push_back(absl::StrCat("Bearer ", token));
  }
  return list;
}

// When calls are counted; calls are started until `end`.
struct Window {
  TimePoint begin;
  TimePoint end;

  bool Holds(TimePoint time) const { return begin <= time && time < end; }
};

// The first error of all connections; says when to stop.
class FirstError {
 public:
  void Set(const absl::Status& status) {
    absl::MutexLock lock(&mutex_);
    if (status_.ok()) status_ = status;
    is_set_ = true;
  }
  bool is_set() const { return is_set_; }
  absl::Status status() const {
    absl::MutexLock lock(&mutex_);
    return status_;
  }

 private:
  std::atomic<bool> is_set_{false};
  mutable absl::Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

std::size_t PlacesOf(const UnaryWorkload& workload) {
  return workload.order.empty() ? workload.requests.size()
                                : workload.order.size();
}

// One connection. Its thread takes the answers; in a closed loop it also sends
// the next call for each, in an open loop the pacing thread sends.
class Connection {
 public:
  Connection(const UnaryWorkload& workload, const LoadOptions& options,
             std::size_t first_place, std::atomic<std::int64_t>* calls_left,
             FirstError* error)
      : workload_(workload),
        is_closed_loop_(options.calls_per_second <= 0),
        check_every_(options.check_every),
        calls_left_(calls_left),
        places_(PlacesOf(workload)),
        next_place_(first_place),
        credentials_(options.credentials),
        authorizations_(AuthorizationsOf(options)),
        error_(*error),
        channel_(NewConnection(options)),
        stub_(channel_) {}

  bool Connect(absl::Time deadline) {
    return channel_->WaitForConnected(absl::ToChronoTime(deadline));
  }

  // Call it once, before Start().
  void Begin(const Window& window) {
    window_ = window;
    thread_ = std::thread([this] { TakeAnswers(); });
  }

  // Sends the next request, which was due at `due`. One thread at a time.
  void Start(TimePoint due) {
    auto call = std::make_unique<Call>();
    call->request =
        workload_.order.empty() ? next_place_ : workload_.order[next_place_];
    next_place_ = (next_place_ + 1) % places_;
    call->due = due;
    call->context.set_deadline(std::chrono::system_clock::now() +
                               kCallDeadline);
    Show(&call->context);
    const grpc::Slice request(workload_.requests[call->request]);
    call->reader =
        stub_.PrepareUnaryCall(&call->context, workload_.method,
                               grpc::ByteBuffer(&request, 1), &queue_);
    call->reader->StartCall();
    Call* const tag = call.release();
    tag->reader->Finish(&tag->answer, &tag->status, tag);
  }

  // Nothing is started any more; the thread ends with the last answer.
  void End() { queue_.Shutdown(); }

  // A closed loop with `calls` under way ends by itself.
  void BeginClosedLoop(const Window& window, int calls) {
    under_way_ = calls;
    window_ = window;
    for (int i = 0; i < calls; ++i) {
      --*calls_left_;
      Start(SteadyClock::now());
    }
    thread_ = std::thread([this] { TakeAnswers(); });
  }

  void Join() { thread_.join(); }

  // After Join().
  void AddTo(LoadResult* result) const {
    result->calls += latency_.count();
    result->latency.Merge(latency_);
    result->answers += answers_;
    result->checked += checked_;
    result->answer_bytes += static_cast<double>(answer_bytes_);
  }

 private:
  struct Call {
    grpc::ClientContext context;
    std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
    grpc::ByteBuffer answer;
    grpc::Status status;
    std::size_t request = 0;
    TimePoint due;
  };

  void Show(grpc::ClientContext* context) {
    // Without a token file there is nothing to read that could fail.
    const absl::Status status = AddCallCredentials(credentials_, context);
    if (!status.ok()) error_.Set(status);
    if (authorizations_.empty()) return;
    context->AddMetadata("authorization", authorizations_[next_token_]);
    next_token_ = (next_token_ + 1) % authorizations_.size();
  }

  void TakeAnswers() {
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
      const std::unique_ptr<Call> call(static_cast<Call*>(tag));
      const TimePoint now = SteadyClock::now();
      Count(*call, now);
      if (!is_closed_loop_) continue;
      if (now < window_.end && !error_.is_set() &&
          calls_left_->fetch_sub(1, std::memory_order_relaxed) > 0) {
        Start(now);
      } else if (--under_way_ == 0) {
        queue_.Shutdown();
      }
    }
  }

  void Count(const Call& call, TimePoint now) {
    if (!call.status.ok()) {
      error_.Set(absl::InternalError(
          absl::StrCat("call: code ", call.status.error_code(), ": ",
                       call.status.error_message())));
      return;
    }
    if (answers_++ % check_every_ == 0) {
      const absl::Status status = workload_.check(call.request, call.answer);
      if (!status.ok()) error_.Set(status);
      ++checked_;
    }
    if (!window_.Holds(is_closed_loop_ ? now : call.due)) return;
    answer_bytes_ += static_cast<std::int64_t>(call.answer.Length());
    latency_.Record(std::chrono::nanoseconds(now - call.due).count());
  }

  const UnaryWorkload& workload_;
  const bool is_closed_loop_;
  const std::int64_t check_every_;
  std::atomic<std::int64_t>* const calls_left_;
  const std::size_t places_;
  std::size_t next_place_;
  const ClientCredentials credentials_;
  const std::vector<std::string> authorizations_;
  std::size_t next_token_ = 0;
  FirstError& error_;
  const std::shared_ptr<grpc::Channel> channel_;
  grpc::GenericStub stub_;
  grpc::CompletionQueue queue_;
  std::thread thread_;
  Window window_;
  // The thread's own until Join().
  int under_way_ = 0;
  LatencyHistogram latency_;
  std::int64_t answers_ = 0;
  std::int64_t checked_ = 0;
  std::int64_t answer_bytes_ = 0;
};

using Connections = std::vector<std::unique_ptr<Connection>>;

Window WindowFrom(TimePoint start, const LoadOptions& options) {
  const TimePoint begin = start + absl::ToChronoNanoseconds(options.warm_up);
  return {begin, begin + absl::ToChronoNanoseconds(options.duration)};
}

void RunClosedLoop(const LoadOptions& options, Connections& connections) {
  const Window window = WindowFrom(SteadyClock::now(), options);
  const int share = options.in_flight / options.connections;
  const int rest = options.in_flight % options.connections;
  for (int i = 0; i < options.connections; ++i) {
    connections[static_cast<std::size_t>(i)]->BeginClosedLoop(
        window, share + (i < rest ? 1 : 0));
  }
}

void RunOpenLoop(const LoadOptions& options, const FirstError& error,
                 Connections& connections) {
  const TimePoint start = SteadyClock::now();
  const Window window = WindowFrom(start, options);
  for (const auto& connection : connections) connection->Begin(window);
  for (std::int64_t i = 0; !error.is_set(); ++i) {
    // From the start, not from the call before: errors do not add up.
    const TimePoint due =
        start + absl::ToChronoNanoseconds(absl::Seconds(
                    static_cast<double>(i) / options.calls_per_second));
    if (due >= window.end) break;
    std::this_thread::sleep_until(due);
    connections[static_cast<std::size_t>(i) % connections.size()]->Start(due);
  }
  for (const auto& connection : connections) connection->End();
}

absl::Status CheckOptions(const UnaryWorkload& workload,
                          const LoadOptions& options) {
  if (workload.requests.empty()) {
    return absl::InvalidArgumentError("requests: none, want at least 1");
  }
  if (options.connections < 1 || options.in_flight < options.connections) {
    return absl::InvalidArgumentError(
        "in_flight: want at least 1 for each connection");
  }
  if (options.duration <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("duration: want more than 0");
  }
  if (!options.credentials.token_file.empty()) {
    return absl::InvalidArgumentError(
        "credentials: want tokens and no token file");
  }
  return CheckCredentials(options.credentials, options.target);
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ReadTokens(const std::string& path) {
  std::vector<std::string> tokens =
      absl::StrSplit(ReadAll(path), '\n', absl::SkipWhitespace());
  if (!tokens.empty()) return tokens;
  return absl::NotFoundError(absl::StrCat(path, ": no tokens"));
}

absl::StatusOr<LoadResult> RunUnaryLoad(const UnaryWorkload& workload,
                                        const LoadOptions& options) {
  absl::Status status = CheckOptions(workload, options);
  if (!status.ok()) return status;
  FirstError error;
  std::atomic<std::int64_t> calls_left{
      options.max_calls > 0 ? options.max_calls
                            : std::numeric_limits<std::int64_t>::max()};
  Connections connections;
  const auto count = static_cast<std::size_t>(options.connections);
  for (std::size_t i = 0; i < count; ++i) {
    // Each begins elsewhere, so that they do not ask for the same in step.
    connections.push_back(std::make_unique<Connection>(
        workload, options,
        (options.first_place + i * PlacesOf(workload) / count) %
            PlacesOf(workload),
        &calls_left, &error));
  }
  const absl::Time deadline = absl::Now() + kConnectTimeout;
  for (const auto& connection : connections) {
    if (!connection->Connect(deadline)) {
      return absl::InternalError("connection: not made in 30 s");
    }
  }
  if (options.calls_per_second > 0) {
    RunOpenLoop(options, error, connections);
  } else {
    RunClosedLoop(options, connections);
  }
  LoadResult result;
  result.duration = options.duration;
  for (const auto& connection : connections) {
    connection->Join();
    connection->AddTo(&result);
  }
  status = error.status();
  if (!status.ok()) return status;
  if (result.calls > 0) {
    result.answer_bytes /= static_cast<double>(result.calls);
  }
  return result;
}

}  // namespace creditreg::bench
