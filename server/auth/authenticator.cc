#include "server/auth/authenticator.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <filesystem>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "index/base/check.h"
#include "index/base/status_macros.h"
#include "server/config/text_proto.h"

namespace creditreg {
namespace {

namespace confpb = conf::v1;

// Kept proofs: a person's token is some 500 bytes once judged.
constexpr std::size_t kMaxProven = 10000;
constexpr std::size_t kMaxFingerprints = 1000;

std::string Sha256(const void* bytes, std::size_t size) {
  // Fetched once: EVP_sha256() is looked up by name again for each digest.
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  // Without one every token would be taken for the first.
  CREDITREG_CHECK(
      EVP_Digest(bytes, size, digest, &length, sha256, nullptr) == 1,
      "OpenSSL offers SHA-256");
  return std::string(reinterpret_cast<const char*>(digest), length);
}

// SHA-256 of the certificate's DER, base64url; empty where it is none.
std::string FingerprintOf(absl::string_view pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), &X509_free);
  if (certificate == nullptr) return std::string();
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  if (X509_digest(certificate.get(), EVP_sha256(), digest, &length) != 1) {
    return std::string();
  }
  return absl::WebSafeBase64Escape(
      absl::string_view(reinterpret_cast<const char*>(digest), length));
}

bool IsUri(absl::string_view name) { return absl::StrContains(name, "://"); }

}  // namespace

std::shared_ptr<const Principal> AnonymousPrincipal() {
  auto principal = std::make_shared<Principal>();
  principal->id = Principal::kAnonymous;
  principal->roles.Add(confpb::ROLE_PUBLIC);
  return principal;
}

std::shared_ptr<const Principal> LocalCaller() {
  auto principal = std::make_shared<Principal>();
  principal->id = "local";
  principal->roles.Add(confpb::ROLE_PUBLIC);
  principal->roles.Add(confpb::ROLE_CENTRE_REVIEWER);
  principal->roles.Add(confpb::ROLE_SYSTEM_ADMIN);
  principal->second_factor = true;
  principal->purpose = "development";
  principal->no_quota = true;
  return principal;
}

absl::StatusOr<std::unique_ptr<Authenticator>> Authenticator::Create(
    AuthenticatorOptions options) {
  if (options.nobody == nullptr) options.nobody = AnonymousPrincipal();
  std::unique_ptr<Authenticator> authenticator(
      new Authenticator(std::move(options)));
  const std::string& file = authenticator->options_.identities_file;
  if (!file.empty()) {
    CREDITREG_ASSIGN_OR_RETURN(authenticator->known_text_, ReadTextFile(file));
  }
  CREDITREG_ASSIGN_OR_RETURN(
      std::shared_ptr<State> state,
      authenticator->Load(authenticator->known_text_, nullptr));
  absl::MutexLock lock(&authenticator->mutex_);
  authenticator->state_ = std::move(state);
  return authenticator;
}

Authenticator::Authenticator(AuthenticatorOptions options)
    : options_(std::move(options)) {}

void Authenticator::Tell(absl::string_view what,
                         const absl::Status& why) const {
  if (options_.on_error) options_.on_error(what, why);
}

absl::StatusOr<std::shared_ptr<Authenticator::State>> Authenticator::Load(
    const std::string& text, const State* before) const {
  auto state = std::make_shared<State>();
  CREDITREG_ASSIGN_OR_RETURN(state->identities,
                             Identities::Parse(text, options_.identities_file));
  KeySourceOptions keys;
  keys.directory =
      std::filesystem::path(options_.identities_file).parent_path();
  keys.ca_file = options_.ca_file;
  keys.on_error = options_.on_error;
  CREDITREG_ASSIGN_OR_RETURN(
      state->keys,
      KeySource::Start(state->identities, std::move(keys),
                       before == nullptr ? nullptr : before->keys.get()));
  return state;
}

void Authenticator::Refresh() {
  if (options_.identities_file.empty()) return;
  const std::shared_ptr<State> before = CurrentState();
  const absl::StatusOr<std::string> text =
      ReadTextFile(options_.identities_file);
  if (!text.ok()) {
    Refused(absl::NotFoundError("identities: the file cannot be read"));
    return;
  }
  if (*text == known_text_) {
    Refused(absl::OkStatus());
    before->keys->RereadFiles();
    return;
  }
  // Tried again as long as it is refused: what it names may come later.
  absl::StatusOr<std::shared_ptr<State>> state = Load(*text, before.get());
  Refused(state.status());
  if (!state.ok()) return;
  known_text_ = *text;
  absl::MutexLock lock(&mutex_);
  state_ = *std::move(state);
}

void Authenticator::Refused(const absl::Status& why) {
  if (why == refused_) return;
  refused_ = why;
  if (!why.ok()) Tell("identities_refused", why);
}

std::shared_ptr<Authenticator::State> Authenticator::CurrentState() const {
  absl::MutexLock lock(&mutex_);
  return state_;
}

