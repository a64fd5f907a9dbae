#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
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
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/model/finding.h"
#include "index/registry/quarantine.h"
#include "index/registry/registry.h"
#include "index/registry/verify_passes.h"
#include "index/registry/verify_relations.h"
#include "index/registry/verify_run.h"
#include "index/registry/verify_sealed.h"

namespace creditreg {
namespace {

constexpr std::size_t kMacBytes = 16;

// The request-age row of a request: its time, then what the request's own key
// says. Requires recorded_us >= 0.
std::string AgeKeyOf(std::int64_t recorded_us, const std::string& request_key) {
  const std::string empty_names = RequestAgeKey(recorded_us, "", "");
  const std::size_t prefix_and_time =
      TablePrefix(Table::kRequestAge).size() + sizeof(std::uint64_t);
  return absl::StrCat(empty_names.substr(0, prefix_and_time),
                      request_key.substr(TablePrefix(Table::kRequest).size()));
}

bool ResultExists(const storage::v1::RequestRow::Result& result,
                  const storage::v1::Counters& counters) {
  return result.record_no() < counters.next_record_no() &&
         result.enterprise_no() < counters.next_enterprise_no() &&
         result.version_sequence() <= counters.sequence();
}

absl::Status CheckRequest(VerifyRun& run, Relations& relations,
                          const std::string& key, const std::string& value) {
  const auto row =
      run.Decode<storage::v1::RequestRow>(Table::kRequest, value, 0);
  if (!row.has_value()) return absl::OkStatus();
  const storage::v1::Counters& counters = run.counters();
  if (row->payload_mac().size() != kMacBytes || row->recorded_us() < 0) {
    run.Fault(Table::kRequest, "payload_mac or time is none", row->sequence());
  }
  if (row->sequence() > counters.sequence() ||
      !std::all_of(row->results().begin(), row->results().end(),
                   [&](const storage::v1::RequestRow::Result& result) {
                     return ResultExists(result, counters);
                   })) {
    run.Fault(Table::kRequest, "names what does not exist", row->sequence());
  }
  if (row->recorded_us() < 0) return absl::OkStatus();
  return relations.Expect(
      Relation::kRequestAge, AgeKeyOf(row->recorded_us(), key),
      EncodeValue(storage::v1::EmptyRow()), row->sequence());
}

class QuarantineCheck {
 public:
  QuarantineCheck(VerifyRun& run, Relations& relations)
      : run_(run),
        relations_(relations),
        sealed_(run, SealedKind::kQuarantine) {}

  absl::Status Take(std::uint64_t number, absl::string_view value) {
    CREDITREG_RETURN_IF_ERROR(PassOver(number));
    const auto row = run_.Decode<storage::v1::QuarantineRow>(Table::kQuarantine,
                                                             value, number);
    CREDITREG_ASSIGN_OR_RETURN(
        const std::optional<storage::v1::SealedRow> sealed, TakeSealed(number));
    if (!row.has_value()) return absl::OkStatus();
    relations_.Found(Relation::kQuarantine, QuarantineKey(number),
                     ProjectQuarantine(row->received_us(), row->request_id(),
                                       row->import_row()));
    if (sealed.has_value() && sealed->data_key() != row->data_key()) {
      run_.Fault(Table::kQuarantine, "data_key is not that of its sealed row",
                 number);
    }
    return ExpectKeyRow(number, *row, sealed);
  }

  // Sealed rows of numbers below: no row kept aside is theirs.
  absl::Status PassOver(std::uint64_t number) {
    while (true) {
      CREDITREG_ASSIGN_OR_RETURN(const NumberedCursor::Row* const row,
                                 sealed_.Peek());
      if (row == nullptr || row->number >= number) return absl::OkStatus();
      run_.Fault(Table::kSealed, "no quarantine row has it", row->number);
      sealed_.Pop();
    }
  }

 private:
  absl::StatusOr<std::optional<storage::v1::SealedRow>> TakeSealed(
      std::uint64_t number) {
    std::optional<storage::v1::SealedRow> sealed;
    CREDITREG_ASSIGN_OR_RETURN(const NumberedCursor::Row* const row,
                               sealed_.Peek());
    if (row == nullptr || row->number != number || row->sequence != 0) {
      run_.Fault(Table::kSealed, "missing for a quarantine row", number);
      return sealed;
    }
    sealed =
        run_.Decode<storage::v1::SealedRow>(Table::kSealed, row->value, number);
    sealed_.Pop();
    return sealed;
  }

