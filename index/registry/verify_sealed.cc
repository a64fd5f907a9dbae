#include "index/registry/verify_sealed.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/registry/rows.h"
#include "index/registry/verify_run.h"
#include "index/registry/write_context.h"
#include "index/store/key_files.h"

namespace creditreg {
namespace {

// DataKeyStore::Get() tells a destroyed key from one that never was in its
// message only.
bool WasDestroyed(const absl::Status& status) {
  return absl::IsNotFound(status) &&
         absl::StrContains(status.message(), "destroyed");
}

}  // namespace

absl::StatusOr<DataKeyState> StateOfKey(const DataKeyStore& keys,
                                        std::uint64_t slot) {
  const absl::Status status = keys.Get(slot).status();
  if (status.ok()) return DataKeyState::kThere;
  if (WasDestroyed(status)) return DataKeyState::kDestroyed;
  if (absl::IsNotFound(status) || absl::IsDataLoss(status)) {
    return DataKeyState::kUnusable;
  }
  return status;
}

absl::StatusOr<std::optional<std::string>> OpenSealedRow(
    VerifyRun& run, SealedKind kind, std::uint64_t number,
    std::uint64_t sequence, const storage::v1::SealedRow& row) {
  const absl::StatusOr<Key256> key = run.data_keys().Get(row.data_key());
  if (WasDestroyed(key.status())) return std::optional<std::string>();
  if (absl::IsNotFound(key.status()) || absl::IsDataLoss(key.status())) {
    run.Fault(Table::kSealed, "its data key is missing or damaged", number);
    return std::optional<std::string>();
  }
  CREDITREG_RETURN_IF_ERROR(key.status());
  absl::StatusOr<std::string> opened =
      Open(*key, SealedOf(row), SealedKey(kind, number, sequence));
  if (!opened.ok()) {
    run.Fault(Table::kSealed, "does not open with its data key", number);
    return std::optional<std::string>();
  }
  return std::optional<std::string>(*std::move(opened));
}

void SealedGroup::Add(std::uint64_t sequence, absl::string_view value) {
  Entry entry;
  entry.sequence = sequence;
  entry.row =
      run_.Decode<storage::v1::SealedRow>(Table::kSealed, value, number_);
  entries_.push_back(std::move(entry));
}

SealedGroup::Entry* SealedGroup::Find(std::uint64_t sequence) {
  const auto found = std::lower_bound(
      entries_.begin(), entries_.end(), sequence,
      [](const Entry& entry, std::uint64_t at) { return entry.sequence < at; });
  if (found == entries_.end() || found->sequence != sequence) return nullptr;
  return &*found;
}

absl::StatusOr<std::optional<storage::v1::PersonalFields>> SealedGroup::Check(
    std::uint64_t version_sequence, const storage::v1::VersionInfo& info,
    absl::string_view personal_tax_mac) {
  std::optional<storage::v1::PersonalFields> personal;
  const Table table = kind_ == SealedKind::kEnterprise
                          ? Table::kEnterpriseVersion
                          : Table::kRecordVersion;
  if (info.personal_sequence() > version_sequence ||
      (info.personal_sequence() == 0) != info.personal_mac().empty() ||
      (info.personal_mac().empty() &&
       (!personal_tax_mac.empty() || !info.numbers().empty()))) {
    run_.Fault(table, "what it says of personal fields contradicts itself",
               number_);
    return personal;
  }
  if (info.personal_sequence() == 0) {
    if (!IsErased(info)) personal.emplace();
    return personal;
  }
  Entry* const entry = Find(info.personal_sequence());
  if (entry == nullptr) {
    run_.Fault(Table::kSealed,
               kind_ == SealedKind::kEnterprise
                   ? "missing for an enterprise version"
                   : "missing for a record version",
               number_);
    return personal;
  }
  if (entry->sequence == version_sequence) entry->used = true;
  if (!run_.open_sealed() || !entry->row.has_value()) return personal;
  if (opened_sequence_ != entry->sequence) {
    CREDITREG_RETURN_IF_ERROR(OpenFields(*entry));
  }
  if (opened_.has_value()) CheckMacs(*opened_, info, personal_tax_mac);
  return opened_;
}

absl::Status SealedGroup::OpenFields(const Entry& entry) {
  opened_sequence_ = entry.sequence;
  opened_.reset();
  CREDITREG_ASSIGN_OR_RETURN(
      const std::optional<std::string> bytes,
      OpenSealedRow(run_, kind_, number_, entry.sequence, *entry.row));
  if (!bytes.has_value()) return absl::OkStatus();
  opened_ =
      run_.Decode<storage::v1::PersonalFields>(Table::kSealed, *bytes, number_);
  return absl::OkStatus();
}

void SealedGroup::CheckMacs(const storage::v1::PersonalFields& personal,
                            const storage::v1::VersionInfo& info,
                            absl::string_view personal_tax_mac) {
  const PersonalHashes hashes = HashPersonal(personal, run_.keys().hmac);
  if (hashes.mac != info.personal_mac()) {
    run_.Fault(Table::kSealed, "personal_mac of a version does not hold",
               number_);
  }
  if (absl::string_view(hashes.tax_mac) != personal_tax_mac) {
    run_.Fault(Table::kSealed, "personal_tax_mac of a version does not hold",
               number_);
  }
  const auto same_number = [](const storage::v1::PersonalNumber& a,
                              const storage::v1::PersonalNumber& b) {
    return a.role() == b.role() && a.mac() == b.mac();
  };
  if (!std::equal(hashes.numbers.begin(), hashes.numbers.end(),
                  info.numbers().begin(), info.numbers().end(), same_number)) {
    run_.Fault(Table::kSealed, "numbers of a version do not hold", number_);
  }
}

absl::Status SealedGroup::Close(
    Table head_table, const std::optional<std::uint64_t>& head_data_key) {
  for (const Entry& entry : entries_) {
    if (!entry.used) {
      run_.Fault(Table::kSealed, "no version refers to it", number_);
    }
  }
  if (!head_data_key.has_value()) return absl::OkStatus();
  if (entries_.empty()) {
    if (*head_data_key != 0) {
      run_.Fault(head_table, "data_key without a sealed row", number_);
    }
    return absl::OkStatus();
  }
  for (const Entry& entry : entries_) {
    if (!entry.row.has_value() || entry.row->data_key() == *head_data_key) {
      continue;
    }
    // A new key is taken only once the old one was destroyed, and an erasure
    // leaves none.
    if (&entry != &entries_.back() || *head_data_key == 0) {
      CREDITREG_ASSIGN_OR_RETURN(
          const DataKeyState state,
          StateOfKey(run_.data_keys(), entry.row->data_key()));
      if (state == DataKeyState::kDestroyed) continue;
    }
    run_.Fault(head_table, "data_key is not that of its sealed rows", number_);
  }
  return absl::OkStatus();
}

}  // namespace creditreg
