#include "server/audit/audit_log.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "google/protobuf/util/json_util.h"
#include "index/base/status_macros.h"
#include "server/audit/audit_format.h"

namespace creditreg {
namespace {

constexpr char kDoing[] = "write audit log";

absl::Status Unavailable(const absl::Status& why) {
  return absl::UnavailableError(
      absl::StrCat("AUDIT_UNAVAILABLE: ", why.message()));
}

absl::StatusOr<std::string> ReadSegment(const std::string& path) {
  CREDITREG_ASSIGN_OR_RETURN(const FileDescriptor file,
                             OpenFile(path, FileAccess::kRead, kDoing));
  CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t size, FileSize(file, kDoing));
  return ReadAt(file, 0, size, kDoing);
}

// Files put aside so far.
std::size_t RestsIn(const std::string& directory) {
  std::size_t rests = 0;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".rest") ++rests;
  }
  return rests;
}

// Whether some row behind the bad one at `offset` follows from the hash that
// stands before it: then the bad one was once written, and is no torn end.
bool HasRowBehind(absl::string_view bytes, std::size_t offset) {
  while (offset + 4 <= bytes.size()) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      length = length << 8 | static_cast<unsigned char>(bytes[offset + i]);
    }
    const std::size_t next = offset + 4 + length + kAuditHashBytes;
    if (length == 0 || length > kMaxAuditRowBytes || next > bytes.size()) {
      return false;
    }
    std::size_t at = next;
    absl::string_view row;
    absl::string_view hash;
    if (ReadAuditRow(bytes,
                     bytes.substr(next - kAuditHashBytes, kAuditHashBytes), &at,
                     &row, &hash) == AuditRead::kRow) {
      return true;
    }
    offset = next;
  }
  return false;
}

std::string SinkLine(const audit::v1::AuditRow& row, absl::string_view hash) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  // Every field of a row can be said in JSON.
  (void)google::protobuf::util::MessageToJsonString(row, &json, options);
  return absl::StrCat("{\"hash\":\"", absl::BytesToHexString(hash),
                      "\",\"row\":", json, "}\n");
}

// The number of the last line of a sink; 0 where it has none. `text` ends where
// a line does.
//
// Errors: DataLoss the line is none of a sink's.
absl::StatusOr<std::uint64_t> LastNumberOf(absl::string_view text) {
  if (!absl::ConsumeSuffix(&text, "\n")) return 0;
  const std::size_t before = text.rfind('\n');
  const absl::string_view line =
      before == absl::string_view::npos ? text : text.substr(before + 1);
  constexpr absl::string_view kRow = "\"row\":";
  const std::size_t row = line.find(kRow);
  const std::size_t end = line.rfind('}');
  audit::v1::AuditRow parsed;
  if (row == absl::string_view::npos || end == absl::string_view::npos ||
      end < row + kRow.size() ||
      !google::protobuf::util::JsonStringToMessage(
           std::string(line.substr(row + kRow.size(), end - row - kRow.size())),
           &parsed)
           .ok()) {
    return absl::DataLossError(
        "audit_sink: its last line is no row of an audit log");
  }
  return parsed.number();
}

}  // namespace

AuditLog::AuditLog(AuditLogOptions options) : options_(std::move(options)) {}

absl::StatusOr<std::unique_ptr<AuditLog>> AuditLog::Open(
    AuditLogOptions options) {
  auto log = absl::WrapUnique(new AuditLog(std::move(options)));
  const std::string& directory = log->options_.directory;
  CREDITREG_RETURN_IF_ERROR(MakeDirectories(directory, kDoing));
  CREDITREG_ASSIGN_OR_RETURN(
      log->lock_, LockDirectory(directory, FileAccess::kReadWrite, kDoing));
  CREDITREG_RETURN_IF_ERROR(log->OpenNewest());
  if (!log->options_.sink_file.empty()) {
    CREDITREG_RETURN_IF_ERROR(log->OpenSink());
  }
  {
    absl::MutexLock lock(&log->mutex_);
    log->head_ = log->written_;
  }
  log->FeedSink(log->written_.number);
  AuditIndexOptions index;
  index.directory = directory;
  index.retry_after = log->options_.retry_after;
  index.on_state = log->options_.on_state;
  log->index_ = std::make_unique<AuditIndex>(std::move(index), log->End());
  log->thread_ = std::thread([raw = log.get()] { raw->Run(); });
  return log;
}

AuditLog::~AuditLog() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