  // The key row's own key is a hash of what is sealed: without opening that,
  // key rows are matched by what they lead to.
  absl::Status ExpectKeyRow(
      std::uint64_t number, const storage::v1::QuarantineRow& row,
      const std::optional<storage::v1::SealedRow>& sealed) {
    storage::v1::QuarantineKeyRow key_row;
    key_row.set_quarantine_no(number);
    const std::string value = EncodeValue(key_row);
    CREDITREG_RETURN_IF_ERROR(
        relations_.Expect(Relation::kQuarantineKey, "", value, number));
    if (!run_.open_sealed() || !sealed.has_value() || run_.searching()) {
      return absl::OkStatus();
    }
    CREDITREG_ASSIGN_OR_RETURN(
        const std::optional<std::string> bytes,
        OpenSealedRow(run_, SealedKind::kQuarantine, number, 0, *sealed));
    if (!bytes.has_value()) return absl::OkStatus();
    const auto raw =
        run_.Decode<storage::v1::RawRow>(Table::kSealed, *bytes, number);
    if (!raw.has_value()) return absl::OkStatus();
    CREDITREG_ASSIGN_OR_RETURN(
        const std::optional<std::string> stored,
        GetUndamaged(run_.rows(), QuarantineHashKey(QuarantineHash(
                                      row.source_id(), row.format(), *raw,
                                      run_.keys().hmac))));
    if (stored != value) {
      run_.Fault(Table::kQuarantineKey, "does not lead to its quarantine row",
                 number);
    }
    return absl::OkStatus();
  }

  VerifyRun& run_;
  Relations& relations_;
  NumberedCursor sealed_;
};

// One import, as its outcomes must fit it.
struct KnownImport {
  std::uint64_t import_no = 0;
  std::uint64_t rows_done = 0;
  std::uint64_t pending = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t rejected = 0;
  std::uint64_t flagged = 0;
};

bool ImportFits(const storage::v1::ImportRow& row,
                const storage::v1::Counters& counters) {
  const std::uint64_t outcomes = row.created() + row.updated() +
                                 row.unchanged() + row.pending() +
                                 row.quarantined() + row.rejected();
  if (outcomes != row.rows_done() || row.sequence() > counters.sequence() ||
      row.import_no() == 0 || row.import_no() >= counters.next_import_no()) {
    return false;
  }
  return row.finished_us() == 0 || (row.bytes_done() == row.total_bytes() &&
                                    row.prefix_sm3() == row.file_sm3());
}

// What the outcome rows of one import add up to: rows with these outcomes
// always have a finding, so they have a row.
class OutcomeCheck {
 public:
  OutcomeCheck(VerifyRun& run, std::vector<KnownImport> imports)
      : run_(run), imports_(std::move(imports)) {}

  void Take(std::uint64_t import_no, std::uint64_t row,
            absl::string_view value) {
    FinishBefore(import_no);
    const auto outcome = run_.Decode<storage::v1::ImportRowOutcome>(
        Table::kImportOutcome, value, import_no);
    if (next_ == imports_.size() || imports_[next_].import_no != import_no) {
      run_.Fault(Table::kImportOutcome, "its import does not exist", import_no);
      return;
    }
    if (row == 0 || row > imports_[next_].rows_done) {
      run_.Fault(Table::kImportOutcome, "of a row its import has not done",
                 import_no);
    }
    if (outcome.has_value()) Count(*outcome);
  }

  // Compares imports whose outcomes were all read.
  void FinishBefore(std::uint64_t import_no) {
    while (next_ < imports_.size() && imports_[next_].import_no < import_no) {
      const KnownImport& known = imports_[next_];
      if (known.pending != seen_.pending || known.rejected != seen_.rejected ||
          known.quarantined != seen_.quarantined ||
          known.flagged != seen_.flagged) {
        run_.Fault(Table::kImportOutcome, "do not add up to their import",
                   known.import_no);
      }
      seen_ = KnownImport();
      ++next_;
    }
  }

 private:
  void Count(const storage::v1::ImportRowOutcome& outcome) {
    switch (static_cast<Outcome>(outcome.outcome())) {
      case Outcome::kQuarantined:
        ++seen_.quarantined;
        return;
      case Outcome::kRejected:
        ++seen_.rejected;
        return;
      case Outcome::kPending:
        ++seen_.pending;
        break;
      case Outcome::kCreated:
      case Outcome::kUpdated:
      case Outcome::kUnchanged:
        break;
    }
    const bool warned =
        std::any_of(outcome.findings().begin(), outcome.findings().end(),
                    [](const storage::v1::StoredFinding& finding) {
                      return finding.severity() ==
                             static_cast<std::uint32_t>(Severity::kWarning);
                    });
    if (warned) ++seen_.flagged;
  }

