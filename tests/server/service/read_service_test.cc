// RegistryReadService over real gRPC and a real registry: what each call
// answers, and every documented error.

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/server/service/service_fixture.h"
#include "tests/server/service/test_server.h"

namespace creditreg {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kTables[] = CREDITREG_SOURCE_DIR "/conf/intake";

v1::Position BadPosition() {
  v1::Position position;
  position.set_token(std::string(16, 'x'));
  return position;
}

class ReadServiceTest : public ServiceTest {
 protected:
  // One message through the stream.
  std::vector<v1::LookupResult> Batch(
      const v1::BatchGetEnterprisesRequest& request) {
    grpc::ClientContext context;
    const auto stream = server_.read().BatchGetEnterprises(&context);
    EXPECT_TRUE(stream->Write(request));
    stream->WritesDone();
    v1::BatchGetEnterprisesResponse response;
    EXPECT_TRUE(stream->Read(&response));
    EXPECT_EQ(CodeAndReason(stream->Finish()), "OK");
    return {response.results().begin(), response.results().end()};
  }

  v1::FileSummary SummaryOf(const std::string& code) {
    v1::GetEnterpriseRequest request;
    request.mutable_item()->set_identifier(code);
    v1::GetEnterpriseResponse response;
    grpc::ClientContext context;
    EXPECT_TRUE(
        server_.read().GetEnterprise(&context, request, &response).ok());
    return response.summary();
  }
};

TEST_F(ReadServiceTest, AnEnterpriseThatWasPutIsFound) {
  v1::PutEnterpriseResponse put;
  ASSERT_EQ(CodeAndReason(
                Write(PutRequest(SampleEnterprise(kCodeA, "甲公司")), &put)),
            "OK");
  EXPECT_EQ(put.outcome(), v1::OUTCOME_CREATED);
  EXPECT_EQ(put.enterprise().uscc(), kCodeA);
  EXPECT_THAT(put.enterprise().etag(), SizeIs(16));
  EXPECT_GT(put.enterprise().recorded_at().seconds(), 0);

  v1::GetEnterpriseRequest request;
  request.mutable_item()->set_identifier(kCodeA);
  *request.mutable_min_position() = put.position();
  v1::GetEnterpriseResponse response;
  ASSERT_EQ(CodeAndReason(Read(request, &response)), "OK");
  EXPECT_EQ(response.result().verdict(), v1::LOOKUP_VERDICT_FOUND);
  EXPECT_EQ(response.result().enterprise().name(), "甲公司");
  EXPECT_EQ(response.result().enterprise().established_on(), "2015-03-02");
  EXPECT_TRUE(response.has_summary());
  EXPECT_FALSE(response.has_personal());
  EXPECT_THAT(response.position().token(), SizeIs(16));
}

TEST_F(ReadServiceTest, WhatIsNotThereIsAVerdictAndNoError) {
  EXPECT_EQ(server_.Get(kCodeA).verdict(), v1::LOOKUP_VERDICT_NOT_FOUND);
  const v1::LookupResult bad = server_.Get("914403001922038215");
  EXPECT_EQ(bad.verdict(), v1::LOOKUP_VERDICT_BAD_CODE);
  EXPECT_EQ(bad.code_error(), v1::CODE_ERROR_BAD_FINAL_CHECK);
  EXPECT_THAT(bad.nearest_codes(), IsEmpty());
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  EXPECT_THAT(server_.Get("914403001922038215").nearest_codes(),
              ElementsAre(kCodeA));
  EXPECT_EQ(server_.Get("00000000000000000X").verdict(),
            v1::LOOKUP_VERDICT_PLACEHOLDER);
}

TEST_F(ReadServiceTest, AnEarlierPositionReadsTheFactsOfThen) {
  v1::PutEnterpriseResponse first;
  ASSERT_TRUE(
      Write(PutRequest(SampleEnterprise(kCodeA, "甲公司")), &first).ok());
  v1::Enterprise changed = first.enterprise();
  changed.set_business_scope("软件开发");
  server_.Put(changed);

  v1::GetEnterpriseRequest request;
  request.mutable_item()->set_identifier(kCodeA);
  *request.mutable_at_position() = first.position();
  v1::GetEnterpriseResponse response;
  ASSERT_TRUE(Read(request, &response).ok());
  EXPECT_EQ(response.result().enterprise().business_scope(), "");
  EXPECT_FALSE(response.has_summary());
  EXPECT_EQ(response.position().token(), first.position().token());
  request.clear_at_position();
  ASSERT_TRUE(Read(request, &response).ok());
  EXPECT_EQ(response.result().enterprise().business_scope(), "软件开发");
}

TEST_F(ReadServiceTest, ThePositionBeforeTheFirstChangeHoldsNothing) {
  v1::GetEnterpriseRequest request;
  request.mutable_item()->set_identifier(kCodeA);
  v1::GetEnterpriseResponse empty;
  ASSERT_TRUE(Read(request, &empty).ok());
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  *request.mutable_at_position() = empty.position();
  v1::GetEnterpriseResponse response;
  ASSERT_TRUE(Read(request, &response).ok());
  EXPECT_EQ(response.result().verdict(), v1::LOOKUP_VERDICT_NOT_FOUND);
  EXPECT_FALSE(response.result().has_enterprise());
}

TEST_F(ReadServiceTest, PositionsOfOthersAreUnknown) {
  const std::string unknown = "FAILED_PRECONDITION POSITION_UNKNOWN";
  v1::GetEnterpriseRequest request;
  request.mutable_item()->set_identifier(kCodeA);
  *request.mutable_at_position() = BadPosition();
  v1::GetEnterpriseResponse response;
  EXPECT_EQ(CodeAndReason(Read(request, &response)), unknown);
  request.clear_at_position();
  *request.mutable_min_position() = BadPosition();
  EXPECT_EQ(CodeAndReason(Read(request, &response)), unknown);
  // Ahead of the registry.
  request.mutable_min_position()->set_token(
      server_.registry().tokens().EncodePosition(1000));
  EXPECT_EQ(CodeAndReason(Read(request, &response)), unknown);
}

TEST_F(ReadServiceTest, AStateOlderThanMinPositionIsRefused) {
  v1::PutEnterpriseResponse first;
  ASSERT_TRUE(
      Write(PutRequest(SampleEnterprise(kCodeA, "甲公司")), &first).ok());
  v1::PutEnterpriseResponse second;
  ASSERT_TRUE(
      Write(PutRequest(SampleEnterprise(kCodeB, "乙公司")), &second).ok());
  v1::GetEnterpriseRequest request;
  request.mutable_item()->set_identifier(kCodeA);
  *request.mutable_at_position() = first.position();
  *request.mutable_min_position() = second.position();
  v1::GetEnterpriseResponse response;
  EXPECT_EQ(CodeAndReason(Read(request, &response)),
            "FAILED_PRECONDITION POSITION_UNKNOWN");
}

TEST_F(ReadServiceTest, PersonalFieldsNeedAPurpose) {
  v1::PersonalFields personal;
  personal.set_telephone("13800138000");
  server_.Put(SampleEnterprise(kCodeA, "甲公司"), personal);
  v1::GetEnterpriseRequest request;
  request.mutable_item()->set_identifier(kCodeA);
  request.mutable_personal();
  v1::GetEnterpriseResponse response;
  const grpc::Status refused = Read(request, &response);
  EXPECT_EQ(CodeAndReason(refused), "INVALID_ARGUMENT INVALID_ARGUMENT");
  EXPECT_EQ(FirstField(refused), "personal.purpose");
  std::string long_purpose;
  for (int i = 0; i < 201; ++i) long_purpose += "核";
  request.mutable_personal()->set_purpose(long_purpose);
  EXPECT_EQ(FirstField(Read(request, &response)), "personal.purpose");

  request.mutable_personal()->set_purpose("核查");
  ASSERT_EQ(CodeAndReason(Read(request, &response)), "OK");
  EXPECT_EQ(response.personal().telephone(), "13800138000");
  const std::vector<audit::v1::AuditRow> rows = server_.AuditRows();
  ASSERT_FALSE(rows.empty());
  EXPECT_TRUE(rows.back().personal());
  EXPECT_EQ(rows.back().personal_purpose(), "核查");
  EXPECT_THAT(server_.log(), Not(HasSubstr("13800138000")));
}

struct BadItem {
  v1::LookupItem item;
  std::string field;
};

TEST_F(ReadServiceTest, ABadItemIsNamed) {
  v1::LookupItem empty;
  v1::LookupItem blank;
  blank.set_identifier("  　");
  v1::LookupItem too_long;
  too_long.set_identifier(std::string(65, '9'));
  v1::LookupItem endless;
  endless.set_identifier(std::string(2000, ' ') + "1");
  v1::LookupItem kind;
  kind.set_identifier(kCodeA);
  kind.set_kind(static_cast<v1::OldNumberKind>(99));
  v1::LookupItem name;
  name.set_identifier(kCodeA);
  name.set_name(std::string(201, 'x'));
  const std::vector<BadItem> items = {
      {empty, "item.identifier"},    {blank, "item.identifier"},
      {too_long, "item.identifier"}, {endless, "item.identifier"},
      {kind, "item.kind"},           {name, "item.name"}};
  for (const BadItem& bad : items) {
    v1::GetEnterpriseRequest get;
    *get.mutable_item() = bad.item;
    v1::GetEnterpriseResponse got;
    const grpc::Status status = Read(get, &got);
    EXPECT_EQ(CodeAndReason(status), "INVALID_ARGUMENT INVALID_ARGUMENT");
    EXPECT_EQ(FirstField(status), bad.field);
    v1::ListRecordsRequest list;
    *list.mutable_item() = bad.item;
    v1::ListRecordsResponse listed;
    EXPECT_EQ(FirstField(Read(list, &listed)), bad.field);
  }
}

TEST_F(ReadServiceTest, ABatchKeepsOrderAndDuplicatesAtOneState) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  grpc::ClientContext context;
  const auto stream = server_.read().BatchGetEnterprises(&context);
  v1::BatchGetEnterprisesRequest request;
  for (const char* code : {kCodeB, kCodeA, kCodeA}) {
    request.add_items()->set_identifier(code);
  }
  ASSERT_TRUE(stream->Write(request));
  v1::BatchGetEnterprisesResponse first;
  ASSERT_TRUE(stream->Read(&first));
  // What is written meanwhile does not show.
  server_.Put(SampleEnterprise(kCodeB, "乙公司"));
  ASSERT_TRUE(stream->Write(request));
  v1::BatchGetEnterprisesResponse second;
  ASSERT_TRUE(stream->Read(&second));
  stream->WritesDone();
  EXPECT_EQ(CodeAndReason(stream->Finish()), "OK");

