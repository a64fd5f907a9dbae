// Numbers that a caller of a test gives it: CREDITREG_SEED and its kind.
//
// Thread safety: free function without state.

#ifndef CREDITREG_TESTS_TESTING_ENVIRONMENT_H_
#define CREDITREG_TESTS_TESTING_ENVIRONMENT_H_

#include <cstdint>
#include <cstdlib>

#include "absl/strings/numbers.h"

namespace creditreg {

// The variable's number; `otherwise` where it is absent or none.
inline std::uint64_t FromEnvironment(const char* name,
                                     std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  std::uint64_t value = 0;
  return text != nullptr && absl::SimpleAtoi(text, &value) ? value : otherwise;
}

}  // namespace creditreg

#endif  // CREDITREG_TESTS_TESTING_ENVIRONMENT_H_
