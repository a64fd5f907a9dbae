// How much each caller may ask for: calls a second, with a burst, and calls
// under way. And locking out addresses whose credentials fail again and again.
//
// A caller is a principal; who shows nothing is their address. At most
// kMaxCallers are remembered: those who have not called for long are forgotten
// first, and where that is not enough newcomers share one bucket.
//
// Thread safety: may be used from many threads.

#ifndef CREDITREG_SERVER_AUTH_QUOTA_H_
#define CREDITREG_SERVER_AUTH_QUOTA_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace creditreg {

struct QuotaLimits {
  // Calls a second in the long run, and at once after a pause.
  std::int64_t per_second = 0;
  std::int64_t burst = 0;
  std::int64_t concurrent = 0;

  // Whether nothing is limited.
  bool unlimited() const { return per_second == 0; }
};

// What a call found, for its answer.
struct QuotaState {
  std::int64_t limit = 0;
  std::int64_t remaining = 0;
  // Which of the table's buckets it counts in: the caller's, or the shared one.
  std::string bucket;
};

class QuotaTable {
 public:
  static constexpr std::size_t kMaxCallers = 100000;

  // Takes one call. `state` is set in any case. OK must be followed by Leave()
  // with `state->bucket`.
  //
  // Errors: ResourceExhausted "QUOTA_EXCEEDED: ...": too many a second, or
  // under way.
  absl::Status Enter(absl::string_view caller, const QuotaLimits& limits,
                     absl::Time now, QuotaState* state);
  // Takes one more of a call under way: a message of a stream. Errors: as
  // Enter(), for too many a second.
  absl::Status Take(absl::string_view caller, const QuotaLimits& limits,
                    absl::Time now, QuotaState* state);
  // `caller`: as given to Enter(); `bucket`: what that told.
  void Leave(absl::string_view caller, absl::string_view bucket);

  // How many callers are remembered.
  std::size_t size() const;

 private:
  struct Bucket {
    // Calls that may be made now; at most `burst`.
    double tokens = 0;
    absl::Time filled_at = absl::InfinitePast();
    std::int64_t under_way = 0;
  };
  static constexpr std::size_t kShards = 16;
  struct Shard {
    mutable absl::Mutex mutex;
    absl::flat_hash_map<std::string, Bucket> buckets ABSL_GUARDED_BY(mutex);
    absl::Time forgot_at ABSL_GUARDED_BY(mutex) = absl::InfinitePast();
  };

  Shard& ShardOf(absl::string_view caller);
  static Bucket& BucketOf(Shard& shard, absl::string_view caller,
                          const QuotaLimits& limits, absl::Time now,
                          QuotaState* state)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);
  static void Forget(Shard& shard, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);
  static absl::Status TakeFrom(Bucket& bucket, QuotaState* state);

  std::array<Shard, kShards> shards_;
};

// Addresses whose credentials failed kFailures times within kWindow are not
// listened to for kLockout: each failure may cost a signature. Calls without
// credentials go on.
class LockoutTable {
 public:
  static constexpr int kFailures = 50;
  static constexpr absl::Duration kWindow = absl::Minutes(1);
  static constexpr absl::Duration kLockout = absl::Minutes(1);

  // Errors: ResourceExhausted "LOCKED_OUT: ...".
  absl::Status Check(absl::string_view address, absl::Time now) const;
  void NoteFailure(absl::string_view address, absl::Time now);

 private:
  struct Entry {
    int failures = 0;
    absl::Time since;
    absl::Time locked_until = absl::InfinitePast();
  };
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Entry> entries_ ABSL_GUARDED_BY(mutex_);
  absl::Time forgot_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_AUTH_QUOTA_H_
