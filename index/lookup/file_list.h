// The file list: which records stand in an enterprise's file, newest day first
// within each family, and in which sequences they stood there. The spans make
// an old state readable, and a page pinned, without holding a snapshot.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_LOOKUP_FILE_LIST_H_
#define CREDITREG_INDEX_LOOKUP_FILE_LIST_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/civil_day.h"
#include "index/codec/keys.h"
#include "index/store/store.h"

namespace creditreg {

// Day a record is listed under: decision, registration of a complaint, entry
// into a list, handing in of a report.
CivilDay ListDay(const storage::v1::Record& record);

// Where one version of a record is listed; nothing while it is not linked.
std::optional<FileListEntry> PlaceOf(std::uint64_t record_no,
                                     const storage::v1::RecordVersion& version);

// Whether a row's record stood there at `sequence`.
bool StoodAt(const storage::v1::FileListRow& row, std::uint64_t sequence);

// The sequence of the record's current version, if that stands there; else 0.
std::uint64_t CurrentVersion(const storage::v1::FileListRow& row);

// The row after the record came to, or left, the place at `sequence`, or got
// another version there.
storage::v1::FileListRow Entered(storage::v1::FileListRow row,
                                 std::uint64_t sequence);
storage::v1::FileListRow Left(storage::v1::FileListRow row,
                              std::uint64_t sequence);
storage::v1::FileListRow Renewed(storage::v1::FileListRow row,
                                 std::uint64_t sequence);

struct FileListQuery {
  // Files to list as one.
  std::vector<std::uint64_t> enterprise_nos;
  // Empty: all.
  std::vector<std::uint8_t> families;
  // Only what stood in the listed stretch at `at`.
  bool listed_only = false;
  std::uint64_t at = 0;
  std::size_t limit = 0;
  // From the page before; empty: from the start.
  std::string cursor;
};
struct ListedRecord {
  FileListEntry place;
  // Of its version at the query's `at`; 0: the rows of the record have to say.
  std::uint64_t version_sequence = 0;
};
struct FileListPage {
  std::vector<ListedRecord> entries;
  // Empty: the end.
  std::string cursor;
};
// Entries of all the files by family, newest day first, then by record_no.
//
// Errors: InvalidArgument "cursor: ..." not one of ours; DataLoss damaged rows.
absl::StatusOr<FileListPage> ReadFileList(const Snapshot& rows,
                                          const FileListQuery& query);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_LOOKUP_FILE_LIST_H_
