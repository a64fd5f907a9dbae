#include "index/registry/import_session.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/clock.h"
#include "index/base/status_macros.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/model/draft.h"
#include "index/model/finding.h"
#include "index/registry/import_rows.h"
#include "index/registry/quarantine.h"
#include "index/registry/registry.h"
#include "index/registry/transaction.h"
#include "index/registry/write_context.h"
#include "index/registry/writer.h"
#include "index/store/store.h"

namespace creditreg {

struct RunningImport::Shared {
  StartImport start;
  WriteContext context;
  Writer* writer = nullptr;
  std::function<void(std::uint64_t)> link_backlog;
  // The writer's thread only, once the session began.
  storage::v1::ImportRow row;
  // A commit's outcome is unknown, so `row` may not be what is stored.
  bool is_broken_off = false;

  // After what was applied behind `before` could not be committed: the rows
  // are still to come. Of several that failed together the first counts.
  void GoBackTo(const storage::v1::ImportRow& before,
                const absl::Status& failure) {
    if (absl::IsUnknown(failure)) is_broken_off = true;
    if (before.rows_done() <= row.rows_done()) row = before;
  }
};

namespace {

// Whether the rows are the next ones of the file: after a piece that failed,
// the one behind it must not leave a hole, and nothing is added to a receipt.
absl::Status CheckTurn(const std::vector<PreparedImportRow>& rows,
                       const storage::v1::ImportRow& progress) {
  if (progress.finished_us() != 0) {
    return absl::AbortedError("rows: the import is finished, want no more");
  }
  std::uint64_t next = progress.rows_done();
  for (const PreparedImportRow& row : rows) {
    if (row.row != ++next) {
      return absl::AbortedError(
          "rows: not the next ones of the file, want them in order");
    }
  }
  return absl::OkStatus();
}

absl::Status BrokenOff() {
  return absl::AbortedError(
      "IMPORT_BROKEN_OFF: rows: whether earlier ones are stored is not known, "
      "want the file again with the same request id");
}

void TakeImportNo(const StartImport& start, Transaction& transaction,
                  storage::v1::ImportRow* row) {
  if (row->import_no() != 0 || start.validate_only) return;
  storage::v1::Counters& counters = transaction.counters();
  row->set_import_no(counters.next_import_no());
  counters.set_next_import_no(row->import_no() + 1);
}

}  // namespace

RunningImport::RunningImport(Options options)
    : start_row_(options.row),
      closed_(std::move(options.closed)),
      shared_(std::make_shared<Shared>()) {
  shared_->start = std::move(options.start);
  shared_->context = options.context;
  shared_->context.dry_run = shared_->start.validate_only;
  shared_->writer = options.writer;
  shared_->link_backlog = std::move(options.link_backlog);
  shared_->row = std::move(options.row);
}

RunningImport::~RunningImport() { closed_(); }

absl::StatusOr<std::vector<ImportRowResult>> RunningImport::ReadOutcomes(
    std::uint64_t first, std::uint64_t count) const {
  const std::uint64_t import_no = start_row_.import_no();
  if (import_no == 0) return std::vector<ImportRowResult>();
  return ReadImportOutcomes(*shared_->writer->view()->rows(), import_no, first,
                            first + count);
}

void RunningImport::AppendRows(std::vector<ImportRowDraft> rows,
                               std::uint64_t bytes_done, std::string prefix_sm3,
                               ImportCallback done) {
  struct Piece {
    std::vector<PreparedImportRow> rows;
    std::uint64_t bytes_done = 0;
    std::string prefix_sm3;
    // How the import stood before it was applied.
    storage::v1::ImportRow before;
    bool applied = false;
    absl::StatusOr<ImportAnswer> answer = ImportAnswer();
    std::vector<std::uint64_t> backlogs;
    ImportCallback done;
  };
  auto piece = std::make_shared<Piece>();
  piece->rows.reserve(rows.size());
  for (ImportRowDraft& row : rows) {
    piece->rows.push_back(
        PrepareRow(std::move(row), shared_->context.keys->hmac));
  }
  piece->bytes_done = bytes_done;
  piece->prefix_sm3 = std::move(prefix_sm3);
  piece->done = std::move(done);

  WriteWork work;
  work.rows = std::max<std::size_t>(1, piece->rows.size());
  work.apply = [shared = shared_, piece](Transaction& transaction) {
    const Transaction::Mark mark = transaction.Save();
    storage::v1::ImportRow progress = shared->row;
    const StartImport& start = shared->start;
    piece->before = progress;
    if (shared->is_broken_off) {
      piece->answer = BrokenOff();
      return;
    }
    if (absl::Status turn = CheckTurn(piece->rows, progress); !turn.ok()) {
      piece->answer = std::move(turn);
      return;
    }
    TakeImportNo(start, transaction, &progress);
    ImportRowApplier applier(transaction, shared->context, start,
                             progress.import_no());
    ImportAnswer answer;
    for (const PreparedImportRow& row : piece->rows) {
      absl::StatusOr<ImportRowResult> result = applier.Apply(row);
      if (!result.ok()) {
        transaction.Restore(mark);
        piece->answer = result.status();
        return;
      }
      CountImportRow(*result, &progress);
      progress.set_rows_done(row.row);
      if (!result->findings.empty()) {
        answer.results.push_back(*std::move(result));
      }
    }
    progress.set_bytes_done(piece->bytes_done);
    progress.set_prefix_sm3(piece->prefix_sm3);
    progress.set_sequence(transaction.counters().sequence());
    if (start.validate_only) {
      transaction.Restore(mark);
    } else {
      transaction.Put(ImportKey(start.actor.principal, start.request_id),
                      progress);
      piece->backlogs = applier.backlogs();
    }
    shared->row = progress;
    piece->applied = true;
    answer.progress = std::move(progress);
    piece->answer = std::move(answer);
  };
  work.answer = [shared = shared_, piece](const absl::Status& committed,
                                          std::uint64_t sequence) {
    if (!committed.ok()) {
      // Refused before its turn, it changed nothing.
      if (piece->applied) shared->GoBackTo(piece->before, committed);
      piece->done(committed);
      return;
    }
    for (const std::uint64_t enterprise_no : piece->backlogs) {
      shared->link_backlog(enterprise_no);
    }
    if (piece->answer.ok()) piece->answer->sequence = sequence;
    piece->done(std::move(piece->answer));
  };
  shared_->writer->Enqueue(std::move(work));
}

absl::StatusOr<ImportAnswer> RunningImport::Finish(std::uint64_t total_bytes,
                                                   std::string file_sm3) {
  absl::StatusOr<ImportAnswer> answer = ImportAnswer();
  absl::Notification finished;
  std::optional<storage::v1::ImportRow> before;
  WriteWork work;
  work.apply = [&](Transaction& transaction) {
    if (shared_->is_broken_off) {
      answer = BrokenOff();
      return;
    }
    storage::v1::ImportRow progress = shared_->row;
    before = progress;
    const StartImport& start = shared_->start;
    TakeImportNo(start, transaction, &progress);
    progress.set_finished_us(absl::ToUnixMicros(shared_->context.clock->Now()));
    progress.set_total_bytes(total_bytes);
    progress.set_bytes_done(total_bytes);
    progress.set_file_sm3(file_sm3);
    progress.set_prefix_sm3(file_sm3);
    progress.set_sequence(transaction.counters().sequence());
    if (!start.validate_only) {
      transaction.Put(ImportKey(start.actor.principal, start.request_id),
                      progress);
    }
    shared_->row = progress;
    answer->progress = std::move(progress);
  };
  work.answer = [&](const absl::Status& committed, std::uint64_t sequence) {
    if (committed.ok()) {
      if (answer.ok()) answer->sequence = sequence;
    } else {
      if (before.has_value()) shared_->GoBackTo(*before, committed);
      answer = committed;
    }
    finished.Notify();
  };
  shared_->writer->Enqueue(std::move(work));
  finished.WaitForNotification();
  return answer;
}

}  // namespace creditreg
