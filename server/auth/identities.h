// Who is known to an installation: the identities file, checked and made ready
// for look-ups.
//
// Thread safety: immutable; may be shared between threads.

#ifndef CREDITREG_SERVER_AUTH_IDENTITIES_H_
#define CREDITREG_SERVER_AUTH_IDENTITIES_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "creditreg/conf/v1/access.pb.h"
#include "server/auth/principal.h"

namespace creditreg {

struct Account {
  std::shared_ptr<const Principal> principal;
  bool disabled = false;
};

// An issuer with its defaults filled in.
struct TrustedIssuer {
  // Its place among the issuers of the file.
  std::size_t index = 0;
  conf::v1::TokenIssuer spec;
  absl::flat_hash_set<std::string> algorithms;
  RoleSet roles;
  absl::Duration clock_skew;
  absl::Duration max_lifetime;
};

// Visible ASCII, at least one character and at most 256: what may stand in
// changes, audit rows and logs as the name of a principal.
bool IsPrincipalName(absl::string_view name);

class Identities {
 public:
  // Nobody is known.
  Identities() = default;

  // Errors: InvalidArgument, naming the entry: it is not textproto of its
  // schema; a name, issuer or unit twice, or a unit's name; a unit above that
  // is unknown, or itself; a role, code, day, algorithm or address that is
  // none; two administrators' duties at once; an issuer without audience or
  // keys; an agent without a last day. `name`: of the file, for errors.
  static absl::StatusOr<std::shared_ptr<const Identities>> Parse(
      const std::string& text, const std::string& name);
  static absl::StatusOr<std::shared_ptr<const Identities>> Create(
      const conf::v1::Identities& file);

  // Null: unknown.
  const Account* FindAccount(absl::string_view name) const;
  const TrustedIssuer* FindIssuer(absl::string_view issuer) const;
  bool IsRevoked(absl::string_view token_id) const {
    return revoked_.contains(token_id);
  }
  bool HasRevokedCertificates() const { return !revoked_certificates_.empty(); }
  bool IsRevokedCertificate(absl::string_view sha256) const {
    return revoked_certificates_.contains(sha256);
  }
  const std::vector<TrustedIssuer>& issuers() const { return issuers_; }

  // A principal with these rights. `what` names them in errors.
  //
  // Errors: InvalidArgument a role that is none, two administrators' duties, an
  // agency, unit or enterprise that cannot be, or a role without what it is
  // bound to.
  absl::StatusOr<Principal> PrincipalOf(const conf::v1::Rights& rights,
                                        absl::string_view what) const;

 private:
  absl::Status AddUnits(const conf::v1::Identities& file);
  absl::Status AddAccount(const conf::v1::Account& spec);
  absl::Status AddIssuer(const conf::v1::TokenIssuer& spec);

  struct UnitNode {
    std::string name;
    std::vector<std::string> below;
  };
  absl::flat_hash_map<std::string, UnitNode> units_;
  absl::flat_hash_map<std::string, Account> accounts_;
  std::vector<TrustedIssuer> issuers_;
  absl::flat_hash_set<std::string> revoked_;
  absl::flat_hash_set<std::string> revoked_certificates_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_AUTH_IDENTITIES_H_
