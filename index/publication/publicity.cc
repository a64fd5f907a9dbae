#include "index/publication/publicity.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/civil_day.h"
#include "index/publication/decision.h"
#include "index/publication/tables.h"

namespace creditreg {

std::optional<storage::v1::RecordPublicity> JudgePublicity(
    const PublicationTables& tables, CivilDay day,
    storage::v1::RecordVersion* record) {
  record->clear_unlisted();
  if (record->enterprise_no() == 0 || tables.sequence() == 0) {
    return std::nullopt;
  }
  storage::v1::RecordPublicity publicity;
  publicity.set_judged_day(day.days());
  publicity.set_tables_sequence(tables.sequence());
  record->set_unlisted(true);
  CivilDay due = CivilDay::OpenEnded();
  for (const Channel channel : kChannels) {
    const PublicationTable* const table = tables.Of(channel);
    if (table == nullptr) continue;
    Decision decision = Decide(*record, *table, day);
    if (decision.awaits_publication()) {
      Decision shown = DecideIfShownFrom(*record, *table, day);
      if (shown.is_public()) {
        storage::v1::FirstShown* const first = record->add_first_shown();
        first->set_channel(channel);
        first->set_day(day.days());
        decision = std::move(shown);
      } else {
        // Its decision is still to come.
        due = std::min(due, shown.next_change);
      }
    }
    due = std::min(due, decision.next_change);
    if (decision.publicity == Publicity::kPublic ||
        decision.publicity == Publicity::kNotYet) {
      record->clear_unlisted();
    }
    if (decision.publicity == Publicity::kUndecided) {
      publicity.set_undecided(true);
    }
  }
  if (!due.is_open_ended()) publicity.set_due_day(due.days());
  return publicity;
}

}  // namespace creditreg
