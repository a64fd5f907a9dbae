// The registry's front door: everything that is stored goes in here, and every
// read starts here. Knows no network.
//
//   auto registry = Registry::Open(options);
//   registry->Submit(PutEnterprise{...}, [](auto result) { ... });
//   std::shared_ptr<const View> view = registry->CurrentView();
//   view->Find({.identifier = "914403001922038216"});
//
// Writes are queued, numbered by one writer thread, and committed in groups;
// the callback runs on that thread once the group is durable and visible, so it
// must be short. Callers' threads do what needs no order first (keys, hashes).
//
// Thread safety: every method may be called from many threads.

#ifndef CREDITREG_INDEX_REGISTRY_REGISTRY_H_
#define CREDITREG_INDEX_REGISTRY_REGISTRY_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "index/base/clock.h"
#include "index/base/random.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/codec/tokens.h"
#include "index/model/draft.h"
#include "index/publication/case_flow.h"
#include "index/publication/page_cache.h"
#include "index/publication/tables.h"
#include "index/registry/view.h"
#include "index/store/master_keys.h"
#include "index/store/store.h"

namespace creditreg {

// Who writes, and why. Goes into every change.
struct Actor {
  std::string principal;
  std::string agency;
  std::string role;
  std::string purpose;
  // Where from: the address of the call; empty: no call.
  std::string origin = {};
  // Writes only what `agency` decided (records) or registered (enterprises);
  // not stored.
  bool own_agency_only = false;
};

// Numbers as in creditreg.v1.Outcome; stored.
enum class Outcome : std::uint8_t {
  kCreated = 1,
  kUpdated = 2,
  kUnchanged = 3,
  kPending = 4,
  kQuarantined = 5,
  kRejected = 6,
};

// What every write carries.
struct WriteRequest {
  Actor actor;
  // 1-64 characters of [A-Za-z0-9_.:-], checked by the caller.
  std::string request_id;
  // What the request says, as bytes that two equal requests share; only its
  // keyed hash is stored.
  std::string payload;
  // Answer as if stored, store nothing (the request id neither).
  bool validate_only = false;
};

struct PutEnterprise {
  WriteRequest request;
  EnterpriseDraft draft;
  // 16 hex characters, or empty for "any".
  std::string etag;
};

struct SubmitRecords {
  WriteRequest request;
  // A draft, or the errors for which the caller refuses it (answered as
  // kRejected at the same place).
  std::vector<std::variant<RecordDraft, std::vector<Finding>>> records;
};

struct CorrectRecord {
  WriteRequest request;
  std::uint64_t record_no = 0;
  std::string etag;
  RecordDraft draft;
  // False: the stored personal fields stay.
  bool has_personal = false;
  std::string reason;
};

struct WithdrawRecord {
  WriteRequest request;
  std::uint64_t record_no = 0;
  // Empty: any.
  std::string etag;
  std::string reason;
};

struct WithholdEnterprise {
  WriteRequest request;
  std::uint64_t enterprise_no = 0;
  bool withheld = false;
  // Stored with the version while withheld, and in the change.
  std::string reason;
};

// Destroys the data key of personal fields: they are unreadable from then on,
// at every position and in every copy of the database, with whatever master
// key. What else is stored of the subject stays.
struct ErasePersonal {
  WriteRequest request;
  // Of an enterprise, a record, or a row kept aside (whose text is erased).
  SealedKind kind = SealedKind::kRecord;
  std::uint64_t number = 0;
  // Stored in the change.
  std::string reason;
};

// Activates a table of publication rules or the calendar: everything after the
// change is judged by it. Records that it lists, or no longer lists, follow one
// after the other; what it hides is hidden at once.
struct ActivateTable {
  WriteRequest request;
  TableText table;
};

// Names the term of a record that no rule decides (待分类), on one channel.
struct ClassifyRecord {
  WriteRequest request;
  std::uint64_t record_no = 0;
  std::string etag;
  Channel channel = storage::v1::ChannelPublication::CHANNEL_UNSPECIFIED;
  // Id of a term of the channel's table; empty: takes the choice back.
  std::string term;
  std::string reason;
};

// Opens a case (server's contract: case_service.proto). It begins as a draft;
// with `submit` or a national number it is handed over at once.
struct OpenCase {
  WriteRequest request;
  storage::v1::CaseKind kind = storage::v1::CASE_KIND_UNSPECIFIED;
  // Of all but an entry into a list, which has `entry`.
  std::uint64_t record_no = 0;
  std::optional<RecordDraft> entry;
  // Unspecified: 信用中国's procedure where there is one, else gsxt's.
  Channel channel = storage::v1::ChannelPublication::CHANNEL_UNSPECIFIED;
  std::string national_no;
  std::vector<storage::v1::CaseMaterial> materials;
  std::string reason;
  bool submit = false;
};

// The next step of a case; what it changes of a record is in the same commit.
struct AdvanceCase {
  WriteRequest request;
  std::uint64_t case_no = 0;
  // 16 hex characters; empty: any.
  std::string etag;
  StepInput step;
};

// Steps that the national platform took, in any order.
struct ImportCaseSteps {
  struct Step {
    std::string national_no;
    StepInput input;
    // Of the first step: what the case is about.
    storage::v1::CaseKind kind = storage::v1::CASE_KIND_UNSPECIFIED;
    std::uint64_t record_no = 0;
    Channel channel = storage::v1::ChannelPublication::CHANNEL_UNSPECIFIED;
  };
  WriteRequest request;
  std::vector<Step> steps;
};

// The actor has taken down all that changes up to one told it to; 0: only
// registers the actor as a receiver.
struct AcknowledgeWithdrawals {
  WriteRequest request;
  std::uint64_t up_to = 0;
};

// What became of one written thing. Read it as stored with
// View::ReadRecord/ReadEnterprise at `version_sequence`.
struct WriteResult {
  Outcome outcome = Outcome::kRejected;
  // 0 where it does not apply.
  std::uint64_t enterprise_no = 0;
  std::uint64_t record_no = 0;
  std::uint64_t version_sequence = 0;
  std::uint64_t case_no = 0;
  // Records that waited for the enterprise and are being linked; at most
  // kMaxPendingCount is counted.
  std::uint64_t pending_records = 0;
  std::vector<Finding> findings;
};

struct WriteAnswer {
  // One for PutEnterprise, CorrectRecord, WithdrawRecord; one per record, in
  // order, for SubmitRecords.
  std::vector<WriteResult> results;
  // State that holds all of it.
  std::uint64_t sequence = 0;
  // Whether the request came before, and this is what it was answered then.
  bool is_repeated = false;
};

// Errors of writes (messages name fields and rules, never subjects):
//   AlreadyExists       "REQUEST_ID_REUSED: ...", CorrectRecord: "KEY_TAKEN:
//   ..." Aborted             "ETAG_MISMATCH: ..." NotFound "record_id: no such
//   record" FailedPrecondition  "CODE_CONFLICT: ...", "WITHDRAWN: ...",
//                       "NAME_NEVER_HELD: ..." (corrections),
//                       "IMPORT_RUNNING: ...", "TABLE_VERSION: ...",
//                       "DECIDED_BY_RULE: ..." (classifications)
//   InvalidArgument     ActivateTable: the text's mistakes; ClassifyRecord:
//                       "term: ..."
//   PermissionDenied    "OUT_OF_SCOPE: ...": Actor::own_agency_only
//   ResourceExhausted   "OVERLOADED: ..." queue full, "DISK_FULL: ..."; nothing
//                       stored
//   Unknown             the disk failed while committing: stored whole or not
//                       at all; the same request id again tells
//   Unavailable         shutting down; "STORE_REOPENING: ..." the disk failed
//                       and the database is not open again yet; nothing stored
//   DataLoss            stored data is damaged, so writing stopped; or the
//                       write had to read it; nothing stored
// The word before the first colon is the ErrorInfo reason where it is all
// capitals.
using WriteCallback = std::function<void(absl::StatusOr<WriteAnswer>)>;

struct StartImport {
  Actor actor;
  std::string request_id;
  // creditreg.v1.ImportFormat and TextEncoding by number.
  std::uint32_t format = 0;
  std::uint32_t encoding = 0;
  std::string source_id;
  bool validate_only = false;
};

// How an import stands.
struct StoredImport {
  storage::v1::ImportRow row;
};

struct ImportRowResult {
  std::uint64_t row = 0;
  Outcome outcome = Outcome::kRejected;
  // As stored with the row; fields are paths.
  std::vector<Finding> findings;
};

struct ImportAnswer {
  std::vector<ImportRowResult> results;
  storage::v1::ImportRow progress;
  std::uint64_t sequence = 0;
};
using ImportCallback = std::function<void(absl::StatusOr<ImportAnswer>)>;

// A running import. Destroying it lets another run of the same request id go
// on where this one stopped. Must be gone before the Registry.
//
// Thread safety: one thread at a time.
class ImportSession {
 public:
  virtual ~ImportSession() = default;
  // How it stood when the session began: rows_done > 0 after an interrupted
  // run, finished_us > 0 where it is complete (then only ReadOutcomes works).
  virtual const storage::v1::ImportRow& start() const = 0;
  // What was found in rows [first, first + count) stored before: only rows with
  // findings, in order.
  virtual absl::StatusOr<std::vector<ImportRowResult>> ReadOutcomes(
      std::uint64_t first, std::uint64_t count) const = 0;
  // Stores rows, which go on where the last ones ended. Several calls may be
  // under way; they are answered in order. After Unknown every later call is
  // Aborted "IMPORT_BROKEN_OFF: ...": how far it got tells the next session.
  // `bytes_done` and `prefix_sm3` are those of the file up to the last of them.
  // At most 1000 rows.
  virtual void AppendRows(std::vector<ImportRowDraft> rows,
                          std::uint64_t bytes_done, std::string prefix_sm3,
                          ImportCallback done) = 0;
  // Closes the import: call once all AppendRows() were answered. Waits for the
  // commit.
  virtual absl::StatusOr<ImportAnswer> Finish(std::uint64_t total_bytes,
                                              std::string file_sm3) = 0;
};

struct RegistryOptions {
  StoreOptions store;
  // Tables of publication rules: those newer than the active ones are activated
  // before anything is served. Not looked at where read-only.
  std::vector<TableText> tables;
  // Holds the key ring and the data keys; not below store.directory.
  std::string key_dir;
  // A missing key ring is made (first start).
  bool create_keys = true;
  // Where master keys come from; null: files in `key_dir`.
  std::shared_ptr<MasterKeySource> master_keys = nullptr;
  // How keys and personal data are sealed from now on; what lies sealed
  // otherwise is read on.
  SealingSuite sealing_suite = SealingSuite::kAes256Gcm;
  // Writes waiting for the writer, in things to store; past it OVERLOADED.
  std::size_t max_queued_rows = 20000;
  Clock* clock = RealClock();
  // Null: the system's.
  RandomSource* random = nullptr;
  // Told what every commit touches, before a view shows it. Null: none. Not
  // owned; outlives the registry.
  PageCache* page_cache = nullptr;
  // Between attempts to reopen the database after the disk failed: from the one
  // to the other, doubling.
  absl::Duration least_reopen_wait = absl::Milliseconds(100);
  absl::Duration most_reopen_wait = absl::Seconds(10);
};

// Figures of the registry, for statistics.
struct RegistryFigures {
  storage::v1::Counters counters;
  StoreFigures store;
  std::uint64_t queued_rows = 0;
  std::uint64_t groups_committed = 0;
  std::uint64_t rows_committed = 0;
  bool writer_ok = true;
  // How often the database was opened again after a failure.
  std::uint64_t reopenings = 0;
};

// The keys that seal personal data.
struct KeyState {
  // Of the master key that seals the ring, and that wraps the data keys. They
  // differ while a rotation is under way, or after one that was broken off.
  std::uint32_t ring_version = 0;
  std::uint32_t data_keys_version = 0;
  // Slots of data keys, destroyed ones too.
  std::uint64_t data_keys = 0;
  // Keys of erased fields that an older copy of the key file had brought back,
  // and that the start destroyed again.
  std::uint64_t destroyed_again = 0;
  bool rotating = false;
  // Of the last rotation; 0: none since the start.
  std::uint32_t target_version = 0;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  // Slots that were damaged before, and stay so.
  std::uint64_t damaged = 0;
  // How it ended: OK, or why it did not.
  absl::Status last;
  // Since the start.
  std::uint64_t rotations_ended = 0;
};

struct VerifyOptions {
  // Also open every sealed row with its key (slow).
  bool open_sealed = false;
};
struct VerifyProgress {
  std::uint64_t rows_checked = 0;
  std::uint64_t faults = 0;
  // What is being checked, for example "changes".
  std::string stage;
};
struct VerifyReport {
  std::uint64_t rows_checked = 0;
  std::uint64_t faults = 0;
  // The first 100: table and rule, never a subject's data.
  std::vector<std::string> fault_messages;
  std::uint64_t sequence = 0;
};

class Registry {
 public:
  static constexpr std::uint64_t kMaxPendingCount = 10000;

