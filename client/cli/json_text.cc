#include "client/cli/json_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/remote_error.h"
#include "google/protobuf/util/json_util.h"

namespace creditreg::cli {

absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message) {
  std::string json;
  const auto status =
      google::protobuf::util::MessageToJsonString(message, &json);
  if (!status.ok()) {
    return absl::InternalError(
        absl::StrCat("json: ", std::string(status.message())));
  }
  return json;
}

absl::Status FromJson(absl::string_view json,
                      google::protobuf::Message& message) {
  // Windows editors put a BOM before it.
  json = absl::StripPrefix(json, "\xEF\xBB\xBF");
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), &message);
  if (!status.ok()) {
    return absl::InvalidArgumentError(OneLine(status.message().ToString()));
  }
  return absl::OkStatus();
}

}  // namespace creditreg::cli
