// Where a page of an enterprise's records goes on: the file is named by its
// number, so that all pages read one file even if its code leads elsewhere by
// then.
//
//   bytes 0-7  enterprise_no, big-endian
//   bytes 8-   the registry's own cursor
//
// Travels inside sealed page tokens only.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_SERVER_SERVICE_FILE_CURSOR_H_
#define CREDITREG_SERVER_SERVICE_FILE_CURSOR_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace creditreg {

struct FileCursor {
  std::uint64_t enterprise_no = 0;
  std::string cursor;
};

inline std::string EncodeFileCursor(const FileCursor& cursor) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(cursor.enterprise_no >> shift));
  }
  return bytes + cursor.cursor;
}

// Errors:
//   InvalidArgument: shorter than 8 bytes (a token of another call).
inline absl::StatusOr<FileCursor> DecodeFileCursor(absl::string_view bytes) {
  if (bytes.size() < 8) {
    return absl::InvalidArgumentError("page_token: not of this query");
  }
  FileCursor cursor;
  for (int i = 0; i < 8; ++i) {
    cursor.enterprise_no =
        (cursor.enterprise_no << 8) | static_cast<unsigned char>(bytes[i]);
  }
  cursor.cursor = std::string(bytes.substr(8));
  return cursor;
}

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_FILE_CURSOR_H_
