#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/store/key_files.h"
#include "index/store/master_keys.h"
#include "tests/index/store/store_rows.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kSlotBytes = 64;

// Hands out what a test put in.
class StubMasterKeys final : public MasterKeySource {
 public:
  absl::StatusOr<Key256> Get(std::uint32_t version) const override {
    const auto found = keys_.find(version);
    if (found == keys_.end()) {
      return absl::NotFoundError(absl::StrCat("no version ", version));
    }
    return found->second;
  }
  absl::Status Ensure(std::uint32_t version, RandomSource*) const override {
    return Get(version).status();
  }
  Key256& operator[](std::uint32_t version) { return keys_[version]; }
  void Remove(std::uint32_t version) { keys_.erase(version); }

 private:
  std::map<std::uint32_t, Key256> keys_;
};

class DataKeyStoreTest : public testing::Test {
 protected:
  DataKeyStoreTest() {
    for (const std::uint32_t version : {1, 2}) {
      random_.Fill(reinterpret_cast<char*>((*masters_)[version].data()), 32);
    }
    options_.key_dir = directory_.path();
    options_.master_keys = masters_;
  }

  absl::StatusOr<std::unique_ptr<DataKeyStore>> TryOpen(
      bool read_only = false) {
    DataKeyOptions options = options_;
    options.read_only = read_only;
    options.create_if_missing = true;
    return DataKeyStore::Open(options, &random_);
  }

  static bool GoOn(const DataKeyStore::RewrapProgress&) { return true; }

  std::unique_ptr<DataKeyStore> OpenKeys(bool read_only = false) {
    auto keys = TryOpen(read_only);
    EXPECT_THAT(keys, IsOk());
    return *std::move(keys);
  }

  // Adds and syncs `n` keys; slot i + 1 holds element i of a new store.
  static std::vector<DataKeyStore::NewKey> AddKeys(DataKeyStore& keys, int n) {
    std::vector<DataKeyStore::NewKey> added;
    for (int i = 0; i < n; ++i) {
      const absl::StatusOr<DataKeyStore::NewKey> key = keys.Add();
      EXPECT_THAT(key, IsOk());
      added.push_back(*key);
    }
    EXPECT_THAT(keys.Sync(), IsOk());
    return added;
  }

  std::string SlotBytes(std::uint64_t slot) const {
    return ReadFile(file_).substr(slot * kSlotBytes, kSlotBytes);
  }

  const TestDirectory directory_;
  const std::string file_ = directory_.Below("data_keys");
  SeededRandom random_{21};
  const std::shared_ptr<StubMasterKeys> masters_ =
      std::make_shared<StubMasterKeys>();
  DataKeyOptions options_;
};

// Pins the bytes on disk. If this fails you are changing the file format: old
// registries could not open their personal rows.
TEST_F(DataKeyStoreTest, GoldenBytes) {
  const auto keys = OpenKeys();
  const auto added = AddKeys(*keys, 2);
  ASSERT_THAT(keys->Destroy(1), IsOk());
  const std::string bytes = ReadFile(file_);
  ASSERT_EQ(bytes.size(), 3 * kSlotBytes);
  const Key256 master = (*masters_)[1];
  // Header.
  EXPECT_EQ(absl::BytesToHexString(bytes.substr(0, 16)),
            "4352444b455953"  // "CRDKEYS"
            "02"              // version
            "00000001"        // master key
            "00000000");      // AES-256-GCM
  EXPECT_THAT(Open(master, {bytes.substr(16, 12), bytes.substr(28, 24)},
                   std::string(8, '\0')),
              IsOkAndHolds(std::string(8, '\0')));
  EXPECT_EQ(bytes.substr(52, 12), Sm3(bytes.substr(0, 52)).substr(0, 12));
  // Slot 1, destroyed.
  EXPECT_EQ(bytes.substr(64, 64), "\x02" + std::string(63, '\0'));
  // Slot 2, live.
  EXPECT_EQ(absl::BytesToHexString(bytes.substr(128, 4)), "01000000");
  EXPECT_THAT(
      Open(master, {bytes.substr(132, 12), bytes.substr(144, 48)},
           std::string("\0\0\0\0\0\0\0\x02", 8)),
      IsOkAndHolds(std::string(added[1].key.begin(), added[1].key.end())));
}

