#include "bench/peers/wal_recording.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include <unistd.h>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "index/base/status_macros.h"

namespace creditreg::bench {
namespace {

// A file of the log lives until 64 MiB of rows are full and flushed.
constexpr std::chrono::milliseconds kPause{5};

// Of RocksDB's log: blocks of records, each with a checksum, its length and its
// type in front; of one that is cut into pieces, those between the first and
// the last have type 3.
constexpr std::size_t kBlockBytes = 32768;
constexpr std::size_t kHeaderBytes = 7;
constexpr int kFull = 1;
constexpr int kFirst = 2;
constexpr int kLast = 4;
// Of a batch: the number of its first row, and how many there are.
constexpr std::size_t kBatchHeaderBytes = 12;

// Little-endian.
std::uint64_t NumberAt(absl::string_view bytes, std::size_t offset, int size) {
  std::uint64_t value = 0;
  for (int i = size - 1; i >= 0; --i) {
    value = value << 8 | static_cast<std::uint8_t>(
                             bytes[offset + static_cast<std::size_t>(i)]);
  }
  return value;
}

std::uint64_t FirstRow(absl::string_view batch) {
  return NumberAt(batch, 0, 8);
}
std::uint64_t RowCount(absl::string_view batch) {
  return NumberAt(batch, 8, 4);
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const std::ifstream file(path, std::ios::binary);
  if (!file) return absl::InternalError("log: cannot be read");
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return std::move(bytes).str();
}

// Appends the whole records of a file; what the end cuts is not there.
absl::Status AppendRecords(absl::string_view file,
                           std::vector<std::string>* records) {
  std::string record;
  std::size_t at = 0;
  while (at + kHeaderBytes <= file.size()) {
    const std::size_t left = kBlockBytes - at % kBlockBytes;
    const std::size_t size = NumberAt(file, at + 4, 2);
    const int type = static_cast<int>(NumberAt(file, at + 6, 1));
    if (left < kHeaderBytes || (type == 0 && size == 0)) {
      at += left;
      continue;
    }
    if (type < kFull || type > kLast || kHeaderBytes + size > left) {
      return absl::DataLossError("log: a record of another kind");
    }
    if (at + kHeaderBytes + size > file.size()) break;
    if (type == kFull || type == kFirst) record.clear();
    absl::StrAppend(&record, file.substr(at + kHeaderBytes, size));
    if (type == kFull || type == kLast) {
      if (record.size() < kBatchHeaderBytes) {
        return absl::DataLossError("log: a record without a batch");
      }
      records->push_back(record);
    }
    at += kHeaderBytes + size;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<WalRecording>> WalRecording::Start(
    std::string data_dir, std::string folder) {
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  std::filesystem::create_directories(folder, error);
  if (error) return absl::InternalError("log: no folder to keep it in");
  auto recording = absl::WrapUnique(
      new WalRecording(std::move(data_dir), std::move(folder)));
  CREDITREG_RETURN_IF_ERROR(recording->Link());
  CREDITREG_ASSIGN_OR_RETURN(const std::vector<std::string> before,
                             recording->Read());
  if (!before.empty()) {
    recording->last_row_ =
        FirstRow(before.back()) + RowCount(before.back()) - 1;
  }
  recording->thread_ = std::thread([keeper = recording.get()] {
    while (!keeper->stopping_ && keeper->link_status_.ok()) {
      keeper->link_status_ = keeper->Link();
      std::this_thread::sleep_for(kPause);
    }
  });
  return recording;
}

WalRecording::~WalRecording() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
  std::error_code error;
  std::filesystem::remove_all(folder_, error);
}

absl::StatusOr<std::vector<std::string>> WalRecording::Stop() {
  stopping_ = true;
  thread_.join();
  CREDITREG_RETURN_IF_ERROR(link_status_);
  CREDITREG_RETURN_IF_ERROR(Link());
  CREDITREG_ASSIGN_OR_RETURN(std::vector<std::string> groups, Read());
  std::error_code error;
  std::filesystem::remove_all(folder_, error);
  groups.erase(std::remove_if(groups.begin(), groups.end(),
                              [this](const std::string& group) {
                                return FirstRow(group) <= last_row_;
                              }),
               groups.end());
  // Where nothing was written before, the log does not say where it begins.
  std::uint64_t next = last_row_ + 1;
  if (last_row_ == 0 && !groups.empty()) next = FirstRow(groups.front());
  for (const std::string& group : groups) {
    if (FirstRow(group) != next) {
      return absl::DataLossError("log: a group was not kept");
    }
    next += RowCount(group);
  }
  return groups;
}

absl::Status WalRecording::Link() {
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(data_dir_, error)) {
    const std::string name = entry.path().filename();
    if (!absl::EndsWith(name, ".log")) continue;
    const std::string kept = absl::StrCat(folder_, "/", name);
    // Gone meanwhile: then it was kept before, or Stop() will miss its rows.
    if (link(entry.path().c_str(), kept.c_str()) != 0 && errno != EEXIST &&
        errno != ENOENT) {
      return absl::ErrnoToStatus(errno, "keep the log");
    }
  }
  if (error) return absl::InternalError("log: its folder cannot be read");
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> WalRecording::Read() const {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(folder_, error)) {
    names.push_back(entry.path());
  }
  if (error) return absl::InternalError("log: what was kept cannot be read");
  // Numbers of equal length, in order.
  std::sort(names.begin(), names.end());
  std::vector<std::string> groups;
  for (const std::string& name : names) {
    CREDITREG_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(name));
    CREDITREG_RETURN_IF_ERROR(AppendRecords(bytes, &groups));
  }
  return groups;
}

}  // namespace creditreg::bench
