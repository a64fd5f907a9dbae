#include "client/remote_error.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace creditreg {
namespace {

constexpr absl::string_view kPayload = "creditreg.client/google.rpc.Status";

absl::StatusCode ToAbslCode(grpc::StatusCode code) {
  const int number = static_cast<int>(code);
  // Both number the codes as google.rpc.Code does.
  return number >= 0 && number <= 16 ? static_cast<absl::StatusCode>(number)
                                     : absl::StatusCode::kUnknown;
}

void ReadDetail(const google::protobuf::Any& any, RemoteError& error) {
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad_request;
  google::rpc::RetryInfo retry;
  google::rpc::LocalizedMessage localized;
  if (any.UnpackTo(&info)) {
    error.reason = info.reason();
  } else if (any.UnpackTo(&bad_request)) {
    for (const auto& violation : bad_request.field_violations()) {
      error.fields.push_back({violation.field(), violation.description()});
    }
  } else if (any.UnpackTo(&retry)) {
    error.retry_after = absl::Seconds(retry.retry_delay().seconds()) +
                        absl::Nanoseconds(retry.retry_delay().nanos());
  } else if (any.UnpackTo(&localized)) {
    error.locale = localized.locale();
    error.localized_message = localized.message();
  }
}

// Size of the control sequence of C1 (U+0080-9F), line separator or direction
// mark that `text` starts with; 0 if it starts with none.
std::size_t MultiByteControl(absl::string_view text) {
  const auto byte = [text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  if (byte(0) == 0xC2 && byte(1) >= 0x80 && byte(1) <= 0x9F) return 2;
  if (byte(0) != 0xE2) return 0;
  // U+200B-200F, U+2028-202E, U+2060-206F.
  const bool control =
      (byte(1) == 0x80 && ((byte(2) >= 0x8B && byte(2) <= 0x8F) ||
                           (byte(2) >= 0xA8 && byte(2) <= 0xAE))) ||
      (byte(1) == 0x81 && byte(2) >= 0xA0 && byte(2) <= 0xAF);
  return control ? 3 : 0;
}

}  // namespace

std::string OneLine(absl::string_view text) {
  std::string line;
  line.reserve(text.size());
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text.front());
    std::size_t size = MultiByteControl(text);
    if (size > 0 || byte < 0x20 || byte == 0x7F) {
      if (!line.empty() && line.back() != ' ') line.push_back(' ');
    } else {
      line.push_back(text.front());
    }
    text.remove_prefix(size > 0 ? size : 1);
  }
  return std::string(absl::StripSuffix(line, " "));
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(ToAbslCode(status.error_code()), status.error_message());
  result.SetPayload(kPayload, absl::Cord(status.error_details()));
  return result;
}

bool IsRemote(const absl::Status& status) {
  return status.GetPayload(kPayload).has_value();
}

RemoteError RemoteErrorOf(const absl::Status& status) {
  RemoteError error;
  error.code = status.code();
  error.message = std::string(status.message());
  const auto payload = status.GetPayload(kPayload);
  if (!payload.has_value()) return error;
  google::rpc::Status details;
  if (!details.ParseFromString(std::string(*payload))) return error;
  for (const google::protobuf::Any& any : details.details()) {
    ReadDetail(any, error);
  }
  return error;
}

std::string RemoteError::ToLine(absl::string_view language) const {
  const bool localized = !localized_message.empty() &&
                         absl::string_view(locale).substr(0, 2) == language;
  std::string line = absl::StatusCodeToString(code);
  if (!reason.empty()) absl::StrAppend(&line, " (", reason, ")");
  const std::string& text = localized ? localized_message : message;
  if (!text.empty()) absl::StrAppend(&line, ": ", text);
  for (const Field& field : fields) {
    absl::StrAppend(&line, "; ", field.name, ": ", field.description);
  }
  if (retry_after.has_value()) {
    absl::StrAppend(&line, "; retry after ",
                    absl::FormatDuration(*retry_after));
  }
  return OneLine(line);
}

}  // namespace creditreg