  EXPECT_EQ(first.position().token(), second.position().token());
  std::vector<std::pair<std::int64_t, int>> seen;
  for (const auto* response : {&first, &second}) {
    for (const v1::LookupResult& result : response->results()) {
      seen.emplace_back(result.index(), result.verdict());
    }
  }
  const int found = v1::LOOKUP_VERDICT_FOUND;
  const int none = v1::LOOKUP_VERDICT_NOT_FOUND;
  EXPECT_THAT(seen,
              ElementsAre(std::make_pair(0, none), std::make_pair(1, found),
                          std::make_pair(2, found), std::make_pair(3, none),
                          std::make_pair(4, found), std::make_pair(5, found)));
}

TEST_F(ReadServiceTest, ABatchHasLimits) {
  v1::BatchGetEnterprisesRequest request;
  for (int i = 0; i < 1000; ++i) request.add_items()->set_identifier(kCodeA);
  {
    v1::BatchGetEnterprisesRequest too_many = request;
    too_many.add_items()->set_identifier(kCodeA);
    grpc::ClientContext context;
    const auto stream = server_.read().BatchGetEnterprises(&context);
    stream->Write(too_many);
    stream->WritesDone();
    v1::BatchGetEnterprisesResponse response;
    EXPECT_FALSE(stream->Read(&response));
    const grpc::Status status = stream->Finish();
    EXPECT_EQ(CodeAndReason(status), "INVALID_ARGUMENT INVALID_ARGUMENT");
    EXPECT_EQ(FirstField(status), "items");
  }
  {
    grpc::ClientContext context;
    const auto stream = server_.read().BatchGetEnterprises(&context);
    v1::BatchGetEnterprisesResponse response;
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE(stream->Write(request));
      ASSERT_TRUE(stream->Read(&response)) << i;
      ASSERT_EQ(response.results_size(), 1000);
    }
    stream->Write(request);
    EXPECT_FALSE(stream->Read(&response));
    EXPECT_EQ(CodeAndReason(stream->Finish()),
              "RESOURCE_EXHAUSTED TOO_MANY_ITEMS");
  }
}

