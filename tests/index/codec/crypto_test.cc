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
constexpr SealingSuite kGcm = SealingSuite::kAes256Gcm;

// first, first + 1, ...
class CountingRandom final : public RandomSource {
 public:
  explicit CountingRandom(int first) : next_(first) {}
  void Fill(char* bytes, std::size_t n) override {
    for (std::size_t i = 0; i < n; ++i) bytes[i] = static_cast<char>(next_++);
  }

 private:
  int next_;
};

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
  const Key256 key;
  const Sealed nothing = Seal(kGcm, key, "", "", &zeros);
  EXPECT_EQ(HexOf(nothing.nonce), "000000000000000000000000");
  EXPECT_EQ(HexOf(nothing.ciphertext), "530f8afbc74536b9a963b4f1c4cb738b");
  const Sealed block = Seal(kGcm, key, std::string(16, '\0'), "", &zeros);
  EXPECT_EQ(HexOf(block.ciphertext),
            "cea7403d4d606b6e074ec5d3baf39d18"
            "d0d1c8a799996bf0265b98b5d48ab919");
}

// Made with openssl's sm4-ctr and a separate HMAC-SM3.
TEST(SealTest, BytesOfSm4ArePinned) {
  CountingRandom random(0xA0);
  const Sealed sealed = Seal(SealingSuite::kSm4HmacSm3, CountingKey(),
                             "某某 personal", "row", &random);
  EXPECT_EQ(HexOf(sealed.nonce), "a0a1a2a3a4a5a6a7a8a9aaab");
  EXPECT_EQ(HexOf(sealed.ciphertext),
            "f443019851f7aa1f13841a702180a3"
            "5a6141d5b5a1f30826eea72520cc41b0");
  EXPECT_EQ(sealed.suite, SealingSuite::kSm4HmacSm3);
}

class SealingTest : public testing::TestWithParam<SealingSuite> {};

TEST_P(SealingTest, OpensAgain) {
  TestRandom random;
  const Key256 key = CountingKey();
  for (const std::size_t size : {0, 1, 15, 16, 17, 1000, 100000}) {
    const std::string text = random.Bytes(size);
    const Sealed sealed = Seal(GetParam(), key, text, "row", random.source());
    EXPECT_EQ(sealed.nonce.size(), kNonceBytes);
    EXPECT_EQ(sealed.ciphertext.size(), size + kTagBytes);
    EXPECT_THAT(Open(key, sealed, "row"), IsOkAndHolds(text));
  }
}

TEST_P(SealingTest, TheSameTextIsSealedDifferently) {
  SeededRandom random(1);
  const Sealed a = Seal(GetParam(), CountingKey(), "text", "row", &random);
  const Sealed b = Seal(GetParam(), CountingKey(), "text", "row", &random);
  EXPECT_NE(a.nonce, b.nonce);
  EXPECT_NE(a.ciphertext, b.ciphertext);
}

TEST_P(SealingTest, EveryFlippedBitIsDataLoss) {
  SeededRandom random(1);
  const Key256 key = CountingKey();
  const Sealed sealed = Seal(GetParam(), key, "personal", "row", &random);
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

TEST_P(SealingTest, EveryTruncationIsDataLoss) {
  SeededRandom random(1);
  const Sealed sealed =
      Seal(GetParam(), CountingKey(), "personal", "row", &random);
  for (std::size_t size = 0; size < sealed.ciphertext.size(); ++size) {
    EXPECT_THAT(
        Open(CountingKey(),
             {sealed.nonce, sealed.ciphertext.substr(0, size), GetParam()},
             "row"),
        StatusIs(absl::StatusCode::kDataLoss));
  }
  for (std::size_t size = 0; size < kNonceBytes; ++size) {
    EXPECT_THAT(
        Open(CountingKey(),
             {sealed.nonce.substr(0, size), sealed.ciphertext, GetParam()},
             "row"),
        StatusIs(absl::StatusCode::kDataLoss));
  }
  EXPECT_THAT(Open(CountingKey(),
                   {sealed.nonce + "x", sealed.ciphertext, GetParam()}, "row"),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST_P(SealingTest, AnotherKeyOrContextIsDataLoss) {
  SeededRandom random(1);
  const Sealed sealed =
      Seal(GetParam(), CountingKey(), "personal", "row", &random);
  EXPECT_THAT(Open(Key256{}, sealed, "row"),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(Open(CountingKey(), sealed, "rov"),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(Open(CountingKey(), sealed, ""),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST_P(SealingTest, RandomBytesAreDataLoss) {
  TestRandom random;
  for (int i = 0; i < 2000; ++i) {
    const Sealed sealed{random.Bytes(kNonceBytes),
                        random.Bytes(random.Below(64)), GetParam()};
    EXPECT_THAT(Open(CountingKey(), sealed, "row"),
                StatusIs(absl::StatusCode::kDataLoss));
  }
}

TEST_P(SealingTest, AnotherSuiteIsDataLoss) {
  SeededRandom random(1);
  const Sealed sealed =
      Seal(GetParam(), CountingKey(), "personal", "row", &random);
  for (int suite = 0; suite < 4; ++suite) {
    if (suite == static_cast<int>(GetParam())) continue;
    EXPECT_THAT(Open(CountingKey(),
                     {sealed.nonce, sealed.ciphertext,
                      static_cast<SealingSuite>(suite)},
                     "row"),
                StatusIs(absl::StatusCode::kDataLoss))
        << suite;
  }
}

// The registry's own key stays taken in between; keys of rows come and go.
TEST_P(SealingTest, KeyedHashesDoNotDisturbIt) {
  SeededRandom random(1);
  const std::string mac = Hmac(CountingKey(), "p", "abc");
  const Sealed sealed = Seal(GetParam(), Key256(), "personal", "row", &random);
  EXPECT_EQ(Hmac(CountingKey(), "p", "abc"), mac);
  EXPECT_THAT(Open(Key256(), sealed, "row"), IsOkAndHolds("personal"));
}

INSTANTIATE_TEST_SUITE_P(Suites, SealingTest,
                         testing::Values(SealingSuite::kAes256Gcm,
                                         SealingSuite::kSm4HmacSm3));

TEST(SecretTest, AKeyIsWipedWhenItGoes) {
  alignas(Key256) unsigned char place[sizeof(Key256)];
  auto* const key = new (place) Key256(CountingKey());
  EXPECT_EQ((*key)[7], 7);
  key->~Key256();
  for (const unsigned char byte : place) EXPECT_EQ(byte, 0);
}

TEST(SecretTest, ATextIsWiped) {
  std::string text = "personal";
  {
    const Wiper wiper(&text);
    EXPECT_EQ(text, "personal");
  }
  EXPECT_EQ(text, std::string(8, '\0'));
}

class CryptoThreadsTest : public SealingTest {};
INSTANTIATE_TEST_SUITE_P(Suites, CryptoThreadsTest,
                         testing::Values(SealingSuite::kAes256Gcm,
                                         SealingSuite::kSm4HmacSm3));

TEST_P(CryptoThreadsTest, ThreadsDoNotDisturbEachOther) {
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
        const Sealed sealed = Seal(GetParam(), key, text, "row", &random);
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
