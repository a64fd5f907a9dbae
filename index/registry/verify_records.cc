#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/civil_day.h"
#include "index/base/status_macros.h"
#include "index/codec/keys.h"
#include "index/codec/natural_key.h"
#include "index/codec/value.h"
#include "index/lookup/file_list.h"
#include "index/lookup/identifiers.h"
#include "index/model/uscc.h"
#include "index/publication/publicity.h"
#include "index/publication/tables.h"
#include "index/registry/conf_tables.h"
#include "index/registry/file_head.h"
#include "index/registry/record_version.h"
#include "index/registry/rows.h"
#include "index/registry/verify_passes.h"
#include "index/registry/verify_relations.h"
#include "index/registry/verify_run.h"
#include "index/registry/verify_subjects.h"
#include "index/registry/write_context.h"

namespace creditreg {
namespace {

constexpr std::size_t kNaturalKeyBytes = 32;

// Whether sealed fields cannot change the natural key.
bool KeyIsOpen(const storage::v1::RecordVersion& version) {
  const storage::v1::Record& record = version.content();
  const bool has_none =
      version.info().personal_mac().empty() && !IsErased(version.info());
  if (has_none || record.has_complaint()) {
    return true;
  }
  const storage::v1::Party& party = record.party();
  if (party.category() == storage::v1::PARTY_CATEGORY_NATURAL_PERSON) {
    return false;
  }
  // The parts that come before a sealed tax number.
  return Uscc::Parse(party.uscc()).ok() ||
         !party.registration_number().empty() ||
         !party.organisation_code().empty() || !party.tax_number().empty();
}

// Where a record was listed from a sequence on.
struct Stay {
  std::uint64_t sequence = 0;
  std::optional<FileListEntry> place;
};

// The file-list rows of one record, from its stays, newest first.
std::map<std::string, storage::v1::FileListRow> FileListRows(
    const std::vector<Stay>& stays) {
  std::map<std::string, storage::v1::FileListRow> rows;
  std::string at;
  for (auto stay = stays.rbegin(); stay != stays.rend(); ++stay) {
    const std::string next =
        stay->place.has_value() ? FileListKey(*stay->place) : std::string();
    if (next == at) {
      if (!at.empty()) rows[at] = Renewed(std::move(rows[at]), stay->sequence);
      continue;
    }
    if (!at.empty()) rows[at] = Left(std::move(rows[at]), stay->sequence);
    if (!next.empty()) {
      rows[next] = Entered(std::move(rows[next]), stay->sequence);
    }
    at = next;
  }
  return rows;
}

// The natural keys of one record, from its versions, newest first.
class KeyHistory {
 public:
  explicit KeyHistory(VerifyRun& run) : run_(run) {}

  void Clear() {
    keys_.clear();
    newest_.reset();
    known_ = true;
    contents_ = 0;
    last_content_.clear();
  }

  void Add(std::uint64_t number,
           const SeenVersion<storage::v1::RecordVersion>& seen, bool newest) {
    const storage::v1::VersionInfo& info = seen.version.info();
    const std::string content = info.content_hash() + info.personal_mac();
    if (content == last_content_) return;
    last_content_ = content;
    ++contents_;
    if (!seen.personal.has_value() && !KeyIsOpen(seen.version)) {
      known_ = false;
      return;
    }
    absl::StatusOr<std::string> key =
        RecordNaturalKey(seen.version.content(),
                         seen.personal.value_or(storage::v1::PersonalFields()),
                         run_.keys().hmac);
    if (!key.ok()) {
      run_.Fault(Table::kRecordVersion, "has no natural key", number);
      known_ = false;
      return;
    }
    if (newest) newest_ = *key;
    if (std::find(keys_.begin(), keys_.end(), *key) == keys_.end()) {
      keys_.push_back(*std::move(key));
    }
  }

  // That of the newest version, where it can be told.
  const std::optional<std::string>& newest() const { return newest_; }
  // Keys the record had before can only be told from sealed fields.
  bool hidden() const { return !known_ && contents_ > 1; }

