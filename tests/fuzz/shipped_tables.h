// The tables of conf/intake as they are shipped.
//
// Thread safety: free function; the tables may be shared.

#ifndef CREDITREG_TESTS_FUZZ_SHIPPED_TABLES_H_
#define CREDITREG_TESTS_FUZZ_SHIPPED_TABLES_H_

#include "absl/strings/str_cat.h"
#include "index/base/check.h"
#include "server/wire/field_tables.h"

namespace creditreg {

// Loaded once; the process stops where they are wrong.
inline const FieldTables& ShippedTables() {
  static const FieldTables* const kTables = [] {
    auto tables =
        FieldTables::Load(absl::StrCat(CREDITREG_SOURCE_DIR, "/conf/intake"));
    CREDITREG_CHECK(tables.ok(), "the shipped tables load");
    return tables->release();
  }();
  return *kTables;
}

}  // namespace creditreg

#endif  // CREDITREG_TESTS_FUZZ_SHIPPED_TABLES_H_
