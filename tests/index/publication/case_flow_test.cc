#include "index/publication/case_flow.h"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "creditreg/conf/v1/procedures.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/base/civil_day.h"
#include "index/publication/tables.h"
#include "tests/testing/shipped_tables.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

namespace cv = conf::v1;
namespace sv = storage::v1;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;

constexpr auto kOpen = sv::CASE_ACTION_OPEN;
constexpr auto kSubmit = sv::CASE_ACTION_SUBMIT;
constexpr auto kReturn = sv::CASE_ACTION_RETURN;
constexpr auto kAccept = sv::CASE_ACTION_ACCEPT;
constexpr auto kNotAccept = sv::CASE_ACTION_NOT_ACCEPT;
constexpr auto kExtend = sv::CASE_ACTION_EXTEND;
constexpr auto kApprove = sv::CASE_ACTION_APPROVE;
constexpr auto kRefuse = sv::CASE_ACTION_REFUSE;
constexpr auto kCancel = sv::CASE_ACTION_CANCEL;
constexpr auto kRevoke = sv::CASE_ACTION_REVOKE;
constexpr auto kAmend = sv::CASE_ACTION_AMEND;

CivilDay Day(absl::string_view iso) { return *CivilDay::ParseIso(iso); }

// Both shipped tables, which the cases below were counted against by hand.
const PublicationTables& Tables() {
  static const TablesPtr tables = [] {
    TablesPtr built = std::make_shared<PublicationTables>();
    for (const absl::string_view name : {kCalendarTable, kProceduresTable}) {
      built = *built->With({std::string(name), ShippedTable(name)}, 1);
    }
    return built;
  }();
  return *tables;
}

const cv::Procedure& Procedure(absl::string_view id) {
  return *Tables().procedures()->Find(id);
}

sv::CaseMaterial Paper(absl::string_view id, char fill = 's') {
  sv::CaseMaterial paper;
  paper.set_material(std::string(id));
  paper.set_sm3(std::string(32, fill));
  return paper;
}

sv::CaseMaterial PaperOfThePlatform(absl::string_view id) {
  sv::CaseMaterial paper;
  paper.set_material(std::string(id));
  return paper;
}

// All papers that the procedure requires.
std::vector<sv::CaseMaterial> Required(const cv::Procedure& procedure) {
  std::vector<sv::CaseMaterial> papers;
  for (const cv::MaterialRule& rule : procedure.materials()) {
    if (rule.required()) papers.push_back(Paper(rule.id()));
  }
  return papers;
}

CaseFacts Ready() {
  CaseFacts facts;
  facts.repair_from = Day("2020-01-01");
  facts.record_corrected_or_withdrawn = true;
  facts.shown = true;
  return facts;
}

// A step, of which only what matters is named.
struct Given {
  sv::CaseAction action = sv::CASE_ACTION_UNSPECIFIED;
  CivilDay taken_on = CivilDay::Unknown();
  std::string reason = "理由";
  std::vector<std::string> missing = {};
  std::vector<sv::CaseMaterial> materials = {};
  std::string national_no = "";
  std::uint64_t national_step = 0;

  StepInput Input() const {
    StepInput input;
    input.action = action;
    input.taken_on = taken_on;
    input.reason = reason;
    input.missing = missing;
    input.materials = materials;
    input.national_no = national_no;
    input.national_step = national_step;
    return input;
  }
};

// A case, and what its next step finds.
struct Flow {
  explicit Flow(absl::string_view id) : procedure(Procedure(id)) {}
  explicit Flow(cv::Procedure text) : procedure(std::move(text)) {}

  absl::Status Take(const Given& given) {
    const std::string before = row.SerializeAsString();
    const absl::Status status =
        TakeStep(procedure, calendar, facts, given.Input(), &row);
    if (!status.ok()) {
      EXPECT_EQ(row.SerializeAsString(), before) << status;
    }
    return status;
  }

  // With all that such a step needs.
  absl::Status Take(sv::CaseAction action, absl::string_view day) {
    Given input;
    input.action = action;
    input.taken_on = Day(day);
    if (action == kReturn) input.missing = {procedure.materials(0).id()};
    if (action == kOpen) input.materials = Required(procedure);
    if (action == kAmend)
      input.materials = {Paper(procedure.materials(0).id())};
    return Take(input);
  }

  void Go(absl::string_view day, const std::vector<sv::CaseAction>& actions) {
    for (const sv::CaseAction action : actions) {
      ASSERT_THAT(Take(action, day), IsOk()) << sv::CaseAction_Name(action);
    }
  }

  // "ACCEPTANCE 2026-05-09", with " estimated" where it is.
  std::vector<std::string> Clocks() const {
    std::vector<std::string> clocks;
    for (const sv::CaseClock& clock : row.clocks()) {
      clocks.push_back(absl::StrCat(clock.clock(), " ",
                                    CivilDay::FromDays(clock.due_day()).ToIso(),
                                    clock.estimated() ? " estimated" : ""));
    }
    return clocks;
  }

  cv::Procedure procedure;
  const WorkCalendar* calendar = Tables().calendar();
  CaseFacts facts = Ready();
  sv::CaseRow row;
};

// --- transitions -------------------------------------------------------------

