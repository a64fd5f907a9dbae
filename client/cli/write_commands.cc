// creditctl put, submit, correct, withdraw, erase, withhold, classify,
// activate: one request, as JSON.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "client/cli/commands.h"
#include "client/cli/describe.h"
#include "client/cli/json_text.h"
#include "client/cli/table.h"
#include "client/local_file.h"
#include "index/base/random.h"
#include "index/base/status_macros.h"

namespace creditreg::cli {
namespace {

// 200 records of some 40 KB each, escaped.
constexpr std::int64_t kMaxJsonBytes = 32 * 1024 * 1024;

// Not made from the content, as an import's is: putting A, then B, then A
// again must put A again.
std::string RandomRequestId() {
  std::string bytes(12, '\0');
  SystemRandom().Fill(bytes.data(), bytes.size());
  return absl::StrCat("ctl-", absl::BytesToHexString(bytes));
}

template <typename Request>
void SetValidateOnly(Request& request) {
  request.set_validate_only(true);
}
// These have no such field, and their commands no such option.
void SetValidateOnly(v1::WithdrawRecordRequest&) {}
void SetValidateOnly(v1::WithholdEnterpriseRequest&) {}
void SetValidateOnly(v1::ImportCaseStepsRequest&) {}

// The file's request, with what the command line adds to it.
template <typename Request>
absl::StatusOr<Request> ReadRequest(Session& session,
                                    const WriteCommand& command) {
  CREDITREG_ASSIGN_OR_RETURN(const std::string json,
                             ReadWholeFile(command.file, kMaxJsonBytes));
  Request request;
  const absl::Status status = FromJson(json, request);
  if (!status.ok()) {
    return LocalFileError(
        command.file,
        // A colon would part the reason from its place.
        absl::StrReplaceAll(session.Say(texts::kNotJson, status.message()),
                            {{": ", " "}}));
  }
  if (!command.request_id.empty()) request.set_request_id(command.request_id);
  if (request.request_id().empty()) request.set_request_id(RandomRequestId());
  if (command.validate_only) SetValidateOnly(request);
  return request;
}

// The outcome decides the exit code.
bool WasKeptOut(v1::Outcome outcome) {
  return outcome == v1::OUTCOME_REJECTED || outcome == v1::OUTCOME_QUARANTINED;
}

void ShowResponse(Session& session, const google::protobuf::Message& response) {
  session.Print(
      RenderFields(Describe(session.lang(), response), session.width()));
}

std::string FindingsText(
    Lang lang, const google::protobuf::RepeatedPtrField<v1::Finding>& list) {
  std::string text;
  for (const v1::Finding& finding : list) {
    absl::StrAppend(&text, text.empty() ? "" : "; ",
                    FindingText(lang, finding));
  }
  return text;
}

// A line for each record.
void ShowResponse(Session& session, const v1::SubmitRecordsResponse& response) {
  std::vector<Cells> rows;
  for (const auto& result : response.results()) {
    rows.push_back({absl::StrCat(rows.size() + 1),
                    LabelOf(session.lang(), result.outcome()),
                    result.record_id(), result.etag(),
                    FindingsText(session.lang(), result.findings())});
  }
  session.Print(RenderTable({{session.Say(texts::kColumnIndex), Align::kRight},
                             {session.Say(texts::kColumnOutcome)},
                             {session.Say(texts::kColumnRecordId)},
                             {session.Say(texts::kColumnEtag)},
                             {session.Say(texts::kColumnFindings)}},
                            rows, session.width()));
}

// A line for each step.
void ShowResponse(Session& session,
                  const v1::ImportCaseStepsResponse& response) {
  std::vector<Cells> rows;
  for (const v1::CaseStepResult& result : response.results()) {
    rows.push_back({absl::StrCat(rows.size() + 1),
                    LabelOf(session.lang(), result.result()), result.error()});
  }
  session.Print(RenderTable({{session.Say(texts::kColumnIndex), Align::kRight},
                             {session.Say(texts::kColumnOutcome)},
                             {session.Say(texts::kColumnReason)}},
                            rows, session.width()));
}

bool AnyKeptOut(const v1::ImportCaseStepsResponse& response) {
  for (const v1::CaseStepResult& result : response.results()) {
    if (result.result() == v1::CaseStepResult::RESULT_REFUSED) return true;
  }
  return false;
}

bool AnyKeptOut(const v1::SubmitRecordsResponse& response) {
  for (const auto& result : response.results()) {
    if (WasKeptOut(result.outcome())) return true;
  }
  return false;
}

template <typename Response>
bool AnyKeptOut(const Response& response) {
  return WasKeptOut(response.outcome());
}

ExitCode FailWrite(Session& session, const absl::Status& status,
                   const std::string& request_id) {
  const ExitCode code = ExitCodeOf(status);
  // Only where the change may have been stored is the id of use.
  if (code != ExitCode::kUnavailable && code != ExitCode::kInterrupted) {
    return session.Fail(status);
  }
  return session.FailWith(
      code, absl::StrCat(session.ErrorLine(status, code),
                         session.Say(texts::kSemicolon),
                         session.Say(texts::kErrorUnknownOutcome, request_id)));
}

template <typename Request, typename Response>
ExitCode Write(
    Session& session, const WriteCommand& command,
    absl::StatusOr<Response> (RegistryClient::*method)(const Request&)) {
  const absl::StatusOr<Request> request =
      ReadRequest<Request>(session, command);
  if (!request.ok()) return session.Fail(request.status());
  const absl::StatusOr<Response> response =
      (session.client().*method)(*request);
  if (!response.ok()) {
    return FailWrite(session, response.status(), request->request_id());
  }
  session.Note(session.Say(texts::kWriteRequest, request->request_id()));
  if (session.json()) {
    const absl::Status status = session.PrintJson(*response);
    if (!status.ok()) return session.Fail(status);
  } else {
    ShowResponse(session, *response);
  }
  return AnyKeptOut(*response) ? ExitCode::kRowsRejected : ExitCode::kOk;
}

}  // namespace

ExitCode Run(Session& session, const WriteCommand& command) {
  switch (command.kind) {
    case WriteKind::kPut:
      return Write(session, command, &RegistryClient::PutEnterprise);
    case WriteKind::kSubmit:
      return Write(session, command, &RegistryClient::SubmitRecords);
    case WriteKind::kCorrect:
      return Write(session, command, &RegistryClient::CorrectRecord);
    case WriteKind::kWithdraw:
      return Write(session, command, &RegistryClient::WithdrawRecord);
    case WriteKind::kErase:
      return Write(session, command, &RegistryClient::ErasePersonal);
    case WriteKind::kWithhold:
      return Write(session, command, &RegistryClient::WithholdEnterprise);
    case WriteKind::kClassify:
      return Write(session, command, &RegistryClient::ClassifyRecord);
    case WriteKind::kActivate:
      return Write(session, command, &RegistryClient::ActivateTable);
    case WriteKind::kOpenCase:
      return Write(session, command, &RegistryClient::OpenCase);
    case WriteKind::kAdvanceCase:
      return Write(session, command, &RegistryClient::AdvanceCase);
    case WriteKind::kImportCaseSteps:
      return Write(session, command, &RegistryClient::ImportCaseSteps);
  }
  return ExitCode::kInternal;
}

}  // namespace creditreg::cli
