// Entries of lists and annual reports over real gRPC and a real registry: from
// handing in to every way to read them.

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/registry/registry.h"
#include "tests/server/service/service_fixture.h"
#include "tests/server/service/test_server.h"

namespace creditreg {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

v1::Record SampleListing(const std::string& party_uscc,
                         const std::string& party_name) {
  v1::Record record = SamplePenalty(party_uscc, party_name, "");
  record.set_family(v1::FAMILY_LISTING);
  v1::Listing& listing = *record.mutable_listing();
  listing.set_list(v1::Listing::LIST_ABNORMAL_OPERATION);
  listing.set_ground_code("4");
  listing.set_ground("通过登记的住所无法联系");
  listing.set_listed_on("2025-07-01");
  return record;
}

v1::Record SampleReport(const std::string& party_uscc,
                        const std::string& party_name, int year) {
  v1::Record record = SamplePenalty(party_uscc, party_name, "");
  record.set_family(v1::FAMILY_ANNUAL_REPORT);
  record.clear_deciding_agency();
  v1::AnnualReport& report = *record.mutable_annual_report();
  report.set_year(year);
  report.set_submitted_on(absl::StrCat(year + 1, "-05-06"));
  report.set_telephone("14000001001");
  report.mutable_optional_figures()->mutable_employees()->set_value(0);
  return record;
}

class FamilyServiceTest : public ServiceTest {
 protected:
  FamilyServiceTest() {
    server_.Put(SampleEnterprise(kCodeA, "甲公司"));
    server_.Put(SampleEnterprise(kCodeB, "乙公司"));
  }

  // What became of one record.
  v1::SubmitRecordsResponse::Result SubmitOne(const v1::Record& record) {
    v1::SubmitRecordsRequest request;
    request.set_request_id(server_.NewRequestId());
    *request.add_records()->mutable_record() = record;
    v1::SubmitRecordsResponse response;
    EXPECT_EQ(CodeAndReason(Write(request, &response)), "OK");
    return response.results_size() == 1 ? response.results(0)
                                        : v1::SubmitRecordsResponse::Result();
  }

