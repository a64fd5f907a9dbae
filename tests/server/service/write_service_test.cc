// RegistryWriteService over real gRPC and a real registry: what each call
// answers, and every documented error.

#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/registry/registry.h"
#include "tests/server/service/service_fixture.h"
#include "tests/server/service/test_server.h"

namespace creditreg {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

using WriteServiceTest = ServiceTest;

TEST_F(WriteServiceTest, ACorrectionIsANewVersion) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  v1::PersonalFields personal;
  personal.set_telephone("13800138000");
  const std::string id = server_.Submit(
      SampleLicence(kCodeA, "甲公司", "粤许〔2026〕1号"), personal);
  v1::CorrectRecordRequest request;
  request.set_request_id(server_.NewRequestId());
  request.set_record_id(id);
  request.set_etag(GetRecord(id).etag());
  *request.mutable_record() =
      SampleLicence(kCodeA, "甲公司", "粤许〔2026〕2号");
  request.set_reason("文书号录入错误");
  v1::CorrectRecordResponse corrected;
  ASSERT_EQ(CodeAndReason(Write(request, &corrected)), "OK");
  EXPECT_EQ(corrected.outcome(), v1::OUTCOME_UPDATED);
  EXPECT_EQ(corrected.record().record_id(), id);
  EXPECT_EQ(corrected.record().licence().document_number(), "粤许〔2026〕2号");

  // The same request again answers the same; a stale etag does not.
  v1::CorrectRecordResponse again;
  ASSERT_EQ(CodeAndReason(Write(request, &again)), "OK");
  EXPECT_EQ(again.record().etag(), corrected.record().etag());
  request.set_request_id(server_.NewRequestId());
  EXPECT_EQ(CodeAndReason(Write(request, &again)), "ABORTED ETAG_MISMATCH");

  v1::GetRecordRequest get;
  get.set_record_id(id);
  get.mutable_personal()->set_purpose("核查");
  v1::GetRecordResponse got;
  ASSERT_TRUE(Read(get, &got).ok());
  EXPECT_EQ(got.personal().telephone(), "13800138000");

  v1::ListRecordVersionsRequest list;
  list.set_record_id(id);
  list.set_page_size(1);
  v1::ListRecordVersionsResponse newest;
  ASSERT_TRUE(Read(list, &newest).ok());
  ASSERT_EQ(newest.versions_size(), 1);
  EXPECT_EQ(newest.versions(0).licence().document_number(), "粤许〔2026〕2号");
  list.set_page_token(newest.next_page_token());
  v1::ListRecordVersionsResponse oldest;
  ASSERT_TRUE(Read(list, &oldest).ok());
  ASSERT_EQ(oldest.versions_size(), 1);
  EXPECT_EQ(oldest.versions(0).licence().document_number(), "粤许〔2026〕1号");
  EXPECT_EQ(oldest.next_page_token(), "");
}

TEST_F(WriteServiceTest, CorrectionsHaveTheirErrors) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  const std::string id =
      server_.Submit(SampleLicence(kCodeA, "甲公司", "许1号"));
  server_.Submit(SampleLicence(kCodeA, "甲公司", "许2号"));
  v1::CorrectRecordRequest good;
  good.set_request_id("correction");
  good.set_record_id(id);
  good.set_etag(GetRecord(id).etag());
  *good.mutable_record() = SampleLicence(kCodeA, "甲公司", "许3号");
  good.set_reason("录入错误");
  v1::CorrectRecordResponse response;

  v1::CorrectRecordRequest request = good;
  request.clear_request_id();
  EXPECT_EQ(FirstField(Write(request, &response)), "request_id");
  request = good;
  request.set_request_id("white space");
  EXPECT_EQ(FirstField(Write(request, &response)), "request_id");
  request = good;
  request.clear_etag();
  EXPECT_EQ(FirstField(Write(request, &response)), "etag");
  request = good;
  request.clear_reason();
  EXPECT_EQ(FirstField(Write(request, &response)), "reason");
  request = good;
  request.clear_record();
  EXPECT_EQ(FirstField(Write(request, &response)), "record");
  request = good;
  request.mutable_record()->set_family(v1::FAMILY_PENALTY);
  EXPECT_EQ(FirstField(Write(request, &response)), "record.family");
  request = good;
  request.set_record_id(std::string(26, 'a'));
  EXPECT_EQ(CodeAndReason(Write(request, &response)), "NOT_FOUND NOT_FOUND");
  request = good;
  *request.mutable_record() = SampleLicence(kCodeA, "甲公司", "许2号");
  EXPECT_EQ(CodeAndReason(Write(request, &response)),
            "ALREADY_EXISTS KEY_TAKEN");
  request = good;
  request.set_validate_only(true);
  EXPECT_EQ(CodeAndReason(Write(request, &response)), "OK");
  EXPECT_EQ(GetRecord(id).licence().document_number(), "许1号");

  v1::WithdrawRecordRequest withdraw;
  withdraw.set_request_id("withdrawal");
  withdraw.set_record_id(id);
  withdraw.set_reason("撤回");
  v1::WithdrawRecordResponse withdrawn;
  ASSERT_EQ(CodeAndReason(Write(withdraw, &withdrawn)), "OK");
  request = good;
  request.set_etag(withdrawn.record().etag());
  EXPECT_EQ(CodeAndReason(Write(request, &response)),
            "FAILED_PRECONDITION WITHDRAWN");
}

