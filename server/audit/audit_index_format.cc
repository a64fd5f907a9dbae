#include "server/audit/audit_index_format.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "server/audit/audit_format.h"

namespace creditreg {
namespace {

constexpr char kState = 0x01;
constexpr char kRow = 0x02;
constexpr char kEnterprise = 0x03;
constexpr char kRecord = 0x04;
constexpr char kPrincipal = 0x05;

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kPlaceBytes = 8 + 8 + 4;
constexpr std::size_t kStateBytes = 1 + 4 * 8 + kAuditHashBytes;

void Append(std::uint64_t number, int bytes, std::string* text) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    text->push_back(static_cast<char>((number >> shift) & 0xFF));
  }
}

std::uint64_t NumberAt(absl::string_view bytes, std::size_t offset,
                       std::size_t length = 8) {
  std::uint64_t number = 0;
  for (const char c : bytes.substr(offset, length)) {
    number = number << 8 | static_cast<unsigned char>(c);
  }
  return number;
}

// Whether the roles reach no file but the caller's own.
bool IsOwnFileOnly(absl::string_view roles) {
  if (roles.empty()) return false;
  for (const absl::string_view role : absl::StrSplit(roles, ',')) {
    if (role != "ENTERPRISE" && role != "ENTERPRISE_AGENT") return false;
  }
  return true;
}

}  // namespace

AuditKind AuditKindOf(const audit::v1::AuditRow& row) {
  if (row.code() != "OK" || IsOwnFileOnly(row.roles()) ||
      absl::StartsWith(row.rpc(), "AuditService.")) {
    return AuditKind::kOther;
  }
  return row.investigation().empty() ? AuditKind::kRead
                                     : AuditKind::kInvestigated;
}

std::string AuditRowPrefix() { return std::string(1, kRow); }

std::string AuditEnterprisePrefix(std::uint64_t enterprise_no, AuditKind kind) {
  std::string prefix(1, kEnterprise);
  Append(enterprise_no, 8, &prefix);
  prefix.push_back(static_cast<char>(kind));
  return prefix;
}

std::string AuditRecordPrefix(std::uint64_t record_no) {
  std::string prefix(1, kRecord);
  Append(record_no, 8, &prefix);
  return prefix;
}

std::string AuditPrincipalPrefix(absl::string_view principal) {
  std::string prefix(1, kPrincipal);
  Append(principal.size(), 2, &prefix);
  prefix.append(principal.data(), principal.size());
  return prefix;
}

std::string AuditIndexKey(absl::string_view prefix, std::uint64_t number) {
  std::string key(prefix);
  Append(~number, 8, &key);
  return key;
}

std::string AuditIndexEnd() { return std::string(1, kPrincipal + 1); }

std::uint64_t AuditIndexNumber(absl::string_view key) {
  return key.size() < 1 + 8 ? 0 : ~NumberAt(key, key.size() - 8);
}

std::vector<std::string> AuditSubjectKeys(const audit::v1::AuditRow& row,
                                          std::uint64_t number) {
  std::vector<std::string> keys;
  const AuditKind kind = AuditKindOf(row);
  for (const std::uint64_t enterprise_no : row.enterprise_nos()) {
    keys.push_back(
        AuditIndexKey(AuditEnterprisePrefix(enterprise_no, kind), number));
  }
  for (const std::uint64_t record_no : row.record_nos()) {
    keys.push_back(AuditIndexKey(AuditRecordPrefix(record_no), number));
  }
  if (!row.principal().empty()) {
    keys.push_back(
        AuditIndexKey(AuditPrincipalPrefix(row.principal()), number));
  }
  return keys;
}

std::string EncodeAuditPlace(const AuditPlace& place) {
  std::string bytes;
  Append(place.segment, 8, &bytes);
  Append(place.offset, 8, &bytes);
  Append(place.length, 4, &bytes);
  return bytes;
}

std::string EncodeAuditPlace(const AuditPlace& place, std::int64_t time_us) {
  std::string bytes = EncodeAuditPlace(place);
  Append(static_cast<std::uint64_t>(time_us), 8, &bytes);
  return bytes;
}

std::optional<AuditPlace> DecodeAuditPlace(absl::string_view bytes) {
  if (bytes.size() < kPlaceBytes) return std::nullopt;
  AuditPlace place;
  place.segment = NumberAt(bytes, 0);
  place.offset = NumberAt(bytes, 8);
  place.length = static_cast<std::uint32_t>(NumberAt(bytes, 16, 4));
  return place;
}

std::optional<std::int64_t> DecodeAuditTime(absl::string_view bytes) {
  if (bytes.size() != kPlaceBytes + 8) return std::nullopt;
  return static_cast<std::int64_t>(NumberAt(bytes, kPlaceBytes));
}

std::string AuditIndexStateKey() { return std::string(1, kState); }

std::string EncodeAuditIndexState(const AuditIndexState& state) {
  std::string bytes;
  Append(kVersion, 1, &bytes);
  for (const std::uint64_t number :
       {state.first, state.last, state.segment, state.offset}) {
    Append(number, 8, &bytes);
  }
  return bytes + state.hash;
}

std::optional<AuditIndexState> DecodeAuditIndexState(absl::string_view bytes) {
  if (bytes.size() != kStateBytes || NumberAt(bytes, 0, 1) != kVersion) {
    return std::nullopt;
  }
  AuditIndexState state;
  state.first = NumberAt(bytes, 1);
  state.last = NumberAt(bytes, 9);
  state.segment = NumberAt(bytes, 17);
  state.offset = NumberAt(bytes, 25);
  state.hash = std::string(bytes.substr(33));
  return state;
}

}  // namespace creditreg
