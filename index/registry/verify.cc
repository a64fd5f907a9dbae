#include "index/registry/verify.h"

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"
#include "index/registry/registry.h"
#include "index/registry/snapshot_view.h"
#include "index/registry/verify_passes.h"
#include "index/registry/verify_relations.h"
#include "index/registry/verify_run.h"
#include "index/store/key_files.h"

namespace creditreg {
namespace {

// Reads every table; a few more than once.
absl::Status ReadAll(VerifyRun& run, Relations& relations, Recount* recount) {
  CREDITREG_RETURN_IF_ERROR(run.BeginStage("meta"));
  CREDITREG_RETURN_IF_ERROR(CheckMeta(run));
  CREDITREG_RETURN_IF_ERROR(run.BeginStage("changes"));
  CREDITREG_RETURN_IF_ERROR(CheckChanges(run, relations));
  CREDITREG_RETURN_IF_ERROR(run.BeginStage("enterprises"));
  CREDITREG_RETURN_IF_ERROR(CheckEnterprises(run, relations, recount));
  CREDITREG_RETURN_IF_ERROR(run.BeginStage("records"));
  CREDITREG_RETURN_IF_ERROR(CheckRecords(run, relations, recount));
  CREDITREG_RETURN_IF_ERROR(run.BeginStage("cases"));
  CREDITREG_RETURN_IF_ERROR(CheckCases(run, relations, recount));
  CREDITREG_RETURN_IF_ERROR(run.BeginStage("indexes"));
  CREDITREG_RETURN_IF_ERROR(CountImplied(run, relations, *recount));
  CREDITREG_RETURN_IF_ERROR(CheckFileHeads(run, relations, *recount));
  CREDITREG_RETURN_IF_ERROR(CheckWaiting(run));
  CREDITREG_RETURN_IF_ERROR(CheckBacklog(run));
  CREDITREG_RETURN_IF_ERROR(run.BeginStage("requests"));
  CREDITREG_RETURN_IF_ERROR(CheckRequests(run, relations));
  CREDITREG_RETURN_IF_ERROR(run.BeginStage("quarantine"));
  CREDITREG_RETURN_IF_ERROR(CheckQuarantine(run, relations, recount));
  CREDITREG_RETURN_IF_ERROR(run.BeginStage("imports"));
  CREDITREG_RETURN_IF_ERROR(CheckImports(run, recount));
  CheckCounters(run, *recount);
  return CheckQuality(run, *recount);
}

// Looks up row by row where a table is not what another implies. What is
// counted meanwhile was counted before.
absl::Status SettleAll(VerifyRun& run, Relations& relations) {
  CREDITREG_RETURN_IF_ERROR(run.BeginStage("differences"));
  Recount again;
  CREDITREG_RETURN_IF_ERROR(relations.Settle(
      {Relation::kSealed, Relation::kQuarantine, Relation::kErasedKey,
       Relation::kConfTable, Relation::kWithdrawal, Relation::kCaseStep},
      [&] { return CheckChanges(run, relations); }));
  CREDITREG_RETURN_IF_ERROR(relations.Settle(
      {Relation::kChangeOfEnterprise, Relation::kCurrentCode,
       Relation::kFormerCode, Relation::kOldNumber, Relation::kNameKey,
       Relation::kPersonOfEnterprise},
      [&] { return CheckEnterprises(run, relations, &again); }));
  CREDITREG_RETURN_IF_ERROR(relations.Settle(
      {Relation::kChangeOfRecord, Relation::kNaturalKey, Relation::kFileList,
       Relation::kPendingLink, Relation::kPersonOfRecord, Relation::kDue,
       Relation::kUndecided},
      [&] { return CheckRecords(run, relations, &again); }));
  CREDITREG_RETURN_IF_ERROR(relations.Settle(
      {Relation::kRecordCase, Relation::kCaseClock, Relation::kNationalCase},
      [&] { return CheckCases(run, relations, &again); }));
  CREDITREG_RETURN_IF_ERROR(relations.Settle(
      {Relation::kRequestAge}, [&] { return CheckRequests(run, relations); }));
  return relations.Settle({Relation::kQuarantineKey}, [&] {
    return CheckQuarantine(run, relations, &again);
  });
}

}  // namespace

absl::StatusOr<VerifyReport> VerifyRegistry(
    const SnapshotView& view, const storage::v1::Layout& layout,
    const KeyRing& keys, const DataKeyStore& data_keys,
    const VerifyOptions& options,
    const std::function<bool(const VerifyProgress&)>& progress) {
  VerifyRun run(view, layout, keys, data_keys, options, progress);
  Relations relations(run);
  Recount recount;
  CREDITREG_RETURN_IF_ERROR(ReadAll(run, relations, &recount));
  CREDITREG_RETURN_IF_ERROR(SettleAll(run, relations));
  return run.TakeReport();
}

}  // namespace creditreg