TEST_F(WriteServiceTest, AWithdrawnRecordStaysWithItsReason) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  const std::string id =
      server_.Submit(SamplePenalty(kCodeA, "甲公司", "罚1号"));
  v1::WithdrawRecordRequest request;
  request.set_request_id("w-1");
  request.set_record_id(id);
  request.set_reason("处罚决定已撤销");
  v1::WithdrawRecordResponse response;
  ASSERT_EQ(CodeAndReason(Write(request, &response)), "OK");
  EXPECT_EQ(response.outcome(), v1::OUTCOME_UPDATED);
  EXPECT_EQ(response.record().state(), v1::RECORD_STATE_WITHDRAWN);
  EXPECT_EQ(response.record().withdrawn_reason(), "处罚决定已撤销");
  request.set_request_id("w-2");
  ASSERT_EQ(CodeAndReason(Write(request, &response)), "OK");
  EXPECT_EQ(response.outcome(), v1::OUTCOME_UNCHANGED);
  request.set_request_id("w-3");
  request.set_record_id(std::string(26, 'b'));
  EXPECT_EQ(CodeAndReason(Write(request, &response)), "NOT_FOUND NOT_FOUND");
  request.set_record_id(id);
  request.clear_reason();
  EXPECT_EQ(FirstField(Write(request, &response)), "reason");
}

TEST_F(WriteServiceTest, AWriteAgainAnswersTheSameOrIsRefused) {
  v1::PutEnterpriseRequest request =
      PutRequest(SampleEnterprise(kCodeA, "甲公司"));
  v1::PutEnterpriseResponse first;
  ASSERT_EQ(CodeAndReason(Write(request, &first)), "OK");
  v1::PutEnterpriseResponse again;
  ASSERT_EQ(CodeAndReason(Write(request, &again)), "OK");
  EXPECT_EQ(again.SerializeAsString(), first.SerializeAsString());
  request.mutable_enterprise()->set_remark("另一内容");
  EXPECT_EQ(CodeAndReason(Write(request, &again)),
            "ALREADY_EXISTS REQUEST_ID_REUSED");
}

TEST_F(WriteServiceTest, PutsHaveTheirErrors) {
  v1::PutEnterpriseResponse response;
  v1::PutEnterpriseRequest request =
      PutRequest(SampleEnterprise(kCodeA, "甲公司"));
  request.clear_enterprise();
  EXPECT_EQ(FirstField(Write(request, &response)), "enterprise");
  request = PutRequest(SampleEnterprise(kCodeA, ""));
  EXPECT_EQ(FirstField(Write(request, &response)), "enterprise.name");
  request = PutRequest(SampleEnterprise(kCodeA, "甲公司"));
  request.set_source_id("nobody");
  EXPECT_EQ(FirstField(Write(request, &response)), "source_id");
  request = PutRequest(SampleEnterprise(kCodeA, "甲公司"));
  request.set_request_id(std::string(65, 'r'));
  EXPECT_EQ(FirstField(Write(request, &response)), "request_id");

  request = PutRequest(SampleEnterprise(kCodeA, "甲公司"));
  request.set_validate_only(true);
  ASSERT_EQ(CodeAndReason(Write(request, &response)), "OK");
  EXPECT_EQ(response.outcome(), v1::OUTCOME_CREATED);
  EXPECT_EQ(response.enterprise().name(), "甲公司");
  EXPECT_EQ(server_.Get(kCodeA).verdict(), v1::LOOKUP_VERDICT_NOT_FOUND);

  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  request = PutRequest(SampleEnterprise(kCodeA, "甲公司"));
  request.mutable_enterprise()->set_remark("改");
  request.set_etag("0123456789abcdef");
  EXPECT_EQ(CodeAndReason(Write(request, &response)), "ABORTED ETAG_MISMATCH");

  v1::Enterprise stranger = SampleEnterprise(kCodeA, "完全不同的另一家工厂");
  stranger.set_established_on("1999-09-09");
  request = PutRequest(stranger);
  EXPECT_EQ(CodeAndReason(Write(request, &response)),
            "FAILED_PRECONDITION CODE_CONFLICT");
}

