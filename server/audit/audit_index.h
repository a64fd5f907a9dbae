// Finds rows of the audit log without reading all of it: a database in the
// log's directory (`index`; audit_index_format.h draws its rows), derived from
// the segments. A thread of its own reads what the log has synced and nothing
// else, so neither a slow disk nor a damaged index delays the log.
//
// It goes on where it stood, or begins anew where it is missing, damaged, or of
// another log. Until it has caught up, and where it fails, reading answers
// Unavailable; it is tried again once a second.
//
// Its rows are not synced: what a power cut takes is made again.
//
// Thread safety: may be used from many threads.

#ifndef CREDITREG_SERVER_AUDIT_AUDIT_INDEX_H_
#define CREDITREG_SERVER_AUDIT_AUDIT_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "creditreg/audit/v1/audit.pb.h"
#include "index/store/durable_files.h"
#include "index/store/store.h"
#include "server/audit/audit_index_format.h"
#include "server/audit/audit_segments.h"

namespace creditreg {

struct AuditIndexOptions {
  // The log's.
  std::string directory;
  // Between attempts after a failure.
  absl::Duration retry_after = absl::Seconds(1);
  // Rows are indexed this late at most where nobody asks for any: in batches.
  absl::Duration gather = absl::Seconds(1);
  // Told what fails, and when it works again (OK); from the index's thread.
  std::function<void(const absl::Status&)> on_state;
};

// Where the synced part of a log ends.
struct AuditEnd {
  // Of its last row; 0: it has none.
  std::uint64_t number = 0;
  // The segment that is written, and its synced bytes.
  std::uint64_t segment = 0;
  std::uint64_t bytes = 0;
};

// Which rows: those that name one of the enterprises, else the record, else the
// principal, else all; of a time, if asked.
struct AuditQuery {
  std::vector<std::uint64_t> enterprise_nos;
  std::uint64_t record_no = 0;
  std::string principal;
  // Microseconds since 1970; [from_us, until_us).
  std::int64_t from_us = std::numeric_limits<std::int64_t>::min();
  std::int64_t until_us = std::numeric_limits<std::int64_t>::max();
  // Rows with lower numbers; from the page before.
  std::uint64_t before = std::numeric_limits<std::uint64_t>::max();
  std::size_t max_rows = 100;
  // Rows looked at, whether or not they are what is wanted.
  std::size_t max_examined = 2000;
  // Whether it is wanted; null: each is. False for those that do not count.
  std::function<bool(const audit::v1::AuditRow&)> wants;
};

// Reads of the files of enterprises, by others than themselves.
struct FileReadQuery {
  std::vector<std::uint64_t> enterprise_nos;
  // Reads for an investigation are told where they are older than this.
  std::int64_t investigated_until_us = 0;
  std::uint64_t before = std::numeric_limits<std::uint64_t>::max();
  std::size_t max_rows = 100;
};

struct AuditPage {
  // Newest first.
  std::vector<audit::v1::AuditRow> rows;
  // `before` of the next page; 0: there is none.
  std::uint64_t next_before = 0;
  // Rows that are missing here because they are not what their hashes say.
  std::uint64_t damaged = 0;
};

class AuditIndex {
 public:
  // `end`: as for Advance().
  AuditIndex(AuditIndexOptions options, const AuditEnd& end);
  ~AuditIndex();
  AuditIndex(const AuditIndex&) = delete;
  AuditIndex& operator=(const AuditIndex&) = delete;

  // What may be read of the log from now on.
  void Advance(const AuditEnd& end);
  // The log removed the segment, which is still open as `file`.
  void Forget(std::uint64_t segment, FileDescriptor file);

  // Rows that were indexed before the call.
  //
  // Errors: Unavailable "AUDIT_INDEX_BEHIND: ..."; as durable_files.h.
  absl::StatusOr<AuditPage> Read(const AuditQuery& query) const;
  // The same. What is left out costs nothing and shows in nothing: not in the
  // length of a page, nor in whether there is a next one.
  absl::StatusOr<AuditPage> ReadFileReads(const FileReadQuery& query) const;

  // OK once it has caught up; else what Read() answers. Makes it index at once
  // what waits.
  absl::Status State() const;
  // The last row that it has.
  std::uint64_t last() const;

 private:
  struct Removed {
    std::uint64_t segment = 0;
    FileDescriptor file;
  };
  // What the thread works on.
  struct Work {
    AuditEnd end;
    std::vector<Removed> removed;
    bool must_purge = false;
    bool is_damaged = false;
  };
  // Rows below one prefix, from the one below `before` on.
  struct Source {
    std::string prefix;
    std::uint64_t before = 0;
  };
  class Merge;

  void Run();
  bool HasWork() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  // Work that no more is waited for.
  bool IsUrgent() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  // Waits for something to do; false at the end.
  bool TakeWork(Work* work);

  // Everything below: the thread's alone.
  absl::Status Do(Work& work, bool* is_done);
  bool IsStopping() const;
  absl::Status Open(const AuditEnd& end);
  absl::StatusOr<std::shared_ptr<Store>> OpenStore() const;
  // Goes on behind what is indexed. NotFound: that is not of this log.
  absl::Status Resume(const AuditEnd& end,
                      const std::vector<std::uint64_t>& segments);
  absl::Status BeginSegment(std::uint64_t segment);
  absl::Status NextSegment();
  // Indexes some rows; sets `*is_done` at the end.
  absl::Status Step(const AuditEnd& end, bool* is_done);
  absl::Status TakeOut(Removed removed);
  // Takes out rows below `first`, by a look at all.
  absl::Status Purge(std::uint64_t first);
  absl::Status Write(WriteBatch batch);
  void Publish(const absl::Status& status, bool is_done);
  void Tell(const absl::Status& status);

  // Everybody's.
  absl::StatusOr<std::shared_ptr<Store>> Readable() const;
  absl::StatusOr<AuditPage> Collect(const Snapshot& rows,
                                    const std::vector<Source>& sources,
                                    std::uint64_t above,
                                    const AuditQuery& query) const;
  // What a reader is told of what it met in the index.
  absl::Status Met(const absl::Status& failure) const;

  const AuditIndexOptions options_;
  mutable absl::Mutex mutex_;
  // Somebody wanted rows since the last batch.
  mutable bool is_asked_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool has_failed_ ABSL_GUARDED_BY(mutex_) = false;
  AuditEnd end_ ABSL_GUARDED_BY(mutex_);
  std::vector<Removed> removed_ ABSL_GUARDED_BY(mutex_);
  // More were removed than `removed_` keeps.
  bool must_purge_ ABSL_GUARDED_BY(mutex_) = false;
  // A reader met damage.
  mutable bool is_damaged_ ABSL_GUARDED_BY(mutex_) = false;
  std::uint64_t last_ ABSL_GUARDED_BY(mutex_) = 0;
  // Readers hold it too, so that it stays as long as they need it.
  std::shared_ptr<Store> readable_ ABSL_GUARDED_BY(mutex_);
  // From here on: the thread's alone.
  std::shared_ptr<Store> store_;
  std::optional<SegmentReader> reader_;
  AuditIndexState indexed_;
  std::int64_t last_time_us_ = 0;
  // What on_state was told last.
  absl::Status told_;
  std::thread thread_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_AUDIT_AUDIT_INDEX_H_
