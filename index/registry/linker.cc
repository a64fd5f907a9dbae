#include "index/registry/linker.h"

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
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/status_macros.h"
#include "index/codec/keys.h"
#include "index/lookup/identifiers.h"
#include "index/registry/party_link.h"
#include "index/registry/record_version.h"
#include "index/registry/registry.h"
#include "index/registry/rows.h"
#include "index/registry/transaction.h"
#include "index/registry/view.h"
#include "index/registry/write_context.h"
#include "index/store/store.h"

namespace creditreg {
namespace {

// Links one waiting record where the register now knows its party. True: it
// was linked.
absl::StatusOr<bool> LinkOne(Transaction& transaction,
                             const WriteContext& context,
                             const ChangeSource& source,
                             std::uint64_t record_no) {
  CREDITREG_ASSIGN_OR_RETURN(const std::optional<RecordAt> stored,
                             ReadRecordVersion(transaction, record_no, 0));
  if (!stored.has_value()) {
    return absl::DataLossError("record: missing, want one that waits");
  }
  if (!IsPending(stored->version)) return false;
  CREDITREG_ASSIGN_OR_RETURN(
      const PartyLink link,
      LinkParty(transaction, stored->version.content(),
                PartyIdentifiers(stored->version, context.keys->hmac)));
  if (link.enterprise_no == 0) return false;
  NewRecordVersion put;
  put.record_no = record_no;
  put.stored = &*stored;
  put.version = stored->version;
  put.version.set_enterprise_no(link.enterprise_no);
  // It was accepted when nobody could say better: a name the register never
  // held is flagged now, not refused.
  std::vector<std::string> flags;
  for (const std::string& flag : stored->version.info().quality_flags()) {
    // What kept it waiting is over.
    if (flag != kPartyAmbiguous) flags.push_back(flag);
  }
  SetQualityFlags(flags, link.finding, *put.version.mutable_info());
  put.change.set_kind(storage::v1::Change::KIND_RECORD_LINKED);
  CREDITREG_RETURN_IF_ERROR(
      PutRecordVersion(transaction, context, source, std::move(put)).status());
  return true;
}

// One step of a pass.
struct LinkStep {
  // All were tried.
  bool done = true;
  // Records that found their enterprise.
  std::uint64_t linked = 0;
  LinkProgress next;
};

// Tries at most `max_rows` waiting records from `from` on.
absl::StatusOr<LinkStep> LinkWaiting(Transaction& transaction,
                                     const WriteContext& context,
                                     const ChangeSource& source,
                                     std::uint64_t enterprise_no,
                                     const LinkProgress& from,
                                     std::size_t max_rows) {
  LinkStep step;
  CREDITREG_ASSIGN_OR_RETURN(
      const std::optional<EnterpriseAt> enterprise,
      ReadEnterpriseVersion(transaction, enterprise_no, 0));
  if (!enterprise.has_value()) return step;
  const std::vector<PartyIdentifier> identifiers =
      EnterpriseIdentifiers(enterprise->version, context.keys->hmac);
  std::string after = from.after_key;
  for (std::size_t i = from.identifier; i < identifiers.size(); ++i) {
    const std::string prefix =
        PendingLinkPrefix(identifiers[i].kind, identifiers[i].value);
    ScanRange range;
    range.begin = after.empty()
                      ? prefix
                      : absl::StrCat(after, absl::string_view("\0", 1));
    range.end = PrefixEnd(prefix);
    range.max_rows = max_rows;
    CREDITREG_ASSIGN_OR_RETURN(const ScanPage page, transaction.Scan(range));
    for (const auto& [key, value] : page.rows) {
      CREDITREG_ASSIGN_OR_RETURN(
          const std::uint64_t record_no,
          DecodeTrailingNumber(Table::kPendingLink, key));
      CREDITREG_ASSIGN_OR_RETURN(
          const bool linked, LinkOne(transaction, context, source, record_no));
      if (linked) ++step.linked;
    }
    after.clear();
    max_rows -= std::min(max_rows, page.rows.size());
    if (!page.next.empty() || max_rows == 0) {
      step.done = false;
      step.next.identifier = i;
      step.next.after_key = page.rows.empty() ? "" : page.rows.back().first;
      return step;
    }
  }
  return step;
}

// Records that wait under the identifiers: counted up to `limit`, those that
// wait under several of them once for each.
absl::StatusOr<std::uint64_t> CountWaiting(
    const Snapshot& rows, const std::vector<PartyIdentifier>& identifiers,
    std::uint64_t limit) {
  std::uint64_t waiting = 0;
  for (const PartyIdentifier& identifier : identifiers) {
    const std::string prefix =
        PendingLinkPrefix(identifier.kind, identifier.value);
    ScanRange range;
    range.begin = prefix;
    range.end = PrefixEnd(prefix);
    while (!range.begin.empty() && waiting < limit) {
      CREDITREG_ASSIGN_OR_RETURN(ScanPage page, rows.Scan(range));
      waiting += page.rows.size();
      range.begin = std::move(page.next);
    }
  }
  return std::min(waiting, limit);
}

}  // namespace

absl::StatusOr<bool> LinkInline(Transaction& transaction,
                                const WriteContext& context,
                                const ChangeSource& source,
                                WriteResult* result) {
  CREDITREG_ASSIGN_OR_RETURN(
      const std::optional<EnterpriseAt> enterprise,
      ReadEnterpriseVersion(transaction, result->enterprise_no, 0));
  if (!enterprise.has_value()) return false;
  CREDITREG_ASSIGN_OR_RETURN(
      result->pending_records,
      CountWaiting(
          transaction,
          EnterpriseIdentifiers(enterprise->version, context.keys->hmac),
          Registry::kMaxPendingCount));
  if (result->pending_records == 0) return false;
  CREDITREG_ASSIGN_OR_RETURN(
      const LinkStep step,
      LinkWaiting(transaction, context, source, result->enterprise_no,
                  LinkProgress(), kInlineLinks));
  if (step.done) {
    // Those that may be somebody else's as well go on waiting.
    result->pending_records = step.linked;
    return false;
  }
  storage::v1::LinkBacklogRow row;
  row.set_started_sequence(transaction.counters().sequence());
  transaction.Put(LinkBacklogKey(result->enterprise_no), row);
  return true;
}

absl::StatusOr<std::optional<LinkProgress>> LinkPiece(
    Transaction& transaction, const WriteContext& context,
    std::uint64_t enterprise_no, const LinkProgress& from) {
  static const Actor* const kLinker =
      new Actor{"registry", "", "system", "link waiting records"};
  ChangeSource source;
  source.actor = kLinker;
  const std::string key = LinkBacklogKey(enterprise_no);
  CREDITREG_ASSIGN_OR_RETURN(
      const std::optional<storage::v1::LinkBacklogRow> row,
      ReadRow<storage::v1::LinkBacklogRow>(transaction, key));
  if (!row.has_value()) return std::optional<LinkProgress>();
  LinkProgress begin = from;
  if (begin.started_sequence != row->started_sequence()) {
    // The first piece, or the enterprise has other identifiers by now.
    begin = LinkProgress();
    begin.started_sequence = row->started_sequence();
  }
  const Transaction::Mark mark = transaction.Save();
  absl::StatusOr<LinkStep> step = LinkWaiting(
      transaction, context, source, enterprise_no, begin, kLinksPerPiece);
  if (!step.ok()) {
    transaction.Restore(mark);
    return step.status();
  }
  if (!step->done) {
    step->next.started_sequence = begin.started_sequence;
    return std::optional<LinkProgress>(std::move(step->next));
  }
  transaction.Delete(key);
  return std::optional<LinkProgress>();
}

absl::StatusOr<std::vector<std::uint64_t>> ReadBacklog(const Snapshot& rows) {
  std::vector<std::uint64_t> enterprises;
  ScanRange range;
  range.begin = TablePrefix(Table::kLinkBacklog);
  range.end = PrefixEnd(range.begin);
  while (!range.begin.empty()) {
    CREDITREG_ASSIGN_OR_RETURN(ScanPage page, rows.Scan(range));
    for (const auto& [key, value] : page.rows) {
      CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t enterprise_no,
                                 DecodeNumberKey(Table::kLinkBacklog, key));
      enterprises.push_back(enterprise_no);
    }
    range.begin = std::move(page.next);
  }
  return enterprises;
}

}  // namespace creditreg
