// Which calls the audit log holds, what of them, and what happens where it
// cannot be written.

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/audit_check.h"
#include "creditreg/audit/v1/audit.pb.h"
#include "gtest/gtest.h"
#include "tests/server/service/test_server.h"
#include "tests/testing/identity_factory.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

using nlohmann::json;

constexpr char kIdentities[] = R"(
  issuers {
    issuer: "https://login.test" audiences: "creditreg" jwks_file: "keys.json"
    second_factor_amr: "otp"
    roles: [ROLE_CENTRE_REVIEWER, ROLE_RISK_ANALYST, ROLE_AUDITOR]
  }
)";
constexpr char kAgency[] = "11440000006939748G";

class AuditServiceTest : public testing::Test {
 protected:
  AuditServiceTest() {
    Write("keys.json", issuer_.KeySetJson());
    Write("identities.textproto", kIdentities);
    TestServerOptions options;
    options.nobody = nullptr;
    options.identities = directory_.Below("identities.textproto");
    options.audit_segment_bytes = 1;
    server_ = std::make_unique<TestServer>(CREDITREG_SOURCE_DIR "/conf/intake",
                                           options);
  }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(directory_.Below(name), std::ios::binary) << text;
  }

  void Show(const std::string& role, grpc::ClientContext* context) {
    const std::int64_t now = absl::ToUnixSeconds(server_->clock().Now());
    const json claims = {{"iss", "https://login.test"},
                         {"aud", "creditreg"},
                         {"sub", "u1"},
                         {"jti", role},
                         {"iat", now},
                         {"exp", now + 3600},
                         {"roles", {role}},
                         {"agency", kAgency},
                         {"amr", {"otp"}}};
    context->AddMetadata("authorization",
                         absl::StrCat("Bearer ", issuer_.Sign(claims)));
    context->AddMetadata("creditreg-purpose-bin", "双随机检查");
  }

  std::string Put(const std::string& role, const std::string& code) {
    v1::PutEnterpriseRequest request;
    request.set_request_id(server_->NewRequestId());
    *request.mutable_enterprise() = SampleEnterprise(code, "示例公司");
    request.mutable_personal()->set_telephone("14012345678");
    v1::PutEnterpriseResponse response;
    grpc::ClientContext context;
    Show(role, &context);
    return CodeAndReason(
        server_->write().PutEnterprise(&context, request, &response));
  }
  std::string Get(const std::string& role, const std::string& code,
                  const std::string& personal = "") {
    v1::GetEnterpriseRequest request;
    request.mutable_item()->set_identifier(code);
    if (!personal.empty()) request.mutable_personal()->set_purpose(personal);
    v1::GetEnterpriseResponse response;
    grpc::ClientContext context;
    if (!role.empty()) Show(role, &context);
    return CodeAndReason(
        server_->read().GetEnterprise(&context, request, &response));
  }
  std::string GetPublic(const std::string& code) {
    v1::GetPublicEnterpriseRequest request;
    request.mutable_item()->set_identifier(code);
    v1::GetPublicEnterpriseResponse response;
    grpc::ClientContext context;
    return CodeAndReason(
        server_->lookup().GetPublicEnterprise(&context, request, &response));
  }

  TestDirectory directory_;
  TestIssuer issuer_{"key-1"};
  std::unique_ptr<TestServer> server_;
};

TEST_F(AuditServiceTest, AReadIsThereBeforeItsAnswer) {
  ASSERT_EQ(Put("centre_reviewer", kCodeA), "OK");
  EXPECT_EQ(server_->AuditRows().size(), 0U)
      << "a change is told by the chain of changes";
  ASSERT_EQ(Get("centre_reviewer", kCodeA, "核对"), "OK");
  const std::vector<audit::v1::AuditRow> rows = server_->AuditRows();
  ASSERT_EQ(rows.size(), 1U);
  const audit::v1::AuditRow& row = rows[0];
  EXPECT_EQ(row.number(), 1U);
  EXPECT_EQ(row.time_us(), absl::ToUnixMicros(server_->clock().Now()));
  EXPECT_EQ(row.principal(), "https://login.test#u1");
  EXPECT_EQ(row.roles(), "CENTRE_REVIEWER");
  EXPECT_EQ(row.agency(), kAgency);
  EXPECT_TRUE(row.second_factor());
  EXPECT_EQ(row.purpose(), "双随机检查");
  EXPECT_EQ(row.personal_purpose(), "核对");
  EXPECT_TRUE(row.personal());
  EXPECT_EQ(row.rpc(), "RegistryReadService.GetEnterprise");
  EXPECT_TRUE(absl::StartsWith(row.peer(), "ipv4:127.0.0.1:")) << row.peer();
  EXPECT_EQ(row.code(), "OK");
  EXPECT_EQ(row.reason(), "");
  EXPECT_EQ(row.enterprise_nos_size(), 1);
  EXPECT_EQ(row.position(), server_->registry().CurrentView()->sequence());
  // What, by number, never its content.
  const std::string bytes = row.SerializeAsString();
  for (const char* text : {kCodeA, "示例公司", "14012345678"}) {
    EXPECT_FALSE(absl::StrContains(bytes, text)) << text;
  }
}

