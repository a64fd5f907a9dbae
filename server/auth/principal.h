// Who calls: what was proven of a caller, and what it is bound to.
//
// Thread safety: plain values.

#ifndef CREDITREG_SERVER_AUTH_PRINCIPAL_H_
#define CREDITREG_SERVER_AUTH_PRINCIPAL_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "creditreg/conf/v1/access.pb.h"
#include "server/auth/quota.h"

namespace creditreg {

// Roles of creditreg.conf.v1.Role, as bits.
class RoleSet {
 public:
  constexpr RoleSet() = default;

  void Add(conf::v1::Role role) { bits_ |= Bit(role); }
  bool Has(conf::v1::Role role) const { return (bits_ & Bit(role)) != 0; }
  bool HasAnyOf(RoleSet others) const { return (bits_ & others.bits_) != 0; }
  bool HasAllOf(RoleSet others) const { return (others.bits_ & ~bits_) == 0; }

  // How many of the three administrators' duties (三员) are among them.
  int Duties() const {
    return static_cast<int>(Has(conf::v1::ROLE_SECURITY_ADMIN)) +
           static_cast<int>(Has(conf::v1::ROLE_SYSTEM_ADMIN)) +
           static_cast<int>(Has(conf::v1::ROLE_AUDITOR));
  }

  // "AGENCY_READER,INSPECTOR", in the order of the enum; without PUBLIC.
  std::string ToString() const;

 private:
  static constexpr std::uint32_t Bit(conf::v1::Role role) {
    return std::uint32_t{1} << static_cast<unsigned>(role);
  }
  std::uint32_t bits_ = 0;
};

// Supervising units by code or id, and by name, everything below them included.
struct UnitSet {
  absl::flat_hash_set<std::string> ids;
  absl::flat_hash_set<std::string> names;
};

struct Principal {
  // "anonymous", the name of an account, or "issuer#subject" of a token. Goes
  // into changes and logs; names no subject of the registry.
  std::string id;
  RoleSet roles;
  // Empty or null: none.
  std::string agency;
  std::shared_ptr<const UnitSet> units;
  std::string uscc;
  bool second_factor = false;
  // Where a call names none.
  std::string purpose;
  // In place of its roles'; unlimited: its roles'.
  QuotaLimits quota;
  // Nothing is limited: development.
  bool no_quota = false;
  // Proof and authorisation end here.
  absl::Time valid_until = absl::InfiniteFuture();

  bool is_anonymous() const { return id == kAnonymous; }

  static constexpr char kAnonymous[] = "anonymous";
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_AUTH_PRINCIPAL_H_
