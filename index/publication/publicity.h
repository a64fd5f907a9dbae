// What the writer keeps about a record's publicity beside its version: in which
// stretch of its file it is listed, on which day it must be looked at again,
// whether a clerk has to class it, and since when channels show it. Pages never
// ask for it: they decide by the record and the tables (decision.h).
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_PUBLICATION_PUBLICITY_H_
#define CREDITREG_INDEX_PUBLICATION_PUBLICITY_H_

#include <optional>

#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/civil_day.h"
#include "index/publication/tables.h"

namespace creditreg {

// Judges `record` for `day`. Sets in it whether it is listed, and `day` as the
// first one of every channel that begins to show it then. Nothing where no
// enterprise holds it, or no table is active.
std::optional<storage::v1::RecordPublicity> JudgePublicity(
    const PublicationTables& tables, CivilDay day,
    storage::v1::RecordVersion* record);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_PUBLICATION_PUBLICITY_H_
