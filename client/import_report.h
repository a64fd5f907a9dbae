// The report file of an import: the rows with findings, as a spreadsheet can
// open it.
//
// Its header comes with the receipt, after all rows, so the rows wait in a
// temporary file beside the report.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_CLIENT_IMPORT_REPORT_H_
#define CREDITREG_CLIENT_IMPORT_REPORT_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/local_file.h"

namespace creditreg {

class ImportReport {
 public:
  // Opens the temporary file, so that a folder that cannot be written is known
  // before the upload. Errors of all: a local file error.
  static absl::StatusOr<std::unique_ptr<ImportReport>> Create(
      const std::string& path);

  // `line`: RowVerdict.report_line. A line end is added where it has none.
  absl::Status AddRow(absl::string_view line);

  // Writes BOM, `header` (ImportReceipt.report_header) and the rows, and gives
  // the file its name. Call it once, last.
  absl::Status Finish(absl::string_view header);

 private:
  ImportReport(std::string path, std::unique_ptr<AtomicFile> rows)
      : path_(std::move(path)), rows_(std::move(rows)) {}

  const std::string path_;
  const std::unique_ptr<AtomicFile> rows_;
};

}  // namespace creditreg

#endif  // CREDITREG_CLIENT_IMPORT_REPORT_H_
