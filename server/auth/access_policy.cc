#include "server/auth/access_policy.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "index/base/status_macros.h"
#include "server/config/text_proto.h"

namespace creditreg {
namespace {

namespace confpb = conf::v1;

constexpr char kPublicService[] = "PublicLookupService.";
// Half a year.
constexpr int kInvestigationWithheldDays = 183;

absl::Status Bad(absl::string_view row, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("policy: ", row, ": ", what));
}

bool NamesAgency(const storage::v1::Agency& agency, absl::string_view code) {
  return !code.empty() && agency.uscc() == code;
}

bool IsOfUnits(const storage::v1::Agency& unit, const UnitSet& units) {
  if (!unit.uscc().empty()) return units.ids.contains(unit.uscc());
  return !unit.name().empty() && units.names.contains(unit.name());
}

}  // namespace

bool Covers(const Reach& reach, const Principal& principal,
            const AccessSubject& subject) {
  if (reach.any) return true;
  if (reach.own_agency) {
    if (subject.record != nullptr) {
      if (NamesAgency(subject.record->deciding_agency(), principal.agency) ||
          NamesAgency(subject.record->submitting_agency(), principal.agency)) {
        return true;
      }
    } else if (subject.enterprise != nullptr &&
               (NamesAgency(subject.enterprise->registration_authority(),
                            principal.agency) ||
                NamesAgency(subject.enterprise->supervising_unit(),
                            principal.agency))) {
      return true;
    }
  }
  if (subject.enterprise == nullptr) return false;
  if (reach.own_file && !principal.uscc.empty() &&
      subject.enterprise->uscc() == principal.uscc) {
    return true;
  }
  return reach.own_units && principal.units != nullptr &&
         IsOfUnits(subject.enterprise->supervising_unit(), *principal.units);
}

absl::StatusOr<std::unique_ptr<const AccessPolicy>> AccessPolicy::Load(
    const std::string& path, absl::Span<const PolicyCall> rpcs) {
  CREDITREG_ASSIGN_OR_RETURN(const confpb::AccessPolicy table,
                             ReadTextProto<confpb::AccessPolicy>(path));
  return Create(table, rpcs);
}

absl::StatusOr<std::unique_ptr<const AccessPolicy>> AccessPolicy::Create(
    const confpb::AccessPolicy& table, absl::Span<const PolicyCall> rpcs) {
  std::unique_ptr<AccessPolicy> policy(new AccessPolicy());
  CREDITREG_ASSIGN_OR_RETURN(policy->fields_, FieldGroups::Create(table));
  policy->calls_.resize(rpcs.size());
  for (const confpb::CallRule& call : table.calls()) {
    CREDITREG_RETURN_IF_ERROR(policy->AddCall(call, rpcs));
  }
  for (const confpb::FieldRule& group : table.fields()) {
    CREDITREG_RETURN_IF_ERROR(policy->AddGroup(group));
  }
  for (const confpb::QuotaRule& quota : table.quotas()) {
    CREDITREG_RETURN_IF_ERROR(policy->AddQuota(quota));
  }
  const int days = table.has_investigation_withheld_days()
                       ? table.investigation_withheld_days()
                       : kInvestigationWithheldDays;
  if (days < 0) return Bad("investigation_withheld_days", "want at least 0");
  policy->investigation_withheld_ = absl::Hours(24) * days;
  for (int role = confpb::ROLE_PUBLIC; role <= confpb::Role_MAX; ++role) {
    if (policy->quotas_[static_cast<std::size_t>(role)].unlimited()) {
      return Bad(confpb::Role_Name(role), "has no quota");
    }
  }
  for (std::size_t i = 0; i < rpcs.size(); ++i) {
    if (!policy->calls_[i].is_there) return Bad(rpcs[i].name, "has no row");
  }
  for (std::size_t i = 1; i < kFieldGroups; ++i) {
    if (policy->groups_[i].is_there) continue;
    return Bad(confpb::FieldGroup_Name(static_cast<int>(i)), "has no row");
  }
  return std::unique_ptr<const AccessPolicy>(std::move(policy));
}

absl::StatusOr<AccessPolicy::Grant> AccessPolicy::GrantOf(
    const confpb::Grant& spec, absl::string_view row) {
  Grant grant;
  if (spec.roles().empty()) return Bad(row, "a grant without roles");
  for (const int role : spec.roles()) {
    if (!confpb::Role_IsValid(role) || role == confpb::ROLE_UNSPECIFIED) {
      return Bad(row, "a grant to no role");
    }
    grant.roles.Add(static_cast<confpb::Role>(role));
  }
  switch (spec.scope()) {
    case confpb::SCOPE_ANY:
      grant.reach.any = true;
      break;
    case confpb::SCOPE_OWN_FILE:
      grant.reach.own_file = true;
      break;
    case confpb::SCOPE_OWN_AGENCY:
      grant.reach.own_agency = true;
      break;
    case confpb::SCOPE_OWN_UNITS:
      grant.reach.own_units = true;
      break;
    default:
      return Bad(row, "a grant without a scope");
  }
  grant.second_factor = spec.second_factor();
  return grant;
}

