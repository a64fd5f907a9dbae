// The identities file: what is known, and every mistake told by its entry.

#include "server/auth/identities.h"

#include <string>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

absl::StatusOr<std::shared_ptr<const Identities>> Read(
    const std::string& text) {
  conf::v1::Identities file;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &file))
      << text;
  return Identities::Create(file);
}

std::string Mistake(const std::string& text) {
  const auto identities = Read(text);
  return identities.ok() ? "none" : std::string(identities.status().message());
}

constexpr char kUnits[] = R"(
  units { id: "gd" name: "广东省市场监督管理局" }
  units { id: "gz" name: "广州市市场监督管理局" parent: "gd" }
  units { id: "th" name: "天河区市场监督管理局" parent: "gz" }
  units { id: "sz" name: "深圳市市场监督管理局" parent: "gd" }
)";

TEST(IdentitiesTest, AUnitBringsThoseBelowIt) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const auto identities,
                                 Read(std::string(kUnits) + R"(
        accounts {
          name: "spiffe://test/inspections"
          rights { roles: ROLE_INSPECTOR units: "gz" }
          purpose: "日常检查"
        })"));
  const Account* account = identities->FindAccount("spiffe://test/inspections");
  ASSERT_NE(account, nullptr);
  const Principal& principal = *account->principal;
  EXPECT_EQ(principal.id, "spiffe://test/inspections");
  EXPECT_EQ(principal.purpose, "日常检查");
  EXPECT_FALSE(principal.second_factor);
  EXPECT_EQ(principal.units->ids.size(), 2U);
  EXPECT_TRUE(principal.units->names.contains("天河区市场监督管理局"));
  EXPECT_FALSE(principal.units->names.contains("深圳市市场监督管理局"));
  EXPECT_EQ(identities->FindAccount("spiffe://test/inspections/"), nullptr);
}

TEST(IdentitiesTest, AnAccountEndsWithItsLastDayInChina) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const auto identities, Read(R"(
    accounts {
      name: "a" valid_until: "2026-03-31"
      rights { roles: ROLE_ENTERPRISE_AGENT uscc: "914403001922038216" }
    })"));
  EXPECT_EQ(
      absl::FormatTime(identities->FindAccount("a")->principal->valid_until,
                       absl::FixedTimeZone(8 * 3600)),
      "2026-04-01T00:00:00+08:00");
}

TEST(IdentitiesTest, MistakesNameTheirEntry) {
  const std::string units = kUnits;
  const struct {
    const char* text;
    const char* mistake;
  } cases[] = {
      {"accounts { name: 'two words' }",
       "identities: accounts: name: want 1 to 256 visible ASCII characters "
       "without #, not anonymous or local"},
      {"accounts { name: 'local' }",
       "identities: accounts: name: want 1 to 256 visible ASCII characters "
       "without #, not anonymous or local"},
      {"units { id: 'u' name: '监管所' } units { id: 'v' name: '监管所' }",
       "identities: v: name: another unit's too"},
      {"revoked_certificates: 'abc'",
       "identities: revoked_certificates: want SHA-256 as base64url"},
      {"accounts { name: 'a' } accounts { name: 'a' }",
       "identities: a: comes twice"},
      {"accounts { name: 'a' rights { roles: ROLE_SYSTEM_ADMIN "
       "roles: ROLE_AUDITOR } }",
       "identities: a: security, system and audit administration must be three "
       "principals"},
      {"accounts { name: 'a' rights { roles: ROLE_AGENCY_WRITER } }",
       "identities: a: agency: absent, want one for an agency's role"},
      {"accounts { name: 'a' rights { agency: '1' } }",
       "identities: a: agency: not a valid code"},
      {"accounts { name: 'a' rights { roles: ROLE_SUPERVISOR } }",
       "identities: a: units: absent, want one for an inspector's role"},
      {"accounts { name: 'a' rights { units: 'nowhere' } }",
       "identities: a: units: no such unit"},
      {"accounts { name: 'a' rights { roles: ROLE_ENTERPRISE } }",
       "identities: a: uscc: absent, want one for an enterprise's role"},
      {"accounts { name: 'a' valid_until: '2026-02-30' }",
       "identities: a: valid_until: want YYYY-MM-DD"},
      {"accounts { name: 'a' rights { roles: ROLE_ENTERPRISE_AGENT uscc: "
       "'914403001922038216' } }",
       "identities: a: valid_until: absent, want one for an agent"},
      {"units { id: 'u' parent: 'v' } units { id: 'v' parent: 'u' }",
       "identities: u: is above itself"},
      {"units { id: 'u' parent: 'v' }", "identities: u: parent: no such unit"},
      {"issuers { issuer: 'i' jwks_file: 'f' }",
       "identities: i: audiences: absent, want one"},
      {"issuers { issuer: 'i' audiences: 'a' }",
       "identities: i: want one of jwks_file and jwks_url"},
      {"issuers { issuer: 'i' audiences: 'a' jwks_url: 'http://x' }",
       "identities: i: jwks_url: want an https address"},
      {"issuers { issuer: 'i' audiences: 'a' jwks_file: 'f' "
       "algorithms: 'HS256' }",
       "identities: i: algorithms: want signatures by key pair, as ES256"},
      {"issuers { issuer: 'i' audiences: 'a' jwks_file: 'f' "
       "algorithms: 'none' }",
       "identities: i: algorithms: want signatures by key pair, as ES256"},
      {"issuers { issuer: 'i' audiences: 'a' jwks_file: 'f' "
       "clock_skew_seconds: 301 }",
       "identities: i: clock_skew_seconds: want 0 to 300"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Mistake(c.text), c.mistake) << c.text;
  }
}

}  // namespace
}  // namespace creditreg