struct StateCase {
  sv::CaseState state;
  // How a case gets there.
  std::vector<sv::CaseAction> path;
  // What is taken from there, and where to.
  std::map<sv::CaseAction, sv::CaseState> steps;
};

std::vector<StateCase> States() {
  return {
      {sv::CASE_STATE_UNSPECIFIED, {}, {{kOpen, sv::CASE_STATE_DRAFT}}},
      {sv::CASE_STATE_DRAFT,
       {kOpen},
       {{kSubmit, sv::CASE_STATE_SUBMITTED},
        {kCancel, sv::CASE_STATE_CANCELLED},
        {kAmend, sv::CASE_STATE_DRAFT}}},
      {sv::CASE_STATE_SUBMITTED,
       {kOpen, kSubmit},
       {{kReturn, sv::CASE_STATE_RETURNED},
        {kAccept, sv::CASE_STATE_ACCEPTED},
        {kNotAccept, sv::CASE_STATE_NOT_ACCEPTED},
        {kCancel, sv::CASE_STATE_CANCELLED},
        {kAmend, sv::CASE_STATE_SUBMITTED}}},
      {sv::CASE_STATE_RETURNED,
       {kOpen, kSubmit, kReturn},
       {{kSubmit, sv::CASE_STATE_SUBMITTED},
        {kCancel, sv::CASE_STATE_CANCELLED},
        {kAmend, sv::CASE_STATE_RETURNED}}},
      {sv::CASE_STATE_ACCEPTED,
       {kOpen, kSubmit, kAccept},
       {{kExtend, sv::CASE_STATE_ACCEPTED},
        {kApprove, sv::CASE_STATE_APPROVED},
        {kRefuse, sv::CASE_STATE_REFUSED},
        {kCancel, sv::CASE_STATE_CANCELLED},
        {kAmend, sv::CASE_STATE_ACCEPTED}}},
      {sv::CASE_STATE_NOT_ACCEPTED, {kOpen, kSubmit, kNotAccept}, {}},
      {sv::CASE_STATE_APPROVED,
       {kOpen, kSubmit, kAccept, kApprove},
       {{kRevoke, sv::CASE_STATE_REVOKED}}},
      {sv::CASE_STATE_REFUSED, {kOpen, kSubmit, kAccept, kRefuse}, {}},
      {sv::CASE_STATE_CANCELLED, {kOpen, kCancel}, {}},
  };
}

TEST(CaseFlowTest, EveryStepOfEveryState) {
  for (const char* id :
       {"CC36-REPAIR", "CC36-OBJECTION", "CC36-SHIELD", "GS44-REMOVAL",
        "GS-ABNORMAL-ENTRY", "CC36-ANNULMENT", "CC36-REPUBLICATION"}) {
    const bool revocable = absl::string_view(id) == "CC36-REPAIR" ||
                           absl::string_view(id) == "CC36-SHIELD";
    const bool extendable = absl::string_view(id) == "CC36-REPAIR" ||
                            absl::string_view(id) == "CC36-OBJECTION";
    for (const StateCase& c : States()) {
      for (int i = sv::CaseAction_MIN; i <= sv::CaseAction_MAX; ++i) {
        const auto action = static_cast<sv::CaseAction>(i);
        SCOPED_TRACE(absl::StrCat(id, " ", sv::CaseState_Name(c.state), " ",
                                  sv::CaseAction_Name(action)));
        Flow flow{absl::string_view(id)};
        flow.Go("2026-05-06", c.path);
        ASSERT_EQ(flow.row.state(), c.state);
        const int events = flow.row.events_size();
        const absl::Status status = flow.Take(action, "2026-05-07");
        if (!c.steps.contains(action) || (action == kRevoke && !revocable)) {
          EXPECT_EQ(status.code(), kPrecondition);
          EXPECT_THAT(std::string(status.message()),
                      StartsWith("WRONG_STATE: action: got "));
        } else if (action == kExtend && !extendable) {
          EXPECT_THAT(status, StatusIs(kPrecondition,
                                       "NOT_EXTENDABLE: action: no time limit "
                                       "that runs can be extended"));
        } else {
          ASSERT_THAT(status, IsOk());
          EXPECT_EQ(flow.row.state(), c.steps.at(action));
          ASSERT_EQ(flow.row.events_size(), events + 1);
          const sv::CaseEvent& event = flow.row.events(events);
          EXPECT_EQ(event.action(), action);
          EXPECT_EQ(event.state(), flow.row.state());
          EXPECT_EQ(event.day(), Day("2026-05-07").days());
          EXPECT_EQ(event.reason(), "理由");
        }
      }
    }
  }
}

