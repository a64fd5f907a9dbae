// Tells scripts where a server with port 0 listens.
//
// Thread safety: free function.

#ifndef CREDITREG_SERVER_OPS_PORT_FILE_H_
#define CREDITREG_SERVER_OPS_PORT_FILE_H_

#include <string>

#include "absl/status/status.h"

namespace creditreg {

// Writes `address` and a newline so that a reader sees all of it or no file.
//
// Errors:
//   FailedPrecondition: the file or its folder cannot be written.
absl::Status WritePortFile(const std::string& path, const std::string& address);

}  // namespace creditreg

#endif  // CREDITREG_SERVER_OPS_PORT_FILE_H_
