#include "server/auth/key_set.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/auth/libjose.h"

namespace creditreg {
namespace {

// 2048 bits: below, RSA is held to be breakable (NIST SP 800-131A).
constexpr std::size_t kMinModulusBytes = 256;

bool HasPrivateOrSecretPart(const json_t* jwk) {
  return json_object_get(jwk, "d") != nullptr ||
         json_object_get(jwk, "k") != nullptr;
}

bool CanVerify(const json_t* jwk) {
  if (!json_is_object(jwk) || HasPrivateOrSecretPart(jwk)) return false;
  const std::string use = TextOf(jwk, "use");
  if (!use.empty() && use != "sig") return false;
  const std::string type = TextOf(jwk, "kty");
  if (type == "EC") return true;
  if (type != "RSA") return false;
  return jose_b64_dec(json_object_get(jwk, "n"), nullptr, 0) >=
             kMinModulusBytes &&
         jose_b64_dec(json_object_get(jwk, "n"), nullptr, 0) !=
             static_cast<std::size_t>(-1);
}

bool IsForType(absl::string_view algorithm, absl::string_view type) {
  return absl::StartsWith(algorithm, "ES") ? type == "EC" : type == "RSA";
}

}  // namespace

absl::StatusOr<std::shared_ptr<const KeySet>> KeySet::Parse(
    absl::string_view json) {
  const JsonValue set = JsonValue::Parse(json);
  const json_t* const list = json_object_get(set.get(), "keys");
  if (!json_is_array(list)) {
    return absl::InvalidArgumentError("keys: no JWK set, want {\"keys\": []}");
  }
  auto keys = std::make_shared<KeySet>();
  for (std::size_t i = 0; i < json_array_size(list); ++i) {
    json_t* const jwk = json_array_get(list, i);
    if (!CanVerify(jwk)) continue;
    Key key;
    key.id = TextOf(jwk, "kid");
    key.type = TextOf(jwk, "kty");
    key.algorithm = TextOf(jwk, "alg");
    for (const Key& other : keys->keys_) {
      if (other.id == key.id) {
        return absl::InvalidArgumentError(
            absl::StrCat("keys[", i, "]: has the id of another"));
      }
    }
    key.jwk = JsonValue(json_deep_copy(jwk));
    // What the key may be used for is judged here; libjose would take the lack
    // of "verify" for a refusal.
    json_object_del(key.jwk.get(), "key_ops");
    keys->keys_.push_back(std::move(key));
  }
  if (keys->keys_.empty()) {
    return absl::InvalidArgumentError(
        "keys: none for signatures, want public EC keys or RSA of 2048 bits");
  }
  return std::shared_ptr<const KeySet>(std::move(keys));
}

KeySet::Check KeySet::Verify(absl::string_view key_id,
                             absl::string_view algorithm,
                             absl::string_view header,
                             absl::string_view payload,
                             absl::string_view signature) const {
  const Key* key = nullptr;
  if (key_id.empty() && keys_.size() == 1) key = &keys_.front();
  for (const Key& candidate : keys_) {
    if (!key_id.empty() && candidate.id == key_id) key = &candidate;
  }
  if (key == nullptr) return Check::kUnknownKey;
  if (!IsForType(algorithm, key->type) ||
      (!key->algorithm.empty() && key->algorithm != algorithm)) {
    return Check::kBad;
  }
  const JsonValue jws(json_pack("{s:s%,s:s%,s:s%}", "protected", header.data(),
                                header.size(), "payload", payload.data(),
                                payload.size(), "signature", signature.data(),
                                signature.size()));
  if (jws.get() == nullptr) return Check::kBad;
  return jose_jws_ver(nullptr, jws.get(), nullptr, key->jwk.get(), false)
             ? Check::kGood
             : Check::kBad;
}

}  // namespace creditreg