  // Opens or creates the registry and starts its writer. When the disk fails
  // later, the database is reopened in place: views taken before answer
  // Unavailable "STORE_REOPENING: ..." from then on.
  //
  // Errors: as Store::Open() and the key files; FailedPrecondition the layout
  // is newer than this program, or the key ring is another registry's.
  static absl::StatusOr<std::unique_ptr<Registry>> Open(
      const RegistryOptions& options);

  // Whether Open() made the database although there was a key ring already:
  // then `store.directory` may be mistyped.
  virtual bool IsNewBesideOldKeys() const = 0;

  // Answers what is queued, then stops. No View or ImportSession may be left.
  virtual ~Registry() = default;

  virtual std::shared_ptr<const View> CurrentView() const = 0;
  virtual const TokenCodec& tokens() const = 0;

  virtual void Submit(PutEnterprise write, WriteCallback done) = 0;
  virtual void Submit(SubmitRecords write, WriteCallback done) = 0;
  virtual void Submit(CorrectRecord write, WriteCallback done) = 0;
  virtual void Submit(WithdrawRecord write, WriteCallback done) = 0;
  virtual void Submit(WithholdEnterprise write, WriteCallback done) = 0;
  // Answered once the key is gone. Unknown where it may not be: until the same
  // request answers otherwise, nothing else is written.
  virtual void Submit(ErasePersonal write, WriteCallback done) = 0;
  virtual void Submit(ActivateTable write, WriteCallback done) = 0;
  virtual void Submit(ClassifyRecord write, WriteCallback done) = 0;
  virtual void Submit(OpenCase write, WriteCallback done) = 0;
  virtual void Submit(AdvanceCase write, WriteCallback done) = 0;
  // One result a step: kUpdated it was taken, kUnchanged it came before,
  // kPending it waits for the ones before it, kRejected with a finding that
  // says why.
  virtual void Submit(ImportCaseSteps write, WriteCallback done) = 0;
  virtual void Submit(AcknowledgeWithdrawals write, WriteCallback done) = 0;

