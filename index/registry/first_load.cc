#include "index/registry/first_load.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/check.h"
#include "index/base/civil_day.h"
#include "index/base/clock.h"
#include "index/base/random.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/codec/tokens.h"
#include "index/codec/value.h"
#include "index/lookup/file_list.h"
#include "index/lookup/identifiers.h"
#include "index/model/draft.h"
#include "index/model/finding.h"
#include "index/publication/source_quality.h"
#include "index/publication/tables.h"
#include "index/registry/conf_tables.h"
#include "index/registry/enterprise_write.h"
#include "index/registry/file_head.h"
#include "index/registry/first_load_tables.h"
#include "index/registry/import_rows.h"
#include "index/registry/loaded_keys.h"
#include "index/registry/open.h"
#include "index/registry/party_link.h"
#include "index/registry/quality_cells.h"
#include "index/registry/record_version.h"
#include "index/registry/record_write.h"
#include "index/registry/registry.h"
#include "index/registry/rows.h"
#include "index/registry/transaction.h"
#include "index/registry/turnstile.h"
#include "index/registry/view.h"
#include "index/registry/write_context.h"
#include "index/store/durable_files.h"
#include "index/store/key_files.h"
#include "index/store/sorted_files.h"
#include "index/store/store.h"

namespace creditreg {
namespace {

// In the work folder: what an unfinished load left is being removed, so that
// damage beside it is no registry's.
constexpr char kRemoving[] = "removing";
constexpr absl::string_view kBeginning = "begin a first load";

absl::Status FolderError(absl::string_view doing,
                         const std::error_code& error) {
  return absl::UnavailableError(absl::StrCat(doing, ": ", error.message()));
}

absl::Status HoldsRegistry() {
  return absl::FailedPreconditionError(
      "data_dir: holds a registry, want an empty directory");
}

absl::Status Ended() {
  return absl::CancelledError("first load: ended by another batch");
}

// One row on its way: what it becomes if it is plain.
struct Item {
  enum class Fate { kPlain, kPutOff, kRejected };

  Fate fate = Fate::kPutOff;
  PreparedImportRow prepared;
  ImportRowResult result;
  // Enterprises.
  EnterpriseKeys keys;
  NewEnterpriseVersion enterprise;
  // Records.
  NewRecordVersion record;
  Stamp stamp;
  // Its field-ordered encoding, without chain hash.
  std::string canonical_change;

  storage::v1::Change& change() {
    return prepared.enterprise.has_value() ? enterprise.change : record.change;
  }
};

struct LoadedFile {
  StartImport start;
  // Counts are under the load's mutex while batches are under way.
  storage::v1::ImportRow row;
};

class FirstLoadImpl final : public FirstLoad {
 public:
  struct Parts {
    std::unique_ptr<Store> store;
    KeyRing keys;
    std::unique_ptr<DataKeyStore> data_keys;
    OpenedState state;
    TablesPtr publication;
  };

  FirstLoadImpl(const FirstLoadOptions& options, RandomSource* random,
                std::string work_folder, Parts parts)
      : options_(options),
        work_folder_(std::move(work_folder)),
        keys_(parts.keys),
        layout_(parts.state.layout),
        store_(std::move(parts.store)),
        data_keys_(std::move(parts.data_keys)),
        tokens_(keys_, layout_.registry_id()),
        publication_(std::move(parts.publication)),
        counters_(std::move(parts.state.counters)) {
    context_.keys = &keys_;
    context_.data_keys = data_keys_.get();
    context_.random = random;
    context_.clock = options_.registry.clock;
  }

  absl::Status BeginPass(Pass pass) override;
  std::size_t AddFile(StartImport start) override;
  absl::StatusOr<Fates> AddRows(Batch batch) override;
  void Fail(const absl::Status& status) override;
  absl::Status EndPass() override;
  absl::StatusOr<std::vector<ImportRowResult>> ApplyPutOff(
      std::size_t file, std::vector<ImportRowDraft> rows) override;
  absl::Status EndPutOff() override;
  absl::StatusOr<std::vector<ImportRowResult>> ReadOutcomes(
      std::size_t file, std::uint64_t first, std::uint64_t end) const override;
  void FinishFile(std::size_t file, const FileEnd& end) override;
  absl::Status Commit() override;
  const storage::v1::ImportRow& import(std::size_t file) const override {
    absl::MutexLock lock(&mutex_);
    return files_[file].row;
  }
  const TokenCodec& tokens() const override { return tokens_; }

