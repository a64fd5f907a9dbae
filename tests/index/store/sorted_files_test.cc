// Rows through the sorter and sorted files into a store.

#include "index/store/sorted_files.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/base/random.h"
#include "index/store/external_sorter.h"
#include "index/store/store.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

using Rows = std::map<std::string, std::string>;

class SortedFilesTest : public testing::Test {
 protected:
  SortedFilesTest() {
    options_.directory = directory_.Below("data");
    options_.block_cache_bytes = std::size_t{1} << 20;
    options_.reserve_free_bytes = 0;
    std::filesystem::create_directories(WorkFolder());
  }

  std::string WorkFolder() const { return directory_.Below("data/work"); }

  // Keys of all lengths that begin alike.
  static Rows MakeRows(std::uint64_t seed, std::size_t count) {
    std::cout << "seed " << seed << "\n";
    SeededRandom random(seed);
    Rows rows;
    while (rows.size() < count) {
      unsigned char bytes[24];
      random.Fill(reinterpret_cast<char*>(bytes), sizeof(bytes));
      const std::size_t size = bytes[0] % 20;
      std::string key = "\x01\x02";
      for (std::size_t i = 0; i < size; ++i) {
        // Few different bytes, so that keys share beginnings; 0 and 255 too.
        key.push_back(static_cast<char>(bytes[1 + i] % 3 == 0   ? 0
                                        : bytes[1 + i] % 3 == 1 ? 255
                                                                : bytes[1]));
      }
      rows[key] = std::string(bytes[23], 'v');
    }
    return rows;
  }

  static ExternalSorter::Rows Shuffled(const Rows& rows) {
    ExternalSorter::Rows shuffled(rows.begin(), rows.end());
    for (std::size_t i = 0; i < shuffled.size(); ++i) {
      std::swap(shuffled[i], shuffled[(i * 7919) % shuffled.size()]);
    }
    return shuffled;
  }

  absl::StatusOr<Rows> ReadAll(Store& store) const {
    ScanRange range;
    range.begin = std::string(1, '\0');
    range.end = "\xff\xff";
    range.max_rows = 1'000'000;
    range.max_bytes = std::size_t{1} << 30;
    const auto page = store.TakeSnapshot()->Scan(range);
    if (!page.ok()) return page.status();
    return Rows(page->rows.begin(), page->rows.end());
  }

  TestDirectory directory_;
  StoreOptions options_;
};

TEST_F(SortedFilesTest, SorterGivesEveryRowInOrderHoweverManyRuns) {
  for (const std::size_t buffer_bytes :
       {std::size_t{2048}, std::size_t{1} << 20}) {
    const Rows rows = MakeRows(7, 3000);
    ExternalSorter sorter({WorkFolder(), buffer_bytes});
    for (const auto& row : Shuffled(rows)) {
      ASSERT_THAT(sorter.Add({row}), IsOk());
    }
    std::vector<std::pair<std::string, std::string>> sorted;
    ASSERT_THAT(
        sorter.Merge([&](absl::string_view key, absl::string_view value) {
          sorted.emplace_back(std::string(key), std::string(value));
          return absl::OkStatus();
        }),
        IsOk());
    EXPECT_TRUE(std::equal(sorted.begin(), sorted.end(), rows.begin(),
                           rows.end(), [](const auto& a, const auto& b) {
                             return a.first == b.first && a.second == b.second;
                           }));
    EXPECT_TRUE(std::filesystem::is_empty(WorkFolder()));
  }
}

TEST_F(SortedFilesTest, ARunThatChangedIsDataLoss) {
  ExternalSorter sorter({WorkFolder(), 2048});
  ASSERT_THAT(sorter.Add(Shuffled(MakeRows(8, 500))), IsOk());
  const std::string run = WorkFolder() + "/0.run";
  ASSERT_TRUE(std::filesystem::exists(run));
  std::fstream file(run, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(-1, std::ios::end);
  file.put('x');
  file.close();
  EXPECT_THAT(sorter.Merge([](absl::string_view, absl::string_view) {
    return absl::OkStatus();
  }),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(SortedFilesTest, IngestedRowsAreThereAndStayBesideWrittenOnes) {
  const Rows rows = MakeRows(9, 2000);
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const auto files, SortedFiles::Create(options_, WorkFolder(), "a"));
  for (const auto& [key, value] : rows) {
    ASSERT_THAT(files->Put(key, value), IsOk());
  }
  CREDITREG_ASSERT_OK_AND_ASSIGN(const std::vector<std::string> paths,
                                 files->Finish());
  Rows wanted = rows;
  {
    CREDITREG_ASSERT_OK_AND_ASSIGN(const auto store, Store::Open(options_));
    // One that is written before is replaced, one after replaces.
    WriteBatch before;
    before.Put(rows.begin()->first, "before");
    ASSERT_THAT(store->Write(before), IsOk());
    ASSERT_THAT(store->Ingest(paths), IsOk());
    EXPECT_THAT(ReadAll(*store), IsOkAndHolds(wanted));
    WriteBatch after;
    after.Put(rows.rbegin()->first, "after");
    wanted[rows.rbegin()->first] = "after";
    ASSERT_THAT(store->Write(after), IsOk());
  }
  CREDITREG_ASSERT_OK_AND_ASSIGN(const auto store, Store::Open(options_));
  EXPECT_THAT(ReadAll(*store), IsOkAndHolds(wanted));
}

TEST_F(SortedFilesTest, KeysOutOfOrderAreRefused) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const auto files, SortedFiles::Create(options_, WorkFolder(), "a"));
  ASSERT_THAT(files->Put("b", ""), IsOk());
  EXPECT_THAT(files->Put("a", ""), StatusIs(absl::StatusCode::kInternal));
}

TEST_F(SortedFilesTest, RemovedStoreIsEmptyAndNeighboursStay) {
  {
    CREDITREG_ASSERT_OK_AND_ASSIGN(const auto store, Store::Open(options_));
    WriteBatch batch;
    batch.Put("a", "1");
    ASSERT_THAT(store->Write(batch), IsOk());
    EXPECT_THAT(Store::Remove(options_),
                StatusIs(absl::StatusCode::kFailedPrecondition));
  }
  ASSERT_THAT(Store::Remove(options_), IsOk());
  EXPECT_TRUE(std::filesystem::exists(WorkFolder()));
  CREDITREG_ASSERT_OK_AND_ASSIGN(const auto store, Store::Open(options_));
  EXPECT_THAT(ReadAll(*store), IsOkAndHolds(Rows()));
}

}  // namespace
}  // namespace creditreg
