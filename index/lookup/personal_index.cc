#include "index/lookup/personal_index.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/lookup/identifiers.h"
#include "index/model/personal_numbers.h"
#include "index/store/store.h"

namespace creditreg {
namespace {

constexpr std::size_t kMacBytes = 16;

}  // namespace

std::string PersonalNumberMac(PersonalNumberKind kind, absl::string_view number,
                              const Key256& hmac_key) {
  const bool is_telephone = kind == PersonalNumberKind::kTelephone;
  std::string normal =
      is_telephone ? NormalTelephone(number) : NormalIdentityNumber(number);
  const Wiper wipe(&normal);
  if (normal.empty()) return std::string();
  return Hmac(hmac_key, is_telephone ? "person.telephone" : "person.identity",
              normal)
      .substr(0, kMacBytes);
}

PersonalNumbers PersonalNumbersOf(const storage::v1::PersonalFields& personal,
                                  const Key256& hmac_key) {
  const struct {
    PersonRole role;
    PersonalNumberKind kind;
    const std::string& number;
  } numbers[] = {
      {PersonRole::kLegalRepresentative, PersonalNumberKind::kIdentity,
       personal.legal_representative_id_number()},
      {PersonRole::kParty, PersonalNumberKind::kIdentity,
       personal.person_id_number()},
      {PersonRole::kTelephone, PersonalNumberKind::kTelephone,
       personal.telephone()},
      {PersonRole::kComplainant, PersonalNumberKind::kIdentity,
       personal.complainant_id_number()},
      {PersonRole::kComplainantTelephone, PersonalNumberKind::kTelephone,
       personal.complainant_telephone()},
  };
  PersonalNumbers found;
  for (const auto& [role, kind, number] : numbers) {
    if (number.empty()) continue;
    std::string mac = PersonalNumberMac(kind, number, hmac_key);
    if (mac.empty()) continue;
    storage::v1::PersonalNumber& added = *found.Add();
    added.set_role(static_cast<std::uint32_t>(role));
    added.set_mac(std::move(mac));
  }
  return found;
}

void AddPersonRows(SealedKind subject, std::uint64_t number,
                   const storage::v1::VersionInfo& info,
                   std::vector<IndexRow>* rows) {
  for (const storage::v1::PersonalNumber& person : info.numbers()) {
    // Damage, which verify tells from the version itself.
    if (person.mac().size() != kMacBytes) continue;
    rows->emplace_back(PersonKey(person.mac(), subject, number,
                                 static_cast<std::uint8_t>(person.role())),
                       EncodeValue(storage::v1::EmptyRow()));
  }
}

absl::StatusOr<PersonEntries> ReadPerson(const Snapshot& rows,
                                         absl::string_view mac,
                                         absl::string_view from,
                                         std::size_t limit) {
  ScanRange range;
  range.begin = PersonPrefix(mac);
  range.end = PrefixEnd(range.begin);
  range.max_rows = limit;
  // Of another number, where a token was made up.
  if (from > range.begin) range.begin = std::string(from);
  PersonEntries found;
  if (range.begin >= range.end) return found;
  CREDITREG_ASSIGN_OR_RETURN(ScanPage page, rows.Scan(range));
  found.entries.reserve(page.rows.size());
  for (const auto& [key, value] : page.rows) {
    CREDITREG_ASSIGN_OR_RETURN(const PersonEntry entry, DecodePersonKey(key));
    found.entries.push_back(entry);
  }
  found.next = std::move(page.next);
  return found;
}

}  // namespace creditreg
