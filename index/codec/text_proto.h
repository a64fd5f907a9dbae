// Tables and settings that people write as protobuf text -> messages.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_CODEC_TEXT_PROTO_H_
#define CREDITREG_INDEX_CODEC_TEXT_PROTO_H_

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace creditreg {

// Reads `text` into `message`; `name` is that of its file.
//
// Errors: InvalidArgument it is not textproto of the message's type, with line
// and column of the first mistake.
absl::Status ParseTextProto(const std::string& text, const std::string& name,
                            google::protobuf::Message* message);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_CODEC_TEXT_PROTO_H_
