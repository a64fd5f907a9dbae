// Claim: a Write() that answered OK survives a power cut, one that failed is
// there whole or not at all, and after it no other is taken until Reopen(),
// which settles it. What can be read right is read while the disk fails.
//
// Method: the store runs on a disk that forgets what was not synced
// (tests/testing/fault_env.h); a std::map says what must be there.

#include <filesystem>

#include "absl/strings/match.h"
#include "absl/synchronization/notification.h"
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
using ::testing::StartsWith;

constexpr char kLog[] = ".log";
constexpr char kTable[] = ".sst";
using Operation = FaultEnv::Operation;
using Reason = FaultEnv::Reason;

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
  disk_.FailNext(Operation::kSync, Reason::kIoError, kLog);
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
      public testing::WithParamInterface<std::pair<Operation, Reason>> {};

TEST_P(StoreWriteFaultTest, AFailedWriteIsUnknownAndTheStoreTakesNoMore) {
  const auto& [operation, reason] = GetParam();
  auto store = OpenStore();
  ASSERT_THAT(store->Write(OneRow("1")), IsOk());
  disk_.FailNext(operation, reason, kLog);
  EXPECT_THAT(store->Write(OneRow("2")),
              StatusIs(absl::StatusCode::kUnknown, HasSubstr("write rows")));
  // The disk works again, but what it holds is not known.
  const absl::StatusCode code = reason == Reason::kNoSpace
                                    ? absl::StatusCode::kResourceExhausted
                                    : absl::StatusCode::kUnavailable;
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(store->Write(OneRow("3")), StatusIs(code));
    EXPECT_THAT(store->Failure(), StatusIs(code));
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

TEST_P(StoreWriteFaultTest, ReopeningSettlesAFailedWrite) {
  const auto& [operation, reason] = GetParam();
  auto store = OpenStore();
  ASSERT_THAT(store->Write(OneRow("1")), IsOk());
  const auto before = store->TakeSnapshot();
  disk_.FailNext(operation, reason, kLog);
  EXPECT_THAT(store->Write(OneRow("2")), StatusIs(absl::StatusCode::kUnknown));
  EXPECT_THAT(ReadAll(*before), IsOkAndHolds(RowsOf("1")));
  EXPECT_THAT(store->Reopen(), IsOk());
  EXPECT_THAT(store->Failure(), IsOk());
  EXPECT_THAT(before->Get("key"), StatusIs(absl::StatusCode::kUnavailable,
                                           StartsWith("STORE_REOPENING: ")));
  EXPECT_THAT(before->MultiGet({"key"}),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(ReadAll(*before), StatusIs(absl::StatusCode::kUnavailable));
  const absl::StatusOr<Rows> settled = ReadAll(*store);
  ASSERT_THAT(settled, IsOkAndHolds(AnyOf(Eq(RowsOf("1")), Eq(RowsOf("2")))));
  // What could be read after it is on disk.
  disk_.CutPower();
  EXPECT_THAT(ReadAll(*store), IsOkAndHolds(*settled));
  store->TakeSnapshot();
  disk_.Heal();
}

TEST_P(StoreWriteFaultTest, WhatCouldBeReadAfterReopeningIsSynced) {
  const auto& [operation, reason] = GetParam();
  auto store = OpenStore();
  ASSERT_THAT(store->Write(OneRow("1")), IsOk());
  disk_.FailNext(operation, reason, kLog);
  EXPECT_THAT(store->Write(OneRow("2")), StatusIs(absl::StatusCode::kUnknown));
  ASSERT_THAT(store->Reopen(), IsOk());
  const absl::StatusOr<Rows> settled = ReadAll(*store);
  ASSERT_THAT(settled, IsOk());
  CutPower(std::move(store));
  store = OpenStore();
  EXPECT_THAT(ReadAll(*store), IsOkAndHolds(*settled));
  EXPECT_THAT(store->Write(OneRow("3")), IsOk());
}

TEST_P(StoreWriteFaultTest, AFailedWriteIsWholeOrNotThereAfterAPowerCut) {
  const std::uint64_t seed = testing::UnitTest::GetInstance()->random_seed();
  SeededRandom random(seed);
  const auto& [operation, reason] = GetParam();
  Rows before;
  for (int round = 0; round < 4; ++round) {
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
    testing::Values(std::pair(Operation::kSync, Reason::kIoError),
                    std::pair(Operation::kSync, Reason::kNoSpace),
                    std::pair(Operation::kAppend, Reason::kIoError),
                    std::pair(Operation::kAppend, Reason::kNoSpace),
                    std::pair(Operation::kHalfAppend, Reason::kIoError),
                    std::pair(Operation::kHalfAppend, Reason::kNoSpace)),
    [](const auto& parameter) {
      return absl::StrCat(
          parameter.param.first == Operation::kSync         ? "Sync"
          : parameter.param.first == Operation::kHalfAppend ? "HalfAppend"
                                                            : "Append",
          parameter.param.second == Reason::kNoSpace ? "NoSpace" : "IoError");
    });

TEST_F(StoreFaultsTest, AFullDiskAtOpeningSaysSo) {
  disk_.FailNext(Operation::kAppend, Reason::kNoSpace, "MANIFEST-000001");
  EXPECT_THAT(Store::Open(options_),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       testing::StartsWith("DISK_FULL: ")));
}

TEST_F(StoreFaultsTest, AFailingDiskAtOpeningIsUnavailable) {
  disk_.FailNext(Operation::kSync, Reason::kIoError, "MANIFEST-000001");
  EXPECT_THAT(Store::Open(options_), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(ReadAll(*OpenStore()), IsOkAndHolds(SizeIs(0)));
}

// A table that cannot be written stops the writes after it, never the data.
TEST_F(StoreFaultsTest, AFailedFlushLosesNothing) {
  SeededRandom random(8);
  auto store = OpenStore();
  disk_.FailNext(Operation::kSync, Reason::kIoError, ".sst");
  Rows before;
  Rows after;
  for (int i = 0; i < 200; ++i) {
    before = after;
    const absl::Status written =
        store->Write(RandomBatch(random, 9000, &after));
    if (!written.ok()) {
      // The write met the failure itself, or came after it.
      EXPECT_THAT(written, AnyOf(StatusIs(absl::StatusCode::kUnknown),
                                 StatusIs(absl::StatusCode::kUnavailable)));
      break;
    }
    before = after;
  }
  CutPower(std::move(store));
  EXPECT_THAT(ReadAll(*OpenStore()),
              IsOkAndHolds(AnyOf(Eq(before), Eq(after))));
}

TEST_F(StoreFaultsTest, ReopeningWithoutAFailureDoesNothing) {
  auto store = OpenStore();
  ASSERT_THAT(store->Write(OneRow("1")), IsOk());
  const auto before = store->TakeSnapshot();
  EXPECT_THAT(store->Reopen(), IsOk());
  EXPECT_THAT(ReadAll(*before), IsOkAndHolds(RowsOf("1")));
}

TEST_F(StoreFaultsTest, BelowTheReserveNothingIsWrittenAndNothingFails) {
  auto store = OpenStore();
  ASSERT_THAT(store->Write(OneRow("1")), IsOk());
  disk_.SetFreeBytes(options_.reserve_free_bytes - 1);
  EXPECT_THAT(store->Write(OneRow("2")),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       StartsWith("DISK_FULL: ")));
  EXPECT_THAT(store->Failure(), IsOk());
  EXPECT_EQ(store->Figures().free_disk_bytes, options_.reserve_free_bytes - 1);
  disk_.SetFreeBytes(options_.reserve_free_bytes);
  EXPECT_THAT(store->Write(OneRow("3")), IsOk());
  EXPECT_THAT(ReadAll(*store), IsOkAndHolds(RowsOf("3")));
}

// Opening needs room, so the open database is kept while there is none.
TEST_F(StoreFaultsTest, AFullDiskIsReadFromUntilThereIsRoom) {
  auto store = OpenStore();
  ASSERT_THAT(store->Write(OneRow("1")), IsOk());
  const auto before = store->TakeSnapshot();
  for (const char* suffix : {kLog, kTable, ".dbtmp", ""}) {
    disk_.FailAll(Operation::kHalfAppend, Reason::kNoSpace, suffix);
  }
  disk_.SetFreeBytes(4096);
  EXPECT_THAT(store->Write(OneRow("2")),
              StatusIs(absl::StatusCode::kResourceExhausted));
  disk_.SetFreeBytes(std::uint64_t{1} << 40);
  EXPECT_THAT(store->Write(OneRow("2")), StatusIs(absl::StatusCode::kUnknown));
  for (const std::uint64_t free_bytes :
       {std::uint64_t{4096}, std::uint64_t{1} << 40}) {
    disk_.SetFreeBytes(free_bytes);
    EXPECT_THAT(store->Reopen(), StatusIs(absl::StatusCode::kResourceExhausted,
                                          StartsWith("DISK_FULL: ")));
    EXPECT_THAT(store->Write(OneRow("3")),
                StatusIs(absl::StatusCode::kResourceExhausted));
    EXPECT_THAT(ReadAll(*before), IsOkAndHolds(RowsOf("1")));
  }
  disk_.Heal();
  EXPECT_THAT(store->Reopen(), IsOk());
  EXPECT_THAT(ReadAll(*store), IsOkAndHolds(RowsOf("1")));
  EXPECT_THAT(store->Write(OneRow("4")), IsOk());
}

TEST_F(StoreFaultsTest, ADiskThatOnlyReadsIsReadFrom) {
  auto store = OpenStore();
  ASSERT_THAT(store->Write(OneRow("1")), IsOk());
  const auto before = store->TakeSnapshot();
  disk_.FailAll(Operation::kSync, Reason::kIoError, "");
  EXPECT_THAT(store->Write(OneRow("2")), StatusIs(absl::StatusCode::kUnknown));
  EXPECT_THAT(store->Reopen(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(ReadAll(*before), IsOkAndHolds(RowsOf("1")));
  disk_.Heal();
  EXPECT_THAT(store->Reopen(), IsOk());
}

TEST_F(StoreFaultsTest, WhileItCannotBeOpenedNothingIsRead) {
  auto store = OpenStore();
  ASSERT_THAT(store->Write(OneRow("1")), IsOk());
  const auto before = store->TakeSnapshot();
  disk_.FailNext(Operation::kSync, Reason::kIoError, kLog);
  EXPECT_THAT(store->Write(OneRow("2")), StatusIs(absl::StatusCode::kUnknown));
  // What is tried before says nothing of this.
  disk_.FailAll(Operation::kAppend, Reason::kIoError, kTable);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(store->Reopen(), StatusIs(absl::StatusCode::kUnavailable));
    EXPECT_THAT(store->Failure(), StatusIs(absl::StatusCode::kUnavailable));
    EXPECT_THAT(store->Write(OneRow("3")),
                StatusIs(absl::StatusCode::kUnavailable));
    EXPECT_THAT(ReadAll(*before), StatusIs(absl::StatusCode::kUnavailable));
    EXPECT_THAT(ReadAll(*store), StatusIs(absl::StatusCode::kUnavailable));
    EXPECT_EQ(store->Figures().live_bytes, 0u);
  }
  disk_.Heal();
  EXPECT_THAT(store->Reopen(), IsOk());
  EXPECT_THAT(ReadAll(*store),
              IsOkAndHolds(AnyOf(Eq(RowsOf("1")), Eq(RowsOf("2")))));
  EXPECT_THAT(store->Write(OneRow("4")), IsOk());
}

// The log is cut behind the store's back, as a file system in trouble may.
TEST_F(StoreFaultsTest, AcknowledgedRowsThatAreGoneAreDataLoss) {
  auto store = OpenStore();
  ASSERT_THAT(store->Write(OneRow("1")), IsOk());
  ASSERT_THAT(store->Write(OneRow("2")), IsOk());
  disk_.FailNext(Operation::kAppend, Reason::kIoError, kLog);
  EXPECT_THAT(store->Write(OneRow("3")), StatusIs(absl::StatusCode::kUnknown));
  for (const auto& entry :
       std::filesystem::directory_iterator(options_.directory)) {
    if (entry.path().extension() != kLog) continue;
    std::filesystem::resize_file(entry, entry.file_size() - 1);
  }
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(store->Reopen(), StatusIs(absl::StatusCode::kDataLoss));
    EXPECT_THAT(store->Write(OneRow("4")), Not(IsOk()));
    EXPECT_THAT(ReadAll(*store), StatusIs(absl::StatusCode::kUnavailable));
  }
}

// Writes until RocksDB's own threads have met the fault.
class StoreBackgroundFaultTest : public StoreWriteFaultTest {
 protected:
  // What was acknowledged goes to `rows_`, what was not to `in_flight_`.
  void WriteUntilFailure(Store& store) {
    SeededRandom random(8);
    absl::Notification failed;
    store.OnFailure([&] { failed.Notify(); });
    // Bounded by what a memtable, and those behind it, hold.
    for (int i = 0; i < 2000 && !failed.HasBeenNotified(); ++i) {
      in_flight_ = rows_;
      const absl::Status written =
          store.Write(RandomBatch(random, 9000, &in_flight_));
      if (!written.ok()) break;
      rows_ = in_flight_;
    }
    failed.WaitForNotification();
    store.OnFailure(nullptr);
  }

  Rows rows_;
  Rows in_flight_;
};

TEST_P(StoreBackgroundFaultTest, IsToldAndLosesNothing) {
  const auto& [operation, reason] = GetParam();
  auto store = OpenStore();
  disk_.FailAll(operation, reason, kTable);
  WriteUntilFailure(*store);
  const absl::StatusCode code = reason == Reason::kNoSpace
                                    ? absl::StatusCode::kResourceExhausted
                                    : absl::StatusCode::kUnavailable;
  EXPECT_THAT(store->Failure(), StatusIs(code));
  EXPECT_THAT(store->Write(OneRow("1")), StatusIs(code));
  // All of it can be read on.
  EXPECT_THAT(ReadAll(*store), IsOkAndHolds(AnyOf(Eq(rows_), Eq(in_flight_))));
  disk_.Heal();
  EXPECT_THAT(store->Reopen(), IsOk());
  const absl::StatusOr<Rows> settled = ReadAll(*store);
  EXPECT_THAT(settled, IsOkAndHolds(AnyOf(Eq(rows_), Eq(in_flight_))));
  EXPECT_THAT(store->Write(OneRow("1")), IsOk());
  CutPower(std::move(store));
  Rows expected = *settled;
  expected["key"] = "1";
  expected["key2"] = "1";
  EXPECT_THAT(ReadAll(*OpenStore()), IsOkAndHolds(expected));
}

INSTANTIATE_TEST_SUITE_P(
    Tables, StoreBackgroundFaultTest,
    testing::Values(std::pair(Operation::kSync, Reason::kIoError),
                    std::pair(Operation::kCreate, Reason::kIoError),
                    std::pair(Operation::kAppend, Reason::kIoError),
                    std::pair(Operation::kHalfAppend, Reason::kNoSpace)),
    [](const auto& parameter) {
      switch (parameter.param.first) {
        case Operation::kSync:
          return "Sync";
        case Operation::kCreate:
          return "Create";
        case Operation::kAppend:
          return "Append";
        default:
          return "Full";
      }
    });

// Tables are read in the background too.
TEST_F(StoreBackgroundFaultTest, ACompactionThatCannotReadIsTold) {
  auto store = OpenStore();
  // Not those that are open: it reads on behalf of the compaction alone.
  disk_.FailAll(Operation::kRead, Reason::kIoError, kTable);
  WriteUntilFailure(*store);
  EXPECT_THAT(store->Failure(), StatusIs(absl::StatusCode::kUnavailable));
  disk_.Heal();
  EXPECT_THAT(store->Reopen(), IsOk());
  EXPECT_THAT(ReadAll(*store), IsOkAndHolds(AnyOf(Eq(rows_), Eq(in_flight_))));
}

TEST_F(StoreFaultsTest, ADiskThatCannotBeReadIsUnavailableAndNeverEmpty) {
  // Nothing is kept in memory, and all rows are in one table, made from the log
  // when it is opened again: a compaction whose reads fail would stop writing.
  options_.block_cache_bytes = 1;
  options_.memtable_bytes = 4 << 20;
  SeededRandom random(5);
  Rows rows;
  {
    auto store = OpenStore();
    for (int i = 0; i < 60; ++i) {
      ASSERT_THAT(store->Write(RandomBatch(random, 9000, &rows)), IsOk());
    }
  }
  auto store = OpenStore();
  const auto snapshot = store->TakeSnapshot();
  ASSERT_THAT(ReadAll(*snapshot), IsOkAndHolds(rows));
  disk_.FailAll(Operation::kRead, Reason::kIoError, kTable);
  std::vector<std::string> keys;
  for (const auto& [key, value] : rows) {
    keys.push_back(key);
    // Also keys that are not there, which filters would answer.
    for (const std::string& wanted : {key, key + "x"}) {
      EXPECT_THAT(snapshot->Get(wanted),
                  AnyOf(StatusIs(absl::StatusCode::kUnavailable),
                        IsOkAndHolds(wanted == key ? std::optional(value)
                                                   : std::nullopt)));
    }
  }
  EXPECT_THAT(snapshot->Get(keys[0]), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(snapshot->MultiGet(keys),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(ReadAll(*snapshot), StatusIs(absl::StatusCode::kUnavailable));
  // Reading fails, not writing.
  EXPECT_THAT(store->Failure(), IsOk());
  disk_.Heal();
  EXPECT_THAT(ReadAll(*snapshot), IsOkAndHolds(rows));
}

TEST_F(StoreFaultsTest, EveryReadThatFailsOnceIsUnavailableOrRight) {
  options_.block_cache_bytes = 1;
  SeededRandom random(6);
  Rows rows;
  {
    auto store = OpenStore();
    for (int i = 0; i < 60; ++i) {
      ASSERT_THAT(store->Write(RandomBatch(random, 9000, &rows)), IsOk());
    }
  }
  int failed = 0;
  for (int round = 0; round < 10; ++round) {
    // With every opening index and filters are read again.
    auto store = OpenStore();
    for (const auto& [key, value] : rows) {
      disk_.FailNext(Operation::kRead, Reason::kIoError, kTable);
      const auto got = store->TakeSnapshot()->Get(key);
      const auto page = ReadAll(*store);
      disk_.Heal();
      if (got.ok()) {
        ASSERT_EQ(*got, value);
      } else {
        ASSERT_THAT(got, StatusIs(absl::StatusCode::kUnavailable));
        ++failed;
      }
      if (page.ok()) {
        ASSERT_EQ(*page, rows);
      } else {
        ASSERT_THAT(page, StatusIs(absl::StatusCode::kUnavailable));
      }
    }
  }
  // Mostly two of three; but a compaction may be the one whose read fails.
  EXPECT_GT(failed, 0);
}

}  // namespace
}  // namespace creditreg
