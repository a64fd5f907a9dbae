#include "server/config/server_config.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "index/base/loopback.h"

namespace creditreg {
namespace {

constexpr char kVersionText[] = "creditregd 0.1.0";

using Text = std::string ServerConfig::*;
using Number = std::int64_t ServerConfig::*;
using Switch = bool ServerConfig::*;

struct Flag {
  const char* name;
  std::variant<Text, Number, Switch> member;
  // For numbers.
  std::int64_t min;
  std::int64_t max;
  // What it sets, and the reason of its limit.
  const char* help;
};

// The one list of settings: parsing, checks, printing and --help follow it.
const Flag kFlags[] = {
    {"listen", &ServerConfig::listen, 0, 0,
     "host:port to serve on, where port 0 takes a free port, or unix:path. "
     "Plain text only on loopback or a Unix socket"},
    {"tls_certificate", &ServerConfig::tls_certificate, 0, 0,
     "PEM file of the server's certificate chain; with it TLS 1.3 is spoken, "
     "and nothing else. Read again when it changes"},
    {"tls_key", &ServerConfig::tls_key, 0, 0,
     "PEM file of the certificate's private key"},
    {"tls_client_ca", &ServerConfig::tls_client_ca, 0, 0,
     "PEM file of the authorities for certificates of agencies and services; "
     "empty asks for none"},
    {"identities", &ServerConfig::identities, 0, 0,
     "file of accounts, token issuers and supervising units (protobuf text, "
     "docs/access.md); empty: nobody is known, only the public service "
     "answers. "
     "Read again when it changes"},
    {"jwks_ca", &ServerConfig::jwks_ca, 0, 0,
     "PEM file of the authorities for https addresses of token keys; empty: "
     "the machine's"},
    {"audit_dir", &ServerConfig::audit_dir, 0, 0,
     "directory of the audit log; empty: the data directory's name and "
     "'.audit'"},
    {"audit_sink", &ServerConfig::audit_sink, 0, 0,
     "file that gets a copy of every audit row as a line of JSON, for a "
     "collector that ships it elsewhere; empty: none"},
    {"audit_keep_days", &ServerConfig::audit_keep_days, 1096, 36525,
     "days that audit rows are kept; usage records of shared data are kept 3 "
     "years by law, queries of credit data 5 by practice"},
    {"no_audit", &ServerConfig::no_audit, 0, 0,
     "write no audit rows; only with --local_development_caller"},
    {"plain_text_on_network", &ServerConfig::plain_text_on_network, 0, 0,
     "speak plain text on other addresses than loopback: tokens and personal "
     "data can be read on the way"},
    {"local_development_caller", &ServerConfig::local_development_caller, 0, 0,
     "callers without credentials may read and write everything; for "
     "development, on loopback or a Unix socket without TLS only"},
    {"data_dir", &ServerConfig::data_dir, 0, 0,
     "directory of the database; created if absent"},
    {"key_dir", &ServerConfig::key_dir, 0, 0,
     "directory of the keys; outside data_dir, so that a copy of the data "
     "never holds its keys"},
    {"master_key_dir", &ServerConfig::master_key_dir, 0, 0,
     "directory of the master keys (master.1, master.2, ...), outside "
     "data_dir; "
     "empty: key_dir"},
    {"master_key_command", &ServerConfig::master_key_command, 0, 0,
     "program, and words for it, that prints master key N as 64 hexadecimal "
     "digits when called with N as its last word: a key management system; "
     "empty: files"},
    {"sealing", &ServerConfig::sealing, 0, 0,
     "how personal data and keys are sealed from now on: aes256gcm, or sm4 "
     "(SM4-CTR with HMAC-SM3); what lies sealed otherwise is read on"},
    {"conf_dir", &ServerConfig::conf_dir, 0, 0,
     "directory of the shipped tables; empty looks for 'conf' beside the "
     "binary and in the working directory"},
    {"port_file", &ServerConfig::port_file, 0, 0,
     "file that gets 'host:port' once the server listens; for scripts"},
    {"block_cache_mb", &ServerConfig::block_cache_mb, 8, 1 << 20,
     "MiB of cached blocks: about half of what the machine can spare; below 8 "
     "every read goes to the disk"},
    {"page_cache_mb", &ServerConfig::page_cache_mb, 0, 1 << 20,
     "MiB of public pages kept ready to send: a few KiB a page; 0 keeps none"},
    {"max_queued_rows", &ServerConfig::max_queued_rows, 1000, 1000000,
     "rows waiting for the writer before OVERLOADED: two seconds of work at "
     "10,000 rows/s, so that a queued call still meets its deadline"},
    {"max_concurrent_calls", &ServerConfig::max_concurrent_calls, 1, 100000,
     "calls under way before OVERLOADED: what they hold in all is "
     "call_memory_mb"},
    {"max_streams_per_connection", &ServerConfig::max_streams_per_connection, 1,
     10000,
     "calls under way on one connection, so that one client cannot take "
     "every place"},
    {"call_memory_mb", &ServerConfig::call_memory_mb, 64, 1 << 20,
     "MiB of writes that wait for the writer and of answers that wait for "
     "their callers before OVERLOADED: neither may fill the memory"},
    {"network_memory_mb", &ServerConfig::network_memory_mb, 64, 1 << 20,
     "MiB for what is on its way in or out on all connections; past it the "
     "server reads no more until some has gone, so that slow clients cannot "
     "fill the memory"},
    {"max_message_bytes", &ServerConfig::max_message_bytes, 2 << 20, 64 << 20,
     "largest request; 1 MiB of import chunk and its frame must fit"},
    {"max_concurrent_imports", &ServerConfig::max_concurrent_imports, 1, 64,
     "imports under way before OVERLOADED: each holds up to four batches of "
     "500 rows and shares one writer"},
    {"import_threads", &ServerConfig::import_threads, 1, 64,
     "threads that parse files; the writer is faster than two of them"},
    {"default_deadline_seconds", &ServerConfig::default_deadline_seconds, 1,
     3600,
     "time for a stream of look-ups that names no deadline, so that a silent "
     "client holds no state for ever"},
    {"max_deadline_seconds", &ServerConfig::max_deadline_seconds, 1, 86400,
     "longest time for any stream, whatever its caller asks, and time for "
     "imports and verification that name none: a state held open keeps "
     "deleted rows on disk"},
    {"import_idle_seconds", &ServerConfig::import_idle_seconds, 1, 86400,
     "longest time for which the caller of an import neither sends nor takes "
     "anything, so that a silent one holds no place; the same file again goes "
     "on"},
    {"drain_seconds", &ServerConfig::drain_seconds, 0, 3600,
     "time that calls under way get to end after SIGTERM; below what the "
     "process manager waits before it kills"},
    {"log_level", &ServerConfig::log_level, 0, 0,
     "debug, info, warning or error"},
    {"log_calls_every", &ServerConfig::log_calls_every, 0, 1000000,
     "log one of so many successful calls; 0 logs failed calls only"},
    {"verify", &ServerConfig::verify, 0, 0,
     "check the registry at rest, print a report as JSON, end with 0 if it is "
     "whole and 1 if not"},
    {"verify_sealed", &ServerConfig::verify_sealed, 0, 0,
     "with --verify: also open every sealed row (slow)"},
    {"check_config", &ServerConfig::check_config, 0, 0,
     "print the configuration in effect and end"},
};

std::string RangeText(const Flag& flag) {
  return absl::StrCat("a number from ", flag.min, " to ", flag.max);
}

// Puts `text` into the field; appends to `mistakes` where it does not fit.
void SetField(const Flag& flag, const std::string& text, ServerConfig* config,
              std::vector<std::string>* mistakes) {
  if (const Text* member = std::get_if<Text>(&flag.member)) {
    config->*(*member) = text;
    return;
  }
  if (const Switch* member = std::get_if<Switch>(&flag.member)) {
    bool value = false;
    if (!absl::SimpleAtob(text, &value)) {
      mistakes->push_back(absl::StrCat("--", flag.name, ": \"", text,
                                       "\", want true or false"));
    }
    config->*(*member) = value;
    return;
  }
  std::int64_t value = 0;
  if (!absl::SimpleAtoi(text, &value)) {
    mistakes->push_back(absl::StrCat("--", flag.name, ": \"", text, "\", want ",
                                     RangeText(flag)));
    return;
  }
  config->*std::get<Number>(flag.member) = value;
}

std::string FieldText(const Flag& flag, const ServerConfig& config) {
  if (const Text* member = std::get_if<Text>(&flag.member)) {
    return absl::StrCat("\"", config.*(*member), "\"");
  }
  if (const Switch* member = std::get_if<Switch>(&flag.member)) {
    return config.*(*member) ? "true" : "false";
  }
  return absl::StrCat(config.*std::get<Number>(flag.member));
}

std::string HelpText(const Flag& flag) {
  if (std::holds_alternative<Number>(flag.member)) {
    return absl::StrCat(flag.help, " (", RangeText(flag), "; default ",
                        FieldText(flag, ServerConfig{}), ")");
  }
  return flag.help;
}

// Whether `inner` is `outer` or below it. Compares real paths as far as they
// exist, so that links do not hide it.
bool IsWithin(const std::string& inner, const std::string& outer) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path child =
      fs::weakly_canonical(fs::absolute(inner, error), error);
  const fs::path parent =
      fs::weakly_canonical(fs::absolute(outer, error), error);
  if (error) return false;
  const fs::path below = child.lexically_relative(parent);
  return !below.empty() && *below.begin() != "..";
}

// Reads flags and file as texts; CLI11's exceptions end here.
absl::Status ReadFlags(const std::vector<std::string>& arguments,
                       ParsedCommandLine* parsed,
                       std::vector<std::string>* mistakes) {
  CLI::App app("The credit registry's server.", "creditregd");
  app.set_config("--flagfile", "", "file of lines 'name = value'", false);
  app.allow_config_extras(CLI::config_extras_mode::error);
  app.set_version_flag("--version", kVersionText);
  constexpr std::size_t kCount = sizeof(kFlags) / sizeof(kFlags[0]);
  std::string texts[kCount];
  CLI::Option* options[kCount];
  for (std::size_t i = 0; i < kCount; ++i) {
    options[i] = app.add_option(absl::StrCat("--", kFlags[i].name), texts[i],
                                HelpText(kFlags[i]));
    options[i]->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    // "--verify" alone means true; "--data_dir=" alone is told as empty.
    options[i]->expected(0, 1);
  }
  // CLI11 takes the arguments from the back.
  std::vector<std::string> reversed;
  if (arguments.size() > 1) {
    reversed.assign(arguments.rbegin(), arguments.rend() - 1);
  }
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    parsed->print_and_exit = app.help();
    return absl::OkStatus();
  } catch (const CLI::CallForVersion&) {
    parsed->print_and_exit = absl::StrCat(kVersionText, "\n");
    return absl::OkStatus();
  } catch (const CLI::ConfigError& error) {
    // CLI11 says only what it met, as "INI was not able to parse ...".
    const auto& files = app.get_config_ptr()->results();
    return absl::InvalidArgumentError(
        absl::StrCat("--flagfile: ", files.empty() ? "" : files.back(),
                     ": want names of --help: ", error.what()));
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("command line: ", error.what()));
  }
  for (std::size_t i = 0; i < kCount; ++i) {
    if (options[i]->count() == 0) continue;
    if (std::holds_alternative<Switch>(kFlags[i].member) && texts[i].empty()) {
      texts[i] = "true";
    }
    SetField(kFlags[i], texts[i], &parsed->config, mistakes);
  }
  return absl::OkStatus();
}

