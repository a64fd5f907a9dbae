#include "index/publication/case_flow.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "index/base/check.h"
#include "index/base/status_macros.h"

namespace creditreg {
namespace {

namespace cv = conf::v1;
namespace sv = storage::v1;

constexpr int kSm3Bytes = 32;
// Steps but AMEND that a case can take: OPEN, SUBMIT, RETURN, SUBMIT, ACCEPT,
// EXTEND, APPROVE, REVOKE.
constexpr int kMostOtherEvents = 8;

struct Transition {
  sv::CaseState from;
  sv::CaseAction action;
  sv::CaseState to;
};

constexpr Transition kTransitions[] = {
    {sv::CASE_STATE_UNSPECIFIED, sv::CASE_ACTION_OPEN, sv::CASE_STATE_DRAFT},
    {sv::CASE_STATE_DRAFT, sv::CASE_ACTION_SUBMIT, sv::CASE_STATE_SUBMITTED},
    {sv::CASE_STATE_DRAFT, sv::CASE_ACTION_CANCEL, sv::CASE_STATE_CANCELLED},
    {sv::CASE_STATE_DRAFT, sv::CASE_ACTION_AMEND, sv::CASE_STATE_DRAFT},
    {sv::CASE_STATE_SUBMITTED, sv::CASE_ACTION_RETURN, sv::CASE_STATE_RETURNED},
    {sv::CASE_STATE_SUBMITTED, sv::CASE_ACTION_ACCEPT, sv::CASE_STATE_ACCEPTED},
    {sv::CASE_STATE_SUBMITTED, sv::CASE_ACTION_NOT_ACCEPT,
     sv::CASE_STATE_NOT_ACCEPTED},
    {sv::CASE_STATE_SUBMITTED, sv::CASE_ACTION_CANCEL,
     sv::CASE_STATE_CANCELLED},
    {sv::CASE_STATE_SUBMITTED, sv::CASE_ACTION_AMEND, sv::CASE_STATE_SUBMITTED},
    {sv::CASE_STATE_RETURNED, sv::CASE_ACTION_SUBMIT, sv::CASE_STATE_SUBMITTED},
    {sv::CASE_STATE_RETURNED, sv::CASE_ACTION_CANCEL, sv::CASE_STATE_CANCELLED},
    {sv::CASE_STATE_RETURNED, sv::CASE_ACTION_AMEND, sv::CASE_STATE_RETURNED},
    {sv::CASE_STATE_ACCEPTED, sv::CASE_ACTION_EXTEND, sv::CASE_STATE_ACCEPTED},
    {sv::CASE_STATE_ACCEPTED, sv::CASE_ACTION_APPROVE, sv::CASE_STATE_APPROVED},
    {sv::CASE_STATE_ACCEPTED, sv::CASE_ACTION_REFUSE, sv::CASE_STATE_REFUSED},
    {sv::CASE_STATE_ACCEPTED, sv::CASE_ACTION_CANCEL, sv::CASE_STATE_CANCELLED},
    {sv::CASE_STATE_ACCEPTED, sv::CASE_ACTION_AMEND, sv::CASE_STATE_ACCEPTED},
    {sv::CASE_STATE_APPROVED, sv::CASE_ACTION_REVOKE, sv::CASE_STATE_REVOKED},
};

absl::Status Refused(absl::string_view reason, absl::string_view what) {
  return absl::FailedPreconditionError(absl::StrCat(reason, ": ", what));
}

absl::string_view NameOf(sv::CaseAction action) {
  return absl::StripPrefix(sv::CaseAction_Name(action), "CASE_ACTION_");
}

// An approval of another kind is taken back by a REPUBLICATION.
bool IsRevocable(sv::CaseKind kind) {
  return kind == sv::CASE_KIND_REPAIR || kind == sv::CASE_KIND_SHIELD;
}

bool Allows(const Transition& transition, sv::CaseKind kind) {
  return transition.action != sv::CASE_ACTION_REVOKE || IsRevocable(kind);
}

const Transition* FindTransition(sv::CaseKind kind, sv::CaseState from,
                                 sv::CaseAction action) {
  for (const Transition& transition : kTransitions) {
    if (transition.from == from && transition.action == action &&
        Allows(transition, kind)) {
      return &transition;
    }
  }
  return nullptr;
}

absl::Status WrongState(sv::CaseKind kind, sv::CaseState state,
                        sv::CaseAction action) {
  std::vector<absl::string_view> wanted;
  for (const Transition& transition : kTransitions) {
    if (transition.from == state && Allows(transition, kind)) {
      wanted.push_back(NameOf(transition.action));
    }
  }
  return Refused("WRONG_STATE",
                 absl::StrCat("action: got ", NameOf(action), ", want ",
                              wanted.empty() ? "none: the case has ended"
                                             : absl::StrJoin(wanted, ", ")));
}

// The state that the step leads to.
absl::StatusOr<sv::CaseState> NextState(const StepInput& input,
                                        const cv::Procedure& procedure,
                                        const sv::CaseRow& row) {
  const Transition* const transition =
      FindTransition(procedure.kind(), row.state(), input.action);
  if (transition == nullptr) {
    return WrongState(procedure.kind(), row.state(), input.action);
  }
  if (input.action == sv::CASE_ACTION_OPEN && !input.national_no.empty()) {
    return sv::CASE_STATE_SUBMITTED;
  }
  return transition->to;
}

const cv::MaterialRule* FindMaterial(const cv::Procedure& procedure,
                                     const std::string& id) {
  for (const cv::MaterialRule& rule : procedure.materials()) {
    if (rule.id() == id) return &rule;
  }
  return nullptr;
}

// Does not repeat what was sent: nobody knows what it holds.
absl::Status WantMaterial(absl::string_view field,
                          const cv::Procedure& procedure) {
  std::vector<std::string> ids;
  for (const cv::MaterialRule& rule : procedure.materials()) {
    ids.push_back(rule.id());
  }
  return absl::InvalidArgumentError(
      absl::StrCat(field, ": want one of ", absl::StrJoin(ids, ", ")));
}

absl::Status CheckMissing(const cv::Procedure& procedure,
                          const StepInput& input) {
  if (input.action != sv::CASE_ACTION_RETURN) {
    if (input.missing.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError("missing: want it with RETURN only");
  }
  if (input.missing.empty()) {
    return absl::InvalidArgumentError(
        "missing: none, want all that is missing");
  }
  for (std::size_t i = 0; i < input.missing.size(); ++i) {
    const std::string field = absl::StrCat("missing[", i, "]");
    if (FindMaterial(procedure, input.missing[i]) == nullptr) {
      return WantMaterial(field, procedure);
    }
    const auto here = input.missing.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(input.missing.begin(), here, *here) != here) {
      return absl::InvalidArgumentError(
          absl::StrCat(field, ": named twice, want each once"));
    }
  }
  return absl::OkStatus();
}

bool TakesMaterials(sv::CaseAction action) {
  return action == sv::CASE_ACTION_OPEN || action == sv::CASE_ACTION_SUBMIT ||
         action == sv::CASE_ACTION_AMEND;
}

absl::Status CheckMaterials(const cv::Procedure& procedure,
                            const StepInput& input, const sv::CaseRow& row) {
  if (!input.materials.empty() && !TakesMaterials(input.action)) {
    return absl::InvalidArgumentError(
        "materials: want them with OPEN, SUBMIT and AMEND only");
  }
  const bool is_national =
      !row.national_no().empty() || !input.national_no.empty();
  for (std::size_t i = 0; i < input.materials.size(); ++i) {
    const sv::CaseMaterial& material = input.materials[i];
    const std::string field = absl::StrCat("materials[", i, "]");
    if (FindMaterial(procedure, material.material()) == nullptr) {
      return WantMaterial(field + ".material", procedure);
    }
    if (material.sm3().empty() && is_national) continue;
    if (material.sm3().size() != kSm3Bytes) {
      return absl::InvalidArgumentError(
          absl::StrCat(field, ".sm3: got ", material.sm3().size(),
                       " bytes, want ", kSm3Bytes));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckNationalNo(const StepInput& input, const sv::CaseRow& row) {
  if (input.action == sv::CASE_ACTION_AMEND && input.national_no.empty() &&
      input.materials.empty()) {
    return absl::InvalidArgumentError(
        "materials: none, want papers or a national number with AMEND");
  }
  if (input.national_no.empty()) return absl::OkStatus();
  if (input.action != sv::CASE_ACTION_OPEN &&
      input.action != sv::CASE_ACTION_AMEND) {
    return absl::InvalidArgumentError(
        "national_no: want it with OPEN and AMEND only");
  }
  if (row.national_no().empty() || row.national_no() == input.national_no) {
    return absl::OkStatus();
  }
  return Refused("WRONG_STATE", "national_no: the case has another one");
}

absl::Status CheckDay(const StepInput& input, const sv::CaseRow& row) {
  if (!input.taken_on.is_date()) {
    return absl::InvalidArgumentError("taken_on: none, want a date");
  }
  if (row.events().empty()) return absl::OkStatus();
  const CivilDay last = CivilDay::FromDays(row.events().rbegin()->day());
  if (last <= input.taken_on) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("taken_on: got ", input.taken_on.ToIso(), ", want ",
                   last.ToIso(), " or later, the day of the last step"));
}

absl::Status CheckFirstDay(const CaseFacts& facts, const StepInput& input,
                           absl::string_view what) {
  if (facts.repair_from <= input.taken_on) return absl::OkStatus();
  return Refused("TOO_EARLY",
                 absl::StrCat("action: ", what, " may be applied for from ",
                              facts.repair_from.ToIso(), " on"));
}

absl::Status CheckApplication(const cv::Procedure& procedure,
                              const CaseFacts& facts, const StepInput& input) {
  // A list that anybody may leave at once names no first day.
  if (procedure.kind() == sv::CASE_KIND_LIST_REMOVAL &&
      facts.repair_from.is_date()) {
    return CheckFirstDay(facts, input, "a removal");
  }
  if (procedure.kind() != sv::CASE_KIND_REPAIR) return absl::OkStatus();
  if (!facts.shown) {
    return Refused("NOTHING_TO_END", "action: the record is not shown");
  }
  if (!facts.repair_from.is_date()) {
    return Refused("NOTHING_TO_END", "action: the record cannot end early");
  }
  return CheckFirstDay(facts, input, "a repair");
}

bool HasAction(const sv::CaseRow& row, sv::CaseAction action) {
  return std::any_of(
      row.events().begin(), row.events().end(),
      [action](const sv::CaseEvent& e) { return e.action() == action; });
}

bool HasMaterial(const std::vector<sv::CaseMaterial>& papers,
                 const std::string& id) {
  return std::any_of(
      papers.begin(), papers.end(),
      [&id](const sv::CaseMaterial& p) { return p.material() == id; });
}

std::vector<std::string> MissingOf(
    const cv::Procedure& procedure,
    const std::vector<sv::CaseMaterial>& papers) {
  std::vector<std::string> missing;
  for (const cv::MaterialRule& rule : procedure.materials()) {
    if (rule.required() && !HasMaterial(papers, rule.id())) {
      missing.push_back(rule.id());
    }
  }
  return missing;
}

// All papers of the case after the step, each once.
std::vector<sv::CaseMaterial> PapersAfter(const cv::Procedure& procedure,
                                          const StepInput& input,
                                          const sv::CaseRow& row) {
  std::vector<sv::CaseMaterial> papers(row.materials().begin(),
                                       row.materials().end());
  for (const sv::CaseMaterial& paper : input.materials) {
    const bool is_there = std::any_of(
        papers.begin(), papers.end(), [&paper](const sv::CaseMaterial& p) {
          return p.material() == paper.material() && p.sm3() == paper.sm3();
        });
    if (!is_there) papers.push_back(paper);
  }
  const bool is_national_submit =
      input.action == sv::CASE_ACTION_SUBMIT && input.national_step != 0;
  const bool is_national_open =
      input.action == sv::CASE_ACTION_OPEN && !input.national_no.empty();
  if (is_national_open || is_national_submit) {
    for (std::string& id : MissingOf(procedure, papers)) {
      papers.emplace_back().set_material(std::move(id));
    }
  }
  return papers;
}

absl::Status CheckRoom(const StepInput& input, const sv::CaseRow& row,
                       const std::vector<sv::CaseMaterial>& papers) {
  const int most = input.action == sv::CASE_ACTION_AMEND
                       ? kMostCaseEvents - kMostOtherEvents
                       : kMostCaseEvents;
  if (row.events_size() >= most) {
    return Refused("CASE_FULL",
                   absl::StrCat("action: want at most ", most, " steps"));
  }
  if (papers.size() > kMostCaseMaterials) {
    return Refused("CASE_FULL", absl::StrCat("materials: want at most ",
                                             kMostCaseMaterials, " papers"));
  }
  return absl::OkStatus();
}

const cv::ClockRule* FindClock(const cv::Procedure& procedure,
                               const std::string& id) {
  for (const cv::ClockRule& rule : procedure.clocks()) {
    if (rule.id() == id) return &rule;
  }
  return nullptr;
}

bool IsExtendable(const cv::Procedure& procedure, const sv::CaseClock& clock) {
  const cv::ClockRule* const rule = FindClock(procedure, clock.clock());
  return rule != nullptr && rule->extension_days() > 0;
}

absl::Status CheckExtension(const cv::Procedure& procedure,
                            const sv::CaseRow& row) {
  if (row.extended()) {
    return Refused("EXTENDED_BEFORE", "action: a case is extended once");
  }
  for (const sv::CaseClock& clock : row.clocks()) {
    if (IsExtendable(procedure, clock)) return absl::OkStatus();
  }
  return Refused("NOT_EXTENDABLE",
                 "action: no time limit that runs can be extended");
}

// What the facts and the papers say about the step.
absl::Status CheckStep(const cv::Procedure& procedure, const CaseFacts& facts,
                       const StepInput& input, sv::CaseState next,
                       const sv::CaseRow& row,
                       const std::vector<sv::CaseMaterial>& papers) {
  const bool enters = next != row.state();
  const bool applies = enters && (next == sv::CASE_STATE_SUBMITTED ||
                                  next == sv::CASE_STATE_ACCEPTED);
  if (applies) {
    CREDITREG_RETURN_IF_ERROR(CheckApplication(procedure, facts, input));
  }
  if (enters && next == sv::CASE_STATE_SUBMITTED) {
    const std::vector<std::string> missing = MissingOf(procedure, papers);
    if (!missing.empty()) {
      return Refused(
          "MATERIAL_MISSING",
          absl::StrCat("materials: want ", absl::StrJoin(missing, ", ")));
    }
  }
  if (input.action == sv::CASE_ACTION_RETURN &&
      HasAction(row, sv::CASE_ACTION_RETURN)) {
    return Refused("RETURNED_BEFORE",
                   "action: what is missing is told once in a case");
  }
  if (input.action == sv::CASE_ACTION_EXTEND) {
    return CheckExtension(procedure, row);
  }
  if (input.action == sv::CASE_ACTION_APPROVE &&
      procedure.kind() == sv::CASE_KIND_OBJECTION &&
      !facts.record_corrected_or_withdrawn) {
    return Refused("NOT_CORRECTED",
                   "action: the record was neither corrected nor withdrawn");
  }
  return absl::OkStatus();
}

sv::CaseClock ClockOf(const cv::ClockRule& rule, CivilDay start, int days,
                      const WorkCalendar& calendar) {
  const WorkingDayAnswer last =
      rule.unit() == cv::ClockRule::UNIT_DAYS
          ? calendar.SameOrNextWorkingDay(start.PlusDays(days))
          : calendar.AddWorkingDays(start, days);
  sv::CaseClock clock;
  clock.set_clock(rule.id());
  clock.set_due_day(last.day.days());
  clock.set_estimated(last.estimated);
  return clock;
}

// The day of the step that led into `state` last.
CivilDay EnteredOn(sv::CaseState state, const sv::CaseRow& row) {
  const auto& events = row.events();
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    if (event->state() == state && event->action() != sv::CASE_ACTION_AMEND &&
        event->action() != sv::CASE_ACTION_EXTEND) {
      return CivilDay::FromDays(event->day());
    }
  }
  return CivilDay::Unknown();
}

// Those of the new state, after those that go on through it.
void StartClocks(const cv::Procedure& procedure, const WorkCalendar& calendar,
                 CivilDay day, sv::CaseRow* row) {
  std::vector<sv::CaseClock> clocks;
  for (const sv::CaseClock& clock : row->clocks()) {
    const cv::ClockRule* const rule = FindClock(procedure, clock.clock());
    if (row->state() == sv::CASE_STATE_ACCEPTED && rule != nullptr &&
        rule->until_decided()) {
      clocks.push_back(clock);
    }
  }
  for (const cv::ClockRule& rule : procedure.clocks()) {
    if (rule.state() != row->state()) continue;
    clocks.push_back(ClockOf(rule, day, rule.days(), calendar));
  }
  row->mutable_clocks()->Assign(clocks.begin(), clocks.end());
}

void ExtendClocks(const cv::Procedure& procedure, const WorkCalendar& calendar,
                  sv::CaseRow* row) {
  for (sv::CaseClock& clock : *row->mutable_clocks()) {
    if (!IsExtendable(procedure, clock)) continue;
    const cv::ClockRule& rule = *FindClock(procedure, clock.clock());
    clock = ClockOf(rule, EnteredOn(rule.state(), *row),
                    rule.days() + rule.extension_days(), calendar);
  }
  row->set_extended(true);
}

void AddEvent(const StepInput& input, sv::CaseRow* row) {
  sv::CaseEvent* const event = row->add_events();
  event->set_action(input.action);
  event->set_state(row->state());
  event->set_day(input.taken_on.days());
  event->set_reason(input.reason);
  event->mutable_missing()->Assign(input.missing.begin(), input.missing.end());
  event->set_national_step(input.national_step);
  if (input.national_step != 0) row->set_national_step(input.national_step);
}

void Apply(const cv::Procedure& procedure, const WorkCalendar& calendar,
           const StepInput& input, sv::CaseState next,
           const std::vector<sv::CaseMaterial>& papers, sv::CaseRow* row) {
  if (input.action == sv::CASE_ACTION_OPEN) {
    row->set_kind(procedure.kind());
    row->set_procedure(procedure.id());
  }
  if (!input.national_no.empty()) row->set_national_no(input.national_no);
  row->mutable_materials()->Assign(papers.begin(), papers.end());
  const bool enters = next != row->state();
  row->set_state(next);
  if (enters) StartClocks(procedure, calendar, input.taken_on, row);
  if (input.action == sv::CASE_ACTION_EXTEND) {
    ExtendClocks(procedure, calendar, row);
  }
  AddEvent(input, row);
}

}  // namespace

absl::Status TakeStep(const cv::Procedure& procedure,
                      const WorkCalendar* calendar, const CaseFacts& facts,
                      const StepInput& input, sv::CaseRow* row) {
  CREDITREG_CHECK(row->state() == sv::CASE_STATE_UNSPECIFIED ||
                      row->procedure() == procedure.id(),
                  "a case runs by its own procedure");
  CREDITREG_ASSIGN_OR_RETURN(const sv::CaseState next,
                             NextState(input, procedure, *row));
  CREDITREG_RETURN_IF_ERROR(CheckMissing(procedure, input));
  CREDITREG_RETURN_IF_ERROR(CheckMaterials(procedure, input, *row));
  CREDITREG_RETURN_IF_ERROR(CheckNationalNo(input, *row));
  CREDITREG_RETURN_IF_ERROR(CheckDay(input, *row));
  const std::vector<sv::CaseMaterial> papers =
      PapersAfter(procedure, input, *row);
  CREDITREG_RETURN_IF_ERROR(CheckRoom(input, *row, papers));
  CREDITREG_RETURN_IF_ERROR(
      CheckStep(procedure, facts, input, next, *row, papers));
  Apply(procedure, calendar == nullptr ? WorkCalendar() : *calendar, input,
        next, papers, row);
  return absl::OkStatus();
}

std::vector<std::string> MissingMaterials(const cv::Procedure& procedure,
                                          const sv::CaseRow& row) {
  return MissingOf(procedure, {row.materials().begin(), row.materials().end()});
}

bool HasEnded(sv::CaseState state) {
  switch (state) {
    case sv::CASE_STATE_NOT_ACCEPTED:
    case sv::CASE_STATE_APPROVED:
    case sv::CASE_STATE_REFUSED:
    case sv::CASE_STATE_CANCELLED:
    case sv::CASE_STATE_REVOKED:
      return true;
    default:
      return false;
  }
}

namespace {

CaseEffect EffectOfApproval(sv::CaseKind kind) {
  switch (kind) {
    case sv::CASE_KIND_REPAIR:
      return CaseEffect::kRepair;
    case sv::CASE_KIND_OBJECTION:
      return CaseEffect::kClearDispute;
    case sv::CASE_KIND_LIST_ENTRY:
      return CaseEffect::kEnterRecord;
    case sv::CASE_KIND_LIST_REMOVAL:
      return CaseEffect::kRemoveFromList;
    case sv::CASE_KIND_ANNULMENT:
      return CaseEffect::kAnnul;
    case sv::CASE_KIND_REPUBLICATION:
      return CaseEffect::kRestore;
    case sv::CASE_KIND_SHIELD:
      return CaseEffect::kShield;
    default:
      return CaseEffect::kNone;
  }
}

CaseEffect EffectOfRevocation(sv::CaseKind kind) {
  if (kind == sv::CASE_KIND_REPAIR) return CaseEffect::kRepairWasFalse;
  if (kind == sv::CASE_KIND_SHIELD) return CaseEffect::kUnshield;
  return CaseEffect::kNone;
}

}  // namespace

CaseEffect EffectOf(sv::CaseKind kind, sv::CaseState before,
                    sv::CaseAction action) {
  if (action == sv::CASE_ACTION_APPROVE) return EffectOfApproval(kind);
  if (action == sv::CASE_ACTION_REVOKE) return EffectOfRevocation(kind);
  if (kind != sv::CASE_KIND_OBJECTION) return CaseEffect::kNone;
  if (action == sv::CASE_ACTION_ACCEPT) return CaseEffect::kMarkDisputed;
  const bool lets_go =
      action == sv::CASE_ACTION_REFUSE || action == sv::CASE_ACTION_CANCEL;
  // Before the acceptance nothing was marked.
  return lets_go && before == sv::CASE_STATE_ACCEPTED
             ? CaseEffect::kClearDispute
             : CaseEffect::kNone;
}

}  // namespace creditreg
