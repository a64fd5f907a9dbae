// SM2 signatures (GB/T 32918.2) over SM3 on the recommended curve (GB/T
// 32918.5), by OpenSSL. The signer's id is "1234567812345678" (GM/T 0009).
//
// Thread safety: keys are immutable; may be used from many threads. Sign()
// takes its randomness from OpenSSL, the same bytes give another signature each
// time.

#ifndef CREDITREG_INDEX_SIGNATURE_SM2_H_
#define CREDITREG_INDEX_SIGNATURE_SM2_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "index/base/random.h"

namespace creditreg {

inline constexpr char kSm2SignerId[] = "1234567812345678";
inline constexpr std::size_t kSm2SecretBytes = 32;
// 0x04, x, y.
inline constexpr std::size_t kSm2PointBytes = 65;

class Sm2PublicKey {
 public:
  // Errors: InvalidArgument "public key: ..." not a point of the curve.
  static absl::StatusOr<Sm2PublicKey> FromPoint(absl::string_view point);
  // One "BEGIN PUBLIC KEY" block (RFC 5480 with the curve 1.2.156.10197.1.301).
  //
  // Errors: InvalidArgument "public key: ..." not such a block, or of another
  // curve.
  static absl::StatusOr<Sm2PublicKey> FromPem(absl::string_view pem);

  // 65 bytes.
  const std::string& point() const;
  const std::string& pem() const;
  // SM3 of the key's SubjectPublicKeyInfo (DER), its first 16 bytes, in lower
  // case hexadecimal.
  const std::string& id() const;

  // Whether `signature` (DER, SEQUENCE of r and s) is one of `bytes` by this
  // key. Nothing but the one encoding of r and s is taken.
  bool Verify(absl::string_view bytes, absl::string_view signature) const;

 private:
  friend class Sm2PrivateKey;
  struct State;
  explicit Sm2PublicKey(std::shared_ptr<const State> state);
  std::shared_ptr<const State> state_;
};

// Wipes itself when the last copy goes.
class Sm2PrivateKey {
 public:
  static Sm2PrivateKey Generate(RandomSource* random);
  // Errors: InvalidArgument "private key: ..." not 32 bytes, or not in
  // [1, n-2].
  static absl::StatusOr<Sm2PrivateKey> FromSecret(absl::string_view secret);

  // 32 bytes, big-endian. The caller wipes what it takes.
  const std::string& secret() const;
  const Sm2PublicKey& public_key() const;

  // DER, at most 72 bytes.
  std::string Sign(absl::string_view bytes) const;

 private:
  struct State;
  explicit Sm2PrivateKey(std::shared_ptr<const State> state);
  std::shared_ptr<const State> state_;
};

// SM3 in lower case hexadecimal, as signature files show it.
std::string Sm3Hex(absl::string_view bytes);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_SIGNATURE_SM2_H_
