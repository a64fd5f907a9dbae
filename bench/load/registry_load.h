// What the benches ask of a creditregd: look-ups one by one, look-ups by the
// stream, imports. Every answer is checked, or a stated sample of them.

#ifndef CREDITREG_BENCH_LOAD_REGISTRY_LOAD_H_
#define CREDITREG_BENCH_LOAD_REGISTRY_LOAD_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "bench/load/data_set.h"
#include "bench/load/server_process.h"
#include "bench/load/unary_load.h"
#include "bench/peers/page_text.h"
#include "client/batch_lookup.h"

namespace creditreg::bench {

// A creditregd on a free loopback port with its data and key folder below
// `folder`, which is created if absent; otherwise with its default settings
// and `flags`.
//
// Errors: as ServerProcess::Start().
absl::StatusOr<std::unique_ptr<ServerProcess>> StartRegistry(
    const std::string& program, const std::string& folder,
    const std::vector<std::string>& flags = {});

// The same where callers must show who they are.
absl::StatusOr<std::unique_ptr<ServerProcess>> StartGuardedRegistry(
    const std::string& program, const std::string& folder,
    const std::vector<std::string>& flags);

// Look-ups by code, one call each. The answers checked must have the verdict
// and the code of the enterprise that was asked for. `data` must outlive the
// workload. `order` as UnaryWorkload's, places in data.enterprises.
UnaryWorkload LookupWorkload(LookupView view, const DataSet& data,
                             std::vector<std::uint32_t> order);

// How long the public page of each enterprise is, as answered: of the first
// `most` as the server says, of the others as of those, again from the first.
//
// Errors: as RunUnaryLoad().
absl::StatusOr<std::vector<std::uint32_t>> MeasurePages(
    const std::string& target, const DataSet& data, std::size_t most);

// The public pages of codes, in order.
//
// Errors: as RegistryClient::GetPublicEnterprise().
absl::StatusOr<std::vector<PageText>> ReadPublicPages(
    const std::string& target, absl::Span<const std::string> codes);

// Looks `items` codes up over one stream, in brief, checks every answer, and
// says how long it took.
//
// Errors: as BatchLookUp(); Internal: a wrong answer.
absl::StatusOr<absl::Duration> RunBatchLookup(const std::string& target,
                                              LookupView view,
                                              const DataSet& data,
                                              std::size_t items);

// Files imported: from the first byte read for their digest to the receipt.
struct ImportTime {
  std::int64_t rows = 0;
  // Rows that became a version; those that wait for their enterprise too.
  std::int64_t stored = 0;
  std::int64_t input_bytes = 0;
  absl::Duration duration;

  double StoredPerSecond() const {
    return static_cast<double>(stored) / absl::ToDoubleSeconds(duration);
  }
};

// Imports the files one after the other, and checks that the receipts count
// every row and refuse none that is clean.
//
// Errors: as UploadImport(); Internal: a receipt that cannot be right.
absl::StatusOr<ImportTime> RunImports(const std::string& target,
                                      const std::vector<ImportFile>& files);

// Puts `files` into an empty registry below `folder`, which does not run, with
// creditreg_load (`loader`), and checks its receipts as RunImports() does.
//
// Errors: as RunChild() and RunImports(); Internal: the loader failed.
absl::StatusOr<ImportTime> LoadRegistry(const std::string& loader,
                                        const std::string& folder,
                                        const std::vector<ImportFile>& files);

// Has the registry verify everything; the rows it looked at.
//
// Errors: as RegistryClient::Verify(); Internal: a fault was found.
absl::StatusOr<std::int64_t> VerifyRegistry(const std::string& target);

// A figure of the registry's statistics (GetStats).
//
// Errors: as RegistryClient::GetStats(); Internal: there is none of that name.
absl::StatusOr<std::int64_t> ReadStatistic(const std::string& target,
                                           const std::string& name);

// `count` submissions of one licence each, all different; `series` tells the
// submissions of one call from those of another. The answers checked must say
// that the record was created.
UnaryWorkload SubmitWorkload(const DataSet& data, int series,
                             std::size_t count);

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_LOAD_REGISTRY_LOAD_H_
