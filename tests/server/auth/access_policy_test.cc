// The shipped access table is whole, and a table that is not is refused.

#include "server/auth/access_policy.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "creditreg/v1/enterprise.pb.h"
#include "creditreg/v1/record.pb.h"
#include "gtest/gtest.h"
#include "server/config/text_proto.h"
#include "server/service/rpc.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

namespace confpb = conf::v1;

confpb::AccessPolicy Shipped() {
  auto table = ReadTextProto<confpb::AccessPolicy>(
      absl::StrCat(CREDITREG_SOURCE_DIR, "/conf/access/policy.textproto"));
  EXPECT_TRUE(table.ok()) << table.status();
  return *std::move(table);
}

std::string Mistake(const confpb::AccessPolicy& table) {
  const auto policy = AccessPolicy::Create(table, PolicyCalls());
  return policy.ok() ? "none" : std::string(policy.status().message());
}

Principal With(confpb::Role role) {
  Principal principal;
  principal.id = "test";
  principal.roles.Add(confpb::ROLE_PUBLIC);
  principal.roles.Add(role);
  return principal;
}

TEST(AccessPolicyTest, TheShippedTableHasARowForEverything) {
  EXPECT_EQ(Mistake(Shipped()), "none");
}

// Who may see penalties may see why somebody is on a list, and annual reports.
TEST(AccessPolicyTest, ListsAndReportsAreShownToThoseWhoSeePenalties) {
  const confpb::AccessPolicy table = Shipped();
  const auto grants = [&table](confpb::FieldGroup group) {
    for (const confpb::FieldRule& rule : table.fields()) {
      if (rule.group() != group) continue;
      std::string text;
      for (const confpb::Grant& grant : rule.grants()) {
        absl::StrAppend(&text, grant.ShortDebugString(), "\n");
      }
      return text;
    }
    return std::string();
  };
  const std::string wanted = grants(confpb::FIELD_GROUP_PENALTY);
  EXPECT_NE(wanted, "");
  EXPECT_EQ(grants(confpb::FIELD_GROUP_LISTING), wanted);
  EXPECT_EQ(grants(confpb::FIELD_GROUP_ANNUAL_REPORT), wanted);
}

TEST(AccessPolicyTest, ACallWithoutARowIsRefused) {
  for (int i = 0; i < Shipped().calls_size(); ++i) {
    confpb::AccessPolicy table = Shipped();
    const std::string rpc = table.calls(i).rpc();
    table.mutable_calls()->DeleteSubrange(i, 1);
    EXPECT_EQ(Mistake(table), absl::StrCat("policy: ", rpc, ": has no row"));
  }
}

TEST(AccessPolicyTest, AGroupWithoutARowIsRefused) {
  for (int i = 0; i < Shipped().fields_size(); ++i) {
    confpb::AccessPolicy table = Shipped();
    table.mutable_fields(i)->clear_fields();
    EXPECT_NE(Mistake(table), "none")
        << "fields of row " << i << " would be shown to everybody";
    table.mutable_fields()->DeleteSubrange(i, 1);
    EXPECT_NE(Mistake(table), "none");
  }
}

TEST(AccessPolicyTest, HowLongInvestigationsAreWithheld) {
  const auto withheld = [](const confpb::AccessPolicy& table) {
    const auto policy = AccessPolicy::Create(table, PolicyCalls());
    return policy.ok() ? (*policy)->investigation_withheld()
                       : absl::InfiniteDuration();
  };
  confpb::AccessPolicy table = Shipped();
  EXPECT_EQ(withheld(table), absl::Hours(24 * 183));
  table.clear_investigation_withheld_days();
  EXPECT_EQ(withheld(table), absl::Hours(24 * 183));
  table.set_investigation_withheld_days(0);
  EXPECT_EQ(withheld(table), absl::ZeroDuration());
  table.set_investigation_withheld_days(-1);
  EXPECT_EQ(Mistake(table),
            "policy: investigation_withheld_days: want at least 0");
}

