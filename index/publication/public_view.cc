#include "index/publication/public_view.h"

#include <optional>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "index/model/personal_numbers.h"

namespace creditreg {
namespace {

namespace sv = storage::v1;

void CopyDates(const sv::Enterprise& from, sv::Enterprise* to) {
  if (from.has_established_on()) to->set_established_on(from.established_on());
  if (from.has_approved_on()) to->set_approved_on(from.approved_on());
  if (from.has_term_from()) to->set_term_from(from.term_from());
  if (from.has_term_to()) to->set_term_to(from.term_to());
  if (from.has_revoked_on()) to->set_revoked_on(from.revoked_on());
  if (from.has_deregistered_on()) {
    to->set_deregistered_on(from.deregistered_on());
  }
}

void CopyAgency(const sv::Agency& from, sv::Agency* to) {
  to->set_name(from.name());
  to->set_uscc(from.uscc());
}

void CopyHistory(const sv::Enterprise& from, sv::Enterprise* to) {
  for (const sv::FormerName& former : from.former_names()) {
    sv::FormerName* copy = to->add_former_names();
    copy->set_name(former.name());
    if (former.has_until()) copy->set_until(former.until());
  }
  for (const sv::FormerCode& former : from.former_codes()) {
    sv::FormerCode* copy = to->add_former_codes();
    copy->set_uscc(former.uscc());
    if (former.has_until()) copy->set_until(former.until());
    copy->set_merged(former.merged());
  }
}

void CopyAddress(const sv::Enterprise& from, sv::Enterprise* to) {
  if (!from.has_address()) return;
  to->mutable_address()->set_division_code(from.address().division_code());
  to->mutable_address()->set_street_code(from.address().street_code());
  if (from.category() == sv::PARTY_CATEGORY_ORGANISATION) {
    to->mutable_address()->set_text(from.address().text());
  }
}

// The name of a party that is no natural person.
void CopyParty(const sv::Party& from, sv::Party* to) {
  to->set_name(from.name());
  to->set_category(from.category());
  to->set_uscc(from.uscc());
}

void CopyPenalty(const sv::Penalty& from, sv::Penalty* to) {
  to->set_document_number(from.document_number());
  to->set_violation_type(MaskPersonalNumbers(from.violation_type()));
  to->set_facts(MaskPersonalNumbers(from.facts()));
  to->set_legal_basis(MaskPersonalNumbers(from.legal_basis()));
  *to->mutable_kinds() = from.kinds();
  to->set_content(MaskPersonalNumbers(from.content()));
  if (from.has_fine_fen()) to->set_fine_fen(from.fine_fen());
  if (from.has_confiscated_fen()) {
    to->set_confiscated_fen(from.confiscated_fen());
  }
  to->set_licences_withheld(MaskPersonalNumbers(from.licences_withheld()));
  if (from.has_decided_on()) to->set_decided_on(from.decided_on());
  if (from.has_effective_until()) {
    to->set_effective_until(from.effective_until());
  }
  if (from.has_term_until()) to->set_term_until(from.term_until());
  if (from.has_performed_on()) to->set_performed_on(from.performed_on());
}

void CopyListing(const sv::Listing& from, sv::Listing* to) {
  to->set_list(from.list());
  to->set_list_name(from.list_name());
  to->set_ground_code(from.ground_code());
  to->set_ground(MaskPersonalNumbers(from.ground()));
  to->set_entry_document_number(from.entry_document_number());
  if (from.has_listed_on()) to->set_listed_on(from.listed_on());
  if (from.has_restriction_until()) {
    to->set_restriction_until(from.restriction_until());
  }
}

// What an enterprise chose to show of its figures.
void CopyFigures(const sv::OptionalFigures& from, sv::OptionalFigures* to) {
  const google::protobuf::Reflection& reflection = *from.GetReflection();
  const google::protobuf::Descriptor& type = *from.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = type.field(i);
    if (!reflection.HasField(from, field)) continue;
    const google::protobuf::Message& figure =
        reflection.GetMessage(from, field);
    const google::protobuf::FieldDescriptor* shown =
        figure.GetDescriptor()->FindFieldByName("shown");
    if (figure.GetReflection()->GetBool(figure, shown)) {
      reflection.MutableMessage(to, field)->CopyFrom(figure);
    }
  }
}

// Whether the public is shown the field that a correction names by its path.
bool IsShown(const std::string& path, const sv::AnnualReport& shown) {
  constexpr absl::string_view kFigures = "optional_figures.";
  static const auto* const kAlways = new absl::flat_hash_set<std::string>{
      "address",     "postal_code",      "telephone",
      "email",       "operating_status", "websites",
      "investments", "transfers",        "contributions"};
  if (kAlways->contains(path)) return true;
  if (path == "social_insurance") return shown.social_insurance_shown();
  if (!absl::StartsWith(path, kFigures)) return false;
  const sv::OptionalFigures& figures = shown.optional_figures();
  const google::protobuf::FieldDescriptor* field =
      figures.GetDescriptor()->FindFieldByName(path.substr(kFigures.size()));
  return field != nullptr && figures.GetReflection()->HasField(figures, field);
}

// The public part (企业信息公示暂行条例 art. 9) and what the enterprise chose
// to show beside it. Of one whose party chose to show nothing, that it has
// reported.
void CopyReport(const sv::AnnualReport& from, sv::AnnualReport* to) {
  to->set_year(from.year());
  if (from.has_submitted_on()) to->set_submitted_on(from.submitted_on());
  to->set_withheld_by_party(from.withheld_by_party());
  if (from.withheld_by_party()) return;
  to->set_address(from.address());
  to->set_postal_code(from.postal_code());
  to->set_telephone(from.telephone());
  to->set_email(from.email());
  to->set_operating_status(from.operating_status());
  *to->mutable_websites() = from.websites();
  *to->mutable_investments() = from.investments();
  *to->mutable_contributions() = from.contributions();
  *to->mutable_transfers() = from.transfers();
  if (from.has_optional_figures()) {
    CopyFigures(from.optional_figures(), to->mutable_optional_figures());
  }
  to->set_social_insurance_shown(from.social_insurance_shown());
  if (from.social_insurance_shown()) {
    *to->mutable_social_insurance() = from.social_insurance();
  }
  for (const sv::ReportCorrection& correction : from.corrections()) {
    if (IsShown(correction.field(), *to)) *to->add_corrections() = correction;
  }
}

void CopyLicence(const sv::Licence& from, sv::Licence* to) {
  to->set_document_name(from.document_name());
  to->set_document_number(from.document_number());
  to->set_licence_type(from.licence_type());
  to->set_certificate_name(from.certificate_name());
  to->set_licence_number(from.licence_number());
  to->set_content(MaskPersonalNumbers(from.content()));
  if (from.has_decided_on()) to->set_decided_on(from.decided_on());
  if (from.has_valid_from()) to->set_valid_from(from.valid_from());
  if (from.has_valid_to()) to->set_valid_to(from.valid_to());
  to->set_state(from.state());
}

// Redacted copies, without the place where they are kept.
void CopyDocuments(const sv::Record& from, sv::Record* to) {
  for (const sv::Document& document : from.documents()) {
    if (document.kind() != sv::Document::KIND_REDACTED_COPY) continue;
    sv::Document* copy = to->add_documents();
    copy->set_kind(document.kind());
    copy->set_title(document.title());
    copy->set_media_type(document.media_type());
    copy->set_sm3(document.sm3());
    copy->set_size_bytes(document.size_bytes());
  }
}

}  // namespace

