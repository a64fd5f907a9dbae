// Personal data over real gRPC: found by exact number, erased, and the keys
// that seal it rotated.

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
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

// Nobody's: codes of region 449999 are not given out.
constexpr char kId[] = "449999198001010014";
constexpr char kPhone[] = "14000001234";

class PersonalDataTest : public ServiceTest {
 protected:
  static v1::PersonalFields Representative() {
    v1::PersonalFields personal;
    personal.set_legal_representative_id_number(kId);
    return personal;
  }
  static v1::PersonalFields Telephone() {
    v1::PersonalFields personal;
    personal.set_telephone(kPhone);
    return personal;
  }

  static v1::FindByPersonalNumberRequest Search(v1::PersonalNumberKind kind,
                                                const std::string& number) {
    v1::FindByPersonalNumberRequest request;
    request.set_kind(kind);
    request.set_number(number);
    request.mutable_personal()->set_purpose("核查");
    return request;
  }

  // "ROLE code" or "ROLE record_id" of each hit, page by page.
  std::vector<std::string> Find(v1::FindByPersonalNumberRequest request) {
    std::vector<std::string> found;
    do {
      v1::FindByPersonalNumberResponse page;
      EXPECT_EQ(CodeAndReason(Read(request, &page)), "OK");
      for (const auto& hit : page.hits()) {
        found.push_back(absl::StrCat(v1::PersonRole_Name(hit.role()), " ",
                                     hit.has_record()
                                         ? hit.record().record_id()
                                         : hit.enterprise().uscc()));
      }
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return found;
  }

  v1::ErasePersonalRequest NewErasure() {
    v1::ErasePersonalRequest request;
    request.set_request_id(server_.NewRequestId());
    request.set_reason("依当事人申请");
    return request;
  }

  v1::GetEnterpriseResponse GetWithPersonal(const std::string& code) {
    v1::GetEnterpriseRequest request;
    request.mutable_item()->set_identifier(code);
    request.mutable_personal()->set_purpose("核查");
    v1::GetEnterpriseResponse response;
    EXPECT_EQ(CodeAndReason(Read(request, &response)), "OK");
    return response;
  }
};

TEST_F(PersonalDataTest, APersonIsFoundInEnterprisesAndRecords) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"), Representative());
  server_.Put(SampleEnterprise(kCodeB, "乙公司"), Representative());
  v1::PersonalFields party;
  party.set_person_id_number(kId);
  const std::string record =
      server_.Submit(SamplePenalty(kCodeA, "甲公司", "罚1号"), party);
  v1::FindByPersonalNumberRequest request =
      Search(v1::PERSONAL_NUMBER_KIND_IDENTITY, "449999 19800101 0014");
  const auto all =
      ElementsAre(absl::StrCat("PERSON_ROLE_LEGAL_REPRESENTATIVE ", kCodeA),
                  absl::StrCat("PERSON_ROLE_LEGAL_REPRESENTATIVE ", kCodeB),
                  absl::StrCat("PERSON_ROLE_PARTY ", record));
  EXPECT_THAT(Find(request), all);
  request.set_page_size(1);
  EXPECT_THAT(Find(request), all);
  EXPECT_THAT(Find(Search(v1::PERSONAL_NUMBER_KIND_TELEPHONE, kPhone)),
              IsEmpty());
  // Nothing was unsealed, and a page is nobody else's.
  v1::FindByPersonalNumberResponse page;
  ASSERT_EQ(CodeAndReason(Read(request, &page)), "OK");
  EXPECT_THAT(page.ShortDebugString(), Not(HasSubstr(kId)));
  v1::FindByPersonalNumberRequest other =
      Search(v1::PERSONAL_NUMBER_KIND_TELEPHONE, kPhone);
  other.set_page_token(page.next_page_token());
  EXPECT_EQ(CodeAndReason(Read(other, &page)),
            "INVALID_ARGUMENT INVALID_ARGUMENT");
}

