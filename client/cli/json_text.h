// Messages as JSON and back: protobuf's standard mapping (lowerCamelCase names,
// int64 as strings, bytes as base64, times as RFC 3339), on one line.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_CLIENT_CLI_JSON_TEXT_H_
#define CREDITREG_CLIENT_CLI_JSON_TEXT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace creditreg::cli {

// Without a line end.
//
// Errors:
//   Internal: protobuf cannot write the message.
absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message);

// Overwrites `message`.
//
// Errors:
//   InvalidArgument: not JSON of this message; a name it does not have is an
//     error. The message says where, as protobuf puts it.
absl::Status FromJson(absl::string_view json,
                      google::protobuf::Message& message);

}  // namespace creditreg::cli

#endif  // CREDITREG_CLIENT_CLI_JSON_TEXT_H_
