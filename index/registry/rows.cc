#include "index/registry/rows.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/registry/view.h"
#include "index/store/key_files.h"
#include "index/store/store.h"

namespace creditreg {
namespace {

// Versions of one thing: how its keys are made.
struct VersionTable {
  Table table;
  std::string (*key)(std::uint64_t number, std::uint64_t sequence);
  std::string (*prefix)(std::uint64_t number);
};

constexpr VersionTable kEnterpriseVersions = {
    Table::kEnterpriseVersion, &EnterpriseVersionKey, &EnterpriseVersionPrefix};
constexpr VersionTable kRecordVersions = {
    Table::kRecordVersion, &RecordVersionKey, &RecordVersionPrefix};

template <typename Head>
struct FoundVersion {
  std::uint64_t sequence = 0;
  std::string value;
  // Where it is the current one.
  std::optional<Head> head;
};

// Value of the version whose sequence the head names.
absl::StatusOr<std::string> ReadNamedVersion(const Snapshot& rows,
                                             const VersionTable& versions,
                                             std::uint64_t number,
                                             std::uint64_t sequence) {
  CREDITREG_ASSIGN_OR_RETURN(std::optional<std::string> value,
                             rows.Get(versions.key(number, sequence)));
  if (!value.has_value()) {
    return absl::DataLossError(
        "version: missing, want the one its head row names");
  }
  return *std::move(value);
}

// The newest version at or before `at`.
template <typename Head>
absl::StatusOr<std::optional<FoundVersion<Head>>> ReadVersionAt(
    const Snapshot& rows, const VersionTable& versions, std::uint64_t number,
    std::uint64_t at) {
  ScanRange range;
  range.begin = versions.key(number, at);
  range.end = PrefixEnd(versions.prefix(number));
  range.max_rows = 1;
  CREDITREG_ASSIGN_OR_RETURN(ScanPage page, rows.Scan(range));
  std::optional<FoundVersion<Head>> found;
  if (page.rows.empty()) return found;
  CREDITREG_ASSIGN_OR_RETURN(
      const NumberAndSequence key,
      DecodeVersionKey(versions.table, page.rows[0].first));
  found.emplace();
  found->sequence = key.sequence;
  found->value = std::move(page.rows[0].second);
  return found;
}

template <typename Head>
absl::StatusOr<std::optional<FoundVersion<Head>>> ReadVersion(
    const Snapshot& rows, const VersionTable& versions,
    const std::string& head_key, std::uint64_t number, std::uint64_t at) {
  CREDITREG_ASSIGN_OR_RETURN(std::optional<Head> head,
                             ReadRow<Head>(rows, head_key));
  std::optional<FoundVersion<Head>> found;
  if (!head.has_value()) return found;
  if (at != 0 && at < head->version_sequence()) {
    return ReadVersionAt<Head>(rows, versions, number, at);
  }
  found.emplace();
  found->sequence = head->version_sequence();
  found->head = std::move(head);
  CREDITREG_ASSIGN_OR_RETURN(
      found->value, ReadNamedVersion(rows, versions, number, found->sequence));
  return found;
}

}  // namespace

absl::StatusOr<std::optional<EnterpriseAt>> ReadEnterpriseVersion(
    const Snapshot& rows, std::uint64_t enterprise_no, std::uint64_t at) {
  CREDITREG_ASSIGN_OR_RETURN(
      auto found, ReadVersion<storage::v1::EnterpriseHead>(
                      rows, kEnterpriseVersions,
                      EnterpriseHeadKey(enterprise_no), enterprise_no, at));
  if (!found.has_value()) return std::optional<EnterpriseAt>();
  EnterpriseAt answer;
  answer.enterprise_no = enterprise_no;
  answer.sequence = found->sequence;
  answer.head = std::move(found->head);
  CREDITREG_RETURN_IF_ERROR(DecodeValueInto(found->value, &answer.version));
  return std::optional<EnterpriseAt>(std::move(answer));
}

absl::StatusOr<std::optional<RecordAt>> ReadRecordVersion(
    const Snapshot& rows, std::uint64_t record_no, std::uint64_t at) {
  CREDITREG_ASSIGN_OR_RETURN(
      const auto found,
      ReadVersion<storage::v1::RecordHead>(
          rows, kRecordVersions, RecordHeadKey(record_no), record_no, at));
  if (!found.has_value()) return std::optional<RecordAt>();
  RecordAt answer;
  answer.record_no = record_no;
  answer.sequence = found->sequence;
  CREDITREG_RETURN_IF_ERROR(DecodeValueInto(found->value, &answer.version));
  return std::optional<RecordAt>(std::move(answer));
}

absl::StatusOr<storage::v1::EnterpriseHead> ReadEnterpriseHead(
    const Snapshot& rows, std::uint64_t enterprise_no) {
  CREDITREG_ASSIGN_OR_RETURN(std::optional<storage::v1::EnterpriseHead> head,
                             ReadRow<storage::v1::EnterpriseHead>(
                                 rows, EnterpriseHeadKey(enterprise_no)));
  if (!head.has_value()) {
    return absl::DataLossError(
        "enterprise head: missing, want one where a row refers to it");
  }
  return *std::move(head);
}

Sealed SealedOf(const storage::v1::SealedRow& row) {
  return {row.nonce(), row.ciphertext(),
          static_cast<SealingSuite>(row.suite())};
}

absl::StatusOr<std::string> OpenSealed(const Snapshot& rows,
                                       const DataKeyStore& keys,
                                       SealedKind kind, std::uint64_t number,
                                       std::uint64_t sequence) {
  const std::string key = SealedKey(kind, number, sequence);
  CREDITREG_ASSIGN_OR_RETURN(const std::optional<storage::v1::SealedRow> row,
                             ReadRow<storage::v1::SealedRow>(rows, key));
  if (!row.has_value()) {
    return absl::DataLossError(
        "sealed row: missing, want one where a version refers to it");
  }
  CREDITREG_ASSIGN_OR_RETURN(const Key256 data_key, keys.Get(row->data_key()));
  return Open(data_key, SealedOf(*row), key);
}

absl::StatusOr<storage::v1::PersonalFields> OpenPersonalFields(
    const Snapshot& rows, const DataKeyStore& keys, SealedKind kind,
    std::uint64_t number, const storage::v1::VersionInfo& info) {
  if (info.personal_sequence() == 0) return storage::v1::PersonalFields();
  CREDITREG_ASSIGN_OR_RETURN(
      std::string bytes,
      OpenSealed(rows, keys, kind, number, info.personal_sequence()));
  const Wiper wipe(&bytes);
  return DecodeValue<storage::v1::PersonalFields>(bytes);
}

}  // namespace creditreg
