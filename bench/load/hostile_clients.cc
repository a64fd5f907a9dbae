#include "bench/load/hostile_clients.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "creditreg/v1/public_lookup_service.grpc.pb.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"
#include "index/base/status_macros.h"
#include "server/ops/port_file.h"
#include "server/ops/stop_signal.h"

namespace creditreg::bench {
namespace {

// The client's greeting and an empty SETTINGS frame.
constexpr absl::string_view kGreeting(
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33);
// Larger than the 4 MiB that the server takes.
constexpr std::size_t kOversizedBytes = std::size_t{5} << 20;
constexpr std::chrono::milliseconds kOversizedPause{200};
constexpr int kStormCalls = 50;
constexpr std::chrono::milliseconds kStormPause{250};
constexpr std::chrono::milliseconds kStormDeadline{1};
constexpr std::chrono::milliseconds kStreamPause{20};
constexpr int kStreamsPerConnection = 16;
// Some 150 KB of answer, more than a stream's window holds.
constexpr int kItemsOfUnread = 200;
// Until those who are not read wait for their windows: what is measured then is
// what they hold, not the work they gave.
constexpr absl::Duration kSettling = absl::Seconds(2);

std::shared_ptr<grpc::Channel> NewChannel(const std::string& target) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_MAX_SEND_MESSAGE_LENGTH, -1);
  return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(),
                                   arguments);
}

using Stub = v1::PublicLookupService::Stub;

std::unique_ptr<Stub> NewStub(const std::string& target) {
  return std::make_unique<Stub>(NewChannel(target));
}

v1::BatchGetPublicEnterprisesRequest Items(int count) {
  v1::BatchGetPublicEnterprisesRequest request;
  for (int i = 0; i < count; ++i) {
    request.add_items()->set_identifier("91440308GDXHUP5W52");
  }
  return request;
}

class IdleConnections {
 public:
  ~IdleConnections() {
    for (const int socket : sockets_) close(socket);
  }

  absl::Status Open(const std::string& target, int count) {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
      limit.rlim_cur = limit.rlim_max;
      setrlimit(RLIMIT_NOFILE, &limit);
    }
    const std::size_t colon = target.rfind(':');
    int port = 0;
    if (colon == std::string::npos ||
        !absl::SimpleAtoi(target.substr(colon + 1), &port)) {
      return absl::InternalError("target: want host:port");
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < count; ++i) {
      const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      if (socket < 0) return absl::ErrnoToStatus(errno, "idle connection");
      sockets_.push_back(socket);
      if (connect(socket, reinterpret_cast<const sockaddr*>(&address),
                  sizeof(address)) != 0 ||
          send(socket, kGreeting.data(), kGreeting.size(), MSG_NOSIGNAL) < 0) {
        return absl::ErrnoToStatus(errno, "idle connection");
      }
    }
    return absl::OkStatus();
  }

 private:
  std::vector<int> sockets_;
};

// One stream of look-ups, which is only written to. A write that the server's
// window holds back waits until the stream is cancelled.
class Stream {
 public:
  Stream(Stub& stub, bool goes_on)
      : goes_on_(goes_on),
        stream_(stub.BatchGetPublicEnterprises(&context_)),
        thread_([this] { Write(); }) {}
  ~Stream() {
    is_stopping_ = true;
    context_.TryCancel();
    thread_.join();
    (void)stream_->Finish();
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

 private:
  void Write() {
    const v1::BatchGetPublicEnterprisesRequest request =
        Items(goes_on_ ? kItemsOfUnread : 1);
    v1::BatchGetPublicEnterprisesResponse response;
    if (!stream_->Write(request)) return;
    if (!goes_on_) {
      stream_->Read(&response);
      return;
    }
    while (!is_stopping_ && stream_->Write(request)) {
      std::this_thread::sleep_for(kStreamPause);
    }
  }

  const bool goes_on_;
  std::atomic<bool> is_stopping_{false};
  grpc::ClientContext context_;
  const std::unique_ptr<
      grpc::ClientReaderWriterInterface<v1::BatchGetPublicEnterprisesRequest,
                                        v1::BatchGetPublicEnterprisesResponse>>
      stream_;
  std::thread thread_;
};

void SendOversized(const std::string& target, const std::atomic<bool>& stop) {
  const auto stub = NewStub(target);
  v1::GetPublicEnterpriseRequest request;
  request.mutable_item()->set_identifier(std::string(kOversizedBytes, '9'));
  while (!stop) {
    grpc::ClientContext context;
    v1::GetPublicEnterpriseResponse response;
    (void)stub->GetPublicEnterprise(&context, request, &response);
    std::this_thread::sleep_for(kOversizedPause);
  }
}

void StormDeadlines(const std::string& target, const std::atomic<bool>& stop) {
  const auto stub = NewStub(target);
  v1::GetPublicEnterpriseRequest request;
  request.mutable_item()->set_identifier("91440308GDXHUP5W52");
  while (!stop) {
    for (int i = 0; i < kStormCalls; ++i) {
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() + kStormDeadline);
      v1::GetPublicEnterpriseResponse response;
      (void)stub->GetPublicEnterprise(&context, request, &response);
    }
    std::this_thread::sleep_for(kStormPause);
  }
}

}  // namespace

absl::Status RunHostileClients(const HostileOptions& options) {
  StopSignal signal;
  IdleConnections idle;
  CREDITREG_RETURN_IF_ERROR(
      idle.Open(options.target, options.idle_connections));
  std::vector<std::unique_ptr<Stub>> stubs;
  std::vector<std::unique_ptr<Stream>> streams;
  const int count = options.unread_streams + options.unfinished_streams;
  for (int i = 0; i < count; ++i) {
    if (i % kStreamsPerConnection == 0) {
      stubs.push_back(NewStub(options.target));
    }
    streams.push_back(
        std::make_unique<Stream>(*stubs.back(), i < options.unread_streams));
  }
  std::atomic<bool> stop{false};
  std::thread oversized([&] { SendOversized(options.target, stop); });
  std::thread storm([&] { StormDeadlines(options.target, stop); });
  signal.Wait(kSettling);
  absl::Status status = WritePortFile(options.port_file, "ready");
  while (status.ok() && !signal.Wait(absl::Minutes(1))) {
  }
  stop = true;
  oversized.join();
  storm.join();
  return status;
}

}  // namespace creditreg::bench
