// What a public page says, as far as those of two sides are compared.

#ifndef CREDITREG_BENCH_PEERS_PAGE_TEXT_H_
#define CREDITREG_BENCH_PEERS_PAGE_TEXT_H_

#include <string>
#include <vector>

namespace creditreg::bench {

struct PageText {
  std::string name;
  // "document number|licence number|day of decision" of at most ten licences.
  std::vector<std::string> licences;
};

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_PEERS_PAGE_TEXT_H_
