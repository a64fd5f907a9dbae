#include "server/audit/audit_segments.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "index/base/status_macros.h"
#include "server/audit/audit_format.h"

namespace creditreg {
namespace {

constexpr char kDoing[] = "read audit log";

// Length before a message, hash behind it.
constexpr std::size_t kFrameBytes = 4 + kAuditHashBytes;
constexpr std::size_t kChunkBytes = kMaxAuditRowBytes + kFrameBytes;

absl::Status Damaged(std::uint64_t segment, std::uint64_t offset) {
  return absl::DataLossError(absl::StrCat(
      kDoing, ": ", AuditSegmentName(segment), ": no row at byte ", offset));
}

}  // namespace

std::vector<std::uint64_t> AuditSegmentsIn(const std::string& directory) {
  std::vector<std::uint64_t> numbers;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(directory, error)) {
    const std::uint64_t number =
        AuditSegmentNumber(entry.path().filename().string());
    if (number > 0) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::string AuditSegmentPath(const std::string& directory,
                             std::uint64_t first_number) {
  return absl::StrCat(directory, "/", AuditSegmentName(first_number));
}

absl::StatusOr<std::string> AuditHashBefore(absl::string_view bytes,
                                            std::uint64_t first_number) {
  const absl::string_view head = bytes.substr(0, kAuditHeaderBytes);
  const absl::string_view hash =
      head.size() < kAuditHeaderBytes
          ? absl::string_view()
          : head.substr(kAuditHeaderBytes - kAuditHashBytes);
  if (head != AuditHeader(first_number, hash)) {
    return absl::DataLossError(absl::StrCat(
        kDoing, ": ", AuditSegmentName(first_number), ": no such segment"));
  }
  return std::string(hash);
}

SegmentReader::SegmentReader(FileDescriptor file, std::uint64_t segment,
                             std::uint64_t offset, std::string hash)
    : file_(std::move(file)),
      segment_(segment),
      start_(offset),
      hash_(std::move(hash)) {}

absl::StatusOr<SegmentReader> SegmentReader::Begin(FileDescriptor file,
                                                   std::uint64_t segment) {
  CREDITREG_ASSIGN_OR_RETURN(std::string hash,
                             ReadAt(file, kAuditHeaderBytes - kAuditHashBytes,
                                    kAuditHashBytes, kDoing));
  hash.resize(kAuditHashBytes);
  return SegmentReader(std::move(file), segment, kAuditHeaderBytes,
                       std::move(hash));
}

absl::StatusOr<std::optional<SegmentReader::Row>> SegmentReader::Next(
    std::uint64_t end) {
  absl::string_view message;
  absl::string_view hash;
  std::size_t next = at_;
  AuditRead read = ReadAuditRow(bytes_, hash_, &next, &message, &hash);
  if (read == AuditRead::kEnd || read == AuditRead::kTorn) {
    start_ = offset();
    at_ = 0;
    bytes_.clear();
    if (start_ >= end) return std::optional<Row>();
    CREDITREG_ASSIGN_OR_RETURN(
        bytes_,
        ReadAt(file_, start_,
               std::min<std::uint64_t>(end - start_, kChunkBytes), kDoing));
    next = 0;
    read = ReadAuditRow(bytes_, hash_, &next, &message, &hash);
  }
  Row row;
  row.is_good = read == AuditRead::kRow;
  // Of a row that was altered all but its hash may still be told.
  const bool is_framed = row.is_good || !message.empty();
  if (!is_framed) return Damaged(segment_, offset());
  row.place.segment = segment_;
  row.place.offset = offset();
  row.place.length = static_cast<std::uint32_t>(message.size());
  row.is_good &=
      row.row.ParseFromArray(message.data(), static_cast<int>(message.size()));
  hash_ = std::string(hash);
  at_ += message.size() + kFrameBytes;
  return std::optional<Row>(std::move(row));
}

absl::Status SegmentReader::SkipTo(std::uint64_t end) {
  const std::uint64_t from =
      end - std::min<std::uint64_t>(end, kAuditHashBytes);
  CREDITREG_ASSIGN_OR_RETURN(hash_,
                             ReadAt(file_, from, kAuditHashBytes, kDoing));
  hash_.resize(kAuditHashBytes);
  start_ = end;
  at_ = 0;
  bytes_.clear();
  return absl::OkStatus();
}

absl::StatusOr<std::uint64_t> SegmentReader::Size() const {
  return FileSize(file_, kDoing);
}

absl::StatusOr<audit::v1::AuditRow> PlaceReader::Read(const AuditPlace& place,
                                                      std::uint64_t number) {
  if (file_.get() < 0 || segment_ != place.segment) {
    CREDITREG_ASSIGN_OR_RETURN(
        file_, OpenFile(AuditSegmentPath(directory_, place.segment),
                        FileAccess::kRead, kDoing));
    segment_ = place.segment;
  }
  if (place.offset < kAuditHeaderBytes || place.length > kMaxAuditRowBytes) {
    return Damaged(place.segment, place.offset);
  }
  // The hash before it ends where it begins, also of a segment's first.
  CREDITREG_ASSIGN_OR_RETURN(
      const std::string bytes,
      ReadAt(file_, place.offset - kAuditHashBytes,
             kAuditHashBytes + kFrameBytes + place.length, kDoing));
  absl::string_view message;
  absl::string_view hash;
  std::size_t offset = kAuditHashBytes;
  audit::v1::AuditRow row;
  if (bytes.size() < kAuditHashBytes ||
      ReadAuditRow(bytes, absl::string_view(bytes).substr(0, kAuditHashBytes),
                   &offset, &message, &hash) != AuditRead::kRow ||
      !row.ParseFromArray(message.data(), static_cast<int>(message.size())) ||
      row.number() != number) {
    return Damaged(place.segment, place.offset);
  }
  return row;
}

}  // namespace creditreg
