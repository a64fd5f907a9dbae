#include "server/audit/audit_index.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "index/base/status_macros.h"
#include "index/codec/keys.h"
#include "server/audit/audit_format.h"

namespace creditreg {
namespace {

constexpr char kDoing[] = "audit index";

// Of one batch, so that catching up with years stops at once when asked.
constexpr std::size_t kBatchRows = 2000;
constexpr std::size_t kBatchBytes = std::size_t{1} << 20;
// Segments removed that wait here, each of which keeps its bytes on the disk;
// more are taken out by a look at all rows.
constexpr std::size_t kMaxRemoved = 4;
// Keys read at once by a look at all rows.
constexpr std::size_t kPurgeRows = 10000;

StoreOptions OptionsOf(const std::string& directory) {
  StoreOptions options;
  options.directory = absl::StrCat(directory, "/index");
  // A listing reads a few blocks of 8 KiB and is asked by few people: 8 MiB
  // hold the tops of all tables and the newest rows. Four memtables of 4 MiB
  // take some 15 s of rows at full speed, enough for even flushes.
  options.block_cache_bytes = std::size_t{8} << 20;
  options.memtable_bytes = std::size_t{4} << 20;
  options.background_threads = 1;
  options.synced = false;
  return options;
}

// What callers are told; why is for the log of the program.
absl::Status Behind() {
  return absl::UnavailableError(
      "AUDIT_INDEX_BEHIND: rows cannot be found yet, want a retry");
}

// A row of AuditRowPrefix().
struct TimedRow {
  std::uint64_t number = 0;
  std::int64_t time_us = 0;
};

// The newest row with at most that number; number 0: there is none.
absl::StatusOr<TimedRow> NewestUpTo(const Snapshot& rows,
                                    std::uint64_t number) {
  ScanRange range;
  range.begin = AuditIndexKey(AuditRowPrefix(), number);
  range.end = PrefixEnd(AuditRowPrefix());
  range.max_rows = 1;
  CREDITREG_ASSIGN_OR_RETURN(const ScanPage page, rows.Scan(range));
  TimedRow row;
  if (page.rows.empty()) return row;
  const auto time_us = DecodeAuditTime(page.rows[0].second);
  if (!time_us.has_value()) {
    return absl::DataLossError("no time in a row");
  }
  row.number = AuditIndexNumber(page.rows[0].first);
  row.time_us = *time_us;
  return row;
}

// The newest row before `time_us`; 0: there is none. Time goes on with numbers.
absl::StatusOr<std::uint64_t> LastBefore(const Snapshot& rows,
                                         std::int64_t time_us) {
  constexpr std::uint64_t kNewest = std::numeric_limits<std::uint64_t>::max();
  CREDITREG_ASSIGN_OR_RETURN(const TimedRow newest, NewestUpTo(rows, kNewest));
  // Rows up to `before` are before that time, rows from `behind` on are not.
  std::uint64_t before = 0;
  std::uint64_t behind = newest.number + 1;
  while (behind - before > 1) {
    const std::uint64_t middle = before + (behind - before) / 2;
    CREDITREG_ASSIGN_OR_RETURN(const TimedRow row, NewestUpTo(rows, middle));
    if (row.number == 0 || row.time_us < time_us) {
      before = middle;
    } else {
      behind = row.number;
    }
  }
  return before;
}

}  // namespace

// Rows of several prefixes as one list, newest first, each once.
class AuditIndex::Merge {
 public:
  struct Found {
    std::uint64_t number = 0;
    AuditPlace place;
  };

  Merge(const Snapshot& rows, const std::vector<Source>& sources)
      : rows_(rows) {
    for (const Source& source : sources) {
      if (source.before <= 1) continue;
      Stream stream;
      stream.range.begin = AuditIndexKey(source.prefix, source.before - 1);
      stream.range.end = PrefixEnd(source.prefix);
      // Few of each where there are many.
      stream.range.max_rows = 8 + 120 / sources.size();
      streams_.push_back(std::move(stream));
    }
  }

  // Nothing: no more. Errors: as Snapshot.
  absl::StatusOr<std::optional<Found>> Next() {
    Found newest;
    for (Stream& stream : streams_) {
      CREDITREG_RETURN_IF_ERROR(Load(&stream));
      if (stream.number() <= newest.number) continue;
      newest.number = stream.number();
      const auto place = DecodeAuditPlace(stream.page.rows[stream.at].second);
      if (!place.has_value()) {
        return absl::DataLossError("no place in a row");
      }
      newest.place = *place;
    }
    if (newest.number == 0) return std::optional<Found>();
    for (Stream& stream : streams_) {
      if (stream.number() == newest.number) ++stream.at;
    }
    return std::optional<Found>(newest);
  }

