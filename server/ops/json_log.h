// The server's log: one JSON object a line, to standard error. Each line has
// ts, level and event; the rest depends on the event and is listed here:
//
//   call      rpc, code, reason, us, bytes (of the answer), error
//   library   library, file, line, left_out (library_log.h)
//   start, listening, draining, stopped, unhealthy, verify ...
//
// Never a subject's data: no names, codes, identifiers, amounts or texts, and
// nothing a caller sent. Callers of Write() keep to that; service tests check.
//
// Thread safety: may be used from many threads; lines are not torn.

#ifndef CREDITREG_SERVER_OPS_JSON_LOG_H_
#define CREDITREG_SERVER_OPS_JSON_LOG_H_

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <utility>
#include <variant>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "index/base/clock.h"

namespace creditreg {

enum class LogLevel : std::uint8_t {
  kDebug = 0,
  kInfo = 1,
  kWarning = 2,
  kError = 3,
};

// "debug", "info", "warning" or "error"; kInfo for anything else (the
// configuration has refused it before).
LogLevel ParseLogLevel(absl::string_view text);

class JsonLog {
 public:
  using Value = std::variant<std::int64_t, std::string>;
  struct Field {
    absl::string_view key;
    Value value;
  };
  // Gets each line, its newline included; calls do not overlap.
  using Sink = std::function<void(const std::string&)>;

  // Writes to standard error. `clock` is not owned.
  JsonLog(LogLevel least, Clock* clock);
  JsonLog(LogLevel least, Clock* clock, Sink sink);

  // Drops what is below the least level. Bytes that are not UTF-8 are replaced.
  void Write(LogLevel level, absl::string_view event,
             std::initializer_list<Field> fields);

 private:
  const LogLevel least_;
  Clock* const clock_;
  absl::Mutex mutex_;
  const Sink sink_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_OPS_JSON_LOG_H_
