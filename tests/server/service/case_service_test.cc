// Cases over real gRPC: from the application to what the public no longer sees,
// and what receivers and the national platform are told.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"
#include "index/base/civil_day.h"
#include "tests/server/service/test_server.h"

namespace creditreg {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kTables[] = CREDITREG_SOURCE_DIR "/conf/intake";

class CaseServiceTest : public ::testing::Test {
 protected:
  CaseServiceTest() { server_.Put(SampleEnterprise(kCodeA, "甲公司")); }

  // 一般: shown for a year, repair after three months.
  std::string Penalty(const std::string& document,
                      const std::string& decided = "2026-05-08") {
    v1::Record record = SamplePenalty(kCodeA, "甲公司", document);
    v1::Penalty& penalty = *record.mutable_penalty();
    penalty.clear_kinds();
    penalty.clear_fine_fen();
    penalty.set_procedure(v1::Penalty::PROCEDURE_ORDINARY);
    penalty.add_kinds("没收违法所得");
    penalty.set_decided_on(decided);
    return server_.Submit(record);
  }

  v1::OpenCaseRequest Repair(const std::string& record_id,
                             const std::vector<std::string>& papers = {
                                 "PROOF", "COMMITMENT"}) {
    v1::OpenCaseRequest request;
    request.set_request_id(server_.NewRequestId());
    request.set_kind(v1::CASE_KIND_REPAIR);
    request.set_record_id(record_id);
    request.set_reason("已履行完毕");
    request.set_submit(true);
    for (const std::string& paper : papers) {
      v1::CaseMaterial* material = request.add_materials();
      material->set_material(paper);
      material->set_sm3(std::string(32, 'p'));
    }
    return request;
  }

  grpc::Status Open(const v1::OpenCaseRequest& request,
                    v1::OpenCaseResponse* response) {
    grpc::ClientContext context;
    return server_.cases().OpenCase(&context, request, response);
  }

  grpc::Status Step(const std::string& case_id, v1::CaseAction action,
                    v1::AdvanceCaseResponse* response,
                    const std::string& etag = "") {
    v1::AdvanceCaseRequest request;
    request.set_request_id(server_.NewRequestId());
    request.set_case_id(case_id);
    request.set_action(action);
    request.set_reason("已核实");
    request.set_etag(etag);
    grpc::ClientContext context;
    return server_.cases().AdvanceCase(&context, request, response);
  }

  v1::Case Repaired(const std::string& record_id) {
    v1::OpenCaseResponse opened;
    EXPECT_EQ(CodeAndReason(Open(Repair(record_id), &opened)), "OK");
    v1::AdvanceCaseResponse response;
    const std::string& id = opened.case_().case_id();
    EXPECT_EQ(CodeAndReason(Step(id, v1::CASE_ACTION_ACCEPT, &response)), "OK");
    EXPECT_EQ(CodeAndReason(Step(id, v1::CASE_ACTION_APPROVE, &response)),
              "OK");
    return response.case_();
  }

  int PenaltiesShown() {
    v1::GetPublicEnterpriseRequest request;
    request.mutable_item()->set_identifier(kCodeA);
    v1::GetPublicEnterpriseResponse response;
    grpc::ClientContext context;
    EXPECT_EQ(CodeAndReason(server_.lookup().GetPublicEnterprise(
                  &context, request, &response)),
              "OK");
    return response.penalties_size();
  }

