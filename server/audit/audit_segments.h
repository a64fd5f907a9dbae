// The segments of an audit log, to read: which there are, and their rows from
// the oldest on or one by one.
//
// Errors of every function, unless it says otherwise: as durable_files.h.
//
// Thread safety: free functions; a SegmentReader is owned by one thread.

#ifndef CREDITREG_SERVER_AUDIT_AUDIT_SEGMENTS_H_
#define CREDITREG_SERVER_AUDIT_AUDIT_SEGMENTS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "creditreg/audit/v1/audit.pb.h"
#include "index/store/durable_files.h"

namespace creditreg {

// First numbers of the segments there are, ascending.
std::vector<std::uint64_t> AuditSegmentsIn(const std::string& directory);

std::string AuditSegmentPath(const std::string& directory,
                             std::uint64_t first_number);

// The hash that a segment's first row follows.
//
// Errors: DataLoss `bytes` do not begin segment `first_number`.
absl::StatusOr<std::string> AuditHashBefore(absl::string_view bytes,
                                            std::uint64_t first_number);

// Where a row stands.
struct AuditPlace {
  // First number of its segment.
  std::uint64_t segment = 0;
  // Where it begins in it.
  std::uint64_t offset = 0;
  // Of its message.
  std::uint32_t length = 0;
};

// What stands in a segment, from the oldest row on.
class SegmentReader {
 public:
  struct Row {
    AuditPlace place;
    // False: it is not what its hash says, and `row` may be anything.
    bool is_good = false;
    audit::v1::AuditRow row;
  };

  // Begins at `offset`, where the row after the one of `hash` stands.
  SegmentReader(FileDescriptor file, std::uint64_t segment,
                std::uint64_t offset, std::string hash);
  // Begins with the first row. Where what stands before it is damaged, that row
  // is not good.
  static absl::StatusOr<SegmentReader> Begin(FileDescriptor file,
                                             std::uint64_t segment);

  // The next row before `end`, which is where a row ends; nothing at the end.
  // A row that is not good is followed by the next all the same.
  //
  // Errors: DataLoss no further row can be made out.
  absl::StatusOr<std::optional<Row>> Next(std::uint64_t end);

  // Takes what stands before `end`, where a row ends, as read.
  absl::Status SkipTo(std::uint64_t end);

  absl::StatusOr<std::uint64_t> Size() const;

  std::uint64_t segment() const { return segment_; }
  // Where the next row begins.
  std::uint64_t offset() const { return start_ + at_; }
  // Of the row before it.
  const std::string& hash() const { return hash_; }

 private:
  FileDescriptor file_;
  std::uint64_t segment_ = 0;
  // What was read ahead: the bytes from `start_` on, of which `at_` are used.
  std::uint64_t start_ = 0;
  std::size_t at_ = 0;
  std::string bytes_;
  std::string hash_;
};

// Rows by their places, in any order; keeps the last segment open.
class PlaceReader {
 public:
  explicit PlaceReader(std::string directory)
      : directory_(std::move(directory)) {}

  // Errors: NotFound its segment was removed; DataLoss it is not what its hash
  // says, or not row `number`.
  absl::StatusOr<audit::v1::AuditRow> Read(const AuditPlace& place,
                                           std::uint64_t number);

 private:
  const std::string directory_;
  std::uint64_t segment_ = 0;
  FileDescriptor file_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_AUDIT_AUDIT_SEGMENTS_H_
