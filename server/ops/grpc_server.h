// The gRPC server around the services: port, TLS, limits, health, reflection,
// and an orderly end.
//
// TLS is 1.3 alone. gRPC 1.51 has no setting for that, but takes the cipher
// suites of TLS 1.2 from the environment (GRPC_SSL_CIPHER_SUITES, read once);
// RestrictTls() leaves it one that needs a key shared beforehand, which nobody
// has, so that no handshake below 1.3 can succeed.
//
// Health (grpc.health.v1) answers for "" and for every service by its full
// name; Watch tells changes at once. Reflection lists the services.
//
// Thread safety: SetServing() from any thread; Stop() once.

#ifndef CREDITREG_SERVER_OPS_GRPC_SERVER_H_
#define CREDITREG_SERVER_OPS_GRPC_SERVER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/ops/call_gate.h"

namespace grpc {
class Server;
class Service;
}  // namespace grpc

namespace creditreg {

// PEM files, read again within `reload` of a change.
struct TlsFiles {
  // The server's chain and key; empty: plain text.
  std::string certificate;
  std::string key;
  // Authorities whose certificates callers may show; empty: none is asked for.
  std::string client_ca;
  absl::Duration reload = absl::Seconds(10);

  bool enabled() const { return !certificate.empty(); }
};

struct GrpcServerOptions {
  struct NamedService {
    // "creditreg.v1.AdminService".
    std::string name;
    // Not owned; outlives the server.
    grpc::Service* service = nullptr;
  };
  // "host:port", where port 0 takes a free one, or "unix:path".
  std::string listen;
  TlsFiles tls;
  std::int64_t max_message_bytes = 4 << 20;
  std::int64_t max_streams_per_connection = 200;
  // Memory for what is on its way in or out on all connections together; past
  // it gRPC reads no more and lets idle connections go.
  std::int64_t network_memory_bytes = std::int64_t{512} << 20;
  std::vector<NamedService> services;
  // Not owned; what the services let calls in with.
  CallGate* gate = nullptr;
};

// Before the process first uses gRPC. Nothing else of the process may want TLS
// 1.2 from gRPC.
void RestrictTls();

class GrpcServer {
 public:
  // Listens and serves; health says SERVING.
  //
  // Errors:
  //   FailedPrecondition: a file of TLS cannot be read, or is none, or the key
  //   is
  //     not the certificate's.
  //   Unavailable: the address cannot be listened on (also where another
  //     process does).
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Start(
      const GrpcServerOptions& options);

  // Stop(0) where it was not called.
  ~GrpcServer();
  GrpcServer(const GrpcServer&) = delete;
  GrpcServer& operator=(const GrpcServer&) = delete;

  // "host:port" with the real port.
  const std::string& address() const { return address_; }

  // Changes what health says. Ignored once Stop() has begun.
  void SetServing(bool serving);

  // Health says NOT_SERVING, new calls are refused with Unavailable, those
  // under way get `drain` to end, then they are cancelled. True when none had
  // to be. No call is left when it returns.
  bool Stop(absl::Duration drain);

 private:
  explicit GrpcServer(const GrpcServerOptions& options);

  const GrpcServerOptions options_;
  std::string address_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_OPS_GRPC_SERVER_H_
