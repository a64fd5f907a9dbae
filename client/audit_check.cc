#include "client/audit_check.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <system_error>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/local_file.h"
#include "creditreg/audit/v1/audit.pb.h"
#include "google/protobuf/util/json_util.h"
#include "index/base/status_macros.h"

namespace creditreg {
namespace {

constexpr absl::string_view kMagic = "CRAUDIT1";
constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kHeaderBytes = 48;
constexpr std::uint64_t kMaxRowBytes = 1 << 20;

using Kind = AuditFault::Kind;

std::string Sm3Of(absl::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest, &length, EVP_sm3(), nullptr);
  return std::string(reinterpret_cast<const char*>(digest), length);
}

std::uint64_t NumberOf(absl::string_view bytes) {
  std::uint64_t number = 0;
  for (const char c : bytes) {
    number = number << 8 | static_cast<unsigned char>(c);
  }
  return number;
}

absl::StatusOr<std::string> ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return LocalFileError(path, errno);
  std::string text((std::istreambuf_iterator<char>(file)),
                   std::istreambuf_iterator<char>());
  if (file.bad()) return LocalFileError(path, EIO);
  return text;
}

class Checker {
 public:
  // One segment after the other, in the order of their names.
  void Segment(const std::string& name, absl::string_view bytes) {
    file_ = name;
    if (bytes.size() < kHeaderBytes || bytes.substr(0, 8) != kMagic) {
      Fault(Kind::kNoRow, expected_);
      return;
    }
    const std::uint64_t first = NumberOf(bytes.substr(8, 8));
    const std::string previous(bytes.substr(16, kHashBytes));
    if (!has_begun_) {
      // What was thrown away before it cannot be told here.
      expected_ = first;
      hash_ = previous;
      has_begun_ = true;
      if (first == 1 && previous != std::string(kHashBytes, '\0')) {
        Fault(Kind::kAltered, 1);
      }
    }
    if (first != expected_) {
      Fault(Kind::kMissing, expected_);
      expected_ = first;
    } else if (previous != hash_) {
      Fault(Kind::kAltered, first);
    }
    hash_ = previous;
    Rows(bytes.substr(kHeaderBytes));
  }

  // Compares with the sink, and the sink with itself.
  void Sink(const std::string& name, absl::string_view text);

  AuditCheck Result() && {
    check_.last = check_.rows == 0 ? 0 : expected_ - 1;
    check_.hash = absl::BytesToHexString(hash_);
    return std::move(check_);
  }
  // A file put aside: a person must say whether a power cut or a hand left it.
  void Rest(const std::string& name) {
    file_ = name;
    Fault(Kind::kRest, 0);
  }

 private:
  void Fault(Kind kind, std::uint64_t row) {
    if (check_.faults.size() < kMaxAuditFaults) {
      check_.faults.push_back({kind, file_, row});
    }
  }

  void Rows(absl::string_view bytes) {
    while (!bytes.empty()) {
      const std::uint64_t length =
          bytes.size() < 4 ? 0 : NumberOf(bytes.substr(0, 4));
      if (length == 0 || length > kMaxRowBytes ||
          bytes.size() < 4 + length + kHashBytes) {
        Fault(Kind::kNoRow, expected_);
        return;
      }
      const absl::string_view row = bytes.substr(4, length);
      const std::string stored(bytes.substr(4 + length, kHashBytes));
      bytes.remove_prefix(4 + length + kHashBytes);
      Row(row, stored);
    }
  }

  void Row(absl::string_view bytes, const std::string& stored) {
    audit::v1::AuditRow row;
    if (!row.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      Fault(Kind::kNoRow, expected_);
    } else if (row.number() != expected_) {
      Fault(Kind::kMissing, expected_);
      // What follows is judged by its own numbers.
      expected_ = row.number();
    }
    if (Sm3Of(absl::StrCat(hash_, bytes)) != stored) {
      Fault(Kind::kAltered, expected_);
    }
    // Whichever of the two was changed, the next follows the one stored.
    hash_ = stored;
    hashes_[expected_] = stored;
    if (check_.rows++ == 0) check_.first = expected_;
    ++expected_;
  }

