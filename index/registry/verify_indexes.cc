#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

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
#include "index/registry/verify_passes.h"
#include "index/registry/verify_relations.h"
#include "index/registry/verify_run.h"
#include "index/registry/verify_sealed.h"
#include "index/registry/write_context.h"

namespace creditreg {
namespace {

constexpr std::size_t kUsccBytes = 18;

// Tables whose rows another table implies key by key, value by value.
constexpr struct {
  Table table;
  Relation relation;
} kIndexes[] = {
    {Table::kCurrentCode, Relation::kCurrentCode},
    {Table::kFormerCode, Relation::kFormerCode},
    {Table::kOldNumber, Relation::kOldNumber},
    {Table::kNameKey, Relation::kNameKey},
    {Table::kFileList, Relation::kFileList},
    {Table::kPendingLink, Relation::kPendingLink},
    {Table::kDue, Relation::kDue},
    {Table::kUndecided, Relation::kUndecided},
    {Table::kWithdrawal, Relation::kWithdrawal},
    {Table::kCaseStep, Relation::kCaseStep},
    {Table::kRecordCase, Relation::kRecordCase},
    {Table::kCaseClock, Relation::kCaseClock},
    {Table::kNationalCase, Relation::kNationalCase},
};

absl::Status CountSealed(VerifyRun& run, Relations& relations) {
  return ForEachRow(
      run, Table::kSealed,
      [&](const std::string& key, const std::string& value) {
        const absl::StatusOr<SealedEntry> entry = DecodeSealedKey(key);
        if (!entry.ok()) {
          run.Fault(Table::kSealed, "key damaged");
          return absl::OkStatus();
        }
        const auto row = run.Decode<storage::v1::SealedRow>(
            Table::kSealed, value, entry->number);
        if (row.has_value()) {
          run.SawDataKey(row->data_key());
          relations.Found(Relation::kSealed, key, ContentHash(*row));
        }
        return absl::OkStatus();
      });
}

// Erased keys as they are, and that they are gone.
absl::Status CheckErasedKeys(VerifyRun& run, Relations& relations) {
  return ForEachRow(
      run, Table::kErasedKey,
      [&](const std::string& key, const std::string& value) {
        relations.Found(Relation::kErasedKey, key, value);
        const absl::StatusOr<std::uint64_t> slot =
            DecodeNumberKey(Table::kErasedKey, key);
        if (!slot.ok()) {
          run.Fault(Table::kErasedKey, "key damaged");
          return absl::OkStatus();
        }
        run.SawDataKey(*slot);
        CREDITREG_ASSIGN_OR_RETURN(const DataKeyState state,
                                   StateOfKey(run.data_keys(), *slot));
        if (state != DataKeyState::kDestroyed) {
          run.Fault(Table::kErasedKey, "its data key is not destroyed", *slot);
        }
        return absl::OkStatus();
      });
}

// Texts of tables as their changes say, and that their hash is theirs.
absl::Status CheckConfTables(VerifyRun& run, Relations& relations) {
  return ForEachRow(run, Table::kConfTable,
                    [&](const std::string& key, const std::string& value) {
                      const auto row = run.Decode<storage::v1::ConfTableRow>(
                          Table::kConfTable, value, 0);
                      if (!row.has_value()) return absl::OkStatus();
                      if (Sm3(row->text()) != row->sm3()) {
                        run.Fault(Table::kConfTable, "hash is not its text's");
                      }
                      relations.Found(Relation::kConfTable, key, row->sm3());
                      return absl::OkStatus();
                    });
}

// Rows of persons, by whose they are.
absl::Status CountPersons(VerifyRun& run, Relations& relations) {
  return ForEachRow(run, Table::kPerson,
                    [&](const std::string& key, const std::string& value) {
                      const absl::StatusOr<PersonEntry> entry =
                          DecodePersonKey(key);
                      if (!entry.ok()) {
                        run.Fault(Table::kPerson, "key damaged");
                        return absl::OkStatus();
                      }
                      relations.Found(entry->kind == SealedKind::kEnterprise
                                          ? Relation::kPersonOfEnterprise
                                          : Relation::kPersonOfRecord,
                                      key, value);
                      return absl::OkStatus();
                    });
}

absl::Status CountNaturalKeys(VerifyRun& run, Relations& relations,
                              const Recount& recount) {
  return ForEachRow(run, Table::kNaturalKey,
                    [&](const std::string& key, const std::string& value) {
                      const auto row = run.Decode<storage::v1::NaturalKeyRow>(
                          Table::kNaturalKey, value, 0);
                      const bool hidden =
                          row.has_value() &&
                          std::binary_search(recount.hidden_keys.begin(),
                                             recount.hidden_keys.end(),
                                             row->record_no());
                      if (!hidden)
                        relations.Found(Relation::kNaturalKey, key, value);
                      return absl::OkStatus();
                    });
}

// What the records of one file say about its head.
struct FileSummary {
  std::uint64_t licences = 0;
  std::uint64_t penalties = 0;
  std::uint64_t complaints = 0;
  std::uint64_t listings = 0;
  std::uint64_t annual_reports = 0;
  CivilDay latest_day;
  std::uint64_t last_sequence = 0;

