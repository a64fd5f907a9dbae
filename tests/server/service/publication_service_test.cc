// The rules of publication over real gRPC: what a channel shows on which day,
// what government is told of it, and the calls that work with tables and with
// what no rule decides.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"
#include "index/base/civil_day.h"
#include "tests/server/service/test_server.h"
#include "tests/testing/shipped_tables.h"

namespace creditreg {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kTables[] = CREDITREG_SOURCE_DIR "/conf/intake";
constexpr auto kCreditChina = v1::ChannelPublication::CHANNEL_CREDIT_CHINA;
constexpr auto kGsxt = v1::ChannelPublication::CHANNEL_GSXT;

class PublicationServiceTest : public ::testing::Test {
 protected:
  PublicationServiceTest() { server_.Put(SampleEnterprise(kCodeA, "甲公司")); }

  // By ordinary procedure, decided on 2026-05-08.
  static v1::Record Penalty(const std::string& document,
                            const std::vector<std::string>& kinds,
                            const std::string& decided = "2026-05-08") {
    v1::Record record = SamplePenalty(kCodeA, "甲公司", document);
    v1::Penalty& penalty = *record.mutable_penalty();
    penalty.clear_kinds();
    penalty.clear_fine_fen();
    penalty.set_procedure(v1::Penalty::PROCEDURE_ORDINARY);
    for (const std::string& kind : kinds) {
      penalty.add_kinds(kind);
      if (kind == "罚款") penalty.set_fine_fen(900000);
    }
    penalty.set_decided_on(decided);
    return record;
  }

  v1::GetPublicEnterpriseResponse Page(
      v1::ChannelPublication::Channel channel =
          v1::ChannelPublication::CHANNEL_UNSPECIFIED) {
    v1::GetPublicEnterpriseRequest request;
    request.mutable_item()->set_identifier(kCodeA);
    request.set_channel(channel);
    v1::GetPublicEnterpriseResponse response;
    grpc::ClientContext context;
    EXPECT_EQ(CodeAndReason(server_.lookup().GetPublicEnterprise(
                  &context, request, &response)),
              "OK");
    return response;
  }

  v1::Record GetRecord(const std::string& record_id) {
    v1::GetRecordRequest request;
    request.set_record_id(record_id);
    v1::GetRecordResponse response;
    grpc::ClientContext context;
    EXPECT_EQ(
        CodeAndReason(server_.read().GetRecord(&context, request, &response)),
        "OK");
    return response.record();
  }

  v1::ListUndecidedRecordsResponse Undecided(int page_size = 0,
                                             const std::string& token = "") {
    v1::ListUndecidedRecordsRequest request;
    request.set_page_size(page_size);
    request.set_page_token(token);
    v1::ListUndecidedRecordsResponse response;
    grpc::ClientContext context;
    EXPECT_EQ(CodeAndReason(server_.publication().ListUndecidedRecords(
                  &context, request, &response)),
              "OK");
    return response;
  }

  grpc::Status Classify(const v1::ClassifyRecordRequest& request,
                        v1::ClassifyRecordResponse* response) {
    grpc::ClientContext context;
    return server_.publication().ClassifyRecord(&context, request, response);
  }

  grpc::Status Activate(const v1::ActivateTableRequest& request,
                        v1::ActivateTableResponse* response) {
    grpc::ClientContext context;
    return server_.publication().ActivateTable(&context, request, response);
  }

  v1::ListTablesResponse Tables() {
    v1::ListTablesResponse response;
    grpc::ClientContext context;
    EXPECT_EQ(CodeAndReason(server_.publication().ListTables(
                  &context, v1::ListTablesRequest(), &response)),
              "OK");
    return response;
  }

  void SetDay(absl::string_view day) {
    server_.clock().Set(ChinaMidnight(*CivilDay::ParseIso(day)));
  }

