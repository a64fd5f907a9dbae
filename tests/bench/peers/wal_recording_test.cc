#include "bench/peers/wal_recording.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "bench/peers/raw_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/codec/keys.h"
#include "index/store/store.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_directory.h"

namespace creditreg::bench {
namespace {

using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

// One record's head, natural key and list entry, and a change that is deleted.
WriteBatch Group(std::uint64_t number) {
  WriteBatch batch;
  // Longer than a block of the log, so that it is cut into pieces.
  batch.Put(RecordHeadKey(number), std::string(40000, 'h'));
  batch.Put(FileListKey({7, 1, Stretch::kListed, CivilDay(), number}), "l");
  batch.Delete(ChangeKey(number));
  return batch;
}

class WalRecordingTest : public ::testing::Test {
 protected:
  std::unique_ptr<Store> OpenStore(const std::string& name) {
    StoreOptions options;
    options.directory = directory_.Below(name);
    // One log file for the whole test: how soon one that is done with goes is
    // RocksDB's choice, and a recording that misses it says so.
    options.memtable_bytes = std::size_t{64} << 20;
    absl::StatusOr<std::unique_ptr<Store>> store = Store::Open(options);
    EXPECT_THAT(store, IsOk());
    return *std::move(store);
  }

  const TestDirectory directory_;
};

TEST_F(WalRecordingTest, GivesTheGroupsWrittenMeanwhileAndNoOthers) {
  const std::unique_ptr<Store> store = OpenStore("data");
  ASSERT_THAT(store->Write(Group(1)), IsOk());
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const auto recording,
      WalRecording::Start(directory_.Below("data"), directory_.Below("kept")));
  for (std::uint64_t i = 2; i < 42; ++i) {
    ASSERT_THAT(store->Write(Group(i)), IsOk());
  }
  CREDITREG_ASSERT_OK_AND_ASSIGN(const std::vector<std::string> groups,
                                 recording->Stop());
  EXPECT_THAT(groups, SizeIs(40));
  CREDITREG_ASSERT_OK_AND_ASSIGN(const GroupCounts counts, CountGroups(groups));
  EXPECT_EQ(counts.groups, 40);
  EXPECT_EQ(counts.all_base_rows(), 80);
  EXPECT_THAT(counts.base_rows, UnorderedElementsAre(Pair("record head", 40),
                                                     Pair("change", 40)));
  EXPECT_THAT(counts.index_rows, UnorderedElementsAre(Pair("file list", 40)));
}

TEST_F(WalRecordingTest, ARawStoreHasWhatIsReplayed) {
  {
    const std::unique_ptr<Store> store = OpenStore("data");
    ASSERT_THAT(store->Write(Group(1)), IsOk());
  }
  ASSERT_THAT(CopyDatabase(directory_.Below("data"), directory_.Below("raw")),
              IsOk());
  std::vector<std::string> groups;
  {
    const std::unique_ptr<Store> store = OpenStore("data");
    CREDITREG_ASSERT_OK_AND_ASSIGN(
        const auto recording, WalRecording::Start(directory_.Below("data"),
                                                  directory_.Below("kept")));
    ASSERT_THAT(store->Write(Group(2)), IsOk());
    CREDITREG_ASSERT_OK_AND_ASSIGN(groups, recording->Stop());
  }
  {
    CREDITREG_ASSERT_OK_AND_ASSIGN(const auto raw,
                                   RawStore::Open(directory_.Below("raw")));
    ASSERT_THAT(raw->Replay(groups), IsOk());
    ASSERT_THAT(raw->Compact(), IsOk());
  }
  const std::unique_ptr<Store> copy = OpenStore("raw");
  const auto snapshot = copy->TakeSnapshot();
  for (const std::uint64_t number : {1, 2}) {
    CREDITREG_ASSERT_OK_AND_ASSIGN(const auto row,
                                   snapshot->Get(RecordHeadKey(number)));
    EXPECT_TRUE(row.has_value()) << number;
  }
}

}  // namespace
}  // namespace creditreg::bench
