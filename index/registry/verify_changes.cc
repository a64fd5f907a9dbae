#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/civil_day.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/registry/verify_passes.h"
#include "index/registry/verify_relations.h"
#include "index/registry/verify_run.h"
#include "index/registry/write_context.h"

namespace creditreg {
namespace {

using storage::v1::Change;

// Which numbers and hashes a change of its kind has.
bool HasWhatItsKindNeeds(const Change& change) {
  const bool has_content = change.content_hash().size() == kSm3Bytes;
  switch (MadeByOf(change.kind())) {
    case MadeBy::kPut:
    case MadeBy::kWithheld:
      return has_content && change.enterprise_no() != 0 &&
             change.record_no() == 0 && change.quarantine_no() == 0;
    case MadeBy::kSubmitted:
    case MadeBy::kWithdrawn:
      return has_content && change.record_no() != 0 &&
             change.quarantine_no() == 0;
    case MadeBy::kLinked:
    case MadeBy::kClassified:
    case MadeBy::kJudged:
    case MadeBy::kMarked:
      return has_content && change.record_no() != 0 &&
             change.enterprise_no() != 0 && change.quarantine_no() == 0;
    case MadeBy::kErased:
      return change.erased_data_key() != 0 &&
             has_content == (change.quarantine_no() == 0) &&
             (change.quarantine_no() == 0
                  ? change.record_no() != 0 || change.enterprise_no() != 0
                  : change.record_no() == 0 && change.enterprise_no() == 0);
    case MadeBy::kNothing:
      break;
  }
  const bool touches_nobody =
      change.enterprise_no() == 0 && change.record_no() == 0 &&
      change.quarantine_no() == 0 && change.sealed_hash().empty();
  if (change.kind() == Change::KIND_TABLE_ACTIVATED) {
    return touches_nobody && has_content && !change.table().empty();
  }
  if (change.kind() == Change::KIND_DAY_BEGAN) {
    return touches_nobody && change.content_hash().empty();
  }
  if (change.kind() == Change::KIND_CASE_OPENED ||
      change.kind() == Change::KIND_CASE_ADVANCED) {
    return change.case_no() != 0 && has_content && change.quarantine_no() == 0;
  }
  if (change.kind() == Change::KIND_WITHDRAWALS_ACKNOWLEDGED) {
    return touches_nobody && change.content_hash().empty();
  }
  return change.kind() == Change::KIND_ROW_QUARANTINED &&
         change.quarantine_no() != 0 && change.record_no() == 0 &&
         change.enterprise_no() == 0 && change.content_hash().empty() &&
         !change.sealed_hash().empty();
}

std::string KeyOfSealed(const Change& change, std::uint64_t sequence) {
  if (change.quarantine_no() != 0) {
    return SealedKey(SealedKind::kQuarantine, change.quarantine_no(), 0);
  }
  if (change.record_no() != 0) {
    return SealedKey(SealedKind::kRecord, change.record_no(), sequence);
  }
  return SealedKey(SealedKind::kEnterprise, change.enterprise_no(), sequence);
}

class ChangeCheck {
 public:
  ChangeCheck(VerifyRun& run, Relations& relations)
      : run_(run),
        relations_(relations),
        chain_(Sm3(run.layout().registry_id())) {}

  absl::Status Take(std::uint64_t sequence, absl::string_view value) {
    if (sequence != last_sequence_ + 1) {
      run_.Fault(Table::kChange, "numbers have a gap", sequence);
    }
    if (sequence > run_.counters().sequence()) {
      run_.Fault(Table::kChange, "behind the last one counters name", sequence);
    }
    last_sequence_ = sequence;
    const std::optional<Change> change =
        run_.Decode<Change>(Table::kChange, value, sequence);
    if (!change.has_value()) {
      chain_known_ = false;
      return absl::OkStatus();
    }
    CheckChain(sequence, *change);
    CheckTimes(sequence, *change);
    if (!HasWhatItsKindNeeds(*change)) {
      run_.Fault(Table::kChange, "numbers and hashes do not fit its kind",
                 sequence);
    }
    return Relate(sequence, *change);
  }

