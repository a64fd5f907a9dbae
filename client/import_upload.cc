#include "client/import_upload.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <memory>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cancellation.h"
#include "client/import_report.h"
#include "client/remote_error.h"
#include "index/base/random.h"
#include "index/base/status_macros.h"

namespace creditreg {
namespace {

using ImportStream =
    grpc::ClientReaderWriterInterface<v1::ImportRequest, v1::ImportResponse>;

// What lasts over all attempts.
struct UploadState {
  const ImportUpload& upload;
  const ImportObserver& observer;
  // Null: no report.
  ImportReport* report;
  ImportProgress progress;
  // The most rows the registry ever said were stored.
  std::int64_t most_rows_done = 0;
  // Rows up to this one were reported.
  std::int64_t last_row_reported = 0;
  bool begun = false;
};

// One attempt: a thread that sends, while the caller's receives.
class Attempt {
 public:
  Attempt(RegistryClient& client, UploadState& state)
      : client_(client),
        state_(state),
        guard_(&client.cancellation(), &context_, client.options().timeout) {}

  absl::StatusOr<v1::ImportReceipt> Run() {
    CREDITREG_RETURN_IF_ERROR(client_.AddCredentials(&context_));
    stream_ = client_.intake_stub().Import(&context_);
    absl::Status sent;
    std::thread writer([this, &sent] {
      sent = Send();
      // The file failed, not the call: nothing more can come of it.
      if (!sent.ok()) context_.TryCancel();
    });
    const absl::Status taken = Receive();
    if (!taken.ok()) context_.TryCancel();
    writer.join();
    const absl::Status status = client_.StreamStatus(stream_->Finish(), guard_);
    if (!sent.ok()) return sent;
    if (!taken.ok()) return taken;
    if (!status.ok()) return status;
    if (!received_receipt_) {
      return absl::InternalError("import: ended without a receipt");
    }
    return receipt_;
  }

 private:
  bool Write(const v1::ImportRequest& request) {
    if (!stream_->Write(request)) return false;
    guard_.Touch();
    return true;
  }

  // OK also where the stream ended under it: Finish() says why.
  absl::Status Send() {
    v1::ImportRequest request;
    *request.mutable_start() = state_.upload.start;
    if (!Write(request)) return absl::OkStatus();
    const std::string& path = state_.upload.path;
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return LocalFileError(path, errno);
    absl::Status status = SendFile(file);
    close(file);
    return status;
  }

  absl::Status SendFile(int file) {
    v1::ImportRequest request;
    std::string& chunk = *request.mutable_chunk();
    std::int64_t total = 0;
    while (true) {
      chunk.resize(static_cast<std::size_t>(kImportChunkBytes));
      const ssize_t size = read(file, chunk.data(), chunk.size());
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) return LocalFileError(state_.upload.path, errno);
      if (size == 0) break;
      chunk.resize(static_cast<std::size_t>(size));
      if (!Write(request)) return absl::OkStatus();
      total += size;
      bytes_sent_.store(total);
    }
    if (total != state_.upload.digest.size_bytes) {
      return LocalFileError(state_.upload.path,
                            "changed while it was being sent");
    }
    request.mutable_end()->set_total_bytes(total);
    if (!Write(request)) return absl::OkStatus();
    stream_->WritesDone();
    return absl::OkStatus();
  }

  // OK where the stream ended, for whatever reason.
  absl::Status Receive() {
    v1::ImportResponse response;
    while (stream_->Read(&response)) {
      guard_.Touch();
      switch (response.part_case()) {
        case v1::ImportResponse::kStarted:
          TakeStarted(response.started());
          break;
        case v1::ImportResponse::kRows:
          CREDITREG_RETURN_IF_ERROR(TakeRows(response.rows()));
          break;
        case v1::ImportResponse::kReceipt:
          receipt_ = response.receipt();
          received_receipt_ = true;
          break;
        case v1::ImportResponse::PART_NOT_SET:
          break;  // A part that a newer registry added.
      }
    }
    return absl::OkStatus();
  }

  void TakeStarted(const v1::ImportResponse::Started& started) {
    if (!state_.begun) {
      state_.begun = true;
      state_.progress.rows_already_stored = started.rows_already_stored();
    }
    state_.most_rows_done =
        std::max(state_.most_rows_done, started.rows_already_stored());
    ReportProgress();
  }

