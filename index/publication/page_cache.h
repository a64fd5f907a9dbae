// Pages: what an audience may see of one file, ready to send, kept in bounded
// memory in front of the registry.
//
// A page is good as long as nothing it was made from changed, until the day on
// which something on it begins or ceases to be shown by itself: midnight makes
// pages void without touching them. The writer tells what a commit touches
// before any view shows it (Touch()); a page older than the last touch of its
// file or code is not handed out. So whoever takes a view and then finds a page
// that was made from that view or an older one has what the view says.
//
// What to throw away is decided as in S3-FIFO: a page that was asked for once
// leaves from a small queue, one that was asked for again moves to the main
// one.
//
// Thread safety: may be used from many threads.

#ifndef CREDITREG_INDEX_PUBLICATION_PAGE_CACHE_H_
#define CREDITREG_INDEX_PUBLICATION_PAGE_CACHE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "index/base/civil_day.h"

namespace creditreg {

class PageCache {
 public:
  struct Page {
    // As they go out.
    std::string bytes;
    // Of the view it was made from.
    std::uint64_t sequence = 0;
    // The one file it was made from.
    std::uint64_t enterprise_no = 0;
    // Day it was made for, and the first one on which it may be another.
    CivilDay day;
    CivilDay until = CivilDay::OpenEnded();
  };
  using PagePtr = std::shared_ptr<const Page>;

  // `capacity_bytes`: pages and what it takes to keep them; 0 keeps none.
  explicit PageCache(std::size_t capacity_bytes);
  ~PageCache();
  PageCache(const PageCache&) = delete;
  PageCache& operator=(const PageCache&) = delete;

  // The page of a channel (by number) found by this code; null where there is
  // none that is good on `day`.
  PagePtr Find(absl::string_view code, int channel, CivilDay day);
  // A page larger than a sixteenth of a shard is not kept.
  void Insert(absl::string_view code, int channel, PagePtr page);

  // The change `sequence` touched these files and codes. Before any view holds
  // it.
  void Touch(absl::Span<const std::uint64_t> enterprise_nos,
             absl::Span<const std::string> codes, std::uint64_t sequence);
  // All pages are void: nobody knows what changed.
  void TouchAll(std::uint64_t sequence);

  struct Figures {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::uint64_t pages = 0;
    std::uint64_t bytes = 0;
  };
  Figures figures() const;

 private:
  class Shard;

  // 32 MiB. At 20 million files five share a mark, so that a touch of one costs
  // the others their pages too.
  static constexpr std::size_t kMarks = std::size_t{1} << 22;
  // Enough that two threads seldom meet.
  static constexpr std::size_t kShards = 16;

  std::atomic<std::uint64_t>& MarkOf(std::uint64_t enterprise_no) const;
  std::atomic<std::uint64_t>& MarkOf(absl::string_view code) const;
  Shard& ShardOf(absl::string_view code) const;

  // Sequence of the last touch of whatever shares the mark.
  const std::unique_ptr<std::atomic<std::uint64_t>[]> marks_;
  std::atomic<std::uint64_t> all_touched_ = 0;
  std::array<std::unique_ptr<Shard>, kShards> shards_;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_PUBLICATION_PAGE_CACHE_H_
