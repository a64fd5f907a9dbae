#include "index/registry/registry.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "google/protobuf/util/json_util.h"
#include "index/base/civil_day.h"
#include "index/base/status_macros.h"
#include "index/codec/keys.h"
#include "index/codec/tokens.h"
#include "index/registry/case_write.h"
#include "index/registry/conf_tables.h"
#include "index/registry/enterprise_write.h"
#include "index/registry/erased_keys.h"
#include "index/registry/import_session.h"
#include "index/registry/judging.h"
#include "index/registry/key_rotation.h"
#include "index/registry/linker.h"
#include "index/registry/open.h"
#include "index/registry/quarantine.h"
#include "index/registry/record_write.h"
#include "index/registry/requests.h"
#include "index/registry/rows.h"
#include "index/registry/snapshot_view.h"
#include "index/registry/transaction.h"
#include "index/registry/verify.h"
#include "index/registry/write_context.h"
#include "index/registry/write_scope.h"
#include "index/registry/writer.h"
#include "index/store/key_files.h"
#include "index/store/store.h"

namespace creditreg {
namespace {

using ApplyFunction = std::function<absl::StatusOr<std::vector<WriteResult>>(
    Transaction&, const ChangeSource&)>;

std::string ToJson(const google::protobuf::Message& message) {
  std::string json;
  // A message that was parsed can be printed; if not, less is kept.
  if (!google::protobuf::util::MessageToJsonString(message, &json).ok()) {
    json.clear();
  }
  return json;
}

// A submitted record as a row that can be kept aside.
storage::v1::RawRow RawOf(const RecordDraft& draft) {
  storage::v1::RawRow raw;
  raw.add_columns("record");
  raw.add_cells(ToJson(draft.content));
  raw.add_columns("personal");
  raw.add_cells(ToJson(draft.personal));
  return raw;
}

// A put cannot be kept aside: its caller is there to be told.
absl::Status RefusedPut(const WriteResult& result) {
  if (result.outcome == Outcome::kRejected) return OutOfScope();
  const Finding& reason = result.findings.back();
  if (reason.rule == "MISSING_KEY_PART") {
    return absl::InvalidArgumentError(absl::StrCat(
        reason.field,
        ": empty, want a code, an old number, or authority, name and date"));
  }
  return absl::FailedPreconditionError(
      absl::StrCat("CODE_CONFLICT: ", reason.field,
                   ": contradicts the register (", reason.rule, ")"));
}

absl::StatusOr<WriteResult> Erase(Transaction& transaction,
                                  const WriteContext& context,
                                  const ChangeSource& source,
                                  const ErasePersonal& write) {
  switch (write.kind) {
    case SealedKind::kEnterprise:
      return EraseFromEnterprise(transaction, context, source, write);
    case SealedKind::kRecord:
      return EraseFromRecord(transaction, context, source, write);
    case SealedKind::kQuarantine:
      return EraseFromQuarantine(transaction, context, source, write);
  }
  return absl::InvalidArgumentError("kind: unknown");
}

absl::StatusOr<WriteResult> Activate(Transaction& transaction,
                                     const WriteContext& context,
                                     const ChangeSource& source,
                                     const ActivateTable& write) {
  CREDITREG_ASSIGN_OR_RETURN(
      const std::uint64_t sequence,
      PutTable(transaction, context, source, write.table));
  WriteResult result;
  result.outcome = sequence == 0 ? Outcome::kUnchanged : Outcome::kUpdated;
  result.version_sequence = sequence;
  return result;
}

class RegistryImpl final : public Registry {
 public:
  struct Parts {
    std::unique_ptr<Store> store;
    KeyFileOptions key_files;
    LoadedKeyRing ring;
    std::unique_ptr<DataKeyStore> data_keys;
    OpenedState state;
    TablesPtr tables;
    std::uint64_t destroyed_again = 0;
    bool is_new_beside_old_keys = false;
  };

