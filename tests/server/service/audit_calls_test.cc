// Reading the audit log by calls: auditors find every row, an enterprise those
// who looked at its file, and nobody what is not theirs to know.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "creditreg/v1/audit_service.pb.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/time_util.h"
#include "gtest/gtest.h"
#include "server/audit/audit_segments.h"
#include "tests/server/service/test_server.h"
#include "tests/testing/identity_factory.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

namespace fs = std::filesystem;
using google::protobuf::util::TimeUtil;
using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kIdentities[] = R"(
  units { id: "own" name: "监管所" }
  issuers {
    issuer: "https://login.test" audiences: "creditreg" jwks_file: "keys.json"
    second_factor_amr: "otp"
    roles: [ROLE_ENTERPRISE, ROLE_ENTERPRISE_AGENT, ROLE_CENTRE_REVIEWER,
            ROLE_RISK_ANALYST, ROLE_AUDITOR, ROLE_INSPECTOR, ROLE_SUPERVISOR,
            ROLE_AGENCY_READER, ROLE_DEPARTMENT_REVIEWER, ROLE_SYSTEM_ADMIN]
  }
)";
constexpr char kAgency[] = "11440000006939748G";
constexpr char kPurpose[] = "双随机检查";
constexpr char kGet[] = "RegistryReadService.GetEnterprise";
constexpr absl::Duration kWithheld = absl::Hours(24 * 183);

// Who calls.
struct As {
  std::string role = {};
  std::string investigation = {};
  std::string uscc = kCodeA;
  std::string purpose = kPurpose;
};