TEST_F(PersonalDataTest, WrongSearchesNameTheFieldAndNotTheNumber) {
  v1::FindByPersonalNumberResponse response;
  EXPECT_EQ(FirstField(Read(Search(v1::PERSONAL_NUMBER_KIND_UNSPECIFIED, kId),
                            &response)),
            "kind");
  EXPECT_EQ(FirstField(Read(Search(static_cast<v1::PersonalNumberKind>(7), kId),
                            &response)),
            "kind");
  EXPECT_EQ(FirstField(
                Read(Search(v1::PERSONAL_NUMBER_KIND_IDENTITY, ""), &response)),
            "number");
  const std::string longest = absl::StrCat(kId, std::string(50, '0'));
  const grpc::Status status =
      Read(Search(v1::PERSONAL_NUMBER_KIND_IDENTITY, longest), &response);
  EXPECT_EQ(FirstField(status), "number");
  EXPECT_THAT(status.error_message(), Not(HasSubstr(kId)));
  v1::FindByPersonalNumberRequest request =
      Search(v1::PERSONAL_NUMBER_KIND_IDENTITY, kId);
  request.set_page_size(501);
  EXPECT_EQ(FirstField(Read(request, &response)), "page_size");
  request.set_page_size(0);
  request.clear_personal();
  EXPECT_EQ(FirstField(Read(request, &response)), "personal.purpose");
}

TEST_F(PersonalDataTest, AnErasureIsToldApartFromNothing) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"), Telephone());
  server_.Put(SampleEnterprise(kCodeB, "乙公司"));
  v1::GetEnterpriseRequest then;
  then.mutable_item()->set_identifier(kCodeA);
  v1::GetEnterpriseResponse before;
  ASSERT_EQ(CodeAndReason(Read(then, &before)), "OK");
  v1::ErasePersonalRequest request = NewErasure();
  request.mutable_item()->set_identifier(kCodeA);
  v1::ErasePersonalResponse response;
  ASSERT_EQ(CodeAndReason(Write(request, &response)), "OK");
  EXPECT_EQ(response.outcome(), v1::OUTCOME_UPDATED);
  // Again, and with an id of its own.
  ASSERT_EQ(CodeAndReason(Write(request, &response)), "OK");
  EXPECT_EQ(response.outcome(), v1::OUTCOME_UPDATED);
  request.set_request_id(server_.NewRequestId());
  ASSERT_EQ(CodeAndReason(Write(request, &response)), "OK");
  EXPECT_EQ(response.outcome(), v1::OUTCOME_UNCHANGED);

  const v1::GetEnterpriseResponse erased = GetWithPersonal(kCodeA);
  EXPECT_TRUE(erased.personal_erased());
  EXPECT_FALSE(erased.has_personal());
  EXPECT_EQ(erased.result().enterprise().name(), "甲公司");
  *then.mutable_at_position() = before.position();
  then.mutable_personal()->set_purpose("核查");
  v1::GetEnterpriseResponse past;
  ASSERT_EQ(CodeAndReason(Read(then, &past)), "OK");
  EXPECT_TRUE(past.personal_erased());
  EXPECT_FALSE(past.has_personal());
  const v1::GetEnterpriseResponse none = GetWithPersonal(kCodeB);
  EXPECT_FALSE(none.personal_erased());
  EXPECT_TRUE(none.has_personal());
  EXPECT_THAT(Find(Search(v1::PERSONAL_NUMBER_KIND_TELEPHONE, kPhone)),
              IsEmpty());
}

