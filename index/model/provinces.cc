#include "index/model/provinces.h"

#include "absl/algorithm/container.h"

namespace creditreg {

bool HasProvincePrefix(absl::string_view digits) {
  // 51 was Sichuan with Chongqing until 1997; no prefix was ever withdrawn.
  constexpr absl::string_view kPrefixes[] = {
      "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34",
      "35", "36", "37", "41", "42", "43", "44", "45", "46", "50", "51", "52",
      "53", "54", "61", "62", "63", "64", "65", "71", "81", "82"};
  return digits.size() >= 2 &&
         absl::c_linear_search(kPrefixes, digits.substr(0, 2));
}

}  // namespace creditreg
