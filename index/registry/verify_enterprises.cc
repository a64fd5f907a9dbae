#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/status_macros.h"
#include "index/codec/keys.h"
#include "index/lookup/identifiers.h"
#include "index/registry/verify_passes.h"
#include "index/registry/verify_relations.h"
#include "index/registry/verify_run.h"
#include "index/registry/verify_subjects.h"

namespace creditreg {
namespace {

constexpr std::size_t kUsccBytes = 18;

// Keys can be made of codes of the right length only.
bool CodesFitKeys(const storage::v1::Enterprise& content) {
  return (content.uscc().empty() || content.uscc().size() == kUsccBytes) &&
         std::all_of(content.former_codes().begin(),
                     content.former_codes().end(),
                     [](const storage::v1::FormerCode& former) {
                       return former.uscc().size() == kUsccBytes;
                     });
}

std::optional<Relation> IndexOf(const IndexRow& row) {
  constexpr struct {
    Table table;
    Relation relation;
  } kIndexes[] = {{Table::kCurrentCode, Relation::kCurrentCode},
                  {Table::kFormerCode, Relation::kFormerCode},
                  {Table::kOldNumber, Relation::kOldNumber},
                  {Table::kNameKey, Relation::kNameKey},
                  {Table::kPerson, Relation::kPersonOfEnterprise}};
  for (const auto& index : kIndexes) {
    if (absl::StartsWith(row.first, TablePrefix(index.table))) {
      return index.relation;
    }
  }
  return std::nullopt;
}

class EnterpriseVisitor {
 public:
  using Head = storage::v1::EnterpriseHead;
  using Version = storage::v1::EnterpriseVersion;
  static constexpr Table kHeadTable = Table::kEnterpriseHead;
  static constexpr Table kVersionTable = Table::kEnterpriseVersion;
  static constexpr SealedKind kSealedKind = SealedKind::kEnterprise;
  static constexpr Relation kChangeRelation = Relation::kChangeOfEnterprise;

  EnterpriseVisitor(VerifyRun& run, Relations& relations, Recount* recount)
      : run_(run), relations_(relations), counters_(recount->counters) {}

  void Enter(std::uint64_t number) {
    counters_.set_next_enterprise_no(number);
    counters_.set_enterprises(counters_.enterprises() + 1);
  }

  absl::Status Visit(std::uint64_t number, const SeenVersion<Version>& seen,
                     bool newest) {
    if (!newest) return absl::OkStatus();
    const Version& version = seen.version;
    if (version.content().status() ==
        storage::v1::REGISTRATION_STATUS_DEREGISTERED) {
      counters_.set_enterprises_deregistered(
          counters_.enterprises_deregistered() + 1);
    }
    if (!CodesFitKeys(version.content())) {
      run_.Fault(kVersionTable, "has a code of a wrong length", number);
      return absl::OkStatus();
    }
    for (const IndexRow& row :
         EnterpriseIndexRows(number, version, run_.keys().hmac)) {
      const std::optional<Relation> index = IndexOf(row);
      if (!index.has_value()) continue;
      CREDITREG_RETURN_IF_ERROR(
          relations_.Expect(*index, row.first, row.second, number));
    }
    return absl::OkStatus();
  }

  // A put leaves hidden what is hidden; hiding leaves the content.
  MadeBy Made(const Version& version, const Version* before) const {
    if (before == nullptr) {
      return version.withheld() ? MadeBy::kNothing : MadeBy::kPut;
    }
    if (Erases(version.info(), before->info())) return MadeBy::kErased;
    const bool same_content = SameContent(version.info(), before->info());
    const bool same_withheld =
        version.withheld() == before->withheld() &&
        version.withheld_reason() == before->withheld_reason();
    if (same_content == same_withheld) return MadeBy::kNothing;
    return same_content ? MadeBy::kWithheld : MadeBy::kPut;
  }
  absl::string_view Reason(MadeBy, const Version&) const { return ""; }
  std::uint64_t EnterpriseNo(std::uint64_t number, const Version&) const {
    return number;
  }

  absl::Status Leave(std::uint64_t number, const Head* head) {
    if (head == nullptr) return absl::OkStatus();
    if (head->file_sequence() < head->version_sequence() ||
        head->file_sequence() > run_.counters().sequence()) {
      run_.Fault(kHeadTable, "file_sequence is no change of its file", number);
    }
    return absl::OkStatus();
  }

 private:
  VerifyRun& run_;
  Relations& relations_;
  storage::v1::Counters& counters_;
};

}  // namespace

absl::Status CheckEnterprises(VerifyRun& run, Relations& relations,
                              Recount* recount) {
  EnterpriseVisitor visitor(run, relations, recount);
  return SubjectWalk<EnterpriseVisitor>(run, relations, visitor).Run();
}

}  // namespace creditreg
