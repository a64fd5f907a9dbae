// Whether a record is shown on a channel on a day, until when, and by which
// rules: a pure function of the record, the channel's table and the day.
//
// Days: the clock's first day is not counted, the last day is the one of the
// same number (民法典 art. 201, 202); a record is hidden from 00:00 China time
// of the day after.
//
// What is not known is not "no": a rule that may hold, because something it
// asks for is missing, leaves the record undecided. An undecided record is not
// public; `reasons` say what is missing.
//
// Thread safety: free functions; may be called from many threads.

#ifndef CREDITREG_INDEX_PUBLICATION_DECISION_H_
#define CREDITREG_INDEX_PUBLICATION_DECISION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "creditreg/conf/v1/publication.pb.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/civil_day.h"
#include "index/publication/rules.h"

namespace creditreg {

// Where a record stands on a channel.
enum class Publicity : std::uint8_t {
  // Shown to everybody.
  kPublic = 1,
  // Not yet: its day has not come, or the channel has not begun to show it.
  kNotYet = 2,
  // Never, by rule: minor, a natural person, a family that is not published.
  kGovernmentOnly = 3,
  // No rule decides: 待分类.
  kUndecided = 4,
  // The period is over.
  kExpired = 5,
  // Taken off the list it stood on.
  kRemoved = 6,
  // Withdrawn by its source.
  kWithdrawn = 7,
  // A case ended it before its time: 信用修复, or the decision was annulled.
  kRepaired = 8,
  kAnnulled = 9,
  // Hidden for a time by a court's order (破产重整).
  kShielded = 10,
};

// Why a record is undecided.
enum class UndecidedReason : std::uint8_t {
  kPartyCategoryMissing = 1,
  kDecisionDayMissing = 2,
  kProcedureMissing = 3,
  kProcedureContradictsKind = 4,
  kKindsMissing = 5,
  kKindWithoutRule = 6,
  kFineMissing = 7,
  kFineLimitsMissing = 8,
  kMinistryMissing = 9,
  // It is shown on the channel since a day that nobody told.
  kPublicationDayMissing = 10,
};

// "FINE_LIMITS_MISSING".
absl::string_view ReasonName(UndecidedReason reason);

// A rule that had a part in a decision; pointers into the table.
struct AppliedRule {
  const std::string* id = nullptr;
  const std::string* article = nullptr;
  bool unconfirmed = false;
  // What is unconfirmed; may be empty.
  const std::string* note = nullptr;
};

struct Decision {
  Publicity publicity = Publicity::kGovernmentOnly;
  // Unspecified: undecided, or the law has no classes.
  conf::v1::Severity severity = conf::v1::SEVERITY_UNSPECIFIED;
  // Shown on [from, until); Unknown: never, or not known yet. `until` is
  // OpenEnded without an end.
  CivilDay from;
  CivilDay until;
  // First day on which an earlier end may be applied for; Unknown: never, or
  // nothing to end.
  CivilDay repair_from;
  // First day after the one asked for on which the answer may be another;
  // OpenEnded: none.
  CivilDay next_change = CivilDay::OpenEnded();
  // Expired, and nobody said that the party has performed.
  bool unperformed = false;
  absl::InlinedVector<AppliedRule, 4> rules;
  // With kUndecided, sorted.
  absl::InlinedVector<UndecidedReason, 2> reasons;

  bool is_public() const { return publicity == Publicity::kPublic; }
  // Its days begin when the channel begins to show it, which it does not yet.
  bool awaits_publication() const {
    return publicity == Publicity::kNotYet && from.is_unknown();
  }
};

// Errors: none; a record that says too little is undecided.
Decision Decide(const storage::v1::RecordVersion& record,
                const PublicationTable& table, CivilDay day);

// The same for a record whose days begin with its publication, if the channel
// began to show it on `day`: what the writer asks before it stores that day.
Decision DecideIfShownFrom(const storage::v1::RecordVersion& record,
                           const PublicationTable& table, CivilDay day);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_PUBLICATION_DECISION_H_
