// What callers hold of the registry's inner numbers: ids, positions and page
// tokens. None tells an order, a gap or a count.
//
// Thread safety: a TokenCodec is immutable; may be used from many threads.

#ifndef CREDITREG_INDEX_CODEC_TOKENS_H_
#define CREDITREG_INDEX_CODEC_TOKENS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "index/base/random.h"
#include "index/codec/crypto.h"

namespace creditreg {

// How long a page token lasts.
inline constexpr absl::Duration kPageTokenLease = absl::Minutes(10);

// What an id names; ids of one kind are no ids of another.
enum class PublicIdKind : std::uint8_t {
  kRecord = 1,
  kQuarantineRow = 2,
  kCase = 3,
};

// What a page token holds.
struct PageState {
  // Pinned sequence.
  std::uint64_t sequence = 0;
  // Kept to the microsecond, rounded down.
  absl::Time expires_at;
  // Where to go on: a row key, meaningful to whoever made it.
  std::string cursor;
};

class TokenCodec {
 public:
  // `registry_id` is 16 bytes: tokens of another registry are refused.
  TokenCodec(const KeyRing& keys, absl::string_view registry_id);

  // AES-128 of (kind, number), as 26 characters of RFC 4648 base32 in lower
  // case without padding.
  std::string EncodeId(PublicIdKind kind, std::uint64_t number) const;
  // Errors:
  //   NotFound: not made by EncodeId() with this kind and key. Callers answer
  //     it as "no such record": a wrong id tells nothing.
  absl::StatusOr<std::uint64_t> DecodeId(PublicIdKind kind,
                                         absl::string_view id) const;

  // AES-128 of (sequence, first 8 bytes of the registry id): 16 bytes.
  std::string EncodePosition(std::uint64_t sequence) const;
  // Errors:
  //   FailedPrecondition "position: not of this registry".
  absl::StatusOr<std::uint64_t> DecodePosition(absl::string_view token) const;

  // AES-256-GCM over `state`, bound to `query` (bytes that tell one query from
  // another) and `principal`; base64url without padding.
  std::string EncodePage(const PageState& state, absl::string_view query,
                         absl::string_view principal,
                         RandomSource* random) const;
  // Errors:
  //   InvalidArgument "page_token: not of this query and caller"
  //   FailedPrecondition "page_token: expired, start again without it": `now`
  //     is at or after expires_at.
  absl::StatusOr<PageState> DecodePage(absl::string_view token,
                                       absl::string_view query,
                                       absl::string_view principal,
                                       absl::Time now) const;

 private:
  Key128 ids_;
  Key128 positions_;
  Key256 pages_;
  std::string registry_id_;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_CODEC_TOKENS_H_
