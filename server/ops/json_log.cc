#include "server/ops/json_log.h"

#include <cstdio>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "nlohmann/json.hpp"

namespace creditreg {
namespace {

const char* LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

void WriteToStandardError(const std::string& line) {
  // One call, so that lines of two processes do not mix either. A log that
  // cannot be written must not stop the server.
  (void)std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

LogLevel ParseLogLevel(absl::string_view text) {
  if (text == "debug") return LogLevel::kDebug;
  if (text == "warning") return LogLevel::kWarning;
  if (text == "error") return LogLevel::kError;
  return LogLevel::kInfo;
}

JsonLog::JsonLog(LogLevel least, Clock* clock)
    : JsonLog(least, clock, WriteToStandardError) {}

JsonLog::JsonLog(LogLevel least, Clock* clock, Sink sink)
    : least_(least), clock_(clock), sink_(std::move(sink)) {}

void JsonLog::Write(LogLevel level, absl::string_view event,
                    std::initializer_list<Field> fields) {
  if (level < least_) return;
  // Keeps the order of the fields, so that lines read alike.
  nlohmann::ordered_json line;
  line["ts"] = absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", clock_->Now(),
                                absl::UTCTimeZone());
  line["level"] = LevelName(level);
  line["event"] = std::string(event);
  for (const Field& field : fields) {
    nlohmann::ordered_json& slot = line[std::string(field.key)];
    if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
      slot = *number;
    } else {
      slot = std::get<std::string>(field.value);
    }
  }
  const std::string text =
      line.dump(-1, ' ', false,
                nlohmann::ordered_json::error_handler_t::replace) +
      "\n";
  absl::MutexLock lock(&mutex_);
  sink_(text);
}

}  // namespace creditreg
