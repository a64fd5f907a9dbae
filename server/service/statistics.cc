#include "server/service/statistics.h"

#include <cstdint>
#include <string>

#include <unistd.h>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/ops/process_memory.h"
#include "server/wire/answers.h"

namespace creditreg {

void FillStats(const ServiceEnvironment& environment,
               v1::GetStatsResponse* response) {
  const auto add = [response](absl::string_view name, std::uint64_t value,
                              absl::string_view unit) {
    v1::GetStatsResponse::Figure* figure = response->add_figures();
    figure->set_name(std::string(name));
    figure->set_value(static_cast<std::int64_t>(value));
    figure->set_unit(std::string(unit));
  };
  const RegistryFigures figures = environment.registry->Figures();
  const storage::v1::Counters& counters = figures.counters;
  add("enterprises", counters.enterprises(), "rows");
  add("enterprises.deregistered", counters.enterprises_deregistered(), "rows");
  add("records.licence", counters.licences(), "rows");
  add("records.penalty", counters.penalties(), "rows");
  add("records.complaint", counters.complaints(), "rows");
  add("records.listing", counters.listings(), "rows");
  add("records.annual_report", counters.annual_reports(), "rows");
  add("records.withdrawn", counters.records_withdrawn(), "rows");
  add("records.pending", counters.records_pending(), "rows");
  add("quarantined", counters.quarantined(), "rows");
  add("writer.queued_rows", figures.queued_rows, "rows");
  add("writer.groups_committed", figures.groups_committed, "groups");
  add("writer.rows_committed", figures.rows_committed, "rows");
  add("writer.ok", figures.writer_ok ? 1 : 0, "flag");
  add("store.reopenings", figures.reopenings, "reopenings");
  add("store.live", figures.store.live_bytes, "bytes");
  add("store.estimated_keys", figures.store.estimated_keys, "rows");
  add("store.memtable", figures.store.memtable_bytes, "bytes");
  add("store.block_cache_used", figures.store.block_cache_used_bytes, "bytes");
  add("store.pending_compaction", figures.store.pending_compaction_bytes,
      "bytes");
  add("store.free_disk", figures.store.free_disk_bytes, "bytes");
  add("calls.under_way", static_cast<std::uint64_t>(environment.gate->calls()),
      "calls");
  add("calls.held", static_cast<std::uint64_t>(environment.gate->held_bytes()),
      "bytes");
  const ProcessMemory memory = ReadProcessMemory(getpid());
  add("memory.resident", static_cast<std::uint64_t>(memory.resident_bytes),
      "bytes");
  add("memory.peak", static_cast<std::uint64_t>(memory.peak_bytes), "bytes");
  add("memory.bound",
      static_cast<std::uint64_t>(environment.memory_bound_bytes), "bytes");
  if (environment.page_cache != nullptr) {
    const PageCache::Figures pages = environment.page_cache->figures();
    add("pages.kept", pages.pages, "pages");
    add("pages.bytes", pages.bytes, "bytes");
    add("pages.hits", pages.hits, "calls");
    add("pages.misses", pages.misses, "calls");
  }
  for (const CallStats::Figure& figure : environment.stats->Figures()) {
    add(figure.name, static_cast<std::uint64_t>(figure.value), figure.unit);
  }
  response->set_version(environment.version);
  *response->mutable_started_at() =
      TimestampOf(absl::ToUnixMicros(environment.started_at));
  *response->mutable_position() =
      PositionMessage(environment.registry->tokens(), counters.sequence());
}

}  // namespace creditreg
