// From what a call shows to who calls, and files that change under it.

#include "server/auth/authenticator.h"

#include <fstream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/identity_factory.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

using nlohmann::json;

constexpr char kAccounts[] = R"(
  accounts { name: "spiffe://test/website" purpose: "网站" }
  accounts {
    name: "spiffe://test/centre"
    rights { roles: ROLE_CENTRE_REVIEWER }
    valid_until: "2030-12-31"
  }
  accounts { name: "gateway.test" }
  accounts { name: "spiffe://test/old" valid_until: "2020-01-01" }
  accounts { name: "spiffe://test/off" disabled: true }
  issuers {
    issuer: "https://login.test" audiences: "creditreg" jwks_file: "keys.json"
    roles: ROLE_CENTRE_REVIEWER
  }
)";

class AuthenticatorTest : public testing::Test {
 protected:
  AuthenticatorTest() {
    Write("keys.json", signer_.KeySetJson());
    Write("identities.textproto", kAccounts);
    clock_.Set(absl::FromUnixSeconds(kNow));
    AuthenticatorOptions options;
    options.identities_file = directory_.Below("identities.textproto");
    options.clock = &clock_;
    options.on_error = [this](absl::string_view, const absl::Status& why) {
      errors_.push_back(std::string(why.message()));
    };
    auto authenticator = Authenticator::Create(options);
    EXPECT_TRUE(authenticator.ok()) << authenticator.status();
    authenticator_ = *std::move(authenticator);
  }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(directory_.Below(name), std::ios::binary) << text;
  }

  std::string Token(const std::string& jti = "t1", const json& more = {}) {
    json claims = {{"iss", "https://login.test"},
                   {"aud", "creditreg"},
                   {"sub", "u1"},
                   {"jti", jti},
                   {"iat", kNow},
                   {"exp", kNow + 3600},
                   {"roles", {"centre_reviewer"}}};
    if (more.is_object()) claims.update(more);
    return absl::StrCat("Bearer ", signer_.Sign(claims));
  }

  // The principal's id, or the reason of the refusal.
  std::string Who(const Proof& proof) {
    const auto principal = authenticator_->Authenticate(proof);
    if (principal.ok()) return (*principal)->id;
    const std::string message(principal.status().message());
    return message.substr(0, message.find(':'));
  }
  std::string WhoBy(const std::string& authorization) {
    Proof proof;
    proof.authorization = authorization;
    return Who(proof);
  }
  std::string WhoIs(std::vector<absl::string_view> uris,
                    std::vector<absl::string_view> dns_names = {}) {
    Proof proof;
    proof.has_certificate = true;
    proof.certificate_uris = std::move(uris);
    proof.certificate_dns_names = std::move(dns_names);
    return Who(proof);
  }

  static constexpr std::int64_t kNow = 1'763'950'000;
  TestDirectory directory_;
  TestIssuer signer_{"key-1"};
  FakeClock clock_;
  std::vector<std::string> errors_;
  std::unique_ptr<Authenticator> authenticator_;
};

TEST_F(AuthenticatorTest, NothingShown) { EXPECT_EQ(Who({}), "anonymous"); }

TEST_F(AuthenticatorTest, Certificates) {
  EXPECT_EQ(WhoIs({"other", "spiffe://test/website"}), "spiffe://test/website");
  EXPECT_EQ(WhoIs({}), "CERTIFICATE_UNKNOWN");
  EXPECT_EQ(WhoIs({"spiffe://test/stranger"}), "CERTIFICATE_UNKNOWN");
  EXPECT_EQ(WhoIs({"spiffe://test/website", "spiffe://test/centre"}),
            "CERTIFICATE_UNKNOWN");
  // One kind of name does not pass for the other.
  EXPECT_EQ(WhoIs({}, {"spiffe://test/centre"}), "CERTIFICATE_UNKNOWN");
  EXPECT_EQ(WhoIs({"gateway.test"}), "CERTIFICATE_UNKNOWN");
  EXPECT_EQ(WhoIs({}, {"gateway.test"}), "gateway.test");
  EXPECT_EQ(WhoIs({"spiffe://test/old"}), "ACCOUNT_EXPIRED");
  EXPECT_EQ(WhoIs({"spiffe://test/off"}), "ACCOUNT_DISABLED");
}

TEST_F(AuthenticatorTest, Tokens) {
  EXPECT_EQ(WhoBy(Token()), "https://login.test#u1");
  EXPECT_EQ(WhoBy("Basic dTpw"), "SCHEME_UNKNOWN");
  EXPECT_EQ(WhoBy("Bearer"), "SCHEME_UNKNOWN");
  EXPECT_EQ(WhoBy("Bearer "), "TOKEN_INVALID");
  const std::string token = Token();
  EXPECT_EQ(WhoBy(absl::StrCat("bEaReR ", token.substr(7))),
            "https://login.test#u1");
}