TEST_F(PersonalDataTest, RecordsAndRowsKeptAsideAreErased) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"));
  const std::string id =
      server_.Submit(SamplePenalty(kCodeA, "甲公司", "罚1号"), Telephone());
  v1::ErasePersonalRequest of_record = NewErasure();
  of_record.set_record_id(id);
  v1::ErasePersonalResponse response;
  ASSERT_EQ(CodeAndReason(Write(of_record, &response)), "OK");
  v1::GetRecordRequest get;
  get.set_record_id(id);
  get.mutable_personal()->set_purpose("核查");
  v1::GetRecordResponse got;
  ASSERT_EQ(CodeAndReason(Read(get, &got)), "OK");
  EXPECT_TRUE(got.personal_erased());
  EXPECT_FALSE(got.has_personal());

  v1::SubmitRecordsRequest submit;
  submit.set_request_id(server_.NewRequestId());
  *submit.add_records()->mutable_record() =
      SamplePenalty(kCodeA, "从未有过的名称", "罚2号");
  *submit.mutable_records(0)->mutable_personal() = Telephone();
  v1::SubmitRecordsResponse submitted;
  ASSERT_EQ(CodeAndReason(Write(submit, &submitted)), "OK");
  ASSERT_EQ(submitted.results(0).outcome(), v1::OUTCOME_QUARANTINED);
  v1::ListQuarantinedRowsRequest list;
  list.mutable_personal()->set_purpose("核查");
  v1::ListQuarantinedRowsResponse rows;
  ASSERT_EQ(CodeAndReason(Read(list, &rows)), "OK");
  ASSERT_EQ(rows.rows_size(), 1);
  EXPECT_FALSE(rows.rows(0).erased());
  EXPECT_FALSE(rows.rows(0).cells().empty());
  v1::ErasePersonalRequest of_row = NewErasure();
  of_row.set_row_id(rows.rows(0).row_id());
  ASSERT_EQ(CodeAndReason(Write(of_row, &response)), "OK");
  ASSERT_EQ(CodeAndReason(Read(list, &rows)), "OK");
  EXPECT_TRUE(rows.rows(0).erased());
  EXPECT_TRUE(rows.rows(0).cells().empty());
}

// What was merged has fields of its own.
TEST_F(PersonalDataTest, TheCodeOfAMergedOneMeansThatOne) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"), Telephone());
  v1::Enterprise successor = SampleEnterprise(kCodeB, "乙公司");
  v1::FormerCode& former = *successor.add_former_codes();
  former.set_uscc(kCodeA);
  former.set_merged(true);
  server_.Put(successor, Representative());
  v1::ErasePersonalRequest request = NewErasure();
  request.mutable_item()->set_identifier(kCodeA);
  v1::ErasePersonalResponse response;
  ASSERT_EQ(CodeAndReason(Write(request, &response)), "OK");
  EXPECT_EQ(response.outcome(), v1::OUTCOME_UPDATED);
  EXPECT_THAT(Find(Search(v1::PERSONAL_NUMBER_KIND_TELEPHONE, kPhone)),
              IsEmpty());
  EXPECT_THAT(
      Find(Search(v1::PERSONAL_NUMBER_KIND_IDENTITY, kId)),
      ElementsAre(absl::StrCat("PERSON_ROLE_LEGAL_REPRESENTATIVE ", kCodeB)));
}

TEST_F(PersonalDataTest, NumbersInReasonsAndPurposesAreCutOut) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"), Telephone());
  v1::WithholdEnterpriseRequest withhold;
  withhold.set_request_id(server_.NewRequestId());
  withhold.mutable_item()->set_identifier(kCodeA);
  withhold.set_withheld(true);
  withhold.set_reason(absl::StrCat("应", kPhone, "要求"));
  v1::WithholdEnterpriseResponse withheld;
  ASSERT_EQ(CodeAndReason(Write(withhold, &withheld)), "OK");
  EXPECT_EQ(withheld.enterprise().withheld_reason(), "应[已遮蔽]要求");
  v1::GetEnterpriseRequest get;
  get.mutable_item()->set_identifier(kCodeA);
  get.mutable_personal()->set_purpose(absl::StrCat("核查", kId));
  v1::GetEnterpriseResponse got;
  grpc::ClientContext context;
  context.AddMetadata("creditreg-purpose-bin", absl::StrCat("来电", kPhone));
  ASSERT_EQ(CodeAndReason(server_.read().GetEnterprise(&context, get, &got)),
            "OK");
  const audit::v1::AuditRow row = server_.AuditRows().back();
  EXPECT_EQ(row.purpose(), "来电[已遮蔽]");
  EXPECT_EQ(row.personal_purpose(), "核查[已遮蔽]");
}

