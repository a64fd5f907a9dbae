#include "client/cli/exit_code.h"

#include "client/local_file.h"
#include "client/remote_error.h"
#include "client/retry.h"

namespace creditreg::cli {

ExitCode ExitCodeOf(const absl::Status& status) {
  if (IsLocalFileError(status)) return ExitCode::kLocalFile;
  if (IsImportRunning(status)) return ExitCode::kUnavailable;
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kUnimplemented:
      return ExitCode::kRefused;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    // The change may or may not be stored; sending it again settles it.
    case absl::StatusCode::kUnknown:
      return ExitCode::kUnavailable;
    case absl::StatusCode::kResourceExhausted:
      return RemoteErrorOf(status).reason == "TOO_MANY_ITEMS"
                 ? ExitCode::kRefused
                 : ExitCode::kUnavailable;
    case absl::StatusCode::kCancelled:
      return IsRemote(status) ? ExitCode::kUnavailable : ExitCode::kInterrupted;
    default:
      return ExitCode::kInternal;
  }
}

}  // namespace creditreg::cli