absl::Status AuditLog::OpenNewest() {
  const std::vector<std::uint64_t> segments =
      AuditSegmentsIn(options_.directory);
  if (segments.empty()) {
    written_.hash = std::string(kAuditHashBytes, '\0');
    return StartSegment();
  }
  segment_.first_number = segments.back();
  segment_.path = AuditSegmentPath(options_.directory, segments.back());
  CREDITREG_ASSIGN_OR_RETURN(
      segment_.file, OpenFile(segment_.path, FileAccess::kReadWrite, kDoing));
  CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t size,
                             FileSize(segment_.file, kDoing));
  CREDITREG_ASSIGN_OR_RETURN(const std::string bytes,
                             ReadAt(segment_.file, 0, size, kDoing));
  CREDITREG_ASSIGN_OR_RETURN(written_.hash,
                             AuditHashBefore(bytes, segments.back()));
  written_.number = segments.back() - 1;
  std::size_t offset = kAuditHeaderBytes;
  absl::string_view row;
  absl::string_view hash;
  AuditRead read = AuditRead::kEnd;
  while ((read = ReadAuditRow(bytes, written_.hash, &offset, &row, &hash)) ==
         AuditRead::kRow) {
    ++written_.number;
    written_.hash = std::string(hash);
    audit::v1::AuditRow parsed;
    if (parsed.ParseFromArray(row.data(), static_cast<int>(row.size()))) {
      last_time_us_ = std::max(last_time_us_, parsed.time_us());
    }
  }
  segment_.size = offset;
  if (written_.number < segments.back() && segments.size() > 1) {
    CREDITREG_RETURN_IF_ERROR(ReadLastTime(segments[segments.size() - 2]));
  }
  // What a killed process wrote may not be synced yet.
  if (read == AuditRead::kEnd) return SyncFile(segment_.file, kDoing);
  // A power cut leaves nothing behind a bad row that follows from anything.
  if (HasRowBehind(bytes, offset)) {
    return absl::DataLossError(absl::StrCat(
        kDoing, ": ", AuditSegmentName(segments.back()), ": row ",
        written_.number + 1,
        " is damaged or was altered, and rows follow it: look into it "
        "(creditctl audit verify), keep the directory, and start with "
        "another"));
  }
  // What a power cut left of the last group, which nobody was told of; or what
  // somebody did to the file. It is kept for whoever must judge which.
  const std::string rest =
      absl::StrCat(AuditSegmentName(segments.back()), ".", written_.number, ".",
                   RestsIn(options_.directory), ".rest");
  CREDITREG_RETURN_IF_ERROR(
      WriteNewFile(options_.directory, rest, bytes.substr(offset), kDoing));
  return Recover();
}

absl::Status AuditLog::ReadLastTime(std::uint64_t segment) {
  CREDITREG_ASSIGN_OR_RETURN(
      FileDescriptor file,
      OpenFile(AuditSegmentPath(options_.directory, segment), FileAccess::kRead,
               kDoing));
  CREDITREG_ASSIGN_OR_RETURN(SegmentReader reader,
                             SegmentReader::Begin(std::move(file), segment));
  CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t size, reader.Size());
  while (true) {
    const auto row = reader.Next(size);
    // Damage in it is for the check to tell.
    if (absl::IsDataLoss(row.status())) return absl::OkStatus();
    CREDITREG_RETURN_IF_ERROR(row.status());
    if (!row->has_value()) return absl::OkStatus();
    if (!(*row)->is_good) continue;
    last_time_us_ = std::max(last_time_us_, (*row)->row.time_us());
  }
}

absl::Status AuditLog::StartSegment() {
  const std::string name = AuditSegmentName(written_.number + 1);
  CREDITREG_RETURN_IF_ERROR(
      WriteNewFile(options_.directory, name,
                   AuditHeader(written_.number + 1, written_.hash), kDoing));
  Segment next;
  next.first_number = written_.number + 1;
  next.path = absl::StrCat(options_.directory, "/", name);
  next.size = kAuditHeaderBytes;
  CREDITREG_ASSIGN_OR_RETURN(
      next.file, OpenFile(next.path, FileAccess::kReadWrite, kDoing));
  segment_ = std::move(next);
  return absl::OkStatus();
}

AuditEnd AuditLog::End() const {
  AuditEnd end;
  end.number = written_.number;
  end.segment = segment_.first_number;
  end.bytes = segment_.size;
  return end;
}

absl::Status AuditLog::Recover() {
  CREDITREG_RETURN_IF_ERROR(CutFile(segment_.file, segment_.size, kDoing));
  return SyncFile(segment_.file, kDoing);
}

