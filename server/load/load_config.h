// What creditreg_load is told: one struct from the command line, checked as a
// whole before anything is opened.
//
// Thread safety: plain values and free functions.

#ifndef CREDITREG_SERVER_LOAD_LOAD_CONFIG_H_
#define CREDITREG_SERVER_LOAD_LOAD_CONFIG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "creditreg/v1/intake_service.pb.h"
#include "server/config/server_config.h"

namespace creditreg {

struct FileToLoad {
  std::string path;
  v1::ImportFormat format = v1::IMPORT_FORMAT_UNSPECIFIED;
};

struct LoadConfig {
  std::string data_dir;
  std::string key_dir;
  // As creditregd's settings of these names.
  std::string master_key_dir;
  std::string master_key_command;
  std::string sealing = "aes256gcm";
  // Never empty after ParseLoadConfig().
  std::string conf_dir;
  // Empty: no source was named.
  std::string source_id;
  // Whose imports these become: GetImport answers it alone.
  std::string principal = "local";
  // Empty: no reports are written.
  std::string report_dir;
  // Enterprises first, then licences, penalties, complaints; each kind in the
  // order given.
  std::vector<FileToLoad> files;
  // 0: as many as the machine has cores, and one.
  std::int64_t threads = 0;
  std::int64_t max_index_mb = 4096;
  std::int64_t sort_buffer_mb = 64;
};

// The settings that creditregd has too, as its own.
ServerConfig SharedSettings(const LoadConfig& config);

struct ParsedLoadCommand {
  LoadConfig config;
  // `--help` or `--version`: print this and end with success; otherwise empty.
  std::string print_and_exit;
};

// `arguments` has the program's name first.
//
// Errors: InvalidArgument, one line per mistake, "--flag: what, want rule".
absl::StatusOr<ParsedLoadCommand> ParseLoadConfig(
    const std::vector<std::string>& arguments);

}  // namespace creditreg

#endif  // CREDITREG_SERVER_LOAD_LOAD_CONFIG_H_
