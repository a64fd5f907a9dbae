#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/base/random.h"
#include "index/signature/public_keys.h"
#include "index/signature/signature_file.h"
#include "index/signature/sm2.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

Sm2PublicKey AnyKey(std::uint64_t seed) {
  SeededRandom random(seed);
  return Sm2PrivateKey::Generate(&random).public_key();
}

TEST(PublicKeysTest, ComeBackWithTheirTimes) {
  const absl::Time april =
      absl::FromCivil(absl::CivilSecond(2026, 4, 1), absl::UTCTimeZone());
  const std::vector<DatedPublicKey> keys = {
      {AnyKey(1), april, april + absl::Hours(24) + absl::Microseconds(5)},
      {AnyKey(2), april + absl::Hours(24) + absl::Microseconds(5)},
      {AnyKey(3)}};
  const std::string text = WritePublicKeys(keys);
  EXPECT_THAT(text, HasSubstr("From: 2026-04-01T00:00:00Z\n"
                              "Until: 2026-04-02T00:00:00.000005Z\n"
                              "-----BEGIN PUBLIC KEY-----\n"));
  CREDITREG_ASSERT_OK_AND_ASSIGN(const std::vector<DatedPublicKey> read,
                                 ReadPublicKeys(text));
  ASSERT_THAT(read, SizeIs(3));
  for (std::size_t i = 0; i < read.size(); ++i) {
    EXPECT_EQ(read[i].key.id(), keys[i].key.id());
    EXPECT_EQ(read[i].from, keys[i].from);
    EXPECT_EQ(read[i].until, keys[i].until);
  }
  EXPECT_FALSE(read[0].SignsAt(april - absl::Microseconds(1)));
  EXPECT_TRUE(read[0].SignsAt(april));
  EXPECT_FALSE(read[0].SignsAt(read[0].until));
  EXPECT_TRUE(read[2].SignsAt(april));
  EXPECT_EQ(FindPublicKey(read, keys[1].key.id()), &read[1]);
  EXPECT_EQ(FindPublicKey(read, ""), nullptr);
}

TEST(PublicKeysTest, MistakesAreRefused) {
  const std::string text = WritePublicKeys({{AnyKey(1)}});
  const auto expect = [](const std::string& bad, const std::string& why) {
    EXPECT_THAT(ReadPublicKeys(bad).status(),
                StatusIs(absl::StatusCode::kInvalidArgument, why));
  };
  expect("", "keys: none, want PEM blocks of public keys");
  expect("From: yesterday\n" + text,
         "keys: a time that is none, want 2026-04-01T00:00:00Z");
  expect(absl::StrReplaceAll(text, {{AnyKey(1).id(), AnyKey(2).id()}}),
         "keys: a Key-Id is not that of the key behind it");
  expect(text.substr(0, text.size() - 5), "keys: a block without its end");
  expect("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
         "keys: public key: want a PEM block of a public key of the SM2 curve");
}

TEST(SignatureFileTest, HasTheDocumentedForm) {
  const DetachedSignature signature = {"abcd", std::string("\x30\x00\xFF", 3),
                                       "00ff"};
  const std::string text = WriteSignatureFile(signature);
  EXPECT_EQ(text,
            "{\n"
            "  \"form\": \"creditreg-signature-1\",\n"
            "  \"algorithm\": \"SM2-SM3\",\n"
            "  \"signer_id\": \"1234567812345678\",\n"
            "  \"key_id\": \"abcd\",\n"
            "  \"content_sm3\": \"00ff\",\n"
            "  \"signature\": \"MAD/\"\n"
            "}\n");
  CREDITREG_ASSERT_OK_AND_ASSIGN(const DetachedSignature read,
                                 ReadSignatureFile(text));
  EXPECT_EQ(read.key_id, signature.key_id);
  EXPECT_EQ(read.signature, signature.signature);
  EXPECT_EQ(read.content_sm3, signature.content_sm3);
}

TEST(SignatureFileTest, MistakesAreRefused) {
  const std::string text = WriteSignatureFile({"abcd", "x", "00"});
  const auto expect = [](const std::string& bad, const std::string& why) {
    EXPECT_THAT(
        ReadSignatureFile(bad).status(),
        StatusIs(absl::StatusCode::kInvalidArgument, "signature file: " + why));
  };
  expect("", "no JSON object");
  expect("[]", "no JSON object");
  expect("{}", "form, want creditreg-signature-1");
  const auto replaced = [&](const char* from, const char* to) {
    return absl::StrReplaceAll(text, {{from, to}});
  };
  expect(replaced("signature-1", "signature-2"),
         "form, want creditreg-signature-1");
  expect(replaced("SM2-SM3", "RSA"), "algorithm, want SM2-SM3");
  expect(replaced("\"1234567812345678\"", "1234567812345678"),
         "signer_id, want 1234567812345678");
  expect(replaced("abcd", ""), "want key_id, and signature in base64");
  expect(replaced("eA==", "?"), "want key_id, and signature in base64");
}

}  // namespace
}  // namespace creditreg
