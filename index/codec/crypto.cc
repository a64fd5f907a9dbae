#include "index/codec/crypto.h"

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "index/base/check.h"
#include "openssl/core_names.h"
#include "openssl/crypto.h"
#include "openssl/err.h"
#include "openssl/evp.h"
#include "openssl/params.h"

// OpenSSL's calls fail here only where memory is out or the library was built
// without SM3, SM4 or AES, so a failure stops the process. Algorithms are
// looked up once, contexts once a thread: both cost more than hashing a record.
//
// OpenSSL 3.0 has SM4 without GCM, hence encrypt-then-MAC for it:
//
//   K1 = HMAC-SM3(key, "seal-encrypt" 00), its first 16 bytes
//   K2 = HMAC-SM3(key, "seal-authenticate" 00)
//   C  = SM4-CTR(K1, counter block = nonce (12) | 00000000, plaintext)
//   T  = HMAC-SM3(K2, "seal" 00 | length of context (8, big-endian) | context |
//        nonce | C), its first 16 bytes

namespace creditreg {
namespace {

constexpr char kOpenSslWorks[] = "OpenSSL can do what the registry needs";

struct Free {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
  void operator()(EVP_CIPHER_CTX* context) const {
    EVP_CIPHER_CTX_free(context);
  }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, Free>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, Free>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Free>;

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* Bytes(std::string* text) {
  return reinterpret_cast<unsigned char*>(text->data());
}

// OpenSSL counts bytes in ints.
int Length(absl::string_view text) {
  CREDITREG_CHECK(text.size() <= std::numeric_limits<int>::max(),
                  "what is sealed is shorter than 2 GiB");
  return static_cast<int>(text.size());
}

DigestContext NewDigestContext() {
  DigestContext context(EVP_MD_CTX_new());
  CREDITREG_CHECK(context != nullptr, kOpenSslWorks);
  return context;
}

CipherContext NewCipherContext() {
  CipherContext context(EVP_CIPHER_CTX_new());
  CREDITREG_CHECK(context != nullptr, kOpenSslWorks);
  return context;
}

void StartSm3(EVP_MD_CTX* context) {
  static const EVP_MD* const sm3 = EVP_MD_fetch(nullptr, "SM3", nullptr);
  CREDITREG_CHECK(EVP_DigestInit_ex2(context, sm3, nullptr) == 1,
                  kOpenSslWorks);
}

std::string FinishSm3(EVP_MD_CTX* context) {
  std::string digest(kSm3Bytes, '\0');
  unsigned int size = 0;
  CREDITREG_CHECK(EVP_DigestFinal_ex(context, Bytes(&digest), &size) == 1,
                  kOpenSslWorks);
  CREDITREG_CHECK(size == kSm3Bytes, "SM3 gives 32 bytes");
  return digest;
}

MacContext NewHmacSm3() {
  // Never freed: it lives as long as the process.
  static EVP_MAC* const hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  MacContext context(EVP_MAC_CTX_new(hmac));
  char digest[] = "SM3";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end(),
  };
  CREDITREG_CHECK(
      context != nullptr && EVP_MAC_CTX_set_params(context.get(), parameters),
      kOpenSslWorks);
  return context;
}

// The MAC of a thread. Taking in a key costs two blocks of SM3, as much as a
// short message does, and a registry has one key: the last one stays.
class KeyedMac {
 public:
  EVP_MAC_CTX* Start(const Key256& key) {
    const bool same = has_key_ && key == key_;
    CREDITREG_CHECK(EVP_MAC_init(context_.get(), same ? nullptr : key.data(),
                                 same ? 0 : key.size(), nullptr) == 1,
                    kOpenSslWorks);
    key_ = key;
    has_key_ = true;
    return context_.get();
  }

