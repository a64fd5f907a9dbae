#include "index/lookup/identifiers.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/codec/natural_key.h"
#include "index/codec/value.h"
#include "index/lookup/personal_index.h"
#include "index/store/store.h"

namespace creditreg {
namespace {

constexpr std::uint8_t kCodeKind = 0;
constexpr std::uint8_t kTaxKind = storage::v1::OLD_NUMBER_KIND_TAX;

absl::StatusOr<std::vector<std::uint64_t>> ReadTrailingNumbers(
    const Snapshot& rows, Table table, const std::string& prefix,
    std::size_t limit) {
  ScanRange range;
  range.begin = prefix;
  range.end = PrefixEnd(prefix);
  range.max_rows = limit;
  CREDITREG_ASSIGN_OR_RETURN(const ScanPage page, rows.Scan(range));
  std::vector<std::uint64_t> numbers;
  numbers.reserve(page.rows.size());
  for (const auto& [key, value] : page.rows) {
    CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t number,
                               DecodeTrailingNumber(table, key));
    numbers.push_back(number);
  }
  return numbers;
}

// Sorts by key and keeps the first of each.
void SortUnique(std::vector<IndexRow>* rows) {
  std::sort(rows->begin(), rows->end());
  rows->erase(std::unique(rows->begin(), rows->end(),
                          [](const IndexRow& a, const IndexRow& b) {
                            return a.first == b.first;
                          }),
              rows->end());
}

void AddNumber(storage::v1::OldNumberKind kind, const std::string& value,
               const Key256& hmac_key, std::vector<PartyIdentifier>* out) {
  if (value.empty()) return;
  storage::v1::OldNumber number;
  number.set_kind(kind);
  number.set_value(value);
  out->push_back(
      {static_cast<std::uint8_t>(kind), OldNumberIndexValue(number, hmac_key)});
}

}  // namespace

bool HasAbsorbed(const storage::v1::Enterprise& content) {
  return std::any_of(
      content.former_codes().begin(), content.former_codes().end(),
      [](const storage::v1::FormerCode& former) { return former.merged(); });
}

std::vector<IndexRow> EnterpriseIndexRows(
    std::uint64_t enterprise_no, const storage::v1::EnterpriseVersion& version,
    const Key256& hmac_key) {
  const storage::v1::Enterprise& content = version.content();
  std::vector<IndexRow> rows;
  if (!content.uscc().empty()) {
    storage::v1::CurrentCodeRow row;
    row.set_enterprise_no(enterprise_no);
    row.set_name(content.name());
    row.set_status(content.status());
    row.set_category(content.category());
    row.set_withheld(version.withheld());
    row.set_has_absorbed(HasAbsorbed(content));
    rows.emplace_back(CurrentCodeKey(content.uscc()), EncodeValue(row));
  }
  for (const storage::v1::FormerCode& former : content.former_codes()) {
    if (former.uscc() == content.uscc()) continue;
    storage::v1::FormerCodeRow row;
    row.set_enterprise_no(enterprise_no);
    row.set_merged(former.merged());
    if (former.has_until()) row.set_until(former.until());
    rows.emplace_back(FormerCodeKey(former.uscc()), EncodeValue(row));
  }
  const std::string empty = EncodeValue(storage::v1::EmptyRow());
  for (const storage::v1::OldNumber& number : content.old_numbers()) {
    rows.emplace_back(
        OldNumberKey(static_cast<std::uint8_t>(number.kind()),
                     OldNumberIndexValue(number, hmac_key), enterprise_no),
        empty);
  }
  if (!version.personal_tax_mac().empty()) {
    rows.emplace_back(
        OldNumberKey(kTaxKind, version.personal_tax_mac(), enterprise_no),
        empty);
  }
  const std::optional<std::string> name_key =
      EnterpriseNameKey(content, hmac_key);
  if (name_key.has_value()) {
    rows.emplace_back(NameKeyKey(*name_key, enterprise_no), empty);
  }
  AddPersonRows(SealedKind::kEnterprise, enterprise_no, version.info(), &rows);
  SortUnique(&rows);
  return rows;
}

