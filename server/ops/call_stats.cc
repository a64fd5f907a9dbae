#include "server/ops/call_stats.h"

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "index/base/check.h"

namespace creditreg {

CallStats::CallStats(std::vector<std::string> rpcs)
    : names_(std::move(rpcs)), rows_(new Row[names_.size()]) {}

void CallStats::Count(std::size_t rpc, absl::StatusCode code,
                      absl::Duration took) {
  CREDITREG_CHECK(rpc < names_.size(), "calls are counted under a known name");
  const std::size_t slot = static_cast<std::size_t>(code);
  CREDITREG_CHECK(slot < kCodes, "status codes are 0 to 16");
  rows_[rpc].calls[slot].fetch_add(1, std::memory_order_relaxed);
  rows_[rpc].us.fetch_add(absl::ToInt64Microseconds(took),
                          std::memory_order_relaxed);
}

std::vector<CallStats::Figure> CallStats::Figures() const {
  std::vector<Figure> figures;
  for (std::size_t rpc = 0; rpc < names_.size(); ++rpc) {
    bool any = false;
    for (std::size_t code = 0; code < kCodes; ++code) {
      const std::int64_t calls =
          rows_[rpc].calls[code].load(std::memory_order_relaxed);
      if (calls == 0) continue;
      any = true;
      const std::string code_name = absl::AsciiStrToLower(
          absl::StatusCodeToString(static_cast<absl::StatusCode>(code)));
      figures.push_back(
          {absl::StrCat("rpc.", names_[rpc], ".", code_name), calls, "calls"});
    }
    if (!any) continue;
    figures.push_back({absl::StrCat("rpc.", names_[rpc], ".us"),
                       rows_[rpc].us.load(std::memory_order_relaxed), "us"});
  }
  return figures;
}

}  // namespace creditreg
