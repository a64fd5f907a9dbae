#include "index/registry/snapshot_view.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/lookup/file_list.h"
#include "index/lookup/identifiers.h"
#include "index/registry/conf_tables.h"
#include "index/registry/quality_cells.h"
#include "index/registry/resolve.h"
#include "index/registry/rows.h"
#include "index/registry/view.h"
#include "index/store/key_files.h"
#include "index/store/store.h"

namespace creditreg {
namespace {

// Half of a hash that no two versions of one thing share; 16 hex characters.
std::string Etag(const storage::v1::VersionInfo& info, absl::string_view rest) {
  return absl::BytesToHexString(
      Sm3(absl::StrCat(info.content_hash(), rest, info.personal_mac()))
          .substr(0, 8));
}

// The records of `entries` as they were at `at`, in order.
absl::StatusOr<std::vector<RecordAt>> ReadListed(
    const Snapshot& rows, const std::vector<ListedRecord>& entries,
    std::uint64_t at) {
  std::vector<RecordAt> records(entries.size());
  // Most are at their current version: those come in one read.
  std::vector<std::string> version_keys;
  std::vector<RecordAt*> current;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::uint64_t record_no = entries[i].place.record_no;
    const std::uint64_t sequence = entries[i].version_sequence;
    if (sequence == 0) {
      CREDITREG_ASSIGN_OR_RETURN(std::optional<RecordAt> found,
                                 ReadRecordVersion(rows, record_no, at));
      if (!found.has_value()) {
        return absl::DataLossError(
            "record version: missing, want a listed one");
      }
      records[i] = *std::move(found);
      continue;
    }
    records[i].record_no = record_no;
    records[i].sequence = sequence;
    version_keys.push_back(RecordVersionKey(record_no, sequence));
    current.push_back(&records[i]);
  }
  CREDITREG_ASSIGN_OR_RETURN(const auto versions, rows.MultiGet(version_keys));
  for (std::size_t i = 0; i < current.size(); ++i) {
    if (!versions[i].has_value()) {
      return absl::DataLossError(
          "record version: missing, want the one its file list names");
    }
    CREDITREG_RETURN_IF_ERROR(
        DecodeValueInto(*versions[i], &current[i]->version));
  }
  return records;
}

}  // namespace

std::string EtagOf(const storage::v1::EnterpriseVersion& version) {
  return Etag(version.info(), absl::StrCat(version.withheld() ? "w" : "",
                                           version.withheld_reason()));
}

std::string EtagOf(const storage::v1::CaseRow& row) {
  return absl::BytesToHexString(ContentHash(row).substr(0, 8));
}

std::string EtagOf(const storage::v1::RecordVersion& version) {
  return Etag(version.info(), absl::StrCat(static_cast<int>(version.state()),
                                           "|", version.withdrawn_reason()));
}

SnapshotView::SnapshotView(std::shared_ptr<const Snapshot> rows,
                           storage::v1::Counters counters, TablesPtr tables,
                           const KeyRing* keys, const DataKeyStore* data_keys)
    : rows_(std::move(rows)),
      counters_(std::move(counters)),
      tables_(std::move(tables)),
      keys_(keys),
      data_keys_(data_keys) {}

std::uint64_t SnapshotView::Clamp(std::uint64_t at) const {
  return at == 0 ? sequence() : std::min(at, sequence());
}

absl::StatusOr<FindAnswer> SnapshotView::Find(const FindQuery& query,
                                              std::uint64_t at) const {
  return FindEnterprise(*rows_, keys_->hmac, query, Clamp(at));
}

absl::StatusOr<std::vector<FindAnswer>> SnapshotView::FindMany(
    absl::Span<const FindQuery> queries) const {
  return FindEnterprises(*rows_, keys_->hmac, queries, sequence());
}

absl::StatusOr<std::vector<std::optional<CodeHolder>>>
SnapshotView::FindHolders(absl::Span<const FindQuery> queries,
                          bool with_heads) const {
  return FindCodeHolders(*rows_, queries, with_heads);
}

