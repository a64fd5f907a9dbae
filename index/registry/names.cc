#include "index/registry/names.h"

#include <string>

#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/content.pb.h"
#include "index/model/name.h"
#include "index/registry/view.h"

namespace creditreg {

NameMatch MatchName(const storage::v1::Enterprise& enterprise,
                    absl::string_view name) {
  const std::string given = NormaliseName(name);
  if (given.empty()) return NameMatch::kNoName;
  if (given == NormaliseName(enterprise.name())) return NameMatch::kCurrent;
  for (const storage::v1::FormerName& former : enterprise.former_names()) {
    if (given == NormaliseName(former.name())) return NameMatch::kFormer;
  }
  return NameMatch::kDifferent;
}

}  // namespace creditreg
