// Tokens: the good one is taken, and every other is refused for its own reason.

#include "server/auth/token.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "tests/testing/identity_factory.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using nlohmann::json;

constexpr char kIssuer[] = "https://login.test";
constexpr std::int64_t kNow = 1'763'950'000;
constexpr char kAgency[] = "11440000006939748G";

class TokenTest : public testing::Test {
 protected:
  TokenTest() : signer_("key-1") {
    conf::v1::Identities file;
    conf::v1::TokenIssuer& issuer = *file.add_issuers();
    issuer.set_issuer(kIssuer);
    issuer.add_audiences("creditreg");
    issuer.set_jwks_file("unused.json");
    issuer.add_second_factor_amr("otp");
    issuer.add_second_factor_acr("level3");
    for (const auto role :
         {conf::v1::ROLE_INSPECTOR, conf::v1::ROLE_AGENCY_READER,
          conf::v1::ROLE_ENTERPRISE_AGENT, conf::v1::ROLE_SYSTEM_ADMIN,
          conf::v1::ROLE_AUDITOR}) {
      issuer.add_roles(role);
    }
    conf::v1::Unit& unit = *file.add_units();
    unit.set_id("gz");
    unit.set_name("广州市市场监督管理局");
    file.add_revoked_token_ids("stolen");
    auto identities = Identities::Create(file);
    EXPECT_TRUE(identities.ok()) << identities.status();
    identities_ = *std::move(identities);
    auto keys = KeySet::Parse(signer_.KeySetJson());
    EXPECT_TRUE(keys.ok()) << keys.status();
    keys_ = *std::move(keys);
  }

  static json Claims() {
    return {{"iss", kIssuer},
            {"aud", "creditreg"},
            {"sub", "u1"},
            {"jti", "t1"},
            {"iat", kNow},
            {"exp", kNow + 3600},
            {"roles", {"agency_reader"}},
            {"agency", kAgency}};
  }

  absl::StatusOr<TokenPrincipal> Verify(const std::string& token) {
    return VerifyToken(
        token, *identities_, [this](const TrustedIssuer&) { return keys_; },
        [this](const TrustedIssuer&) { ++unknown_keys_; });
  }

  // "CODE: REASON" of why it is refused.
  std::string Reason(const std::string& token) {
    const absl::StatusOr<TokenPrincipal> verified = Verify(token);
    if (verified.ok()) return "taken";
    EXPECT_EQ(verified.status().code(), absl::StatusCode::kUnauthenticated);
    const std::vector<std::string> parts =
        absl::StrSplit(verified.status().message(), ':');
    return parts.front();
  }
  std::string ReasonOf(const json& claims) {
    return Reason(signer_.Sign(claims));
  }

  TestIssuer signer_;
  std::shared_ptr<const Identities> identities_;
  std::shared_ptr<const KeySet> keys_;
  int unknown_keys_ = 0;
};

TEST_F(TokenTest, AGoodOneNamesItsPrincipal) {
  json claims = Claims();
  claims["aud"] = {"other", "creditreg"};
  claims["amr"] = {"pwd", "otp"};
  CREDITREG_ASSERT_OK_AND_ASSIGN(const TokenPrincipal token,
                                 Verify(signer_.Sign(claims)));
  EXPECT_EQ(token.principal.id, "https://login.test#u1");
  EXPECT_EQ(token.principal.agency, kAgency);
  EXPECT_EQ(token.principal.roles.ToString(), "AGENCY_READER");
  EXPECT_TRUE(token.principal.second_factor);
  EXPECT_EQ(token.token_id, "t1");
  EXPECT_EQ(token.certificate_sha256, "");
}

TEST_F(TokenTest, OfEveryAlgorithmThatItsIssuerUses) {
  for (const char* algorithm : {"RS256", "PS256"}) {
    const TestIssuer other("key-2", algorithm);
    CREDITREG_ASSERT_OK_AND_ASSIGN(keys_,
                                   KeySet::Parse(other.KeySetJson({&signer_})));
    EXPECT_EQ(Reason(other.Sign(Claims())), "taken") << algorithm;
    EXPECT_EQ(ReasonOf(Claims()), "taken");
  }
  // Not among the defaults.
  const TestIssuer unusual("key-3", "ES384");
  CREDITREG_ASSERT_OK_AND_ASSIGN(keys_, KeySet::Parse(unusual.KeySetJson()));
  EXPECT_EQ(Reason(unusual.Sign(Claims())), "TOKEN_INVALID");
}