 private:
  absl::StatusOr<Fates> TryAddRows(Batch batch);
  void AddRejected(const StartImport& start,
                   std::map<QualityKey, QualityCell>* quality) const;
  // What needs no order: on the caller's thread.
  absl::Status Prepare(ImportRowDraft draft, Item& item) const;
  void PrepareEnterpriseItem(Item& item) const;
  absl::Status PrepareRecordItem(Item& item) const;
  // Whether items are plain, and their numbers: batch after batch.
  absl::Status Number(LoadedFile& file, std::vector<Item>& items)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NumberEnterprise(Item& item) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NumberRecord(Item& item) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckMemory() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The rows of a numbered item, all but its change.
  absl::Status PutRows(const ChangeSource& source, Item& item,
                       BatchRows& rows) const;
  absl::Status Ingest(const std::vector<std::string>& paths);
  absl::Status ReadHeads();
  absl::Status PutChangedHeads();

  const FirstLoadOptions options_;
  const std::string work_folder_;
  const KeyRing keys_;
  const storage::v1::Layout layout_;
  const std::unique_ptr<Store> store_;
  const std::unique_ptr<DataKeyStore> data_keys_;
  const TokenCodec tokens_;
  // Activated before the first row.
  const TablesPtr publication_;
  WriteContext context_;

  // Set between calls, read by batches.
  Pass pass_ = Pass::kEnterprises;
  std::unique_ptr<FirstLoadTables> tables_;
  std::unique_ptr<Turnstile> numbering_;
  std::unique_ptr<Turnstile> chaining_;
  // The registry's enterprises, while records come.
  std::shared_ptr<const Snapshot> enterprises_;
  // Enterprises with a version put since the pass' files were ingested.
  std::vector<std::uint64_t> enterprises_put_;

