// Certificates and tokens for tests: good ones, and such as must not pass. Keys
// are made anew for each object.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_TESTS_TESTING_IDENTITY_FACTORY_H_
#define CREDITREG_TESTS_TESTING_IDENTITY_FACTORY_H_

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"

namespace creditreg {

struct PemPair {
  std::string certificate;
  std::string key;
};

// An authority whose certificates last a year around `now`.
class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name);
  ~TestAuthority();
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  const std::string& certificate() const { return pem_; }

  struct Wanted {
    // As OpenSSL has them: "DNS:localhost", "URI:spiffe://test/website".
    std::string alternative_names;
    absl::Duration from = -absl::Hours(24);
    absl::Duration until = absl::Hours(24 * 365);
  };
  // Signed with its key; times are from the machine's now.
  PemPair Issue(const Wanted& wanted);

 private:
  EVP_PKEY* key_ = nullptr;
  X509* certificate_ = nullptr;
  std::string pem_;
  int next_serial_ = 2;
};

// SHA-256 of the certificate's DER as base64url: what `cnf` holds.
std::string FingerprintOfPem(const std::string& certificate);

// An issuer of tokens with one key at a time.
class TestIssuer {
 public:
  // `algorithm`: "ES256", "RS256" ...
  explicit TestIssuer(std::string key_id, std::string algorithm = "ES256");

  // {"keys": [...]}, of this and, where given, others.
  std::string KeySetJson(
      const std::vector<const TestIssuer*>& others = {}) const;
  // Signs the claims; `header` is added to, or replaces, {alg, kid, typ}.
  std::string Sign(const nlohmann::json& claims,
                   const nlohmann::json& header = {}) const;
  // The same of a text that need be no good JSON.
  std::string SignText(const std::string& claims,
                       const nlohmann::json& header = {}) const;

 private:
  const std::string key_id_;
  const std::string algorithm_;
  // Private and public, as JSON.
  std::string jwk_;
  std::string public_jwk_;
};

// A token that is not signed: "alg": "none", or one signed with a shared secret
// that is the public key.
std::string UnsignedToken(const nlohmann::json& claims);
std::string SecretSignedToken(const nlohmann::json& claims,
                              const std::string& key_id,
                              const std::string& secret);

}  // namespace creditreg

#endif  // CREDITREG_TESTS_TESTING_IDENTITY_FACTORY_H_
