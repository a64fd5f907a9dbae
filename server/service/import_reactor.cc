#include "server/service/import_reactor.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "index/base/civil_day.h"
#include "server/service/validate.h"
#include "server/wire/answers.h"
#include "server/wire/status.h"

namespace creditreg {
namespace {

constexpr char kDefaultSource[] = "default";
// Verdicts of one message: well below the 4 MiB that clients take, with room
// for one more long row.
constexpr std::size_t kMaxVerdictBytes = std::size_t{1} << 20;

}  // namespace

ImportReactor::ImportReactor(const ServiceEnvironment& environment,
                             grpc::CallbackServerContext* context,
                             std::shared_ptr<std::atomic<std::int64_t>> running)
    : environment_(environment),
      context_(context),
      call_(environment, Rpc::kImport, context),
      running_(std::move(running)) {
  absl::Status status = call_.Admit();
  if (status.ok()) {
    counted_ = true;
    if (running_->fetch_add(1) >= environment_.max_concurrent_imports) {
      status = absl::ResourceExhaustedError(
          absl::StrCat("OVERLOADED: ", environment_.max_concurrent_imports,
                       " imports under way"));
    }
  }
  if (!status.ok()) {
    {
      absl::MutexLock lock(&mutex_);
      finished_ = true;
    }
    call_.Record(status, [this](const absl::Status& told) {
      Finish(call_.End(told, 0));
    });
    return;
  }
  {
    // What the deadline wakes waits for the first read.
    absl::MutexLock lock(&mutex_);
    on_worker_ = true;
  }
  deadline_ = std::make_unique<CallDeadline>(
      context,
      CallDeadline::Limits{environment_.max_deadline, environment_.max_deadline,
                           environment_.deadline_grace},
      [this] {
        absl::MutexLock lock(&mutex_);
        inbox_.late = true;
        Wake();
      });
  absl::MutexLock lock(&mutex_);
  StartRead(&request_);
  on_worker_ = false;
  // Begins to wait for it.
  Wake();
}

void ImportReactor::OnReadDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  (ok ? inbox_.message_ready : inbox_.half_closed) = true;
  Wake();
}

void ImportReactor::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  inbox_.write_done = true;
  if (!ok) inbox_.cancelled = true;
  Wake();
}

void ImportReactor::OnCancel() {
  absl::MutexLock lock(&mutex_);
  inbox_.cancelled = true;
  Wake();
}

void ImportReactor::OnAnswer(absl::StatusOr<ImportAnswer> answer) {
  absl::MutexLock lock(&mutex_);
  inbox_.answers.push_back(std::move(answer));
  Wake();
}

void ImportReactor::OnDone() {
  if (counted_) running_->fetch_sub(1);
  // The writer's thread may still be leaving OnAnswer().
  { absl::MutexLock lock(&mutex_); }
  delete this;
}

void ImportReactor::Wake() {
  if (finished_) return;
  if (on_worker_) {
    wake_again_ = true;
    return;
  }
  on_worker_ = true;
  environment_.import_workers->Post([this] { RunOnWorker(); });
}

void ImportReactor::RunOnWorker() {
  if (Advance()) {
    {
      absl::MutexLock lock(&mutex_);
      finished_ = true;
    }
    deadline_.reset();
    StopIdling();
    // Lets another run go on before this one's caller hears of its end.
    session_.reset();
    call_.caller().notes().stored = has_stored_ && !start_.validate_only();
    call_.Record(status_, [this](const absl::Status& told) {
      Finish(call_.End(told, bytes_sent_));
    });
    // The reactor may be gone.
    return;
  }
  absl::MutexLock lock(&mutex_);
  on_worker_ = false;
  if (!wake_again_) return;
  // Behind others, so that imports share the workers.
  wake_again_ = false;
  on_worker_ = true;
  environment_.import_workers->Post([this] { RunOnWorker(); });
}

void ImportReactor::StartIdling() {
  idle_timer_ = std::make_unique<CallTimer>(
      absl::Now() + environment_.import_idle_limit, [this] {
        absl::MutexLock lock(&mutex_);
        inbox_.idle = true;
        Wake();
      });
}

void ImportReactor::StopIdling() {
  idle_timer_.reset();
  absl::MutexLock lock(&mutex_);
  // It may have rung while something came.
  inbox_.idle = false;
}

