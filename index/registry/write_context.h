// What the functions that apply a write have in common: keys, randomness, the
// time, who writes; and the change every write ends with.
//
// Thread safety: what takes a transaction, on the writer's thread only; the
// rest from any thread.

#ifndef CREDITREG_INDEX_REGISTRY_WRITE_CONTEXT_H_
#define CREDITREG_INDEX_REGISTRY_WRITE_CONTEXT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/clock.h"
#include "index/base/random.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/lookup/identifiers.h"
#include "index/lookup/personal_index.h"
#include "index/model/finding.h"
#include "index/publication/tables.h"
#include "index/registry/registry.h"
#include "index/registry/row_sink.h"
#include "index/registry/transaction.h"
#include "index/registry/view.h"
#include "index/store/key_files.h"

namespace creditreg {

struct WriteContext {
  const KeyRing* keys = nullptr;
  DataKeyStore* data_keys = nullptr;
  RandomSource* random = nullptr;
  Clock* clock = nullptr;
  // What is written will be undone: take no data keys.
  bool dry_run = false;
};

// Where a write comes from. Views into the caller's data.
struct ChangeSource {
  const Actor* actor = nullptr;
  absl::string_view request_id;
  // 1-based; 0 where it is no import.
  std::uint64_t import_row = 0;
};

// Number and time of a change, and the publication date and rules in force
// then.
struct Stamp {
  std::uint64_t sequence = 0;
  std::int64_t record_time_us = 0;
  std::int32_t publication_day = 0;
  // Not null; outlives the change.
  const PublicationTables* tables = nullptr;
};

// Takes the next sequence from the counters. Record time is max(now, last +
// 1 µs), so it never repeats or goes back.
Stamp TakeStamp(absl::Time now, const PublicationTables& tables,
                storage::v1::Counters& counters);
Stamp BeginChange(Transaction& transaction, const WriteContext& context);

// Completes `change` (what it touched is set by the caller) with stamp and
// source, but for its chain hash.
void CompleteChange(const Stamp& stamp, const ChangeSource& source,
                    storage::v1::Change& change);

// The index rows of a change: that it tells receivers of something, that it is
// a step of a case.
std::vector<IndexRow> ChangeIndexRows(std::uint64_t sequence,
                                      const storage::v1::Change& change);

// Completes `change` with chain hash too, and puts its rows.
void EndChange(Transaction& transaction, const Stamp& stamp,
               const ChangeSource& source, storage::v1::Change change);

// Chain hash of `change`, whose own chain_hash is ignored.
std::string ChainHash(absl::string_view previous, storage::v1::Change change);
// The same from the field-ordered encoding of a change that has none yet.
std::string ChainHashOfBytes(absl::string_view previous,
                             absl::string_view canonical_change);

// Seals `plaintext` under (kind, number, sequence) with the data key in
// `*data_key`; takes a new key where that is 0 or its key was destroyed.
// Returns the hash that goes into the change. Wipes its copy of `plaintext`.
//
// Errors: Unavailable, DataLoss of the key store.
absl::StatusOr<std::string> PutSealed(RowSink& rows,
                                      const WriteContext& context,
                                      SealedKind kind, std::uint64_t number,
                                      std::uint64_t sequence,
                                      std::string plaintext,
                                      std::uint64_t* data_key);

// SM3 over the field-ordered encoding: 32 bytes.
std::string ContentHash(const google::protobuf::Message& content);

// What a version keeps of its personal fields outside what is sealed.
struct PersonalHashes {
  // HMAC of them all, 16 bytes; empty where there are none.
  std::string mac;
  // What the tax number among them is indexed under; empty where there is none.
  std::string tax_mac;
  // What numbers of persons among them are indexed under.
  PersonalNumbers numbers;
};
PersonalHashes HashPersonal(const storage::v1::PersonalFields& personal,
                            const Key256& hmac_key);

// Version: EnterpriseVersion or RecordVersion.
template <typename Version>
void SetPersonalHashes(const PersonalHashes& hashes, Version* version) {
  version->mutable_info()->set_personal_mac(hashes.mac);
  *version->mutable_info()->mutable_numbers() = hashes.numbers;
  version->set_personal_tax_mac(hashes.tax_mac);
}

// The version has no personal fields from now on.
template <typename Version>
void ForgetPersonal(Version* version) {
  version->mutable_info()->set_personal_sequence(0);
  SetPersonalHashes(PersonalHashes(), version);
}

// The personal fields of `stored` stay, sealed where they are.
template <typename Version>
void KeepPersonal(const Version& stored, Version* version) {
  const storage::v1::VersionInfo& info = stored.info();
  SetPersonalHashes(
      {info.personal_mac(), stored.personal_tax_mac(), info.numbers()},
      version);
  version->mutable_info()->set_personal_sequence(info.personal_sequence());
}

// HMACs of personal fields that are erased.
using ErasedMacs = google::protobuf::RepeatedPtrField<std::string>;

bool IsAmong(absl::string_view mac, const ErasedMacs& macs);

// The same because they are erased; later versions keep the marks.
template <typename Version>
void MarkErased(const ErasedMacs& erased, Version* version) {
  *version->mutable_info()->mutable_erased_macs() = erased;
  ForgetPersonal(version);
}

// Takes what numbers are indexed under out of all versions below `prefix`,
// which are those of a subject whose data key is given up. Returns the HMACs of
// all personal fields that they had. As many rows as it has versions: it is for
// the few that are erased.
//
// Errors: DataLoss, Unavailable.
template <typename Version>
absl::StatusOr<ErasedMacs> ForgetNumbers(Transaction& transaction,
                                         const std::string& prefix) {
  ErasedMacs erased;
  const auto add = [&erased](const std::string& mac) {
    if (!mac.empty() && !IsAmong(mac, erased)) *erased.Add() = mac;
  };
  ScanRange range;
  range.begin = prefix;
  range.end = PrefixEnd(prefix);
  while (!range.begin.empty()) {
    CREDITREG_ASSIGN_OR_RETURN(ScanPage page, transaction.Scan(range));
    for (const auto& [key, value] : page.rows) {
      CREDITREG_ASSIGN_OR_RETURN(Version version, DecodeValue<Version>(value));
      add(version.info().personal_mac());
      for (const std::string& mac : version.info().erased_macs()) add(mac);
      if (version.info().numbers().empty() &&
          version.personal_tax_mac().empty()) {
        continue;
      }
      version.mutable_info()->clear_numbers();
      version.clear_personal_tax_mac();
      transaction.Put(key, version);
    }
    range.begin = std::move(page.next);
  }
  return erased;
}

// Whether two versions say the same of their subject; fields that were erased
// are none.
bool SameContent(const storage::v1::VersionInfo& a,
                 const storage::v1::VersionInfo& b);

// Hands the marks of what was erased down to a new version. True: the new one
// had just that, and has the personal fields of the stored one instead.
template <typename Version>
bool KeepErased(const Version& stored, Version* version) {
  const ErasedMacs& erased = stored.info().erased_macs();
  *version->mutable_info()->mutable_erased_macs() = erased;
  if (!IsAmong(version->info().personal_mac(), erased)) return false;
  KeepPersonal(stored, version);
  return true;
}

// What a source is told that sends again what was erased.
Finding ErasedBefore();

// Gives up the data key of a subject whose personal fields are erased: `slot`
// is destroyed once the change is on disk (writer.h).
void PutErasedKey(RowSink& rows, std::uint64_t slot,
                  storage::v1::Change& change);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_WRITE_CONTEXT_H_
