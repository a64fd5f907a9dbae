#include "server/wire/answers.h"

#include <string>

#include "index/base/civil_day.h"
#include "index/publication/public_view.h"
#include "server/wire/mirror.h"

namespace creditreg {
namespace {

// Of the contract (lookup.proto).
constexpr int kMaxNearestCodes = 5;

void AddWarnings(std::uint8_t bits, v1::LookupResult* result) {
  if ((bits & kBadOrgCheck) != 0) {
    result->add_code_warnings(v1::CODE_WARNING_ORGANISATION_CHECK);
  }
  if ((bits & kUnknownDepartment) != 0) {
    result->add_code_warnings(v1::CODE_WARNING_UNKNOWN_DEPARTMENT);
  }
  if ((bits & kUnknownCategory) != 0) {
    result->add_code_warnings(v1::CODE_WARNING_UNKNOWN_CATEGORY);
  }
  if ((bits & kUnknownDivision) != 0) {
    result->add_code_warnings(v1::CODE_WARNING_UNKNOWN_DIVISION);
  }
}

v1::CodeError CodeErrorMessage(CodeError error) {
  switch (error) {
    case CodeError::kBadLength:
      return v1::CODE_ERROR_BAD_LENGTH;
    case CodeError::kInvalidChar:
      return v1::CODE_ERROR_INVALID_CHAR;
    case CodeError::kBadFinalCheck:
      return v1::CODE_ERROR_BAD_FINAL_CHECK;
    case CodeError::kNone:
    case CodeError::kPlaceholder:  // told by the verdict
      break;
  }
  return v1::CODE_ERROR_UNSPECIFIED;
}

// What follows from the identifier alone.
void SetIdentifierPart(const std::string& identifier, const CodeCheck& check,
                       v1::LookupResult* result) {
  result->set_identifier(identifier);
  result->set_code_error(CodeErrorMessage(check.error));
  result->set_invalid_position(check.position);
  AddWarnings(check.warnings, result);
}

v1::LookupResult IdentifierPart(const FindAnswer& answer) {
  v1::LookupResult result;
  SetIdentifierPart(answer.identifier, answer.code_check, &result);
  return result;
}

void AddNearest(const EnterpriseAt& near, v1::LookupResult* result) {
  if (result->nearest_codes_size() == kMaxNearestCodes) return;
  result->add_nearest_codes(near.version.content().uscc());
}

void AddCandidate(const EnterpriseAt& enterprise, v1::LookupResult* result) {
  const storage::v1::Enterprise& content = enterprise.version.content();
  v1::Candidate* candidate = result->add_candidates();
  candidate->set_uscc(content.uscc());
  candidate->set_name(content.name());
  candidate->set_status(static_cast<v1::RegistrationStatus>(content.status()));
}

bool IsPublic(bool withheld, storage::v1::PartyCategory category) {
  return !withheld && category != storage::v1::PARTY_CATEGORY_NATURAL_PERSON;
}

bool IsPublic(const EnterpriseAt& enterprise) {
  return IsPublic(enterprise.version.withheld(),
                  enterprise.version.content().category());
}

std::vector<const EnterpriseAt*> PublicCandidates(const FindAnswer& answer) {
  std::vector<const EnterpriseAt*> candidates;
  for (const EnterpriseAt& candidate : answer.candidates) {
    if (IsPublic(candidate)) candidates.push_back(&candidate);
  }
  return candidates;
}

// The verdict that the public gets where `found` is what it may see. A second
// enterprise that is hidden must not show as an ambiguity.
Verdict PublicVerdict(const FindAnswer& answer, const EnterpriseAt& found) {
  if (answer.verdict != Verdict::kAmbiguous) return answer.verdict;
  return found.version.content().status() ==
                 storage::v1::REGISTRATION_STATUS_DEREGISTERED
             ? Verdict::kDeregistered
             : Verdict::kOldNumber;
}

// The first and the last day it is shown.
void SetDays(const Decision& decision, v1::Publicity* publicity) {
  if (decision.from.is_unknown()) return;
  publicity->set_shown_from(decision.from.ToIso());
  publicity->set_shown_until(decision.until.is_open_ended()
                                 ? decision.until.ToIso()
                                 : decision.until.PlusDays(-1).ToIso());
}

}  // namespace

google::protobuf::Timestamp TimestampOf(std::int64_t unix_us) {
  constexpr std::int64_t kMicros = 1000000;
  std::int64_t seconds = unix_us / kMicros;
  std::int64_t micros = unix_us % kMicros;
  if (micros < 0) {
    --seconds;
    micros += kMicros;
  }
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<std::int32_t>(micros * 1000));
  return timestamp;
}

