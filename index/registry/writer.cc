#include "index/registry/writer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/check.h"
#include "index/base/clock.h"
#include "index/base/status_macros.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/registry/conf_tables.h"
#include "index/registry/erased_keys.h"
#include "index/registry/rows.h"
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

// What a caller is told whose write was not even tried. `failure` may name
// files, which are none of his business.
absl::Status RefusalFor(const absl::Status& failure) {
  if (absl::IsResourceExhausted(failure)) {
    return absl::ResourceExhaustedError(
        "DISK_FULL: writes: no room on the disk; nothing stored");
  }
  if (absl::IsDataLoss(failure)) {
    return absl::DataLossError(
        "writes: stored data is damaged, want it restored; nothing stored");
  }
  return absl::UnavailableError(
      "STORE_REOPENING: writes: the database is being reopened after a "
      "failure; nothing stored");
}

bool AreSame(const storage::v1::Counters& a, const storage::v1::Counters& b) {
  return EncodeValue(a) == EncodeValue(b);
}

}  // namespace

Writer::Writer(Options options)
    : options_(std::move(options)),
      view_(std::move(options_.view)),
      reopen_wait_(options_.least_reopen_wait) {
  options_.store->OnFailure([this] {
    absl::MutexLock lock(&mutex_);
    failed_ = true;
  });
  // It may have failed before it was listened to.
  if (!options_.store->Failure().ok()) {
    absl::MutexLock lock(&mutex_);
    failed_ = true;
  }
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
  options_.store->OnFailure(nullptr);
}

