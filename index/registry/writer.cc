#include "index/registry/writer.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/check.h"
#include "index/base/clock.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/registry/snapshot_view.h"
#include "index/registry/transaction.h"
#include "index/registry/write_context.h"
#include "index/store/store.h"

namespace creditreg {
namespace {

// The contract promises 7 days; a day more covers clocks that differ.
constexpr absl::Duration kRequestLifetime = absl::Hours(8 * 24);
constexpr absl::Duration kForgettingInterval = absl::Minutes(1);
constexpr std::size_t kMaxForgottenAtOnce = 200;

absl::Status Overloaded() {
  return absl::ResourceExhaustedError(
      "OVERLOADED: writes: queue full, want a retry later");
}

absl::Status ShuttingDown() {
  return absl::UnavailableError("writes: shutting down, nothing stored");
}

absl::Status DiskFailed() {
  return absl::UnavailableError(
      "writes: the disk failed before, want a restart; nothing stored");
}

}  // namespace

Writer::Writer(Options options)
    : options_(std::move(options)), view_(std::move(options_.view)) {
  thread_ = std::thread([this] { Run(); });
}

Writer::~Writer() {
  CREDITREG_CHECK(!thread_.joinable(), "Stop() comes before the end");
}

void Writer::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    draining_ = true;
    stopping_ = true;
  }
  thread_.join();
}

void Writer::Enqueue(WriteWork work) {
  absl::Status refused;
  {
    absl::MutexLock lock(&mutex_);
    if (!healthy_) {
      refused = DiskFailed();
    } else if (draining_) {
      refused = ShuttingDown();
    } else if (queued_rows_ > 0 &&
               queued_rows_ + work.rows > options_.max_queued_rows) {
      refused = Overloaded();
    } else {
      queued_rows_ += work.rows;
      queue_.push_back(std::move(work));
      return;
    }
  }
  work.answer(refused, 0);
}

void Writer::EnqueueInternal(WriteWork work) {
  {
    absl::MutexLock lock(&mutex_);
    if (healthy_ && !stopping_) {
      queued_rows_ += work.rows;
      queue_.push_back(std::move(work));
      return;
    }
  }
  work.answer(ShuttingDown(), 0);
}

std::shared_ptr<const SnapshotView> Writer::view() const {
  absl::ReaderMutexLock lock(&view_mutex_);
  return view_;
}

bool Writer::healthy() const {
  absl::MutexLock lock(&mutex_);
  return healthy_;
}

void Writer::Drain() {
  absl::MutexLock lock(&mutex_);
  draining_ = true;
}

Writer::Figures Writer::figures() const {
  absl::MutexLock lock(&mutex_);
  return {queued_rows_, groups_committed_, rows_committed_};
}

void Writer::Run() {
  while (true) {
    std::vector<WriteWork> group = TakeGroup();
    if (group.empty()) return;
    CommitGroup(std::move(group));
  }
}

std::vector<WriteWork> Writer::TakeGroup() {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &Writer::QueueReady));
  std::vector<WriteWork> group;
  std::size_t rows = 0;
  while (!queue_.empty() &&
         (group.empty() || rows + queue_.front().rows <= kMaxGroupRows)) {
    rows += queue_.front().rows;
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  queued_rows_ -= rows;
  return group;
}

void Writer::CommitGroup(std::vector<WriteWork> group) {
  const std::shared_ptr<const SnapshotView> before = view();
  absl::Status committed;
  std::uint64_t sequence = before->sequence();
  {
    absl::MutexLock lock(&mutex_);
    if (!healthy_) committed = DiskFailed();
  }
  if (committed.ok()) {
    Transaction transaction(before->rows(), before->counters());
    std::size_t rows = 0;
    for (WriteWork& work : group) {
      work.apply(transaction);
      rows += work.rows;
    }
    ForgetOldRequests(transaction);
    committed = Commit(transaction);
    absl::MutexLock lock(&mutex_);
    if (committed.ok()) {
      ++groups_committed_;
      rows_committed_ += rows;
    } else if (!absl::IsResourceExhausted(committed)) {
      // Nobody knows what is on disk now: only a restart can tell.
      healthy_ = false;
    }
  }
  if (committed.ok()) sequence = view()->sequence();
  for (WriteWork& work : group) work.answer(committed, sequence);
}

absl::Status Writer::Commit(Transaction& transaction) {
  if (transaction.empty()) return absl::OkStatus();
  if (absl::Status synced = options_.context.data_keys->Sync(); !synced.ok()) {
    return synced;
  }
  transaction.Put(MetaKey("counters"), transaction.counters());
  storage::v1::Counters counters = transaction.counters();
  const WriteBatch batch = transaction.TakeBatch();
  if (absl::Status written = options_.store->Write(batch); !written.ok()) {
    return written;
  }
  TouchPages(batch, counters.sequence());
  Show(std::make_shared<SnapshotView>(options_.store->TakeSnapshot(),
                                      std::move(counters), options_.keys,
                                      options_.context.data_keys));
  return absl::OkStatus();
}

void Writer::TouchPages(const WriteBatch& batch, std::uint64_t sequence) {
  if (options_.page_cache == nullptr) return;
  static const std::string* const kHeads =
      new std::string(TablePrefix(Table::kEnterpriseHead));
  static const std::string* const kCurrent =
      new std::string(TablePrefix(Table::kCurrentCode));
  static const std::string* const kFormer =
      new std::string(TablePrefix(Table::kFormerCode));
  std::vector<std::uint64_t> enterprise_nos;
  std::vector<std::string> codes;
  for (const WriteBatch::Edit& edit : batch.edits()) {
    if (absl::StartsWith(edit.key, *kHeads)) {
      const absl::StatusOr<std::uint64_t> number =
          DecodeNumberKey(Table::kEnterpriseHead, edit.key);
      CREDITREG_CHECK(number.ok(), "a key that was just encoded decodes");
      enterprise_nos.push_back(*number);
    } else if (absl::StartsWith(edit.key, *kCurrent)) {
      codes.push_back(edit.key.substr(kCurrent->size()));
    } else if (absl::StartsWith(edit.key, *kFormer)) {
      codes.push_back(edit.key.substr(kFormer->size()));
    }
  }
  options_.page_cache->Touch(enterprise_nos, codes, sequence);
}

void Writer::Show(std::shared_ptr<const SnapshotView> view) {
  absl::MutexLock lock(&view_mutex_);
  view_.swap(view);
}

void Writer::ForgetOldRequests(Transaction& transaction) {
  const absl::Time now = options_.context.clock->Now();
  if (now < next_forgetting_) return;
  next_forgetting_ = now + kForgettingInterval;
  ScanRange range;
  range.begin = TablePrefix(Table::kRequestAge);
  range.end = RequestAgeKey(absl::ToUnixMicros(now - kRequestLifetime), "", "");
  range.max_rows = kMaxForgottenAtOnce;
  const absl::StatusOr<ScanPage> page = transaction.Scan(range);
  // Damage shows in verify; forgetting late harms nobody.
  if (!page.ok()) return;
  for (const auto& [key, value] : page->rows) {
    const absl::StatusOr<RequestAgeEntry> entry = DecodeRequestAgeKey(key);
    if (!entry.ok()) continue;
    transaction.Delete(RequestKey(entry->principal, entry->id));
    transaction.Delete(key);
  }
}

}  // namespace creditreg