TEST(CaseFlowTest, WhatIsWantedInsteadIsNamed) {
  const std::pair<std::vector<sv::CaseAction>, const char*> cases[] = {
      {{}, "WRONG_STATE: action: got REVOKE, want OPEN"},
      {{kOpen}, "WRONG_STATE: action: got REVOKE, want SUBMIT, CANCEL, AMEND"},
      {{kOpen, kSubmit},
       "WRONG_STATE: action: got REVOKE, want RETURN, ACCEPT, NOT_ACCEPT, "
       "CANCEL, AMEND"},
      {{kOpen, kSubmit, kReturn},
       "WRONG_STATE: action: got REVOKE, want SUBMIT, CANCEL, AMEND"},
      {{kOpen, kSubmit, kAccept},
       "WRONG_STATE: action: got REVOKE, want EXTEND, APPROVE, REFUSE, CANCEL, "
       "AMEND"},
      {{kOpen, kCancel},
       "WRONG_STATE: action: got REVOKE, want none: the case has ended"},
  };
  for (const auto& [path, want] : cases) {
    Flow flow("CC36-REPAIR");
    flow.Go("2026-05-06", path);
    EXPECT_THAT(flow.Take(kRevoke, "2026-05-06"),
                StatusIs(kPrecondition, want));
  }
  Flow approved("CC36-REPAIR");
  approved.Go("2026-05-06", {kOpen, kSubmit, kAccept, kApprove});
  EXPECT_THAT(
      approved.Take(kAmend, "2026-05-06"),
      StatusIs(kPrecondition, "WRONG_STATE: action: got AMEND, want REVOKE"));
  // The approval of another kind is not revoked.
  Flow removal("GS44-REMOVAL");
  removal.Go("2026-05-06", {kOpen, kSubmit, kAccept, kApprove});
  EXPECT_THAT(
      removal.Take(kRevoke, "2026-05-06"),
      StatusIs(kPrecondition,
               "WRONG_STATE: action: got REVOKE, want none: the case has "
               "ended"));
}

TEST(CaseFlowTest, OpeningNamesKindAndProcedure) {
  Flow flow("GS44-REMOVAL");
  flow.Go("2026-05-06", {kOpen});
  EXPECT_EQ(flow.row.kind(), sv::CASE_KIND_LIST_REMOVAL);
  EXPECT_EQ(flow.row.procedure(), "GS44-REMOVAL");
  EXPECT_EQ(flow.row.materials_size(), 3);
  EXPECT_THAT(flow.Clocks(), IsEmpty());
}

TEST(CaseFlowTest, WhatIsMissingIsToldOnce) {
  Flow flow("CC36-REPAIR");
  flow.Go("2026-05-06", {kOpen, kSubmit, kReturn, kSubmit});
  EXPECT_THAT(flow.row.events(2).missing(), ElementsAre("PROOF"));
  EXPECT_THAT(flow.Take(kReturn, "2026-05-07"),
              StatusIs(kPrecondition,
                       "RETURNED_BEFORE: action: what is missing is told once "
                       "in a case"));
  EXPECT_THAT(flow.Take(kNotAccept, "2026-05-07"), IsOk());
}

TEST(CaseFlowTest, AnObjectionIsUpheldAfterTheCorrection) {
  Flow flow("CC36-OBJECTION");
  flow.facts.record_corrected_or_withdrawn = false;
  flow.Go("2026-05-06", {kOpen, kSubmit, kAccept});
  EXPECT_THAT(flow.Take(kApprove, "2026-05-07"),
              StatusIs(kPrecondition,
                       "NOT_CORRECTED: action: the record was neither "
                       "corrected nor withdrawn"));
  flow.facts.record_corrected_or_withdrawn = true;
  EXPECT_THAT(flow.Take(kApprove, "2026-05-07"), IsOk());
}

// --- days --------------------------------------------------------------------

struct FirstDayCase {
  const char* procedure;
  const char* from;
  sv::CaseAction action;
  const char* taken_on;
  // Empty: taken.
  const char* want;
};

TEST(CaseFlowTest, NothingIsAppliedForBeforeItsFirstDay) {
  for (const FirstDayCase& c : {
           // The day before, of and after.
           FirstDayCase{"CC36-REPAIR", "2026-05-01", kSubmit, "2026-04-30",
                        "TOO_EARLY: action: a repair may be applied for from "
                        "2026-05-01 on"},
           FirstDayCase{"CC36-REPAIR", "2026-05-01", kSubmit, "2026-05-01", ""},
           FirstDayCase{"CC36-REPAIR", "2026-05-01", kSubmit, "2026-05-02", ""},
           FirstDayCase{"CC36-REPAIR", "2026-05-01", kAccept, "2026-04-30",
                        "TOO_EARLY: action: a repair may be applied for from "
                        "2026-05-01 on"},
           FirstDayCase{"CC36-REPAIR", "2026-05-01", kAccept, "2026-05-01", ""},
           // Month ends.
           FirstDayCase{"GS45-REPAIR", "2028-02-29", kSubmit, "2028-02-28",
                        "TOO_EARLY: action: a repair may be applied for from "
                        "2028-02-29 on"},
           FirstDayCase{"GS45-REPAIR", "2028-02-29", kSubmit, "2028-02-29", ""},
           FirstDayCase{"GS44-REMOVAL", "2027-01-01", kSubmit, "2026-12-31",
                        "TOO_EARLY: action: a removal may be applied for from "
                        "2027-01-01 on"},
           FirstDayCase{"GS44-REMOVAL", "2027-01-01", kSubmit, "2027-01-01",
                        ""},
           // No first day: it cannot end early, and a list can be left at once.
           FirstDayCase{"CC36-REPAIR", "", kSubmit, "2026-05-01",
                        "NOTHING_TO_END: action: the record cannot end early"},
           FirstDayCase{"CC36-REPAIR", "", kAccept, "2026-05-01",
                        "NOTHING_TO_END: action: the record cannot end early"},
           FirstDayCase{"CC36-REPAIR", "2099-12-31", kSubmit, "2026-05-01",
                        "NOTHING_TO_END: action: the record cannot end early"},
           FirstDayCase{"GS-ABNORMAL-REMOVAL", "", kSubmit, "2026-05-01", ""},
           // The others do not wait.
           FirstDayCase{"CC36-SHIELD", "2026-05-01", kSubmit, "2026-04-30", ""},
           FirstDayCase{"CC36-OBJECTION", "", kSubmit, "2026-04-30", ""},
       }) {
    Flow flow{absl::string_view(c.procedure)};
    flow.Go("2026-04-01", {kOpen});
    if (c.action == kAccept) flow.Go("2026-04-01", {kSubmit});
    flow.facts.repair_from = Day(c.from);
    const absl::Status status = flow.Take(c.action, c.taken_on);
    if (*c.want == '\0') {
      EXPECT_THAT(status, IsOk()) << c.procedure << " " << c.taken_on;
    } else {
      EXPECT_THAT(status, StatusIs(kPrecondition, c.want)) << c.taken_on;
    }
  }
}

