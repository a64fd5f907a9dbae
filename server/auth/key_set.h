// Public keys of an issuer of tokens (JWK set, RFC 7517), and signatures made
// with their private halves (JWS, RFC 7515).
//
// libjose does the work: it reads every kind of key, and leaves the
// cryptography to OpenSSL. It is kept by Red Hat, whose disk encryption in data
// centres (clevis, tang) stands on it.
//
// Thread safety: immutable; may be shared between threads.

#ifndef CREDITREG_SERVER_AUTH_KEY_SET_H_
#define CREDITREG_SERVER_AUTH_KEY_SET_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/auth/json_value.h"

namespace creditreg {

class KeySet {
 public:
  // Keys that cannot verify a signature are left out: secrets ("oct"), keys for
  // encryption, RSA keys below 2048 bits.
  //
  // Errors: InvalidArgument it is no JWK set, or none of its keys is left, or
  // two have one id.
  static absl::StatusOr<std::shared_ptr<const KeySet>> Parse(
      absl::string_view json);

  enum class Check {
    kGood,
    // No key of that id.
    kUnknownKey,
    // The key is not one for that algorithm, or did not make the signature.
    kBad,
  };
  // `header`, `payload` and `signature`: base64url, as they stand in the token.
  // `key_id` may be empty where there is one key only.
  Check Verify(absl::string_view key_id, absl::string_view algorithm,
               absl::string_view header, absl::string_view payload,
               absl::string_view signature) const;

  std::size_t size() const { return keys_.size(); }

 private:
  struct Key {
    std::string id;
    // "EC" or "RSA".
    std::string type;
    // Empty: any of its type.
    std::string algorithm;
    JsonValue jwk;
  };
  std::vector<Key> keys_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_AUTH_KEY_SET_H_
