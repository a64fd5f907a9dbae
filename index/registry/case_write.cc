#include "index/registry/case_write.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "creditreg/conf/v1/procedures.pb.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/civil_day.h"
#include "index/base/periods.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/model/draft.h"
#include "index/model/finding.h"
#include "index/publication/case_flow.h"
#include "index/publication/decision.h"
#include "index/publication/procedures.h"
#include "index/publication/rules.h"
#include "index/publication/tables.h"
#include "index/registry/conf_tables.h"
#include "index/registry/index_rows.h"
#include "index/registry/record_version.h"
#include "index/registry/record_write.h"
#include "index/registry/registry.h"
#include "index/registry/rows.h"
#include "index/registry/transaction.h"
#include "index/registry/view.h"
#include "index/registry/write_context.h"
#include "index/registry/write_scope.h"

namespace creditreg {
namespace {

using conf::v1::Procedure;
using storage::v1::CaseRow;
using storage::v1::Change;
using storage::v1::RecordVersion;

// Of the record that false material for a repair leads to (第36号令): by this
// ground conf/publication knows it.
constexpr absl::string_view kFalseRepairList = "信用修复弄虚作假";
constexpr absl::string_view kFalseRepairGround = "XYXF";
// Source of a record that an approval makes (conf/intake/sources).
constexpr absl::string_view kCaseSource = "direct";

CivilDay Today(const Transaction& transaction, const WriteContext& context) {
  return std::max(CivilDay::FromDays(transaction.counters().publication_day()),
                  ChinaDay(context.clock->Now()));
}

absl::Status NoProcedure() {
  return absl::FailedPreconditionError(
      "NO_PROCEDURE: kind: none is in force for such a record");
}

absl::Status NothingToEnd() {
  return absl::FailedPreconditionError(
      "NOTHING_TO_END: record_id: what the case is to do is done, or there is "
      "nothing to do it to");
}

// The record a case is about, as it is now; nothing: an entry that is none yet.
absl::StatusOr<std::optional<RecordAt>> ReadOfCase(const Snapshot& rows,
                                                   std::uint64_t record_no,
                                                   const Actor& actor) {
  if (record_no == 0) return std::optional<RecordAt>();
  CREDITREG_ASSIGN_OR_RETURN(std::optional<RecordAt> record,
                             ReadRecordVersion(rows, record_no, 0));
  if (!record.has_value()) {
    return absl::NotFoundError("record_id: no such record");
  }
  if (!MayWrite(actor, record->version.content())) return OutOfScope();
  return record;
}

// Whether a case of the kind still has something to do.
bool HasSomethingToDo(storage::v1::CaseKind kind,
                      const RecordVersion& version) {
  const bool is_ended = version.has_ending();
  switch (kind) {
    case storage::v1::CASE_KIND_REPAIR:
    case storage::v1::CASE_KIND_ANNULMENT:
      return InForce(version) && !is_ended;
    case storage::v1::CASE_KIND_OBJECTION:
      return InForce(version) && version.objection_case_no() == 0;
    case storage::v1::CASE_KIND_LIST_REMOVAL:
      return InForce(version) && version.content().has_listing() &&
             !version.content().listing().has_removed_on();
    case storage::v1::CASE_KIND_SHIELD:
      return InForce(version) && !is_ended && version.shield_case_no() == 0;
    case storage::v1::CASE_KIND_REPUBLICATION:
      return is_ended || version.shield_case_no() != 0;
    default:
      return false;
  }
}

// Puts a case with its index rows and the change that made it so.
std::uint64_t PutCase(Transaction& transaction, const WriteContext& context,
                      const ChangeSource& source, std::uint64_t case_no,
                      const CaseRow* before, CaseRow row, Change change) {
  const Stamp stamp = BeginChange(transaction, context);
  const int events_before = before == nullptr ? 0 : before->events_size();
  for (int i = events_before; i < row.events_size(); ++i) {
    storage::v1::CaseEvent& event = *row.mutable_events(i);
    event.set_sequence(stamp.sequence);
    event.set_recorded_us(stamp.record_time_us);
    event.set_actor(source.actor->principal);
    event.set_agency(source.actor->agency);
  }
  row.set_sequence(stamp.sequence);
  change.set_case_no(case_no);
  change.set_record_no(row.record_no());
  change.set_enterprise_no(row.enterprise_no());
  change.set_content_hash(ContentHash(row));
  ReplaceIndexRows(before == nullptr ? std::vector<IndexRow>()
                                     : CaseIndexRows(case_no, *before),
                   CaseIndexRows(case_no, row), transaction);
  if (!row.national_no().empty()) {
    storage::v1::NationalCaseRow national;
    national.set_case_no(case_no);
    transaction.Put(NationalCaseKey(row.national_no()), national);
  }
  transaction.Put(CaseKey(case_no), row);
  EndChange(transaction, stamp, source, std::move(change));
  return stamp.sequence;
}

// One case on its way through one step.
class CaseStepper {
 public:
  // All outlive the stepper. `row` is changed; the caller puts it.
  CaseStepper(Transaction& transaction, const WriteContext& context,
              const ChangeSource& source, const Procedure& procedure,
              std::uint64_t case_no, CaseRow* row)
      : transaction_(transaction),
        context_(context),
        source_(source),
        procedure_(procedure),
        case_no_(case_no),
        row_(*row) {}