  AuditCheck check_;
  std::string file_;
  bool has_begun_ = false;
  std::uint64_t expected_ = 1;
  std::string hash_;
  std::map<std::uint64_t, std::string> hashes_;
};

// A line {"hash":"...","row":{...}}.
bool ReadLine(absl::string_view line, std::string* hash,
              audit::v1::AuditRow* row) {
  constexpr absl::string_view kBefore = "{\"hash\":\"";
  constexpr absl::string_view kBetween = "\",\"row\":";
  const std::size_t hex = 2 * kHashBytes;
  if (!absl::StartsWith(line, kBefore) || !absl::EndsWith(line, "}") ||
      line.size() < kBefore.size() + hex + kBetween.size() + 1 ||
      line.substr(kBefore.size() + hex, kBetween.size()) != kBetween) {
    return false;
  }
  *hash = absl::HexStringToBytes(line.substr(kBefore.size(), hex));
  line.remove_prefix(kBefore.size() + hex + kBetween.size());
  line.remove_suffix(1);
  return google::protobuf::util::JsonStringToMessage(std::string(line), row)
      .ok();
}

void Checker::Sink(const std::string& name, absl::string_view text) {
  file_ = name;
  std::uint64_t next = 0;
  std::string previous;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    // Half a line is still being written.
    if (end == absl::string_view::npos) return;
    const absl::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    std::string hash;
    audit::v1::AuditRow row;
    if (!ReadLine(line, &hash, &row)) {
      Fault(Kind::kNoRow, next);
      continue;
    }
    if (next != 0 && row.number() != next) Fault(Kind::kMissing, next);
    if (next != 0 && row.number() == next &&
        Sm3Of(absl::StrCat(previous, row.SerializeAsString())) != hash) {
      Fault(Kind::kAltered, row.number());
    }
    next = row.number() + 1;
    previous = hash;
    // Thrown away in order, long ago.
    if (row.number() < check_.first) continue;
    const auto there = hashes_.find(row.number());
    if (there == hashes_.end()) {
      Fault(Kind::kNotInLog, row.number());
    } else if (there->second != hash) {
      Fault(Kind::kNotAsInSink, row.number());
    }
  }
}

}  // namespace

absl::StatusOr<AuditCheck> CheckAuditLog(const std::string& directory,
                                         const std::string& sink_file) {
  std::error_code error;
  std::map<std::uint64_t, std::string> segments;
  std::vector<std::string> rests;
  Checker checker;
  for (const auto& entry :
       std::filesystem::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (!absl::StartsWith(name, "audit-")) continue;
    std::uint64_t number = 0;
    if (absl::EndsWith(name, ".rest")) {
      rests.push_back(name);
    } else if (absl::EndsWith(name, ".log") &&
               absl::SimpleAtoi(name.substr(6, name.size() - 10), &number)) {
      segments[number] = name;
    }
  }
  if (error) return LocalFileError(directory, error.value());
  if (segments.empty()) return LocalFileError(directory, ENOENT);
  for (const auto& [number, name] : segments) {
    CREDITREG_ASSIGN_OR_RETURN(const std::string bytes,
                               ReadWhole(absl::StrCat(directory, "/", name)));
    checker.Segment(name, bytes);
  }
  if (!sink_file.empty()) {
    CREDITREG_ASSIGN_OR_RETURN(const std::string text, ReadWhole(sink_file));
    checker.Sink(std::filesystem::path(sink_file).filename().string(), text);
  }
  std::sort(rests.begin(), rests.end());
  for (const std::string& rest : rests) checker.Rest(rest);
  return std::move(checker).Result();
}

}  // namespace creditreg
