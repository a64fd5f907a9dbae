// The bench `core`: what the first slice of the registry does in a second.

#ifndef CREDITREG_BENCH_LOAD_CORE_BENCH_H_
#define CREDITREG_BENCH_LOAD_CORE_BENCH_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/load/figure.h"

namespace creditreg::bench {

struct BenchOptions {
  // A data set of creditreg_generate, and the code lists it was made with.
  std::string data_dir;
  std::string codes_dir;
  // An empty folder: servers keep their data there.
  std::string work_dir;
  // Path of creditregd, and of this program (it is the peer's server too).
  std::string server;
  std::string self;
  // What the work folder lies on, for the notes: "ext2/ext3", "tmpfs".
  std::string file_system;
  // Short runs that show that everything works.
  bool quick = false;
};

// The figures, not judged. Starts and ends its servers.
//
// Errors: a server that does not start or end, a call that fails, an answer
// that is wrong: then there is no figure at all.
absl::StatusOr<std::vector<Figure>> RunCoreBench(const BenchOptions& options);

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_LOAD_CORE_BENCH_H_
