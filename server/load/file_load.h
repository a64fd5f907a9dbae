// Files into a first load (index/registry/first_load.h).
//
//   first pass   one thread at a time cuts rows off the file; all threads turn
//                them into drafts and hand them to the load
//   then         rows that were put off or have findings are read again by
//                their place in the file, decided, and go to the report
//
// Thread safety: one thread at a time; threads of its own.

#ifndef CREDITREG_SERVER_LOAD_FILE_LOAD_H_
#define CREDITREG_SERVER_LOAD_FILE_LOAD_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "creditreg/v1/intake_service.pb.h"
#include "index/base/civil_day.h"
#include "index/registry/first_load.h"
#include "server/load/load_config.h"
#include "server/wire/field_tables.h"

namespace creditreg {

struct FileLoadOptions {
  // Outlives the call.
  const FieldTables* tables = nullptr;
  std::vector<FileToLoad> files;
  // Empty: "default", and none named.
  std::string source_id;
  std::string principal = "local";
  // Empty: no reports. Made where it is absent.
  std::string report_dir;
  // The day the files came, as drafts.h has it.
  CivilDay received = CivilDay::Unknown();
  std::size_t threads = 2;
  // Told now and then what is going on; from any thread, one at a time.
  std::function<void(absl::string_view)> progress;
};

// What became of one file.
struct LoadedFileReceipt {
  std::string path;
  // Empty: none.
  std::string report_path;
  v1::ImportReceipt receipt;
};

// Loads the files and commits. Reports are in place when it returns.
//
// Errors, with the file's path in front where one is at fault: as FileReader's
// and FirstLoad's; FailedPrecondition a file changed while it was read;
// Unavailable it cannot be read. Nothing is loaded then.
absl::StatusOr<std::vector<LoadedFileReceipt>> LoadFiles(
    FirstLoad& load, const FileLoadOptions& options);

}  // namespace creditreg

#endif  // CREDITREG_SERVER_LOAD_FILE_LOAD_H_
