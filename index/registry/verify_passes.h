// The passes of a verification, in the order in which they run. Each reads a
// few tables from end to end.
//
// Errors of every call: Cancelled, Unavailable.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_INDEX_REGISTRY_VERIFY_PASSES_H_
#define CREDITREG_INDEX_REGISTRY_VERIFY_PASSES_H_

#include <cstdint>
#include <map>
#include <vector>

#include "absl/status/status.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/publication/source_quality.h"
#include "index/registry/verify_relations.h"
#include "index/registry/verify_run.h"

namespace creditreg {

// What passes count and leave for later ones.
struct Recount {
  // Figures as far as counters hold them; the next_* fields hold the largest
  // number seen.
  storage::v1::Counters counters;
  // Records withdrawn or ended, ascending: 8 bytes each.
  std::vector<std::uint64_t> not_counted;
  // Records, ascending, whose earlier natural keys only their sealed fields
  // tell: 8 bytes for each person's record with several contents.
  std::vector<std::uint64_t> hidden_keys;
  // Source quality, but for rejected rows, which leave nothing else.
  std::map<QualityKey, QualityCell> quality;
};

// verify_changes.cc
// Numbers, times, chain, kinds; what changes imply of sealed rows and rows kept
// aside.
absl::Status CheckChanges(VerifyRun& run, Relations& relations);

// verify_enterprises.cc, verify_records.cc
absl::Status CheckEnterprises(VerifyRun& run, Relations& relations,
                              Recount* recount);
absl::Status CheckRecords(VerifyRun& run, Relations& relations,
                          Recount* recount);

// verify_cases.cc
// Cases, what they imply of indexes, and that their changes know them; steps
// that are held, receivers.
absl::Status CheckCases(VerifyRun& run, Relations& relations, Recount* recount);

// verify_indexes.cc
// Sealed rows, natural keys and index rows as they are.
absl::Status CountImplied(VerifyRun& run, Relations& relations,
                          const Recount& recount);
// Summaries in enterprise heads, from the file lists; not where these are
// wrong themselves.
absl::Status CheckFileHeads(VerifyRun& run, const Relations& relations,
                            const Recount& recount);
// Records must not wait for an enterprise that is known, unless linking is
// under way.
absl::Status CheckWaiting(VerifyRun& run);

// verify_intake.cc
absl::Status CheckRequests(VerifyRun& run, Relations& relations);
absl::Status CheckQuarantine(VerifyRun& run, Relations& relations,
                             Recount* recount);
absl::Status CheckImports(VerifyRun& run, Recount* recount);

// verify_counters.cc
// Layout and counters as stored, rows of no table, figures against the recount.
absl::Status CheckMeta(VerifyRun& run);
absl::Status CheckBacklog(VerifyRun& run);
void CheckCounters(VerifyRun& run, const Recount& recount);
absl::Status CheckQuality(VerifyRun& run, const Recount& recount);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_VERIFY_PASSES_H_