  // Takes the step and does to the record what follows from it.
  absl::Status Take(const StepInput& step) {
    CREDITREG_ASSIGN_OR_RETURN(
        const std::optional<RecordAt> record,
        ReadOfCase(transaction_, row_.record_no(), *source_.actor));
    CREDITREG_ASSIGN_OR_RETURN(const CaseFacts facts, Facts(record));
    const storage::v1::CaseState before = row_.state();
    CREDITREG_RETURN_IF_ERROR(TakeStep(
        procedure_, transaction_.tables()->calendar(), facts, step, &row_));
    return Do(EffectOf(row_.kind(), before, step.action), step, record);
  }

 private:
  absl::StatusOr<CaseFacts> Facts(const std::optional<RecordAt>& record) const {
    CaseFacts facts;
    if (!record.has_value()) return facts;
    const PublicationTable* const table =
        transaction_.tables()->Of(procedure_.channel());
    if (table != nullptr) {
      RecordVersion unshielded = record->version;
      unshielded.clear_shield_case_no();
      const Decision decision =
          Decide(unshielded, *table, Today(transaction_, context_));
      facts.repair_from = decision.repair_from;
      facts.shown = decision.is_public();
    }
    facts.record_corrected_or_withdrawn = !InForce(record->version);
    if (record->sequence != row_.record_sequence()) {
      CREDITREG_ASSIGN_OR_RETURN(
          const std::optional<RecordAt> opened,
          ReadRecordVersion(transaction_, record->record_no,
                            row_.record_sequence()));
      facts.record_corrected_or_withdrawn =
          facts.record_corrected_or_withdrawn || !opened.has_value() ||
          opened->version.info().content_hash() !=
              record->version.info().content_hash();
    }
    return facts;
  }

  absl::Status Do(CaseEffect effect, const StepInput& step,
                  const std::optional<RecordAt>& record) {
    switch (effect) {
      case CaseEffect::kNone:
        return absl::OkStatus();
      case CaseEffect::kEnterRecord:
        return Enter();
      case CaseEffect::kRemoveFromList:
        return Remove(step, *record);
      case CaseEffect::kRepairWasFalse:
        CREDITREG_RETURN_IF_ERROR(Mark(effect, step, *record));
        return RecordFalseRepair(step, *record);
      default:
        return Mark(effect, step, *record);
    }
  }

