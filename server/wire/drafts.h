// From what a caller sends to what the registry stores: every rule that needs
// no look at the register is applied here, once, for messages and for rows of
// files alike. docs/formats.md lists the rules.
//
// Tolerant on purpose: a row that breaks a rule but can be read is stored with
// quality flags. Refused is only what cannot be read (a date, a text that is
// too long, a choice outside a closed list) or says of nobody (the party's
// name). A missing part of the natural key is a warning here: the registry
// keeps such a row aside.
//
// Thread safety: free functions; the tables may be shared.

#ifndef CREDITREG_SERVER_WIRE_DRAFTS_H_
#define CREDITREG_SERVER_WIRE_DRAFTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "creditreg/v1/enterprise.pb.h"
#include "creditreg/v1/record.pb.h"
#include "creditreg/v1/registry_write_service.pb.h"
#include "index/base/civil_day.h"
#include "index/model/draft.h"
#include "index/model/finding.h"
#include "server/wire/field_tables.h"

namespace creditreg {

// Either a draft, with its notes and warnings in `draft->findings` and
// `findings` empty; or no draft and all findings, at least one of them an
// error.
struct EnterpriseCheck {
  std::optional<EnterpriseDraft> draft;
  std::vector<Finding> findings;
};
struct RecordCheck {
  std::optional<RecordDraft> draft;
  std::vector<Finding> findings;
};

// Findings name fields from "enterprise." or "personal." on. OUTPUT ONLY fields
// are ignored. `personal` null: the caller gave none; the draft then has some
// only where a rule moved something there. `keep_history` of the draft is
// false. A `source_id` that the tables do not know has no aliases. `received`:
// the day it came, in China; Unknown: dates in the future are not looked for.
EnterpriseCheck CheckEnterprise(const v1::Enterprise& enterprise,
                                const v1::PersonalFields* personal,
                                const FieldTables& tables,
                                absl::string_view source_id, CivilDay received);

// Findings name fields from "record." or "personal." on.
RecordCheck CheckRecord(const v1::RecordInput& input, const FieldTables& tables,
                        absl::string_view source_id, CivilDay received);

// The table that judges records of a family; TARGET_UNSPECIFIED where there is
// none.
IntakeTarget TargetOfFamily(v1::Family family);

}  // namespace creditreg

#endif  // CREDITREG_SERVER_WIRE_DRAFTS_H_
