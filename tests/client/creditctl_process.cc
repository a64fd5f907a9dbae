#include "tests/client/creditctl_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "index/base/check.h"

namespace creditreg {
namespace {

struct Pipe {
  int read_end;
  int write_end;
};

Pipe MakePipe() {
  int ends[2];
  CREDITREG_CHECK(pipe2(ends, O_CLOEXEC) == 0, "a pipe can be made");
  return {ends[0], ends[1]};
}

void ReadAll(int descriptor, std::string& text) {
  char block[4096];
  for (ssize_t size; (size = read(descriptor, block, sizeof(block))) > 0;) {
    text.append(block, static_cast<std::size_t>(size));
  }
  close(descriptor);
}

void WriteAll(int descriptor, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t size =
        write(descriptor, text.data() + done, text.size() - done);
    if (size <= 0) break;  // The process need not read all of it.
    done += static_cast<std::size_t>(size);
  }
  close(descriptor);
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> Environment(const std::vector<std::string>& more) {
  std::vector<std::string> environment = more;
  for (const char* const name : {"PATH", "TMPDIR", "ASAN_OPTIONS"}) {
    const char* const value = std::getenv(name);
    if (value != nullptr) environment.push_back(absl::StrCat(name, "=", value));
  }
  return environment;
}

}  // namespace

CreditctlProcess::CreditctlProcess(const std::vector<std::string>& arguments,
                                   const std::string& input,
                                   const std::vector<std::string>& environment,
                                   const std::string& out_file) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::string binary = CREDITREG_BINARY_DIR "/bin/creditctl";
  std::vector<std::string> words = {binary};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = Environment(environment);
  const Pipe in = MakePipe();
  const Pipe out = MakePipe();
  const Pipe err = MakePipe();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.read_end, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.write_end, STDOUT_FILENO);
  if (!out_file.empty()) {
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out_file.c_str(),
                                     O_WRONLY, 0);
  }
  posix_spawn_file_actions_adddup2(&actions, err.write_end, STDERR_FILENO);
  CREDITREG_CHECK(
      posix_spawn(&pid_, binary.c_str(), &actions, nullptr,
                  Pointers(words).data(), Pointers(variables).data()) == 0,
      "creditctl is built");
  posix_spawn_file_actions_destroy(&actions);
  close(in.read_end);
  close(out.write_end);
  close(err.write_end);
  feeder_ = std::thread([in, input] { WriteAll(in.write_end, input); });
  out_reader_ =
      std::thread([this, out] { ReadAll(out.read_end, result_.out); });
  err_reader_ =
      std::thread([this, err] { ReadAll(err.read_end, result_.err); });
}

CreditctlProcess::~CreditctlProcess() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  Wait();
}

void CreditctlProcess::Signal(int signal) const { kill(pid_, signal); }

ProcessResult CreditctlProcess::Wait() {
  int status = 0;
  CREDITREG_CHECK(waitpid(pid_, &status, 0) == pid_,
                  "the child can be awaited");
  pid_ = -1;
  feeder_.join();
  out_reader_.join();
  err_reader_.join();
  result_.exit_code =
      WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result_;
}

ProcessResult RunCreditctl(const std::vector<std::string>& arguments,
                           const std::string& input,
                           const std::vector<std::string>& environment,
                           const std::string& out_file) {
  return CreditctlProcess(arguments, input, environment, out_file).Wait();
}

}  // namespace creditreg