  // Changes what cases lay on the record.
  absl::Status Mark(CaseEffect effect, const StepInput& step,
                    const RecordAt& record) {
    // Whatever happened to it since, a decision on what is undone is none.
    const bool ends =
        effect == CaseEffect::kRepair || effect == CaseEffect::kAnnul ||
        effect == CaseEffect::kShield || effect == CaseEffect::kRestore;
    if (ends && !HasSomethingToDo(row_.kind(), record.version)) {
      return NothingToEnd();
    }
    NewRecordVersion put = NewVersion(record, Change::KIND_RECORD_MARKED);
    RecordVersion& version = put.version;
    switch (effect) {
      case CaseEffect::kMarkDisputed:
        version.set_objection_case_no(case_no_);
        break;
      case CaseEffect::kClearDispute:
        if (version.objection_case_no() != case_no_) return absl::OkStatus();
        version.clear_objection_case_no();
        break;
      case CaseEffect::kRepair:
        End(storage::v1::RecordEnding::KIND_REPAIRED, step, &version);
        break;
      case CaseEffect::kAnnul:
        End(storage::v1::RecordEnding::KIND_ANNULLED, step, &version);
        break;
      case CaseEffect::kShield:
        version.set_shield_case_no(case_no_);
        break;
      case CaseEffect::kUnshield:
        if (version.shield_case_no() != case_no_) return absl::OkStatus();
        version.clear_shield_case_no();
        break;
      case CaseEffect::kRestore:
        version.clear_ending();
        version.clear_shield_case_no();
        break;
      case CaseEffect::kRepairWasFalse:
        if (version.ending().case_no() == case_no_) version.clear_ending();
        version.set_repair_barred_until(
            HiddenFrom(
                LastDayOfPeriod(step.taken_on, procedure_.barred_months()))
                .days());
        break;
      default:
        return absl::OkStatus();
    }
    put.change.set_reason(step.reason);
    put.withdraw_within_days = procedure_.withdraw_within_days() > 0
                                   ? procedure_.withdraw_within_days()
                                   : -1;
    return PutRecordVersion(transaction_, context_, source_, std::move(put))
        .status();
  }

  void End(storage::v1::RecordEnding::Kind kind, const StepInput& step,
           RecordVersion* version) const {
    storage::v1::RecordEnding* const ending = version->mutable_ending();
    ending->set_kind(kind);
    ending->set_day(step.taken_on.days());
    ending->set_case_no(case_no_);
    version->clear_shield_case_no();
  }

  // Takes the entry off its list: a correction of what it says.
  absl::Status Remove(const StepInput& step, const RecordAt& record) {
    if (!HasSomethingToDo(row_.kind(), record.version)) return NothingToEnd();
    NewRecordVersion put = NewVersion(record, Change::KIND_RECORD_CORRECTED);
    storage::v1::Listing& listing =
        *put.version.mutable_content()->mutable_listing();
    listing.set_removed_on(step.taken_on.days());
    listing.set_removal_ground(step.reason);
    put.version.mutable_info()->set_content_hash(
        ContentHash(put.version.content()));
    put.version.set_correction_reason(step.reason);
    put.change.set_reason(step.reason);
    put.withdraw_within_days = procedure_.withdraw_within_days() > 0
                                   ? procedure_.withdraw_within_days()
                                   : -1;
    return PutRecordVersion(transaction_, context_, source_, std::move(put))
        .status();
  }

  // Makes the entry a record.
  absl::Status Enter() {
    RecordDraft draft;
    draft.content = row_.entry();
    draft.source_id = std::string(kCaseSource);
    CREDITREG_ASSIGN_OR_RETURN(
        const WriteResult written,
        ApplyRecord(transaction_, context_, source_,
                    PrepareRecord(std::move(draft), context_.keys->hmac)));
    if (written.record_no == 0) {
      return absl::FailedPreconditionError(
          absl::StrCat("ENTRY_REFUSED: entry: ", written.findings.back().rule));
    }
    row_.set_record_no(written.record_no);
    row_.set_enterprise_no(written.enterprise_no);
    return absl::OkStatus();
  }

