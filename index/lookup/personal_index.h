// The blind index of persons: which enterprises and records hold a number of
// somebody. A row's key has the number as a keyed hash only, so that the exact
// number finds it and nobody can read it back; a version keeps the hashes of
// the numbers sealed with it, so that index rows follow from the version alone.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_LOOKUP_PERSONAL_INDEX_H_
#define CREDITREG_INDEX_LOOKUP_PERSONAL_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/lookup/identifiers.h"
#include "index/store/store.h"

namespace creditreg {

enum class PersonalNumberKind : std::uint8_t {
  // Of an identity document, whatever its type.
  kIdentity = 1,
  kTelephone = 2,
};

// Whose number it is. Stored.
enum class PersonRole : std::uint8_t {
  kLegalRepresentative = 1,
  kParty = 2,
  kTelephone = 3,
  kComplainant = 4,
  kComplainantTelephone = 5,
};

using PersonalNumbers =
    google::protobuf::RepeatedPtrField<storage::v1::PersonalNumber>;

// What `number` is indexed under, 16 bytes: the HMAC of its normal form
// (index/model/personal_numbers.h). Empty where that is empty.
std::string PersonalNumberMac(PersonalNumberKind kind, absl::string_view number,
                              const Key256& hmac_key);

// The hashes a version keeps, by role.
PersonalNumbers PersonalNumbersOf(const storage::v1::PersonalFields& personal,
                                  const Key256& hmac_key);

// Adds the rows of a version of an enterprise (kEnterprise) or a record
// (kRecord).
void AddPersonRows(SealedKind subject, std::uint64_t number,
                   const storage::v1::VersionInfo& info,
                   std::vector<IndexRow>* rows);

struct PersonEntries {
  // By subject, number and role.
  std::vector<PersonEntry> entries;
  // Where the next ones begin; empty: these were the last.
  std::string next;
};
// At most `limit` entries of the number with this hash, from `from` on (empty:
// from the first).
absl::StatusOr<PersonEntries> ReadPerson(const Snapshot& rows,
                                         absl::string_view mac,
                                         absl::string_view from,
                                         std::size_t limit);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_LOOKUP_PERSONAL_INDEX_H_
