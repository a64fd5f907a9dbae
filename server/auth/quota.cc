#include "server/auth/quota.h"

#include <algorithm>

#include "absl/hash/hash.h"

namespace creditreg {
namespace {

constexpr char kOthers[] = "";
// Who was away for so long need not be remembered: a new bucket is a full one.
constexpr absl::Duration kForgetAfter = absl::Minutes(10);
// It looks at everybody, so not for each newcomer of a flood.
constexpr absl::Duration kForgetEvery = absl::Seconds(1);
constexpr std::size_t kMaxAddresses = 100000;

}  // namespace

QuotaTable::Shard& QuotaTable::ShardOf(absl::string_view caller) {
  return shards_[absl::Hash<absl::string_view>()(caller) % kShards];
}

void QuotaTable::Forget(Shard& shard, absl::Time now) {
  if (now - shard.forgot_at < kForgetEvery) return;
  shard.forgot_at = now;
  absl::erase_if(shard.buckets, [now](const auto& entry) {
    return entry.second.under_way == 0 &&
           now - entry.second.filled_at > kForgetAfter;
  });
}

QuotaTable::Bucket& QuotaTable::BucketOf(Shard& shard, absl::string_view caller,
                                         const QuotaLimits& limits,
                                         absl::Time now, QuotaState* state) {
  auto found = shard.buckets.find(caller);
  if (found == shard.buckets.end()) {
    constexpr std::size_t kMax = kMaxCallers / kShards;
    if (shard.buckets.size() >= kMax) Forget(shard, now);
    if (shard.buckets.size() >= kMax) caller = kOthers;
    found = shard.buckets.try_emplace(std::string(caller)).first;
  }
  state->bucket = found->first;
  Bucket& bucket = found->second;
  const auto burst = static_cast<double>(limits.burst);
  if (bucket.filled_at == absl::InfinitePast()) {
    bucket.tokens = burst;
    bucket.filled_at = now;
  }
  // A clock that goes back gives nothing.
  if (now > bucket.filled_at) {
    const double seconds = absl::ToDoubleSeconds(now - bucket.filled_at);
    bucket.tokens =
        std::min(burst, bucket.tokens +
                            seconds * static_cast<double>(limits.per_second));
    bucket.filled_at = now;
  }
  return bucket;
}

absl::Status QuotaTable::TakeFrom(Bucket& bucket, QuotaState* state) {
  if (bucket.tokens < 1) {
    state->remaining = 0;
    return absl::ResourceExhaustedError(
        "QUOTA_EXCEEDED: more calls a second than the caller may make");
  }
  bucket.tokens -= 1;
  state->remaining = static_cast<std::int64_t>(bucket.tokens);
  return absl::OkStatus();
}

absl::Status QuotaTable::Enter(absl::string_view caller,
                               const QuotaLimits& limits, absl::Time now,
                               QuotaState* state) {
  state->limit = limits.burst;
  Shard& shard = ShardOf(caller);
  absl::MutexLock lock(&shard.mutex);
  Bucket& bucket = BucketOf(shard, caller, limits, now, state);
  if (bucket.under_way >= limits.concurrent) {
    state->remaining = static_cast<std::int64_t>(bucket.tokens);
    return absl::ResourceExhaustedError(
        "QUOTA_EXCEEDED: more calls under way than the caller may have");
  }
  const absl::Status taken = TakeFrom(bucket, state);
  if (taken.ok()) ++bucket.under_way;
  return taken;
}

absl::Status QuotaTable::Take(absl::string_view caller,
                              const QuotaLimits& limits, absl::Time now,
                              QuotaState* state) {
  state->limit = limits.burst;
  Shard& shard = ShardOf(caller);
  absl::MutexLock lock(&shard.mutex);
  return TakeFrom(BucketOf(shard, caller, limits, now, state), state);
}

void QuotaTable::Leave(absl::string_view caller, absl::string_view bucket) {
  Shard& shard = ShardOf(caller);
  absl::MutexLock lock(&shard.mutex);
  const auto found = shard.buckets.find(bucket);
  // One with calls under way is never forgotten.
  if (found != shard.buckets.end() && found->second.under_way > 0) {
    --found->second.under_way;
  }
}

std::size_t QuotaTable::size() const {
  std::size_t size = 0;
  for (const Shard& shard : shards_) {
    absl::MutexLock lock(&shard.mutex);
    size += shard.buckets.size();
  }
  return size;
}

absl::Status LockoutTable::Check(absl::string_view address,
                                 absl::Time now) const {
  absl::MutexLock lock(&mutex_);
  const auto entry = entries_.find(address);
  if (entry == entries_.end() || now >= entry->second.locked_until) {
    return absl::OkStatus();
  }
  return absl::ResourceExhaustedError(
      "LOCKED_OUT: too many credentials from this address failed");
}

void LockoutTable::NoteFailure(absl::string_view address, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  if (entries_.size() >= kMaxAddresses && now - forgot_at_ >= kForgetEvery) {
    forgot_at_ = now;
    absl::erase_if(entries_, [now](const auto& entry) {
      return now >= entry.second.locked_until &&
             now - entry.second.since >= kWindow;
    });
  }
  // So many at once: whoever is locked out stays so, others are not counted.
  if (entries_.size() >= kMaxAddresses && !entries_.contains(address)) return;
  Entry& entry = entries_[std::string(address)];
  if (entry.failures == 0 || now - entry.since >= kWindow) {
    entry.failures = 0;
    entry.since = now;
  }
  if (++entry.failures < kFailures) return;
  entry.failures = 0;
  entry.locked_until = now + kLockout;
}

}  // namespace creditreg