TEST_F(AuditServiceTest, RefusalsAreThereToo) {
  EXPECT_EQ(Get("", kCodeA), "UNAUTHENTICATED CREDENTIALS_REQUIRED");
  EXPECT_EQ(Get("auditor", kCodeA), "PERMISSION_DENIED ROLE_NOT_ALLOWED");
  EXPECT_EQ(Put("risk_analyst", kCodeA), "PERMISSION_DENIED ROLE_NOT_ALLOWED");
  const std::vector<audit::v1::AuditRow> rows = server_->AuditRows();
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].principal(), "anonymous");
  EXPECT_EQ(rows[0].code(), "UNAUTHENTICATED");
  EXPECT_EQ(rows[0].reason(), "CREDENTIALS_REQUIRED");
  EXPECT_EQ(rows[1].principal(), "https://login.test#u1");
  EXPECT_EQ(rows[1].roles(), "AUDITOR");
  EXPECT_EQ(rows[1].code(), "PERMISSION_DENIED");
  EXPECT_EQ(rows[1].reason(), "ROLE_NOT_ALLOWED");
  EXPECT_EQ(rows[2].rpc(), "RegistryWriteService.PutEnterprise");
}

TEST_F(AuditServiceTest, AStreamHasARowForEachMessage) {
  ASSERT_EQ(Put("centre_reviewer", kCodeA), "OK");
  for (const bool brief : {false, true}) {
    grpc::ClientContext context;
    Show("risk_analyst", &context);
    auto stream = server_->read().BatchGetEnterprises(&context);
    v1::BatchGetEnterprisesRequest request;
    request.set_brief(brief);
    request.add_items()->set_identifier(kCodeA);
    request.add_items()->set_identifier(kCodeB);
    for (int i = 0; i < 2; ++i) {
      ASSERT_TRUE(stream->Write(request));
      v1::BatchGetEnterprisesResponse response;
      ASSERT_TRUE(stream->Read(&response));
    }
    stream->WritesDone();
    EXPECT_EQ(CodeAndReason(stream->Finish()), "OK");
  }
  const std::vector<audit::v1::AuditRow> rows = server_->AuditRows();
  ASSERT_EQ(rows.size(), 4U);
  for (const audit::v1::AuditRow& row : rows) {
    EXPECT_EQ(row.items(), 2U);
    EXPECT_EQ(row.enterprise_nos_size(), 1);
  }
}

TEST_F(AuditServiceTest, AChangeThatChangesNothingIsARead) {
  ASSERT_EQ(Put("centre_reviewer", kCodeA), "OK");
  ASSERT_EQ(Put("centre_reviewer", kCodeA), "OK");  // unchanged, and shown
  const std::vector<audit::v1::AuditRow> rows = server_->AuditRows();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].rpc(), "RegistryWriteService.PutEnterprise");
  EXPECT_EQ(rows[0].code(), "OK");
}

TEST_F(AuditServiceTest, ThePublicIsNotWrittenDown) {
  EXPECT_EQ(GetPublic(kCodeA), "OK");
  EXPECT_EQ(server_->AuditRows().size(), 0U);
}

TEST_F(AuditServiceTest, WithoutAnAuditLogOnlyThePublicIsServed) {
  ASSERT_EQ(Put("centre_reviewer", kCodeA), "OK");
  ASSERT_EQ(Get("centre_reviewer", kCodeA), "OK");
  // Its index, while it is being opened, would make the directory again.
  server_->AwaitAuditIndex();
  // The next row wants a new segment, which has nowhere to go.
  const std::string aside = directory_.Below("aside");
  std::filesystem::rename(server_->audit_directory(), aside);
  EXPECT_EQ(Get("centre_reviewer", kCodeA), "UNAVAILABLE AUDIT_UNAVAILABLE");
  EXPECT_EQ(Get("", kCodeA), "UNAVAILABLE AUDIT_UNAVAILABLE");
  EXPECT_EQ(GetPublic(kCodeA), "OK");
  // Changes have a chain of their own.
  EXPECT_EQ(Put("centre_reviewer", kCodeB), "OK");
  std::filesystem::rename(aside, server_->audit_directory());
  while (Get("centre_reviewer", kCodeA) != "OK") std::this_thread::yield();
  const auto check = CheckAuditLog(server_->audit_directory(), "");
  ASSERT_TRUE(check.ok()) << check.status();
  EXPECT_EQ(check->faults.size(), 0U);
  EXPECT_EQ(check->rows, 2U);
}

TEST_F(AuditServiceTest, TheChainGoesOnAfterARestart) {
  EXPECT_EQ(Get("", kCodeA), "UNAUTHENTICATED CREDENTIALS_REQUIRED");
  server_->Restart();
  EXPECT_EQ(Get("", kCodeA), "UNAUTHENTICATED CREDENTIALS_REQUIRED");
  const auto check = CheckAuditLog(server_->audit_directory(), "");
  ASSERT_TRUE(check.ok()) << check.status();
  EXPECT_EQ(check->faults.size(), 0U);
  EXPECT_EQ(check->rows, 2U);
}

}  // namespace
}  // namespace creditreg
