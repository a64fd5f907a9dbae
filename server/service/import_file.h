// A file on its way in: bytes become batches of rows for the registry, each
// with the SM3 of the file up to its end, so that an interrupted import can
// prove on its return that the file is still the same.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_SERVER_SERVICE_IMPORT_FILE_H_
#define CREDITREG_SERVER_SERVICE_IMPORT_FILE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "creditreg/v1/intake_service.pb.h"
#include "index/base/civil_day.h"
#include "index/codec/crypto.h"
#include "index/registry/registry.h"
#include "server/intake/file_reader.h"
#include "server/wire/field_tables.h"

namespace creditreg {

// Rows that follow each other.
struct ImportBatch {
  std::vector<FileRow> rows;
  // Place in the file where the last one ends, and SM3 of what is before it.
  std::uint64_t bytes_done = 0;
  std::string prefix_sm3;

  std::uint64_t first_row() const { return rows.front().draft.row; }
  std::uint64_t last_row() const { return rows.back().draft.row; }
};

class ImportFile {
 public:
  // Rows of one batch: a group of the writer's takes 1,000, so that two imports
  // share it.
  static constexpr std::size_t kBatchRows = 500;

  ImportFile(const FieldTables& tables, const v1::ImportRequest::Start& start,
             std::string source_id, CivilDay received);

  // Takes the next bytes, or the end of the file. Rows before an error can
  // still be taken.
  //
  // Errors: as FileReader's; nothing may follow.
  absl::Status Append(absl::string_view bytes);
  absl::Status End();

  // Nothing until enough of the file is there.
  std::optional<v1::TextEncoding> encoding() const;

  // Whether TakeBatch() has something to give.
  bool HasBatch() const { return !rows_.empty(); }
  // At most kBatchRows of the rows that are complete; none follows `last_row`
  // within the batch (0: no bound).
  ImportBatch TakeBatch(std::uint64_t last_row);

  std::uint64_t total_bytes() const { return total_bytes_; }
  // SM3 of all bytes so far.
  std::string FileSm3() const;

  // For the report; empty until the header has been read.
  std::string ReportHeader() const;
  std::string ReportLine(const FileRow& row, v1::Outcome outcome,
                         const std::vector<Finding>& findings) const;
  // The column that a finding's field is called by in this format.
  std::string ColumnOf(const std::string& field) const;

 private:
  void TakeRows();

  const FieldTables& tables_;
  const IntakeTarget target_;
  std::unique_ptr<FileReader> reader_;
  std::deque<FileRow> rows_;
  std::uint64_t total_bytes_ = 0;
  Sm3Stream all_;
  // SM3 of what batches have covered, and the bytes after that.
  Sm3Stream prefix_;
  std::uint64_t prefix_bytes_ = 0;
  std::string uncovered_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_IMPORT_FILE_H_