TEST(CaseFlowTest, WhatIsNotShownNeedsNoRepair) {
  Flow flow("CC36-REPAIR");
  flow.Go("2026-05-06", {kOpen});
  flow.facts.shown = false;
  constexpr char kWant[] = "NOTHING_TO_END: action: the record is not shown";
  EXPECT_THAT(flow.Take(kSubmit, "2026-05-06"), StatusIs(kPrecondition, kWant));
  flow.facts.shown = true;
  flow.Go("2026-05-06", {kSubmit});
  flow.facts.shown = false;
  EXPECT_THAT(flow.Take(kAccept, "2026-05-06"), StatusIs(kPrecondition, kWant));
  // It ended meanwhile: the unit may still say no.
  EXPECT_THAT(flow.Take(kNotAccept, "2026-05-06"), IsOk());
}

TEST(CaseFlowTest, StepsAreTakenInTheOrderOfDays) {
  Flow flow("CC36-REPAIR");
  flow.Go("2026-05-06", {kOpen, kSubmit});
  EXPECT_THAT(flow.Take(kAccept, "2026-05-05"),
              StatusIs(kInvalid,
                       "taken_on: got 2026-05-05, want 2026-05-06 or later, "
                       "the day of the last step"));
  EXPECT_THAT(flow.Take(kAccept, ""),
              StatusIs(kInvalid, "taken_on: none, want a date"));
  EXPECT_THAT(flow.Take(kAccept, "2099-12-31"),
              StatusIs(kInvalid, "taken_on: none, want a date"));
  EXPECT_THAT(flow.Take(kAccept, "2026-05-06"), IsOk());
  EXPECT_THAT(flow.Take(kApprove, "2026-05-07"), IsOk());
}

// --- time limits -------------------------------------------------------------

struct ClockCase {
  const char* procedure;
  std::vector<sv::CaseAction> path;
  const char* day;
  std::vector<std::string> want;
};

