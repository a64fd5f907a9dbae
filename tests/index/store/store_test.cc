#include "index/store/store.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <limits>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/index/store/store_rows.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Optional;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::StartsWith;

class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    options_.directory = directory_.Below("db");
    options_.block_cache_bytes = 1 << 20;
    options_.memtable_bytes = 64 << 10;
    // The machine's disk may be nearly full; one test asks for the refusal.
    options_.reserve_free_bytes = 0;
  }

  std::unique_ptr<Store> OpenStore() {
    absl::StatusOr<std::unique_ptr<Store>> store = Store::Open(options_);
    EXPECT_THAT(store, IsOk());
    return *std::move(store);
  }

  static void Put(Store& store, std::string key, std::string value) {
    WriteBatch batch;
    batch.Put(std::move(key), std::move(value));
    EXPECT_THAT(store.Write(batch), IsOk());
  }

  // Names and bytes of all files.
  Rows Files() const {
    Rows files;
    for (const auto& entry :
         std::filesystem::directory_iterator(options_.directory)) {
      // RocksDB's own log tells of what it does in the background.
      if (entry.path().filename() == "LOG") continue;
      files[entry.path().filename()] = ReadFile(entry.path());
    }
    return files;
  }

  const TestDirectory directory_;
  StoreOptions options_;
};

TEST_F(StoreTest, ANewStoreIsEmpty) {
  const auto store = OpenStore();
  EXPECT_THAT(ReadAll(*store), IsOkAndHolds(IsEmpty()));
}

TEST_F(StoreTest, ReopeningKeepsEverything) {
  constexpr std::uint64_t kSeed = 11;
  SeededRandom random(kSeed);
  Rows expected;
  // 300 batches of up to 4 KB values pass through several memtables.
  for (int round = 0; round < 3; ++round) {
    const auto store = OpenStore();
    for (int i = 0; i < 100; ++i) {
      ASSERT_THAT(store->Write(RandomBatch(random, 4000, &expected)), IsOk());
    }
    EXPECT_THAT(ReadAll(*store), IsOkAndHolds(expected)) << "seed " << kSeed;
  }
  EXPECT_THAT(ReadAll(*OpenStore()), IsOkAndHolds(expected))
      << "seed " << kSeed;
}

TEST_F(StoreTest, TheDirectoryIsForTheOwnerAlone) {
  OpenStore();
  EXPECT_EQ(std::filesystem::status(options_.directory).permissions(),
            std::filesystem::perms::owner_all);
}

TEST_F(StoreTest, MissingDirectoriesAboveAreMade) {
  options_.directory = directory_.Below("a/b/db/");
  Put(*OpenStore(), "key", "value");
  EXPECT_THAT(ReadAll(*OpenStore()), IsOkAndHolds(SizeIs(1)));
}

TEST_F(StoreTest, TheLastEditOfAKeyCounts) {
  const auto store = OpenStore();
  Put(*store, "old", "value");
  WriteBatch batch;
  batch.Put("put twice", "1");
  batch.Put("put twice", "2");
  batch.Put("put, deleted", "1");
  batch.Delete("put, deleted");
  batch.Delete("old");
  batch.Put("old", "again");
  batch.Delete("never there");
  ASSERT_THAT(store->Write(batch), IsOk());
  EXPECT_THAT(
      ReadAll(*store),
      IsOkAndHolds(ElementsAre(Pair("old", "again"), Pair("put twice", "2"))));
}

TEST_F(StoreTest, ABatchCountsItsBytes) {
  WriteBatch batch;
  EXPECT_TRUE(batch.empty());
  batch.Put("key", "value");
  batch.Delete("key");
  EXPECT_EQ(batch.bytes(), 11u);
  EXPECT_THAT(batch.edits(), SizeIs(2));
}

TEST_F(StoreTest, AnEmptyBatchIsFree) {
  const auto store = OpenStore();
  const Rows before = Files();
  EXPECT_THAT(store->Write(WriteBatch()), IsOk());
  // RocksDB may still be deleting a file that opening left.
  for (const auto& file : Files()) EXPECT_THAT(before, Contains(file));
}

TEST_F(StoreTest, KeysAndValuesMayHoldAnyBytes) {
  const auto store = OpenStore();
  const std::string zeros("\0\0", 2);
  Put(*store, zeros, std::string("\xFF\0", 2));
  Put(*store, "empty value", "");
  EXPECT_THAT(store->TakeSnapshot()->Get(zeros),
              IsOkAndHolds(Optional(std::string("\xFF\0", 2))));
  EXPECT_THAT(store->TakeSnapshot()->Get("empty value"),
              IsOkAndHolds(Optional(std::string())));
}