  RegistryImpl(const RegistryOptions& options, RandomSource* random,
               Parts parts)
      : options_(options),
        random_(random),
        keys_(parts.ring.keys),
        layout_(parts.state.layout),
        store_(std::move(parts.store)),
        data_keys_(std::move(parts.data_keys)),
        rotation_(parts.key_files, &keys_, data_keys_.get(),
                  parts.ring.master_version, random),
        destroyed_again_(parts.destroyed_again),
        is_new_beside_old_keys_(parts.is_new_beside_old_keys),
        tokens_(keys_, layout_.registry_id()) {
    auto view = std::make_shared<SnapshotView>(
        store_->TakeSnapshot(), std::move(parts.state.counters),
        std::move(parts.tables), &keys_, data_keys_.get());
    if (options.store.read_only) {
      fixed_view_ = std::move(view);
      return;
    }
    Writer::Options writer;
    writer.store = store_.get();
    writer.context = Context();
    writer.keys = &keys_;
    writer.max_queued_rows = options.max_queued_rows;
    writer.view = std::move(view);
    writer.page_cache = options.page_cache;
    writer.least_reopen_wait = options.least_reopen_wait;
    writer.most_reopen_wait = options.most_reopen_wait;
    writer.reopened = [this] {
      ResumeBacklogOrLater();
      ResumeJudging();
    };
    writer_ = std::make_unique<Writer>(std::move(writer));
  }

  ~RegistryImpl() override {
    // While it answers, callbacks still reach the writer through this.
    if (writer_ != nullptr) writer_->Stop();
  }

  // Goes on with what a crash or a reopening broke off. Links that were still
  // queued are then gone through twice, which changes nothing.
  absl::Status ResumeBacklog() {
    if (writer_ == nullptr) return absl::OkStatus();
    CREDITREG_ASSIGN_OR_RETURN(const std::vector<std::uint64_t> backlog,
                               ReadBacklog(*writer_->view()->rows()));
    for (const std::uint64_t enterprise_no : backlog) {
      LinkBacklog(enterprise_no);
    }
    return absl::OkStatus();
  }

  // The same, once more after the next write where the rows could not be read.
  // Damage shows in verify.
  void ResumeBacklogOrLater() {
    const absl::Status resumed = ResumeBacklog();
    if (!resumed.ok() && !absl::IsDataLoss(resumed)) backlog_unread_ = true;
  }

  void BeginDay() override {
    if (writer_ == nullptr ||
        ChinaDay(options_.clock->Now()) <= view()->publication_day()) {
      return;
    }
    WriteWork work;
    work.apply = [this](Transaction& transaction) {
      PutDayBegan(transaction, Context());
    };
    // One that was refused is tried again with the next second.
    work.answer = [this](const absl::Status& committed, std::uint64_t) {
      if (committed.ok()) QueueJudging();
    };
    writer_->EnqueueInternal(std::move(work));
  }

  // Goes on with what a stop broke off.
  void ResumeJudging() {
    if (view()->tables().sequence() > 0) QueueJudging();
  }

  // Begins to judge records again, unless that is under way. Each piece queues
  // the one after it.
  void QueueJudging() {
    if (writer_ == nullptr || judging_.exchange(true)) return;
    QueueJudgePiece();
  }

  bool IsNewBesideOldKeys() const override { return is_new_beside_old_keys_; }
  std::shared_ptr<const View> CurrentView() const override { return view(); }
  const TokenCodec& tokens() const override { return tokens_; }

