// From the cells of a row to a draft: which column each cell is, how its text
// is read, and then the rules that messages obey too (server/wire/drafts.h).
//
// Thread safety: immutable once made; Map() may be called from many threads.

#ifndef CREDITREG_SERVER_INTAKE_ROW_MAPPER_H_
#define CREDITREG_SERVER_INTAKE_ROW_MAPPER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "creditreg/v1/intake_service.pb.h"
#include "index/base/civil_day.h"
#include "index/model/draft.h"
#include "server/wire/field_tables.h"

namespace creditreg {

// The table of a file's format; TARGET_UNSPECIFIED where there is none.
IntakeTarget TargetOfFormat(v1::ImportFormat format);

class RowMapper {
 public:
  // Reads a file's header. Columns may stand in any order. The columns that a
  // report adds (report.h) are passed over, so that a repaired report file can
  // be sent back as it is; empty headers at the end and those that the source's
  // table ignores too. A column whose values are a list may come in parts under
  // several of its names.
  //
  // `tables` must outlive the mapper; `received` as drafts.h has it.
  //
  // Errors: InvalidArgument, naming columns by number and never by what stands
  // there (it may be a person's, where the header is missing):
  //   "UNKNOWN_COLUMN: ..."    a header that the format does not know
  //   "DUPLICATE_COLUMN: ..."  two headers that mean the same
  //   "MISSING_COLUMN: ..."    a column without which no row can be stored
  static absl::StatusOr<std::unique_ptr<const RowMapper>> Create(
      const FieldTables& tables, IntakeTarget target, std::string source_id,
      CivilDay received, const std::vector<std::string>& header);

  // `cells` in UTF-8; `row` is 1-based. Never fails: a row that cannot be read
  // is a draft without content and with findings. An enterprise's draft keeps
  // the history that is stored, and has personal fields where the file has
  // columns for them.
  ImportRowDraft Map(std::uint64_t row,
                     const std::vector<std::string>& cells) const;
  // The same without `raw`, for rows that are not kept aside.
  ImportRowDraft MapContent(std::uint64_t row,
                            const std::vector<std::string>& cells) const;

 private:
  RowMapper(const FieldTables& tables, IntakeTarget target,
            std::string source_id, CivilDay received)
      : tables_(tables),
        target_(target),
        source_id_(std::move(source_id)),
        received_(received) {}

  absl::Status ReadHeader(const std::vector<std::string>& header);
  absl::Status CheckColumns(const std::vector<std::string>& header) const;

  storage::v1::RawRow RawOf(const std::vector<std::string>& cells) const;
  // Cells that are passed over, but say something that must not be lost.
  void CheckIgnored(const std::vector<std::string>& cells,
                    std::vector<Finding>& findings) const;
  // Reads the cells into `root`, a RecordInput or PutEnterpriseRequest.
  void ReadCells(const std::vector<std::string>& cells,
                 google::protobuf::Message& root,
                 std::vector<Finding>& findings) const;
  void MapEnterprise(const std::vector<std::string>& cells,
                     ImportRowDraft& draft) const;
  void MapRecord(const std::vector<std::string>& cells,
                 ImportRowDraft& draft) const;

  const FieldTables& tables_;
  const IntakeTarget target_;
  const std::string source_id_;
  const CivilDay received_;
  // One for each cell; null where the cell is passed over.
  std::vector<const FieldColumn*> columns_;
  // Of the cells passed over, those whose values are restricted.
  struct IgnoredCell {
    std::size_t index;
    const conf::v1::IgnoredHeader* spec;
  };
  std::vector<IgnoredCell> ignored_;
  bool has_personal_ = false;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_INTAKE_ROW_MAPPER_H_