TEST_F(StoreTest, GetTellsAbsentFromEmpty) {
  const auto store = OpenStore();
  Put(*store, "a", "");
  EXPECT_THAT(store->TakeSnapshot()->Get("a"),
              IsOkAndHolds(Optional(std::string())));
  EXPECT_THAT(store->TakeSnapshot()->Get("b"), IsOkAndHolds(std::nullopt));
}

TEST_F(StoreTest, MultiGetAnswersInOrderWithRepeatsAndGaps) {
  auto store = OpenStore();
  Put(*store, "a", "1");
  Put(*store, "c", "3");
  // From a table, then from memory too.
  store.reset();
  store = OpenStore();
  Put(*store, "b", "2");
  EXPECT_THAT(store->TakeSnapshot()->MultiGet({"c", "none", "a", "b", "c", ""}),
              IsOkAndHolds(ElementsAre(
                  Optional(std::string("3")), std::nullopt,
                  Optional(std::string("1")), Optional(std::string("2")),
                  Optional(std::string("3")), std::nullopt)));
  EXPECT_THAT(store->TakeSnapshot()->MultiGet({}), IsOkAndHolds(IsEmpty()));
}

TEST_F(StoreTest, MultiGetOfManyKeysIsGetOfEach) {
  auto store = OpenStore();
  WriteBatch batch;
  std::vector<std::string> keys;
  for (int i = 0; i < 1000; ++i) {
    keys.push_back(absl::StrCat("key", i * 7919 % 1000));
    if (i % 3 != 0) batch.Put(keys.back(), absl::StrCat("value", i));
  }
  ASSERT_THAT(store->Write(batch), IsOk());
  store.reset();
  store = OpenStore();
  const auto snapshot = store->TakeSnapshot();
  const auto values = snapshot->MultiGet(keys);
  ASSERT_THAT(values, IsOkAndHolds(SizeIs(keys.size())));
  for (std::size_t i = 0; i < keys.size(); ++i) {
    EXPECT_THAT(snapshot->Get(keys[i]), IsOkAndHolds((*values)[i]));
    EXPECT_EQ((*values)[i].has_value(), i % 3 != 0);
  }
}

TEST_F(StoreTest, ASnapshotSeesNothingLater) {
  const auto store = OpenStore();
  Put(*store, "changed", "1");
  Put(*store, "deleted", "1");
  const auto before = store->TakeSnapshot();
  WriteBatch batch;
  batch.Put("changed", "2");
  batch.Put("new", "2");
  batch.Delete("deleted");
  ASSERT_THAT(store->Write(batch), IsOk());
  // Enough for flushes and compactions to rewrite the rows.
  SeededRandom random(5);
  for (int i = 0; i < 200; ++i) {
    Put(*store, absl::StrCat("later", i % 20), RandomBytes(random, 5000));
  }
  EXPECT_THAT(
      ReadAll(*before),
      IsOkAndHolds(ElementsAre(Pair("changed", "1"), Pair("deleted", "1"))));
  EXPECT_THAT(
      before->MultiGet({"changed", "new"}),
      IsOkAndHolds(ElementsAre(Optional(std::string("1")), std::nullopt)));
  EXPECT_THAT(before->Get("new"), IsOkAndHolds(std::nullopt));
  EXPECT_THAT(store->TakeSnapshot()->Get("changed"),
              IsOkAndHolds(Optional(std::string("2"))));
}

TEST_F(StoreTest, AScanOfNothingIsDone) {
  const auto store = OpenStore();
  Put(*store, "b", "");
  const auto snapshot = store->TakeSnapshot();
  for (const auto& [begin, end] :
       std::vector<std::pair<std::string, std::string>>{{"c", "d"},
                                                        {"a", "b"},
                                                        {"b", "b"},
                                                        {"c", "a"},
                                                        {"", ""},
                                                        {"b", ""}}) {
    const absl::StatusOr<ScanPage> page =
        snapshot->Scan({.begin = begin, .end = end});
    ASSERT_THAT(page, IsOk());
    EXPECT_THAT(page->rows, IsEmpty()) << begin << " " << end;
    EXPECT_THAT(page->next, IsEmpty()) << begin << " " << end;
  }
}

