// The tables of conf/publication as files.
//
// Thread safety: free function without state.

#ifndef CREDITREG_SERVER_CONFIG_PUBLICATION_TABLES_H_
#define CREDITREG_SERVER_CONFIG_PUBLICATION_TABLES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "index/publication/tables.h"

namespace creditreg {

// The texts in `conf_dir`/publication. What is wrong with them shows when they
// are activated.
//
// Errors: NotFound "PATH: cannot be read".
absl::StatusOr<std::vector<TableText>> ReadPublicationTables(
    const std::string& conf_dir);

}  // namespace creditreg

#endif  // CREDITREG_SERVER_CONFIG_PUBLICATION_TABLES_H_
