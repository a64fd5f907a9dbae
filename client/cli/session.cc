#include "client/cli/session.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/cli/display_text.h"
#include "client/cli/json_text.h"
#include "client/cli/table.h"
#include "client/local_file.h"
#include "client/remote_error.h"
#include "index/base/clock.h"
#include "index/base/status_macros.h"

namespace creditreg::cli {
namespace {

// Narrower or wider is a slip, not a terminal.
constexpr int kLeastColumns = 20;
constexpr int kMostColumns = 1000;
// Of a progress line whose terminal does not tell.
constexpr int kDefaultColumns = 80;

int ColumnsOf(int descriptor) {
  int columns = 0;
  const char* const set = std::getenv("COLUMNS");
  if (set == nullptr || !absl::SimpleAtoi(set, &columns)) {
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0) return kUnlimitedWidth;
    columns = size.ws_col;
  }
  return columns >= kLeastColumns && columns <= kMostColumns ? columns
                                                             : kUnlimitedWidth;
}

ClientOptions MakeClientOptions(const GlobalOptions& global) {
  ClientOptions options;
  options.target = global.server;
  options.credentials = global.credentials;
  options.timeout = global.timeout;
  options.user_agent = "creditctl/0.1.0";
  if (global.retries.has_value()) {
    options.retry.max_attempts = *global.retries + 1;
  }
  return options;
}

}  // namespace

std::string StderrLine(absl::string_view text) {
  return absl::StrCat("creditctl: ", Neutralise(OneLine(text)), "\n");
}

Session::Session(const GlobalOptions& options, Cancellation* cancellation)
    : options_(options),
      width_(ColumnsOf(STDOUT_FILENO)),
      client_(MakeClientOptions(options), cancellation) {}

void Session::Print(absl::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() &&
      output_error_ == 0) {
    output_error_ = errno;
  }
}

absl::Status Session::PrintJson(const google::protobuf::Message& message) {
  CREDITREG_ASSIGN_OR_RETURN(std::string json, ToJson(message));
  json.push_back('\n');
  Print(json);
  return absl::OkStatus();
}

void Session::Note(absl::string_view line) {
  if (options_.quiet) return;
  std::fputs(StderrLine(line).c_str(), stderr);
}

void Session::NoteWithheld(
    const google::protobuf::RepeatedPtrField<std::string>& groups) {
  std::string labels;
  for (const std::string& group : groups) {
    if (!withheld_.insert(group).second) continue;
    absl::StrAppend(&labels, labels.empty() ? "" : Say(texts::kComma),
                    EnumLabel(lang(), absl::StrCat("FIELD_GROUP_", group)));
  }
  if (!labels.empty()) Note(Say(texts::kWithheld, labels));
}

std::unique_ptr<Progress> Session::StartProgress() const {
  Progress::Style style = Progress::Style::kLines;
  if (isatty(STDERR_FILENO) != 0) style = Progress::Style::kTerminal;
  if (options_.quiet) style = Progress::Style::kNone;
  const int columns = ColumnsOf(STDERR_FILENO);
  return std::make_unique<Progress>(
      stderr, style, lang(),
      columns == kUnlimitedWidth ? kDefaultColumns : columns, RealClock());
}

std::string Session::UnavailableLine(const absl::Status& status) const {
  const absl::string_view message = status.message();
  // gRPC's words about a connection; the reason stands last.
  if (IsRemote(status) && (absl::StartsWith(message, "failed to connect") ||
                           absl::StartsWith(message, "DNS resolution"))) {
    const std::size_t colon = message.rfind(": ");
    return Say(texts::kErrorUnreachable, options_.server,
               SystemReason(lang(), colon == absl::string_view::npos
                                        ? message
                                        : message.substr(colon + 2)));
  }
  return Say(texts::kErrorUnavailable,
             RemoteErrorOf(status).ToLine(LangCode(lang())));
}

std::string Session::ErrorLine(const absl::Status& status,
                               ExitCode code) const {
  switch (code) {
    case ExitCode::kLocalFile: {
      const absl::string_view message = status.message();
      const std::size_t colon = message.rfind(": ");
      return Say(texts::kErrorLocalFile, message.substr(0, colon),
                 SystemReason(lang(), message.substr(colon + 2)));
    }
    case ExitCode::kUnavailable:
      return UnavailableLine(status);
    case ExitCode::kInterrupted:
      return Say(texts::kErrorInterrupted);
    case ExitCode::kRefused:
      return Say(texts::kErrorRefused,
                 RemoteErrorOf(status).ToLine(LangCode(lang())));
    default:
      return Say(texts::kErrorInternal,
                 RemoteErrorOf(status).ToLine(LangCode(lang())));
  }
}

ExitCode Session::Fail(const absl::Status& status) {
  const ExitCode code = ExitCodeOf(status);
  return FailWith(code, ErrorLine(status, code));
}

ExitCode Session::FailWith(ExitCode code, absl::string_view line) {
  std::fputs(StderrLine(line).c_str(), stderr);
  return code;
}

ExitCode Session::Finish(ExitCode code) {
  if (std::fflush(stdout) != 0 && output_error_ == 0) output_error_ = errno;
  if (output_error_ == 0) return code;
  return Fail(LocalFileError(Say(texts::kStandardOutput), output_error_));
}

}  // namespace creditreg::cli