TEST_F(AuthenticatorTest, AProvenTokenStillEnds) {
  const std::string token = Token();
  EXPECT_EQ(WhoBy(token), "https://login.test#u1");
  clock_.Set(absl::FromUnixSeconds(kNow + 3630));
  EXPECT_EQ(WhoBy(token), "TOKEN_EXPIRED");
}

TEST_F(AuthenticatorTest, ATokenBoundToACertificate) {
  TestAuthority authority("test");
  const PemPair own = authority.Issue({"URI:spiffe://test/website"});
  const PemPair other = authority.Issue({"URI:spiffe://test/website"});
  const std::string token =
      Token("t1", {{"cnf", {{"x5t#S256", FingerprintOfPem(own.certificate)}}}});
  Proof proof;
  proof.authorization = token;
  EXPECT_EQ(Who(proof), "TOKEN_BINDING") << "no certificate";
  proof.has_certificate = true;
  proof.certificate_uris = {"spiffe://test/website"};
  proof.certificate_pem = other.certificate;
  EXPECT_EQ(Who(proof), "TOKEN_BINDING");
  proof.certificate_pem = own.certificate;
  EXPECT_EQ(Who(proof), "https://login.test#u1");
  // A good token does not make up for a stranger's certificate.
  proof.certificate_uris = {"spiffe://test/stranger"};
  EXPECT_EQ(Who(proof), "CERTIFICATE_UNKNOWN");
}

TEST_F(AuthenticatorTest, ACertificateCanBeRevokedAlone) {
  TestAuthority authority("test");
  const PemPair leaked = authority.Issue({"URI:spiffe://test/website"});
  const PemPair next = authority.Issue({"URI:spiffe://test/website"});
  Write("identities.textproto",
        absl::StrCat(kAccounts, "revoked_certificates: '",
                     FingerprintOfPem(leaked.certificate), "'"));
  authenticator_->Refresh();
  Proof proof;
  proof.has_certificate = true;
  proof.certificate_uris = {"spiffe://test/website"};
  proof.certificate_pem = leaked.certificate;
  EXPECT_EQ(Who(proof), "CERTIFICATE_REVOKED");
  proof.certificate_pem = next.certificate;
  EXPECT_EQ(Who(proof), "spiffe://test/website");
}

TEST_F(AuthenticatorTest, WhatWasRefusedIsTriedAgain) {
  // It names keys that are not there yet.
  Write("identities.textproto",
        "accounts { name: 'spiffe://test/new' } issuers { issuer: 'i' "
        "audiences: 'a' jwks_file: 'later.json' }");
  authenticator_->Refresh();
  authenticator_->Refresh();
  EXPECT_EQ(WhoIs({"spiffe://test/new"}), "CERTIFICATE_UNKNOWN");
  EXPECT_EQ(errors_.size(), 1U) << "told once";
  Write("later.json", signer_.KeySetJson());
  authenticator_->Refresh();
  EXPECT_EQ(WhoIs({"spiffe://test/new"}), "spiffe://test/new");
}

TEST_F(AuthenticatorTest, RevocationReachesTokensThatWereProven) {
  const std::string token = Token("stolen");
  EXPECT_EQ(WhoBy(token), "https://login.test#u1");
  Write("identities.textproto",
        absl::StrCat(kAccounts, "revoked_token_ids: 'stolen'"));
  authenticator_->Refresh();
  EXPECT_EQ(WhoBy(token), "TOKEN_REVOKED");
  EXPECT_EQ(WhoBy(Token("t2")), "https://login.test#u1");
}

TEST_F(AuthenticatorTest, KeysRotate) {
  const std::string old_token = Token();
  EXPECT_EQ(WhoBy(old_token), "https://login.test#u1");
  const TestIssuer next("key-2");
  Write("keys.json", next.KeySetJson({&signer_}));
  authenticator_->Refresh();
  EXPECT_EQ(WhoBy(old_token), "https://login.test#u1") << "both are good";
  Write("keys.json", next.KeySetJson());
  authenticator_->Refresh();
  EXPECT_EQ(WhoBy(old_token), "TOKEN_KEY") << "the old key is gone";
  // A file caught half-written, or spoiled, changes nothing.
  Write("keys.json", "{\"keys\":[");
  authenticator_->Refresh();
  EXPECT_EQ(WhoBy(old_token), "TOKEN_KEY");
  EXPECT_EQ(errors_.size(), 1U);
}

TEST_F(AuthenticatorTest, ASpoiledFileLeavesWhatWasKnown) {
  Write("identities.textproto", "accounts { name: ");
  authenticator_->Refresh();
  authenticator_->Refresh();
  EXPECT_EQ(WhoIs({"spiffe://test/website"}), "spiffe://test/website");
  ASSERT_EQ(errors_.size(), 1U) << "told once";
  Write("identities.textproto", "accounts { name: 'spiffe://test/new' }");
  authenticator_->Refresh();
  EXPECT_EQ(WhoIs({"spiffe://test/new"}), "spiffe://test/new");
  EXPECT_EQ(WhoIs({"spiffe://test/website"}), "CERTIFICATE_UNKNOWN");
}

}  // namespace
}  // namespace creditreg
