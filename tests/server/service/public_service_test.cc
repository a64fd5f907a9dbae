// PublicLookupService over real gRPC: what the public gets, and above all what
// it never gets.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "grpcpp/client_context.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/slice.h"
#include "gtest/gtest.h"
#include "tests/server/service/test_server.h"

namespace creditreg {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kTables[] = CREDITREG_SOURCE_DIR "/conf/intake";

// Stands in every field that the public must not see.
constexpr char kSecret[] = "不得公开";

class PublicServiceTest : public ::testing::Test {
 protected:
  grpc::Status List(const v1::ListPublicRecordsRequest& request,
                    v1::ListPublicRecordsResponse* response) {
    grpc::ClientContext context;
    return server_.lookup().ListPublicRecords(&context, request, response);
  }
  v1::ListPublicRecordsResponse List(const std::string& identifier) {
    v1::ListPublicRecordsRequest request;
    request.mutable_item()->set_identifier(identifier);
    v1::ListPublicRecordsResponse response;
    const grpc::Status status = List(request, &response);
    EXPECT_EQ(CodeAndReason(status), "OK");
    return response;
  }
  v1::GetPublicEnterpriseResponse Page(const std::string& identifier) {
    v1::GetPublicEnterpriseRequest request;
    request.mutable_item()->set_identifier(identifier);
    v1::GetPublicEnterpriseResponse response;
    grpc::ClientContext context;
    EXPECT_EQ(CodeAndReason(server_.lookup().GetPublicEnterprise(
                  &context, request, &response)),
              "OK");
    return response;
  }
  // One message through the stream.
  v1::BatchGetPublicEnterprisesResponse Batch(
      const std::vector<std::string>& identifiers, bool brief = false) {
    grpc::ClientContext context;
    const auto stream = server_.lookup().BatchGetPublicEnterprises(&context);
    v1::BatchGetPublicEnterprisesRequest request;
    request.set_brief(brief);
    for (const std::string& identifier : identifiers) {
      request.add_items()->set_identifier(identifier);
    }
    EXPECT_TRUE(stream->Write(request));
    stream->WritesDone();
    v1::BatchGetPublicEnterprisesResponse response;
    EXPECT_TRUE(stream->Read(&response));
    EXPECT_EQ(CodeAndReason(stream->Finish()), "OK");
    return response;
  }
  void Withhold(const std::string& identifier) {
    v1::WithholdEnterpriseRequest request;
    request.set_request_id(server_.NewRequestId());
    request.mutable_item()->set_identifier(identifier);
    request.set_withheld(true);
    request.set_reason(kSecret);
    v1::WithholdEnterpriseResponse response;
    grpc::ClientContext context;
    ASSERT_EQ(CodeAndReason(server_.write().WithholdEnterprise(
                  &context, request, &response)),
              "OK");
  }

