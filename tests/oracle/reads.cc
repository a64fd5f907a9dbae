// Reads: verdicts, files, counts. Facts are read as they were at `at`; where a
// code leads is today's.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/model/old_number.h"
#include "index/model/uscc.h"
#include "index/registry/view.h"
#include "tests/oracle/keys.h"
#include "tests/oracle/registry_oracle.h"
#include "tests/oracle/state.h"

namespace creditreg::oracle {
namespace {

constexpr OldNumberKind kAllKinds[] = {
    OldNumberKind::kRegistration,
    OldNumberKind::kOrganisationCode,
    OldNumberKind::kTax,
    OldNumberKind::kInstitutionCertificate,
    OldNumberKind::kSocialOrganisationCertificate,
    OldNumberKind::kSocialInsurance,
    OldNumberKind::kStatistics,
    OldNumberKind::kOther,
};

// The newest version at or before `at`; nullptr where there is none.
template <typename Version>
const Version* At(const History<Version>& versions, std::uint64_t at) {
  const Version* found = nullptr;
  for (const auto& version : versions) {
    if (at == 0 || version->sequence <= at) found = version.get();
  }
  return found;
}

// Unknown days come last.
std::int32_t ListDay(const storage::v1::Record& record) {
  constexpr std::int32_t kUnknown = std::numeric_limits<std::int32_t>::min();
  if (record.has_licence() && record.licence().has_decided_on()) {
    return record.licence().decided_on();
  }
  if (record.has_penalty() && record.penalty().has_decided_on()) {
    return record.penalty().decided_on();
  }
  if (record.has_complaint() && record.complaint().has_registered_on()) {
    return record.complaint().registered_on();
  }
  if (record.has_listing() && record.listing().has_listed_on()) {
    return record.listing().listed_on();
  }
  if (record.has_annual_report() && record.annual_report().has_submitted_on()) {
    return record.annual_report().submitted_on();
  }
  return kUnknown;
}

}  // namespace

std::optional<Place> RegistryOracle::EnterpriseAt(std::uint64_t enterprise_no,
                                                  std::uint64_t at) const {
  const auto found = state_.enterprises.find(enterprise_no);
  if (found == state_.enterprises.end()) return std::nullopt;
  const EnterpriseVersion* version = At(found->second, at);
  if (version == nullptr) return std::nullopt;
  return Place{enterprise_no, version->sequence};
}

std::optional<Place> RegistryOracle::RecordAt(std::uint64_t record_no,
                                              std::uint64_t at) const {
  const auto found = state_.records.find(record_no);
  if (found == state_.records.end()) return std::nullopt;
  const RecordVersion* version = At(found->second, at);
  if (version == nullptr) return std::nullopt;
  return Place{record_no, version->sequence};
}

const EnterpriseVersion& RegistryOracle::Enterprise(const Place& place) const {
  return *At(state_.enterprises.at(place.no), place.sequence);
}

const RecordVersion& RegistryOracle::Record(const Place& place) const {
  return *At(state_.records.at(place.no), place.sequence);
}

std::uint64_t RegistryOracle::EndOfMergers(std::uint64_t enterprise_no) const {
  while (true) {
    const std::optional<FormerHolder> into =
        FormerHolderOf(Newest(enterprise_no).content.uscc());
    if (!into.has_value() || !into->merged) return enterprise_no;
    enterprise_no = into->enterprise_no;
  }
}

Found RegistryOracle::Find(const FindQuery& query, std::uint64_t at) const {
  Found found;
  found.identifier = NormaliseCode(query.identifier);
  if (query.kind.has_value()) {
    FindNumber({*query.kind}, query, at, found);
    return found;
  }
  const CodeCheck check = CheckCode(found.identifier);
  if (check.error == CodeError::kPlaceholder) {
    found.code_check = check;
    found.verdict = Verdict::kPlaceholder;
    return found;
  }
  if (check.error == CodeError::kNone) {
    found.code_check = check;
    FindCode(found, query, at);
    return found;
  }
  FindNumber({std::begin(kAllKinds), std::end(kAllKinds)}, query, at, found);
  if (found.verdict == Verdict::kNotFound &&
      !GuessOldNumberKind(found.identifier).has_value()) {
    found.verdict = Verdict::kBadCode;
    found.code_check = check;
    for (const std::string& code :
         NearestValidCodes(found.identifier, /*max=*/1000)) {
      const std::optional<Place> near = EnterpriseAt(HolderOf(code), at);
      if (near.has_value()) found.nearest.push_back(*near);
    }
  }
  return found;
}

void RegistryOracle::FindCode(Found& found, const FindQuery& query,
                              std::uint64_t at) const {
  const std::uint64_t holder = HolderOf(found.identifier);
  const std::optional<FormerHolder> former = FormerHolderOf(found.identifier);
  if (former.has_value() && former->merged) {
    found.matched_by = MatchedBy::kMergedUscc;
    Conclude(former->enterprise_no, query, at, found);
  } else if (holder != 0) {
    found.matched_by = MatchedBy::kUscc;
    Conclude(holder, query, at, found);
  } else if (former.has_value()) {
    found.matched_by = MatchedBy::kFormerUscc;
    Conclude(former->enterprise_no, query, at, found);
  }
}

void RegistryOracle::FindNumber(const std::vector<OldNumberKind>& kinds,
                                const FindQuery& query, std::uint64_t at,
                                Found& found) const {
  std::set<std::uint64_t> holders;
  bool is_number = false;
  for (const OldNumberKind kind : kinds) {
    const auto number = NormaliseOldNumber(kind, query.identifier);
    if (!number.ok()) continue;
    is_number = true;
    if (query.kind.has_value()) found.identifier = number->value;
    for (const std::uint64_t no : HoldersOf(
             static_cast<storage::v1::OldNumberKind>(kind), number->value)) {
      holders.insert(no);
    }
  }
  if (!is_number) {
    found.verdict = Verdict::kPlaceholder;
    return;
  }
  if (holders.empty()) return;
  found.matched_by = MatchedBy::kOldNumber;
  if (holders.size() == 1) {
    Conclude(*holders.begin(), query, at, found);
    return;
  }
  found.verdict = Verdict::kAmbiguous;
  for (const std::uint64_t no : holders) {
    const std::optional<Place> place = EnterpriseAt(no, at);
    if (place.has_value() && found.candidates.size() < 20) {
      found.candidates.push_back(*place);
    }
  }
}

// The enterprise it leads to today, as it was at `at`.
void RegistryOracle::Conclude(std::uint64_t enterprise_no,
                              const FindQuery& query, std::uint64_t at,
                              Found& found) const {
  const std::uint64_t end = EndOfMergers(enterprise_no);
  const std::optional<Place> place = EnterpriseAt(end, at);
  if (!place.has_value()) {
    found.matched_by = MatchedBy::kNothing;
    return;
  }
  const EnterpriseVersion& version = Enterprise(*place);
  found.enterprise = place;
  found.name_match = CompareName(version.content, query.name);
  if (version.withheld) {
    found.verdict = Verdict::kWithheld;
  } else if (end != enterprise_no ||
             found.matched_by == MatchedBy::kMergedUscc) {
    found.verdict = Verdict::kMerged;
  } else if (version.content.status() ==
             storage::v1::REGISTRATION_STATUS_DEREGISTERED) {
    found.verdict = Verdict::kDeregistered;
  } else if (found.matched_by != MatchedBy::kUscc) {
    found.verdict = Verdict::kOldNumber;
  } else if (found.name_match == NameMatch::kFormer) {
    found.verdict = Verdict::kRenamed;
  } else {
    found.verdict = Verdict::kFound;
  }
}

std::vector<std::uint64_t> RegistryOracle::FilesOf(std::uint64_t enterprise_no,
                                                   std::uint64_t at) const {
  std::vector<std::uint64_t> files = {enterprise_no};
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::optional<Place> place = EnterpriseAt(files[i], at);
    if (!place.has_value()) continue;
    for (const storage::v1::FormerCode& former :
         Enterprise(*place).content.former_codes()) {
      const std::uint64_t absorbed = HolderOf(former.uscc());
      if (former.merged() && absorbed != 0 &&
          std::find(files.begin(), files.end(), absorbed) == files.end()) {
        files.push_back(absorbed);
      }
    }
  }
  return files;
}