  // All keys it has had, where they are not hidden.
  std::vector<std::string> All(const storage::v1::RecordHead* head) const {
    if (known_ || head == nullptr) return keys_;
    return {head->natural_key()};
  }

 private:
  VerifyRun& run_;
  std::vector<std::string> keys_;
  std::optional<std::string> newest_;
  bool known_ = true;
  int contents_ = 0;
  std::string last_content_;
};

bool FamilyFits(const storage::v1::Record& record) {
  switch (record.family()) {
    case storage::v1::FAMILY_LICENCE:
      return record.has_licence();
    case storage::v1::FAMILY_PENALTY:
      return record.has_penalty();
    case storage::v1::FAMILY_COMPLAINT:
      return record.has_complaint();
    case storage::v1::FAMILY_LISTING:
      return record.has_listing();
    case storage::v1::FAMILY_ANNUAL_REPORT:
      return record.has_annual_report();
    default:
      return false;
  }
}

class RecordVisitor {
 public:
  using Head = storage::v1::RecordHead;
  using Version = storage::v1::RecordVersion;
  static constexpr Table kHeadTable = Table::kRecordHead;
  static constexpr Table kVersionTable = Table::kRecordVersion;
  static constexpr SealedKind kSealedKind = SealedKind::kRecord;
  static constexpr Relation kChangeRelation = Relation::kChangeOfRecord;

  RecordVisitor(VerifyRun& run, Relations& relations,
                const storage::v1::JudgingRow& judging, Recount* recount)
      : run_(run),
        relations_(relations),
        recount_(*recount),
        judging_(judging),
        history_(run) {}

  void Enter(std::uint64_t number) {
    recount_.counters.set_next_record_no(number);
    stays_.clear();
    history_.Clear();
  }

  absl::Status Visit(std::uint64_t number, const SeenVersion<Version>& seen,
                     bool newest) {
    const Version& version = seen.version;
    if (!FamilyFits(version.content())) {
      run_.Fault(kVersionTable, "family does not fit its details", number);
    }
    if (version.enterprise_no() >= run_.counters().next_enterprise_no()) {
      run_.Fault(kVersionTable, "its enterprise does not exist", number);
    }
    stays_.push_back({seen.sequence, PlaceOf(number, version)});
    history_.Add(number, seen, newest);
    if (!newest) return absl::OkStatus();
    newest_ = version;
    Count(number, version);
    for (const IndexRow& row :
         RecordIndexRows(number, version, run_.keys().hmac)) {
      const Relation index = absl::StartsWith(row.first, person_prefix_)
                                 ? Relation::kPersonOfRecord
                                 : Relation::kPendingLink;
      CREDITREG_RETURN_IF_ERROR(
          relations_.Expect(index, row.first, row.second, number));
    }
    return absl::OkStatus();
  }

  MadeBy Made(const Version& version, const Version* before) const {
    if (before != nullptr && Erases(version.info(), before->info())) {
      return MadeBy::kErased;
    }
    const bool was_in_force = before == nullptr || InForce(*before);
    if (before == nullptr || !SameContent(version.info(), before->info())) {
      return was_in_force && InForce(version) ? MadeBy::kSubmitted
                                              : MadeBy::kNothing;
    }
    const bool stays = version.enterprise_no() == before->enterprise_no();
    if (stays && was_in_force == InForce(version) &&
        version.withdrawn_reason() == before->withdrawn_reason() &&
        version.correction_reason().empty()) {
      return MadeByRules(version, *before);
    }
    // Neither withdrawing nor linking touches what a correction said.
    if (version.correction_reason() != before->correction_reason()) {
      return MadeBy::kNothing;
    }
    if (was_in_force && !InForce(version)) {
      return stays ? MadeBy::kWithdrawn : MadeBy::kNothing;
    }
    // Waiting records are linked, withdrawn ones too.
    const bool links = before->enterprise_no() == 0 && !stays;
    return links && version.withdrawn_reason() == before->withdrawn_reason()
               ? MadeBy::kLinked
               : MadeBy::kNothing;
  }
  absl::string_view Reason(MadeBy made_by, const Version& version) const {
    if (made_by == MadeBy::kSubmitted) return version.correction_reason();
    if (made_by == MadeBy::kWithdrawn) return version.withdrawn_reason();
    return "";
  }
  std::uint64_t EnterpriseNo(std::uint64_t, const Version& version) const {
    return version.enterprise_no();
  }