  TestServer server_{kTables};
};

// An enterprise with the secret in every private field.
v1::Enterprise FullEnterprise(const std::string& uscc,
                              const std::string& name) {
  v1::Enterprise enterprise = SampleEnterprise(uscc, name);
  enterprise.set_legal_representative(kSecret);
  enterprise.set_remark(kSecret);
  enterprise.mutable_supervising_unit()->set_name(kSecret);
  enterprise.mutable_capital()->set_text(kSecret);
  v1::OldNumber* number = enterprise.add_old_numbers();
  number->set_kind(v1::OLD_NUMBER_KIND_OTHER);
  number->set_value(absl::StrCat("旧", kSecret));
  v1::FormerName* former = enterprise.add_former_names();
  former->set_name("曾用名称公司");
  former->set_until("2020-01-01");
  former->set_reason(kSecret);
  return enterprise;
}

v1::Record FullLicence(const std::string& uscc, const std::string& name) {
  v1::Record record = SampleLicence(uscc, name, "许1号");
  record.mutable_licence()->set_remark(kSecret);
  record.mutable_party()->set_legal_representative(kSecret);
  record.mutable_submitting_agency()->set_name(kSecret);
  const std::string hash(32, 'h');
  for (const v1::Document::Kind kind :
       {v1::Document::KIND_ORIGINAL, v1::Document::KIND_REDACTED_COPY}) {
    v1::Document* document = record.add_documents();
    document->set_kind(kind);
    document->set_title(kind == v1::Document::KIND_ORIGINAL ? kSecret
                                                            : "公开副本");
    document->set_sm3(hash);
    document->set_size_bytes(10);
    document->set_source_uri(kSecret);
  }
  return record;
}

v1::PersonalFields FullPersonal() {
  v1::PersonalFields personal;
  personal.set_telephone("13800138000");
  personal.set_legal_representative_id_number("11010519491231002X");
  return personal;
}

TEST_F(PublicServiceTest, NoAnswerHoldsAPrivateField) {
  const v1::Enterprise put =
      server_.Put(FullEnterprise(kCodeA, "甲公司"), FullPersonal());
  server_.Submit(FullLicence(kCodeA, "甲公司"), FullPersonal());
  server_.Submit(SamplePenalty(kCodeA, "甲公司", "罚不得公开号"));
  // The secrets are stored, so this test can fail.
  ASSERT_THAT(server_.Get(kCodeA).SerializeAsString(), HasSubstr(kSecret));

  std::vector<std::string> answers;
  answers.push_back(server_.GetPublic(kCodeA).SerializeAsString());
  answers.push_back(Batch({kCodeA}).SerializeAsString());
  const v1::ListPublicRecordsResponse licences = List(kCodeA);
  ASSERT_EQ(licences.records_size(), 1);
  answers.push_back(licences.SerializeAsString());
  for (const std::string& answer : answers) {
    EXPECT_THAT(answer, Not(HasSubstr(kSecret)));
    EXPECT_THAT(answer, Not(HasSubstr("13800138000")));
    EXPECT_THAT(answer, Not(HasSubstr("11010519491231002X")));
    EXPECT_THAT(answer, Not(HasSubstr(put.etag())));
  }
  const v1::Enterprise shown = server_.GetPublic(kCodeA).enterprise();
  EXPECT_EQ(shown.quality_flags_size(), 0);
  EXPECT_FALSE(shown.has_recorded_at());
  EXPECT_FALSE(shown.has_first_received_at());
  EXPECT_EQ(shown.old_numbers_size(), 0);
}

TEST_F(PublicServiceTest, ShowsRegistrationFacts) {
  server_.Put(FullEnterprise(kCodeA, "甲公司"));
  const v1::LookupResult result = server_.GetPublic(kCodeA);
  EXPECT_EQ(result.verdict(), v1::LOOKUP_VERDICT_FOUND);
  EXPECT_EQ(result.matched_by(), v1::MATCHED_BY_USCC);
  EXPECT_EQ(result.enterprise().name(), "甲公司");
  EXPECT_EQ(result.enterprise().established_on(), "2015-03-02");
  EXPECT_EQ(result.enterprise().address().text(), "科技园路1号");
  ASSERT_EQ(result.enterprise().former_names_size(), 1);
  EXPECT_EQ(result.enterprise().former_names(0).name(), "曾用名称公司");
}

TEST_F(PublicServiceTest, AnIndividualBusinessHasNoStreetNumber) {
  v1::Enterprise business = SampleEnterprise(kCodeA, "甲小店");
  business.set_category(v1::PARTY_CATEGORY_INDIVIDUAL_BUSINESS);
  server_.Put(business);
  const v1::LookupResult result = server_.GetPublic(kCodeA);
  EXPECT_EQ(result.enterprise().address().division_code(), "440305");
  EXPECT_EQ(result.enterprise().address().text(), "");
}

TEST_F(PublicServiceTest, AHiddenFileLooksLikeNone) {
  server_.Put(FullEnterprise(kCodeA, "甲公司"));
  server_.Submit(FullLicence(kCodeA, "甲公司"));
  Withhold(kCodeA);
  v1::LookupResult hidden = server_.GetPublic(kCodeA);
  v1::LookupResult absent = server_.GetPublic(kCodeB);
  hidden.clear_identifier();
  hidden.clear_code_warnings();
  absent.clear_identifier();
  absent.clear_code_warnings();
  EXPECT_EQ(hidden.SerializeAsString(), absent.SerializeAsString());

  v1::ListPublicRecordsRequest request;
  request.mutable_item()->set_identifier(kCodeA);
  v1::ListPublicRecordsResponse response;
  const grpc::Status of_hidden = List(request, &response);
  request.mutable_item()->set_identifier(kCodeB);
  const grpc::Status of_absent = List(request, &response);
  EXPECT_EQ(CodeAndReason(of_hidden), "NOT_FOUND NOT_FOUND");
  EXPECT_EQ(of_hidden.error_message(), of_absent.error_message());
  EXPECT_EQ(of_hidden.error_details(), of_absent.error_details());
}

TEST_F(PublicServiceTest, AHiddenHolderOfASharedNumberDoesNotShow) {
  v1::Enterprise first = SampleEnterprise(kCodeA, "甲公司");
  v1::Enterprise second = SampleEnterprise(kCodeB, "乙公司");
  for (v1::Enterprise* enterprise : {&first, &second}) {
    v1::OldNumber* number = enterprise->add_old_numbers();
    number->set_kind(v1::OLD_NUMBER_KIND_REGISTRATION);
    number->set_value("440301103097413");
  }
  server_.Put(first);
  server_.Put(second);
  EXPECT_EQ(server_.GetPublic("440301103097413").verdict(),
            v1::LOOKUP_VERDICT_AMBIGUOUS);
  Withhold(kCodeB);
  const v1::LookupResult result = server_.GetPublic("440301103097413");
  EXPECT_EQ(result.verdict(), v1::LOOKUP_VERDICT_OLD_NUMBER);
  EXPECT_EQ(result.matched_by(), v1::MATCHED_BY_OLD_NUMBER);
  EXPECT_EQ(result.candidates_size(), 0);
  EXPECT_EQ(result.enterprise().uscc(), kCodeA);
  Withhold(kCodeA);
  EXPECT_EQ(server_.GetPublic("440301103097413").verdict(),
            v1::LOOKUP_VERDICT_NOT_FOUND);
}

TEST_F(PublicServiceTest, AResidentIdLeadsNowhere) {
  // An individual's tax number is their resident ID.
  v1::Enterprise business = SampleEnterprise(kCodeA, "甲小店");
  business.set_category(v1::PARTY_CATEGORY_INDIVIDUAL_BUSINESS);
  v1::OldNumber* number = business.add_old_numbers();
  number->set_kind(v1::OLD_NUMBER_KIND_TAX);
  number->set_value("11010519491231002X");
  server_.Put(business);
  EXPECT_EQ(server_.Get("11010519491231002X").verdict(),
            v1::LOOKUP_VERDICT_OLD_NUMBER);
  const v1::LookupResult result = server_.GetPublic("11010519491231002X");
  EXPECT_EQ(result.verdict(), v1::LOOKUP_VERDICT_NOT_FOUND);
  EXPECT_FALSE(result.has_enterprise());
}

TEST_F(PublicServiceTest, BadCodesComeWithTheNearOnesThatMayBeSeen) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  const v1::LookupResult result = server_.GetPublic("914403001922038215");
  EXPECT_EQ(result.verdict(), v1::LOOKUP_VERDICT_BAD_CODE);
  EXPECT_THAT(result.nearest_codes(), ElementsAre(kCodeA));
  Withhold(kCodeA);
  EXPECT_THAT(server_.GetPublic("914403001922038215").nearest_codes(),
              IsEmpty());
  EXPECT_THAT(server_.Get("914403001922038215").nearest_codes(),
              ElementsAre(kCodeA));
}

