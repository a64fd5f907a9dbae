// Records as lines of a table, whatever their family.

#ifndef CREDITREG_CLIENT_CLI_RECORD_TABLE_H_
#define CREDITREG_CLIENT_CLI_RECORD_TABLE_H_

#include "client/cli/session.h"
#include "client/cli/table.h"
#include "creditreg/v1/record.pb.h"

namespace creditreg::cli {

RowTable RecordTable(const Session& session);
Cells RecordCells(const Session& session, const v1::Record& record);

}  // namespace creditreg::cli

#endif  // CREDITREG_CLIENT_CLI_RECORD_TABLE_H_
