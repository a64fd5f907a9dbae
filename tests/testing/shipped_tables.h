// The texts of conf/publication, for tests that want the rules as shipped.
//
// Thread safety: free function without state.

#ifndef CREDITREG_TESTS_TESTING_SHIPPED_TABLES_H_
#define CREDITREG_TESTS_TESTING_SHIPPED_TABLES_H_

#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace creditreg {

// `name` as in index/publication/tables.h.
inline std::string ShippedTable(absl::string_view name) {
  std::ifstream file(absl::StrCat(CREDITREG_SOURCE_DIR, "/conf/publication/",
                                  name, ".textproto"));
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace creditreg

#endif  // CREDITREG_TESTS_TESTING_SHIPPED_TABLES_H_
