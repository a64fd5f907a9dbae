#include "index/store/rocksdb_status.h"

#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "rocksdb/status.h"

namespace creditreg {
namespace {

absl::string_view CodeName(rocksdb::Status::Code code) {
  switch (code) {
    case rocksdb::Status::kOk:
      return "OK";
    case rocksdb::Status::kNotFound:
      return "NotFound";
    case rocksdb::Status::kCorruption:
      return "Corruption";
    case rocksdb::Status::kNotSupported:
      return "NotSupported";
    case rocksdb::Status::kInvalidArgument:
      return "InvalidArgument";
    case rocksdb::Status::kIOError:
      return "IOError";
    case rocksdb::Status::kMergeInProgress:
      return "MergeInProgress";
    case rocksdb::Status::kIncomplete:
      return "Incomplete";
    case rocksdb::Status::kShutdownInProgress:
      return "ShutdownInProgress";
    case rocksdb::Status::kTimedOut:
      return "TimedOut";
    case rocksdb::Status::kAborted:
      return "Aborted";
    case rocksdb::Status::kBusy:
      return "Busy";
    case rocksdb::Status::kExpired:
      return "Expired";
    case rocksdb::Status::kTryAgain:
      return "TryAgain";
    case rocksdb::Status::kCompactionTooLarge:
      return "CompactionTooLarge";
    case rocksdb::Status::kColumnFamilyDropped:
      return "ColumnFamilyDropped";
    case rocksdb::Status::kMaxCode:
      break;
  }
  return "unknown code";
}

// The first "000123.sst" or "MANIFEST-000123" in RocksDB's text, so that the
// operator knows which file to look at; empty where there is none. Nothing else
// of the text is repeated: it may quote a key.
absl::string_view DatabaseFileIn(absl::string_view text) {
  constexpr std::size_t kLeastDigits = 6;
  constexpr std::size_t kMostDigits = 20;
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t end = begin;
    while (end < text.size() && absl::ascii_isdigit(text[end])) ++end;
    const std::size_t digits = end - begin;
    if (digits >= kLeastDigits && digits <= kMostDigits) {
      for (const absl::string_view suffix : {".sst", ".log"}) {
        if (text.substr(end, suffix.size()) == suffix) {
          return text.substr(begin, digits + suffix.size());
        }
      }
      const absl::string_view prefix = "MANIFEST-";
      if (begin >= prefix.size() &&
          text.substr(begin - prefix.size(), prefix.size()) == prefix) {
        return text.substr(begin - prefix.size(), prefix.size() + digits);
      }
    }
    begin = end + 1;
  }
  return {};
}

std::string Describe(const rocksdb::Status& status, absl::string_view doing) {
  std::string message =
      absl::StrCat(doing, ": RocksDB ", CodeName(status.code()));
  const char* const state = status.getState();
  if (state == nullptr) return message;
  // Only the file layer makes IOErrors, and it knows no keys.
  if (status.IsIOError()) return absl::StrCat(message, ": ", state);
  const absl::string_view file = DatabaseFileIn(state);
  if (!file.empty()) absl::StrAppend(&message, " in ", file);
  return message;
}

absl::Status FromIoError(const rocksdb::Status& status, std::string message) {
  switch (status.subcode()) {
    case rocksdb::Status::kNoSpace:
    case rocksdb::Status::kSpaceLimit:
      return absl::ResourceExhaustedError(absl::StrCat("DISK_FULL: ", message));
    case rocksdb::Status::kPathNotFound:
      // We never open what RocksDB has not listed; no retry brings it back.
      return absl::DataLossError(message);
    default:
      return absl::UnavailableError(message);
  }
}

}  // namespace

absl::Status FromRocksDb(const rocksdb::Status& status,
                         absl::string_view doing) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = Describe(status, doing);
  switch (status.code()) {
    case rocksdb::Status::kCorruption:
      return absl::DataLossError(message);
    case rocksdb::Status::kIOError:
      return FromIoError(status, message);
    case rocksdb::Status::kBusy:
    case rocksdb::Status::kTryAgain:
    case rocksdb::Status::kTimedOut:
    case rocksdb::Status::kAborted:
    case rocksdb::Status::kShutdownInProgress:
      return absl::UnavailableError(message);
    default:  // Also codes that a later RocksDB may have.
      return absl::InternalError(message);
  }
}

}  // namespace creditreg
