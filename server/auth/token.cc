#include "server/auth/token.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "index/base/civil_day.h"
#include "index/base/status_macros.h"
#include "server/auth/json_value.h"
#include "server/auth/libjose.h"

namespace creditreg {
namespace {

namespace confpb = conf::v1;

constexpr std::size_t kMaxSubjectBytes = 200;

absl::Status Refuse(absl::string_view reason, absl::string_view what) {
  return absl::UnauthenticatedError(absl::StrCat(reason, ": token: ", what));
}

// A part of the token as a JSON object; no value where it is none.
JsonValue ObjectOf(absl::string_view part) {
  std::string text;
  // Of what RFC 7515 allows: without padding.
  if (absl::StrContains(part, '=') ||
      !absl::WebSafeBase64Unescape(part, &text)) {
    return JsonValue();
  }
  JsonValue value = JsonValue::Parse(text);
  return value.is_object() ? std::move(value) : JsonValue();
}

// Texts of a member that is one text or a list of them. False: neither.
bool TextsOf(const json_t* object, const char* member,
             std::vector<std::string>* texts) {
  const json_t* const value = json_object_get(object, member);
  if (value == nullptr) return true;
  if (json_is_string(value)) {
    texts->push_back(TextOf(object, member));
    return true;
  }
  if (!json_is_array(value)) return false;
  for (std::size_t i = 0; i < json_array_size(value); ++i) {
    const json_t* const item = json_array_get(value, i);
    if (!json_is_string(item)) return false;
    texts->emplace_back(json_string_value(item), json_string_length(item));
  }
  return true;
}

// False: there, and no number.
bool TimeOf(const json_t* object, const char* member, absl::Time* time) {
  const json_t* const value = json_object_get(object, member);
  if (value == nullptr) return true;
  if (!json_is_number(value)) return false;
  const double seconds = json_number_value(value);
  // Up to the year 9999.
  if (!(seconds >= 0 && seconds < 253402300800.0)) return false;
  *time = absl::FromUnixSeconds(static_cast<std::int64_t>(seconds));
  return true;
}

// "inspector" is ROLE_INSPECTOR.
bool RoleOf(const std::string& name, confpb::Role* role) {
  return name == absl::AsciiStrToLower(name) &&
         confpb::Role_Parse(absl::StrCat("ROLE_", absl::AsciiStrToUpper(name)),
                            role);
}

absl::Status CheckHeader(const json_t* header, const TrustedIssuer& issuer) {
  const std::string algorithm = TextOf(header, "alg");
  if (!issuer.algorithms.contains(algorithm)) {
    return Refuse("TOKEN_INVALID", "alg: not one that its issuer signs with");
  }
  if (json_object_get(header, "crit") != nullptr) {
    return Refuse("TOKEN_INVALID", "crit: asks for what is not known here");
  }
  const json_t* const type = json_object_get(header, "typ");
  if (type == nullptr) return absl::OkStatus();
  const std::string name = absl::AsciiStrToLower(TextOf(header, "typ"));
  if (name != "jwt" && name != "at+jwt" && name != "application/at+jwt") {
    return Refuse("TOKEN_INVALID", "typ: want JWT or at+jwt");
  }
  return absl::OkStatus();
}

absl::Status CheckAudience(const json_t* claims, const TrustedIssuer& issuer) {
  std::vector<std::string> audiences;
  if (!TextsOf(claims, "aud", &audiences)) {
    return Refuse("TOKEN_INVALID", "aud: want texts");
  }
  for (const std::string& audience : audiences) {
    for (const std::string& ours : issuer.spec.audiences()) {
      if (audience == ours) return absl::OkStatus();
    }
  }
  return Refuse("TOKEN_AUDIENCE", "aud: not for this service");
}

absl::StatusOr<bool> HasSecondFactor(const json_t* claims,
                                     const TrustedIssuer& issuer) {
  std::vector<std::string> methods;
  if (!TextsOf(claims, "amr", &methods)) {
    return Refuse("TOKEN_INVALID", "amr: want texts");
  }
  const std::string level = TextOf(claims, "acr");
  for (const std::string& known : issuer.spec.second_factor_acr()) {
    if (!level.empty() && level == known) return true;
  }
  for (const std::string& known : issuer.spec.second_factor_amr()) {
    for (const std::string& method : methods) {
      if (method == known) return true;
    }
  }
  return false;
}

absl::StatusOr<confpb::Rights> RightsOf(const json_t* claims,
                                        const TrustedIssuer& issuer) {
  confpb::Rights rights;
  std::vector<std::string> roles;
  std::vector<std::string> units;
  if (!TextsOf(claims, "roles", &roles) || !TextsOf(claims, "units", &units)) {
    return Refuse("TOKEN_INVALID", "roles, units: want texts");
  }
  for (const std::string& name : roles) {
    confpb::Role role = confpb::ROLE_UNSPECIFIED;
    if (!RoleOf(name, &role) || role == confpb::ROLE_UNSPECIFIED ||
        !issuer.roles.Has(role)) {
      return Refuse("TOKEN_INVALID", "roles: one that its issuer may not give");
    }
    rights.add_roles(role);
  }
  for (std::string& unit : units) rights.add_units(std::move(unit));
  rights.set_agency(TextOf(claims, "agency"));
  rights.set_uscc(TextOf(claims, "uscc"));
  return rights;
}

// Fills in from when to when the token, and what it proves, are good.
absl::Status ReadTimes(const json_t* claims, const TrustedIssuer& issuer,
                       TokenPrincipal* token) {
  absl::Time issued = absl::InfinitePast();
  absl::Time expires = absl::InfinitePast();
  absl::Time not_before = absl::InfinitePast();
  if (!TimeOf(claims, "iat", &issued) || !TimeOf(claims, "exp", &expires) ||
      !TimeOf(claims, "nbf", &not_before) || issued == absl::InfinitePast() ||
      expires == absl::InfinitePast()) {
    return Refuse("TOKEN_INVALID",
                  "iat, exp, nbf: want times, the first two "
                  "always");
  }
  if (expires - issued > issuer.max_lifetime) {
    return Refuse("TOKEN_INVALID", "exp: lives longer than its issuer may say");
  }
  token->valid_from = std::max(issued, not_before) - issuer.clock_skew;
  token->principal.valid_until = expires + issuer.clock_skew;
  const std::string authorised = TextOf(claims, "authorised_until");
  const bool is_agent =
      token->principal.roles.Has(confpb::ROLE_ENTERPRISE_AGENT);
  if (authorised.empty() && !is_agent) return absl::OkStatus();
  const absl::StatusOr<CivilDay> day = CivilDay::ParseIso(authorised);
  if (!day.ok() || !day->is_date()) {
    return Refuse("TOKEN_INVALID", "authorised_until: want YYYY-MM-DD");
  }
  token->principal.valid_until =
      std::min(token->principal.valid_until, ChinaMidnight(day->PlusDays(1)));
  return absl::OkStatus();
}

absl::Status ReadBinding(const json_t* claims, TokenPrincipal* token) {
  const json_t* const binding = json_object_get(claims, "cnf");
  if (binding == nullptr) return absl::OkStatus();
  token->certificate_sha256 = TextOf(binding, "x5t#S256");
  if (token->certificate_sha256.empty()) {
    // Whoever bound it meant it not to be good without.
    return Refuse("TOKEN_INVALID", "cnf: want x5t#S256");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TokenPrincipal> VerifyToken(absl::string_view token,
                                           const Identities& identities,
                                           const KeysOf& keys_of,
                                           const OnUnknownKey& on_unknown_key) {
  if (token.size() > kMaxTokenBytes) {
    return Refuse("TOKEN_INVALID", "too long, want at most 8192 bytes");
  }
  const std::vector<absl::string_view> parts = absl::StrSplit(token, '.');
  if (parts.size() != 3 || parts[2].empty()) {
    return Refuse("TOKEN_INVALID", "want header.payload.signature");
  }
  const JsonValue header = ObjectOf(parts[0]);
  const JsonValue claims = ObjectOf(parts[1]);
  if (!header.is_object() || !claims.is_object()) {
    return Refuse("TOKEN_INVALID", "want JSON objects as base64url");
  }
  // Not proven yet: only to know whose keys must prove it.
  const TrustedIssuer* const issuer =
      identities.FindIssuer(TextOf(claims.get(), "iss"));
  if (issuer == nullptr) return Refuse("TOKEN_ISSUER", "iss: not a known one");
  CREDITREG_RETURN_IF_ERROR(CheckHeader(header.get(), *issuer));
  const std::shared_ptr<const KeySet> keys = keys_of(*issuer);
  if (keys == nullptr) {
    return Refuse("TOKEN_KEY", "its issuer's keys are not there yet");
  }
  switch (keys->Verify(TextOf(header.get(), "kid"), TextOf(header.get(), "alg"),
                       parts[0], parts[1], parts[2])) {
    case KeySet::Check::kGood:
      break;
    case KeySet::Check::kUnknownKey:
      on_unknown_key(*issuer);
      return Refuse("TOKEN_KEY", "kid: not among its issuer's keys");
    case KeySet::Check::kBad:
      return Refuse("TOKEN_SIGNATURE", "not signed with its issuer's key");
  }

  CREDITREG_RETURN_IF_ERROR(CheckAudience(claims.get(), *issuer));
  TokenPrincipal result;
  result.issuer = issuer;
  result.keys = keys;
  result.token_id = TextOf(claims.get(), "jti");
  if (result.token_id.empty()) {
    return Refuse("TOKEN_INVALID", "jti: absent, want one");
  }
  if (identities.IsRevoked(result.token_id)) {
    return Refuse("TOKEN_REVOKED", "jti: was revoked");
  }
  const std::string subject = TextOf(claims.get(), "sub");
  // It goes into logs and changes.
  if (!IsPrincipalName(subject) || subject.size() > kMaxSubjectBytes) {
    return Refuse("TOKEN_INVALID", "sub: want 1 to 200 visible characters");
  }
  CREDITREG_ASSIGN_OR_RETURN(const confpb::Rights rights,
                             RightsOf(claims.get(), *issuer));
  absl::StatusOr<Principal> principal =
      identities.PrincipalOf(rights, "claims");
  if (!principal.ok()) {
    return Refuse("TOKEN_INVALID", principal.status().message());
  }
  result.principal = *std::move(principal);
  result.principal.id = absl::StrCat(issuer->spec.issuer(), "#", subject);
  CREDITREG_ASSIGN_OR_RETURN(result.principal.second_factor,
                             HasSecondFactor(claims.get(), *issuer));
  CREDITREG_RETURN_IF_ERROR(ReadTimes(claims.get(), *issuer, &result));
  CREDITREG_RETURN_IF_ERROR(ReadBinding(claims.get(), &result));
  return result;
}

absl::Status CheckTokenTime(const TokenPrincipal& token, absl::Time now) {
  if (now < token.valid_from) {
    return Refuse("TOKEN_NOT_YET_VALID", "nbf, iat: in the future");
  }
  if (now >= token.principal.valid_until) {
    return Refuse("TOKEN_EXPIRED", "exp, authorised_until: over");
  }
  return absl::OkStatus();
}

}  // namespace creditreg
