#include "index/codec/tokens.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/base/random.h"
#include "tests/index/codec/test_random.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

constexpr char kRegistry[] = "registry-id-0001";
constexpr char kOtherRegistry[] = "anotherregistry1";
constexpr char kBase32[] = "abcdefghijklmnopqrstuvwxyz234567";

// 00 01 02 ... for every key.
KeyRing CountingKeys() {
  KeyRing keys;
  for (std::size_t i = 0; i < 32; ++i) {
    const auto byte = static_cast<unsigned char>(i);
    keys.hmac[i] = keys.pages[i] = byte;
    if (i < 16) keys.ids[i] = keys.positions[i] = byte;
  }
  return keys;
}

TokenCodec Codec() { return TokenCodec(CountingKeys(), kRegistry); }

auto IsNotFound() {
  return StatusIs(absl::StatusCode::kNotFound, "id: names nothing");
}

// Made with the openssl program (aes-128-ecb) and base32.
TEST(IdTest, BytesArePinned) {
  EXPECT_EQ(Codec().EncodeId(PublicIdKind::kRecord, 1),
            "p7top6tla77rsdnbotd5psptmi");
  EXPECT_EQ(Codec().EncodeId(PublicIdKind::kRecord, 2),
            "js65sbm5w2jg4gfehdnxl2wwri");
  EXPECT_EQ(Codec().EncodeId(PublicIdKind::kQuarantineRow, 1),
            "os65l22hwpcxiuy2vbs7zq663y");
}

TEST(IdTest, NumbersComeBack) {
  TestRandom random;
  const TokenCodec codec = Codec();
  for (int i = 0; i < 10000; ++i) {
    const std::uint64_t number = random.Number();
    for (const PublicIdKind kind :
         {PublicIdKind::kRecord, PublicIdKind::kQuarantineRow}) {
      ASSERT_THAT(codec.DecodeId(kind, codec.EncodeId(kind, number)),
                  IsOkAndHolds(number));
    }
  }
}

TEST(IdTest, AnotherKindOrKeyIsNotFound) {
  const std::string id = Codec().EncodeId(PublicIdKind::kRecord, 1);
  EXPECT_THAT(Codec().DecodeId(PublicIdKind::kQuarantineRow, id), IsNotFound());
  KeyRing keys = CountingKeys();
  keys.ids[15] ^= 1;
  EXPECT_THAT(TokenCodec(keys, kRegistry).DecodeId(PublicIdKind::kRecord, id),
              IsNotFound());
}

TEST(IdTest, EveryWrongCharacterIsNotFound) {
  const TokenCodec codec = Codec();
  for (std::uint64_t number = 1; number <= 20; ++number) {
    std::string id = codec.EncodeId(PublicIdKind::kRecord, number);
    for (char& c : id) {
      const char right = c;
      for (int byte = 0; byte < 256; ++byte) {
        c = static_cast<char>(byte);
        if (c == right) continue;
        ASSERT_THAT(codec.DecodeId(PublicIdKind::kRecord, id), IsNotFound())
            << "byte " << byte << " at " << (&c - id.data());
      }
      c = right;
    }
  }
}

TEST(IdTest, OtherFormsAreNotFound) {
  const TokenCodec codec = Codec();
  const std::string id = codec.EncodeId(PublicIdKind::kRecord, 1);
  for (std::size_t size = 0; size < id.size(); ++size) {
    EXPECT_THAT(codec.DecodeId(PublicIdKind::kRecord, id.substr(0, size)),
                IsNotFound());
  }
  for (const std::string& other :
       {absl::AsciiStrToUpper(id), id + "a", id + "=", id + "======", " " + id,
        id + "\n", std::string("1"), std::string(26, '\0')}) {
    EXPECT_THAT(codec.DecodeId(PublicIdKind::kRecord, other), IsNotFound())
        << other;
  }
}

