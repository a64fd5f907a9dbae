#include "server/load/load_config.h"

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "creditreg/v1/intake_service.pb.h"
#include "server/config/server_config.h"

namespace creditreg {
namespace {

constexpr char kVersionText[] = "creditreg_load 0.1.0";
constexpr char kAbout[] =
    "Loads files into a registry that is empty yet, while no server runs.\n"
    "Prints a receipt for each file as a line of JSON. Ends with 0: loaded; 5: "
    "loaded, but rows were rejected or kept aside; 6: loaded, but a receipt "
    "could not be printed; 2: the command line is wrong; 1: nothing was loaded "
    "(run it again, it starts over, or says that the registry is there where "
    "only the last write's answer was lost).";

// One kind of file, in the order of loading.
struct Kind {
  const char* flag;
  v1::ImportFormat format;
  std::vector<std::string> paths;
};

void CheckFiles(const LoadConfig& config, std::vector<std::string>* mistakes) {
  if (config.files.empty()) {
    mistakes->push_back("--enterprise: no file at all, want some to load");
  }
  std::set<std::string> reports;
  for (const FileToLoad& file : config.files) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file.path, error)) {
      mistakes->push_back(
          absl::StrCat(file.path, ": want a file that can be read twice"));
    }
    const std::string stem = std::filesystem::path(file.path).stem();
    if (!config.report_dir.empty() && !reports.insert(stem).second) {
      mistakes->push_back(absl::StrCat("--report_dir: two files named \"", stem,
                                       "\", want other names"));
    }
  }
}

void CheckNumber(absl::string_view name, std::int64_t value, std::int64_t min,
                 std::int64_t max, std::vector<std::string>* mistakes) {
  if (value >= min && value <= max) return;
  mistakes->push_back(absl::StrCat("--", name, ": ", value,
                                   ", want a number from ", min, " to ", max));
}

}  // namespace

ServerConfig SharedSettings(const LoadConfig& config) {
  ServerConfig server;
  server.data_dir = config.data_dir;
  server.key_dir = config.key_dir;
  server.master_key_dir = config.master_key_dir;
  server.master_key_command = config.master_key_command;
  server.sealing = config.sealing;
  server.conf_dir = config.conf_dir;
  return server;
}

absl::StatusOr<ParsedLoadCommand> ParseLoadConfig(
    const std::vector<std::string>& arguments) {
  ParsedLoadCommand parsed;
  LoadConfig& config = parsed.config;
  CLI::App app(kAbout, "creditreg_load");
  app.set_version_flag("--version", kVersionText);
  Kind kinds[] = {
      {"--enterprise", v1::IMPORT_FORMAT_ENTERPRISE_CSV, {}},
      {"--licence", v1::IMPORT_FORMAT_LICENCE_CSV, {}},
      {"--penalty", v1::IMPORT_FORMAT_PENALTY_CSV, {}},
      {"--complaint", v1::IMPORT_FORMAT_COMPLAINT_CSV, {}},
  };
  app.add_option("--data_dir", config.data_dir,
                 "directory of the database: empty, or absent");
  app.add_option("--key_dir", config.key_dir,
                 "directory of the keys; keys are made where there are none");
  app.add_option("--master_key_dir", config.master_key_dir,
                 "directory of the master keys, as creditregd's");
  app.add_option("--master_key_command", config.master_key_command,
                 "program that prints a master key, as creditregd's");
  app.add_option("--sealing", config.sealing,
                 "aes256gcm or sm4, as creditregd's");
  app.add_option("--conf_dir", config.conf_dir,
                 "directory of the shipped tables, as creditregd's");
  app.add_option("--source", config.source_id,
                 "source the files come from, of conf/intake/sources");
  app.add_option("--principal", config.principal,
                 "whose imports these become, as an account or token names "
                 "them; GetImport answers nobody else");
  for (Kind& kind : kinds) {
    app.add_option(kind.flag, kind.paths,
                   "files of this kind; they are loaded in this order of kinds")
        ->expected(1, -1)
        ->take_all();
  }
  app.add_option("--report_dir", config.report_dir,
                 "directory that gets NAME.report.csv for every NAME.csv");
  app.add_option("--threads", config.threads,
                 "threads; 0 takes one more than the machine has cores");
  app.add_option("--max_index_mb", config.max_index_mb,
                 "MiB of memory to tell rows apart: about 200 bytes an "
                 "enterprise and 20 a record");
  app.add_option("--sort_buffer_mb", config.sort_buffer_mb,
                 "MiB of index rows sorted at a time");
  std::vector<std::string> reversed;
  if (arguments.size() > 1) {
    reversed.assign(arguments.rbegin(), arguments.rend() - 1);
  }
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    parsed.print_and_exit = app.help();
    return parsed;
  } catch (const CLI::CallForVersion&) {
    parsed.print_and_exit = absl::StrCat(kVersionText, "\n");
    return parsed;
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("command line: ", error.what()));
  }
  for (Kind& kind : kinds) {
    for (std::string& path : kind.paths) {
      config.files.push_back({std::move(path), kind.format});
    }
  }
  // The directories obey the server's rules.
  if (config.conf_dir.empty()) {
    config.conf_dir = FindConfDir(arguments.empty() ? "" : arguments.front());
  }
  std::vector<std::string> mistakes = CheckServerConfig(SharedSettings(config));
  CheckFiles(config, &mistakes);
  CheckNumber("threads", config.threads, 0, 256, &mistakes);
  CheckNumber("max_index_mb", config.max_index_mb, 16, 1 << 20, &mistakes);
  CheckNumber("sort_buffer_mb", config.sort_buffer_mb, 1, 4096, &mistakes);
  if (!mistakes.empty()) {
    return absl::InvalidArgumentError(absl::StrJoin(mistakes, "\n"));
  }
  return parsed;
}

}  // namespace creditreg
