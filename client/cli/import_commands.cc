// creditctl import, template, receipt.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/cli/commands.h"
#include "client/cli/describe.h"
#include "client/cli/table.h"
#include "client/import_upload.h"
#include "client/local_file.h"

namespace creditreg::cli {
namespace {

// Up to half a minute without a row: a registry that is started again takes
// seconds.
constexpr int kDefaultAttempts = 9;

absl::StatusOr<ImportUpload> PrepareUpload(const Session& session,
                                           const ImportCommand& command) {
  ImportUpload upload;
  absl::StatusOr<FileDigest> digest = DigestFile(command.file);
  if (!digest.ok()) return digest.status();
  upload.digest = *std::move(digest);
  upload.path = command.file;
  upload.start = command.start;
  upload.report_path = command.report;
  if (upload.start.request_id().empty()) {
    upload.start.set_request_id(DefaultRequestId(upload.digest, upload.start));
  }
  upload.retry.max_attempts =
      session.options().retries.value_or(kDefaultAttempts - 1) + 1;
  return upload;
}

ProgressFigures FiguresOf(const Session& session,
                          const ImportProgress& progress) {
  ProgressFigures figures;
  figures.label = session.Say(texts::kUploading);
  figures.rows = progress.rows_done;
  figures.rows_before = progress.rows_already_stored;
  figures.bytes_done = progress.bytes_done;
  figures.bytes_total = progress.total_bytes;
  return figures;
}

// One line: what went wrong, and how to go on.
ExitCode FailImport(Session& session, const absl::Status& status,
                    const ImportUpload& upload, const ImportProgress& last) {
  const ExitCode code = ExitCodeOf(status);
  switch (code) {
    case ExitCode::kInterrupted:
      return session.FailWith(code,
                              session.Say(texts::kImportResume,
                                          session.Say(texts::kImportInterrupted,
                                                      Grouped(last.rows_done)),
                                          upload.start.request_id()));
    case ExitCode::kUnavailable:
      return session.FailWith(code, session.Say(texts::kImportResume,
                                                session.ErrorLine(status, code),
                                                upload.start.request_id()));
    default:
      return session.Fail(status);
  }
}

ExitCode ShowReceipt(Session& session, const v1::ImportReceipt& receipt) {
  if (session.json()) {
    const absl::Status status = session.PrintJson(receipt);
    return status.ok() ? ExitCode::kOk : session.Fail(status);
  }
  v1::ImportReceipt shown = receipt;
  shown.clear_report_header();  // Part of the report, not of the proof.
  std::vector<Field> fields = {{0, session.Say(texts::kHeadReceipt), ""}};
  for (Field& field : Describe(session.lang(), shown, 1)) {
    fields.push_back(std::move(field));
  }
  session.Print(RenderFields(fields, session.width()));
  return ExitCode::kOk;
}

ExitCode JudgeReceipt(Session& session, const ImportUpload& upload,
                      const v1::ImportReceipt& receipt) {
  const v1::ImportCounts& counts = receipt.counts();
  if (!upload.report_path.empty()) {
    session.Note(session.Say(texts::kImportReported, upload.report_path));
  }
  if (counts.rejected() + counts.quarantined() == 0) return ExitCode::kOk;
  session.Note(session.Say(texts::kImportRowsRejected,
                           Grouped(counts.rejected()),
                           Grouped(counts.quarantined())));
  if (upload.report_path.empty()) {
    session.Note(session.Say(texts::kImportNoReport));
  }
  return ExitCode::kRowsRejected;
}

}  // namespace

ExitCode Run(Session& session, const ImportCommand& command) {
  const absl::StatusOr<ImportUpload> upload = PrepareUpload(session, command);
  if (!upload.ok()) return session.Fail(upload.status());
  session.Note(session.Say(texts::kImportRequest, upload->start.request_id()));
  std::unique_ptr<Progress> progress = session.StartProgress();
  ImportProgress last;
  bool begun = false;
  ImportObserver observer;
  observer.on_progress = [&](const ImportProgress& figures) {
    last = figures;
    if (!std::exchange(begun, true) && figures.rows_already_stored > 0) {
      session.Note(session.Say(texts::kImportContinues,
                               Grouped(figures.rows_already_stored)));
    }
    progress->Update(FiguresOf(session, figures));
  };
  observer.on_retry = [&](const absl::Status& status, absl::Duration wait) {
    progress->Clear();
    session.Note(session.Say(
        texts::kImportRetry, absl::StatusCodeToString(status.code()),
        absl::FormatDuration(absl::Trunc(wait, absl::Milliseconds(100)))));
  };
  const absl::StatusOr<v1::ImportReceipt> receipt =
      UploadImport(session.client(), *upload, observer);
  progress.reset();  // Clears its line.
  if (!receipt.ok())
    return FailImport(session, receipt.status(), *upload, last);
  const ExitCode shown = ShowReceipt(session, *receipt);
  if (shown != ExitCode::kOk) return shown;
  return JudgeReceipt(session, *upload, *receipt);
}

ExitCode Run(Session& session, const TemplateCommand& command) {
  const auto answer = session.client().GetTemplate(command.request);
  if (!answer.ok()) return session.Fail(answer.status());
  if (command.out.empty()) {
    // The file itself is the answer; as JSON it is one field of the message.
    if (!session.json()) {
      session.Print(answer->content());
      return ExitCode::kOk;
    }
    const absl::Status status = session.PrintJson(*answer);
    return status.ok() ? ExitCode::kOk : session.Fail(status);
  }
  const auto file = AtomicFile::Create(command.out);
  if (!file.ok()) return session.Fail(file.status());
  absl::Status status = (*file)->Append(answer->content());
  if (status.ok()) status = (*file)->Commit();
  if (!status.ok()) return session.Fail(status);
  session.Note(session.Say(texts::kWritten, command.out));
  return ExitCode::kOk;
}

ExitCode Run(Session& session, const ReceiptCommand& command) {
  v1::GetImportRequest request;
  request.set_request_id(command.request_id);
  const auto answer = session.client().GetImport(request);
  if (!answer.ok()) return session.Fail(answer.status());
  if (!answer->receipt().has_finished_at()) {
    session.Note(session.Say(texts::kImportUnfinished));
  }
  return ShowReceipt(session, answer->receipt());
}

}  // namespace creditreg::cli