TEST_F(PublicServiceTest, APageHoldsTheNewestLicences) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  server_.Submit(SamplePenalty(kCodeA, "甲公司", "罚1号"));
  for (int i = 0; i < 10; ++i) {
    server_.Submit(
        SampleLicence(kCodeA, "甲公司", absl::StrCat("许", i, "号")));
  }
  v1::GetPublicEnterpriseResponse page = Page(kCodeA);
  EXPECT_EQ(page.licences_size(), 10);
  EXPECT_FALSE(page.has_more_licences());
  for (const v1::Record& licence : page.licences()) {
    EXPECT_EQ(licence.family(), v1::FAMILY_LICENCE);
  }
  EXPECT_EQ(page.licences(0).SerializeAsString(),
            List(kCodeA).records(0).SerializeAsString());
  server_.Submit(SampleLicence(kCodeA, "甲公司", "许10号"));
  page = Page(kCodeA);
  EXPECT_EQ(page.licences_size(), 10);
  EXPECT_TRUE(page.has_more_licences());
}

TEST_F(PublicServiceTest, AKeptPageFollowsEveryChangeOfItsFile) {
  const auto licences = [this] { return Page(kCodeA).licences_size(); };
  EXPECT_FALSE(Page(kCodeA).result().has_enterprise());
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  EXPECT_EQ(Page(kCodeA).result().enterprise().name(), "甲公司");
  const std::string record =
      server_.Submit(SampleLicence(kCodeA, "甲公司", "许1号"));
  EXPECT_EQ(licences(), 1);
  server_.Put(SampleEnterprise(kCodeA, "乙公司"));
  EXPECT_EQ(Page(kCodeA).result().enterprise().name(), "乙公司");
  v1::WithdrawRecordRequest withdraw;
  withdraw.set_request_id(server_.NewRequestId());
  withdraw.set_record_id(record);
  withdraw.set_reason("撤回");
  v1::WithdrawRecordResponse ignored;
  grpc::ClientContext context;
  ASSERT_TRUE(
      server_.write().WithdrawRecord(&context, withdraw, &ignored).ok());
  EXPECT_EQ(licences(), 0);
  // Its code goes to another by a merger: nothing of the file itself changes.
  v1::Enterprise successor = SampleEnterprise(kCodeB, "丙公司");
  v1::FormerCode* former = successor.add_former_codes();
  former->set_uscc(kCodeA);
  former->set_merged(true);
  server_.Put(successor);
  EXPECT_EQ(Page(kCodeA).result().verdict(), v1::LOOKUP_VERDICT_MERGED);
  EXPECT_EQ(Page(kCodeA).result().enterprise().uscc(), kCodeB);
  Withhold(kCodeB);
  EXPECT_EQ(Page(kCodeB).result().verdict(), v1::LOOKUP_VERDICT_NOT_FOUND);
  EXPECT_FALSE(Page(kCodeB).result().has_enterprise());
}

