#include "server/service/write_handlers.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "index/base/status_macros.h"
#include "index/model/personal_numbers.h"
#include "index/model/uscc.h"
#include "server/service/pinned_state.h"
#include "server/service/public_ids.h"
#include "server/service/record_reader.h"
#include "server/service/validate.h"
#include "server/service/write_request.h"
#include "server/wire/answers.h"
#include "server/wire/drafts.h"
#include "server/wire/mirror.h"
#include "server/wire/status.h"

namespace creditreg {
namespace {

std::string SourceOf(const std::string& source_id) {
  return source_id.empty() ? kDirectSource : source_id;
}

void CheckSource(const FieldTables& tables, const std::string& source_id,
                 FieldViolations* violations) {
  if (tables.HasSource(SourceOf(source_id))) return;
  violations->Add("source_id", "not a source, want one of conf/intake/sources");
}

// Whose code or number it is, not whom that was merged into: what is erased
// does not come back. 0: it leads to no single one, and the registry says so,
// unless it answered this request before.
//
// Errors: FailedPrecondition "MERGED: ..."
absl::StatusOr<std::uint64_t> OwnEnterprise(const View& view,
                                            const v1::LookupItem& item) {
  CREDITREG_ASSIGN_OR_RETURN(const FindAnswer found, view.Find(QueryOf(item)));
  if (Uscc::Parse(found.identifier).ok()) {
    CREDITREG_ASSIGN_OR_RETURN(const std::optional<std::uint64_t> holder,
                               view.HolderOfCode(found.identifier));
    if (holder.has_value()) return *holder;
  }
  if (!found.enterprise.has_value()) return std::uint64_t{0};
  if (found.verdict == Verdict::kMerged ||
      found.matched_by == MatchedBy::kMergedUscc) {
    return absl::FailedPreconditionError(
        "MERGED: item: leads to another enterprise, want the code of the one "
        "that is meant");
  }
  return found.enterprise->enterprise_no;
}

// A correction that says nothing of personal fields keeps the stored ones;
// where a rule moved something there, the stored ones take it in.
absl::Status KeepStoredPersonal(const View& view, CorrectRecord* write) {
  if (write->has_personal || write->draft.personal.ByteSizeLong() == 0) {
    return absl::OkStatus();
  }
  absl::StatusOr<RecordAt> record = view.ReadRecord(write->record_no);
  CREDITREG_RETURN_IF_ERROR(record.status());
  absl::StatusOr<storage::v1::PersonalFields> stored =
      view.OpenPersonal(*record);
  if (absl::IsNotFound(stored.status())) {  // their key was destroyed
    write->has_personal = true;
    return absl::OkStatus();
  }
  CREDITREG_RETURN_IF_ERROR(stored.status());
  stored->clear_originals();
  stored->MergeFrom(write->draft.personal);
  write->draft.personal = *std::move(stored);
  write->has_personal = true;
  return absl::OkStatus();
}

template <typename Request>
bool ValidatesOnly(const Request& request) {
  if constexpr (requires { request.validate_only(); }) {
    return request.validate_only();
  } else {
    return false;
  }
}

// Whether some of it became a change; what changed nothing, and what was
// answered again, was only read.
bool HasStored(const WriteAnswer& answer) {
  if (answer.is_repeated) return false;
  return std::any_of(answer.results.begin(), answer.results.end(),
                     [](const WriteResult& result) {
                       return result.outcome != Outcome::kUnchanged &&
                              result.outcome != Outcome::kRejected;
                     });
}

// What the answer names, for the audit log. Not of what was only tried: those
// numbers are nobody's.
void NoteShown(const Caller& caller, const WriteAnswer& answer) {
  AccessNotes& notes = caller.notes();
  for (const WriteResult& result : answer.results) {
    if (result.enterprise_no != 0) {
      notes.enterprise_nos.push_back(result.enterprise_no);
    }
    if (result.record_no != 0) notes.record_nos.push_back(result.record_no);
  }
}

template <typename Response>
void AddFindings(const WriteResult& result, Response* response) {
  for (const Finding& finding : result.findings) {
    *response->add_findings() = FindingMessage(finding);
  }
}

// The record as the request left it, as far as the caller is shown it.
absl::StatusOr<v1::Record> StoredRecord(const Caller& caller,
                                        const ServiceEnvironment& environment,
                                        const WriteResult& result) {
  const Registry& registry = *environment.registry;
  const std::shared_ptr<const View> view = registry.CurrentView();
  CREDITREG_ASSIGN_OR_RETURN(
      const RecordAt record,
      view->ReadRecord(result.record_no, result.version_sequence));
  CREDITREG_ASSIGN_OR_RETURN(
      v1::Record message,
      RecordReader(*view, 0, Today(*view, *environment.clock),
                   registry.tokens())
          .Message(record));
  AccessSubject subject;
  subject.record = &record.version.content();
  caller.Withhold(subject, &message);
  return message;
}

absl::StatusOr<v1::Enterprise> StoredEnterprise(const Caller& caller,
                                                const Registry& registry,
                                                const WriteResult& result) {
  const std::shared_ptr<const View> view = registry.CurrentView();
  CREDITREG_ASSIGN_OR_RETURN(
      const EnterpriseAt enterprise,
      view->ReadEnterprise(result.enterprise_no, result.version_sequence));
  CREDITREG_ASSIGN_OR_RETURN(const std::string successor,
                             view->MergedInto(enterprise.version.content()));
  v1::Enterprise message = EnterpriseMessage(enterprise, successor);
  AccessSubject subject;
  subject.enterprise = &enterprise.version.content();
  caller.Withhold(subject, &message);
  return message;
}

}  // namespace

template <typename Request, typename Response>
void WriteHandlers::Write(const Caller& caller, const Request& request,
                          Response* response, const Done& done) const {
  auto write = Prepare(caller, request);
  if (!write.ok()) {
    done(write.status());
    return;
  }
  environment_.registry->Submit(
      *std::move(write),
      // On the writer's thread: only passes on.
      [this, &caller, &request, response,
       done](absl::StatusOr<WriteAnswer> answer) {
        environment_.answer_workers->Post([this, &caller, &request, response,
                                           done, answer = std::move(answer)] {
          if (!answer.ok()) {
            done(answer.status());
            return;
          }
          caller.notes().stored = !ValidatesOnly(request) && HasStored(*answer);
          caller.notes().position = answer->sequence;
          if (!ValidatesOnly(request)) NoteShown(caller, *answer);
          *response->mutable_position() = PositionMessage(
              environment_.registry->tokens(), answer->sequence);
          done(Fill(caller, request, *answer, response));
        });
      });
}

CivilDay WriteHandlers::Today() const {
  return ChinaDay(environment_.clock->Now());
}

absl::StatusOr<PutEnterprise> WriteHandlers::Prepare(
    const Caller& caller, const v1::PutEnterpriseRequest& request) const {
  FieldViolations violations;
  CheckRequestId(request.request_id(), &violations);
  CheckSource(*environment_.tables, request.source_id(), &violations);
  if (!request.has_enterprise()) {
    violations.Add("enterprise", "absent, want one");
  }
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  EnterpriseCheck check = CheckEnterprise(
      request.enterprise(),
      request.has_personal() ? &request.personal() : nullptr,
      *environment_.tables, SourceOf(request.source_id()), Today());
  if (!check.draft.has_value()) return InvalidByFindings(check.findings);
  PutEnterprise write;
  write.request = WriteRequestOf(caller, request);
  write.draft = *std::move(check.draft);
  write.etag = request.etag();
  return write;
}

absl::StatusOr<SubmitRecords> WriteHandlers::Prepare(
    const Caller& caller, const v1::SubmitRecordsRequest& request) const {
  FieldViolations violations;
  CheckRequestId(request.request_id(), &violations);
  CheckSource(*environment_.tables, request.source_id(), &violations);
  const std::size_t count = static_cast<std::size_t>(request.records_size());
  if (count == 0 || count > kMaxSubmittedRecords) {
    violations.Add("records", absl::StrCat("got ", count, ", want 1 to ",
                                           kMaxSubmittedRecords));
  }
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  SubmitRecords write;
  write.request = WriteRequestOf(caller, request);
  for (const v1::RecordInput& input : request.records()) {
    RecordCheck check = CheckRecord(input, *environment_.tables,
                                    SourceOf(request.source_id()), Today());
    if (check.draft.has_value()) {
      write.records.emplace_back(*std::move(check.draft));
    } else {
      write.records.emplace_back(std::move(check.findings));
    }
  }
  return write;
}

absl::StatusOr<CorrectRecord> WriteHandlers::Prepare(
    const Caller& caller, const v1::CorrectRecordRequest& request) const {
  FieldViolations violations;
  CheckRequestId(request.request_id(), &violations);
  CheckRecordId(request.record_id(), &violations);
  CheckReason(request.reason(), &violations);
  if (request.etag().empty()) {
    violations.Add("etag", "empty, want the version that is corrected");
  }
  if (!request.has_record()) violations.Add("record", "absent, want one");
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  CorrectRecord write;
  CREDITREG_ASSIGN_OR_RETURN(
      write.record_no,
      RecordNoOf(environment_.registry->tokens(), request.record_id()));
  v1::RecordInput input;
  *input.mutable_record() = request.record();
  if (request.has_personal()) *input.mutable_personal() = request.personal();
  RecordCheck check =
      CheckRecord(input, *environment_.tables, kDirectSource, Today());
  if (!check.draft.has_value()) return InvalidByFindings(check.findings);
  write.request = WriteRequestOf(caller, request);
  write.etag = request.etag();
  write.draft = *std::move(check.draft);
  write.has_personal = request.has_personal();
  write.reason = MaskPersonalNumbers(request.reason());
  CREDITREG_RETURN_IF_ERROR(
      KeepStoredPersonal(*environment_.registry->CurrentView(), &write));
  return write;
}

absl::StatusOr<WithdrawRecord> WriteHandlers::Prepare(
    const Caller& caller, const v1::WithdrawRecordRequest& request) const {
  FieldViolations violations;
  CheckRequestId(request.request_id(), &violations);
  CheckRecordId(request.record_id(), &violations);
  CheckReason(request.reason(), &violations);
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  WithdrawRecord write;
  CREDITREG_ASSIGN_OR_RETURN(
      write.record_no,
      RecordNoOf(environment_.registry->tokens(), request.record_id()));
  write.request = WriteRequestOf(caller, request);
  write.etag = request.etag();
  write.reason = MaskPersonalNumbers(request.reason());
  return write;
}

absl::StatusOr<ClassifyRecord> WriteHandlers::Prepare(
    const Caller& caller, const v1::ClassifyRecordRequest& request) const {
  FieldViolations violations;
  CheckRequestId(request.request_id(), &violations);
  CheckRecordId(request.record_id(), &violations);
  CheckChannel(request.channel(), &violations);
  CheckText("term", request.term(), 0, kMaxTermChars, &violations);
  CheckReason(request.reason(), &violations);
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  ClassifyRecord write;
  CREDITREG_ASSIGN_OR_RETURN(
      write.record_no,
      RecordNoOf(environment_.registry->tokens(), request.record_id()));
  write.request = WriteRequestOf(caller, request);
  write.etag = request.etag();
  write.channel = static_cast<Channel>(request.channel());
  write.term = request.term();
  write.reason = MaskPersonalNumbers(request.reason());
  return write;
}

absl::StatusOr<ActivateTable> WriteHandlers::Prepare(
    const Caller& caller, const v1::ActivateTableRequest& request) const {
  FieldViolations violations;
  CheckRequestId(request.request_id(), &violations);
  if (std::find(kTableNames.begin(), kTableNames.end(),
                absl::string_view(request.name())) == kTableNames.end()) {
    violations.Add("name", "want calendar, credit_china, gsxt or procedures");
  }
  if (request.text().empty() || request.text().size() > kMaxTableBytes) {
    violations.Add("text", absl::StrCat("got ", request.text().size(),
                                        " bytes, want 1 to ", kMaxTableBytes));
  }
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  ActivateTable write;
  write.request = WriteRequestOf(caller, request);
  write.table = {request.name(), request.text()};
  return write;
}

absl::StatusOr<ErasePersonal> WriteHandlers::Prepare(
    const Caller& caller, const v1::ErasePersonalRequest& request) const {
  using Subject = v1::ErasePersonalRequest::SubjectCase;
  FieldViolations violations;
  CheckRequestId(request.request_id(), &violations);
  switch (request.subject_case()) {
    case Subject::kItem:
      CheckItem(request.item(), "item", &violations);
      break;
    case Subject::kRecordId:
      CheckRecordId(request.record_id(), &violations);
      break;
    case Subject::kRowId:
      CheckRowId(request.row_id(), &violations);
      break;
    case Subject::SUBJECT_NOT_SET:
      violations.Add("subject", "absent, want item, record_id or row_id");
      break;
  }
  CheckReason(request.reason(), &violations);
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  ErasePersonal write;
  write.request = WriteRequestOf(caller, request);
  write.reason = MaskPersonalNumbers(request.reason());
  const Registry& registry = *environment_.registry;
  if (request.has_item()) {
    write.kind = SealedKind::kEnterprise;
    CREDITREG_ASSIGN_OR_RETURN(
        write.number, OwnEnterprise(*registry.CurrentView(), request.item()));
    return write;
  }
  if (request.has_record_id()) {
    write.kind = SealedKind::kRecord;
    CREDITREG_ASSIGN_OR_RETURN(
        write.number, RecordNoOf(registry.tokens(), request.record_id()));
    return write;
  }
  write.kind = SealedKind::kQuarantine;
  CREDITREG_ASSIGN_OR_RETURN(write.number,
                             RowNoOf(registry.tokens(), request.row_id()));
  return write;
}

absl::StatusOr<WithholdEnterprise> WriteHandlers::Prepare(
    const Caller& caller, const v1::WithholdEnterpriseRequest& request) const {
  FieldViolations violations;
  CheckRequestId(request.request_id(), &violations);
  CheckItem(request.item(), "item", &violations);
  CheckReason(request.reason(), &violations);
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  CREDITREG_ASSIGN_OR_RETURN(
      const FindAnswer found,
      environment_.registry->CurrentView()->Find(QueryOf(request.item())));
  WithholdEnterprise write;
  write.request = WriteRequestOf(caller, request);
  // Where it leads to no single enterprise the registry says so, unless it
  // answered this request before.
  if (found.enterprise.has_value()) {
    write.enterprise_no = found.enterprise->enterprise_no;
  }
  write.withheld = request.withheld();
  write.reason = MaskPersonalNumbers(request.reason());
  return write;
}

absl::Status WriteHandlers::Fill(const Caller& caller,
                                 const v1::PutEnterpriseRequest& request,
                                 const WriteAnswer& answer,
                                 v1::PutEnterpriseResponse* response) const {
  const WriteResult& result = answer.results.at(0);
  response->set_outcome(OutcomeMessage(result.outcome));
  response->set_pending_records(
      static_cast<std::int64_t>(result.pending_records));
  AddFindings(result, response);
  if (request.validate_only()) {
    // Nothing was stored: the content as it would be, without what the registry
    // adds.
    const EnterpriseCheck check = CheckEnterprise(
        request.enterprise(),
        request.has_personal() ? &request.personal() : nullptr,
        *environment_.tables, SourceOf(request.source_id()), Today());
    StorageToWire(check.draft->content, *response->mutable_enterprise());
    return absl::OkStatus();
  }
  CREDITREG_ASSIGN_OR_RETURN(
      *response->mutable_enterprise(),
      StoredEnterprise(caller, *environment_.registry, result));
  return absl::OkStatus();
}

absl::Status WriteHandlers::Fill(const Caller& /*caller*/,
                                 const v1::SubmitRecordsRequest& request,
                                 const WriteAnswer& answer,
                                 v1::SubmitRecordsResponse* response) const {
  const TokenCodec& tokens = environment_.registry->tokens();
  const std::shared_ptr<const View> view = environment_.registry->CurrentView();
  for (const WriteResult& result : answer.results) {
    v1::SubmitRecordsResponse::Result* message = response->add_results();
    message->set_outcome(OutcomeMessage(result.outcome));
    AddFindings(result, message);
    if (request.validate_only() || result.record_no == 0) continue;
    message->set_record_id(
        tokens.EncodeId(PublicIdKind::kRecord, result.record_no));
    CREDITREG_ASSIGN_OR_RETURN(
        const RecordAt record,
        view->ReadRecord(result.record_no, result.version_sequence));
    message->set_etag(EtagOf(record.version));
  }
  return absl::OkStatus();
}

absl::Status WriteHandlers::Fill(const Caller& caller,
                                 const v1::CorrectRecordRequest& request,
                                 const WriteAnswer& answer,
                                 v1::CorrectRecordResponse* response) const {
  const WriteResult& result = answer.results.at(0);
  response->set_outcome(OutcomeMessage(result.outcome));
  AddFindings(result, response);
  if (request.validate_only()) {
    v1::RecordInput input;
    *input.mutable_record() = request.record();
    const RecordCheck check =
        CheckRecord(input, *environment_.tables, kDirectSource, Today());
    if (check.draft.has_value()) {
      StorageToWire(check.draft->content, *response->mutable_record());
    }
    return absl::OkStatus();
  }
  CREDITREG_ASSIGN_OR_RETURN(*response->mutable_record(),
                             StoredRecord(caller, environment_, result));
  return absl::OkStatus();
}

absl::Status WriteHandlers::Fill(const Caller& caller,
                                 const v1::WithdrawRecordRequest& /*request*/,
                                 const WriteAnswer& answer,
                                 v1::WithdrawRecordResponse* response) const {
  const WriteResult& result = answer.results.at(0);
  response->set_outcome(OutcomeMessage(result.outcome));
  CREDITREG_ASSIGN_OR_RETURN(*response->mutable_record(),
                             StoredRecord(caller, environment_, result));
  return absl::OkStatus();
}

absl::Status WriteHandlers::Fill(const Caller& caller,
                                 const v1::ClassifyRecordRequest& /*request*/,
                                 const WriteAnswer& answer,
                                 v1::ClassifyRecordResponse* response) const {
  const WriteResult& result = answer.results.at(0);
  response->set_outcome(OutcomeMessage(result.outcome));
  // Undone, so that there is nothing to read.
  if (result.version_sequence > answer.sequence) return absl::OkStatus();
  CREDITREG_ASSIGN_OR_RETURN(*response->mutable_record(),
                             StoredRecord(caller, environment_, result));
  return absl::OkStatus();
}

absl::Status WriteHandlers::Fill(const Caller& /*caller*/,
                                 const v1::ActivateTableRequest& /*request*/,
                                 const WriteAnswer& answer,
                                 v1::ActivateTableResponse* response) const {
  response->set_outcome(OutcomeMessage(answer.results.at(0).outcome));
  return absl::OkStatus();
}

absl::Status WriteHandlers::Fill(const Caller& /*caller*/,
                                 const v1::ErasePersonalRequest& /*request*/,
                                 const WriteAnswer& answer,
                                 v1::ErasePersonalResponse* response) const {
  response->set_outcome(OutcomeMessage(answer.results.at(0).outcome));
  return absl::OkStatus();
}

absl::Status WriteHandlers::Fill(
    const Caller& caller, const v1::WithholdEnterpriseRequest& /*request*/,
    const WriteAnswer& answer, v1::WithholdEnterpriseResponse* response) const {
  const WriteResult& result = answer.results.at(0);
  response->set_outcome(OutcomeMessage(result.outcome));
  CREDITREG_ASSIGN_OR_RETURN(
      *response->mutable_enterprise(),
      StoredEnterprise(caller, *environment_.registry, result));
  return absl::OkStatus();
}

template void WriteHandlers::Write(const Caller&,
                                   const v1::PutEnterpriseRequest&,
                                   v1::PutEnterpriseResponse*,
                                   const Done&) const;
template void WriteHandlers::Write(const Caller&,
                                   const v1::SubmitRecordsRequest&,
                                   v1::SubmitRecordsResponse*,
                                   const Done&) const;
template void WriteHandlers::Write(const Caller&,
                                   const v1::CorrectRecordRequest&,
                                   v1::CorrectRecordResponse*,
                                   const Done&) const;
template void WriteHandlers::Write(const Caller&,
                                   const v1::WithdrawRecordRequest&,
                                   v1::WithdrawRecordResponse*,
                                   const Done&) const;
template void WriteHandlers::Write(const Caller&,
                                   const v1::ClassifyRecordRequest&,
                                   v1::ClassifyRecordResponse*,
                                   const Done&) const;
template void WriteHandlers::Write(const Caller&,
                                   const v1::ActivateTableRequest&,
                                   v1::ActivateTableResponse*,
                                   const Done&) const;
template void WriteHandlers::Write(const Caller&,
                                   const v1::ErasePersonalRequest&,
                                   v1::ErasePersonalResponse*,
                                   const Done&) const;
template void WriteHandlers::Write(const Caller&,
                                   const v1::WithholdEnterpriseRequest&,
                                   v1::WithholdEnterpriseResponse*,
                                   const Done&) const;
template void WriteHandlers::Write(const Caller&, const v1::OpenCaseRequest&,
                                   v1::OpenCaseResponse*, const Done&) const;
template void WriteHandlers::Write(const Caller&, const v1::AdvanceCaseRequest&,
                                   v1::AdvanceCaseResponse*, const Done&) const;
template void WriteHandlers::Write(const Caller&,
                                   const v1::ImportCaseStepsRequest&,
                                   v1::ImportCaseStepsResponse*,
                                   const Done&) const;
template void WriteHandlers::Write(const Caller&,
                                   const v1::AcknowledgeWithdrawalsRequest&,
                                   v1::AcknowledgeWithdrawalsResponse*,
                                   const Done&) const;

}  // namespace creditreg
