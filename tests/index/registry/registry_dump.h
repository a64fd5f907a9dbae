// Everything a registry at rest holds, as text that two registries of the same
// content share: numbers are replaced by what they stand for, sequences by the
// request and row of the change, sealed rows are opened; times, hashes of the
// chain and last-change sequences are left out.
//
// Both must have the same HMAC key (copy the `ring`).

#ifndef CREDITREG_TESTS_INDEX_REGISTRY_REGISTRY_DUMP_H_
#define CREDITREG_TESTS_INDEX_REGISTRY_REGISTRY_DUMP_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace creditreg {

// Sorted; one line a row.
absl::StatusOr<std::vector<std::string>> DumpRegistry(
    const std::string& data_dir, const std::string& key_dir);

}  // namespace creditreg

#endif  // CREDITREG_TESTS_INDEX_REGISTRY_REGISTRY_DUMP_H_
