// Clients that do what no client should, for the figure of how the others fare:
//
//   streams never read      they send look-ups and take no answer
//   streams never finished  one message, one answer, then silence
//   idle connections        HTTP/2 is greeted, then nothing
//   oversized messages      larger than the server takes
//   deadline storms         bursts of calls that expire at once
//
// They share the machine with the server and with those who are measured, so
// what they send is limited to a rate that leaves room for both: the figure is
// about what they hold, not about how fast a loop can be.
//
// Thread safety: functions.

#ifndef CREDITREG_BENCH_LOAD_HOSTILE_CLIENTS_H_
#define CREDITREG_BENCH_LOAD_HOSTILE_CLIENTS_H_

#include <string>

#include "absl/status/status.h"

namespace creditreg::bench {

struct HostileOptions {
  // "127.0.0.1:1234".
  std::string target;
  int idle_connections = 10000;
  int unread_streams = 16;
  int unfinished_streams = 100;
  // Gets "ready" once all connections and streams are there.
  std::string port_file;
};

// Goes on until SIGTERM or SIGINT; call it before any thread is started.
//
// Errors: Internal, a connection is refused.
absl::Status RunHostileClients(const HostileOptions& options);

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_LOAD_HOSTILE_CLIENTS_H_