  // Batches hold it one after the other: turnstiles say which.
  mutable absl::Mutex mutex_;
  absl::Status failed_ ABSL_GUARDED_BY(mutex_);
  std::deque<LoadedFile> files_ ABSL_GUARDED_BY(mutex_);
  storage::v1::Counters counters_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t sequence_at_pass_ = 0;
  // Written in turn; while records come, batches read codes beside that.
  LoadedKeys loaded_;
  // By enterprise_no; only while records come.
  std::vector<storage::v1::EnterpriseHead> heads_ ABSL_GUARDED_BY(mutex_);
  // What is to be added to the cells of source quality.
  std::map<QualityKey, QualityCell> quality_ ABSL_GUARDED_BY(mutex_);
  // The chain's end, apart from counters: batches link behind the numbering.
  std::string chain_hash_;
};

absl::Status FirstLoadImpl::BeginPass(Pass pass) {
  pass_ = pass;
  FirstLoadTables::Options tables;
  tables.store = options_.registry.store;
  tables.directory = work_folder_;
  tables.name = pass == Pass::kEnterprises ? "enterprises" : "records";
  tables.sort_buffer_bytes = options_.sort_buffer_bytes;
  CREDITREG_ASSIGN_OR_RETURN(tables_, FirstLoadTables::Create(tables));
  numbering_ = std::make_unique<Turnstile>();
  chaining_ = std::make_unique<Turnstile>();
  {
    absl::MutexLock lock(&mutex_);
    sequence_at_pass_ = counters_.sequence();
    chain_hash_ = counters_.chain_hash();
  }
  if (pass == Pass::kEnterprises) return absl::OkStatus();
  enterprises_ = store_->TakeSnapshot();
  return ReadHeads();
}

std::size_t FirstLoadImpl::AddFile(StartImport start) {
  absl::MutexLock lock(&mutex_);
  LoadedFile file;
  file.row.set_import_no(counters_.next_import_no());
  counters_.set_next_import_no(file.row.import_no() + 1);
  file.row.set_format(start.format);
  file.row.set_source_id(start.source_id);
  file.row.set_encoding(start.encoding);
  file.row.set_started_us(absl::ToUnixMicros(context_.clock->Now()));
  file.start = std::move(start);
  files_.push_back(std::move(file));
  return files_.size() - 1;
}

void FirstLoadImpl::Fail(const absl::Status& status) {
  {
    absl::MutexLock lock(&mutex_);
    if (failed_.ok()) failed_ = status;
  }
  numbering_->Close();
  chaining_->Close();
  tables_->Close();
}

absl::StatusOr<FirstLoad::Fates> FirstLoadImpl::AddRows(Batch batch) {
  absl::StatusOr<Fates> fates = TryAddRows(std::move(batch));
  if (fates.ok()) return fates;
  Fail(fates.status());
  absl::MutexLock lock(&mutex_);
  return failed_;
}

absl::StatusOr<FirstLoad::Fates> FirstLoadImpl::TryAddRows(Batch batch) {
  LoadedFile* file = nullptr;
  {
    absl::MutexLock lock(&mutex_);
    file = &files_[batch.file];
  }
  std::vector<Item> items(batch.rows.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    CREDITREG_RETURN_IF_ERROR(Prepare(std::move(batch.rows[i]), items[i]));
  }
  if (!numbering_->Enter(batch.number)) return Ended();
  {
    absl::MutexLock lock(&mutex_);
    CREDITREG_RETURN_IF_ERROR(Number(*file, items));
  }
  numbering_->Leave();

  BatchRows rows;
  Fates fates;
  std::map<QualityKey, QualityCell> quality;
  for (Item& item : items) {
    const std::uint64_t row = item.prepared.row;
    if (item.fate == Item::Fate::kPutOff) {
      fates.put_off.push_back(row);
      continue;
    }
    PutImportOutcome(rows, file->row.import_no(), item.result);
    if (!item.result.findings.empty()) fates.with_findings.push_back(row);
    if (item.fate == Item::Fate::kRejected) {
      AddRejected(file->start, &quality);
      continue;
    }
    ChangeSource source;
    source.actor = &file->start.actor;
    source.request_id = file->start.request_id;
    source.import_row = row;
    CREDITREG_RETURN_IF_ERROR(PutRows(source, item, rows));
    if (pass_ == Pass::kRecords) {
      quality[QualityKeyOf(item.record.version)] +=
          QualityOf(item.record.version.first_receipt());
    }
  }
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [key, cell] : quality) quality_[key] += cell;
  }
  if (!chaining_->Enter(batch.number)) return Ended();
  for (Item& item : items) {
    if (item.fate != Item::Fate::kPlain) continue;
    chain_hash_ = ChainHashOfBytes(chain_hash_, item.canonical_change);
    item.change().set_chain_hash(chain_hash_);
  }
  chaining_->Leave();
  for (Item& item : items) {
    if (item.fate != Item::Fate::kPlain) continue;
    rows.Put(ChangeKey(item.stamp.sequence), item.change());
    for (IndexRow& row : ChangeIndexRows(item.stamp.sequence, item.change())) {
      rows.PutEncoded(std::move(row.first), std::move(row.second));
    }
  }
  items.clear();
  CREDITREG_RETURN_IF_ERROR(tables_->Put(batch.number, rows));
  return fates;
}

void FirstLoadImpl::AddRejected(
    const StartImport& start,
    std::map<QualityKey, QualityCell>* quality) const {
  const storage::v1::Family family = FamilyOfFormat(start.format);
  if (family == storage::v1::FAMILY_UNSPECIFIED) return;
  (*quality)[QualityKeyOf(family, start.source_id, /*region=*/"",
                          ChinaDay(context_.clock->Now()))] += RejectedRow();
}

absl::Status FirstLoadImpl::Prepare(ImportRowDraft draft, Item& item) const {
  item.prepared = PrepareRow(std::move(draft), keys_.hmac);
  item.result.row = item.prepared.row;
  if (item.prepared.enterprise.has_value()) {
    CREDITREG_CHECK(pass_ == Pass::kEnterprises, "enterprises come first");
    PrepareEnterpriseItem(item);
    return absl::OkStatus();
  }
  if (item.prepared.record.has_value()) {
    CREDITREG_CHECK(pass_ == Pass::kRecords, "records come last");
    return PrepareRecordItem(item);
  }
  item.fate = Item::Fate::kRejected;
  item.result.outcome = Outcome::kRejected;
  item.result.findings = std::move(item.prepared.findings);
  return absl::OkStatus();
}

