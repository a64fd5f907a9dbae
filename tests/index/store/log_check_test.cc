// Claim: no torn tail is taken for damage, and no damage of a length, and no
// zeros, for a torn tail where records stand behind.

#include "index/store/log_check.h"

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "index/store/store.h"
#include "tests/index/store/store_rows.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

bool IsSound(absl::string_view log) {
  LogChecker checker;
  while (true) {
    const absl::string_view block = log.substr(0, LogChecker::kBlockBytes);
    if (!checker.AddBlock(block)) return false;
    log.remove_prefix(block.size());
    if (log.empty()) return true;
  }
}

// A log of RocksDB's with records of `value_bytes`.
std::string RealLog(int records, std::size_t value_bytes) {
  const TestDirectory directory;
  StoreOptions options;
  options.directory = directory.Below("db");
  options.reserve_free_bytes = 0;
  const auto store = Store::Open(options);
  EXPECT_THAT(store, IsOk());
  SeededRandom random(9);
  for (int i = 0; i < records; ++i) {
    WriteBatch batch;
    batch.Put(absl::StrCat("key", i), RandomBytes(random, value_bytes));
    EXPECT_THAT((*store)->Write(batch), IsOk());
  }
  for (const auto& entry :
       std::filesystem::directory_iterator(options.directory)) {
    if (entry.path().extension() == ".log") return ReadFile(entry.path());
  }
  ADD_FAILURE() << "no log";
  return "";
}

TEST(LogCheckTest, AnEmptyLogIsSound) {
  EXPECT_TRUE(IsSound(""));
  EXPECT_TRUE(IsSound(std::string(100000, '\0')));
}

TEST(LogCheckTest, EveryTornTailIsSound) {
  // Records within a block, and records that cross two.
  for (const std::size_t value_bytes : {50, 1500, 40000}) {
    const std::string log = RealLog(6, value_bytes);
    for (std::size_t size = 0; size <= log.size();
         size += value_bytes < 100 ? 1 : value_bytes / 8) {
      ASSERT_TRUE(IsSound(log.substr(0, size))) << value_bytes << " " << size;
      // A file system may give the size before the bytes.
      ASSERT_TRUE(IsSound(log.substr(0, size) + std::string(4096, '\0')))
          << value_bytes << " " << size;
    }
  }
}

TEST(LogCheckTest, ALengthThatPointsPastTheEndIsDamage) {
  const std::string log = RealLog(6, 200);
  int last = 0;
  for (std::size_t at = 0; at < log.size();) {
    std::string bad = log;
    bad[at + 5] = '\x7F';
    EXPECT_FALSE(IsSound(bad)) << "record at " << at;
    ++last;
    at += 7 + static_cast<unsigned char>(log[at + 4]) +
          256 * static_cast<unsigned char>(log[at + 5]);
  }
  EXPECT_EQ(last, 6);
}

TEST(LogCheckTest, ZerosBeforeARecordAreDamage) {
  const std::string log = RealLog(6, 200);
  for (std::size_t at = 0; at + 400 < log.size(); at += 10) {
    std::string bad = log;
    bad.replace(at, 150, std::string(150, '\0'));
    // Inside of a payload the checksum tells, which RocksDB looks at.
    LogChecker checker;
    const bool hits_head = [&] {
      for (std::size_t head = 0; head < log.size();
           head += 7 + static_cast<unsigned char>(log[head + 4]) +
                   256 * static_cast<unsigned char>(log[head + 5])) {
        if (head >= at && head + 7 <= at + 150) return true;
      }
      return false;
    }();
    if (hits_head) {
      EXPECT_FALSE(checker.AddBlock(bad)) << at;
    }
  }
}

}  // namespace
}  // namespace creditreg