bool IsUnixSocket(const std::string& listen) {
  return absl::StartsWith(listen, "unix:");
}

// Whether nobody on another machine can connect.
bool IsLocal(const std::string& listen) {
  if (IsUnixSocket(listen)) return true;
  return IsLoopbackHost(listen.substr(0, listen.rfind(':')));
}

void CheckTransport(const ServerConfig& config,
                    std::vector<std::string>* mistakes) {
  const bool has_tls = !config.tls_certificate.empty();
  if (has_tls != !config.tls_key.empty()) {
    mistakes->push_back("--tls_key: want it and --tls_certificate, or neither");
  }
  if (!has_tls && !config.tls_client_ca.empty()) {
    mistakes->push_back(
        "--tls_client_ca: without --tls_certificate, want both");
  }
  const bool is_local = IsLocal(config.listen);
  if (!has_tls && !is_local && !config.plain_text_on_network) {
    mistakes->push_back(
        "--listen: not on this machine alone, want --tls_certificate and "
        "--tls_key (or, in so many words, --plain_text_on_network)");
  }
  if (config.no_audit && !config.local_development_caller) {
    mistakes->push_back(
        "--no_audit: without --local_development_caller, want neither");
  }
  if (config.local_development_caller && (has_tls || !is_local)) {
    mistakes->push_back(
        "--local_development_caller: with TLS or on the network, want plain "
        "text on loopback or a Unix socket");
  }
}

