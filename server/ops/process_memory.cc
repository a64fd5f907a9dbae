#include "server/ops/process_memory.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <fstream>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace creditreg {
namespace {

// The bytes of a line as "VmRSS:	  123 kB" whose name is `name`.
bool ReadLine(absl::string_view line, absl::string_view name,
              std::int64_t* bytes) {
  std::int64_t kib = 0;
  if (!absl::ConsumePrefix(&line, name) || !absl::ConsumeSuffix(&line, "kB") ||
      !absl::SimpleAtoi(line, &kib)) {
    return false;
  }
  *bytes = kib * 1024;
  return true;
}

}  // namespace

ProcessMemory ReadProcessMemory(pid_t pid) {
  ProcessMemory memory;
  std::ifstream status(absl::StrCat("/proc/", pid, "/status"));
  std::string line;
  while (std::getline(status, line)) {
    if (ReadLine(line, "VmRSS:", &memory.resident_bytes)) continue;
    ReadLine(line, "VmHWM:", &memory.peak_bytes);
  }
  return memory;
}

void ForbidCoreDumps() {
  const rlimit none = {0, 0};
  // A core is written nowhere by size, nor given to a program by the second.
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace creditreg
