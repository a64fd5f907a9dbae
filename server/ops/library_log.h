// What gRPC and protobuf would print to standard error by themselves, as lines
// of the server's log: which library, and where in it. Their text is left out,
// as it may hold what a caller sent, and so may be as many lines as callers
// like: past kMaxLines in kWindow they are counted only.
//
// Thread safety: made and destroyed while no thread of either library runs that
// may write; one at a time in the process.

#ifndef CREDITREG_SERVER_OPS_LIBRARY_LOG_H_
#define CREDITREG_SERVER_OPS_LIBRARY_LOG_H_

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "index/base/clock.h"
#include "server/ops/json_log.h"

namespace creditreg {

class LibraryLog {
 public:
  static constexpr int kMaxLines = 10;
  static constexpr absl::Duration kWindow = absl::Minutes(1);

  // Takes the place of both libraries' own logs. Neither argument is owned.
  LibraryLog(JsonLog* log, Clock* clock);
  // Afterwards gRPC prints by itself again, and protobuf as before.
  ~LibraryLog();
  LibraryLog(const LibraryLog&) = delete;
  LibraryLog& operator=(const LibraryLog&) = delete;

  // One line of a library's: event "library" with library, file and line, and
  // left_out, how many were not written since the last one that was.
  void Write(LogLevel level, absl::string_view library, absl::string_view file,
             int line);

 private:
  JsonLog* const log_;
  Clock* const clock_;
  absl::Mutex mutex_;
  absl::Time window_begin_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  int lines_ ABSL_GUARDED_BY(mutex_) = 0;
  std::int64_t left_out_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_OPS_LIBRARY_LOG_H_