TEST_F(WriteServiceTest, EachSubmittedRecordHasItsOutcome) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  v1::SubmitRecordsRequest request;
  request.set_request_id("s-1");
  *request.add_records()->mutable_record() =
      SampleLicence(kCodeA, "甲公司", "许1号");
  v1::Record nameless = SampleLicence(kCodeA, "", "许2号");
  *request.add_records()->mutable_record() = nameless;
  *request.add_records()->mutable_record() =
      SamplePenalty(kCodeB, "乙公司", "罚1号");
  v1::SubmitRecordsResponse response;
  ASSERT_EQ(CodeAndReason(Write(request, &response)), "OK");
  ASSERT_EQ(response.results_size(), 3);
  EXPECT_EQ(response.results(0).outcome(), v1::OUTCOME_CREATED);
  EXPECT_THAT(response.results(0).etag(), SizeIs(16));
  EXPECT_EQ(response.results(1).outcome(), v1::OUTCOME_REJECTED);
  EXPECT_EQ(response.results(1).record_id(), "");
  EXPECT_THAT(response.results(1).findings(), Not(IsEmpty()));
  EXPECT_EQ(response.results(2).outcome(), v1::OUTCOME_PENDING);
  EXPECT_THAT(response.results(2).record_id(), SizeIs(26));

  v1::SubmitRecordsResponse again;
  ASSERT_EQ(CodeAndReason(Write(request, &again)), "OK");
  EXPECT_EQ(again.SerializeAsString(), response.SerializeAsString());

  request.set_request_id("s-2");
  ASSERT_EQ(CodeAndReason(Write(request, &again)), "OK");
  EXPECT_EQ(again.results(0).outcome(), v1::OUTCOME_UNCHANGED);
}

TEST_F(WriteServiceTest, WhatIsDecidedAfterItCameIsKeptWithAFlag) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  v1::SubmitRecordsRequest request;
  request.set_request_id("s-1");
  v1::Record& record = *request.add_records()->mutable_record();
  record = SampleLicence(kCodeA, "甲公司", "许1号");
  // Of two days after the server's.
  record.mutable_licence()->set_decided_on("2026-11-26");
  v1::SubmitRecordsResponse response;
  ASSERT_EQ(CodeAndReason(Write(request, &response)), "OK");
  ASSERT_EQ(response.results_size(), 1);
  EXPECT_EQ(response.results(0).outcome(), v1::OUTCOME_CREATED);
  EXPECT_THAT(GetRecord(response.results(0).record_id()).quality_flags(),
              Contains("DATE_FUTURE"));

  // It is the same fact when the day has come.
  server_.clock().Advance(absl::Hours(72));
  request.set_request_id("s-2");
  ASSERT_EQ(CodeAndReason(Write(request, &response)), "OK");
  EXPECT_EQ(response.results(0).outcome(), v1::OUTCOME_UNCHANGED);
}

TEST_F(WriteServiceTest, SubmissionsHaveTheirErrors) {
  v1::SubmitRecordsRequest request;
  request.set_request_id("s-1");
  v1::SubmitRecordsResponse response;
  EXPECT_EQ(FirstField(Write(request, &response)), "records");
  for (int i = 0; i < 201; ++i) {
    *request.add_records()->mutable_record() =
        SampleLicence(kCodeA, "甲公司", absl::StrCat("许", i, "号"));
  }
  EXPECT_EQ(FirstField(Write(request, &response)), "records");
  request.mutable_records()->RemoveLast();
  request.set_validate_only(true);
  ASSERT_EQ(CodeAndReason(Write(request, &response)), "OK");
  EXPECT_EQ(response.results_size(), 200);
  EXPECT_EQ(response.results(0).record_id(), "");
  request.set_source_id("nobody");
  EXPECT_EQ(FirstField(Write(request, &response)), "source_id");
}

