// The writing calls of CaseService: what write_handlers.h declares for them.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "creditreg/v1/case_service.pb.h"
#include "index/base/civil_day.h"
#include "index/base/status_macros.h"
#include "index/model/personal_numbers.h"
#include "index/registry/registry.h"
#include "server/service/case_handlers.h"
#include "server/service/pinned_state.h"
#include "server/service/public_ids.h"
#include "server/service/validate.h"
#include "server/service/write_handlers.h"
#include "server/service/write_request.h"
#include "server/wire/answers.h"
#include "server/wire/drafts.h"
#include "server/wire/status.h"

namespace creditreg {
namespace {

// As the contract says.
constexpr std::size_t kMaxNationalNoChars = 64;
constexpr std::size_t kMaxMaterialChars = 64;
constexpr std::size_t kMaxTitleChars = 200;
constexpr int kMaxMaterials = 50;
constexpr std::size_t kSm3Bytes = 32;
constexpr int kMaxSteps = 200;

void CheckMaterials(
    const google::protobuf::RepeatedPtrField<v1::CaseMaterial>& materials,
    absl::string_view field, FieldViolations* violations) {
  if (materials.size() > kMaxMaterials) {
    violations->Add(field, absl::StrCat("got ", materials.size(),
                                        ", want at most ", kMaxMaterials));
    return;
  }
  for (int i = 0; i < materials.size(); ++i) {
    const v1::CaseMaterial& material = materials.Get(i);
    const std::string path = absl::StrCat(field, "[", i, "]");
    CheckText(absl::StrCat(path, ".material"), material.material(), 1,
              kMaxMaterialChars, violations);
    CheckText(absl::StrCat(path, ".title"), material.title(), 0, kMaxTitleChars,
              violations);
    if (!material.sm3().empty() && material.sm3().size() != kSm3Bytes) {
      violations->Add(absl::StrCat(path, ".sm3"), "want 32 bytes, or none");
    }
  }
}

std::vector<storage::v1::CaseMaterial> MaterialsOf(
    const google::protobuf::RepeatedPtrField<v1::CaseMaterial>& materials) {
  std::vector<storage::v1::CaseMaterial> stored;
  for (const v1::CaseMaterial& material : materials) {
    storage::v1::CaseMaterial one;
    one.set_material(material.material());
    one.set_sm3(material.sm3());
    one.set_title(MaskPersonalNumbers(material.title()));
    stored.push_back(std::move(one));
  }
  return stored;
}

// A step by a caller, or by the national platform.
bool IsStep(v1::CaseAction action, bool may_open) {
  if (action == v1::CASE_ACTION_OPEN) return may_open;
  return action > v1::CASE_ACTION_OPEN && action <= v1::CASE_ACTION_AMEND;
}

bool IsKind(v1::CaseKind kind) {
  return kind >= v1::CASE_KIND_REPAIR && kind <= v1::CASE_KIND_SHIELD;
}

// Unspecified is one.
void CheckAnyChannel(v1::ChannelPublication::Channel channel,
                     FieldViolations* violations) {
  if (channel != v1::ChannelPublication::CHANNEL_UNSPECIFIED) {
    CheckChannel(channel, violations);
  }
}

// Empty: Unknown.
CivilDay DayOf(absl::string_view field, const std::string& text,
               FieldViolations* violations) {
  if (text.empty()) return CivilDay::Unknown();
  const absl::StatusOr<CivilDay> day = CivilDay::ParseIso(text);
  if (!day.ok()) {
    violations->Add(field, "no date, want YYYY-MM-DD");
    return CivilDay::Unknown();
  }
  return *day;
}

bool WantsReason(v1::CaseAction action) {
  return action != v1::CASE_ACTION_SUBMIT && action != v1::CASE_ACTION_ACCEPT &&
         action != v1::CASE_ACTION_AMEND;
}

// The case as the request left it; nothing where that was undone.
absl::Status FillCase(const Caller& /*caller*/,
                      const ServiceEnvironment& environment,
                      const WriteAnswer& answer, v1::Outcome* outcome,
                      v1::Case* message) {
  const WriteResult& result = answer.results.at(0);
  *outcome = OutcomeMessage(result.outcome);
  if (result.version_sequence > answer.sequence) return absl::OkStatus();
  const Registry& registry = *environment.registry;
  const std::shared_ptr<const View> view = registry.CurrentView();
  CREDITREG_ASSIGN_OR_RETURN(const CaseAt stored,
                             view->ReadCase(result.case_no));
  CREDITREG_ASSIGN_OR_RETURN(
      *message, CaseMessage(stored, *view, Today(*view, *environment.clock),
                            registry.tokens()));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<OpenCase> WriteHandlers::Prepare(
    const Caller& caller, const v1::OpenCaseRequest& request) const {
  FieldViolations violations;
  CheckRequestId(request.request_id(), &violations);
  CheckAnyChannel(request.channel(), &violations);
  CheckText("national_no", request.national_no(), 0, kMaxNationalNoChars,
            &violations);
  CheckMaterials(request.materials(), "materials", &violations);
  CheckReason(request.reason(), &violations);
  const bool is_entry = request.kind() == v1::CASE_KIND_LIST_ENTRY;
  if (!IsKind(request.kind())) {
    violations.Add("kind", "not one, want a value of CaseKind");
  } else if (is_entry) {
    if (!request.has_entry()) violations.Add("entry", "absent, want one");
    if (!request.record_id().empty()) {
      violations.Add("record_id", "given, want none with an entry");
    }
  } else {
    CheckRecordId(request.record_id(), &violations);
    if (request.has_entry()) {
      violations.Add("entry", "given, want it with LIST_ENTRY alone");
    }
  }
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  OpenCase write;
  write.request = WriteRequestOf(caller, request);
  write.kind = static_cast<storage::v1::CaseKind>(request.kind());
  if (is_entry) {
    v1::RecordInput input;
    *input.mutable_record() = request.entry();
    RecordCheck check =
        CheckRecord(input, *environment_.tables, kDirectSource, Today());
    if (!check.draft.has_value()) return InvalidByFindings(check.findings);
    if (check.draft->personal.ByteSizeLong() != 0) {
      return absl::InvalidArgumentError(
          "entry: holds numbers of persons, want none");
    }
    write.entry = *std::move(check.draft);
  } else {
    CREDITREG_ASSIGN_OR_RETURN(
        write.record_no,
        RecordNoOf(environment_.registry->tokens(), request.record_id()));
  }
  write.channel = static_cast<Channel>(request.channel());
  write.national_no = request.national_no();
  write.materials = MaterialsOf(request.materials());
  write.reason = MaskPersonalNumbers(request.reason());
  write.submit = request.submit();
  return write;
}

absl::StatusOr<AdvanceCase> WriteHandlers::Prepare(
    const Caller& caller, const v1::AdvanceCaseRequest& request) const {
  FieldViolations violations;
  CheckRequestId(request.request_id(), &violations);
  CheckCaseId(request.case_id(), &violations);
  if (!IsStep(request.action(), /*may_open=*/false)) {
    violations.Add("action", "not one, want a step that follows");
  }
  const CivilDay taken_on = DayOf("taken_on", request.taken_on(), &violations);
  if (WantsReason(request.action())) {
    CheckReason(request.reason(), &violations);
  } else {
    CheckText("reason", request.reason(), 0, kMaxReasonChars, &violations);
  }
  CheckMaterials(request.materials(), "materials", &violations);
  CheckText("national_no", request.national_no(), 0, kMaxNationalNoChars,
            &violations);
  if (!request.national_no().empty() &&
      request.action() != v1::CASE_ACTION_AMEND) {
    violations.Add("national_no", "given, want it with AMEND alone");
  }
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  AdvanceCase write;
  write.request = WriteRequestOf(caller, request);
  CREDITREG_ASSIGN_OR_RETURN(
      write.case_no,
      CaseNoOf(environment_.registry->tokens(), request.case_id()));
  write.etag = request.etag();
  write.step.action = static_cast<storage::v1::CaseAction>(request.action());
  write.step.taken_on = taken_on;
  write.step.reason = MaskPersonalNumbers(request.reason());
  write.step.missing.assign(request.missing().begin(), request.missing().end());
  write.step.materials = MaterialsOf(request.materials());
  write.step.national_no = request.national_no();
  return write;
}

absl::StatusOr<ImportCaseSteps> WriteHandlers::Prepare(
    const Caller& caller, const v1::ImportCaseStepsRequest& request) const {
  FieldViolations violations;
  CheckRequestId(request.request_id(), &violations);
  if (request.steps_size() == 0 || request.steps_size() > kMaxSteps) {
    violations.Add("steps", absl::StrCat("got ", request.steps_size(),
                                         ", want 1 to ", kMaxSteps));
  }
  ImportCaseSteps write;
  for (int i = 0; i < request.steps_size() && i < kMaxSteps; ++i) {
    const v1::NationalStep& step = request.steps(i);
    const std::string path = absl::StrCat("steps[", i, "]");
    CheckText(absl::StrCat(path, ".national_no"), step.national_no(), 1,
              kMaxNationalNoChars, &violations);
    const bool opens = step.action() == v1::CASE_ACTION_OPEN;
    if (step.step() < 1 || opens != (step.step() == 1)) {
      violations.Add(absl::StrCat(path, ".step"),
                     "want 1 for OPEN, and more for what follows");
    }
    if (!IsStep(step.action(), /*may_open=*/true)) {
      violations.Add(absl::StrCat(path, ".action"), "not one, want a step");
    }
    const CivilDay taken_on =
        DayOf(absl::StrCat(path, ".taken_on"), step.taken_on(), &violations);
    if (taken_on.is_unknown() || Today() < taken_on) {
      violations.Add(absl::StrCat(path, ".taken_on"),
                     "want a date that is not later than today");
    }
    CheckText(absl::StrCat(path, ".reason"), step.reason(), 0, kMaxReasonChars,
              &violations);
    CheckMaterials(step.materials(), absl::StrCat(path, ".materials"),
                   &violations);
    if (opens &&
        (!IsKind(step.kind()) || step.kind() == v1::CASE_KIND_LIST_ENTRY)) {
      violations.Add(absl::StrCat(path, ".kind"),
                     "not one, want a kind of case about a record");
    }
    CheckAnyChannel(step.channel(), &violations);
    ImportCaseSteps::Step one;
    one.national_no = step.national_no();
    one.input.action = static_cast<storage::v1::CaseAction>(step.action());
    one.input.taken_on = taken_on;
    one.input.reason = MaskPersonalNumbers(step.reason());
    one.input.missing.assign(step.missing().begin(), step.missing().end());
    one.input.materials = MaterialsOf(step.materials());
    one.input.national_step = static_cast<std::uint64_t>(step.step());
    one.kind = static_cast<storage::v1::CaseKind>(step.kind());
    one.channel = static_cast<Channel>(step.channel());
    if (opens) {
      const absl::StatusOr<std::uint64_t> record_no =
          RecordNoOf(environment_.registry->tokens(), step.record_id());
      if (record_no.ok()) {
        one.record_no = *record_no;
      } else {
        violations.Add(absl::StrCat(path, ".record_id"),
                       "no record's, want an id");
      }
    }
    write.steps.push_back(std::move(one));
  }
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  write.request = WriteRequestOf(caller, request);
  return write;
}

absl::StatusOr<AcknowledgeWithdrawals> WriteHandlers::Prepare(
    const Caller& caller,
    const v1::AcknowledgeWithdrawalsRequest& request) const {
  FieldViolations violations;
  CheckRequestId(request.request_id(), &violations);
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  AcknowledgeWithdrawals write;
  write.request = WriteRequestOf(caller, request);
  if (!request.has_up_to()) return write;
  const Registry& registry = *environment_.registry;
  const absl::StatusOr<std::uint64_t> sequence =
      registry.tokens().DecodePosition(request.up_to().token());
  if (!sequence.ok() || *sequence > registry.CurrentView()->sequence()) {
    return absl::FailedPreconditionError(
        "POSITION_UNKNOWN: up_to: not of this registry");
  }
  write.up_to = *sequence;
  return write;
}

absl::Status WriteHandlers::Fill(const Caller& caller,
                                 const v1::OpenCaseRequest& /*request*/,
                                 const WriteAnswer& answer,
                                 v1::OpenCaseResponse* response) const {
  v1::Outcome outcome = v1::OUTCOME_UNSPECIFIED;
  CREDITREG_RETURN_IF_ERROR(FillCase(caller, environment_, answer, &outcome,
                                     response->mutable_case_()));
  response->set_outcome(outcome);
  return absl::OkStatus();
}

absl::Status WriteHandlers::Fill(const Caller& caller,
                                 const v1::AdvanceCaseRequest& /*request*/,
                                 const WriteAnswer& answer,
                                 v1::AdvanceCaseResponse* response) const {
  v1::Outcome outcome = v1::OUTCOME_UNSPECIFIED;
  CREDITREG_RETURN_IF_ERROR(FillCase(caller, environment_, answer, &outcome,
                                     response->mutable_case_()));
  response->set_outcome(outcome);
  return absl::OkStatus();
}

absl::Status WriteHandlers::Fill(const Caller& /*caller*/,
                                 const v1::ImportCaseStepsRequest& /*request*/,
                                 const WriteAnswer& answer,
                                 v1::ImportCaseStepsResponse* response) const {
  for (const WriteResult& result : answer.results) {
    v1::CaseStepResult* const message = response->add_results();
    switch (result.outcome) {
      case Outcome::kUnchanged:
        message->set_result(v1::CaseStepResult::RESULT_REPEATED);
        break;
      case Outcome::kPending:
        message->set_result(v1::CaseStepResult::RESULT_HELD);
        break;
      case Outcome::kRejected:
        message->set_result(v1::CaseStepResult::RESULT_REFUSED);
        message->set_error(result.findings.at(0).message);
        break;
      default:
        message->set_result(v1::CaseStepResult::RESULT_TAKEN);
    }
  }
  return absl::OkStatus();
}

absl::Status WriteHandlers::Fill(
    const Caller& /*caller*/,
    const v1::AcknowledgeWithdrawalsRequest& /*request*/,
    const WriteAnswer& /*answer*/,
    v1::AcknowledgeWithdrawalsResponse* /*response*/) const {
  return absl::OkStatus();
}

}  // namespace creditreg
