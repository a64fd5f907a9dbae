// How much memory a process takes.
//
// Thread safety: free function without state.

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

}  // namespace creditreg

#endif  // CREDITREG_SERVER_OPS_PROCESS_MEMORY_H_
