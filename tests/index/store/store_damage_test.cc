// Claim: damaged bytes on disk are answered with DataLoss, or do no harm; they
// never crash the process and never change what a row says.

#include <algorithm>
#include <filesystem>
#include <vector>

#include "absl/strings/match.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/store/store.h"
#include "tests/index/store/store_rows.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kSecret[] = "914403001922038216";

class StoreDamageTest : public testing::Test {
 protected:
  StoreDamageTest() {
    options_.directory = directory_.Below("db");
    options_.reserve_free_bytes = 0;
    options_.block_cache_bytes = 1 << 20;
    SeededRandom random(3);
    for (int i = 0; i < 100; ++i) {
      rows_[absl::StrCat(kSecret, i)] = RandomBytes(random, 300);
    }
    auto store = Store::Open(options_);
    EXPECT_THAT(store, IsOk());
    for (const auto& [key, value] : rows_) {
      WriteBatch batch;
      batch.Put(key, value);
      EXPECT_THAT((*store)->Write(batch), IsOk());
    }
  }

  // Moves the rows from the log into a table.
  void Flush() { EXPECT_THAT(Store::Open(options_), IsOk()); }

  // The largest file with that ending or beginning.
  std::string FileLike(const std::string& part) const {
    std::string found;
    for (const auto& entry :
         std::filesystem::directory_iterator(options_.directory)) {
      const std::string name = entry.path().filename();
      if (!absl::StartsWith(name, part) && !absl::EndsWith(name, part))
        continue;
      if (found.empty() || std::filesystem::file_size(found) <
                               std::filesystem::file_size(entry.path())) {
        found = entry.path();
      }
    }
    EXPECT_NE(found, "") << part;
    return found;
  }

  // Opens and reads everything, point by point too.
  absl::StatusOr<Rows> OpenAndRead() const {
    CREDITREG_ASSIGN_OR_RETURN(const auto store, Store::Open(options_));
    const auto snapshot = store->TakeSnapshot();
    for (const auto& [key, value] : rows_) {
      CREDITREG_RETURN_IF_ERROR(snapshot->Get(key).status());
    }
    return ReadAll(*snapshot);
  }

  // Flips a bit of each `step`th byte, in turn.
  template <typename Check>
  void ForEachFlip(const std::string& path, std::size_t step, Check check) {
    const std::string good = ReadFile(path);
    for (std::size_t at = 0; at < good.size(); at += step) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 0x10);
      WriteFile(path, bad);
      check(at);
      if (HasFatalFailure()) break;
    }
    WriteFile(path, good);
  }

  const TestDirectory directory_;
  StoreOptions options_;
  Rows rows_;
};

TEST_F(StoreDamageTest, ADamagedTableIsDataLoss) {
  Flush();
  const std::string table = FileLike(".sst");
  std::string bytes = ReadFile(table);
  // 30 KB of rows come first.
  bytes[10000] = static_cast<char>(bytes[10000] ^ 1);
  WriteFile(table, bytes);
  EXPECT_THAT(OpenAndRead(),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr(std::filesystem::path(table).filename()),
                             Not(HasSubstr(kSecret)))));
}

TEST_F(StoreDamageTest, NoByteOfATableCanLie) {
  Flush();
  // Read-only leaves the files as they are for the next flip.
  options_.read_only = true;
  int refused = 0;
  ForEachFlip(FileLike(".sst"), 61, [&](std::size_t at) {
    const absl::StatusOr<Rows> read = OpenAndRead();
    if (read.ok()) {
      ASSERT_EQ(*read, rows_) << "byte " << at;
    } else {
      ASSERT_THAT(
          read, StatusIs(absl::StatusCode::kDataLoss, Not(HasSubstr(kSecret))))
          << "byte " << at;
      ++refused;
    }
  });
  EXPECT_GT(refused, 400);
}

TEST_F(StoreDamageTest, AnyDamageToCurrentIsDataLoss) {
  Flush();
  ForEachFlip(FileLike("CURRENT"), 1, [&](std::size_t at) {
    ASSERT_THAT(Store::Open(options_), StatusIs(absl::StatusCode::kDataLoss))
        << "byte " << at;
  });
  EXPECT_THAT(OpenAndRead(), IsOkAndHolds(rows_));
}