TEST(AccessPolicyTest, RowsThatOpenTooMuch) {
  confpb::AccessPolicy table = Shipped();
  for (confpb::CallRule& call : *table.mutable_calls()) {
    if (call.rpc() != "RegistryReadService.GetRecord") continue;
    confpb::Grant& grant = *call.add_grants();
    grant.add_roles(confpb::ROLE_PUBLIC);
    grant.set_scope(confpb::SCOPE_ANY);
  }
  EXPECT_EQ(Mistake(table),
            "policy: RegistryReadService.GetRecord: granted to the public, "
            "which has no credentials");
  table = Shipped();
  confpb::Grant& grant = *table.mutable_fields(0)->add_grants();
  grant.add_roles(confpb::ROLE_AUDITOR);
  grant.set_scope(confpb::SCOPE_ANY);
  EXPECT_EQ(Mistake(table),
            "policy: FIELD_GROUP_REGISTER: granted to the public or an "
            "administrator");
  table = Shipped();
  table.mutable_calls(0)->mutable_grants(0)->clear_scope();
  EXPECT_EQ(Mistake(table), absl::StrCat("policy: ", table.calls(0).rpc(),
                                         ": a grant without a scope"));
  table = Shipped();
  table.mutable_quotas()->RemoveLast();
  EXPECT_EQ(Mistake(table), "policy: ROLE_AGENCY_WRITER: has no quota");
  table = Shipped();
  table.mutable_quotas(0)->add_roles(confpb::ROLE_INSPECTOR);
  EXPECT_EQ(Mistake(table), "policy: ROLE_INSPECTOR: has two quotas");
  // What a call cannot judge it must not promise.
  for (const auto& [rpc, scope] :
       {std::pair("AdminService.Verify", confpb::SCOPE_OWN_AGENCY),
        std::pair("RegistryWriteService.PutEnterprise",
                  confpb::SCOPE_OWN_UNITS)}) {
    table = Shipped();
    for (confpb::CallRule& call : *table.mutable_calls()) {
      if (call.rpc() == rpc) call.mutable_grants(0)->set_scope(scope);
    }
    EXPECT_EQ(
        Mistake(table),
        absl::StrCat("policy: ", rpc, ": a scope that this call cannot judge"));
  }
  table = Shipped();
  for (confpb::FieldRule& rule : *table.mutable_fields()) {
    if (rule.group() == confpb::FIELD_GROUP_SUMMARY) {
      rule.clear_fields();
      rule.add_fields("Enterprise.remark");
    }
    if (rule.group() == confpb::FIELD_GROUP_INTAKE) {
      rule.add_fields("FileSummary");
    }
  }
  EXPECT_EQ(Mistake(table),
            "policy: fields: FileSummary: may be of no other group than "
            "shipped");
  table = Shipped();
  table.add_calls()->set_rpc("PublicLookupService.Everything");
  EXPECT_EQ(Mistake(table),
            "policy: PublicLookupService.Everything: no such call");
}

TEST(AccessPolicyTest, AnUnknownCallerIsAskedForCredentials) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const auto policy, AccessPolicy::Create(Shipped(), PolicyCalls()));
  Principal nobody;
  nobody.id = Principal::kAnonymous;
  nobody.roles.Add(confpb::ROLE_PUBLIC);
  const auto reach =
      policy->ReachOf(static_cast<std::size_t>(Rpc::kGetRecord), nobody);
  EXPECT_EQ(reach.status().code(), absl::StatusCode::kUnauthenticated);
  const auto of_auditor = policy->ReachOf(
      static_cast<std::size_t>(Rpc::kGetRecord), With(confpb::ROLE_AUDITOR));
  EXPECT_EQ(of_auditor.status().code(), absl::StatusCode::kPermissionDenied);
}

TEST(AccessPolicyTest, OneFactorIsNotTwo) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const auto policy, AccessPolicy::Create(Shipped(), PolicyCalls()));
  Principal reviewer = With(confpb::ROLE_CENTRE_REVIEWER);
  const auto rpc = static_cast<std::size_t>(Rpc::kWithholdEnterprise);
  EXPECT_EQ(policy->ReachOf(rpc, reviewer).status().message(),
            "SECOND_FACTOR_REQUIRED: want a token of two factors");
  reviewer.second_factor = true;
  EXPECT_TRUE(policy->ReachOf(rpc, reviewer).ok());
}

