#include "index/registry/record_write.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/civil_day.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/codec/natural_key.h"
#include "index/codec/value.h"
#include "index/lookup/identifiers.h"
#include "index/model/draft.h"
#include "index/model/finding.h"
#include "index/publication/decision.h"
#include "index/publication/rules.h"
#include "index/registry/party_link.h"
#include "index/registry/record_version.h"
#include "index/registry/registry.h"
#include "index/registry/rows.h"
#include "index/registry/transaction.h"
#include "index/registry/view.h"
#include "index/registry/write_context.h"
#include "index/registry/write_scope.h"

namespace creditreg {
namespace {

using storage::v1::Change;
using storage::v1::RecordVersion;

// Nothing was stored, so no numbers go with it.
WriteResult Quarantined(const WriteResult& result, Finding reason) {
  WriteResult quarantined;
  quarantined.outcome = Outcome::kQuarantined;
  quarantined.findings = result.findings;
  quarantined.findings.push_back(std::move(reason));
  return quarantined;
}

Finding Reason(absl::string_view field, absl::string_view rule,
               absl::string_view message) {
  return {Severity::kError, std::string(field), std::string(rule),
          std::string(message), ""};
}

absl::StatusOr<std::optional<RecordAt>> FindByNaturalKey(
    const Snapshot& rows, const std::string& natural_key) {
  CREDITREG_ASSIGN_OR_RETURN(
      const std::optional<storage::v1::NaturalKeyRow> row,
      ReadRow<storage::v1::NaturalKeyRow>(rows, NaturalKeyKey(natural_key)));
  if (!row.has_value()) return std::optional<RecordAt>();
  CREDITREG_ASSIGN_OR_RETURN(std::optional<RecordAt> record,
                             ReadRecordVersion(rows, row->record_no(), 0));
  if (!record.has_value()) {
    return absl::DataLossError(
        "record: missing, want one where a natural key leads to it");
  }
  return record;
}

// How a submission stands to corrections made before it.
enum class Correction {
  // Nothing speaks against it.
  kNone,
  // It is what was corrected: a file sent again must not undo a correction.
  kWasCorrected,
  // It has new content under a key that was corrected away.
  kKeyWasCorrected,
};
absl::StatusOr<Correction> JudgeCorrected(
    const Snapshot& rows, const RecordAt& stored,
    const std::string& natural_key, const storage::v1::VersionInfo& info) {
  // Only a record of several versions can have been corrected.
  if (stored.version.info().recorded_us() ==
      stored.version.info().first_received_us()) {
    return Correction::kNone;
  }
  CREDITREG_ASSIGN_OR_RETURN(
      const std::optional<storage::v1::RecordHead> head,
      ReadRow<storage::v1::RecordHead>(rows, RecordHeadKey(stored.record_no)));
  const bool key_changed =
      head.has_value() && head->natural_key() != natural_key;
  // Newest first: what the newest correction says, then what it did away with.
  // Submissions since then may have gone on from it, but not back behind it.
  std::optional<storage::v1::VersionInfo> correction;
  ScanRange range;
  range.begin = RecordVersionPrefix(stored.record_no);
  range.end = PrefixEnd(range.begin);
  while (!range.begin.empty()) {
    CREDITREG_ASSIGN_OR_RETURN(ScanPage page, rows.Scan(range));
    for (const auto& [key, value] : page.rows) {
      CREDITREG_ASSIGN_OR_RETURN(const auto version,
                                 DecodeValue<RecordVersion>(value));
      if (correction.has_value() && SameContent(version.info(), info) &&
          !SameContent(*correction, info)) {
        return Correction::kWasCorrected;
      }
      if (!correction.has_value() && !version.correction_reason().empty()) {
        correction = version.info();
      }
    }
    range.begin = std::move(page.next);
  }
  return key_changed ? Correction::kKeyWasCorrected : Correction::kNone;
}

// Who writes for one agency is not told the register's name for a code: the
// file may be hidden by order.
Finding WithoutHiddenName(const Actor& actor, Finding finding) {
  if (actor.own_agency_only) finding.suggestion.clear();
  return finding;
}

absl::StatusOr<RecordAt> ReadForChange(const Snapshot& rows,
                                       std::uint64_t record_no,
                                       absl::string_view etag,
                                       const Actor& actor) {
  CREDITREG_ASSIGN_OR_RETURN(std::optional<RecordAt> stored,
                             ReadRecordVersion(rows, record_no, 0));
  if (!stored.has_value()) {
    return absl::NotFoundError("record_id: no such record");
  }
  if (!MayWrite(actor, stored->version.content())) return OutOfScope();
  if (!etag.empty() && EtagOf(stored->version) != std::string(etag)) {
    return absl::AbortedError(
        "ETAG_MISMATCH: etag: not the current version's, want to read again");
  }
  return *std::move(stored);
}

// The personal fields of a correction that speaks of none: those stored, but
// for texts whose numbers were cut out of the new content.
absl::StatusOr<PreparedRecord> WithStoredPersonal(
    const Snapshot& rows, const WriteContext& context, const RecordAt& stored,
    const PreparedRecord& prepared) {
  CREDITREG_ASSIGN_OR_RETURN(
      storage::v1::PersonalFields personal,
      OpenPersonalFields(rows, *context.data_keys, SealedKind::kRecord,
                         stored.record_no, stored.version.info()));
  personal.clear_originals();
  personal.MergeFrom(prepared.draft.personal);
  RecordDraft draft = prepared.draft;
  draft.personal = std::move(personal);
  return PrepareRecord(std::move(draft), context.keys->hmac);
}

bool HasTerm(const PublicationTable& table, const std::string& id) {
  return std::any_of(
      table.regimes().begin(), table.regimes().end(),
      [&id](const Regime& regime) { return regime.FindTerm(id) != nullptr; });
}

void RemoveChosen(Channel channel, RecordVersion* version) {
  auto* const chosen = version->mutable_chosen_terms();
  chosen->erase(std::remove_if(chosen->begin(), chosen->end(),
                               [channel](const storage::v1::ChosenTerm& term) {
                                 return term.channel() == channel;
                               }),
                chosen->end());
}

}  // namespace

PreparedRecord PrepareRecord(RecordDraft draft, const Key256& hmac_key) {
  PreparedRecord prepared;
  prepared.natural_key =
      RecordNaturalKey(draft.content, draft.personal, hmac_key);
  prepared.content_hash = ContentHash(draft.content);
  prepared.personal = HashPersonal(draft.personal, hmac_key);
  prepared.draft = std::move(draft);
  return prepared;
}

RecordVersion MakeRecordVersion(const PreparedRecord& prepared,
                                storage::v1::Record content) {
  RecordVersion version;
  *version.mutable_content() = std::move(content);
  version.set_state(storage::v1::RECORD_STATE_ACTIVE);
  SetPersonalHashes(prepared.personal, &version);
  version.mutable_info()->set_source_id(prepared.draft.source_id);
  version.mutable_info()->set_content_hash(prepared.content_hash);
  return version;
}

NewRecordVersion LinkedVersion(const PreparedRecord& prepared,
                               RecordVersion version, const PartyLink& link,
                               WriteResult* result) {
  if (link.finding.has_value()) result->findings.push_back(*link.finding);
  version.set_enterprise_no(link.enterprise_no);
  SetQualityFlags(prepared.draft.quality_flags, link.finding,
                  *version.mutable_info());
  result->enterprise_no = link.enterprise_no;
  result->outcome = IsPending(version) ? Outcome::kPending : Outcome::kCreated;
  NewRecordVersion put;
  put.personal = &prepared.draft.personal;
  put.change.set_kind(Change::KIND_RECORD_SUBMITTED);
  put.version = std::move(version);
  return put;
}

absl::StatusOr<WriteResult> ApplyRecord(Transaction& transaction,
                                        const WriteContext& context,
                                        const ChangeSource& source,
                                        const PreparedRecord& prepared) {
  WriteResult result;
  result.findings = prepared.draft.findings;
  if (!MayWrite(*source.actor, prepared.draft.content)) {
    result.findings.push_back(OutOfScopeRecord());
    return result;
  }
  if (!prepared.natural_key.ok()) {
    return Quarantined(
        result,
        Reason(absl::string_view(prepared.natural_key.status().message()),
               "MISSING_KEY_PART", "缺少识别该记录所必需的内容"));
  }
  CREDITREG_ASSIGN_OR_RETURN(
      const std::optional<RecordAt> stored,
      FindByNaturalKey(transaction, *prepared.natural_key));
  // Keys of complaints and reports name no agency, and corrected ones may name
  // another's.
  if (stored.has_value() &&
      !MayWrite(*source.actor, stored->version.content())) {
    result.findings.push_back(OutOfScopeRecord());
    return result;
  }
  RecordVersion version = MakeRecordVersion(prepared, prepared.draft.content);
  // Also by what is not stored again.
  const std::vector<PartyIdentifier> identifiers =
      PartyIdentifiers(version, context.keys->hmac);
  if (stored.has_value()) {
    if (KeepErased(stored->version, &version)) {
      result.findings.push_back(ErasedBefore());
    }
    result.record_no = stored->record_no;
    result.enterprise_no = stored->version.enterprise_no();
    result.version_sequence = stored->sequence;
    if (SameContent(stored->version.info(), version.info())) {
      result.outcome = Outcome::kUnchanged;
      return result;
    }
    if (!InForce(stored->version)) {
      return Quarantined(
          result, Reason("record", "RECORD_WITHDRAWN",
                         "该记录已被撤回，内容不同的重新报送须人工处理"));
    }
    CREDITREG_ASSIGN_OR_RETURN(
        const Correction correction,
        JudgeCorrected(transaction, *stored, *prepared.natural_key,
                       version.info()));
    if (correction == Correction::kWasCorrected) {
      result.outcome = Outcome::kUnchanged;
      result.findings.push_back({Severity::kNote, "record", "CORRECTED",
                                 "该内容已被更正，未作更改", ""});
      return result;
    }
    if (correction == Correction::kKeyWasCorrected) {
      return Quarantined(
          result,
          Reason("record", "KEY_CORRECTED",
                 "该记录的识别要素已被更正，按原要素报送的新内容须人工处理"));
    }
  }
  CREDITREG_ASSIGN_OR_RETURN(
      const PartyLink link,
      LinkParty(transaction, version.content(), identifiers));
  if (link.finding.has_value() && link.finding->severity == Severity::kError) {
    return Quarantined(result, WithoutHiddenName(*source.actor, *link.finding));
  }
  NewRecordVersion put =
      LinkedVersion(prepared, std::move(version), link, &result);
  if (stored.has_value()) {
    put.stored = &*stored;
    put.record_no = stored->record_no;
    if (result.outcome == Outcome::kCreated) {
      result.outcome = Outcome::kUpdated;
    }
  } else {
    storage::v1::Counters& counters = transaction.counters();
    put.record_no = counters.next_record_no();
    counters.set_next_record_no(put.record_no + 1);
    put.natural_key = *prepared.natural_key;
  }
  result.record_no = put.record_no;
  CREDITREG_ASSIGN_OR_RETURN(
      result.version_sequence,
      PutRecordVersion(transaction, context, source, std::move(put)));
  return result;
}

absl::StatusOr<WriteResult> ApplyCorrection(Transaction& transaction,
                                            const WriteContext& context,
                                            const ChangeSource& source,
                                            const CorrectRecord& write,
                                            const PreparedRecord& given) {
  CREDITREG_ASSIGN_OR_RETURN(
      const RecordAt stored,
      ReadForChange(transaction, write.record_no, write.etag, *source.actor));
  if (!MayWrite(*source.actor, given.draft.content)) return OutOfScope();
  if (!InForce(stored.version)) {
    return absl::FailedPreconditionError(
        "WITHDRAWN: record_id: the record was withdrawn, want one in force");
  }
  PreparedRecord prepared = given;
  if (!write.has_personal) {
    CREDITREG_ASSIGN_OR_RETURN(
        prepared, WithStoredPersonal(transaction, context, stored, given));
  }
  // What told a person apart may be erased: then the stored key stays.
  const bool keeps_key =
      !prepared.natural_key.ok() && IsErased(stored.version.info());
  if (!prepared.natural_key.ok() && !keeps_key) {
    return absl::InvalidArgumentError(absl::StrCat(
        prepared.natural_key.status().message(), ": empty, want a value"));
  }
  if (!keeps_key) {
    CREDITREG_ASSIGN_OR_RETURN(
        const std::optional<RecordAt> holder,
        FindByNaturalKey(transaction, *prepared.natural_key));
    if (holder.has_value() && holder->record_no != stored.record_no) {
      return absl::AlreadyExistsError(
          "KEY_TAKEN: record: its natural key belongs to another record");
    }
  }
  WriteResult result;
  result.record_no = stored.record_no;
  result.findings = prepared.draft.findings;
  RecordVersion version = MakeRecordVersion(prepared, prepared.draft.content);
  const std::vector<PartyIdentifier> identifiers =
      PartyIdentifiers(version, context.keys->hmac);
  if (KeepErased(stored.version, &version)) {
    result.findings.push_back(ErasedBefore());
  }
  if (SameContent(stored.version.info(), version.info())) {
    result.outcome = Outcome::kUnchanged;
    result.enterprise_no = stored.version.enterprise_no();
    result.version_sequence = stored.sequence;
    return result;
  }
  CREDITREG_ASSIGN_OR_RETURN(
      const PartyLink link,
      LinkParty(transaction, version.content(), identifiers));
  if (link.finding.has_value()) {
    if (link.finding->severity == Severity::kError) {
      return absl::FailedPreconditionError(
          "NAME_NEVER_HELD: record.party.name: never a name of the enterprise "
          "its code leads to");
    }
    result.findings.push_back(*link.finding);
  }
  version.set_enterprise_no(link.enterprise_no);
  version.set_correction_reason(write.reason);
  SetQualityFlags(prepared.draft.quality_flags, link.finding,
                  *version.mutable_info());
  NewRecordVersion put;
  put.record_no = stored.record_no;
  put.stored = &stored;
  put.personal = &prepared.draft.personal;
  put.version = std::move(version);
  // The old key goes on leading to the record.
  if (!keeps_key) put.natural_key = *prepared.natural_key;
  put.change.set_kind(Change::KIND_RECORD_CORRECTED);
  put.change.set_reason(write.reason);
  result.outcome = Outcome::kUpdated;
  result.enterprise_no = link.enterprise_no;
  CREDITREG_ASSIGN_OR_RETURN(
      result.version_sequence,
      PutRecordVersion(transaction, context, source, std::move(put)));
  return result;
}

absl::StatusOr<WriteResult> ApplyClassification(Transaction& transaction,
                                                const WriteContext& context,
                                                const ChangeSource& source,
                                                const ClassifyRecord& write) {
  CREDITREG_ASSIGN_OR_RETURN(
      const RecordAt stored,
      ReadForChange(transaction, write.record_no, write.etag, *source.actor));
  const PublicationTable* const table = transaction.tables()->Of(write.channel);
  if (table == nullptr) {
    return absl::FailedPreconditionError(
        "NO_RULES: channel: no table is active for it");
  }
  if (!write.term.empty() && !HasTerm(*table, write.term)) {
    return absl::InvalidArgumentError(
        "term: none of the channel's table, want one of its ids");
  }
  RecordVersion version = stored.version;
  RemoveChosen(write.channel, &version);
  const CivilDay day =
      CivilDay::FromDays(transaction.counters().publication_day());
  if (Decide(version, *table, day).publicity != Publicity::kUndecided) {
    return absl::FailedPreconditionError(
        "DECIDED_BY_RULE: record_id: the rules decide it, want one that they "
        "leave open");
  }
  if (!write.term.empty()) {
    storage::v1::ChosenTerm* const chosen = version.add_chosen_terms();
    chosen->set_channel(write.channel);
    chosen->set_term(write.term);
    chosen->set_reason(write.reason);
    if (Decide(version, *table, day).publicity == Publicity::kUndecided) {
      return absl::InvalidArgumentError(
          "term: not of the rules that leave the record open, want one of "
          "theirs");
    }
  }
  WriteResult result;
  result.record_no = stored.record_no;
  result.enterprise_no = stored.version.enterprise_no();
  version.clear_correction_reason();
  NewRecordVersion put;
  put.record_no = stored.record_no;
  put.stored = &stored;
  put.version = std::move(version);
  put.change.set_kind(Change::KIND_RECORD_CLASSIFIED);
  put.change.set_reason(write.reason);
  result.outcome = Outcome::kUpdated;
  CREDITREG_ASSIGN_OR_RETURN(
      result.version_sequence,
      PutRecordVersion(transaction, context, source, std::move(put)));
  return result;
}

absl::StatusOr<WriteResult> EraseFromRecord(Transaction& transaction,
                                            const WriteContext& context,
                                            const ChangeSource& source,
                                            const ErasePersonal& write) {
  CREDITREG_ASSIGN_OR_RETURN(
      const RecordAt stored,
      ReadForChange(transaction, write.number, "", *source.actor));
  WriteResult result;
  result.record_no = stored.record_no;
  result.enterprise_no = stored.version.enterprise_no();
  CREDITREG_ASSIGN_OR_RETURN(const std::optional<storage::v1::RecordHead> head,
                             ReadRow<storage::v1::RecordHead>(
                                 transaction, RecordHeadKey(stored.record_no)));
  // Fields that only former versions have lie under the same key.
  if (!head.has_value() || head->data_key() == 0) {
    result.outcome = Outcome::kUnchanged;
    result.version_sequence = stored.sequence;
    return result;
  }
  NewRecordVersion put;
  put.record_no = stored.record_no;
  put.stored = &stored;
  put.version = stored.version;
  CREDITREG_ASSIGN_OR_RETURN(
      const ErasedMacs erased,
      ForgetNumbers<RecordVersion>(transaction,
                                   RecordVersionPrefix(stored.record_no)));
  MarkErased(erased, &put.version);
  put.erases_personal = true;
  put.change.set_reason(write.reason);
  CREDITREG_ASSIGN_OR_RETURN(
      result.version_sequence,
      PutRecordVersion(transaction, context, source, std::move(put)));
  result.outcome = Outcome::kUpdated;
  return result;
}

absl::StatusOr<WriteResult> ApplyWithdrawal(Transaction& transaction,
                                            const WriteContext& context,
                                            const ChangeSource& source,
                                            const WithdrawRecord& write) {
  CREDITREG_ASSIGN_OR_RETURN(
      const std::optional<RecordAt> current,
      ReadRecordVersion(transaction, write.record_no, 0));
  WriteResult result;
  result.record_no = write.record_no;
  if (current.has_value() && !InForce(current->version) &&
      MayWrite(*source.actor, current->version.content())) {
    // Whatever the etag: the caller has what it wants.
    result.outcome = Outcome::kUnchanged;
    result.enterprise_no = current->version.enterprise_no();
    result.version_sequence = current->sequence;
    return result;
  }
  CREDITREG_ASSIGN_OR_RETURN(
      const RecordAt stored,
      ReadForChange(transaction, write.record_no, write.etag, *source.actor));
  NewRecordVersion put;
  put.record_no = write.record_no;
  put.stored = &stored;
  put.version = stored.version;
  put.version.set_state(storage::v1::RECORD_STATE_WITHDRAWN);
  put.version.set_withdrawn_reason(write.reason);
  put.change.set_kind(Change::KIND_RECORD_WITHDRAWN);
  put.change.set_reason(write.reason);
  result.outcome = Outcome::kUpdated;
  result.enterprise_no = stored.version.enterprise_no();
  CREDITREG_ASSIGN_OR_RETURN(
      result.version_sequence,
      PutRecordVersion(transaction, context, source, std::move(put)));
  return result;
}

}  // namespace creditreg
