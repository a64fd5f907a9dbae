// What every writing call hands to the registry, from the caller and the
// request.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_SERVER_SERVICE_WRITE_REQUEST_H_
#define CREDITREG_SERVER_SERVICE_WRITE_REQUEST_H_

#include <string>

#include "absl/strings/ascii.h"
#include "index/registry/registry.h"
#include "server/service/caller.h"
#include "server/service/request_bytes.h"
#include "server/service/validate.h"

namespace creditreg {

// Source of what comes by a call that names none (conf/intake/sources).
inline constexpr char kDirectSource[] = "direct";

template <typename Request>
WriteRequest WriteRequestOf(const Caller& caller, const Request& request) {
  WriteRequest write;
  write.actor = caller.actor();
  write.request_id = request.request_id();
  write.payload = PayloadBytes(request);
  if constexpr (requires { request.validate_only(); }) {
    write.validate_only = request.validate_only();
  }
  return write;
}

// Why something is done: 1 to 500 characters that are not blanks.
inline void CheckReason(const std::string& reason,
                        FieldViolations* violations) {
  CheckText("reason", absl::StripAsciiWhitespace(reason), 1, kMaxReasonChars,
            violations);
}

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_WRITE_REQUEST_H_
