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
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"
#include "index/codec/natural_key.h"
#include "index/lookup/identifiers.h"
#include "index/model/old_number.h"
#include "index/model/uscc.h"
#include "index/registry/names.h"
#include "index/registry/rows.h"
#include "index/registry/view.h"
#include "index/store/store.h"

namespace creditreg {
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

// Verdict for an enterprise that was found; the first that applies.
Verdict Judge(const FindAnswer& answer, bool merged) {
  const storage::v1::EnterpriseVersion& version = answer.enterprise->version;
  if (version.withheld()) return Verdict::kWithheld;
  if (merged) return Verdict::kMerged;
  if (version.content().status() ==
      storage::v1::REGISTRATION_STATUS_DEREGISTERED) {
    return Verdict::kDeregistered;
  }
  if (answer.matched_by == MatchedBy::kOldNumber ||
      answer.matched_by == MatchedBy::kFormerUscc) {
    return Verdict::kOldNumber;
  }
  if (answer.name_match == NameMatch::kFormer) return Verdict::kRenamed;
  return Verdict::kFound;
}

class Search {
 public:
  Search(const Snapshot& rows, const Key256& hmac_key, const FindQuery& query,
         std::uint64_t at)
      : rows_(rows), hmac_key_(hmac_key), query_(query), at_(at) {}

  absl::StatusOr<FindAnswer> Run() && {
    answer_.identifier = NormaliseCode(query_.identifier);
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
    answer_.nearest_codes = NearestValidCodes(answer_.identifier);
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

  // Ends the search at this enterprise, or where it was merged into.
  absl::Status Take(std::uint64_t enterprise_no) {
    CREDITREG_ASSIGN_OR_RETURN(
        std::optional<EnterpriseAt> start,
        ReadEnterpriseVersion(rows_, enterprise_no, at_));
    if (!start.has_value()) {
      // It came after `at`.
      answer_.matched_by = MatchedBy::kNothing;
      return absl::OkStatus();
    }
    CREDITREG_ASSIGN_OR_RETURN(MergeEnd end,
                               FollowMerges(rows_, *std::move(start), at_));
    const bool merged =
        end.merged || answer_.matched_by == MatchedBy::kMergedUscc;
    answer_.enterprise = std::move(end.enterprise);
    answer_.name_match =
        MatchName(answer_.enterprise->version.content(), query_.name);
    answer_.verdict = Judge(answer_, merged);
    return absl::OkStatus();
  }

  const Snapshot& rows_;
  const Key256& hmac_key_;
  const FindQuery& query_;
  const std::uint64_t at_;
  FindAnswer answer_;
};

// Code rows of the enterprise that took this one's code over; nothing where
// none did, or not yet at `at`.
absl::StatusOr<std::optional<EnterpriseAt>> Successor(
    const Snapshot& rows, const EnterpriseAt& enterprise, std::uint64_t at) {
  const std::string& code = enterprise.version.content().uscc();
  if (code.empty()) return std::optional<EnterpriseAt>();
  CREDITREG_ASSIGN_OR_RETURN(const CodeRows found, ReadCodeRows(rows, code));
  if (!found.former.has_value() || !found.former->merged() ||
      found.former->enterprise_no() == enterprise.enterprise_no) {
    return std::optional<EnterpriseAt>();
  }
  CREDITREG_ASSIGN_OR_RETURN(
      std::optional<EnterpriseAt> successor,
      ReadEnterpriseVersion(rows, found.former->enterprise_no(), at));
  if (!successor.has_value()) return successor;
  const auto& codes = successor->version.content().former_codes();
  const bool took_it_over = std::any_of(
      codes.begin(), codes.end(), [&code](const storage::v1::FormerCode& old) {
        return old.merged() && old.uscc() == code;
      });
  if (!took_it_over) return std::optional<EnterpriseAt>();
  return successor;
}

}  // namespace

absl::StatusOr<FindAnswer> FindEnterprise(const Snapshot& rows,
                                          const Key256& hmac_key,
                                          const FindQuery& query,
                                          std::uint64_t at) {
  return Search(rows, hmac_key, query, at).Run();
}

absl::StatusOr<MergeEnd> FollowMerges(const Snapshot& rows, EnterpriseAt start,
                                      std::uint64_t at) {
  MergeEnd end;
  end.enterprise = std::move(start);
  for (int step = 0; step < kMaxMergeSteps; ++step) {
    CREDITREG_ASSIGN_OR_RETURN(std::optional<EnterpriseAt> next,
                               Successor(rows, end.enterprise, at));
    if (!next.has_value()) return end;
    end.enterprise = *std::move(next);
    end.merged = true;
  }
  return absl::DataLossError("mergers: too many in a row, want at most 16");
}

absl::StatusOr<std::vector<std::uint64_t>> FilesOf(
    const Snapshot& rows, std::uint64_t enterprise_no,
    const storage::v1::Enterprise& content) {
  std::vector<std::uint64_t> files = {enterprise_no};
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
      if (files.size() > kMaxAbsorbed) return files;
      files.push_back(absorbed);
      CREDITREG_ASSIGN_OR_RETURN(EnterpriseAt next,
                                 ReadIndexed(rows, absorbed));
      to_visit.push_back(std::move(*next.version.mutable_content()));
    }
  }
  return files;
}

}  // namespace creditreg
