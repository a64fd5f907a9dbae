// Programs as child processes. They are killed when the thread that started
// them ends, so that nothing is left behind however this process ends.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_BENCH_LOAD_CHILD_PROCESS_H_
#define CREDITREG_BENCH_LOAD_CHILD_PROCESS_H_

#include <string>
#include <vector>

#include <sys/types.h>

#include "absl/status/statusor.h"

namespace creditreg::bench {

// Starts `arguments`, the program's path first, without input. What it prints
// is added to the files `output` and `errors`, which may be the same.
//
// Errors: a file that cannot be opened, no process to be had. A program that
// cannot be run is a process that ends with 127.
absl::StatusOr<pid_t> StartChild(std::vector<std::string> arguments,
                                 const std::string& output,
                                 const std::string& errors);

// The same, waits for its end, and returns its exit code.
//
// Errors: as StartChild(); Internal: a signal ended it.
absl::StatusOr<int> RunChild(std::vector<std::string> arguments,
                             const std::string& output,
                             const std::string& errors);

// The last lines of a log, for a message; empty where there is none.
std::string LogTail(const std::string& path);

// Everything in a file; empty where there is none.
std::string ReadAll(const std::string& path);

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_LOAD_CHILD_PROCESS_H_