  void Finish() {
    const storage::v1::Counters& counters = run_.counters();
    if (last_sequence_ != counters.sequence()) {
      run_.Fault(Table::kChange, "the last one is not that of counters",
                 last_sequence_);
      return;
    }
    if (chain_known_ && counters.chain_hash() != chain_) {
      run_.Fault(Table::kChange, "chain does not end as counters say",
                 last_sequence_);
    }
    if (last_time_us_.value_or(0) != counters.record_time_us()) {
      run_.Fault(Table::kChange, "record_time of the last is not counters'",
                 last_sequence_);
    }
    if (last_day_ != counters.publication_day()) {
      run_.Fault(Table::kChange, "publication_day of the last is not counters'",
                 last_sequence_);
    }
  }

 private:
  void CheckChain(std::uint64_t sequence, const Change& change) {
    if (chain_known_ && ChainHash(chain_, change) != change.chain_hash()) {
      run_.Fault(Table::kChange, "chain_hash does not hold", sequence);
    }
    // Goes on from what is stored, so that one break is told once.
    chain_ = change.chain_hash();
    chain_known_ = true;
  }

  void CheckTimes(std::uint64_t sequence, const Change& change) {
    const std::int64_t time_us = change.record_time_us();
    if (last_time_us_.has_value() && time_us <= *last_time_us_) {
      run_.Fault(Table::kChange, "record_time does not rise", sequence);
    }
    last_time_us_ = time_us;
    if (change.publication_day() < last_day_ ||
        change.publication_day() <
            ChinaDay(absl::FromUnixMicros(time_us)).days()) {
      run_.Fault(Table::kChange, "publication_day goes back", sequence);
    }
    last_day_ = change.publication_day();
  }

  absl::Status Relate(std::uint64_t sequence, const Change& change) {
    for (const auto& [key, value] : ChangeIndexRows(sequence, change)) {
      CREDITREG_RETURN_IF_ERROR(relations_.Expect(
          absl::StartsWith(key, withdrawal_prefix_) ? Relation::kWithdrawal
                                                    : Relation::kCaseStep,
          key, value, sequence));
    }
    if (MadeEnterpriseVersion(change) || MadeRecordVersion(change)) {
      relations_.Found(MadeEnterpriseVersion(change)
                           ? Relation::kChangeOfEnterprise
                           : Relation::kChangeOfRecord,
                       ChangeKey(sequence), ProjectMade(change));
    }
    if (change.erased_data_key() != 0) {
      CREDITREG_RETURN_IF_ERROR(relations_.Expect(
          Relation::kErasedKey, ErasedKeyKey(change.erased_data_key()),
          EncodeValue(storage::v1::EmptyRow()), sequence));
    }
    if (change.kind() == Change::KIND_TABLE_ACTIVATED) {
      CREDITREG_RETURN_IF_ERROR(relations_.Expect(
          Relation::kConfTable, ConfTableKey(change.table(), sequence),
          change.content_hash(), sequence));
    }
    if (!change.sealed_hash().empty()) {
      CREDITREG_RETURN_IF_ERROR(
          relations_.Expect(Relation::kSealed, KeyOfSealed(change, sequence),
                            change.sealed_hash(), sequence));
    }
    if (change.kind() != Change::KIND_ROW_QUARANTINED) return absl::OkStatus();
    return relations_.Expect(
        Relation::kQuarantine, QuarantineKey(change.quarantine_no()),
        ProjectQuarantine(change.record_time_us(), change.request_id(),
                          change.import_row()),
        sequence);
  }

  VerifyRun& run_;
  Relations& relations_;
  const std::string withdrawal_prefix_ = TablePrefix(Table::kWithdrawal);
  std::uint64_t last_sequence_ = 0;
  std::optional<std::int64_t> last_time_us_;
  std::int32_t last_day_ = 0;
  // Hash of the change before; unknown behind a damaged one.
  std::string chain_;
  bool chain_known_ = true;
};

}  // namespace

absl::Status CheckChanges(VerifyRun& run, Relations& relations) {
  ChangeCheck check(run, relations);
  NumberedCursor cursor(run, Table::kChange);
  while (true) {
    CREDITREG_ASSIGN_OR_RETURN(const NumberedCursor::Row* const row,
                               cursor.Peek());
    if (row == nullptr) break;
    CREDITREG_RETURN_IF_ERROR(check.Take(row->number, row->value));
    cursor.Pop();
  }
  check.Finish();
  return absl::OkStatus();
}

}  // namespace creditreg