TEST_F(PublicServiceTest, AKeptPageIsTheSameAsOneJustMade) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  server_.Submit(SampleLicence(kCodeA, "甲公司", "许1号"));
  const v1::GetPublicEnterpriseResponse made = Page(kCodeA);
  const std::uint64_t hits = server_.page_cache().figures().hits;
  const v1::GetPublicEnterpriseResponse kept = Page("９１440300-192203821 6");
  EXPECT_EQ(server_.page_cache().figures().hits, hits + 1);
  EXPECT_EQ(kept.SerializeAsString(), made.SerializeAsString());
  // Another file's change moves the position, and nothing else of the page.
  server_.Put(SampleEnterprise(kCodeB, "乙公司"));
  v1::GetPublicEnterpriseResponse later = Page(kCodeA);
  EXPECT_EQ(server_.page_cache().figures().hits, hits + 2);
  EXPECT_NE(later.position().token(), made.position().token());
  later.mutable_position()->set_token(made.position().token());
  EXPECT_EQ(later.SerializeAsString(), made.SerializeAsString());
}

TEST_F(PublicServiceTest, BytesThatAreNoRequestAreRefused) {
  grpc::GenericStub generic(server_.channel());
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const grpc::Slice slice("\x0a\xff not a message");
  grpc::ByteBuffer request(&slice, 1);
  const auto call = generic.PrepareUnaryCall(
      &context, "/creditreg.v1.PublicLookupService/GetPublicEnterprise",
      request, &queue);
  call->StartCall();
  grpc::ByteBuffer response;
  grpc::Status status;
  call->Finish(&response, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  ASSERT_TRUE(queue.Next(&tag, &ok));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "request: not a message of this call");
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) {
  }
}