absl::StatusOr<EnterpriseAt> SnapshotView::ReadEnterprise(
    std::uint64_t enterprise_no, std::uint64_t at) const {
  CREDITREG_ASSIGN_OR_RETURN(
      std::optional<EnterpriseAt> found,
      ReadEnterpriseVersion(*rows_, enterprise_no, Clamp(at)));
  if (!found.has_value()) {
    return absl::NotFoundError("enterprise: none at this position");
  }
  return *std::move(found);
}

absl::StatusOr<RecordAt> SnapshotView::ReadRecord(std::uint64_t record_no,
                                                  std::uint64_t at) const {
  CREDITREG_ASSIGN_OR_RETURN(std::optional<RecordAt> found,
                             ReadRecordVersion(*rows_, record_no, Clamp(at)));
  if (!found.has_value()) {
    return absl::NotFoundError("record_id: no such record");
  }
  return *std::move(found);
}

absl::StatusOr<storage::v1::EnterpriseHead> SnapshotView::ReadHead(
    std::uint64_t enterprise_no) const {
  CREDITREG_ASSIGN_OR_RETURN(const EnterpriseAt enterprise,
                             ReadEnterprise(enterprise_no, 0));
  CREDITREG_ASSIGN_OR_RETURN(
      const std::vector<std::uint64_t> files,
      FilesOf(*rows_, enterprise_no, enterprise.version.content(), 0));
  CREDITREG_ASSIGN_OR_RETURN(storage::v1::EnterpriseHead sum,
                             ReadEnterpriseHead(*rows_, enterprise_no));
  for (std::size_t i = 1; i < files.size(); ++i) {
    CREDITREG_ASSIGN_OR_RETURN(const storage::v1::EnterpriseHead head,
                               ReadEnterpriseHead(*rows_, files[i]));
    sum.set_licences(sum.licences() + head.licences());
    sum.set_penalties(sum.penalties() + head.penalties());
    sum.set_complaints(sum.complaints() + head.complaints());
    sum.set_listings(sum.listings() + head.listings());
    sum.set_annual_reports(sum.annual_reports() + head.annual_reports());
    if (head.has_latest_day() &&
        (!sum.has_latest_day() || sum.latest_day() < head.latest_day())) {
      sum.set_latest_day(head.latest_day());
    }
  }
  return sum;
}

absl::StatusOr<std::string> SnapshotView::MergedInto(
    const storage::v1::Enterprise& enterprise) const {
  if (enterprise.uscc().empty()) return std::string();
  CREDITREG_ASSIGN_OR_RETURN(const CodeRows code,
                             ReadCodeRows(*rows_, enterprise.uscc()));
  if (!code.former.has_value() || !code.former->merged()) return std::string();
  CREDITREG_ASSIGN_OR_RETURN(const EnterpriseAt successor,
                             ReadEnterprise(code.former->enterprise_no(), 0));
  return successor.version.content().uscc();
}

absl::StatusOr<std::vector<std::uint64_t>> SnapshotView::MergedFiles(
    std::uint64_t enterprise_no) const {
  CREDITREG_ASSIGN_OR_RETURN(const EnterpriseAt enterprise,
                             ReadEnterprise(enterprise_no, 0));
  return FilesOf(*rows_, enterprise_no, enterprise.version.content(), 0);
}

absl::StatusOr<RecordPage> SnapshotView::ListRecords(
    const RecordsQuery& query) const {
  const std::uint64_t at = Clamp(query.at);
  const EnterpriseAt* enterprise = query.enterprise;
  EnterpriseAt read;
  if (enterprise == nullptr) {
    CREDITREG_ASSIGN_OR_RETURN(read, ReadEnterprise(query.enterprise_no, at));
    enterprise = &read;
  }
  FileListQuery list;
  CREDITREG_ASSIGN_OR_RETURN(
      list.enterprise_nos,
      FilesOf(*rows_, query.enterprise_no, enterprise->version.content(), at));
  list.families = query.families;
  list.listed_only = query.listed_only;
  list.at = at;
  list.limit = query.limit;
  list.cursor = query.cursor;
  CREDITREG_ASSIGN_OR_RETURN(FileListPage listed, ReadFileList(*rows_, list));
  RecordPage page;
  CREDITREG_ASSIGN_OR_RETURN(page.records,
                             ReadListed(*rows_, listed.entries, at));
  page.cursor = std::move(listed.cursor);
  return page;
}