 private:
  const MacContext context_ = NewHmacSm3();
  Key256 key_{};
  bool has_key_ = false;
};

void UpdateMac(EVP_MAC_CTX* context, absl::string_view bytes) {
  CREDITREG_CHECK(EVP_MAC_update(context, Bytes(bytes), bytes.size()) == 1,
                  kOpenSslWorks);
}

std::string FinishMac(EVP_MAC_CTX* context) {
  std::string result(kSm3Bytes, '\0');
  std::size_t size = 0;
  CREDITREG_CHECK(
      EVP_MAC_final(context, Bytes(&result), &size, result.size()) == 1,
      kOpenSslWorks);
  CREDITREG_CHECK(size == kSm3Bytes, "HMAC-SM3 gives 32 bytes");
  return result;
}

// AES-256-GCM; its default nonce length is our kNonceBytes.
const EVP_CIPHER* Gcm() {
  static const EVP_CIPHER* const gcm =
      EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return gcm;
}

const EVP_CIPHER* Sm4Ctr() {
  static const EVP_CIPHER* const sm4 =
      EVP_CIPHER_fetch(nullptr, "SM4-CTR", nullptr);
  return sm4;
}

EVP_CIPHER_CTX* CipherOfThisThread() {
  static thread_local const CipherContext context = NewCipherContext();
  return context.get();
}

// Wipes the key schedule from the thread's context when sealing is done.
class CipherReset {
 public:
  explicit CipherReset(EVP_CIPHER_CTX* context) : context_(context) {}
  ~CipherReset() { EVP_CIPHER_CTX_reset(context_); }
  CipherReset(const CipherReset&) = delete;
  CipherReset& operator=(const CipherReset&) = delete;