// A weak check, which would still see a number left open: two random ids agree
// in one character of 32.
TEST(IdTest, IdsOfNeighboursShareNoPattern) {
  const TokenCodec codec = Codec();
  constexpr int kIds = 2000;
  int equal_characters = 0;
  int ascending = 0;
  std::set<std::string> seen;
  std::vector<std::set<char>> characters(26);
  std::string before;
  for (int number = 1; number <= kIds; ++number) {
    const std::string id = codec.EncodeId(PublicIdKind::kRecord,
                                          static_cast<std::uint64_t>(number));
    ASSERT_EQ(id.size(), 26u);
    EXPECT_EQ(id.find_first_not_of(kBase32), std::string::npos) << id;
    EXPECT_TRUE(seen.insert(id).second) << id;
    for (std::size_t i = 0; i < id.size(); ++i) {
      characters[i].insert(id[i]);
      if (!before.empty() && before[i] == id[i]) ++equal_characters;
    }
    if (before < id) ++ascending;
    before = id;
  }
  EXPECT_LT(equal_characters, kIds * 26 / 16);
  EXPECT_GT(ascending, kIds * 4 / 10);
  EXPECT_LT(ascending, kIds * 6 / 10);
  for (std::size_t i = 0; i < characters.size(); ++i) {
    // The last character holds three bits.
    EXPECT_EQ(characters[i].size(), i == 25 ? 8u : 32u) << i;
  }
}

auto IsOfAnotherRegistry() {
  return StatusIs(absl::StatusCode::kFailedPrecondition,
                  "position: not of this registry");
}

TEST(PositionTest, BytesArePinned) {
  EXPECT_EQ(absl::BytesToHexString(Codec().EncodePosition(42)),
            "aacc17cfc33cdc20357cae242b4e5366");
}

TEST(PositionTest, SequencesComeBack) {
  TestRandom random;
  const TokenCodec codec = Codec();
  for (int i = 0; i < 10000; ++i) {
    const std::uint64_t sequence = random.Number();
    ASSERT_THAT(codec.DecodePosition(codec.EncodePosition(sequence)),
                IsOkAndHolds(sequence));
  }
}

TEST(PositionTest, AnotherRegistryRefusesIt) {
  const TokenCodec other(CountingKeys(), kOtherRegistry);
  EXPECT_THAT(other.DecodePosition(Codec().EncodePosition(42)),
              IsOfAnotherRegistry());
  KeyRing keys = CountingKeys();
  keys.positions[0] ^= 1;
  EXPECT_THAT(
      TokenCodec(keys, kRegistry).DecodePosition(Codec().EncodePosition(42)),
      IsOfAnotherRegistry());
}

TEST(PositionTest, DamagedTokensAreRefused) {
  const TokenCodec codec = Codec();
  const std::string token = codec.EncodePosition(42);
  for (std::size_t size = 0; size < token.size(); ++size) {
    EXPECT_THAT(codec.DecodePosition(token.substr(0, size)),
                IsOfAnotherRegistry());
  }
  EXPECT_THAT(codec.DecodePosition(token + "x"), IsOfAnotherRegistry());
  for (std::size_t i = 0; i < token.size() * 8; ++i) {
    std::string changed = token;
    changed[i / 8] = static_cast<char>(changed[i / 8] ^ (1 << (i % 8)));
    EXPECT_THAT(codec.DecodePosition(changed), IsOfAnotherRegistry());
  }
}

class PageTest : public ::testing::Test {
 protected:
  std::string Encode(const PageState& state) {
    return Codec().EncodePage(state, "query", "me", &random_);
  }
  std::string Encode() { return Encode(state_); }

  SeededRandom random_{1};
  const absl::Time now_ = absl::FromUnixSeconds(1800000000);
  const PageState state_{7, now_ + kPageTokenLease,
                         std::string("key\0\xFF", 5)};
};

auto IsOfAnotherQuery() {
  return StatusIs(absl::StatusCode::kInvalidArgument,
                  "page_token: not of this query and caller");
}

TEST_F(PageTest, StateComesBack) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const PageState state, Codec().DecodePage(Encode(), "query", "me", now_));
  EXPECT_EQ(state.sequence, state_.sequence);
  EXPECT_EQ(state.expires_at, state_.expires_at);
  EXPECT_EQ(state.cursor, state_.cursor);
}

TEST_F(PageTest, AnEmptyCursorIsOne) {
  const PageState first{~std::uint64_t{0}, absl::InfiniteFuture(), ""};
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const PageState state,
      Codec().DecodePage(Encode(first), "query", "me", now_));
  EXPECT_EQ(state.sequence, first.sequence);
  EXPECT_EQ(state.cursor, "");
}

TEST_F(PageTest, ItIsTextForAUrlAndDiffersEachTime) {
  const std::string a = Encode();
  EXPECT_EQ(a.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos)
      << a;
  EXPECT_NE(a, Encode());
}