void Writer::Enqueue(WriteWork work) {
  absl::Status refused;
  {
    absl::MutexLock lock(&mutex_);
    if (!refusal_.ok()) {
      refused = refusal_;
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
  absl::Status refused;
  {
    absl::MutexLock lock(&mutex_);
    if (refusal_.ok() && !stopping_) {
      queued_rows_ += work.rows;
      queue_.push_back(std::move(work));
      return;
    }
    refused = refusal_.ok() ? ShuttingDown() : refusal_;
  }
  work.answer(refused, 0);
}

std::shared_ptr<const SnapshotView> Writer::view() const {
  absl::ReaderMutexLock lock(&view_mutex_);
  return view_;
}

bool Writer::healthy() const {
  if (!options_.store->IsOpen()) return false;
  absl::MutexLock lock(&mutex_);
  return !view_is_void_;
}

absl::Status Writer::write_state() const {
  absl::MutexLock lock(&mutex_);
  return failure_;
}

void Writer::Drain() {
  absl::MutexLock lock(&mutex_);
  draining_ = true;
}

Writer::Figures Writer::figures() const {
  absl::MutexLock lock(&mutex_);
  return {queued_rows_, groups_committed_, rows_committed_, reopenings_};
}

void Writer::Run() {
  while (true) {
    if (AwaitWork()) {
      Settle();
      continue;
    }
    std::vector<WriteWork> group = TakeGroup();
    if (group.empty()) return;
    CommitGroup(std::move(group));
  }
}

bool Writer::AwaitWork() {
  absl::MutexLock lock(&mutex_);
  if (refusal_.ok()) {
    mutex_.Await(absl::Condition(this, &Writer::IsDue));
    return failed_;
  }
  // The queue is empty, and nothing comes into it.
  return !mutex_.AwaitWithDeadline(absl::Condition(this, &Writer::IsDue),
                                   next_attempt_);
}

std::vector<WriteWork> Writer::TakeGroup() {
  absl::MutexLock lock(&mutex_);
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
  std::uint64_t sequence = before->sequence();
  Transaction transaction(before->rows(), before->counters(),
                          before->shared_tables());
  std::size_t rows = 0;
  for (WriteWork& work : group) {
    work.apply(transaction);
    rows += work.rows;
  }
  ForgetOldRequests(transaction);
  const absl::Status committed = Commit(transaction);
  if (committed.ok()) {
    sequence = view()->sequence();
    absl::MutexLock lock(&mutex_);
    ++groups_committed_;
    rows_committed_ += rows;
  }
  for (WriteWork& work : group) work.answer(committed, sequence);
}

void Writer::Settle() {
  const absl::Time now = absl::Now();
  bool is_first_attempt = false;
  {
    absl::MutexLock lock(&mutex_);
    is_first_attempt = refusal_.ok();
  }
  if (is_first_attempt) {
    if (now - last_reopened_ < options_.most_reopen_wait) {
      const absl::Status failure = options_.store->Failure();
      return Refuse(failure.ok() ? commit_failure_ : failure);
    }
    reopen_wait_ = options_.least_reopen_wait;
  }
  if (absl::Status reopened = Reopen(); !reopened.ok()) {
    return Refuse(reopened);
  }
  last_reopened_ = absl::Now();
  attempted_.reset();
  {
    absl::MutexLock lock(&mutex_);
    failed_ = false;
    refusal_ = absl::OkStatus();
    failure_ = absl::OkStatus();
    ++reopenings_;
  }
  // It may have failed again before that.
  if (!options_.store->Failure().ok()) {
    absl::MutexLock lock(&mutex_);
    failed_ = true;
  }
  if (options_.reopened != nullptr) options_.reopened();
}

absl::Status Writer::Reopen() {
  CREDITREG_RETURN_IF_ERROR(options_.context.data_keys->Reopen());
  if (!options_.store->Failure().ok()) {
    CREDITREG_RETURN_IF_ERROR(options_.store->Reopen());
    absl::MutexLock lock(&mutex_);
    view_is_void_ = true;
  }
  std::shared_ptr<const Snapshot> rows = options_.store->TakeSnapshot();
  CREDITREG_RETURN_IF_ERROR(
      DestroyErasedKeys(*rows, *options_.context.data_keys).status());
  {
    absl::MutexLock lock(&mutex_);
    if (!view_is_void_) return absl::OkStatus();
  }
  CREDITREG_ASSIGN_OR_RETURN(
      std::optional<storage::v1::Counters> counters,
      ReadRow<storage::v1::Counters>(*rows, MetaKey("counters")));
  // The group in flight is there whole or not at all.
  if (!counters.has_value() ||
      !(AreSame(*counters, view()->counters()) ||
        (attempted_.has_value() && AreSame(*counters, *attempted_)))) {
    return absl::DataLossError(
        "counters: not as before or after the last commit");
  }
  // Nobody told the pages what the group in flight touched.
  if (options_.page_cache != nullptr) {
    options_.page_cache->TouchAll(counters->sequence());
  }
  // The group in flight may have activated one.
  CREDITREG_ASSIGN_OR_RETURN(TablesPtr tables, ReadTables(*rows));
  Show(std::make_shared<SnapshotView>(std::move(rows), *std::move(counters),
                                      std::move(tables), options_.keys,
                                      options_.context.data_keys));
  absl::MutexLock lock(&mutex_);
  view_is_void_ = false;
  return absl::OkStatus();
}

void Writer::Refuse(const absl::Status& failure) {
  const absl::Status refusal = RefusalFor(failure);
  next_attempt_ = absl::Now() + reopen_wait_;
  reopen_wait_ = std::min(2 * reopen_wait_, options_.most_reopen_wait);
  std::deque<WriteWork> refused;
  {
    absl::MutexLock lock(&mutex_);
    refusal_ = refusal;
    failure_ = failure;
    refused.swap(queue_);
    queued_rows_ = 0;
  }
  for (WriteWork& work : refused) work.answer(refusal, 0);
}

absl::Status Writer::Commit(Transaction& transaction) {
  if (transaction.empty()) return absl::OkStatus();
  const auto fail = [this](const absl::Status& failure) {
    commit_failure_ = failure;
    {
      absl::MutexLock lock(&mutex_);
      failed_ = true;
    }
    return absl::IsUnknown(failure) ? failure : RefusalFor(failure);
  };
  // Nothing refers to the keys of a batch that is not written.
  if (absl::Status synced = options_.context.data_keys->Sync(); !synced.ok()) {
    return fail(synced);
  }
  transaction.counters().set_data_key_slots(
      options_.context.data_keys->slots());
  transaction.Put(MetaKey("counters"), transaction.counters());
  storage::v1::Counters counters = transaction.counters();
  const WriteBatch batch = transaction.TakeBatch();
  if (absl::Status written = options_.store->Write(batch); !written.ok()) {
    if (absl::IsUnknown(written)) attempted_ = std::move(counters);
    if (!options_.store->Failure().ok()) return fail(written);
    // Too little room left, and nothing failed: the next may be taken again.
    absl::MutexLock lock(&mutex_);
    failure_ = written;
    return RefusalFor(written);
  }
  {
    absl::MutexLock lock(&mutex_);
    if (refusal_.ok()) failure_ = absl::OkStatus();
  }
  TouchPages(batch, counters.sequence());
  if (options_.page_cache != nullptr &&
      transaction.tables()->sequence() != view()->tables().sequence()) {
    options_.page_cache->TouchAll(counters.sequence());
  }
  Show(std::make_shared<SnapshotView>(
      options_.store->TakeSnapshot(), std::move(counters), transaction.tables(),
      options_.keys, options_.context.data_keys));
  // All of it is stored, but who asked for an erasure must not be told that it
  // is done. Reopening does it.
  const absl::Status destroyed =
      DestroyErasedKeys(batch, *options_.context.data_keys);
  if (destroyed.ok()) return destroyed;
  return fail(absl::UnknownError(absl::StrCat(
      "data keys: ", destroyed.message(), ", want the same request again")));
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
  // More came in a minute than is forgotten at once.
  if (!page->next.empty()) next_forgetting_ = now;
  for (const auto& [key, value] : page->rows) {
    const absl::StatusOr<RequestAgeEntry> entry = DecodeRequestAgeKey(key);
    if (!entry.ok()) continue;
    transaction.Delete(RequestKey(entry->principal, entry->id));
    transaction.Delete(key);
  }
}

}  // namespace creditreg