TEST_F(PublicServiceTest, OnlyWhatIsInForceAndDecidedIsListed) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  server_.Submit(FullLicence(kCodeA, "甲公司"));
  server_.Submit(SamplePenalty(kCodeA, "甲公司", "罚1号"));
  const std::string withdrawn =
      server_.Submit(SampleLicence(kCodeA, "甲公司", "许2号"));
  v1::WithdrawRecordRequest withdraw;
  withdraw.set_request_id("w-1");
  withdraw.set_record_id(withdrawn);
  withdraw.set_reason("撤回");
  v1::WithdrawRecordResponse ignored;
  grpc::ClientContext context;
  ASSERT_TRUE(
      server_.write().WithdrawRecord(&context, withdraw, &ignored).ok());
  const v1::ListPublicRecordsResponse response = List(kCodeA);
  ASSERT_EQ(response.records_size(), 1);
  const v1::Record& licence = response.records(0);
  EXPECT_EQ(licence.licence().document_number(), "许1号");
  EXPECT_THAT(licence.record_id(), SizeIs(26));
  EXPECT_EQ(licence.state(), v1::RECORD_STATE_ACTIVE);
  ASSERT_EQ(licence.documents_size(), 1);
  EXPECT_EQ(licence.documents(0).title(), "公开副本");
  EXPECT_EQ(licence.documents(0).source_uri(), "");

  // Those of an individual business too; not where nobody says whose it is.
  v1::Enterprise business = SampleEnterprise(kCodeB, "乙小店");
  business.set_category(v1::PARTY_CATEGORY_INDIVIDUAL_BUSINESS);
  server_.Put(business);
  v1::Record record = SampleLicence(kCodeB, "乙小店", "许3号");
  record.mutable_party()->set_category(v1::PARTY_CATEGORY_INDIVIDUAL_BUSINESS);
  server_.Submit(record);
  EXPECT_EQ(List(kCodeB).records_size(), 1);
}

TEST_F(PublicServiceTest, PagesAreFullThoughRowsBetweenAreHidden) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  for (int i = 0; i < 12; ++i) {
    const std::string document = absl::StrCat("许", i, "号");
    // Fines are undecided, so hidden.
    server_.Submit(i % 2 == 0 ? SamplePenalty(kCodeA, "甲公司", document)
                              : SampleLicence(kCodeA, "甲公司", document));
  }
  v1::ListPublicRecordsRequest request;
  request.mutable_item()->set_identifier(kCodeA);
  request.set_page_size(4);
  v1::ListPublicRecordsResponse page;
  ASSERT_EQ(CodeAndReason(List(request, &page)), "OK");
  EXPECT_EQ(page.records_size(), 4);
  const std::string position = page.position().token();
  request.set_page_token(page.next_page_token());
  server_.Submit(SampleLicence(kCodeA, "甲公司", "许后号"));
  ASSERT_EQ(CodeAndReason(List(request, &page)), "OK");
  EXPECT_EQ(page.records_size(), 2);
  EXPECT_EQ(page.next_page_token(), "");
  EXPECT_EQ(page.position().token(), position);
}

TEST_F(PublicServiceTest, WhatIsHiddenBetweenPagesIsGone) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  std::array<std::string, 3> ids;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    ids[i] = server_.Submit(
        SampleLicence(kCodeA, "甲公司", absl::StrCat("许", i, "号")));
  }
  v1::ListPublicRecordsRequest request;
  request.mutable_item()->set_identifier(kCodeA);
  request.set_page_size(1);
  v1::ListPublicRecordsResponse page;
  ASSERT_EQ(CodeAndReason(List(request, &page)), "OK");
  for (const std::string& id : ids) {
    if (id == page.records(0).record_id()) continue;
    v1::WithdrawRecordRequest withdraw;
    withdraw.set_request_id(server_.NewRequestId());
    withdraw.set_record_id(id);
    withdraw.set_reason("撤回");
    v1::WithdrawRecordResponse ignored;
    grpc::ClientContext context;
    ASSERT_TRUE(
        server_.write().WithdrawRecord(&context, withdraw, &ignored).ok());
  }
  request.set_page_token(page.next_page_token());
  ASSERT_EQ(CodeAndReason(List(request, &page)), "OK");
  EXPECT_EQ(page.records_size(), 0);

  // A file that is hidden ends its list.
  Withhold(kCodeA);
  EXPECT_EQ(CodeAndReason(List(request, &page)), "NOT_FOUND NOT_FOUND");
}

