// Pages come back until what they were made from changes, within the bytes
// allowed, and those asked for again outlive those asked for once.

#include "index/publication/page_cache.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace creditreg {
namespace {

using ::testing::Gt;
using ::testing::IsNull;
using ::testing::Le;
using ::testing::NotNull;

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr int kChannel = 1;
constexpr CivilDay kToday = CivilDay::FromDays(20000);

PageCache::PagePtr MakePage(std::uint64_t enterprise_no, std::uint64_t sequence,
                            std::string bytes = "page") {
  auto page = std::make_shared<PageCache::Page>();
  page->bytes = std::move(bytes);
  page->enterprise_no = enterprise_no;
  page->sequence = sequence;
  return page;
}

TEST(PageCacheTest, APageIsGoodUntilItsDay) {
  PageCache cache(kMiB);
  auto page = std::make_shared<PageCache::Page>();
  page->day = kToday;
  page->until = kToday.PlusDays(2);
  cache.Insert("A", kChannel, page);
  EXPECT_THAT(cache.Find("A", kChannel, kToday), NotNull());
  EXPECT_THAT(cache.Find("A", kChannel, kToday.PlusDays(1)), NotNull());
  EXPECT_THAT(cache.Find("A", kChannel, kToday.PlusDays(2)), IsNull());
  // Nobody asks for a day that is over; if so, it is made again.
  EXPECT_THAT(cache.Find("A", kChannel, kToday.PlusDays(-1)), IsNull());
}

TEST(PageCacheTest, ChannelsHaveTheirOwnPagesAndShareTouches) {
  PageCache cache(kMiB);
  cache.Insert("A", 1, MakePage(1, 10, "one"));
  cache.Insert("A", 2, MakePage(1, 10, "two"));
  EXPECT_EQ(cache.Find("A", 1, kToday)->bytes, "one");
  EXPECT_EQ(cache.Find("A", 2, kToday)->bytes, "two");
  cache.Touch({}, {"A"}, 11);
  EXPECT_THAT(cache.Find("A", 1, kToday), IsNull());
  EXPECT_THAT(cache.Find("A", 2, kToday), IsNull());
}

TEST(PageCacheTest, APageIsFoundUntilItsFileIsTouched) {
  PageCache cache(kMiB);
  EXPECT_THAT(cache.Find("A", kChannel, kToday), IsNull());
  cache.Insert("A", kChannel, MakePage(1, 10));
  cache.Insert("B", kChannel, MakePage(2, 10));
  cache.Touch({2}, {}, 11);
  ASSERT_THAT(cache.Find("A", kChannel, kToday), NotNull());
  EXPECT_EQ(cache.Find("A", kChannel, kToday)->bytes, "page");
  EXPECT_THAT(cache.Find("B", kChannel, kToday), IsNull());
  cache.Insert("B", kChannel, MakePage(2, 11, "new"));
  ASSERT_THAT(cache.Find("B", kChannel, kToday), NotNull());
  EXPECT_EQ(cache.Find("B", kChannel, kToday)->bytes, "new");
}

TEST(PageCacheTest, APageIsVoidWhenItsCodeLeadsElsewhere) {
  PageCache cache(kMiB);
  cache.Insert("A", kChannel, MakePage(1, 10));
  cache.Insert("B", kChannel, MakePage(2, 10));
  cache.Touch({}, {"A"}, 11);
  EXPECT_THAT(cache.Find("A", kChannel, kToday), IsNull());
  EXPECT_THAT(cache.Find("B", kChannel, kToday), NotNull());
}

TEST(PageCacheTest, APageMadeFromAnOldViewIsNotKeptForLong) {
  PageCache cache(kMiB);
  // Its view was taken before the touch, it comes after it.
  cache.Touch({1}, {}, 11);
  cache.Insert("A", kChannel, MakePage(1, 10));
  EXPECT_THAT(cache.Find("A", kChannel, kToday), IsNull());
  cache.Insert("A", kChannel, MakePage(1, 11, "new"));
  // A slower maker of an older one does not take its place.
  cache.Insert("A", kChannel, MakePage(1, 10, "old"));
  ASSERT_THAT(cache.Find("A", kChannel, kToday), NotNull());
  EXPECT_EQ(cache.Find("A", kChannel, kToday)->bytes, "new");
}

TEST(PageCacheTest, AllPagesCanBeVoidAtOnce) {
  PageCache cache(kMiB);
  cache.Insert("A", kChannel, MakePage(1, 10));
  cache.TouchAll(11);
  EXPECT_THAT(cache.Find("A", kChannel, kToday), IsNull());
  cache.Insert("A", kChannel, MakePage(1, 11));
  EXPECT_THAT(cache.Find("A", kChannel, kToday), NotNull());
}

TEST(PageCacheTest, StaysWithinItsBytesAndKeepsWhatIsAskedForAgain) {
  PageCache cache(2 * kMiB);
  const std::string bytes(1000, 'x');
  const auto code = [](int i) { return absl::StrCat("code", i); };
  constexpr int kHot = 200;
  for (int i = 0; i < kHot; ++i)
    cache.Insert(code(i), kChannel, MakePage(i, 1, bytes));
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < kHot; ++i) cache.Find(code(i), kChannel, kToday);
  }
  // Ten times what fits, each seen once.
  for (int i = kHot; i < 15000; ++i) {
    cache.Insert(code(i), kChannel, MakePage(i, 1, bytes));
  }
  EXPECT_THAT(cache.figures().bytes, Le(2 * kMiB));
  EXPECT_THAT(cache.figures().pages, Gt(1000));
  int kept = 0;
  for (int i = 0; i < kHot; ++i) {
    if (cache.Find(code(i), kChannel, kToday) != nullptr) ++kept;
  }
  EXPECT_EQ(kept, kHot);
}