class AuditCallsTest : public testing::Test {
 protected:
  AuditCallsTest() {
    Write("keys.json", issuer_.KeySetJson());
    Write("identities.textproto", kIdentities);
    TestServerOptions options;
    options.nobody = nullptr;
    options.identities = directory_.Below("identities.textproto");
    options.audit_segment_bytes = 2000;
    server_ = std::make_unique<TestServer>(CREDITREG_SOURCE_DIR "/conf/intake",
                                           options);
    for (const char* const code : {kCodeA, kCodeB}) {
      v1::PutEnterpriseRequest request;
      request.set_request_id(server_->NewRequestId());
      *request.mutable_enterprise() = SampleEnterprise(code, "示例公司");
      request.mutable_enterprise()->mutable_supervising_unit()->set_name(
          "监管所");
      request.mutable_personal()->set_telephone("14012345678");
      EXPECT_EQ(Put(request), "OK");
      record_ids_.push_back(Submit(code));
    }
  }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(directory_.Below(name), std::ios::binary) << text;
  }

  void Show(const As& as, grpc::ClientContext* context) {
    if (as.role.empty()) return;
    const std::int64_t now = absl::ToUnixSeconds(server_->clock().Now());
    json claims = {{"iss", "https://login.test"},
                   {"aud", "creditreg"},
                   {"sub", as.role},
                   {"jti", as.role},
                   {"iat", now},
                   {"exp", now + 3600},
                   {"roles", {as.role}},
                   {"units", {"own"}},
                   {"amr", {"otp"}}};
    if (as.role == "enterprise" || as.role == "enterprise_agent") {
      claims["uscc"] = as.uscc;
      claims["authorised_until"] = "2099-01-01";
    } else {
      claims["agency"] = kAgency;
    }
    context->AddMetadata("authorization",
                         absl::StrCat("Bearer ", issuer_.Sign(claims)));
    if (!as.purpose.empty()) {
      context->AddMetadata("creditreg-purpose-bin", as.purpose);
    }
    if (!as.investigation.empty()) {
      context->AddMetadata("creditreg-investigation-bin", as.investigation);
    }
  }

  std::string Put(const v1::PutEnterpriseRequest& request) {
    v1::PutEnterpriseResponse response;
    grpc::ClientContext context;
    Show({"centre_reviewer"}, &context);
    return CodeAndReason(
        server_->write().PutEnterprise(&context, request, &response));
  }
  std::string Submit(const std::string& code) {
    v1::SubmitRecordsRequest request;
    request.set_request_id(server_->NewRequestId());
    *request.add_records()->mutable_record() =
        SamplePenalty(code, "示例公司", absl::StrCat("文号", code));
    v1::SubmitRecordsResponse response;
    grpc::ClientContext context;
    Show({"centre_reviewer"}, &context);
    EXPECT_EQ(CodeAndReason(
                  server_->write().SubmitRecords(&context, request, &response)),
              "OK");
    return response.results(0).record_id();
  }
  std::string Get(const As& as, const std::string& code,
                  const std::string& personal = "") {
    v1::GetEnterpriseRequest request;
    request.mutable_item()->set_identifier(code);
    if (!personal.empty()) request.mutable_personal()->set_purpose(personal);
    v1::GetEnterpriseResponse response;
    grpc::ClientContext context;
    Show(as, &context);
    return CodeAndReason(
        server_->read().GetEnterprise(&context, request, &response));
  }
  std::string GetRecord(const As& as, const std::string& record_id) {
    v1::GetRecordRequest request;
    request.set_record_id(record_id);
    v1::GetRecordResponse response;
    grpc::ClientContext context;
    Show(as, &context);
    return CodeAndReason(
        server_->read().GetRecord(&context, request, &response));
  }
  std::string ListRecords(const As& as, const std::string& code) {
    v1::ListRecordsRequest request;
    request.mutable_item()->set_identifier(code);
    v1::ListRecordsResponse response;
    grpc::ClientContext context;
    Show(as, &context);
    return CodeAndReason(
        server_->read().ListRecords(&context, request, &response));
  }

  std::string Rows(const As& as, const v1::ListAuditRowsRequest& request,
                   v1::ListAuditRowsResponse* response) {
    server_->AwaitAuditIndex();
    grpc::ClientContext context;
    Show(as, &context);
    return CodeAndReason(
        server_->audits().ListAuditRows(&context, request, response));
  }
  std::string Reads(const As& as, const v1::ListFileReadsRequest& request,
                    v1::ListFileReadsResponse* response) {
    server_->AwaitAuditIndex();
    grpc::ClientContext context;
    Show(as, &context);
    return CodeAndReason(
        server_->audits().ListFileReads(&context, request, response));
  }
  // Everything that an auditor finds, but for calls of the service itself.
  std::vector<std::int64_t> Numbers(v1::ListAuditRowsRequest request) {
    std::vector<std::int64_t> numbers;
    do {
      v1::ListAuditRowsResponse response;
      EXPECT_EQ(Rows({"auditor"}, request, &response), "OK");
      for (const v1::AuditRow& row : response.rows()) {
        if (row.rpc().rfind("AuditService.", 0) == 0) continue;
        numbers.push_back(row.number());
      }
      EXPECT_EQ(response.damaged_rows(), 0);
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    return numbers;
  }
  // "purpose rpc" of what the enterprise, or another, is told.
  std::vector<std::string> Told(const As& as, const std::string& code,
                                int page_size = 0) {
    std::vector<std::string> told;
    v1::ListFileReadsRequest request;
    request.mutable_item()->set_identifier(code);
    request.set_page_size(page_size);
    do {
      v1::ListFileReadsResponse response;
      EXPECT_EQ(Reads(as, request, &response), "OK");
      for (const v1::FileRead& read : response.reads()) {
        told.push_back(absl::StrCat(read.purpose(), " ", read.rpc()));
      }
      EXPECT_TRUE(page_size == 0 || response.reads_size() == page_size ||
                  response.next_page_token().empty());
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    return told;
  }
  As Reader(const std::string& purpose) {
    return {"agency_reader", "", kCodeA, purpose};
  }

  TestDirectory directory_;
  TestIssuer issuer_{"key-1"};
  std::unique_ptr<TestServer> server_;
  // Of the files of kCodeA and kCodeB.
  std::vector<std::string> record_ids_;
};

TEST_F(AuditCallsTest, ARowSaysWhoWhatAndWhatFor) {
  ASSERT_EQ(Get({"inspector", "案2026-7"}, kCodeA, "核对"), "OK");
  ASSERT_EQ(GetRecord({"centre_reviewer"}, record_ids_[1]), "OK");
  v1::ListAuditRowsResponse response;
  ASSERT_EQ(Rows({"auditor"}, {}, &response), "OK");
  ASSERT_EQ(response.rows_size(), 2);
  EXPECT_TRUE(response.has_position());
  EXPECT_EQ(response.next_page_token(), "");
  EXPECT_EQ(response.rows(0).number(), 2);
  EXPECT_THAT(response.rows(0).usccs(), ElementsAre(kCodeB));
  EXPECT_THAT(response.rows(0).record_ids(), ElementsAre(record_ids_[1]));
  const v1::AuditRow& row = response.rows(1);
  EXPECT_EQ(row.number(), 1);
  EXPECT_EQ(TimeUtil::TimestampToMicroseconds(row.time()),
            absl::ToUnixMicros(server_->clock().Now()));
  EXPECT_EQ(row.principal(), "https://login.test#inspector");
  EXPECT_THAT(row.roles(), ElementsAre("INSPECTOR"));
  EXPECT_EQ(row.agency(), kAgency);
  EXPECT_TRUE(row.second_factor());
  EXPECT_EQ(row.purpose(), kPurpose);
  EXPECT_EQ(row.personal_purpose(), "核对");
  EXPECT_TRUE(row.personal());
  EXPECT_EQ(row.investigation(), "案2026-7");
  EXPECT_EQ(row.rpc(), kGet);
  EXPECT_EQ(row.peer().substr(0, 15), "ipv4:127.0.0.1:");
  EXPECT_EQ(row.code(), "OK");
  EXPECT_EQ(row.reason(), "");
  EXPECT_THAT(row.usccs(), ElementsAre(kCodeA));
  EXPECT_THAT(row.record_ids(), IsEmpty());
  EXPECT_EQ(row.unresolved(), 0);
}

TEST_F(AuditCallsTest, AnAuditorFindsRowsByEachFilter) {
  const absl::Time start = server_->clock().Now();
  ASSERT_EQ(Get({"inspector"}, kCodeA), "OK");  // 1
  server_->clock().Advance(absl::Seconds(10));
  ASSERT_EQ(Get({"agency_reader"}, kCodeB), "OK");                // 2
  ASSERT_EQ(GetRecord({"agency_reader"}, record_ids_[0]), "OK");  // 3
  server_->clock().Advance(absl::Seconds(10));
  ASSERT_EQ(ListRecords({"risk_analyst"}, kCodeA), "OK");  // 4
  ASSERT_EQ(Get({"system_admin"}, kCodeA),
            "PERMISSION_DENIED ROLE_NOT_ALLOWED");                     // 5
  ASSERT_EQ(Get({}, kCodeA), "UNAUTHENTICATED CREDENTIALS_REQUIRED");  // 6
  ASSERT_EQ(Get({"enterprise"}, kCodeB),
            "PERMISSION_DENIED OUT_OF_SCOPE");  // 7
  const auto at = [&](int seconds) {
    return TimeUtil::MicrosecondsToTimestamp(
        absl::ToUnixMicros(start + absl::Seconds(seconds)));
  };
  EXPECT_THAT(Numbers({}), ElementsAre(7, 6, 5, 4, 3, 2, 1));
  v1::ListAuditRowsRequest request;
  *request.mutable_from() = at(10);
  EXPECT_THAT(Numbers(request), ElementsAre(7, 6, 5, 4, 3, 2));
  *request.mutable_until() = at(20);
  EXPECT_THAT(Numbers(request), ElementsAre(3, 2));
  request.clear_from();
  EXPECT_THAT(Numbers(request), ElementsAre(3, 2, 1));
  request.set_principal("https://login.test#agency_reader");
  EXPECT_THAT(Numbers(request), ElementsAre(3, 2));
  request.set_rpc("RegistryReadService.GetRecord");
  EXPECT_THAT(Numbers(request), ElementsAre(3));
  request.Clear();
  request.set_principal("https://login.test#agency");
  EXPECT_THAT(Numbers(request), IsEmpty());
  request.Clear();
  request.set_rpc(kGet);
  EXPECT_THAT(Numbers(request), ElementsAre(7, 6, 5, 2, 1));
  request.Clear();
  request.set_agency(kAgency);
  EXPECT_THAT(Numbers(request), ElementsAre(5, 4, 3, 2, 1));
  request.Clear();
  request.set_code("PERMISSION_DENIED");
  EXPECT_THAT(Numbers(request), ElementsAre(7, 5));
  request.Clear();
  request.set_refused(true);
  EXPECT_THAT(Numbers(request), ElementsAre(7, 6, 5));
  request.Clear();
  request.mutable_item()->set_identifier(kCodeA);
  EXPECT_THAT(Numbers(request), ElementsAre(4, 3, 1));
  request.set_principal("https://login.test#inspector");
  EXPECT_THAT(Numbers(request), ElementsAre(1));
  request.Clear();
  request.set_record_id(record_ids_[0]);
  EXPECT_THAT(Numbers(request), ElementsAre(4, 3));
  request.mutable_item()->set_identifier(kCodeB);
  EXPECT_THAT(Numbers(request), IsEmpty());
}

TEST_F(AuditCallsTest, PagesHoldEachRowOnceWhileRowsAreAdded) {
  for (int i = 0; i < 23; ++i) ASSERT_EQ(Get({"inspector"}, kCodeA), "OK");
  v1::ListAuditRowsRequest request;
  request.set_page_size(5);
  std::vector<std::int64_t> numbers;
  do {
    v1::ListAuditRowsResponse response;
    ASSERT_EQ(Rows({"auditor"}, request, &response), "OK");
    for (const auto& row : response.rows()) numbers.push_back(row.number());
    request.set_page_token(response.next_page_token());
    EXPECT_EQ(response.has_page_token_expires_at(),
              !response.next_page_token().empty());
    ASSERT_EQ(Get({"inspector"}, kCodeA), "OK");
  } while (!request.page_token().empty());
  std::vector<std::int64_t> expected;
  for (std::int64_t number = 23; number > 0; --number) {
    expected.push_back(number);
  }
  EXPECT_EQ(numbers, expected);
}

TEST_F(AuditCallsTest, APageEndsWhereItLookedAtManyRows) {
  for (int i = 0; i < 2003; ++i) {
    ASSERT_EQ(Get({}, kCodeA), "UNAUTHENTICATED CREDENTIALS_REQUIRED");
    if (i > 0) continue;
    ASSERT_EQ(Get({"inspector"}, kCodeA), "OK");
  }
  v1::ListAuditRowsRequest request;
  request.set_code("OK");
  v1::ListAuditRowsResponse response;
  ASSERT_EQ(Rows({"auditor"}, request, &response), "OK");
  EXPECT_EQ(response.rows_size(), 0);
  ASSERT_NE(response.next_page_token(), "");
  request.set_page_token(response.next_page_token());
  ASSERT_EQ(Rows({"auditor"}, request, &response), "OK");
  ASSERT_EQ(response.rows_size(), 1);
  EXPECT_EQ(response.rows(0).number(), 2);
  EXPECT_EQ(response.next_page_token(), "");
}

TEST_F(AuditCallsTest, WhatIsWrongWithARequest) {
  const auto said = [&](const v1::ListAuditRowsRequest& request) {
    v1::ListAuditRowsResponse response;
    return Rows({"auditor"}, request, &response);
  };
  const std::string bad = "INVALID_ARGUMENT INVALID_ARGUMENT";
  v1::ListAuditRowsRequest request;
  request.set_page_size(1001);
  EXPECT_EQ(said(request), bad);
  request.Clear();
  request.mutable_from()->set_seconds(2);
  request.mutable_until()->set_seconds(2);
  EXPECT_EQ(said(request), bad);
  request.Clear();
  request.mutable_from()->set_nanos(-1);
  EXPECT_EQ(said(request), bad);
  request.Clear();
  request.set_principal(std::string(501, 'x'));
  EXPECT_EQ(said(request), bad);
  request.Clear();
  request.set_record_id("short");
  EXPECT_EQ(said(request), bad);
  request.set_record_id(std::string(26, 'a'));
  EXPECT_EQ(said(request), "NOT_FOUND NOT_FOUND");
  request.Clear();
  request.mutable_item();
  EXPECT_EQ(said(request), bad);
  request.mutable_item()->set_identifier(kCodeC);
  EXPECT_EQ(said(request), "NOT_FOUND NOT_FOUND");
  // Tokens are of one query and one caller.
  ASSERT_EQ(Get({"inspector"}, kCodeA), "OK");
  ASSERT_EQ(Get({"inspector"}, kCodeA), "OK");
  request.Clear();
  request.set_page_size(1);
  v1::ListAuditRowsResponse response;
  ASSERT_EQ(Rows({"auditor"}, request, &response), "OK");
  request.set_page_token(response.next_page_token());
  request.set_refused(true);
  EXPECT_EQ(said(request), bad);
  v1::ListFileReadsRequest reads;
  v1::ListFileReadsResponse unused;
  EXPECT_EQ(Reads({"auditor"}, reads, &unused), bad);
  reads.mutable_item()->set_identifier(kCodeA);
  reads.set_page_token(response.next_page_token());
  EXPECT_EQ(Reads({"auditor"}, reads, &unused), bad);
  reads.clear_page_token();
  reads.set_page_size(1001);
  EXPECT_EQ(Reads({"auditor"}, reads, &unused), bad);
  request.set_refused(false);
  server_->clock().Advance(absl::Minutes(11));
  EXPECT_EQ(said(request), "FAILED_PRECONDITION PAGE_TOKEN_EXPIRED");
}

TEST_F(AuditCallsTest, NobodyElseReadsTheLog) {
  v1::ListAuditRowsResponse rows;
  for (const char* const role :
       {"inspector", "enterprise", "centre_reviewer", "system_admin"}) {
    EXPECT_EQ(Rows({role}, {}, &rows), "PERMISSION_DENIED ROLE_NOT_ALLOWED")
        << role;
  }
  EXPECT_EQ(Rows({}, {}, &rows), "UNAUTHENTICATED CREDENTIALS_REQUIRED");
  v1::ListFileReadsRequest request;
  request.mutable_item()->set_identifier(kCodeA);
  v1::ListFileReadsResponse reads;
  EXPECT_EQ(Reads({"agency_reader"}, request, &reads),
            "PERMISSION_DENIED ROLE_NOT_ALLOWED");
  for (const char* const role : {"enterprise", "enterprise_agent"}) {
    EXPECT_EQ(Reads({role}, request, &reads), "OK") << role;
    EXPECT_EQ(Reads({role, "", kCodeB}, request, &reads),
              "PERMISSION_DENIED OUT_OF_SCOPE")
        << role;
  }
  // One that does not exist looks the same.
  request.mutable_item()->set_identifier(kCodeC);
  EXPECT_EQ(Reads({"enterprise"}, request, &reads),
            "PERMISSION_DENIED OUT_OF_SCOPE");
  EXPECT_EQ(Reads({"auditor"}, request, &reads), "NOT_FOUND NOT_FOUND");
  // They have rows themselves.
  EXPECT_EQ(server_->AuditRows().size(), 12U);
}

TEST_F(AuditCallsTest, AnEnterpriseSeesWhoLookedAtItsFile) {
  ASSERT_EQ(Get(Reader("1"), kCodeA), "OK");
  ASSERT_EQ(Get(Reader("of another"), kCodeB), "OK");
  ASSERT_EQ(Get({"enterprise", "", kCodeA, "its own"}, kCodeA), "OK");
  ASSERT_EQ(Get({"enterprise_agent", "", kCodeA, "its own"}, kCodeA), "OK");
  ASSERT_EQ(Get({"system_admin"}, kCodeA),
            "PERMISSION_DENIED ROLE_NOT_ALLOWED");
  ASSERT_EQ(GetRecord(Reader("2"), record_ids_[0]), "OK");
  ASSERT_EQ(GetRecord(Reader("of another"), record_ids_[1]), "OK");
  ASSERT_EQ(ListRecords(Reader("3"), kCodeA), "OK");
  v1::ListAuditRowsResponse rows;
  v1::ListAuditRowsRequest of_a;
  of_a.mutable_item()->set_identifier(kCodeA);
  ASSERT_EQ(Rows({"auditor"}, of_a, &rows), "OK");
  ASSERT_EQ(Get({"inspector", "", kCodeA, "4"}, kCodeA, "核对"), "OK");
  const std::vector<std::string> told = Told({"enterprise"}, kCodeA, 2);
  EXPECT_THAT(told, ElementsAre("4 RegistryReadService.GetEnterprise",
                                "3 RegistryReadService.ListRecords",
                                "2 RegistryReadService.GetRecord",
                                "1 RegistryReadService.GetEnterprise"));
  EXPECT_EQ(Told({"enterprise_agent"}, kCodeA), told);
  EXPECT_EQ(Told({"auditor"}, kCodeA, 3), told);
  EXPECT_EQ(Told({"enterprise", "", kCodeB}, kCodeB).size(), 2U);

  v1::ListFileReadsRequest request;
  request.mutable_item()->set_identifier(kCodeA);
  v1::ListFileReadsResponse response;
  ASSERT_EQ(Reads({"enterprise"}, request, &response), "OK");
  const v1::FileRead& read = response.reads(0);
  EXPECT_EQ(TimeUtil::TimestampToMicroseconds(read.time()),
            absl::ToUnixMicros(server_->clock().Now()));
  EXPECT_EQ(read.agency(), kAgency);
  EXPECT_THAT(read.roles(), ElementsAre("INSPECTOR"));
  EXPECT_TRUE(read.personal());
  EXPECT_EQ(read.personal_purpose(), "核对");
  EXPECT_EQ(read.records(), 0);
  EXPECT_EQ(response.reads(1).records(), 1);
  EXPECT_EQ(response.reads(2).records(), 1);
  // Neither the person nor where from.
  const std::string text = response.Utf8DebugString();
  EXPECT_EQ(text.find("login.test"), std::string::npos) << text;
  EXPECT_EQ(text.find("127.0.0.1"), std::string::npos) << text;
}

TEST_F(AuditCallsTest, AReadOfWhatWasMergedIntoItIsOfItsFile) {
  ASSERT_EQ(Get(Reader("before"), kCodeB), "OK");
  v1::PutEnterpriseRequest request;
  request.set_request_id(server_->NewRequestId());
  *request.mutable_enterprise() = SampleEnterprise(kCodeA, "示例公司");
  v1::FormerCode& former = *request.mutable_enterprise()->add_former_codes();
  former.set_uscc(kCodeB);
  former.set_merged(true);
  ASSERT_EQ(Put(request), "OK");
  ASSERT_EQ(Get(Reader("after"), kCodeB), "OK");
  EXPECT_THAT(Told({"enterprise"}, kCodeA),
              ElementsAre("after RegistryReadService.GetEnterprise",
                          "before RegistryReadService.GetEnterprise"));
  v1::ListAuditRowsRequest rows;
  rows.mutable_item()->set_identifier(kCodeA);
  EXPECT_THAT(Numbers(rows), ElementsAre(2, 1));
  // The one that was taken over is told as what it was.
  v1::ListAuditRowsResponse response;
  ASSERT_EQ(Rows({"auditor"}, rows, &response), "OK");
  EXPECT_THAT(response.rows(response.rows_size() - 1).usccs(),
              ElementsAre(kCodeB));
}

TEST_F(AuditCallsTest, AnInvestigationIsToldWhenItsTimeIsOver) {
  ASSERT_EQ(Get(Reader("1"), kCodeA), "OK");
  ASSERT_EQ(Get({"inspector", "案1", kCodeA, "2"}, kCodeA), "OK");
  server_->clock().Advance(absl::Seconds(1));
  ASSERT_EQ(ListRecords({"department_reviewer", "案2", kCodeA, "3"}, kCodeA),
            "OK");
  ASSERT_EQ(Get(Reader("4"), kCodeA), "OK");
  const std::string get = " RegistryReadService.GetEnterprise";
  const std::string list = " RegistryReadService.ListRecords";
  EXPECT_THAT(Told({"auditor"}, kCodeA),
              ElementsAre("4" + get, "3" + list, "2" + get, "1" + get));
  EXPECT_THAT(Told({"enterprise"}, kCodeA), ElementsAre("4" + get, "1" + get));
  server_->clock().Advance(kWithheld - absl::Seconds(1) -
                           absl::Microseconds(1));
  EXPECT_THAT(Told({"enterprise"}, kCodeA), ElementsAre("4" + get, "1" + get));
  server_->clock().Advance(absl::Microseconds(1));
  EXPECT_THAT(Told({"enterprise"}, kCodeA),
              ElementsAre("4" + get, "2" + get, "1" + get));
  server_->clock().Advance(absl::Seconds(1));
  EXPECT_THAT(Told({"enterprise"}, kCodeA, 2),
              ElementsAre("4" + get, "3" + list, "2" + get, "1" + get));
  // Its number is never the enterprise's to know.
  v1::ListFileReadsRequest request;
  request.mutable_item()->set_identifier(kCodeA);
  v1::ListFileReadsResponse response;
  ASSERT_EQ(Reads({"enterprise"}, request, &response), "OK");
  EXPECT_EQ(response.Utf8DebugString().find("案"), std::string::npos);
  ASSERT_EQ(Reads({"auditor"}, request, &response), "OK");
  EXPECT_EQ(response.reads(1).investigation(), "案2");
}

// With investigations and without, an enterprise is answered the same.
TEST_F(AuditCallsTest, NothingTellsWhetherThereAreInvestigations) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(Get(Reader(absl::StrCat(i)), kCodeA), "OK");
    ASSERT_EQ(Get(Reader(absl::StrCat(i)), kCodeB), "OK");
    for (int j = 0; j < 7; ++j) {
      ASSERT_EQ(Get({"supervisor", "案1"}, kCodeB), "OK");
    }
  }
  for (const int page_size : {1, 2, 3, 5, 6}) {
    v1::ListFileReadsRequest of_a;
    of_a.mutable_item()->set_identifier(kCodeA);
    of_a.set_page_size(page_size);
    v1::ListFileReadsRequest of_b = of_a;
    of_b.mutable_item()->set_identifier(kCodeB);
    bool has_more = true;
    while (has_more) {
      v1::ListFileReadsResponse a;
      v1::ListFileReadsResponse b;
      ASSERT_EQ(Reads({"enterprise"}, of_a, &a), "OK");
      ASSERT_EQ(Reads({"enterprise", "", kCodeB}, of_b, &b), "OK");
      EXPECT_EQ(a.next_page_token().size(), b.next_page_token().size());
      of_a.set_page_token(a.next_page_token());
      of_b.set_page_token(b.next_page_token());
      has_more = !a.next_page_token().empty();
      a.clear_next_page_token();
      b.clear_next_page_token();
      EXPECT_EQ(a.SerializeAsString(), b.SerializeAsString());
    }
  }
}

