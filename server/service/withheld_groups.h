// Groups of fields that were left out of an answer.

#ifndef CREDITREG_SERVER_SERVICE_WITHHELD_GROUPS_H_
#define CREDITREG_SERVER_SERVICE_WITHHELD_GROUPS_H_

#include <cstddef>
#include <string>

#include "absl/strings/strip.h"
#include "creditreg/conf/v1/access.pb.h"
#include "server/auth/field_groups.h"

namespace creditreg {

// What was withheld, by name, for the answer.
template <typename Response>
void SetWithheld(const GroupSet& withheld, Response* response) {
  for (std::size_t i = 1; i < kFieldGroups; ++i) {
    if (!withheld[i]) continue;
    response->add_withheld_groups(std::string(absl::StripPrefix(
        conf::v1::FieldGroup_Name(static_cast<int>(i)), "FIELD_GROUP_")));
  }
}

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_WITHHELD_GROUPS_H_
