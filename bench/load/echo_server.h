// The peer of look-ups: a server that takes GetPublicEnterprise as bytes and
// answers with a slice that was made beforehand, as long as the page that the
// registry would send. It looks nothing up, parses nothing and counts nothing,
// so what it does in a second is what gRPC leaves to a registry on this
// machine.
//
// Two ways to write such a server are tried, and the faster is the peer:
//   callback  as creditregd: gRPC's callback interface with raw bytes
//   queue     one completion queue and one thread
//
// The length wanted stands in the request in place of the code, so that it is
// as long as a look-up's.

#ifndef CREDITREG_BENCH_LOAD_ECHO_SERVER_H_
#define CREDITREG_BENCH_LOAD_ECHO_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/load/unary_load.h"

namespace creditreg::bench {

// Of an answer; a longer page does not exist (kMaxPageBytes of the server).
inline constexpr std::size_t kMaxEchoBytes = std::size_t{4} << 20;

enum class EchoKind { kCallback, kQueue };

class EchoServer {
 public:
  // Listens on `listen` ("127.0.0.1:0" takes a free port).
  //
  // Errors: Unavailable, the address cannot be listened on.
  static absl::StatusOr<std::unique_ptr<EchoServer>> Start(
      EchoKind kind, const std::string& listen);

  virtual ~EchoServer() = default;
  EchoServer(const EchoServer&) = delete;
  EchoServer& operator=(const EchoServer&) = delete;

  // "host:port".
  virtual std::string address() const = 0;

 protected:
  EchoServer() = default;
};

// Serves until SIGTERM or SIGINT; call it before any thread is started.
//
// Errors: as EchoServer::Start() and WritePortFile().
absl::Status ServeEcho(EchoKind kind, const std::string& listen,
                       const std::string& port_file);

// Request i wants an answer of sizes[i] bytes, at most kMaxEchoBytes.
UnaryWorkload EchoWorkload(std::vector<std::uint32_t> sizes,
                           std::vector<std::uint32_t> order);

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_LOAD_ECHO_SERVER_H_