TEST_F(AuditCallsTest, WhoMayMarkAnInvestigation) {
  for (const char* const role :
       {"inspector", "supervisor", "department_reviewer"}) {
    EXPECT_EQ(Get({role, "案1"}, kCodeA), "OK") << role;
    EXPECT_EQ(Get({role, std::string(100, 'x')}, kCodeA), "OK") << role;
    for (const std::string& text :
         {std::string(101, 'x'), std::string(" "), std::string("\xff")}) {
      EXPECT_EQ(Get({role, text}, kCodeA),
                "INVALID_ARGUMENT INVESTIGATION_INVALID")
          << role;
    }
  }
  for (const char* const role :
       {"agency_reader", "centre_reviewer", "risk_analyst", "enterprise"}) {
    EXPECT_EQ(Get({role, "案1"}, kCodeA),
              "PERMISSION_DENIED INVESTIGATION_NOT_ALLOWED")
        << role;
  }
  grpc::ClientContext context;
  Show({"inspector", "案1"}, &context);
  context.AddMetadata("creditreg-investigation-bin", "案2");
  v1::GetEnterpriseRequest request;
  request.mutable_item()->set_identifier(kCodeA);
  v1::GetEnterpriseResponse response;
  EXPECT_EQ(CodeAndReason(
                server_->read().GetEnterprise(&context, request, &response)),
            "INVALID_ARGUMENT INVESTIGATION_INVALID");
}