TEST_F(ReadServiceTest, ABadItemOfABatchGetsAVerdict) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  grpc::ClientContext context;
  const auto stream = server_.read().BatchGetEnterprises(&context);
  v1::BatchGetEnterprisesRequest request;
  request.add_items()->set_identifier(kCodeA);
  request.add_items();
  request.add_items()->set_identifier(std::string(65, '9'));
  request.add_items()->set_identifier(std::string(100000, '9'));
  request.mutable_items(3)->set_kind(v1::OLD_NUMBER_KIND_OTHER);
  request.add_items()->set_identifier(kCodeA);
  request.mutable_items(4)->set_name(std::string(1000, 'x'));
  stream->Write(request);
  stream->WritesDone();
  v1::BatchGetEnterprisesResponse response;
  ASSERT_TRUE(stream->Read(&response));
  ASSERT_EQ(response.results_size(), 5);
  EXPECT_EQ(response.results(0).verdict(), v1::LOOKUP_VERDICT_FOUND);
  EXPECT_EQ(response.results(1).verdict(), v1::LOOKUP_VERDICT_PLACEHOLDER);
  for (const int too_long : {2, 3}) {
    const v1::LookupResult& result = response.results(too_long);
    EXPECT_EQ(result.verdict(), v1::LOOKUP_VERDICT_BAD_CODE) << too_long;
    EXPECT_EQ(result.code_error(), v1::CODE_ERROR_BAD_LENGTH) << too_long;
    EXPECT_EQ(result.identifier(), "") << too_long;
    EXPECT_EQ(result.index(), too_long);
  }
  EXPECT_EQ(response.results(4).verdict(), v1::LOOKUP_VERDICT_FOUND);
  EXPECT_EQ(response.results(4).name_match(), v1::NAME_MATCH_DIFFERENT);
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

