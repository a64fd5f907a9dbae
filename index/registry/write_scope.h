// What an actor may write: everything, or what its own agency decided or
// registered (Actor::own_agency_only). Judged on the writer's thread, so that
// no other write comes between the judgement and the change.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_REGISTRY_WRITE_SCOPE_H_
#define CREDITREG_INDEX_REGISTRY_WRITE_SCOPE_H_

#include "absl/status/status.h"
#include "creditreg/storage/v1/content.pb.h"
#include "index/model/finding.h"
#include "index/registry/registry.h"

namespace creditreg {

// By the code of the registration authority, or of the deciding agency.
bool MayWrite(const Actor& actor, const storage::v1::Enterprise& enterprise);
bool MayWrite(const Actor& actor, const storage::v1::Record& record);

// Whether `draft` claims codes, as its former ones or of enterprises merged
// into it, that `stored` (null: a new one) did not hold before: they may be
// those of others, whose files would become part of its own.
bool ClaimsNewCodes(const storage::v1::Enterprise& draft,
                    const storage::v1::Enterprise* stored);

// Why a row or record was rejected.
Finding OutOfScopeEnterprise();
Finding OutOfScopeCodes();
Finding OutOfScopeRecord();

// The same for a call that is refused whole: PermissionDenied
// "OUT_OF_SCOPE: ...".
absl::Status OutOfScope();

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_WRITE_SCOPE_H_