TEST_F(AuditCallsTest, WithoutItsIndexTheLogAnswersTheSameLater) {
  for (int i = 0; i < 6; ++i) {
    ASSERT_EQ(Get(Reader(absl::StrCat(i)), i % 2 == 0 ? kCodeA : kCodeB), "OK");
  }
  const std::vector<std::string> told = Told({"enterprise"}, kCodeA);
  ASSERT_EQ(told.size(), 3U);
  const std::string index = server_->audit_directory() + "/index";
  const std::string behind = directory_.Below("behind");
  const auto expect_the_same = [&] {
    EXPECT_EQ(Told({"enterprise"}, kCodeA), told);
    v1::ListAuditRowsRequest request;
    request.set_principal("https://login.test#agency_reader");
    EXPECT_THAT(Numbers(request), ElementsAre(6, 5, 4, 3, 2, 1));
  };
  server_->Restart(
      [&] { fs::copy(index, behind, fs::copy_options::recursive); });
  expect_the_same();
  server_->Restart([&] { fs::remove_all(index); });
  expect_the_same();
  server_->Restart([&] {
    fs::remove_all(index);
    fs::rename(behind, index);
  });
  expect_the_same();
  server_->Restart([&] {
    fs::remove_all(index);
    std::ofstream(index) << "no directory";
  });
  // The log goes on; only finding things does not.
  ASSERT_EQ(Get(Reader("6"), kCodeA), "OK");
  grpc::ClientContext context;
  Show({"auditor"}, &context);
  v1::ListAuditRowsResponse response;
  const grpc::Status status =
      server_->audits().ListAuditRows(&context, {}, &response);
  EXPECT_EQ(CodeAndReason(status), "UNAVAILABLE AUDIT_INDEX_BEHIND");
  EXPECT_TRUE(HasRetryInfo(status));
  fs::remove(index);
  EXPECT_EQ(Told({"enterprise"}, kCodeA).size(), told.size() + 1);
}