  // False material is a record of its own (conf/publication has its rule).
  absl::Status RecordFalseRepair(const StepInput& step,
                                 const RecordAt& record) {
    const storage::v1::Record& about = record.version.content();
    RecordDraft draft;
    draft.content.set_family(storage::v1::FAMILY_LISTING);
    *draft.content.mutable_party() = about.party();
    *draft.content.mutable_deciding_agency() = about.deciding_agency();
    *draft.content.mutable_submitting_agency() = about.submitting_agency();
    storage::v1::Listing& listing = *draft.content.mutable_listing();
    listing.set_list(storage::v1::Listing::LIST_OTHER);
    listing.set_list_name(std::string(kFalseRepairList));
    listing.set_ground_code(std::string(kFalseRepairGround));
    listing.set_ground(std::string(kFalseRepairList));
    // Numbers of cases are nobody's to see.
    listing.set_entry_document_number(
        row_.national_no().empty()
            ? absl::StrCat("XF", absl::BytesToHexString(
                                     Hmac(context_.keys->hmac, "false repair",
                                          absl::StrCat(case_no_))
                                         .substr(0, 8)))
            : row_.national_no());
    listing.set_listed_on(step.taken_on.days());
    draft.source_id = record.version.info().source_id();
    CREDITREG_ASSIGN_OR_RETURN(
        const WriteResult written,
        ApplyRecord(transaction_, context_, source_,
                    PrepareRecord(std::move(draft), context_.keys->hmac)));
    if (written.record_no == 0) {
      return absl::FailedPreconditionError(
          absl::StrCat("ENTRY_REFUSED: entry: ", written.findings.back().rule));
    }
    return absl::OkStatus();
  }

  static NewRecordVersion NewVersion(const RecordAt& record,
                                     Change::Kind kind) {
    NewRecordVersion put;
    put.record_no = record.record_no;
    put.stored = &record;
    put.version = record.version;
    put.version.clear_correction_reason();
    put.change.set_kind(kind);
    return put;
  }

