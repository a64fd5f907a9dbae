// How a case moves: which step is taken in which state, what it needs, and
// which time limits run after it. A pure function of the procedure, the working
// days, what the record says, and the case.
//
//   action      from                            to
//   OPEN        a case that is not there yet    DRAFT; with a national number
//                                               SUBMITTED
//   SUBMIT      DRAFT, RETURNED                 SUBMITTED
//   RETURN      SUBMITTED, once in a case       RETURNED
//   ACCEPT      SUBMITTED                       ACCEPTED
//   NOT_ACCEPT  SUBMITTED                       NOT_ACCEPTED
//   EXTEND      ACCEPTED, once in a case        ACCEPTED
//   APPROVE     ACCEPTED                        APPROVED
//   REFUSE      ACCEPTED                        REFUSED
//   CANCEL      whatever has not ended          CANCELLED
//   REVOKE      APPROVED, REPAIR and SHIELD     REVOKED
//   AMEND       whatever has not ended          the same
//
// Papers: each names its id in the procedure and the SM3 of its bytes. Of a
// case with a national number the SM3 may be empty: the platform keeps the
// paper, and it counts as handed in. Where the platform tells that a case was
// opened or submitted there, required papers that are not named are added so,
// since it takes no application without them. What a RETURN names is told to
// the applicant; whether what comes then is enough is the next decision's
// matter.
//
// Time limits: the day on which one starts is not counted. Working days are
// those of the calendar; limits in natural days end on the first working day
// after where their last one is a day off (民法典 art. 203). What lies past the
// calendar is judged Monday to Friday and marked as estimated. Each limit runs
// in its state; RETURN stops it, and the next SUBMIT starts it again. One that
// runs until the decision goes on through the acceptance.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_PUBLICATION_CASE_FLOW_H_
#define CREDITREG_INDEX_PUBLICATION_CASE_FLOW_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "creditreg/conf/v1/procedures.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/civil_day.h"
#include "index/base/working_days.h"

namespace creditreg {

inline constexpr int kMostCaseEvents = 200;
inline constexpr int kMostCaseMaterials = 50;

// A step, whose texts the caller has checked and masked.
struct StepInput {
  storage::v1::CaseAction action = storage::v1::CASE_ACTION_UNSPECIFIED;
  // A date, not before the day of the case's last step.
  CivilDay taken_on;
  std::string reason;
  // With RETURN, and only there: ids of materials of the procedure.
  std::vector<std::string> missing;
  // With OPEN, SUBMIT and AMEND. A paper that is there already is left out.
  std::vector<storage::v1::CaseMaterial> materials;
  // With OPEN and AMEND; a case has at most one.
  std::string national_no;
  // On the national platform; 0: taken here. Their order is the caller's.
  std::uint64_t national_step = 0;
};

// What the record says on the day of the step.
struct CaseFacts {
  // First day on which a repair may be applied for, a bar after false material
  // reckoned in; of an entry, its early removal. No date: it cannot end early;
  // a removal then waits for no day.
  CivilDay repair_from;
  // OBJECTION: since the case was opened.
  bool record_corrected_or_withdrawn = false;
  // A channel shows it, or would if no case shielded it.
  bool shown = false;
};

// Takes a step. On success the row has the new state, the event (its actor,
// agency, sequence and recorded_us are the caller's to fill), papers and
// clocks; after OPEN, which wants a row without a state, also kind and
// procedure. On an error the row is as before. A null calendar covers no day.
//
// Errors:
//   InvalidArgument "FIELD: got VALUE, want RULE": what the action does not
//     take; a paper or missing paper that is none of the procedure; a paper
//     without SM3 in a case without a national number; taken_on before the last
//     step.
//   FailedPrecondition, each with its reason first; an OPEN that leads to
//   SUBMITTED is judged as a SUBMIT:
//     WRONG_STATE      no step of the case's state, or another national number
//     CASE_FULL        too many steps or papers; AMEND leaves room for the
//     steps
//                      that end a case
//     NOTHING_TO_END   SUBMIT, ACCEPT of a REPAIR: not shown, or cannot end
//     TOO_EARLY        the same, and of a LIST_REMOVAL, before the first day,
//                      which the message names
//     MATERIAL_MISSING SUBMIT: see MissingMaterials()
//     RETURNED_BEFORE, EXTENDED_BEFORE, NOT_EXTENDABLE
//     NOT_CORRECTED    APPROVE of an OBJECTION
absl::Status TakeStep(const conf::v1::Procedure& procedure,
                      const WorkCalendar* calendar, const CaseFacts& facts,
                      const StepInput& input, storage::v1::CaseRow* row);

// Ids of all required papers that the case has not, in the procedure's order.
std::vector<std::string> MissingMaterials(const conf::v1::Procedure& procedure,
                                          const storage::v1::CaseRow& row);

// No step but REVOKE follows.
bool HasEnded(storage::v1::CaseState state);

// What a step changes in the record, or for it.
enum class CaseEffect : std::uint8_t {
  kNone = 0,
  // The public sees it as disputed, and no longer.
  kMarkDisputed = 1,
  kClearDispute = 2,
  // Ends before its time.
  kRepair = 3,
  // Hidden while the plan of a bankrupt is carried out, and shown again.
  kShield = 4,
  kUnshield = 5,
  kAnnul = 6,
  kRemoveFromList = 7,
  // The case's entry becomes a record.
  kEnterRecord = 8,
  // The end that an earlier case made is taken back.
  kRestore = 9,
  // The same of a repair whose material was false: no other one for a time.
  kRepairWasFalse = 10,
};

// Of a step that was taken in a case of `kind` that stood in `before`.
CaseEffect EffectOf(storage::v1::CaseKind kind, storage::v1::CaseState before,
                    storage::v1::CaseAction action);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_PUBLICATION_CASE_FLOW_H_
