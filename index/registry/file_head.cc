#include "index/registry/file_head.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/civil_day.h"
#include "index/base/status_macros.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/lookup/file_list.h"
#include "index/registry/rows.h"
#include "index/registry/transaction.h"
#include "index/registry/view.h"
#include "index/store/store.h"

namespace creditreg {
namespace {

bool CountsIn(const storage::v1::RecordVersion* version,
              std::uint64_t enterprise_no) {
  return version != nullptr && version->enterprise_no() == enterprise_no &&
         IsCounted(*version);
}

void AddToHead(storage::v1::Family family, int by,
               storage::v1::EnterpriseHead* head) {
  if (family == storage::v1::FAMILY_LICENCE) {
    head->set_licences(head->licences() + by);
  } else if (family == storage::v1::FAMILY_PENALTY) {
    head->set_penalties(head->penalties() + by);
  } else if (family == storage::v1::FAMILY_COMPLAINT) {
    head->set_complaints(head->complaints() + by);
  } else if (family == storage::v1::FAMILY_LISTING) {
    head->set_listings(head->listings() + by);
  } else if (family == storage::v1::FAMILY_ANNUAL_REPORT) {
    head->set_annual_reports(head->annual_reports() + by);
  }
}

// Newest day of a record in force in one stretch of the file's list.
absl::StatusOr<CivilDay> NewestInForce(const Snapshot& rows,
                                       std::uint64_t enterprise_no,
                                       std::uint8_t family, Stretch stretch) {
  const std::string prefix = FileListPrefix(enterprise_no, family, stretch);
  ScanRange range;
  range.begin = prefix;
  range.end = PrefixEnd(prefix);
  // Mostly the first row is the answer.
  range.max_rows = 16;
  while (!range.begin.empty()) {
    CREDITREG_ASSIGN_OR_RETURN(ScanPage page, rows.Scan(range));
    for (const auto& [key, value] : page.rows) {
      CREDITREG_ASSIGN_OR_RETURN(const FileListEntry entry,
                                 DecodeFileListKey(key));
      CREDITREG_ASSIGN_OR_RETURN(const auto row,
                                 DecodeValue<storage::v1::FileListRow>(value));
      if (row.spans_size() == 0 ||
          row.spans(row.spans_size() - 1).until() != 0) {
        continue;
      }
      CREDITREG_ASSIGN_OR_RETURN(const std::optional<RecordAt> record,
                                 ReadRecordVersion(rows, entry.record_no, 0));
      if (record.has_value() && IsCounted(record->version)) {
        return entry.day;
      }
    }
    range.begin = std::move(page.next);
  }
  return CivilDay::Unknown();
}

absl::Status RenewLatestDay(const Snapshot& rows, std::uint64_t enterprise_no,
                            storage::v1::EnterpriseHead* head) {
  CivilDay latest;
  for (const auto family :
       {storage::v1::FAMILY_LICENCE, storage::v1::FAMILY_PENALTY,
        storage::v1::FAMILY_COMPLAINT, storage::v1::FAMILY_LISTING,
        storage::v1::FAMILY_ANNUAL_REPORT}) {
    for (const Stretch stretch : {Stretch::kListed, Stretch::kUnlisted}) {
      CREDITREG_ASSIGN_OR_RETURN(
          const CivilDay day,
          NewestInForce(rows, enterprise_no, static_cast<std::uint8_t>(family),
                        stretch));
      latest = std::max(latest, day);
    }
  }
  if (latest.is_unknown()) {
    head->clear_latest_day();
  } else {
    head->set_latest_day(latest.days());
  }
  return absl::OkStatus();
}

absl::Status UpdateHead(Transaction& transaction, std::uint64_t enterprise_no,
                        const storage::v1::RecordVersion* before,
                        const storage::v1::RecordVersion& after,
                        std::uint64_t sequence) {
  CREDITREG_ASSIGN_OR_RETURN(storage::v1::EnterpriseHead head,
                             ReadEnterpriseHead(transaction, enterprise_no));
  head.set_file_sequence(sequence);
  const bool leaves = CountsIn(before, enterprise_no);
  const bool comes = CountsIn(&after, enterprise_no);
  CivilDay left_day;
  if (leaves) {
    AddToHead(before->content().family(), -1, &head);
    left_day = ListDay(before->content());
  }
  CivilDay new_day;
  if (comes) {
    AddRecordToHead(after, sequence, &head);
    new_day = ListDay(after.content());
  }
  // Only taking the newest away can make the day go back.
  if (leaves && head.has_latest_day() && left_day.days() == head.latest_day() &&
      new_day != left_day) {
    CREDITREG_RETURN_IF_ERROR(
        RenewLatestDay(transaction, enterprise_no, &head));
  }
  transaction.Put(EnterpriseHeadKey(enterprise_no), head);
  return absl::OkStatus();
}

}  // namespace

void AddRecordToHead(const storage::v1::RecordVersion& version,
                     std::uint64_t sequence,
                     storage::v1::EnterpriseHead* head) {
  head->set_file_sequence(sequence);
  AddToHead(version.content().family(), 1, head);
  const CivilDay day = ListDay(version.content());
  if (!day.is_unknown() &&
      (!head->has_latest_day() || head->latest_day() < day.days())) {
    head->set_latest_day(day.days());
  }
}

absl::Status UpdateFileHeads(Transaction& transaction,
                             const storage::v1::RecordVersion* before,
                             const storage::v1::RecordVersion& after,
                             std::uint64_t sequence) {
  const std::uint64_t left = before == nullptr ? 0 : before->enterprise_no();
  if (left != 0 && left != after.enterprise_no()) {
    CREDITREG_RETURN_IF_ERROR(
        UpdateHead(transaction, left, before, after, sequence));
  }
  if (after.enterprise_no() == 0) return absl::OkStatus();
  return UpdateHead(transaction, after.enterprise_no(), before, after,
                    sequence);
}

}  // namespace creditreg
