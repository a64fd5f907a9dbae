#include "index/signature/sm2.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/base/random.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

// GB/T 32918.5-2017, appendix A.
constexpr char kMessage[] = "message digest";
constexpr char kSecret[] =
    "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
constexpr char kX[] =
    "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020";
constexpr char kY[] =
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
constexpr char kR[] =
    "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3";
constexpr char kS[] =
    "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";
// Order of the curve.
constexpr char kN[] =
    "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123";

std::string Hex(absl::string_view hex) { return absl::HexStringToBytes(hex); }

// Both numbers begin with a bit that is set, so each gets a zero in front.
std::string StandardSignature() {
  return Hex(absl::StrCat("3046022100", kR, "022100", kS));
}

Sm2PrivateKey AnyKey(std::uint64_t seed = 1) {
  SeededRandom random(seed);
  return Sm2PrivateKey::Generate(&random);
}

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}
void WriteAll(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

TEST(Sm2Test, TheStandardsExampleHolds) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const Sm2PrivateKey key,
                                 Sm2PrivateKey::FromSecret(Hex(kSecret)));
  EXPECT_EQ(absl::BytesToHexString(key.public_key().point()),
            absl::StrCat("04", kX, kY));
  EXPECT_TRUE(key.public_key().Verify(kMessage, StandardSignature()));
  EXPECT_FALSE(key.public_key().Verify("message digest.", StandardSignature()));
}

TEST(Sm2Test, WhatIsSignedHolds) {
  const Sm2PrivateKey key = AnyKey();
  for (const std::string& bytes :
       {std::string(), std::string("a"), std::string(100000, '\0')}) {
    const std::string signature = key.Sign(bytes);
    EXPECT_LE(signature.size(), 72u);
    EXPECT_TRUE(key.public_key().Verify(bytes, signature));
    EXPECT_FALSE(key.public_key().Verify(bytes + "x", signature));
    EXPECT_FALSE(AnyKey(2).public_key().Verify(bytes, signature));
  }
}

TEST(Sm2Test, EachFlippedBitIsFound) {
  const Sm2PrivateKey key = AnyKey();
  const std::string bytes = "广东省公共信用信息报告 \0 content";
  const std::string signature = key.Sign(bytes);
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string changed = bytes;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    ASSERT_FALSE(key.public_key().Verify(changed, signature)) << bit;
  }
  for (std::size_t bit = 0; bit < 8 * signature.size(); ++bit) {
    std::string changed = signature;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    ASSERT_FALSE(key.public_key().Verify(bytes, changed)) << bit;
  }
}

TEST(Sm2Test, OnlyOneEncodingOfASignatureIsTaken) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const Sm2PrivateKey key,
                                 Sm2PrivateKey::FromSecret(Hex(kSecret)));
  const Sm2PublicKey& known = key.public_key();
  EXPECT_FALSE(known.Verify(kMessage, ""));
  EXPECT_FALSE(known.Verify(kMessage, "\x30"));
  EXPECT_FALSE(known.Verify(kMessage, StandardSignature() + '\0'));
  EXPECT_FALSE(known.Verify(
      kMessage, StandardSignature().substr(0, StandardSignature().size() - 1)));
  // A length in two bytes; a number with a zero more in front.
  EXPECT_FALSE(known.Verify(
      kMessage, Hex(absl::StrCat("308146022100", kR, "022100", kS))));
  EXPECT_FALSE(known.Verify(
      kMessage, Hex(absl::StrCat("304702220000", kR, "022100", kS))));
  // Raw r and s, as some devices give them.
  EXPECT_FALSE(known.Verify(kMessage, Hex(absl::StrCat(kR, kS))));
}

