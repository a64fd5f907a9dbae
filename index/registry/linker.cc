#include "index/registry/linker.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/status_macros.h"
#include "index/codec/keys.h"
#include "index/lookup/identifiers.h"
#include "index/registry/record_write.h"
#include "index/registry/registry.h"
#include "index/registry/rows.h"
#include "index/registry/transaction.h"
#include "index/registry/view.h"
#include "index/registry/write_context.h"
#include "index/store/store.h"

namespace creditreg {

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
  if (step.done) return false;
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
  const Transaction::Mark mark = transaction.Save();
  const absl::StatusOr<LinkStep> step = LinkWaiting(
      transaction, context, source, enterprise_no, from, kLinksPerPiece);
  if (!step.ok()) {
    transaction.Restore(mark);
    return step.status();
  }
  if (!step->done) return std::optional<LinkProgress>(step->next);
  transaction.Delete(LinkBacklogKey(enterprise_no));
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