 private:
  EVP_CIPHER_CTX* const context_;
};

// HMAC of pieces, under a key that changes with each row: apart from the MAC of
// the registry's own key, which stays taken in.
std::string SealingMac(const Key256& key,
                       std::initializer_list<absl::string_view> pieces) {
  static thread_local KeyedMac keyed;
  EVP_MAC_CTX* const mac = keyed.Start(key);
  for (const absl::string_view piece : pieces) UpdateMac(mac, piece);
  return FinishMac(mac);
}

struct Sm4Keys {
  Key128 encrypt;
  Key256 authenticate;
};

Sm4Keys Sm4KeysOf(const Key256& key) {
  constexpr absl::string_view kZero("\0", 1);
  std::string encrypt = SealingMac(key, {"seal-encrypt", kZero});
  std::string authenticate = SealingMac(key, {"seal-authenticate", kZero});
  const Wiper wipe_encrypt(&encrypt);
  const Wiper wipe_authenticate(&authenticate);
  Sm4Keys keys;
  std::memcpy(keys.encrypt.data(), encrypt.data(), keys.encrypt.size());
  std::memcpy(keys.authenticate.data(), authenticate.data(),
              keys.authenticate.size());
  return keys;
}

std::string Sm4Tag(const Key256& key, absl::string_view context,
                   absl::string_view nonce, absl::string_view ciphertext) {
  char length[8];
  for (std::size_t i = 0; i < sizeof(length); ++i) {
    length[i] =
        static_cast<char>(std::uint64_t{context.size()} >> (56 - 8 * i));
  }
  return SealingMac(key, {absl::string_view("seal\0", 5),
                          absl::string_view(length, sizeof(length)), context,
                          nonce, ciphertext})
      .substr(0, kTagBytes);
}

// Encrypts and decrypts.
void Sm4Apply(const Key128& key, absl::string_view nonce,
              absl::string_view from, unsigned char* to) {
  unsigned char counter[16] = {};
  std::memcpy(counter, nonce.data(), kNonceBytes);
  EVP_CIPHER_CTX* const cipher = CipherOfThisThread();
  const CipherReset reset(cipher);
  int n = 0;
  bool ok =
      EVP_EncryptInit_ex2(cipher, Sm4Ctr(), key.data(), counter, nullptr) == 1;
  ok = ok && EVP_EncryptUpdate(cipher, to, &n, Bytes(from), Length(from)) == 1;
  ok = ok && EVP_EncryptFinal_ex(cipher, to + from.size(), &n) == 1;
  CREDITREG_CHECK(ok, kOpenSslWorks);
}

Sealed SealSm4(const Key256& key, absl::string_view plaintext,
               absl::string_view context, std::string nonce) {
  const Sm4Keys keys = Sm4KeysOf(key);
  Sealed sealed;
  sealed.suite = SealingSuite::kSm4HmacSm3;
  sealed.nonce = std::move(nonce);
  sealed.ciphertext.resize(plaintext.size());
  Sm4Apply(keys.encrypt, sealed.nonce, plaintext, Bytes(&sealed.ciphertext));
  sealed.ciphertext +=
      Sm4Tag(keys.authenticate, context, sealed.nonce, sealed.ciphertext);
  return sealed;
}

absl::Status NotAuthentic() {
  return absl::DataLossError(
      "sealed bytes: not authentic, want this key, context and bytes");
}

absl::StatusOr<std::string> OpenSm4(const Key256& key, const Sealed& sealed,
                                    absl::string_view context) {
  const absl::string_view all = sealed.ciphertext;
  const absl::string_view ciphertext = all.substr(0, all.size() - kTagBytes);
  const absl::string_view tag = all.substr(ciphertext.size());
  const Sm4Keys keys = Sm4KeysOf(key);
  const std::string want =
      Sm4Tag(keys.authenticate, context, sealed.nonce, ciphertext);
  if (CRYPTO_memcmp(want.data(), tag.data(), kTagBytes) != 0) {
    return NotAuthentic();
  }
  std::string plaintext(ciphertext.size(), '\0');
  Sm4Apply(keys.encrypt, sealed.nonce, ciphertext, Bytes(&plaintext));
  return plaintext;
}

Sealed SealGcm(const Key256& key, absl::string_view plaintext,
               absl::string_view context, std::string nonce) {
  Sealed sealed;
  sealed.nonce = std::move(nonce);
  sealed.ciphertext.resize(plaintext.size() + kTagBytes);
  unsigned char* const out = Bytes(&sealed.ciphertext);

  EVP_CIPHER_CTX* const cipher = CipherOfThisThread();
  const CipherReset reset(cipher);
  int n = 0;
  bool ok = EVP_EncryptInit_ex2(cipher, Gcm(), key.data(), Bytes(sealed.nonce),
                                nullptr) == 1;
  ok = ok && EVP_EncryptUpdate(cipher, nullptr, &n, Bytes(context),
                               Length(context)) == 1;
  ok = ok && EVP_EncryptUpdate(cipher, out, &n, Bytes(plaintext),
                               Length(plaintext)) == 1;
  // GCM is a stream: nothing is left for the end but the tag.
  ok = ok && EVP_EncryptFinal_ex(cipher, out + plaintext.size(), &n) == 1;
  ok = ok && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, kTagBytes,
                                 out + plaintext.size()) == 1;
  CREDITREG_CHECK(ok, kOpenSslWorks);
  return sealed;
}

absl::StatusOr<std::string> OpenGcm(const Key256& key, const Sealed& sealed,
                                    absl::string_view context) {
  const absl::string_view all = sealed.ciphertext;
  const absl::string_view ciphertext = all.substr(0, all.size() - kTagBytes);
  unsigned char tag[kTagBytes];
  std::memcpy(tag, all.data() + ciphertext.size(), kTagBytes);
  std::string plaintext(ciphertext.size(), '\0');

  EVP_CIPHER_CTX* const cipher = CipherOfThisThread();
  const CipherReset reset(cipher);
  int n = 0;
  bool ok = EVP_DecryptInit_ex2(cipher, Gcm(), key.data(), Bytes(sealed.nonce),
                                nullptr) == 1;
  ok = ok && EVP_DecryptUpdate(cipher, nullptr, &n, Bytes(context),
                               Length(context)) == 1;
  ok = ok && EVP_DecryptUpdate(cipher, Bytes(&plaintext), &n, Bytes(ciphertext),
                               Length(ciphertext)) == 1;
  ok = ok &&
       EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag) == 1;
  CREDITREG_CHECK(ok, kOpenSslWorks);
  unsigned char nothing[1];
  if (EVP_DecryptFinal_ex(cipher, nothing, &n) != 1) {
    // What is not authentic must not be left in memory, and an old error on
    // this thread's queue would be taken for one of TLS.
    Wipe(&plaintext);
    ERR_clear_error();
    return NotAuthentic();
  }
  return plaintext;
}

}  // namespace

