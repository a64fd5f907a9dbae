#include "tests/oracle/keys.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "creditreg/storage/v1/content.pb.h"
#include "index/model/name.h"
#include "index/model/uscc.h"
#include "index/registry/view.h"

namespace creditreg::oracle {
namespace {

// Parts of a key; no part holds a newline.
std::string Join(const std::vector<std::string>& parts) {
  return absl::StrJoin(parts, "\n");
}

// Empty: none.
std::string AgencyText(const storage::v1::Agency& agency) {
  if (Uscc::Parse(agency.uscc()).ok()) {
    return absl::StrCat("code ", agency.uscc());
  }
  const std::string name = NormaliseName(agency.name());
  return name.empty() ? "" : absl::StrCat("name ", name);
}

NaturalKey Missing(const std::string& path) { return {"", path}; }

NaturalKey PartyKey(const storage::v1::Record& record,
                    const storage::v1::PersonalFields& personal) {
  const storage::v1::Party& party = record.party();
  const std::string id = NormaliseName(personal.person_id_number());
  if (IsPerson(record)) {
    std::string name = NormaliseName(personal.person_name());
    if (name.empty()) name = NormaliseName(party.name());
    if (name.empty()) return Missing("personal.person_name");
    if (id.empty()) return Missing("personal.person_id_number");
    return {absl::StrCat("person ", name, "/", id), ""};
  }
  if (Uscc::Parse(party.uscc()).ok()) {
    return {absl::StrCat("code ", party.uscc()), ""};
  }
  const std::vector<Number> numbers = NumbersOf(party, personal);
  if (!numbers.empty()) {
    return {absl::StrCat("number ", static_cast<int>(numbers[0].first), " ",
                         numbers[0].second),
            ""};
  }
  const std::string name = NormaliseName(party.name());
  if (name.empty()) return Missing("record.party.name");
  return {absl::StrCat("person ", name, "/", id), ""};
}

// Licences and penalties: agency, document, perhaps more, party.
NaturalKey DecisionKey(const storage::v1::Record& record,
                       const storage::v1::PersonalFields& personal) {
  const bool licence = record.has_licence();
  const std::string agency = AgencyText(record.deciding_agency());
  if (agency.empty()) return Missing("record.deciding_agency.name");
  const std::string document =
      NormaliseName(licence ? record.licence().document_number()
                            : record.penalty().document_number());
  if (document.empty()) {
    return Missing(licence ? "record.licence.document_number"
                           : "record.penalty.document_number");
  }
  NaturalKey party = PartyKey(record, personal);
  if (party.key.empty()) return party;
  const std::string number =
      licence ? absl::StrCat("no ",
                             NormaliseName(record.licence().licence_number()))
              : "";
  return {Join({licence ? "licence" : "penalty", agency, document, number,
                party.key}),
          ""};
}

NaturalKey ListingKey(const storage::v1::Record& record,
                      const storage::v1::PersonalFields& personal) {
  const storage::v1::Listing& listing = record.listing();
  const std::string agency = AgencyText(record.deciding_agency());
  if (agency.empty()) return Missing("record.deciding_agency.name");
  if (listing.list() == 0) return Missing("record.listing.list");
  const std::string name = NormaliseName(listing.list_name());
  if (name.empty() && listing.list() == storage::v1::Listing::LIST_OTHER) {
    return Missing("record.listing.list_name");
  }
  if (!listing.has_listed_on()) return Missing("record.listing.listed_on");
  NaturalKey party = PartyKey(record, personal);
  if (party.key.empty()) return party;
  return {Join({"listing", agency, absl::StrCat(listing.list()), name,
                NormaliseName(listing.ground_code()),
                absl::StrCat(listing.listed_on()), party.key}),
          ""};
}

NaturalKey ReportKey(const storage::v1::Record& record,
                     const storage::v1::PersonalFields& personal) {
  const int year = record.annual_report().year();
  if (year == 0) return Missing("record.annual_report.year");
  NaturalKey party = PartyKey(record, personal);
  if (party.key.empty()) return party;
  return {Join({"report", absl::StrCat(year), party.key}), ""};
}

}  // namespace

NaturalKey KeyOf(const storage::v1::Record& record,
                 const storage::v1::PersonalFields& personal) {
  if (record.has_licence() || record.has_penalty()) {
    return DecisionKey(record, personal);
  }
  if (record.has_listing()) return ListingKey(record, personal);
  if (record.has_annual_report()) return ReportKey(record, personal);
  if (!record.has_complaint()) return Missing("record.details");
  std::string platform = NormaliseName(record.complaint().platform());
  if (!platform.empty()) platform = absl::StrCat("platform ", platform);
  if (platform.empty()) platform = AgencyText(record.submitting_agency());
  if (platform.empty()) return Missing("record.complaint.platform");
  const std::string number = NormaliseName(record.complaint().case_number());
  if (number.empty()) return Missing("record.complaint.case_number");
  return {Join({"complaint", platform, number}), ""};
}

std::optional<std::string> NameKeyOf(const storage::v1::Enterprise& content) {
  std::string authority = AgencyText(content.registration_authority());
  if (authority.empty() && !content.address().division_code().empty()) {
    authority = absl::StrCat("division ", content.address().division_code());
  }
  const std::string name = NormaliseName(content.name());
  if (authority.empty() || name.empty() || !content.has_established_on()) {
    return std::nullopt;
  }
  return Join({authority, name, absl::StrCat(content.established_on())});
}

std::vector<Number> NumbersOf(const storage::v1::Enterprise& content,
                              const storage::v1::PersonalFields& personal) {
  std::vector<Number> numbers;
  for (const storage::v1::OldNumber& number : content.old_numbers()) {
    numbers.emplace_back(number.kind(), number.value());
  }
  if (!personal.tax_number().empty()) {
    numbers.emplace_back(storage::v1::OLD_NUMBER_KIND_TAX,
                         personal.tax_number());
  }
  return numbers;
}

std::vector<Number> NumbersOf(const storage::v1::Party& party,
                              const storage::v1::PersonalFields& personal) {
  const Number all[] = {
      {storage::v1::OLD_NUMBER_KIND_REGISTRATION, party.registration_number()},
      {storage::v1::OLD_NUMBER_KIND_ORGANISATION_CODE,
       party.organisation_code()},
      {storage::v1::OLD_NUMBER_KIND_TAX, party.tax_number()},
      {storage::v1::OLD_NUMBER_KIND_TAX, personal.tax_number()},
      {storage::v1::OLD_NUMBER_KIND_INSTITUTION_CERTIFICATE,
       party.institution_certificate()},
      {storage::v1::OLD_NUMBER_KIND_SOCIAL_ORGANISATION_CERTIFICATE,
       party.social_organisation_certificate()},
  };
  std::vector<Number> numbers;
  for (const Number& number : all) {
    if (!number.second.empty()) numbers.push_back(number);
  }
  return numbers;
}

NameMatch CompareName(const storage::v1::Enterprise& known,
                      const std::string& name) {
  const std::string given = NormaliseName(name);
  if (given.empty()) return NameMatch::kNoName;
  if (given == NormaliseName(known.name())) return NameMatch::kCurrent;
  for (const storage::v1::FormerName& former : known.former_names()) {
    if (given == NormaliseName(former.name())) return NameMatch::kFormer;
  }
  return NameMatch::kDifferent;
}

}  // namespace creditreg::oracle