  std::vector<v1::Record> List(const std::string& code,
                               const std::vector<v1::Family>& families) {
    v1::ListRecordsRequest request;
    request.mutable_item()->set_identifier(code);
    request.set_page_size(2);
    for (const v1::Family family : families) request.add_families(family);
    std::vector<v1::Record> all;
    do {
      v1::ListRecordsResponse page;
      EXPECT_EQ(CodeAndReason(Read(request, &page)), "OK");
      EXPECT_LE(page.records_size(), 2);
      all.insert(all.end(), page.records().begin(), page.records().end());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return all;
  }

  // "family count" of each family that the file has.
  std::vector<std::string> Counts(const std::string& code) {
    v1::GetEnterpriseRequest request;
    request.mutable_item()->set_identifier(code);
    v1::GetEnterpriseResponse response;
    EXPECT_EQ(CodeAndReason(Read(request, &response)), "OK");
    std::vector<std::string> counts;
    for (const auto& count : response.summary().counts()) {
      counts.push_back(
          absl::StrCat(v1::Family_Name(count.family()), " ", count.records()));
    }
    return counts;
  }

  void ExpectWhole() {
    const absl::StatusOr<VerifyReport> report =
        server_.registry().Verify({}, nullptr);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_THAT(report->fault_messages, IsEmpty());
  }
};

TEST_F(FamilyServiceTest, WhatIsHandedInIsRead) {
  v1::Record listing = SampleListing(kCodeA, "甲公司");
  listing.mutable_listing()->set_restriction_until("2099-12-31");
  listing.mutable_listing()->add_publications()->set_channel(
      v1::ChannelPublication::CHANNEL_GSXT);
  const v1::Record stored = GetRecord(server_.Submit(listing));
  EXPECT_EQ(stored.listing().ShortDebugString(),
            listing.listing().ShortDebugString());
  EXPECT_EQ(stored.enterprise_uscc(), kCodeA);

  const v1::Record report = SampleReport(kCodeA, "甲公司", 2024);
  const v1::Record read = GetRecord(server_.Submit(report));
  EXPECT_EQ(read.annual_report().ShortDebugString(),
            report.annual_report().ShortDebugString());
  EXPECT_TRUE(read.annual_report().optional_figures().employees().has_value());
  EXPECT_FALSE(read.has_deciding_agency());

  EXPECT_THAT(Counts(kCodeA),
              ElementsAre("FAMILY_LISTING 1", "FAMILY_ANNUAL_REPORT 1"));
  ExpectWhole();
}

TEST_F(FamilyServiceTest, SentAgainNothingChanges) {
  for (const v1::Record& record : {SampleListing(kCodeA, "甲公司"),
                                   SampleReport(kCodeA, "甲公司", 2024)}) {
    const auto first = SubmitOne(record);
    EXPECT_EQ(first.outcome(), v1::OUTCOME_CREATED);
    const auto again = SubmitOne(record);
    EXPECT_EQ(again.outcome(), v1::OUTCOME_UNCHANGED);
    EXPECT_EQ(again.record_id(), first.record_id());
    EXPECT_EQ(again.etag(), first.etag());
  }
  v1::SubmitRecordsRequest request;
  request.set_request_id("once");
  *request.add_records()->mutable_record() = SampleListing(kCodeB, "乙公司");
  v1::SubmitRecordsResponse first;
  ASSERT_EQ(CodeAndReason(Write(request, &first)), "OK");
  v1::SubmitRecordsResponse again;
  ASSERT_EQ(CodeAndReason(Write(request, &again)), "OK");
  EXPECT_EQ(again.SerializeAsString(), first.SerializeAsString());
}

TEST_F(FamilyServiceTest, EveryPartOfAKeyTellsRecordsApart) {
  std::set<std::string> ids;
  const auto add = [&](const v1::Record& record) {
    const auto result = SubmitOne(record);
    EXPECT_EQ(result.outcome(), v1::OUTCOME_CREATED)
        << result.ShortDebugString();
    ids.insert(result.record_id());
  };
  v1::Record listing = SampleListing(kCodeA, "甲公司");
  add(listing);
  add(SampleListing(kCodeB, "乙公司"));
  listing.mutable_listing()->set_ground_code("1");
  add(listing);
  listing.mutable_listing()->clear_ground_code();
  add(listing);
  listing.mutable_listing()->set_list(v1::Listing::LIST_SERIOUS_VIOLATION);
  add(listing);
  listing.mutable_listing()->set_list(v1::Listing::LIST_OTHER);
  listing.mutable_listing()->set_list_name("失信被执行人");
  add(listing);
  listing.mutable_listing()->set_list_name("重大税收违法失信主体");
  add(listing);
  listing.mutable_listing()->set_listed_on("2025-07-02");
  add(listing);
  listing.mutable_deciding_agency()->set_name("广州市市场监督管理局");
  add(listing);
  add(SampleReport(kCodeA, "甲公司", 2023));
  add(SampleReport(kCodeA, "甲公司", 2024));
  add(SampleReport(kCodeB, "乙公司", 2024));
  EXPECT_THAT(ids, SizeIs(12));
  EXPECT_THAT(Counts(kCodeA),
              ElementsAre("FAMILY_LISTING 8", "FAMILY_ANNUAL_REPORT 2"));
  ExpectWhole();
}

TEST_F(FamilyServiceTest, ListsComeByFamilyAndNewestDayFirst) {
  server_.Submit(SampleReport(kCodeA, "甲公司", 2022));
  server_.Submit(SampleReport(kCodeA, "甲公司", 2024));
  server_.Submit(SampleReport(kCodeA, "甲公司", 2023));
  v1::Record listing = SampleListing(kCodeA, "甲公司");
  server_.Submit(listing);
  listing.mutable_listing()->set_listed_on("2026-07-01");
  server_.Submit(listing);
  server_.Submit(SamplePenalty(kCodeA, "甲公司", "罚1号"));

  std::vector<std::string> lines;
  for (const v1::Record& record : List(kCodeA, {})) {
    lines.push_back(absl::StrCat(record.penalty().decided_on(),
                                 record.listing().listed_on(),
                                 record.annual_report().submitted_on()));
  }
  EXPECT_THAT(lines, ElementsAre("2026-02-06", "2026-07-01", "2025-07-01",
                                 "2025-05-06", "2024-05-06", "2023-05-06"));
  EXPECT_THAT(List(kCodeA, {v1::FAMILY_LISTING}), SizeIs(2));
  EXPECT_THAT(List(kCodeA, {v1::FAMILY_ANNUAL_REPORT}), SizeIs(3));
  EXPECT_THAT(List(kCodeA, {v1::FAMILY_LICENCE}), IsEmpty());
  EXPECT_THAT(List(kCodeB, {}), IsEmpty());
}

TEST_F(FamilyServiceTest, ARemovalIsANewVersionOfTheEntry) {
  v1::Record listing = SampleListing(kCodeA, "甲公司");
  const std::string id = server_.Submit(listing);
  listing.mutable_listing()->set_removed_on("2025-09-01");
  listing.mutable_listing()->set_removal_ground("已取得联系");
  listing.mutable_listing()->mutable_removing_agency()->set_name("某局");
  const auto removed = SubmitOne(listing);
  EXPECT_EQ(removed.outcome(), v1::OUTCOME_UPDATED);
  EXPECT_EQ(removed.record_id(), id);

  v1::ListRecordVersionsRequest request;
  request.set_record_id(id);
  v1::ListRecordVersionsResponse versions;
  ASSERT_EQ(CodeAndReason(Read(request, &versions)), "OK");
  ASSERT_EQ(versions.versions_size(), 2);
  EXPECT_EQ(versions.versions(0).listing().removed_on(), "2025-09-01");
  EXPECT_EQ(versions.versions(0).listing().removing_agency().name(), "某局");
  EXPECT_EQ(versions.versions(1).listing().removed_on(), "");
  EXPECT_THAT(Counts(kCodeA), ElementsAre("FAMILY_LISTING 1"));
}

TEST_F(FamilyServiceTest, CorrectedAndWithdrawn) {
  for (const v1::Record& record : {SampleListing(kCodeA, "甲公司"),
                                   SampleReport(kCodeA, "甲公司", 2024)}) {
    SCOPED_TRACE(v1::Family_Name(record.family()));
    v1::Record changed = record;
    if (changed.has_listing()) {
      changed.mutable_listing()->set_ground_code("1");
    } else {
      changed.mutable_annual_report()->set_year(2023);
    }
    const std::string id = server_.Submit(record);
    v1::CorrectRecordRequest correct;
    correct.set_request_id(server_.NewRequestId());
    correct.set_record_id(id);
    correct.set_etag(GetRecord(id).etag());
    correct.set_reason("录入错误");
    *correct.mutable_record() = changed;
    v1::CorrectRecordResponse corrected;
    ASSERT_EQ(CodeAndReason(Write(correct, &corrected)), "OK");
    EXPECT_EQ(corrected.outcome(), v1::OUTCOME_UPDATED);
    EXPECT_EQ(corrected.record().record_id(), id);
    // Both keys lead to it: the old one to what was corrected.
    EXPECT_EQ(SubmitOne(changed).record_id(), id);
    EXPECT_EQ(SubmitOne(record).record_id(), id);

    v1::WithdrawRecordRequest withdraw;
    withdraw.set_request_id(server_.NewRequestId());
    withdraw.set_record_id(id);
    withdraw.set_reason("撤销");
    v1::WithdrawRecordResponse withdrawn;
    ASSERT_EQ(CodeAndReason(Write(withdraw, &withdrawn)), "OK");
    EXPECT_EQ(withdrawn.record().state(), v1::RECORD_STATE_WITHDRAWN);
    EXPECT_THAT(Counts(kCodeA), IsEmpty());
    EXPECT_THAT(List(kCodeA, {record.family()}), SizeIs(1));
  }
  ExpectWhole();
}

TEST_F(FamilyServiceTest, WhatCannotBeToldApartIsKeptAside) {
  v1::Record listing = SampleListing(kCodeA, "甲公司");
  listing.mutable_listing()->clear_listed_on();
  auto result = SubmitOne(listing);
  EXPECT_EQ(result.outcome(), v1::OUTCOME_QUARANTINED);
  EXPECT_EQ(result.findings(result.findings_size() - 1).field(),
            "record.listing.listed_on");
  listing = SampleListing(kCodeA, "甲公司");
  listing.clear_deciding_agency();
  result = SubmitOne(listing);
  EXPECT_EQ(result.outcome(), v1::OUTCOME_QUARANTINED);
  EXPECT_EQ(result.findings(result.findings_size() - 1).field(),
            "record.deciding_agency.name");
}

TEST_F(FamilyServiceTest, WhatIsWrongIsRejected) {
  v1::Record listing = SampleListing(kCodeA, "甲公司");
  listing.mutable_listing()->set_list(v1::Listing::LIST_OTHER);
  auto result = SubmitOne(listing);
  EXPECT_EQ(result.outcome(), v1::OUTCOME_REJECTED);
  ASSERT_GE(result.findings_size(), 1);
  EXPECT_EQ(result.findings(0).field(), "record.listing.list_name");
  EXPECT_EQ(result.findings(0).message(), "其他名单须写明名单名称");
  v1::Record report = SampleReport(kCodeA, "甲公司", 2024);
  report.mutable_annual_report()->clear_year();
  result = SubmitOne(report);
  EXPECT_EQ(result.outcome(), v1::OUTCOME_REJECTED);
  EXPECT_EQ(result.findings(0).field(), "record.annual_report.year");
}

TEST_F(FamilyServiceTest, RecordsThatComeFirstAreLinkedByTheirEnterprise) {
  for (const v1::Record& record : {SampleListing(kCodeC, "丙公司"),
                                   SampleReport(kCodeC, "丙公司", 2024)}) {
    EXPECT_EQ(SubmitOne(record).outcome(), v1::OUTCOME_PENDING);
  }
  v1::PutEnterpriseRequest put = PutRequest(SampleEnterprise(kCodeC, "丙公司"));
  v1::PutEnterpriseResponse response;
  ASSERT_EQ(CodeAndReason(Write(put, &response)), "OK");
  EXPECT_EQ(response.pending_records(), 2);
  EXPECT_THAT(List(kCodeC, {}), SizeIs(2));
  EXPECT_THAT(Counts(kCodeC),
              ElementsAre("FAMILY_LISTING 1", "FAMILY_ANNUAL_REPORT 1"));
  ExpectWhole();
}

// 经营异常名录 is minor there, and reports are gsxt's.
TEST_F(FamilyServiceTest, CreditChinaShowsNothingOfThem) {
  const std::string before = server_.GetPublic(kCodeA).SerializeAsString();
  server_.Submit(SampleListing(kCodeA, "甲公司"));
  server_.Submit(SampleReport(kCodeA, "甲公司", 2024));
  EXPECT_EQ(server_.GetPublic(kCodeA).SerializeAsString(), before);
  v1::ListPublicRecordsRequest request;
  request.mutable_item()->set_identifier(kCodeA);
  v1::ListPublicRecordsResponse response;
  grpc::ClientContext context;
  ASSERT_EQ(CodeAndReason(server_.lookup().ListPublicRecords(&context, request,
                                                             &response)),
            "OK");
  EXPECT_EQ(response.records_size(), 0);
  EXPECT_EQ(response.next_page_token(), "");
}

}  // namespace
}  // namespace creditreg