// All steps of the path are taken on the one day.
TEST(CaseFlowTest, LimitsEndOnTheirLastWorkingDay) {
  const std::vector<sv::CaseAction> submit = {kOpen, kSubmit};
  const std::vector<sv::CaseAction> accept = {kOpen, kSubmit, kAccept};
  for (const ClockCase& c : std::vector<ClockCase>{
           // A Monday.
           {"CC36-REPAIR",
            submit,
            "2026-03-02",
            {"ACCEPTANCE 2026-03-05", "ANSWER 2026-03-16"}},
           // Saturday 9 May is worked.
           {"CC36-REPAIR",
            submit,
            "2026-05-06",
            {"ACCEPTANCE 2026-05-09", "ANSWER 2026-05-19"}},
           // On a day off: Saturday, in the days of 1 May.
           {"CC36-REPAIR",
            submit,
            "2026-05-02",
            {"ACCEPTANCE 2026-05-08", "ANSWER 2026-05-18"}},
           // Over Spring Festival, 15 to 23 February: Saturdays 14 and 28 are
           // worked.
           {"CC36-REPAIR",
            submit,
            "2026-02-12",
            {"ACCEPTANCE 2026-02-24", "ANSWER 2026-03-04"}},
           {"CC36-REPAIR",
            accept,
            "2026-02-12",
            {"ANSWER 2026-03-04", "DECISION 2026-02-28"}},
           // Over National Day: Saturday 10 is worked.
           {"CC36-REPAIR",
            accept,
            "2026-09-29",
            {"ANSWER 2026-10-19", "DECISION 2026-10-14"}},
           // Over a month's end.
           {"CC36-REPAIR",
            submit,
            "2026-01-29",
            {"ACCEPTANCE 2026-02-03", "ANSWER 2026-02-12"}},
           // The calendar's last day, and the days past it.
           {"GS45-REPAIR", submit, "2026-12-29", {"ACCEPTANCE 2026-12-31"}},
           {"GS45-REPAIR",
            submit,
            "2026-12-30",
            {"ACCEPTANCE 2027-01-01 estimated"}},
           {"CC36-REPAIR",
            accept,
            "2026-12-25",
            {"ANSWER 2027-01-08 estimated", "DECISION 2027-01-05 estimated"}},
           {"CC36-REPAIR",
            accept,
            "2027-03-01",
            {"ANSWER 2027-03-15 estimated", "DECISION 2027-03-10 estimated"}},
           {"GS44-REMOVAL", submit, "2026-03-02", {"ACCEPTANCE 2026-03-04"}},
           {"GS44-REMOVAL", accept, "2026-03-02", {"DECISION 2026-03-23"}},
           {"GS-ABNORMAL-REMOVAL",
            submit,
            "2026-03-02",
            {"DECISION 2026-03-09"}},
           // From the application to the decision.
           {"GS-ABNORMAL-REMOVAL",
            accept,
            "2026-03-02",
            {"DECISION 2026-03-09"}},
           // After 30 June.
           {"GS-ABNORMAL-ENTRY", submit, "2026-06-30", {"DECISION 2026-07-14"}},
           {"CC36-OBJECTION", submit, "2026-03-06", {"FORWARDING 2026-03-09"}},
           {"CC36-OBJECTION", accept, "2026-03-06", {"DECISION 2026-03-17"}},
           {"GS-ABNORMAL-OBJECTION",
            submit,
            "2026-03-02",
            {"ACCEPTANCE 2026-03-09"}},
           {"GS-ABNORMAL-OBJECTION",
            accept,
            "2026-03-02",
            {"VERIFICATION 2026-03-30"}},
           {"GS45-ANNULMENT", submit, "2026-03-05", {"WITHDRAWAL 2026-03-10"}},
           {"CC36-SHIELD", accept, "2026-03-02", {"SHIELDING 2026-03-16"}},
           {"CC36-REPUBLICATION", accept, "2026-03-02", {}},
           {"CC36-REPAIR", {kOpen}, "2026-03-02", {}},
           {"CC36-REPAIR", {kOpen, kSubmit, kReturn}, "2026-03-02", {}},
           {"CC36-REPAIR", {kOpen, kSubmit, kNotAccept}, "2026-03-02", {}},
           {"CC36-REPAIR", {kOpen, kSubmit, kCancel}, "2026-03-02", {}},
           {"CC36-REPAIR",
            {kOpen, kSubmit, kAccept, kApprove},
            "2026-03-02",
            {}},
           {"CC36-REPAIR",
            {kOpen, kSubmit, kAccept, kRefuse},
            "2026-03-02",
            {}},
       }) {
    Flow flow{absl::string_view(c.procedure)};
    flow.Go(c.day, c.path);
    EXPECT_EQ(flow.Clocks(), c.want) << c.procedure << " " << c.day;
  }
}

struct NaturalCase {
  int days;
  const char* day;
  const char* want;
};

TEST(CaseFlowTest, NaturalDaysEndOnAWorkingDay) {
  for (const NaturalCase& c : {
           NaturalCase{7, "2026-03-02", "C 2026-03-09"},
           // 1 October is a holiday, and so are the days up to the 7th.
           NaturalCase{10, "2026-09-20", "C 2026-09-30"},
           NaturalCase{10, "2026-09-21", "C 2026-10-08"},
           NaturalCase{16, "2026-09-21", "C 2026-10-08"},
           // Spring Festival ends on Monday 23.
           NaturalCase{3, "2026-02-12", "C 2026-02-24"},
           // A Saturday that is worked, and one that is not.
           NaturalCase{5, "2026-05-04", "C 2026-05-09"},
           NaturalCase{5, "2026-05-11", "C 2026-05-18"},
           // Month ends: 1 March is a Sunday.
           NaturalCase{3, "2026-02-26", "C 2026-03-02"},
           NaturalCase{7, "2026-12-24", "C 2026-12-31"},
           NaturalCase{7, "2026-12-25", "C 2027-01-01 estimated"},
           NaturalCase{8, "2026-12-25", "C 2027-01-04 estimated"},
       }) {
    cv::Procedure procedure = Procedure("CC36-REPAIR");
    procedure.clear_clocks();
    cv::ClockRule& clock = *procedure.add_clocks();
    clock.set_id("C");
    clock.set_state(sv::CASE_STATE_SUBMITTED);
    clock.set_days(c.days);
    clock.set_unit(cv::ClockRule::UNIT_DAYS);
    Flow flow{procedure};
    flow.Go(c.day, {kOpen, kSubmit});
    EXPECT_THAT(flow.Clocks(), ElementsAre(c.want)) << c.day;
  }
}

TEST(CaseFlowTest, WithoutACalendarDaysAreEstimated) {
  Flow flow("CC36-REPAIR");
  flow.calendar = nullptr;
  flow.Go("2026-05-06", {kOpen, kSubmit});
  EXPECT_THAT(flow.Clocks(), ElementsAre("ACCEPTANCE 2026-05-11 estimated",
                                         "ANSWER 2026-05-20 estimated"));
}