void FirstLoadImpl::PrepareEnterpriseItem(Item& item) const {
  PreparedEnterprise& prepared = *item.prepared.enterprise;
  DraftVersion made =
      MakeEnterpriseVersion(prepared, std::move(prepared.draft.content));
  made.version.mutable_info()->set_content_hash(
      ContentHash(made.version.content()));
  item.keys = KeysOf(made.version, keys_.hmac);
  item.enterprise.version = std::move(made.version);
  if (made.takes_personal) item.enterprise.personal = &*prepared.draft.personal;
  item.enterprise.change.set_kind(storage::v1::Change::KIND_ENTERPRISE_PUT);
  item.result.outcome = Outcome::kCreated;
  item.result.findings = prepared.draft.findings;
  item.fate = Item::Fate::kPlain;
}

absl::Status FirstLoadImpl::PrepareRecordItem(Item& item) const {
  PreparedRecord& prepared = *item.prepared.record;
  // Without one it is kept aside.
  if (!prepared.natural_key.ok()) return absl::OkStatus();
  storage::v1::RecordVersion version =
      MakeRecordVersion(prepared, std::move(prepared.draft.content));
  PartyLink link;
  const storage::v1::Party& party = version.content().party();
  std::optional<std::uint64_t> known;
  if (party.category() != storage::v1::PARTY_CATEGORY_NATURAL_PERSON) {
    known = loaded_.FindParty(party.uscc(), party.name());
  }
  if (known.has_value()) {
    link.enterprise_no = *known;
  } else {
    CREDITREG_ASSIGN_OR_RETURN(
        link, LinkParty(*enterprises_, version.content(),
                        PartyIdentifiers(version, keys_.hmac)));
  }
  // Kept aside too.
  if (link.finding.has_value() && link.finding->severity == Severity::kError) {
    return absl::OkStatus();
  }
  WriteResult written;
  written.findings = prepared.draft.findings;
  item.record = LinkedVersion(prepared, std::move(version), link, &written);
  item.record.natural_key = *prepared.natural_key;
  item.result.outcome = written.outcome;
  item.result.findings = std::move(written.findings);
  item.fate = Item::Fate::kPlain;
  return absl::OkStatus();
}

absl::Status FirstLoadImpl::Number(LoadedFile& file, std::vector<Item>& items) {
  const absl::Time now = context_.clock->Now();
  for (Item& item : items) {
    if (item.prepared.enterprise.has_value()) {
      NumberEnterprise(item);
    } else if (item.prepared.record.has_value()) {
      NumberRecord(item);
    }
    if (item.fate == Item::Fate::kPutOff) continue;
    CountImportRow(item.result, &file.row);
    if (item.fate == Item::Fate::kPlain) {
      item.stamp = TakeStamp(now, *publication_, counters_);
    }
    if (item.fate == Item::Fate::kPlain && pass_ == Pass::kRecords &&
        item.record.version.enterprise_no() != 0) {
      AddRecordToHead(item.record.version, item.stamp.sequence,
                      &heads_[item.record.version.enterprise_no()]);
    }
  }
  return CheckMemory();
}

void FirstLoadImpl::NumberEnterprise(Item& item) {
  if (!loaded_.IsPlain(item.keys)) {
    item.fate = Item::Fate::kPutOff;
    loaded_.PutOff(item.keys);
    return;
  }
  item.enterprise.enterprise_no = counters_.next_enterprise_no();
  counters_.set_next_enterprise_no(item.enterprise.enterprise_no + 1);
  counters_.set_enterprises(counters_.enterprises() + 1);
  CountEnterpriseStatus(nullptr, item.enterprise.version.content(), counters_);
  loaded_.AddEnterprise(item.keys, item.enterprise.enterprise_no);
}

void FirstLoadImpl::NumberRecord(Item& item) {
  const PreparedRecord& prepared = *item.prepared.record;
  if (!prepared.natural_key.ok()) return;
  // Of a row kept aside too: a later one with its key is decided behind it.
  if (!loaded_.AddNaturalKey(*prepared.natural_key)) {
    item.fate = Item::Fate::kPutOff;
  }
  if (item.fate == Item::Fate::kPutOff) return;
  item.record.record_no = counters_.next_record_no();
  counters_.set_next_record_no(item.record.record_no + 1);
  CountRecord(item.record.version, 1, counters_);
}

