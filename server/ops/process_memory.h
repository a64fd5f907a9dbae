// How much memory a process takes, and that none of it is left behind.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_SERVER_OPS_PROCESS_MEMORY_H_
#define CREDITREG_SERVER_OPS_PROCESS_MEMORY_H_

#include <cstdint>

#include <sys/types.h>

namespace creditreg {

struct ProcessMemory {
  // Resident now, and the most there ever was. 0: the system does not say, or
  // there is no such process.
  std::int64_t resident_bytes = 0;
  std::int64_t peak_bytes = 0;
};

ProcessMemory ReadProcessMemory(pid_t pid);

// From now on this process leaves no core when it crashes, and no other process
// of its user may look into it: keys and unsealed personal data are in there.
void ForbidCoreDumps();

}  // namespace creditreg

#endif  // CREDITREG_SERVER_OPS_PROCESS_MEMORY_H_
