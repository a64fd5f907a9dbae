// The audit log: rows of who read what and who was refused, chained and synced
// before an answer leaves (proto/creditreg/audit/v1 draws the files).
//
// One thread writes: it takes what has queued up, writes it, syncs once, and
// tells everybody. While one group is being synced the next queues up, so that
// many callers cost few syncs.
//
// Where it cannot be written, every row is refused at once until it can be
// again; it is tried once a second. A row that was refused is not in the log:
// the file is cut to its last good row first.
//
// An index finds its rows (audit_index.h); whatever happens to that, the log
// goes on.
//
// Thread safety: may be used from many threads.

#ifndef CREDITREG_SERVER_AUDIT_AUDIT_LOG_H_
#define CREDITREG_SERVER_AUDIT_AUDIT_LOG_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "creditreg/audit/v1/audit.pb.h"
#include "index/base/clock.h"
#include "index/store/durable_files.h"
#include "server/audit/audit_index.h"

namespace creditreg {

struct AuditLogOptions {
  // Made where it is absent; one log at a time.
  std::string directory;
  // A segment that is longer is followed by the next: what is kept for years is
  // thrown away a segment at a time.
  std::uint64_t segment_bytes = std::uint64_t{64} << 20;
  // Rows that wait; more are refused. Two seconds' worth at 20,000 a second.
  std::size_t max_queued_rows = 40000;
  // Rows of one sync: what waits meanwhile goes into the next.
  std::size_t max_group_rows = 2000;
  // Between attempts to write again after a failure.
  absl::Duration retry_after = absl::Seconds(1);
  // Whole segments whose last row is older are removed; Zero: none.
  absl::Duration keep = absl::ZeroDuration();
  // A copy of every row, as a line of JSON with its hash, appended to this file
  // as it is written; empty: none. For a collector that ships it elsewhere:
  // what somebody takes out of the log is still there.
  std::string sink_file;
  Clock* clock = RealClock();
  // Told what fails, and when it works again (OK); from the log's thread, and,
  // of its index, from another.
  std::function<void(const absl::Status&)> on_state;
};

// Where a log ends.
struct AuditHead {
  std::uint64_t number = 0;
  // 32 bytes.
  std::string hash;
};

class AuditLog {
 public:
  // Called once, on the log's thread, or by Append() where the row is refused
  // at once; must be short.
  using Done = std::function<void(const absl::Status&)>;

  // Opens the newest segment. What stands behind its last good row, as a power
  // cut leaves it, was never told to be written, and is moved into a ".rest"
  // file.
  //
  // Errors: DataLoss the newest segment is no such file, a row in it that
  // others follow is damaged, or the sink has rows that it has not;
  // FailedPrecondition another process has it; as durable_files.h.
  static absl::StatusOr<std::unique_ptr<AuditLog>> Open(
      AuditLogOptions options);
  // Writes what waits.
  ~AuditLog();
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  // Writes the row, whose number and time are the log's to set.
  //
  // `done` gets OK once it is synced; Unavailable "AUDIT_UNAVAILABLE: ...": it
  // could not be written; ResourceExhausted "OVERLOADED: ...": too many wait.
  void Append(audit::v1::AuditRow row, Done done);

  // Of what is synced.
  AuditHead Head() const;
  // OK, or why rows are refused.
  absl::Status State() const;

  // Finds its rows, a moment after they were written.
  const AuditIndex& index() const { return *index_; }

 private:
  struct Waiting {
    audit::v1::AuditRow row;
    Done done;
  };
  // The segment that is written.
  struct Segment {
    std::uint64_t first_number = 0;
    FileDescriptor file;
    std::string path;
    std::uint64_t size = 0;
  };

  explicit AuditLog(AuditLogOptions options);

  absl::Status OpenNewest();
  // Of a segment that the newest, still empty one follows: time goes on.
  absl::Status ReadLastTime(std::uint64_t segment);
  absl::Status StartSegment();
  void Run();
  bool HasWork() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  absl::Status WriteGroup(std::vector<Waiting>& group);
  // Of what is synced.
  AuditEnd End() const;
  // Makes the file end after its last good row again.
  absl::Status Recover();
  void RemoveOld();
  absl::Status OpenSink();
  // Brings the sink up to the log. `before`: where the log stood when `lines_`
  // began.
  void FeedSink(std::uint64_t before);
  absl::Status AppendToSink(absl::string_view lines, std::uint64_t last);
  // From the log's own files, where the sink fell behind.
  absl::Status CopyToSink();

  const AuditLogOptions options_;
  FileDescriptor lock_;
  mutable absl::Mutex mutex_;
  std::vector<Waiting> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status state_ ABSL_GUARDED_BY(mutex_);
  AuditHead head_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<AuditIndex> index_;
  // From here on: the thread's alone.
  Segment segment_;
  AuditHead written_;
  std::int64_t last_time_us_ = 0;
  FileDescriptor sink_;
  std::uint64_t sink_size_ = 0;
  // Last row in it.
  std::uint64_t sunk_ = 0;
  absl::Status sink_state_;
  absl::Time sink_retry_at_ = absl::InfinitePast();
  // Of the group that is written.
  std::string lines_;
  std::thread thread_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_AUDIT_AUDIT_LOG_H_
