#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/status_macros.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/registry/case_write.h"
#include "index/registry/verify_passes.h"
#include "index/registry/verify_relations.h"
#include "index/registry/verify_run.h"
#include "index/registry/write_context.h"

namespace creditreg {
namespace {

using storage::v1::CaseRow;
using storage::v1::Change;

absl::Status ExpectRows(Relations& relations, std::uint64_t case_no,
                        const CaseRow& row) {
  const std::string clocks = TablePrefix(Table::kCaseClock);
  for (const auto& [key, value] : CaseIndexRows(case_no, row)) {
    CREDITREG_RETURN_IF_ERROR(relations.Expect(absl::StartsWith(key, clocks)
                                                   ? Relation::kCaseClock
                                                   : Relation::kRecordCase,
                                               key, value, case_no));
  }
  if (row.national_no().empty()) return absl::OkStatus();
  storage::v1::NationalCaseRow national;
  national.set_case_no(case_no);
  return relations.Expect(Relation::kNationalCase,
                          NationalCaseKey(row.national_no()),
                          EncodeValue(national), case_no);
}

// That the change it names made it.
absl::Status CheckMade(VerifyRun& run, std::uint64_t case_no,
                       const CaseRow& row) {
  CREDITREG_ASSIGN_OR_RETURN(
      const std::optional<std::string> value,
      GetUndamaged(run.rows(), ChangeKey(row.sequence())));
  const absl::StatusOr<Change> change =
      value.has_value() ? DecodeValue<Change>(*value)
                        : absl::StatusOr<Change>(absl::NotFoundError(""));
  if (!change.ok() || change->case_no() != case_no ||
      change->content_hash() != ContentHash(row)) {
    run.Fault(Table::kCase, "no change made it as it is", case_no);
  }
  return absl::OkStatus();
}

absl::Status CheckCase(VerifyRun& run, Relations& relations,
                       std::uint64_t case_no, const CaseRow& row) {
  if (!run.searching()) {
    const storage::v1::Counters& counters = run.counters();
    if (row.record_no() >= counters.next_record_no() ||
        row.enterprise_no() >= counters.next_enterprise_no()) {
      run.Fault(Table::kCase, "its record or enterprise does not exist",
                case_no);
    }
    if (row.events().empty() || row.events().rbegin()->state() != row.state()) {
      run.Fault(Table::kCase, "its last step does not lead to its state",
                case_no);
    }
    CREDITREG_RETURN_IF_ERROR(CheckMade(run, case_no, row));
  }
  return ExpectRows(relations, case_no, row);
}

// Rows that nothing else implies: that they can be read.
absl::Status CheckLoose(VerifyRun& run) {
  CREDITREG_RETURN_IF_ERROR(ForEachRow(
      run, Table::kHeldStep,
      [&](const std::string& key, const std::string& value) {
        if (!DecodeHeldStepKey(key).ok()) {
          run.Fault(Table::kHeldStep, "key damaged");
        }
        run.Decode<storage::v1::HeldStepRow>(Table::kHeldStep, value, 0);
        return absl::OkStatus();
      }));
  return ForEachRow(
      run, Table::kReceiver,
      [&](const std::string& key, const std::string& value) {
        const auto row =
            run.Decode<storage::v1::ReceiverRow>(Table::kReceiver, value, 0);
        if (!DecodeTextKey(Table::kReceiver, key).ok()) {
          run.Fault(Table::kReceiver, "key damaged");
        }
        if (row.has_value() &&
            row->acknowledged() > run.counters().sequence()) {
          run.Fault(Table::kReceiver, "acknowledged what is to come");
        }
        return absl::OkStatus();
      });
}

}  // namespace

absl::Status CheckCases(VerifyRun& run, Relations& relations,
                        Recount* recount) {
  NumberedCursor cursor(run, Table::kCase);
  while (true) {
    CREDITREG_ASSIGN_OR_RETURN(const NumberedCursor::Row* const row,
                               cursor.Peek());
    if (row == nullptr) break;
    recount->counters.set_next_case_no(row->number);
    const std::optional<CaseRow> decoded =
        run.Decode<CaseRow>(Table::kCase, row->value, row->number);
    if (decoded.has_value()) {
      CREDITREG_RETURN_IF_ERROR(
          CheckCase(run, relations, row->number, *decoded));
    }
    cursor.Pop();
  }
  return run.searching() ? absl::OkStatus() : CheckLoose(run);
}

}  // namespace creditreg
