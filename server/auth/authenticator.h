// From what a connection and a call show to who calls.
//
//   nothing                  the anonymous principal
//   a certificate            the account named by it; one of no account is
//                            refused, also by the public service
//   a token                  the person it is about
//   both                     the person, through a known program; a token bound
//                            to another certificate is refused
//
// Proofs are judged once and then kept, by the SHA-256 of the token, until
// their time is over or identities or keys change.
//
// Thread safety: may be used from many threads.

#ifndef CREDITREG_SERVER_AUTH_AUTHENTICATOR_H_
#define CREDITREG_SERVER_AUTH_AUTHENTICATOR_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "index/base/clock.h"
#include "server/auth/identities.h"
#include "server/auth/key_source.h"
#include "server/auth/principal.h"
#include "server/auth/token.h"

namespace creditreg {

// What one call shows.
struct Proof {
  // Of the metadata "authorization"; empty: none.
  absl::string_view authorization;
  // The connection's certificate, verified by TLS: whether there is one, its
  // alternative names by kind, and itself as PEM.
  bool has_certificate = false;
  std::vector<absl::string_view> certificate_uris;
  std::vector<absl::string_view> certificate_dns_names;
  absl::string_view certificate_pem;
};

struct AuthenticatorOptions {
  // The identities file; empty: nobody is known.
  std::string identities_file;
  // For addresses of keys; empty: the machine's authorities.
  std::string ca_file;
  // Who a caller is that shows nothing: the anonymous principal, unless this
  // server runs for development (LocalCaller()).
  std::shared_ptr<const Principal> nobody;
  Clock* clock = RealClock();
  // Told what went wrong beside calls: a file that cannot be read.
  std::function<void(absl::string_view what, const absl::Status& why)> on_error;
};

std::shared_ptr<const Principal> AnonymousPrincipal();

// For development: may do everything that no two must do.
std::shared_ptr<const Principal> LocalCaller();

class Authenticator {
 public:
  // Errors: as Identities::Load() and KeySource::Start().
  static absl::StatusOr<std::unique_ptr<Authenticator>> Create(
      AuthenticatorOptions options);

  // Errors: Unauthenticated "CERTIFICATE_UNKNOWN", "CERTIFICATE_REVOKED",
  // "ACCOUNT_DISABLED", "ACCOUNT_EXPIRED", "TOKEN_BINDING", "SCHEME_UNKNOWN"
  // (want Bearer), and those of VerifyToken() and CheckTokenTime().
  absl::StatusOr<std::shared_ptr<const Principal>> Authenticate(
      const Proof& proof);

  // Reads files that have changed; one thread at a time. What cannot be read
  // leaves everything as it was, is told to `on_error` once, and is tried again
  // by the next call.
  void Refresh();

 private:
  // What belongs together: identities, their keys, and what was proven by them.
  struct State {
    std::shared_ptr<const Identities> identities;
    std::unique_ptr<KeySource> keys;
    absl::Mutex mutex;
    absl::flat_hash_map<std::string, std::shared_ptr<const TokenPrincipal>>
        proven ABSL_GUARDED_BY(mutex);
    // Fingerprints of certificates, by their PEM.
    absl::flat_hash_map<std::string, std::string> fingerprints
        ABSL_GUARDED_BY(mutex);
  };

  explicit Authenticator(AuthenticatorOptions options);

  // `before`: whose keys serve on until the new ones are there; may be null.
  absl::StatusOr<std::shared_ptr<State>> Load(const std::string& text,
                                              const State* before) const;
  // Tells it where it is not what was told last.
  void Refused(const absl::Status& why);
  std::shared_ptr<State> CurrentState() const;
  absl::StatusOr<std::shared_ptr<const Principal>> ByCertificate(
      State* state, const Proof& proof) const;
  absl::StatusOr<std::shared_ptr<const TokenPrincipal>> ByToken(
      State* state, absl::string_view token) const;
  static std::string Fingerprint(State* state, absl::string_view pem);
  absl::Status CheckBinding(State* state, const TokenPrincipal& token,
                            const Proof& proof) const;
  void Tell(absl::string_view what, const absl::Status& why) const;

  const AuthenticatorOptions options_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<State> state_ ABSL_GUARDED_BY(mutex_);
  // Refresh() alone: the file as it was taken, and what was told last.
  std::string known_text_;
  absl::Status refused_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_AUTH_AUTHENTICATOR_H_
