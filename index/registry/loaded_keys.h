// What a first load remembers of the rows it has seen, to tell which others are
// plain: codes of enterprises, identifiers of enterprises put off, natural keys
// of records.
//
// Identifiers and natural keys are kept as 64-bit hashes: two that collide put
// a row off that need not be. Codes are kept whole, since they link records.
//
// Thread safety: FindParty() from many threads while nothing is added; the rest
// from one thread at a time.

#ifndef CREDITREG_INDEX_REGISTRY_LOADED_KEYS_H_
#define CREDITREG_INDEX_REGISTRY_LOADED_KEYS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/codec/crypto.h"

namespace creditreg {

// Hash of the form of a name that is compared; 0 where there is none.
std::uint64_t NameHash(absl::string_view name);

// What an enterprise row can meet others by.
struct EnterpriseKeys {
  // Its valid code; empty: none.
  std::string code;
  bool has_former_codes = false;
  std::uint64_t name_hash = 0;
  // Hashes of all: code, former codes, old numbers, name key.
  std::vector<std::uint64_t> identifiers;
};
EnterpriseKeys KeysOf(const storage::v1::EnterpriseVersion& version,
                      const Key256& hmac_key);

class LoadedKeys {
 public:
  // Whether the row makes a new enterprise whatever rows put off will do: it
  // has a code of its own, brings no other codes, and shares nothing with a row
  // that was put off. (Numbers and names shared with enterprises that have a
  // code of their own never make two the same.)
  bool IsPlain(const EnterpriseKeys& keys) const;
  void AddEnterprise(const EnterpriseKeys& keys, std::uint64_t enterprise_no);
  void PutOff(const EnterpriseKeys& keys);

  // After what was put off is decided: the version that enterprise has now.
  void Renew(std::uint64_t enterprise_no,
             const storage::v1::EnterpriseVersion& version);

  // The enterprise that has this code now, if this is its name now or there is
  // no name; nothing: look it up.
  std::optional<std::uint64_t> FindParty(absl::string_view code,
                                         absl::string_view name) const;

  // False: the natural key came before.
  bool AddNaturalKey(absl::string_view natural_key);

  // Memory in use, about.
  std::size_t bytes() const;

 private:
  using Code = std::array<char, 18>;
  struct Holder {
    std::uint64_t enterprise_no = 0;
    std::uint64_t name_hash = 0;
  };

  absl::flat_hash_map<Code, Holder> holders_;
  absl::flat_hash_set<std::uint64_t> put_off_;
  absl::flat_hash_set<std::uint64_t> natural_keys_;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_LOADED_KEYS_H_