TEST(CaseFlowTest, AReturnStopsTheLimitAndASubmitStartsItAgain) {
  Flow flow("CC36-REPAIR");
  flow.Go("2026-03-02", {kOpen, kSubmit});
  flow.Go("2026-03-05", {kReturn});
  EXPECT_THAT(flow.Clocks(), IsEmpty());
  flow.Go("2026-03-20", {kAmend, kSubmit});
  EXPECT_THAT(flow.Clocks(),
              ElementsAre("ACCEPTANCE 2026-03-25", "ANSWER 2026-04-03"));
  // What is amended moves nothing.
  flow.Go("2026-03-23", {kAmend});
  EXPECT_THAT(flow.Clocks(),
              ElementsAre("ACCEPTANCE 2026-03-25", "ANSWER 2026-04-03"));
  flow.Go("2026-03-24", {kAccept});
  EXPECT_THAT(flow.Clocks(),
              ElementsAre("ANSWER 2026-04-03", "DECISION 2026-04-02"));
}

TEST(CaseFlowTest, MoreTimeCountsFromWhereTheLimitBegan) {
  Flow flow("CC36-REPAIR");
  flow.Go("2026-09-28", {kOpen, kSubmit});
  flow.Go("2026-09-29", {kAccept});
  EXPECT_THAT(flow.Clocks(),
              ElementsAre("ANSWER 2026-10-16", "DECISION 2026-10-14"));
  flow.Go("2026-10-09", {kAmend});
  flow.Go("2026-10-13", {kExtend});
  EXPECT_TRUE(flow.row.extended());
  // 20 working days after the application, 17 after the acceptance.
  EXPECT_THAT(flow.Clocks(),
              ElementsAre("ANSWER 2026-10-30", "DECISION 2026-10-28"));
  EXPECT_THAT(flow.Take(kExtend, "2026-10-14"),
              StatusIs(kPrecondition,
                       "EXTENDED_BEFORE: action: a case is extended once"));
  EXPECT_THAT(flow.Take(kApprove, "2026-10-28"), IsOk());
}

// --- papers ------------------------------------------------------------------

TEST(CaseFlowTest, ACaseIsHandedOverWithAllItsPapers) {
  Flow flow("CC36-REPAIR");
  Given open{.action = kOpen, .taken_on = Day("2026-05-06")};
  ASSERT_THAT(flow.Take(open), IsOk());
  EXPECT_THAT(MissingMaterials(flow.procedure, flow.row),
              ElementsAre("PROOF", "COMMITMENT"));
  EXPECT_THAT(flow.Take(kSubmit, "2026-05-06"),
              StatusIs(kPrecondition,
                       "MATERIAL_MISSING: materials: want PROOF, COMMITMENT"));
  Given submit{.action = kSubmit, .taken_on = Day("2026-05-06")};
  submit.materials = {Paper("OTHER"), Paper("COMMITMENT")};
  EXPECT_THAT(
      flow.Take(submit),
      StatusIs(kPrecondition, "MATERIAL_MISSING: materials: want PROOF"));
  Given amend{.action = kAmend, .taken_on = Day("2026-05-06")};
  amend.materials = {Paper("COMMITMENT")};
  ASSERT_THAT(flow.Take(amend), IsOk());
  EXPECT_THAT(MissingMaterials(flow.procedure, flow.row), ElementsAre("PROOF"));
  submit.materials = {Paper("PROOF")};
  ASSERT_THAT(flow.Take(submit), IsOk());
  EXPECT_THAT(MissingMaterials(flow.procedure, flow.row), IsEmpty());
  ASSERT_EQ(flow.row.materials_size(), 2);
  EXPECT_EQ(flow.row.materials(1).material(), "PROOF");
}

TEST(CaseFlowTest, APaperThatIsThereIsNotAddedAgain) {
  Flow flow("CC36-REPAIR");
  flow.Go("2026-05-06", {kOpen, kAmend, kAmend});
  EXPECT_EQ(flow.row.materials_size(), 2);
  Given amend{.action = kAmend, .taken_on = Day("2026-05-06")};
  amend.materials = {Paper("PROOF", 't')};
  ASSERT_THAT(flow.Take(amend), IsOk());
  EXPECT_EQ(flow.row.materials_size(), 3);
}

TEST(CaseFlowTest, WhatAStepDoesNotTakeIsRefused) {
  struct Case {
    Given input;
    const char* want;
  };
  const CivilDay day = Day("2026-05-06");
  sv::CaseMaterial short_sm3 = Paper("PROOF");
  short_sm3.set_sm3("s");
  for (const Case& c : std::vector<Case>{
           {{.action = kReturn, .taken_on = day},
            "missing: none, want all that is missing"},
           {{.action = kReturn, .taken_on = day, .missing = {"张三"}},
            "missing[0]: want one of PROOF, COMMITMENT, OTHER"},
           {{.action = kReturn, .taken_on = day, .missing = {"PROOF", "PROOF"}},
            "missing[1]: named twice, want each once"},
           {{.action = kAccept, .taken_on = day, .missing = {"PROOF"}},
            "missing: want it with RETURN only"},
           {{.action = kAccept, .taken_on = day, .materials = {Paper("PROOF")}},
            "materials: want them with OPEN, SUBMIT and AMEND only"},
           {{.action = kAmend, .taken_on = day, .materials = {Paper("张三")}},
            "materials[0].material: want one of PROOF, COMMITMENT, OTHER"},
           {{.action = kAmend,
           .taken_on = day,
           .materials = {Paper("PROOF"), short_sm3}},
            "materials[1].sm3: got 1 bytes, want 32"},
           {{.action = kAmend,
           .taken_on = day,
           .materials = {PaperOfThePlatform("PROOF")}},
            "materials[0].sm3: got 0 bytes, want 32"},
           {{.action = kAmend, .taken_on = day},
            "materials: none, want papers or a national number with AMEND"},
           {{.action = kAccept, .taken_on = day, .national_no = "N1"},
            "national_no: want it with OPEN and AMEND only"},
       }) {
    Flow flow("CC36-REPAIR");
    flow.Go("2026-05-06", {kOpen, kSubmit});
    EXPECT_THAT(flow.Take(c.input), StatusIs(kInvalid, c.want));
  }
}

