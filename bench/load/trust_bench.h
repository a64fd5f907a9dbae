// The bench `trust`: what encryption, the audit log, tokens and sealing cost,
// each as what is left of the same work without. README.md explains every
// figure.

#ifndef CREDITREG_BENCH_LOAD_TRUST_BENCH_H_
#define CREDITREG_BENCH_LOAD_TRUST_BENCH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bench/load/figure.h"

namespace creditreg::bench {

struct TrustOptions {
  // A data set of creditreg_generate to be looked up, one whose enterprises are
  // loaded and whose complaints are imported, and the code lists of both.
  std::string data_dir;
  std::string rows_dir;
  std::string codes_dir;
  // An empty folder: servers keep their data there.
  std::string work_dir;
  // Paths of creditregd and creditreg_load.
  std::string server;
  std::string loader;
  // Tables of the servers, and certificates and identities as
  // tools/dev_auth.sh makes them, with quotas that limit nobody here; in the
  // file "tokens" tokens of agency readers, one a line.
  std::string conf_dir;
  std::string auth_dir;
  // What the work folder lies on, for the notes.
  std::string file_system;
  // Of one slice of fresh complaints; 0: TrustSizes' own.
  std::int64_t slice_rows = 0;
  // Short runs that show that everything works.
  bool quick = false;
};

// How long and how much: the same for every run, so that runs can be compared.
struct TrustSizes {
  // More than elsewhere: the figures are near 1, and what a noisy machine does
  // in one repetition must not decide.
  int repetitions = 5;
  // Runs of each side of a pair in a repetition, in turn, and how long each is:
  // short, so that what else the machine does falls on both sides alike.
  int runs = 6;
  absl::Duration warm_up = absl::Milliseconds(200);
  absl::Duration duration = absl::Milliseconds(800);
  std::int64_t slice_rows = 40000;
};

// The figures, not judged. Starts and ends its servers.
//
// Errors: a server that does not start or end, a call that fails, an answer
// that is wrong, a read without its audit row: then there is no figure at all.
absl::StatusOr<std::vector<Figure>> RunTrustBench(const TrustOptions& options);

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_LOAD_TRUST_BENCH_H_
