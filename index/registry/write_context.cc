#include "index/registry/write_context.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "google/protobuf/message.h"
#include "index/base/civil_day.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/codec/natural_key.h"
#include "index/codec/value.h"
#include "index/registry/transaction.h"
#include "index/store/key_files.h"

namespace creditreg {

Stamp TakeStamp(absl::Time now, const PublicationTables& tables,
                storage::v1::Counters& counters) {
  Stamp stamp;
  stamp.tables = &tables;
  stamp.sequence = counters.sequence() + 1;
  stamp.record_time_us =
      std::max(absl::ToUnixMicros(now), counters.record_time_us() + 1);
  counters.set_sequence(stamp.sequence);
  counters.set_record_time_us(stamp.record_time_us);
  const CivilDay today = ChinaDay(absl::FromUnixMicros(stamp.record_time_us));
  counters.set_publication_day(
      std::max(counters.publication_day(), today.days()));
  stamp.publication_day = counters.publication_day();
  return stamp;
}

Stamp BeginChange(Transaction& transaction, const WriteContext& context) {
  return TakeStamp(context.clock->Now(), *transaction.tables(),
                   transaction.counters());
}

void CompleteChange(const Stamp& stamp, const ChangeSource& source,
                    storage::v1::Change& change) {
  change.set_record_time_us(stamp.record_time_us);
  change.set_actor(source.actor->principal);
  change.set_agency(source.actor->agency);
  change.set_role(source.actor->role);
  change.set_purpose(source.actor->purpose);
  change.set_origin(source.actor->origin);
  change.set_request_id(std::string(source.request_id));
  change.set_import_row(source.import_row);
  change.set_publication_day(stamp.publication_day);
}

void EndChange(Transaction& transaction, const Stamp& stamp,
               const ChangeSource& source, storage::v1::Change change) {
  storage::v1::Counters& counters = transaction.counters();
  CompleteChange(stamp, source, change);
  change.set_chain_hash(ChainHash(counters.chain_hash(), change));
  counters.set_chain_hash(change.chain_hash());
  transaction.Put(ChangeKey(stamp.sequence), change);
  for (IndexRow& row : ChangeIndexRows(stamp.sequence, change)) {
    transaction.PutEncoded(std::move(row.first), std::move(row.second));
  }
}

std::vector<IndexRow> ChangeIndexRows(std::uint64_t sequence,
                                      const storage::v1::Change& change) {
  std::vector<IndexRow> rows;
  const auto add = [&rows](std::string key) {
    rows.emplace_back(std::move(key), EncodeValue(storage::v1::EmptyRow()));
  };
  if (!change.withdrawals().empty()) add(WithdrawalKey(sequence));
  if (change.case_no() != 0 &&
      change.kind() != storage::v1::Change::KIND_RECORD_MARKED) {
    add(CaseStepKey(sequence));
  }
  return rows;
}

std::string ChainHash(absl::string_view previous, storage::v1::Change change) {
  change.clear_chain_hash();
  return ChainHashOfBytes(previous, CanonicalBytes(change));
}

std::string ChainHashOfBytes(absl::string_view previous,
                             absl::string_view canonical_change) {
  return Sm3(absl::StrCat(previous, canonical_change));
}

absl::StatusOr<std::string> PutSealed(RowSink& rows,
                                      const WriteContext& context,
                                      SealedKind kind, std::uint64_t number,
                                      std::uint64_t sequence,
                                      std::string plaintext,
                                      std::uint64_t* data_key) {
  const Wiper wipe(&plaintext);
  if (context.dry_run) return std::string(kSm3Bytes, '\0');
  Key256 key;
  bool have_key = false;
  if (*data_key != 0) {
    absl::StatusOr<Key256> stored = context.data_keys->Get(*data_key);
    if (stored.ok()) {
      key = *stored;
      have_key = true;
    } else if (!absl::IsNotFound(stored.status())) {
      return stored.status();
    }
  }
  if (!have_key) {
    CREDITREG_ASSIGN_OR_RETURN(const DataKeyStore::NewKey added,
                               context.data_keys->Add());
    *data_key = added.slot;
    key = added.key;
  }
  const std::string row_key = SealedKey(kind, number, sequence);
  Sealed sealed =
      Seal(context.data_keys->suite(), key, plaintext, row_key, context.random);
  storage::v1::SealedRow row;
  row.set_nonce(std::move(sealed.nonce));
  row.set_ciphertext(std::move(sealed.ciphertext));
  row.set_data_key(*data_key);
  row.set_suite(static_cast<std::uint32_t>(sealed.suite));
  const std::string hash = ContentHash(row);
  rows.Put(row_key, row);
  return hash;
}

std::string ContentHash(const google::protobuf::Message& content) {
  return Sm3(CanonicalBytes(content));
}

PersonalHashes HashPersonal(const storage::v1::PersonalFields& personal,
                            const Key256& hmac_key) {
  PersonalHashes hashes;
  std::string bytes = CanonicalBytes(personal);
  const Wiper wipe(&bytes);
  if (bytes.empty()) return hashes;
  hashes.mac = Hmac(hmac_key, "personal", bytes).substr(0, 16);
  if (!personal.tax_number().empty()) {
    storage::v1::OldNumber number;
    number.set_kind(storage::v1::OLD_NUMBER_KIND_TAX);
    number.set_value(personal.tax_number());
    hashes.tax_mac = OldNumberIndexValue(number, hmac_key);
  }
  hashes.numbers = PersonalNumbersOf(personal, hmac_key);
  return hashes;
}

bool IsAmong(absl::string_view mac, const ErasedMacs& macs) {
  return std::any_of(macs.begin(), macs.end(), [mac](const std::string& other) {
    return absl::string_view(other) == mac;
  });
}

bool SameContent(const storage::v1::VersionInfo& a,
                 const storage::v1::VersionInfo& b) {
  const auto mac_of = [&a, &b](const storage::v1::VersionInfo& info) {
    const bool is_erased = IsAmong(info.personal_mac(), a.erased_macs()) ||
                           IsAmong(info.personal_mac(), b.erased_macs());
    return is_erased ? absl::string_view()
                     : absl::string_view(info.personal_mac());
  };
  return a.content_hash() == b.content_hash() && mac_of(a) == mac_of(b);
}

Finding ErasedBefore() {
  return {Severity::kNote, "record", "PERSONAL_ERASED",
          "个人信息已依法删除，未再存入", "请在来源系统中一并删除"};
}

void PutErasedKey(RowSink& rows, std::uint64_t slot,
                  storage::v1::Change& change) {
  change.set_kind(storage::v1::Change::KIND_PERSONAL_ERASED);
  change.set_erased_data_key(slot);
  rows.Put(ErasedKeyKey(slot), storage::v1::EmptyRow());
}

}  // namespace creditreg
