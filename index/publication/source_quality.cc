#include "index/publication/source_quality.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "index/base/check.h"
#include "index/publication/procedures.h"
#include "index/publication/record_facts.h"

namespace creditreg {
namespace {

// The numbers of a cell, so that none is left out of a sum.
constexpr std::int64_t QualityCell::*kNumbers[] = {
    &QualityCell::records,       &QualityCell::compliant,
    &QualityCell::timely,        &QualityCell::late,
    &QualityCell::undated,       &QualityCell::estimated,
    &QualityCell::rejected_rows, &QualityCell::quarantined_rows,
};
static_assert(sizeof(QualityCell) ==
              sizeof(kNumbers) / sizeof(kNumbers[0]) * sizeof(std::int64_t));

struct Judgement {
  bool late = false;
  bool estimated = false;
};

Judgement Judge(CivilDay decided, CivilDay received,
                const WorkCalendar& calendar, int limit_days) {
  const WorkingDayAnswer too_late =
      calendar.AddWorkingDays(decided, limit_days + 1);
  if (too_late.day <= received) return {true, too_late.estimated};
  const bool certain = received.days() - decided.days() <= limit_days;
  return {false,
          !certain && calendar.WorkingDaysBetween(decided, received).estimated};
}

// Where no table says it: 7 working days of 双公示.
constexpr int kUsualLimitDays = 7;

// The division that registered whoever has the code; empty: no code.
std::string DivisionOfCode(absl::string_view uscc) {
  if (uscc.size() != 18) return std::string();
  const absl::string_view division = uscc.substr(2, 6);
  return std::all_of(division.begin(), division.end(), absl::ascii_isdigit)
             ? std::string(division)
             : std::string();
}

std::optional<Rate> RateOf(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return std::nullopt;
  return Rate{part, whole};
}

}  // namespace

bool QualityCell::is_sound() const {
  for (const auto number : kNumbers) {
    if (this->*number < 0) return false;
  }
  return compliant <= records && timely + late + undated == compliant &&
         estimated <= timely + late;
}

QualityCell& QualityCell::operator+=(const QualityCell& other) {
  for (const auto number : kNumbers) this->*number += other.*number;
  return *this;
}

QualityCell& QualityCell::operator-=(const QualityCell& other) {
  for (const auto number : kNumbers) this->*number -= other.*number;
  return *this;
}

QualityKey QualityKeyOf(storage::v1::Family family, absl::string_view source_id,
                        absl::string_view region, CivilDay received) {
  CREDITREG_CHECK(received.is_date(), "everything was received on a day");
  QualityKey key;
  key.source_id = std::string(source_id);
  key.region = std::string(region);
  key.month = received.PlusDays(1 - received.civil()->day());
  key.family = family;
  return key;
}

QualityKey QualityKeyOf(const QualityRecord& record) {
  return QualityKeyOf(record.family, record.source_id, record.region,
                      record.first_received);
}

QualityCell QualityOf(const QualityRecord& record, const WorkCalendar& calendar,
                      int limit_days) {
  CREDITREG_CHECK(record.first_received.is_date(),
                  "everything was received on a day");
  CREDITREG_CHECK(limit_days >= 0, "nothing is due before its decision");
  QualityCell cell;
  cell.records = 1;
  if (!record.compliant) return cell;
  cell.compliant = 1;
  if (!record.decided_on.is_date()) {
    cell.undated = 1;
    return cell;
  }
  const Judgement judgement =
      Judge(record.decided_on, record.first_received, calendar, limit_days);
  (judgement.late ? cell.late : cell.timely) = 1;
  if (judgement.estimated) cell.estimated = 1;
  return cell;
}

storage::v1::FirstReceipt FirstReceiptOf(
    const storage::v1::RecordVersion& version, CivilDay received,
    const PublicationTables& tables) {
  const storage::v1::Record& content = version.content();
  QualityRecord record;
  record.family = content.family();
  record.source_id = version.info().source_id();
  record.region = DivisionOfCode(content.deciding_agency().uscc());
  record.first_received = received;
  record.decided_on = FactsOf(version).decided;
  record.compliant = version.info().quality_flags().empty();
  const ProcedureTable* const procedures = tables.procedures();
  const QualityCell cell = QualityOf(
      record,
      tables.calendar() == nullptr ? WorkCalendar() : *tables.calendar(),
      procedures == nullptr ? kUsualLimitDays
                            : procedures->sources().report_within_days());
  storage::v1::FirstReceipt receipt;
  receipt.set_source_id(record.source_id);
  receipt.set_region(record.region);
  receipt.set_family(record.family);
  receipt.set_compliant(record.compliant);
  receipt.set_estimated(cell.estimated != 0);
  if (cell.timely != 0) {
    receipt.set_timeliness(storage::v1::FirstReceipt::TIMELINESS_IN_TIME);
  } else if (cell.late != 0) {
    receipt.set_timeliness(storage::v1::FirstReceipt::TIMELINESS_LATE);
  }
  return receipt;
}

QualityKey QualityKeyOf(const storage::v1::RecordVersion& version) {
  return QualityKeyOf(
      version.first_receipt().family(), version.first_receipt().source_id(),
      version.first_receipt().region(),
      ChinaDay(absl::FromUnixMicros(version.info().first_received_us())));
}

QualityCell QualityOf(const storage::v1::FirstReceipt& receipt) {
  QualityCell cell;
  cell.records = 1;
  if (!receipt.compliant()) return cell;
  cell.compliant = 1;
  switch (receipt.timeliness()) {
    case storage::v1::FirstReceipt::TIMELINESS_IN_TIME:
      cell.timely = 1;
      break;
    case storage::v1::FirstReceipt::TIMELINESS_LATE:
      cell.late = 1;
      break;
    default:
      cell.undated = 1;
  }
  if (receipt.estimated()) cell.estimated = 1;
  return cell;
}

QualityCell RejectedRow() {
  QualityCell cell;
  cell.rejected_rows = 1;
  return cell;
}

storage::v1::QualityCellRow RowOf(const QualityCell& cell) {
  CREDITREG_CHECK(cell.is_sound(), "a cell that is kept is sound");
  storage::v1::QualityCellRow row;
  row.set_records(cell.records);
  row.set_compliant(cell.compliant);
  row.set_timely(cell.timely);
  row.set_late(cell.late);
  row.set_undated(cell.undated);
  row.set_estimated(cell.estimated);
  row.set_rejected_rows(cell.rejected_rows);
  row.set_quarantined_rows(cell.quarantined_rows);
  return row;
}

QualityCell CellOf(const storage::v1::QualityCellRow& row) {
  QualityCell cell;
  cell.records = static_cast<std::int64_t>(row.records());
  cell.compliant = static_cast<std::int64_t>(row.compliant());
  cell.timely = static_cast<std::int64_t>(row.timely());
  cell.late = static_cast<std::int64_t>(row.late());
  cell.undated = static_cast<std::int64_t>(row.undated());
  cell.estimated = static_cast<std::int64_t>(row.estimated());
  cell.rejected_rows = static_cast<std::int64_t>(row.rejected_rows());
  cell.quarantined_rows = static_cast<std::int64_t>(row.quarantined_rows());
  return cell;
}

std::optional<Rate> ComplianceRate(const QualityCell& cell) {
  return RateOf(cell.compliant, cell.reported());
}

std::optional<Rate> TimelinessRate(const QualityCell& cell) {
  return RateOf(cell.timely, cell.timely + cell.late);
}

std::optional<Rate> LatenessRate(const QualityCell& cell) {
  return RateOf(cell.late, cell.timely + cell.late);
}

}  // namespace creditreg
