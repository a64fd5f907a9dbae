// Writes of records: which one is meant, whose it is, what is kept aside.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "creditreg/storage/v1/content.pb.h"
#include "index/model/draft.h"
#include "index/model/finding.h"
#include "index/registry/registry.h"
#include "index/registry/view.h"
#include "tests/oracle/keys.h"
#include "tests/oracle/registry_oracle.h"
#include "tests/oracle/state.h"

namespace creditreg::oracle {
namespace {

// Of the records that wait for an enterprise, as many are linked in its put and
// in each later piece (README.md, "Limits").
constexpr std::size_t kLinkedAtOnce = 200;
constexpr std::size_t kLinkedLater = 500;

bool IsPending(const RecordVersion& version) {
  return version.enterprise_no == 0 && !IsPerson(version.content);
}

// What the register says of the name a record came under.
std::optional<Finding> JudgeName(const storage::v1::Enterprise& known,
                                 const storage::v1::Record& record,
                                 bool led_by_merger) {
  switch (CompareName(known, record.party().name())) {
    case NameMatch::kNoName:
    case NameMatch::kCurrent:
      return std::nullopt;
    case NameMatch::kFormer:
      return MakeFinding(Severity::kWarning, "NAME_FORMER", known.name());
    case NameMatch::kDifferent:
      break;
  }
  if (record.has_complaint() || led_by_merger) {
    return MakeFinding(Severity::kWarning, "NAME_DIFFERENT", known.name());
  }
  return MakeFinding(Severity::kError, "NAME_NEVER_HELD", known.name());
}

// Rules broken without being refused: sorted, each once.
std::vector<std::string> Flags(std::vector<std::string> flags,
                               const std::optional<Finding>& finding) {
  if (finding.has_value() && finding->severity != Severity::kNote) {
    flags.push_back(finding->rule);
  }
  const std::set<std::string> sorted(flags.begin(), flags.end());
  return {sorted.begin(), sorted.end()};
}

RecordVersion VersionOf(const RecordDraft& draft) {
  RecordVersion version;
  version.content = draft.content;
  version.personal = draft.personal;
  version.quality_flags = draft.quality_flags;
  version.source_id = draft.source_id;
  return version;
}

bool SameContent(const RecordVersion& a, const RecordVersion& b) {
  return SameMessage(a.content, b.content) &&
         SameMessage(a.personal, b.personal);
}

// Whether a correction did away with this content: it stands before the newest
// correction and is not what that one says.
bool WasCorrected(const History<RecordVersion>& versions,
                  const RecordVersion& submitted) {
  for (std::size_t i = versions.size(); i-- > 0;) {
    if (versions[i]->correction_reason.empty()) continue;
    if (SameContent(*versions[i], submitted)) return false;
    for (std::size_t k = 0; k < i; ++k) {
      if (SameContent(*versions[k], submitted)) return true;
    }
    return false;
  }
  return false;
}

WriteResult KeptAside(const RecordDraft& draft, Finding reason) {
  WriteResult result;
  result.outcome = Outcome::kQuarantined;
  result.findings = draft.findings;
  result.findings.push_back(std::move(reason));
  return result;
}

}  // namespace

RegistryOracle::Link RegistryOracle::LinkByCode(
    const storage::v1::Record& record) const {
  const std::string& code = record.party().uscc();
  Link link;
  bool led_by_merger = false;
  link.enterprise_no = HolderOf(code);
  if (link.enterprise_no == 0) {
    const std::optional<FormerHolder> former = FormerHolderOf(code);
    if (!former.has_value()) return link;
    link.enterprise_no = former->enterprise_no;
    led_by_merger = former->merged;
  }
  link.finding =
      JudgeName(Newest(link.enterprise_no).content, record, led_by_merger);
  return link;
}

RegistryOracle::Link RegistryOracle::LinkByNumbers(
    const RecordVersion& version) const {
  const storage::v1::Record& record = version.content;
  std::set<std::uint64_t> sharers;
  for (const auto& [kind, value] :
       NumbersOf(record.party(), version.personal)) {
    for (const std::uint64_t no : HoldersOf(kind, value)) sharers.insert(no);
  }
  std::vector<Link> named;
  Link any;
  for (const std::uint64_t no : sharers) {
    any = {no, JudgeName(Newest(no).content, record, false)};
    const NameMatch match =
        CompareName(Newest(no).content, record.party().name());
    if (match != NameMatch::kDifferent) named.push_back(any);
  }
  if (named.size() == 1) return named[0];
  if (sharers.size() == 1) return any;
  Link none;
  if (!sharers.empty()) {
    none.finding = MakeFinding(Severity::kWarning, "PARTY_AMBIGUOUS");
  }
  return none;
}

RegistryOracle::Link RegistryOracle::LinkParty(
    const RecordVersion& version) const {
  if (IsPerson(version.content)) return Link();
  Link link = version.content.party().uscc().empty()
                  ? LinkByNumbers(version)
                  : LinkByCode(version.content);
  if (link.enterprise_no == 0 && !link.finding.has_value()) {
    link.finding = MakeFinding(Severity::kNote, "ENTERPRISE_UNKNOWN");
  }
  return link;
}

std::uint64_t RegistryOracle::PushRecord(std::uint64_t record_no,
                                         RecordVersion version) {
  BeginChange(version);
  state_.natural_keys[version.natural_key] = record_no;
  const std::uint64_t sequence = version.sequence;
  state_.records[record_no].push_back(
      std::make_shared<const RecordVersion>(std::move(version)));
  return sequence;
}

std::vector<RegistryOracle::Identifier> RegistryOracle::IdentifiersOf(
    std::uint64_t enterprise_no) const {
  const EnterpriseVersion& enterprise = Newest(enterprise_no);
  std::vector<Identifier> identifiers;
  if (!enterprise.content.uscc().empty()) {
    identifiers.emplace_back(0, enterprise.content.uscc());
  }
  for (const storage::v1::FormerCode& former :
       enterprise.content.former_codes()) {
    identifiers.emplace_back(0, former.uscc());
  }
  for (const auto& [kind, value] :
       NumbersOf(enterprise.content, enterprise.personal)) {
    identifiers.emplace_back(kind, value);
  }
  return identifiers;
}

std::vector<std::uint64_t> RegistryOracle::WaitingUnder(
    const Identifier& identifier, std::uint64_t after) const {
  const auto& [kind, value] = identifier;
  std::vector<std::uint64_t> waiting;
  for (auto it = state_.records.upper_bound(after); it != state_.records.end();
       ++it) {
    const RecordVersion& stored = *it->second.back();
    const storage::v1::Party& party = stored.content.party();
    if (!IsPending(stored)) continue;
    if (kind == 0) {
      if (party.uscc() == value) waiting.push_back(it->first);
      continue;
    }
    if (!party.uscc().empty()) continue;
    const std::vector<Number> numbers = NumbersOf(party, stored.personal);
    const Number wanted(static_cast<storage::v1::OldNumberKind>(kind), value);
    if (std::find(numbers.begin(), numbers.end(), wanted) != numbers.end()) {
      waiting.push_back(it->first);
    }
  }
  return waiting;
}

bool RegistryOracle::LinkSome(std::size_t limit, LinkPass& pass,
                              std::uint64_t& linked) {
  const std::vector<Identifier> identifiers = IdentifiersOf(pass.enterprise_no);
  for (; pass.identifier < identifiers.size(); ++pass.identifier) {
    for (const std::uint64_t no :
         WaitingUnder(identifiers[pass.identifier], pass.after_record)) {
      if (limit == 0) return false;
      --limit;
      pass.after_record = no;
      const RecordVersion& stored = NewestRecord(no);
      const Link link = LinkParty(stored);
      if (link.enterprise_no == 0) continue;
      RecordVersion next = stored;
      next.enterprise_no = link.enterprise_no;
      // Its party is not ambiguous any more.
      std::erase(next.quality_flags, "PARTY_AMBIGUOUS");
      next.quality_flags = Flags(next.quality_flags, link.finding);
      PushRecord(no, std::move(next));
      ++linked;
    }
    // Also where it was the last: a piece that is full ends.
    if (limit == 0) return false;
    pass.after_record = 0;
  }
  return true;
}

std::uint64_t RegistryOracle::LinkInline(std::uint64_t enterprise_no) {
  // One that waits under several identifiers counts for each.
  std::uint64_t waiting = 0;
  for (const Identifier& identifier : IdentifiersOf(enterprise_no)) {
    waiting += WaitingUnder(identifier, 0).size();
  }
  LinkPass pass;
  pass.enterprise_no = enterprise_no;
  std::uint64_t linked = 0;
  // Those that may be somebody else's as well go on waiting.
  if (LinkSome(kLinkedAtOnce, pass, linked)) return linked;
  // The later pieces begin anew.
  pass.identifier = 0;
  pass.after_record = 0;
  state_.link_passes.push_back(pass);
  return std::min(waiting, Registry::kMaxPendingCount);
}

bool RegistryOracle::LinkPiece() {
  if (state_.link_passes.empty()) return false;
  LinkPass pass = state_.link_passes.front();
  state_.link_passes.pop_front();
  std::uint64_t linked = 0;
  if (!LinkSome(kLinkedLater, pass, linked)) {
    state_.link_passes.push_back(pass);
  }
  return true;
}

WriteResult RegistryOracle::StoreRecord(const RecordDraft& draft) {
  const NaturalKey key = KeyOf(draft.content, draft.personal);
  if (key.key.empty()) {
    return KeptAside(draft, MakeFinding(Severity::kError, "MISSING_KEY_PART"));
  }
  WriteResult result;
  result.findings = draft.findings;
  RecordVersion next = VersionOf(draft);
  next.natural_key = key.key;
  const auto known = state_.natural_keys.find(key.key);
  if (known != state_.natural_keys.end()) {
    const RecordVersion& stored = NewestRecord(known->second);
    result.record_no = known->second;
    result.enterprise_no = stored.enterprise_no;
    result.version_sequence = stored.sequence;
    result.outcome = Outcome::kUnchanged;
    if (SameContent(stored, next)) return result;
    if (stored.withdrawn) {
      return KeptAside(draft,
                       MakeFinding(Severity::kError, "RECORD_WITHDRAWN"));
    }
    if (WasCorrected(state_.records.at(known->second), next)) {
      result.findings.push_back(MakeFinding(Severity::kNote, "CORRECTED"));
      return result;
    }
    if (stored.natural_key != key.key) {
      return KeptAside(draft, MakeFinding(Severity::kError, "KEY_CORRECTED"));
    }
  }
  const Link link = LinkParty(next);
  if (link.finding.has_value()) {
    if (link.finding->severity == Severity::kError) {
      return KeptAside(draft, *link.finding);
    }
    result.findings.push_back(*link.finding);
  }
  next.enterprise_no = link.enterprise_no;
  next.quality_flags = Flags(draft.quality_flags, link.finding);
  const bool is_new = known == state_.natural_keys.end();
  result.outcome = is_new ? Outcome::kCreated : Outcome::kUpdated;
  if (IsPending(next)) result.outcome = Outcome::kPending;
  result.record_no = is_new ? state_.records.size() + 1 : known->second;
  result.enterprise_no = link.enterprise_no;
  result.version_sequence = PushRecord(result.record_no, std::move(next));
  return result;
}

void RegistryOracle::Quarantine(Quarantined row) {
  for (const Quarantined& kept : state_.quarantine) {
    if (kept.source_id == row.source_id && kept.format == row.format &&
        kept.raw == row.raw) {
      return;
    }
  }
  VersionBase stamp;
  BeginChange(stamp);
  row.received_us = stamp.recorded_us;
  state_.quarantine.push_back(std::move(row));
}

absl::StatusOr<WriteAnswer> RegistryOracle::Apply(const SubmitRecords& write) {
  return Once(write.request, [&]() -> absl::StatusOr<std::vector<WriteResult>> {
    std::vector<WriteResult> results;
    for (const auto& record : write.records) {
      WriteResult result;
      if (const auto* refused = std::get_if<std::vector<Finding>>(&record)) {
        result.outcome = Outcome::kRejected;
        result.findings = *refused;
      } else {
        const auto& draft = std::get<RecordDraft>(record);
        result = StoreRecord(draft);
        if (result.outcome == Outcome::kQuarantined) {
          Quarantined row;
          row.source_id = draft.source_id;
          row.raw = absl::StrCat(draft.content.SerializeAsString(), "\n",
                                 draft.personal.SerializeAsString());
          row.findings = result.findings;
          row.request_id = write.request.request_id;
          Quarantine(std::move(row));
        }
      }
      results.push_back(std::move(result));
    }
    return results;
  });
}

absl::StatusOr<WriteResult> RegistryOracle::Correct(
    const CorrectRecord& write) {
  const auto found = state_.records.find(write.record_no);
  if (found == state_.records.end()) return absl::NotFoundError("record_id");
  const RecordVersion& stored = *found->second.back();
  if (!write.etag.empty()) {
    const auto meant = etags_.find(write.etag);
    if (meant == etags_.end() || meant->second != FingerprintOf(stored)) {
      return absl::AbortedError("ETAG_MISMATCH");
    }
  }
  if (stored.withdrawn) return absl::FailedPreconditionError("WITHDRAWN");
  RecordVersion next = VersionOf(write.draft);
  if (!write.has_personal) {
    // The stored ones stay; texts cut out of the content are the new ones.
    next.personal = stored.personal;
    next.personal.clear_originals();
    next.personal.MergeFrom(write.draft.personal);
  }
  const NaturalKey key = KeyOf(next.content, next.personal);
  if (key.key.empty()) return absl::InvalidArgumentError(key.missing);
  const auto holder = state_.natural_keys.find(key.key);
  if (holder != state_.natural_keys.end() &&
      holder->second != write.record_no) {
    return absl::AlreadyExistsError("KEY_TAKEN");
  }
  WriteResult result;
  result.record_no = write.record_no;
  result.findings = write.draft.findings;
  if (SameContent(stored, next)) {
    result.outcome = Outcome::kUnchanged;
    result.enterprise_no = stored.enterprise_no;
    result.version_sequence = stored.sequence;
    return result;
  }
  const Link link = LinkParty(next);
  if (link.finding.has_value()) {
    if (link.finding->severity == Severity::kError) {
      return absl::FailedPreconditionError("NAME_NEVER_HELD");
    }
    result.findings.push_back(*link.finding);
  }
  next.natural_key = key.key;
  next.enterprise_no = link.enterprise_no;
  next.correction_reason = write.reason;
  next.quality_flags = Flags(write.draft.quality_flags, link.finding);
  result.outcome = Outcome::kUpdated;
  result.enterprise_no = link.enterprise_no;
  result.version_sequence = PushRecord(write.record_no, std::move(next));
  return result;
}

absl::StatusOr<WriteAnswer> RegistryOracle::Apply(const CorrectRecord& write) {
  return Once(write.request, [&]() -> absl::StatusOr<std::vector<WriteResult>> {
    absl::StatusOr<WriteResult> result = Correct(write);
    if (!result.ok()) return result.status();
    return std::vector<WriteResult>{*std::move(result)};
  });
}

absl::StatusOr<WriteAnswer> RegistryOracle::Apply(const WithdrawRecord& write) {
  return Once(write.request, [&]() -> absl::StatusOr<std::vector<WriteResult>> {
    const auto found = state_.records.find(write.record_no);
    if (found == state_.records.end()) {
      return absl::NotFoundError("record_id");
    }
    RecordVersion next = *found->second.back();
    WriteResult result;
    result.record_no = write.record_no;
    result.enterprise_no = next.enterprise_no;
    result.version_sequence = next.sequence;
    result.outcome = Outcome::kUnchanged;
    // Whatever the etag: the caller has what it wants.
    if (next.withdrawn) return std::vector<WriteResult>{result};
    if (!write.etag.empty()) {
      const auto meant = etags_.find(write.etag);
      if (meant == etags_.end() || meant->second != FingerprintOf(next)) {
        return absl::AbortedError("ETAG_MISMATCH");
      }
    }
    next.withdrawn = true;
    next.withdrawn_reason = write.reason;
    result.outcome = Outcome::kUpdated;
    result.version_sequence = PushRecord(write.record_no, std::move(next));
    return std::vector<WriteResult>{result};
  });
}

}  // namespace creditreg::oracle
