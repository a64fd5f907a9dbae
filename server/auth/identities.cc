#include "server/auth/identities.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "index/base/civil_day.h"
#include "index/base/status_macros.h"
#include "index/codec/text_proto.h"
#include "index/model/uscc.h"
#include "index/model/utf8.h"
#include "server/auth/access_policy.h"

namespace creditreg {
namespace {

namespace confpb = conf::v1;

constexpr int kMaxSkewSeconds = 300;
constexpr int kMaxLifetimeSeconds = 86400;
constexpr std::size_t kMaxNameBytes = 256;
constexpr std::size_t kMaxPurposeChars = 200;

// What only people and programs with a key of their own can sign with: none of
// the shared secrets (HS256), and never "none".
constexpr const char* kAlgorithms[] = {"ES256", "ES384", "ES512",
                                       "RS256", "RS384", "RS512",
                                       "PS256", "PS384", "PS512"};
constexpr const char* kDefaultAlgorithms[] = {"ES256", "RS256", "PS256"};

absl::Status Bad(absl::string_view entry, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("identities: ", entry, ": ", what));
}

bool IsAlgorithm(absl::string_view name) {
  for (const char* known : kAlgorithms) {
    if (name == known) return true;
  }
  return false;
}

// The first moment after `day` in China.
absl::StatusOr<absl::Time> EndOf(const std::string& day) {
  CREDITREG_ASSIGN_OR_RETURN(const CivilDay parsed, CivilDay::ParseIso(day));
  if (!parsed.is_date()) return absl::InvalidArgumentError("no day");
  return ChinaMidnight(parsed.PlusDays(1));
}

// The name of nobody else: "anonymous" and "local" are the server's own words,
// and "#" stands between issuer and subject.
bool IsFreeName(absl::string_view name) {
  return IsPrincipalName(name) && name != "anonymous" && name != "local" &&
         !absl::StrContains(name, '#');
}

}  // namespace

bool IsPrincipalName(absl::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes) return false;
  for (const char c : name) {
    if (c <= ' ' || c > '~') return false;
  }
  return true;
}

absl::StatusOr<std::shared_ptr<const Identities>> Identities::Parse(
    const std::string& text, const std::string& name) {
  confpb::Identities file;
  CREDITREG_RETURN_IF_ERROR(ParseTextProto(text, name, &file));
  return Create(file);
}

absl::StatusOr<std::shared_ptr<const Identities>> Identities::Create(
    const confpb::Identities& file) {
  auto identities = std::make_shared<Identities>();
  CREDITREG_RETURN_IF_ERROR(identities->AddUnits(file));
  for (const confpb::Account& account : file.accounts()) {
    CREDITREG_RETURN_IF_ERROR(identities->AddAccount(account));
  }
  for (const confpb::TokenIssuer& issuer : file.issuers()) {
    CREDITREG_RETURN_IF_ERROR(identities->AddIssuer(issuer));
  }
  for (const std::string& token_id : file.revoked_token_ids()) {
    if (token_id.empty()) return Bad("revoked_token_ids", "empty, want a jti");
    identities->revoked_.insert(token_id);
  }
  for (const std::string& sha256 : file.revoked_certificates()) {
    if (sha256.size() != 43) {
      return Bad("revoked_certificates", "want SHA-256 as base64url");
    }
    identities->revoked_certificates_.insert(sha256);
  }
  return std::shared_ptr<const Identities>(std::move(identities));
}