absl::StatusOr<std::vector<RecordAt>> SnapshotView::ListRecordVersions(
    std::uint64_t record_no, std::uint64_t before, std::size_t limit) const {
  if (before == 1) return std::vector<RecordAt>();
  ScanRange range;
  range.begin = RecordVersionKey(
      record_no,
      before == 0 ? std::numeric_limits<std::uint64_t>::max() : before - 1);
  range.end = PrefixEnd(RecordVersionPrefix(record_no));
  range.max_rows = limit;
  // So that a page is short only at the end.
  range.max_bytes = std::size_t{64} << 20;
  CREDITREG_ASSIGN_OR_RETURN(const ScanPage page, rows_->Scan(range));
  if (page.rows.empty() && before == 0) {
    return absl::NotFoundError("record_id: no such record");
  }
  std::vector<RecordAt> versions;
  versions.reserve(page.rows.size());
  for (const auto& [key, value] : page.rows) {
    CREDITREG_ASSIGN_OR_RETURN(const NumberAndSequence decoded,
                               DecodeVersionKey(Table::kRecordVersion, key));
    RecordAt version;
    version.record_no = record_no;
    version.sequence = decoded.sequence;
    CREDITREG_RETURN_IF_ERROR(DecodeValueInto(value, &version.version));
    versions.push_back(std::move(version));
  }
  return versions;
}

absl::StatusOr<QuarantinePage> SnapshotView::ListQuarantined(
    std::uint64_t from_no, std::size_t limit,
    absl::string_view source_id) const {
  QuarantinePage page;
  ScanRange range;
  range.begin = QuarantineKey(from_no);
  range.end = PrefixEnd(TablePrefix(Table::kQuarantine));
  while (!range.begin.empty()) {
    CREDITREG_ASSIGN_OR_RETURN(ScanPage rows, rows_->Scan(range));
    for (const auto& [key, value] : rows.rows) {
      QuarantinedRow row;
      CREDITREG_ASSIGN_OR_RETURN(row.quarantine_no,
                                 DecodeNumberKey(Table::kQuarantine, key));
      CREDITREG_RETURN_IF_ERROR(DecodeValueInto(value, &row.row));
      if (!source_id.empty() &&
          absl::string_view(row.row.source_id()) != source_id) {
        continue;
      }
      if (page.rows.size() == limit) {
        page.next_no = row.quarantine_no;
        return page;
      }
      page.rows.push_back(std::move(row));
    }
    range.begin = std::move(rows.next);
  }
  return page;
}

absl::StatusOr<UndecidedPage> SnapshotView::ListUndecided(
    std::uint64_t from_no, std::size_t limit) const {
  UndecidedPage page;
  ScanRange range;
  range.begin = UndecidedKey(from_no);
  range.end = PrefixEnd(TablePrefix(Table::kUndecided));
  range.max_rows = limit + 1;
  CREDITREG_ASSIGN_OR_RETURN(const ScanPage rows, rows_->Scan(range));
  for (const auto& [key, value] : rows.rows) {
    CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t record_no,
                               DecodeNumberKey(Table::kUndecided, key));
    if (page.records.size() == limit) {
      page.next_no = record_no;
      return page;
    }
    CREDITREG_ASSIGN_OR_RETURN(RecordAt record, ReadRecord(record_no, 0));
    page.records.push_back(std::move(record));
  }
  // A scan may end early for its bytes.
  if (!rows.next.empty()) {
    CREDITREG_ASSIGN_OR_RETURN(page.next_no,
                               DecodeNumberKey(Table::kUndecided, rows.next));
  }
  return page;
}

absl::StatusOr<std::uint64_t> SnapshotView::RecordsToJudge() const {
  CREDITREG_ASSIGN_OR_RETURN(
      const std::optional<storage::v1::JudgingRow> row,
      ReadRow<storage::v1::JudgingRow>(*rows_, MetaKey(kJudgingRow)));
  return row.has_value() ? row->end_record_no() - row->next_record_no() : 0;
}

