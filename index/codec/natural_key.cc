#include "index/codec/natural_key.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "index/base/civil_day.h"
#include "index/base/status_macros.h"
#include "index/model/name.h"
#include "index/model/old_number.h"
#include "index/model/uscc.h"

namespace creditreg {
namespace {

constexpr std::size_t kShortKeyBytes = 16;

// Purposes of HMACs. Hashed: texts never change.
constexpr char kRecordPurpose[] = "natural_key";
constexpr char kPersonPurpose[] = "party";
constexpr char kEnterprisePurpose[] = "enterprise_name";
constexpr char kOldNumberPurpose[] = "old_number";

// What kind of fact a natural key is of. Hashed: numbers never change.
enum class Fact : std::uint8_t {
  kLicence = 1,
  kPenalty = 2,
  kComplaint = 3,
  kEnterprise = 4,
  kListing = 5,
  kAnnualReport = 6,
};

// What a part is, so that a name is never taken for a code. Hashed: numbers
// never change.
enum class Part : std::uint8_t {
  kAgencyCode = 1,
  kAgencyName = 2,
  kDocumentNumber = 3,
  kLicenceNumber = 4,
  kPartyCode = 5,
  kPartyOldNumber = 6,  // kind byte and number
  kPartyPerson = 7,     // HMAC of name and ID number
  kPlatform = 8,
  kCaseNumber = 9,
  kDivision = 10,
  kEnterpriseName = 11,
  kEstablishedOn = 12,  // text YYYY-MM-DD
  kList = 13,           // its number as one byte
  kListName = 14,
  kGroundCode = 15,
  kListedOn = 16,  // text YYYY-MM-DD
  kYear = 17,      // text YYYY
};

using PartValue = std::pair<Part, std::string>;

class NaturalKeyWriter {
 public:
  explicit NaturalKeyWriter(Fact fact) : bytes_(1, static_cast<char>(fact)) {}

  void Add(Part part, absl::string_view value) {
    bytes_.push_back(static_cast<char>(part));
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes_.push_back(static_cast<char>((value.size() >> shift) & 0xFF));
    }
    bytes_.append(value.data(), value.size());
  }
  void Add(const PartValue& part) { Add(part.first, part.second); }

  std::string Hash(const Key256& key, absl::string_view purpose) const {
    return Hmac(key, purpose, bytes_);
  }

