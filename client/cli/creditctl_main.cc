// creditctl: see docs/creditctl.md.

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <variant>

#include <unistd.h>

#include "client/cancellation.h"
#include "client/cli/command_line.h"
#include "client/cli/commands.h"
#include "client/cli/exit_code.h"
#include "client/cli/session.h"
#include "google/protobuf/stubs/logging.h"

namespace {

using creditreg::Cancellation;
using creditreg::cli::CommandLine;
using creditreg::cli::ExitCode;
using creditreg::cli::NothingToRun;
using creditreg::cli::Session;

// A command that does not stop by then waits for something that cannot be
// cancelled, such as standard input.
constexpr timespec kPatience = {2, 0};

// Ctrl-C ends what is going on, so that the command can say how to resume;
// a second one, or a command that does not listen, ends the process.
//
// The signals are blocked in every thread, for threads inherit it, and taken
// by one of them: what a signal handler may do would not be enough.
void WatchSignals(Cancellation& cancellation) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([signals, &cancellation] {
    int signal = 0;
    sigwait(&signals, &signal);
    cancellation.Cancel();
    sigtimedwait(&signals, nullptr, &kPatience);
    _exit(static_cast<int>(ExitCode::kInterrupted));
  }).detach();
}

int Execute(const CommandLine& line) {
  // Never destroyed: the thread that waits for signals uses it to the end.
  auto* const cancellation = new Cancellation;
  WatchSignals(*cancellation);
  Session session(line.global, cancellation);
  const ExitCode code = std::visit(
      [&session](const auto& command) { return Run(session, command); },
      line.command);
  return static_cast<int>(session.Finish(code));
}

}  // namespace

int main(int argc, char** argv) {
  // Every error is told once, by us. GRPC_VERBOSITY set by the user stays.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  google::protobuf::SetLogHandler(nullptr);
  const auto parsed = creditreg::cli::ParseCommandLine(argc, argv);
  if (const auto* const nothing = std::get_if<NothingToRun>(&parsed)) {
    std::fputs(nothing->text.c_str(),
               nothing->code == ExitCode::kOk ? stdout : stderr);
    return static_cast<int>(nothing->code);
  }
  return Execute(std::get<CommandLine>(parsed));
}