void AuditLog::Append(audit::v1::AuditRow row, Done done) {
  absl::Status refused;
  {
    absl::MutexLock lock(&mutex_);
    if (!state_.ok()) {
      refused = Unavailable(state_);
    } else if (stopping_) {
      refused = absl::UnavailableError("SHUTTING_DOWN: audit log");
    } else if (queue_.size() >= options_.max_queued_rows) {
      refused = absl::ResourceExhaustedError("OVERLOADED: audit log");
    } else {
      queue_.push_back({std::move(row), std::move(done)});
      return;
    }
  }
  done(refused);
}

AuditHead AuditLog::Head() const {
  absl::MutexLock lock(&mutex_);
  return head_;
}

absl::Status AuditLog::State() const {
  absl::MutexLock lock(&mutex_);
  return state_;
}

bool AuditLog::HasWork() const {
  return stopping_ || (!queue_.empty() && state_.ok());
}

void AuditLog::Run() {
  while (true) {
    std::vector<Waiting> group;
    bool has_failed = false;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithTimeout(absl::Condition(this, &AuditLog::HasWork),
                              options_.retry_after);
      has_failed = !state_.ok();
      if (queue_.empty() && stopping_) return;
      const std::size_t rows = std::min(queue_.size(), options_.max_group_rows);
      group.assign(std::make_move_iterator(queue_.begin()),
                   std::make_move_iterator(queue_.begin() +
                                           static_cast<std::ptrdiff_t>(rows)));
      queue_.erase(queue_.begin(),
                   queue_.begin() + static_cast<std::ptrdiff_t>(rows));
    }
    if (group.empty() && !has_failed) continue;
    const AuditHead before = written_;
    absl::Status status = has_failed ? Recover() : absl::OkStatus();
    if (status.ok() && !group.empty()) status = WriteGroup(group);
    if (!status.ok()) written_ = before;
    std::vector<Waiting> refused;
    bool is_news = false;
    {
      absl::MutexLock lock(&mutex_);
      is_news = status != state_;
      state_ = status;
      head_ = written_;
      // What came behind must not wait for a disk that does not work.
      if (!status.ok()) refused.swap(queue_);
    }
    if (is_news && options_.on_state) options_.on_state(status);
    const absl::Status told = status.ok() ? status : Unavailable(status);
    for (Waiting& waiting : group) waiting.done(told);
    for (Waiting& waiting : refused) waiting.done(told);
    if (!status.ok()) continue;
    index_->Advance(End());
    FeedSink(before.number);
  }
}

absl::Status AuditLog::WriteGroup(std::vector<Waiting>& group) {
  if (segment_.size > options_.segment_bytes) {
    CREDITREG_RETURN_IF_ERROR(StartSegment());
    RemoveOld();
  }
  // Time goes on, whatever the clock does.
  const std::int64_t now =
      std::max(absl::ToUnixMicros(options_.clock->Now()), last_time_us_);
  std::string bytes;
  lines_.clear();
  for (Waiting& waiting : group) {
    waiting.row.set_number(++written_.number);
    waiting.row.set_time_us(now);
    written_.hash =
        AppendAuditRow(written_.hash, waiting.row.SerializeAsString(), &bytes);
    if (sink_.get() >= 0) {
      absl::StrAppend(&lines_, SinkLine(waiting.row, written_.hash));
    }
  }
  CREDITREG_RETURN_IF_ERROR(
      WriteAt(segment_.file, segment_.size, bytes, kDoing));
  CREDITREG_RETURN_IF_ERROR(SyncFile(segment_.file, kDoing));
  segment_.size += bytes.size();
  last_time_us_ = now;
  return absl::OkStatus();
}

