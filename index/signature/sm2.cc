#include "index/signature/sm2.h"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "index/base/check.h"
#include "index/base/random.h"
#include "openssl/bio.h"
#include "openssl/bn.h"
#include "openssl/core_names.h"
#include "openssl/crypto.h"
#include "openssl/ec.h"
#include "openssl/err.h"
#include "openssl/evp.h"
#include "openssl/param_build.h"
#include "openssl/pem.h"
#include "openssl/x509.h"

namespace creditreg {
namespace {

constexpr char kOpenSslWorks[] = "OpenSSL can do what signatures need";
constexpr std::size_t kIdBytes = 16;

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(BIGNUM* number) const { BN_clear_free(number); }
  void operator()(EC_GROUP* group) const { EC_GROUP_free(group); }
  void operator()(EC_POINT* point) const { EC_POINT_free(point); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(OSSL_PARAM_BLD* builder) const {
    OSSL_PARAM_BLD_free(builder);
  }
  void operator()(OSSL_PARAM* params) const { OSSL_PARAM_free(params); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string* text) {
  return reinterpret_cast<unsigned char*>(text->data());
}

const EVP_MD* Sm3Digest() {
  static const EVP_MD* const sm3 = EVP_MD_fetch(nullptr, "SM3", nullptr);
  CREDITREG_CHECK(sm3 != nullptr, kOpenSslWorks);
  return sm3;
}

const EC_GROUP* Curve() {
  static const EC_GROUP* const curve = EC_GROUP_new_by_curve_name(NID_sm2);
  CREDITREG_CHECK(curve != nullptr, kOpenSslWorks);
  return curve;
}

std::string Sm3Of(absl::string_view bytes) {
  std::string digest(32, '\0');
  unsigned int size = 0;
  CREDITREG_CHECK(EVP_Digest(bytes.data(), bytes.size(), Bytes(&digest), &size,
                             Sm3Digest(), nullptr) == 1,
                  kOpenSslWorks);
  return digest;
}

// What failed because of the caller's bytes must not be left on the thread's
// queue, where it would be taken for an error of TLS.
absl::Status Refused(absl::string_view message) {
  ERR_clear_error();
  return absl::InvalidArgumentError(message);
}

// A key of OpenSSL from its parts. `secret`: null for a public key.
Owned<EVP_PKEY> MakeKey(absl::string_view point, const BIGNUM* secret) {
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  bool ok = OSSL_PARAM_BLD_push_utf8_string(
                builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "SM2", 0) == 1;
  ok = ok &&
       OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY,
                                        point.data(), point.size()) == 1;
  if (secret != nullptr) {
    ok = ok && OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY,
                                      secret) == 1;
  }
  CREDITREG_CHECK(ok, kOpenSslWorks);
  const Owned<OSSL_PARAM> params(OSSL_PARAM_BLD_to_param(builder.get()));
  const Owned<EVP_PKEY_CTX> context(
      EVP_PKEY_CTX_new_from_name(nullptr, "SM2", nullptr));
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(
          context.get(), &key,
          secret == nullptr ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR,
          params.get()) != 1) {
    return nullptr;
  }
  return Owned<EVP_PKEY>(key);
}

// A signing or verifying context with the signer's id in it.
struct Operation {
  Owned<EVP_PKEY_CTX> key;
  Owned<EVP_MD_CTX> digest;
};
Operation Prepare(EVP_PKEY* key) {
  Operation operation;
  operation.key.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  operation.digest.reset(EVP_MD_CTX_new());
  CREDITREG_CHECK(operation.key != nullptr && operation.digest != nullptr &&
                      EVP_PKEY_CTX_set1_id(operation.key.get(), kSm2SignerId,
                                           sizeof(kSm2SignerId) - 1) == 1,
                  kOpenSslWorks);
  EVP_MD_CTX_set_pkey_ctx(operation.digest.get(), operation.key.get());
  return operation;
}

}  // namespace