absl::StatusOr<std::shared_ptr<const Principal>> Authenticator::Authenticate(
    const Proof& proof) {
  if (!proof.has_certificate && proof.authorization.empty()) {
    return options_.nobody;
  }
  const std::shared_ptr<State> state = CurrentState();
  std::shared_ptr<const Principal> principal;
  if (proof.has_certificate) {
    CREDITREG_ASSIGN_OR_RETURN(principal, ByCertificate(state.get(), proof));
  }
  if (proof.authorization.empty()) return principal;
  absl::string_view token = proof.authorization;
  // RFC 6750: the scheme's case does not count.
  if (token.size() < 7 ||
      !absl::EqualsIgnoreCase(token.substr(0, 7), "bearer ")) {
    return absl::UnauthenticatedError(
        "SCHEME_UNKNOWN: authorization: want \"Bearer\" and a token");
  }
  token.remove_prefix(7);
  CREDITREG_ASSIGN_OR_RETURN(const auto proven, ByToken(state.get(), token));
  CREDITREG_RETURN_IF_ERROR(CheckTokenTime(*proven, options_.clock->Now()));
  CREDITREG_RETURN_IF_ERROR(CheckBinding(state.get(), *proven, proof));
  // Lives as long as what was proven.
  return std::shared_ptr<const Principal>(proven, &proven->principal);
}

absl::StatusOr<std::shared_ptr<const Principal>> Authenticator::ByCertificate(
    State* state, const Proof& proof) const {
  std::vector<const Account*> accounts;
  for (const absl::string_view uri : proof.certificate_uris) {
    if (IsUri(uri)) accounts.push_back(state->identities->FindAccount(uri));
  }
  // A DNS name that looks like an address is none.
  for (const absl::string_view name : proof.certificate_dns_names) {
    if (!IsUri(name)) accounts.push_back(state->identities->FindAccount(name));
  }
  const Account* account = nullptr;
  for (const Account* const found : accounts) {
    if (found == nullptr) continue;
    // Whose rights would count?
    if (account != nullptr && found != account) {
      return absl::UnauthenticatedError(
          "CERTIFICATE_UNKNOWN: the certificate names two accounts");
    }
    account = found;
  }
  if (state->identities->HasRevokedCertificates() &&
      state->identities->IsRevokedCertificate(
          Fingerprint(state, proof.certificate_pem))) {
    return absl::UnauthenticatedError(
        "CERTIFICATE_REVOKED: the certificate was revoked");
  }
  if (account == nullptr) {
    return absl::UnauthenticatedError(
        "CERTIFICATE_UNKNOWN: no account has a name of the certificate's");
  }
  if (account->disabled) {
    return absl::UnauthenticatedError(
        "ACCOUNT_DISABLED: the certificate's account is disabled");
  }
  if (options_.clock->Now() >= account->principal->valid_until) {
    return absl::UnauthenticatedError(
        "ACCOUNT_EXPIRED: the certificate's account is over");
  }
  return account->principal;
}

absl::StatusOr<std::shared_ptr<const TokenPrincipal>> Authenticator::ByToken(
    State* state, absl::string_view token) const {
  const std::string digest = Sha256(token.data(), token.size());
  {
    absl::MutexLock lock(&state->mutex);
    const auto known = state->proven.find(digest);
    // A proof is as good as the keys it was made by.
    if (known != state->proven.end() &&
        state->keys->KeysOf(*known->second->issuer) == known->second->keys) {
      return known->second;
    }
  }
  absl::StatusOr<TokenPrincipal> verified = VerifyToken(
      token, *state->identities,
      [state](const TrustedIssuer& issuer) {
        return state->keys->KeysOf(issuer);
      },
      [state](const TrustedIssuer& issuer) {
        state->keys->NoteUnknownKey(issuer);
      });
  CREDITREG_RETURN_IF_ERROR(verified.status());
  auto proven = std::make_shared<const TokenPrincipal>(*std::move(verified));
  absl::MutexLock lock(&state->mutex);
  // Rare, and cheap to fill again.
  if (state->proven.size() >= kMaxProven) state->proven.clear();
  state->proven[digest] = proven;
  return proven;
}

std::string Authenticator::Fingerprint(State* state, absl::string_view pem) {
  absl::MutexLock lock(&state->mutex);
  if (state->fingerprints.size() >= kMaxFingerprints) {
    state->fingerprints.clear();
  }
  auto [entry, is_new] = state->fingerprints.try_emplace(std::string(pem));
  if (is_new) entry->second = FingerprintOf(pem);
  return entry->second;
}

absl::Status Authenticator::CheckBinding(State* state,
                                         const TokenPrincipal& token,
                                         const Proof& proof) const {
  if (token.certificate_sha256.empty()) return absl::OkStatus();
  std::string fingerprint;
  if (proof.has_certificate) {
    fingerprint = Fingerprint(state, proof.certificate_pem);
  }
  if (fingerprint.empty() || fingerprint != token.certificate_sha256) {
    return absl::UnauthenticatedError(
        "TOKEN_BINDING: the token is bound to another certificate");
  }
  return absl::OkStatus();
}

}  // namespace creditreg
