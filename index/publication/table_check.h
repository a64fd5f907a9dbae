// What the checks of all dated tables share: gathering mistakes, ids, ranges of
// days.
//
// Thread safety: values of one thread; free functions without state.

#ifndef CREDITREG_INDEX_PUBLICATION_TABLE_CHECK_H_
#define CREDITREG_INDEX_PUBLICATION_TABLE_CHECK_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "index/publication/rules.h"

namespace creditreg {

// Gathers all mistakes of a table before it is refused.
class Mistakes {
 public:
  void Add(absl::string_view field, absl::string_view problem);
  // InvalidArgument "FIELD: PROBLEM", one line for each.
  absl::Status ToStatus() const;

 private:
  std::vector<std::string> lines_;
};

using Ids = absl::flat_hash_set<std::string>;

// `id` is there, and not in `ids` yet.
void TakeId(const std::string& field, const std::string& id, Ids& ids,
            Mistakes& mistakes);

// Of the fields FIELD_from and FIELD_to; what is empty or wrong is open.
DayRange RangeOf(const std::string& field, const std::string& from,
                 const std::string& to, Mistakes& mistakes);

// `value` is within `least` and `most`.
void CheckNumber(const std::string& field, int value, int least, int most,
                 Mistakes& mistakes);

// No law has a longer period; more is a slip of the pen.
inline constexpr int kMostMonths = 600;

}  // namespace creditreg

#endif  // CREDITREG_INDEX_PUBLICATION_TABLE_CHECK_H_
