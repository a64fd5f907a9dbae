// What the functions that apply a write have in common: keys, randomness, the
// time, who writes; and the change every write ends with.
//
// Thread safety: what takes a transaction, on the writer's thread only; the
// rest from any thread.

#ifndef CREDITREG_INDEX_REGISTRY_WRITE_CONTEXT_H_
#define CREDITREG_INDEX_REGISTRY_WRITE_CONTEXT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/clock.h"
#include "index/base/random.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/registry/registry.h"
#include "index/registry/row_sink.h"
#include "index/registry/transaction.h"
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

// Number and time of a change, and the publication date in force then.
struct Stamp {
  std::uint64_t sequence = 0;
  std::int64_t record_time_us = 0;
  std::int32_t publication_day = 0;
};

// Takes the next sequence from the counters. Record time is max(now, last +
// 1 µs), so it never repeats or goes back.
Stamp TakeStamp(absl::Time now, storage::v1::Counters& counters);
Stamp BeginChange(Transaction& transaction, const WriteContext& context);

// Completes `change` (what it touched is set by the caller) with stamp and
// source, but for its chain hash.
void CompleteChange(const Stamp& stamp, const ChangeSource& source,
                    storage::v1::Change& change);

// Completes `change` with chain hash too, and puts its row.
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

// HMAC of personal fields: 16 bytes; empty where there are none.
std::string PersonalMac(const storage::v1::PersonalFields& personal,
                        const Key256& hmac_key);

// What the tax number among personal fields is indexed under; empty where there
// is none.
std::string PersonalTaxMac(const storage::v1::PersonalFields& personal,
                           const Key256& hmac_key);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_WRITE_CONTEXT_H_
