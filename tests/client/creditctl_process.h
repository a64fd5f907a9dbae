// Runs the real creditctl as a child process.
//
// Its environment holds nothing of the caller's but PATH and TMPDIR, so that
// COLUMNS, CREDITCTL_SERVER and proxies of the machine play no part.

#ifndef CREDITREG_TESTS_CLIENT_CREDITCTL_PROCESS_H_
#define CREDITREG_TESTS_CLIENT_CREDITCTL_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <thread>
#include <vector>

namespace creditreg {

struct ProcessResult {
  // As a shell shows it: 128 + signal where one ended the process.
  int exit_code = -1;
  std::string out;
  std::string err;
};

class CreditctlProcess {
 public:
  // Starts it with `input` as standard input. `environment`: "NAME=value".
  // `out_file`: where standard output goes instead of into the result.
  explicit CreditctlProcess(const std::vector<std::string>& arguments,
                            const std::string& input = "",
                            const std::vector<std::string>& environment = {},
                            const std::string& out_file = "");
  ~CreditctlProcess();

  CreditctlProcess(const CreditctlProcess&) = delete;
  CreditctlProcess& operator=(const CreditctlProcess&) = delete;

  void Signal(int signal) const;

  // Waits until it has ended. Call it once.
  ProcessResult Wait();

 private:
  pid_t pid_ = -1;
  std::thread feeder_;
  std::thread out_reader_;
  std::thread err_reader_;
  ProcessResult result_;
};

// Starts and waits.
ProcessResult RunCreditctl(const std::vector<std::string>& arguments,
                           const std::string& input = "",
                           const std::vector<std::string>& environment = {},
                           const std::string& out_file = "");

}  // namespace creditreg

#endif  // CREDITREG_TESTS_CLIENT_CREDITCTL_PROCESS_H_
