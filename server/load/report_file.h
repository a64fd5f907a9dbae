// A report on its way to its place: lines go to a file beside it, which takes
// its name when all is well. Readable by its owner only: it holds what senders
// sent, personal data included.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_SERVER_LOAD_REPORT_FILE_H_
#define CREDITREG_SERVER_LOAD_REPORT_FILE_H_

#include <cstdio>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace creditreg {

// Makes the directory that reports go to, for its owner only; the mode of one
// that is there is its owner's matter.
//
// Errors: Unavailable it cannot be made.
absl::Status MakeReportDirectory(const std::string& path);

class ReportFile {
 public:
  // Errors of all: Unavailable it cannot be written.
  static absl::StatusOr<std::unique_ptr<ReportFile>> Create(
      const std::string& path);
  // Removes what was not committed.
  ~ReportFile();
  ReportFile(const ReportFile&) = delete;
  ReportFile& operator=(const ReportFile&) = delete;

  const std::string& path() const { return path_; }
  absl::Status Append(absl::string_view line);
  // Gives the file its name, in place of one that had it.
  absl::Status Commit();

 private:
  ReportFile(std::string path, std::FILE* file);
  absl::Status Error(int error) const;
  std::string PartPath() const { return path_ + ".part"; }

  const std::string path_;
  std::FILE* file_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_LOAD_REPORT_FILE_H_