std::vector<Place> RegistryOracle::ListRecords(std::uint64_t enterprise_no,
                                               std::uint64_t at) const {
  const std::vector<std::uint64_t> files = FilesOf(enterprise_no, at);
  // Family, day, record_no: sorted as they are listed.
  std::vector<std::tuple<int, std::int64_t, std::uint64_t, std::uint64_t>> all;
  for (const auto& [no, versions] : state_.records) {
    const RecordVersion* version = At(versions, at);
    if (version == nullptr ||
        std::find(files.begin(), files.end(), version->enterprise_no) ==
            files.end()) {
      continue;
    }
    all.emplace_back(version->content.family(),
                     -std::int64_t{ListDay(version->content)}, no,
                     version->sequence);
  }
  std::sort(all.begin(), all.end());
  std::vector<Place> places;
  places.reserve(all.size());
  for (const auto& [family, day, no, sequence] : all) {
    places.push_back({no, sequence});
  }
  return places;
}

FileCounts RegistryOracle::Counts(std::uint64_t enterprise_no) const {
  FileCounts counts;
  for (const Place& place : ListRecords(enterprise_no, 0)) {
    const RecordVersion& version = Record(place);
    if (version.withdrawn) continue;
    if (version.content.has_licence()) ++counts.licences;
    if (version.content.has_penalty()) ++counts.penalties;
    if (version.content.has_complaint()) ++counts.complaints;
    if (version.content.has_listing()) ++counts.listings;
    if (version.content.has_annual_report()) ++counts.annual_reports;
    const std::int32_t day = ListDay(version.content);
    if (day == std::numeric_limits<std::int32_t>::min()) continue;
    counts.latest_day = std::max(counts.latest_day.value_or(day), day);
  }
  return counts;
}

