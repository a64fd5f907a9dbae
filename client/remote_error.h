// The one place where a gRPC status becomes ours, with all that the registry
// said about the error beside its code.
//
// An absl::Status made here carries the google.rpc details as a payload, so it
// travels like any other; RemoteErrorOf() unpacks them.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_CLIENT_REMOTE_ERROR_H_
#define CREDITREG_CLIENT_REMOTE_ERROR_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "grpcpp/support/status.h"

namespace creditreg {

// What came back instead of an answer.
struct RemoteError {
  // A field of the request that breaks its rule.
  struct Field {
    // Path, for example "item.identifier".
    std::string name;
    // The rule.
    std::string description;
  };

  absl::StatusCode code = absl::StatusCode::kOk;
  // For developers, English.
  std::string message;
  // ErrorInfo.reason, for example "OVERLOADED"; empty where there is none.
  std::string reason;
  // BadRequest.
  std::vector<Field> fields;
  // RetryInfo: not before this long.
  std::optional<absl::Duration> retry_after;
  // LocalizedMessage: for users, in `locale` (for example "zh-CN").
  std::string locale;
  std::string localized_message;

  // All of it in one line without control characters:
  //   INVALID_ARGUMENT (BAD_CSV): message; field: rule; retry after 2s
  // The localized message stands in the message's place where `language`
  // ("zh", "en") is the language of its locale.
  std::string ToLine(absl::string_view language) const;
};

// OK, or a status of the same code and message which carries the details. A
// code outside the sixteen becomes UNKNOWN, as gRPC itself says it must.
absl::Status FromGrpc(const grpc::Status& status);

// Unpacks a status of FromGrpc(). Of any other status only code and message
// are filled in. Details that cannot be read are left out.
RemoteError RemoteErrorOf(const absl::Status& status);

// Whether the status came from FromGrpc().
bool IsRemote(const absl::Status& status);

// `text` with every control character and line break made a space, so that it
// can neither break a line nor drive a terminal.
std::string OneLine(absl::string_view text);

}  // namespace creditreg

#endif  // CREDITREG_CLIENT_REMOTE_ERROR_H_
