// The bench `core`: what the first slice of the registry does in a second, and
// beside what. README.md explains every figure.

#ifndef CREDITREG_BENCH_LOAD_CORE_BENCH_H_
#define CREDITREG_BENCH_LOAD_CORE_BENCH_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bench/load/figure.h"

namespace creditreg::bench {

struct BenchOptions {
  // A data set of creditreg_generate, and the code lists it was made with.
  std::string data_dir;
  std::string codes_dir;
  // An empty folder: servers keep their data there.
  std::string work_dir;
  // Paths of creditregd, of creditreg_load, and of this program (it is the
  // peer's server too).
  std::string server;
  std::string loader;
  std::string self;
  // Data set of the first load.
  std::string bulk_dir;
  // Data sets whose enterprises are looked up to see what size does.
  std::string growth_small_dir;
  std::string growth_large_dir;
  // libpq's connection string of an empty database; another is at the same
  // with "_bulk" behind its name. And where the statements are.
  std::string postgres;
  std::string postgres_sql = "bench/peers/postgres";
  // Of the data set's files together, for a note.
  std::int64_t csv_zstd_bytes = 0;
  // What the work folder lies on, for the notes: "ext2/ext3", "tmpfs".
  std::string file_system;
  // Of one slice of fresh records; 0: CoreSizes' own.
  std::int64_t slice_rows = 0;
  // Short runs that show that everything works.
  bool quick = false;
};

// How long and how much: the same for every run, so that runs can be compared.
struct CoreSizes {
  int repetitions = 3;
  absl::Duration warm_up = absl::Seconds(1);
  absl::Duration duration = absl::Seconds(4);
  // Look-ups before those that count: so long, and again up to ten times, until
  // the page cache holds what it will hold.
  absl::Duration settling = absl::Seconds(15);
  // Keys drawn for a look-up workload.
  std::size_t draws = std::size_t{1} << 23;
  // Pages whose length is measured, the most asked for first.
  std::size_t measured_pages = 200000;
  // Of one look-up stream, at most kMaxItemsPerStream.
  std::size_t batch_items = 100000;
  // Of one slice of fresh records.
  std::int64_t slice_rows = 200000;
  // Submissions prepared for each run of single writes; it ends with the last.
  std::size_t single_writes = 60000;
  // Of the hostile clients.
  int idle_connections = 10000;
};

// The figures, not judged. Starts and ends its servers.
//
// Errors: a server that does not start or end, a call that fails, an answer
// that is wrong: then there is no figure at all.
absl::StatusOr<std::vector<Figure>> RunCoreBench(const BenchOptions& options);

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_LOAD_CORE_BENCH_H_
