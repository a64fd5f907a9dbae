#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/store/durable_files.h"
#include "index/store/key_files.h"
#include "tests/index/store/store_rows.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

using ::testing::HasSubstr;

mode_t ModeOf(const std::string& path) {
  struct stat info {};
  EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 07777;
}

class KeyRingTest : public testing::Test {
 protected:
  KeyRingTest() {
    options_.key_dir = directory_.Below("keys");
    options_.create_if_missing = true;
  }

  // Every test ring differs.
  absl::StatusOr<LoadedKeyRing> Load() {
    return LoadKeyRing(options_, &random_);
  }

  const TestDirectory directory_;
  const std::string ring_ = directory_.Below("keys/ring");
  const std::string master_ = directory_.Below("keys/master.1");
  KeyRingOptions options_;
  SeededRandom random_{7};
};

void ExpectSame(const KeyRing& a, const KeyRing& b) {
  EXPECT_EQ(a.hmac, b.hmac);
  EXPECT_EQ(a.ids, b.ids);
  EXPECT_EQ(a.positions, b.positions);
  EXPECT_EQ(a.pages, b.pages);
}

// Pins the bytes on disk. If this fails you are changing the file format: old
// registries could not open their keys.
TEST_F(KeyRingTest, GoldenBytes) {
  ASSERT_THAT(Load(), IsOk());
  // In the order in which they are made.
  SeededRandom random(7);
  const std::string keys = RandomBytes(random, 32 + 16 + 16 + 32);
  const std::string master = RandomBytes(random, 32);
  const std::string nonce = RandomBytes(random, 12);
  EXPECT_EQ(ReadFile(master_), absl::BytesToHexString(master) + "\n");
  const std::string bytes = ReadFile(ring_);
  ASSERT_EQ(bytes.size(), 162u);
  EXPECT_EQ(absl::BytesToHexString(bytes.substr(0, 18)),
            "02"        // version
            "00"        // AES-256-GCM
            "00000001"  // master key
                + absl::BytesToHexString(nonce));
  Key256 key;
  std::copy(master.begin(), master.end(), key.begin());
  EXPECT_THAT(Open(key, {bytes.substr(6, 12), bytes.substr(18, 112)}, "ring"),
              IsOkAndHolds(keys));
  EXPECT_EQ(bytes.substr(130), Sm3(bytes.substr(0, 130)));
}

TEST_F(KeyRingTest, NoKeyLiesOpenInTheRing) {
  const absl::StatusOr<LoadedKeyRing> ring = Load();
  ASSERT_THAT(ring, IsOk());
  const std::string bytes = ReadFile(ring_);
  const std::string hmac(ring->keys.hmac.begin(), ring->keys.hmac.end());
  for (std::size_t i = 0; i + 4 <= hmac.size(); ++i) {
    EXPECT_FALSE(absl::StrContains(bytes, hmac.substr(i, 4)));
  }
}

TEST_F(KeyRingTest, ItIsSealedAnewUnderAnotherMasterKey) {
  const absl::StatusOr<LoadedKeyRing> before = Load();
  ASSERT_THAT(before, IsOk());
  EXPECT_EQ(before->master_version, 1u);
  ASSERT_THAT(MasterKeysOf(options_)->Ensure(2, &random_), IsOk());
  const absl::StatusOr<Key256> next = MasterKeysOf(options_)->Get(2);
  ASSERT_THAT(next, IsOk());
  options_.suite = SealingSuite::kSm4HmacSm3;
  ASSERT_THAT(SealKeyRing(options_, before->keys, 2, *next, &random_), IsOk());
  EXPECT_EQ(ReadFile(ring_)[1], 1) << "SM4";
  // The old one may go.
  std::filesystem::remove(master_);
  options_.suite = SealingSuite::kAes256Gcm;
  const absl::StatusOr<LoadedKeyRing> after = Load();
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(after->master_version, 2u);
  ExpectSame(after->keys, before->keys);
}

TEST_F(KeyRingTest, AMissingOrOtherMasterKeyIsRefused) {
  ASSERT_THAT(Load(), IsOk());
  const std::string master = ReadFile(master_);
  std::filesystem::remove(master_);
  EXPECT_THAT(Load(), StatusIs(absl::StatusCode::kFailedPrecondition,
                               "read master key: there is no version 1"));
  WriteFile(master_, std::string(64, 'a') + "\n");
  ASSERT_EQ(chmod(master_.c_str(), 0600), 0);
  EXPECT_THAT(
      Load(),
      StatusIs(
          absl::StatusCode::kFailedPrecondition,
          "read key ring: sealed under another master key, want that one"));
  WriteFile(master_, master);
  EXPECT_THAT(Load(), IsOk());
}

TEST_F(KeyRingTest, AFirstStartMakesPrivateFiles) {
  ASSERT_THAT(Load(), IsOk());
  EXPECT_EQ(ModeOf(options_.key_dir), 0700u);
  EXPECT_EQ(ModeOf(ring_), 0600u);
  EXPECT_EQ(ModeOf(master_), 0600u);
  EXPECT_FALSE(std::filesystem::exists(ring_ + ".new"));
}

TEST_F(KeyRingTest, ASecondStartLoadsTheSameKeys) {
  const absl::StatusOr<LoadedKeyRing> first = Load();
  ASSERT_THAT(first, IsOk());
  for (const bool create : {true, false}) {
    options_.create_if_missing = create;
    const absl::StatusOr<LoadedKeyRing> second = Load();
    ASSERT_THAT(second, IsOk());
    ExpectSame(second->keys, first->keys);
  }
}

