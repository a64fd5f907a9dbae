#include "index/store/external_sorter.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "index/base/status_macros.h"

namespace creditreg {
namespace {

// Runs are read side by side; this much of each is in memory.
constexpr std::size_t kFileBufferBytes = std::size_t{1} << 20;

absl::Status FileError(absl::string_view doing) {
  const int error = errno;
  const std::string message =
      absl::StrCat("sort rows: ", doing, ": ", std::strerror(error));
  return error == ENOSPC || error == EDQUOT
             ? absl::ResourceExhaustedError(
                   absl::StrCat("DISK_FULL: ", message))
             : absl::UnavailableError(message);
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

std::uint64_t HashOf(absl::string_view row) { return absl::HashOf(row); }

}  // namespace

// Rows one after the other, each as it stands in a run:
//   u32 key length, u32 value length, key, value   (this machine's byte order)
// and where each begins, with the first bytes of its key to compare by.
class ExternalSorter::Buffer {
 public:
  explicit Buffer(std::size_t bytes) { bytes_.reserve(bytes); }

  void Add(absl::string_view key, absl::string_view value) {
    Entry entry;
    entry.offset = bytes_.size();
    entry.prefix = PrefixOf(key);
    const std::uint32_t lengths[] = {static_cast<std::uint32_t>(key.size()),
                                     static_cast<std::uint32_t>(value.size())};
    bytes_.append(reinterpret_cast<const char*>(lengths), sizeof(lengths));
    bytes_.append(key.data(), key.size());
    bytes_.append(value.data(), value.size());
    entries_.push_back(entry);
  }

  std::size_t size_bytes() const {
    return bytes_.size() + entries_.size() * sizeof(Entry);
  }
  bool empty() const { return entries_.empty(); }

  void Sort() {
    std::sort(entries_.begin(), entries_.end(),
              [this](const Entry& a, const Entry& b) {
                if (a.prefix != b.prefix) return a.prefix < b.prefix;
                return KeyAt(a.offset) < KeyAt(b.offset);
              });
  }

  // In the order of entries: the row's bytes, key and value.
  template <typename Take>
  absl::Status ForEach(const Take& take) const {
    for (const Entry& entry : entries_) {
      std::uint32_t lengths[2];
      std::memcpy(lengths, bytes_.data() + entry.offset, sizeof(lengths));
      const absl::string_view row(
          bytes_.data() + entry.offset,
          sizeof(lengths) + std::size_t{lengths[0]} + lengths[1]);
      CREDITREG_RETURN_IF_ERROR(
          take(row, row.substr(8, lengths[0]), row.substr(8 + lengths[0])));
    }
    return absl::OkStatus();
  }

 private:
  // Keys of one partition share their first two bytes.
  static constexpr std::size_t kSharedBytes = 2;
  struct Entry {
    std::uint64_t prefix = 0;
    std::uint64_t offset = 0;
  };

  // Eight bytes, big-endian, from the first that tells keys apart, zeros where
  // the key ends. Equal prefixes leave it to the whole keys.
  static std::uint64_t PrefixOf(absl::string_view key) {
    std::uint64_t prefix = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      const std::size_t at = kSharedBytes + i;
      prefix = prefix << 8 |
               (at < key.size() ? static_cast<unsigned char>(key[at]) : 0);
    }
    return prefix;
  }

  absl::string_view KeyAt(std::uint64_t offset) const {
    std::uint32_t length = 0;
    std::memcpy(&length, bytes_.data() + offset, sizeof(length));
    return absl::string_view(bytes_).substr(offset + 8, length);
  }

  std::string bytes_;
  std::vector<Entry> entries_;
};

// A run from its beginning, row by row.
class ExternalSorter::RunReader {
 public:
  RunReader(File file, std::uint64_t wanted_sum)
      : file_(std::move(file)), wanted_sum_(wanted_sum) {}

  const std::string& row() const { return row_; }
  absl::string_view key() const {
    return absl::string_view(row_).substr(8, key_bytes_);
  }
  absl::string_view value() const {
    return absl::string_view(row_).substr(8 + key_bytes_);
  }
  bool done() const { return done_; }

