// Claim: what callers hand back of ids, positions and page tokens is either
// what they were given, byte for byte, or refused with the promised error. A
// token of another kind, query, caller or registry, an expired one, and one
// with any bit changed are refused.
//
// Method: the input is a made-up token for every decoder; and it is what a real
// token is made of, together with the change that is then made to it. Keys are
// fixed, so a finding repeats.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "index/base/check.h"
#include "index/base/random.h"
#include "index/codec/crypto.h"
#include "index/codec/tokens.h"
#include "tests/fuzz/fuzz_input.h"

namespace creditreg {
namespace {

constexpr PublicIdKind kKinds[] = {PublicIdKind::kRecord,
                                   PublicIdKind::kQuarantineRow};

KeyRing FixedKeys() {
  KeyRing keys;
  unsigned char next = 1;
  for (auto& byte : keys.ids) byte = next++;
  for (auto& byte : keys.positions) byte = next++;
  for (auto& byte : keys.pages) byte = next++;
  return keys;
}

const TokenCodec& Codec() {
  static const TokenCodec* const kCodec =
      new TokenCodec(FixedKeys(), "0123456789abcdef");
  return *kCodec;
}

const TokenCodec& OtherRegistrysCodec() {
  static const TokenCodec* const kCodec =
      new TokenCodec(FixedKeys(), "0123456789abcdeg");
  return *kCodec;
}

template <typename T>
void CheckRefused(const absl::StatusOr<T>& answer, absl::StatusCode code) {
  CREDITREG_CHECK(answer.status().code() == code,
                  "a token that was not given out has its one error");
}

void DecodeMadeUp(absl::string_view token) {
  for (const PublicIdKind kind : kKinds) {
    const auto number = Codec().DecodeId(kind, token);
    if (number.ok()) {
      CREDITREG_CHECK(Codec().EncodeId(kind, *number) == token,
                      "one number has one id");
    } else {
      CheckRefused(number, absl::StatusCode::kNotFound);
    }
  }
  const auto sequence = Codec().DecodePosition(token);
  if (sequence.ok()) {
    CREDITREG_CHECK(Codec().EncodePosition(*sequence) == token,
                    "one sequence has one position");
  } else {
    CheckRefused(sequence, absl::StatusCode::kFailedPrecondition);
  }
  CheckRefused(Codec().DecodePage(token, "query", "caller", absl::UnixEpoch()),
               absl::StatusCode::kInvalidArgument);
}

// `token` with one of its bits changed; as it is where it has none.
std::string WithBitChanged(std::string token, std::uint64_t which) {
  if (token.empty()) return token;
  char& byte = token[which / 8 % token.size()];
  byte = static_cast<char>(byte ^ (1 << which % 8));
  return token;
}

void CheckIdsAndPositions(std::uint64_t number, std::uint64_t change) {
  for (const PublicIdKind kind : kKinds) {
    const std::string id = Codec().EncodeId(kind, number);
    const auto back = Codec().DecodeId(kind, id);
    CREDITREG_CHECK(back.ok() && *back == number, "an id gives its number");
    const PublicIdKind other = kind == PublicIdKind::kRecord
                                   ? PublicIdKind::kQuarantineRow
                                   : PublicIdKind::kRecord;
    CheckRefused(Codec().DecodeId(other, id), absl::StatusCode::kNotFound);
    CheckRefused(Codec().DecodeId(kind, WithBitChanged(id, change)),
                 absl::StatusCode::kNotFound);
  }
  const std::string position = Codec().EncodePosition(number);
  const auto back = Codec().DecodePosition(position);
  CREDITREG_CHECK(back.ok() && *back == number,
                  "a position gives its sequence");
  CheckRefused(Codec().DecodePosition(WithBitChanged(position, change)),
               absl::StatusCode::kFailedPrecondition);
}

void CheckPages(std::uint64_t number, std::uint64_t change,
                absl::string_view query, absl::string_view principal,
                absl::string_view cursor) {
  PageState state;
  state.sequence = number;
  // Any time that microseconds can say.
  state.expires_at = absl::FromUnixMicros(static_cast<std::int64_t>(change));
  state.cursor = std::string(cursor);
  const absl::Time before = state.expires_at - absl::Nanoseconds(1);
  SeededRandom random(number ^ change);
  const std::string token =
      Codec().EncodePage(state, query, principal, &random);

  const auto back = Codec().DecodePage(token, query, principal, before);
  CREDITREG_CHECK(back.ok() && back->sequence == state.sequence &&
                      back->expires_at == state.expires_at &&
                      back->cursor == state.cursor,
                  "a page token gives its state until it expires");
  CheckRefused(Codec().DecodePage(token, query, principal, state.expires_at),
               absl::StatusCode::kFailedPrecondition);

  constexpr auto kWrong = absl::StatusCode::kInvalidArgument;
  CheckRefused(Codec().DecodePage(WithBitChanged(token, change), query,
                                  principal, before),
               kWrong);
  CheckRefused(
      OtherRegistrysCodec().DecodePage(token, query, principal, before),
      kWrong);
  CheckRefused(
      Codec().DecodePage(token, absl::StrCat(query, "x"), principal, before),
      kWrong);
  // The border between query and caller moved by one byte.
  if (!query.empty()) {
    const std::string moved =
        absl::StrCat(query.substr(query.size() - 1), principal);
    CheckRefused(Codec().DecodePage(token, query.substr(0, query.size() - 1),
                                    moved, before),
                 kWrong);
  }
}

}  // namespace
}  // namespace creditreg

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  creditreg::FuzzInput input(data, size);
  creditreg::DecodeMadeUp(input.Rest());
  const std::uint64_t number = input.U64();
  const std::uint64_t change = input.U64();
  const absl::string_view query = input.Text();
  const absl::string_view principal = input.Text();
  creditreg::CheckIdsAndPositions(number, change);
  creditreg::CheckPages(number, change, query, principal, input.Rest());
  return 0;
}
