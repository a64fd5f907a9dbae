// How much memory this process takes.
//
// Thread safety: free function without state.

#ifndef CREDITREG_SERVER_OPS_PROCESS_MEMORY_H_
#define CREDITREG_SERVER_OPS_PROCESS_MEMORY_H_

#include <cstdint>

namespace creditreg {

struct ProcessMemory {
  // Resident now, and the most there ever was. 0: the system does not say.
  std::int64_t resident_bytes = 0;
  std::int64_t peak_bytes = 0;
};

ProcessMemory ReadProcessMemory();

}  // namespace creditreg

#endif  // CREDITREG_SERVER_OPS_PROCESS_MEMORY_H_
