#include "bench/load/postgres_part.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "bench/load/key_order.h"
#include "bench/load/registry_load.h"
#include "index/base/status_macros.h"

namespace creditreg::bench {
namespace {

constexpr char kPages[] = "postgres_pages";
constexpr char kJson[] = "postgres_json";
constexpr char kImport[] = "postgres_import";
constexpr char kBulk[] = "postgres_bulk_load";
constexpr char kDisk[] = "postgres_disk";
constexpr int kConnectionsTried[] = {1, 2, 4, 8, 16};
constexpr std::size_t kPagesCompared = 500;
// Of either side.
constexpr std::size_t kLicencesOfAPage = 10;

std::vector<PostgresFile> FilesOf(const std::vector<ImportFile>& files) {
  std::vector<PostgresFile> list;
  for (const ImportFile& file : files) {
    PostgresFamily family = PostgresFamily::kComplaint;
    if (file.format == v1::IMPORT_FORMAT_ENTERPRISE_CSV) {
      family = PostgresFamily::kEnterprise;
    } else if (file.format == v1::IMPORT_FORMAT_LICENCE_CSV) {
      family = PostgresFamily::kLicence;
    } else if (file.format == v1::IMPORT_FORMAT_PENALTY_CSV) {
      family = PostgresFamily::kPenalty;
    }
    list.push_back({family, file.path});
  }
  return list;
}

std::int64_t RecordRows(const std::vector<ImportFile>& files) {
  std::int64_t rows = 0;
  for (const ImportFile& file : files) {
    if (file.format != v1::IMPORT_FORMAT_ENTERPRISE_CSV) rows += file.rows;
  }
  return rows;
}

// A peer that leaves rows out is fast.
absl::Status CheckAll(std::int64_t stored, std::int64_t rows) {
  if (stored * 100 >= rows * 97) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("postgres: ", stored,
                                          " records stored of ", rows,
                                          " rows, want 97 of 100"));
}

// PostgreSQL gets the enterprises that come last with the others, so that no
// record waits for its enterprise there.
std::vector<ImportFile> EnterprisesFirst(std::vector<ImportFile> files) {
  std::stable_partition(files.begin(), files.end(), [](const auto& file) {
    return file.format == v1::IMPORT_FORMAT_ENTERPRISE_CSV;
  });
  return files;
}

// Of tables and logs, not of RocksDB's own report.
std::int64_t FolderBytes(const std::string& folder) {
  std::int64_t bytes = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (absl::EndsWith(entry.path().string(), ".sst")) {
      bytes += static_cast<std::int64_t>(entry.file_size(error));
    }
  }
  return bytes;
}

}  // namespace

PostgresPart::PostgresPart(const BenchOptions& options, const CoreSizes& sizes,
                           const DataSet& data, const DataSet& bulk)
    : options_(options), sizes_(sizes), data_(data), bulk_(bulk) {
  for (const KnownEnterprise& enterprise : data_.enterprises) {
    codes_.push_back(enterprise.uscc);
  }
  order_ = ZipfOrder(codes_.size(), sizes_.draws);
}

absl::Status PostgresPart::Load() {
  CREDITREG_ASSIGN_OR_RETURN(
      peer_, PostgresPeer::Connect(options_.postgres, options_.postgres_sql));
  CREDITREG_ASSIGN_OR_RETURN(
      bulk_peer_,
      PostgresPeer::Connect(absl::StrCat(options_.postgres, "_bulk"),
                            options_.postgres_sql));
  CREDITREG_ASSIGN_OR_RETURN(
      const std::int64_t records,
      peer_->Load(FilesOf(EnterprisesFirst(data_.files))));
  CREDITREG_RETURN_IF_ERROR(CheckAll(records, RecordRows(data_.files)));
  CREDITREG_RETURN_IF_ERROR(peer_->Vacuum());
  CREDITREG_RETURN_IF_ERROR(peer_->MakeJsonPages());
  std::fprintf(stderr, "bench: PostgreSQL is loaded\n");
  return absl::OkStatus();
}

