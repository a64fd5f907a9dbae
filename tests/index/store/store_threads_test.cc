// One thread writes, others read: every snapshot is some state between two
// batches. Runs under ThreadSanitizer too.

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "index/store/store.h"
#include "tests/index/store/store_rows.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_directory.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
// Debian's RocksDB is not instrumented, so the sanitizer sees what it copies
// (memcpy, new) but not the atomics by which it hands that to readers. Only
// reports with a frame inside RocksDB are dropped; races between our own
// accesses are still reported.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "race:librocksdb.so\n";
}
#endif
#endif

namespace creditreg {
namespace {

constexpr int kBatches = 300;
constexpr int kKeys = 10;
constexpr int kReaders = 3;

// Batch n gives every key the value n and some padding, so that a batch half
// seen shows as two numbers.
WriteBatch BatchNumber(int n) {
  WriteBatch batch;
  for (int key = 0; key < kKeys; ++key) {
    batch.Put(absl::StrCat("key", key),
              absl::StrCat(n, " ", std::string(500, 'x')));
  }
  return batch;
}

// The number that all values of the snapshot hold; -1 where they differ.
int NumberIn(const Snapshot& snapshot) {
  const absl::StatusOr<Rows> rows = ReadAll(snapshot, /*max_rows=*/3);
  if (!rows.ok() || rows->size() != kKeys) return -1;
  const std::string& first = rows->begin()->second;
  for (const auto& [key, value] : *rows) {
    const absl::StatusOr<std::optional<std::string>> again = snapshot.Get(key);
    if (value != first || !again.ok() || *again != first) return -1;
  }
  return std::stoi(first);
}

TEST(StoreThreadsTest, ReadersSeeWholeBatchesInOrder) {
  const TestDirectory directory;
  StoreOptions options;
  options.directory = directory.Below("db");
  options.reserve_free_bytes = 0;
  // Flushes and compactions run beside.
  options.memtable_bytes = 64 << 10;
  options.block_cache_bytes = 64 << 10;
  const auto store = Store::Open(options);
  ASSERT_THAT(store, IsOk());
  ASSERT_THAT((*store)->Write(BatchNumber(0)), IsOk());

  std::atomic<int> written{0};
  std::atomic<int> wrong{0};
  std::vector<std::thread> readers;
  readers.reserve(kReaders);
  for (int i = 0; i < kReaders; ++i) {
    readers.emplace_back([&] {
      for (int last = 0; last < kBatches;) {
        const int known = written.load();
        const auto snapshot = (*store)->TakeSnapshot();
        const int seen = NumberIn(*snapshot);
        (*store)->Figures();
        // Nothing that was answered is missing, nothing goes back.
        if (seen < known || seen < last) {
          ++wrong;
          break;
        }
        last = seen;
      }
    });
  }
  for (int n = 1; n <= kBatches; ++n) {
    EXPECT_THAT((*store)->Write(BatchNumber(n)), IsOk());
    written.store(n);
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong.load(), 0);
}

}  // namespace
}  // namespace creditreg
