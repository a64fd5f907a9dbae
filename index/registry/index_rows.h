// Puts the difference between the index rows of two versions.
//
// Thread safety: the writer's thread only.

#ifndef CREDITREG_INDEX_REGISTRY_INDEX_ROWS_H_
#define CREDITREG_INDEX_REGISTRY_INDEX_ROWS_H_

#include <vector>

#include "index/lookup/identifiers.h"
#include "index/registry/transaction.h"

namespace creditreg {

// Deletes and puts so that `after`'s rows are there and no other of `before`'s.
// Both are sorted by key.
void ReplaceIndexRows(const std::vector<IndexRow>& before,
                      const std::vector<IndexRow>& after,
                      Transaction& transaction);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_INDEX_ROWS_H_