absl::Status Identities::AddUnits(const confpb::Identities& file) {
  for (const confpb::Unit& unit : file.units()) {
    if (!IsPrincipalName(unit.id()))
      return Bad("units", "id: want visible ASCII");
    if (!units_.try_emplace(unit.id(), UnitNode{unit.name(), {}}).second) {
      return Bad(unit.id(), "unit comes twice");
    }
  }
  // An enterprise that names its unit without a code must not have two.
  absl::flat_hash_set<std::string> names;
  for (const confpb::Unit& unit : file.units()) {
    if (!unit.name().empty() && !names.insert(unit.name()).second) {
      return Bad(unit.id(), "name: another unit's too");
    }
  }
  absl::flat_hash_map<std::string, std::string> above;
  for (const confpb::Unit& unit : file.units()) {
    if (unit.parent().empty()) continue;
    const auto parent = units_.find(unit.parent());
    if (parent == units_.end()) return Bad(unit.id(), "parent: no such unit");
    parent->second.below.push_back(unit.id());
    above[unit.id()] = unit.parent();
  }
  for (const confpb::Unit& unit : file.units()) {
    std::size_t steps = 0;
    std::string at = unit.id();
    for (auto next = above.find(at); next != above.end();
         next = above.find(at)) {
      at = next->second;
      if (++steps > units_.size()) return Bad(unit.id(), "is above itself");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Principal> Identities::PrincipalOf(
    const confpb::Rights& rights, absl::string_view what) const {
  Principal principal;
  principal.roles.Add(confpb::ROLE_PUBLIC);
  for (const int role : rights.roles()) {
    if (!confpb::Role_IsValid(role) || role == confpb::ROLE_UNSPECIFIED) {
      return Bad(what, "a role that is none");
    }
    principal.roles.Add(static_cast<confpb::Role>(role));
  }
  const RoleSet& roles = principal.roles;
  if (roles.Duties() > 1) {
    return Bad(what,
               "security, system and audit administration must be three "
               "principals");
  }
  const auto valid = [](absl::string_view code) {
    return code.empty() || (CheckCode(code).error == CodeError::kNone &&
                            NormaliseCode(code) == code);
  };
  if (!valid(rights.agency())) return Bad(what, "agency: not a valid code");
  if (!valid(rights.uscc())) return Bad(what, "uscc: not a valid code");
  if (rights.agency().empty() && (roles.Has(confpb::ROLE_AGENCY_WRITER) ||
                                  roles.Has(confpb::ROLE_AGENCY_READER))) {
    return Bad(what, "agency: absent, want one for an agency's role");
  }
  if (rights.units().empty() && (roles.Has(confpb::ROLE_INSPECTOR) ||
                                 roles.Has(confpb::ROLE_SUPERVISOR))) {
    return Bad(what, "units: absent, want one for an inspector's role");
  }
  if (rights.uscc().empty() && (roles.Has(confpb::ROLE_ENTERPRISE) ||
                                roles.Has(confpb::ROLE_ENTERPRISE_AGENT))) {
    return Bad(what, "uscc: absent, want one for an enterprise's role");
  }
  principal.agency = rights.agency();
  principal.uscc = rights.uscc();
  if (!rights.units().empty()) {
    auto set = std::make_shared<UnitSet>();
    std::vector<std::string> open(rights.units().begin(), rights.units().end());
    while (!open.empty()) {
      const std::string id = std::move(open.back());
      open.pop_back();
      const auto unit = units_.find(id);
      if (unit == units_.end()) return Bad(what, "units: no such unit");
      if (!set->ids.insert(id).second) continue;
      if (!unit->second.name.empty()) set->names.insert(unit->second.name);
      open.insert(open.end(), unit->second.below.begin(),
                  unit->second.below.end());
    }
    principal.units = std::move(set);
  }
  return principal;
}

absl::Status Identities::AddAccount(const confpb::Account& spec) {
  if (!IsFreeName(spec.name())) {
    return Bad("accounts",
               "name: want 1 to 256 visible ASCII characters without #, not "
               "anonymous or local");
  }
  CREDITREG_ASSIGN_OR_RETURN(Principal principal,
                             PrincipalOf(spec.rights(), spec.name()));
  principal.id = spec.name();
  principal.purpose = spec.purpose();
  // Programs have none.
  principal.second_factor = false;
  if (spec.has_quota()) {
    const absl::StatusOr<QuotaLimits> limits = LimitsOf(spec.quota());
    if (!limits.ok()) {
      return Bad(spec.name(),
                 absl::StrCat("quota: ", limits.status().message()));
    }
    principal.quota = *limits;
  }
  if (!ValidUtf8(spec.purpose()) ||
      CharCount(spec.purpose()) > kMaxPurposeChars) {
    return Bad(spec.name(), "purpose: want at most 200 characters");
  }
  if (!spec.valid_until().empty()) {
    const absl::StatusOr<absl::Time> end = EndOf(spec.valid_until());
    if (!end.ok()) return Bad(spec.name(), "valid_until: want YYYY-MM-DD");
    principal.valid_until = *end;
  } else if (principal.roles.Has(confpb::ROLE_ENTERPRISE_AGENT)) {
    return Bad(spec.name(), "valid_until: absent, want one for an agent");
  }
  Account account;
  account.principal = std::make_shared<const Principal>(std::move(principal));
  account.disabled = spec.disabled();
  if (!accounts_.try_emplace(spec.name(), std::move(account)).second) {
    return Bad(spec.name(), "comes twice");
  }
  return absl::OkStatus();
}

absl::Status Identities::AddIssuer(const confpb::TokenIssuer& spec) {
  const std::string& name = spec.issuer();
  if (!IsFreeName(name)) {
    return Bad("issuers",
               "issuer: want 1 to 256 visible ASCII characters without #");
  }
  if (FindIssuer(name) != nullptr) return Bad(name, "comes twice");
  TrustedIssuer issuer;
  issuer.index = issuers_.size();
  issuer.spec = spec;
  if (spec.audiences().empty()) return Bad(name, "audiences: absent, want one");
  for (const std::string& audience : spec.audiences()) {
    if (audience.empty()) return Bad(name, "audiences: one is empty");
  }
  if (spec.jwks_file().empty() == spec.jwks_url().empty()) {
    return Bad(name, "want one of jwks_file and jwks_url");
  }
  if (!spec.jwks_url().empty() &&
      !absl::StartsWith(spec.jwks_url(), "https://")) {
    return Bad(name, "jwks_url: want an https address");
  }
  for (const std::string& algorithm : spec.algorithms()) {
    if (!IsAlgorithm(algorithm)) {
      return Bad(name, "algorithms: want signatures by key pair, as ES256");
    }
    issuer.algorithms.insert(algorithm);
  }
  if (issuer.algorithms.empty()) {
    issuer.algorithms.insert(std::begin(kDefaultAlgorithms),
                             std::end(kDefaultAlgorithms));
  }
  for (const int role : spec.roles()) {
    if (!confpb::Role_IsValid(role) || role == confpb::ROLE_UNSPECIFIED) {
      return Bad(name, "roles: a role that is none");
    }
    issuer.roles.Add(static_cast<confpb::Role>(role));
  }
  if (spec.clock_skew_seconds() < 0 ||
      spec.clock_skew_seconds() > kMaxSkewSeconds) {
    return Bad(name, "clock_skew_seconds: want 0 to 300");
  }
  if (spec.max_lifetime_seconds() < 0 ||
      spec.max_lifetime_seconds() > kMaxLifetimeSeconds) {
    return Bad(name, "max_lifetime_seconds: want 0 to 86400");
  }
  issuer.clock_skew = absl::Seconds(
      spec.clock_skew_seconds() == 0 ? 30 : spec.clock_skew_seconds());
  issuer.max_lifetime = absl::Seconds(
      spec.max_lifetime_seconds() == 0 ? 43200 : spec.max_lifetime_seconds());
  issuers_.push_back(std::move(issuer));
  return absl::OkStatus();
}

const Account* Identities::FindAccount(absl::string_view name) const {
  const auto account = accounts_.find(name);
  return account == accounts_.end() ? nullptr : &account->second;
}

const TrustedIssuer* Identities::FindIssuer(absl::string_view issuer) const {
  for (const TrustedIssuer& known : issuers_) {
    if (known.spec.issuer() == issuer) return &known;
  }
  return nullptr;
}

}  // namespace creditreg
