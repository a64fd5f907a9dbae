#include "server/load/report_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace creditreg {

ReportFile::ReportFile(std::string path, std::FILE* file)
    : path_(std::move(path)), file_(file) {}

ReportFile::~ReportFile() {
  if (file_ == nullptr) return;
  std::fclose(file_);
  std::remove(PartPath().c_str());
}

absl::Status ReportFile::Error(int error) const {
  return absl::UnavailableError(
      absl::StrCat(path_, ": ", std::strerror(error)));
}

absl::StatusOr<std::unique_ptr<ReportFile>> ReportFile::Create(
    const std::string& path) {
  auto report = absl::WrapUnique(new ReportFile(path, nullptr));
  report->file_ = std::fopen(report->PartPath().c_str(), "wb");
  if (report->file_ == nullptr) return report->Error(errno);
  return report;
}

absl::Status ReportFile::Append(absl::string_view line) {
  return std::fwrite(line.data(), 1, line.size(), file_) == line.size()
             ? absl::OkStatus()
             : Error(errno);
}

absl::Status ReportFile::Commit() {
  const bool closed = std::fclose(std::exchange(file_, nullptr)) == 0;
  if (closed && std::rename(PartPath().c_str(), path_.c_str()) == 0) {
    return absl::OkStatus();
  }
  const absl::Status failed = Error(errno);
  std::remove(PartPath().c_str());
  return failed;
}

}  // namespace creditreg
