// The request id that creditctl gives a file by default, so that a file loaded
// here and sent again there is the same import.
//
// Thread safety: free function without state.

#ifndef CREDITREG_SERVER_LOAD_REQUEST_ID_H_
#define CREDITREG_SERVER_LOAD_REQUEST_ID_H_

#include <string>

#include "absl/strings/string_view.h"
#include "creditreg/v1/intake_service.pb.h"

namespace creditreg {

// `file_sm3` is 32 bytes; `source_id` empty where none was named.
std::string FileRequestId(absl::string_view file_sm3, v1::ImportFormat format,
                          absl::string_view source_id);

}  // namespace creditreg

#endif  // CREDITREG_SERVER_LOAD_REQUEST_ID_H_
