// The templates that senders fill in: the header line of a format.
//
// Thread safety: free function without state.

#ifndef CREDITREG_SERVER_INTAKE_TEMPLATE_H_
#define CREDITREG_SERVER_INTAKE_TEMPLATE_H_

#include <string>

#include "creditreg/v1/intake_service.pb.h"
#include "server/wire/field_tables.h"

namespace creditreg {

// The header line: UTF-8 with a byte order mark, CSV, CRLF. Chinese names for
// HEADER_NAMES, otherwise field codes. Its file name is
// tables.format(target).template_name().
std::string TemplateContent(const FieldTables& tables, IntakeTarget target,
                            v1::GetTemplateRequest::Header header);

}  // namespace creditreg

#endif  // CREDITREG_SERVER_INTAKE_TEMPLATE_H_
