// A data set of bench/generator, and what of it the benches look up.

#ifndef CREDITREG_BENCH_LOAD_DATA_SET_H_
#define CREDITREG_BENCH_LOAD_DATA_SET_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "creditreg/v1/intake_service.pb.h"
#include "creditreg/v1/lookup.pb.h"

namespace creditreg::bench {

struct ImportFile {
  // "licence".
  std::string name;
  std::string path;
  v1::ImportFormat format = v1::IMPORT_FORMAT_UNSPECIFIED;
  // As the manifest says; clean rows are those without an intended fault.
  std::int64_t rows = 0;
  std::int64_t clean_rows = 0;
};

struct KnownEnterprise {
  std::string uscc;
  // What a look-up of the code must say: FOUND or DEREGISTERED.
  v1::LookupVerdict verdict = v1::LOOKUP_VERDICT_UNSPECIFIED;
};

struct DataSet {
  // In the order in which they are to be imported.
  std::vector<ImportFile> files;
  // Every clean enterprise, in an order that has nothing to do with how they
  // were written.
  std::vector<KnownEnterprise> enterprises;
};

// Reads manifest.json of `directory` and makes the enterprises again from its
// seed. `codes_directory` as for creditreg_generate.
//
// Errors: NotFound, InvalidArgument: no manifest there, or not a manifest; and
// as generator::Guangdong::Load().
absl::StatusOr<DataSet> LoadDataSet(const std::string& directory,
                                    const std::string& codes_directory);

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_LOAD_DATA_SET_H_