TEST_F(DataKeyStoreTest, Sm4SaysSoInHeaderAndSlots) {
  options_.suite = SealingSuite::kSm4HmacSm3;
  auto keys = OpenKeys();
  const auto added = AddKeys(*keys, 1);
  EXPECT_EQ(keys->suite(), SealingSuite::kSm4HmacSm3);
  EXPECT_EQ(ReadFile(file_)[12], 1);
  EXPECT_EQ(absl::BytesToHexString(SlotBytes(1).substr(0, 4)), "01010000");
  // What lies there is read by whoever writes otherwise.
  keys.reset();
  options_.suite = SealingSuite::kAes256Gcm;
  keys = OpenKeys();
  const auto more = AddKeys(*keys, 1);
  EXPECT_EQ(absl::BytesToHexString(SlotBytes(2).substr(0, 4)), "01000000");
  EXPECT_THAT(keys->Get(1), IsOkAndHolds(added[0].key));
  EXPECT_THAT(keys->Get(2), IsOkAndHolds(more[0].key));
}

TEST_F(DataKeyStoreTest, SlotsCountFromOneAndKeysDiffer) {
  const auto keys = OpenKeys();
  std::set<Key256> seen;
  for (std::uint64_t slot = 1; slot <= 20; ++slot) {
    const absl::StatusOr<DataKeyStore::NewKey> key = keys->Add();
    ASSERT_THAT(key, IsOk());
    EXPECT_EQ(key->slot, slot);
    EXPECT_TRUE(seen.insert(key->key).second);
    if (slot % 7 == 0) {
      EXPECT_THAT(keys->Sync(), IsOk());
    }
  }
}

TEST_F(DataKeyStoreTest, KeysAreReadBeforeAndAfterSyncAndReopening) {
  auto keys = OpenKeys();
  const absl::StatusOr<DataKeyStore::NewKey> key = keys->Add();
  ASSERT_THAT(key, IsOk());
  EXPECT_THAT(keys->Get(1), IsOkAndHolds(key->key));
  ASSERT_THAT(keys->Sync(), IsOk());
  EXPECT_THAT(keys->Get(1), IsOkAndHolds(key->key));
  keys.reset();
  keys = OpenKeys();
  EXPECT_THAT(keys->Get(1), IsOkAndHolds(key->key));
  const absl::StatusOr<DataKeyStore::NewKey> next = keys->Add();
  ASSERT_THAT(next, IsOk());
  EXPECT_EQ(next->slot, 2u);
}

