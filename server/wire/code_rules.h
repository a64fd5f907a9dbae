// The rules of codes and old numbers as files bring them. A row without a valid
// code is kept: what was written stays beside it, so that it can be linked
// later.
//
// Thread safety: free functions; a RuleContext belongs to one thread.

#ifndef CREDITREG_SERVER_WIRE_CODE_RULES_H_
#define CREDITREG_SERVER_WIRE_CODE_RULES_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "index/model/old_number.h"
#include "server/wire/text_rules.h"

namespace creditreg {

// What a text in the place of a party's unified code is. At most one of `uscc`
// and `code_as_given` is not empty.
struct JudgedCode {
  // Valid.
  std::string uscc;
  // As given, where it is no code.
  std::string code_as_given;
  // A number of an older kind.
  std::optional<OldNumber> old_number;
  // A resident ID, in place of a code.
  std::string resident_id;
  // Something stood there, if only a filler.
  bool given = false;
};

// Judges `raw`, which stands at `path`. Findings and flags:
//   CODE_NORMALISED   note, flag: written in another form
//   CODE_PLACEHOLDER  note, flag: a filler for "has none"
//   CODE_LENGTH, CODE_CHARACTER, CODE_FINAL_CHECK   warning, flag
//       CODE_CHECK_FAILED; suggests a code where only one is near that agrees
//       with `organisation_code` (may be empty)
//   CODE_ORG_CHECK, CODE_DEPARTMENT, CODE_CATEGORY, CODE_DIVISION   warnings
//   CODE_OLD_NUMBER   warning: an older number stands there
//   PERSONAL_NUMBER_MASKED   warning: a resident ID stands there
JudgedCode JudgePartyCode(absl::string_view raw, const std::string& path,
                          absl::string_view organisation_code,
                          const RuleContext& context);

// The valid code of an agency, or empty: AGENCY_CODE (warning) where something
// else was given. Fillers are empty without a word. Where there is none and the
// source has a name of its own for the agency, the code it stands for.
std::string JudgeAgencyCode(absl::string_view raw, absl::string_view name,
                            const std::string& path,
                            const RuleContext& context);

// The valid code of an enterprise that is neither party nor agency, or empty:
// OTHER_CODE (warning) where something else was given. Fillers are empty
// without a word.
std::string JudgeOtherCode(absl::string_view raw, const std::string& path,
                           const RuleContext& context);

// A number of a known kind in its stored form; nothing for a filler
// (OLD_NUMBER_FILLER, note), for one that is too long (TEXT_LENGTH, error) and,
// but for tax numbers, for one that holds a resident ID or a mobile number,
// which goes to `context.personal` (PERSONAL_NUMBER_MASKED, warning): numbers
// are keys, so none may be left with a mask in it. OLD_NUMBER_CHECK (warning)
// where its check character is wrong.
std::optional<OldNumber> JudgeOldNumber(OldNumberKind kind,
                                        absl::string_view raw,
                                        const std::string& path,
                                        const RuleContext& context);

// Whether a tax number that JudgeOldNumber() gave belongs among the personal
// fields: it may be made from a resident ID, or holds another number of a
// person.
bool TaxNumberHoldsPerson(absl::string_view value, const RuleContext& context);

}  // namespace creditreg

#endif  // CREDITREG_SERVER_WIRE_CODE_RULES_H_
