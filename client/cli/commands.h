// The commands, one function each. Each does all of its work, prints its answer
// or its one line of error, and returns the exit code.

#ifndef CREDITREG_CLIENT_CLI_COMMANDS_H_
#define CREDITREG_CLIENT_CLI_COMMANDS_H_

#include "client/cli/command_line.h"
#include "client/cli/exit_code.h"
#include "client/cli/session.h"

namespace creditreg::cli {

// lookup_commands.cc
ExitCode Run(Session& session, const GetCommand& command);
ExitCode Run(Session& session, const BatchGetCommand& command);
// record_commands.cc
ExitCode Run(Session& session, const RecordsCommand& command);
ExitCode Run(Session& session, const RecordCommand& command);
ExitCode Run(Session& session, const QuarantineCommand& command);
ExitCode Run(Session& session, const PersonCommand& command);
ExitCode Run(Session& session, const KeysCommand& command);
// publication_commands.cc
ExitCode Run(Session& session, const TablesCommand& command);
ExitCode Run(Session& session, const UndecidedCommand& command);
ExitCode Run(Session& session, const QualityCommand& command);
ExitCode Run(Session& session, const AsOfCommand& command);
// case_commands.cc
ExitCode Run(Session& session, const CasesCommand& command);
ExitCode Run(Session& session, const CaseCommand& command);
ExitCode Run(Session& session, const WithdrawalsCommand& command);
// export_command.cc
ExitCode Run(Session& session, const ExportCommand& command);
// import_commands.cc
ExitCode Run(Session& session, const ImportCommand& command);
ExitCode Run(Session& session, const TemplateCommand& command);
ExitCode Run(Session& session, const ReceiptCommand& command);
// write_commands.cc
ExitCode Run(Session& session, const WriteCommand& command);
// admin_commands.cc
ExitCode Run(Session& session, const StatsCommand& command);
ExitCode Run(Session& session, const VerifyCommand& command);
ExitCode Run(Session& session, const HealthCommand& command);
// audit_commands.cc
ExitCode Run(Session& session, const AuditListCommand& command);
ExitCode Run(Session& session, const AuditReadsCommand& command);
ExitCode Run(Session& session, const AuditVerifyCommand& command);

}  // namespace creditreg::cli

#endif  // CREDITREG_CLIENT_CLI_COMMANDS_H_
