#include "index/registry/loaded_keys.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/check.h"
#include "index/codec/crypto.h"
#include "index/codec/natural_key.h"
#include "index/lookup/identifiers.h"
#include "index/model/name.h"

namespace creditreg {
namespace {

// Beside OldNumberKinds and 0 for a code.
constexpr std::uint8_t kNameKeyKind = 0xFF;

std::uint64_t IdentifierHash(std::uint8_t kind, absl::string_view value) {
  return absl::HashOf(kind, value);
}

template <typename Table>
std::size_t TableBytes(const Table& table) {
  return table.capacity() * (sizeof(typename Table::value_type) + 1);
}

}  // namespace

std::uint64_t NameHash(absl::string_view name) {
  const std::string normalised = NormaliseName(name);
  if (normalised.empty()) return 0;
  const std::string hash = Sm3(normalised);
  std::uint64_t first = 0;
  std::memcpy(&first, hash.data(), sizeof(first));
  return first;
}

EnterpriseKeys KeysOf(const storage::v1::EnterpriseVersion& version,
                      const Key256& hmac_key) {
  const storage::v1::Enterprise& content = version.content();
  EnterpriseKeys keys;
  keys.code = content.uscc();
  keys.has_former_codes = !content.former_codes().empty();
  keys.name_hash = NameHash(content.name());
  for (const PartyIdentifier& identifier :
       EnterpriseIdentifiers(version, hmac_key)) {
    keys.identifiers.push_back(
        IdentifierHash(identifier.kind, identifier.value));
  }
  const std::optional<std::string> name_key =
      EnterpriseNameKey(content, hmac_key);
  if (name_key.has_value()) {
    keys.identifiers.push_back(IdentifierHash(kNameKeyKind, *name_key));
  }
  return keys;
}

namespace {

std::array<char, 18> CodeOf(absl::string_view code) {
  std::array<char, 18> bytes{};
  CREDITREG_CHECK(code.size() == bytes.size(), "a valid code has 18 bytes");
  std::memcpy(bytes.data(), code.data(), bytes.size());
  return bytes;
}

}  // namespace

bool LoadedKeys::IsPlain(const EnterpriseKeys& keys) const {
  return !keys.code.empty() && !keys.has_former_codes &&
         !holders_.contains(CodeOf(keys.code)) &&
         std::none_of(
             keys.identifiers.begin(), keys.identifiers.end(),
             [this](std::uint64_t hash) { return put_off_.contains(hash); });
}

void LoadedKeys::AddEnterprise(const EnterpriseKeys& keys,
                               std::uint64_t enterprise_no) {
  holders_[CodeOf(keys.code)] = {enterprise_no, keys.name_hash};
}

void LoadedKeys::PutOff(const EnterpriseKeys& keys) {
  put_off_.insert(keys.identifiers.begin(), keys.identifiers.end());
}

void LoadedKeys::Renew(std::uint64_t enterprise_no,
                       const storage::v1::EnterpriseVersion& version) {
  for (const storage::v1::FormerCode& former :
       version.content().former_codes()) {
    const auto holder = holders_.find(CodeOf(former.uscc()));
    if (holder != holders_.end() &&
        holder->second.enterprise_no == enterprise_no) {
      holders_.erase(holder);
    }
  }
  const std::string& code = version.content().uscc();
  if (code.empty()) return;
  holders_[CodeOf(code)] = {enterprise_no, NameHash(version.content().name())};
}

std::optional<std::uint64_t> LoadedKeys::FindParty(
    absl::string_view code, absl::string_view name) const {
  if (code.empty()) return std::nullopt;
  const auto holder = holders_.find(CodeOf(code));
  if (holder == holders_.end()) return std::nullopt;
  const std::uint64_t name_hash = NameHash(name);
  if (name_hash != 0 && name_hash != holder->second.name_hash) {
    return std::nullopt;
  }
  return holder->second.enterprise_no;
}

bool LoadedKeys::AddNaturalKey(absl::string_view natural_key) {
  std::uint64_t first = 0;
  CREDITREG_CHECK(natural_key.size() >= sizeof(first),
                  "a natural key has 32 bytes");
  // It is an HMAC: any part of it is a good hash.
  std::memcpy(&first, natural_key.data(), sizeof(first));
  return natural_keys_.insert(first).second;
}

std::size_t LoadedKeys::bytes() const {
  return TableBytes(holders_) + TableBytes(put_off_) +
         TableBytes(natural_keys_);
}

}  // namespace creditreg
