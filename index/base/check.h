// CREDITREG_CHECK: stops the process when one of our own invariants is broken.
//
// Only for what cannot happen unless this program is wrong. A bad request, bad
// bytes on disk and a failing disk are Statuses. A restart must be safe at any
// point, so stopping never loses an acknowledged write.
//
// Goes away with Abseil 20230125, whose absl/log/check.h takes its place.

#ifndef CREDITREG_INDEX_BASE_CHECK_H_
#define CREDITREG_INDEX_BASE_CHECK_H_

#include <cstdio>
#include <cstdlib>

// Aborts unless `condition` holds, after writing the place and `sentence` (a
// string literal that says what must be true, without any subject's data) to
// standard error. Evaluated once, in every build type.
#define CREDITREG_CHECK(condition, sentence)                                  \
  do {                                                                        \
    if (!(condition)) [[unlikely]] {                                          \
      ::creditreg::base_internal::CheckFailed(__FILE__, __LINE__, #condition, \
                                              sentence);                      \
    }                                                                         \
  } while (false)

namespace creditreg::base_internal {

[[noreturn]] inline void CheckFailed(const char* file, int line,
                                     const char* condition,
                                     const char* sentence) {
  std::fprintf(stderr, "%s:%d: check failed: %s (%s)\n", file, line, sentence,
               condition);
  std::abort();
}

}  // namespace creditreg::base_internal

#endif  // CREDITREG_INDEX_BASE_CHECK_H_
