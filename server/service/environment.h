// What every service works with: built once in main.cc, in this order.
//
// Thread safety: the struct is read only after start; what it points to may be
// used from many threads. Nothing is owned; all of it outlives the services.

#ifndef CREDITREG_SERVER_SERVICE_ENVIRONMENT_H_
#define CREDITREG_SERVER_SERVICE_ENVIRONMENT_H_

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "index/base/clock.h"
#include "index/base/random.h"
#include "index/publication/page_cache.h"
#include "index/registry/registry.h"
#include "server/audit/audit_log.h"
#include "server/auth/access_policy.h"
#include "server/auth/authenticator.h"
#include "server/auth/quota.h"
#include "server/ops/call_gate.h"
#include "server/ops/call_stats.h"
#include "server/ops/json_log.h"
#include "server/ops/worker_pool.h"
#include "server/wire/field_tables.h"

namespace creditreg {

struct ServiceEnvironment {
  Registry* registry = nullptr;
  // Who calls, and what they may.
  Authenticator* authenticator = nullptr;
  const AccessPolicy* policy = nullptr;
  // Reads of what is not public and refusals go there before their answer
  // leaves; null: nowhere.
  AuditLog* audit = nullptr;
  // Connections may have shown a certificate.
  bool has_certificates = false;
  const FieldTables* tables = nullptr;
  Clock* clock = nullptr;
  RandomSource* random = nullptr;
  CallGate* gate = nullptr;
  CallStats* stats = nullptr;
  JsonLog* log = nullptr;
  // Pages of PublicLookupService; null: none are kept. The registry's too.
  PageCache* page_cache = nullptr;
  // Builds answers of writes, off the registry's writer thread.
  WorkerPool* answer_workers = nullptr;
  // Parses files.
  WorkerPool* import_workers = nullptr;

  // How much each caller may ask for, and who is locked out; null: no limits.
  QuotaTable* quotas = nullptr;
  // Of addresses that show nothing, apart, so that many of them push nobody
  // out.
  QuotaTable* address_quotas = nullptr;
  LockoutTable* lockouts = nullptr;
  // Calls under way without credentials, and how many may be, so that they
  // leave room for the others; null: they are not counted.
  std::atomic<std::int64_t>* anonymous_calls = nullptr;
  std::int64_t max_anonymous_calls = 1000;
  std::int64_t max_concurrent_imports = 4;
  // For streams of look-ups that name no deadline; and for imports and Verify
  // that name none, and at most for any stream.
  absl::Duration default_deadline = absl::Seconds(60);
  absl::Duration max_deadline = absl::Hours(6);
  // For a stream to end once its time is up, before it is cancelled.
  absl::Duration deadline_grace = absl::Seconds(5);
  // For an import whose caller neither sends nor takes anything.
  absl::Duration import_idle_limit = absl::Seconds(60);
  // One line per this many successful calls; 0: failed calls only.
  std::int64_t log_calls_every = 0;

  // What the settings let the process take at most; 0: not known.
  std::int64_t memory_bound_bytes = 0;

  std::string version;
  absl::Time started_at;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_ENVIRONMENT_H_