struct Sm2PublicKey::State {
  Owned<EVP_PKEY> key;
  std::string point;
  std::string pem;
  std::string id;
};

struct Sm2PrivateKey::State {
  State(Owned<EVP_PKEY> the_key, std::string the_secret,
        Sm2PublicKey the_public_key)
      : key(std::move(the_key)),
        secret(std::move(the_secret)),
        public_key(std::move(the_public_key)) {}
  ~State() { OPENSSL_cleanse(secret.data(), secret.size()); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Owned<EVP_PKEY> key;
  std::string secret;
  Sm2PublicKey public_key;
};

Sm2PublicKey::Sm2PublicKey(std::shared_ptr<const State> state)
    : state_(std::move(state)) {}

absl::StatusOr<Sm2PublicKey> Sm2PublicKey::FromPoint(absl::string_view point) {
  const Owned<EC_POINT> parsed(EC_POINT_new(Curve()));
  // Also looks whether it is on the curve.
  if (point.size() != kSm2PointBytes || point[0] != 0x04 ||
      EC_POINT_oct2point(Curve(), parsed.get(), Bytes(point), point.size(),
                         nullptr) != 1) {
    return Refused("public key: want 65 bytes, a point of the SM2 curve");
  }
  auto state = std::make_shared<State>();
  state->key = MakeKey(point, nullptr);
  if (state->key == nullptr) {
    return Refused("public key: want 65 bytes, a point of the SM2 curve");
  }
  state->point = std::string(point);

  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(state->key.get(), &der);
  CREDITREG_CHECK(size > 0, kOpenSslWorks);
  const absl::string_view info(reinterpret_cast<const char*>(der),
                               static_cast<std::size_t>(size));
  state->id = absl::BytesToHexString(Sm3Of(info).substr(0, kIdBytes));
  OPENSSL_free(der);

  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  CREDITREG_CHECK(PEM_write_bio_PUBKEY(bio.get(), state->key.get()) == 1,
                  kOpenSslWorks);
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &text);
  state->pem = std::string(text, static_cast<std::size_t>(length));
  return Sm2PublicKey(std::move(state));
}