v1::Position PositionMessage(const TokenCodec& tokens, std::uint64_t sequence) {
  v1::Position position;
  position.set_token(tokens.EncodePosition(sequence));
  return position;
}

v1::Finding FindingMessage(const Finding& finding) {
  v1::Finding message;
  message.set_severity(static_cast<v1::Severity>(finding.severity));
  message.set_field(finding.field);
  message.set_rule(finding.rule);
  message.set_message(finding.message);
  message.set_suggestion(finding.suggestion);
  return message;
}

v1::Finding FindingMessage(const storage::v1::StoredFinding& finding) {
  v1::Finding message;
  message.set_severity(static_cast<v1::Severity>(finding.severity()));
  message.set_field(finding.field());
  message.set_rule(finding.rule());
  message.set_message(finding.message());
  message.set_suggestion(finding.suggestion());
  return message;
}

v1::Outcome OutcomeMessage(Outcome outcome) {
  return static_cast<v1::Outcome>(outcome);
}

v1::Enterprise EnterpriseMessage(const EnterpriseAt& enterprise,
                                 absl::string_view merged_into_uscc) {
  const storage::v1::EnterpriseVersion& version = enterprise.version;
  v1::Enterprise message;
  StorageToWire(version.content(), message);
  message.set_etag(EtagOf(version));
  *message.mutable_recorded_at() = TimestampOf(version.info().recorded_us());
  *message.mutable_first_received_at() =
      TimestampOf(version.info().first_received_us());
  *message.mutable_quality_flags() = version.info().quality_flags();
  message.set_merged_into_uscc(std::string(merged_into_uscc));
  message.set_withheld_reason(version.withheld_reason());
  return message;
}

v1::Record RecordMessage(const RecordAt& record, const TokenCodec& tokens,
                         absl::string_view enterprise_uscc) {
  const storage::v1::RecordVersion& version = record.version;
  v1::Record message;
  StorageToWire(version.content(), message);
  message.set_record_id(
      tokens.EncodeId(PublicIdKind::kRecord, record.record_no));
  message.set_state(static_cast<v1::RecordState>(version.state()));
  message.set_withdrawn_reason(version.withdrawn_reason());
  message.set_etag(EtagOf(version));
  *message.mutable_recorded_at() = TimestampOf(version.info().recorded_us());
  *message.mutable_first_received_at() =
      TimestampOf(version.info().first_received_us());
  *message.mutable_quality_flags() = version.info().quality_flags();
  message.set_enterprise_uscc(std::string(enterprise_uscc));
  message.set_source_id(version.info().source_id());
  message.set_disputed(version.objection_case_no() != 0);
  return message;
}

v1::PersonalFields PersonalMessage(const storage::v1::PersonalFields& fields) {
  v1::PersonalFields message;
  StorageToWire(fields, message);
  return message;
}

v1::FileSummary SummaryMessage(const storage::v1::EnterpriseHead& head) {
  v1::FileSummary message;
  const auto add = [&message](v1::Family family, std::uint64_t records) {
    if (records == 0) return;
    v1::FileSummary::Count* count = message.add_counts();
    count->set_family(family);
    count->set_records(static_cast<std::int64_t>(records));
  };
  add(v1::FAMILY_LICENCE, head.licences());
  add(v1::FAMILY_PENALTY, head.penalties());
  add(v1::FAMILY_COMPLAINT, head.complaints());
  add(v1::FAMILY_LISTING, head.listings());
  add(v1::FAMILY_ANNUAL_REPORT, head.annual_reports());
  if (head.has_latest_day()) {
    message.set_latest_record_on(CivilDay::FromDays(head.latest_day()).ToIso());
  }
  return message;
}

v1::QuarantinedRow QuarantinedRowMessage(const QuarantinedRow& row,
                                         const TokenCodec& tokens,
                                         const storage::v1::RawRow* raw) {
  v1::QuarantinedRow message;
  message.set_row_id(
      tokens.EncodeId(PublicIdKind::kQuarantineRow, row.quarantine_no));
  message.set_source_id(row.row.source_id());
  // Formats 2 to 4 are the families 1 to 3; 1 is the enterprises'.
  if (row.row.format() >= v1::IMPORT_FORMAT_LICENCE_CSV &&
      row.row.format() <= v1::IMPORT_FORMAT_COMPLAINT_CSV) {
    message.set_family(static_cast<v1::Family>(row.row.format() - 1));
  }
  for (const auto& finding : row.row.findings()) {
    *message.add_findings() = FindingMessage(finding);
  }
  *message.mutable_received_at() = TimestampOf(row.row.received_us());
  message.set_erased(row.row.erased());
  if (raw != nullptr) {
    *message.mutable_columns() = raw->columns();
    *message.mutable_cells() = raw->cells();
  }
  return message;
}

