// When two names are the same name.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_MODEL_NAME_H_
#define CREDITREG_INDEX_MODEL_NAME_H_

#include <string>

#include "absl/strings/string_view.h"
#include "index/model/utf8.h"

namespace creditreg {

// The form of a name that is compared and put into natural keys: full-width
// characters become half-width, Latin letters upper case, all brackets "()",
// all middle dots "·", all dashes "-", quotation marks " and '; blanks and
// invisible characters go; traditional characters become simplified. Nothing
// else changes, and bytes that are not UTF-8 stay as they are.
//
// DO NOT CHANGE: natural keys on disk and their hashes are made from the
// result, so it must give the same bytes for ever. That is why it has its own
// fixed tables and uses no Unicode library, whose data grow with each release.
// NameTest.KeysArePinned holds it.
std::string NormaliseName(absl::string_view name);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_MODEL_NAME_H_
