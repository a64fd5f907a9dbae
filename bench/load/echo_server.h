// The peer of look-ups: a server that answers every
// RegistryReadService.GetEnterprise with the same 800 bytes and does nothing
// else. It is made of the same parts as creditregd (gRPC's callback interface,
// server/ops/grpc_server), so what it does in a second is what gRPC leaves to a
// registry on this machine.

#ifndef CREDITREG_BENCH_LOAD_ECHO_SERVER_H_
#define CREDITREG_BENCH_LOAD_ECHO_SERVER_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/load/unary_load.h"
#include "server/ops/call_gate.h"
#include "server/ops/grpc_server.h"

namespace creditreg::bench {

// Of an answer on the wire.
inline constexpr std::size_t kEchoBytes = 800;

class EchoServer {
 public:
  // Listens on `listen` ("127.0.0.1:0" takes a free port).
  //
  // Errors: as GrpcServer::Start().
  static absl::StatusOr<std::unique_ptr<EchoServer>> Start(
      const std::string& listen);

  ~EchoServer();

  const std::string& address() const { return server_->address(); }

 private:
  EchoServer();

  CallGate gate_;
  std::unique_ptr<grpc::Service> service_;
  std::unique_ptr<GrpcServer> server_;
};

// Serves until SIGTERM or SIGINT; call it before any thread is started.
//
// Errors: as EchoServer::Start() and WritePortFile().
absl::Status ServeEcho(const std::string& listen, const std::string& port_file);

// Requests as long as a look-up's; answers must be kEchoBytes long.
UnaryWorkload EchoWorkload();

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_LOAD_ECHO_SERVER_H_