TEST(AccessPolicyTest, WhatAReachCovers) {
  storage::v1::Enterprise enterprise;
  enterprise.set_uscc("914403001922038216");
  enterprise.mutable_registration_authority()->set_uscc("AUTHORITY");
  enterprise.mutable_supervising_unit()->set_name("天河区市场监督管理局");
  storage::v1::Record record;
  record.mutable_deciding_agency()->set_uscc("DECIDER");
  record.mutable_submitting_agency()->set_uscc("SUBMITTER");
  AccessSubject file;
  file.enterprise = &enterprise;
  AccessSubject fact = file;
  fact.record = &record;

  Principal principal;
  Reach own_agency;
  own_agency.own_agency = true;
  EXPECT_FALSE(Covers(own_agency, principal, file)) << "no agency is nobody's";
  principal.agency = "AUTHORITY";
  EXPECT_TRUE(Covers(own_agency, principal, file));
  EXPECT_FALSE(Covers(own_agency, principal, fact)) << "another's decision";
  principal.agency = "SUBMITTER";
  EXPECT_TRUE(Covers(own_agency, principal, fact));
  EXPECT_FALSE(Covers(own_agency, principal, file));

  Reach own_units;
  own_units.own_units = true;
  auto units = std::make_shared<UnitSet>();
  units->names.insert("天河区市场监督管理局");
  EXPECT_FALSE(Covers(own_units, principal, file));
  principal.units = units;
  EXPECT_TRUE(Covers(own_units, principal, file));
  EXPECT_TRUE(Covers(own_units, principal, fact));
  enterprise.mutable_supervising_unit()->set_uscc("ELSEWHERE");
  EXPECT_FALSE(Covers(own_units, principal, file)) << "the code counts";

  Reach own_file;
  own_file.own_file = true;
  EXPECT_FALSE(Covers(own_file, principal, file));
  principal.uscc = enterprise.uscc();
  EXPECT_TRUE(Covers(own_file, principal, file));
  enterprise.clear_uscc();
  principal.uscc.clear();
  EXPECT_FALSE(Covers(own_file, principal, file))
      << "none is not the same none";
  EXPECT_FALSE(Covers(own_file, principal, {}));
  EXPECT_FALSE(Covers({}, principal, fact));
}

TEST(FieldGroupsTest, WhatIsNotShownIsCleared) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const FieldGroups groups,
                                 FieldGroups::Create(Shipped()));
  v1::Record record;
  record.mutable_party()->set_name("公司");
  record.mutable_party()->set_legal_representative("某人");
  record.mutable_party()->set_address("某路");
  record.set_source_id("gz");
  record.mutable_penalty()->set_facts("事实");
  GroupSet shown;
  shown.set(confpb::FIELD_GROUP_REGISTER);
  shown.set(confpb::FIELD_GROUP_PENALTY);
  shown.set(confpb::FIELD_GROUP_ADDRESS);
  const GroupSet withheld = groups.Withhold(shown, &record);
  EXPECT_EQ(record.party().name(), "公司");
  EXPECT_EQ(record.party().address(), "某路");
  EXPECT_EQ(record.party().legal_representative(), "");
  EXPECT_EQ(record.source_id(), "");
  EXPECT_EQ(record.penalty().facts(), "事实");
  GroupSet expected;
  expected.set(confpb::FIELD_GROUP_REPRESENTATIVE);
  expected.set(confpb::FIELD_GROUP_INTAKE);
  EXPECT_EQ(withheld, expected);
  EXPECT_EQ(groups.OfDetails(v1::Record::kPenaltyFieldNumber),
            confpb::FIELD_GROUP_PENALTY);
  EXPECT_EQ(groups.OfDetails(v1::Record::kListingFieldNumber),
            confpb::FIELD_GROUP_LISTING);
  EXPECT_EQ(groups.OfDetails(v1::Record::kAnnualReportFieldNumber),
            confpb::FIELD_GROUP_ANNUAL_REPORT);
  EXPECT_EQ(groups.OfDetails(1), confpb::FIELD_GROUP_UNSPECIFIED);
}

}  // namespace
}  // namespace creditreg
