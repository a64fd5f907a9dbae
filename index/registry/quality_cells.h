// The stored cells of source quality (index/publication/source_quality.h): what
// the writer adds to them.
//
// Thread safety: AddToQuality() on the writer's thread only, ReadQuality() from
// any thread.

#ifndef CREDITREG_INDEX_REGISTRY_QUALITY_CELLS_H_
#define CREDITREG_INDEX_REGISTRY_QUALITY_CELLS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/civil_day.h"
#include "index/publication/source_quality.h"
#include "index/registry/transaction.h"
#include "index/registry/view.h"
#include "index/store/store.h"

namespace creditreg {

// Family of the rows of a file in one of creditreg.v1.ImportFormat (by number);
// unspecified: they are no records.
storage::v1::Family FamilyOfFormat(std::uint32_t format);

// A stored cell and what is added to it.
//
// Errors: DataLoss, Unavailable.
absl::StatusOr<std::pair<std::string, storage::v1::QualityCellRow>>
QualityRowWith(const QualityKey& key, const QualityCell& cell,
               const Snapshot& rows);

// Errors: DataLoss, Unavailable.
absl::Status AddToQuality(const QualityKey& key, const QualityCell& cell,
                          Transaction& transaction);

// Cells of the months from `first` to `last`, which are first days of months,
// by month, source, region and family; at most `limit` of them.
//
// Errors: DataLoss, Unavailable.
absl::StatusOr<QualityCells> ReadQuality(const Snapshot& rows, CivilDay first,
                                         CivilDay last, std::size_t limit);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_QUALITY_CELLS_H_