void ImportReactor::TakeInbox() {
  absl::MutexLock lock(&mutex_);
  idle_ = std::exchange(inbox_.idle, false) && !inbox_.message_ready &&
          !inbox_.half_closed && !inbox_.write_done;
  late_ |= inbox_.late;
  if (inbox_.message_ready || inbox_.half_closed) reading_ = false;
  message_ready_ |= std::exchange(inbox_.message_ready, false);
  half_closed_ |= std::exchange(inbox_.half_closed, false);
  if (std::exchange(inbox_.write_done, false)) writing_ = false;
  cancelled_ |= inbox_.cancelled;
  for (auto& answer : inbox_.answers) answers_.push_back(std::move(answer));
  inbox_.answers.clear();
}

bool ImportReactor::Advance() {
  TakeInbox();
  StopIdling();
  if (cancelled_) Fail(absl::CancelledError("the caller has gone"));
  if (late_) Fail(CallDeadline::Exceeded());
  if (idle_) {
    Fail(absl::DeadlineExceededError(absl::StrCat(
        "import: its caller did nothing for ",
        absl::FormatDuration(environment_.import_idle_limit),
        "; rows that came whole are stored, the same file again goes on")));
    // A caller that takes nothing would not take the end either.
    if (writing_) context_->TryCancel();
  }
  while (!answers_.empty()) {
    TakeAnswer(answers_.front());
    answers_.pop_front();
  }
  if (message_ready_ && status_.ok()) TakeMessage();
  // Whether the caller closed or vanished cannot be told here: only `end` ends
  // a file. Nor is its encoding judged by what came: with the rest it may be
  // another, and what was stored would have been misread.
  if (half_closed_ && !ended_ && status_.ok()) {
    Fail(absl::InvalidArgumentError(
        "end: absent, want it last; rows answered for are stored, others may "
        "be: send the file again with the same request id"));
  }
  if (status_.ok()) HandOver();
  const bool all_stored =
      file_ != nullptr && !file_->HasBatch() && in_flight_.empty();
  if (status_.ok() && !file_status_.ok() && all_stored) status_ = file_status_;
  if (status_.ok() && ended_ && all_stored && !receipt_queued_) FinishImport();

  if (!writing_ && !outgoing_.empty() && !cancelled_) {
    sending_ = std::move(outgoing_.front());
    outgoing_.pop_front();
    bytes_sent_ += sending_.ByteSizeLong();
    writing_ = true;
    StartWrite(&sending_);
  }
  if (WantsToRead()) {
    reading_ = true;
    StartRead(&request_);
  }
  // Nothing may be under way that would come back to this object.
  const bool is_free = in_flight_.empty() && !writing_;
  const bool has_said_all =
      cancelled_ || (outgoing_.empty() && (receipt_queued_ || !status_.ok()));
  if (is_free && has_said_all) return true;
  if (WaitsForCaller()) StartIdling();
  return false;
}

bool ImportReactor::WantsToRead() const {
  return status_.ok() && file_status_.ok() && !reading_ && !message_ready_ &&
         !half_closed_ && !ended_ && outgoing_.empty() && !writing_ &&
         (file_ == nullptr || !file_->HasBatch());
}

void ImportReactor::Fail(const absl::Status& status) {
  if (status_.ok()) status_ = status;
}

void ImportReactor::TakeMessage() {
  message_ready_ = false;
  // A token that was revoked meanwhile brings nothing more in.
  const absl::Status still = call_.Renew();
  if (!still.ok()) return Fail(still);
  if (request_.has_start()) {
    TakeStart();
  } else if (request_.has_chunk()) {
    TakeChunk();
  } else if (request_.has_end()) {
    TakeEnd();
  } else {
    Fail(absl::InvalidArgumentError("part: absent, want start, chunk or end"));
  }
}

absl::Status ImportReactor::CheckStart(
    const v1::ImportRequest::Start& start) const {
  FieldViolations violations;
  CheckRequestId(start.request_id(), &violations);
  if (!v1::ImportFormat_IsValid(start.format()) ||
      start.format() == v1::IMPORT_FORMAT_UNSPECIFIED) {
    violations.Add("start.format", absl::StrCat("got ", start.format(),
                                                ", want a format of files"));
  }
  if (!v1::TextEncoding_IsValid(start.encoding())) {
    violations.Add("start.encoding", absl::StrCat("got ", start.encoding(),
                                                  ", want an encoding"));
  }
  if (!v1::Severity_IsValid(start.least_severity())) {
    violations.Add(
        "start.least_severity",
        absl::StrCat("got ", start.least_severity(), ", want a severity"));
  }
  if (start.total_bytes() < 0) {
    violations.Add("start.total_bytes", "negative, want 0 or the length");
  }
  if (!start.source_id().empty() &&
      !environment_.tables->HasSource(start.source_id())) {
    violations.Add("start.source_id",
                   "not a source, want one of conf/intake/sources");
  }
  return violations.ToStatus();
}

