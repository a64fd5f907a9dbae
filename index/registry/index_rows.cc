#include "index/registry/index_rows.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "index/lookup/identifiers.h"
#include "index/registry/transaction.h"

namespace creditreg {

void ReplaceIndexRows(const std::vector<IndexRow>& before,
                      const std::vector<IndexRow>& after,
                      Transaction& transaction) {
  // Equal rows stand already. Deletes come first: a key whose value changes is
  // in both differences, and its put must count.
  std::vector<IndexRow> gone;
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(),
                      std::back_inserter(gone));
  std::vector<IndexRow> come;
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                      std::back_inserter(come));
  for (const IndexRow& row : gone) transaction.Delete(row.first);
  for (const IndexRow& row : come) {
    transaction.PutEncoded(row.first, row.second);
  }
}

}  // namespace creditreg
