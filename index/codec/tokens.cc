#include "index/codec/tokens.h"

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "index/base/check.h"
#include "openssl/evp.h"

namespace creditreg {
namespace {

constexpr std::size_t kBlockBytes = 16;
constexpr std::size_t kRegistryIdBytes = 16;
// 128 bits in groups of five; the last character holds three bits and two
// zeros.
constexpr std::size_t kIdChars = 26;
constexpr char kBase32[] = "abcdefghijklmnopqrstuvwxyz234567";

using Block = std::array<unsigned char, kBlockBytes>;

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const {
    EVP_CIPHER_CTX_free(context);
  }
};

enum class Direction { kDecrypt = 0, kEncrypt = 1 };

// AES-128 of a single block. One block under one key is a permutation of all
// blocks, which is what ids and positions need.
Block Permute(const Key128& key, const Block& in, Direction direction) {
  static const EVP_CIPHER* const aes =
      EVP_CIPHER_fetch(nullptr, "AES-128-ECB", nullptr);
  static thread_local const std::unique_ptr<EVP_CIPHER_CTX, FreeCipher> context(
      EVP_CIPHER_CTX_new());
  Block out{};
  int n = 0;
  const bool ok =
      EVP_CipherInit_ex2(context.get(), aes, key.data(), nullptr,
                         static_cast<int>(direction), nullptr) == 1 &&
      EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1 &&
      EVP_CipherUpdate(context.get(), out.data(), &n, in.data(),
                       static_cast<int>(in.size())) == 1;
  CREDITREG_CHECK(ok && n == static_cast<int>(kBlockBytes),
                  "OpenSSL can permute a block");
  return out;
}

void PutU64(std::uint64_t value, unsigned char* out) {
  for (int i = 7; i >= 0; --i, value >>= 8) {
    out[i] = static_cast<unsigned char>(value & 0xFF);
  }
}

std::uint64_t GetU64(const unsigned char* in) {
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | in[i];
  return value;
}

std::string U64Bytes(std::uint64_t value) {
  Block block{};
  PutU64(value, block.data());
  return std::string(reinterpret_cast<const char*>(block.data()), 8);
}

std::string ToBase32(const Block& block) {
  std::string text;
  text.reserve(kIdChars);
  unsigned bits = 0;
  int held = 0;
  for (const unsigned char byte : block) {
    bits = bits << 8 | byte;
    for (held += 8; held >= 5; held -= 5) {
      text.push_back(kBase32[(bits >> (held - 5)) & 31]);
    }
  }
  text.push_back(kBase32[(bits << (5 - held)) & 31]);
  return text;
}

// Exactly what ToBase32() makes, or nothing.
std::optional<Block> FromBase32(absl::string_view text) {
  if (text.size() != kIdChars) return std::nullopt;
  Block block{};
  std::size_t filled = 0;
  unsigned bits = 0;
  int held = 0;
  for (const char c : text) {
    const void* const found = std::memchr(kBase32, c, sizeof kBase32 - 1);
    if (found == nullptr) return std::nullopt;
    bits = bits << 5 |
           static_cast<unsigned>(static_cast<const char*>(found) - kBase32);
    held += 5;
    if (held >= 8) {
      held -= 8;
      block[filled++] = static_cast<unsigned char>((bits >> held) & 0xFF);
    }
  }
  if ((bits & 3) != 0) return std::nullopt;
  return block;
}

// What a page token is bound to. The length keeps query and principal apart.
std::string PageContext(absl::string_view registry_id, absl::string_view query,
                        absl::string_view principal) {
  return absl::StrCat(registry_id, U64Bytes(query.size()), query, principal);
}

std::string EncodePageState(const PageState& state) {
  const auto expires_us =
      static_cast<std::uint64_t>(absl::ToUnixMicros(state.expires_at));
  return absl::StrCat(U64Bytes(state.sequence), U64Bytes(expires_us),
                      state.cursor);
}

// Nothing where `bytes` are too short.
std::optional<PageState> DecodePageState(absl::string_view bytes) {
  if (bytes.size() < 16) return std::nullopt;
  const auto* const in = reinterpret_cast<const unsigned char*>(bytes.data());
  PageState state;
  state.sequence = GetU64(in);
  state.expires_at =
      absl::FromUnixMicros(static_cast<std::int64_t>(GetU64(in + 8)));
  state.cursor = std::string(bytes.substr(16));
  return state;
}

// Nothing where `token` is not base64url exactly as EncodePage() writes it.
std::optional<Sealed> UnwrapPage(absl::string_view token) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(token, &bytes)) return std::nullopt;
  // Abseil forgives padding, blanks and loose bits.
  if (absl::WebSafeBase64Escape(bytes) != token) return std::nullopt;
  if (bytes.size() < kNonceBytes + kTagBytes) return std::nullopt;
  return Sealed{bytes.substr(0, kNonceBytes), bytes.substr(kNonceBytes),
                SealingSuite::kAes256Gcm};
}

}  // namespace

