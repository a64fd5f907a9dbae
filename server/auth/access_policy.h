// The access table (conf/access/policy.textproto): which call and which group
// of fields is for whom, and how far. What has no row is for nobody.
//
// A decision has two halves. The call: may this principal make it at all, and
// how far does it reach? The thing found: does that reach cover it? Both take
// the union of what the principal's roles grant.
//
// Thread safety: immutable; may be shared between threads.

#ifndef CREDITREG_SERVER_AUTH_ACCESS_POLICY_H_
#define CREDITREG_SERVER_AUTH_ACCESS_POLICY_H_

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "creditreg/conf/v1/access.pb.h"
#include "creditreg/storage/v1/content.pb.h"
#include "server/auth/field_groups.h"
#include "server/auth/principal.h"

namespace creditreg {

// How far a principal reaches with one call, or into one group of fields.
struct Reach {
  bool any = false;
  bool own_file = false;
  bool own_agency = false;
  bool own_units = false;

  bool empty() const { return !any && !own_file && !own_agency && !own_units; }
};

// What a decision is about. A record has the enterprise it is linked to; null
// where that is not known.
struct AccessSubject {
  const storage::v1::Enterprise* enterprise = nullptr;
  const storage::v1::Record* record = nullptr;
};

// Whether what is read is within reach: by the enterprise's code, its
// supervising unit, and the agencies that a record, or without one the
// enterprise, names by their codes.
bool Covers(const Reach& reach, const Principal& principal,
            const AccessSubject& subject);

// How a call judges whom it is about, and so which scopes its rows may have.
enum class CallKind {
  // About nobody, or everybody: SCOPE_ANY alone.
  kWhole,
  // About one enterprise or record: every scope.
  kRead,
  // The same, to write: SCOPE_ANY and SCOPE_OWN_AGENCY.
  kWrite,
};
struct PolicyCall {
  // "Service.Method".
  std::string name;
  CallKind kind = CallKind::kWhole;
};

// Errors: InvalidArgument a number is out of its range.
absl::StatusOr<QuotaLimits> LimitsOf(const conf::v1::Quota& quota);

class AccessPolicy {
 public:
  // Reads and checks `path`. `rpcs`: every call there is; a decision names one
  // by its place in it.
  //
  // Errors: NotFound it cannot be read; InvalidArgument, naming the row: it is
  // not textproto of its schema; a call, a group or a role's quota twice,
  // missing or unknown; a grant without roles or scope, or with a scope that
  // the call cannot judge; the public for anything but PublicLookupService; an
  // administrator's role for a group of fields; days below 0; as
  // FieldGroups::Create().
  static absl::StatusOr<std::unique_ptr<const AccessPolicy>> Load(
      const std::string& path, absl::Span<const PolicyCall> rpcs);
  static absl::StatusOr<std::unique_ptr<const AccessPolicy>> Create(
      const conf::v1::AccessPolicy& table, absl::Span<const PolicyCall> rpcs);

  // Errors:
  //   Unauthenticated "CREDENTIALS_REQUIRED: ...": an anonymous caller.
  //   PermissionDenied "ROLE_NOT_ALLOWED: ...": none of its roles may;
  //     "SECOND_FACTOR_REQUIRED: ...": one may with a second factor.
  absl::StatusOr<Reach> ReachOf(std::size_t rpc,
                                const Principal& principal) const;
  bool PurposeRequired(std::size_t rpc) const {
    return calls_[rpc].purpose_required;
  }

  Reach ReachOf(conf::v1::FieldGroup group, const Principal& principal) const;

  // How long an enterprise is not told of a read for an investigation.
  absl::Duration investigation_withheld() const {
    return investigation_withheld_;
  }

  // The principal's own quota, else the largest of its roles'.
  QuotaLimits QuotaOf(const Principal& principal) const;

  const FieldGroups& fields() const { return fields_; }

 private:
  struct Grant {
    RoleSet roles;
    Reach reach;
    bool second_factor = false;
  };
  struct Rule {
    std::vector<Grant> grants;
    bool purpose_required = false;
    bool is_there = false;
  };

  AccessPolicy() = default;

  static absl::StatusOr<Grant> GrantOf(const conf::v1::Grant& spec,
                                       absl::string_view row);
  // Adds up; `lacks_factor`: something is missing for want of a second factor.
  static Reach Union(const Rule& rule, const Principal& principal,
                     bool* lacks_factor);
  absl::Status AddCall(const conf::v1::CallRule& spec,
                       absl::Span<const PolicyCall> rpcs);
  absl::Status AddGroup(const conf::v1::FieldRule& spec);

  absl::Status AddQuota(const conf::v1::QuotaRule& spec);

  FieldGroups fields_;
  std::array<QuotaLimits, conf::v1::Role_MAX + 1> quotas_;
  std::vector<Rule> calls_;
  absl::Duration investigation_withheld_;
  std::array<Rule, kFieldGroups> groups_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_AUTH_ACCESS_POLICY_H_
