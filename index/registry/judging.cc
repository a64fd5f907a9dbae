#include "index/registry/judging.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/civil_day.h"
#include "index/base/status_macros.h"
#include "index/codec/keys.h"
#include "index/publication/publicity.h"
#include "index/registry/conf_tables.h"
#include "index/registry/index_rows.h"
#include "index/registry/record_version.h"
#include "index/registry/registry.h"
#include "index/registry/rows.h"
#include "index/registry/transaction.h"
#include "index/registry/view.h"
#include "index/registry/write_context.h"

namespace creditreg {
namespace {

using storage::v1::RecordHead;
using storage::v1::RecordVersion;

ChangeSource OfTheRegistry() {
  static const Actor* const kJudge =
      new Actor{"registry", "", "system", "publication rules"};
  ChangeSource source;
  source.actor = kJudge;
  return source;
}

// Whether what was judged has to be kept with the record's version.
bool IsAnother(const RecordVersion& judged, const RecordVersion& stored) {
  return judged.unlisted() != stored.unlisted() ||
         judged.first_shown_size() != stored.first_shown_size() ||
         judged.announced_ends_size() != stored.announced_ends_size();
}

// A new version where the record moves to the other stretch of its file, is
// shown for the first time, or receivers are told of its end; else its head
// alone, where that differs.
absl::Status Rejudge(Transaction& transaction, const WriteContext& context,
                     std::uint64_t record_no) {
  CREDITREG_ASSIGN_OR_RETURN(const std::optional<RecordAt> stored,
                             ReadRecordVersion(transaction, record_no, 0));
  CREDITREG_ASSIGN_OR_RETURN(
      const std::optional<RecordHead> head,
      ReadRow<RecordHead>(transaction, RecordHeadKey(record_no)));
  // Numbers of rows that were undone are not given out again.
  if (!stored.has_value() || !head.has_value()) return absl::OkStatus();
  RecordVersion version = stored->version;
  RecordHead judged = *head;
  JudgedPublicity publicity = JudgePublicity(
      *transaction.tables(),
      CivilDay::FromDays(transaction.counters().publication_day()),
      head->publicity(), /*withdraw_within_days=*/-1, &version);
  SetHeadPublicity(std::move(publicity.publicity), &judged);
  if (IsAnother(version, stored->version) || !publicity.withdrawals.empty()) {
    NewRecordVersion put;
    put.record_no = record_no;
    put.stored = &*stored;
    put.version = stored->version;
    put.version.clear_correction_reason();
    put.change.set_kind(storage::v1::Change::KIND_RECORD_JUDGED);
    return PutRecordVersion(transaction, context, OfTheRegistry(),
                            std::move(put))
        .status();
  }
  ReplaceIndexRows(PublicityRows(record_no, *head),
                   PublicityRows(record_no, judged), transaction);
  transaction.Put(RecordHeadKey(record_no), judged);
  return absl::OkStatus();
}

// How many there were, at most kJudgedPerPiece.
absl::StatusOr<std::size_t> JudgeDue(Transaction& transaction,
                                     const WriteContext& context) {
  const CivilDay today =
      CivilDay::FromDays(transaction.counters().publication_day());
  ScanRange range;
  range.begin = TablePrefix(Table::kDue);
  range.end = DuePrefix(today.PlusDays(1));
  range.max_rows = kJudgedPerPiece;
  CREDITREG_ASSIGN_OR_RETURN(const ScanPage page, transaction.Scan(range));
  for (const auto& [key, value] : page.rows) {
    CREDITREG_ASSIGN_OR_RETURN(const DueEntry due, DecodeDueKey(key));
    CREDITREG_RETURN_IF_ERROR(Rejudge(transaction, context, due.record_no));
  }
  return page.rows.size();
}

// True: there are more.
absl::StatusOr<bool> JudgeByNewRules(Transaction& transaction,
                                     const WriteContext& context) {
  const std::string key = MetaKey(kJudgingRow);
  CREDITREG_ASSIGN_OR_RETURN(
      std::optional<storage::v1::JudgingRow> row,
      ReadRow<storage::v1::JudgingRow>(transaction, key));
  if (!row.has_value()) return false;
  const std::uint64_t end = std::min<std::uint64_t>(
      row->next_record_no() + kJudgedPerPiece, row->end_record_no());
  for (std::uint64_t no = row->next_record_no(); no < end; ++no) {
    CREDITREG_RETURN_IF_ERROR(Rejudge(transaction, context, no));
  }
  if (end == row->end_record_no()) {
    transaction.Delete(key);
    return false;
  }
  row->set_next_record_no(end);
  transaction.Put(key, *row);
  return true;
}

absl::StatusOr<bool> Judge(Transaction& transaction,
                           const WriteContext& context) {
  CREDITREG_ASSIGN_OR_RETURN(const std::size_t due,
                             JudgeDue(transaction, context));
  if (due > 0) return true;
  return JudgeByNewRules(transaction, context);
}

}  // namespace

void PutDayBegan(Transaction& transaction, const WriteContext& context) {
  if (ChinaDay(context.clock->Now()).days() <=
      transaction.counters().publication_day()) {
    return;
  }
  const Stamp stamp = BeginChange(transaction, context);
  storage::v1::Change change;
  change.set_kind(storage::v1::Change::KIND_DAY_BEGAN);
  EndChange(transaction, stamp, OfTheRegistry(), std::move(change));
}

absl::StatusOr<bool> JudgePiece(Transaction& transaction,
                                const WriteContext& context) {
  const Transaction::Mark mark = transaction.Save();
  absl::StatusOr<bool> more = Judge(transaction, context);
  if (!more.ok()) transaction.Restore(mark);
  return more;
}

}  // namespace creditreg
