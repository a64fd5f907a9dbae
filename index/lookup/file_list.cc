#include "index/lookup/file_list.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/civil_day.h"
#include "index/base/status_macros.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/store/store.h"

namespace creditreg {
namespace {

constexpr std::uint8_t kFirstFamily = storage::v1::FAMILY_LICENCE;
constexpr std::uint8_t kLastFamily = storage::v1::FAMILY_ANNUAL_REPORT;

CivilDay DayOf(bool present, std::int32_t days) {
  return present ? CivilDay::FromDays(days) : CivilDay::Unknown();
}

// One family of one enterprise's file, read piece by piece.
class Source {
 public:
  Source(const Snapshot& rows, std::string begin, std::string end,
         std::uint64_t at, std::size_t page_rows)
      : rows_(rows), at_(at) {
    range_.begin = std::move(begin);
    range_.end = std::move(end);
    range_.max_rows = page_rows;
  }

  // The next entry, or nullptr at the end. Valid until Pop().
  absl::StatusOr<const ListedRecord*> Peek() {
    while (entries_.empty() && !range_.begin.empty()) {
      CREDITREG_RETURN_IF_ERROR(Fill());
    }
    return entries_.empty() ? nullptr : &entries_.front();
  }

  void Pop() { entries_.pop_front(); }

 private:
  absl::Status Fill() {
    CREDITREG_ASSIGN_OR_RETURN(ScanPage page, rows_.Scan(range_));
    for (const auto& [key, value] : page.rows) {
      CREDITREG_ASSIGN_OR_RETURN(const auto row,
                                 DecodeValue<storage::v1::FileListRow>(value));
      if (!StoodAt(row, at_)) continue;
      ListedRecord record;
      CREDITREG_ASSIGN_OR_RETURN(record.place, DecodeFileListKey(key));
      const std::uint64_t version = CurrentVersion(row);
      if (version <= at_) record.version_sequence = version;
      entries_.push_back(record);
    }
    range_.begin = std::move(page.next);
    return absl::OkStatus();
  }