void CheckListen(const std::string& listen,
                 std::vector<std::string>* mistakes) {
  if (IsUnixSocket(listen)) {
    if (listen.size() == 5) {
      mistakes->push_back("--listen: \"unix:\", want unix:path");
    }
    return;
  }
  const std::size_t colon = listen.rfind(':');
  int port = -1;
  if (colon == std::string::npos || colon == 0 ||
      !absl::SimpleAtoi(listen.substr(colon + 1), &port) || port < 0 ||
      port > 65535) {
    mistakes->push_back(absl::StrCat("--listen: \"", listen,
                                     "\", want host:port with port 0 to "
                                     "65535"));
  }
}

void CheckKeys(const ServerConfig& config, std::vector<std::string>* mistakes) {
  if (config.key_dir.empty()) {
    mistakes->push_back("--key_dir: empty, want a directory");
  }
  for (const auto& [name, directory] :
       {std::pair("key_dir", config.key_dir),
        std::pair("master_key_dir", config.master_key_dir)}) {
    if (config.data_dir.empty() || directory.empty() ||
        !IsWithin(directory, config.data_dir)) {
      continue;
    }
    mistakes->push_back(absl::StrCat(
        "--", name, ": inside data_dir, want a directory outside"));
  }
  if (!config.master_key_dir.empty() && !config.master_key_command.empty()) {
    mistakes->push_back(
        "--master_key_command: with --master_key_dir, want one of them");
  }
  if (config.sealing != kSealingAes && config.sealing != kSealingSm4) {
    mistakes->push_back(absl::StrCat("--sealing: \"", config.sealing,
                                     "\", want ", kSealingAes, " or ",
                                     kSealingSm4));
  }
}

}  // namespace

