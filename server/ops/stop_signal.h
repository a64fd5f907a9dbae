// SIGTERM and SIGINT as something to wait for.
//
// Make one before any other thread starts: it blocks the two signals, and
// threads inherit that, so that they reach Wait() and nothing else.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_SERVER_OPS_STOP_SIGNAL_H_
#define CREDITREG_SERVER_OPS_STOP_SIGNAL_H_

#include <csignal>

#include "absl/time/time.h"

namespace creditreg {

class StopSignal {
 public:
  StopSignal();

  // True when one of the signals came within `timeout`.
  bool Wait(absl::Duration timeout);

 private:
  sigset_t signals_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_OPS_STOP_SIGNAL_H_