absl::StatusOr<Sm2PublicKey> Sm2PublicKey::FromPem(absl::string_view pem) {
  constexpr char kWanted[] =
      "public key: want a PEM block of a public key of the SM2 curve";
  const Owned<BIO> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Owned<EVP_PKEY> key(
      PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  if (key == nullptr) return Refused(kWanted);
  char group[32] = {};
  std::size_t group_size = 0;
  if (EVP_PKEY_get_utf8_string_param(key.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                     group, sizeof(group), &group_size) != 1 ||
      absl::string_view(group, group_size) != "SM2") {
    return Refused(kWanted);
  }
  // Read apart: the key may be written with a compressed point.
  unsigned char* encoded = nullptr;
  const std::size_t size =
      EVP_PKEY_get1_encoded_public_key(key.get(), &encoded);
  const std::string any(reinterpret_cast<const char*>(encoded), size);
  OPENSSL_free(encoded);
  const Owned<EC_POINT> point(EC_POINT_new(Curve()));
  std::string whole(kSm2PointBytes, '\0');
  if (EC_POINT_oct2point(Curve(), point.get(), Bytes(any), any.size(),
                         nullptr) != 1 ||
      EC_POINT_point2oct(Curve(), point.get(), POINT_CONVERSION_UNCOMPRESSED,
                         Bytes(&whole), whole.size(),
                         nullptr) != kSm2PointBytes) {
    return Refused(kWanted);
  }
  return FromPoint(whole);
}

const std::string& Sm2PublicKey::point() const { return state_->point; }
const std::string& Sm2PublicKey::pem() const { return state_->pem; }
const std::string& Sm2PublicKey::id() const { return state_->id; }

bool Sm2PublicKey::Verify(absl::string_view bytes,
                          absl::string_view signature) const {
  const Operation operation = Prepare(state_->key.get());
  CREDITREG_CHECK(
      EVP_DigestVerifyInit(operation.digest.get(), nullptr, Sm3Digest(),
                           nullptr, state_->key.get()) == 1,
      kOpenSslWorks);
  const bool holds =
      EVP_DigestVerify(operation.digest.get(), Bytes(signature),
                       signature.size(), Bytes(bytes), bytes.size()) == 1;
  if (!holds) ERR_clear_error();
  return holds;
}

Sm2PrivateKey::Sm2PrivateKey(std::shared_ptr<const State> state)
    : state_(std::move(state)) {}

Sm2PrivateKey Sm2PrivateKey::Generate(RandomSource* random) {
  std::string secret(kSm2SecretBytes, '\0');
  while (true) {
    random->Fill(secret.data(), secret.size());
    absl::StatusOr<Sm2PrivateKey> key = FromSecret(secret);
    OPENSSL_cleanse(secret.data(), secret.size());
    // One of four billion is past the curve's order.
    if (key.ok()) return *std::move(key);
  }
}

absl::StatusOr<Sm2PrivateKey> Sm2PrivateKey::FromSecret(
    absl::string_view secret) {
  constexpr char kWanted[] = "private key: want 32 bytes in [1, n-2]";
  if (secret.size() != kSm2SecretBytes) return Refused(kWanted);
  const Owned<BIGNUM> number(BN_secure_new());
  const Owned<BIGNUM> last(BN_dup(EC_GROUP_get0_order(Curve())));
  CREDITREG_CHECK(number != nullptr && last != nullptr &&
                      BN_sub_word(last.get(), 2) == 1 &&
                      BN_bin2bn(Bytes(secret), static_cast<int>(secret.size()),
                                number.get()) != nullptr,
                  kOpenSslWorks);
  if (BN_is_zero(number.get()) || BN_cmp(number.get(), last.get()) > 0) {
    return Refused(kWanted);
  }
  BN_set_flags(number.get(), BN_FLG_CONSTTIME);
  const Owned<EC_POINT> point(EC_POINT_new(Curve()));
  std::string whole(kSm2PointBytes, '\0');
  CREDITREG_CHECK(
      EC_POINT_mul(Curve(), point.get(), number.get(), nullptr, nullptr,
                   nullptr) == 1 &&
          EC_POINT_point2oct(Curve(), point.get(),
                             POINT_CONVERSION_UNCOMPRESSED, Bytes(&whole),
                             whole.size(), nullptr) == kSm2PointBytes,
      kOpenSslWorks);
  absl::StatusOr<Sm2PublicKey> public_key = Sm2PublicKey::FromPoint(whole);
  CREDITREG_CHECK(public_key.ok(), kOpenSslWorks);
  Owned<EVP_PKEY> key = MakeKey(whole, number.get());
  CREDITREG_CHECK(key != nullptr, kOpenSslWorks);
  return Sm2PrivateKey(std::make_shared<State>(
      std::move(key), std::string(secret), *std::move(public_key)));
}

const std::string& Sm2PrivateKey::secret() const { return state_->secret; }
const Sm2PublicKey& Sm2PrivateKey::public_key() const {
  return state_->public_key;
}

std::string Sm2PrivateKey::Sign(absl::string_view bytes) const {
  const Operation operation = Prepare(state_->key.get());
  std::size_t size = 0;
  bool ok = EVP_DigestSignInit(operation.digest.get(), nullptr, Sm3Digest(),
                               nullptr, state_->key.get()) == 1;
  ok = ok && EVP_DigestSign(operation.digest.get(), nullptr, &size,
                            Bytes(bytes), bytes.size()) == 1;
  std::string signature(size, '\0');
  ok = ok && EVP_DigestSign(operation.digest.get(), Bytes(&signature), &size,
                            Bytes(bytes), bytes.size()) == 1;
  CREDITREG_CHECK(ok, kOpenSslWorks);
  signature.resize(size);
  return signature;
}

std::string Sm3Hex(absl::string_view bytes) {
  return absl::BytesToHexString(Sm3Of(bytes));
}

}  // namespace creditreg