 private:
  std::string bytes_;
};

absl::Status Missing(absl::string_view path) {
  return absl::InvalidArgumentError(path);
}

// Code where it is valid, else name; nothing where both are missing.
std::optional<PartValue> AgencyPart(const storage::v1::Agency& agency) {
  if (Uscc::Parse(agency.uscc()).ok()) {
    return PartValue(Part::kAgencyCode, agency.uscc());
  }
  std::string name = NormaliseName(agency.name());
  if (name.empty()) return std::nullopt;
  return PartValue(Part::kAgencyName, std::move(name));
}

absl::StatusOr<PartValue> DecidingAgency(const storage::v1::Record& record) {
  std::optional<PartValue> agency = AgencyPart(record.deciding_agency());
  if (!agency.has_value()) return Missing("record.deciding_agency.name");
  return *std::move(agency);
}

PartValue OldNumberPart(OldNumberKind kind, absl::string_view number) {
  return {Part::kPartyOldNumber,
          absl::StrCat(std::string(1, static_cast<char>(kind)), number)};
}

// The first old number the party has. A tax number counts wherever it stands:
// whether it may hold a resident ID decides where it is kept, not whose it is.
std::optional<PartValue> OldNumberOfParty(
    const storage::v1::Party& party,
    const storage::v1::PersonalFields& personal) {
  const std::string& tax_number =
      party.tax_number().empty() ? personal.tax_number() : party.tax_number();
  const std::pair<OldNumberKind, const std::string&> numbers[] = {
      {OldNumberKind::kRegistration, party.registration_number()},
      {OldNumberKind::kOrganisationCode, party.organisation_code()},
      {OldNumberKind::kTax, tax_number},
      {OldNumberKind::kInstitutionCertificate, party.institution_certificate()},
      {OldNumberKind::kSocialOrganisationCertificate,
       party.social_organisation_certificate()},
  };
  for (const auto& [kind, number] : numbers) {
    if (!number.empty()) return OldNumberPart(kind, number);
  }
  return std::nullopt;
}

PartValue PersonPart(absl::string_view name, absl::string_view id_number,
                     const Key256& hmac_key) {
  const std::string bytes =
      absl::StrCat(name, absl::string_view("\0", 1), NormaliseName(id_number));
  return {Part::kPartyPerson, Hmac(hmac_key, kPersonPurpose, bytes)};
}

// A person is nobody but themselves: a code or number beside the name may be
// their employer's, which others of the same decision have too.
absl::StatusOr<PartValue> NaturalPerson(
    const storage::v1::Party& party,
    const storage::v1::PersonalFields& personal, const Key256& hmac_key) {
  std::string name = NormaliseName(personal.person_name());
  if (name.empty()) name = NormaliseName(party.name());
  if (name.empty()) return Missing("personal.person_name");
  if (NormaliseName(personal.person_id_number()).empty()) {
    return Missing("personal.person_id_number");
  }
  return PersonPart(name, personal.person_id_number(), hmac_key);
}

absl::StatusOr<PartValue> PartyPart(const storage::v1::Record& record,
                                    const storage::v1::PersonalFields& personal,
                                    const Key256& hmac_key) {
  const storage::v1::Party& party = record.party();
  if (party.category() == storage::v1::PARTY_CATEGORY_NATURAL_PERSON) {
    return NaturalPerson(party, personal, hmac_key);
  }
  if (Uscc::Parse(party.uscc()).ok()) {
    return PartValue(Part::kPartyCode, party.uscc());
  }
  std::optional<PartValue> number = OldNumberOfParty(party, personal);
  if (number.has_value()) return *std::move(number);
  const std::string name = NormaliseName(party.name());
  if (name.empty()) return Missing("record.party.name");
  return PersonPart(name, personal.person_id_number(), hmac_key);
}

absl::StatusOr<std::string> LicenceKey(
    const storage::v1::Record& record,
    const storage::v1::PersonalFields& personal, const Key256& hmac_key) {
  const storage::v1::Licence& licence = record.licence();
  CREDITREG_ASSIGN_OR_RETURN(const PartValue agency, DecidingAgency(record));
  const std::string number = NormaliseName(licence.document_number());
  if (number.empty()) return Missing("record.licence.document_number");
  CREDITREG_ASSIGN_OR_RETURN(const PartValue party,
                             PartyPart(record, personal, hmac_key));
  NaturalKeyWriter key(Fact::kLicence);
  key.Add(agency);
  key.Add(Part::kDocumentNumber, number);
  key.Add(Part::kLicenceNumber, NormaliseName(licence.licence_number()));
  key.Add(party);
  return key.Hash(hmac_key, kRecordPurpose);
}

absl::StatusOr<std::string> PenaltyKey(
    const storage::v1::Record& record,
    const storage::v1::PersonalFields& personal, const Key256& hmac_key) {
  CREDITREG_ASSIGN_OR_RETURN(const PartValue agency, DecidingAgency(record));
  const std::string number = NormaliseName(record.penalty().document_number());
  if (number.empty()) return Missing("record.penalty.document_number");
  CREDITREG_ASSIGN_OR_RETURN(const PartValue party,
                             PartyPart(record, personal, hmac_key));
  NaturalKeyWriter key(Fact::kPenalty);
  key.Add(agency);
  key.Add(Part::kDocumentNumber, number);
  key.Add(party);
  return key.Hash(hmac_key, kRecordPurpose);
}

absl::StatusOr<std::string> ComplaintKey(const storage::v1::Record& record,
                                         const Key256& hmac_key) {
  const storage::v1::Complaint& complaint = record.complaint();
  std::optional<PartValue> platform;
  std::string name = NormaliseName(complaint.platform());
  if (!name.empty()) {
    platform.emplace(Part::kPlatform, std::move(name));
  } else {
    platform = AgencyPart(record.submitting_agency());
  }
  if (!platform.has_value()) return Missing("record.complaint.platform");
  const std::string number = NormaliseName(complaint.case_number());
  if (number.empty()) return Missing("record.complaint.case_number");
  NaturalKeyWriter key(Fact::kComplaint);
  key.Add(*platform);
  key.Add(Part::kCaseNumber, number);
  return key.Hash(hmac_key, kRecordPurpose);
}

absl::StatusOr<std::string> ListingKey(
    const storage::v1::Record& record,
    const storage::v1::PersonalFields& personal, const Key256& hmac_key) {
  const storage::v1::Listing& listing = record.listing();
  CREDITREG_ASSIGN_OR_RETURN(const PartValue agency, DecidingAgency(record));
  if (listing.list() == storage::v1::Listing::LIST_UNSPECIFIED) {
    return Missing("record.listing.list");
  }
  const std::string name = NormaliseName(listing.list_name());
  if (listing.list() == storage::v1::Listing::LIST_OTHER && name.empty()) {
    return Missing("record.listing.list_name");
  }
  const CivilDay listed = listing.has_listed_on()
                              ? CivilDay::FromDays(listing.listed_on())
                              : CivilDay::Unknown();
  if (!listed.is_date()) return Missing("record.listing.listed_on");
  CREDITREG_ASSIGN_OR_RETURN(const PartValue party,
                             PartyPart(record, personal, hmac_key));
  NaturalKeyWriter key(Fact::kListing);
  key.Add(agency);
  key.Add(Part::kList, std::string(1, static_cast<char>(listing.list())));
  key.Add(Part::kListName, name);
  key.Add(Part::kGroundCode, NormaliseName(listing.ground_code()));
  key.Add(Part::kListedOn, listed.ToIso());
  key.Add(party);
  return key.Hash(hmac_key, kRecordPurpose);
}

absl::StatusOr<std::string> AnnualReportKey(
    const storage::v1::Record& record,
    const storage::v1::PersonalFields& personal, const Key256& hmac_key) {
  const std::int32_t year = record.annual_report().year();
  if (year == 0) return Missing("record.annual_report.year");
  CREDITREG_ASSIGN_OR_RETURN(const PartValue party,
                             PartyPart(record, personal, hmac_key));
  NaturalKeyWriter key(Fact::kAnnualReport);
  key.Add(Part::kYear, absl::StrCat(year));
  key.Add(party);
  return key.Hash(hmac_key, kRecordPurpose);
}

std::optional<PartValue> AuthorityPart(
    const storage::v1::Enterprise& enterprise) {
  std::optional<PartValue> authority =
      AgencyPart(enterprise.registration_authority());
  if (authority.has_value()) return authority;
  const std::string& division = enterprise.address().division_code();
  if (division.empty()) return std::nullopt;
  return PartValue(Part::kDivision, division);
}

}  // namespace

