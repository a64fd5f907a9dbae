#include "server/auth/principal.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace creditreg {

std::string RoleSet::ToString() const {
  std::string text;
  for (int number = conf::v1::Role_MIN; number <= conf::v1::Role_MAX;
       ++number) {
    const auto role = static_cast<conf::v1::Role>(number);
    if (role == conf::v1::ROLE_PUBLIC || !Has(role)) continue;
    const std::string& name = conf::v1::Role_Name(role);
    absl::StrAppend(&text, text.empty() ? "" : ",",
                    absl::StripPrefix(name, "ROLE_"));
  }
  return text;
}

}  // namespace creditreg
