#include "server/config/publication_tables.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "index/base/status_macros.h"
#include "index/publication/tables.h"
#include "server/config/text_proto.h"

namespace creditreg {

absl::StatusOr<std::vector<TableText>> ReadPublicationTables(
    const std::string& conf_dir) {
  std::vector<TableText> texts;
  for (const absl::string_view name : kTableNames) {
    CREDITREG_ASSIGN_OR_RETURN(
        std::string text, ReadTextFile(absl::StrCat(conf_dir, "/publication/",
                                                    name, ".textproto")));
    texts.push_back({std::string(name), std::move(text)});
  }
  return texts;
}

}  // namespace creditreg
