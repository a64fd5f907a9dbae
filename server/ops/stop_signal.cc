#include "server/ops/stop_signal.h"

#include <ctime>

namespace creditreg {

StopSignal::StopSignal() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGTERM);
  sigaddset(&signals_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  // A reader of our output that went away must not stop the server.
  std::signal(SIGPIPE, SIG_IGN);
}

bool StopSignal::Wait(absl::Duration timeout) {
  const timespec limit = absl::ToTimespec(timeout);
  return sigtimedwait(&signals_, nullptr, &limit) > 0;
}

}  // namespace creditreg
