// creditreg_load: fills an empty registry from files, while no server runs.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "creditreg/v1/intake_service.pb.h"
#include "google/protobuf/stubs/logging.h"
#include "google/protobuf/util/json_util.h"
#include "index/base/civil_day.h"
#include "index/base/clock.h"
#include "index/registry/first_load.h"
#include "nlohmann/json.hpp"
#include "server/config/key_options.h"
#include "server/config/publication_tables.h"
#include "server/load/file_load.h"
#include "server/load/load_config.h"
#include "server/wire/field_tables.h"

namespace creditreg {
namespace {

// Scripts rely on the numbers: they are listed in `--help` and
// docs/operations.md and never change. 5 is creditctl's for the same.
constexpr int kLoaded = 0;
constexpr int kNotLoaded = 1;
constexpr int kUsage = 2;
constexpr int kRowsRejected = 5;
constexpr int kReceiptsLost = 6;

int Fail(int code, const absl::Status& status) {
  for (const absl::string_view line : absl::StrSplit(status.message(), '\n')) {
    std::fprintf(stderr, "creditreg_load: %s\n", std::string(line).c_str());
  }
  return code;
}

absl::Status PrintReceipt(const LoadedFileReceipt& loaded) {
  std::string receipt;
  if (!google::protobuf::util::MessageToJsonString(loaded.receipt, &receipt)
           .ok()) {
    return absl::InternalError("receipt: cannot be printed");
  }
  nlohmann::ordered_json line;
  line["file"] = loaded.path;
  line["report"] = loaded.report_path;
  line["receipt"] = nlohmann::ordered_json::parse(receipt);
  std::printf("%s\n", line.dump().c_str());
  return absl::OkStatus();
}

FirstLoadOptions OptionsOf(const LoadConfig& config,
                           std::vector<TableText> publication) {
  FirstLoadOptions options;
  options.registry.store.directory = config.data_dir;
  SetKeyOptions(SharedSettings(config), &options.registry);
  options.registry.tables = std::move(publication);
  options.max_index_bytes = static_cast<std::size_t>(config.max_index_mb) << 20;
  options.sort_buffer_bytes = static_cast<std::size_t>(config.sort_buffer_mb)
                              << 20;
  return options;
}

int Main(const std::vector<std::string>& arguments) {
  const absl::StatusOr<ParsedLoadCommand> parsed = ParseLoadConfig(arguments);
  if (!parsed.ok()) return Fail(kUsage, parsed.status());
  if (!parsed->print_and_exit.empty()) {
    std::printf("%s", parsed->print_and_exit.c_str());
    return kLoaded;
  }
  const LoadConfig& config = parsed->config;
  const auto tables = FieldTables::Load(config.conf_dir + "/intake");
  if (!tables.ok()) return Fail(kNotLoaded, tables.status());
  if (!config.source_id.empty() && !(*tables)->HasSource(config.source_id)) {
    return Fail(kUsage, absl::InvalidArgumentError(
                            "--source: not a source, want one of "
                            "conf/intake/sources"));
  }
  auto publication = ReadPublicationTables(config.conf_dir);
  if (!publication.ok()) return Fail(kNotLoaded, publication.status());
  const auto load =
      FirstLoad::Begin(OptionsOf(config, *std::move(publication)));
  if (!load.ok()) return Fail(kNotLoaded, load.status());
  FileLoadOptions options;
  options.tables = tables->get();
  options.files = config.files;
  options.source_id = config.source_id;
  options.principal = config.principal;
  options.report_dir = config.report_dir;
  options.received = ChinaDay(RealClock()->Now());
  options.threads = config.threads > 0
                        ? static_cast<std::size_t>(config.threads)
                        : std::thread::hardware_concurrency() + 1;
  options.progress = [](absl::string_view what) {
    std::fprintf(stderr, "%s\n", std::string(what).c_str());
  };
  const absl::StatusOr<std::vector<LoadedFileReceipt>> receipts =
      LoadFiles(**load, options);
  if (!receipts.ok()) return Fail(kNotLoaded, receipts.status());
  bool all_kept = true;
  for (const LoadedFileReceipt& loaded : *receipts) {
    const v1::ImportCounts& counts = loaded.receipt.counts();
    all_kept &= counts.rejected() + counts.quarantined() == 0;
    const absl::Status printed = PrintReceipt(loaded);
    if (!printed.ok()) return Fail(kReceiptsLost, printed);
  }
  return all_kept ? kLoaded : kRowsRejected;
}

}  // namespace
}  // namespace creditreg

int main(int argc, char** argv) {
  // Every error is told once, by us; protobuf's lines would hold texts of rows.
  google::protobuf::SetLogHandler(nullptr);
  return creditreg::Main(std::vector<std::string>(argv, argv + argc));
}
