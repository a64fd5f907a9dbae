// One import from its first message to its receipt.
//
//   gRPC's threads   hand over one message at a time      -> Wake()
//   writer's thread  hands over what became of a batch    -> Wake()
//   import workers   Advance(): parses, queues batches, sends verdicts
//
// Advance() runs on one thread at a time, so nothing but the inbox needs a
// lock. Held at most: one chunk and its rows, kMaxBatchesInFlight batches, and
// the verdicts of as many; the next chunk is read only when the rows of the
// last are on their way and its verdicts are sent.
//
// The caller may go away at any time: batches handed to the registry are
// stored, and the same file with the same request id goes on after them.
//
// Thread safety: owns itself until OnDone().

#ifndef CREDITREG_SERVER_SERVICE_IMPORT_REACTOR_H_
#define CREDITREG_SERVER_SERVICE_IMPORT_REACTOR_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "creditreg/v1/intake_service.pb.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "index/registry/registry.h"
#include "server/service/call.h"
#include "server/service/call_deadline.h"
#include "server/service/environment.h"
#include "server/service/import_file.h"

namespace creditreg {

class ImportReactor final
    : public grpc::ServerBidiReactor<v1::ImportRequest, v1::ImportResponse> {
 public:
  // Enough to keep the writer busy while the next are parsed.
  static constexpr std::size_t kMaxBatchesInFlight = 4;

  // `running` counts the imports under way.
  ImportReactor(const ServiceEnvironment& environment,
                grpc::CallbackServerContext* context,
                std::shared_ptr<std::atomic<std::int64_t>> running);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  // What came from other threads since the last Advance().
  struct Inbox {
    bool message_ready = false;
    bool half_closed = false;
    bool write_done = false;
    bool cancelled = false;
    bool late = false;
    bool idle = false;
    std::deque<absl::StatusOr<ImportAnswer>> answers;
  };

  // Lets Advance() run on an import worker, now or again.
  void Wake() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void RunOnWorker();
  // On the writer's thread.
  void OnAnswer(absl::StatusOr<ImportAnswer> answer);
  // Goes on as far as possible; true when Finish() is due.
  bool Advance();

  void TakeInbox();
  void TakeMessage();
  absl::Status CheckStart(const v1::ImportRequest::Start& start) const;
  void TakeStart();
  void TakeChunk();
  void TakeEnd();
  // Opens the session once the encoding is known.
  void OpenSession();
  // Hands batches to the registry, or answers them from what is stored.
  void HandOver();
  void Submit(ImportBatch batch);
  void Replay(const ImportBatch& batch);
  void TakeAnswer(const absl::StatusOr<ImportAnswer>& answer);
  void FinishImport();

  // Queues verdicts of a batch: `results` are its rows with findings.
  void AddVerdicts(const ImportBatch& batch,
                   const std::vector<ImportRowResult>& results,
                   const storage::v1::ImportRow& progress);
  bool WantsToRead() const;
  // Whether nothing goes on until the caller sends or takes something.
  bool WaitsForCaller() const {
    return in_flight_.empty() && (reading_ || writing_);
  }
  // Begins to wait, for idle_limit at most.
  void StartIdling();
  void StopIdling();
  void Fail(const absl::Status& status);

  const ServiceEnvironment& environment_;
  grpc::CallbackServerContext* const context_;
  Call call_;
  std::unique_ptr<CallDeadline> deadline_;
  const std::shared_ptr<std::atomic<std::int64_t>> running_;
  bool counted_ = false;

  absl::Mutex mutex_;
  Inbox inbox_ ABSL_GUARDED_BY(mutex_);
  bool on_worker_ ABSL_GUARDED_BY(mutex_) = false;
  bool wake_again_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;

  // From here on: Advance() only.
  v1::ImportRequest request_;
  bool reading_ = true;
  bool half_closed_ = false;
  bool message_ready_ = false;
  bool cancelled_ = false;
  bool late_ = false;
  bool idle_ = false;
  std::unique_ptr<CallTimer> idle_timer_;
  bool ended_ = false;

  v1::ImportRequest::Start start_;
  std::string source_id_;
  std::unique_ptr<ImportFile> file_;
  std::unique_ptr<ImportSession> session_;
  std::deque<ImportBatch> in_flight_;
  std::deque<absl::StatusOr<ImportAnswer>> answers_;
  // Last row handed over.
  std::uint64_t last_row_ = 0;
  bool receipt_queued_ = false;
  // Whether this run handed something over, or all of it came before.
  bool has_stored_ = false;
  // Rows before the place of a fault in the file are stored first.
  absl::Status file_status_;
  // Why the call ends, apart from the file.
  absl::Status status_;

  std::deque<v1::ImportResponse> outgoing_;
  v1::ImportResponse sending_;
  bool writing_ = false;
  std::size_t bytes_sent_ = 0;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_IMPORT_REACTOR_H_