 private:
  struct Stream {
    // What was not read yet; an empty `begin`: nothing.
    ScanRange range;
    ScanPage page;
    std::size_t at = 0;

    std::uint64_t number() const {
      return at < page.rows.size() ? AuditIndexNumber(page.rows[at].first) : 0;
    }
  };

  absl::Status Load(Stream* stream) const {
    if (stream->at < stream->page.rows.size() || stream->range.begin.empty()) {
      return absl::OkStatus();
    }
    CREDITREG_ASSIGN_OR_RETURN(stream->page, rows_.Scan(stream->range));
    stream->at = 0;
    stream->range.begin = stream->page.next;
    return absl::OkStatus();
  }

  const Snapshot& rows_;
  std::vector<Stream> streams_;
};

AuditIndex::AuditIndex(AuditIndexOptions options, const AuditEnd& end)
    : options_(std::move(options)), end_(end) {
  thread_ = std::thread([this] { Run(); });
}

AuditIndex::~AuditIndex() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void AuditIndex::Advance(const AuditEnd& end) {
  absl::MutexLock lock(&mutex_);
  end_ = end;
}

void AuditIndex::Forget(std::uint64_t segment, FileDescriptor file) {
  absl::MutexLock lock(&mutex_);
  if (removed_.size() < kMaxRemoved) {
    removed_.push_back({segment, std::move(file)});
  } else {
    must_purge_ = true;
  }
}

absl::Status AuditIndex::State() const {
  absl::MutexLock lock(&mutex_);
  is_asked_ = true;
  return readable_ == nullptr ? Behind() : absl::OkStatus();
}

std::uint64_t AuditIndex::last() const {
  absl::MutexLock lock(&mutex_);
  return last_;
}

bool AuditIndex::IsStopping() const {
  absl::MutexLock lock(&mutex_);
  return stopping_;
}

bool AuditIndex::HasWork() const {
  return stopping_ || is_damaged_ || !removed_.empty() || must_purge_ ||
         readable_ == nullptr || end_.number > last_;
}

bool AuditIndex::IsUrgent() const {
  return stopping_ || is_damaged_ || is_asked_ || !removed_.empty() ||
         must_purge_ || readable_ == nullptr ||
         end_.number - last_ >= kBatchRows;
}

bool AuditIndex::TakeWork(Work* work) {
  absl::MutexLock lock(&mutex_);
  if (has_failed_) {
    mutex_.AwaitWithTimeout(absl::Condition(&stopping_), options_.retry_after);
  } else {
    mutex_.Await(absl::Condition(this, &AuditIndex::HasWork));
    // A batch for each sync of the log would cost more than its rows.
    mutex_.AwaitWithTimeout(absl::Condition(this, &AuditIndex::IsUrgent),
                            options_.gather);
  }
  is_asked_ = false;
  work->end = end_;
  work->removed = std::exchange(removed_, {});
  work->must_purge = std::exchange(must_purge_, false);
  work->is_damaged = std::exchange(is_damaged_, false);
  return !stopping_;
}

void AuditIndex::Run() {
  Work work;
  while (TakeWork(&work)) {
    bool is_done = false;
    const absl::Status status = Do(work, &is_done);
    if (!status.ok()) {
      reader_.reset();
      store_.reset();
    }
    Publish(status, is_done);
  }
}

void AuditIndex::Publish(const absl::Status& status, bool is_done) {
  {
    absl::MutexLock lock(&mutex_);
    has_failed_ = !status.ok();
    if (!status.ok()) {
      readable_.reset();
    } else {
      last_ = indexed_.last;
      if (is_done) readable_ = store_;
    }
  }
  Tell(status);
}

void AuditIndex::Tell(const absl::Status& status) {
  if (status == told_) return;
  told_ = status;
  if (!options_.on_state) return;
  options_.on_state(
      status.ok() ? status
                  : absl::Status(status.code(),
                                 absl::StrCat(kDoing, ": ", status.message())));
}

absl::Status AuditIndex::Do(Work& work, bool* is_done) {
  if (work.is_damaged) {
    reader_.reset();
    store_.reset();
    {
      absl::MutexLock lock(&mutex_);
      readable_.reset();
    }
    CREDITREG_RETURN_IF_ERROR(Store::Remove(OptionsOf(options_.directory)));
  }
  if (store_ == nullptr) CREDITREG_RETURN_IF_ERROR(Open(work.end));
  for (Removed& removed : work.removed) {
    CREDITREG_RETURN_IF_ERROR(TakeOut(std::move(removed)));
  }
  if (work.must_purge) {
    const std::vector<std::uint64_t> segments =
        AuditSegmentsIn(options_.directory);
    if (!segments.empty()) CREDITREG_RETURN_IF_ERROR(Purge(segments.front()));
  }
  return Step(work.end, is_done);
}

absl::StatusOr<std::shared_ptr<Store>> AuditIndex::OpenStore() const {
  const StoreOptions options = OptionsOf(options_.directory);
  absl::StatusOr<std::unique_ptr<Store>> store = Store::Open(options);
  // Whatever it is but somebody else's or want of room: there is nothing in it
  // that cannot be made again.
  if (!store.ok() && !absl::IsFailedPrecondition(store.status()) &&
      !absl::IsResourceExhausted(store.status())) {
    CREDITREG_RETURN_IF_ERROR(Store::Remove(options));
    store = Store::Open(options);
  }
  CREDITREG_RETURN_IF_ERROR(store.status());
  return std::shared_ptr<Store>(*std::move(store));
}

absl::Status AuditIndex::Open(const AuditEnd& end) {
  const std::vector<std::uint64_t> segments =
      AuditSegmentsIn(options_.directory);
  // Somebody moved the log away; nothing may be made in its place.
  if (segments.empty()) {
    return absl::UnavailableError("there is no log");
  }
  CREDITREG_ASSIGN_OR_RETURN(store_, OpenStore());
  const absl::Status resumed = Resume(end, segments);
  if (!absl::IsNotFound(resumed) && !absl::IsDataLoss(resumed)) return resumed;
  reader_.reset();
  store_.reset();
  CREDITREG_RETURN_IF_ERROR(Store::Remove(OptionsOf(options_.directory)));
  CREDITREG_ASSIGN_OR_RETURN(store_, OpenStore());
  indexed_ = AuditIndexState();
  indexed_.first = segments.front();
  last_time_us_ = 0;
  return BeginSegment(segments.front());
}

absl::Status AuditIndex::Resume(const AuditEnd& end,
                                const std::vector<std::uint64_t>& segments) {
  {
    const std::shared_ptr<const Snapshot> rows = store_->TakeSnapshot();
    CREDITREG_ASSIGN_OR_RETURN(const std::optional<std::string> stored,
                               rows->Get(AuditIndexStateKey()));
    const auto state =
        stored.has_value() ? DecodeAuditIndexState(*stored) : std::nullopt;
    if (!state.has_value() || state->last > end.number) {
      return absl::NotFoundError("not of this log");
    }
    indexed_ = *state;
    CREDITREG_ASSIGN_OR_RETURN(const TimedRow newest,
                               NewestUpTo(*rows, indexed_.last));
    last_time_us_ = newest.time_us;
  }
  if (indexed_.first < segments.front()) {
    CREDITREG_RETURN_IF_ERROR(Purge(segments.front()));
  }
  if (indexed_.segment < segments.front()) {
    return BeginSegment(segments.front());
  }
  CREDITREG_ASSIGN_OR_RETURN(
      FileDescriptor file,
      OpenFile(AuditSegmentPath(options_.directory, indexed_.segment),
               FileAccess::kRead, kDoing));
  CREDITREG_ASSIGN_OR_RETURN(
      const std::string hash,
      ReadAt(file, indexed_.offset - kAuditHashBytes, kAuditHashBytes, kDoing));
  if (hash != indexed_.hash) {
    return absl::NotFoundError("not of this log");
  }
  reader_.emplace(std::move(file), indexed_.segment, indexed_.offset,
                  indexed_.hash);
  return absl::OkStatus();
}

absl::Status AuditIndex::BeginSegment(std::uint64_t segment) {
  CREDITREG_ASSIGN_OR_RETURN(
      FileDescriptor file,
      OpenFile(AuditSegmentPath(options_.directory, segment), FileAccess::kRead,
               kDoing));
  CREDITREG_ASSIGN_OR_RETURN(SegmentReader reader,
                             SegmentReader::Begin(std::move(file), segment));
  reader_.emplace(std::move(reader));
  // Rows between are gone, with their segments.
  indexed_.last = std::max(indexed_.last, segment - 1);
  return absl::OkStatus();
}

absl::Status AuditIndex::NextSegment() {
  for (const std::uint64_t segment : AuditSegmentsIn(options_.directory)) {
    if (segment > reader_->segment()) return BeginSegment(segment);
  }
  return absl::UnavailableError("the log's newest segment is gone");
}

absl::Status AuditIndex::Step(const AuditEnd& end, bool* is_done) {
  WriteBatch batch;
  for (std::size_t rows = 0; rows < kBatchRows && batch.bytes() < kBatchBytes;
       ++rows) {
    const bool is_newest = reader_->segment() >= end.segment;
    std::uint64_t limit = end.bytes;
    if (!is_newest) {
      CREDITREG_ASSIGN_OR_RETURN(limit, reader_->Size());
    }
    absl::StatusOr<std::optional<SegmentReader::Row>> next =
        reader_->Next(limit);
    if (absl::IsDataLoss(next.status())) {
      Tell(next.status());
      CREDITREG_RETURN_IF_ERROR(reader_->SkipTo(limit));
      if (is_newest) indexed_.last = end.number;
      continue;
    }
    CREDITREG_RETURN_IF_ERROR(next.status());
    if (!next->has_value()) {
      *is_done = is_newest;
      if (is_newest) break;
      CREDITREG_RETURN_IF_ERROR(NextSegment());
      continue;
    }
    const SegmentReader::Row& row = **next;
    const std::uint64_t number = ++indexed_.last;
    const bool is_good = row.is_good && row.row.number() == number;
    if (is_good) last_time_us_ = std::max(last_time_us_, row.row.time_us());
    batch.Put(AuditIndexKey(AuditRowPrefix(), number),
              EncodeAuditPlace(row.place, last_time_us_));
    if (!is_good) continue;
    for (std::string& key : AuditSubjectKeys(row.row, number)) {
      batch.Put(std::move(key), EncodeAuditPlace(row.place));
    }
  }
  return Write(std::move(batch));
}

absl::Status AuditIndex::Write(WriteBatch batch) {
  indexed_.segment = reader_->segment();
  indexed_.offset = reader_->offset();
  indexed_.hash = reader_->hash();
  batch.Put(AuditIndexStateKey(), EncodeAuditIndexState(indexed_));
  return store_->Write(batch);
}

absl::Status AuditIndex::TakeOut(Removed removed) {
  // Where it was not indexed to its end, none of it is any more.
  if (reader_->segment() <= removed.segment) {
    CREDITREG_RETURN_IF_ERROR(NextSegment());
  }
  const std::vector<std::uint64_t> segments =
      AuditSegmentsIn(options_.directory);
  if (segments.empty()) {
    return absl::UnavailableError("there is no log");
  }
  CREDITREG_ASSIGN_OR_RETURN(
      SegmentReader reader,
      SegmentReader::Begin(std::move(removed.file), removed.segment));
  CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t size, reader.Size());
  std::uint64_t number = removed.segment;
  WriteBatch batch;
  while (true) {
    const auto row = reader.Next(size);
    // What it named cannot be told from it.
    if (absl::IsDataLoss(row.status()) ||
        (row.ok() && row->has_value() && !(*row)->is_good)) {
      return Purge(segments.front());
    }
    CREDITREG_RETURN_IF_ERROR(row.status());
    if (!row->has_value()) break;
    batch.Delete(AuditIndexKey(AuditRowPrefix(), number));
    for (std::string& key : AuditSubjectKeys((*row)->row, number)) {
      batch.Delete(std::move(key));
    }
    ++number;
    if (batch.bytes() < kBatchBytes) continue;
    CREDITREG_RETURN_IF_ERROR(Write(std::exchange(batch, WriteBatch())));
  }
  if (indexed_.first == removed.segment) indexed_.first = number;
  return Write(std::move(batch));
}