TEST(Sm2Test, KeysComeBackFromTheirForms) {
  const Sm2PrivateKey key = AnyKey();
  CREDITREG_ASSERT_OK_AND_ASSIGN(const Sm2PrivateKey again,
                                 Sm2PrivateKey::FromSecret(key.secret()));
  EXPECT_TRUE(key.public_key().Verify("x", again.Sign("x")));
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const Sm2PublicKey by_point,
      Sm2PublicKey::FromPoint(key.public_key().point()));
  CREDITREG_ASSERT_OK_AND_ASSIGN(const Sm2PublicKey by_pem,
                                 Sm2PublicKey::FromPem(key.public_key().pem()));
  EXPECT_EQ(by_point.id(), key.public_key().id());
  EXPECT_EQ(by_pem.point(), key.public_key().point());
  EXPECT_THAT(by_pem.id(), SizeIs(32));
}

TEST(Sm2Test, WhatIsNoKeyIsRefused) {
  const std::string n = Hex(kN);
  std::string n_minus_1 = n;
  --n_minus_1.back();
  std::string n_minus_2 = n_minus_1;
  --n_minus_2.back();
  for (const std::string& secret :
       {std::string(), std::string(31, 'x'), std::string(33, 'x'),
        std::string(32, '\0'), std::string(32, '\xFF'), n, n_minus_1}) {
    EXPECT_THAT(Sm2PrivateKey::FromSecret(secret).status(),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         "private key: want 32 bytes in [1, n-2]"));
  }
  EXPECT_THAT(Sm2PrivateKey::FromSecret(n_minus_2).status(), IsOk());

  std::string off_curve = AnyKey().public_key().point();
  off_curve.back() = static_cast<char>(off_curve.back() ^ 1);
  for (const std::string& point :
       {std::string(), std::string(65, '\0'), off_curve}) {
    EXPECT_THAT(Sm2PublicKey::FromPoint(point).status(),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         "public key: want 65 bytes, a point of the SM2 "
                         "curve"));
  }
  // Of P-256.
  constexpr char kOtherCurve[] =
      "-----BEGIN PUBLIC KEY-----\n"
      "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt\n"
      "6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n"
      "-----END PUBLIC KEY-----\n";
  for (const std::string& pem :
       {std::string(), std::string("-----BEGIN PUBLIC KEY-----"),
        std::string(kOtherCurve)}) {
    EXPECT_THAT(Sm2PublicKey::FromPem(pem).status(),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("public key: want a PEM block")));
  }
}

TEST(Sm2Test, TheOpensslProgramAgrees) {
  const TestDirectory directory;
  const auto path = [&](absl::string_view name) {
    return absl::StrCat(directory.path(), "/", name);
  };
  const auto run = [&](const std::string& arguments) {
    return std::system(absl::StrCat("cd ", directory.path(), " && openssl ",
                                    arguments, " > out 2>&1")
                           .c_str());
  };
  constexpr char kOptions[] =
      " -rawin -digest sm3 -pkeyopt distid:1234567812345678 -in content";
  WriteAll(path("content"), "信用报告\n");

  const Sm2PrivateKey ours = AnyKey();
  WriteAll(path("ours.pem"), ours.public_key().pem());
  WriteAll(path("ours.sig"), ours.Sign("信用报告\n"));
  const std::string verify = absl::StrCat(
      "pkeyutl -verify -pubin -inkey ours.pem -sigfile ours.sig", kOptions);
  EXPECT_EQ(run(verify), 0) << ReadAll(path("out"));
  WriteAll(path("content"), "信用报吿\n");
  EXPECT_NE(run(verify), 0);

  ASSERT_EQ(run("genpkey -algorithm SM2 -out theirs.key"), 0);
  ASSERT_EQ(run("pkey -in theirs.key -pubout -out theirs.pem"), 0);
  ASSERT_EQ(run(absl::StrCat("pkeyutl -sign -inkey theirs.key -out theirs.sig",
                             kOptions)),
            0)
      << ReadAll(path("out"));
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const Sm2PublicKey theirs,
      Sm2PublicKey::FromPem(ReadAll(path("theirs.pem"))));
  EXPECT_TRUE(theirs.Verify("信用报吿\n", ReadAll(path("theirs.sig"))));
  EXPECT_FALSE(theirs.Verify("信用报告\n", ReadAll(path("theirs.sig"))));
}

TEST(Sm2Test, KnownHash) {
  EXPECT_EQ(Sm3Hex("abc"),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
}

}  // namespace
}  // namespace creditreg
