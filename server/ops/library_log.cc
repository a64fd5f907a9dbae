#include "server/ops/library_log.h"

#include <string>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/base/const_init.h"
#include "google/protobuf/stubs/logging.h"
#include "grpc/support/log.h"
#include "index/base/check.h"

namespace creditreg {
namespace {

// Both libraries take a plain function, which has to find the object.
ABSL_CONST_INIT absl::Mutex g_mutex(absl::kConstInit);
LibraryLog* g_current ABSL_GUARDED_BY(g_mutex) = nullptr;
google::protobuf::LogHandler* g_protobuf_before ABSL_GUARDED_BY(g_mutex) =
    nullptr;

void Forward(LogLevel level, absl::string_view library, const char* file,
             int line) {
  absl::MutexLock lock(&g_mutex);
  if (g_current != nullptr) g_current->Write(level, library, file, line);
}

LogLevel LevelOf(gpr_log_severity severity) {
  switch (severity) {
    case GPR_LOG_SEVERITY_DEBUG:
      return LogLevel::kDebug;
    case GPR_LOG_SEVERITY_INFO:
      return LogLevel::kInfo;
    default:
      return LogLevel::kError;
  }
}

LogLevel LevelOf(google::protobuf::LogLevel level) {
  switch (level) {
    case google::protobuf::LOGLEVEL_INFO:
      return LogLevel::kInfo;
    case google::protobuf::LOGLEVEL_WARNING:
      return LogLevel::kWarning;
    default:
      return LogLevel::kError;
  }
}

void FromGrpc(gpr_log_func_args* args) {
  Forward(LevelOf(args->severity), "grpc", args->file, args->line);
}

void FromProtobuf(google::protobuf::LogLevel level, const char* file, int line,
                  const std::string& /*message*/) {
  Forward(LevelOf(level), "protobuf", file, line);
}

}  // namespace

LibraryLog::LibraryLog(JsonLog* log, Clock* clock) : log_(log), clock_(clock) {
  absl::MutexLock lock(&g_mutex);
  CREDITREG_CHECK(g_current == nullptr, "one library log in a process");
  g_current = this;
  g_protobuf_before = google::protobuf::SetLogHandler(FromProtobuf);
  gpr_set_log_function(FromGrpc);
}

LibraryLog::~LibraryLog() {
  absl::MutexLock lock(&g_mutex);
  gpr_set_log_function(nullptr);
  google::protobuf::SetLogHandler(g_protobuf_before);
  g_current = nullptr;
}

void LibraryLog::Write(LogLevel level, absl::string_view library,
                       absl::string_view file, int line) {
  std::int64_t left_out = 0;
  {
    absl::MutexLock lock(&mutex_);
    const absl::Time now = clock_->Now();
    if (now - window_begin_ >= kWindow) {
      window_begin_ = now;
      lines_ = 0;
    }
    if (lines_ >= kMaxLines) {
      ++left_out_;
      return;
    }
    ++lines_;
    left_out = std::exchange(left_out_, 0);
  }
  log_->Write(level, "library",
              {{"library", std::string(library)},
               {"file", std::string(file)},
               {"line", std::int64_t{line}},
               {"left_out", left_out}});
}

}  // namespace creditreg