  void Submit(PutEnterprise write, WriteCallback done) override {
    auto prepared = std::make_shared<PreparedEnterprise>(
        PrepareEnterprise(std::move(write.draft), keys_.hmac));
    auto backlog = std::make_shared<std::optional<std::uint64_t>>();
    ApplyFunction apply = [prepared, backlog, etag = write.etag,
                           context = Context(write.request)](
                              Transaction& transaction,
                              const ChangeSource& source)
        -> absl::StatusOr<std::vector<WriteResult>> {
      CREDITREG_ASSIGN_OR_RETURN(
          WriteResult result,
          ApplyEnterprise(transaction, context, source, *prepared, etag));
      if (result.outcome == Outcome::kQuarantined ||
          result.outcome == Outcome::kRejected) {
        return RefusedPut(result);
      }
      if (result.outcome != Outcome::kUnchanged) {
        CREDITREG_ASSIGN_OR_RETURN(
            const bool more, LinkInline(transaction, context, source, &result));
        if (more && !context.dry_run) *backlog = result.enterprise_no;
      }
      return std::vector<WriteResult>{std::move(result)};
    };
    Enqueue(std::move(write.request), 1, std::move(apply),
            [this, backlog,
             done = std::move(done)](absl::StatusOr<WriteAnswer> answer) {
              if (answer.ok() && backlog->has_value()) {
                LinkBacklog(**backlog);
              }
              done(std::move(answer));
            });
  }

  void Submit(SubmitRecords write, WriteCallback done) override {
    using Item = std::variant<PreparedRecord, std::vector<Finding>>;
    auto items = std::make_shared<std::vector<Item>>();
    for (auto& record : write.records) {
      if (auto* draft = std::get_if<RecordDraft>(&record)) {
        items->push_back(PrepareRecord(std::move(*draft), keys_.hmac));
      } else {
        items->push_back(std::get<std::vector<Finding>>(std::move(record)));
      }
    }
    ApplyFunction apply = [items, context = Context(write.request)](
                              Transaction& transaction,
                              const ChangeSource& source)
        -> absl::StatusOr<std::vector<WriteResult>> {
      std::vector<WriteResult> results;
      for (const Item& item : *items) {
        if (const auto* findings = std::get_if<std::vector<Finding>>(&item)) {
          WriteResult refused;
          refused.findings = *findings;
          results.push_back(std::move(refused));
          continue;
        }
        const auto& prepared = std::get<PreparedRecord>(item);
        CREDITREG_ASSIGN_OR_RETURN(
            WriteResult result,
            ApplyRecord(transaction, context, source, prepared));
        if (result.outcome == Outcome::kQuarantined) {
          const storage::v1::RawRow raw = RawOf(prepared.draft);
          RowToQuarantine kept;
          kept.raw = &raw;
          kept.findings = &result.findings;
          kept.source_id = prepared.draft.source_id;
          kept.family = prepared.draft.content.family();
          CREDITREG_RETURN_IF_ERROR(
              PutQuarantine(transaction, context, source, kept));
        }
        results.push_back(std::move(result));
      }
      return results;
    };
    const std::size_t rows = std::max<std::size_t>(1, items->size());
    Enqueue(std::move(write.request), rows, std::move(apply), std::move(done));
  }

  void Submit(CorrectRecord write, WriteCallback done) override {
    auto prepared = std::make_shared<PreparedRecord>(
        PrepareRecord(std::move(write.draft), keys_.hmac));
    auto shared = std::make_shared<CorrectRecord>(std::move(write));
    ApplyFunction apply =
        [prepared, shared, context = Context(shared->request)](
            Transaction& transaction, const ChangeSource& source)
        -> absl::StatusOr<std::vector<WriteResult>> {
      CREDITREG_ASSIGN_OR_RETURN(
          WriteResult result,
          ApplyCorrection(transaction, context, source, *shared, *prepared));
      return std::vector<WriteResult>{std::move(result)};
    };
    Enqueue(shared->request, 1, std::move(apply), std::move(done));
  }

