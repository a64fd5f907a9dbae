// Claim: a Write() that answered OK survives a power cut, one that failed is
// there whole or not at all, and after it no other is taken.
//
// Method: the store runs on a disk that forgets what was not synced
// (tests/testing/fault_env.h); a std::map says what must be there.

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/store/store.h"
#include "tests/index/store/store_rows.h"
#include "tests/testing/fault_env.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

using ::testing::AnyOf;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kLog[] = ".log";

class StoreFaultsTest : public testing::Test {
 protected:
  StoreFaultsTest() {
    options_.directory = directory_.Below("db");
    options_.memtable_bytes = 64 << 10;
    options_.block_cache_bytes = 1 << 20;
    options_.env_for_test = disk_.env();
  }

  std::unique_ptr<Store> OpenStore() {
    absl::StatusOr<std::unique_ptr<Store>> store = Store::Open(options_);
    EXPECT_THAT(store, IsOk());
    return *std::move(store);
  }

  void CutPower(std::unique_ptr<Store> store, RandomSource* random = nullptr) {
    disk_.CutPower();
    store.reset();
    disk_.LoseUnsynced(random);
  }

  static WriteBatch OneRow(const std::string& value) {
    WriteBatch batch;
    batch.Put("key", value);
    batch.Put("key2", value);
    return batch;
  }

  static Rows RowsOf(const std::string& value) {
    return {{"key", value}, {"key2", value}};
  }

  const TestDirectory directory_;
  FaultEnv disk_;
  StoreOptions options_;
};

TEST_F(StoreFaultsTest, TheFirstWriteSurvivesAPowerCut) {
  auto store = OpenStore();
  ASSERT_THAT(store->Write(OneRow("1")), IsOk());
  CutPower(std::move(store));
  EXPECT_THAT(ReadAll(*OpenStore()), IsOkAndHolds(RowsOf("1")));
}

// Proves the disk: bytes that nobody synced are really gone.
TEST_F(StoreFaultsTest, TheDiskForgets) {
  auto store = OpenStore();
  ASSERT_THAT(store->Write(OneRow("1")), IsOk());
  disk_.FailNext(FaultEnv::Operation::kSync, FaultEnv::Reason::kIoError, kLog);
  ASSERT_THAT(store->Write(OneRow("2")), StatusIs(absl::StatusCode::kUnknown));
  CutPower(std::move(store));
  EXPECT_THAT(ReadAll(*OpenStore()), IsOkAndHolds(RowsOf("1")));
}

TEST_F(StoreFaultsTest, EveryAcknowledgedWriteSurvivesPowerCuts) {
  const std::uint64_t seed = testing::UnitTest::GetInstance()->random_seed();
  SeededRandom random(seed);
  Rows expected;
  for (int round = 0; round < 16; ++round) {
    SCOPED_TRACE(absl::StrCat("seed ", seed, ", round ", round));
    auto store = OpenStore();
    ASSERT_THAT(ReadAll(*store), IsOkAndHolds(expected));
    // Up to 1 MB: many memtables, and compactions under way at the cut.
    const std::uint64_t writes = Below(random, 60);
    for (std::uint64_t i = 0; i < writes; ++i) {
      ASSERT_THAT(store->Write(RandomBatch(random, 9000, &expected)), IsOk());
    }
    // Either everything unsynced goes, or any part of it.
    CutPower(std::move(store), round % 2 == 0 ? nullptr : &random);
  }
  EXPECT_THAT(ReadAll(*OpenStore()), IsOkAndHolds(expected)) << "seed " << seed;
}

class StoreWriteFaultTest
    : public StoreFaultsTest,
      public testing::WithParamInterface<
          std::pair<FaultEnv::Operation, FaultEnv::Reason>> {};

