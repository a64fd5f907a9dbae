// Files of tables and settings that people write as protobuf text.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_SERVER_CONFIG_TEXT_PROTO_H_
#define CREDITREG_SERVER_CONFIG_TEXT_PROTO_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "index/base/status_macros.h"

namespace creditreg {

// The whole of a small file.
//
// Errors: NotFound "PATH: cannot be read".
absl::StatusOr<std::string> ReadTextFile(const std::string& path);

// Reads `path` into `message`.
//
// Errors: NotFound it cannot be read; InvalidArgument it is not textproto of
// the message's type, with line and column of the first mistake.
absl::Status ReadTextProtoInto(const std::string& path,
                               google::protobuf::Message* message);

template <typename Message>
absl::StatusOr<Message> ReadTextProto(const std::string& path) {
  Message message;
  CREDITREG_RETURN_IF_ERROR(ReadTextProtoInto(path, &message));
  return message;
}

}  // namespace creditreg

#endif  // CREDITREG_SERVER_CONFIG_TEXT_PROTO_H_
