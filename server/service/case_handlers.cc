#include "server/service/case_handlers.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "creditreg/conf/v1/procedures.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/civil_day.h"
#include "index/base/status_macros.h"
#include "index/publication/case_flow.h"
#include "index/publication/procedures.h"
#include "index/publication/tables.h"
#include "server/service/page_limits.h"
#include "server/service/pinned_state.h"
#include "server/service/public_ids.h"
#include "server/service/request_bytes.h"
#include "server/service/validate.h"
#include "server/wire/answers.h"
#include "server/wire/mirror.h"

namespace creditreg {
namespace {

using storage::v1::CaseRow;
using storage::v1::Change;

// As the contract says.
constexpr int kMaxStandings = 1000;
constexpr std::size_t kMaxOpenCounted = 10000;
constexpr std::size_t kMaxNationalNoChars = 64;

std::string RecordIdOf(std::uint64_t record_no, const TokenCodec& tokens) {
  return record_no == 0 ? std::string()
                        : tokens.EncodeId(PublicIdKind::kRecord, record_no);
}

// Code of the enterprise today; empty: it has none.
absl::StatusOr<std::string> CodeOf(std::uint64_t enterprise_no,
                                   const View& view) {
  if (enterprise_no == 0) return std::string();
  CREDITREG_ASSIGN_OR_RETURN(const EnterpriseAt enterprise,
                             view.ReadEnterprise(enterprise_no));
  return enterprise.version.content().uscc();
}

v1::CaseStep StepMessage(const storage::v1::CaseEvent& event) {
  v1::CaseStep step;
  step.set_action(static_cast<v1::CaseAction>(event.action()));
  step.set_state(static_cast<v1::CaseState>(event.state()));
  step.set_taken_on(CivilDay::FromDays(event.day()).ToIso());
  *step.mutable_recorded_at() = TimestampOf(event.recorded_us());
  step.set_agency(event.agency());
  step.set_reason(event.reason());
  *step.mutable_missing() = event.missing();
  step.set_national_step(static_cast<std::int64_t>(event.national_step()));
  return step;
}

// The caller may have the case where it may have the record it is about.
absl::StatusOr<bool> Sees(const Caller& caller, const View& view,
                          const CaseRow& row) {
  if (caller.reaches_all()) return true;
  AccessSubject subject;
  if (row.record_no() == 0) {
    subject.record = &row.entry();
    return caller.Sees(subject);
  }
  CREDITREG_ASSIGN_OR_RETURN(const RecordAt record,
                             view.ReadRecord(row.record_no()));
  subject.record = &record.version.content();
  return caller.Sees(subject);
}

void Note(const Caller& caller, const CaseRow& row) {
  if (row.record_no() != 0) {
    caller.notes().record_nos.push_back(row.record_no());
  }
  if (row.enterprise_no() != 0) {
    caller.notes().enterprise_nos.push_back(row.enterprise_no());
  }
}

// Where a list of changes goes on. 0: from the first.
absl::StatusOr<std::uint64_t> After(bool has_after, const v1::Position& after,
                                    const TokenCodec& tokens) {
  if (!has_after) return std::uint64_t{0};
  const absl::StatusOr<std::uint64_t> sequence =
      tokens.DecodePosition(after.token());
  if (!sequence.ok()) {
    return absl::FailedPreconditionError(
        "POSITION_UNKNOWN: after: not of this registry");
  }
  return *sequence;
}

std::string DocumentNumberOf(const storage::v1::Record& record) {
  switch (record.family()) {
    case storage::v1::FAMILY_LICENCE:
      return record.licence().document_number();
    case storage::v1::FAMILY_PENALTY:
      return record.penalty().document_number();
    case storage::v1::FAMILY_LISTING:
      return record.listing().entry_document_number();
    default:
      return std::string();
  }
}

// One notice for each reason that the change has.
absl::Status AddNotices(const ChangeAt& change, const View& view,
                        const TokenCodec& tokens,
                        v1::ListWithdrawalsResponse* response) {
  CREDITREG_ASSIGN_OR_RETURN(
      const RecordAt record,
      view.ReadRecord(change.change.record_no(), change.sequence));
  CREDITREG_ASSIGN_OR_RETURN(const std::string code,
                             CodeOf(record.version.enterprise_no(), view));
  for (const storage::v1::Withdrawal& withdrawal :
       change.change.withdrawals()) {
    v1::WithdrawalNotice* const notice = response->add_withdrawals();
    notice->set_record_id(RecordIdOf(record.record_no, tokens));
    notice->set_reason(
        static_cast<v1::WithdrawalNotice::Reason>(withdrawal.reason()));
    notice->set_due_on(CivilDay::FromDays(withdrawal.due_day()).ToIso());
    notice->set_estimated(withdrawal.estimated());
    for (const int channel : withdrawal.channels()) {
      notice->add_channels(
          static_cast<v1::ChannelPublication::Channel>(channel));
    }
    notice->set_family(
        static_cast<v1::Family>(record.version.content().family()));
    notice->set_enterprise_uscc(code);
    notice->set_document_number(DocumentNumberOf(record.version.content()));
    *notice->mutable_position() = PositionMessage(tokens, change.sequence);
  }
  return absl::OkStatus();
}

// The step that a change stored; null: it only numbered one.
const storage::v1::CaseEvent* EventOf(const CaseRow& row,
                                      std::uint64_t sequence) {
  for (const storage::v1::CaseEvent& event : row.events()) {
    if (event.sequence() == sequence) return &event;
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<v1::Case> CaseMessage(const CaseAt& stored, const View& view,
                                     CivilDay day, const TokenCodec& tokens) {
  const CaseRow& row = stored.row;
  v1::Case message;
  message.set_case_id(tokens.EncodeId(PublicIdKind::kCase, stored.case_no));
  message.set_etag(EtagOf(row));
  message.set_kind(static_cast<v1::CaseKind>(row.kind()));
  message.set_state(static_cast<v1::CaseState>(row.state()));
  message.set_procedure(row.procedure());
  message.set_record_id(RecordIdOf(row.record_no(), tokens));
  CREDITREG_ASSIGN_OR_RETURN(*message.mutable_enterprise_uscc(),
                             CodeOf(row.enterprise_no(), view));
  message.set_national_no(row.national_no());
  for (const storage::v1::CaseMaterial& material : row.materials()) {
    v1::CaseMaterial* const added = message.add_materials();
    added->set_material(material.material());
    added->set_sm3(material.sm3());
    added->set_title(material.title());
  }
  // It runs by the procedure that was in force when it was opened.
  CREDITREG_ASSIGN_OR_RETURN(const TablesPtr tables,
                             row.tables_sequence() == view.tables().sequence()
                                 ? view.TablesAt(view.sequence())
                                 : view.TablesAt(row.tables_sequence()));
  const ProcedureTable* const table = tables->procedures();
  const conf::v1::Procedure* const procedure =
      table == nullptr ? nullptr : table->Find(row.procedure());
  if (procedure != nullptr) {
    for (std::string& missing : MissingMaterials(*procedure, row)) {
      message.add_missing_materials(std::move(missing));
    }
  }
  for (const storage::v1::CaseEvent& event : row.events()) {
    *message.add_steps() = StepMessage(event);
  }
  for (const storage::v1::CaseClock& clock : row.clocks()) {
    v1::CaseClock* const added = message.add_clocks();
    added->set_clock(clock.clock());
    added->set_due_on(CivilDay::FromDays(clock.due_day()).ToIso());
    added->set_estimated(clock.estimated());
    added->set_overdue(clock.due_day() < day.days());
  }
  if (row.has_entry()) StorageToWire(row.entry(), *message.mutable_entry());
  return message;
}

absl::Status CaseHandlers::GetCase(const Caller& caller,
                                   const v1::GetCaseRequest& request,
                                   v1::GetCaseResponse* response) const {
  FieldViolations violations;
  if (request.case_id().empty() == request.national_no().empty()) {
    violations.Add("case_id", "want it, or a national_no");
  } else if (request.national_no().empty()) {
    CheckCaseId(request.case_id(), &violations);
  } else {
    CheckText("national_no", request.national_no(), 1, kMaxNationalNoChars,
              &violations);
  }
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  const std::shared_ptr<const View> view = environment_.registry->CurrentView();
  const TokenCodec& tokens = environment_.registry->tokens();
  std::optional<CaseAt> found;
  if (request.national_no().empty()) {
    CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t case_no,
                               CaseNoOf(tokens, request.case_id()));
    CREDITREG_ASSIGN_OR_RETURN(found, view->ReadCase(case_no));
  } else {
    CREDITREG_ASSIGN_OR_RETURN(found,
                               view->FindNationalCase(request.national_no()));
    if (!found.has_value()) {
      return absl::NotFoundError("national_no: no such case");
    }
  }
  CREDITREG_ASSIGN_OR_RETURN(const bool sees, Sees(caller, *view, found->row));
  if (!sees) return Caller::OutOfScope();
  Note(caller, found->row);
  CREDITREG_ASSIGN_OR_RETURN(
      *response->mutable_case_(),
      CaseMessage(*found, *view, Today(*view, *environment_.clock), tokens));
  caller.notes().position = view->sequence();
  *response->mutable_position() = PositionMessage(tokens, view->sequence());
  return absl::OkStatus();
}

absl::Status CaseHandlers::ListCases(const Caller& caller,
                                     const v1::ListCasesRequest& request,
                                     v1::ListCasesResponse* response) const {
  FieldViolations violations;
  CheckPageSize(request.page_size(), kMaxPage, &violations);
  CivilDay due_by = CivilDay::Unknown();
  if (!request.record_id().empty()) {
    CheckRecordId(request.record_id(), &violations);
  }
  if (!request.due_by().empty()) {
    const absl::StatusOr<CivilDay> day = CivilDay::ParseIso(request.due_by());
    if (day.ok()) {
      due_by = *day;
    } else {
      violations.Add("due_by", "no date, want YYYY-MM-DD");
    }
  }
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  const TokenCodec& tokens = environment_.registry->tokens();
  std::uint64_t record_no = 0;
  if (!request.record_id().empty()) {
    CREDITREG_ASSIGN_OR_RETURN(record_no,
                               RecordNoOf(tokens, request.record_id()));
  }
  const std::string query_bytes = QueryBytes(request);
  CREDITREG_ASSIGN_OR_RETURN(
      const PageStart start,
      StartPage(environment_, caller, request.page_token(), query_bytes, {}));
  const View& view = *start.state.view;
  if (record_no != 0) {
    CREDITREG_ASSIGN_OR_RETURN(const RecordAt record,
                               view.ReadRecord(record_no));
    AccessSubject subject;
    subject.record = &record.version.content();
    CREDITREG_RETURN_IF_ERROR(caller.Check(subject));
  }
  const CivilDay today = Today(view, *environment_.clock);
  const std::size_t wanted = PageRows(request.page_size(), kDefaultPage);
  std::string cursor = start.cursor;
  std::size_t shown = 0;
  // Read on over what is not the caller's, so that a page is full.
  do {
    CREDITREG_ASSIGN_OR_RETURN(
        CasePage page,
        view.ListCases(record_no, due_by, cursor, ChunkRows(wanted, shown)));
    for (const CaseAt& one : page.cases) {
      CREDITREG_ASSIGN_OR_RETURN(const bool sees, Sees(caller, view, one.row));
      if (!sees) continue;
      Note(caller, one.row);
      CREDITREG_ASSIGN_OR_RETURN(*response->add_cases(),
                                 CaseMessage(one, view, today, tokens));
      ++shown;
    }
    cursor = std::move(page.cursor);
  } while (!cursor.empty() && shown < wanted);
  if (!cursor.empty()) {
    NextPage next = MakeNextPage(environment_, caller, start.state, query_bytes,
                                 std::move(cursor));
    response->set_next_page_token(std::move(next.token));
    *response->mutable_page_token_expires_at() = next.expires_at;
  }
  caller.notes().position = start.state.sequence;
  *response->mutable_position() = PositionMessage(tokens, start.state.sequence);
  return absl::OkStatus();
}

absl::Status CaseHandlers::ListCaseSteps(
    const v1::ListCaseStepsRequest& request,
    v1::ListCaseStepsResponse* response) const {
  FieldViolations violations;
  CheckPageSize(request.page_size(), kMaxPage, &violations);
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  const TokenCodec& tokens = environment_.registry->tokens();
  CREDITREG_ASSIGN_OR_RETURN(
      const std::uint64_t after,
      After(request.has_after(), request.after(), tokens));
  const std::shared_ptr<const View> view = environment_.registry->CurrentView();
  const std::size_t wanted = PageRows(request.page_size(), kDefaultPage);
  CREDITREG_ASSIGN_OR_RETURN(std::vector<ChangeAt> changes,
                             view->ListCaseSteps(after, wanted + 1));
  response->set_has_more(changes.size() > wanted);
  if (changes.size() > wanted) changes.pop_back();
  std::uint64_t last = after;
  for (const ChangeAt& change : changes) {
    last = change.sequence;
    CREDITREG_ASSIGN_OR_RETURN(const CaseAt stored,
                               view->ReadCase(change.change.case_no()));
    const storage::v1::CaseEvent* const event =
        EventOf(stored.row, change.sequence);
    // The national platform knows its own.
    if (event == nullptr || event->national_step() != 0) continue;
    v1::ListCaseStepsResponse::Entry* const entry = response->add_entries();
    entry->set_case_id(tokens.EncodeId(PublicIdKind::kCase, stored.case_no));
    entry->set_national_no(stored.row.national_no());
    entry->set_kind(static_cast<v1::CaseKind>(stored.row.kind()));
    entry->set_record_id(RecordIdOf(stored.row.record_no(), tokens));
    *entry->mutable_step() = StepMessage(*event);
    *entry->mutable_position() = PositionMessage(tokens, change.sequence);
  }
  // Also past what is not listed.
  *response->mutable_position() =
      PositionMessage(tokens, response->has_more() ? last : view->sequence());
  return absl::OkStatus();
}

absl::Status CaseHandlers::ReconcileCases(
    const v1::ReconcileCasesRequest& request,
    v1::ReconcileCasesResponse* response) const {
  using Response = v1::ReconcileCasesResponse;
  FieldViolations violations;
  if (request.standings_size() == 0 ||
      request.standings_size() > kMaxStandings) {
    violations.Add("standings", absl::StrCat("got ", request.standings_size(),
                                             ", want 1 to ", kMaxStandings));
  }
  for (int i = 0; i < request.standings_size(); ++i) {
    CheckText(absl::StrCat("standings[", i, "].national_no"),
              request.standings(i).national_no(), 1, kMaxNationalNoChars,
              &violations);
  }
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  const std::shared_ptr<const View> view = environment_.registry->CurrentView();
  for (const auto& standing : request.standings()) {
    CREDITREG_ASSIGN_OR_RETURN(const std::optional<CaseAt> here,
                               view->FindNationalCase(standing.national_no()));
    Response::Difference difference = Response::DIFFERENCE_UNSPECIFIED;
    if (!here.has_value()) {
      difference = Response::DIFFERENCE_UNKNOWN_HERE;
    } else if (here->row.national_step() <
               static_cast<std::uint64_t>(
                   std::max<std::int64_t>(0, standing.last_step()))) {
      difference = Response::DIFFERENCE_BEHIND;
    } else if (static_cast<int>(here->row.state()) !=
               static_cast<int>(standing.state())) {
      difference = Response::DIFFERENCE_STATE;
    }
    if (difference == Response::DIFFERENCE_BEHIND ||
        difference == Response::DIFFERENCE_UNKNOWN_HERE) {
      CREDITREG_ASSIGN_OR_RETURN(const bool holds,
                                 view->HoldsSteps(standing.national_no()));
      if (holds) difference = Response::DIFFERENCE_HELD;
    }
    if (difference == Response::DIFFERENCE_UNSPECIFIED) continue;
    Response::Finding* const finding = response->add_findings();
    finding->set_national_no(standing.national_no());
    finding->set_difference(difference);
    if (here.has_value()) {
      finding->set_state_here(static_cast<v1::CaseState>(here->row.state()));
      finding->set_last_step_here(
          static_cast<std::int64_t>(here->row.national_step()));
    }
  }
  *response->mutable_position() =
      PositionMessage(environment_.registry->tokens(), view->sequence());
  return absl::OkStatus();
}

absl::Status CaseHandlers::ListWithdrawals(
    const v1::ListWithdrawalsRequest& request,
    v1::ListWithdrawalsResponse* response) const {
  FieldViolations violations;
  CheckPageSize(request.page_size(), kMaxPage, &violations);
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  const TokenCodec& tokens = environment_.registry->tokens();
  CREDITREG_ASSIGN_OR_RETURN(
      const std::uint64_t after,
      After(request.has_after(), request.after(), tokens));
  const std::shared_ptr<const View> view = environment_.registry->CurrentView();
  const std::size_t wanted = PageRows(request.page_size(), kDefaultPage);
  CREDITREG_ASSIGN_OR_RETURN(std::vector<ChangeAt> changes,
                             view->ListWithdrawals(after, wanted + 1));
  response->set_has_more(changes.size() > wanted);
  if (changes.size() > wanted) changes.pop_back();
  for (const ChangeAt& change : changes) {
    CREDITREG_RETURN_IF_ERROR(AddNotices(change, *view, tokens, response));
  }
  *response->mutable_position() = PositionMessage(tokens, view->sequence());
  return absl::OkStatus();
}

absl::Status CaseHandlers::ListReceivers(
    v1::ListReceiversResponse* response) const {
  const std::shared_ptr<const View> view = environment_.registry->CurrentView();
  const CivilDay today = Today(*view, *environment_.clock);
  CREDITREG_ASSIGN_OR_RETURN(const std::vector<ReceiverAt> receivers,
                             view->ListReceivers());
  for (const ReceiverAt& receiver : receivers) {
    v1::ListReceiversResponse::Receiver* const message =
        response->add_receivers();
    message->set_receiver(receiver.principal);
    *message->mutable_registered_at() =
        TimestampOf(receiver.row.registered_us());
    if (receiver.row.acknowledged_us() != 0) {
      *message->mutable_acknowledged_at() =
          TimestampOf(receiver.row.acknowledged_us());
    }
    CREDITREG_ASSIGN_OR_RETURN(
        const std::vector<ChangeAt> open,
        view->ListWithdrawals(receiver.row.acknowledged(), kMaxOpenCounted));
    CivilDay late_since = CivilDay::OpenEnded();
    std::int64_t late = 0;
    for (const ChangeAt& change : open) {
      CivilDay due = CivilDay::OpenEnded();
      for (const storage::v1::Withdrawal& one : change.change.withdrawals()) {
        due = std::min(due, CivilDay::FromDays(one.due_day()));
      }
      if (today <= due) continue;
      ++late;
      late_since = std::min(late_since, due);
    }
    message->set_open(static_cast<std::int64_t>(open.size()));
    message->set_late(late);
    if (late > 0) message->set_late_since(late_since.ToIso());
  }
  *response->mutable_position() =
      PositionMessage(environment_.registry->tokens(), view->sequence());
  return absl::OkStatus();
}

}  // namespace creditreg