void Wipe(void* bytes, std::size_t size) { OPENSSL_cleanse(bytes, size); }

void Wipe(std::string* text) { Wipe(text->data(), text->size()); }

std::string Sm3(absl::string_view bytes) {
  static thread_local const DigestContext context = NewDigestContext();
  StartSm3(context.get());
  CREDITREG_CHECK(
      EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1,
      kOpenSslWorks);
  return FinishSm3(context.get());
}

struct Sm3Stream::State {
  DigestContext context = NewDigestContext();
};

Sm3Stream::Sm3Stream() : state_(std::make_unique<State>()) {
  StartSm3(state_->context.get());
}

Sm3Stream::~Sm3Stream() = default;
Sm3Stream::Sm3Stream(Sm3Stream&&) noexcept = default;
Sm3Stream& Sm3Stream::operator=(Sm3Stream&&) noexcept = default;

void Sm3Stream::Update(absl::string_view bytes) {
  CREDITREG_CHECK(
      EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1,
      kOpenSslWorks);
}

std::string Sm3Stream::Digest() const {
  // Finishing ends a context, so a copy is finished.
  static thread_local const DigestContext copy = NewDigestContext();
  CREDITREG_CHECK(EVP_MD_CTX_copy_ex(copy.get(), state_->context.get()) == 1,
                  kOpenSslWorks);
  return FinishSm3(copy.get());
}

std::string Hmac(const Key256& key, absl::string_view purpose,
                 absl::string_view bytes) {
  CREDITREG_CHECK(purpose.find('\0') == absl::string_view::npos,
                  "a purpose holds no zero byte");
  static thread_local KeyedMac keyed;
  EVP_MAC_CTX* const mac = keyed.Start(key);
  UpdateMac(mac, purpose);
  UpdateMac(mac, absl::string_view("\0", 1));
  UpdateMac(mac, bytes);
  return FinishMac(mac);
}

Sealed Seal(SealingSuite suite, const Key256& key, absl::string_view plaintext,
            absl::string_view context, RandomSource* random) {
  std::string nonce(kNonceBytes, '\0');
  random->Fill(nonce.data(), kNonceBytes);
  return suite == SealingSuite::kSm4HmacSm3
             ? SealSm4(key, plaintext, context, std::move(nonce))
             : SealGcm(key, plaintext, context, std::move(nonce));
}

absl::StatusOr<std::string> Open(const Key256& key, const Sealed& sealed,
                                 absl::string_view context) {
  if (sealed.nonce.size() != kNonceBytes) {
    return absl::DataLossError("sealed bytes: wrong nonce length, want 12");
  }
  if (sealed.ciphertext.size() < kTagBytes ||
      sealed.ciphertext.size() > std::numeric_limits<int>::max()) {
    return absl::DataLossError(
        "sealed bytes: wrong length, want a 16-byte tag");
  }
  switch (sealed.suite) {
    case SealingSuite::kAes256Gcm:
      return OpenGcm(key, sealed, context);
    case SealingSuite::kSm4HmacSm3:
      return OpenSm4(key, sealed, context);
  }
  return absl::DataLossError(
      "sealed bytes: sealed in a way this program does not know");
}

}  // namespace creditreg
