#include "index/codec/crypto.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/base/random.h"
#include "tests/index/codec/test_random.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

constexpr char kAbcSm3[] =
    "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";
constexpr char kAbcd16Sm3[] =
    "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732";

std::string HexOf(absl::string_view bytes) {
  return absl::BytesToHexString(bytes);
}

std::string Abcd16() {
  std::string text;
  for (int i = 0; i < 16; ++i) text += "abcd";
  return text;
}

// 00 01 02 ... 1f
Key256 CountingKey() {
  Key256 key{};
  for (std::size_t i = 0; i < key.size(); ++i) {
    key[i] = static_cast<unsigned char>(i);
  }
  return key;
}

// For nonces that are known beforehand.
class ZeroRandom final : public RandomSource {
 public:
  void Fill(char* out, std::size_t n) override { std::memset(out, 0, n); }
};

// GB/T 32905-2016, annex A.
TEST(Sm3Test, ExamplesOfTheStandard) {
  EXPECT_EQ(HexOf(Sm3("abc")), kAbcSm3);
  EXPECT_EQ(HexOf(Sm3(Abcd16())), kAbcd16Sm3);
}

TEST(Sm3Test, EmptyBytes) {
  EXPECT_EQ(HexOf(Sm3("")),
            "1ab21d8355cfa17f8e61194831e81a8f"
            "22bec8c728fefb747ed035eb5082aa2b");
}

TEST(Sm3StreamTest, PiecesMakeNoDifference) {
  const std::string text = Abcd16();
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Sm3Stream stream;
    stream.Update(text.substr(0, cut));
    stream.Update(text.substr(cut));
    EXPECT_EQ(HexOf(stream.Digest()), kAbcd16Sm3) << cut;
  }
}

TEST(Sm3StreamTest, MoreMayFollowADigest) {
  Sm3Stream stream;
  EXPECT_EQ(stream.Digest(), Sm3(""));
  stream.Update("ab");
  EXPECT_EQ(stream.Digest(), Sm3("ab"));
  EXPECT_EQ(stream.Digest(), Sm3("ab"));
  stream.Update("c");
  EXPECT_EQ(HexOf(stream.Digest()), kAbcSm3);
}

TEST(Sm3StreamTest, StreamsAreIndependentAndMovable) {
  Sm3Stream a;
  Sm3Stream b;
  a.Update("ab");
  b.Update("xy");
  Sm3Stream moved = std::move(a);
  moved.Update("c");
  EXPECT_EQ(HexOf(moved.Digest()), kAbcSm3);
  b = std::move(moved);
  EXPECT_EQ(HexOf(b.Digest()), kAbcSm3);
}

// RFC 2104 written out once more, over SM3 with its 64-byte block.
std::string HmacByHand(const Key256& key, absl::string_view message) {
  std::string inner(64, '\x36');
  std::string outer(64, '\x5C');
  for (std::size_t i = 0; i < key.size(); ++i) {
    inner[i] = static_cast<char>(inner[i] ^ key[i]);
    outer[i] = static_cast<char>(outer[i] ^ key[i]);
  }
  return Sm3(absl::StrCat(outer, Sm3(absl::StrCat(inner, message))));
}

TEST(HmacTest, IsHmacSm3OfPurposeZeroAndBytes) {
  const Key256 key = CountingKey();
  EXPECT_EQ(Hmac(key, "party", "abc"),
            HmacByHand(key, absl::string_view("party\0abc", 9)));
  EXPECT_EQ(Hmac(key, "", ""), HmacByHand(key, absl::string_view("\0", 1)));
  const std::string longer(1000, 'x');
  EXPECT_EQ(Hmac(key, "p", longer),
            HmacByHand(key, absl::StrCat("p", std::string(1, '\0'), longer)));
}

TEST(HmacTest, KeyPurposeAndBytesCount) {
  const Key256 key = CountingKey();
  const std::string mac = Hmac(key, "a", "b");
  EXPECT_EQ(mac, Hmac(key, "a", "b"));
  EXPECT_NE(mac, Hmac(Key256{}, "a", "b"));
  EXPECT_EQ(mac, Hmac(key, "a", "b")) << "after another key";
  EXPECT_NE(mac, Hmac(key, "b", "b"));
  EXPECT_NE(mac, Hmac(key, "a", "c"));
  EXPECT_NE(Hmac(key, "ab", "c"), Hmac(key, "a", "bc"));
}

TEST(HmacDeathTest, APurposeHoldsNoZeroByte) {
  EXPECT_DEATH(Hmac(CountingKey(), absl::string_view("a\0b", 3), ""),
               "no zero byte");
}

