// Writes of enterprises: which one is meant, what stays, what is refused.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "creditreg/storage/v1/content.pb.h"
#include "index/model/draft.h"
#include "index/model/finding.h"
#include "index/model/name.h"
#include "index/registry/registry.h"
#include "index/registry/view.h"
#include "tests/oracle/keys.h"
#include "tests/oracle/registry_oracle.h"
#include "tests/oracle/state.h"

namespace creditreg::oracle {
namespace {

using Content = storage::v1::Enterprise;

bool HasName(const Content& known, const Content& given) {
  const NameMatch match = CompareName(known, given.name());
  return match == NameMatch::kCurrent || match == NameMatch::kFormer;
}

bool SharesName(const Content& a, const Content& b) {
  return HasName(a, b) || HasName(b, a);
}

// Name and day of establishment both differ.
bool IsSomebodyElse(const Content& known, const Content& given) {
  return known.has_established_on() && given.has_established_on() &&
         known.established_on() != given.established_on() &&
         !SharesName(known, given);
}

bool SameEntry(const storage::v1::FormerName& a,
               const storage::v1::FormerName& b) {
  return NormaliseName(a.name()) == NormaliseName(b.name());
}
bool SameEntry(const storage::v1::FormerCode& a,
               const storage::v1::FormerCode& b) {
  return a.uscc() == b.uscc();
}
bool SameEntry(const storage::v1::OldNumber& a,
               const storage::v1::OldNumber& b) {
  return a.kind() == b.kind() && a.value() == b.value();
}

// What is stored stays, in its order and in the draft's words where it has
// any; what is new comes behind it.
template <typename Entries>
void Keep(const Entries& stored, Entries* entries) {
  const Entries given = *entries;
  entries->Clear();
  for (const auto& old : stored) {
    const auto same = std::find_if(
        given.begin(), given.end(),
        [&old](const auto& entry) { return SameEntry(entry, old); });
    *entries->Add() = same == given.end() ? old : *same;
  }
  for (const auto& entry : given) {
    const bool known = std::any_of(
        stored.begin(), stored.end(),
        [&entry](const auto& old) { return SameEntry(entry, old); });
    if (!known) *entries->Add() = entry;
  }
}

void KeepHistory(const Content& stored, Content* content) {
  Keep(stored.former_names(), content->mutable_former_names());
  Keep(stored.former_codes(), content->mutable_former_codes());
  Keep(stored.old_numbers(), content->mutable_old_numbers());
}

// Every name up to now is a former one, whatever the new content says.
void KeepHeldNames(const EnterpriseVersion& stored, EnterpriseVersion* next) {
  Content& content = next->content;
  next->held_names = stored.held_names;
  const std::string& last = stored.content.name();
  if (CompareName(content, last) != NameMatch::kCurrent &&
      std::count(next->held_names.begin(), next->held_names.end(), last) == 0) {
    next->held_names.push_back(last);
  }
  for (const std::string& held : next->held_names) {
    if (CompareName(content, held) != NameMatch::kDifferent) continue;
    storage::v1::FormerName former;
    former.set_name(held);
    former.set_reason("名称变更");
    if (content.has_approved_on()) former.set_until(content.approved_on() - 1);
    for (const storage::v1::FormerName& known : stored.content.former_names()) {
      if (SameEntry(known, former)) former = known;
    }
    *content.add_former_names() = former;
  }
}

bool IsEmpty(const storage::v1::PersonalFields& personal) {
  return personal.SerializeAsString().empty();
}

}  // namespace

std::uint64_t RegistryOracle::HolderOf(const std::string& code) const {
  for (const auto& [no, versions] : state_.enterprises) {
    if (!code.empty() && versions.back()->content.uscc() == code) return no;
  }
  return 0;
}

std::optional<RegistryOracle::FormerHolder> RegistryOracle::FormerHolderOf(
    const std::string& code) const {
  for (const auto& [no, versions] : state_.enterprises) {
    const Content& content = versions.back()->content;
    if (code.empty() || content.uscc() == code) continue;
    for (const storage::v1::FormerCode& former : content.former_codes()) {
      if (former.uscc() == code) return FormerHolder{no, former.merged()};
    }
  }
  return std::nullopt;
}

std::vector<std::uint64_t> RegistryOracle::HoldersOf(
    storage::v1::OldNumberKind kind, const std::string& value) const {
  std::vector<std::uint64_t> holders;
  for (const auto& [no, versions] : state_.enterprises) {
    const std::vector<Number> numbers =
        NumbersOf(versions.back()->content, versions.back()->personal);
    if (std::find(numbers.begin(), numbers.end(), Number(kind, value)) !=
        numbers.end()) {
      holders.push_back(no);
    }
  }
  return holders;
}

// Numbers and names were shared and re-issued: the name has to agree, and two
// codes are two enterprises.
std::uint64_t RegistryOracle::OnlyMatch(
    const std::vector<std::uint64_t>& candidates, const Content& content,
    bool* several) const {
  std::vector<std::uint64_t> matches;
  for (const std::uint64_t no : candidates) {
    const Content& known = Newest(no).content;
    if (!content.uscc().empty() && !known.uscc().empty()) continue;
    if (!SharesName(known, content)) continue;
    if (std::find(matches.begin(), matches.end(), no) == matches.end()) {
      matches.push_back(no);
    }
  }
  if (matches.size() == 1) return matches[0];
  if (matches.size() > 1) *several = true;
  return 0;
}

RegistryOracle::Identified RegistryOracle::Identify(
    const Content& content) const {
  Identified found;
  const std::string& code = content.uscc();
  if (!code.empty()) {
    const std::uint64_t holder = HolderOf(code);
    if (holder != 0) {
      if (IsSomebodyElse(Newest(holder).content, content)) {
        found.conflict = "CODE_CONFLICT";
      } else {
        found.enterprise_no = holder;
      }
      return found;
    }
    const std::optional<FormerHolder> former = FormerHolderOf(code);
    if (former.has_value() && !former->merged) {
      found.conflict = "CODE_REPLACED";
      found.suggestion = Newest(former->enterprise_no).content.uscc();
      return found;
    }
    for (const storage::v1::FormerCode& replaced : content.former_codes()) {
      const std::uint64_t old_holder = HolderOf(replaced.uscc());
      if (replaced.merged() || old_holder == 0 ||
          IsSomebodyElse(Newest(old_holder).content, content)) {
        continue;
      }
      found.enterprise_no = old_holder;
      return found;
    }
  }
  std::vector<std::uint64_t> sharers;
  for (const storage::v1::OldNumber& number : content.old_numbers()) {
    const auto holders = HoldersOf(number.kind(), number.value());
    sharers.insert(sharers.end(), holders.begin(), holders.end());
  }
  bool several = false;
  found.enterprise_no = OnlyMatch(sharers, content, &several);
  if (found.enterprise_no != 0) return found;
  const std::optional<std::string> name_key = NameKeyOf(content);
  if (name_key.has_value()) {
    std::vector<std::uint64_t> namesakes;
    for (const auto& [no, versions] : state_.enterprises) {
      if (NameKeyOf(versions.back()->content) == name_key) {
        namesakes.push_back(no);
      }
    }
    found.enterprise_no = OnlyMatch(namesakes, content, &several);
    if (found.enterprise_no != 0) return found;
  }
  if (!code.empty()) return found;
  if (several) {
    // To add one more would add another each time the row comes.
    found.conflict = "ENTERPRISE_AMBIGUOUS";
  } else if (content.old_numbers().empty() && !name_key.has_value()) {
    found.conflict = "MISSING_KEY_PART";
  }
  return found;
}

// A code leads to one successor only, and is replaced by its holder only.
std::string RegistryOracle::FormerCodeConflict(const Content& content,
                                               std::uint64_t self) const {
  for (const storage::v1::FormerCode& former : content.former_codes()) {
    const std::optional<FormerHolder> taken = FormerHolderOf(former.uscc());
    if (taken.has_value() && taken->enterprise_no != self) {
      return "FORMER_CODE_CONFLICT";
    }
    const std::uint64_t holder = HolderOf(former.uscc());
    if (!former.merged() && holder != 0 && holder != self) {
      return "FORMER_CODE_CONFLICT";
    }
  }
  return "";
}

// Nobody can be merged into what was merged into it.
bool RegistryOracle::ClosesCircle(const Content& content,
                                  std::uint64_t self) const {
  std::string code = content.uscc();
  while (!code.empty()) {
    const std::optional<FormerHolder> into = FormerHolderOf(code);
    if (!into.has_value() || !into->merged) return false;
    if (into->enterprise_no == self) return false;
    code = Newest(into->enterprise_no).content.uscc();
    for (const storage::v1::FormerCode& former : content.former_codes()) {
      if (former.merged() && former.uscc() == code) return true;
    }
  }
  return false;
}

absl::StatusOr<WriteResult> RegistryOracle::StoreEnterprise(
    const EnterpriseDraft& draft, const std::string& etag) {
  WriteResult result;
  result.findings = draft.findings;
  const auto quarantined = [&result](const std::string& rule,
                                     const std::string& suggestion) {
    WriteResult refused;
    refused.outcome = Outcome::kQuarantined;
    refused.findings = result.findings;
    refused.findings.push_back(MakeFinding(Severity::kError, rule, suggestion));
    return refused;
  };
  Identified identified = Identify(draft.content);
  if (identified.conflict.empty()) {
    identified.conflict =
        FormerCodeConflict(draft.content, identified.enterprise_no);
  }
  if (!identified.conflict.empty()) {
    return quarantined(identified.conflict, identified.suggestion);
  }
  const bool known = identified.enterprise_no != 0;
  const EnterpriseVersion* stored =
      known ? &Newest(identified.enterprise_no) : nullptr;
  if (!etag.empty()) {
    const auto meant = etags_.find(etag);
    if (!known || meant == etags_.end() ||
        meant->second != FingerprintOf(*stored)) {
      return absl::AbortedError("ETAG_MISMATCH");
    }
  }
  result.enterprise_no = identified.enterprise_no;
  EnterpriseVersion next;
  next.content = draft.content;
  next.source_id = draft.source_id;
  next.quality_flags = draft.quality_flags;
  const bool says_personal = draft.personal.has_value() &&
                             !(draft.keep_history && IsEmpty(*draft.personal));
  if (says_personal) next.personal = *draft.personal;
  if (known) {
    const bool older =
        stored->content.has_approved_on() && draft.content.has_approved_on() &&
        draft.content.approved_on() < stored->content.approved_on();
    if (draft.keep_history && older) {
      result.outcome = Outcome::kUnchanged;
      result.version_sequence = stored->sequence;
      result.findings.push_back(
          MakeFinding(Severity::kNote, "OLDER_THAN_STORED"));
      return result;
    }
    if (next.content.uscc().empty()) {
      next.content.set_uscc(stored->content.uscc());
    }
    if (draft.keep_history) KeepHistory(stored->content, &next.content);
    KeepHeldNames(*stored, &next);
    next.withheld = stored->withheld;
    next.withheld_reason = stored->withheld_reason;
    if (!says_personal) next.personal = stored->personal;
  }
  if (ClosesCircle(next.content, identified.enterprise_no)) {
    return quarantined("FORMER_CODE_CONFLICT", "");
  }
  if (known && SameMessage(stored->content, next.content) &&
      SameMessage(stored->personal, next.personal)) {
    result.outcome = Outcome::kUnchanged;
    result.version_sequence = stored->sequence;
    return result;
  }
  if (!known) result.enterprise_no = state_.enterprises.size() + 1;
  BeginChange(next);
  result.version_sequence = next.sequence;
  result.outcome = known ? Outcome::kUpdated : Outcome::kCreated;
  state_.enterprises[result.enterprise_no].push_back(
      std::make_shared<const EnterpriseVersion>(std::move(next)));
  result.pending_records = LinkInline(result.enterprise_no);
  return result;
}

absl::StatusOr<WriteAnswer> RegistryOracle::Apply(const PutEnterprise& write) {
  return Once(write.request, [&]() -> absl::StatusOr<std::vector<WriteResult>> {
    absl::StatusOr<WriteResult> result =
        StoreEnterprise(write.draft, write.etag);
    if (!result.ok()) return result.status();
    if (result->outcome != Outcome::kQuarantined) {
      return std::vector<WriteResult>{*std::move(result)};
    }
    // A put cannot be kept aside: its caller is there to be told.
    if (result->findings.back().rule == "MISSING_KEY_PART") {
      return absl::InvalidArgumentError("enterprise.uscc");
    }
    return absl::FailedPreconditionError("CODE_CONFLICT");
  });
}

absl::StatusOr<WriteAnswer> RegistryOracle::Apply(
    const WithholdEnterprise& write) {
  return Once(write.request, [&]() -> absl::StatusOr<std::vector<WriteResult>> {
    const auto found = state_.enterprises.find(write.enterprise_no);
    if (found == state_.enterprises.end()) {
      return absl::NotFoundError("item");
    }
    EnterpriseVersion next = *found->second.back();
    WriteResult result;
    result.enterprise_no = write.enterprise_no;
    result.version_sequence = next.sequence;
    const std::string reason = write.withheld ? write.reason : "";
    if (next.withheld == write.withheld && next.withheld_reason == reason) {
      result.outcome = Outcome::kUnchanged;
      return std::vector<WriteResult>{result};
    }
    next.withheld = write.withheld;
    next.withheld_reason = reason;
    BeginChange(next);
    result.version_sequence = next.sequence;
    result.outcome = Outcome::kUpdated;
    found->second.push_back(
        std::make_shared<const EnterpriseVersion>(std::move(next)));
    return std::vector<WriteResult>{result};
  });
}

}  // namespace creditreg::oracle
