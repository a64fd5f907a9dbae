#include "server/audit/audit_format.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "index/codec/crypto.h"

namespace creditreg {
namespace {

void AppendNumber(std::uint64_t number, int bytes, std::string* text) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    text->push_back(static_cast<char>((number >> shift) & 0xFF));
  }
}

}  // namespace

std::string AuditSegmentName(std::uint64_t first_number) {
  return absl::StrFormat("audit-%012d.log", first_number);
}

std::uint64_t AuditSegmentNumber(absl::string_view name) {
  std::uint64_t number = 0;
  if (!absl::ConsumePrefix(&name, "audit-") ||
      !absl::ConsumeSuffix(&name, ".log") || name.size() < 12 ||
      !absl::SimpleAtoi(name, &number)) {
    return 0;
  }
  return number;
}

std::string AuditHeader(std::uint64_t first_number,
                        absl::string_view previous) {
  std::string header = kAuditMagic;
  AppendNumber(first_number, 8, &header);
  absl::StrAppend(&header, previous);
  return header;
}

std::string AppendAuditRow(absl::string_view previous, absl::string_view row,
                           std::string* bytes) {
  std::string hash = Sm3(absl::StrCat(previous, row));
  AppendNumber(row.size(), 4, bytes);
  absl::StrAppend(bytes, row, hash);
  return hash;
}

AuditRead ReadAuditRow(absl::string_view bytes, absl::string_view previous,
                       std::size_t* offset, absl::string_view* row,
                       absl::string_view* hash) {
  const absl::string_view rest = bytes.substr(*offset);
  if (rest.empty()) return AuditRead::kEnd;
  if (rest.size() < 4) return AuditRead::kTorn;
  std::uint32_t length = 0;
  for (int i = 0; i < 4; ++i) {
    length = length << 8 | static_cast<unsigned char>(rest[i]);
  }
  if (length == 0 || length > kMaxAuditRowBytes) return AuditRead::kDamaged;
  if (rest.size() < 4 + length + kAuditHashBytes) return AuditRead::kTorn;
  *row = rest.substr(4, length);
  *hash = rest.substr(4 + length, kAuditHashBytes);
  if (Sm3(absl::StrCat(previous, *row)) != *hash) return AuditRead::kDamaged;
  *offset += 4 + length + kAuditHashBytes;
  return AuditRead::kRow;
}

}  // namespace creditreg