  absl::Status TakeRows(const v1::RowVerdicts& rows) {
    for (const v1::RowVerdict& row : rows.rows()) {
      if (row.row() <= state_.last_row_reported) continue;
      if (state_.report != nullptr) {
        CREDITREG_RETURN_IF_ERROR(state_.report->AddRow(row.report_line()));
      }
      if (state_.observer.on_row) state_.observer.on_row(row);
      state_.last_row_reported = row.row();
    }
    state_.progress.rows_done = rows.rows_done();
    // Absent where the verdicts of one batch take several messages.
    if (rows.bytes_done() > 0) {
      state_.progress.bytes_done = rows.bytes_done();
    }
    state_.progress.counts = rows.counts();
    state_.most_rows_done = std::max(state_.most_rows_done, rows.rows_done());
    ReportProgress();
    return absl::OkStatus();
  }

  void ReportProgress() {
    state_.progress.bytes_sent = bytes_sent_.load();
    if (state_.observer.on_progress) {
      state_.observer.on_progress(state_.progress);
    }
  }

  RegistryClient& client_;
  UploadState& state_;
  grpc::ClientContext context_;
  CallGuard guard_;
  std::unique_ptr<ImportStream> stream_;
  std::atomic<std::int64_t> bytes_sent_{0};
  v1::ImportReceipt receipt_;
  bool received_receipt_ = false;
};

// Beside what any call may be repeated for: the registry may take a moment to
// see that the earlier stream of this request id is gone, whether this run's or
// that of one that was killed; and it ends a stream that has run for hours,
// however well it went.
bool MayGoOn(const absl::Status& status, bool stored_rows) {
  if (IsRetryable(status) || IsImportRunning(status)) return true;
  return stored_rows && IsRemote(status) && absl::IsCancelled(status);
}

absl::StatusOr<v1::ImportReceipt> RunAttempts(RegistryClient& client,
                                              UploadState& state) {
  const RetryPolicy& policy = state.upload.retry;
  SystemRandom random;
  for (int attempt = 1;; ++attempt) {
    const std::int64_t rows_before = state.most_rows_done;
    absl::StatusOr<v1::ImportReceipt> receipt = Attempt(client, state).Run();
    if (receipt.ok()) return receipt;
    const absl::Status& status = receipt.status();
    const bool stored_rows = state.most_rows_done > rows_before;
    if (stored_rows) attempt = 1;
    if (attempt >= policy.max_attempts || !MayGoOn(status, stored_rows)) {
      return status;
    }
    const absl::Duration wait = WaitBefore(attempt + 1, status, policy, random);
    if (wait == absl::InfiniteDuration()) return status;
    if (state.observer.on_retry) state.observer.on_retry(status, wait);
    if (!client.cancellation().SleepFor(wait)) {
      return absl::CancelledError("interrupted");
    }
  }
}

}  // namespace

std::string DefaultRequestId(const FileDigest& digest,
                             const v1::ImportRequest::Start& start) {
  const std::string hex = HexDigestOf(
      {digest.sm3, absl::StrCat(start.format()), start.source_id(),
       absl::StrCat(start.encoding()), absl::StrCat(start.validate_only())});
  return absl::StrCat("file-", hex.substr(0, 48));
}

absl::StatusOr<v1::ImportReceipt> UploadImport(RegistryClient& client,
                                               const ImportUpload& upload,
                                               const ImportObserver& observer) {
  ImportUpload sized = upload;
  sized.start.set_total_bytes(upload.digest.size_bytes);
  std::unique_ptr<ImportReport> report;
  if (!sized.report_path.empty()) {
    if (SameFile(sized.path, sized.report_path)) {
      return LocalFileError(sized.report_path,
                            "the file to import, want another for the report");
    }
    CREDITREG_ASSIGN_OR_RETURN(report, ImportReport::Create(sized.report_path));
  }
  UploadState state{sized, observer, report.get(), {}};
  state.progress.total_bytes = upload.digest.size_bytes;
  CREDITREG_ASSIGN_OR_RETURN(v1::ImportReceipt receipt,
                             RunAttempts(client, state));
  if (!receipt.file_sm3().empty() && receipt.file_sm3() != upload.digest.sm3) {
    return absl::DataLossError("receipt: file_sm3 is not the file's");
  }
  if (report != nullptr) {
    CREDITREG_RETURN_IF_ERROR(report->Finish(receipt.report_header()));
  }
  return receipt;
}

}  // namespace creditreg
