// Reads whole files for the tests of intake.

#ifndef CREDITREG_TESTS_SERVER_INTAKE_FILE_CASES_H_
#define CREDITREG_TESTS_SERVER_INTAKE_FILE_CASES_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/intake/file_reader.h"
#include "tests/server/wire/draft_cases.h"

namespace creditreg {

struct ReadFile {
  absl::Status status;
  std::vector<FileRow> rows;
  std::vector<std::string> header;
  v1::TextEncoding encoding = v1::TEXT_ENCODING_UNSPECIFIED;
};

struct ReadOptions {
  std::string source = "default";
  v1::TextEncoding encoding = v1::TEXT_ENCODING_UNSPECIFIED;
  CivilDay received = CivilDay::Unknown();
};

// `chunks` are handed in one by one; rows are taken after each.
inline ReadFile ReadChunks(IntakeTarget target,
                           const std::vector<absl::string_view>& chunks,
                           const ReadOptions& options = {}) {
  FileReader reader(ShippedTables(), target, options.source, options.encoding,
                    options.received);
  ReadFile file;
  const auto take = [&] {
    for (FileRow& row : reader.TakeRows()) file.rows.push_back(std::move(row));
  };
  for (const absl::string_view chunk : chunks) {
    file.status = reader.Append(chunk);
    take();
    if (!file.status.ok()) break;
  }
  if (file.status.ok()) {
    file.status = reader.Finish();
    take();
  }
  file.header = reader.header();
  file.encoding = reader.encoding().value_or(v1::TEXT_ENCODING_UNSPECIFIED);
  return file;
}

inline ReadFile ReadWhole(IntakeTarget target, absl::string_view bytes,
                          const ReadOptions& options = {}) {
  return ReadChunks(target, {bytes}, options);
}

// All findings of a row, whether it is a draft or not.
inline const std::vector<Finding>& FindingsOf(const FileRow& row) {
  if (row.draft.enterprise.has_value()) return row.draft.enterprise->findings;
  if (row.draft.record.has_value()) return row.draft.record->findings;
  return row.draft.findings;
}

inline bool IsDraft(const FileRow& row) {
  return row.draft.enterprise.has_value() || row.draft.record.has_value();
}

}  // namespace creditreg

#endif  // CREDITREG_TESTS_SERVER_INTAKE_FILE_CASES_H_