TEST_F(PublicServiceTest, CallsHaveTheirErrors) {
  v1::ListPublicRecordsRequest request;
  v1::ListPublicRecordsResponse response;
  EXPECT_EQ(FirstField(List(request, &response)), "item.identifier");
  request.mutable_item()->set_identifier(kCodeA);
  request.set_page_size(101);
  EXPECT_EQ(FirstField(List(request, &response)), "page_size");
  request.clear_page_size();
  request.set_page_token("nonsense");
  EXPECT_EQ(FirstField(List(request, &response)), "page_token");
  request.clear_page_token();
  request.mutable_min_position()->set_token("nonsense");
  EXPECT_EQ(CodeAndReason(List(request, &response)),
            "FAILED_PRECONDITION POSITION_UNKNOWN");

  v1::GetPublicEnterpriseRequest get;
  v1::GetPublicEnterpriseResponse got;
  grpc::ClientContext first;
  EXPECT_EQ(FirstField(server_.lookup().GetPublicEnterprise(&first, get, &got)),
            "item.identifier");
  get.mutable_item()->set_identifier(kCodeA);
  get.mutable_min_position()->set_token("nonsense");
  grpc::ClientContext second;
  EXPECT_EQ(
      CodeAndReason(server_.lookup().GetPublicEnterprise(&second, get, &got)),
      "FAILED_PRECONDITION POSITION_UNKNOWN");
}

TEST_F(PublicServiceTest, AnExpiredPageTokenSaysSo) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  for (int i = 0; i < 2; ++i) {
    server_.Submit(
        SampleLicence(kCodeA, "甲公司", absl::StrCat("许", i, "号")));
  }
  v1::ListPublicRecordsRequest request;
  request.mutable_item()->set_identifier(kCodeA);
  request.set_page_size(1);
  v1::ListPublicRecordsResponse page;
  ASSERT_EQ(CodeAndReason(List(request, &page)), "OK");
  request.set_page_token(page.next_page_token());
  server_.clock().Advance(absl::Minutes(11));
  EXPECT_EQ(CodeAndReason(List(request, &page)),
            "FAILED_PRECONDITION PAGE_TOKEN_EXPIRED");
}

TEST_F(PublicServiceTest, ABatchGivesVerdictsInOrder) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  const v1::BatchGetPublicEnterprisesResponse response =
      Batch({kCodeB, kCodeA, kCodeA, "00000000000000000X"});
  ASSERT_EQ(response.results_size(), 4);
  EXPECT_EQ(response.results(0).verdict(), v1::LOOKUP_VERDICT_NOT_FOUND);
  EXPECT_EQ(response.results(1).verdict(), v1::LOOKUP_VERDICT_FOUND);
  EXPECT_EQ(response.results(2).index(), 2);
  EXPECT_EQ(response.results(3).verdict(), v1::LOOKUP_VERDICT_PLACEHOLDER);
}

// No counts either: they would tell of records that are not shown.
TEST_F(PublicServiceTest, ABriefBatchShowsAndHidesTheSame) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  server_.Submit(SamplePenalty(kCodeA, "甲公司", "罚1号"));
  server_.Put(SampleEnterprise(kCodeB, "乙公司"));
  for (const bool hidden : {false, true}) {
    SCOPED_TRACE(hidden);
    if (hidden) Withhold(kCodeB);
    const std::vector<std::string> identifiers = {kCodeA, kCodeB, kCodeA,
                                                  "914403001922038215"};
    const auto whole = Batch(identifiers);
    const auto brief = Batch(identifiers, /*brief=*/true);
    ASSERT_EQ(brief.results_size(), whole.results_size());
    for (int i = 0; i < whole.results_size(); ++i) {
      SCOPED_TRACE(i);
      v1::LookupResult wanted = whole.results(i);
      EXPECT_EQ(wanted.has_enterprise(),
                i == 0 || i == 2 || (i == 1 && !hidden));
      if (wanted.has_enterprise()) {
        wanted.mutable_brief()->set_uscc(wanted.enterprise().uscc());
        wanted.mutable_brief()->set_name(wanted.enterprise().name());
        wanted.mutable_brief()->set_status(wanted.enterprise().status());
        wanted.clear_enterprise();
      }
      EXPECT_EQ(brief.results(i).DebugString(), wanted.DebugString());
    }
  }
}

}  // namespace
}  // namespace creditreg
