// Sends a file to the registry's intake and brings the answers back: progress,
// a report of the rows with findings, the receipt.
//
// A connection that breaks, or a registry that restarts, is met by sending the
// file again with the same request id: the registry goes on after the last row
// it stored and answers for every row as the first time. What was reported
// already is not reported twice.

#ifndef CREDITREG_CLIENT_IMPORT_UPLOAD_H_
#define CREDITREG_CLIENT_IMPORT_UPLOAD_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/local_file.h"
#include "client/registry_client.h"
#include "client/retry.h"
#include "creditreg/v1/intake_service.pb.h"

namespace creditreg {

// Small enough to keep the stream moving, large enough for few messages; the
// registry takes up to 1 MiB.
inline constexpr std::int64_t kImportChunkBytes = 256 * 1024;

// Imports have a policy of their own and leave the client's budget alone: there
// is one stream for each file, of which the registry takes four at a time, so
// they add little; and a file of hours must not be given up because other calls
// failed. For the same reason little of a wait is left to chance.
constexpr RetryPolicy ImportRetryPolicy() {
  RetryPolicy policy;
  policy.first_wait = absl::Milliseconds(200);
  policy.jitter = 0.2;
  return policy;
}

struct ImportUpload {
  // A regular file.
  std::string path;
  // Request id (see DefaultRequestId), format, encoding, source, validate_only.
  // `total_bytes` is filled in.
  v1::ImportRequest::Start start;
  // Of the file, from DigestFile().
  FileDigest digest;
  // Where the report goes; empty: none is written. Written when the receipt
  // has come, whole or not at all: UTF-8 with BOM, the receipt's header line,
  // then a line for each row with findings. Never the imported file itself.
  std::string report_path;
  // Attempts are counted from the last that stored a row.
  RetryPolicy retry = ImportRetryPolicy();
};

struct ImportProgress {
  std::int64_t bytes_sent = 0;
  // Bytes of the file whose rows are stored.
  std::int64_t bytes_done = 0;
  std::int64_t total_bytes = 0;
  std::int64_t rows_done = 0;
  // Of an earlier run with this request id, as it said when this run began.
  std::int64_t rows_already_stored = 0;
  v1::ImportCounts counts;
};

// All are called on the thread of UploadImport(); any may be empty.
struct ImportObserver {
  // The first answer of a stream, and with each further one.
  std::function<void(const ImportProgress&)> on_progress;
  // Each row with findings, once, in file order.
  std::function<void(const v1::RowVerdict&)> on_row;
  // Before waiting for the next attempt.
  std::function<void(const absl::Status&, absl::Duration wait)> on_retry;
};

// The request id of a file when the user gives none: made from its bytes and
// everything else that decides what becomes of them, so that the same command
// after any interruption goes on where it was. 53 characters.
std::string DefaultRequestId(const FileDigest& digest,
                             const v1::ImportRequest::Start& start);

// Imports the file.
//
// Errors: those of IntakeService.Import; a local file error (the file or the
// report; also where the file changed since it was digested); CANCELLED;
// INTERNAL the stream ended without a receipt; DATA_LOSS the receipt is for
// other bytes than the file's. After any error the same call goes on.
absl::StatusOr<v1::ImportReceipt> UploadImport(RegistryClient& client,
                                               const ImportUpload& upload,
                                               const ImportObserver& observer);

}  // namespace creditreg

#endif  // CREDITREG_CLIENT_IMPORT_UPLOAD_H_
