// First two digits of division codes (GB/T 2260) and of resident IDs.
//
// Not the division list, which is dated data: provinces have not changed since
// 1997 and the first digits of a retired division stay those of its province.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_MODEL_PROVINCES_H_
#define CREDITREG_INDEX_MODEL_PROVINCES_H_

#include "absl/strings/string_view.h"

namespace creditreg {

// Whether the first two characters of `digits` are a province's, Taiwan (71),
// Hong Kong (81) and Macao (82) included. False for fewer than two characters.
bool HasProvincePrefix(absl::string_view digits);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_MODEL_PROVINCES_H_
