#include "server/load/report_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace creditreg {

absl::Status MakeReportDirectory(const std::string& path) {
  std::filesystem::path directory(path);
  // "a/b/" would be its own parent.
  if (!directory.has_filename()) directory = directory.parent_path();
  std::error_code error;
  if (std::filesystem::is_directory(directory, error)) return absl::OkStatus();
  if (directory.has_parent_path()) {
    std::filesystem::create_directories(directory.parent_path(), error);
  }
  if (!error && mkdir(directory.c_str(), S_IRWXU) != 0) {
    error = std::error_code(errno, std::generic_category());
  }
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(path, ": ", error.message()));
}

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
  // One that an earlier run left would keep its mode.
  std::remove(report->PartPath().c_str());
  const int descriptor =
      open(report->PartPath().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
           S_IRUSR | S_IWUSR);
  if (descriptor < 0) return report->Error(errno);
  report->file_ = fdopen(descriptor, "wb");
  if (report->file_ == nullptr) {
    const absl::Status failed = report->Error(errno);
    close(descriptor);
    std::remove(report->PartPath().c_str());
    return failed;
  }
  return report;
}

absl::Status ReportFile::Append(absl::string_view line) {
  return std::fwrite(line.data(), 1, line.size(), file_) == line.size()
             ? absl::OkStatus()
             : Error(errno);
}

absl::Status ReportFile::Commit() {
  const bool synced = std::fflush(file_) == 0 && fsync(fileno(file_)) == 0;
  const int error = errno;
  const bool closed = std::fclose(std::exchange(file_, nullptr)) == 0;
  if (!synced) {
    std::remove(PartPath().c_str());
    return Error(error);
  }
  if (closed && std::rename(PartPath().c_str(), path_.c_str()) == 0) {
    return absl::OkStatus();
  }
  const absl::Status failed = Error(errno);
  std::remove(PartPath().c_str());
  return failed;
}

}  // namespace creditreg
