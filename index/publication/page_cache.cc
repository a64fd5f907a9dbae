#include "index/publication/page_cache.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"

namespace creditreg {
namespace {

// What a page costs beside its bytes: key, map slot, queue entry, counts.
constexpr std::size_t kOverheadBytes = 200;
// Part of the capacity for pages that were asked for once, in tenths.
constexpr std::size_t kSmallTenths = 1;
// Askings that are remembered; each saves the page from one eviction.
constexpr std::uint8_t kMaxUses = 3;

std::size_t CostOf(const PageCache::Page& page) {
  return page.bytes.size() + kOverheadBytes;
}

// Raises `mark` to `sequence`.
void Raise(std::atomic<std::uint64_t>& mark, std::uint64_t sequence) {
  // Only the writer's thread raises marks, one commit after the other.
  if (mark.load(std::memory_order_relaxed) < sequence) {
    mark.store(sequence, std::memory_order_release);
  }
}

// What a shard knows a page by.
std::string KeyOf(absl::string_view code, int channel) {
  return absl::StrCat(code, "/", channel);
}

}  // namespace

class PageCache::Shard {
 public:
  explicit Shard(std::size_t capacity) : capacity_(capacity) {}

  PagePtr Find(absl::string_view code) {
    absl::MutexLock lock(&mutex_);
    const auto found = entries_.find(code);
    if (found == entries_.end()) {
      ++misses_;
      return nullptr;
    }
    Entry& entry = found->second;
    if (entry.uses < kMaxUses) ++entry.uses;
    ++hits_;
    return entry.page;
  }

  // The page that was found is no longer good. It stays until a new one takes
  // its place or its turn to leave comes.
  void CountAsMiss() {
    absl::MutexLock lock(&mutex_);
    --hits_;
    ++misses_;
  }

  void Insert(absl::string_view code, PagePtr page) {
    if (CostOf(*page) > capacity_ / 16) return;
    absl::MutexLock lock(&mutex_);
    const auto [place, is_new] = entries_.try_emplace(std::string(code));
    Entry& entry = place->second;
    if (is_new) {
      entry.in_main = WasDropped(code);
      (entry.in_main ? main_ : small_).emplace_back(code);
    } else if (entry.page->sequence > page->sequence) {
      return;  // two made it at once, the other one later
    } else {
      Account(entry, -1);
    }
    entry.page = std::move(page);
    Account(entry, 1);
    while (bytes_ > capacity_) EvictOne();
  }

  void AddTo(Figures& figures) const {
    absl::MutexLock lock(&mutex_);
    figures.hits += hits_;
    figures.misses += misses_;
    figures.pages += entries_.size();
    figures.bytes += bytes_;
  }

 private:
  // Every entry stands in one of the queues, once.
  struct Entry {
    PagePtr page;
    std::uint8_t uses = 0;
    bool in_main = false;
  };

  // Counts the entry's bytes in (1) or out (-1).
  void Account(const Entry& entry, int by)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const std::size_t cost = CostOf(*entry.page);
    std::size_t& queue = entry.in_main ? main_bytes_ : small_bytes_;
    bytes_ = by > 0 ? bytes_ + cost : bytes_ - cost;
    queue = by > 0 ? queue + cost : queue - cost;
  }

  void EvictOne() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const bool from_small =
        main_.empty() ||
        (!small_.empty() && small_bytes_ >= capacity_ * kSmallTenths / 10);
    std::deque<std::string>& queue = from_small ? small_ : main_;
    std::string code = std::move(queue.front());
    queue.pop_front();
    const auto found = entries_.find(code);
    Entry& entry = found->second;
    Account(entry, -1);
    if (from_small ? entry.uses > 1 : entry.uses > 0) {
      // Asked for again since: it goes round once more.
      entry.uses = from_small ? 0 : static_cast<std::uint8_t>(entry.uses - 1);
      entry.in_main = true;
      Account(entry, 1);
      main_.push_back(std::move(code));
      return;
    }
    entries_.erase(found);
    if (from_small) RememberDropped(code);
  }

  // Hashes of codes that left the small queue; as many as pages are kept.
  void RememberDropped(absl::string_view code)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const std::uint64_t hash = absl::Hash<absl::string_view>()(code);
    dropped_[hash] = ++last_drop_;
    dropped_order_.push_back({hash, last_drop_});
    while (dropped_order_.size() > entries_.size() + 1) {
      const auto [oldest, drop] = dropped_order_.front();
      dropped_order_.pop_front();
      const auto found = dropped_.find(oldest);
      if (found != dropped_.end() && found->second == drop) {
        dropped_.erase(found);
      }
    }
  }

  bool WasDropped(absl::string_view code)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return dropped_.erase(absl::Hash<absl::string_view>()(code)) > 0;
  }

  const std::size_t capacity_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Entry> entries_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> small_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> main_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::uint64_t, std::uint64_t> dropped_
      ABSL_GUARDED_BY(mutex_);
  std::deque<std::pair<std::uint64_t, std::uint64_t>> dropped_order_
      ABSL_GUARDED_BY(mutex_);
  std::uint64_t last_drop_ ABSL_GUARDED_BY(mutex_) = 0;
  std::size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::size_t small_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::size_t main_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t hits_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t misses_ ABSL_GUARDED_BY(mutex_) = 0;
};

PageCache::PageCache(std::size_t capacity_bytes)
    : marks_(new std::atomic<std::uint64_t>[kMarks]()) {
  for (std::unique_ptr<Shard>& shard : shards_) {
    shard = std::make_unique<Shard>(capacity_bytes / kShards);
  }
}

PageCache::~PageCache() = default;

PageCache::PagePtr PageCache::Find(absl::string_view code, int channel,
                                   CivilDay day) {
  Shard& shard = ShardOf(code);
  PagePtr page = shard.Find(KeyOf(code, channel));
  if (page == nullptr) return nullptr;
  const std::uint64_t touched =
      std::max({MarkOf(page->enterprise_no).load(std::memory_order_acquire),
                MarkOf(code).load(std::memory_order_acquire),
                all_touched_.load(std::memory_order_acquire)});
  if (touched <= page->sequence && page->day <= day && day < page->until) {
    return page;
  }
  shard.CountAsMiss();
  return nullptr;
}

void PageCache::Insert(absl::string_view code, int channel, PagePtr page) {
  ShardOf(code).Insert(KeyOf(code, channel), std::move(page));
}

void PageCache::Touch(absl::Span<const std::uint64_t> enterprise_nos,
                      absl::Span<const std::string> codes,
                      std::uint64_t sequence) {
  for (const std::uint64_t number : enterprise_nos) {
    Raise(MarkOf(number), sequence);
  }
  for (const std::string& code : codes) Raise(MarkOf(code), sequence);
}

void PageCache::TouchAll(std::uint64_t sequence) {
  Raise(all_touched_, sequence);
}

PageCache::Figures PageCache::figures() const {
  Figures figures;
  for (const std::unique_ptr<Shard>& shard : shards_) shard->AddTo(figures);
  return figures;
}

std::atomic<std::uint64_t>& PageCache::MarkOf(
    std::uint64_t enterprise_no) const {
  return marks_[enterprise_no % kMarks];
}

std::atomic<std::uint64_t>& PageCache::MarkOf(absl::string_view code) const {
  return marks_[absl::Hash<absl::string_view>()(code) % kMarks];
}

PageCache::Shard& PageCache::ShardOf(absl::string_view code) const {
  return *shards_[(absl::Hash<absl::string_view>()(code) >> 40) % kShards];
}

}  // namespace creditreg
