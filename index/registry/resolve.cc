#include "index/registry/resolve.h"

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
#include "absl/types/span.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/codec/natural_key.h"
#include "index/codec/value.h"
#include "index/lookup/identifiers.h"
#include "index/model/old_number.h"
#include "index/model/personal_numbers.h"
#include "index/model/uscc.h"
#include "index/model/utf8.h"
#include "index/registry/names.h"
#include "index/registry/rows.h"
#include "index/registry/view.h"
#include "index/store/store.h"

namespace creditreg {
namespace {

absl::StatusOr<EnterpriseAt> ReadIndexed(const Snapshot& rows,
                                         std::uint64_t enterprise_no) {
  CREDITREG_ASSIGN_OR_RETURN(std::optional<EnterpriseAt> found,
                             ReadEnterpriseVersion(rows, enterprise_no, 0));
  if (!found.has_value()) {
    return absl::DataLossError(
        "enterprise: missing, want one where an index row leads to it");
  }
  return *std::move(found);
}

// Codes tried for one bad one: more than one slip leads to.
constexpr std::size_t kMaxSlips = 64;

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

// Verdict for an enterprise that was found; the first that applies.
Verdict Judge(bool withheld, bool merged,
              storage::v1::RegistrationStatus status, MatchedBy matched_by,
              NameMatch name_match) {
  if (withheld) return Verdict::kWithheld;
  if (merged) return Verdict::kMerged;
  if (status == storage::v1::REGISTRATION_STATUS_DEREGISTERED) {
    return Verdict::kDeregistered;
  }
  if (matched_by == MatchedBy::kOldNumber ||
      matched_by == MatchedBy::kFormerUscc) {
    return Verdict::kOldNumber;
  }
  if (name_match == NameMatch::kFormer) return Verdict::kRenamed;
  return Verdict::kFound;
}

// Fills in what follows from the enterprise found.
void Conclude(EnterpriseAt enterprise, bool merged, const FindQuery& query,
              FindAnswer* answer) {
  answer->enterprise = std::move(enterprise);
  answer->name_match =
      MatchName(answer->enterprise->version.content(), query.name);
  const storage::v1::EnterpriseVersion& version = answer->enterprise->version;
  answer->verdict =
      Judge(version.withheld(), merged, version.content().status(),
            answer->matched_by, answer->name_match);
}

class Search {
 public:
  Search(const Snapshot& rows, const Key256& hmac_key, const FindQuery& query,
         std::uint64_t at)
      : rows_(rows), hmac_key_(hmac_key), query_(query), at_(at) {}

  absl::StatusOr<FindAnswer> Run() && {
    if (query_.identifier.size() <= kMaxIdentifierBytes) {
      answer_.identifier = NormaliseCode(query_.identifier);
    }
    if (query_.identifier.size() > kMaxIdentifierBytes ||
        CharCount(answer_.identifier) > kMaxIdentifierChars) {
      // Not worth repeating either.
      answer_.identifier.clear();
      answer_.verdict = Verdict::kBadCode;
      answer_.code_check.error = CodeError::kBadLength;
      return std::move(answer_);
    }
    if (query_.kind.has_value()) {
      CREDITREG_RETURN_IF_ERROR(ByOldNumber({*query_.kind}));
      return std::move(answer_);
    }
    answer_.code_check = CheckCode(answer_.identifier);
    switch (answer_.code_check.error) {
      case CodeError::kPlaceholder:
        answer_.verdict = Verdict::kPlaceholder;
        break;
      case CodeError::kNone:
        CREDITREG_RETURN_IF_ERROR(ByCode());
        break;
      case CodeError::kBadLength:
      case CodeError::kInvalidChar:
      case CodeError::kBadFinalCheck:
        CREDITREG_RETURN_IF_ERROR(ByNumberOrBadCode());
        break;
    }
    return std::move(answer_);
  }

