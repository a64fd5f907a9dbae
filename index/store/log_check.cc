#include "index/store/log_check.h"

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "index/base/status_macros.h"
#include "index/store/rocksdb_status.h"
#include "rocksdb/env.h"
#include "rocksdb/slice.h"
#include "rocksdb/status.h"

namespace creditreg {
namespace {

constexpr absl::string_view kChecking = "open database: check logs";
constexpr std::size_t kHeaderBytes = 7;
constexpr int kFullType = 1;
constexpr int kFirstType = 2;
constexpr int kLastType = 4;
// Types of logs whose files are used again, which ours are not. RocksDB ends a
// log without a word where one of them names another log.
constexpr int kFirstRecycledType = 5;
constexpr int kLastRecycledType = 8;

// CRC-32C (Castagnoli), reflected, one byte at a time: only what lies behind a
// cut is summed, a block or two.
constexpr std::array<std::uint32_t, 256> MakeCrcTable() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78u : 0u);
    }
    table[i] = crc;
  }
  return table;
}
constexpr std::array<std::uint32_t, 256> kCrcTable = MakeCrcTable();

std::uint32_t Crc32c(absl::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const char c : bytes) {
    crc = kCrcTable[(crc ^ static_cast<unsigned char>(c)) & 0xFF] ^ (crc >> 8);
  }
  return crc ^ 0xFFFFFFFFu;
}

// As RocksDB stores it, so that sums over bytes that hold sums stay sound.
std::uint32_t Masked(std::uint32_t crc) {
  return ((crc >> 15) | (crc << 17)) + 0xA282EAD8u;
}

std::uint32_t LittleEndian(absl::string_view bytes) {
  std::uint32_t number = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return number;
}

std::size_t LengthIn(absl::string_view fragment) {
  return LittleEndian(fragment.substr(4, 2));
}
int TypeIn(absl::string_view fragment) {
  return static_cast<unsigned char>(fragment[6]);
}

// Whether `payload` has the sum in `fragment`'s head, were its type `type`.
bool HasSum(absl::string_view fragment, int type, absl::string_view payload) {
  return LittleEndian(fragment.substr(0, 4)) ==
         Masked(Crc32c(
             absl::StrCat(std::string(1, static_cast<char>(type)), payload)));
}

// Whether `fragment`, from its head to its end, has the sum it says.
bool IsWhole(absl::string_view fragment) {
  const int type = TypeIn(fragment);
  return type > 0 && type <= kLastType &&
         HasSum(fragment, type, fragment.substr(kHeaderBytes));
}

// Whether `rest` begins with a fragment that is whole but for its type, or but
// for its length and the last one.
bool IsWholeButForItsHead(absl::string_view rest) {
  const absl::string_view to_end = rest.substr(kHeaderBytes);
  const absl::string_view payload = to_end.substr(0, LengthIn(rest));
  for (int type = 1; type <= kLastType; ++type) {
    if (HasSum(rest, type, to_end) || HasSum(rest, type, payload)) return true;
  }
  return false;
}

// Whether a record begins anywhere in `bytes`, its first fragment whole: it was
// written after whatever lies before. Later fragments prove nothing, as a disk
// may have written the parts of one record in any order. Other bytes look like
// one by chance in 1 of 2^32 places.
bool HoldsStartOfRecord(absl::string_view bytes) {
  for (; bytes.size() >= kHeaderBytes; bytes.remove_prefix(1)) {
    const int type = TypeIn(bytes);
    if (type != kFullType && type != kFirstType) continue;
    const std::size_t size = kHeaderBytes + LengthIn(bytes);
    if (size <= bytes.size() && IsWhole(bytes.substr(0, size))) return true;
  }
  return false;
}

// Whether a file is not there. A database that is still open lets go of logs it
// needs no more while they are looked at.
bool IsGone(const rocksdb::Status& status) {
  return status.IsNotFound() || status.IsPathNotFound();
}

absl::Status CheckLog(rocksdb::Env* env, const std::string& directory,
                      const std::string& name) {
  std::unique_ptr<rocksdb::SequentialFile> file;
  const rocksdb::Status opened = env->NewSequentialFile(
      absl::StrCat(directory, "/", name), &file, rocksdb::EnvOptions());
  if (IsGone(opened)) return absl::OkStatus();
  CREDITREG_RETURN_IF_ERROR(FromRocksDb(opened, kChecking));
  LogChecker checker;
  std::string buffer(LogChecker::kBlockBytes, '\0');
  std::size_t filled = 0;
  bool at_end = false;
  while (!at_end) {
    rocksdb::Slice got;
    CREDITREG_RETURN_IF_ERROR(FromRocksDb(
        file->Read(buffer.size() - filled, &got, &buffer[filled]), kChecking));
    if (got.data() != &buffer[filled]) {
      buffer.replace(filled, got.size(), got.data(), got.size());
    }
    filled += got.size();
    at_end = got.empty();
    if (filled < buffer.size() && !at_end) continue;
    if (!checker.AddBlock(absl::string_view(buffer).substr(0, filled))) {
      return absl::DataLossError(absl::StrCat(
          kChecking, ": damaged record in ", name,
          ", want it mended: what RocksDB would drop was acknowledged"));
    }
    filled = 0;
  }
  return absl::OkStatus();
}

}  // namespace

bool LogChecker::AddBlock(absl::string_view block) {
  absl::string_view rest = block;
  while (!is_cut_ && rest.size() >= kHeaderBytes) {
    const std::size_t size = kHeaderBytes + LengthIn(rest);
    const int type = TypeIn(rest);
    const bool ends_log =
        (type == 0 && size == kHeaderBytes) ||
        (type >= kFirstRecycledType && type <= kLastRecycledType);
    if (!ends_log && size <= rest.size()) {
      rest.remove_prefix(size);
      continue;
    }
    is_cut_ = true;
    if (IsWholeButForItsHead(rest)) return false;
    rest.remove_prefix(1);
  }
  return !is_cut_ || !HoldsStartOfRecord(rest);
}

absl::StatusOr<LogFiles> CheckLogs(rocksdb::Env* env,
                                   const std::string& directory) {
  LogFiles logs;
  std::vector<std::string> names;
  const rocksdb::Status listed = env->GetChildren(directory, &names);
  if (IsGone(listed)) return logs;
  CREDITREG_RETURN_IF_ERROR(FromRocksDb(listed, kChecking));
  for (const std::string& name : names) {
    if (!absl::EndsWith(name, ".log")) continue;
    std::uint64_t bytes = 0;
    const rocksdb::Status sized =
        env->GetFileSize(absl::StrCat(directory, "/", name), &bytes);
    if (IsGone(sized)) continue;
    CREDITREG_RETURN_IF_ERROR(FromRocksDb(sized, kChecking));
    CREDITREG_RETURN_IF_ERROR(CheckLog(env, directory, name));
    ++logs.count;
    logs.bytes += bytes;
  }
  return logs;
}

}  // namespace creditreg