absl::Status FirstLoadImpl::CheckMemory() const {
  const std::size_t bytes =
      loaded_.bytes() + heads_.capacity() * sizeof(heads_[0]);
  if (bytes <= options_.max_index_bytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      "first load: rows loaded so far take ", bytes,
      " bytes of memory to tell apart, want at most ", options_.max_index_bytes,
      ": allow more, or import the last files"));
}

absl::Status FirstLoadImpl::PutRows(const ChangeSource& source, Item& item,
                                    BatchRows& rows) const {
  if (item.prepared.enterprise.has_value()) {
    NewEnterpriseVersion& put = item.enterprise;
    CREDITREG_RETURN_IF_ERROR(PutEnterpriseRows(
        rows, context_, item.stamp, storage::v1::EnterpriseHead(), put));
    for (IndexRow& row :
         EnterpriseIndexRows(put.enterprise_no, put.version, keys_.hmac)) {
      rows.PutEncoded(std::move(row.first), std::move(row.second));
    }
  } else {
    NewRecordVersion& put = item.record;
    CREDITREG_RETURN_IF_ERROR(PutRecordRows(rows, context_, item.stamp,
                                            storage::v1::RecordHead(), put));
    const std::optional<FileListEntry> place =
        PlaceOf(put.record_no, put.version);
    if (place.has_value()) {
      auto [key, row] = FirstFileListRow(*place, item.stamp.sequence);
      rows.Put(std::move(key), row);
    }
    for (IndexRow& row : PublicityRows(put.record_no, put.head)) {
      rows.PutEncoded(std::move(row.first), std::move(row.second));
    }
    for (IndexRow& row :
         RecordIndexRows(put.record_no, put.version, keys_.hmac)) {
      rows.PutEncoded(std::move(row.first), std::move(row.second));
    }
  }
  CompleteChange(item.stamp, source, item.change());
  item.canonical_change = CanonicalBytes(item.change());
  return absl::OkStatus();
}

absl::Status FirstLoadImpl::EndPass() {
  {
    absl::MutexLock lock(&mutex_);
    CREDITREG_RETURN_IF_ERROR(failed_);
    counters_.set_chain_hash(chain_hash_);
  }
  CREDITREG_ASSIGN_OR_RETURN(const std::vector<std::string> paths,
                             tables_->Finish());
  tables_.reset();
  CREDITREG_RETURN_IF_ERROR(Ingest(paths));
  if (pass_ == Pass::kEnterprises) return absl::OkStatus();
  enterprises_.reset();
  return PutChangedHeads();
}

absl::Status FirstLoadImpl::Ingest(const std::vector<std::string>& paths) {
  // Before the rows that refer to them.
  CREDITREG_RETURN_IF_ERROR(data_keys_->Sync());
  return store_->Ingest(paths);
}

absl::Status FirstLoadImpl::ReadHeads() {
  absl::MutexLock lock(&mutex_);
  heads_.resize(counters_.next_enterprise_no());
  ScanRange range;
  range.begin = TablePrefix(Table::kEnterpriseHead);
  range.end = PrefixEnd(range.begin);
  range.fill_cache = false;
  while (!range.begin.empty()) {
    CREDITREG_ASSIGN_OR_RETURN(ScanPage page, enterprises_->Scan(range));
    for (const auto& [key, value] : page.rows) {
      CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t enterprise_no,
                                 DecodeNumberKey(Table::kEnterpriseHead, key));
      if (enterprise_no >= heads_.size()) {
        return absl::DataLossError(
            "enterprise head: a number that was not given out");
      }
      CREDITREG_RETURN_IF_ERROR(DecodeValueInto(value, &heads_[enterprise_no]));
    }
    range.begin = std::move(page.next);
  }
  return absl::OkStatus();
}

absl::Status FirstLoadImpl::PutChangedHeads() {
  CREDITREG_ASSIGN_OR_RETURN(
      const std::unique_ptr<SortedFiles> files,
      SortedFiles::Create(options_.registry.store, work_folder_, "heads"));
  {
    absl::MutexLock lock(&mutex_);
    for (std::size_t i = 0; i < heads_.size(); ++i) {
      if (heads_[i].file_sequence() <= sequence_at_pass_) continue;
      CREDITREG_RETURN_IF_ERROR(
          files->Put(EnterpriseHeadKey(i), EncodeValue(heads_[i])));
    }
    heads_ = {};
  }
  CREDITREG_ASSIGN_OR_RETURN(const std::vector<std::string> paths,
                             files->Finish());
  return Ingest(paths);
}