TokenCodec::TokenCodec(const KeyRing& keys, absl::string_view registry_id)
    : ids_(keys.ids),
      positions_(keys.positions),
      pages_(keys.pages),
      registry_id_(registry_id) {
  CREDITREG_CHECK(registry_id.size() == kRegistryIdBytes,
                  "a registry id has 16 bytes");
}

// The block: kind, seven zeros, number. The eight bytes that must come back
// make a guessed id good once in 2^64.
std::string TokenCodec::EncodeId(PublicIdKind kind,
                                 std::uint64_t number) const {
  Block block{};
  block[0] = static_cast<unsigned char>(kind);
  PutU64(number, &block[8]);
  return ToBase32(Permute(ids_, block, Direction::kEncrypt));
}

absl::StatusOr<std::uint64_t> TokenCodec::DecodeId(PublicIdKind kind,
                                                   absl::string_view id) const {
  const absl::Status wrong = absl::NotFoundError("id: names nothing");
  const std::optional<Block> secret = FromBase32(id);
  if (!secret.has_value()) return wrong;
  const Block block = Permute(ids_, *secret, Direction::kDecrypt);
  Block want{};
  want[0] = static_cast<unsigned char>(kind);
  if (std::memcmp(block.data(), want.data(), 8) != 0) return wrong;
  return GetU64(&block[8]);
}

std::string TokenCodec::EncodePosition(std::uint64_t sequence) const {
  Block block{};
  PutU64(sequence, block.data());
  std::memcpy(&block[8], registry_id_.data(), 8);
  const Block token = Permute(positions_, block, Direction::kEncrypt);
  return std::string(token.begin(), token.end());
}

absl::StatusOr<std::uint64_t> TokenCodec::DecodePosition(
    absl::string_view token) const {
  const absl::Status wrong =
      absl::FailedPreconditionError("position: not of this registry");
  if (token.size() != kBlockBytes) return wrong;
  Block secret{};
  std::memcpy(secret.data(), token.data(), kBlockBytes);
  const Block block = Permute(positions_, secret, Direction::kDecrypt);
  if (std::memcmp(&block[8], registry_id_.data(), 8) != 0) return wrong;
  return GetU64(block.data());
}

std::string TokenCodec::EncodePage(const PageState& state,
                                   absl::string_view query,
                                   absl::string_view principal,
                                   RandomSource* random) const {
  const Sealed sealed =
      Seal(SealingSuite::kAes256Gcm, pages_, EncodePageState(state),
           PageContext(registry_id_, query, principal), random);
  return absl::WebSafeBase64Escape(
      absl::StrCat(sealed.nonce, sealed.ciphertext));
}

absl::StatusOr<PageState> TokenCodec::DecodePage(absl::string_view token,
                                                 absl::string_view query,
                                                 absl::string_view principal,
                                                 absl::Time now) const {
  const absl::Status wrong =
      absl::InvalidArgumentError("page_token: not of this query and caller");
  const std::optional<Sealed> sealed = UnwrapPage(token);
  if (!sealed.has_value()) return wrong;
  const absl::StatusOr<std::string> bytes =
      Open(pages_, *sealed, PageContext(registry_id_, query, principal));
  // Open() has one error: the bytes are not authentic.
  if (!bytes.ok()) return wrong;
  std::optional<PageState> state = DecodePageState(*bytes);
  if (!state.has_value()) return wrong;
  if (now >= state->expires_at) {
    return absl::FailedPreconditionError(
        "page_token: expired, start again without it");
  }
  return *std::move(state);
}

}  // namespace creditreg