std::int64_t MemoryBoundBytes(const ServerConfig& config) {
  // Four memtables of 64 MiB (index/store/store.h), marks of the page cache.
  constexpr std::int64_t kStoreMib = 4 * 64 + 32;
  // The audit log's index: cache, four memtables of 4 MiB
  // (server/audit/audit_index.cc), what it reads at once.
  constexpr std::int64_t kAuditMib = 8 + 4 * 4 + 8;
  // An import holds a chunk of 1 MiB and its rows, and as much in each of four
  // batches on their way; rows take up to ten times their text.
  constexpr std::int64_t kImportMib = 64;
  // Code, threads, RocksDB's tables and indexes outside the cache.
  constexpr std::int64_t kProgramMib = 192;
  return (config.block_cache_mb + config.page_cache_mb + config.call_memory_mb +
          config.network_memory_mb + kStoreMib + kAuditMib +
          config.max_concurrent_imports * kImportMib + kProgramMib)
         << 20;
}

std::string FindConfDir(const std::string& program) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::path binary = fs::read_symlink("/proc/self/exe", error);
  if (error) binary = fs::absolute(program, error);
  fs::path folder = binary.parent_path();
  for (int level = 0; level < 3; ++level) {
    if (fs::is_directory(folder / "conf", error)) return folder / "conf";
    folder = folder.parent_path();
  }
  return "conf";
}