  absl::Status Leave(std::uint64_t number, const Head* head) {
    for (const auto& [key, row] : FileListRows(stays_)) {
      CREDITREG_RETURN_IF_ERROR(relations_.Expect(Relation::kFileList, key,
                                                  EncodeValue(row), number));
    }
    if (head != nullptr) {
      CREDITREG_RETURN_IF_ERROR(CheckPublicity(number, *head));
    }
    if (head != nullptr && head->natural_key().size() != kNaturalKeyBytes) {
      run_.Fault(kHeadTable, "natural_key has a wrong length", number);
      head = nullptr;
    }
    if (head != nullptr && history_.newest().has_value() &&
        *history_.newest() != head->natural_key()) {
      run_.Fault(kHeadTable, "natural_key is not that of its newest version",
                 number);
    }
    if (history_.hidden()) return LeaveHidden(number, head);
    storage::v1::NaturalKeyRow row;
    row.set_record_no(number);
    for (const std::string& key : history_.All(head)) {
      CREDITREG_RETURN_IF_ERROR(relations_.Expect(
          Relation::kNaturalKey, NaturalKeyKey(key), EncodeValue(row), number));
    }
    return absl::OkStatus();
  }

 private:
  // The same content in the same place: only its publicity is another.
  static MadeBy MadeByRules(const Version& version, const Version& before) {
    if (EncodeValue(OnlyChosen(version)) != EncodeValue(OnlyChosen(before))) {
      return MadeBy::kClassified;
    }
    // Receivers may have been told of what another rule hides, which shows in
    // no field.
    return EncodeValue(OnlyMarks(version)) != EncodeValue(OnlyMarks(before))
               ? MadeBy::kMarked
               : MadeBy::kJudged;
  }
  static Version OnlyMarks(const Version& version) {
    Version marks;
    CopyMarks(version, &marks);
    return marks;
  }
  static Version OnlyChosen(const Version& version) {
    Version chosen;
    *chosen.mutable_chosen_terms() = version.chosen_terms();
    return chosen;
  }

  // That the head says what its tables say of the newest version.
  absl::Status CheckPublicity(std::uint64_t number, const Head& head) {
    for (const auto& [key, value] : PublicityRows(number, head)) {
      const Relation relation = absl::StartsWith(key, due_prefix_)
                                    ? Relation::kDue
                                    : Relation::kUndecided;
      CREDITREG_RETURN_IF_ERROR(
          relations_.Expect(relation, key, value, number));
    }
    if (run_.searching()) return absl::OkStatus();
    const storage::v1::RecordPublicity& stored = head.publicity();
    if (newest_.enterprise_no() != 0 &&
        stored.tables_sequence() != run_.tables().sequence() &&
        (number < judging_.next_record_no() ||
         judging_.end_record_no() <= number)) {
      run_.Fault(kHeadTable, "publicity is not by the rules in force", number);
    }
    CREDITREG_ASSIGN_OR_RETURN(const TablesPtr tables,
                               TablesAt(stored.tables_sequence()));
    Version version = newest_;
    Head judged;
    SetHeadPublicity(
        JudgePublicity(*tables, CivilDay::FromDays(stored.judged_day()),
                       storage::v1::RecordPublicity(),
                       /*withdraw_within_days=*/-1, &version)
            .publicity,
        &judged);
    if (EncodeValue(judged.publicity()) != EncodeValue(stored) ||
        EncodeValue(version) != EncodeValue(newest_)) {
      run_.Fault(kHeadTable, "publicity is not what its rules say", number);
    }
    return absl::OkStatus();
  }

