#include "server/intake/template.h"

#include "server/intake/report.h"

namespace creditreg {

std::string TemplateContent(const FieldTables& tables, IntakeTarget target,
                            v1::GetTemplateRequest::Header header) {
  std::string content = "\xEF\xBB\xBF";
  bool first = true;
  for (const auto& column : tables.columns(target)) {
    if (!first) content.push_back(',');
    first = false;
    AppendCsvCell(header == v1::GetTemplateRequest::HEADER_NAMES
                      ? column->spec.label()
                      : column->spec.code(),
                  content);
  }
  content.append("\r\n");
  return content;
}

}  // namespace creditreg
