// Tokens of people: signed JWTs (RFC 7519) of an OpenID Connect provider, as
// access tokens are profiled in RFC 9068, bound to a certificate where they say
// so (RFC 8705), checked as RFC 8725 advises.
//
// Claims of ours, beside the registered ones:
//   roles   names of creditreg.conf.v1.Role in lower case without "role_":
//           ["inspector"]
//   agency  unified code of the agency the person works for
//   units   ids of supervising units
//   uscc    unified code of the enterprise the person is or acts for
//   authorised_until  "YYYY-MM-DD", last day of an agent's authorisation
//
// Thread safety: free functions without state.

#ifndef CREDITREG_SERVER_AUTH_TOKEN_H_
#define CREDITREG_SERVER_AUTH_TOKEN_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/auth/identities.h"
#include "server/auth/key_set.h"
#include "server/auth/principal.h"

namespace creditreg {

// Longer ones are refused unread.
inline constexpr std::size_t kMaxTokenBytes = 8192;

struct TokenPrincipal {
  Principal principal;
  // `jti`.
  std::string token_id;
  // Not good before: `nbf` less the skew.
  absl::Time valid_from;
  // SHA-256 of the certificate it is bound to, as base64url; empty: none.
  std::string certificate_sha256;
  // What it was proven by; good no longer than they are its issuer's keys.
  const TrustedIssuer* issuer = nullptr;
  std::shared_ptr<const KeySet> keys;
};

// Null where the issuer's keys are not there yet.
using KeysOf =
    std::function<std::shared_ptr<const KeySet>(const TrustedIssuer&)>;
// Told of a token whose key is not among them.
using OnUnknownKey = std::function<void(const TrustedIssuer&)>;

// Everything that can be judged without the time and the caller's certificate.
// The time is CheckTokenTime()'s.
//
// Errors, all Unauthenticated: "TOKEN_INVALID: ..." it is no signed token of
// such a form, or its claims are none of a principal's; "TOKEN_ISSUER",
// "TOKEN_AUDIENCE", "TOKEN_KEY" (no key of that id, try again in a moment where
// keys have just changed), "TOKEN_SIGNATURE", "TOKEN_REVOKED".
absl::StatusOr<TokenPrincipal> VerifyToken(absl::string_view token,
                                           const Identities& identities,
                                           const KeysOf& keys_of,
                                           const OnUnknownKey& on_unknown_key);

// Errors: Unauthenticated "TOKEN_NOT_YET_VALID", "TOKEN_EXPIRED".
absl::Status CheckTokenTime(const TokenPrincipal& token, absl::Time now);

}  // namespace creditreg

#endif  // CREDITREG_SERVER_AUTH_TOKEN_H_