absl::StatusOr<std::vector<ImportRowResult>> FirstLoadImpl::ApplyPutOff(
    std::size_t file_index, std::vector<ImportRowDraft> rows) {
  absl::MutexLock lock(&mutex_);
  CREDITREG_RETURN_IF_ERROR(failed_);
  LoadedFile& file = files_[file_index];
  Transaction transaction(store_->TakeSnapshot(), counters_, publication_);
  ImportRowApplier applier(transaction, context_, file.start,
                           file.row.import_no());
  std::vector<ImportRowResult> results;
  for (ImportRowDraft& draft : rows) {
    CREDITREG_ASSIGN_OR_RETURN(
        ImportRowResult result,
        applier.Apply(PrepareRow(std::move(draft), keys_.hmac)));
    CountImportRow(result, &file.row);
    results.push_back(std::move(result));
  }
  CREDITREG_CHECK(applier.backlogs().empty(),
                  "no record waits before records come");
  enterprises_put_.insert(enterprises_put_.end(),
                          applier.enterprises_put().begin(),
                          applier.enterprises_put().end());
  counters_ = transaction.counters();
  CREDITREG_RETURN_IF_ERROR(data_keys_->Sync());
  CREDITREG_RETURN_IF_ERROR(store_->Write(transaction.TakeBatch()));
  return results;
}

absl::Status FirstLoadImpl::EndPutOff() {
  const std::shared_ptr<const Snapshot> rows = store_->TakeSnapshot();
  for (const std::uint64_t enterprise_no : enterprises_put_) {
    CREDITREG_ASSIGN_OR_RETURN(const std::optional<EnterpriseAt> enterprise,
                               ReadEnterpriseVersion(*rows, enterprise_no, 0));
    if (!enterprise.has_value()) {
      return absl::DataLossError("enterprise: missing, want one that was put");
    }
    loaded_.Renew(enterprise_no, enterprise->version);
  }
  enterprises_put_.clear();
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ImportRowResult>> FirstLoadImpl::ReadOutcomes(
    std::size_t file, std::uint64_t first, std::uint64_t end) const {
  const std::uint64_t import_no = import(file).import_no();
  return ReadImportOutcomes(*store_->TakeSnapshot(), import_no, first, end);
}

void FirstLoadImpl::FinishFile(std::size_t file, const FileEnd& end) {
  absl::MutexLock lock(&mutex_);
  storage::v1::ImportRow& row = files_[file].row;
  row.set_rows_done(end.rows);
  row.set_total_bytes(end.total_bytes);
  row.set_bytes_done(end.total_bytes);
  row.set_file_sm3(end.file_sm3);
  row.set_prefix_sm3(end.file_sm3);
  row.set_finished_us(absl::ToUnixMicros(context_.clock->Now()));
  row.set_sequence(counters_.sequence());
}

absl::Status FirstLoadImpl::Commit() {
  absl::MutexLock lock(&mutex_);
  CREDITREG_RETURN_IF_ERROR(failed_);
  WriteBatch batch;
  for (const LoadedFile& file : files_) {
    batch.Put(ImportKey(file.start.actor.principal, file.start.request_id),
              EncodeValue(file.row));
  }
  const std::shared_ptr<const Snapshot> rows = store_->TakeSnapshot();
  for (const auto& [key, cell] : quality_) {
    // Rows that were put off are there already.
    CREDITREG_ASSIGN_OR_RETURN(const auto row,
                               QualityRowWith(key, cell, *rows));
    batch.Put(row.first, EncodeValue(row.second));
  }
  counters_.set_data_key_slots(data_keys_->slots());
  batch.Put(MetaKey("counters"), EncodeValue(counters_));
  batch.Put(MetaKey("layout"), EncodeValue(layout_));
  batch.Delete(MetaKey(kFirstLoadMark));
  CREDITREG_RETURN_IF_ERROR(store_->Write(batch));
  std::error_code error;
  std::filesystem::remove_all(work_folder_, error);
  // What could not be removed goes when the registry is opened.
  return absl::OkStatus();
}

// Whether the store holds a registry, whole or not.
absl::StatusOr<bool> HasLayout(Store& store) {
  CREDITREG_ASSIGN_OR_RETURN(const std::optional<std::string> layout,
                             store.TakeSnapshot()->Get(MetaKey("layout")));
  return layout.has_value();
}

absl::Status CheckEmpty(Store& store) {
  ScanRange any;
  any.begin = std::string(1, '\0');
  any.end = std::string(1, '\xFF');
  any.max_rows = 1;
  CREDITREG_ASSIGN_OR_RETURN(const ScanPage rows,
                             store.TakeSnapshot()->Scan(any));
  return rows.rows.empty() ? absl::OkStatus() : HoldsRegistry();
}

// Removes what an unfinished load left, if the store holds nothing else.
absl::Status RemoveUnfinished(const StoreOptions& options,
                              const std::string& work_folder) {
  CREDITREG_ASSIGN_OR_RETURN(
      const bool removing,
      FileIsThere(absl::StrCat(work_folder, "/", kRemoving), kBeginning));
  if (!removing) {
    {
      CREDITREG_ASSIGN_OR_RETURN(const std::unique_ptr<Store> store,
                                 Store::Open(options));
      CREDITREG_ASSIGN_OR_RETURN(const bool loaded, HasLayout(*store));
      if (loaded) return HoldsRegistry();
    }
    // A crash from here on leaves what cannot be opened any more.
    CREDITREG_RETURN_IF_ERROR(
        WriteNewFile(work_folder, kRemoving, "", kBeginning));
  }
  CREDITREG_RETURN_IF_ERROR(Store::Remove(options));
  std::error_code error;
  std::filesystem::remove_all(work_folder, error);
  if (error) return FolderError(kBeginning, error);
  return SyncDirectory(options.directory, kBeginning);
}

// The store, empty and marked as being loaded.
absl::StatusOr<std::unique_ptr<Store>> OpenEmpty(
    const StoreOptions& options, const std::string& work_folder) {
  // Made before the first row and removed after the last.
  CREDITREG_ASSIGN_OR_RETURN(const bool begun,
                             FileIsThere(work_folder, kBeginning));
  if (begun) CREDITREG_RETURN_IF_ERROR(RemoveUnfinished(options, work_folder));
  CREDITREG_ASSIGN_OR_RETURN(std::unique_ptr<Store> store,
                             Store::Open(options));
  CREDITREG_RETURN_IF_ERROR(CheckEmpty(*store));
  CREDITREG_RETURN_IF_ERROR(MakeDirectories(work_folder, kBeginning));
  WriteBatch mark;
  mark.Put(MetaKey(kFirstLoadMark), EncodeValue(storage::v1::EmptyRow()));
  CREDITREG_RETURN_IF_ERROR(store->Write(mark));
  return store;
}

}  // namespace

