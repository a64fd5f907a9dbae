// What the writer keeps about a record's publicity beside its version: in which
// stretch of its file it is listed, on which day it must be looked at again,
// whether a clerk has to class it, since when channels show it, and of which
// ends receivers were told. Pages never ask for it: they decide by the record
// and the tables (decision.h).
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_PUBLICATION_PUBLICITY_H_
#define CREDITREG_INDEX_PUBLICATION_PUBLICITY_H_

#include <optional>
#include <vector>

#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/civil_day.h"
#include "index/publication/tables.h"

namespace creditreg {

struct JudgedPublicity {
  // Nothing where no enterprise holds the record, or no table is active.
  std::optional<storage::v1::RecordPublicity> publicity;
  // What receivers are to be told, one for each reason.
  std::vector<storage::v1::Withdrawal> withdrawals;
};

// Judges `record` for `day`. Sets in it whether it is listed, `day` as the
// first one of every channel that begins to show it then, and the ends that are
// announced. `before` is what its head says so far (default: nothing was
// shown): channels that showed it and do no longer have it withdrawn, unless
// the end was announced. An end is announced some days before it comes, so that
// hiding on the day is known by then (conf/publication/procedures).
//
// `withdraw_within_days`: working days to take down what is not announced;
// below 0: as the table says.
JudgedPublicity JudgePublicity(const PublicationTables& tables, CivilDay day,
                               const storage::v1::RecordPublicity& before,
                               int withdraw_within_days,
                               storage::v1::RecordVersion* record);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_PUBLICATION_PUBLICITY_H_
