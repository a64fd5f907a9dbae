#include "index/registry/enterprise_write.h"

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
#include "index/base/civil_day.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/lookup/identifiers.h"
#include "index/model/draft.h"
#include "index/model/finding.h"
#include "index/model/name.h"
#include "index/registry/identify.h"
#include "index/registry/index_rows.h"
#include "index/registry/names.h"
#include "index/registry/registry.h"
#include "index/registry/rows.h"
#include "index/registry/transaction.h"
#include "index/registry/view.h"
#include "index/registry/write_context.h"
#include "index/registry/write_scope.h"

namespace creditreg {
namespace {

// Limits of the contract (enterprise.proto), kept also when history is joined.
constexpr int kMaxFormer = 100;
constexpr int kMaxOldNumbers = 32;

bool IsDeregistered(const storage::v1::Enterprise& content) {
  return content.status() == storage::v1::REGISTRATION_STATUS_DEREGISTERED;
}

bool SameFormerName(const storage::v1::FormerName& a,
                    const storage::v1::FormerName& b) {
  return NormaliseName(a.name()) == NormaliseName(b.name());
}

// `held` as a former name: in the stored words where there are any, else as the
// name that the new version of `content` ends.
storage::v1::FormerName FormerNameFor(const storage::v1::Enterprise& stored,
                                      const storage::v1::Enterprise& content,
                                      const std::string& held) {
  storage::v1::FormerName former;
  former.set_name(held);
  const auto known = std::find_if(
      stored.former_names().begin(), stored.former_names().end(),
      [&former](const auto& entry) { return SameFormerName(entry, former); });
  if (known != stored.former_names().end()) return *known;
  former.set_reason("名称变更");
  if (content.has_approved_on()) {
    former.set_until(
        CivilDay::FromDays(content.approved_on()).PlusDays(-1).days());
  }
  return former;
}

// Names held up to now become former ones where the new content does not say so
// itself: a name that was once held must go on leading to its enterprise.
void KeepHeldNames(const storage::v1::EnterpriseVersion& stored,
                   storage::v1::EnterpriseVersion* version) {
  storage::v1::Enterprise& content = *version->mutable_content();
  *version->mutable_held_names() = stored.held_names();
  const std::string& last = stored.content().name();
  if (MatchName(content, last) != NameMatch::kCurrent &&
      std::find(stored.held_names().begin(), stored.held_names().end(), last) ==
          stored.held_names().end() &&
      stored.held_names_size() < kMaxFormer) {
    version->add_held_names(last);
  }
  for (const std::string& held : version->held_names()) {
    if (MatchName(content, held) != NameMatch::kDifferent) continue;
    if (content.former_names_size() >= kMaxFormer) return;
    *content.add_former_names() =
        FormerNameFor(stored.content(), content, held);
  }
}

// Joins stored entries that `content` lacks to its own. The stored order stays,
// so that handing in the same row again gives the same content.
template <typename Entry, typename Same>
void JoinHistory(const google::protobuf::RepeatedPtrField<Entry>& stored,
                 int limit, const Same& same,
                 google::protobuf::RepeatedPtrField<Entry>* content) {
  google::protobuf::RepeatedPtrField<Entry> joined;
  std::vector<bool> taken(static_cast<std::size_t>(content->size()));
  for (const Entry& old : stored) {
    const Entry* entry = &old;
    for (int i = 0; i < content->size(); ++i) {
      if (!same(content->Get(i), old)) continue;
      entry = &content->Get(i);
      taken[static_cast<std::size_t>(i)] = true;
    }
    *joined.Add() = *entry;
  }
  for (int i = 0; i < content->size(); ++i) {
    if (!taken[static_cast<std::size_t>(i)]) *joined.Add() = content->Get(i);
  }
  if (joined.size() <= limit) content->Swap(&joined);
}

void KeepHistory(const storage::v1::Enterprise& stored,
                 storage::v1::Enterprise* content) {
  JoinHistory(stored.former_names(), kMaxFormer, SameFormerName,
              content->mutable_former_names());
  JoinHistory(
      stored.former_codes(), kMaxFormer,
      [](const storage::v1::FormerCode& a, const storage::v1::FormerCode& b) {
        return a.uscc() == b.uscc();
      },
      content->mutable_former_codes());
  JoinHistory(
      stored.old_numbers(), kMaxOldNumbers,
      [](const storage::v1::OldNumber& a, const storage::v1::OldNumber& b) {
        return a.kind() == b.kind() && a.value() == b.value();
      },
      content->mutable_old_numbers());
}

// A file row that was approved before what is stored tells nothing new.
bool IsOlder(const storage::v1::Enterprise& stored,
             const storage::v1::Enterprise& content) {
  return stored.has_approved_on() && content.has_approved_on() &&
         content.approved_on() < stored.approved_on();
}

// The rows of a new version over the stored one (if any): version, head, index
// rows, counters, sealed row and change.
absl::StatusOr<std::uint64_t> PutVersion(
    Transaction& transaction, const WriteContext& context,
    const ChangeSource& source, const std::optional<EnterpriseAt>& stored,
    NewEnterpriseVersion put) {
  storage::v1::EnterpriseHead head;
  if (stored.has_value()) {
    CREDITREG_ASSIGN_OR_RETURN(
        head, ReadEnterpriseHead(transaction, put.enterprise_no));
    put.first_received_us = stored->version.info().first_received_us();
  }
  const Stamp stamp = BeginChange(transaction, context);
  CREDITREG_RETURN_IF_ERROR(
      PutEnterpriseRows(transaction, context, stamp, std::move(head), put));
  ReplaceIndexRows(
      stored.has_value()
          ? EnterpriseIndexRows(put.enterprise_no, stored->version,
                                context.keys->hmac)
          : std::vector<IndexRow>(),
      EnterpriseIndexRows(put.enterprise_no, put.version, context.keys->hmac),
      transaction);
  CountEnterpriseStatus(
      stored.has_value() ? &stored->version.content() : nullptr,
      put.version.content(), transaction.counters());
  EndChange(transaction, stamp, source, std::move(put.change));
  return stamp.sequence;
}

// The draft with its partial personal fields put over the stored ones. Texts
// kept as given belong to the old content and go.
absl::StatusOr<EnterpriseDraft> WithStoredPersonal(const Snapshot& rows,
                                                   const WriteContext& context,
                                                   const EnterpriseAt& stored,
                                                   EnterpriseDraft draft) {
  absl::StatusOr<storage::v1::PersonalFields> personal =
      OpenPersonalFields(rows, *context.data_keys, SealedKind::kEnterprise,
                         stored.enterprise_no, stored.version.info());
  // Destroyed: nothing to keep.
  if (absl::IsNotFound(personal.status())) {
    personal = storage::v1::PersonalFields();
  }
  CREDITREG_RETURN_IF_ERROR(personal.status());
  personal->clear_originals();
  personal->MergeFrom(*draft.personal);
  draft.personal = *std::move(personal);
  draft.personal_is_partial = false;
  return draft;
}

absl::Status CheckEtag(const std::optional<EnterpriseAt>& stored,
                       absl::string_view etag) {
  if (etag.empty()) return absl::OkStatus();
  if (stored.has_value() && EtagOf(stored->version) == std::string(etag)) {
    return absl::OkStatus();
  }
  return absl::AbortedError(
      "ETAG_MISMATCH: etag: not the current version's, want to read again");
}

// Never empty: PutVersion() takes what may be.
//
// Errors: NotFound, PermissionDenied OUT_OF_SCOPE; DataLoss, Unavailable.
absl::StatusOr<std::optional<EnterpriseAt>> ReadForChange(
    const Snapshot& rows, std::uint64_t enterprise_no, const Actor& actor) {
  CREDITREG_ASSIGN_OR_RETURN(std::optional<EnterpriseAt> stored,
                             ReadEnterpriseVersion(rows, enterprise_no, 0));
  if (!stored.has_value()) {
    return absl::NotFoundError("item: no such enterprise");
  }
  if (!MayWrite(actor, stored->version.content())) return OutOfScope();
  return stored;
}

// What is stored and not spoken of in the draft stays.
void CarryOver(const EnterpriseAt& stored, const PreparedEnterprise& prepared,
               bool keep_personal, storage::v1::EnterpriseVersion* version) {
  storage::v1::Enterprise& content = *version->mutable_content();
  const storage::v1::Enterprise& old = stored.version.content();
  if (content.uscc().empty()) content.set_uscc(old.uscc());
  if (prepared.draft.keep_history) KeepHistory(old, &content);
  KeepHeldNames(stored.version, version);
  version->set_withheld(stored.version.withheld());
  version->set_withheld_reason(stored.version.withheld_reason());
  if (keep_personal) KeepPersonal(stored.version, version);
}

}  // namespace

PreparedEnterprise PrepareEnterprise(EnterpriseDraft draft,
                                     const Key256& hmac_key) {
  PreparedEnterprise prepared;
  // A former code that was no code may be left empty; it leads nowhere.
  auto& former_codes = *draft.content.mutable_former_codes();
  former_codes.erase(std::remove_if(former_codes.begin(), former_codes.end(),
                                    [](const storage::v1::FormerCode& former) {
                                      return former.uscc().empty();
                                    }),
                     former_codes.end());
  if (draft.personal.has_value()) {
    prepared.personal = HashPersonal(*draft.personal, hmac_key);
  }
  prepared.draft = std::move(draft);
  return prepared;
}

DraftVersion MakeEnterpriseVersion(const PreparedEnterprise& prepared,
                                   storage::v1::Enterprise content) {
  const EnterpriseDraft& draft = prepared.draft;
  DraftVersion made;
  *made.version.mutable_content() = std::move(content);
  storage::v1::VersionInfo& info = *made.version.mutable_info();
  info.set_source_id(draft.source_id);
  for (const std::string& flag : draft.quality_flags) {
    info.add_quality_flags(flag);
  }
  // A file without a personal column must not erase what is known.
  made.takes_personal = draft.personal.has_value() &&
                        !(draft.keep_history && prepared.personal.mac.empty());
  if (made.takes_personal) SetPersonalHashes(prepared.personal, &made.version);
  return made;
}

absl::Status PutEnterpriseRows(RowSink& rows, const WriteContext& context,
                               const Stamp& stamp,
                               storage::v1::EnterpriseHead head,
                               NewEnterpriseVersion& put) {
  storage::v1::VersionInfo& info = *put.version.mutable_info();
  info.set_recorded_us(stamp.record_time_us);
  info.set_first_received_us(put.first_received_us != 0 ? put.first_received_us
                                                        : stamp.record_time_us);
  if (put.personal != nullptr && !info.personal_mac().empty()) {
    std::uint64_t data_key = head.data_key();
    CREDITREG_ASSIGN_OR_RETURN(
        *put.change.mutable_sealed_hash(),
        PutSealed(rows, context, SealedKind::kEnterprise, put.enterprise_no,
                  stamp.sequence, EncodeValue(*put.personal), &data_key));
    head.set_data_key(data_key);
    info.set_personal_sequence(stamp.sequence);
  }
  if (put.erases_personal) {
    PutErasedKey(rows, head.data_key(), put.change);
    head.set_data_key(0);
  }
  rows.Put(EnterpriseVersionKey(put.enterprise_no, stamp.sequence),
           put.version);
  head.set_version_sequence(stamp.sequence);
  head.set_file_sequence(stamp.sequence);
  rows.Put(EnterpriseHeadKey(put.enterprise_no), head);
  put.change.set_enterprise_no(put.enterprise_no);
  put.change.set_content_hash(info.content_hash());
  return absl::OkStatus();
}

void CountEnterpriseStatus(const storage::v1::Enterprise* before,
                           const storage::v1::Enterprise& after,
                           storage::v1::Counters& counters) {
  const bool was = before != nullptr && IsDeregistered(*before);
  const bool is = IsDeregistered(after);
  if (was == is) return;
  counters.set_enterprises_deregistered(counters.enterprises_deregistered() +
                                        (is ? 1 : -1));
}

absl::StatusOr<WriteResult> ApplyEnterprise(Transaction& transaction,
                                            const WriteContext& context,
                                            const ChangeSource& source,
                                            const PreparedEnterprise& prepared,
                                            absl::string_view etag) {
  const EnterpriseDraft& draft = prepared.draft;
  WriteResult result;
  result.findings = draft.findings;
  if (!MayWrite(*source.actor, draft.content)) {
    result.findings.push_back(OutOfScopeEnterprise());
    return result;
  }
  CREDITREG_ASSIGN_OR_RETURN(
      Identified identified,
      IdentifyEnterprise(transaction, draft.content, context.keys->hmac));
  if (identified.conflict.has_value()) {
    result.outcome = Outcome::kQuarantined;
    result.findings.push_back(*std::move(identified.conflict));
    return result;
  }
  const std::optional<EnterpriseAt>& stored = identified.existing;
  if (stored.has_value() &&
      !MayWrite(*source.actor, stored->version.content())) {
    result.findings.push_back(OutOfScopeEnterprise());
    return result;
  }
  if (source.actor->own_agency_only &&
      ClaimsNewCodes(draft.content, stored.has_value()
                                        ? &stored->version.content()
                                        : nullptr)) {
    result.findings.push_back(OutOfScopeCodes());
    return result;
  }
  CREDITREG_RETURN_IF_ERROR(CheckEtag(stored, etag));
  if (draft.personal_is_partial && stored.has_value()) {
    CREDITREG_ASSIGN_OR_RETURN(
        EnterpriseDraft whole,
        WithStoredPersonal(transaction, context, *stored, draft));
    return ApplyEnterprise(
        transaction, context, source,
        PrepareEnterprise(std::move(whole), context.keys->hmac), etag);
  }

  DraftVersion made = MakeEnterpriseVersion(prepared, draft.content);
  const bool keep_personal = !made.takes_personal;
  storage::v1::EnterpriseVersion& version = made.version;
  storage::v1::VersionInfo& info = *version.mutable_info();
  if (stored.has_value()) {
    result.enterprise_no = stored->enterprise_no;
    if (draft.keep_history &&
        IsOlder(stored->version.content(), draft.content)) {
      result.outcome = Outcome::kUnchanged;
      result.version_sequence = stored->sequence;
      result.findings.push_back({Severity::kNote, "enterprise.approved_on",
                                 "OLDER_THAN_STORED",
                                 "核准日期早于已登记的版本，未作更改", ""});
      return result;
    }
    CarryOver(*stored, prepared, keep_personal, &version);
    if (KeepErased(stored->version, &version)) {
      result.findings.push_back(ErasedBefore());
    }
  }
  CREDITREG_ASSIGN_OR_RETURN(
      std::optional<Finding> circle,
      CheckMergers(transaction, version.content(), result.enterprise_no));
  if (circle.has_value()) {
    result.enterprise_no = 0;
    result.outcome = Outcome::kQuarantined;
    result.findings.push_back(*std::move(circle));
    return result;
  }
  info.set_content_hash(ContentHash(version.content()));
  if (stored.has_value() && SameContent(stored->version.info(), info)) {
    result.outcome = Outcome::kUnchanged;
    result.version_sequence = stored->sequence;
    return result;
  }
  const bool same_personal =
      stored.has_value() &&
      stored->version.info().personal_mac() == info.personal_mac();
  if (same_personal) {
    info.set_personal_sequence(stored->version.info().personal_sequence());
  }
  if (!stored.has_value()) {
    storage::v1::Counters& counters = transaction.counters();
    result.enterprise_no = counters.next_enterprise_no();
    counters.set_next_enterprise_no(result.enterprise_no + 1);
    counters.set_enterprises(counters.enterprises() + 1);
  }
  NewEnterpriseVersion put;
  put.enterprise_no = result.enterprise_no;
  put.version = std::move(version);
  if (!keep_personal && !same_personal) put.personal = &*draft.personal;
  put.change.set_kind(storage::v1::Change::KIND_ENTERPRISE_PUT);
  CREDITREG_ASSIGN_OR_RETURN(
      result.version_sequence,
      PutVersion(transaction, context, source, stored, std::move(put)));
  result.outcome = stored.has_value() ? Outcome::kUpdated : Outcome::kCreated;
  return result;
}

absl::StatusOr<WriteResult> EraseFromEnterprise(Transaction& transaction,
                                                const WriteContext& context,
                                                const ChangeSource& source,
                                                const ErasePersonal& write) {
  CREDITREG_ASSIGN_OR_RETURN(
      const std::optional<EnterpriseAt> stored,
      ReadForChange(transaction, write.number, *source.actor));
  WriteResult result;
  result.enterprise_no = write.number;
  CREDITREG_ASSIGN_OR_RETURN(const storage::v1::EnterpriseHead head,
                             ReadEnterpriseHead(transaction, write.number));
  // Fields that only former versions have lie under the same key.
  if (head.data_key() == 0) {
    result.outcome = Outcome::kUnchanged;
    result.version_sequence = stored->sequence;
    return result;
  }
  NewEnterpriseVersion put;
  put.enterprise_no = write.number;
  put.version = stored->version;
  CREDITREG_ASSIGN_OR_RETURN(
      const ErasedMacs erased,
      ForgetNumbers<storage::v1::EnterpriseVersion>(
          transaction, EnterpriseVersionPrefix(write.number)));
  MarkErased(erased, &put.version);
  put.erases_personal = true;
  put.change.set_reason(write.reason);
  CREDITREG_ASSIGN_OR_RETURN(
      result.version_sequence,
      PutVersion(transaction, context, source, stored, std::move(put)));
  result.outcome = Outcome::kUpdated;
  return result;
}

absl::StatusOr<WriteResult> ApplyWithhold(Transaction& transaction,
                                          const WriteContext& context,
                                          const ChangeSource& source,
                                          const WithholdEnterprise& write) {
  CREDITREG_ASSIGN_OR_RETURN(
      const std::optional<EnterpriseAt> stored,
      ReadForChange(transaction, write.enterprise_no, *source.actor));
  WriteResult result;
  result.enterprise_no = write.enterprise_no;
  const std::string reason = write.withheld ? write.reason : "";
  if (stored->version.withheld() == write.withheld &&
      stored->version.withheld_reason() == reason) {
    result.outcome = Outcome::kUnchanged;
    result.version_sequence = stored->sequence;
    return result;
  }
  NewEnterpriseVersion put;
  put.enterprise_no = write.enterprise_no;
  put.version = stored->version;
  put.version.set_withheld(write.withheld);
  put.version.set_withheld_reason(reason);
  put.change.set_kind(storage::v1::Change::KIND_ENTERPRISE_WITHHELD);
  put.change.set_reason(write.reason);
  CREDITREG_ASSIGN_OR_RETURN(
      result.version_sequence,
      PutVersion(transaction, context, source, stored, std::move(put)));
  result.outcome = Outcome::kUpdated;
  return result;
}

}  // namespace creditreg