  void Add(const FileListEntry& entry) {
    latest_day = std::max(latest_day, entry.day);
    if (entry.family == storage::v1::FAMILY_LICENCE) ++licences;
    if (entry.family == storage::v1::FAMILY_PENALTY) ++penalties;
    if (entry.family == storage::v1::FAMILY_COMPLAINT) ++complaints;
    if (entry.family == storage::v1::FAMILY_LISTING) ++listings;
    if (entry.family == storage::v1::FAMILY_ANNUAL_REPORT) ++annual_reports;
  }
};

void CompareHead(VerifyRun& run, std::uint64_t number,
                 const storage::v1::EnterpriseHead& head,
                 const FileSummary& summary) {
  constexpr Table kTable = Table::kEnterpriseHead;
  if (head.licences() != summary.licences ||
      head.penalties() != summary.penalties ||
      head.complaints() != summary.complaints ||
      head.listings() != summary.listings ||
      head.annual_reports() != summary.annual_reports) {
    run.Fault(kTable, "counts are not those of its records", number);
  }
  const CivilDay latest_day = head.has_latest_day()
                                  ? CivilDay::FromDays(head.latest_day())
                                  : CivilDay::Unknown();
  if (latest_day != summary.latest_day) {
    run.Fault(kTable, "latest_day is not that of its records", number);
  }
  if (head.file_sequence() < summary.last_sequence) {
    run.Fault(kTable, "file_sequence is older than its list", number);
  }
}

// Reads the file lists beside the heads.
class FileListWalk {
 public:
  FileListWalk(VerifyRun& run, const Recount& recount)
      : run_(run), recount_(recount), rows_(run, Table::kFileList) {}

  // The rows of one enterprise; those of numbers before it have no head.
  absl::StatusOr<FileSummary> Take(std::uint64_t number) {
    FileSummary summary;
    while (true) {
      CREDITREG_ASSIGN_OR_RETURN(const RowCursor::Row* const row, rows_.Peek());
      if (row == nullptr) return summary;
      const absl::StatusOr<FileListEntry> entry = DecodeFileListKey(row->first);
      if (!entry.ok()) {
        run_.Fault(Table::kFileList, "key damaged");
      } else if (entry->enterprise_no > number) {
        return summary;
      } else if (entry->enterprise_no < number) {
        run_.Fault(Table::kFileList, "its enterprise has no head",
                   entry->enterprise_no);
      } else {
        TakeRow(*entry, row->second, &summary);
      }
      rows_.Pop();
    }
  }

 private:
  void TakeRow(const FileListEntry& entry, absl::string_view value,
               FileSummary* summary) {
    const auto row = run_.Decode<storage::v1::FileListRow>(
        Table::kFileList, value, entry.record_no);
    if (!row.has_value() || row->spans().empty()) return;
    const storage::v1::FileListRow::Span& last =
        row->spans(row->spans_size() - 1);
    summary->last_sequence =
        std::max({summary->last_sequence, last.from(), last.until()});
    const bool in_force =
        !std::binary_search(recount_.not_counted.begin(),
                            recount_.not_counted.end(), entry.record_no);
    if (last.until() == 0 && in_force) summary->Add(entry);
  }

  VerifyRun& run_;
  const Recount& recount_;
  RowCursor rows_;
};

// Steps through a code table beside pending links of codes.
class CodeCursor {
 public:
  CodeCursor(VerifyRun& run, Table table) : table_(table), rows_(run, table) {}