v1::LookupResult LookupMessage(const FindAnswer& answer,
                               absl::string_view merged_into_uscc) {
  v1::LookupResult result = IdentifierPart(answer);
  result.set_verdict(static_cast<v1::LookupVerdict>(answer.verdict));
  result.set_matched_by(static_cast<v1::MatchedBy>(answer.matched_by));
  result.set_name_match(static_cast<v1::NameMatch>(answer.name_match));
  if (answer.enterprise.has_value()) {
    *result.mutable_enterprise() =
        EnterpriseMessage(*answer.enterprise, merged_into_uscc);
  }
  for (const EnterpriseAt& candidate : answer.candidates) {
    AddCandidate(candidate, &result);
  }
  for (const EnterpriseAt& near : answer.nearest) AddNearest(near, &result);
  return result;
}

const EnterpriseAt* PubliclyFound(const FindAnswer& answer) {
  if (answer.verdict == Verdict::kAmbiguous) {
    const auto candidates = PublicCandidates(answer);
    return candidates.size() == 1 ? candidates.front() : nullptr;
  }
  if (!answer.enterprise.has_value() || !IsPublic(*answer.enterprise)) {
    return nullptr;
  }
  return &*answer.enterprise;
}

v1::LookupResult PublicLookupMessage(const FindAnswer& answer) {
  v1::LookupResult result = IdentifierPart(answer);
  if (const EnterpriseAt* found = PubliclyFound(answer)) {
    const auto shown = PublicEnterprise(found->version.content());
    result.set_verdict(
        static_cast<v1::LookupVerdict>(PublicVerdict(answer, *found)));
    result.set_matched_by(static_cast<v1::MatchedBy>(answer.matched_by));
    result.set_name_match(static_cast<v1::NameMatch>(answer.name_match));
    StorageToWire(*shown, *result.mutable_enterprise());
    return result;
  }
  switch (answer.verdict) {
    case Verdict::kPlaceholder:
    case Verdict::kBadCode:
      result.set_verdict(static_cast<v1::LookupVerdict>(answer.verdict));
      for (const EnterpriseAt& near : answer.nearest) {
        if (IsPublic(near)) AddNearest(near, &result);
      }
      return result;
    case Verdict::kAmbiguous: {
      const auto candidates = PublicCandidates(answer);
      if (candidates.empty()) break;
      result.set_verdict(v1::LOOKUP_VERDICT_AMBIGUOUS);
      result.set_matched_by(v1::MATCHED_BY_OLD_NUMBER);
      for (const EnterpriseAt* candidate : candidates) {
        AddCandidate(*candidate, &result);
      }
      return result;
    }
    case Verdict::kNotFound:
    case Verdict::kWithheld:
    case Verdict::kMerged:
    case Verdict::kDeregistered:
    case Verdict::kOldNumber:
    case Verdict::kRenamed:
    case Verdict::kFound:
      break;
  }
  result.set_verdict(v1::LOOKUP_VERDICT_NOT_FOUND);
  return result;
}

void SetBrief(const CodeHolder& holder, v1::LookupResult* result) {
  SetIdentifierPart(holder.identifier, holder.code_check, result);
  result->set_verdict(static_cast<v1::LookupVerdict>(holder.verdict));
  result->set_matched_by(v1::MATCHED_BY_USCC);
  v1::EnterpriseBrief* brief = result->mutable_brief();
  // It was found by the code it has.
  brief->set_uscc(holder.identifier);
  brief->set_name(holder.row.name());
  brief->set_status(static_cast<v1::RegistrationStatus>(holder.row.status()));
  if (holder.head.has_value()) {
    *brief->mutable_summary() = SummaryMessage(*holder.head);
  }
}

void SetPublicBrief(const CodeHolder& holder, v1::LookupResult* result) {
  if (!IsPublic(holder.row.withheld(), holder.row.category())) {
    SetIdentifierPart(holder.identifier, holder.code_check, result);
    result->set_verdict(v1::LOOKUP_VERDICT_NOT_FOUND);
    return;
  }
  SetBrief(holder, result);
  result->mutable_brief()->clear_summary();
}