void ImportReactor::TakeStart() {
  if (file_ != nullptr) {
    return Fail(absl::InvalidArgumentError("start: comes twice, want it once"));
  }
  const absl::Status valid = CheckStart(request_.start());
  if (!valid.ok()) return Fail(valid);
  start_ = request_.start();
  source_id_ = start_.source_id().empty() ? kDefaultSource : start_.source_id();
  file_ = std::make_unique<ImportFile>(*environment_.tables, start_, source_id_,
                                       ChinaDay(environment_.clock->Now()));
}

void ImportReactor::TakeChunk() {
  if (file_ == nullptr) {
    return Fail(absl::InvalidArgumentError(
        "part: a chunk comes first, want start before it"));
  }
  const std::string& chunk = request_.chunk();
  if (chunk.size() > kMaxChunkBytes) {
    return Fail(absl::InvalidArgumentError(absl::StrCat(
        "chunk: got ", chunk.size(), " bytes, want at most ", kMaxChunkBytes)));
  }
  file_status_ = file_->Append(chunk);
  OpenSession();
}

void ImportReactor::TakeEnd() {
  if (file_ == nullptr) {
    return Fail(absl::InvalidArgumentError("start: absent, want it first"));
  }
  if (request_.end().total_bytes() !=
      static_cast<std::int64_t>(file_->total_bytes())) {
    return Fail(absl::InvalidArgumentError(
        absl::StrCat("end.total_bytes: got ", request_.end().total_bytes(),
                     ", want the ", file_->total_bytes(), " bytes sent")));
  }
  ended_ = true;
  if (file_status_.ok()) file_status_ = file_->End();
  OpenSession();
}

void ImportReactor::OpenSession() {
  if (session_ != nullptr || !file_->encoding().has_value()) return;
  StartImport start;
  start.actor = call_.caller().actor();
  start.request_id = start_.request_id();
  start.format = static_cast<std::uint32_t>(start_.format());
  start.encoding = static_cast<std::uint32_t>(*file_->encoding());
  start.source_id = source_id_;
  start.validate_only = start_.validate_only();
  absl::StatusOr<std::unique_ptr<ImportSession>> session =
      environment_.registry->BeginImport(std::move(start));
  if (!session.ok()) return Fail(session.status());
  session_ = *std::move(session);
  v1::ImportResponse response;
  response.mutable_started()->set_encoding(*file_->encoding());
  response.mutable_started()->set_rows_already_stored(
      static_cast<std::int64_t>(session_->start().rows_done()));
  outgoing_.push_back(std::move(response));
}

void ImportReactor::HandOver() {
  if (session_ == nullptr) return;
  const storage::v1::ImportRow& stored = session_->start();
  while (status_.ok() && file_->HasBatch() &&
         in_flight_.size() < kMaxBatchesInFlight) {
    // A batch is either stored already or new, never both.
    ImportBatch batch = file_->TakeBatch(stored.rows_done());
    last_row_ = batch.last_row();
    if (batch.last_row() <= stored.rows_done()) {
      Replay(batch);
    } else if (stored.finished_us() != 0) {
      Fail(absl::AlreadyExistsError(
          "REQUEST_ID_REUSED: the file has more rows than the one that came "
          "with this request id"));
    } else {
      Submit(std::move(batch));
    }
  }
}

void ImportReactor::Submit(ImportBatch batch) {
  std::vector<ImportRowDraft> drafts;
  drafts.reserve(batch.rows.size());
  for (FileRow& row : batch.rows) drafts.push_back(std::move(row.draft));
  // What verdicts need stays: the number beside line and cells.
  for (std::size_t i = 0; i < batch.rows.size(); ++i) {
    batch.rows[i].draft = ImportRowDraft();
    batch.rows[i].draft.row = drafts[i].row;
  }
  has_stored_ = true;
  const std::uint64_t bytes_done = batch.bytes_done;
  std::string prefix_sm3 = batch.prefix_sm3;
  in_flight_.push_back(std::move(batch));
  session_->AppendRows(std::move(drafts), bytes_done, std::move(prefix_sm3),
                       [this](absl::StatusOr<ImportAnswer> answer) {
                         OnAnswer(std::move(answer));
                       });
}