// Verdict, code, name, status and counts are those of the whole answers.
TEST_F(ReadServiceTest, ABriefBatchSaysTheSameInShort) {
  v1::Enterprise merged = SampleEnterprise(kCodeA, "甲公司");
  server_.Put(merged);
  server_.Submit(SampleLicence(kCodeA, "甲公司", "证1号"));
  v1::Enterprise successor = SampleEnterprise(kCodeB, "乙公司");
  server_.Put(successor);
  server_.Submit(SamplePenalty(kCodeB, "乙公司", "罚1号"));
  v1::Enterprise ended = SampleEnterprise(kCodeC, "丙公司");
  ended.set_status(v1::REGISTRATION_STATUS_DEREGISTERED);
  server_.Put(ended);
  server_.Submit(SampleLicence(kCodeC, "丙公司", "证2号"));
  for (const bool after_merger : {false, true}) {
    SCOPED_TRACE(after_merger);
    if (after_merger) {
      v1::FormerCode* former = successor.add_former_codes();
      former->set_uscc(kCodeA);
      former->set_merged(true);
      server_.Put(successor);
    }
    v1::BatchGetEnterprisesRequest request;
    for (const char* identifier :
         {kCodeA, kCodeB, kCodeC, "", "91440300192203821X", "甲公司"}) {
      request.add_items()->set_identifier(identifier);
    }
    request.add_items()->set_identifier(kCodeC);
    request.mutable_items(6)->set_name("别家公司");
    const std::vector<v1::LookupResult> whole = Batch(request);
    request.set_brief(true);
    const std::vector<v1::LookupResult> brief = Batch(request);
    ASSERT_EQ(brief.size(), whole.size());
    for (std::size_t i = 0; i < whole.size(); ++i) {
      SCOPED_TRACE(i);
      v1::LookupResult wanted = whole[i];
      if (wanted.has_enterprise()) {
        v1::EnterpriseBrief* line = wanted.mutable_brief();
        line->set_uscc(wanted.enterprise().uscc());
        line->set_name(wanted.enterprise().name());
        line->set_status(wanted.enterprise().status());
        *line->mutable_summary() = SummaryOf(wanted.enterprise().uscc());
        wanted.clear_enterprise();
      }
      EXPECT_EQ(brief[i].DebugString(), wanted.DebugString());
      EXPECT_LE(brief[i].ByteSizeLong(), 200u);
    }
  }
}

