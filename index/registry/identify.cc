#include "index/registry/identify.h"

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
#include "index/model/finding.h"
#include "index/registry/names.h"
#include "index/registry/rows.h"
#include "index/registry/view.h"
#include "index/store/store.h"

namespace creditreg {
namespace {

// Enterprises looked at under one number or name key.
constexpr std::size_t kMaxSharers = 100;

Finding Conflict(absl::string_view field, absl::string_view rule,
                 absl::string_view message, absl::string_view suggestion) {
  return {Severity::kError, std::string(field), std::string(rule),
          std::string(message), std::string(suggestion)};
}

bool HasName(const storage::v1::Enterprise& known,
             const storage::v1::Enterprise& given) {
  const NameMatch match = MatchName(known, given.name());
  return match == NameMatch::kCurrent || match == NameMatch::kFormer;
}

bool DaysDiffer(const storage::v1::Enterprise& a,
                const storage::v1::Enterprise& b) {
  return a.has_established_on() && b.has_established_on() &&
         a.established_on() != b.established_on();
}

// Name and day both say that it is somebody else. The new name may also know
// the old one as former.
bool IsSomebodyElse(const storage::v1::Enterprise& known,
                    const storage::v1::Enterprise& given) {
  return DaysDiffer(known, given) && !HasName(known, given) &&
         !HasName(given, known);
}

class Identification {
 public:
  Identification(const Snapshot& rows, const storage::v1::Enterprise& content,
                 const Key256& hmac_key)
      : rows_(rows), content_(content), hmac_key_(hmac_key) {}

  absl::StatusOr<Identified> Run() && {
    CREDITREG_RETURN_IF_ERROR(FindExisting());
    if (!found_.conflict.has_value()) {
      CREDITREG_RETURN_IF_ERROR(CheckFormerCodes());
    }
    return std::move(found_);
  }

 private:
  bool done() const {
    return found_.existing.has_value() || found_.conflict.has_value();
  }

  absl::Status FindExisting() {
    if (!content_.uscc().empty()) {
      CREDITREG_RETURN_IF_ERROR(ByCode());
      if (!done()) CREDITREG_RETURN_IF_ERROR(ByReplacedCode());
    }
    if (!done()) CREDITREG_RETURN_IF_ERROR(ByOldNumber());
    const std::optional<std::string> name_key =
        EnterpriseNameKey(content_, hmac_key_);
    if (!done() && name_key.has_value()) {
      CREDITREG_RETURN_IF_ERROR(ByNameKey(*name_key));
    }
    if (done() || !content_.uscc().empty()) return absl::OkStatus();
    if (several_) {
      // One more enterprise would be one more each time the row comes.
      found_.conflict =
          Conflict("enterprise.uscc", "ENTERPRISE_AMBIGUOUS",
                   "没有有效代码，旧号码或名称同时对应多个主体，无法区分", "");
    } else if (content_.old_numbers().empty() && !name_key.has_value()) {
      found_.conflict =
          Conflict("enterprise.uscc", "MISSING_KEY_PART",
                   "没有有效代码和旧号码，登记机关（或行政区划）、名称、"
                   "成立日期也不齐全，无法唯一识别",
                   "");
    }
    return absl::OkStatus();
  }

  absl::Status ByCode() {
    CREDITREG_ASSIGN_OR_RETURN(const CodeRows code,
                               ReadCodeRows(rows_, content_.uscc()));
    if (code.current.has_value()) {
      CREDITREG_ASSIGN_OR_RETURN(found_.existing,
                                 Read(code.current->enterprise_no()));
      if (IsSomebodyElse(found_.existing->version.content(), content_)) {
        found_.existing.reset();
        found_.conflict =
            Conflict("enterprise.uscc", "CODE_CONFLICT",
                     "该代码已登记给另一主体，名称和成立日期均不相同", "");
      }
      return absl::OkStatus();
    }
    // A code taken over by a merger may still arrive as an enterprise of its
    // own: its file is kept and shown with the successor's.
    if (code.former.has_value() && !code.former->merged()) {
      CREDITREG_ASSIGN_OR_RETURN(const EnterpriseAt holder,
                                 Read(code.former->enterprise_no()));
      found_.conflict = Conflict("enterprise.uscc", "CODE_REPLACED",
                                 "该代码已换发，请使用现代码",
                                 holder.version.content().uscc());
    }
    return absl::OkStatus();
  }