absl::StatusOr<std::string> RecordNaturalKey(
    const storage::v1::Record& record,
    const storage::v1::PersonalFields& personal, const Key256& hmac_key) {
  switch (record.details_case()) {
    case storage::v1::Record::kLicence:
      return LicenceKey(record, personal, hmac_key);
    case storage::v1::Record::kPenalty:
      return PenaltyKey(record, personal, hmac_key);
    case storage::v1::Record::kComplaint:
      return ComplaintKey(record, hmac_key);
    case storage::v1::Record::kListing:
      return ListingKey(record, personal, hmac_key);
    case storage::v1::Record::kAnnualReport:
      return AnnualReportKey(record, personal, hmac_key);
    case storage::v1::Record::DETAILS_NOT_SET:
      break;
  }
  return Missing("record.details");
}

std::optional<std::string> EnterpriseNameKey(
    const storage::v1::Enterprise& enterprise, const Key256& hmac_key) {
  const std::optional<PartValue> authority = AuthorityPart(enterprise);
  const std::string name = NormaliseName(enterprise.name());
  // Absent reads as 0, which is a date, so presence is asked first.
  const CivilDay day = enterprise.has_established_on()
                           ? CivilDay::FromDays(enterprise.established_on())
                           : CivilDay::Unknown();
  if (!authority.has_value() || name.empty() || !day.is_date()) {
    return std::nullopt;
  }
  NaturalKeyWriter key(Fact::kEnterprise);
  key.Add(*authority);
  key.Add(Part::kEnterpriseName, name);
  key.Add(Part::kEstablishedOn, day.ToIso());
  return key.Hash(hmac_key, kEnterprisePurpose).substr(0, kShortKeyBytes);
}

std::string OldNumberIndexValue(const storage::v1::OldNumber& number,
                                const Key256& hmac_key) {
  if (number.kind() == storage::v1::OLD_NUMBER_KIND_TAX &&
      TaxNumberMayHoldPersonalId(number.value())) {
    return Hmac(hmac_key, kOldNumberPurpose, number.value())
        .substr(0, kShortKeyBytes);
  }
  return number.value();
}

}  // namespace creditreg