  void Submit(WithdrawRecord write, WriteCallback done) override {
    SubmitOne(std::move(write), &ApplyWithdrawal, std::move(done));
  }
  void Submit(WithholdEnterprise write, WriteCallback done) override {
    SubmitOne(std::move(write), &ApplyWithhold, std::move(done));
  }
  void Submit(ErasePersonal write, WriteCallback done) override {
    SubmitOne(std::move(write), &Erase, std::move(done));
  }
  void Submit(ActivateTable write, WriteCallback done) override {
    SubmitOne(
        std::move(write), &Activate,
        [this, done = std::move(done)](absl::StatusOr<WriteAnswer> answer) {
          if (answer.ok()) QueueJudging();
          done(std::move(answer));
        });
  }
  void Submit(ClassifyRecord write, WriteCallback done) override {
    SubmitOne(std::move(write), &ApplyClassification, std::move(done));
  }
  void Submit(OpenCase write, WriteCallback done) override {
    SubmitOne(std::move(write), &ApplyOpenCase, std::move(done));
  }
  void Submit(AdvanceCase write, WriteCallback done) override {
    SubmitOne(std::move(write), &ApplyAdvanceCase, std::move(done));
  }
  void Submit(ImportCaseSteps write, WriteCallback done) override {
    const std::size_t rows = std::max<std::size_t>(1, write.steps.size());
    auto shared = std::make_shared<ImportCaseSteps>(std::move(write));
    ApplyFunction apply = [shared, context = Context(shared->request)](
                              Transaction& transaction,
                              const ChangeSource& source) {
      return ApplyCaseSteps(transaction, context, source, *shared);
    };
    Enqueue(shared->request, rows, std::move(apply), std::move(done));
  }
  void Submit(AcknowledgeWithdrawals write, WriteCallback done) override {
    SubmitOne(std::move(write), &ApplyAcknowledgement, std::move(done));
  }

  absl::StatusOr<std::unique_ptr<ImportSession>> BeginImport(
      StartImport start) override {
    if (writer_ == nullptr) return ReadOnly();
    const ImportId id = {start.actor.principal, start.request_id};
    {
      absl::MutexLock lock(&imports_mutex_);
      if (!running_imports_.insert(id).second) {
        return absl::FailedPreconditionError(
            "IMPORT_RUNNING: request_id: an import with it is running");
      }
    }
    // From here on the id is released by `closed`.
    RunningImport::Options options;
    // Pieces of an earlier run may still be queued: this one goes on after
    // them.
    const absl::Status settled = AwaitQueued();
    options.closed = [this, id] {
      absl::MutexLock lock(&imports_mutex_);
      running_imports_.erase(id);
    };
    // While writes are refused an earlier piece may be stored and not seen.
    absl::StatusOr<storage::v1::ImportRow> row =
        settled.ok() ? ReadOrMakeImport(start) : settled;
    if (!row.ok()) {
      options.closed();
      return row.status();
    }
    options.row = *std::move(row);
    options.start = std::move(start);
    options.context = Context();
    options.writer = writer_.get();
    options.link_backlog = [this](std::uint64_t enterprise_no) {
      LinkBacklog(enterprise_no);
    };
    return std::unique_ptr<ImportSession>(
        std::make_unique<RunningImport>(std::move(options)));
  }

  absl::StatusOr<StoredImport> GetImport(
      const std::string& principal,
      const std::string& request_id) const override {
    CREDITREG_ASSIGN_OR_RETURN(
        const std::optional<storage::v1::ImportRow> row,
        ReadRow<storage::v1::ImportRow>(*view()->rows(),
                                        ImportKey(principal, request_id)));
    if (!row.has_value()) {
      return absl::NotFoundError("request_id: no import has it");
    }
    return StoredImport{*row};
  }

  RegistryFigures Figures() const override {
    RegistryFigures figures;
    figures.counters = view()->counters();
    figures.store = store_->Figures();
    if (writer_ != nullptr) {
      const Writer::Figures writer = writer_->figures();
      figures.queued_rows = writer.queued_rows;
      figures.groups_committed = writer.groups_committed;
      figures.rows_committed = writer.rows_committed;
      figures.reopenings = writer.reopenings;
      figures.writer_ok = writer_->write_state().ok();
    }
    return figures;
  }

  KeyState Keys() const override {
    KeyState state = rotation_.state();
    state.destroyed_again = destroyed_again_;
    return state;
  }

  absl::StatusOr<std::uint32_t> RotateMasterKey() override {
    if (writer_ == nullptr) return ReadOnly();
    return rotation_.Start();
  }

