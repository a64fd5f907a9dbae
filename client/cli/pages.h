// Lists that come in pages.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_CLIENT_CLI_PAGES_H_
#define CREDITREG_CLIENT_CLI_PAGES_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "client/cli/command_line.h"

namespace creditreg::cli {

// Asks for pages with `next(page_size, page_token)` and gives each to `take`
// until the list or the extent is at its end. Returns whether there is more.
template <typename Response>
absl::StatusOr<bool> ForEachPage(
    const ListExtent& extent, int max_page,
    const std::function<absl::StatusOr<Response>(int, const std::string&)>&
        next,
    const std::function<absl::StatusOr<std::int64_t>(const Response&)>& take) {
  std::string token;
  std::int64_t taken = 0;
  while (true) {
    std::int64_t size = std::min(extent.page_size, max_page);
    if (extent.limit.has_value()) {
      size = std::min(size, *extent.limit - taken);
    }
    if (size <= 0) return true;
    absl::StatusOr<Response> page = next(static_cast<int>(size), token);
    if (!page.ok()) return page.status();
    absl::StatusOr<std::int64_t> count = take(*page);
    if (!count.ok()) return count.status();
    taken += *count;
    token = page->next_page_token();
    if (token.empty()) return false;
  }
}

}  // namespace creditreg::cli

#endif  // CREDITREG_CLIENT_CLI_PAGES_H_
