#include "bench/load/child_process.h"

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "index/base/status_macros.h"

namespace creditreg::bench {
namespace {

constexpr std::size_t kLogTailBytes = 1000;

// The child, from fork to exec: only what is safe there.
[[noreturn]] void Become(char* const* arguments, int input, int output,
                         int errors) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(errors, STDERR_FILENO);
  execv(arguments[0], arguments);
  _exit(127);
}

int OpenToAppend(const std::string& path) {
  return open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

}  // namespace

absl::StatusOr<pid_t> StartChild(std::vector<std::string> arguments,
                                 const std::string& output,
                                 const std::string& errors) {
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  const int files[] = {open("/dev/null", O_RDONLY | O_CLOEXEC),
                       OpenToAppend(output), OpenToAppend(errors)};
  pid_t pid = -1;
  if (files[0] >= 0 && files[1] >= 0 && files[2] >= 0) {
    pid = fork();
    if (pid == 0) Become(pointers.data(), files[0], files[1], files[2]);
  }
  const int error = errno;
  for (const int file : files) {
    if (file >= 0) close(file);
  }
  if (pid < 0) {
    return absl::ErrnoToStatus(error, absl::StrCat("start ", arguments[0]));
  }
  return pid;
}

absl::StatusOr<int> RunChild(std::vector<std::string> arguments,
                             const std::string& output,
                             const std::string& errors) {
  const std::string program = arguments[0];
  CREDITREG_ASSIGN_OR_RETURN(const pid_t pid,
                             StartChild(std::move(arguments), output, errors));
  int status = 0;
  while (waitpid(pid, &status, 0) != pid) {
    if (errno != EINTR) return absl::ErrnoToStatus(errno, "waitpid");
  }
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  return absl::InternalError(absl::StrCat(program, ": ended with wait status ",
                                          status, "\n", LogTail(errors)));
}

std::string ReadAll(const std::string& path) {
  const std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string LogTail(const std::string& path) {
  std::string log = ReadAll(path);
  if (log.size() > kLogTailBytes) log.erase(0, log.size() - kLogTailBytes);
  return log;
}

}  // namespace creditreg::bench