absl::StatusOr<TablesPtr> SnapshotView::TablesAt(std::uint64_t at) const {
  if (at >= counters_.sequence()) return tables_;
  // Before the first change none was active, which no `at` can say.
  if (at == 0) return std::make_shared<const PublicationTables>();
  return ReadTables(*rows_, at);
}

absl::StatusOr<std::uint64_t> SnapshotView::LastOfDay(CivilDay day) const {
  // Publication dates never go back.
  std::uint64_t low = 0;
  std::uint64_t high = counters_.sequence();
  while (low < high) {
    const std::uint64_t middle = low + (high - low + 1) / 2;
    CREDITREG_ASSIGN_OR_RETURN(
        const std::optional<storage::v1::Change> change,
        ReadRow<storage::v1::Change>(*rows_, ChangeKey(middle)));
    if (!change.has_value()) {
      return absl::DataLossError("change: missing, want all up to the last");
    }
    if (change->publication_day() <= day.days()) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

absl::StatusOr<CaseAt> SnapshotView::ReadCase(std::uint64_t case_no) const {
  CREDITREG_ASSIGN_OR_RETURN(
      std::optional<storage::v1::CaseRow> row,
      ReadRow<storage::v1::CaseRow>(*rows_, CaseKey(case_no)));
  if (!row.has_value()) return absl::NotFoundError("case_id: no such case");
  return CaseAt{case_no, *std::move(row)};
}

absl::StatusOr<std::optional<CaseAt>> SnapshotView::FindNationalCase(
    absl::string_view national_no) const {
  CREDITREG_ASSIGN_OR_RETURN(
      const std::optional<storage::v1::NationalCaseRow> row,
      ReadRow<storage::v1::NationalCaseRow>(*rows_,
                                            NationalCaseKey(national_no)));
  if (!row.has_value()) return std::optional<CaseAt>();
  CREDITREG_ASSIGN_OR_RETURN(CaseAt found, ReadCase(row->case_no()));
  return std::make_optional(std::move(found));
}

absl::StatusOr<bool> SnapshotView::HoldsSteps(
    absl::string_view national_no) const {
  ScanRange range;
  range.begin = HeldStepPrefix(national_no);
  range.end = PrefixEnd(range.begin);
  range.max_rows = 1;
  CREDITREG_ASSIGN_OR_RETURN(const ScanPage page, rows_->Scan(range));
  return !page.rows.empty();
}

absl::StatusOr<CasePage> SnapshotView::ListCases(std::uint64_t record_no,
                                                 CivilDay due_by,
                                                 absl::string_view cursor,
                                                 std::size_t limit) const {
  const bool of_record = record_no != 0;
  ScanRange range;
  range.begin =
      of_record ? RecordCasePrefix(record_no) : TablePrefix(Table::kCaseClock);
  range.end = of_record || !due_by.is_date()
                  ? PrefixEnd(range.begin)
                  : CaseClockKey(due_by.PlusDays(1), 0);
  if (!cursor.empty()) range.begin = std::string(cursor);
  range.max_rows = limit;
  CREDITREG_ASSIGN_OR_RETURN(ScanPage page, rows_->Scan(range));
  CasePage cases;
  for (const auto& [key, value] : page.rows) {
    std::uint64_t case_no = 0;
    if (of_record) {
      CREDITREG_ASSIGN_OR_RETURN(const RecordCaseEntry entry,
                                 DecodeRecordCaseKey(key));
      case_no = entry.case_no;
    } else {
      CREDITREG_ASSIGN_OR_RETURN(const CaseClockEntry entry,
                                 DecodeCaseClockKey(key));
      case_no = entry.case_no;
    }
    absl::StatusOr<CaseAt> one = ReadCase(case_no);
    if (absl::IsNotFound(one.status())) {
      return absl::DataLossError(
          "case: missing, want one where an index leads");
    }
    if (!one.ok()) return one.status();
    cases.cases.push_back(*std::move(one));
  }
  cases.cursor = std::move(page.next);
  return cases;
}

absl::StatusOr<std::vector<ChangeAt>> SnapshotView::ChangesOf(
    Table table, const std::string& begin, std::size_t limit) const {
  ScanRange range;
  range.begin = begin;
  range.end = PrefixEnd(TablePrefix(table));
  range.max_rows = limit;
  CREDITREG_ASSIGN_OR_RETURN(const ScanPage page, rows_->Scan(range));
  std::vector<ChangeAt> changes;
  for (const auto& [key, value] : page.rows) {
    CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t sequence,
                               DecodeNumberKey(table, key));
    CREDITREG_ASSIGN_OR_RETURN(
        std::optional<storage::v1::Change> change,
        ReadRow<storage::v1::Change>(*rows_, ChangeKey(sequence)));
    if (!change.has_value()) {
      return absl::DataLossError(
          "change: missing, want one where an index leads");
    }
    changes.push_back({sequence, *std::move(change)});
  }
  return changes;
}

absl::StatusOr<std::vector<ChangeAt>> SnapshotView::ListWithdrawals(
    std::uint64_t after, std::size_t limit) const {
  return ChangesOf(Table::kWithdrawal, WithdrawalKey(after + 1), limit);
}

absl::StatusOr<std::vector<ChangeAt>> SnapshotView::ListCaseSteps(
    std::uint64_t after, std::size_t limit) const {
  return ChangesOf(Table::kCaseStep, CaseStepKey(after + 1), limit);
}

absl::StatusOr<std::vector<ReceiverAt>> SnapshotView::ListReceivers() const {
  std::vector<ReceiverAt> receivers;
  ScanRange range;
  range.begin = TablePrefix(Table::kReceiver);
  range.end = PrefixEnd(range.begin);
  while (!range.begin.empty()) {
    CREDITREG_ASSIGN_OR_RETURN(ScanPage page, rows_->Scan(range));
    for (const auto& [key, value] : page.rows) {
      ReceiverAt receiver;
      CREDITREG_ASSIGN_OR_RETURN(receiver.principal,
                                 DecodeTextKey(Table::kReceiver, key));
      CREDITREG_ASSIGN_OR_RETURN(receiver.row,
                                 DecodeValue<storage::v1::ReceiverRow>(value));
      receivers.push_back(std::move(receiver));
    }
    range.begin = std::move(page.next);
  }
  return receivers;
}

absl::StatusOr<QualityCells> SnapshotView::ReadQuality(
    CivilDay first, CivilDay last, std::size_t limit) const {
  return creditreg::ReadQuality(*rows_, first, last, limit);
}

absl::StatusOr<std::optional<std::uint64_t>> SnapshotView::HolderOfCode(
    absl::string_view uscc) const {
  CREDITREG_ASSIGN_OR_RETURN(const CodeRows codes, ReadCodeRows(*rows_, uscc));
  if (!codes.current.has_value()) return std::optional<std::uint64_t>();
  return std::optional<std::uint64_t>(codes.current->enterprise_no());
}

absl::StatusOr<PersonEntries> SnapshotView::FindPerson(
    PersonalNumberKind kind, absl::string_view number, absl::string_view from,
    std::size_t limit) const {
  const std::string mac = PersonalNumberMac(kind, number, keys_->hmac);
  if (mac.empty()) return PersonEntries();
  return ReadPerson(*rows_, mac, from, limit);
}

absl::StatusOr<storage::v1::PersonalFields> SnapshotView::OpenPersonal(
    const EnterpriseAt& enterprise) const {
  return OpenPersonalFields(*rows_, *data_keys_, SealedKind::kEnterprise,
                            enterprise.enterprise_no,
                            enterprise.version.info());
}

absl::StatusOr<storage::v1::PersonalFields> SnapshotView::OpenPersonal(
    const RecordAt& record) const {
  return OpenPersonalFields(*rows_, *data_keys_, SealedKind::kRecord,
                            record.record_no, record.version.info());
}

absl::StatusOr<storage::v1::RawRow> SnapshotView::OpenRaw(
    const QuarantinedRow& row) const {
  CREDITREG_ASSIGN_OR_RETURN(
      std::string bytes,
      OpenSealed(*rows_, *data_keys_, SealedKind::kQuarantine,
                 row.quarantine_no, 0));
  const Wiper wipe(&bytes);
  return DecodeValue<storage::v1::RawRow>(bytes);
}

}  // namespace creditreg
