// How a name given with a code compares with the names an enterprise has had.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_REGISTRY_NAMES_H_
#define CREDITREG_INDEX_REGISTRY_NAMES_H_

#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/content.pb.h"
#include "index/registry/view.h"

namespace creditreg {

// kNoName for an empty `name`. Widths, brackets and blanks make no difference.
NameMatch MatchName(const storage::v1::Enterprise& enterprise,
                    absl::string_view name);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_NAMES_H_