TEST_F(WriteServiceTest, AHiddenFileIsWithheldForGovernment) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  v1::WithholdEnterpriseRequest request;
  request.set_request_id("h-1");
  request.mutable_item()->set_identifier(kCodeA);
  request.set_withheld(true);
  v1::WithholdEnterpriseResponse response;
  EXPECT_EQ(FirstField(Write(request, &response)), "reason");
  request.set_reason("法院令");
  ASSERT_EQ(CodeAndReason(Write(request, &response)), "OK");
  EXPECT_EQ(response.outcome(), v1::OUTCOME_UPDATED);
  EXPECT_EQ(response.enterprise().withheld_reason(), "法院令");
  EXPECT_EQ(server_.Get(kCodeA).verdict(), v1::LOOKUP_VERDICT_WITHHELD);
  EXPECT_EQ(server_.GetPublic(kCodeA).verdict(), v1::LOOKUP_VERDICT_NOT_FOUND);
  request.set_request_id("h-2");
  request.set_withheld(false);
  ASSERT_EQ(CodeAndReason(Write(request, &response)), "OK");
  EXPECT_EQ(server_.GetPublic(kCodeA).verdict(), v1::LOOKUP_VERDICT_FOUND);
  request.set_request_id("h-3");
  request.mutable_item()->set_identifier(kCodeB);
  EXPECT_EQ(CodeAndReason(Write(request, &response)), "NOT_FOUND NOT_FOUND");
}

// Also when the identifier it was asked by leads nowhere any more.
TEST_F(WriteServiceTest, AWithholdingSentAgainIsAnsweredAsTheFirstTime) {
  v1::Enterprise enterprise = SampleEnterprise(kCodeA, "甲公司");
  v1::OldNumber& number = *enterprise.add_old_numbers();
  number.set_kind(v1::OLD_NUMBER_KIND_STATISTICS);
  number.set_value("TJ-01");
  server_.Put(enterprise);
  v1::WithholdEnterpriseRequest request;
  request.set_request_id("h-1");
  request.mutable_item()->set_identifier("TJ-01");
  request.set_withheld(true);
  request.set_reason("法院令");
  v1::WithholdEnterpriseResponse first;
  ASSERT_EQ(CodeAndReason(Write(request, &first)), "OK");
  enterprise.clear_old_numbers();
  server_.Put(enterprise);
  v1::WithholdEnterpriseResponse again;
  ASSERT_EQ(CodeAndReason(Write(request, &again)), "OK");
  EXPECT_EQ(again.ShortDebugString(), first.ShortDebugString());
  request.set_reason("另一道命令");
  EXPECT_EQ(CodeAndReason(Write(request, &again)),
            "ALREADY_EXISTS REQUEST_ID_REUSED");
}

TEST_F(WriteServiceTest, ADrainedRegistryRefusesWritesAndReadsOn) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  server_.registry().Drain();
  v1::PutEnterpriseResponse response;
  const grpc::Status status =
      Write(PutRequest(SampleEnterprise(kCodeB, "乙公司")), &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(server_.Get(kCodeA).verdict(), v1::LOOKUP_VERDICT_FOUND);
}

TEST_F(WriteServiceTest, WhatWasAcknowledgedSurvivesARestart) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  const std::string id =
      server_.Submit(SampleLicence(kCodeA, "甲公司", "许1号"));
  server_.Restart();
  EXPECT_EQ(server_.Get(kCodeA).enterprise().name(), "甲公司");
  EXPECT_EQ(GetRecord(id).enterprise_uscc(), kCodeA);
}

// What waits for the writer counts as what waits for callers does.
TEST(WriteMemoryTest, WritesThatWaitFillTheMemoryTheyMayTake) {
  TestServerOptions options;
  options.max_held_bytes = 1000;
  TestServer server(CREDITREG_SOURCE_DIR "/conf/intake", options);
  // The writer answers on its own thread, so that it stands still meanwhile.
  absl::Notification at_rest;
  absl::Notification go_on;
  WithholdEnterprise nobody;
  nobody.request.request_id = "nobody-1";
  server.registry().Submit(nobody,
                           [&](const absl::StatusOr<WriteAnswer>& /*answer*/) {
                             at_rest.Notify();
                             go_on.WaitForNotification();
                           });
  at_rest.WaitForNotification();
  v1::PutEnterpriseRequest request;
  request.set_request_id("first-1");
  *request.mutable_enterprise() = SampleEnterprise(kCodeA, "甲公司");
  request.mutable_enterprise()->set_business_scope(std::string(900, 'x'));
  const auto put = [&server](const v1::PutEnterpriseRequest& of) {
    grpc::ClientContext context;
    v1::PutEnterpriseResponse response;
    return CodeAndReason(server.write().PutEnterprise(&context, of, &response));
  };
  std::string first;
  std::thread caller([&] { first = put(request); });
  while (server.gate().held_bytes() < options.max_held_bytes) {
    std::this_thread::yield();
  }
  v1::PutEnterpriseRequest second = request;
  second.set_request_id("second-1");
  EXPECT_EQ(put(second), "RESOURCE_EXHAUSTED OVERLOADED");
  go_on.Notify();
  caller.join();
  EXPECT_EQ(first, "OK");
  EXPECT_EQ(put(second), "OK");
}

}  // namespace
}  // namespace creditreg
