// The report file: every row with findings, as it came, and behind it what
// became of it. Repaired, it can be sent in again as it is.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_SERVER_INTAKE_REPORT_H_
#define CREDITREG_SERVER_INTAKE_REPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "creditreg/v1/registry_write_service.pb.h"
#include "index/model/finding.h"
#include "server/wire/field_tables.h"

namespace creditreg {

// 行号, 结果, 字段, 规则, 说明, 修改建议: behind the columns of the file.
inline constexpr absl::string_view kReportColumns[] = {
    "行号", "结果", "字段", "规则", "说明", "修改建议"};

// Whether a header (blanks aside) is one of them.
bool IsReportColumn(absl::string_view header);

// The header line of the report: UTF-8 with a byte order mark, so that
// spreadsheets show it rightly, CSV, CRLF.
std::string ReportHeader(const std::vector<std::string>& header);

struct ReportRow {
  // Cells of the file, UTF-8, as many as its header has; missing ones are
  // empty.
  const std::vector<std::string>& cells;
  std::size_t columns = 0;
  // Line of the file (行号).
  std::uint64_t line = 0;
  v1::Outcome outcome = v1::OUTCOME_UNSPECIFIED;
  const std::vector<Finding>& findings;
};

// One line of the report, CSV, CRLF. Fields of findings become column codes.
// Several findings are joined by "；" in the same order in 字段, 规则 and 说明;
// 修改建议 is then "code=value" for those that have one. Cells that a
// spreadsheet would take for a formula are given as they came: the report is
// the sender's own data.
std::string ReportLine(const ReportRow& row, const FieldTables& tables,
                       IntakeTarget target);

// 新增, 更新, 未变, 待关联, 隔离 or 拒绝.
absl::string_view OutcomeText(v1::Outcome outcome);

// A cell as CSV: quoted where it must be.
void AppendCsvCell(absl::string_view cell, std::string& line);

}  // namespace creditreg

#endif  // CREDITREG_SERVER_INTAKE_REPORT_H_