// --- the national platform ---------------------------------------------------

TEST(CaseFlowTest, ACaseOfThePlatformOpensWithItsPapersThere) {
  Flow flow("CC36-REPAIR");
  Given open{.action = kOpen,
             .taken_on = Day("2026-03-02"),
             .materials = {PaperOfThePlatform("COMMITMENT")},
             .national_no = "N1",
             .national_step = 1};
  ASSERT_THAT(flow.Take(open), IsOk());
  EXPECT_EQ(flow.row.state(), sv::CASE_STATE_SUBMITTED);
  EXPECT_EQ(flow.row.national_no(), "N1");
  EXPECT_EQ(flow.row.national_step(), 1u);
  EXPECT_EQ(flow.row.events(0).national_step(), 1u);
  EXPECT_EQ(flow.row.events(0).state(), sv::CASE_STATE_SUBMITTED);
  EXPECT_THAT(flow.Clocks(),
              ElementsAre("ACCEPTANCE 2026-03-05", "ANSWER 2026-03-16"));
  EXPECT_THAT(MissingMaterials(flow.procedure, flow.row), IsEmpty());
  ASSERT_EQ(flow.row.materials_size(), 2);
  EXPECT_EQ(flow.row.materials(1).material(), "PROOF");
  EXPECT_EQ(flow.row.materials(1).sm3(), "");

  // A step of ours between those of the platform.
  flow.Go("2026-03-03", {kReturn});
  EXPECT_EQ(flow.row.national_step(), 1u);
  Given submit{.action = kSubmit, .taken_on = Day("2026-03-04")};
  submit.materials = {PaperOfThePlatform("OTHER")};
  submit.national_step = 2;
  ASSERT_THAT(flow.Take(submit), IsOk());
  EXPECT_EQ(flow.row.national_step(), 2u);
  EXPECT_EQ(flow.row.materials_size(), 3);
}

TEST(CaseFlowTest, ACaseOfThePlatformIsJudgedAsASubmit) {
  Flow flow("CC36-REPAIR");
  flow.facts.repair_from = Day("2026-03-03");
  Given open{.action = kOpen,
             .taken_on = Day("2026-03-02"),
             .national_no = "N1",
             .national_step = 1};
  EXPECT_THAT(flow.Take(open),
              StatusIs(kPrecondition,
                       "TOO_EARLY: action: a repair may be applied for from "
                       "2026-03-03 on"));
  open.taken_on = Day("2026-03-03");
  EXPECT_THAT(flow.Take(open), IsOk());
}

TEST(CaseFlowTest, ACaseHasOneNationalNumber) {
  Flow flow("CC36-REPAIR");
  ASSERT_THAT(flow.Take({.action = kOpen, .taken_on = Day("2026-03-02")}),
              IsOk());
  Given amend{
      .action = kAmend, .taken_on = Day("2026-03-02"), .national_no = "N1"};
  ASSERT_THAT(flow.Take(amend), IsOk());
  EXPECT_EQ(flow.row.national_no(), "N1");
  EXPECT_EQ(flow.row.state(), sv::CASE_STATE_DRAFT);
  EXPECT_THAT(flow.Take(amend), IsOk());
  amend.national_no = "N2";
  EXPECT_THAT(flow.Take(amend),
              StatusIs(kPrecondition,
                       "WRONG_STATE: national_no: the case has another one"));
  EXPECT_EQ(flow.row.national_no(), "N1");
  // Submitted there: its papers are there.
  EXPECT_THAT(flow.Take(kSubmit, "2026-03-02"),
              StatusIs(kPrecondition,
                       "MATERIAL_MISSING: materials: want PROOF, COMMITMENT"));
  EXPECT_THAT(flow.Take({.action = kSubmit,
                         .taken_on = Day("2026-03-02"),
                         .national_step = 1}),
              IsOk());
  EXPECT_THAT(MissingMaterials(flow.procedure, flow.row), IsEmpty());
}

// --- bounds ------------------------------------------------------------------

