// The rules of an enterprise beyond text: code, old numbers, former names and
// codes, capital, address, category, dates. They work on the stored form, in
// place, before CheckTexts() masks numbers.
//
// Thread safety: free function; a RuleContext belongs to one thread.

#ifndef CREDITREG_SERVER_WIRE_ENTERPRISE_RULES_H_
#define CREDITREG_SERVER_WIRE_ENTERPRISE_RULES_H_

#include "creditreg/storage/v1/content.pb.h"
#include "server/wire/text_rules.h"

namespace creditreg {

// Tax numbers and others that hold a resident ID go to `context.personal`; the
// category is derived where it is not given; a code column that holds an older
// number adds it to the old numbers.
void ApplyEnterpriseRules(storage::v1::Enterprise& enterprise,
                          const RuleContext& context);

}  // namespace creditreg

#endif  // CREDITREG_SERVER_WIRE_ENTERPRISE_RULES_H_
