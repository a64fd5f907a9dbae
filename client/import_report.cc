#include "client/import_report.h"

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "index/base/status_macros.h"

namespace creditreg {
namespace {

constexpr absl::string_view kBom = "\xEF\xBB\xBF";

absl::Status AppendLine(AtomicFile& file, absl::string_view line) {
  CREDITREG_RETURN_IF_ERROR(file.Append(line));
  return absl::EndsWith(line, "\n") ? absl::OkStatus() : file.Append("\r\n");
}

}  // namespace

absl::StatusOr<std::unique_ptr<ImportReport>> ImportReport::Create(
    const std::string& path) {
  CREDITREG_ASSIGN_OR_RETURN(std::unique_ptr<AtomicFile> rows,
                             AtomicFile::Create(path));
  // new: the constructor is private.
  return std::unique_ptr<ImportReport>(new ImportReport(path, std::move(rows)));
}

absl::Status ImportReport::AddRow(absl::string_view line) {
  return AppendLine(*rows_, line);
}

absl::Status ImportReport::Finish(absl::string_view header) {
  CREDITREG_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file,
                             AtomicFile::Create(path_));
  CREDITREG_RETURN_IF_ERROR(file->Append(kBom));
  CREDITREG_RETURN_IF_ERROR(AppendLine(*file, absl::StripPrefix(header, kBom)));
  CREDITREG_RETURN_IF_ERROR(rows_->CopyTo(*file));
  return file->Commit();
}

}  // namespace creditreg
