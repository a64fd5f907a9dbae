// The rules of a record that look at more than one field, or at what a field
// must be beyond text: party, agencies, dates, amounts, what must be there.
// They work on the stored form, in place, some before CheckTexts() masks
// numbers and some after it; drafts.cc has the order.
//
// Thread safety: free functions; a RuleContext belongs to one thread.

#ifndef CREDITREG_SERVER_WIRE_RECORD_RULES_H_
#define CREDITREG_SERVER_WIRE_RECORD_RULES_H_

#include <string>

#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/content.pb.h"
#include "google/protobuf/message.h"
#include "index/base/civil_day.h"
#include "server/wire/text_rules.h"

namespace creditreg {

// Day of the decision or registration; Unknown where there is none.
CivilDay DecisionDay(const storage::v1::Record& record);

// Party: code, old numbers, tax number, category; what belongs to a natural
// person goes to `context.personal`. Before CheckTexts().
void ApplyPartyRules(storage::v1::Record& record, const RuleContext& context);

// Agencies: their codes. An agency with neither name nor code is no message at
// all: the registry then finds that a part of the natural key is missing.
void ApplyAgencyRules(storage::v1::Record& record, const RuleContext& context);

// Dates and amounts of each family. After CheckTexts().
void ApplyFamilyRules(const storage::v1::Record& record,
                      const RuleContext& context);

// What the format's columns say must be there: REQUIRED (error) or
// FIELD_MISSING (warning). `root` is the record or enterprise, `name` its name
// in paths. After everything else.
void ApplyRequired(const google::protobuf::Message& root,
                   absl::string_view name, bool natural_person,
                   const RuleContext& context);

// Kind, SM3 and size of each document; their number.
void ApplyDocumentRules(const storage::v1::Record& record,
                        const RuleContext& context);

// What kind of party a valid code belongs to.
storage::v1::PartyCategory CategoryOfCode(absl::string_view uscc);

// Open-ended where a day is meant: DATE_FORM (error).
void CheckHasEnd(CivilDay day, const std::string& path,
                 const RuleContext& context);

// DATE_FUTURE (warning): the day is after the one the draft came on.
void CheckNotFuture(CivilDay day, const std::string& path,
                    const RuleContext& context);

// DATE_ORDER (warning) at `path` where both are days and `second` is earlier.
void CheckOrder(CivilDay first, CivilDay second, const std::string& path,
                const RuleContext& context);

}  // namespace creditreg

#endif  // CREDITREG_SERVER_WIRE_RECORD_RULES_H_
