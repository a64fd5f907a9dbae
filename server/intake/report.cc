#include "server/intake/report.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "index/model/name.h"

namespace creditreg {
namespace {

constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";
constexpr char kLineEnd[] = "\r\n";
constexpr char kJoint[] = "；";

void AppendCells(const std::vector<std::string>& cells, std::size_t columns,
                 std::string& line) {
  for (std::size_t i = 0; i < columns; ++i) {
    if (i > 0) line.push_back(',');
    if (i < cells.size()) AppendCsvCell(cells[i], line);
  }
}

void Join(absl::string_view part, std::string& whole) {
  if (!whole.empty()) whole.append(kJoint);
  absl::StrAppend(&whole, part);
}

}  // namespace

bool IsReportColumn(absl::string_view header) {
  return absl::c_linear_search(kReportColumns, NormaliseName(header));
}

std::string ReportHeader(const std::vector<std::string>& header) {
  std::string line = kByteOrderMark;
  AppendCells(header, header.size(), line);
  for (const absl::string_view column : kReportColumns) {
    absl::StrAppend(&line, ",", column);
  }
  line.append(kLineEnd);
  return line;
}

std::string ReportLine(const ReportRow& row, const FieldTables& tables,
                       IntakeTarget target) {
  std::string fields, rules, messages, suggestions;
  for (const Finding& finding : row.findings) {
    const std::string code = tables.CodeOfPath(target, finding.field);
    Join(code, fields);
    Join(finding.rule, rules);
    Join(finding.message, messages);
    if (finding.suggestion.empty()) continue;
    Join(row.findings.size() == 1 ? finding.suggestion
                                  : absl::StrCat(code, "=", finding.suggestion),
         suggestions);
  }
  std::string line;
  AppendCells(row.cells, row.columns, line);
  absl::StrAppend(&line, ",", row.line, ",", OutcomeText(row.outcome));
  for (const std::string& cell : {fields, rules, messages, suggestions}) {
    line.push_back(',');
    AppendCsvCell(cell, line);
  }
  line.append(kLineEnd);
  return line;
}

absl::string_view OutcomeText(v1::Outcome outcome) {
  switch (outcome) {
    case v1::OUTCOME_CREATED:
      return "新增";
    case v1::OUTCOME_UPDATED:
      return "更新";
    case v1::OUTCOME_UNCHANGED:
      return "未变";
    case v1::OUTCOME_PENDING:
      return "待关联";
    case v1::OUTCOME_QUARANTINED:
      return "隔离";
    case v1::OUTCOME_REJECTED:
      return "拒绝";
    default:
      return "";
  }
}

void AppendCsvCell(absl::string_view cell, std::string& line) {
  const bool blank_end =
      !cell.empty() && (cell.front() == ' ' || cell.back() == ' ' ||
                        cell.front() == '\t' || cell.back() == '\t');
  if (!blank_end && cell.find_first_of(",\"\r\n") == absl::string_view::npos) {
    absl::StrAppend(&line, cell);
    return;
  }
  line.push_back('"');
  for (const char c : cell) {
    if (c == '"') line.push_back('"');
    line.push_back(c);
  }
  line.push_back('"');
}

}  // namespace creditreg