 private:
  absl::Status ByCode() {
    CREDITREG_ASSIGN_OR_RETURN(const CodeRows code,
                               ReadCodeRows(rows_, answer_.identifier));
    if (code.former.has_value() && code.former->merged()) {
      answer_.matched_by = MatchedBy::kMergedUscc;
      return Take(code.former->enterprise_no());
    }
    if (code.current.has_value()) {
      answer_.matched_by = MatchedBy::kUscc;
      return Take(code.current->enterprise_no());
    }
    if (code.former.has_value()) {
      answer_.matched_by = MatchedBy::kFormerUscc;
      return Take(code.former->enterprise_no());
    }
    return absl::OkStatus();
  }

  // Not a code: an old number, if anybody has it or it has the form of one.
  absl::Status ByNumberOrBadCode() {
    const CodeCheck check = answer_.code_check;
    CREDITREG_RETURN_IF_ERROR(
        ByOldNumber({std::begin(kAllKinds), std::end(kAllKinds)}));
    if (answer_.verdict != Verdict::kNotFound) return absl::OkStatus();
    if (GuessOldNumberKind(answer_.identifier).has_value()) {
      return absl::OkStatus();
    }
    answer_.verdict = Verdict::kBadCode;
    answer_.code_check = check;
    // Somebody's ID typed in place of a code: what is near it is somebody's
    // too.
    if (ResidentIdOk(answer_.identifier)) return absl::OkStatus();
    return FindNearest();
  }

  absl::Status FindNearest() {
    std::vector<std::string> keys;
    for (const std::string& code :
         NearestValidCodes(answer_.identifier, kMaxSlips)) {
      keys.push_back(CurrentCodeKey(code));
    }
    CREDITREG_ASSIGN_OR_RETURN(const auto values, rows_.MultiGet(keys));
    for (const std::optional<std::string>& value : values) {
      if (!value.has_value()) continue;
      if (answer_.nearest.size() == kMaxNearest) break;
      CREDITREG_ASSIGN_OR_RETURN(
          const auto row, DecodeValue<storage::v1::CurrentCodeRow>(*value));
      CREDITREG_ASSIGN_OR_RETURN(
          std::optional<EnterpriseAt> near,
          ReadEnterpriseVersion(rows_, row.enterprise_no(), at_));
      if (near.has_value()) answer_.nearest.push_back(*std::move(near));
    }
    return absl::OkStatus();
  }

  absl::Status ByOldNumber(const std::vector<OldNumberKind>& kinds) {
    std::vector<std::uint64_t> numbers;
    bool named_something = false;
    for (const OldNumberKind kind : kinds) {
      const absl::StatusOr<OldNumber> number =
          NormaliseOldNumber(kind, query_.identifier);
      // Words and fillers for "none" are no number of any kind.
      if (!number.ok()) continue;
      named_something = true;
      if (kinds.size() == 1) answer_.identifier = number->value;
      storage::v1::OldNumber stored;
      stored.set_kind(static_cast<storage::v1::OldNumberKind>(kind));
      stored.set_value(number->value);
      CREDITREG_ASSIGN_OR_RETURN(
          const std::vector<std::uint64_t> found,
          ReadOldNumber(rows_, static_cast<std::uint8_t>(kind),
                        OldNumberIndexValue(stored, hmac_key_),
                        kMaxCandidates + 1));
      numbers.insert(numbers.end(), found.begin(), found.end());
    }
    answer_.code_check = CodeCheck();
    if (!named_something) {
      answer_.verdict = Verdict::kPlaceholder;
      return absl::OkStatus();
    }
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    return TakeOneOf(numbers);
  }

  absl::Status TakeOneOf(const std::vector<std::uint64_t>& numbers) {
    if (numbers.empty()) return absl::OkStatus();
    answer_.matched_by = MatchedBy::kOldNumber;
    if (numbers.size() == 1) return Take(numbers[0]);
    answer_.verdict = Verdict::kAmbiguous;
    for (const std::uint64_t number : numbers) {
      if (answer_.candidates.size() == kMaxCandidates) break;
      CREDITREG_ASSIGN_OR_RETURN(std::optional<EnterpriseAt> candidate,
                                 ReadEnterpriseVersion(rows_, number, at_));
      if (candidate.has_value()) {
        answer_.candidates.push_back(*std::move(candidate));
      }
    }
    return absl::OkStatus();
  }