TEST_F(TokenTest, NotSignedByItsIssuer) {
  const TestIssuer stranger("key-1");
  EXPECT_EQ(Reason(stranger.Sign(Claims())), "TOKEN_SIGNATURE");
  EXPECT_EQ(Reason(UnsignedToken(Claims())), "TOKEN_INVALID");
  // The public key as a shared secret: whoever reads it could sign.
  EXPECT_EQ(Reason(SecretSignedToken(Claims(), "key-1", signer_.KeySetJson())),
            "TOKEN_INVALID");
  const TestIssuer unknown("key-9");
  EXPECT_EQ(unknown_keys_, 0);
  EXPECT_EQ(Reason(unknown.Sign(Claims())), "TOKEN_KEY");
  EXPECT_EQ(unknown_keys_, 1);
  // A key of the header's own choice.
  EXPECT_EQ(
      Reason(stranger.Sign(
          Claims(), {{"jwk", json::parse(stranger.KeySetJson())["keys"][0]},
                     {"jku", "https://evil.test/keys"}})),
      "TOKEN_SIGNATURE");
}

TEST_F(TokenTest, ChangedOnTheWay) {
  const std::vector<std::string> parts =
      absl::StrSplit(signer_.Sign(Claims()), '.');
  json other = Claims();
  other["roles"] = {"inspector"};
  const std::vector<std::string> others =
      absl::StrSplit(signer_.Sign(other), '.');
  EXPECT_EQ(Reason(absl::StrCat(parts[0], ".", others[1], ".", parts[2])),
            "TOKEN_SIGNATURE");
  EXPECT_EQ(Reason(absl::StrCat(parts[0], ".", parts[1], ".")),
            "TOKEN_INVALID");
  EXPECT_EQ(Reason(absl::StrCat(parts[0], ".", parts[1])), "TOKEN_INVALID");
  EXPECT_EQ(Reason(absl::StrCat(parts[0], ".", parts[1], ".", parts[2], ".x")),
            "TOKEN_INVALID");
  EXPECT_EQ(Reason(""), "TOKEN_INVALID");
  EXPECT_EQ(Reason("a.b.c"), "TOKEN_INVALID");
  EXPECT_EQ(Reason(std::string(kMaxTokenBytes + 1, 'a')), "TOKEN_INVALID");
}

TEST_F(TokenTest, ForAnotherServiceOrOfAnotherIssuer) {
  json claims = Claims();
  claims["aud"] = "other";
  EXPECT_EQ(ReasonOf(claims), "TOKEN_AUDIENCE");
  claims["aud"] = json::array();
  EXPECT_EQ(ReasonOf(claims), "TOKEN_AUDIENCE");
  claims = Claims();
  claims.erase("aud");
  EXPECT_EQ(ReasonOf(claims), "TOKEN_AUDIENCE");
  claims = Claims();
  claims["iss"] = "https://login.test/";
  EXPECT_EQ(ReasonOf(claims), "TOKEN_ISSUER");
}

TEST_F(TokenTest, RevokedOrWithoutAName) {
  json claims = Claims();
  claims["jti"] = "stolen";
  EXPECT_EQ(ReasonOf(claims), "TOKEN_REVOKED");
  for (const char* needed : {"jti", "sub", "iat", "exp"}) {
    claims = Claims();
    claims.erase(needed);
    EXPECT_EQ(ReasonOf(claims), "TOKEN_INVALID") << needed;
  }
}

TEST_F(TokenTest, HeadersThatMeanSomethingElse) {
  EXPECT_EQ(Reason(signer_.Sign(Claims(), {{"crit", {"exp"}}, {"exp", 1}})),
            "TOKEN_INVALID");
  EXPECT_EQ(Reason(signer_.Sign(Claims(), {{"typ", "dpop+jwt"}})),
            "TOKEN_INVALID");
}

TEST_F(TokenTest, RightsThatNobodyMayHave) {
  json claims = Claims();
  claims["roles"] = {"risk_analyst"};  // not this issuer's to give
  EXPECT_EQ(ReasonOf(claims), "TOKEN_INVALID");
  claims["roles"] = {"king"};
  EXPECT_EQ(ReasonOf(claims), "TOKEN_INVALID");
  claims["roles"] = {"AGENCY_READER"};
  EXPECT_EQ(ReasonOf(claims), "TOKEN_INVALID");
  claims["roles"] = {"system_admin", "auditor"};
  EXPECT_EQ(ReasonOf(claims), "TOKEN_INVALID");
  claims["roles"] = {"inspector"};
  EXPECT_EQ(ReasonOf(claims), "TOKEN_INVALID") << "without units";
  claims["units"] = {"nowhere"};
  EXPECT_EQ(ReasonOf(claims), "TOKEN_INVALID");
  claims["units"] = {"gz"};
  EXPECT_EQ(ReasonOf(claims), "taken");
  claims = Claims();
  claims["agency"] = "11440000006939748X";
  EXPECT_EQ(ReasonOf(claims), "TOKEN_INVALID");
}

