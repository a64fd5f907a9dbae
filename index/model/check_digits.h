// The four check-digit schemes that identifiers in files carry.
//
// Each function answers only "is the last character the right one?", for text
// of its own length and alphabet; anything else is false.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_MODEL_CHECK_DIGITS_H_
#define CREDITREG_INDEX_MODEL_CHECK_DIGITS_H_

#include "absl/strings/string_view.h"

namespace creditreg {

// Value 0..30 of a character of the unified social credit code's alphabet
// 0123456789ABCDEFGHJKLMNPQRTUWXY (no I O S V Z), or -1.
int UsccCharValue(char c);

// 18 characters, GB 32100-2015: weights 3^i mod 31 over the values above.
bool UsccCheckOk(absl::string_view code);

// 9 characters, GB 11714-1997. Here a letter counts A=10 .. Z=35, all 26 of
// them: X is 33, not the 29 it is in the code around it.
bool OrganisationCodeCheckOk(absl::string_view code);

// 15 digits, GS 15-2006: ISO 7064 MOD 11,10.
bool Registration15CheckOk(absl::string_view digits);

// 17 digits and a digit or X, GB 11643-1999: ISO 7064 MOD 11-2. Only the check
// character; ResidentIdOk() in personal_numbers.h asks for more.
bool ResidentIdCheckOk(absl::string_view number);

// Digits only, any length: the Luhn sum of bank cards (ISO/IEC 7812-1).
bool LuhnOk(absl::string_view digits);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_MODEL_CHECK_DIGITS_H_