TEST(CaseFlowTest, AFullCaseCanStillEnd) {
  Flow flow("CC36-REPAIR");
  flow.Go("2026-05-06", {kOpen});
  while (flow.row.events_size() < kMostCaseEvents - 8) {
    flow.Go("2026-05-06", {kAmend});
  }
  EXPECT_THAT(
      flow.Take(kAmend, "2026-05-06"),
      StatusIs(kPrecondition, "CASE_FULL: action: want at most 192 steps"));
  flow.Go("2026-05-06",
          {kSubmit, kReturn, kSubmit, kAccept, kExtend, kApprove, kRevoke});
  EXPECT_LT(flow.row.events_size(), kMostCaseEvents);
}

TEST(CaseFlowTest, NoMoreStepsThanACaseHolds) {
  Flow flow("CC36-REPAIR");
  flow.Go("2026-05-06", {kOpen});
  const sv::CaseEvent event = flow.row.events(0);
  while (flow.row.events_size() < kMostCaseEvents - 1) {
    *flow.row.add_events() = event;
  }
  flow.Go("2026-05-06", {kSubmit});
  EXPECT_THAT(
      flow.Take(kAccept, "2026-05-06"),
      StatusIs(kPrecondition, "CASE_FULL: action: want at most 200 steps"));
}

TEST(CaseFlowTest, NoMorePapersThanACaseHolds) {
  Flow flow("CC36-REPAIR");
  flow.Go("2026-05-06", {kOpen});
  Given amend{.action = kAmend, .taken_on = Day("2026-05-06")};
  for (int i = flow.row.materials_size(); i < kMostCaseMaterials; ++i) {
    amend.materials.push_back(Paper("OTHER", static_cast<char>(i)));
  }
  Given more = amend;
  more.materials.push_back(Paper("OTHER", 'z'));
  EXPECT_THAT(
      flow.Take(more),
      StatusIs(kPrecondition, "CASE_FULL: materials: want at most 50 papers"));
  EXPECT_THAT(flow.Take(amend), IsOk());
  // Those that are there take no room.
  EXPECT_THAT(flow.Take(amend), IsOk());
}

// --- effects -----------------------------------------------------------------

TEST(CaseFlowTest, EffectsOfEveryStep) {
  constexpr auto kSubmitted = sv::CASE_STATE_SUBMITTED;
  constexpr auto kAccepted = sv::CASE_STATE_ACCEPTED;
  constexpr auto kApproved = sv::CASE_STATE_APPROVED;
  using Step = std::tuple<sv::CaseKind, sv::CaseState, sv::CaseAction>;
  // What is not here has none.
  const std::map<Step, CaseEffect> effects = {
      {{sv::CASE_KIND_REPAIR, kAccepted, kApprove}, CaseEffect::kRepair},
      {{sv::CASE_KIND_REPAIR, kApproved, kRevoke}, CaseEffect::kRepairWasFalse},
      {{sv::CASE_KIND_OBJECTION, kSubmitted, kAccept},
       CaseEffect::kMarkDisputed},
      {{sv::CASE_KIND_OBJECTION, kAccepted, kApprove},
       CaseEffect::kClearDispute},
      {{sv::CASE_KIND_OBJECTION, kAccepted, kRefuse},
       CaseEffect::kClearDispute},
      {{sv::CASE_KIND_OBJECTION, kAccepted, kCancel},
       CaseEffect::kClearDispute},
      {{sv::CASE_KIND_LIST_ENTRY, kAccepted, kApprove},
       CaseEffect::kEnterRecord},
      {{sv::CASE_KIND_LIST_REMOVAL, kAccepted, kApprove},
       CaseEffect::kRemoveFromList},
      {{sv::CASE_KIND_ANNULMENT, kAccepted, kApprove}, CaseEffect::kAnnul},
      {{sv::CASE_KIND_REPUBLICATION, kAccepted, kApprove},
       CaseEffect::kRestore},
      {{sv::CASE_KIND_SHIELD, kAccepted, kApprove}, CaseEffect::kShield},
      {{sv::CASE_KIND_SHIELD, kApproved, kRevoke}, CaseEffect::kUnshield},
  };
  for (int kind = sv::CaseKind_MIN; kind <= sv::CaseKind_MAX; ++kind) {
    for (const StateCase& c : States()) {
      for (const auto& [action, to] : c.steps) {
        const Step step{static_cast<sv::CaseKind>(kind), c.state, action};
        if (kind == sv::CASE_KIND_UNSPECIFIED) continue;
        const auto found = effects.find(step);
        EXPECT_EQ(EffectOf(static_cast<sv::CaseKind>(kind), c.state, action),
                  found == effects.end() ? CaseEffect::kNone : found->second)
            << kind << " " << c.state << " " << action;
      }
    }
  }
}

TEST(CaseFlowTest, WhatHasEnded) {
  std::set<sv::CaseState> ended;
  for (int i = sv::CaseState_MIN; i <= sv::CaseState_MAX; ++i) {
    const auto state = static_cast<sv::CaseState>(i);
    if (HasEnded(state)) ended.insert(state);
  }
  EXPECT_THAT(ended,
              ElementsAre(sv::CASE_STATE_NOT_ACCEPTED, sv::CASE_STATE_APPROVED,
                          sv::CASE_STATE_REFUSED, sv::CASE_STATE_CANCELLED,
                          sv::CASE_STATE_REVOKED));
}

}  // namespace
}  // namespace creditreg