  absl::Status ByReplacedCode() {
    for (const storage::v1::FormerCode& former : content_.former_codes()) {
      if (former.merged()) continue;
      CREDITREG_ASSIGN_OR_RETURN(const CodeRows code,
                                 ReadCodeRows(rows_, former.uscc()));
      if (!code.current.has_value()) continue;
      CREDITREG_ASSIGN_OR_RETURN(EnterpriseAt holder,
                                 Read(code.current->enterprise_no()));
      if (IsSomebodyElse(holder.version.content(), content_)) continue;
      found_.existing = std::move(holder);
      return absl::OkStatus();
    }
    return absl::OkStatus();
  }

  absl::Status ByOldNumber() {
    std::vector<std::uint64_t> sharers;
    for (const storage::v1::OldNumber& number : content_.old_numbers()) {
      CREDITREG_ASSIGN_OR_RETURN(
          const std::vector<std::uint64_t> found,
          ReadOldNumber(rows_, static_cast<std::uint8_t>(number.kind()),
                        OldNumberIndexValue(number, hmac_key_), kMaxSharers));
      sharers.insert(sharers.end(), found.begin(), found.end());
    }
    return TakeOnly(sharers);
  }

  absl::Status ByNameKey(const std::string& name_key) {
    CREDITREG_ASSIGN_OR_RETURN(const std::vector<std::uint64_t> sharers,
                               ReadNameKey(rows_, name_key, kMaxSharers));
    return TakeOnly(sharers);
  }

  // Takes the one enterprise among them that this can be: numbers were shared
  // and re-issued, so the name has to agree, and two codes are two enterprises.
  absl::Status TakeOnly(const std::vector<std::uint64_t>& numbers) {
    std::optional<EnterpriseAt> only;
    for (const std::uint64_t number : numbers) {
      if (only.has_value() && only->enterprise_no == number) continue;
      CREDITREG_ASSIGN_OR_RETURN(EnterpriseAt candidate, Read(number));
      const storage::v1::Enterprise& known = candidate.version.content();
      if (!content_.uscc().empty() && !known.uscc().empty()) continue;
      if (!HasName(known, content_) && !HasName(content_, known)) continue;
      if (only.has_value()) {
        several_ = true;
        return absl::OkStatus();
      }
      only = std::move(candidate);
    }
    found_.existing = std::move(only);
    return absl::OkStatus();
  }

