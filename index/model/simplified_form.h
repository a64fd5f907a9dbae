// Traditional characters and their simplified forms.
//
// DO NOT CHANGE what a character maps to: keys on disk are made from this table
// (name.h). It was taken from a library once, and is not asked of one, for that
// reason.
//
// Thread safety: free function without state.

#ifndef CREDITREG_INDEX_MODEL_SIMPLIFIED_FORM_H_
#define CREDITREG_INDEX_MODEL_SIMPLIFIED_FORM_H_

namespace creditreg {

// The simplified form of a traditional character (廣 -> 广), one character for
// one, without regard to what stands beside it; every other character is
// itself, also one that is traditional in some words only (乾, 著).
char32_t SimplifiedForm(char32_t c);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_MODEL_SIMPLIFIED_FORM_H_
