// The few cryptographic functions the registry uses, over OpenSSL: SM3 hashes,
// HMAC-SM3, sealing by AES-256-GCM or by SM4 with HMAC-SM3. Keys come in as
// arguments.
//
// Thread safety: free functions; may be called from many threads.

#ifndef CREDITREG_INDEX_CODEC_CRYPTO_H_
#define CREDITREG_INDEX_CODEC_CRYPTO_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "index/base/random.h"

namespace creditreg {

inline constexpr std::size_t kSm3Bytes = 32;
inline constexpr std::size_t kNonceBytes = 12;
inline constexpr std::size_t kTagBytes = 16;

// Overwrites bytes that are secret, so that they do not stay in memory that is
// given back. Not left out by the compiler.
void Wipe(void* bytes, std::size_t size);
void Wipe(std::string* text);

// Wipes what is secret in a text when it goes out of scope.
class Wiper {
 public:
  explicit Wiper(std::string* text) : text_(*text) {}
  ~Wiper() { Wipe(&text_); }
  Wiper(const Wiper&) = delete;
  Wiper& operator=(const Wiper&) = delete;

 private:
  std::string& text_;
};

// A key; wipes itself when it goes.
template <std::size_t N>
class SecretBytes : public std::array<unsigned char, N> {
 public:
  SecretBytes() : std::array<unsigned char, N>() {}
  SecretBytes(const SecretBytes&) = default;
  SecretBytes& operator=(const SecretBytes&) = default;
  ~SecretBytes() { Wipe(this->data(), N); }
};

using Key256 = SecretBytes<32>;
using Key128 = SecretBytes<16>;

// Keys of one registry, loaded by index/store/key_files.h. Never logged, never
// in the database.
struct KeyRing {
  // Makes keyed hashes: identifiers that may hold an ID, parties without a
  // code, payloads. Not rotated with the master key.
  Key256 hmac{};
  // Permutes record numbers into record ids.
  Key128 ids{};
  // Encrypts positions.
  Key128 positions{};
  // Seals page tokens.
  Key256 pages{};
};

// SM3 (GB/T 32905) of `bytes`: 32 bytes.
std::string Sm3(absl::string_view bytes);

// SM3 of bytes that come in pieces.
class Sm3Stream {
 public:
  Sm3Stream();
  ~Sm3Stream();
  Sm3Stream(Sm3Stream&&) noexcept;
  Sm3Stream& operator=(Sm3Stream&&) noexcept;
  void Update(absl::string_view bytes);
  // Hash of all bytes so far: 32 bytes. More may follow.
  std::string Digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// HMAC-SM3: 32 bytes. `purpose` keeps uses apart: the message hashed is
// purpose, a zero byte, bytes.
std::string Hmac(const Key256& key, absl::string_view purpose,
                 absl::string_view bytes);

// How bytes are sealed. Stored.
enum class SealingSuite : std::uint8_t {
  // AES-256-GCM.
  kAes256Gcm = 0,
  // The profile of commercial cryptography (GB/T 39786): SM4-CTR (GB/T 32907),
  // then HMAC-SM3 over all of it, cut to 16 bytes. Both keys are made from the
  // given one by HMAC-SM3.
  kSm4HmacSm3 = 1,
};

struct Sealed {
  // 12 bytes.
  std::string nonce;
  // Ciphertext and 16-byte tag.
  std::string ciphertext;
  SealingSuite suite = SealingSuite::kAes256Gcm;
};

// `context` is authenticated, not stored (the row's key).
Sealed Seal(SealingSuite suite, const Key256& key, absl::string_view plaintext,
            absl::string_view context, RandomSource* random);

// Errors:
//   DataLoss: wrong key, context, suite, nonce length or damaged bytes.
absl::StatusOr<std::string> Open(const Key256& key, const Sealed& sealed,
                                 absl::string_view context);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_CODEC_CRYPTO_H_
