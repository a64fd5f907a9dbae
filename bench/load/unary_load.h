// Loads a server with one unary method and says how it did.
//
// Requests go out as the bytes they were made into beforehand, and answers come
// back as bytes, so that the client costs the same whatever the method: of two
// servers measured with it, the difference is the servers'. Every call must
// end with OK, and one answer in 64 (LoadOptions::check_every) is parsed and
// checked; the first wrong one ends the run.
//
// Closed loop: `in_flight` calls are always under way; the answer is calls per
// second. Its latencies say little: a slow server is asked less often.
//
// Open loop: calls are due at fixed times whatever the server does, and each
// latency is counted from the time the call was due, not from when it could be
// sent. So a stall counts for every call that it held up (what is known as
// correcting for coordinated omission).
//
// Thread safety: a function; it uses one thread for each connection and the
// caller's.

#ifndef CREDITREG_BENCH_LOAD_UNARY_LOAD_H_
#define CREDITREG_BENCH_LOAD_UNARY_LOAD_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bench/load/latency_histogram.h"
#include "client/credentials.h"
#include "grpcpp/support/byte_buffer.h"

namespace creditreg::bench {

// What is sent. Must outlive the run.
struct UnaryWorkload {
  // "/creditreg.v1.RegistryReadService/GetEnterprise".
  std::string method;
  // Messages as bytes; at least one.
  std::vector<std::string> requests;
  // Places in `requests`, asked for in this order and over again; empty: one
  // after the other.
  std::vector<std::uint32_t> order;
  // OK where the answer to requests[i] is right. Called from several threads.
  std::function<absl::Status(std::size_t i, const grpc::ByteBuffer&)> check;
};

struct LoadOptions {
  // "127.0.0.1:1234".
  std::string target;
  // What the connections show and whom they believe, and the purpose of each
  // call. No token file: it would be read for each call.
  ClientCredentials credentials;
  // Tokens that the calls of a connection show in turn; empty: none.
  std::vector<std::string> tokens;
  // TCP connections, each with its own completion queue and thread.
  int connections = 2;
  // Closed loop: calls under way on all connections together.
  int in_flight = 64;
  // Open loop: calls a second; 0 is a closed loop.
  double calls_per_second = 0;
  // Not counted.
  absl::Duration warm_up = absl::Milliseconds(500);
  // Counted.
  absl::Duration duration = absl::Seconds(3);
  // Closed loop: ends after so many calls, if that is sooner; 0: no limit.
  std::int64_t max_calls = 0;
  // One of so many answers is checked.
  std::int64_t check_every = 64;
  // Where in the workload's order the first call is: what an earlier run has
  // just asked for is not asked for again.
  std::uint64_t first_place = 0;
};

struct LoadResult {
  // Ended (closed loop) or due (open loop) in the counted time.
  std::int64_t calls = 0;
  absl::Duration duration;
  LatencyHistogram latency;
  // All answers, those outside the counted time too, and how many of them were
  // checked.
  std::int64_t answers = 0;
  std::int64_t checked = 0;
  // Of a counted answer, on average.
  double answer_bytes = 0;

  double CallsPerSecond() const {
    return static_cast<double>(calls) / absl::ToDoubleSeconds(duration);
  }
};

// Tokens of a file that has one a line.
//
// Errors: NotFound: the file is not there, or holds none.
absl::StatusOr<std::vector<std::string>> ReadTokens(const std::string& path);

// Errors:
//   InvalidArgument: no requests, an option that is not positive, or a token
//     file.
//   FailedPrecondition: as CheckCredentials().
//   Internal: a call failed (its code and message), or an answer was wrong.
absl::StatusOr<LoadResult> RunUnaryLoad(const UnaryWorkload& workload,
                                        const LoadOptions& options);

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_LOAD_UNARY_LOAD_H_