storage::v1::Counters RegistryOracle::Counters() const {
  storage::v1::Counters counters;
  counters.set_sequence(state_.sequence);
  counters.set_record_time_us(state_.record_time_us);
  counters.set_next_enterprise_no(state_.enterprises.size() + 1);
  counters.set_next_record_no(state_.records.size() + 1);
  counters.set_next_quarantine_no(state_.quarantine.size() + 1);
  counters.set_next_import_no(state_.imports_begun + 1);
  counters.set_enterprises(state_.enterprises.size());
  counters.set_quarantined(state_.quarantine.size());
  for (const auto& [no, versions] : state_.enterprises) {
    if (versions.back()->content.status() ==
        storage::v1::REGISTRATION_STATUS_DEREGISTERED) {
      counters.set_enterprises_deregistered(
          counters.enterprises_deregistered() + 1);
    }
  }
  for (const auto& [no, versions] : state_.records) {
    const RecordVersion& version = *versions.back();
    if (version.withdrawn) {
      counters.set_records_withdrawn(counters.records_withdrawn() + 1);
    } else if (version.content.has_licence()) {
      counters.set_licences(counters.licences() + 1);
    } else if (version.content.has_penalty()) {
      counters.set_penalties(counters.penalties() + 1);
    } else if (version.content.has_listing()) {
      counters.set_listings(counters.listings() + 1);
    } else if (version.content.has_annual_report()) {
      counters.set_annual_reports(counters.annual_reports() + 1);
    } else {
      counters.set_complaints(counters.complaints() + 1);
    }
    if (version.enterprise_no == 0 && !IsPerson(version.content)) {
      counters.set_records_pending(counters.records_pending() + 1);
    }
  }
  return counters;
}

}  // namespace creditreg::oracle