absl::Status PostgresPart::Start(const ServerProcess& registry,
                                 const RawStore& raw) {
  registry_ = &registry;
  raw_ = &raw;
  double best = 0;
  for (const int connections : kConnectionsTried) {
    CREDITREG_ASSIGN_OR_RETURN(
        const double rate,
        peer_->LookUp(PostgresPage::kAssembled, codes_, order_, connections,
                      sizes_.duration / 2));
    if (rate <= best) continue;
    best = rate;
    connections_ = connections;
  }
  return ComparePages(registry);
}

absl::Status PostgresPart::ComparePages(const ServerProcess& registry) {
  const std::size_t pages = std::min(kPagesCompared, codes_.size());
  CREDITREG_ASSIGN_OR_RETURN(
      std::vector<PageText> all_ours,
      ReadPublicPages(registry.address(),
                      absl::MakeConstSpan(codes_).subspan(0, pages)));
  std::size_t same = 0;
  for (std::size_t i = 0; i < pages; ++i) {
    CREDITREG_ASSIGN_OR_RETURN(PageText theirs, peer_->ReadPage(codes_[i]));
    PageText& ours = all_ours[i];
    // Which of several of one day is the tenth, either side is free to say.
    const bool is_full = ours.licences.size() == kLicencesOfAPage;
    std::sort(theirs.licences.begin(), theirs.licences.end());
    std::sort(ours.licences.begin(), ours.licences.end());
    if (theirs.name == ours.name &&
        theirs.licences.size() == ours.licences.size() &&
        (is_full || theirs.licences == ours.licences)) {
      ++same;
    }
  }
  comparison_ = absl::StrCat(same, " of ", pages,
                             " pages compared say what the registry's say");
  if (same * 100 >= pages * 97) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("postgres: only ", comparison_, ", want 97 of 100"));
}

std::vector<Measurement> PostgresPart::Measurements(
    std::function<double()> lookups_per_second,
    std::function<double()> imports_per_second) {
  const std::string lookups = absl::StrCat(
      "prepared, libpq on a Unix socket, ", connections_,
      " connections (the best of 1 to 16), Zipf 0.99 over the same codes; "
      "warm; client on the same machine; ",
      comparison_);
  std::vector<Measurement> list(3);
  list[0].figures = {
      {kPages, "pages/s", "",
       absl::StrCat("one statement over normalised tables, ", lookups)},
      {kJson, "pages/s", "",
       absl::StrCat("one JSON text by its primary key, ", lookups)},
      {"lookup_vs_postgres", "pages/s", kPages,
       "pages/s of lookup_vs_echo in the same repetition"},
      {"lookup_vs_postgres_json", "pages/s", kJson,
       "pages/s of lookup_vs_echo in the same repetition"}};
  list[0].run = [this, lookups_per_second]() -> absl::StatusOr<Samples> {
    const double seconds = absl::ToDoubleSeconds(sizes_.duration);
    Samples samples;
    // What the imports before left to the registry and the copy is done.
    registry_->AwaitCalm();
    raw_->AwaitCalm();
    for (const bool is_json : {false, true}) {
      // As the registry: its caches settle first.
      CREDITREG_RETURN_IF_ERROR(
          peer_
              ->LookUp(is_json ? PostgresPage::kJson : PostgresPage::kAssembled,
                       codes_, order_, connections_, sizes_.settling)
              .status());
      CREDITREG_ASSIGN_OR_RETURN(
          const double rate,
          peer_->LookUp(
              is_json ? PostgresPage::kJson : PostgresPage::kAssembled, codes_,
              order_, connections_, sizes_.duration));
      samples[is_json ? kJson : kPages] =
          SampleOf(rate, static_cast<std::int64_t>(rate * seconds));
    }
    samples["lookup_vs_postgres"] = SampleOf(lookups_per_second(), 0);
    samples["lookup_vs_postgres_json"] = samples["lookup_vs_postgres"];
    return samples;
  };
  list[1].figures = {
      {kImport, "records/s", "",
       "the same files: COPY of 1,000 rows and one set-based upsert a "
       "transaction, synchronous_commit on, one connection"},
      {"import_vs_postgres", "records/s", kImport,
       "records/s of import_vs_raw in the same repetition"}};
  list[1].run = [this, imports_per_second]() -> absl::StatusOr<Samples> {
    if (next_slice_ == data_.slices.size()) {
      return absl::InternalError("postgres: no slice is left");
    }
    const std::vector<ImportFile>& slice = data_.slices[next_slice_++];
    const absl::Time start = absl::Now();
    CREDITREG_ASSIGN_OR_RETURN(const std::int64_t versions,
                               peer_->Import(FilesOf(slice)));
    const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
    CREDITREG_RETURN_IF_ERROR(CheckAll(versions, RecordRows(slice)));
    return Samples{
        {kImport, SampleOf(static_cast<double>(versions) / seconds, versions)},
        {"import_vs_postgres", SampleOf(imports_per_second(), versions)}};
  };
  list[2].figures = {
      {kBulk, "records/s", "",
       "COPY into staging tables, one statement a file, index build and "
       "ANALYZE, in one transaction without a log (wal_level minimal)"},
      {"bulk_load_vs_postgres", "records/s", kBulk,
       absl::StrCat("first load of the same files, enterprises included, into "
                    "an empty registry on ",
                    options_.file_system, ", by creditreg_load")}};
  list[2].run = [this] { return LoadOnce(); };
  return list;
}