  absl::StatusOr<VerifyReport> Verify(
      const VerifyOptions& options,
      const std::function<bool(const VerifyProgress&)>& progress) override {
    if (verify_running_.exchange(true)) {
      return absl::FailedPreconditionError(
          "VERIFY_RUNNING: verify: one is running, want its end");
    }
    absl::StatusOr<VerifyReport> report =
        VerifyRegistry(*view(), layout_, keys_, *data_keys_, options, progress);
    verify_running_ = false;
    return report;
  }

  bool Healthy() const override {
    return writer_ == nullptr || writer_->healthy();
  }

  absl::Status WriteState() const override {
    return writer_ == nullptr ? ReadOnly() : writer_->write_state();
  }

  void Drain() override {
    if (writer_ != nullptr) writer_->Drain();
  }

 private:
  // Queues a write of one thing, which `apply` does.
  template <typename Write>
  void SubmitOne(Write write,
                 absl::StatusOr<WriteResult> (*apply)(Transaction&,
                                                      const WriteContext&,
                                                      const ChangeSource&,
                                                      const Write&),
                 WriteCallback done) {
    auto shared = std::make_shared<Write>(std::move(write));
    ApplyFunction apply_one =
        [shared, apply, context = Context(shared->request)](
            Transaction& transaction, const ChangeSource& source)
        -> absl::StatusOr<std::vector<WriteResult>> {
      CREDITREG_ASSIGN_OR_RETURN(WriteResult result,
                                 apply(transaction, context, source, *shared));
      return std::vector<WriteResult>{std::move(result)};
    };
    Enqueue(shared->request, 1, std::move(apply_one), std::move(done));
  }

  using ImportId = std::pair<std::string, std::string>;

  static absl::Status ReadOnly() {
    return absl::FailedPreconditionError("writes: opened for reading only");
  }

  WriteContext Context() const {
    WriteContext context;
    context.keys = &keys_;
    context.data_keys = data_keys_.get();
    context.random = random_;
    context.clock = options_.clock;
    return context;
  }
  WriteContext Context(const WriteRequest& request) const {
    WriteContext context = Context();
    context.dry_run = request.validate_only;
    return context;
  }

  std::shared_ptr<const SnapshotView> view() const {
    return writer_ != nullptr ? writer_->view() : fixed_view_;
  }

  void Enqueue(WriteRequest request, std::size_t rows, ApplyFunction apply,
               WriteCallback done) {
    if (writer_ == nullptr) {
      done(ReadOnly());
      return;
    }
    struct Pending {
      WriteRequest request;
      std::string payload_mac;
      ApplyFunction apply;
      WriteCallback done;
      absl::StatusOr<WriteAnswer> answer = WriteAnswer();
    };
    auto pending = std::make_shared<Pending>();
    pending->payload_mac = PayloadMac(request.payload, keys_.hmac);
    request.payload.clear();
    pending->request = std::move(request);
    pending->apply = std::move(apply);
    pending->done = std::move(done);
    WriteWork work;
    work.rows = rows;
    work.apply = [pending, context = Context()](Transaction& transaction) {
      pending->answer = ApplyOnce(transaction, context, pending->request,
                                  pending->payload_mac, pending->apply);
    };
    work.answer = [this, pending](const absl::Status& committed,
                                  std::uint64_t) {
      if (committed.ok()) {
        ResumeStalledLinks();
      } else {
        pending->answer = committed;
      }
      pending->done(std::move(pending->answer));
    };
    writer_->Enqueue(std::move(work));
  }

  // Returns when nothing that was queued before can be committed any more.
  // Errors: those of writes that are refused.
  absl::Status AwaitQueued() {
    absl::Notification answered;
    absl::Status result;
    WriteWork work;
    work.rows = 0;
    work.apply = [](Transaction&) {};
    work.answer = [&](const absl::Status& committed, std::uint64_t) {
      result = committed;
      answered.Notify();
    };
    writer_->EnqueueInternal(std::move(work));
    answered.WaitForNotification();
    return result;
  }

