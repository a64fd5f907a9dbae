#include "server/config/text_proto.h"

#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "index/codec/text_proto.h"

namespace creditreg {

absl::StatusOr<std::string> ReadTextFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  return std::string((std::istreambuf_iterator<char>(file)),
                     std::istreambuf_iterator<char>());
}

absl::Status ReadTextProtoInto(const std::string& path,
                               google::protobuf::Message* message) {
  CREDITREG_ASSIGN_OR_RETURN(const std::string text, ReadTextFile(path));
  return ParseTextProto(text, path, message);
}

}  // namespace creditreg
