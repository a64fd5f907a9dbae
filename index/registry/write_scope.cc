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
