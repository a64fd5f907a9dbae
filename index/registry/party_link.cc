#include "index/registry/party_link.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/status_macros.h"
#include "index/lookup/identifiers.h"
#include "index/model/finding.h"
#include "index/model/name.h"
#include "index/registry/names.h"
#include "index/registry/rows.h"
#include "index/registry/view.h"
#include "index/store/store.h"

namespace creditreg {
namespace {

constexpr absl::string_view kNameField = "record.party.name";
constexpr std::size_t kMaxSharers = 100;

Finding MakeFinding(Severity severity, absl::string_view rule,
                    absl::string_view message, absl::string_view suggestion) {
  return {severity, std::string(kNameField), std::string(rule),
          std::string(message), std::string(suggestion)};
}

absl::StatusOr<storage::v1::Enterprise> ReadContent(const Snapshot& rows,
                                                    std::uint64_t number) {
  CREDITREG_ASSIGN_OR_RETURN(std::optional<EnterpriseAt> found,
                             ReadEnterpriseVersion(rows, number, 0));
  if (!found.has_value()) {
    return absl::DataLossError(
        "enterprise: missing, want one where an index row leads to it");
  }
  return std::move(*found->version.mutable_content());
}

// Whether a record came without a name or under the current one.
bool IsCurrentName(const std::string& current, const std::string& given) {
  if (given == current) return true;
  const std::string name = NormaliseName(given);
  return name.empty() || name == NormaliseName(current);
}

// What the register says of the name a record came under.
std::optional<Finding> JudgeName(const storage::v1::Enterprise& enterprise,
                                 const storage::v1::Record& record,
                                 bool led_by_merger) {
  switch (MatchName(enterprise, record.party().name())) {
    case NameMatch::kNoName:
    case NameMatch::kCurrent:
      return std::nullopt;
    case NameMatch::kFormer:
      return MakeFinding(Severity::kWarning, "NAME_FORMER",
                         "名称为该主体的曾用名", enterprise.name());
    case NameMatch::kDifferent:
      break;
  }
  // Consumers write what stands over the door; and the register may never have
  // heard the names of an enterprise that was merged away.
  if (record.family() == storage::v1::FAMILY_COMPLAINT || led_by_merger) {
    return MakeFinding(Severity::kWarning, "NAME_DIFFERENT",
                       "名称与登记簿不一致", enterprise.name());
  }
  return MakeFinding(Severity::kError, "NAME_NEVER_HELD",
                     "名称从未属于该代码对应的主体，请核对名称或代码",
                     enterprise.name());
}

absl::StatusOr<PartyLink> LinkByCode(const Snapshot& rows,
                                     const storage::v1::Record& record,
                                     absl::string_view code) {
  PartyLink link;
  CREDITREG_ASSIGN_OR_RETURN(const CodeRows found, ReadCodeRows(rows, code));
  // A merged enterprise keeps its own file where it is known.
  const bool led_by_merger = !found.current.has_value() &&
                             found.former.has_value() && found.former->merged();
  if (found.current.has_value()) {
    link.enterprise_no = found.current->enterprise_no();
    // As nearly always; then the version need not be read.
    if (IsCurrentName(found.current->name(), record.party().name())) {
      return link;
    }
  } else if (found.former.has_value()) {
    link.enterprise_no = found.former->enterprise_no();
  } else {
    return link;
  }
  CREDITREG_ASSIGN_OR_RETURN(const storage::v1::Enterprise enterprise,
                             ReadContent(rows, link.enterprise_no));
  link.finding = JudgeName(enterprise, record, led_by_merger);
  return link;
}

// Old numbers were shared and re-issued: the name decides between several.
absl::StatusOr<PartyLink> LinkByNumbers(
    const Snapshot& rows, const storage::v1::Record& record,
    const std::vector<PartyIdentifier>& identifiers) {
  std::vector<std::uint64_t> sharers;
  for (const PartyIdentifier& identifier : identifiers) {
    CREDITREG_ASSIGN_OR_RETURN(
        const std::vector<std::uint64_t> found,
        ReadOldNumber(rows, identifier.kind, identifier.value, kMaxSharers));
    sharers.insert(sharers.end(), found.begin(), found.end());
  }
  std::sort(sharers.begin(), sharers.end());
  sharers.erase(std::unique(sharers.begin(), sharers.end()), sharers.end());
  PartyLink link;
  std::vector<PartyLink> named;
  for (const std::uint64_t number : sharers) {
    CREDITREG_ASSIGN_OR_RETURN(const storage::v1::Enterprise enterprise,
                               ReadContent(rows, number));
    link.enterprise_no = number;
    link.finding = JudgeName(enterprise, record, /*led_by_merger=*/false);
    if (!link.finding.has_value() || link.finding->rule == "NAME_FORMER") {
      named.push_back(link);
    }
  }
  if (named.size() == 1) return named[0];
  // One enterprise under another name: what the register says goes back.
  if (sharers.size() == 1) return link;
  link = PartyLink();
  if (!sharers.empty()) {
    link.finding = MakeFinding(Severity::kWarning, kPartyAmbiguous,
                               "旧号码对应多个主体，名称无法区分", "");
  }
  return link;
}

}  // namespace

absl::StatusOr<PartyLink> LinkParty(
    const Snapshot& rows, const storage::v1::Record& record,
    const std::vector<PartyIdentifier>& identifiers) {
  PartyLink link;
  if (record.party().category() == storage::v1::PARTY_CATEGORY_NATURAL_PERSON) {
    return link;
  }
  if (!record.party().uscc().empty()) {
    CREDITREG_ASSIGN_OR_RETURN(link,
                               LinkByCode(rows, record, record.party().uscc()));
  } else {
    CREDITREG_ASSIGN_OR_RETURN(link, LinkByNumbers(rows, record, identifiers));
  }
  if (link.enterprise_no == 0) {
    link.waits_for = identifiers;
    if (!link.finding.has_value()) {
      link.finding =
          MakeFinding(Severity::kNote, "ENTERPRISE_UNKNOWN",
                      "主体尚未登记，记录已保存，主体登记后自动关联", "");
    }
  }
  return link;
}

}  // namespace creditreg