TEST_F(AuditCallsTest, AlteredRowsAreCounted) {
  for (int i = 0; i < 3; ++i) ASSERT_EQ(Get(Reader("x"), kCodeA), "OK");
  server_->AwaitAuditIndex();
  const std::string path = AuditSegmentPath(server_->audit_directory(), 1);
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(48 + 20);
    file << "!";
  }
  v1::ListAuditRowsResponse rows;
  ASSERT_EQ(Rows({"auditor"}, {}, &rows), "OK");
  EXPECT_EQ(rows.rows_size(), 2);
  EXPECT_EQ(rows.damaged_rows(), 1);
  v1::ListFileReadsRequest request;
  request.mutable_item()->set_identifier(kCodeA);
  v1::ListFileReadsResponse reads;
  ASSERT_EQ(Reads({"enterprise"}, request, &reads), "OK");
  EXPECT_EQ(reads.reads_size(), 2);
  EXPECT_EQ(reads.damaged_rows(), 1);
}

TEST_F(AuditCallsTest, AnAnswerGivenAgainIsARead) {
  v1::PutEnterpriseRequest request;
  request.set_request_id(server_->NewRequestId());
  *request.mutable_enterprise() = SampleEnterprise(kCodeC, "示例公司");
  ASSERT_EQ(Put(request), "OK");
  EXPECT_EQ(server_->AuditRows().size(), 0U);
  ASSERT_EQ(Put(request), "OK");
  const auto rows = server_->AuditRows();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].rpc(), "RegistryWriteService.PutEnterprise");
  EXPECT_EQ(rows[0].code(), "OK");
  EXPECT_EQ(rows[0].enterprise_nos_size(), 1);
  EXPECT_THAT(Told({"enterprise", "", kCodeC}, kCodeC),
              ElementsAre(absl::StrCat(kPurpose,
                                       " RegistryWriteService.PutEnterprise")));
}