  absl::Status Next() {
    std::uint32_t lengths[2];
    const std::size_t got =
        std::fread(lengths, 1, sizeof(lengths), file_.get());
    if (got == 0 && std::ferror(file_.get()) == 0) {
      done_ = true;
      return sum_ == wanted_sum_ ? absl::OkStatus() : Damaged();
    }
    if (got != sizeof(lengths)) return Damaged();
    const std::size_t rest = std::size_t{lengths[0]} + lengths[1];
    row_.resize(sizeof(lengths) + rest);
    std::memcpy(row_.data(), lengths, sizeof(lengths));
    if (std::fread(row_.data() + sizeof(lengths), 1, rest, file_.get()) !=
        rest) {
      return Damaged();
    }
    key_bytes_ = lengths[0];
    sum_ += HashOf(row_);
    return absl::OkStatus();
  }

 private:
  static absl::Status Damaged() {
    return absl::DataLossError(
        "sort rows: a run is not what was written, want the load run again");
  }

  const File file_;
  const std::uint64_t wanted_sum_;
  std::string row_;
  std::size_t key_bytes_ = 0;
  std::uint64_t sum_ = 0;
  bool done_ = false;
};

ExternalSorter::ExternalSorter(Options options)
    : options_(std::move(options)) {}

ExternalSorter::~ExternalSorter() = default;

absl::Status ExternalSorter::Add(const Rows& rows) {
  std::unique_ptr<Buffer> full;
  {
    absl::MutexLock lock(&mutex_);
    if (buffer_ == nullptr) {
      buffer_ = std::make_unique<Buffer>(options_.buffer_bytes);
    }
    for (const auto& [key, value] : rows) buffer_->Add(key, value);
    if (buffer_->size_bytes() < options_.buffer_bytes) return absl::OkStatus();
    full = std::move(buffer_);
  }
  return WriteRun(*full);
}

absl::Status ExternalSorter::WriteRun(Buffer& buffer) {
  buffer.Sort();
  Run run;
  {
    absl::MutexLock lock(&mutex_);
    run.path = absl::StrCat(options_.directory, "/", next_run_++, ".run");
  }
  File file(std::fopen(run.path.c_str(), "wbx"));
  if (file == nullptr) return FileError("make a run");
  std::setvbuf(file.get(), nullptr, _IOFBF, kFileBufferBytes);
  CREDITREG_RETURN_IF_ERROR(buffer.ForEach(
      [&run, &file](absl::string_view row, absl::string_view /*key*/,
                    absl::string_view /*value*/) {
        run.sum += HashOf(row);
        return std::fwrite(row.data(), 1, row.size(), file.get()) == row.size()
                   ? absl::OkStatus()
                   : FileError("write a run");
      }));
  if (std::fflush(file.get()) != 0) return FileError("write a run");
  absl::MutexLock lock(&mutex_);
  runs_.push_back(std::move(run));
  return absl::OkStatus();
}

absl::Status ExternalSorter::Merge(
    const std::function<absl::Status(absl::string_view key,
                                     absl::string_view value)>& take) {
  std::unique_ptr<Buffer> last;
  std::vector<Run> runs;
  {
    absl::MutexLock lock(&mutex_);
    last = std::move(buffer_);
    runs = runs_;
  }
  if (last != nullptr && runs.empty()) {
    last->Sort();
    return last->ForEach(
        [&take](absl::string_view /*row*/, absl::string_view key,
                absl::string_view value) { return take(key, value); });
  }
  if (last != nullptr && !last->empty()) {
    CREDITREG_RETURN_IF_ERROR(WriteRun(*last));
    last.reset();
    absl::MutexLock lock(&mutex_);
    runs = runs_;
  }
  std::vector<std::unique_ptr<RunReader>> readers;
  const auto later = [&readers](std::size_t a, std::size_t b) {
    return readers[b]->key() < readers[a]->key();
  };
  std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(later)>
      next(later);
  for (const Run& run : runs) {
    File file(std::fopen(run.path.c_str(), "rb"));
    if (file == nullptr) return FileError("open a run");
    std::setvbuf(file.get(), nullptr, _IOFBF, kFileBufferBytes);
    // Read through what is open; the name is not needed any more.
    std::remove(run.path.c_str());
    readers.push_back(std::make_unique<RunReader>(std::move(file), run.sum));
    CREDITREG_RETURN_IF_ERROR(readers.back()->Next());
    if (!readers.back()->done()) next.push(readers.size() - 1);
  }
  while (!next.empty()) {
    const std::size_t i = next.top();
    next.pop();
    CREDITREG_RETURN_IF_ERROR(take(readers[i]->key(), readers[i]->value()));
    CREDITREG_RETURN_IF_ERROR(readers[i]->Next());
    if (!readers[i]->done()) next.push(i);
  }
  return absl::OkStatus();
}

}  // namespace creditreg
