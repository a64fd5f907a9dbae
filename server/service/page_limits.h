// How much a page of a list holds.

#ifndef CREDITREG_SERVER_SERVICE_PAGE_LIMITS_H_
#define CREDITREG_SERVER_SERVICE_PAGE_LIMITS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace creditreg {

inline constexpr std::int32_t kMaxPage = 500;
inline constexpr std::int32_t kDefaultPage = 50;
inline constexpr std::int32_t kMaxPublicPage = 100;
inline constexpr std::int32_t kDefaultPublicPage = 20;
// Rows of the audit log are small, and many are read through at once.
inline constexpr std::int32_t kMaxAuditPage = 1000;
inline constexpr std::int32_t kDefaultAuditPage = 100;
// Rows read at once. The largest record is some 60 KB, so that a page that is
// just below the next limit still fits into the 4 MiB which a gRPC client takes
// by default.
inline constexpr std::size_t kChunkRows = 25;
// A page ends when it is this large, though shorter than asked for: its token
// goes on.
inline constexpr std::size_t kMaxPageBytes = std::size_t{2} << 20;

inline std::size_t PageRows(std::int32_t page_size, std::int32_t by_default) {
  return static_cast<std::size_t>(page_size == 0 ? by_default : page_size);
}

inline std::size_t ChunkRows(std::size_t wanted, std::size_t have) {
  return std::min(kChunkRows, wanted - have);
}

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_PAGE_LIMITS_H_