TEST_F(TokenTest, TheSecondFactorIsNamedNotAssumed) {
  const auto factor_of = [this](const json& claims) {
    const absl::StatusOr<TokenPrincipal> token = Verify(signer_.Sign(claims));
    EXPECT_TRUE(token.ok()) << token.status();
    return token.ok() && token->principal.second_factor;
  };
  json claims = Claims();
  EXPECT_FALSE(factor_of(claims));
  claims["amr"] = {"pwd"};
  claims["acr"] = "level1";
  EXPECT_FALSE(factor_of(claims));
  claims["acr"] = "level3";
  EXPECT_TRUE(factor_of(claims));
}

TEST_F(TokenTest, ItsTime) {
  json claims = Claims();
  claims["nbf"] = kNow + 100;
  CREDITREG_ASSERT_OK_AND_ASSIGN(const TokenPrincipal token,
                                 Verify(signer_.Sign(claims)));
  const auto at = [&token](std::int64_t seconds) {
    const absl::Status status =
        CheckTokenTime(token, absl::FromUnixSeconds(seconds));
    return std::string(status.message().substr(0, status.message().find(':')));
  };
  // 30 seconds of clocks that differ.
  EXPECT_EQ(at(kNow + 69), "TOKEN_NOT_YET_VALID");
  EXPECT_EQ(at(kNow + 70), "");
  EXPECT_EQ(at(kNow + 3629), "");
  EXPECT_EQ(at(kNow + 3630), "TOKEN_EXPIRED");
  claims = Claims();
  claims["exp"] = kNow + 43201;
  EXPECT_EQ(ReasonOf(claims), "TOKEN_INVALID") << "lives too long";
  claims["exp"] = "tomorrow";
  EXPECT_EQ(ReasonOf(claims), "TOKEN_INVALID");
}

TEST_F(TokenTest, AnAgentsAuthorisationEnds) {
  json claims = Claims();
  claims["roles"] = {"enterprise_agent"};
  claims["uscc"] = "914403001922038216";
  EXPECT_EQ(ReasonOf(claims), "TOKEN_INVALID") << "no last day";
  claims["authorised_until"] = "2025-11-24";  // the day of kNow in China
  claims["iat"] = kNow + 20000;
  claims["exp"] = kNow + 63200;  // after midnight
  CREDITREG_ASSERT_OK_AND_ASSIGN(const TokenPrincipal token,
                                 Verify(signer_.Sign(claims)));
  EXPECT_EQ(absl::FormatTime(token.principal.valid_until,
                             absl::FixedTimeZone(8 * 3600)),
            "2025-11-25T00:00:00+08:00");
}

TEST_F(TokenTest, BoundToACertificate) {
  json claims = Claims();
  claims["cnf"] = {{"x5t#S256", "abc"}};
  CREDITREG_ASSERT_OK_AND_ASSIGN(const TokenPrincipal token,
                                 Verify(signer_.Sign(claims)));
  EXPECT_EQ(token.certificate_sha256, "abc");
  claims["cnf"] = {{"jkt", "abc"}};
  EXPECT_EQ(ReasonOf(claims), "TOKEN_INVALID") << "bound to what is not known";
}

TEST_F(TokenTest, AMemberThatComesTwice) {
  const std::string claims = Claims().dump();
  const std::string twice = absl::StrCat(claims.substr(0, claims.size() - 1),
                                         ",\"roles\":[\"inspector\"]}");
  // nlohmann would drop one, so the text is signed as it stands.
  EXPECT_EQ(Reason(signer_.SignText(twice)), "TOKEN_INVALID");
}

TEST(KeySetTest, OnlyWhatCanProveSomething) {
  EXPECT_FALSE(KeySet::Parse("").ok());
  EXPECT_FALSE(KeySet::Parse("{}").ok());
  EXPECT_FALSE(KeySet::Parse("{\"keys\":[]}").ok());
  EXPECT_FALSE(
      KeySet::Parse(
          "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"a\",\"k\":\"c2VjcmV0\"}]}")
          .ok());
  const TestIssuer one("same");
  const TestIssuer two("same");
  EXPECT_FALSE(KeySet::Parse(one.KeySetJson({&two})).ok());
  const TestIssuer three("other");
  CREDITREG_ASSERT_OK_AND_ASSIGN(const auto keys,
                                 KeySet::Parse(one.KeySetJson({&three})));
  EXPECT_EQ(keys->size(), 2U);
}

}  // namespace
}  // namespace creditreg