TEST_F(StoreDamageTest, ADamagedManifestIsDataLoss) {
  Flush();
  const std::string manifest = FileLike("MANIFEST-");
  std::string bytes = ReadFile(manifest);
  bytes[10] = static_cast<char>(bytes[10] ^ 1);
  WriteFile(manifest, bytes);
  EXPECT_THAT(OpenAndRead(), StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(StoreDamageTest, MissingFilesAreDataLossNotAnEmptyStore) {
  Flush();
  for (const char* part : {"CURRENT", "MANIFEST-", ".sst"}) {
    const std::string path = FileLike(part);
    const std::string hidden = directory_.Below("hidden");
    std::filesystem::rename(path, hidden);
    for (const bool read_only : {false, true}) {
      options_.read_only = read_only;
      EXPECT_THAT(OpenAndRead(), StatusIs(absl::StatusCode::kDataLoss)) << part;
    }
    options_.read_only = false;
    std::filesystem::rename(hidden, path);
  }
  EXPECT_THAT(OpenAndRead(), IsOkAndHolds(rows_));
}

// What a crash leaves that came before CURRENT was made.
TEST_F(StoreDamageTest, AHalfMadeEmptyStoreIsMadeAgain) {
  options_.directory = directory_.Below("young");
  std::filesystem::create_directory(options_.directory);
  WriteFile(options_.directory + "/MANIFEST-000001", "half");
  const auto store = Store::Open(options_);
  ASSERT_THAT(store, IsOk());
  EXPECT_THAT(ReadAll(**store), IsOkAndHolds(Rows()));
}

TEST_F(StoreDamageTest, ATornTailOfTheLogLosesTheLastWriteOnly) {
  const std::string log = FileLike(".log");
  const std::string whole = ReadFile(log);
  const std::string last = rows_.rbegin()->first;
  Rows rest = rows_;
  rest.erase(last);
  options_.read_only = true;
  // The last record is 7 + 12 + 300 bytes and some for the lengths.
  for (std::size_t cut = 1; cut < 300; cut += 7) {
    WriteFile(log, whole.substr(0, whole.size() - cut));
    ASSERT_THAT(OpenAndRead(), IsOkAndHolds(rest)) << "cut " << cut;
  }
}

TEST_F(StoreDamageTest, ADamagedLogIsDataLossNotATruncation) {
  const std::string log = FileLike(".log");
  std::string bytes = ReadFile(log);
  // In the value of a record in the middle, with good ones behind it.
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  WriteFile(log, bytes);
  EXPECT_THAT(OpenAndRead(), StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(StoreDamageTest, NoByteOfTheLogCanLie) {
  options_.read_only = true;
  int refused = 0;
  ForEachFlip(FileLike(".log"), 37, [&](std::size_t at) {
    const absl::StatusOr<Rows> read = OpenAndRead();
    if (read.ok()) {
      ASSERT_EQ(*read, rows_) << "byte " << at;
    } else {
      ASSERT_THAT(
          read, StatusIs(absl::StatusCode::kDataLoss, Not(HasSubstr(kSecret))))
          << "byte " << at;
      ++refused;
    }
  });
  EXPECT_GT(refused, 800);
}

// Where a length is wrong, RocksDB alone would drop what follows.
TEST_F(StoreDamageTest, NoBitOfARecordsHeadInTheLogCanLie) {
  options_.read_only = true;
  const std::string log = FileLike(".log");
  const std::string good = ReadFile(log);
  // Blocks of 32 KiB: the second is the last one, and 9 records stand in it.
  std::size_t at = 32 << 10;
  int heads = 0;
  for (; at < good.size(); ++heads) {
    for (std::size_t bit = 0; bit < 7 * 8; bit += heads < 7 ? 5 : 1) {
      std::string bad = good;
      bad[at + bit / 8] = static_cast<char>(bad[at + bit / 8] ^ 1 << bit % 8);
      WriteFile(log, bad);
      ASSERT_THAT(OpenAndRead(), StatusIs(absl::StatusCode::kDataLoss))
          << "record " << heads << ", bit " << bit;
    }
    at += 7 + static_cast<unsigned char>(good[at + 4]) +
          256 * static_cast<unsigned char>(good[at + 5]);
  }
  EXPECT_GT(heads, 3);
  WriteFile(log, good);
  EXPECT_THAT(OpenAndRead(), IsOkAndHolds(rows_));
}

// RocksDB alone skips zeros.
TEST_F(StoreDamageTest, ZerosInTheLogAreDataLossUnlessTheyEndIt) {
  options_.read_only = true;
  const std::string log = FileLike(".log");
  const std::string good = ReadFile(log);
  for (std::size_t at = 0; at + 4096 < good.size(); at += 1024) {
    std::string bad = good;
    std::fill_n(bad.begin() + static_cast<std::ptrdiff_t>(at), 4096, '\0');
    WriteFile(log, bad);
    ASSERT_THAT(OpenAndRead(), StatusIs(absl::StatusCode::kDataLoss)) << at;
  }
  WriteFile(log, good + std::string(5000, '\0'));
  EXPECT_THAT(OpenAndRead(), IsOkAndHolds(rows_));
}

TEST_F(StoreDamageTest, AMissingLogIsDataLoss) {
  std::filesystem::remove(FileLike(".log"));
  for (const bool read_only : {false, true}) {
    options_.read_only = read_only;
    EXPECT_THAT(OpenAndRead(), StatusIs(absl::StatusCode::kDataLoss));
  }
}

// Reads that need the damaged block fail; others, and the process, go on.
TEST_F(StoreDamageTest, OneDamagedBlockSpoilsItsRowsOnly) {
  Flush();
  const std::string table = FileLike(".sst");
  std::string bytes = ReadFile(table);
  bytes[20000] = static_cast<char>(bytes[20000] ^ 1);
  WriteFile(table, bytes);
  const auto store = Store::Open(options_);
  ASSERT_THAT(store, IsOk());
  const auto snapshot = (*store)->TakeSnapshot();
  int lost = 0;
  for (const auto& [key, value] : rows_) {
    const auto got = snapshot->Get(key);
    const auto several = snapshot->MultiGet({key, "absent"});
    ASSERT_EQ(got.status().code(), several.status().code());
    if (got.ok()) {
      ASSERT_EQ(*got, value);
      ASSERT_THAT(*several, testing::ElementsAre(value, std::nullopt));
    } else {
      ASSERT_THAT(got, StatusIs(absl::StatusCode::kDataLoss));
      ++lost;
    }
  }
  EXPECT_GT(lost, 10);
  EXPECT_LT(lost, 50);
  EXPECT_THAT(ReadAll(*snapshot), StatusIs(absl::StatusCode::kDataLoss));
  // A row that is there can still be added.
  WriteBatch batch;
  batch.Put("later", "row");
  EXPECT_THAT((*store)->Write(batch), IsOk());
}

// It would be met again, so nothing is reopened; what can be read is read.
TEST_F(StoreDamageTest, ACompactionThatMeetsDamageStopsWritingAlone) {
  Flush();
  const std::string table = FileLike(".sst");
  std::string bytes = ReadFile(table);
  bytes[20000] = static_cast<char>(bytes[20000] ^ 1);
  WriteFile(table, bytes);
  options_.memtable_bytes = 64 << 10;
  const auto opened = Store::Open(options_);
  ASSERT_THAT(opened, IsOk());
  Store& store = **opened;
  SeededRandom random(4);
  absl::Notification failed;
  store.OnFailure([&] { failed.Notify(); });
  Rows expected;
  for (int i = 0; i < 3000 && !failed.HasBeenNotified(); ++i) {
    const std::string key = absl::StrCat(kSecret, Below(random, 100));
    const std::string value = RandomBytes(random, 3000);
    WriteBatch batch;
    batch.Put(key, value);
    if (!store.Write(batch).ok()) break;
    expected[key] = value;
  }
  failed.WaitForNotification();
  store.OnFailure(nullptr);
  const auto snapshot = store.TakeSnapshot();
  for (int i = 0; i < 2; ++i) {
    WriteBatch batch;
    batch.Put("key", "value");
    EXPECT_THAT(store.Write(batch),
                StatusIs(absl::StatusCode::kDataLoss, Not(HasSubstr(kSecret))));
    EXPECT_THAT(store.Failure(), StatusIs(absl::StatusCode::kDataLoss));
    EXPECT_THAT(store.Reopen(), StatusIs(absl::StatusCode::kDataLoss));
    for (const auto& [key, value] : expected) {
      ASSERT_THAT(snapshot->Get(key), IsOkAndHolds(std::optional(value)));
    }
  }
}

}  // namespace
}  // namespace creditreg
