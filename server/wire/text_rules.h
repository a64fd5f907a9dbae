// The rules of every text, wherever it stands: its length, its characters, its
// choices, and that no number of a person is left in what is stored openly.
//
// Thread safety: free functions; a RuleContext belongs to one thread.

#ifndef CREDITREG_SERVER_WIRE_TEXT_RULES_H_
#define CREDITREG_SERVER_WIRE_TEXT_RULES_H_

#include <string>

#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/content.pb.h"
#include "google/protobuf/message.h"
#include "index/base/civil_day.h"
#include "server/wire/field_tables.h"
#include "server/wire/rule_log.h"

namespace creditreg {

// What the rules of one draft share. Everything outlives the call.
struct RuleContext {
  const FieldTables& tables;
  IntakeTarget target;
  absl::string_view source_id;
  RuleLog& log;
  // Of the draft; what must not stand openly moves here.
  storage::v1::PersonalFields& personal;
  // Day of the decision or registration: a number that reads as a resident ID
  // born within 14 years before it is a number made from a date.
  CivilDay day;
  // Day the draft came; Unknown: not told, and nothing is in the future.
  CivilDay received;
};

// Applies the rules to every text of a stored message, in place. `path` is what
// its fields' paths begin with: "record", "enterprise" or "personal".
//
//   - blanks at the ends go; in texts of one line, line breaks and tabs become
//     a space (TEXT_BLANKS, note)
//   - TEXT_ENCODING, TEXT_CONTROL, TEXT_LENGTH   errors
//   - choices take their standard text; another is CHOICE_OPEN (warning) or
//     CHOICE (error)
//   - PERSONAL_NUMBER_MASKED (warning): numbers of persons are cut out and the
//     text as given goes to `personal.originals`. In numbers of documents,
//     cases, orders and registers only a resident ID counts, since theirs look
//     like telephone and card numbers. How to reach an enterprise, as its
//     annual report says, is public by law: telephone numbers stay there.
//   - PERSONAL_NUMBER_IN_KEY (error): a document, licence or case number, or
//     the name or ground of a list, that holds the resident ID of somebody else
//     than the party; masked it would be the same key for several facts.
void CheckTexts(google::protobuf::Message& message, const std::string& path,
                const RuleContext& context);

// Whether `text` may hold a number that FindPersonalNumbers() finds: a cheap
// test that is never wrongly false.
bool MayHoldPersonalNumber(absl::string_view text);

// Whether CheckTexts() would cut something out of `text`, a number of an
// enterprise or a document (kIdsAndMobiles): the resident ID or the mobile
// number of a person.
bool HoldsIdOrMobile(absl::string_view text, const RuleContext& context);

// Keeps a text as given in `personal.originals`, under its path without the
// root ("penalty.facts"); replaces an older one of the same field.
void KeepOriginal(absl::string_view path, absl::string_view text,
                  storage::v1::PersonalFields& personal);

// `text` without blanks at its ends.
absl::string_view TrimBlanks(absl::string_view text);

// `path` without what stands in brackets: "record.documents[1].title" is
// "record.documents.title".
std::string WithoutKeys(absl::string_view path);

// What a message calls the field: the label of its column, in quotation marks,
// or "该字段".
std::string NameForMessage(const RuleContext& context, absl::string_view path);

inline constexpr absl::string_view kMaskText = "[已遮蔽]";

}  // namespace creditreg

#endif  // CREDITREG_SERVER_WIRE_TEXT_RULES_H_