  const Snapshot& rows_;
  const std::uint64_t at_;
  ScanRange range_;
  std::deque<ListedRecord> entries_;
};

// Reads one family of all the files into `page` until it is full.
absl::Status ReadFamily(const Snapshot& rows, const FileListQuery& query,
                        std::uint8_t family,
                        const std::optional<FileListEntry>& after,
                        FileListPage* page) {
  std::vector<Source> sources;
  sources.reserve(2 * query.enterprise_nos.size());
  for (const std::uint64_t no : query.enterprise_nos) {
    for (const Stretch stretch : {Stretch::kListed, Stretch::kUnlisted}) {
      if (query.listed_only && stretch == Stretch::kUnlisted) continue;
      const std::string prefix = FileListPrefix(no, family, stretch);
      std::string begin = prefix;
      if (after.has_value()) {
        // The first key after that entry's, in this file.
        begin =
            FileListKey({no, family, stretch, after->day, after->record_no});
        begin.push_back('\0');
      }
      sources.emplace_back(rows, std::move(begin), PrefixEnd(prefix), query.at,
                           query.limit - page->entries.size() + 1);
    }
  }
  const auto before = [](const FileListEntry& a, const FileListEntry& b) {
    return std::make_pair(b.day, a.record_no) <
           std::make_pair(a.day, b.record_no);
  };
  while (page->entries.size() <= query.limit) {
    Source* best = nullptr;
    const ListedRecord* best_record = nullptr;
    for (Source& source : sources) {
      CREDITREG_ASSIGN_OR_RETURN(const ListedRecord* record, source.Peek());
      if (record == nullptr) continue;
      if (best == nullptr || before(record->place, best_record->place)) {
        best = &source;
        best_record = record;
      }
    }
    if (best == nullptr) break;
    page->entries.push_back(*best_record);
    best->Pop();
  }
  return absl::OkStatus();
}

}  // namespace

CivilDay ListDay(const storage::v1::Record& record) {
  switch (record.details_case()) {
    case storage::v1::Record::kLicence:
      return DayOf(record.licence().has_decided_on(),
                   record.licence().decided_on());
    case storage::v1::Record::kPenalty:
      return DayOf(record.penalty().has_decided_on(),
                   record.penalty().decided_on());
    case storage::v1::Record::kComplaint:
      return DayOf(record.complaint().has_registered_on(),
                   record.complaint().registered_on());
    case storage::v1::Record::kListing:
      return DayOf(record.listing().has_listed_on(),
                   record.listing().listed_on());
    case storage::v1::Record::kAnnualReport:
      return DayOf(record.annual_report().has_submitted_on(),
                   record.annual_report().submitted_on());
    case storage::v1::Record::DETAILS_NOT_SET:
      return CivilDay::Unknown();
  }
  return CivilDay::Unknown();
}

std::optional<FileListEntry> PlaceOf(
    std::uint64_t record_no, const storage::v1::RecordVersion& version) {
  if (version.enterprise_no() == 0) return std::nullopt;
  FileListEntry entry;
  entry.enterprise_no = version.enterprise_no();
  entry.family = static_cast<std::uint8_t>(version.content().family());
  entry.stretch = version.unlisted() ? Stretch::kUnlisted : Stretch::kListed;
  entry.day = ListDay(version.content());
  entry.record_no = record_no;
  return entry;
}

bool StoodAt(const storage::v1::FileListRow& row, std::uint64_t sequence) {
  return std::any_of(row.spans().begin(), row.spans().end(),
                     [sequence](const storage::v1::FileListRow::Span& span) {
                       return span.from() <= sequence &&
                              (span.until() == 0 || sequence < span.until());
                     });
}

std::uint64_t CurrentVersion(const storage::v1::FileListRow& row) {
  if (row.spans().empty()) return 0;
  const storage::v1::FileListRow::Span& last = row.spans(row.spans_size() - 1);
  if (last.until() != 0) return 0;
  return row.version_sequence() != 0 ? row.version_sequence() : last.from();
}

storage::v1::FileListRow Entered(storage::v1::FileListRow row,
                                 std::uint64_t sequence) {
  row.add_spans()->set_from(sequence);
  return row;
}

storage::v1::FileListRow Left(storage::v1::FileListRow row,
                              std::uint64_t sequence) {
  if (row.spans_size() > 0) {
    row.mutable_spans(row.spans_size() - 1)->set_until(sequence);
  }
  row.clear_version_sequence();
  return row;
}

storage::v1::FileListRow Renewed(storage::v1::FileListRow row,
                                 std::uint64_t sequence) {
  row.set_version_sequence(sequence);
  return row;
}

absl::StatusOr<FileListPage> ReadFileList(const Snapshot& rows,
                                          const FileListQuery& query) {
  std::optional<FileListEntry> after;
  if (!query.cursor.empty()) {
    absl::StatusOr<FileListEntry> entry = DecodeFileListKey(query.cursor);
    if (!entry.ok()) {
      return absl::InvalidArgumentError("cursor: not one of this registry");
    }
    after = *entry;
  }
  FileListPage page;
  for (std::uint8_t family = kFirstFamily; family <= kLastFamily; ++family) {
    if (!query.families.empty() &&
        std::find(query.families.begin(), query.families.end(), family) ==
            query.families.end()) {
      continue;
    }
    if (after.has_value() && family < after->family) continue;
    const bool resume = after.has_value() && family == after->family;
    CREDITREG_RETURN_IF_ERROR(
        ReadFamily(rows, query, family, resume ? after : std::nullopt, &page));
    if (page.entries.size() > query.limit) break;
  }
  if (page.entries.size() > query.limit) {
    page.entries.resize(query.limit);
    const FileListEntry& last = page.entries.back().place;
    page.cursor = FileListKey(
        {0, last.family, Stretch::kListed, last.day, last.record_no});
  }
  return page;
}

}  // namespace creditreg