absl::Status AccessPolicy::AddCall(const confpb::CallRule& spec,
                                   absl::Span<const PolicyCall> rpcs) {
  const auto place = std::find_if(
      rpcs.begin(), rpcs.end(),
      [&spec](const PolicyCall& call) { return call.name == spec.rpc(); });
  if (place == rpcs.end()) return Bad(spec.rpc(), "no such call");
  Rule& rule = calls_[static_cast<std::size_t>(place - rpcs.begin())];
  if (rule.is_there) return Bad(spec.rpc(), "comes twice");
  rule.is_there = true;
  rule.purpose_required = spec.purpose_required();
  const bool is_public = absl::StartsWith(spec.rpc(), kPublicService);
  for (const confpb::Grant& grant_spec : spec.grants()) {
    CREDITREG_ASSIGN_OR_RETURN(Grant grant, GrantOf(grant_spec, spec.rpc()));
    const Reach& reach = grant.reach;
    if ((place->kind == CallKind::kWhole && !reach.any) ||
        (place->kind == CallKind::kWrite && !reach.any && !reach.own_agency)) {
      return Bad(spec.rpc(), "a scope that this call cannot judge");
    }
    if (grant.roles.Has(confpb::ROLE_PUBLIC) &&
        (!is_public || spec.purpose_required() || grant.second_factor)) {
      return Bad(spec.rpc(), "granted to the public, which has no credentials");
    }
    rule.grants.push_back(grant);
  }
  return absl::OkStatus();
}

absl::Status AccessPolicy::AddGroup(const confpb::FieldRule& spec) {
  const std::string row = confpb::FieldGroup_Name(spec.group());
  const auto place = static_cast<std::size_t>(spec.group());
  if (place == 0 || place >= kFieldGroups) return Bad(row, "no such group");
  Rule& rule = groups_[place];
  if (rule.is_there) return Bad(row, "comes twice");
  rule.is_there = true;
  for (const confpb::Grant& grant_spec : spec.grants()) {
    CREDITREG_ASSIGN_OR_RETURN(const Grant grant, GrantOf(grant_spec, row));
    if (grant.roles.Has(confpb::ROLE_PUBLIC) || grant.roles.Duties() > 0) {
      return Bad(row, "granted to the public or an administrator");
    }
    rule.grants.push_back(grant);
  }
  return absl::OkStatus();
}

absl::StatusOr<QuotaLimits> LimitsOf(const confpb::Quota& quota) {
  if (quota.calls_per_second() < 1 || quota.calls_per_second() > 1000000 ||
      quota.burst() < 1 || quota.concurrent() < 1) {
    return absl::InvalidArgumentError(
        "want calls_per_second 1 to 1000000, burst and concurrent at least 1");
  }
  return QuotaLimits{quota.calls_per_second(), quota.burst(),
                     quota.concurrent()};
}

absl::Status AccessPolicy::AddQuota(const confpb::QuotaRule& spec) {
  const absl::StatusOr<QuotaLimits> limits = LimitsOf(spec.quota());
  if (!limits.ok()) return Bad("quotas", limits.status().message());
  for (const int role : spec.roles()) {
    if (!confpb::Role_IsValid(role) || role == confpb::ROLE_UNSPECIFIED) {
      return Bad("quotas", "for no role");
    }
    QuotaLimits& place = quotas_[static_cast<std::size_t>(role)];
    if (!place.unlimited()) {
      return Bad(confpb::Role_Name(role), "has two quotas");
    }
    place = *limits;
  }
  return absl::OkStatus();
}

QuotaLimits AccessPolicy::QuotaOf(const Principal& principal) const {
  if (!principal.quota.unlimited()) return principal.quota;
  QuotaLimits largest;
  for (int role = confpb::ROLE_PUBLIC; role <= confpb::Role_MAX; ++role) {
    if (!principal.roles.Has(static_cast<confpb::Role>(role))) continue;
    const QuotaLimits& limits = quotas_[static_cast<std::size_t>(role)];
    largest.per_second = std::max(largest.per_second, limits.per_second);
    largest.burst = std::max(largest.burst, limits.burst);
    largest.concurrent = std::max(largest.concurrent, limits.concurrent);
  }
  return largest;
}

Reach AccessPolicy::Union(const Rule& rule, const Principal& principal,
                          bool* lacks_factor) {
  Reach reach;
  for (const Grant& grant : rule.grants) {
    if (!principal.roles.HasAnyOf(grant.roles)) continue;
    if (grant.second_factor && !principal.second_factor) {
      *lacks_factor = true;
      continue;
    }
    reach.any |= grant.reach.any;
    reach.own_file |= grant.reach.own_file;
    reach.own_agency |= grant.reach.own_agency;
    reach.own_units |= grant.reach.own_units;
  }
  return reach;
}

absl::StatusOr<Reach> AccessPolicy::ReachOf(std::size_t rpc,
                                            const Principal& principal) const {
  bool lacks_factor = false;
  const Reach reach = Union(calls_[rpc], principal, &lacks_factor);
  if (!reach.empty()) return reach;
  if (principal.is_anonymous()) {
    return absl::UnauthenticatedError(
        "CREDENTIALS_REQUIRED: this call is not for the public, want a "
        "certificate or a token");
  }
  if (lacks_factor) {
    return absl::PermissionDeniedError(
        "SECOND_FACTOR_REQUIRED: want a token of two factors");
  }
  return absl::PermissionDeniedError(
      "ROLE_NOT_ALLOWED: none of the caller's roles may make this call");
}

Reach AccessPolicy::ReachOf(confpb::FieldGroup group,
                            const Principal& principal) const {
  bool lacks_factor = false;
  return Union(groups_[static_cast<std::size_t>(group)], principal,
               &lacks_factor);
}

}  // namespace creditreg
