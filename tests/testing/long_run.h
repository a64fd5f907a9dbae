// How long a random test runs and where it begins: short by itself, in ctest;
// for a given time in `./x stress`.
//
//   CREDITREG_SEED     repeats a run; else a new seed is drawn
//   CREDITREG_SECONDS  goes on with new seeds until then; else the test stops
//                      after its own short measure
//
// Prints the seed, and "progress: ..." lines that stress shows. A test prints
// "replay: NAME=VALUE ..." where it fails, which stress repeats.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_TESTS_TESTING_LONG_RUN_H_
#define CREDITREG_TESTS_TESTING_LONG_RUN_H_

#include <cstdint>
#include <iostream>
#include <random>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/testing/environment.h"

namespace creditreg {

class LongRun {
 public:
  LongRun()
      : seed_(FromEnvironment("CREDITREG_SEED", std::random_device()())),
        seconds_(FromEnvironment("CREDITREG_SECONDS", 0)),
        start_(absl::Now()) {
    std::cout << "CREDITREG_SEED=" << seed_ << std::endl;
  }

  std::uint64_t seed() const { return seed_; }
  // False: the test has its own short measure.
  bool has_time() const { return seconds_ > 0; }
  absl::Duration elapsed() const { return absl::Now() - start_; }
  bool TimeIsUp() const { return !HasTimeFor(absl::ZeroDuration()); }
  // Whether something that takes so long still fits.
  bool HasTimeFor(absl::Duration more) const {
    return elapsed() + more <
           absl::Seconds(static_cast<std::int64_t>(seconds_));
  }

  // At most every few seconds.
  void Progress(absl::string_view text) {
    if (!has_time() || absl::Now() < next_progress_) return;
    next_progress_ = absl::Now() + absl::Seconds(15);
    std::cout << "progress: " << text << std::endl;
  }
  // The sum at the end.
  static void Conclude(absl::string_view text) {
    std::cout << "progress: " << text << std::endl;
  }
  static void Replay(absl::string_view environment) {
    std::cout << "replay: " << environment << std::endl;
  }

 private:
  const std::uint64_t seed_;
  const std::uint64_t seconds_;
  const absl::Time start_;
  absl::Time next_progress_ = absl::InfinitePast();
};

}  // namespace creditreg

#endif  // CREDITREG_TESTS_TESTING_LONG_RUN_H_
