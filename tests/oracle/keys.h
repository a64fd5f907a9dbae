// When two submissions are the same fact (index/codec/natural_key.h), as plain
// text instead of hashes; and under which numbers a party is known.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_TESTS_ORACLE_KEYS_H_
#define CREDITREG_TESTS_ORACLE_KEYS_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "creditreg/storage/v1/content.pb.h"
#include "index/registry/view.h"

namespace creditreg::oracle {

// Exactly one of the two is not empty.
struct NaturalKey {
  std::string key;
  // Path of the field without which there is no key.
  std::string missing;
};
NaturalKey KeyOf(const storage::v1::Record& record,
                 const storage::v1::PersonalFields& personal);

// Authority or division, name, day; nothing where one is missing.
std::optional<std::string> NameKeyOf(const storage::v1::Enterprise& content);

// Old numbers by kind, the tax number among the personal fields included.
using Number = std::pair<storage::v1::OldNumberKind, std::string>;
std::vector<Number> NumbersOf(const storage::v1::Enterprise& content,
                              const storage::v1::PersonalFields& personal);
std::vector<Number> NumbersOf(const storage::v1::Party& party,
                              const storage::v1::PersonalFields& personal);

NameMatch CompareName(const storage::v1::Enterprise& known,
                      const std::string& name);

inline bool IsPerson(const storage::v1::Record& record) {
  return record.party().category() ==
         storage::v1::PARTY_CATEGORY_NATURAL_PERSON;
}

}  // namespace creditreg::oracle

#endif  // CREDITREG_TESTS_ORACLE_KEYS_H_