absl::StatusOr<Samples> PostgresPart::LoadOnce() {
  absl::Time start = absl::Now();
  CREDITREG_ASSIGN_OR_RETURN(
      const std::int64_t records,
      bulk_peer_->Load(FilesOf(EnterprisesFirst(bulk_.files))));
  const double peer_seconds = absl::ToDoubleSeconds(absl::Now() - start);
  CREDITREG_RETURN_IF_ERROR(CheckAll(records, RecordRows(bulk_.files)));
  CREDITREG_RETURN_IF_ERROR(bulk_peer_->Clear());
  const std::string folder = absl::StrCat(options_.work_dir, "/bulk", ++loads_);
  start = absl::Now();
  CREDITREG_RETURN_IF_ERROR(
      LoadRegistry(options_.loader, folder, bulk_.files).status());
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  const auto n = static_cast<double>(records);
  return Samples{{kBulk, SampleOf(n / peer_seconds, records)},
                 {"bulk_load_vs_postgres", SampleOf(n / seconds, records)}};
}

Measurement PostgresPart::Disk(RawStore* raw, std::string raw_folder,
                               std::string key_file) {
  Measurement measurement;
  measurement.figures = {
      {kDisk, "bytes", "", "tables and indexes after VACUUM"},
      {"disk_vs_postgres", "bytes", kDisk,
       "tables of the registry's data after compaction, single writes "
       "included, and its file of data keys"}};
  measurement.run = [this, raw, raw_folder = std::move(raw_folder),
                     key_file =
                         std::move(key_file)]() -> absl::StatusOr<Samples> {
    CREDITREG_RETURN_IF_ERROR(peer_->Vacuum());
    CREDITREG_ASSIGN_OR_RETURN(const std::int64_t theirs, peer_->Bytes());
    CREDITREG_RETURN_IF_ERROR(raw->Compact());
    const std::int64_t ours =
        FolderBytes(raw_folder) +
        static_cast<std::int64_t>(std::filesystem::file_size(key_file));
    return Samples{{kDisk, SampleOf(static_cast<double>(theirs), 1)},
                   {"disk_vs_postgres",
                    SampleOf(static_cast<double>(ours), 1,
                             absl::StrCat("the base's CSV compressed by zstd: ",
                                          options_.csv_zstd_bytes, " bytes"))}};
  };
  return measurement;
}

}  // namespace creditreg::bench