TEST(PageCacheTest, PagesThatChangeAllTheTimeTakeNoMoreRoom) {
  PageCache cache(kMiB);
  for (std::uint64_t i = 1; i < 20000; ++i) {
    cache.Insert("A", kChannel, MakePage(1, i));
    cache.Touch({1}, {}, i + 1);
    EXPECT_THAT(cache.Find("A", kChannel, kToday), IsNull());
  }
  EXPECT_EQ(cache.figures().pages, 1);
  EXPECT_EQ(cache.figures().hits, 0);
  EXPECT_EQ(cache.figures().misses, 19999);
}

TEST(PageCacheTest, WithoutRoomNothingIsKept) {
  PageCache none(0);
  none.Insert("A", kChannel, MakePage(1, 1));
  EXPECT_THAT(none.Find("A", kChannel, kToday), IsNull());
  PageCache small(kMiB);
  small.Insert("A", kChannel, MakePage(1, 1, std::string(kMiB / 2, 'x')));
  EXPECT_THAT(small.Find("A", kChannel, kToday), IsNull());
}

// A reader that saw change n never gets a page from before it.
TEST(PageCacheTest, ReadersNeverSeeWhatWasBeforeTheirView) {
  PageCache cache(kMiB);
  constexpr std::uint64_t kLast = 20000;
  std::atomic<std::uint64_t> shown = 1;
  std::atomic<int> stale = 0;
  std::array<std::thread, 3> readers;
  for (std::thread& reader : readers) {
    reader = std::thread([&] {
      std::uint64_t view = 0;
      while (view < kLast) {
        view = shown.load();
        const PageCache::PagePtr page = cache.Find("A", kChannel, kToday);
        if (page == nullptr) {
          cache.Insert("A", kChannel, MakePage(1, view, absl::StrCat(view)));
        } else if (page->sequence < view) {
          ++stale;
        }
      }
    });
  }
  for (std::uint64_t i = 2; i <= kLast; ++i) {
    cache.Touch({1}, {}, i);
    shown.store(i);
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(stale, 0);
}

}  // namespace
}  // namespace creditreg