TEST_F(KeyRingTest, KeysDifferFromEachOther) {
  const absl::StatusOr<LoadedKeyRing> ring = Load();
  ASSERT_THAT(ring, IsOk());
  EXPECT_NE(ring->keys.hmac, ring->keys.pages);
  EXPECT_NE(ring->keys.ids, ring->keys.positions);
}

TEST_F(KeyRingTest, AMissingRingIsNotMadeUnasked) {
  options_.create_if_missing = false;
  EXPECT_THAT(Load(), StatusIs(absl::StatusCode::kFailedPrecondition,
                               HasSubstr("no key directory")));
  std::filesystem::create_directory(options_.key_dir);
  std::filesystem::permissions(options_.key_dir,
                               std::filesystem::perms::owner_all);
  EXPECT_THAT(Load(), StatusIs(absl::StatusCode::kFailedPrecondition,
                               HasSubstr("missing")));
  EXPECT_TRUE(std::filesystem::is_empty(options_.key_dir));
}

TEST_F(KeyRingTest, ALostRingIsNotReplacedWhereDataKeysNeedIt) {
  const absl::StatusOr<LoadedKeyRing> ring = Load();
  ASSERT_THAT(ring, IsOk());
  DataKeyOptions data_keys;
  data_keys.key_dir = options_.key_dir;
  data_keys.create_if_missing = true;
  ASSERT_THAT(DataKeyStore::Open(data_keys, &random_), IsOk());
  std::filesystem::remove(ring_);
  for (const bool create : {true, false}) {
    options_.create_if_missing = create;
    EXPECT_THAT(Load(), StatusIs(absl::StatusCode::kFailedPrecondition));
    EXPECT_FALSE(std::filesystem::exists(ring_));
  }
}

TEST_F(KeyRingTest, WhatACrashLeftIsOverwritten) {
  std::filesystem::create_directory(options_.key_dir);
  std::filesystem::permissions(options_.key_dir,
                               std::filesystem::perms::owner_all);
  WriteFile(ring_ + ".new", "half a ring");
  EXPECT_THAT(Load(), IsOk());
  EXPECT_EQ(ModeOf(ring_), 0600u);
  EXPECT_FALSE(std::filesystem::exists(ring_ + ".new"));
}

TEST_F(KeyRingTest, OthersMustHaveNoAccess) {
  ASSERT_THAT(Load(), IsOk());
  for (const mode_t mode : {0640, 0604, 0620, 0602, 0601}) {
    ASSERT_EQ(chmod(ring_.c_str(), mode), 0);
    EXPECT_THAT(Load(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                 HasSubstr("want mode 0600")))
        << mode;
  }
  ASSERT_EQ(chmod(ring_.c_str(), 0600), 0);
  for (const mode_t mode : {0750, 0705, 0701}) {
    ASSERT_EQ(chmod(options_.key_dir.c_str(), mode), 0);
    EXPECT_THAT(Load(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                 HasSubstr("want mode 0700")))
        << mode;
  }
  ASSERT_EQ(chmod(options_.key_dir.c_str(), 0700), 0);
  EXPECT_THAT(Load(), IsOk());
}

TEST_F(KeyRingTest, EveryWrongLengthIsDataLoss) {
  ASSERT_THAT(Load(), IsOk());
  const std::string good = ReadFile(ring_);
  for (std::size_t n = 0; n < good.size(); ++n) {
    WriteFile(ring_, good.substr(0, n));
    EXPECT_THAT(Load(), StatusIs(absl::StatusCode::kDataLoss,
                                 HasSubstr("want 162 bytes")))
        << "first " << n << " bytes";
  }
  WriteFile(ring_, good + "x");
  EXPECT_THAT(Load(), StatusIs(absl::StatusCode::kDataLoss));
  // The damaged ring was not replaced.
  EXPECT_EQ(ReadFile(ring_), good + "x");
}

TEST_F(KeyRingTest, EveryFlippedBitIsDataLoss) {
  ASSERT_THAT(Load(), IsOk());
  const std::string good = ReadFile(ring_);
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    WriteFile(ring_, bad);
    EXPECT_THAT(Load(), StatusIs(absl::StatusCode::kDataLoss)) << "bit " << bit;
  }
  EXPECT_EQ(ReadFile(ring_).size(), good.size());
}

TEST_F(KeyRingTest, ALinkIsNotFollowed) {
  ASSERT_THAT(Load(), IsOk());
  const std::string elsewhere = directory_.Below("elsewhere");
  std::filesystem::rename(ring_, elsewhere);
  std::filesystem::create_symlink(elsewhere, ring_);
  EXPECT_THAT(Load(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(KeyRingTest, AFirstStartWaitsForNobody) {
  std::filesystem::create_directory(options_.key_dir);
  std::filesystem::permissions(options_.key_dir,
                               std::filesystem::perms::owner_all);
  const auto lock =
      LockDirectory(options_.key_dir, FileAccess::kReadWrite, "test");
  ASSERT_THAT(lock, IsOk());
  EXPECT_THAT(Load(), StatusIs(absl::StatusCode::kFailedPrecondition,
                               HasSubstr("one process at a time")));
}

}  // namespace
}  // namespace creditreg
