#include "server/service/validate.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "creditreg/v1/registry_read_service.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/service/file_cursor.h"
#include "server/service/request_bytes.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

absl::Status CheckId(const std::string& request_id) {
  FieldViolations violations;
  CheckRequestId(request_id, &violations);
  return violations.ToStatus();
}

TEST(ValidateTest, RequestIdsHaveAForm) {
  EXPECT_THAT(CheckId("a"), IsOk());
  EXPECT_THAT(CheckId("A-z_0.9:x"), IsOk());
  EXPECT_THAT(CheckId(std::string(64, 'r')), IsOk());
  const std::vector<std::string> bad = {
      "",  std::string(65, 'r'),   "a b", "a/b",
      "é", std::string("a\0b", 3), "a\n"};
  for (const std::string& id : bad) {
    EXPECT_THAT(CheckId(id), StatusIs(kInvalid, HasSubstr("request_id: got ")));
  }
}

TEST(ValidateTest, LengthsCountCharacters) {
  FieldViolations violations;
  CheckText("reason", "撤回撤回", 1, 4, &violations);
  EXPECT_THAT(violations.ToStatus(), IsOk());
  CheckText("reason", "撤回撤回撤", 1, 4, &violations);
  EXPECT_THAT(violations.ToStatus(),
              StatusIs(kInvalid, "reason: got 5 characters, want 1 to 4"));
}

TEST(ValidateTest, MessagesNeverRepeatTheValue) {
  v1::LookupItem item;
  item.set_identifier(std::string(70, '7'));
  item.set_name(std::string(300, 'n'));
  FieldViolations violations;
  CheckItem(item, "item", &violations);
  EXPECT_THAT(std::string(violations.ToStatus().message()),
              Not(HasSubstr("777")));
}

TEST(RequestBytesTest, PageFieldsMakeNoDifferenceToAQuery) {
  v1::ListRecordsRequest request;
  request.mutable_item()->set_identifier("x");
  const std::string first = QueryBytes(request);
  request.set_page_size(7);
  request.set_page_token("t");
  request.mutable_at_position()->set_token("p");
  request.mutable_min_position()->set_token("q");
  EXPECT_EQ(QueryBytes(request), first);
  request.add_families(v1::FAMILY_LICENCE);
  EXPECT_NE(QueryBytes(request), first);
}

TEST(RequestBytesTest, CallsWithEqualFieldsAreDifferentQueries) {
  v1::ListRecordVersionsRequest versions;
  versions.set_record_id("x");
  v1::GetRecordRequest record;
  record.set_record_id("x");
  EXPECT_NE(QueryBytes(versions), QueryBytes(record));
}

TEST(RequestBytesTest, ThePayloadIsAllButTheRequestId) {
  v1::ListQuarantinedRowsRequest no_id;
  no_id.set_source_id("s");
  no_id.set_page_size(3);
  const std::string first = PayloadBytes(no_id);
  no_id.set_page_size(4);
  EXPECT_NE(PayloadBytes(no_id), first);
}

TEST(FileCursorTest, ComesBackAsItWent) {
  const std::string bytes = EncodeFileCursor({0x0102030405060708ULL, "rest"});
  EXPECT_EQ(bytes, "\x01\x02\x03\x04\x05\x06\x07\x08rest");
  CREDITREG_ASSERT_OK_AND_ASSIGN(const FileCursor cursor,
                                 DecodeFileCursor(bytes));
  EXPECT_EQ(cursor.enterprise_no, 0x0102030405060708ULL);
  EXPECT_EQ(cursor.cursor, "rest");
  EXPECT_THAT(DecodeFileCursor("short"),
              StatusIs(kInvalid, HasSubstr("page_token")));
}

}  // namespace
}  // namespace creditreg
