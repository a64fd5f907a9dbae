#include "index/store/rocksdb_status.h"

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rocksdb/convenience.h"
#include "rocksdb/status.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using rocksdb::Status;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Status Make(Status::Code code, Status::SubCode subcode = Status::kNone,
            const std::string& text = "text") {
  return Status(code, subcode, Status::kNoError, text);
}

const std::map<Status::Code, absl::StatusCode>& WantedCodes() {
  static const auto* const codes = new std::map<Status::Code, absl::StatusCode>{
      {Status::kOk, absl::StatusCode::kOk},
      {Status::kNotFound, absl::StatusCode::kInternal},
      {Status::kCorruption, absl::StatusCode::kDataLoss},
      {Status::kNotSupported, absl::StatusCode::kInternal},
      {Status::kInvalidArgument, absl::StatusCode::kInternal},
      {Status::kIOError, absl::StatusCode::kUnavailable},
      {Status::kMergeInProgress, absl::StatusCode::kInternal},
      {Status::kIncomplete, absl::StatusCode::kInternal},
      {Status::kShutdownInProgress, absl::StatusCode::kUnavailable},
      {Status::kTimedOut, absl::StatusCode::kUnavailable},
      {Status::kAborted, absl::StatusCode::kUnavailable},
      {Status::kBusy, absl::StatusCode::kUnavailable},
      {Status::kExpired, absl::StatusCode::kInternal},
      {Status::kTryAgain, absl::StatusCode::kUnavailable},
      {Status::kCompactionTooLarge, absl::StatusCode::kInternal},
      {Status::kColumnFamilyDropped, absl::StatusCode::kInternal},
  };
  return *codes;
}

TEST(FromRocksDbTest, EveryCodeHasItsOwn) {
  // A RocksDB with more codes fails here.
  ASSERT_EQ(WantedCodes().size(), static_cast<std::size_t>(Status::kMaxCode));
  for (const auto& [code, wanted] : WantedCodes()) {
    if (code == Status::kOk) continue;
    EXPECT_THAT(FromRocksDb(Make(code), "read row"),
                StatusIs(wanted, StartsWith("read row: RocksDB ")))
        << "code " << static_cast<int>(code);
  }
  EXPECT_THAT(FromRocksDb(Status::OK(), "read row"), IsOk());
}

TEST(FromRocksDbTest, CodesOfALaterRocksDbAreInternal) {
  EXPECT_THAT(FromRocksDb(Make(Status::kMaxCode), "read row"),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("unknown code")));
}

TEST(FromRocksDbTest, EverySubcodeOfAnIoErrorHasItsOwn) {
  for (int i = 0; i < Status::kMaxSubCode; ++i) {
    const auto subcode = static_cast<Status::SubCode>(i);
    const absl::Status status =
        FromRocksDb(Make(Status::kIOError, subcode), "write rows");
    if (subcode == Status::kNoSpace || subcode == Status::kSpaceLimit) {
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted,
                                   StartsWith("DISK_FULL: write rows: ")));
    } else if (subcode == Status::kPathNotFound) {
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kDataLoss));
    } else {
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable,
                                   StartsWith("write rows: ")));
    }
  }
}

TEST(FromRocksDbTest, OnlyIoErrorsRepeatTheText) {
  const std::string secret = "914403001922038216";
  for (const auto& [code, wanted] : WantedCodes()) {
    if (code == Status::kIOError || code == Status::kOk) continue;
    const Status status = Make(code, Status::kNone, "key " + secret);
    EXPECT_THAT(FromRocksDb(status, "read row").message(),
                Not(HasSubstr(secret)));
  }
  EXPECT_THAT(
      FromRocksDb(Make(Status::kIOError, Status::kNone, "Permission denied"),
                  "read row")
          .message(),
      HasSubstr("Permission denied"));
}

TEST(FromRocksDbTest, ADamagedFileIsNamed) {
  for (const auto& [text, file] : std::map<std::string, std::string>{
           {"mismatch in /data/914403001922038216/000012.sst offset 0",
            " in 000012.sst"},
           {"bad /data/db/1234567.log", " in 1234567.log"},
           {"bad /data/db/MANIFEST-000004 end", " in MANIFEST-000004"},
           {"000012.sst and 000013.sst", " in 000012.sst"},
           {"12345.sst", ""},
           {"key 91440300192203821612345.sst", ""},
           {"MANIFEST-", ""},
           {"000012", ""},
           {"", ""}}) {
    EXPECT_EQ(
        FromRocksDb(Make(Status::kCorruption, Status::kNone, text), "read")
            .message(),
        absl::StrCat("read: RocksDB Corruption", file))
        << text;
  }
}

TEST(RocksDbTest, HasTheCodecsWeUse) {
  EXPECT_THAT(rocksdb::GetSupportedCompressions(),
              Contains(rocksdb::kLZ4Compression));
  EXPECT_THAT(rocksdb::GetSupportedCompressions(), Contains(rocksdb::kZSTD));
}

}  // namespace
}  // namespace creditreg