TEST_F(PersonalDataTest, WrongErasuresChangeNothing) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"), Telephone());
  v1::ErasePersonalResponse response;
  v1::ErasePersonalRequest request = NewErasure();
  EXPECT_EQ(FirstField(Write(request, &response)), "subject");
  request.mutable_item()->set_identifier(kCodeA);
  request.clear_reason();
  EXPECT_EQ(FirstField(Write(request, &response)), "reason");
  request.set_reason("依申请");
  request.set_validate_only(true);
  ASSERT_EQ(CodeAndReason(Write(request, &response)), "OK");
  EXPECT_EQ(response.outcome(), v1::OUTCOME_UPDATED);
  EXPECT_EQ(GetWithPersonal(kCodeA).personal().telephone(), kPhone);
  request.mutable_item()->set_identifier(kCodeB);
  EXPECT_EQ(CodeAndReason(Write(request, &response)), "NOT_FOUND NOT_FOUND");
  request.set_record_id("short");
  EXPECT_EQ(FirstField(Write(request, &response)), "record_id");
  request.set_row_id("short");
  EXPECT_EQ(FirstField(Write(request, &response)), "row_id");
  request.set_row_id(std::string(26, 'a'));
  EXPECT_EQ(CodeAndReason(Write(request, &response)), "NOT_FOUND NOT_FOUND");
}

// Searches and erasures are told by the audit log and the chain, never what was
// asked for.
TEST_F(PersonalDataTest, ASearchIsWrittenDownWithoutItsNumber) {
  server_.Put(SampleEnterprise(kCodeA, "甲公司"), Representative());
  Find(Search(v1::PERSONAL_NUMBER_KIND_IDENTITY, kId));
  const std::vector<audit::v1::AuditRow> rows = server_.AuditRows();
  ASSERT_FALSE(rows.empty());
  EXPECT_EQ(rows.back().rpc(), "RegistryReadService.FindByPersonalNumber");
  EXPECT_FALSE(rows.back().personal()) << "nothing was opened";
  EXPECT_EQ(rows.back().personal_purpose(), "核查");
  EXPECT_THAT(rows.back().enterprise_nos(), ElementsAre(1u));
  EXPECT_THAT(rows.back().ShortDebugString(), Not(HasSubstr(kId)));
  EXPECT_THAT(server_.log(), Not(HasSubstr(kId)));
}

// Keys are the security administrator's, who reads no files.
class KeyServiceTest : public testing::Test {
 protected:
  static std::shared_ptr<const Principal> SecurityAdmin() {
    auto principal = std::make_shared<Principal>();
    principal->id = "security";
    principal->roles.Add(conf::v1::ROLE_SECURITY_ADMIN);
    principal->second_factor = true;
    principal->no_quota = true;
    return principal;
  }
  static TestServerOptions Options() {
    TestServerOptions options;
    options.nobody = SecurityAdmin();
    return options;
  }

  v1::GetKeyStateResponse State() {
    grpc::ClientContext context;
    v1::GetKeyStateResponse response;
    EXPECT_EQ(CodeAndReason(server_.keys().GetKeyState(
                  &context, v1::GetKeyStateRequest(), &response)),
              "OK");
    return response;
  }
  grpc::Status Rotate(v1::RotateMasterKeyResponse* response) {
    grpc::ClientContext context;
    return server_.keys().RotateMasterKey(
        &context, v1::RotateMasterKeyRequest(), response);
  }

  TestServer server_{CREDITREG_SOURCE_DIR "/conf/intake", Options()};
};

TEST_F(KeyServiceTest, ARotationIsBegunAndTold) {
  EXPECT_EQ(State().ring_master_version(), 1);
  EXPECT_EQ(State().data_keys_master_version(), 1);
  EXPECT_FALSE(State().has_rotation());
  v1::RotateMasterKeyResponse begun;
  ASSERT_EQ(CodeAndReason(Rotate(&begun)), "OK");
  EXPECT_EQ(begun.to_version(), 2);
  while (State().rotation().running()) std::this_thread::yield();
  const v1::GetKeyStateResponse state = State();
  EXPECT_EQ(state.ring_master_version(), 2);
  EXPECT_EQ(state.data_keys_master_version(), 2);
  EXPECT_EQ(state.rotation().to_version(), 2);
  EXPECT_EQ(state.rotation().error(), "");
  EXPECT_EQ(state.rotation().done(), state.rotation().total());
  // It was written down before it began.
  std::vector<std::string> calls;
  for (const audit::v1::AuditRow& row : server_.AuditRows()) {
    if (row.rpc() != "KeyService.RotateMasterKey") continue;
    calls.push_back(absl::StrCat(row.code(), row.reason()));
  }
  EXPECT_THAT(calls, ElementsAre("OKBEGUN", "OK"));
}

}  // namespace
}  // namespace creditreg
