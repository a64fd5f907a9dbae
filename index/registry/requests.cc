#include "index/registry/requests.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/clock.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/registry/quarantine.h"
#include "index/registry/registry.h"
#include "index/registry/rows.h"
#include "index/registry/transaction.h"
#include "index/registry/write_context.h"

namespace creditreg {
namespace {

storage::v1::RequestRow::Result StoredResult(const WriteResult& result) {
  storage::v1::RequestRow::Result stored;
  stored.set_outcome(static_cast<std::uint32_t>(result.outcome));
  stored.set_record_no(result.record_no);
  stored.set_enterprise_no(result.enterprise_no);
  stored.set_version_sequence(result.version_sequence);
  for (const Finding& finding : result.findings) {
    *stored.add_findings() = ToStored(finding);
  }
  stored.set_pending_records(result.pending_records);
  stored.set_case_no(result.case_no);
  return stored;
}

WriteAnswer StoredAnswer(const storage::v1::RequestRow& row) {
  WriteAnswer answer;
  answer.sequence = row.sequence();
  answer.is_repeated = true;
  for (const storage::v1::RequestRow::Result& stored : row.results()) {
    WriteResult result;
    result.outcome = static_cast<Outcome>(stored.outcome());
    result.record_no = stored.record_no();
    result.enterprise_no = stored.enterprise_no();
    result.version_sequence = stored.version_sequence();
    for (const storage::v1::StoredFinding& finding : stored.findings()) {
      result.findings.push_back(FromStored(finding));
    }
    result.pending_records = stored.pending_records();
    result.case_no = stored.case_no();
    answer.results.push_back(std::move(result));
  }
  return answer;
}

}  // namespace

std::string PayloadMac(absl::string_view payload, const Key256& hmac_key) {
  return Hmac(hmac_key, "payload", payload).substr(0, 16);
}

absl::StatusOr<WriteAnswer> ApplyOnce(
    Transaction& transaction, const WriteContext& context,
    const WriteRequest& request, absl::string_view payload_mac,
    const std::function<absl::StatusOr<std::vector<WriteResult>>(
        Transaction&, const ChangeSource&)>& apply) {
  const std::string key =
      RequestKey(request.actor.principal, request.request_id);
  CREDITREG_ASSIGN_OR_RETURN(
      const std::optional<storage::v1::RequestRow> known,
      ReadRow<storage::v1::RequestRow>(transaction, key));
  if (known.has_value()) {
    if (absl::string_view(known->payload_mac()) == payload_mac) {
      return StoredAnswer(*known);
    }
    return absl::AlreadyExistsError(
        "REQUEST_ID_REUSED: request_id: came before with other content");
  }
  const Transaction::Mark mark = transaction.Save();
  ChangeSource source;
  source.actor = &request.actor;
  source.request_id = request.request_id;
  absl::StatusOr<std::vector<WriteResult>> results = apply(transaction, source);
  if (!results.ok() || request.validate_only) {
    transaction.Restore(mark);
    CREDITREG_RETURN_IF_ERROR(results.status());
    return WriteAnswer{*std::move(results), transaction.counters().sequence()};
  }
  const storage::v1::Counters& counters = transaction.counters();
  storage::v1::RequestRow row;
  row.set_payload_mac(std::string(payload_mac));
  row.set_sequence(counters.sequence());
  row.set_recorded_us(std::max(absl::ToUnixMicros(context.clock->Now()),
                               counters.record_time_us()));
  for (const WriteResult& result : *results) {
    *row.add_results() = StoredResult(result);
  }
  transaction.Put(key, row);
  transaction.Put(RequestAgeKey(row.recorded_us(), request.actor.principal,
                                request.request_id),
                  storage::v1::EmptyRow());
  return WriteAnswer{*std::move(results), counters.sequence()};
}

}  // namespace creditreg
