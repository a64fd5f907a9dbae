#include "index/registry/write_scope.h"

namespace creditreg {
namespace {

constexpr char kRule[] = "OUT_OF_SCOPE";

bool IsOwn(const Actor& actor, const storage::v1::Agency& agency) {
  return !actor.own_agency_only ||
         (!actor.agency.empty() && agency.uscc() == actor.agency);
}

}  // namespace

bool MayWrite(const Actor& actor, const storage::v1::Enterprise& enterprise) {
  return IsOwn(actor, enterprise.registration_authority());
}

bool MayWrite(const Actor& actor, const storage::v1::Record& record) {
  return IsOwn(actor, record.deciding_agency());
}

bool ClaimsNewCodes(const storage::v1::Enterprise& draft,
                    const storage::v1::Enterprise* stored) {
  for (const storage::v1::FormerCode& former : draft.former_codes()) {
    if (stored == nullptr) return true;
    bool is_held = former.uscc() == stored->uscc() && !former.merged();
    for (const storage::v1::FormerCode& held : stored->former_codes()) {
      is_held |=
          held.uscc() == former.uscc() && held.merged() == former.merged();
    }
    if (!is_held) return true;
  }
  return false;
}

Finding OutOfScopeCodes() {
  return {Severity::kError, "enterprise.former_codes", kRule,
          "曾用代码、被合并主体的代码须由信用中心登记", ""};
}

Finding OutOfScopeEnterprise() {
  return {Severity::kError, "enterprise.registration_authority.uscc", kRule,
          "登记机关不是报送人所在机关，无权报送", ""};
}

Finding OutOfScopeRecord() {
  return {Severity::kError, "record.deciding_agency.uscc", kRule,
          "决定机关不是报送人所在机关，无权报送", ""};
}

absl::Status OutOfScope() {
  return absl::PermissionDeniedError(
      "OUT_OF_SCOPE: not of the caller's agency");
}

}  // namespace creditreg