  Transaction& transaction_;
  const WriteContext& context_;
  const ChangeSource& source_;
  const Procedure& procedure_;
  const std::uint64_t case_no_;
  CaseRow& row_;
};

absl::Status CheckNoneOpen(const Snapshot& rows, std::uint64_t record_no,
                           storage::v1::CaseKind kind) {
  ScanRange range;
  range.begin = RecordCasePrefix(record_no);
  range.end = PrefixEnd(range.begin);
  while (!range.begin.empty()) {
    CREDITREG_ASSIGN_OR_RETURN(ScanPage page, rows.Scan(range));
    for (const auto& [key, value] : page.rows) {
      CREDITREG_ASSIGN_OR_RETURN(const RecordCaseEntry entry,
                                 DecodeRecordCaseKey(key));
      CREDITREG_ASSIGN_OR_RETURN(
          const std::optional<CaseRow> row,
          ReadRow<CaseRow>(rows, CaseKey(entry.case_no)));
      if (row.has_value() && row->kind() == kind && !HasEnded(row->state())) {
        return absl::AlreadyExistsError(
            "CASE_OPEN: record_id: it has an open case of the kind");
      }
    }
    range.begin = std::move(page.next);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::uint64_t>> FindNational(
    const Snapshot& rows, const std::string& national_no) {
  CREDITREG_ASSIGN_OR_RETURN(
      const std::optional<storage::v1::NationalCaseRow> row,
      ReadRow<storage::v1::NationalCaseRow>(rows,
                                            NationalCaseKey(national_no)));
  if (!row.has_value()) return std::optional<std::uint64_t>();
  return std::make_optional(row->case_no());
}

absl::Status NumberTaken() {
  return absl::AlreadyExistsError(
      "NATIONAL_NO_TAKEN: national_no: another case has it");
}

// The tables that the case was opened by.
absl::StatusOr<TablesPtr> TablesOf(const Transaction& transaction,
                                   const CaseRow& row) {
  if (row.tables_sequence() == transaction.tables()->sequence()) {
    return transaction.tables();
  }
  return ReadTables(transaction, row.tables_sequence());
}

// Opens a case whose first step is `step`; hands it over with `submit`.
absl::StatusOr<WriteResult> Open(Transaction& transaction,
                                 const WriteContext& context,
                                 const ChangeSource& source,
                                 const OpenCase& write,
                                 const StepInput& opening) {
  const ProcedureTable* const table = transaction.tables()->procedures();
  if (table == nullptr) return NoProcedure();
  CREDITREG_ASSIGN_OR_RETURN(
      const std::optional<RecordAt> record,
      ReadOfCase(transaction, write.record_no, *source.actor));
  const bool is_entry = write.kind == storage::v1::CASE_KIND_LIST_ENTRY;
  if (is_entry != write.entry.has_value() || is_entry == record.has_value()) {
    return absl::InvalidArgumentError(
        "entry: want it with an entry into a list, else a record_id");
  }
  if (is_entry && !MayWrite(*source.actor, write.entry->content)) {
    return OutOfScope();
  }
  const storage::v1::Record& about =
      is_entry ? write.entry->content : record->version.content();
  const Procedure* const procedure =
      table->FindFor(write.kind, write.channel, about.family(),
                     about.listing().list(), opening.taken_on);
  if (procedure == nullptr) return NoProcedure();
  CaseRow row;
  row.set_tables_sequence(transaction.tables()->sequence());
  if (is_entry) {
    *row.mutable_entry() = write.entry->content;
  } else {
    if (!HasSomethingToDo(write.kind, record->version)) return NothingToEnd();
    CREDITREG_RETURN_IF_ERROR(
        CheckNoneOpen(transaction, write.record_no, write.kind));
    row.set_record_no(record->record_no);
    row.set_record_sequence(record->sequence);
    row.set_enterprise_no(record->version.enterprise_no());
  }
  if (!write.national_no.empty()) {
    CREDITREG_ASSIGN_OR_RETURN(const std::optional<std::uint64_t> holder,
                               FindNational(transaction, write.national_no));
    if (holder.has_value()) return NumberTaken();
  }
  storage::v1::Counters& counters = transaction.counters();
  const std::uint64_t case_no =
      std::max<std::uint64_t>(1, counters.next_case_no());
  counters.set_next_case_no(case_no + 1);
  CaseStepper stepper(transaction, context, source, *procedure, case_no, &row);
  CREDITREG_RETURN_IF_ERROR(stepper.Take(opening));
  row.set_national_step(opening.national_step);
  if (write.submit && row.state() == storage::v1::CASE_STATE_DRAFT) {
    StepInput submit;
    submit.action = storage::v1::CASE_ACTION_SUBMIT;
    submit.taken_on = opening.taken_on;
    CREDITREG_RETURN_IF_ERROR(stepper.Take(submit));
  }
  WriteResult result;
  result.outcome = Outcome::kCreated;
  result.case_no = case_no;
  result.record_no = row.record_no();
  result.enterprise_no = row.enterprise_no();
  Change change;
  change.set_kind(Change::KIND_CASE_OPENED);
  change.set_reason(write.reason);
  result.version_sequence = PutCase(transaction, context, source, case_no,
                                    nullptr, std::move(row), std::move(change));
  return result;
}

absl::StatusOr<WriteResult> Advance(Transaction& transaction,
                                    const WriteContext& context,
                                    const ChangeSource& source,
                                    std::uint64_t case_no,
                                    const CaseRow& before,
                                    const StepInput& step) {
  CREDITREG_ASSIGN_OR_RETURN(const TablesPtr tables,
                             TablesOf(transaction, before));
  const Procedure* const procedure =
      tables->procedures() == nullptr
          ? nullptr
          : tables->procedures()->Find(before.procedure());
  if (procedure == nullptr) return NoProcedure();
  if (!step.national_no.empty() && step.national_no != before.national_no()) {
    CREDITREG_ASSIGN_OR_RETURN(const std::optional<std::uint64_t> holder,
                               FindNational(transaction, step.national_no));
    if (holder.has_value()) return NumberTaken();
  }
  if (before.record_no() == 0 && !MayWrite(*source.actor, before.entry())) {
    return OutOfScope();
  }
  CaseRow row = before;
  CREDITREG_RETURN_IF_ERROR(
      CaseStepper(transaction, context, source, *procedure, case_no, &row)
          .Take(step));
  if (step.national_step != 0) row.set_national_step(step.national_step);
  WriteResult result;
  result.outcome = Outcome::kUpdated;
  result.case_no = case_no;
  result.record_no = row.record_no();
  result.enterprise_no = row.enterprise_no();
  Change change;
  change.set_kind(Change::KIND_CASE_ADVANCED);
  change.set_reason(step.reason);
  result.version_sequence = PutCase(transaction, context, source, case_no,
                                    &before, std::move(row), std::move(change));
  return result;
}

// The step as the national platform's answer to one that was taken here: it is
// numbered, not taken again. Nothing: it is none.
absl::StatusOr<std::optional<WriteResult>> TakeEcho(Transaction& transaction,
                                                    const WriteContext& context,
                                                    const ChangeSource& source,
                                                    std::uint64_t case_no,
                                                    const CaseRow& before,
                                                    const StepInput& step) {
  CaseRow row = before;
  for (storage::v1::CaseEvent& event : *row.mutable_events()) {
    if (event.national_step() != 0 || event.action() != step.action) continue;
    // What is added is not the same because something was added here.
    if (step.action == storage::v1::CASE_ACTION_AMEND) continue;
    event.set_national_step(step.national_step);
    row.set_national_step(step.national_step);
    WriteResult result;
    result.outcome = Outcome::kUpdated;
    result.case_no = case_no;
    result.record_no = row.record_no();
    result.enterprise_no = row.enterprise_no();
    Change change;
    change.set_kind(Change::KIND_CASE_ADVANCED);
    result.version_sequence =
        PutCase(transaction, context, source, case_no, &before, std::move(row),
                std::move(change));
    return std::make_optional(std::move(result));
  }
  return std::optional<WriteResult>();
}

// Takes one step of the national platform that is the next one of its case.
absl::StatusOr<WriteResult> TakeNational(Transaction& transaction,
                                         const WriteContext& context,
                                         const ChangeSource& source,
                                         const ImportCaseSteps::Step& step,
                                         std::optional<std::uint64_t> case_no) {
  if (!case_no.has_value()) {
    OpenCase open;
    open.kind = step.kind;
    open.record_no = step.record_no;
    open.channel = step.channel;
    open.national_no = step.national_no;
    open.reason = step.input.reason;
    StepInput opening = step.input;
    opening.national_no = step.national_no;
    return Open(transaction, context, source, open, opening);
  }
  CREDITREG_ASSIGN_OR_RETURN(const std::optional<CaseRow> row,
                             ReadRow<CaseRow>(transaction, CaseKey(*case_no)));
  if (!row.has_value()) {
    return absl::DataLossError(
        "case: missing, want one where a national number leads");
  }
  CREDITREG_ASSIGN_OR_RETURN(
      std::optional<WriteResult> echo,
      TakeEcho(transaction, context, source, *case_no, *row, step.input));
  if (echo.has_value()) return *std::move(echo);
  return Advance(transaction, context, source, *case_no, *row, step.input);
}

void Hold(Transaction& transaction, const WriteContext& context,
          const ImportCaseSteps::Step& step) {
  storage::v1::HeldStepRow held;
  held.set_action(step.input.action);
  held.set_day(step.input.taken_on.days());
  held.set_reason(step.input.reason);
  for (const std::string& missing : step.input.missing) {
    held.add_missing(missing);
  }
  held.set_received_us(absl::ToUnixMicros(context.clock->Now()));
  transaction.Put(HeldStepKey(step.national_no, step.input.national_step),
                  held);
}

// Undone where it cannot be taken.
absl::StatusOr<WriteResult> TakeOrUndo(Transaction& transaction,
                                       const WriteContext& context,
                                       const ChangeSource& source,
                                       const ImportCaseSteps::Step& step,
                                       std::optional<std::uint64_t> case_no) {
  const Transaction::Mark mark = transaction.Save();
  absl::StatusOr<WriteResult> taken =
      TakeNational(transaction, context, source, step, case_no);
  if (taken.ok()) return taken;
  transaction.Restore(mark);
  if (absl::IsDataLoss(taken.status()) || absl::IsUnavailable(taken.status())) {
    return taken.status();
  }
  WriteResult refused;
  refused.outcome = Outcome::kRejected;
  refused.findings.push_back({Severity::kError, "steps", "REFUSED",
                              std::string(taken.status().message()), ""});
  return refused;
}

// Takes those that were held and follow now.
absl::Status TakeHeld(Transaction& transaction, const WriteContext& context,
                      const ChangeSource& source,
                      const std::string& national_no, std::uint64_t next) {
  while (true) {
    const std::string key = HeldStepKey(national_no, next);
    CREDITREG_ASSIGN_OR_RETURN(
        const std::optional<storage::v1::HeldStepRow> held,
        ReadRow<storage::v1::HeldStepRow>(transaction, key));
    if (!held.has_value()) return absl::OkStatus();
    CREDITREG_ASSIGN_OR_RETURN(const std::optional<std::uint64_t> case_no,
                               FindNational(transaction, national_no));
    ImportCaseSteps::Step step;
    step.national_no = national_no;
    step.input.action = held->action();
    step.input.taken_on = CivilDay::FromDays(held->day());
    step.input.reason = held->reason();
    step.input.missing.assign(held->missing().begin(), held->missing().end());
    step.input.national_step = next;
    CREDITREG_ASSIGN_OR_RETURN(
        const WriteResult result,
        TakeOrUndo(transaction, context, source, step, case_no));
    // It stays held, which a reconciliation tells.
    if (result.outcome == Outcome::kRejected) return absl::OkStatus();
    transaction.Delete(key);
    ++next;
  }
}

absl::StatusOr<WriteResult> ApplyStep(Transaction& transaction,
                                      const WriteContext& context,
                                      const ChangeSource& source,
                                      const ImportCaseSteps::Step& step) {
  CREDITREG_ASSIGN_OR_RETURN(const std::optional<std::uint64_t> case_no,
                             FindNational(transaction, step.national_no));
  std::uint64_t last = 0;
  WriteResult result;
  if (case_no.has_value()) {
    CREDITREG_ASSIGN_OR_RETURN(
        const std::optional<CaseRow> row,
        ReadRow<CaseRow>(transaction, CaseKey(*case_no)));
    if (row.has_value()) last = row->national_step();
    result.case_no = *case_no;
  }
  if (step.input.national_step <= last) {
    result.outcome = Outcome::kUnchanged;
    return result;
  }
  if (step.input.national_step != last + 1) {
    Hold(transaction, context, step);
    result.outcome = Outcome::kPending;
    return result;
  }
  CREDITREG_ASSIGN_OR_RETURN(
      result, TakeOrUndo(transaction, context, source, step, case_no));
  if (result.outcome == Outcome::kRejected) return result;
  transaction.Delete(HeldStepKey(step.national_no, last + 1));
  CREDITREG_RETURN_IF_ERROR(
      TakeHeld(transaction, context, source, step.national_no, last + 2));
  return result;
}

}  // namespace

std::vector<IndexRow> CaseIndexRows(std::uint64_t case_no, const CaseRow& row) {
  static const std::string* const kEmpty =
      new std::string(EncodeValue(storage::v1::EmptyRow()));
  std::vector<IndexRow> rows;
  if (row.record_no() != 0) {
    rows.emplace_back(RecordCaseKey(row.record_no(), case_no), *kEmpty);
  }
  for (const storage::v1::CaseClock& clock : row.clocks()) {
    rows.emplace_back(
        CaseClockKey(CivilDay::FromDays(clock.due_day()), case_no), *kEmpty);
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

absl::StatusOr<WriteResult> ApplyOpenCase(Transaction& transaction,
                                          const WriteContext& context,
                                          const ChangeSource& source,
                                          const OpenCase& write) {
  StepInput opening;
  opening.action = storage::v1::CASE_ACTION_OPEN;
  opening.taken_on = Today(transaction, context);
  opening.reason = write.reason;
  opening.materials = write.materials;
  opening.national_no = write.national_no;
  return Open(transaction, context, source, write, opening);
}

absl::StatusOr<WriteResult> ApplyAdvanceCase(Transaction& transaction,
                                             const WriteContext& context,
                                             const ChangeSource& source,
                                             const AdvanceCase& write) {
  CREDITREG_ASSIGN_OR_RETURN(
      const std::optional<CaseRow> row,
      ReadRow<CaseRow>(transaction, CaseKey(write.case_no)));
  if (!row.has_value()) return absl::NotFoundError("case_id: no such case");
  CREDITREG_RETURN_IF_ERROR(
      ReadOfCase(transaction, row->record_no(), *source.actor).status());
  if (!write.etag.empty() && write.etag != EtagOf(*row)) {
    return absl::AbortedError(
        "ETAG_MISMATCH: etag: not the current version's, want to read again");
  }
  StepInput step = write.step;
  const CivilDay today = Today(transaction, context);
  if (step.taken_on.is_unknown()) step.taken_on = today;
  if (today < step.taken_on) {
    return absl::InvalidArgumentError("taken_on: later than today");
  }
  return Advance(transaction, context, source, write.case_no, *row, step);
}

absl::StatusOr<std::vector<WriteResult>> ApplyCaseSteps(
    Transaction& transaction, const WriteContext& context,
    const ChangeSource& source, const ImportCaseSteps& write) {
  std::vector<WriteResult> results;
  for (const ImportCaseSteps::Step& step : write.steps) {
    CREDITREG_ASSIGN_OR_RETURN(WriteResult result,
                               ApplyStep(transaction, context, source, step));
    results.push_back(std::move(result));
  }
  return results;
}

absl::StatusOr<WriteResult> ApplyAcknowledgement(
    Transaction& transaction, const WriteContext& context,
    const ChangeSource& source, const AcknowledgeWithdrawals& write) {
  const std::string key = ReceiverKey(source.actor->principal);
  CREDITREG_ASSIGN_OR_RETURN(
      std::optional<storage::v1::ReceiverRow> row,
      ReadRow<storage::v1::ReceiverRow>(transaction, key));
  WriteResult result;
  // What was done is not undone.
  if (row.has_value() && write.up_to <= row->acknowledged()) {
    result.outcome = Outcome::kUnchanged;
    return result;
  }
  const Stamp stamp = BeginChange(transaction, context);
  result.outcome = row.has_value() ? Outcome::kUpdated : Outcome::kCreated;
  if (!row.has_value()) {
    row.emplace();
    row->set_registered_us(stamp.record_time_us);
  }
  if (write.up_to > 0) {
    row->set_acknowledged(write.up_to);
    row->set_acknowledged_us(stamp.record_time_us);
  }
  transaction.Put(key, *row);
  Change change;
  change.set_kind(Change::KIND_WITHDRAWALS_ACKNOWLEDGED);
  EndChange(transaction, stamp, source, std::move(change));
  result.version_sequence = stamp.sequence;
  return result;
}

}  // namespace creditreg