TEST_F(DataKeyStoreTest, KeysNotSyncedAreNotStored) {
  auto keys = OpenKeys();
  ASSERT_THAT(keys->Add(), IsOk());
  EXPECT_EQ(std::filesystem::file_size(file_), kSlotBytes);
  keys.reset();
  EXPECT_THAT(OpenKeys()->Get(1), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(DataKeyStoreTest, SlotsNobodyAddedAreNotFound) {
  const auto keys = OpenKeys();
  AddKeys(*keys, 1);
  for (const std::uint64_t slot :
       {std::uint64_t{0}, std::uint64_t{2}, std::uint64_t{1} << 58,
        std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    EXPECT_THAT(keys->Get(slot),
                StatusIs(absl::StatusCode::kNotFound, HasSubstr("no such")))
        << slot;
    EXPECT_THAT(keys->Destroy(slot), StatusIs(absl::StatusCode::kNotFound))
        << slot;
  }
}

TEST_F(DataKeyStoreTest, KeysLieOnlyWrapped) {
  const auto keys = OpenKeys();
  const std::string plain(
      reinterpret_cast<const char*>(AddKeys(*keys, 1)[0].key.data()), 32);
  const std::string bytes = ReadFile(file_);
  for (std::size_t i = 0; i + 8 <= plain.size(); ++i) {
    EXPECT_FALSE(absl::StrContains(bytes, plain.substr(i, 8)));
  }
}

TEST_F(DataKeyStoreTest, ADestroyedKeyIsNowhereInTheFile) {
  auto keys = OpenKeys();
  const auto added = AddKeys(*keys, 3);
  const std::string old_bytes = SlotBytes(2).substr(4);
  ASSERT_THAT(keys->Destroy(2), IsOk());
  EXPECT_THAT(keys->Destroy(2), IsOk());
  for (int round = 0; round < 2; ++round) {
    EXPECT_THAT(keys->Get(2),
                StatusIs(absl::StatusCode::kNotFound, HasSubstr("destroyed")));
    EXPECT_THAT(keys->Get(1), IsOkAndHolds(added[0].key));
    EXPECT_THAT(keys->Get(3), IsOkAndHolds(added[2].key));
    const std::string bytes = ReadFile(file_);
    for (std::size_t i = 0; i + 6 <= old_bytes.size(); ++i) {
      ASSERT_FALSE(absl::StrContains(bytes, old_bytes.substr(i, 6))) << i;
    }
    keys.reset();
    keys = OpenKeys();
  }
}

TEST_F(DataKeyStoreTest, AKeyMayBeDestroyedBeforeItsSync) {
  const auto keys = OpenKeys();
  ASSERT_THAT(keys->Add(), IsOk());
  const absl::StatusOr<DataKeyStore::NewKey> second = keys->Add();
  ASSERT_THAT(second, IsOk());
  ASSERT_THAT(keys->Destroy(1), IsOk());
  EXPECT_THAT(keys->Get(1), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(keys->Get(2), IsOkAndHolds(second->key));
}

TEST_F(DataKeyStoreTest, ATornLastSlotIsCutOff) {
  AddKeys(*OpenKeys(), 2);
  const std::string whole = ReadFile(file_);
  for (const std::size_t torn : {1, 4, 63}) {
    WriteFile(file_, whole + std::string(torn, '\x01'));
    const auto keys = OpenKeys();
    EXPECT_EQ(ReadFile(file_), whole) << torn;
    EXPECT_THAT(keys->Get(2), IsOk());
    const absl::StatusOr<DataKeyStore::NewKey> next = keys->Add();
    ASSERT_THAT(next, IsOk());
    EXPECT_EQ(next->slot, 3u) << torn;
  }
}

TEST_F(DataKeyStoreTest, ReadOnlyChangesNothing) {
  const auto added = AddKeys(*OpenKeys(), 1);
  const std::string torn = ReadFile(file_) + "torn";
  WriteFile(file_, torn);
  const auto keys = OpenKeys(/*read_only=*/true);
  // Several may read at once, and nobody writes beside them.
  EXPECT_THAT(OpenKeys(/*read_only=*/true)->Get(1), IsOkAndHolds(added[0].key));
  EXPECT_THAT(TryOpen(), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(keys->Get(1), IsOkAndHolds(added[0].key));
  EXPECT_THAT(keys->Get(2), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(keys->Add(), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(keys->Destroy(1),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(keys->Sync(), IsOk());
  EXPECT_EQ(ReadFile(file_), torn);
}

TEST_F(DataKeyStoreTest, ReadOnlyWantsAFile) {
  EXPECT_THAT(TryOpen(/*read_only=*/true),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(DataKeyStoreTest, AMissingFileIsMadeOnlyWhereThatIsAllowed) {
  EXPECT_THAT(DataKeyStore::Open(options_, &random_),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("data_keys is missing")));
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(DataKeyStoreTest, AFileWithFewerSlotsThanWantedIsRefusedAsItIs) {
  AddKeys(*OpenKeys(), 3);
  const std::string torn = ReadFile(file_).substr(0, 3 * kSlotBytes + 40);
  WriteFile(file_, torn);
  DataKeyOptions options = options_;
  options.create_if_missing = true;
  options.least_slots = 4;
  EXPECT_THAT(DataKeyStore::Open(options, &random_),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("has 3 slots, the database refers to 4")));
  EXPECT_EQ(ReadFile(file_), torn);
  options.least_slots = 3;
  CREDITREG_ASSERT_OK_AND_ASSIGN(const auto keys,
                                 DataKeyStore::Open(options, &random_));
  EXPECT_EQ(keys->slots(), 3);
}

TEST_F(DataKeyStoreTest, ASecondOpenIsRefused) {
  const auto keys = OpenKeys();
  for (const bool read_only : {false, true}) {
    EXPECT_THAT(TryOpen(read_only),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr("one process at a time")));
  }
}

TEST_F(DataKeyStoreTest, AnotherMasterKeyIsRefused) {
  AddKeys(*OpenKeys(), 1);
  const std::string before = ReadFile(file_) + "torn";
  WriteFile(file_, before);
  (*masters_)[1][31] ^= 1;
  EXPECT_THAT(TryOpen(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                  HasSubstr("another master key")));
  masters_->Remove(1);
  EXPECT_THAT(TryOpen(),
              StatusIs(absl::StatusCode::kFailedPrecondition, "no version 1"));
  EXPECT_EQ(ReadFile(file_), before);
}

TEST_F(DataKeyStoreTest, EveryFlippedBitOfTheHeaderIsDataLoss) {
  AddKeys(*OpenKeys(), 1);
  const std::string good = ReadFile(file_);
  for (std::size_t bit = 0; bit < kSlotBytes * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    WriteFile(file_, bad);
    EXPECT_THAT(TryOpen(), StatusIs(absl::StatusCode::kDataLoss))
        << "bit " << bit;
  }
  for (std::size_t n = 0; n < kSlotBytes; ++n) {
    WriteFile(file_, good.substr(0, n));
    EXPECT_THAT(TryOpen(), StatusIs(absl::StatusCode::kDataLoss))
        << "first " << n << " bytes";
  }
}

TEST_F(DataKeyStoreTest, EveryFlippedBitOfASlotIsDataLossThereAlone) {
  const auto keys = OpenKeys();
  const auto added = AddKeys(*keys, 2);
  const std::string good = ReadFile(file_);
  for (std::size_t bit = kSlotBytes * 8; bit < 2 * kSlotBytes * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    WriteFile(file_, bad);
    EXPECT_THAT(keys->Get(1), StatusIs(absl::StatusCode::kDataLoss))
        << "bit " << bit;
    EXPECT_THAT(keys->Get(2), IsOkAndHolds(added[1].key));
  }
}

TEST_F(DataKeyStoreTest, ASlotCopiedElsewhereIsDataLoss) {
  const auto keys = OpenKeys();
  AddKeys(*keys, 2);
  WriteFile(file_, ReadFile(file_).substr(0, 2 * kSlotBytes) + SlotBytes(1));
  EXPECT_THAT(keys->Get(2), StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(DataKeyStoreTest, OthersMustHaveNoAccess) {
  OpenKeys();
  ASSERT_EQ(chmod(file_.c_str(), 0640), 0);
  EXPECT_THAT(TryOpen(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                  HasSubstr("want mode 0600")));
  ASSERT_EQ(chmod(file_.c_str(), 0600), 0);
  ASSERT_EQ(chmod(directory_.path().c_str(), 0750), 0);
  EXPECT_THAT(TryOpen(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                  HasSubstr("want mode 0700")));
}

// Files of this process end at `bytes`: a write across it is cut short and the
// next one fails, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes)
      : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &old_limit_);
    const rlimit limit{bytes, old_limit_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &old_limit_);
    std::signal(SIGXFSZ, old_handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit old_limit_{};
  void (*const old_handler_)(int);
};

TEST_F(DataKeyStoreTest, AfterAHalfWrittenSyncTheStoreTakesNoMore) {
  auto keys = OpenKeys();
  const auto added = AddKeys(*keys, 1);
  ASSERT_THAT(keys->Add(), IsOk());
  const absl::StatusOr<DataKeyStore::NewKey> lost = keys->Add();
  ASSERT_THAT(lost, IsOk());
  {
    // Slot 2 and half of slot 3.
    const FileSizeLimit limit(3 * kSlotBytes + 20);
    EXPECT_THAT(keys->Sync(), StatusIs(absl::StatusCode::kUnavailable));
  }
  EXPECT_THAT(keys->Sync(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(keys->Add(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(keys->Destroy(1), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(keys->Get(1), IsOkAndHolds(added[0].key));
  EXPECT_THAT(keys->Get(3), IsOkAndHolds(lost->key));
  EXPECT_EQ(std::filesystem::file_size(file_), 3 * kSlotBytes + 20);
  keys.reset();
  keys = OpenKeys();
  EXPECT_EQ(std::filesystem::file_size(file_), 3 * kSlotBytes);
  EXPECT_THAT(keys->Get(1), IsOkAndHolds(added[0].key));
  // Nothing refers to slot 2; it is never given out again.
  const absl::StatusOr<DataKeyStore::NewKey> next = keys->Add();
  ASSERT_THAT(next, IsOk());
  EXPECT_EQ(next->slot, 3u);
}

TEST_F(DataKeyStoreTest, ReopeningTakesBackWhatWasNotSynced) {
  auto keys = OpenKeys();
  const auto added = AddKeys(*keys, 1);
  ASSERT_THAT(keys->Add(), IsOk());
  ASSERT_THAT(keys->Add(), IsOk());
  {
    const FileSizeLimit limit(3 * kSlotBytes + 20);
    EXPECT_THAT(keys->Sync(), StatusIs(absl::StatusCode::kUnavailable));
    // Cutting needs no room.
    EXPECT_THAT(keys->Reopen(), IsOk());
  }
  EXPECT_EQ(std::filesystem::file_size(file_), 2 * kSlotBytes);
  EXPECT_THAT(keys->Get(1), IsOkAndHolds(added[0].key));
  EXPECT_THAT(keys->Get(2), StatusIs(absl::StatusCode::kNotFound));
  const auto again = AddKeys(*keys, 2);
  EXPECT_EQ(again[0].slot, 2u);
  EXPECT_THAT(keys->Destroy(1), IsOk());
  keys.reset();
  keys = OpenKeys();
  EXPECT_THAT(keys->Get(1), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(keys->Get(2), IsOkAndHolds(again[0].key));
  EXPECT_THAT(keys->Get(3), IsOkAndHolds(again[1].key));
}

TEST_F(DataKeyStoreTest, ReopeningWithoutAFailureKeepsWhatIsNotSyncedYet) {
  auto keys = OpenKeys();
  const absl::StatusOr<DataKeyStore::NewKey> added = keys->Add();
  ASSERT_THAT(added, IsOk());
  EXPECT_THAT(keys->Reopen(), IsOk());
  EXPECT_THAT(keys->Get(added->slot), IsOkAndHolds(added->key));
}

TEST_F(DataKeyStoreTest, ReopeningAFileThatLostSyncedKeysIsDataLoss) {
  auto keys = OpenKeys();
  AddKeys(*keys, 2);
  ASSERT_THAT(keys->Add(), IsOk());
  {
    const FileSizeLimit limit(3 * kSlotBytes + 20);
    EXPECT_THAT(keys->Sync(), StatusIs(absl::StatusCode::kUnavailable));
  }
  std::filesystem::resize_file(file_, 2 * kSlotBytes);
  EXPECT_THAT(keys->Reopen(), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(keys->Add(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(DataKeyStoreTest, AFailedDestroyIsDoneAgainAfterReopening) {
  const auto keys = OpenKeys();
  AddKeys(*keys, 2);
  {
    const FileSizeLimit limit(kSlotBytes);
    EXPECT_THAT(keys->Destroy(2), StatusIs(absl::StatusCode::kUnavailable));
  }
  EXPECT_THAT(keys->Reopen(), IsOk());
  EXPECT_THAT(keys->Destroy(2), IsOk());
  EXPECT_THAT(keys->Get(2), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(DataKeyStoreTest, AFailedDestroyIsUnavailable) {
  const auto keys = OpenKeys();
  AddKeys(*keys, 2);
  {
    const FileSizeLimit limit(kSlotBytes);
    EXPECT_THAT(keys->Destroy(2), StatusIs(absl::StatusCode::kUnavailable));
  }
  EXPECT_THAT(keys->Destroy(2), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(keys->Add(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(DataKeyStoreTest, AFullDiskAtTheFirstStartIsUnavailable) {
  {
    const FileSizeLimit limit(10);
    EXPECT_THAT(TryOpen(), StatusIs(absl::StatusCode::kUnavailable));
  }
  EXPECT_FALSE(std::filesystem::exists(file_));
  OpenKeys();
}

TEST_F(DataKeyStoreTest, RewrappingKeepsSlotsAndKeys) {
  options_.suite = SealingSuite::kSm4HmacSm3;
  auto keys = OpenKeys();
  // More than one piece.
  const auto added = AddKeys(*keys, 300);
  ASSERT_THAT(keys->Destroy(7), IsOk());
  const absl::StatusOr<DataKeyStore::NewKey> unsynced = keys->Add();
  ASSERT_THAT(unsynced, IsOk());
  const std::string old_slot = SlotBytes(8);
  std::vector<std::uint64_t> seen;
  ASSERT_THAT(keys->Rewrap(2,
                           [&](const DataKeyStore::RewrapProgress& progress) {
                             EXPECT_EQ(progress.total, 301u);
                             seen.push_back(progress.done);
                             return true;
                           }),
              IsOk());
  EXPECT_THAT(seen, testing::ElementsAre(129, 257, 301));
  EXPECT_EQ(keys->master_version(), 2u);
  ASSERT_THAT(keys->Sync(), IsOk());
  EXPECT_NE(SlotBytes(8), old_slot);
  EXPECT_EQ(ReadFile(file_)[11], 2);
  EXPECT_FALSE(std::filesystem::exists(file_ + ".new"));
  // The old master key is wanted no more.
  masters_->Remove(1);
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(keys->slots(), 302u);
    EXPECT_THAT(keys->Get(1), IsOkAndHolds(added[0].key));
    EXPECT_THAT(keys->Get(300), IsOkAndHolds(added[299].key));
    EXPECT_THAT(keys->Get(301), IsOkAndHolds(unsynced->key));
    EXPECT_THAT(keys->Get(7),
                StatusIs(absl::StatusCode::kNotFound, HasSubstr("destroyed")));
    keys.reset();
    keys = OpenKeys();
  }
}

TEST_F(DataKeyStoreTest, WhatIsDestroyedWhileRewrappingIsGoneInTheNewFileToo) {
  const auto keys = OpenKeys();
  const auto added = AddKeys(*keys, 300);
  std::vector<DataKeyStore::NewKey> later;
  ASSERT_THAT(keys->Rewrap(2,
                           [&](const DataKeyStore::RewrapProgress& progress) {
                             if (progress.done != 129) return true;
                             // One that is in it, one that is not yet.
                             EXPECT_THAT(keys->Destroy(5), IsOk());
                             EXPECT_THAT(keys->Destroy(299), IsOk());
                             later = AddKeys(*keys, 2);
                             return true;
                           }),
              IsOk());
  for (const std::uint64_t slot : {5, 299}) {
    EXPECT_THAT(keys->Get(slot),
                StatusIs(absl::StatusCode::kNotFound, HasSubstr("destroyed")));
    EXPECT_EQ(SlotBytes(slot), "\x02" + std::string(63, '\0'));
  }
  EXPECT_THAT(keys->Get(6), IsOkAndHolds(added[5].key));
  EXPECT_THAT(keys->Get(302), IsOkAndHolds(later[1].key));
}

TEST_F(DataKeyStoreTest, ADamagedSlotStaysDamagedAndIsCounted) {
  const auto keys = OpenKeys();
  const auto added = AddKeys(*keys, 3);
  std::string bytes = ReadFile(file_);
  bytes[2 * kSlotBytes + 30] ^= 1;
  WriteFile(file_, bytes);
  std::uint64_t damaged = 0;
  ASSERT_THAT(keys->Rewrap(2,
                           [&](const DataKeyStore::RewrapProgress& progress) {
                             damaged = progress.damaged;
                             return true;
                           }),
              IsOk());
  EXPECT_EQ(damaged, 1u);
  EXPECT_THAT(keys->Get(1), IsOkAndHolds(added[0].key));
  EXPECT_THAT(keys->Get(2), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(keys->Get(3), IsOkAndHolds(added[2].key));
}

TEST_F(DataKeyStoreTest, ARewrapThatDoesNotEndChangesNothing) {
  auto keys = OpenKeys();
  const auto added = AddKeys(*keys, 300);
  const std::string before = ReadFile(file_);
  EXPECT_THAT(keys->Rewrap(3, &GoOn),
              StatusIs(absl::StatusCode::kFailedPrecondition, "no version 3"));
  EXPECT_THAT(keys->Rewrap(
                  2, [](const DataKeyStore::RewrapProgress&) { return false; }),
              StatusIs(absl::StatusCode::kCancelled));
  {
    const FileSizeLimit limit(200 * kSlotBytes);
    EXPECT_THAT(keys->Rewrap(2, &GoOn),
                StatusIs(absl::StatusCode::kUnavailable));
  }
  EXPECT_EQ(keys->master_version(), 1u);
  EXPECT_EQ(ReadFile(file_), before);
  EXPECT_FALSE(std::filesystem::exists(file_ + ".new"));
  // A killed one leaves its file, which the next start takes away.
  keys.reset();
  WriteFile(file_ + ".new", before.substr(0, 999));
  keys = OpenKeys();
  EXPECT_FALSE(std::filesystem::exists(file_ + ".new"));
  EXPECT_THAT(keys->Get(300), IsOkAndHolds(added[299].key));
  EXPECT_THAT(keys->Add(), IsOk());
  EXPECT_THAT(keys->Rewrap(2, &GoOn), IsOk());
}

TEST_F(DataKeyStoreTest, ASourceThatRepeatsOrChangesAKeyIsRefused) {
  class Changing final : public MasterKeySource {
   public:
    explicit Changing(Key256 first) : key_(first) {}
    absl::StatusOr<Key256> Get(std::uint32_t version) const override {
      if (version != 1) ++key_[0];
      return key_;
    }
    absl::Status Ensure(std::uint32_t, RandomSource*) const override {
      return absl::OkStatus();
    }

   private:
    mutable Key256 key_;
  };
  (*masters_)[3] = (*masters_)[1];
  {
    const auto keys = OpenKeys();
    AddKeys(*keys, 1);
    EXPECT_THAT(
        keys->Rewrap(3, &GoOn),
        StatusIs(absl::StatusCode::kFailedPrecondition,
                 "NO_MASTER_KEY: rewrap data keys: version 3 is the key "
                 "of version 1"));
  }
  options_.master_keys = std::make_shared<Changing>((*masters_)[1]);
  const auto keys = OpenKeys();
  EXPECT_THAT(keys->Rewrap(2, &GoOn),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "NO_MASTER_KEY: rewrap data keys: version 2 is another "
                       "key each time"));
  EXPECT_EQ(keys->master_version(), 1u);
}

// What was destroyed must not come back by a file that did not take it in.
TEST_F(DataKeyStoreTest, ADestroyThatFailsEndsARewrap) {
  const auto keys = OpenKeys();
  AddKeys(*keys, 300);
  EXPECT_THAT(keys->Rewrap(2,
                           [&](const DataKeyStore::RewrapProgress& progress) {
                             if (progress.done != 129) return true;
                             {
                               const FileSizeLimit limit(kSlotBytes);
                               EXPECT_THAT(
                                   keys->Destroy(5),
                                   StatusIs(absl::StatusCode::kUnavailable));
                             }
                             EXPECT_THAT(keys->Reopen(), IsOk());
                             return true;
                           }),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(keys->master_version(), 1u);
  // Reopening has made good what was begun.
  EXPECT_THAT(keys->Get(5),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("destroyed")));
}

TEST_F(DataKeyStoreTest, OneRewrapAtATimeAndNoneReadOnly) {
  auto keys = OpenKeys();
  AddKeys(*keys, 1);
  ASSERT_THAT(
      keys->Rewrap(2,
                   [&](const DataKeyStore::RewrapProgress&) {
                     EXPECT_THAT(
                         keys->Rewrap(2, &GoOn),
                         StatusIs(absl::StatusCode::kFailedPrecondition,
                                  "ROTATION_RUNNING: rewrap data keys: one is "
                                  "running, want its end"));
                     return true;
                   }),
      IsOk());
  keys.reset();
  EXPECT_THAT(
      OpenKeys(/*read_only=*/true)->Rewrap(2, &GoOn),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("read-only")));
}

// Runs under ThreadSanitizer too.
TEST(DataKeyStoreThreadsTest, ReadersSeeWholeSlotsWhileOthersComeAndGo) {
  constexpr int kKeys = 200;
  const TestDirectory directory;
  SystemRandom random;
  DataKeyOptions options;
  options.key_dir = directory.path();
  options.create_if_missing = true;
  const auto masters = MasterKeysOf(options);
  ASSERT_THAT(masters->Ensure(1, &random), IsOk());
  const auto keys = DataKeyStore::Open(options, &random);
  ASSERT_THAT(keys, IsOk());
  std::atomic<std::uint64_t> added{0};
  std::atomic<bool> done{false};
  std::atomic<int> wrong{0};
  constexpr int kReaders = 2;
  std::vector<std::thread> readers;
  readers.reserve(kReaders);
  for (int i = 0; i < kReaders; ++i) {
    readers.emplace_back([&] {
      while (!done.load()) {
        const std::uint64_t end = added.load();
        for (std::uint64_t slot = 1; slot <= end; ++slot) {
          const absl::StatusCode code = (*keys)->Get(slot).status().code();
          // Every third key is destroyed sooner or later.
          const bool may_be_gone = slot % 3 == 0;
          if (code != absl::StatusCode::kOk &&
              !(may_be_gone && code == absl::StatusCode::kNotFound)) {
            ++wrong;
          }
        }
      }
    });
  }
  for (int i = 1; i <= kKeys; ++i) {
    const absl::StatusOr<DataKeyStore::NewKey> key = (*keys)->Add();
    EXPECT_THAT(key, IsOk());
    added.store(key->slot);
    if (i % 5 == 0) {
      EXPECT_THAT((*keys)->Sync(), IsOk());
    }
    if (i % 3 == 0) {
      EXPECT_THAT((*keys)->Destroy(key->slot), IsOk());
    }
  }
  done.store(true);
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong.load(), 0);
}

}  // namespace
}  // namespace creditreg