  VerifyRun& run_;
  const std::vector<KnownImport> imports_;
  std::size_t next_ = 0;
  KnownImport seen_;
};

// Imports by number: a few dozen bytes for each.
absl::StatusOr<std::vector<KnownImport>> ReadImports(VerifyRun& run) {
  std::vector<KnownImport> imports;
  CREDITREG_RETURN_IF_ERROR(ForEachRow(
      run, Table::kImport, [&](const std::string&, const std::string& value) {
        const auto row =
            run.Decode<storage::v1::ImportRow>(Table::kImport, value, 0);
        if (!row.has_value()) return absl::OkStatus();
        if (!ImportFits(*row, run.counters())) {
          run.Fault(Table::kImport, "contradicts itself or counters",
                    row->import_no());
        }
        imports.push_back({row->import_no(), row->rows_done(), row->pending(),
                           row->quarantined(), row->rejected(),
                           row->flagged()});
        return absl::OkStatus();
      }));
  std::sort(imports.begin(), imports.end(),
            [](const KnownImport& a, const KnownImport& b) {
              return a.import_no < b.import_no;
            });
  for (std::size_t i = 1; i < imports.size(); ++i) {
    if (imports[i].import_no == imports[i - 1].import_no) {
      run.Fault(Table::kImport, "has the number of another",
                imports[i].import_no);
    }
  }
  return imports;
}

}  // namespace

absl::Status CheckRequests(VerifyRun& run, Relations& relations) {
  CREDITREG_RETURN_IF_ERROR(
      ForEachRow(run, Table::kRequest,
                 [&](const std::string& key, const std::string& value) {
                   return CheckRequest(run, relations, key, value);
                 }));
  if (run.searching()) return absl::OkStatus();
  return ForEachRow(run, Table::kRequestAge,
                    [&](const std::string& key, const std::string& value) {
                      relations.Found(Relation::kRequestAge, key, value);
                      return absl::OkStatus();
                    });
}

absl::Status CheckQuarantine(VerifyRun& run, Relations& relations,
                             Recount* recount) {
  QuarantineCheck check(run, relations);
  NumberedCursor cursor(run, Table::kQuarantine);
  while (true) {
    CREDITREG_ASSIGN_OR_RETURN(const NumberedCursor::Row* const row,
                               cursor.Peek());
    if (row == nullptr) break;
    CREDITREG_RETURN_IF_ERROR(check.Take(row->number, row->value));
    storage::v1::Counters& counters = recount->counters;
    counters.set_next_quarantine_no(row->number);
    counters.set_quarantined(counters.quarantined() + 1);
    const auto kept = DecodeValue<storage::v1::QuarantineRow>(row->value);
    if (kept.ok() && kept->family() != storage::v1::FAMILY_UNSPECIFIED) {
      recount->quality[QualityKeyOf(*kept)] += QualityOf(*kept);
    }
    cursor.Pop();
  }
  CREDITREG_RETURN_IF_ERROR(
      check.PassOver(std::numeric_limits<std::uint64_t>::max()));
  if (run.searching()) return absl::OkStatus();
  return ForEachRow(run, Table::kQuarantineKey,
                    [&](const std::string&, const std::string& value) {
                      relations.Found(Relation::kQuarantineKey, "", value);
                      return absl::OkStatus();
                    });
}

absl::Status CheckImports(VerifyRun& run, Recount* recount) {
  CREDITREG_ASSIGN_OR_RETURN(std::vector<KnownImport> imports,
                             ReadImports(run));
  if (!imports.empty()) {
    recount->counters.set_next_import_no(imports.back().import_no);
  }
  // Numbers are taken and imports stored together, and none is ever deleted.
  const std::uint64_t taken =
      run.counters().next_import_no() - std::uint64_t{1};
  if (imports.size() != taken) {
    run.Fault(Table::kImport, "there are not as many as numbers were taken",
              taken);
  }
  OutcomeCheck check(run, std::move(imports));
  NumberedCursor cursor(run, Table::kImportOutcome);
  while (true) {
    CREDITREG_ASSIGN_OR_RETURN(const NumberedCursor::Row* const row,
                               cursor.Peek());
    if (row == nullptr) break;
    check.Take(row->number, row->sequence, row->value);
    cursor.Pop();
  }
  check.FinishBefore(std::numeric_limits<std::uint64_t>::max());
  return absl::OkStatus();
}

}  // namespace creditreg