// The GCM specification's test cases 13 and 14 (no associated data).
TEST(SealTest, ExamplesOfTheSpecification) {
  ZeroRandom zeros;
  const Key256 key{};
  const Sealed nothing = Seal(key, "", "", &zeros);
  EXPECT_EQ(HexOf(nothing.nonce), "000000000000000000000000");
  EXPECT_EQ(HexOf(nothing.ciphertext), "530f8afbc74536b9a963b4f1c4cb738b");
  const Sealed block = Seal(key, std::string(16, '\0'), "", &zeros);
  EXPECT_EQ(HexOf(block.ciphertext),
            "cea7403d4d606b6e074ec5d3baf39d18"
            "d0d1c8a799996bf0265b98b5d48ab919");
}

TEST(SealTest, OpensAgain) {
  TestRandom random;
  const Key256 key = CountingKey();
  for (const std::size_t size : {0, 1, 15, 16, 17, 1000, 100000}) {
    const std::string text = random.Bytes(size);
    const Sealed sealed = Seal(key, text, "row", random.source());
    EXPECT_EQ(sealed.nonce.size(), kNonceBytes);
    EXPECT_EQ(sealed.ciphertext.size(), size + kTagBytes);
    EXPECT_THAT(Open(key, sealed, "row"), IsOkAndHolds(text));
  }
}

TEST(SealTest, TheSameTextIsSealedDifferently) {
  SeededRandom random(1);
  const Sealed a = Seal(CountingKey(), "text", "row", &random);
  const Sealed b = Seal(CountingKey(), "text", "row", &random);
  EXPECT_NE(a.nonce, b.nonce);
  EXPECT_NE(a.ciphertext, b.ciphertext);
}

TEST(OpenTest, EveryFlippedBitIsDataLoss) {
  SeededRandom random(1);
  const Key256 key = CountingKey();
  const Sealed sealed = Seal(key, "personal", "row", &random);
  const auto expect_refused = [&](const Sealed& changed) {
    EXPECT_THAT(Open(key, changed, "row"),
                StatusIs(absl::StatusCode::kDataLoss));
  };
  for (int bit = 0; bit < 8; ++bit) {
    for (std::size_t i = 0; i < sealed.nonce.size(); ++i) {
      Sealed changed = sealed;
      changed.nonce[i] = static_cast<char>(changed.nonce[i] ^ (1 << bit));
      expect_refused(changed);
    }
    for (std::size_t i = 0; i < sealed.ciphertext.size(); ++i) {
      Sealed changed = sealed;
      changed.ciphertext[i] =
          static_cast<char>(changed.ciphertext[i] ^ (1 << bit));
      expect_refused(changed);
    }
  }
  EXPECT_THAT(Open(key, sealed, "row"), IsOkAndHolds("personal"));
}

TEST(OpenTest, EveryTruncationIsDataLoss) {
  SeededRandom random(1);
  const Sealed sealed = Seal(CountingKey(), "personal", "row", &random);
  for (std::size_t size = 0; size < sealed.ciphertext.size(); ++size) {
    EXPECT_THAT(Open(CountingKey(),
                     {sealed.nonce, sealed.ciphertext.substr(0, size)}, "row"),
                StatusIs(absl::StatusCode::kDataLoss));
  }
  for (std::size_t size = 0; size < kNonceBytes; ++size) {
    EXPECT_THAT(Open(CountingKey(),
                     {sealed.nonce.substr(0, size), sealed.ciphertext}, "row"),
                StatusIs(absl::StatusCode::kDataLoss));
  }
  EXPECT_THAT(
      Open(CountingKey(), {sealed.nonce + "x", sealed.ciphertext}, "row"),
      StatusIs(absl::StatusCode::kDataLoss));
}

TEST(OpenTest, AnotherKeyOrContextIsDataLoss) {
  SeededRandom random(1);
  const Sealed sealed = Seal(CountingKey(), "personal", "row", &random);
  EXPECT_THAT(Open(Key256{}, sealed, "row"),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(Open(CountingKey(), sealed, "rov"),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(Open(CountingKey(), sealed, ""),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST(OpenTest, RandomBytesAreDataLoss) {
  TestRandom random;
  for (int i = 0; i < 2000; ++i) {
    const Sealed sealed{random.Bytes(kNonceBytes),
                        random.Bytes(random.Below(64))};
    EXPECT_THAT(Open(CountingKey(), sealed, "row"),
                StatusIs(absl::StatusCode::kDataLoss));
  }
}

TEST(CryptoTest, ThreadsDoNotDisturbEachOther) {
  const Key256 key = CountingKey();
  const std::string mac = Hmac(key, "p", "abc");
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  threads.reserve(wrong.size());
  for (std::size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      SeededRandom random(t);
      for (int i = 0; i < 1000; ++i) {
        const std::string text = absl::StrCat(t, " ", i);
        const Sealed sealed = Seal(key, text, "row", &random);
        const auto opened = Open(key, sealed, "row");
        const bool right = HexOf(Sm3("abc")) == kAbcSm3 &&
                           Hmac(key, "p", "abc") == mac && opened.ok() &&
                           *opened == text;
        wrong[t] += right ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::count(wrong.begin(), wrong.end(), 0), 4);
}

}  // namespace
}  // namespace creditreg