std::vector<std::string> CheckServerConfig(const ServerConfig& config) {
  std::vector<std::string> mistakes;
  CheckListen(config.listen, &mistakes);
  CheckTransport(config, &mistakes);
  if (config.data_dir.empty()) {
    mistakes.push_back("--data_dir: empty, want a directory");
  }
  CheckKeys(config, &mistakes);
  if (!config.audit_dir.empty() && !config.data_dir.empty() &&
      IsWithin(config.audit_dir, config.data_dir)) {
    mistakes.push_back(
        "--audit_dir: inside data_dir, want a directory outside");
  }
  std::error_code error;
  if (!std::filesystem::is_directory(config.conf_dir, error)) {
    mistakes.push_back(absl::StrCat("--conf_dir: \"", config.conf_dir,
                                    "\", want a directory that exists"));
  }
  for (const Flag& flag : kFlags) {
    const Number* member = std::get_if<Number>(&flag.member);
    if (member == nullptr) continue;
    const std::int64_t value = config.*(*member);
    if (value < flag.min || value > flag.max) {
      mistakes.push_back(absl::StrCat("--", flag.name, ": ", value, ", want ",
                                      RangeText(flag)));
    }
  }
  if (config.max_deadline_seconds < config.default_deadline_seconds) {
    mistakes.push_back(
        absl::StrCat("--max_deadline_seconds: ", config.max_deadline_seconds,
                     ", want at least default_deadline_seconds (",
                     config.default_deadline_seconds, ")"));
  }
  if (config.log_level != "debug" && config.log_level != "info" &&
      config.log_level != "warning" && config.log_level != "error") {
    mistakes.push_back(absl::StrCat("--log_level: \"", config.log_level,
                                    "\", want debug, info, warning or error"));
  }
  if (config.verify_sealed && !config.verify) {
    mistakes.push_back("--verify_sealed: without --verify, want both");
  }
  return mistakes;
}

absl::StatusOr<ParsedCommandLine> ParseServerConfig(
    const std::vector<std::string>& arguments) {
  ParsedCommandLine parsed;
  std::vector<std::string> mistakes;
  const absl::Status read = ReadFlags(arguments, &parsed, &mistakes);
  if (!read.ok()) return read;
  if (!parsed.print_and_exit.empty()) return parsed;
  if (parsed.config.conf_dir.empty()) {
    parsed.config.conf_dir =
        FindConfDir(arguments.empty() ? "" : arguments.front());
  }
  if (parsed.config.audit_dir.empty() && !parsed.config.no_audit &&
      !parsed.config.data_dir.empty()) {
    // As a sibling, whether or not the name ends with a slash.
    std::filesystem::path data(parsed.config.data_dir);
    if (!data.has_filename()) data = data.parent_path();
    parsed.config.audit_dir = data.string() + ".audit";
  }
  for (std::string& mistake : CheckServerConfig(parsed.config)) {
    mistakes.push_back(std::move(mistake));
  }
  if (!mistakes.empty()) {
    return absl::InvalidArgumentError(absl::StrJoin(mistakes, "\n"));
  }
  return parsed;
}

std::string PrintServerConfig(const ServerConfig& config) {
  std::string text;
  for (const Flag& flag : kFlags) {
    absl::StrAppend(&text, flag.name, " = ", FieldText(flag, config), "\n");
  }
  return text;
}

}  // namespace creditreg