  // 0: none was active.
  absl::StatusOr<TablesPtr> TablesAt(std::uint64_t sequence) {
    TablesPtr& tables = tables_[sequence];
    if (tables != nullptr) return tables;
    if (sequence == 0) {
      tables = std::make_shared<PublicationTables>();
      return tables;
    }
    absl::StatusOr<TablesPtr> read = ReadTables(run_.rows(), sequence);
    if (absl::IsDataLoss(read.status())) {
      run_.Fault(Table::kConfTable, "cannot be read", sequence);
      tables = std::make_shared<PublicationTables>();
      return tables;
    }
    if (!read.ok()) return read.status();
    tables = *std::move(read);
    return tables;
  }

  // Rows that lead to such a record are left out of the sums; that its current
  // key leads to it is looked up.
  absl::Status LeaveHidden(std::uint64_t number, const Head* head) {
    if (run_.searching()) return absl::OkStatus();
    recount_.hidden_keys.push_back(number);
    if (head == nullptr) return absl::OkStatus();
    CREDITREG_ASSIGN_OR_RETURN(
        const std::optional<std::string> value,
        GetUndamaged(run_.rows(), NaturalKeyKey(head->natural_key())));
    storage::v1::NaturalKeyRow row;
    row.set_record_no(number);
    if (value != EncodeValue(row)) {
      run_.Fault(Table::kNaturalKey, "does not lead to a record with that key",
                 number);
    }
    return absl::OkStatus();
  }

  void Count(std::uint64_t number, const Version& version) {
    recount_.quality[QualityKeyOf(version)] +=
        QualityOf(version.first_receipt());
    storage::v1::Counters& counters = recount_.counters;
    if (IsPending(version)) {
      counters.set_records_pending(counters.records_pending() + 1);
    }
    if (!IsCounted(version)) {
      if (!InForce(version)) {
        counters.set_records_withdrawn(counters.records_withdrawn() + 1);
      }
      recount_.not_counted.push_back(number);
      return;
    }
    switch (version.content().family()) {
      case storage::v1::FAMILY_LICENCE:
        counters.set_licences(counters.licences() + 1);
        break;
      case storage::v1::FAMILY_PENALTY:
        counters.set_penalties(counters.penalties() + 1);
        break;
      case storage::v1::FAMILY_COMPLAINT:
        counters.set_complaints(counters.complaints() + 1);
        break;
      case storage::v1::FAMILY_LISTING:
        counters.set_listings(counters.listings() + 1);
        break;
      case storage::v1::FAMILY_ANNUAL_REPORT:
        counters.set_annual_reports(counters.annual_reports() + 1);
        break;
      default:
        break;
    }
  }

  VerifyRun& run_;
  Relations& relations_;
  Recount& recount_;
  // Those that new rules have not seen yet.
  const storage::v1::JudgingRow judging_;
  const std::string person_prefix_ = TablePrefix(Table::kPerson);
  const std::string due_prefix_ = TablePrefix(Table::kDue);
  // By the change that activated the newest of them.
  std::map<std::uint64_t, TablesPtr> tables_;
  // Of the record that is read.
  std::vector<Stay> stays_;
  Version newest_;
  KeyHistory history_;
};

}  // namespace

absl::Status CheckRecords(VerifyRun& run, Relations& relations,
                          Recount* recount) {
  CREDITREG_ASSIGN_OR_RETURN(const std::optional<std::string> value,
                             GetUndamaged(run.rows(), MetaKey(kJudgingRow)));
  storage::v1::JudgingRow judging;
  if (value.has_value()) {
    const auto row = DecodeValue<storage::v1::JudgingRow>(*value);
    if (row.ok()) judging = *row;
  }
  RecordVisitor visitor(run, relations, judging, recount);
  return SubjectWalk<RecordVisitor>(run, relations, visitor).Run();
}

}  // namespace creditreg