absl::Status AuditLog::OpenSink() {
  std::string text;
  CREDITREG_ASSIGN_OR_RETURN(const bool is_there,
                             FileIsThere(options_.sink_file, kDoing));
  if (!is_there) {
    const std::filesystem::path path(options_.sink_file);
    CREDITREG_RETURN_IF_ERROR(
        WriteNewFile(path.has_parent_path() ? path.parent_path().string() : ".",
                     path.filename().string(), "", kDoing));
  }
  CREDITREG_ASSIGN_OR_RETURN(
      sink_, OpenFile(options_.sink_file, FileAccess::kReadWrite, kDoing));
  CREDITREG_ASSIGN_OR_RETURN(sink_size_, FileSize(sink_, kDoing));
  // A line is at most a row's JSON; the last one is within so much.
  const std::uint64_t tail =
      std::min<std::uint64_t>(sink_size_, 8 * kMaxAuditRowBytes);
  CREDITREG_ASSIGN_OR_RETURN(text,
                             ReadAt(sink_, sink_size_ - tail, tail, kDoing));
  // Half a line of a crash is written again.
  const std::size_t newline = text.rfind('\n');
  const std::size_t whole = newline == std::string::npos ? 0 : newline + 1;
  sink_size_ -= text.size() - whole;
  CREDITREG_RETURN_IF_ERROR(CutFile(sink_, sink_size_, kDoing));
  CREDITREG_ASSIGN_OR_RETURN(
      sunk_, LastNumberOf(absl::string_view(text).substr(0, whole)));
  if (sunk_ > written_.number) {
    return absl::DataLossError(absl::StrCat(
        "audit_sink: has row ", sunk_, ", the log ends with ", written_.number,
        ": rows are missing at its end; keep both, and start with others"));
  }
  return absl::OkStatus();
}

void AuditLog::FeedSink(std::uint64_t before) {
  if (sink_.get() < 0 || sunk_ == written_.number) return;
  // What failed is not tried again for each group: it reads the log anew.
  const absl::Time now = absl::Now();
  if (!sink_state_.ok() && now < sink_retry_at_) return;
  sink_retry_at_ = now + options_.retry_after;
  const absl::Status status =
      sunk_ == before ? AppendToSink(lines_, written_.number) : CopyToSink();
  if (status != sink_state_ && options_.on_state) options_.on_state(status);
  sink_state_ = status;
}

absl::Status AuditLog::AppendToSink(absl::string_view lines,
                                    std::uint64_t last) {
  CREDITREG_RETURN_IF_ERROR(WriteAt(sink_, sink_size_, lines, kDoing));
  sink_size_ += lines.size();
  sunk_ = last;
  return absl::OkStatus();
}

absl::Status AuditLog::CopyToSink() {
  const std::vector<std::uint64_t> segments =
      AuditSegmentsIn(options_.directory);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const bool is_past =
        i + 1 < segments.size() && segments[i + 1] <= sunk_ + 1;
    if (is_past) continue;
    CREDITREG_ASSIGN_OR_RETURN(
        const std::string bytes,
        ReadSegment(AuditSegmentPath(options_.directory, segments[i])));
    CREDITREG_ASSIGN_OR_RETURN(std::string previous,
                               AuditHashBefore(bytes, segments[i]));
    std::size_t offset = kAuditHeaderBytes;
    absl::string_view row;
    absl::string_view hash;
    std::string lines;
    std::uint64_t last = sunk_;
    while (ReadAuditRow(bytes, previous, &offset, &row, &hash) ==
           AuditRead::kRow) {
      previous = std::string(hash);
      audit::v1::AuditRow parsed;
      if (!parsed.ParseFromArray(row.data(), static_cast<int>(row.size())) ||
          parsed.number() <= sunk_) {
        continue;
      }
      absl::StrAppend(&lines, SinkLine(parsed, hash));
      last = parsed.number();
    }
    CREDITREG_RETURN_IF_ERROR(AppendToSink(lines, last));
  }
  return absl::OkStatus();
}

void AuditLog::RemoveOld() {
  if (options_.keep <= absl::ZeroDuration()) return;
  const std::int64_t oldest =
      absl::ToUnixMicros(options_.clock->Now() - options_.keep);
  const std::vector<std::uint64_t> segments =
      AuditSegmentsIn(options_.directory);
  for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
    // The next one's first row is younger than all of this one's.
    const auto bytes =
        ReadSegment(AuditSegmentPath(options_.directory, segments[i + 1]));
    if (!bytes.ok()) return;
    const auto previous = AuditHashBefore(*bytes, segments[i + 1]);
    if (!previous.ok()) return;
    std::size_t offset = kAuditHeaderBytes;
    absl::string_view row;
    absl::string_view hash;
    audit::v1::AuditRow parsed;
    if (ReadAuditRow(*bytes, *previous, &offset, &row, &hash) !=
            AuditRead::kRow ||
        !parsed.ParseFromArray(row.data(), static_cast<int>(row.size())) ||
        parsed.time_us() > oldest) {
      return;
    }
    const std::string path = AuditSegmentPath(options_.directory, segments[i]);
    absl::StatusOr<FileDescriptor> file =
        OpenFile(path, FileAccess::kRead, kDoing);
    std::error_code error;
    if (!std::filesystem::remove(path, error) || !file.ok()) continue;
    index_->Forget(segments[i], *std::move(file));
  }
}

}  // namespace creditreg
