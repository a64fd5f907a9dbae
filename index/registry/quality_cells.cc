#include "index/registry/quality_cells.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/status_macros.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/registry/rows.h"

namespace creditreg {

storage::v1::Family FamilyOfFormat(std::uint32_t format) {
  switch (format) {
    case 2:
      return storage::v1::FAMILY_LICENCE;
    case 3:
      return storage::v1::FAMILY_PENALTY;
    case 4:
      return storage::v1::FAMILY_COMPLAINT;
    default:
      return storage::v1::FAMILY_UNSPECIFIED;
  }
}

absl::StatusOr<std::pair<std::string, storage::v1::QualityCellRow>>
QualityRowWith(const QualityKey& key, const QualityCell& cell,
               const Snapshot& rows) {
  std::string row_key = QualityCellKey(key.month, key.source_id, key.region,
                                       static_cast<std::uint8_t>(key.family));
  CREDITREG_ASSIGN_OR_RETURN(
      const std::optional<storage::v1::QualityCellRow> row,
      ReadRow<storage::v1::QualityCellRow>(rows, row_key));
  return std::make_pair(std::move(row_key),
                        RowOf(row.has_value() ? CellOf(*row) + cell : cell));
}

absl::Status AddToQuality(const QualityKey& key, const QualityCell& cell,
                          Transaction& transaction) {
  CREDITREG_ASSIGN_OR_RETURN(auto row, QualityRowWith(key, cell, transaction));
  transaction.Put(std::move(row.first), row.second);
  return absl::OkStatus();
}

absl::StatusOr<QualityCells> ReadQuality(const Snapshot& rows, CivilDay first,
                                         CivilDay last, std::size_t limit) {
  QualityCells cells;
  ScanRange range;
  range.begin = QualityCellPrefix(first);
  range.end = PrefixEnd(QualityCellPrefix(last));
  while (!range.begin.empty()) {
    CREDITREG_ASSIGN_OR_RETURN(ScanPage page, rows.Scan(range));
    for (const auto& [key, value] : page.rows) {
      if (cells.cells.size() == limit) {
        cells.truncated = true;
        return cells;
      }
      CREDITREG_ASSIGN_OR_RETURN(QualityCellEntry entry,
                                 DecodeQualityCellKey(key));
      CREDITREG_ASSIGN_OR_RETURN(
          const auto row, DecodeValue<storage::v1::QualityCellRow>(value));
      cells.cells.emplace_back(
          QualityKey{std::move(entry.source_id), std::move(entry.region),
                     entry.month,
                     static_cast<storage::v1::Family>(entry.family)},
          CellOf(row));
    }
    range.begin = std::move(page.next);
  }
  return cells;
}

}  // namespace creditreg
