// How often each call ended how, and how long it took: for GetStats. Counts
// only, since the start of the process.
//
// Thread safety: may be used from many threads; counters are exact, a reading
// may fall between the parts of one call.

#ifndef CREDITREG_SERVER_OPS_CALL_STATS_H_
#define CREDITREG_SERVER_OPS_CALL_STATS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace creditreg {

class CallStats {
 public:
  struct Figure {
    std::string name;
    std::int64_t value = 0;
    // "calls" or "us".
    std::string unit;
  };

  // `rpcs` are the names of the calls, whose places name them below.
  explicit CallStats(std::vector<std::string> rpcs);

  const std::string& name(std::size_t rpc) const { return names_[rpc]; }

  void Count(std::size_t rpc, absl::StatusCode code, absl::Duration took);

  // "rpc.<name>.<code>" for every code that occurred, and "rpc.<name>.us", the
  // sum of times, for every call that occurred.
  std::vector<Figure> Figures() const;

 private:
  static constexpr std::size_t kCodes = 17;
  struct Row {
    std::array<std::atomic<std::int64_t>, kCodes> calls{};
    std::atomic<std::int64_t> us{0};
  };
  const std::vector<std::string> names_;
  const std::unique_ptr<Row[]> rows_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_OPS_CALL_STATS_H_
