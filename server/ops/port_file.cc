#include "server/ops/port_file.h"

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"

namespace creditreg {

absl::Status WritePortFile(const std::string& path,
                           const std::string& address) {
  const std::string temporary = absl::StrCat(path, ".", getpid(), ".tmp");
  {
    std::ofstream file(temporary, std::ios::trunc);
    file << address << "\n";
    file.flush();
    if (!file.good()) {
      return absl::FailedPreconditionError(
          "port_file: cannot be written, want a path in a writable folder");
    }
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    (void)std::remove(temporary.c_str());
    return absl::FailedPreconditionError(
        "port_file: cannot be put in place, want a path in a writable folder");
  }
  return absl::OkStatus();
}

}  // namespace creditreg