TEST_F(ReadServiceTest, AnUnknownKindInABatchIsNamedByItsPlace) {
  grpc::ClientContext context;
  const auto stream = server_.read().BatchGetEnterprises(&context);
  v1::BatchGetEnterprisesRequest request;
  request.add_items()->set_identifier(kCodeA);
  request.add_items()->set_kind(static_cast<v1::OldNumberKind>(99));
  stream->Write(request);
  v1::BatchGetEnterprisesResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(FirstField(stream->Finish()), "items[1].kind");
}

TEST_F(ReadServiceTest, ARecordIsLinkedToItsEnterprise) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  const std::string id =
      server_.Submit(SampleLicence(kCodeA, "甲公司", "粤许〔2026〕1号"));
  EXPECT_THAT(id, SizeIs(26));
  const v1::Record record = GetRecord(id);
  EXPECT_EQ(record.record_id(), id);
  EXPECT_EQ(record.enterprise_uscc(), kCodeA);
  EXPECT_EQ(record.state(), v1::RECORD_STATE_ACTIVE);
  EXPECT_EQ(record.source_id(), "direct");
  EXPECT_EQ(record.licence().document_number(), "粤许〔2026〕1号");
  EXPECT_THAT(record.etag(), SizeIs(16));
}

TEST_F(ReadServiceTest, ARecordWaitsForItsEnterprise) {
  const std::string id =
      server_.Submit(SampleLicence(kCodeA, "甲公司", "粤许〔2026〕1号"));
  EXPECT_EQ(GetRecord(id).enterprise_uscc(), "");
  v1::PutEnterpriseResponse put;
  ASSERT_TRUE(Write(PutRequest(SampleEnterprise(kCodeA, "甲公司")), &put).ok());
  EXPECT_EQ(put.pending_records(), 1);
}

TEST_F(ReadServiceTest, AnUnknownRecordIsNotFound) {
  v1::GetRecordRequest request;
  v1::GetRecordResponse response;
  EXPECT_EQ(FirstField(Read(request, &response)), "record_id");
  request.set_record_id(std::string(26, 'a'));
  EXPECT_EQ(CodeAndReason(Read(request, &response)), "NOT_FOUND NOT_FOUND");
  // The id of a row kept aside is no record's.
  request.set_record_id(
      server_.registry().tokens().EncodeId(PublicIdKind::kQuarantineRow, 1));
  EXPECT_EQ(CodeAndReason(Read(request, &response)), "NOT_FOUND NOT_FOUND");
  v1::ListRecordVersionsRequest versions;
  versions.set_record_id(std::string(26, 'a'));
  v1::ListRecordVersionsResponse listed;
  EXPECT_EQ(CodeAndReason(Read(versions, &listed)), "NOT_FOUND NOT_FOUND");
}

TEST_F(ReadServiceTest, PagesOfRecordsAreOneState) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  for (int i = 0; i < 7; ++i) {
    server_.Submit(
        SampleLicence(kCodeA, "甲公司", absl::StrCat("粤许〔2026〕", i, "号")));
  }
  server_.Submit(SamplePenalty(kCodeA, "甲公司", "粤罚〔2026〕1号"));
  v1::ListRecordsRequest request;
  request.mutable_item()->set_identifier(kCodeA);
  request.set_page_size(3);
  std::vector<std::string> ids;
  std::string position;
  do {
    v1::ListRecordsResponse page;
    ASSERT_EQ(CodeAndReason(Read(request, &page)), "OK");
    if (position.empty()) position = page.position().token();
    EXPECT_EQ(page.position().token(), position);
    EXPECT_LE(page.records_size(), 3);
    for (const v1::Record& record : page.records()) {
      ids.push_back(record.record_id());
    }
    request.set_page_token(page.next_page_token());
    if (!page.next_page_token().empty()) {
      EXPECT_GT(page.page_token_expires_at().seconds(), 0);
    }
    // What comes meanwhile is not in this list.
    server_.Submit(SampleLicence(kCodeA, "甲公司",
                                 absl::StrCat("粤许后", ids.size(), "号")));
  } while (!request.page_token().empty());
  EXPECT_THAT(ids, SizeIs(8));
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 8U);

  request.clear_page_token();
  request.add_families(v1::FAMILY_PENALTY);
  v1::ListRecordsResponse penalties;
  ASSERT_TRUE(Read(request, &penalties).ok());
  EXPECT_EQ(penalties.records_size(), 1);
}

