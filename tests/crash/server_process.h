// A real creditregd as a child process, to be killed.
//
// Thread safety: Kill() from any thread; the rest from one.

#ifndef CREDITREG_TESTS_CRASH_SERVER_PROCESS_H_
#define CREDITREG_TESTS_CRASH_SERVER_PROCESS_H_

#include <sys/types.h>

#include <string>

#include "absl/time/time.h"

namespace creditreg {

class ServerProcess {
 public:
  // Starts it on a free port of loopback, with data, keys and log below
  // `directory`.
  ServerProcess(const std::string& directory, const std::string& conf_dir);
  // Kills it where it still lives.
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // Waits until it serves; its address, empty where it does not in that time.
  std::string AwaitAddress(absl::Duration at_most);

  // SIGKILL, and waits for the end. False: it had ended by itself.
  bool Kill();

  // What it wrote to standard error, since the first in this directory.
  std::string Log() const;

 private:
  const std::string log_path_;
  pid_t pid_ = -1;
  int out_ = -1;
};

}  // namespace creditreg

#endif  // CREDITREG_TESTS_CRASH_SERVER_PROCESS_H_