TEST_F(StoreTest, APageEndsAtTheRowLimit) {
  const auto store = OpenStore();
  for (const char* key : {"a", "b", "c"}) Put(*store, key, "");
  const auto snapshot = store->TakeSnapshot();
  auto page = snapshot->Scan({.begin = "a", .end = "z", .max_rows = 2});
  ASSERT_THAT(page, IsOk());
  EXPECT_THAT(page->rows, ElementsAre(Pair("a", ""), Pair("b", "")));
  EXPECT_EQ(page->next, "c");
  // Exactly full: nothing is left, and the page says so.
  page = snapshot->Scan({.begin = "a", .end = "z", .max_rows = 3});
  ASSERT_THAT(page, IsOk());
  EXPECT_THAT(page->rows, SizeIs(3));
  EXPECT_EQ(page->next, "");
}

TEST_F(StoreTest, APageEndsAtTheByteLimitButHoldsARow) {
  const auto store = OpenStore();
  Put(*store, "a", "123");
  Put(*store, "b", "123");
  Put(*store, "c", std::string(100, 'x'));
  const auto snapshot = store->TakeSnapshot();
  auto page = snapshot->Scan({.begin = "a", .end = "z", .max_bytes = 8});
  ASSERT_THAT(page, IsOk());
  EXPECT_THAT(page->rows, SizeIs(2));
  EXPECT_EQ(page->next, "c");
  page = snapshot->Scan({.begin = "a", .end = "z", .max_bytes = 7});
  ASSERT_THAT(page, IsOk());
  EXPECT_THAT(page->rows, SizeIs(1));
  EXPECT_EQ(page->next, "b");
  for (const std::size_t limit : {8, 0}) {
    page = snapshot->Scan(
        {.begin = "c", .end = "z", .max_rows = limit, .max_bytes = limit});
    ASSERT_THAT(page, IsOk());
    EXPECT_THAT(page->rows, SizeIs(1)) << limit;
    EXPECT_EQ(page->next, "");
  }
}

TEST_F(StoreTest, PagesJoinedAreTheRange) {
  const std::uint64_t seed = testing::UnitTest::GetInstance()->random_seed();
  SeededRandom random(seed);
  Rows rows;
  auto store = OpenStore();
  for (int i = 0; i < 100; ++i) {
    ASSERT_THAT(store->Write(RandomBatch(random, 500, &rows)), IsOk());
  }
  const auto snapshot = store->TakeSnapshot();
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE(absl::StrCat("seed ", seed, ", round ", round));
    ScanRange range;
    range.begin = absl::StrCat("key", Below(random, 100));
    range.end = absl::StrCat("key", Below(random, 100));
    range.max_rows = 1 + Below(random, 10);
    range.max_bytes = Below(random, 3000);
    range.fill_cache = Below(random, 2) == 0;
    Rows expected;
    for (const auto& row : rows) {
      if (row.first >= range.begin && row.first < range.end) {
        expected.insert(row);
      }
    }
    std::vector<std::pair<std::string, std::string>> joined;
    do {
      const absl::StatusOr<ScanPage> page = snapshot->Scan(range);
      ASSERT_THAT(page, IsOk());
      std::size_t bytes = 0;
      for (const auto& [key, value] : page->rows) {
        bytes += key.size() + value.size();
      }
      ASSERT_LE(page->rows.size(), range.max_rows);
      if (page->rows.size() > 1) {
        ASSERT_LE(bytes, range.max_bytes);
      }
      if (!page->next.empty()) {
        ASSERT_FALSE(page->rows.empty());
      }
      joined.insert(joined.end(), page->rows.begin(), page->rows.end());
      range.begin = page->next;
    } while (!range.begin.empty());
    EXPECT_THAT(joined, ElementsAreArray(expected));
  }
}

TEST_F(StoreTest, ASecondOpenIsRefused) {
  const auto store = OpenStore();
  for (const bool read_only : {false, true}) {
    options_.read_only = read_only;
    EXPECT_THAT(Store::Open(options_),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr("one process at a time")));
  }
}

TEST_F(StoreTest, ClosingLetsTheNextOneIn) {
  OpenStore();
  OpenStore();
}

// Tools such as ldb know RocksDB's lock only.
TEST_F(StoreTest, RocksDbsOwnLockIsRespected) {
  OpenStore();
  int ready[2];
  int done[2];
  ASSERT_EQ(pipe(ready), 0);
  ASSERT_EQ(pipe(done), 0);
  const std::string lock = options_.directory + "/LOCK";
  const pid_t child = fork();
  if (child == 0) {
    close(done[1]);
    const int fd = open(lock.c_str(), O_RDWR);
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    char byte = fcntl(fd, F_SETLK, &whole) == 0 ? 'y' : 'n';
    if (write(ready[1], &byte, 1) != 1) _exit(1);
    // Ends when the parent closes its side.
    _exit(read(done[0], &byte, 1) == 0 ? 0 : 1);
  }
  char locked = 0;
  ASSERT_EQ(read(ready[0], &locked, 1), 1);
  ASSERT_EQ(locked, 'y');
  EXPECT_THAT(Store::Open(options_),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("one process at a time")));
  close(done[1]);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  OpenStore();
}