  // The enterprise `code` leads to; 0: none. Codes must be asked in order.
  absl::StatusOr<std::uint64_t> Find(absl::string_view code) {
    const std::string key = absl::StrCat(TablePrefix(table_), code);
    while (true) {
      CREDITREG_ASSIGN_OR_RETURN(const RowCursor::Row* const row, rows_.Peek());
      if (row == nullptr || row->first > key) return std::uint64_t{0};
      if (row->first == key) return EnterpriseNo(row->second);
      rows_.Pop();
    }
  }

 private:
  std::uint64_t EnterpriseNo(absl::string_view value) const {
    // A damaged row differs from what its enterprise implies.
    if (table_ == Table::kCurrentCode) {
      const auto row = DecodeValue<storage::v1::CurrentCodeRow>(value);
      return row.ok() ? row->enterprise_no() : 0;
    }
    const auto row = DecodeValue<storage::v1::FormerCodeRow>(value);
    return row.ok() ? row->enterprise_no() : 0;
  }

  const Table table_;
  RowCursor rows_;
};

}  // namespace

absl::Status CountImplied(VerifyRun& run, Relations& relations,
                          const Recount& recount) {
  CREDITREG_RETURN_IF_ERROR(CountSealed(run, relations));
  CREDITREG_RETURN_IF_ERROR(CheckErasedKeys(run, relations));
  CREDITREG_RETURN_IF_ERROR(CheckConfTables(run, relations));
  CREDITREG_RETURN_IF_ERROR(CountPersons(run, relations));
  CREDITREG_RETURN_IF_ERROR(CountNaturalKeys(run, relations, recount));
  for (const auto& index : kIndexes) {
    CREDITREG_RETURN_IF_ERROR(
        ForEachRow(run, index.table,
                   [&](const std::string& key, const std::string& value) {
                     relations.Found(index.relation, key, value);
                     return absl::OkStatus();
                   }));
  }
  return absl::OkStatus();
}

absl::Status CheckFileHeads(VerifyRun& run, const Relations& relations,
                            const Recount& recount) {
  if (!relations.Holds(Relation::kFileList)) return absl::OkStatus();
  NumberedCursor heads(run, Table::kEnterpriseHead);
  FileListWalk lists(run, recount);
  while (true) {
    CREDITREG_ASSIGN_OR_RETURN(const NumberedCursor::Row* const row,
                               heads.Peek());
    if (row == nullptr) break;
    CREDITREG_ASSIGN_OR_RETURN(const FileSummary summary,
                               lists.Take(row->number));
    // A head that cannot be read has its fault from the pass over enterprises.
    const auto head = DecodeValue<storage::v1::EnterpriseHead>(row->value);
    if (head.ok()) CompareHead(run, row->number, *head, summary);
    heads.Pop();
  }
  // What is left stands behind the last head.
  return lists.Take(std::numeric_limits<std::uint64_t>::max()).status();
}

absl::Status CheckWaiting(VerifyRun& run) {
  const std::string prefix = absl::StrCat(TablePrefix(Table::kPendingLink),
                                          absl::string_view("\0", 1));
  RowCursor waiting(run, Table::kPendingLink, prefix, PrefixEnd(prefix));
  CodeCursor current(run, Table::kCurrentCode);
  CodeCursor former(run, Table::kFormerCode);
  while (true) {
    CREDITREG_ASSIGN_OR_RETURN(const RowCursor::Row* const row, waiting.Peek());
    if (row == nullptr) return absl::OkStatus();
    const std::string code = row->first.substr(prefix.size(), kUsccBytes);
    CREDITREG_ASSIGN_OR_RETURN(std::uint64_t number, current.Find(code));
    if (number == 0) {
      CREDITREG_ASSIGN_OR_RETURN(number, former.Find(code));
    }
    if (number != 0) {
      CREDITREG_ASSIGN_OR_RETURN(
          const std::optional<std::string> backlog,
          GetUndamaged(run.rows(), LinkBacklogKey(number)));
      if (!backlog.has_value()) {
        run.Fault(Table::kPendingLink, "waits though its enterprise is known",
                  number);
      }
    }
    waiting.Pop();
  }
}

}  // namespace creditreg
