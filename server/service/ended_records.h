// Who may still see a record that a case ended: one that was repaired or
// annulled is for the unit that decided it and for auditors alone (第36号令
// art. 3: publication, sharing and use stop). To others there is no such
// record.
//
// Thread safety: free function without state.

#ifndef CREDITREG_SERVER_SERVICE_ENDED_RECORDS_H_
#define CREDITREG_SERVER_SERVICE_ENDED_RECORDS_H_

#include "creditreg/storage/v1/rows.pb.h"
#include "server/service/caller.h"

namespace creditreg {

// `newest`: the record as it is today, whichever version is asked for.
inline bool IsEndedFor(const Caller& caller,
                       const storage::v1::RecordVersion& newest) {
  if (!newest.has_ending()) return false;
  const Principal& principal = caller.principal();
  if (principal.roles.Has(conf::v1::ROLE_AUDITOR)) return false;
  const std::string& unit = newest.content().deciding_agency().uscc();
  return unit.empty() || principal.agency != unit;
}

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_ENDED_RECORDS_H_