void MakeBrief(v1::LookupResult* result) {
  if (!result->has_enterprise()) return;
  const v1::Enterprise& enterprise = result->enterprise();
  v1::EnterpriseBrief* brief = result->mutable_brief();
  brief->set_uscc(enterprise.uscc());
  brief->set_name(enterprise.name());
  brief->set_status(enterprise.status());
  result->clear_enterprise();
}

std::optional<v1::Record> PublicRecordMessage(const RecordAt& record,
                                              Channel channel,
                                              const Decision& decision,
                                              const TokenCodec& tokens) {
  const auto shown = PublicRecord(record.version.content());
  if (!shown.has_value()) return std::nullopt;
  v1::Record message;
  StorageToWire(*shown, message);
  message.set_record_id(
      tokens.EncodeId(PublicIdKind::kRecord, record.record_no));
  // Only records in force are shown.
  message.set_state(v1::RECORD_STATE_ACTIVE);
  message.set_disputed(record.version.objection_case_no() != 0);
  v1::Publicity* const publicity = message.add_publicity();
  publicity->set_channel(static_cast<v1::ChannelPublication::Channel>(channel));
  publicity->set_state(v1::PUBLICITY_STATE_PUBLIC);
  SetDays(decision, publicity);
  return message;
}

void AddPublicity(const storage::v1::RecordVersion& record,
                  const PublicationTables& tables, CivilDay day,
                  v1::Record* message) {
  for (const Channel channel : kChannels) {
    const PublicationTable* const table = tables.Of(channel);
    if (table == nullptr) continue;
    const Decision decision = Decide(record, *table, day);
    v1::Publicity* const publicity = message->add_publicity();
    publicity->set_channel(
        static_cast<v1::ChannelPublication::Channel>(channel));
    publicity->set_state(static_cast<v1::PublicityState>(decision.publicity));
    publicity->set_severity(static_cast<v1::SeverityClass>(decision.severity));
    SetDays(decision, publicity);
    publicity->set_repair_from(decision.repair_from.ToIso());
    publicity->set_unperformed(decision.unperformed);
    for (const AppliedRule& rule : decision.rules) {
      v1::AppliedRule* const applied = publicity->add_rules();
      applied->set_rule_id(*rule.id);
      applied->set_article(*rule.article);
      applied->set_unconfirmed(rule.unconfirmed);
      if (rule.note != nullptr) applied->set_note(*rule.note);
    }
    for (const UndecidedReason reason : decision.reasons) {
      publicity->add_undecided_reasons(std::string(ReasonName(reason)));
    }
    for (const storage::v1::ChosenTerm& chosen : record.chosen_terms()) {
      if (chosen.channel() == channel) {
        publicity->set_chosen_term(chosen.term());
      }
    }
  }
}

v1::ImportCounts ImportCountsMessage(const storage::v1::ImportRow& row) {
  v1::ImportCounts counts;
  counts.set_rows(static_cast<std::int64_t>(row.rows_done()));
  counts.set_created(static_cast<std::int64_t>(row.created()));
  counts.set_updated(static_cast<std::int64_t>(row.updated()));
  counts.set_unchanged(static_cast<std::int64_t>(row.unchanged()));
  counts.set_pending(static_cast<std::int64_t>(row.pending()));
  counts.set_quarantined(static_cast<std::int64_t>(row.quarantined()));
  counts.set_rejected(static_cast<std::int64_t>(row.rejected()));
  counts.set_flagged(static_cast<std::int64_t>(row.flagged()));
  return counts;
}

v1::ImportReceipt ReceiptMessage(absl::string_view request_id,
                                 const storage::v1::ImportRow& row,
                                 const TokenCodec& tokens) {
  v1::ImportReceipt receipt;
  receipt.set_request_id(std::string(request_id));
  receipt.set_format(static_cast<v1::ImportFormat>(row.format()));
  receipt.set_source_id(row.source_id());
  receipt.set_encoding(static_cast<v1::TextEncoding>(row.encoding()));
  *receipt.mutable_counts() = ImportCountsMessage(row);
  receipt.set_total_bytes(static_cast<std::int64_t>(row.total_bytes()));
  receipt.set_file_sm3(row.file_sm3());
  *receipt.mutable_started_at() = TimestampOf(row.started_us());
  if (row.finished_us() != 0) {
    *receipt.mutable_finished_at() = TimestampOf(row.finished_us());
    *receipt.mutable_position() = PositionMessage(tokens, row.sequence());
  }
  return receipt;
}

}  // namespace creditreg