void ImportReactor::Replay(const ImportBatch& batch) {
  const storage::v1::ImportRow& stored = session_->start();
  if (batch.last_row() == stored.rows_done() && stored.finished_us() == 0 &&
      batch.prefix_sm3 != stored.prefix_sm3()) {
    return Fail(absl::AlreadyExistsError(
        "REQUEST_ID_REUSED: the file differs from the one that came with this "
        "request id"));
  }
  const absl::StatusOr<std::vector<ImportRowResult>> results =
      session_->ReadOutcomes(batch.first_row(), batch.rows.size());
  if (!results.ok()) return Fail(results.status());
  AddVerdicts(batch, *results, stored);
}

void ImportReactor::TakeAnswer(const absl::StatusOr<ImportAnswer>& answer) {
  const ImportBatch batch = std::move(in_flight_.front());
  in_flight_.pop_front();
  if (!answer.ok()) return Fail(answer.status());
  if (status_.ok()) AddVerdicts(batch, answer->results, answer->progress);
}

void ImportReactor::AddVerdicts(const ImportBatch& batch,
                                const std::vector<ImportRowResult>& results,
                                const storage::v1::ImportRow& progress) {
  v1::ImportResponse response;
  std::size_t bytes = 0;
  for (const ImportRowResult& result : results) {
    std::vector<Finding> findings;
    for (const Finding& finding : result.findings) {
      if (static_cast<int>(finding.severity) >= start_.least_severity()) {
        findings.push_back(finding);
      }
    }
    if (findings.empty() || result.row < batch.first_row() ||
        result.row > batch.last_row()) {
      continue;
    }
    const FileRow& row = batch.rows[result.row - batch.first_row()];
    v1::RowVerdict* verdict = response.mutable_rows()->add_rows();
    verdict->set_row(static_cast<std::int64_t>(result.row));
    verdict->set_line(static_cast<std::int64_t>(row.line));
    verdict->set_outcome(OutcomeMessage(result.outcome));
    for (const Finding& finding : findings) {
      v1::Finding* message = verdict->add_findings();
      *message = FindingMessage(finding);
      message->set_field(file_->ColumnOf(finding.field));
    }
    verdict->set_report_line(
        file_->ReportLine(row, verdict->outcome(), findings));
    bytes += verdict->ByteSizeLong();
    if (bytes < kMaxVerdictBytes) continue;
    // Every row up to this one is durable, though more are.
    response.mutable_rows()->set_rows_done(
        static_cast<std::int64_t>(result.row));
    *response.mutable_rows()->mutable_counts() = ImportCountsMessage(progress);
    outgoing_.push_back(std::move(response));
    response.Clear();
    bytes = 0;
  }
  response.mutable_rows()->set_rows_done(
      static_cast<std::int64_t>(batch.last_row()));
  response.mutable_rows()->set_bytes_done(
      static_cast<std::int64_t>(batch.bytes_done));
  *response.mutable_rows()->mutable_counts() = ImportCountsMessage(progress);
  outgoing_.push_back(std::move(response));
}

void ImportReactor::FinishImport() {
  if (session_ == nullptr) {
    return Fail(absl::InvalidArgumentError("BAD_CSV: the file is empty"));
  }
  const storage::v1::ImportRow& stored = session_->start();
  const bool was_finished = stored.finished_us() != 0;
  if (last_row_ < stored.rows_done() ||
      (was_finished && (stored.file_sm3() != file_->FileSm3() ||
                        stored.total_bytes() != file_->total_bytes()))) {
    return Fail(absl::AlreadyExistsError(
        "REQUEST_ID_REUSED: the file differs from the one that came with this "
        "request id"));
  }
  storage::v1::ImportRow row = stored;
  if (!was_finished) {
    const absl::StatusOr<ImportAnswer> answer =
        session_->Finish(file_->total_bytes(), file_->FileSm3());
    if (!answer.ok()) return Fail(answer.status());
    has_stored_ = true;
    row = answer->progress;
  }
  v1::ImportResponse response;
  v1::ImportReceipt* receipt = response.mutable_receipt();
  *receipt =
      ReceiptMessage(start_.request_id(), row, environment_.registry->tokens());
  receipt->set_report_header(file_->ReportHeader());
  receipt->set_validate_only(start_.validate_only());
  if (start_.validate_only()) receipt->clear_position();
  outgoing_.push_back(std::move(response));
  receipt_queued_ = true;
}

}  // namespace creditreg
