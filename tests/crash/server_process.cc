#include "tests/crash/server_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "index/base/check.h"

namespace creditreg {

ServerProcess::ServerProcess(const std::string& directory,
                             const std::string& conf_dir)
    : log_path_(absl::StrCat(directory, "/log")) {
  std::vector<std::string> words = {
      absl::StrCat(CREDITREG_BINARY_DIR, "/bin/creditregd"),
      "--listen=127.0.0.1:0",
      "--local_development_caller",
      absl::StrCat("--data_dir=", directory, "/data"),
      absl::StrCat("--key_dir=", directory, "/keys"),
      absl::StrCat("--conf_dir=", conf_dir),
      "--block_cache_mb=16",
  };
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::array<int, 2> ends{};
  CREDITREG_CHECK(pipe2(ends.data(), O_CLOEXEC) == 0, "a pipe can be made");
  out_ = ends[0];
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log_path_.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  CREDITREG_CHECK(posix_spawn(&pid_, words[0].c_str(), &actions, nullptr,
                              arguments.data(), environ) == 0,
                  "creditregd is built");
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
}

ServerProcess::~ServerProcess() {
  if (pid_ > 0) Kill();
  close(out_);
}

std::string ServerProcess::AwaitAddress(absl::Duration at_most) {
  constexpr char kBefore[] = "listening on ";
  const absl::Time end = absl::Now() + at_most;
  std::string text;
  while (!absl::EndsWith(text, "\n")) {
    pollfd ready{};
    ready.fd = out_;
    ready.events = POLLIN;
    const auto left = absl::ToInt64Milliseconds(end - absl::Now());
    if (left <= 0 || poll(&ready, 1, static_cast<int>(left)) <= 0) return "";
    std::array<char, 256> buffer{};
    const ssize_t got = read(out_, buffer.data(), buffer.size());
    if (got <= 0) return "";
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  text.pop_back();
  if (!absl::StartsWith(text, kBefore)) return "";
  return text.substr(sizeof(kBefore) - 1);
}

bool ServerProcess::Kill() {
  if (pid_ <= 0) return false;
  kill(pid_, SIGKILL);
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFSIGNALED(status);
}

std::string ServerProcess::Log() const {
  std::ifstream file(log_path_);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace creditreg