  absl::StatusOr<storage::v1::ImportRow> ReadOrMakeImport(
      const StartImport& start) const {
    storage::v1::ImportRow fresh;
    fresh.set_format(start.format);
    fresh.set_source_id(start.source_id);
    fresh.set_encoding(start.encoding);
    fresh.set_started_us(absl::ToUnixMicros(options_.clock->Now()));
    if (start.validate_only) return fresh;
    CREDITREG_ASSIGN_OR_RETURN(
        const std::optional<storage::v1::ImportRow> stored,
        ReadRow<storage::v1::ImportRow>(
            *view()->rows(),
            ImportKey(start.actor.principal, start.request_id)));
    if (!stored.has_value()) return fresh;
    if (stored->format() != start.format ||
        stored->source_id() != start.source_id) {
      return absl::AlreadyExistsError(
          "REQUEST_ID_REUSED: request_id: came before with another format or "
          "source");
    }
    return *stored;
  }

  // Begins a pass over what waits for the enterprise, unless one is on its way:
  // that one sees in the backlog row that there is more.
  void LinkBacklog(std::uint64_t enterprise_no) {
    {
      absl::MutexLock lock(&links_mutex_);
      if (!linking_.insert(enterprise_no).second) return;
    }
    QueueLinkPiece(enterprise_no, LinkProgress());
  }

  // Each piece queues the one after it.
  void QueueLinkPiece(std::uint64_t enterprise_no, const LinkProgress& from) {
    auto next = std::make_shared<absl::StatusOr<std::optional<LinkProgress>>>();
    WriteWork work;
    work.rows = kLinksPerPiece;
    work.apply = [this, next, enterprise_no, from](Transaction& transaction) {
      *next = LinkPiece(transaction, Context(), enterprise_no, from);
    };
    work.answer = [this, next, enterprise_no](const absl::Status& committed,
                                              std::uint64_t) {
      if (committed.ok() && next->ok() && (*next)->has_value()) {
        QueueLinkPiece(enterprise_no, ***next);
        return;
      }
      absl::MutexLock lock(&links_mutex_);
      linking_.erase(enterprise_no);
      // Damage stops the linking of this one; its backlog row stays for verify
      // and the next start. A reopening begins all passes again.
      const bool read_failed =
          committed.ok() && !next->ok() && !absl::IsDataLoss(next->status());
      if (read_failed || absl::IsResourceExhausted(committed)) {
        stalled_links_.insert(enterprise_no);
      }
    };
    writer_->EnqueueInternal(std::move(work));
  }

  void QueueJudgePiece() {
    auto more = std::make_shared<absl::StatusOr<bool>>(false);
    WriteWork work;
    work.rows = kJudgedPerPiece;
    work.apply = [this, more](Transaction& transaction) {
      *more = JudgePiece(transaction, Context());
    };
    work.answer = [this, more](const absl::Status& committed, std::uint64_t) {
      if (committed.ok() && more->ok() && **more) {
        QueueJudgePiece();
        return;
      }
      judging_ = false;
      // Damage shows in verify; a full disk or a failed read ends the pass
      // until something else was written, a reopening begins it again.
      judging_stalled_ = !absl::IsDataLoss(more->status()) &&
                         (!more->ok() || absl::IsResourceExhausted(committed));
    };
    writer_->EnqueueInternal(std::move(work));
  }

  // Begins passes again that a full disk or a failed read ended, once something
  // else was written.
  void ResumeStalledLinks() {
    if (backlog_unread_.exchange(false)) ResumeBacklogOrLater();
    if (judging_stalled_.exchange(false)) QueueJudging();
    std::set<std::uint64_t> stalled;
    {
      absl::MutexLock lock(&links_mutex_);
      stalled.swap(stalled_links_);
    }
    for (const std::uint64_t enterprise_no : stalled) {
      LinkBacklog(enterprise_no);
    }
  }