absl::Status AuditIndex::Purge(std::uint64_t first) {
  const std::shared_ptr<const Snapshot> rows = store_->TakeSnapshot();
  ScanRange range;
  range.begin = AuditRowPrefix();
  range.end = AuditIndexEnd();
  range.max_rows = kPurgeRows;
  range.fill_cache = false;
  while (!range.begin.empty()) {
    if (IsStopping()) {
      return absl::UnavailableError("it is ended");
    }
    CREDITREG_ASSIGN_OR_RETURN(ScanPage page, rows->Scan(range));
    WriteBatch batch;
    for (auto& [key, value] : page.rows) {
      if (AuditIndexNumber(key) < first) batch.Delete(std::move(key));
    }
    CREDITREG_RETURN_IF_ERROR(store_->Write(batch));
    range.begin = page.next;
  }
  // Written with the next batch.
  indexed_.first = first;
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<Store>> AuditIndex::Readable() const {
  absl::MutexLock lock(&mutex_);
  is_asked_ = true;
  if (readable_ == nullptr) return Behind();
  return readable_;
}

absl::Status AuditIndex::Met(const absl::Status& failure) const {
  if (!absl::IsDataLoss(failure)) return failure;
  absl::MutexLock lock(&mutex_);
  is_damaged_ = true;
  return Behind();
}

absl::StatusOr<AuditPage> AuditIndex::Read(const AuditQuery& query) const {
  // In this order, so that the snapshot goes first.
  CREDITREG_ASSIGN_OR_RETURN(const std::shared_ptr<Store> store, Readable());
  const std::shared_ptr<const Snapshot> rows = store->TakeSnapshot();
  std::uint64_t above = 0;
  std::uint64_t before = query.before;
  if (query.from_us != std::numeric_limits<std::int64_t>::min()) {
    const absl::StatusOr<std::uint64_t> last = LastBefore(*rows, query.from_us);
    if (!last.ok()) return Met(last.status());
    above = *last;
  }
  if (query.until_us != std::numeric_limits<std::int64_t>::max()) {
    const absl::StatusOr<std::uint64_t> last =
        LastBefore(*rows, query.until_us);
    if (!last.ok()) return Met(last.status());
    before = std::min(before, *last + 1);
  }
  std::vector<Source> sources;
  for (const std::uint64_t enterprise_no : query.enterprise_nos) {
    for (const AuditKind kind :
         {AuditKind::kOther, AuditKind::kRead, AuditKind::kInvestigated}) {
      sources.push_back({AuditEnterprisePrefix(enterprise_no, kind), before});
    }
  }
  if (sources.empty() && query.record_no != 0) {
    sources.push_back({AuditRecordPrefix(query.record_no), before});
  }
  if (sources.empty() && !query.principal.empty()) {
    sources.push_back({AuditPrincipalPrefix(query.principal), before});
  }
  if (sources.empty()) sources.push_back({AuditRowPrefix(), before});
  return Collect(*rows, sources, above, query);
}

absl::StatusOr<AuditPage> AuditIndex::ReadFileReads(
    const FileReadQuery& query) const {
  CREDITREG_ASSIGN_OR_RETURN(const std::shared_ptr<Store> store, Readable());
  const std::shared_ptr<const Snapshot> rows = store->TakeSnapshot();
  const absl::StatusOr<std::uint64_t> told =
      LastBefore(*rows, query.investigated_until_us);
  if (!told.ok()) return Met(told.status());
  std::vector<Source> sources;
  for (const std::uint64_t enterprise_no : query.enterprise_nos) {
    sources.push_back(
        {AuditEnterprisePrefix(enterprise_no, AuditKind::kRead), query.before});
    sources.push_back(
        {AuditEnterprisePrefix(enterprise_no, AuditKind::kInvestigated),
         std::min(query.before, *told + 1)});
  }
  AuditQuery all;
  all.max_rows = query.max_rows;
  all.max_examined = std::numeric_limits<std::size_t>::max();
  return Collect(*rows, sources, /*above=*/0, all);
}

absl::StatusOr<AuditPage> AuditIndex::Collect(
    const Snapshot& rows, const std::vector<Source>& sources,
    std::uint64_t above, const AuditQuery& query) const {
  AuditPage page;
  Merge merge(rows, sources);
  PlaceReader reader(options_.directory);
  for (std::size_t examined = 0;; ++examined) {
    const auto found = merge.Next();
    if (!found.ok()) return Met(found.status());
    if (!found->has_value() || (*found)->number <= above) break;
    const std::uint64_t number = (*found)->number;
    if (page.rows.size() >= query.max_rows || examined >= query.max_examined) {
      page.next_before = number + 1;
      break;
    }
    absl::StatusOr<audit::v1::AuditRow> row =
        reader.Read((*found)->place, number);
    if (absl::IsNotFound(row.status())) {
      const std::vector<std::uint64_t> segments =
          AuditSegmentsIn(options_.directory);
      if (segments.empty()) return Behind();
      // Its segment was thrown away meanwhile, with all older ones; or somebody
      // took it out.
      if (segments.front() > (*found)->place.segment) break;
      row = absl::DataLossError("its segment is gone");
    }
    if (absl::IsDataLoss(row.status())) {
      ++page.damaged;
      continue;
    }
    CREDITREG_RETURN_IF_ERROR(row.status());
    if (query.wants != nullptr && !query.wants(*row)) continue;
    page.rows.push_back(*std::move(row));
  }
  return page;
}

}  // namespace creditreg
