// What creditctl's exit code says. Scripts rely on the numbers: they are
// listed in `creditctl --help` and docs/creditctl.md and never change.

#ifndef CREDITREG_CLIENT_CLI_EXIT_CODE_H_
#define CREDITREG_CLIENT_CLI_EXIT_CODE_H_

#include "absl/status/status.h"

namespace creditreg::cli {

enum class ExitCode {
  kOk = 0,
  // Nothing was found.
  kNothing = 1,
  kUsage = 2,
  // The registry refused the request: sent again it would be refused again.
  kRefused = 3,
  // Unreachable, overloaded, or no answer in time: try again later.
  kUnavailable = 4,
  // Rows were rejected or kept aside.
  kRowsRejected = 5,
  // Verify found faults.
  kFaults = 6,
  // A file or pipe on this side.
  kLocalFile = 7,
  // The registry or this program is broken.
  kInternal = 8,
  // Ctrl-C, as shells report it.
  kInterrupted = 130,
};

// `status` must be an error. Its message plays no part.
ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace creditreg::cli

#endif  // CREDITREG_CLIENT_CLI_EXIT_CODE_H_