  TestServer server_{kTables};
};

TEST_F(CaseServiceTest, ARepairFromTheApplicationToTheReceivers) {
  const std::string record_id = Penalty("罚1号");
  EXPECT_EQ(PenaltiesShown(), 1);
  v1::OpenCaseResponse opened;
  ASSERT_EQ(CodeAndReason(Open(Repair(record_id), &opened)), "OK");
  EXPECT_EQ(opened.outcome(), v1::OUTCOME_CREATED);
  const v1::Case& mine = opened.case_();
  EXPECT_EQ(mine.state(), v1::CASE_STATE_SUBMITTED);
  EXPECT_EQ(mine.procedure(), "CC36-REPAIR");
  EXPECT_EQ(mine.enterprise_uscc(), kCodeA);
  EXPECT_THAT(mine.missing_materials(), IsEmpty());
  ASSERT_GE(mine.clocks_size(), 1);
  // Acceptance: three working days after Tuesday 2026-11-24.
  EXPECT_EQ(mine.clocks(0).due_on(), "2026-11-27");
  EXPECT_FALSE(mine.clocks(0).overdue());
  v1::AdvanceCaseResponse response;
  EXPECT_EQ(
      CodeAndReason(Step(mine.case_id(), v1::CASE_ACTION_APPROVE, &response)),
      "FAILED_PRECONDITION WRONG_STATE");
  EXPECT_EQ(CodeAndReason(Step(mine.case_id(), v1::CASE_ACTION_ACCEPT,
                               &response, "0000000000000000")),
            "ABORTED ETAG_MISMATCH");
  ASSERT_EQ(CodeAndReason(Step(mine.case_id(), v1::CASE_ACTION_ACCEPT,
                               &response, mine.etag())),
            "OK");
  EXPECT_EQ(PenaltiesShown(), 1);
  ASSERT_EQ(
      CodeAndReason(Step(mine.case_id(), v1::CASE_ACTION_APPROVE, &response)),
      "OK");
  EXPECT_EQ(response.case_().state(), v1::CASE_STATE_APPROVED);
  EXPECT_EQ(response.case_().steps_size(), 4);
  EXPECT_EQ(PenaltiesShown(), 0);

  v1::ListWithdrawalsResponse told;
  {
    grpc::ClientContext context;
    ASSERT_EQ(CodeAndReason(server_.cases().ListWithdrawals(
                  &context, v1::ListWithdrawalsRequest(), &told)),
              "OK");
  }
  ASSERT_EQ(told.withdrawals_size(), 1);
  EXPECT_EQ(told.withdrawals(0).record_id(), record_id);
  EXPECT_EQ(told.withdrawals(0).reason(),
            v1::WithdrawalNotice::REASON_REPAIRED);
  EXPECT_EQ(told.withdrawals(0).due_on(), "2026-11-27");
  EXPECT_EQ(told.withdrawals(0).document_number(), "罚1号");
  EXPECT_EQ(told.withdrawals(0).channels_size(), 2);
}

TEST_F(CaseServiceTest, WhoIsLateIsListedUntilItAcknowledges) {
  Repaired(Penalty("罚1号"));
  v1::AcknowledgeWithdrawalsRequest registering;
  registering.set_request_id(server_.NewRequestId());
  v1::AcknowledgeWithdrawalsResponse response;
  {
    grpc::ClientContext context;
    ASSERT_EQ(CodeAndReason(server_.cases().AcknowledgeWithdrawals(
                  &context, registering, &response)),
              "OK");
  }
  const auto receivers = [&] {
    v1::ListReceiversResponse listed;
    grpc::ClientContext context;
    EXPECT_EQ(CodeAndReason(server_.cases().ListReceivers(
                  &context, v1::ListReceiversRequest(), &listed)),
              "OK");
    return listed;
  };
  ASSERT_EQ(receivers().receivers_size(), 1);
  EXPECT_EQ(receivers().receivers(0).open(), 1);
  EXPECT_EQ(receivers().receivers(0).late(), 0);
  server_.clock().Advance(absl::Hours(24 * 4));
  EXPECT_EQ(receivers().receivers(0).late(), 1);
  EXPECT_EQ(receivers().receivers(0).late_since(), "2026-11-27");
  v1::ListWithdrawalsResponse told;
  {
    grpc::ClientContext context;
    ASSERT_EQ(CodeAndReason(server_.cases().ListWithdrawals(
                  &context, v1::ListWithdrawalsRequest(), &told)),
              "OK");
  }
  v1::AcknowledgeWithdrawalsRequest done;
  done.set_request_id(server_.NewRequestId());
  *done.mutable_up_to() = told.withdrawals(0).position();
  {
    grpc::ClientContext context;
    ASSERT_EQ(CodeAndReason(server_.cases().AcknowledgeWithdrawals(
                  &context, done, &response)),
              "OK");
  }
  EXPECT_EQ(receivers().receivers(0).open(), 0);
  EXPECT_EQ(receivers().receivers(0).late(), 0);
}

TEST_F(CaseServiceTest, TooEarlyAndTooLittleAreRefusedWithWhatIsMissing) {
  v1::OpenCaseResponse opened;
  const grpc::Status early =
      Open(Repair(Penalty("罚1号", "2026-10-12")), &opened);
  EXPECT_EQ(CodeAndReason(early), "FAILED_PRECONDITION TOO_EARLY");
  EXPECT_THAT(early.error_message(), HasSubstr("2027-01-13"));
  v1::OpenCaseRequest draft = Repair(Penalty("罚2号"), {"OTHER"});
  EXPECT_EQ(CodeAndReason(Open(draft, &opened)),
            "FAILED_PRECONDITION MATERIAL_MISSING");
  draft.set_request_id(server_.NewRequestId());
  draft.set_submit(false);
  ASSERT_EQ(CodeAndReason(Open(draft, &opened)), "OK");
  EXPECT_EQ(opened.case_().state(), v1::CASE_STATE_DRAFT);
  EXPECT_THAT(opened.case_().missing_materials(),
              ElementsAre("PROOF", "COMMITMENT"));
}

TEST_F(CaseServiceTest, TheSameRequestIsAnsweredTheSame) {
  const v1::OpenCaseRequest request = Repair(Penalty("罚1号"));
  v1::OpenCaseResponse first;
  v1::OpenCaseResponse second;
  ASSERT_EQ(CodeAndReason(Open(request, &first)), "OK");
  ASSERT_EQ(CodeAndReason(Open(request, &second)), "OK");
  EXPECT_EQ(first.case_().case_id(), second.case_().case_id());
  v1::OpenCaseRequest other = request;
  other.set_reason("别的");
  EXPECT_EQ(CodeAndReason(Open(other, &second)),
            "ALREADY_EXISTS REQUEST_ID_REUSED");
}

TEST_F(CaseServiceTest, WhatIsDisputedSaysSoToThePublic) {
  const std::string record_id = Penalty("罚1号");
  v1::OpenCaseRequest request = Repair(record_id, {"EVIDENCE"});
  request.set_kind(v1::CASE_KIND_OBJECTION);
  v1::OpenCaseResponse opened;
  ASSERT_EQ(CodeAndReason(Open(request, &opened)), "OK");
  v1::AdvanceCaseResponse response;
  ASSERT_EQ(CodeAndReason(Step(opened.case_().case_id(), v1::CASE_ACTION_ACCEPT,
                               &response)),
            "OK");
  v1::GetPublicEnterpriseRequest get;
  get.mutable_item()->set_identifier(kCodeA);
  v1::GetPublicEnterpriseResponse page;
  grpc::ClientContext context;
  ASSERT_EQ(
      CodeAndReason(server_.lookup().GetPublicEnterprise(&context, get, &page)),
      "OK");
  ASSERT_EQ(page.penalties_size(), 1);
  EXPECT_TRUE(page.penalties(0).disputed());
}

TEST_F(CaseServiceTest, StepsOfTheNationalPlatformAreTakenAndReconciled) {
  const std::string record_id = Penalty("罚1号");
  v1::ImportCaseStepsRequest request;
  request.set_request_id(server_.NewRequestId());
  const auto add = [&](int number, v1::CaseAction action) {
    v1::NationalStep* step = request.add_steps();
    step->set_national_no("GJ2026001");
    step->set_step(number);
    step->set_action(action);
    step->set_taken_on("2026-11-23");
    step->set_reason("国家平台");
    if (number == 1) {
      step->set_kind(v1::CASE_KIND_REPAIR);
      step->set_record_id(record_id);
    }
  };
  add(2, v1::CASE_ACTION_ACCEPT);
  add(1, v1::CASE_ACTION_OPEN);
  add(1, v1::CASE_ACTION_OPEN);
  v1::ImportCaseStepsResponse response;
  {
    grpc::ClientContext context;
    ASSERT_EQ(CodeAndReason(server_.cases().ImportCaseSteps(&context, request,
                                                            &response)),
              "OK");
  }
  ASSERT_EQ(response.results_size(), 3);
  EXPECT_EQ(response.results(0).result(), v1::CaseStepResult::RESULT_HELD);
  EXPECT_EQ(response.results(1).result(), v1::CaseStepResult::RESULT_TAKEN)
      << response.results(1).error();
  EXPECT_EQ(response.results(2).result(), v1::CaseStepResult::RESULT_REPEATED);

  v1::ReconcileCasesRequest reconcile;
  auto* standing = reconcile.add_standings();
  standing->set_national_no("GJ2026001");
  standing->set_state(v1::CASE_STATE_ACCEPTED);
  standing->set_last_step(2);
  reconcile.add_standings()->set_national_no("GJ2026002");
  v1::ReconcileCasesResponse differences;
  {
    grpc::ClientContext context;
    ASSERT_EQ(CodeAndReason(server_.cases().ReconcileCases(&context, reconcile,
                                                           &differences)),
              "OK");
  }
  ASSERT_EQ(differences.findings_size(), 1);
  EXPECT_EQ(differences.findings(0).national_no(), "GJ2026002");
  EXPECT_EQ(differences.findings(0).difference(),
            v1::ReconcileCasesResponse::DIFFERENCE_UNKNOWN_HERE);

  // What is decided here is told to the platform, and its echo is no new step.
  v1::GetCaseRequest get;
  get.set_national_no("GJ2026001");
  v1::GetCaseResponse mine;
  {
    grpc::ClientContext context;
    ASSERT_EQ(CodeAndReason(server_.cases().GetCase(&context, get, &mine)),
              "OK");
  }
  v1::AdvanceCaseResponse advanced;
  ASSERT_EQ(CodeAndReason(Step(mine.case_().case_id(), v1::CASE_ACTION_APPROVE,
                               &advanced)),
            "OK");
  v1::ListCaseStepsResponse steps;
  {
    grpc::ClientContext context;
    ASSERT_EQ(CodeAndReason(server_.cases().ListCaseSteps(
                  &context, v1::ListCaseStepsRequest(), &steps)),
              "OK");
  }
  ASSERT_EQ(steps.entries_size(), 1);
  EXPECT_EQ(steps.entries(0).step().action(), v1::CASE_ACTION_APPROVE);
  request.clear_steps();
  request.set_request_id(server_.NewRequestId());
  add(3, v1::CASE_ACTION_APPROVE);
  {
    grpc::ClientContext context;
    ASSERT_EQ(CodeAndReason(server_.cases().ImportCaseSteps(&context, request,
                                                            &response)),
              "OK");
  }
  EXPECT_EQ(response.results(response.results_size() - 1).result(),
            v1::CaseStepResult::RESULT_TAKEN);
  EXPECT_EQ(PenaltiesShown(), 0);
}

TEST_F(CaseServiceTest, QualityOfSourcesByMonth) {
  for (const char* const decided : {"2026-11-20", "2026-10-09"}) {
    v1::Record record = SamplePenalty(kCodeA, "甲公司", decided);
    v1::Penalty& penalty = *record.mutable_penalty();
    penalty.set_legal_basis("示例条例第一条");
    penalty.set_content("罚款");
    penalty.set_decided_on(decided);
    penalty.set_effective_until("2027-11-20");
    record.mutable_party()->set_legal_representative("示例");
    record.mutable_deciding_agency()->set_uscc("11100000MB0143028R");
    *record.mutable_submitting_agency() = record.deciding_agency();
    const std::string record_id = server_.Submit(record);
    v1::GetRecordRequest get;
    get.set_record_id(record_id);
    v1::GetRecordResponse stored;
    grpc::ClientContext context;
    ASSERT_EQ(CodeAndReason(server_.read().GetRecord(&context, get, &stored)),
              "OK");
    ASSERT_THAT(stored.record().quality_flags(), IsEmpty());
  }
  v1::GetSourceQualityRequest request;
  request.set_from_month("2026-11");
  request.set_to_month("2026-11");
  v1::GetSourceQualityResponse response;
  {
    grpc::ClientContext context;
    ASSERT_EQ(CodeAndReason(server_.publication().GetSourceQuality(
                  &context, request, &response)),
              "OK");
  }
  EXPECT_EQ(response.report_within_days(), 7);
  EXPECT_EQ(response.total().reported(), 2);
  EXPECT_EQ(response.total().timely(), 1);
  EXPECT_EQ(response.total().late(), 1);
  EXPECT_EQ(response.total().timeliness_bp(), 5000);
  ASSERT_THAT(response.cells(), SizeIs(1));
  EXPECT_EQ(response.cells(0).family(), v1::FAMILY_PENALTY);
  request.set_to_month("2026-13");
  grpc::ClientContext context;
  EXPECT_EQ(CodeAndReason(server_.publication().GetSourceQuality(
                &context, request, &response)),
            "INVALID_ARGUMENT INVALID_ARGUMENT");
}

TEST_F(CaseServiceTest, HistoryNamesWhatEachVersionChanged) {
  const std::string record_id = Penalty("罚1号");
  v1::Record again = SamplePenalty(kCodeA, "甲公司", "罚1号");
  v1::Penalty& penalty = *again.mutable_penalty();
  penalty.clear_kinds();
  penalty.clear_fine_fen();
  penalty.set_procedure(v1::Penalty::PROCEDURE_ORDINARY);
  penalty.add_kinds("没收违法所得");
  penalty.add_kinds("警告");
  penalty.set_decided_on("2026-05-09");
  server_.Submit(again);
  v1::ListRecordVersionsRequest request;
  request.set_record_id(record_id);
  v1::ListRecordVersionsResponse response;
  grpc::ClientContext context;
  ASSERT_EQ(CodeAndReason(server_.read().ListRecordVersions(&context, request,
                                                            &response)),
            "OK");
  ASSERT_EQ(response.versions_size(), 2);
  std::vector<std::string> changes;
  for (const v1::FieldChange& change : response.versions(0).changes()) {
    changes.push_back(absl::StrCat(change.field(), ": ", change.before(),
                                   " -> ", change.after()));
  }
  EXPECT_THAT(changes,
              ElementsAre("penalty.kinds[1]:  -> 警告",
                          "penalty.decided_on: 2026-05-08 -> 2026-05-09"));
  EXPECT_THAT(response.versions(1).changes(), IsEmpty());
}

}  // namespace
}  // namespace creditreg