  const RegistryOptions options_;
  RandomSource* const random_;
  const KeyRing keys_;
  const storage::v1::Layout layout_;
  const std::unique_ptr<Store> store_;
  const std::unique_ptr<DataKeyStore> data_keys_;
  KeyRotation rotation_;
  const std::uint64_t destroyed_again_;
  const bool is_new_beside_old_keys_;
  const TokenCodec tokens_;
  std::atomic<bool> verify_running_ = false;
  absl::Mutex imports_mutex_;
  std::set<ImportId> running_imports_ ABSL_GUARDED_BY(imports_mutex_);
  std::atomic<bool> judging_ = false;
  std::atomic<bool> judging_stalled_ = false;
  absl::Mutex links_mutex_;
  // Nobody knows yet whether passes wait.
  std::atomic<bool> backlog_unread_ = false;
  // Enterprises with a pass on its way, and those whose pass met a full disk or
  // could not read.
  std::set<std::uint64_t> linking_ ABSL_GUARDED_BY(links_mutex_);
  std::set<std::uint64_t> stalled_links_ ABSL_GUARDED_BY(links_mutex_);
  // One of the two: a writer, or the state of a read-only registry.
  std::shared_ptr<const SnapshotView> fixed_view_;
  std::unique_ptr<Writer> writer_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Registry>> Registry::Open(
    const RegistryOptions& options) {
  static SystemRandom* const system_random = new SystemRandom;
  RandomSource* const random =
      options.random != nullptr ? options.random : system_random;
  const bool read_only = options.store.read_only;
  RegistryImpl::Parts parts;
  CREDITREG_ASSIGN_OR_RETURN(const bool has_database,
                             Store::Exists(options.store));
  CREDITREG_ASSIGN_OR_RETURN(const bool has_ring, HasKeyRing(options.key_dir));
  parts.key_files = KeyFilesOf(options);
  KeyRingOptions ring{parts.key_files};
  // Made before the database, so that none is ever wanted beside one.
  ring.create_if_missing = options.create_keys && !read_only && !has_database;
  CREDITREG_ASSIGN_OR_RETURN(parts.ring, LoadKeyRing(ring, random));
  CREDITREG_ASSIGN_OR_RETURN(parts.store, Store::Open(options.store));
  CREDITREG_ASSIGN_OR_RETURN(
      std::optional<OpenedState> state,
      ReadState(*parts.store, read_only, parts.ring.keys));
  DataKeyOptions data_keys{parts.key_files};
  data_keys.read_only = read_only;
  data_keys.create_if_missing = !state.has_value();
  if (state.has_value()) {
    data_keys.least_slots = state->counters.data_key_slots();
  }
  CREDITREG_ASSIGN_OR_RETURN(parts.data_keys,
                             DataKeyStore::Open(data_keys, random));
  if (state.has_value() && !read_only) {
    CREDITREG_ASSIGN_OR_RETURN(
        parts.destroyed_again,
        DestroyErasedKeys(*parts.store->TakeSnapshot(), *parts.data_keys));
    // A first load that was stopped after its last write leaves its folder.
    std::error_code ignored;
    std::filesystem::remove_all(
        absl::StrCat(options.store.directory, "/", kFirstLoadFolder), ignored);
  }
  if (!state.has_value()) {
    parts.is_new_beside_old_keys = has_ring;
    CREDITREG_ASSIGN_OR_RETURN(
        state, CreateState(*parts.store, parts.ring.keys, random));
  }
  parts.state = *std::move(state);
  if (read_only) {
    CREDITREG_ASSIGN_OR_RETURN(parts.tables,
                               ReadTables(*parts.store->TakeSnapshot()));
  } else {
    CREDITREG_ASSIGN_OR_RETURN(
        parts.tables, ActivateAtStart(options.tables, options.clock,
                                      *parts.store, &parts.state.counters));
  }
  auto registry =
      std::make_unique<RegistryImpl>(options, random, std::move(parts));
  CREDITREG_RETURN_IF_ERROR(registry->ResumeBacklog());
  registry->ResumeJudging();
  return std::unique_ptr<Registry>(std::move(registry));
}

}  // namespace creditreg
