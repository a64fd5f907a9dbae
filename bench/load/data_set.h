// A data set of bench/generator, and what of it the benches look up.

#ifndef CREDITREG_BENCH_LOAD_DATA_SET_H_
#define CREDITREG_BENCH_LOAD_DATA_SET_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
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
  // Of the first kNamedEnterprises; the others' are not kept.
  std::string name;
};

// Who get the records of single writes.
inline constexpr std::size_t kNamedEnterprises = 1000;

struct DataSet {
  // What every side loads first, in the order in which it is to be imported.
  std::vector<ImportFile> files;
  // Fresh rows of each family of records, one list a repetition.
  std::vector<std::vector<ImportFile>> slices;
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

// Cuts `slices` slices of about `rows` rows, all families together, from the
// ends of the record files of `data`. The parts are written into `directory`.
//
// Errors: as CutCsv(); InvalidArgument: there are not enough rows.
absl::Status CutSlices(const std::string& directory, int slices,
                       std::int64_t rows, DataSet* data);

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_LOAD_DATA_SET_H_