  // Ends the search at this enterprise, or where it was merged into: today's
  // way, and what stands at its end as it was at `at`.
  absl::Status Take(std::uint64_t enterprise_no) {
    MergeEnd end;
    CREDITREG_ASSIGN_OR_RETURN(end.enterprise,
                               ReadIndexed(rows_, enterprise_no));
    // Found by the code it has now, which the rows just read say nobody took
    // over: the end of any chain.
    if (answer_.matched_by != MatchedBy::kUscc) {
      CREDITREG_ASSIGN_OR_RETURN(
          end, FollowMerges(rows_, std::move(end.enterprise)));
    }
    if (end.enterprise.sequence > at_) {
      CREDITREG_ASSIGN_OR_RETURN(
          std::optional<EnterpriseAt> then,
          ReadEnterpriseVersion(rows_, end.enterprise.enterprise_no, at_));
      if (!then.has_value()) {
        // It came after `at`.
        answer_.matched_by = MatchedBy::kNothing;
        return absl::OkStatus();
      }
      end.enterprise = *std::move(then);
    }
    Conclude(std::move(end.enterprise),
             end.merged || answer_.matched_by == MatchedBy::kMergedUscc, query_,
             &answer_);
    return absl::OkStatus();
  }

  const Snapshot& rows_;
  const Key256& hmac_key_;
  const FindQuery& query_;
  const std::uint64_t at_;
  FindAnswer answer_;
};

// The enterprise that took this one's code over; nothing where none did.
absl::StatusOr<std::optional<EnterpriseAt>> Successor(
    const Snapshot& rows, const EnterpriseAt& enterprise) {
  const std::string& code = enterprise.version.content().uscc();
  if (code.empty()) return std::optional<EnterpriseAt>();
  CREDITREG_ASSIGN_OR_RETURN(const CodeRows found, ReadCodeRows(rows, code));
  if (!found.former.has_value() || !found.former->merged() ||
      found.former->enterprise_no() == enterprise.enterprise_no) {
    return std::optional<EnterpriseAt>();
  }
  CREDITREG_ASSIGN_OR_RETURN(EnterpriseAt successor,
                             ReadIndexed(rows, found.former->enterprise_no()));
  return std::optional<EnterpriseAt>(std::move(successor));
}

}  // namespace

absl::StatusOr<FindAnswer> FindEnterprise(const Snapshot& rows,
                                          const Key256& hmac_key,
                                          const FindQuery& query,
                                          std::uint64_t at) {
  return Search(rows, hmac_key, query, at).Run();
}

namespace {

// One of many look-ups: by a code that is somebody's today and was not taken
// over, as nearly all are.
struct PlainLookup {
  std::size_t index = 0;
  std::uint64_t enterprise_no = 0;
  storage::v1::EnterpriseHead head;
};

absl::Status MissingRow() {
  return absl::DataLossError(
      "enterprise: row missing, want one where an index row leads to it");
}

// Whether it may be a plain one by its form: the code and what its check says.
std::optional<CodeCheck> PlainCode(const FindQuery& query, std::string* code) {
  if (query.kind.has_value() || query.identifier.size() > kMaxIdentifierBytes) {
    return std::nullopt;
  }
  *code = NormaliseCode(query.identifier);
  CodeCheck check = CheckCode(*code);
  if (check.error != CodeError::kNone) return std::nullopt;
  return check;
}

// Who has the codes of the plain ones among `queries`; `with_names`: also of
// those that compare a name.
absl::StatusOr<std::vector<std::optional<CodeHolder>>> ReadHolders(
    const Snapshot& rows, absl::Span<const FindQuery> queries,
    bool with_names) {
  std::vector<std::optional<CodeHolder>> holders(queries.size());
  std::vector<std::string> keys;
  keys.reserve(2 * queries.size());
  for (std::size_t i = 0; i < queries.size(); ++i) {
    if (!with_names && !queries[i].name.empty()) continue;
    std::string code;
    const std::optional<CodeCheck> check = PlainCode(queries[i], &code);
    if (!check.has_value()) continue;
    keys.push_back(CurrentCodeKey(code));
    keys.push_back(FormerCodeKey(code));
    CodeHolder& holder = holders[i].emplace();
    holder.identifier = std::move(code);
    holder.code_check = *check;
  }
  CREDITREG_ASSIGN_OR_RETURN(const auto values, rows.MultiGet(keys));
  std::size_t k = 0;
  for (std::optional<CodeHolder>& holder : holders) {
    if (!holder.has_value()) continue;
    const auto& current = values[k++];
    const auto& former = values[k++];
    if (!current.has_value() || former.has_value()) {
      holder.reset();
      continue;
    }
    CREDITREG_RETURN_IF_ERROR(DecodeValueInto(*current, &holder->row));
  }
  return holders;
}

// The plain ones among `queries`; their answers get what is known so far.
absl::StatusOr<std::vector<PlainLookup>> FindPlain(
    const Snapshot& rows, absl::Span<const FindQuery> queries,
    std::vector<std::optional<FindAnswer>>* answers) {
  CREDITREG_ASSIGN_OR_RETURN(auto holders,
                             ReadHolders(rows, queries, /*with_names=*/true));
  std::vector<PlainLookup> plain;
  for (std::size_t i = 0; i < holders.size(); ++i) {
    if (!holders[i].has_value()) continue;
    FindAnswer& answer = (*answers)[i].emplace();
    answer.identifier = std::move(holders[i]->identifier);
    answer.code_check = holders[i]->code_check;
    answer.matched_by = MatchedBy::kUscc;
    plain.push_back({i, holders[i]->row.enterprise_no(), {}});
  }
  return plain;
}

// Reads the current versions and concludes.
absl::Status ReadPlain(const Snapshot& rows,
                       absl::Span<const FindQuery> queries,
                       std::vector<PlainLookup> plain,
                       std::vector<std::optional<FindAnswer>>* answers) {
  std::vector<std::string> keys;
  keys.reserve(plain.size());
  for (const PlainLookup& lookup : plain) {
    keys.push_back(EnterpriseHeadKey(lookup.enterprise_no));
  }
  CREDITREG_ASSIGN_OR_RETURN(const auto heads, rows.MultiGet(keys));
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (!heads[i].has_value()) return MissingRow();
    CREDITREG_RETURN_IF_ERROR(DecodeValueInto(*heads[i], &plain[i].head));
    keys[i] = EnterpriseVersionKey(plain[i].enterprise_no,
                                   plain[i].head.version_sequence());
  }
  CREDITREG_ASSIGN_OR_RETURN(const auto versions, rows.MultiGet(keys));
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (!versions[i].has_value()) return MissingRow();
    EnterpriseAt enterprise;
    enterprise.enterprise_no = plain[i].enterprise_no;
    enterprise.sequence = plain[i].head.version_sequence();
    enterprise.head = std::move(plain[i].head);
    CREDITREG_RETURN_IF_ERROR(
        DecodeValueInto(*versions[i], &enterprise.version));
    const std::size_t place = plain[i].index;
    Conclude(std::move(enterprise), /*merged=*/false, queries[place],
             &*(*answers)[place]);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<FindAnswer>> FindEnterprises(
    const Snapshot& rows, const Key256& hmac_key,
    absl::Span<const FindQuery> queries, std::uint64_t at) {
  std::vector<std::optional<FindAnswer>> found(queries.size());
  CREDITREG_ASSIGN_OR_RETURN(std::vector<PlainLookup> plain,
                             FindPlain(rows, queries, &found));
  CREDITREG_RETURN_IF_ERROR(ReadPlain(rows, queries, std::move(plain), &found));
  std::vector<FindAnswer> answers;
  answers.reserve(queries.size());
  for (std::size_t i = 0; i < queries.size(); ++i) {
    if (found[i].has_value()) {
      answers.push_back(*std::move(found[i]));
      continue;
    }
    CREDITREG_ASSIGN_OR_RETURN(FindAnswer answer,
                               FindEnterprise(rows, hmac_key, queries[i], at));
    answers.push_back(std::move(answer));
  }
  return answers;
}

namespace {

// Reads the heads of the holders found. Who absorbed others is no longer one.
absl::Status AddHeads(const Snapshot& rows,
                      std::vector<std::optional<CodeHolder>>* holders) {
  std::vector<std::string> keys;
  std::vector<CodeHolder*> owners;
  for (std::optional<CodeHolder>& holder : *holders) {
    if (!holder.has_value()) continue;
    if (holder->row.has_absorbed()) {
      holder.reset();
      continue;
    }
    keys.push_back(EnterpriseHeadKey(holder->row.enterprise_no()));
    owners.push_back(&*holder);
  }
  CREDITREG_ASSIGN_OR_RETURN(const auto heads, rows.MultiGet(keys));
  for (std::size_t i = 0; i < owners.size(); ++i) {
    if (!heads[i].has_value()) return MissingRow();
    CREDITREG_RETURN_IF_ERROR(
        DecodeValueInto(*heads[i], &owners[i]->head.emplace()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::optional<CodeHolder>>> FindCodeHolders(
    const Snapshot& rows, absl::Span<const FindQuery> queries,
    bool with_heads) {
  // What a name matches takes the version to say.
  CREDITREG_ASSIGN_OR_RETURN(auto holders,
                             ReadHolders(rows, queries, /*with_names=*/false));
  for (std::optional<CodeHolder>& holder : holders) {
    if (!holder.has_value()) continue;
    holder->verdict =
        Judge(holder->row.withheld(), /*merged=*/false, holder->row.status(),
              MatchedBy::kUscc, NameMatch::kNoName);
  }
  if (with_heads) CREDITREG_RETURN_IF_ERROR(AddHeads(rows, &holders));
  return holders;
}

absl::StatusOr<MergeEnd> FollowMerges(const Snapshot& rows,
                                      EnterpriseAt start) {
  MergeEnd end;
  end.enterprise = std::move(start);
  for (int step = 0; step < kMaxMergeSteps; ++step) {
    CREDITREG_ASSIGN_OR_RETURN(std::optional<EnterpriseAt> next,
                               Successor(rows, end.enterprise));
    if (!next.has_value()) return end;
    end.enterprise = *std::move(next);
    end.merged = true;
  }
  return absl::DataLossError("mergers: too many in a row, want at most 16");
}

absl::StatusOr<std::vector<std::uint64_t>> FilesOf(
    const Snapshot& rows, std::uint64_t enterprise_no,
    const storage::v1::Enterprise& content, std::uint64_t at) {
  std::vector<std::uint64_t> files = {enterprise_no};
  // As nearly all.
  if (!HasAbsorbed(content)) return files;
  std::vector<storage::v1::Enterprise> to_visit = {content};
  while (!to_visit.empty()) {
    const storage::v1::Enterprise visited = std::move(to_visit.back());
    to_visit.pop_back();
    for (const storage::v1::FormerCode& former : visited.former_codes()) {
      if (!former.merged()) continue;
      CREDITREG_ASSIGN_OR_RETURN(const CodeRows code,
                                 ReadCodeRows(rows, former.uscc()));
      if (!code.current.has_value()) continue;
      const std::uint64_t absorbed = code.current->enterprise_no();
      if (std::find(files.begin(), files.end(), absorbed) != files.end()) {
        continue;
      }
      if (files.size() > kMaxAbsorbed) {
        return absl::DataLossError(
            "mergers: too many into one, want at most 64");
      }
      files.push_back(absorbed);
      CREDITREG_ASSIGN_OR_RETURN(std::optional<EnterpriseAt> next,
                                 ReadEnterpriseVersion(rows, absorbed, at));
      // One that came after `at` had absorbed nobody then.
      if (!next.has_value()) continue;
      to_visit.push_back(std::move(*next->version.mutable_content()));
    }
  }
  return files;
}

}  // namespace creditreg