TEST_F(ReadServiceTest, PageTokensBelongToTheirQueryAndEnd) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  server_.Put(SampleEnterprise(kCodeB, "乙公司"));
  for (int i = 0; i < 3; ++i) {
    server_.Submit(
        SampleLicence(kCodeA, "甲公司", absl::StrCat("许", i, "号")));
  }
  v1::ListRecordsRequest request;
  request.mutable_item()->set_identifier(kCodeA);
  request.set_page_size(1);
  v1::ListRecordsResponse page;
  ASSERT_TRUE(Read(request, &page).ok());
  ASSERT_NE(page.next_page_token(), "");

  v1::ListRecordsRequest other = request;
  other.set_page_token(page.next_page_token());
  other.mutable_item()->set_identifier(kCodeB);
  v1::ListRecordsResponse ignored;
  EXPECT_EQ(FirstField(Read(other, &ignored)), "page_token");
  other = request;
  other.set_page_token("nonsense");
  EXPECT_EQ(FirstField(Read(other, &ignored)), "page_token");

  request.set_page_token(page.next_page_token());
  // Another page size is the same query.
  request.set_page_size(2);
  EXPECT_EQ(CodeAndReason(Read(request, &ignored)), "OK");
  server_.clock().Advance(absl::Minutes(10));
  EXPECT_EQ(CodeAndReason(Read(request, &ignored)),
            "FAILED_PRECONDITION PAGE_TOKEN_EXPIRED");
}

TEST_F(ReadServiceTest, ListsCheckTheirArguments) {
  v1::ListRecordsRequest request;
  request.mutable_item()->set_identifier(kCodeA);
  v1::ListRecordsResponse response;
  EXPECT_EQ(CodeAndReason(Read(request, &response)), "NOT_FOUND NOT_FOUND");
  request.set_page_size(501);
  EXPECT_EQ(FirstField(Read(request, &response)), "page_size");
  request.set_page_size(-1);
  EXPECT_EQ(FirstField(Read(request, &response)), "page_size");
  request.set_page_size(0);
  request.add_families(v1::FAMILY_LICENCE);
  request.add_families(v1::FAMILY_UNSPECIFIED);
  EXPECT_EQ(FirstField(Read(request, &response)), "families[1]");
  request.set_families(1, static_cast<v1::Family>(44));
  EXPECT_EQ(FirstField(Read(request, &response)), "families[1]");
  v1::ListRecordVersionsRequest versions;
  v1::ListRecordVersionsResponse versions_response;
  EXPECT_EQ(FirstField(Read(versions, &versions_response)), "record_id");
  v1::ListQuarantinedRowsRequest rows;
  rows.set_page_size(501);
  v1::ListQuarantinedRowsResponse rows_response;
  EXPECT_EQ(FirstField(Read(rows, &rows_response)), "page_size");
}

TEST_F(ReadServiceTest, TheLogTellsNothingOfSubjects) {
  server_.Put(SampleEnterprise(kCodeA, "不可泄露的名称"));
  server_.Get(kCodeA);
  v1::GetEnterpriseRequest request;
  request.mutable_item()->set_identifier(kCodeA + std::string(80, '1'));
  v1::GetEnterpriseResponse response;
  EXPECT_FALSE(Read(request, &response).ok());
  EXPECT_THAT(server_.log(), HasSubstr("\"rpc\":\"GetEnterprise\""));
  EXPECT_THAT(server_.log(), Not(HasSubstr(kCodeA)));
  EXPECT_THAT(server_.log(), Not(HasSubstr("不可泄露")));
}

TEST(OverloadTest, OneCallTooManyIsToldToComeBack) {
  TestServerOptions options;
  options.max_concurrent_calls = 1;
  TestServer server(kTables, options);
  CallGate::Guest guest;
  ASSERT_TRUE(server.gate().Enter(&guest).ok());
  v1::GetEnterpriseRequest request;
  request.mutable_item()->set_identifier(kCodeA);
  v1::GetEnterpriseResponse response;
  grpc::ClientContext context;
  EXPECT_EQ(
      CodeAndReason(server.read().GetEnterprise(&context, request, &response)),
      "RESOURCE_EXHAUSTED OVERLOADED");
  server.gate().Leave(&guest);
  EXPECT_EQ(server.Get(kCodeA).verdict(), v1::LOOKUP_VERDICT_NOT_FOUND);
}

}  // namespace
}  // namespace creditreg
