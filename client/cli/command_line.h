// What the user asked for, read from the command line.
//
// Thread safety: plain values.

#ifndef CREDITREG_CLIENT_CLI_COMMAND_LINE_H_
#define CREDITREG_CLIENT_CLI_COMMAND_LINE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "client/cli/exit_code.h"
#include "client/cli/texts.h"
#include "client/credentials.h"
#include "creditreg/v1/audit_service.pb.h"
#include "creditreg/v1/intake_service.pb.h"
#include "creditreg/v1/lookup.pb.h"
#include "creditreg/v1/publication_service.pb.h"
#include "creditreg/v1/record.pb.h"
#include "creditreg/v1/registry_read_service.pb.h"

namespace creditreg::cli {

enum class OutputForm { kTable, kJson };

struct GlobalOptions {
  std::string server;
  ClientCredentials credentials;
  OutputForm output = OutputForm::kTable;
  absl::Duration timeout;
  // Absent: each command's own.
  std::optional<int> retries;
  Lang lang = Lang::kZh;
  bool public_view = false;
  bool quiet = false;
};

struct GetCommand {
  v1::LookupItem item;
  std::optional<v1::Position> at;
  // Empty: no personal data.
  std::string personal_purpose;
};

struct BatchGetCommand {
  // "-": standard input.
  std::string file;
  // Print `brief` of each enterprise as JSON. A table has no room for more.
  bool brief = false;
};

// How much of a list.
struct ListExtent {
  int page_size = 50;
  // Absent: everything.
  std::optional<std::int64_t> limit = 50;
};

struct RecordsCommand {
  v1::LookupItem item;
  std::vector<v1::Family> families;
  ListExtent extent;
  std::optional<v1::Position> at;
};

struct RecordCommand {
  std::string record_id;
  bool versions = false;
  std::optional<v1::Position> at;
  std::string personal_purpose;
};

struct ImportCommand {
  std::string file;
  // Request id empty: made from the file.
  v1::ImportRequest::Start start;
  // Empty: none.
  std::string report;
};

struct TemplateCommand {
  v1::GetTemplateRequest request;
  // Empty: standard output.
  std::string out;
};

struct ReceiptCommand {
  std::string request_id;
};

struct StatsCommand {};

struct VerifyCommand {
  bool open_sealed = false;
};

struct ExportCommand {
  v1::LookupItem item;
  // "-": standard output.
  std::string out;
};

struct QuarantineCommand {
  std::string source_id;
  ListExtent extent;
  std::string personal_purpose;
};

enum class WriteKind {
  kPut,
  kSubmit,
  kCorrect,
  kWithdraw,
  kErase,
  kWithhold,
  kClassify,
  kActivate,
  kOpenCase,
  kAdvanceCase,
  kImportCaseSteps,
};

struct WriteCommand {
  WriteKind kind;
  // "-": standard input.
  std::string file;
  // Empty: the file's, else a random one.
  std::string request_id;
  bool validate_only = false;
};

struct HealthCommand {
  std::string service;
};

struct PersonCommand {
  v1::PersonalNumberKind kind = v1::PERSONAL_NUMBER_KIND_UNSPECIFIED;
  // File with the number, so that it stands in no list of processes; "-":
  // standard input.
  std::string file;
  std::string personal_purpose;
  ListExtent extent;
};

struct KeysCommand {
  bool rotate = false;
};

struct TablesCommand {};

struct UndecidedCommand {
  ListExtent extent;
};

struct CasesCommand {
  // Empty: of all records, those with a clock.
  std::string record_id;
  std::string due_by;
  ListExtent extent;
};

struct CaseCommand {
  std::string case_id;
};

// What receivers are told, or with `receivers` who they are.
struct WithdrawalsCommand {
  bool receivers = false;
};

struct QualityCommand {
  v1::GetSourceQualityRequest request;
};

struct AsOfCommand {
  v1::GetPublicPageAsOfRequest request;
};

struct AuditListCommand {
  v1::ListAuditRowsRequest request;
  ListExtent extent;
};

struct AuditReadsCommand {
  v1::LookupItem item;
  ListExtent extent;
};

// Of files alone; no registry is asked.
struct AuditVerifyCommand {
  std::string directory;
  // Empty: none.
  std::string sink;
};

using Command =
    std::variant<GetCommand, BatchGetCommand, RecordsCommand, RecordCommand,
                 ImportCommand, TemplateCommand, ReceiptCommand, StatsCommand,
                 VerifyCommand, ExportCommand, QuarantineCommand, WriteCommand,
                 HealthCommand, AuditListCommand, AuditReadsCommand,
                 AuditVerifyCommand, PersonCommand, KeysCommand, TablesCommand,
                 UndecidedCommand, CasesCommand, CaseCommand,
                 WithdrawalsCommand, QualityCommand, AsOfCommand>;

struct CommandLine {
  GlobalOptions global;
  Command command;
};

// Nothing to run: `text` goes to standard output (help) or, where the exit code
// is not 0, is one line for standard error.
struct NothingToRun {
  ExitCode code = ExitCode::kOk;
  std::string text;
};

// Reads the arguments and the environment (CREDITCTL_SERVER).
std::variant<CommandLine, NothingToRun> ParseCommandLine(
    int argc, const char* const* argv);

}  // namespace creditreg::cli

#endif  // CREDITREG_CLIENT_CLI_COMMAND_LINE_H_
