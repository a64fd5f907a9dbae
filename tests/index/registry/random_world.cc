#include "tests/index/registry/random_world.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/generator/codes.h"
#include "creditreg/storage/v1/content.pb.h"
#include "index/model/draft.h"
#include "index/model/finding.h"
#include "index/model/old_number.h"
#include "index/registry/view.h"

namespace creditreg {
namespace {

using generator::CodeUse;

constexpr std::size_t kCodes = 12;
// Crowds have theirs too.
constexpr std::size_t kCodesOfWorld = 5000;
constexpr std::int32_t kFirstDay = 20000;

storage::v1::OldNumber MakeNumber(storage::v1::OldNumberKind kind,
                                  std::string value) {
  storage::v1::OldNumber number;
  number.set_kind(kind);
  number.set_value(std::move(value));
  return number;
}

}  // namespace

RandomWorld::RandomWorld(std::uint64_t seed, std::uint32_t number)
    : engine_(seed), number_(number) {
  for (std::size_t i = 0; i < kCodes; ++i) {
    codes_.push_back(generator::MakeUscc("91", "440300", CodeUse::kEnterprise,
                                         number * kCodesOfWorld + i));
  }
  agency_code_ = generator::MakeUscc("11", "440300", CodeUse::kAgency, 1);
  // World 0 has names without a mark.
  const std::string mark = number == 0 ? "" : absl::StrCat(number, "界");
  // The second is the first in other widths: the same name.
  for (const char* name : {"甲(深圳)公司", "甲（深圳）公司", "乙公司", "丙公司",
                           "丁公司", "戊公司"}) {
    names_.push_back(absl::StrCat(mark, name));
  }
  const std::string org(generator::OrganisationCode(codes_[0]));
  const std::uint32_t registration = 10000001 + number * 10000;
  const std::string statistics = absl::StrCat("TJ-", number, "1");
  numbers_ = {
      MakeNumber(storage::v1::OLD_NUMBER_KIND_REGISTRATION,
                 generator::MakeRegistrationNumber(3, registration)),
      MakeNumber(storage::v1::OLD_NUMBER_KIND_REGISTRATION,
                 generator::MakeRegistrationNumber(3, registration + 1)),
      MakeNumber(storage::v1::OLD_NUMBER_KIND_ORGANISATION_CODE, org),
      MakeNumber(storage::v1::OLD_NUMBER_KIND_TAX, absl::StrCat("440300", org)),
      MakeNumber(storage::v1::OLD_NUMBER_KIND_STATISTICS, statistics),
      // The same text as another kind.
      MakeNumber(storage::v1::OLD_NUMBER_KIND_OTHER, statistics),
  };
  for (std::uint32_t i = 1; i <= 2; ++i) {
    resident_ids_.push_back(
        generator::MakeResidentId(19800101, number * 10 + i));
    personal_tax_numbers_.push_back(absl::StrCat(resident_ids_.back(), "01"));
  }
  // The second is the first in other brackets: the same document.
  for (const char* document : {"粤许〔2026〕1号", "粤许[2026]1号",
                               "粤许〔2026〕2号", "粤罚〔2026〕3号"}) {
    documents_.push_back(absl::StrCat(mark, document));
  }
}

// Mostly the name the code has at home, so that not everything conflicts.
const std::string& RandomWorld::NameFor(std::size_t code) {
  return Chance(65) ? names_[code % names_.size()] : Pick(names_);
}

void RandomWorld::AddHistory(std::size_t code,
                             storage::v1::Enterprise* content) {
  for (const storage::v1::OldNumber& number : numbers_) {
    if (Chance(11)) *content->add_old_numbers() = number;
  }
  std::set<std::size_t> formers;
  for (std::uint64_t n = Chance(30) ? 1 + Below(2) : 0; n > 0; --n) {
    formers.insert(Below(kCodes));
  }
  formers.erase(code);
  for (const std::size_t old : formers) {
    storage::v1::FormerCode* former = content->add_former_codes();
    former->set_uscc(codes_[old]);
    former->set_merged(Chance(50));
    if (Chance(30)) former->set_until(kFirstDay);
  }
  if (!Chance(20)) return;
  storage::v1::FormerName* former = content->add_former_names();
  former->set_name(Pick(names_));
}

EnterpriseDraft RandomWorld::MakeEnterprise() {
  EnterpriseDraft draft;
  storage::v1::Enterprise& content = draft.content;
  // One past the last: none.
  const std::size_t code = Chance(85) ? Below(kCodes) : kCodes;
  if (code < kCodes) content.set_uscc(codes_[code]);
  content.set_name(NameFor(code));
  content.set_category(storage::v1::PARTY_CATEGORY_ORGANISATION);
  content.set_status(Chance(15) ? storage::v1::REGISTRATION_STATUS_DEREGISTERED
                                : storage::v1::REGISTRATION_STATUS_ACTIVE);
  if (Chance(80)) {
    content.set_established_on(
        Chance(75) ? 10000 + static_cast<std::int32_t>(code % 3) : 10009);
  }
  if (Chance(40)) {
    content.set_approved_on(kFirstDay + static_cast<std::int32_t>(Below(3)));
  }
  if (Chance(50)) {
    content.mutable_registration_authority()->set_name("某市市场监督管理局");
  } else if (Chance(50)) {
    content.mutable_address()->set_division_code("440305");
  }
  if (Chance(30)) content.set_remark(absl::StrCat("备注", Below(3)));
  AddHistory(code, &content);
  if (Chance(30)) {
    storage::v1::PersonalFields& personal = draft.personal.emplace();
    if (Chance(60))
      personal.set_telephone(absl::StrCat("1400000000", Below(2)));
    if (Chance(40)) personal.set_tax_number(Pick(personal_tax_numbers_));
  }
  if (Chance(20)) draft.quality_flags = {"CODE_ORG_CHECK"};
  if (Chance(20)) {
    draft.findings = {
        {Severity::kWarning, "enterprise.uscc", "CODE_ORG_CHECK", "", ""}};
  }
  draft.source_id = Chance(70) ? "direct" : "feed";
  draft.keep_history = Chance(40);
  return draft;
}

void RandomWorld::SetParty(std::size_t code, storage::v1::Record* content) {
  storage::v1::Party& party = *content->mutable_party();
  party.set_category(Chance(85)
                         ? storage::v1::PARTY_CATEGORY_ORGANISATION
                         : storage::v1::PARTY_CATEGORY_INDIVIDUAL_BUSINESS);
  if (Chance(90)) party.set_name(NameFor(code));
  if (Chance(65)) {
    party.set_uscc(codes_[code]);
    return;
  }
  if (Chance(60)) {
    party.set_registration_number(numbers_[Below(2)].value());
  }
  if (Chance(30)) party.set_organisation_code(numbers_[2].value());
  if (Chance(20)) party.set_tax_number(numbers_[3].value());
}

void RandomWorld::SetDetails(storage::v1::Record* content) {
  const std::string document = Chance(96) ? Pick(documents_) : "";
  const std::string text = absl::StrCat("内容", Below(2));
  const bool dated = Chance(90);
  const std::int32_t day = kFirstDay + static_cast<std::int32_t>(Below(4));
  const std::uint64_t kind = Below(100);
  if (kind < 30) {
    content->set_family(storage::v1::FAMILY_LICENCE);
    storage::v1::Licence& licence = *content->mutable_licence();
    licence.set_document_number(document);
    if (Chance(40)) licence.set_licence_number("证1");
    licence.set_content(text);
    if (dated) licence.set_decided_on(day);
  } else if (kind < 55) {
    content->set_family(storage::v1::FAMILY_PENALTY);
    storage::v1::Penalty& penalty = *content->mutable_penalty();
    penalty.set_document_number(document);
    penalty.set_facts(text);
    if (dated) penalty.set_decided_on(day);
  } else if (kind < 70) {
    content->set_family(storage::v1::FAMILY_LISTING);
    storage::v1::Listing& listing = *content->mutable_listing();
    const int list = static_cast<int>(Below(3)) + 1;
    if (Chance(96)) {
      listing.set_list(static_cast<storage::v1::Listing::List>(list));
    }
    if (list == storage::v1::Listing::LIST_OTHER && Chance(96)) {
      listing.set_list_name(absl::StrCat("名单", Below(2)));
    }
    if (Chance(60)) listing.set_ground_code(absl::StrCat(Below(2) + 1));
    listing.set_ground(text);
    if (dated) listing.set_listed_on(day);
    if (Chance(30)) listing.set_removed_on(day + 1);
  } else if (kind < 85) {
    content->set_family(storage::v1::FAMILY_ANNUAL_REPORT);
    storage::v1::AnnualReport& report = *content->mutable_annual_report();
    if (Chance(96)) report.set_year(2023 + static_cast<int>(Below(3)));
    report.set_address(text);
    if (dated) report.set_submitted_on(day);
  } else {
    content->set_family(storage::v1::FAMILY_COMPLAINT);
    storage::v1::Complaint& complaint = *content->mutable_complaint();
    complaint.set_case_number(document);
    if (Chance(90)) complaint.set_platform("全国12315平台");
    complaint.set_facts(text);
    if (dated) complaint.set_registered_on(day);
  }
}

RecordDraft RandomWorld::MakeRecord() {
  RecordDraft draft;
  storage::v1::Record& content = draft.content;
  SetParty(Below(kCodes), &content);
  if (Chance(8)) {
    content.mutable_party()->set_category(
        storage::v1::PARTY_CATEGORY_NATURAL_PERSON);
    if (Chance(90)) draft.personal.set_person_name("张三");
    if (Chance(90)) draft.personal.set_person_id_number(Pick(resident_ids_));
  } else if (Chance(15)) {
    draft.personal.set_tax_number(Pick(personal_tax_numbers_));
  } else if (Chance(10)) {
    draft.personal.set_complainant_name("李四");
  }
  if (Chance(5)) {
    storage::v1::OriginalText& original = *draft.personal.add_originals();
    original.set_field("record.penalty.facts");
    original.set_text("原文");
  }
  if (Chance(60)) {
    content.mutable_deciding_agency()->set_uscc(agency_code_);
  } else if (Chance(95)) {
    content.mutable_deciding_agency()->set_name("某市市场监督管理局");
  }
  SetDetails(&content);
  if (Chance(15)) {
    draft.quality_flags = {"DATE_FORM"};
    draft.findings = {{Severity::kWarning, "record", "DATE_FORM", "", ""}};
  }
  draft.source_id = Chance(70) ? "direct" : "feed";
  return draft;
}

std::vector<ImportRowDraft> RandomWorld::MakeFile(bool enterprises,
                                                  std::size_t rows) {
  std::vector<ImportRowDraft> file;
  for (std::size_t i = 1; i <= rows; ++i) {
    ImportRowDraft row;
    row.row = i;
    row.raw.add_columns("列");
    if (Chance(6)) {
      row.findings = {{Severity::kError, "record", "DATE_FORM", "", ""}};
      row.raw.add_cells("broken");
    } else if (enterprises) {
      row.enterprise = MakeEnterprise();
      row.enterprise->keep_history = true;
      row.raw.add_cells(row.enterprise->content.ShortDebugString());
    } else {
      row.record = MakeRecord();
      row.raw.add_cells(row.record->content.ShortDebugString());
    }
    file.push_back(std::move(row));
  }
  return file;
}

RandomWorld::Crowd RandomWorld::MakeCrowd(std::uint64_t number,
                                          std::size_t records) {
  const std::string code =
      generator::MakeUscc("91", "440300", CodeUse::kEnterprise,
                          number_ * kCodesOfWorld + 1000 + 2 * number);
  const std::string registration = generator::MakeRegistrationNumber(
      3, 20000001 + number_ * 10000 + static_cast<std::uint32_t>(number));
  const std::string organisation(generator::OrganisationCode(code));
  const std::string name = absl::StrCat("众公司", number_, "-", number);
  Crowd crowd;
  for (std::size_t i = 0; i < records; ++i) {
    RecordDraft draft = MakeRecord();
    storage::v1::Record& content = draft.content;
    // Facts and day may stay.
    if (!content.has_penalty()) content.clear_details();
    content.set_family(storage::v1::FAMILY_PENALTY);
    content.mutable_penalty()->set_document_number(
        absl::StrCat("粤众〔2026〕", number_, "-", number, "-", i, "号"));
    content.mutable_deciding_agency()->set_name("某市市场监督管理局");
    draft.personal.Clear();
    storage::v1::Party& party = *content.mutable_party();
    party.Clear();
    party.set_category(storage::v1::PARTY_CATEGORY_ORGANISATION);
    if (Chance(90)) party.set_name(Chance(90) ? name : Pick(names_));
    if (Chance(60)) {
      party.set_uscc(code);
    } else {
      party.set_registration_number(registration);
      // Waits under both.
      if (Chance(40)) party.set_organisation_code(organisation);
    }
    crowd.records.push_back(std::move(draft));
  }
  crowd.enterprise = MakeEnterprise();
  storage::v1::Enterprise& content = crowd.enterprise.content;
  content.clear_former_codes();
  content.clear_former_names();
  content.clear_old_numbers();
  crowd.enterprise.personal.reset();
  content.set_name(name);
  content.set_uscc(code);
  if (Chance(25)) {
    content.set_uscc(
        generator::MakeUscc("91", "440300", CodeUse::kEnterprise,
                            number_ * kCodesOfWorld + 1001 + 2 * number));
    storage::v1::FormerCode& former = *content.add_former_codes();
    former.set_uscc(code);
    former.set_merged(Chance(50));
  }
  if (Chance(80)) {
    *content.add_old_numbers() =
        MakeNumber(storage::v1::OLD_NUMBER_KIND_REGISTRATION, registration);
  }
  if (Chance(50)) {
    *content.add_old_numbers() = MakeNumber(
        storage::v1::OLD_NUMBER_KIND_ORGANISATION_CODE, organisation);
  }
  return crowd;
}

std::vector<FindQuery> RandomWorld::AllQueries() const {
  std::vector<FindQuery> queries;
  const auto add = [&queries](const std::string& identifier,
                              std::optional<OldNumberKind> kind,
                              const std::string& name) {
    FindQuery& query = queries.emplace_back();
    query.identifier = identifier;
    query.kind = kind;
    query.name = name;
  };
  for (std::size_t i = 0; i < codes_.size(); ++i) {
    add(codes_[i], std::nullopt, "");
    add(codes_[i], std::nullopt, names_[i % names_.size()]);
    add(codes_[i], std::nullopt, "从未有过");
  }
  for (const storage::v1::OldNumber& number : numbers_) {
    add(number.value(), std::nullopt, names_[0]);
    add(number.value(), static_cast<OldNumberKind>(number.kind()), "");
  }
  for (const std::string& number : personal_tax_numbers_) {
    add(number, std::nullopt, "");
    add(number, OldNumberKind::kTax, names_[2]);
    add(number, OldNumberKind::kOther, "");
  }
  // The statistics number in other forms, and one that nobody has: other
  // worlds' would be found where theirs are in the same registry.
  const std::string digits = absl::StrCat(number_, "1");
  std::string wide = "ＴＪ－";
  for (const char digit : digits) {
    absl::StrAppend(&wide, "\xEF\xBC",
                    std::string(1, static_cast<char>(0x90 + (digit - '0'))));
  }
  for (const std::string& text :
       {std::string("00000000000000000X"), std::string("无"), std::string(),
        std::string("914403001922038217"), std::string("9144"),
        std::string("110108012660422"), absl::StrCat("tj-", digits), wide,
        absl::StrCat("tj-", number_, "0")}) {
    add(text, std::nullopt, "");
    add(text, OldNumberKind::kStatistics, "");
  }
  // Lower case and blanks are the same code.
  add(absl::StrCat(" ", codes_[0].substr(0, 6), " ", codes_[0].substr(6)),
      std::nullopt, names_[1]);
  return queries;
}

}  // namespace creditreg
