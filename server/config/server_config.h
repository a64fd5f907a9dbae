// What the server is told at start: one struct, from flags and a flag file,
// checked as a whole before anything is opened.
//
//   creditregd --data_dir=/var/lib/creditreg/data --key_dir=/etc/creditreg/keys
//   creditregd --flagfile=/etc/creditreg/creditregd.conf --log_level=debug
//
// A flag file holds lines "name = value" ("#" starts a comment). A flag on the
// command line wins over the file. Unknown names are refused in both.
//
// CLI11 reads both (Abseil's flags would be process-wide globals, and would
// accept every flag of every linked library); its exceptions stay inside
// server_config.cc.
//
// Thread safety: plain values and free functions.

#ifndef CREDITREG_SERVER_CONFIG_SERVER_CONFIG_H_
#define CREDITREG_SERVER_CONFIG_SERVER_CONFIG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace creditreg {

// Defaults and ranges, each with its reason, are in the table in
// server_config.cc, which `--help` prints.
inline constexpr char kSealingAes[] = "aes256gcm";
inline constexpr char kSealingSm4[] = "sm4";

struct ServerConfig {
  // Where to listen: "host:port", port 0 takes a free one; "unix:path".
  std::string listen = "127.0.0.1:7420";
  std::string data_dir;
  std::string key_dir;
  // Where master keys come from; both empty: files in key_dir.
  std::string master_key_dir;
  std::string master_key_command;
  // kSealingAes or kSealingSm4.
  std::string sealing = "aes256gcm";
  // Never empty after ParseServerConfig().
  std::string conf_dir;
  // Written once the server listens: "host:port\n". Empty: none.
  std::string port_file;

  // TLS: PEM files. Empty: plain text, on loopback or a Unix socket only.
  std::string tls_certificate;
  std::string tls_key;
  std::string tls_client_ca;
  // Who is known (creditreg.conf.v1.Identities). Empty: nobody, so that all but
  // the public service is shut.
  std::string identities;
  // Authorities for addresses of keys; empty: the machine's.
  std::string jwks_ca;
  // Of the audit log; never empty after ParseServerConfig() unless no_audit.
  std::string audit_dir;
  // Gets a copy of each row as JSON; empty: none.
  std::string audit_sink;
  // 5 years; a credit registry's floor is 3 (政务数据共享条例).
  std::int64_t audit_keep_days = 1827;
  bool no_audit = false;
  bool plain_text_on_network = false;
  bool local_development_caller = false;

  std::int64_t block_cache_mb = 512;
  std::int64_t page_cache_mb = 256;
  std::int64_t max_queued_rows = 20000;
  std::int64_t max_concurrent_calls = 2000;
  std::int64_t max_streams_per_connection = 200;
  std::int64_t network_memory_mb = 512;
  std::int64_t call_memory_mb = 512;
  std::int64_t max_message_bytes = 4 << 20;
  std::int64_t max_concurrent_imports = 4;
  std::int64_t import_threads = 2;
  std::int64_t default_deadline_seconds = 60;
  std::int64_t max_deadline_seconds = 6 * 3600;
  std::int64_t import_idle_seconds = 60;
  std::int64_t drain_seconds = 20;

  // "debug", "info", "warning", "error".
  std::string log_level = "info";
  // One line per this many successful calls; 0: failed calls only.
  std::int64_t log_calls_every = 0;

  // Check the registry at rest, print a report, and end.
  bool verify = false;
  // With verify: also open every sealed row.
  bool verify_sealed = false;
  // Print the configuration in effect, and end.
  bool check_config = false;
};

// What a command line asks for.
struct ParsedCommandLine {
  ServerConfig config;
  // `--help` or `--version`: print this and end with success; otherwise empty.
  std::string print_and_exit;
};

// The most memory the server takes with these settings: their sum, and what
// imports, memtables and the program itself need. GetStats tells it beside what
// is taken (docs/operations.md).
std::int64_t MemoryBoundBytes(const ServerConfig& config);

// Reads and checks everything. `arguments` has the program's name first; the
// conf folder is looked for beside the binary and in the working directory
// where none is given.
//
// Errors:
//   InvalidArgument: one line per mistake, "--flag: what it is, want rule".
absl::StatusOr<ParsedCommandLine> ParseServerConfig(
    const std::vector<std::string>& arguments);

// The checks alone: one line per mistake, in the order of the fields.
std::vector<std::string> CheckServerConfig(const ServerConfig& config);

// The folder of shipped tables: beside the binary `program` (or one or two
// levels up, as in a build tree), else in the working directory.
std::string FindConfDir(const std::string& program);

// Every field as a line "name = value": a flag file with the same effect.
std::string PrintServerConfig(const ServerConfig& config);

}  // namespace creditreg

#endif  // CREDITREG_SERVER_CONFIG_SERVER_CONFIG_H_
