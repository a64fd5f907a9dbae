#include "bench/load/server_process.h"

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <sys/wait.h>
#include <unistd.h>

#include "absl/memory/memory.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/load/child_process.h"
#include "index/base/status_macros.h"
#include "server/ops/process_memory.h"

namespace creditreg::bench {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(60);
constexpr absl::Duration kPause = absl::Milliseconds(20);
}  // namespace

absl::StatusOr<std::unique_ptr<ServerProcess>> ServerProcess::Start(
    std::vector<std::string> arguments, const std::string& folder) {
  const std::string port_file = folder + "/port";
  const std::string log_file = folder + "/log";
  arguments.push_back("--port_file=" + port_file);
  // Of the process before, in the same folder.
  unlink(port_file.c_str());
  CREDITREG_ASSIGN_OR_RETURN(
      const pid_t pid, StartChild(std::move(arguments), log_file, log_file));
  auto process = absl::WrapUnique(new ServerProcess(pid, folder));
  const absl::Status status = process->AwaitPort(port_file);
  if (!status.ok()) return status;
  return process;
}

ServerProcess::~ServerProcess() { Kill(); }

absl::Status ServerProcess::AwaitPort(const std::string& port_file) {
  const absl::Time end = absl::Now() + kPatience;
  while (absl::Now() < end) {
    address_ = std::string(absl::StripSuffix(ReadAll(port_file), "\n"));
    if (!address_.empty()) return absl::OkStatus();
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = 0;
      return Error("ended before it listened");
    }
    absl::SleepFor(kPause);
  }
  return Error("did not listen in 60 s");
}

absl::Duration ServerProcess::CpuTime() const {
  const std::string stat = ReadAll(absl::StrCat("/proc/", pid_, "/stat"));
  // The name in parentheses may hold anything; what follows it may not.
  const std::size_t end_of_name = stat.rfind(')');
  if (end_of_name == std::string::npos) return absl::ZeroDuration();
  const std::vector<std::string> fields =
      absl::StrSplit(stat.substr(end_of_name + 1), ' ');
  // utime and stime are fields 14 and 15; the name is 2, an empty text 3 here.
  std::int64_t user = 0;
  std::int64_t system = 0;
  if (fields.size() < 14 || !absl::SimpleAtoi(fields[12], &user) ||
      !absl::SimpleAtoi(fields[13], &system)) {
    return absl::ZeroDuration();
  }
  return absl::Seconds(user + system) / sysconf(_SC_CLK_TCK);
}

void ServerProcess::AwaitCalm() const {
  constexpr absl::Duration kInterval = absl::Seconds(1);
  for (int i = 0; i < 60; ++i) {
    const absl::Duration before = CpuTime();
    absl::SleepFor(kInterval);
    if (CpuTime() - before < kInterval / 4) return;
  }
}

std::int64_t ServerProcess::PeakMemoryBytes() const {
  return ReadProcessMemory(pid_).peak_bytes;
}

absl::Status ServerProcess::Stop() {
  if (pid_ == 0) return absl::OkStatus();
  kill(pid_, SIGTERM);
  int status = 0;
  if (!AwaitEnd(&status)) {
    Kill();
    return Error("did not end in 60 s");
  }
  pid_ = 0;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return absl::OkStatus();
  return Error(absl::StrCat("ended with wait status ", status));
}

bool ServerProcess::AwaitEnd(int* status) {
  const absl::Time end = absl::Now() + kPatience;
  while (waitpid(pid_, status, WNOHANG) != pid_) {
    if (absl::Now() > end) return false;
    absl::SleepFor(kPause);
  }
  return true;
}

void ServerProcess::Kill() {
  if (pid_ == 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

absl::Status ServerProcess::Error(const std::string& what) const {
  return absl::InternalError(
      absl::StrCat("server: ", what, "\n", LogTail(folder_ + "/log")));
}

}  // namespace creditreg::bench