  // Begins the day where the clock says that there is a new one: a change that
  // stores it, then records whose day has come are judged again, piece by
  // piece. What is hidden with the day does not wait for it. To be called about
  // every second.
  virtual void BeginDay() = 0;

  // Begins or goes on with an import. Waits until what is queued is committed,
  // so not from a callback.
  //
  // Errors: as of writes while these are refused; FailedPrecondition
  // "IMPORT_RUNNING: ...";  AlreadyExists
  // "REQUEST_ID_REUSED: ..." the id came with another format or source (that
  // the bytes differ shows later: the caller compares prefix_sm3).
  virtual absl::StatusOr<std::unique_ptr<ImportSession>> BeginImport(
      StartImport start) = 0;
  // NotFound where there is none. The row's counts are those of rows stored.
  virtual absl::StatusOr<StoredImport> GetImport(
      const std::string& principal, const std::string& request_id) const = 0;

  virtual RegistryFigures Figures() const = 0;

  virtual KeyState Keys() const = 0;
  // Begins to seal the keys under the next version of the master key, or goes
  // on with a rotation that was broken off; answers the version. Keys() tells
  // how it goes on; the end of the registry breaks it off.
  //
  // Errors: FailedPrecondition "ROTATION_RUNNING: ...", "NO_MASTER_KEY: ..."
  // its source has no such version, or read-only; Unavailable,
  // ResourceExhausted "DISK_FULL: ..." as the key files.
  virtual absl::StatusOr<std::uint32_t> RotateMasterKey() = 0;

  // Checks everything against one state. `progress` is called about every
  // 10,000 rows; returning false stops with Cancelled.
  //
  // Errors: FailedPrecondition "VERIFY_RUNNING: ...".
  virtual absl::StatusOr<VerifyReport> Verify(
      const VerifyOptions& options,
      const std::function<bool(const VerifyProgress&)>& progress) = 0;

  // False while nothing can be served: the database is closed after a failure
  // and cannot be opened again yet.
  virtual bool Healthy() const = 0;

  // OK, or why writes are refused now. For the operator: may name files.
  virtual absl::Status WriteState() const = 0;

  // Refuses new writes with Unavailable, answers those queued.
  virtual void Drain() = 0;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_REGISTRY_H_