std::optional<sv::Enterprise> PublicEnterprise(const sv::Enterprise& from) {
  if (from.category() == sv::PARTY_CATEGORY_NATURAL_PERSON) return std::nullopt;
  sv::Enterprise to;
  to.set_uscc(from.uscc());
  to.set_name(from.name());
  to.set_category(from.category());
  to.set_entity_type(from.entity_type());
  to.set_status(from.status());
  CopyDates(from, &to);
  if (from.has_capital() && !from.capital().currency_code().empty()) {
    to.mutable_capital()->set_minor_units(from.capital().minor_units());
    to.mutable_capital()->set_currency_code(from.capital().currency_code());
  }
  to.set_industry_code(from.industry_code());
  to.set_business_scope(MaskPersonalNumbers(from.business_scope()));
  CopyAddress(from, &to);
  if (from.has_registration_authority()) {
    CopyAgency(from.registration_authority(),
               to.mutable_registration_authority());
  }
  CopyHistory(from, &to);
  return to;
}

std::optional<sv::Record> PublicRecord(const sv::Record& from) {
  if (from.party().category() == sv::PARTY_CATEGORY_NATURAL_PERSON) {
    return std::nullopt;
  }
  sv::Record to;
  switch (from.details_case()) {
    case sv::Record::kLicence:
      CopyLicence(from.licence(), to.mutable_licence());
      break;
    case sv::Record::kPenalty:
      CopyPenalty(from.penalty(), to.mutable_penalty());
      break;
    case sv::Record::kListing:
      CopyListing(from.listing(), to.mutable_listing());
      break;
    case sv::Record::kAnnualReport:
      CopyReport(from.annual_report(), to.mutable_annual_report());
      break;
    case sv::Record::kComplaint:
    case sv::Record::DETAILS_NOT_SET:
      return std::nullopt;
  }
  to.set_family(from.family());
  CopyParty(from.party(), to.mutable_party());
  if (from.has_deciding_agency()) {
    CopyAgency(from.deciding_agency(), to.mutable_deciding_agency());
  }
  CopyDocuments(from, &to);
  return to;
}

}  // namespace creditreg
