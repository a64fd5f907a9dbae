#include "index/publication/source_quality.h"

#include "absl/time/civil_time.h"
#include "index/base/check.h"

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
