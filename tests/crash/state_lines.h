// Everything a registry or an oracle holds, as lines of text: each version of
// each enterprise and record, each row kept aside. Times, keys, nonces and
// hashes are left out; personal fields stand opened.
//
// Numbers count from 1 within what is looked at, in the order in which they
// were given out: enterprises, records, and sequences. So what one caller wrote
// looks the same whatever others wrote between.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_TESTS_CRASH_STATE_LINES_H_
#define CREDITREG_TESTS_CRASH_STATE_LINES_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "index/registry/registry.h"
#include "tests/oracle/state.h"

namespace creditreg {

using StateLines = std::vector<std::string>;

// The lines of what came from each source: `source_id` of the first version, or
// of the row kept aside.
//
// Errors: as the registry's reads; DataLoss versions, rows and sequence do not
// add up.
absl::StatusOr<std::map<std::string, StateLines>> LinesBySource(
    const Registry& registry);

// All of it, whatever the source.
StateLines LinesOf(const oracle::State& state);

// The first lines that differ; empty: none.
std::string FirstDifference(const StateLines& real, const StateLines& ideal);

}  // namespace creditreg

#endif  // CREDITREG_TESTS_CRASH_STATE_LINES_H_