  TestServer server_{kTables};
};

TEST_F(PublicationServiceTest, ThePublicSeesWhatTheChannelShows) {
  server_.Submit(Penalty("罚1号", {"责令关闭"}));
  server_.Submit(Penalty("罚2号", {"警告"}));
  server_.Submit(Penalty("罚3号", {"罚款"}));
  const v1::GetPublicEnterpriseResponse page = Page();
  ASSERT_EQ(page.penalties_size(), 1);
  EXPECT_FALSE(page.has_more_penalties());
  const v1::Record& shown = page.penalties(0);
  EXPECT_EQ(shown.penalty().document_number(), "罚1号");
  ASSERT_EQ(shown.publicity_size(), 1);
  EXPECT_EQ(shown.publicity(0).channel(), kCreditChina);
  EXPECT_EQ(shown.publicity(0).state(), v1::PUBLICITY_STATE_PUBLIC);
  EXPECT_EQ(shown.publicity(0).shown_from(), "2026-05-08");
  EXPECT_EQ(shown.publicity(0).shown_until(), "2029-05-08");
  // What is decided for whom is not the public's.
  EXPECT_EQ(shown.publicity(0).rules_size(), 0);
  EXPECT_EQ(shown.publicity(0).repair_from(), "");
  // gsxt counts from the day on which it began to show it.
  const v1::GetPublicEnterpriseResponse on_gsxt = Page(kGsxt);
  ASSERT_EQ(on_gsxt.penalties_size(), 1);
  EXPECT_EQ(on_gsxt.penalties(0).publicity(0).shown_from(), "2026-11-24");
  EXPECT_EQ(on_gsxt.penalties(0).publicity(0).shown_until(), "2029-11-24");
}

TEST_F(PublicationServiceTest, AtMidnightItIsGoneWithoutAnyWrite) {
  server_.Submit(Penalty("罚1号", {"没收非法财物"}));
  server_.clock().Set(ChinaMidnight(*CivilDay::ParseIso("2027-05-09")) -
                      absl::Microseconds(1));
  EXPECT_EQ(Page().penalties_size(), 1);
  // From memory.
  EXPECT_EQ(Page().penalties_size(), 1);
  const std::uint64_t sequence = server_.registry().CurrentView()->sequence();
  server_.clock().Advance(absl::Microseconds(1));
  EXPECT_EQ(Page().penalties_size(), 0);
  EXPECT_EQ(server_.registry().CurrentView()->sequence(), sequence);
  v1::ListPublicRecordsRequest list;
  list.mutable_item()->set_identifier(kCodeA);
  v1::ListPublicRecordsResponse listed;
  grpc::ClientContext context;
  ASSERT_EQ(CodeAndReason(
                server_.lookup().ListPublicRecords(&context, list, &listed)),
            "OK");
  EXPECT_EQ(listed.records_size(), 0);
  // The clock that goes back brings nothing back once the day has begun.
  server_.registry().BeginDay();
  server_.Submit(SampleLicence(kCodeA, "甲公司", "许1号"));
  SetDay("2027-05-08");
  EXPECT_EQ(Page().penalties_size(), 0);
}

TEST_F(PublicationServiceTest, HiddenRecordsLeaveNoTrace) {
  // The same file without what is hidden.
  server_.Put(SampleEnterprise(kCodeB, "甲公司"));
  const auto list = [this](const std::string& code, int page_size) {
    std::vector<int> sizes;
    v1::ListPublicRecordsRequest request;
    request.mutable_item()->set_identifier(code);
    request.set_page_size(page_size);
    do {
      v1::ListPublicRecordsResponse page;
      grpc::ClientContext context;
      EXPECT_EQ(CodeAndReason(server_.lookup().ListPublicRecords(
                    &context, request, &page)),
                "OK");
      sizes.push_back(page.records_size());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return sizes;
  };
  for (int i = 0; i < 30; ++i) {
    const std::string document = absl::StrCat("罚", i, "号");
    const bool hidden = i % 3 != 0;
    server_.Submit(Penalty(document, {hidden ? "警告" : "责令关闭"}));
    if (hidden) continue;
    v1::Record same = Penalty(document, {"责令关闭"});
    same.mutable_party()->set_uscc(kCodeB);
    server_.Submit(same);
  }
  // Hidden since: listed still, until they are judged again.
  for (int i = 30; i < 50; ++i) {
    server_.Submit(Penalty(absl::StrCat("罚", i, "号"), {"没收非法财物"}));
  }
  SetDay("2028-01-01");
  for (const int page_size : {1, 3, 10, 100}) {
    EXPECT_EQ(list(kCodeA, page_size), list(kCodeB, page_size)) << page_size;
  }
  v1::GetPublicEnterpriseResponse page = Page();
  EXPECT_EQ(page.penalties_size(), 10);
  EXPECT_FALSE(page.has_more_penalties());
}

TEST_F(PublicationServiceTest, GovernmentIsToldTheRules) {
  const std::string id = server_.Submit(Penalty("罚1号", {"没收违法所得"}));
  const v1::Record record = GetRecord(id);
  ASSERT_EQ(record.publicity_size(), 2);
  const v1::Publicity& credit_china = record.publicity(0);
  EXPECT_EQ(credit_china.channel(), kCreditChina);
  EXPECT_EQ(credit_china.state(), v1::PUBLICITY_STATE_PUBLIC);
  EXPECT_EQ(credit_china.severity(), v1::SEVERITY_CLASS_GENERAL);
  EXPECT_EQ(credit_china.shown_until(), "2027-05-08");
  EXPECT_EQ(credit_china.repair_from(), "2026-08-09");
  ASSERT_EQ(credit_china.rules_size(), 3);
  EXPECT_EQ(credit_china.rules(0).rule_id(), "CC36-KIND-UNNAMED");
  EXPECT_TRUE(credit_china.rules(0).unconfirmed());
  EXPECT_THAT(credit_china.rules(0).note(), HasSubstr("未列明"));
  EXPECT_EQ(credit_china.rules(1).rule_id(), "CC36-GENERAL");
  EXPECT_THAT(credit_china.rules(1).article(), HasSubstr("第7条"));
  EXPECT_EQ(record.publicity(1).channel(), kGsxt);
}

TEST_F(PublicationServiceTest, TheQueueOfUndecidedRecordsIsWorkedOff) {
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    ids.push_back(
        server_.Submit(Penalty(absl::StrCat("罚", i, "号"), {"罚款"})));
  }
  v1::ListUndecidedRecordsResponse page = Undecided(2);
  ASSERT_EQ(page.records_size(), 2);
  EXPECT_EQ(page.records(0).record_id(), ids[0]);
  EXPECT_THAT(page.records(0).publicity(0).undecided_reasons(),
              ElementsAre("FINE_LIMITS_MISSING"));
  page = Undecided(2, page.next_page_token());
  ASSERT_EQ(page.records_size(), 1);
  EXPECT_EQ(page.next_page_token(), "");

  v1::ClassifyRecordRequest request;
  request.set_request_id("c-1");
  request.set_record_id(ids[0]);
  request.set_etag(GetRecord(ids[0]).etag());
  request.set_channel(kCreditChina);
  request.set_term("CC36-GENERAL");
  request.set_reason("较大数额，见会议纪要");
  v1::ClassifyRecordResponse response;
  request.set_validate_only(true);
  ASSERT_EQ(CodeAndReason(Classify(request, &response)), "OK");
  EXPECT_EQ(Page().penalties_size(), 0);
  request.set_validate_only(false);
  request.set_request_id("c-2");
  ASSERT_EQ(CodeAndReason(Classify(request, &response)), "OK");
  EXPECT_EQ(response.outcome(), v1::OUTCOME_UPDATED);
  EXPECT_EQ(response.record().publicity(0).state(), v1::PUBLICITY_STATE_PUBLIC);
  EXPECT_EQ(response.record().publicity(0).chosen_term(), "CC36-GENERAL");
  EXPECT_EQ(Page().penalties_size(), 1);
  // The same request again, and another one of an older version.
  ASSERT_EQ(CodeAndReason(Classify(request, &response)), "OK");
  request.set_request_id("c-3");
  request.set_etag("0000000000000000");
  EXPECT_EQ(CodeAndReason(Classify(request, &response)),
            "ABORTED ETAG_MISMATCH");
  request.clear_etag();
  request.set_term("GS45-LONG");
  EXPECT_EQ(CodeAndReason(Classify(request, &response)),
            "INVALID_ARGUMENT INVALID_ARGUMENT");
  request.set_channel(v1::ChannelPublication::CHANNEL_UNSPECIFIED);
  EXPECT_EQ(FirstField(Classify(request, &response)), "channel");
  // Rules decide this one.
  request.set_record_id(server_.Submit(Penalty("罚9号", {"责令关闭"})));
  request.set_channel(kGsxt);
  EXPECT_EQ(CodeAndReason(Classify(request, &response)),
            "FAILED_PRECONDITION DECIDED_BY_RULE");
}

TEST_F(PublicationServiceTest, ATableIsActivatedWithoutARestart) {
  server_.Submit(Penalty("罚1号", {"罚款"}));
  EXPECT_EQ(Page().penalties_size(), 0);
  v1::ActivateTableRequest request;
  request.set_request_id("t-1");
  request.set_name("credit_china");
  request.set_text(absl::StrReplaceAll(
      ShippedTable("credit_china"),
      {{"version: 1\n", "version: 2\n"},
       {"  id: \"CC36\"\n",
        "  id: \"CC36\"\n  fine_limits { id: \"L\" article: \"示例\" "
        "larger_fen: 500000 huge_fen: 50000000 }\n"}}));
  v1::ActivateTableResponse response;
  ASSERT_EQ(CodeAndReason(Activate(request, &response)), "OK");
  EXPECT_EQ(response.outcome(), v1::OUTCOME_UPDATED);
  // Records follow behind the change.
  for (int turn = 0; Tables().records_to_judge() > 0; ++turn) {
    ASSERT_LT(turn, 1000);
    server_.Submit(SampleLicence(kCodeA, "甲公司", absl::StrCat("许", turn)));
  }
  EXPECT_EQ(Page().penalties_size(), 1);
  const v1::ListTablesResponse tables = Tables();
  ASSERT_EQ(tables.tables_size(), 4);
  EXPECT_EQ(tables.tables(0).name(), "calendar");
  EXPECT_EQ(tables.tables(1).name(), "credit_china");
  EXPECT_EQ(tables.tables(1).version(), 2);
  EXPECT_THAT(tables.tables(1).terms(), Contains("CC36-SERIOUS"));
  EXPECT_THAT(tables.tables(1).unconfirmed_rules(),
              Contains("CC36-KIND-UNNAMED"));
  EXPECT_EQ(tables.tables(3).name(), "procedures");
  EXPECT_THAT(tables.tables(3).unconfirmed_rules(),
              Contains("GS45-REPAIR/ACCEPTANCE"));
  EXPECT_EQ(tables.publication_date(), "2026-11-24");

  request.set_request_id("t-2");
  request.set_text(request.text() + "# 注");
  EXPECT_EQ(CodeAndReason(Activate(request, &response)),
            "FAILED_PRECONDITION TABLE_VERSION");
  request.set_text("version: x");
  const grpc::Status bad = Activate(request, &response);
  EXPECT_EQ(CodeAndReason(bad), "INVALID_ARGUMENT INVALID_ARGUMENT");
  EXPECT_THAT(bad.error_message(), HasSubstr("line 1, column 10"));
  request.set_name("laws");
  EXPECT_EQ(FirstField(Activate(request, &response)), "name");
  EXPECT_EQ(Tables().tables(1).version(), 2);
}

TEST_F(PublicationServiceTest, EntriesOfListsEndWithTheirRemoval) {
  v1::Record record = SamplePenalty(kCodeA, "甲公司", "x");
  record.set_family(v1::FAMILY_LISTING);
  v1::Listing& listing = *record.mutable_listing();
  listing.set_list(v1::Listing::LIST_ABNORMAL_OPERATION);
  listing.set_ground_code("4");
  listing.set_ground("通过登记的住所无法联系");
  listing.set_listed_on("2026-06-01");
  server_.Submit(record);
  // 异常名录 is minor: not on 信用中国.
  EXPECT_EQ(Page().listings_size(), 0);
  ASSERT_EQ(Page(kGsxt).listings_size(), 1);
  EXPECT_EQ(Page(kGsxt).listings(0).listing().ground(),
            "通过登记的住所无法联系");
  listing.set_removed_on("2026-11-20");
  listing.set_removal_ground("已办理住所变更");
  server_.Submit(record);
  EXPECT_EQ(Page(kGsxt).listings_size(), 0);

  listing.clear_removed_on();
  listing.clear_removal_ground();
  listing.set_list(v1::Listing::LIST_SERIOUS_VIOLATION);
  server_.Submit(record);
  ASSERT_EQ(Page().listings_size(), 1);
  EXPECT_EQ(Page().listings(0).publicity(0).shown_until(), "2029-06-01");
}

TEST_F(PublicationServiceTest, OfAReportThePublicSeesItsPartAndWhatIsChosen) {
  v1::Record record = SamplePenalty(kCodeA, "甲公司", "x");
  record.set_family(v1::FAMILY_ANNUAL_REPORT);
  v1::AnnualReport& report = *record.mutable_annual_report();
  report.set_year(2025);
  report.set_submitted_on("2026-03-02");
  report.set_telephone("0755-28780808");
  report.mutable_optional_figures()->mutable_assets_fen()->set_value(1234567);
  report.mutable_optional_figures()->mutable_revenue_fen()->set_value(7654321);
  report.mutable_optional_figures()->mutable_revenue_fen()->set_shown(true);
  v1::ReportCorrection* hidden = report.add_corrections();
  hidden->set_field("optional_figures.assets_fen");
  hidden->set_before("111");
  hidden->set_after("222");
  hidden->set_corrected_on("2026-04-01");
  v1::ReportCorrection* shown = report.add_corrections();
  shown->set_field("telephone");
  shown->set_before("0755-1");
  shown->set_after("0755-28780808");
  shown->set_corrected_on("2026-04-02");
  server_.Submit(record);
  EXPECT_EQ(Page().annual_reports_size(), 0);
  const v1::GetPublicEnterpriseResponse page = Page(kGsxt);
  ASSERT_EQ(page.annual_reports_size(), 1);
  const v1::AnnualReport& public_report =
      page.annual_reports(0).annual_report();
  EXPECT_EQ(public_report.telephone(), "0755-28780808");
  EXPECT_EQ(public_report.optional_figures().revenue_fen().value(), 7654321);
  EXPECT_FALSE(public_report.optional_figures().has_assets_fen());
  ASSERT_EQ(public_report.corrections_size(), 1);
  EXPECT_EQ(public_report.corrections(0).field(), "telephone");
  EXPECT_EQ(public_report.corrections(0).before(), "0755-1");
}

}  // namespace
}  // namespace creditreg