TEST_F(StoreTest, ReadOnlyReadsWhatIsOnlyInTheLog) {
  Put(*OpenStore(), "key", "value");
  options_.read_only = true;
  EXPECT_THAT(ReadAll(*OpenStore()),
              IsOkAndHolds(ElementsAre(Pair("key", "value"))));
}

TEST_F(StoreTest, ReadOnlyChangesNothing) {
  Put(*OpenStore(), "key", "value");
  const Rows before = Files();
  options_.read_only = true;
  {
    const auto store = OpenStore();
    WriteBatch batch;
    batch.Put("key", "other");
    EXPECT_THAT(store->Write(batch),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr("read-only")));
    EXPECT_THAT(ReadAll(*store),
                IsOkAndHolds(ElementsAre(Pair("key", "value"))));
    // Several may look at once.
    OpenStore();
  }
  EXPECT_EQ(Files(), before);
}

TEST_F(StoreTest, ReadOnlyWantsADatabase) {
  options_.read_only = true;
  EXPECT_THAT(Store::Open(options_),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  std::filesystem::create_directory(options_.directory);
  EXPECT_THAT(Store::Open(options_),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("there is none")));
  EXPECT_THAT(Files(), IsEmpty());
}

TEST_F(StoreTest, AFileInPlaceOfTheDirectoryIsUnavailable) {
  WriteFile(options_.directory, "x");
  EXPECT_THAT(Store::Open(options_), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(StoreTest, AFullDiskRefusesAndWritesNothing) {
  Put(*OpenStore(), "key", "value");
  options_.reserve_free_bytes = std::numeric_limits<std::uint64_t>::max();
  const auto store = OpenStore();
  WriteBatch batch;
  batch.Put("key", "other");
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(store->Write(batch),
                StatusIs(absl::StatusCode::kResourceExhausted,
                         StartsWith("DISK_FULL: ")));
  }
  EXPECT_THAT(ReadAll(*store), IsOkAndHolds(ElementsAre(Pair("key", "value"))));
}

TEST_F(StoreTest, FiguresAreOfThisStore) {
  auto store = OpenStore();
  EXPECT_EQ(store->Figures().live_bytes, 0u);
  SeededRandom random(1);
  for (int i = 0; i < 40; ++i) {
    Put(*store, absl::StrCat("key", i), RandomBytes(random, 5000));
  }
  EXPECT_GT(store->Figures().memtable_bytes, 0u);
  store.reset();
  store = OpenStore();
  ASSERT_THAT(ReadAll(*store), IsOk());
  const StoreFigures figures = store->Figures();
  EXPECT_GT(figures.live_bytes, 40u * 5000);
  EXPECT_LT(figures.live_bytes, 2u * 40 * 5000);
  EXPECT_EQ(figures.estimated_keys, 40u);
  EXPECT_GT(figures.block_cache_used_bytes, 40u * 5000);
  EXPECT_GT(figures.free_disk_bytes, 0u);
}

TEST_F(StoreTest, RocksDbsLogQuotesNoKeyOrValue) {
  const std::string secret = "914403001922038216";
  for (int round = 0; round < 3; ++round) {
    const auto store = OpenStore();
    SeededRandom random(1);
    for (int i = 0; i < 100; ++i) {
      Put(*store, absl::StrCat(secret, i), secret + RandomBytes(random, 4000));
    }
  }
  for (const auto& [name, bytes] : Files()) {
    if (!absl::StartsWith(name, "LOG")) continue;
    EXPECT_THAT(bytes, Not(HasSubstr(secret))) << name;
    EXPECT_THAT(bytes, HasSubstr("RocksDB version")) << name;
  }
}

using StoreDeathTest = StoreTest;

TEST_F(StoreDeathTest, ASnapshotThatOutlivesItsStoreStopsTheProcess) {
  // RocksDB's threads do not come along into a fork.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        auto store = OpenStore();
        const auto snapshot = store->TakeSnapshot();
        store.reset();
      },
      "every snapshot is gone before its store");
}

}  // namespace
}  // namespace creditreg