std::vector<PartyIdentifier> PartyIdentifiers(
    const storage::v1::RecordVersion& version, const Key256& hmac_key) {
  std::vector<PartyIdentifier> found;
  const storage::v1::Party& party = version.content().party();
  // A natural person has no file, so nothing to wait for.
  if (party.category() == storage::v1::PARTY_CATEGORY_NATURAL_PERSON) {
    return found;
  }
  if (!party.uscc().empty()) {
    found.push_back({kCodeKind, party.uscc()});
    return found;
  }
  AddNumber(storage::v1::OLD_NUMBER_KIND_REGISTRATION,
            party.registration_number(), hmac_key, &found);
  AddNumber(storage::v1::OLD_NUMBER_KIND_ORGANISATION_CODE,
            party.organisation_code(), hmac_key, &found);
  AddNumber(storage::v1::OLD_NUMBER_KIND_TAX, party.tax_number(), hmac_key,
            &found);
  if (!version.personal_tax_mac().empty()) {
    found.push_back({kTaxKind, version.personal_tax_mac()});
  }
  AddNumber(storage::v1::OLD_NUMBER_KIND_INSTITUTION_CERTIFICATE,
            party.institution_certificate(), hmac_key, &found);
  AddNumber(storage::v1::OLD_NUMBER_KIND_SOCIAL_ORGANISATION_CERTIFICATE,
            party.social_organisation_certificate(), hmac_key, &found);
  return found;
}

bool IsPending(const storage::v1::RecordVersion& version) {
  return version.enterprise_no() == 0 &&
         version.content().party().category() !=
             storage::v1::PARTY_CATEGORY_NATURAL_PERSON;
}

std::vector<IndexRow> RecordIndexRows(std::uint64_t record_no,
                                      const storage::v1::RecordVersion& version,
                                      const Key256& hmac_key) {
  std::vector<IndexRow> rows;
  if (IsPending(version)) {
    const std::string empty = EncodeValue(storage::v1::EmptyRow());
    for (const PartyIdentifier& identifier :
         PartyIdentifiers(version, hmac_key)) {
      rows.emplace_back(
          PendingLinkKey(identifier.kind, identifier.value, record_no), empty);
    }
  }
  AddPersonRows(SealedKind::kRecord, record_no, version.info(), &rows);
  SortUnique(&rows);
  return rows;
}

std::vector<PartyIdentifier> EnterpriseIdentifiers(
    const storage::v1::EnterpriseVersion& version, const Key256& hmac_key) {
  const storage::v1::Enterprise& content = version.content();
  std::vector<PartyIdentifier> found;
  if (!content.uscc().empty()) found.push_back({kCodeKind, content.uscc()});
  for (const storage::v1::FormerCode& former : content.former_codes()) {
    found.push_back({kCodeKind, former.uscc()});
  }
  for (const storage::v1::OldNumber& number : content.old_numbers()) {
    found.push_back({static_cast<std::uint8_t>(number.kind()),
                     OldNumberIndexValue(number, hmac_key)});
  }
  if (!version.personal_tax_mac().empty()) {
    found.push_back({kTaxKind, version.personal_tax_mac()});
  }
  return found;
}

absl::StatusOr<CodeRows> ReadCodeRows(const Snapshot& rows,
                                      absl::string_view uscc) {
  const std::string keys[] = {CurrentCodeKey(uscc), FormerCodeKey(uscc)};
  CREDITREG_ASSIGN_OR_RETURN(const auto values, rows.MultiGet(keys));
  CodeRows found;
  if (values[0].has_value()) {
    CREDITREG_ASSIGN_OR_RETURN(
        found.current, DecodeValue<storage::v1::CurrentCodeRow>(*values[0]));
  }
  if (values[1].has_value()) {
    CREDITREG_ASSIGN_OR_RETURN(
        found.former, DecodeValue<storage::v1::FormerCodeRow>(*values[1]));
  }
  return found;
}

absl::StatusOr<std::vector<std::uint64_t>> ReadOldNumber(
    const Snapshot& rows, std::uint8_t kind, absl::string_view index_value,
    std::size_t limit) {
  return ReadTrailingNumbers(rows, Table::kOldNumber,
                             OldNumberPrefix(kind, index_value), limit);
}

absl::StatusOr<std::vector<std::uint64_t>> ReadNameKey(
    const Snapshot& rows, absl::string_view name_key, std::size_t limit) {
  return ReadTrailingNumbers(rows, Table::kNameKey, NameKeyPrefix(name_key),
                             limit);
}

}  // namespace creditreg