TEST_F(PageTest, ExpiresAtExactlyItsTime) {
  const std::string token = Encode();
  const absl::Time end = state_.expires_at;
  EXPECT_THAT(
      Codec().DecodePage(token, "query", "me", end - absl::Microseconds(1)),
      IsOk());
  for (const absl::Time late :
       {end, end + absl::Microseconds(1), absl::InfiniteFuture()}) {
    EXPECT_THAT(Codec().DecodePage(token, "query", "me", late),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         "page_token: expired, start again without it"));
  }
}

TEST_F(PageTest, AnotherQueryCallerRegistryOrKeyRefusesIt) {
  const std::string token = Encode();
  EXPECT_THAT(Codec().DecodePage(token, "query2", "me", now_),
              IsOfAnotherQuery());
  EXPECT_THAT(Codec().DecodePage(token, "query", "you", now_),
              IsOfAnotherQuery());
  // The border between query and caller counts.
  EXPECT_THAT(Codec().DecodePage(token, "querym", "e", now_),
              IsOfAnotherQuery());
  EXPECT_THAT(TokenCodec(CountingKeys(), kOtherRegistry)
                  .DecodePage(token, "query", "me", now_),
              IsOfAnotherQuery());
  KeyRing keys = CountingKeys();
  keys.pages[31] ^= 1;
  EXPECT_THAT(
      TokenCodec(keys, kRegistry).DecodePage(token, "query", "me", now_),
      IsOfAnotherQuery());
}

TEST_F(PageTest, WhetherItExpiredIsSaidToItsOwnerOnly) {
  EXPECT_THAT(
      Codec().DecodePage(Encode(), "query", "you", absl::InfiniteFuture()),
      IsOfAnotherQuery());
}

TEST_F(PageTest, EveryWrongCharacterIsRefused) {
  std::string token = Encode();
  for (char& c : token) {
    const char right = c;
    for (const char wrong : absl::string_view("A_-z9=+/ \0", 10)) {
      if (wrong == right) continue;
      c = wrong;
      EXPECT_THAT(Codec().DecodePage(token, "query", "me", now_),
                  IsOfAnotherQuery())
          << "character " << (&c - token.data());
    }
    c = right;
  }
}

TEST_F(PageTest, OtherFormsAreRefused) {
  const std::string token = Encode();
  for (std::size_t size = 0; size < token.size(); ++size) {
    EXPECT_THAT(Codec().DecodePage(token.substr(0, size), "query", "me", now_),
                IsOfAnotherQuery());
  }
  for (const std::string& other :
       {token + "=", token + "\n", " " + token, token + token}) {
    EXPECT_THAT(Codec().DecodePage(other, "query", "me", now_),
                IsOfAnotherQuery());
  }
}

// A token of a program with another layout of the state.
TEST_F(PageTest, AnAuthenticStateThatIsTooShortIsRefused) {
  std::string context = kRegistry;
  context += std::string("\0\0\0\0\0\0\0\x05", 8) + "queryme";
  const Sealed sealed = Seal(SealingSuite::kAes256Gcm, CountingKeys().pages,
                             "short", context, &random_);
  EXPECT_THAT(Codec().DecodePage(
                  absl::WebSafeBase64Escape(sealed.nonce + sealed.ciphertext),
                  "query", "me", now_),
              IsOfAnotherQuery());
}

TEST(TokenCodecTest, RandomBytesAreRefused) {
  TestRandom random;
  const TokenCodec codec = Codec();
  for (int i = 0; i < 20000; ++i) {
    const std::string bytes = random.Bytes(random.Below(80));
    ASSERT_THAT(codec.DecodeId(PublicIdKind::kRecord, bytes), IsNotFound());
    ASSERT_THAT(codec.DecodePosition(bytes), IsOfAnotherRegistry());
    for (const std::string& token : {bytes, absl::WebSafeBase64Escape(bytes)}) {
      ASSERT_THAT(codec.DecodePage(token, "", "", absl::UnixEpoch()),
                  IsOfAnotherQuery());
    }
    std::string id(26, ' ');
    for (char& c : id) c = kBase32[random.Below(32)];
    ASSERT_THAT(codec.DecodeId(PublicIdKind::kRecord, id), IsNotFound());
  }
}

TEST(TokenCodecDeathTest, ARegistryIdHas16Bytes) {
  EXPECT_DEATH(TokenCodec(CountingKeys(), "short"), "16 bytes");
}

}  // namespace
}  // namespace creditreg
