// A server as a child process: started, found by its port file, ended by its
// process id.
//
// Thread safety: one thread at a time, always the same one: the child is killed
// when the thread that started it ends, so that nothing is left behind however
// this process ends.

#ifndef CREDITREG_BENCH_LOAD_SERVER_PROCESS_H_
#define CREDITREG_BENCH_LOAD_SERVER_PROCESS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace creditreg::bench {

class ServerProcess {
 public:
  // Runs `arguments` (the program's path first), to which a
  // "--port_file=FOLDER/port" is added, and waits until that file tells the
  // address. `folder` must exist and be the server's own; its output goes to
  // FOLDER/log.
  //
  // Errors:
  //   Internal: it could not be started, ended, or did not listen in 60 s; the
  //     message ends with the last lines of its log.
  static absl::StatusOr<std::unique_ptr<ServerProcess>> Start(
      std::vector<std::string> arguments, const std::string& folder);

  // Kills it where Stop() was not called.
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // "host:port".
  const std::string& address() const { return address_; }

  // Processor time it has used, all its threads together, to 10 ms.
  absl::Duration CpuTime() const;

  // Until it does little on its own: 250 ms of processor time a second. On a
  // machine that is busy otherwise, a minute at most.
  void AwaitCalm() const;

  // The most memory it had resident at any time; 0 once it has ended.
  std::int64_t PeakMemoryBytes() const;

  // The process.
  pid_t pid() const { return pid_; }

  // Asks it to end and waits until it has.
  //
  // Errors:
  //   Internal: it ended with an error, or not in 60 s (it is killed then).
  absl::Status Stop();

 private:
  ServerProcess(pid_t pid, std::string folder)
      : pid_(pid), folder_(std::move(folder)) {}

  absl::Status AwaitPort(const std::string& port_file);
  // Whether it ended in time; `*status` is waitpid's.
  bool AwaitEnd(int* status);
  void Kill();
  absl::Status Error(const std::string& what) const;

  // 0 once it has ended.
  pid_t pid_;
  const std::string folder_;
  std::string address_;
};

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_LOAD_SERVER_PROCESS_H_