absl::StatusOr<std::unique_ptr<FirstLoad>> FirstLoad::Begin(
    const FirstLoadOptions& options) {
  static SystemRandom* const system_random = new SystemRandom;
  const RegistryOptions& registry = options.registry;
  RandomSource* const random =
      registry.random != nullptr ? registry.random : system_random;
  const std::string work_folder =
      absl::StrCat(registry.store.directory, "/", kFirstLoadFolder);
  FirstLoadImpl::Parts parts;
  const KeyFileOptions key_files = KeyFilesOf(registry);
  KeyRingOptions ring{key_files};
  ring.create_if_missing = registry.create_keys;
  CREDITREG_ASSIGN_OR_RETURN(LoadedKeyRing loaded, LoadKeyRing(ring, random));
  parts.keys = loaded.keys;
  CREDITREG_ASSIGN_OR_RETURN(parts.store,
                             OpenEmpty(registry.store, work_folder));
  DataKeyOptions data_keys{key_files};
  data_keys.create_if_missing = true;
  CREDITREG_ASSIGN_OR_RETURN(parts.data_keys,
                             DataKeyStore::Open(data_keys, random));
  parts.state = MakeEmptyState(parts.keys, random);
  CREDITREG_ASSIGN_OR_RETURN(
      parts.publication, ActivateAtStart(registry.tables, registry.clock,
                                         *parts.store, &parts.state.counters));
  return std::unique_ptr<FirstLoad>(std::make_unique<FirstLoadImpl>(
      options, random, work_folder, std::move(parts)));
}

}  // namespace creditreg