  // A code leads to one successor only, and is replaced by its holder only.
  absl::Status CheckFormerCodes() {
    const std::uint64_t self =
        found_.existing.has_value() ? found_.existing->enterprise_no : 0;
    for (const storage::v1::FormerCode& former : content_.former_codes()) {
      CREDITREG_ASSIGN_OR_RETURN(const CodeRows code,
                                 ReadCodeRows(rows_, former.uscc()));
      const bool taken =
          code.former.has_value() && code.former->enterprise_no() != self;
      const bool held_by_other = !former.merged() && code.current.has_value() &&
                                 code.current->enterprise_no() != self;
      if (!taken && !held_by_other) continue;
      found_.existing.reset();
      found_.conflict =
          Conflict("enterprise.former_codes", "FORMER_CODE_CONFLICT",
                   "曾用代码已属于另一主体", "");
      break;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<EnterpriseAt> Read(std::uint64_t enterprise_no) {
    CREDITREG_ASSIGN_OR_RETURN(std::optional<EnterpriseAt> found,
                               ReadEnterpriseVersion(rows_, enterprise_no, 0));
    if (!found.has_value()) {
      return absl::DataLossError(
          "enterprise: missing, want one where an index row leads to it");
    }
    return *std::move(found);
  }

  const Snapshot& rows_;
  const storage::v1::Enterprise& content_;
  const Key256& hmac_key_;
  Identified found_;
  // A number or name key could mean several enterprises.
  bool several_ = false;
};

bool TakesOver(const storage::v1::Enterprise& content,
               const std::string& code) {
  return std::any_of(content.former_codes().begin(),
                     content.former_codes().end(),
                     [&code](const storage::v1::FormerCode& former) {
                       return former.merged() && former.uscc() == code;
                     });
}

// The mergers that `content`, of enterprise `self`, will be part of.
class MergerTree {
 public:
  MergerTree(const Snapshot& rows, const storage::v1::Enterprise& content,
             std::uint64_t self)
      : rows_(rows), content_(content), self_(self) {}

  // Goes up to the enterprise that nobody took over. False: it comes back to
  // where it started.
  absl::StatusOr<bool> FindRoot() {
    root_ = content_;
    for (int step = 0; step < kMaxMergeSteps; ++step) {
      if (root_.uscc().empty()) return true;
      CREDITREG_ASSIGN_OR_RETURN(const CodeRows found,
                                 ReadCodeRows(rows_, root_.uscc()));
      if (!found.former.has_value() || !found.former->merged() ||
          found.former->enterprise_no() == self_) {
        return true;
      }
      CREDITREG_ASSIGN_OR_RETURN(root_, Read(found.former->enterprise_no()));
      if (TakesOver(content_, root_.uscc())) return false;
    }
    // Nobody follows further; IsWithinLimits() says so.
    return true;
  }

  // Whether all below the root stays within what look-ups follow.
  absl::StatusOr<bool> IsWithinLimits() const {
    std::size_t codes = 0;
    std::vector<storage::v1::Enterprise> level = {root_};
    for (int depth = 0; !level.empty(); ++depth) {
      std::vector<storage::v1::Enterprise> next;
      for (const storage::v1::Enterprise& successor : level) {
        for (const storage::v1::FormerCode& former : successor.former_codes()) {
          // Its own code stands in no row, whatever the content says.
          if (!former.merged() || former.uscc() == successor.uscc()) continue;
          if (++codes > kMaxAbsorbed || depth == kMaxMergeSteps) return false;
          CREDITREG_ASSIGN_OR_RETURN(
              std::optional<storage::v1::Enterprise> absorbed,
              HolderOf(former.uscc()));
          if (absorbed.has_value()) next.push_back(*std::move(absorbed));
        }
      }
      level = std::move(next);
    }
    return true;
  }

 private:
  absl::StatusOr<storage::v1::Enterprise> Read(
      std::uint64_t enterprise_no) const {
    CREDITREG_ASSIGN_OR_RETURN(std::optional<EnterpriseAt> found,
                               ReadEnterpriseVersion(rows_, enterprise_no, 0));
    if (!found.has_value()) {
      return absl::DataLossError(
          "enterprise: missing, want one where an index row leads to it");
    }
    return std::move(*found->version.mutable_content());
  }

  absl::StatusOr<std::optional<storage::v1::Enterprise>> HolderOf(
      const std::string& code) const {
    if (code == content_.uscc()) {
      return std::optional<storage::v1::Enterprise>(content_);
    }
    CREDITREG_ASSIGN_OR_RETURN(const CodeRows found, ReadCodeRows(rows_, code));
    // It may not be registered yet, or have been this one's.
    if (!found.current.has_value() || found.current->enterprise_no() == self_) {
      return std::optional<storage::v1::Enterprise>();
    }
    CREDITREG_ASSIGN_OR_RETURN(storage::v1::Enterprise holder,
                               Read(found.current->enterprise_no()));
    return std::optional<storage::v1::Enterprise>(std::move(holder));
  }

  const Snapshot& rows_;
  const storage::v1::Enterprise& content_;
  const std::uint64_t self_;
  storage::v1::Enterprise root_;
};

}  // namespace

absl::StatusOr<Identified> IdentifyEnterprise(
    const Snapshot& rows, const storage::v1::Enterprise& content,
    const Key256& hmac_key) {
  return Identification(rows, content, hmac_key).Run();
}

absl::StatusOr<std::optional<Finding>> CheckMergers(
    const Snapshot& rows, const storage::v1::Enterprise& content,
    std::uint64_t self) {
  if (!HasAbsorbed(content)) return std::optional<Finding>();
  MergerTree tree(rows, content, self);
  CREDITREG_ASSIGN_OR_RETURN(const bool has_root, tree.FindRoot());
  if (!has_root) {
    return std::optional<Finding>(
        Conflict("enterprise.former_codes", "FORMER_CODE_CONFLICT",
                 "曾用代码所属主体已并入本主体，不能互相合并", ""));
  }
  CREDITREG_ASSIGN_OR_RETURN(const bool within_limits, tree.IsWithinLimits());
  if (!within_limits) {
    return std::optional<Finding>(
        Conflict("enterprise.former_codes", "MERGER_LIMIT",
                 "并入同一主体的代码超过64个，或者合并层次超过16级", ""));
  }
  return std::optional<Finding>();
}

}  // namespace creditreg
