// How well sources report: what they reported, how much of it is compliant
// (合规), and how much of that came in time (及时) or late (迟报). Figures are
// kept per source, region, month of first receipt and family, in cells that add
// up: the writer adds a record's when it first comes.
//
//   合规率  compliant / reported
//   及时率  timely / (timely + late)
//   迟报率  late / (timely + late), which is 1 less the one above
//
// In time means that from the decision to the first receipt, the day of the
// decision not counted, there are at most so many working days as the limit
// says; so what comes on the days off after the last of them is in time. A
// record without a day of decision is neither timely nor late, and counted
// apart. What should have been reported and was not (上报率, 瞒报率) only the
// deciding agencies' ledgers tell: it is not here.
//
// All of it is judged once, when the first version comes, and kept with the
// record: a timely record that is corrected later stays timely, a late one
// late, and one that broke a rule stays one that did.
//
// Thread safety: plain values; free functions without state.

#ifndef CREDITREG_INDEX_PUBLICATION_SOURCE_QUALITY_H_
#define CREDITREG_INDEX_PUBLICATION_SOURCE_QUALITY_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/civil_day.h"
#include "index/base/working_days.h"
#include "index/publication/tables.h"

namespace creditreg {

// Where something is counted.
struct QualityKey {
  std::string source_id;
  // Division of the deciding agency, 6 digits (GB/T 2260). Empty: not known.
  std::string region;
  // First day of the month of first receipt, in China.
  CivilDay month;
  storage::v1::Family family = storage::v1::FAMILY_UNSPECIFIED;

  friend auto operator<=>(const QualityKey&, const QualityKey&) = default;
  friend bool operator==(const QualityKey&, const QualityKey&) = default;
};

// Numbers, each of records or rows. A difference of cells may have numbers
// below 0; a cell that is kept has not, and is sound.
struct QualityCell {
  std::int64_t records = 0;
  // Of the records, those that break no rule.
  std::int64_t compliant = 0;
  // The compliant ones are one of these three.
  std::int64_t timely = 0;
  std::int64_t late = 0;
  std::int64_t undated = 0;
  // Of the timely and the late ones, those where a day past the calendar
  // decided which.
  std::int64_t estimated = 0;
  // Rows that became no record. A row that is sent again repaired is a record
  // too; one that is taken out of quarantine counts there no longer.
  std::int64_t rejected_rows = 0;
  std::int64_t quarantined_rows = 0;

  // All that was handed in.
  std::int64_t reported() const {
    return records + rejected_rows + quarantined_rows;
  }
  // Nothing below 0, and parts that make up their whole.
  bool is_sound() const;

  QualityCell& operator+=(const QualityCell& other);
  QualityCell& operator-=(const QualityCell& other);
  friend QualityCell operator+(QualityCell a, const QualityCell& b) {
    return a += b;
  }
  friend QualityCell operator-(QualityCell a, const QualityCell& b) {
    return a -= b;
  }
  friend bool operator==(const QualityCell&, const QualityCell&) = default;
};

// What is counted of a record.
struct QualityRecord {
  storage::v1::Family family = storage::v1::FAMILY_UNSPECIFIED;
  std::string source_id;
  std::string region;
  // The day in China on which its first version came. A date.
  CivilDay first_received;
  // Unknown or OpenEnded: without a day of decision.
  CivilDay decided_on;
  // Broke no rule: its version has no quality flag.
  bool compliant = false;
};

// `received` is a date; any day of the month.
QualityKey QualityKeyOf(storage::v1::Family family, absl::string_view source_id,
                        absl::string_view region, CivilDay received);
QualityKey QualityKeyOf(const QualityRecord& record);

// The cell of one record; `limit_days` working days are in time, at least 0.
// What came before its decision is in time. No day that cannot matter is
// judged: what came within `limit_days` days of any kind is timely, and what
// came after the working day past the limit is late, wherever the calendar
// ends.
QualityCell QualityOf(const QualityRecord& record, const WorkCalendar& calendar,
                      int limit_days);

// How a record came first, as it is kept with it: `version` is its first
// version, complete but for that. A calendar and limit of no table: Monday to
// Friday, 7 days.
storage::v1::FirstReceipt FirstReceiptOf(
    const storage::v1::RecordVersion& version, CivilDay received,
    const PublicationTables& tables);
// Where, and as what, a record counts that has a first receipt.
QualityKey QualityKeyOf(const storage::v1::RecordVersion& version);
QualityCell QualityOf(const storage::v1::FirstReceipt& receipt);
// The cell of one row that was rejected.
QualityCell RejectedRow();

storage::v1::QualityCellRow RowOf(const QualityCell& cell);
QualityCell CellOf(const storage::v1::QualityCellRow& row);

// A share, exactly: `whole` is above 0. Not reduced, so that it says of how
// many.
struct Rate {
  std::int64_t part = 0;
  std::int64_t whole = 0;

  friend bool operator==(const Rate&, const Rate&) = default;
};

// Absent where there is nothing to have a share of, which is not 0.
std::optional<Rate> ComplianceRate(const QualityCell& cell);
std::optional<Rate> TimelinessRate(const QualityCell& cell);
std::optional<Rate> LatenessRate(const QualityCell& cell);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_PUBLICATION_SOURCE_QUALITY_H_