TEST_P(StoreWriteFaultTest, AFailedWriteIsUnknownAndTheStoreTakesNoMore) {
  const auto& [operation, reason] = GetParam();
  auto store = OpenStore();
  ASSERT_THAT(store->Write(OneRow("1")), IsOk());
  disk_.FailNext(operation, reason, kLog);
  EXPECT_THAT(store->Write(OneRow("2")),
              StatusIs(absl::StatusCode::kUnknown, HasSubstr("write rows")));
  EXPECT_EQ(disk_.failures(), 1);
  // The disk works again, but what it holds is not known.
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(
        store->Write(OneRow("3")),
        StatusIs(absl::StatusCode::kUnavailable, HasSubstr("reopened")));
  }
  // Reading goes on; the failed write is whole or not there.
  EXPECT_THAT(ReadAll(*store),
              IsOkAndHolds(AnyOf(Eq(RowsOf("1")), Eq(RowsOf("2")))));
  store.reset();
  store = OpenStore();
  EXPECT_THAT(ReadAll(*store),
              IsOkAndHolds(AnyOf(Eq(RowsOf("1")), Eq(RowsOf("2")))));
  EXPECT_THAT(store->Write(OneRow("4")), IsOk());
  CutPower(std::move(store));
  EXPECT_THAT(ReadAll(*OpenStore()), IsOkAndHolds(RowsOf("4")));
}

TEST_P(StoreWriteFaultTest, AFailedWriteIsWholeOrNotThereAfterAPowerCut) {
  const std::uint64_t seed = testing::UnitTest::GetInstance()->random_seed();
  SeededRandom random(seed);
  const auto& [operation, reason] = GetParam();
  Rows before;
  for (int round = 0; round < 8; ++round) {
    SCOPED_TRACE(absl::StrCat("seed ", seed, ", round ", round));
    auto store = OpenStore();
    Rows after = before;
    for (std::uint64_t i = Below(random, 20); i > 0; --i) {
      ASSERT_THAT(store->Write(RandomBatch(random, 9000, &after)), IsOk());
    }
    before = after;
    disk_.FailNext(operation, reason, kLog);
    ASSERT_THAT(store->Write(RandomBatch(random, 9000, &after)),
                StatusIs(absl::StatusCode::kUnknown));
    CutPower(std::move(store), &random);
    const absl::StatusOr<Rows> rows = ReadAll(*OpenStore());
    ASSERT_THAT(rows, IsOkAndHolds(AnyOf(Eq(before), Eq(after))));
    before = *rows;
  }
}

INSTANTIATE_TEST_SUITE_P(
    AppendsAndSyncs, StoreWriteFaultTest,
    testing::Values(
        std::pair(FaultEnv::Operation::kSync, FaultEnv::Reason::kIoError),
        std::pair(FaultEnv::Operation::kSync, FaultEnv::Reason::kNoSpace),
        std::pair(FaultEnv::Operation::kAppend, FaultEnv::Reason::kIoError),
        std::pair(FaultEnv::Operation::kAppend, FaultEnv::Reason::kNoSpace)),
    [](const auto& parameter) {
      return absl::StrCat(
          parameter.param.first == FaultEnv::Operation::kSync ? "Sync"
                                                              : "Append",
          parameter.param.second == FaultEnv::Reason::kNoSpace ? "NoSpace"
                                                               : "IoError");
    });

TEST_F(StoreFaultsTest, AFullDiskAtOpeningSaysSo) {
  disk_.FailNext(FaultEnv::Operation::kAppend, FaultEnv::Reason::kNoSpace,
                 "MANIFEST-000001");
  EXPECT_THAT(Store::Open(options_),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       testing::StartsWith("DISK_FULL: ")));
}

TEST_F(StoreFaultsTest, AFailingDiskAtOpeningIsUnavailable) {
  disk_.FailNext(FaultEnv::Operation::kSync, FaultEnv::Reason::kIoError,
                 "MANIFEST-000001");
  EXPECT_THAT(Store::Open(options_), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(ReadAll(*OpenStore()), IsOkAndHolds(SizeIs(0)));
}

// A table that cannot be written stops the writes after it, never the data.
TEST_F(StoreFaultsTest, AFailedFlushLosesNothing) {
  SeededRandom random(8);
  auto store = OpenStore();
  disk_.FailNext(FaultEnv::Operation::kSync, FaultEnv::Reason::kIoError,
                 ".sst");
  Rows before;
  Rows after;
  for (int i = 0; i < 200; ++i) {
    before = after;
    const absl::Status written =
        store->Write(RandomBatch(random, 9000, &after));
    if (!written.ok()) {
      EXPECT_THAT(written, StatusIs(absl::StatusCode::kUnknown));
      break;
    }
    before = after;
  }
  CutPower(std::move(store));
  EXPECT_THAT(ReadAll(*OpenStore()),
              IsOkAndHolds(AnyOf(Eq(before), Eq(after))));
}

}  // namespace
}  // namespace creditreg