TEST_F(AuditCallsTest, AFileImportedAgainIsARead) {
  const auto import = [&] {
    grpc::ClientContext context;
    Show({"centre_reviewer"}, &context);
    auto stream = server_->intake().Import(&context);
    const std::string file = absl::StrCat(
        "XK_XDR_MC,XK_XDR_SHXYM,XK_WSH,XK_NR,XK_JDRQ,XK_XKJG\r\n示例公司,",
        kCodeA, ",许1号,食品销售,2026-01-05,深圳市市场监督管理局\r\n");
    v1::ImportRequest request;
    request.mutable_start()->set_request_id("file-1");
    request.mutable_start()->set_format(v1::IMPORT_FORMAT_LICENCE_CSV);
    stream->Write(request);
    request.set_chunk(file);
    stream->Write(request);
    request.mutable_end()->set_total_bytes(
        static_cast<std::int64_t>(file.size()));
    stream->Write(request);
    stream->WritesDone();
    v1::ImportResponse response;
    while (stream->Read(&response)) {
    }
    return CodeAndReason(stream->Finish());
  };
  ASSERT_EQ(import(), "OK");
  EXPECT_EQ(server_->AuditRows().size(), 0U);
  ASSERT_EQ(import(), "OK");
  const auto rows = server_->AuditRows();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].rpc(), "IntakeService.Import");
  EXPECT_EQ(rows[0].code(), "OK");
}

TEST_F(AuditCallsTest, AVerificationHasARowBeforeItsProgress) {
  grpc::ClientContext context;
  Show({"system_admin"}, &context);
  auto stream = server_->admin().Verify(&context, v1::VerifyRequest());
  v1::VerifyResponse response;
  ASSERT_TRUE(stream->Read(&response));
  ASSERT_GE(server_->AuditRows().size(), 1U);
  EXPECT_EQ(server_->AuditRows()[0].rpc(), "AdminService.Verify");
  EXPECT_EQ(server_->AuditRows()[0].code(), "OK");
  EXPECT_EQ(server_->AuditRows()[0].reason(), "BEGUN");
  while (stream->Read(&response)) {
  }
  EXPECT_EQ(CodeAndReason(stream->Finish()), "OK");
  const auto rows = server_->AuditRows();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].code(), "OK");
  EXPECT_EQ(rows[1].reason(), "");
}

}  // namespace
}  // namespace creditreg
