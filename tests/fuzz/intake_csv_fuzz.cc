// Claim: any bytes are taken for a file of any format, and what comes of them
// does not depend on how the file was cut on its way. Every row has one verdict
// (a draft that may be stored, or findings that say why not), so that verdicts
// add up to rows. The report of a file can be sent in again as it is and its
// rows then mean the same.
//
// Method: letters for the format, the encoding asked for and the source, a byte
// that cuts the file, the file. It is read whole and in pieces; its report is
// written and read. The cells alone are also written and read as CSV.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "creditreg/v1/intake_service.pb.h"
#include "index/base/check.h"
#include "index/base/civil_day.h"
#include "index/codec/value.h"
#include "index/model/draft.h"
#include "index/model/utf8.h"
#include "server/intake/csv_reader.h"
#include "server/intake/file_reader.h"
#include "server/intake/report.h"
#include "server/intake/row_mapper.h"
#include "tests/fuzz/draft_checks.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/shipped_tables.h"

namespace creditreg {
namespace {

// 2026-11-24; any day would do.
constexpr CivilDay kReceived = CivilDay::FromDays(20781);

constexpr v1::ImportFormat kFormats[] = {
    v1::IMPORT_FORMAT_ENTERPRISE_CSV, v1::IMPORT_FORMAT_LICENCE_CSV,
    v1::IMPORT_FORMAT_PENALTY_CSV, v1::IMPORT_FORMAT_COMPLAINT_CSV};
constexpr v1::TextEncoding kEncodings[] = {v1::TEXT_ENCODING_UNSPECIFIED,
                                           v1::TEXT_ENCODING_UTF8,
                                           v1::TEXT_ENCODING_GB18030};
constexpr absl::string_view kSources[] = {"default", "credit-2016", "gd-sample",
                                          "nobody"};

// Hands the bytes to `reader` in pieces of 1 to 64 bytes that follow from
// `cut`; whole for 0. Its rows are gathered in `rows` as they come.
template <typename Reader, typename Row>
absl::Status Feed(absl::string_view bytes, std::uint32_t cut, Reader& reader,
                  std::vector<Row>& rows) {
  const auto take = [&reader, &rows] {
    for (Row& row : reader.TakeRows()) rows.push_back(std::move(row));
  };
  while (!bytes.empty()) {
    cut = cut == 0 ? 0 : cut * 1664525u + 1013904223u;
    const std::size_t size =
        cut == 0 ? bytes.size()
                 : std::min<std::size_t>(bytes.size(), 1 + (cut >> 26));
    const absl::Status status = reader.Append(bytes.substr(0, size));
    take();
    if (!status.ok()) return status;
    bytes.remove_prefix(size);
  }
  const absl::Status status = reader.Finish();
  take();
  return status;
}

struct CsvFile {
  CsvFile(absl::string_view bytes, std::uint32_t cut) {
    CsvReader reader(0);
    status = Feed(bytes, cut, reader, rows);
  }
  std::vector<CsvRow> rows;
  absl::Status status;
};

void CheckCsv(absl::string_view bytes, std::uint32_t cut) {
  const CsvFile whole(bytes, 0);
  const CsvFile pieces(bytes, cut);
  CREDITREG_CHECK(whole.status == pieces.status,
                  "a file is CSV or not, however it is cut");
  CREDITREG_CHECK(whole.rows.size() == pieces.rows.size(),
                  "a file has its rows, however it is cut");
  std::string written;
  std::uint64_t line = 0;
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < whole.rows.size(); ++i) {
    const CsvRow& row = whole.rows[i];
    CREDITREG_CHECK(row.cells == pieces.rows[i].cells &&
                        row.line == pieces.rows[i].line &&
                        row.end_offset == pieces.rows[i].end_offset,
                    "a row is the same, however the file is cut");
    CREDITREG_CHECK(row.line > line && row.end_offset > end &&
                        row.end_offset <= bytes.size(),
                    "rows stand one behind the other in the file");
    line = row.line;
    end = row.end_offset;
    for (std::size_t k = 0; k < row.cells.size(); ++k) {
      if (k > 0) written.push_back(',');
      AppendCsvCell(row.cells[k], written);
    }
    written.append("\r\n");
  }
  const CsvFile again(written, 0);
  CREDITREG_CHECK(again.status.ok() && again.rows.size() == whole.rows.size(),
                  "rows that are written can be read");
  for (std::size_t i = 0; i < whole.rows.size(); ++i) {
    CREDITREG_CHECK(again.rows[i].cells == whole.rows[i].cells,
                    "cells that are written are read as they were");
  }
}

// How a file is to be read.
struct Reading {
  IntakeTarget target;
  v1::TextEncoding encoding;
  absl::string_view source;
};

struct ReadFile {
  ReadFile(absl::string_view bytes, const Reading& reading, std::uint32_t cut) {
    FileReader reader(ShippedTables(), reading.target,
                      std::string(reading.source), reading.encoding, kReceived);
    status = Feed(bytes, cut, reader, rows);
    header = reader.header();
    if (reader.encoding().has_value()) encoding = *reader.encoding();
  }
  std::vector<FileRow> rows;
  std::vector<std::string> header;
  v1::TextEncoding encoding = v1::TEXT_ENCODING_UNSPECIFIED;
  absl::Status status;
};

std::string BytesOf(const std::vector<Finding>& findings) {
  std::string bytes;
  for (const Finding& finding : findings) {
    absl::StrAppend(&bytes, static_cast<int>(finding.severity), "\n",
                    finding.field, "\n", finding.rule, "\n", finding.message,
                    "\n", finding.suggestion, "\n");
  }
  return bytes;
}

// Everything of a draft but its row's number and raw cells.
std::string BytesOf(const ImportRowDraft& draft) {
  std::string bytes = BytesOf(draft.findings);
  if (draft.enterprise.has_value()) {
    absl::StrAppend(&bytes, "enterprise\n",
                    EncodeValue(draft.enterprise->content),
                    BytesOf(draft.enterprise->findings));
    if (draft.enterprise->personal.has_value()) {
      absl::StrAppend(&bytes, EncodeValue(*draft.enterprise->personal));
    }
  }
  if (draft.record.has_value()) {
    absl::StrAppend(&bytes, "record\n", EncodeValue(draft.record->content),
                    BytesOf(draft.record->findings),
                    EncodeValue(draft.record->personal));
  }
  return bytes;
}

void CheckSame(const ReadFile& whole, const ReadFile& pieces) {
  CREDITREG_CHECK(whole.status == pieces.status,
                  "a file is read to the same end, however it is cut");
  CREDITREG_CHECK(
      whole.header == pieces.header && whole.encoding == pieces.encoding,
      "a file has one header and encoding, however it is cut");
  CREDITREG_CHECK(whole.rows.size() == pieces.rows.size(),
                  "a file has its rows, however it is cut");
  for (std::size_t i = 0; i < whole.rows.size(); ++i) {
    const FileRow& a = whole.rows[i];
    const FileRow& b = pieces.rows[i];
    CREDITREG_CHECK(a.cells == b.cells && a.line == b.line &&
                        a.end_offset == b.end_offset &&
                        a.draft.row == b.draft.row &&
                        BytesOf(a.draft) == BytesOf(b.draft) &&
                        EncodeValue(a.draft.raw) == EncodeValue(b.draft.raw),
                    "a row is the same, however the file is cut");
  }
}

void CheckVerdict(const FileRow& row, IntakeTarget target) {
  const ImportRowDraft& draft = row.draft;
  const bool is_enterprise =
      target == conf::v1::IntakeFormat::TARGET_ENTERPRISE;
  CREDITREG_CHECK(!(is_enterprise ? draft.record.has_value()
                                  : draft.enterprise.has_value()),
                  "a row becomes what its format holds");
  if (draft.enterprise.has_value()) {
    CREDITREG_CHECK(draft.findings.empty(), "a draft carries its findings");
    CheckDraft(*draft.enterprise);
  } else if (draft.record.has_value()) {
    CREDITREG_CHECK(draft.findings.empty(), "a draft carries its findings");
    CheckDraft(*draft.record);
  } else {
    CheckFindings(draft.findings, Errors::kSome);
  }
  CREDITREG_CHECK(draft.raw.columns_size() == draft.raw.cells_size(),
                  "a row kept aside has a cell for every column");
  CheckStorable(draft.raw);
  for (const std::string& cell : row.cells) {
    CREDITREG_CHECK(ValidUtf8(cell), "cells of a report are text");
  }
}

// Findings of a row as the report shows them: whether stored or not.
const std::vector<Finding>& FindingsOf(const ImportRowDraft& draft) {
  if (draft.enterprise.has_value()) return draft.enterprise->findings;
  if (draft.record.has_value()) return draft.record->findings;
  return draft.findings;
}

// Whether the report gives all of the row back: bytes that were no text and
// cells without a header are lost in it.
bool IsWholeInReport(const FileRow& row, std::size_t columns) {
  const auto& findings = row.draft.findings;
  return row.cells.size() <= columns &&
         std::none_of(findings.begin(), findings.end(),
                      [](const Finding& finding) {
                        return finding.rule == "TEXT_ENCODING";
                      });
}

void CheckReport(const ReadFile& file, const Reading& reading) {
  std::string report = ReportHeader(file.header);
  std::vector<const FileRow*> reported;
  for (const FileRow& row : file.rows) {
    if (!IsWholeInReport(row, file.header.size())) continue;
    reported.push_back(&row);
    report.append(ReportLine({row.cells, file.header.size(), row.line,
                              v1::OUTCOME_REJECTED, FindingsOf(row.draft)},
                             ShippedTables(), reading.target));
  }
  const ReadFile again(
      report, {reading.target, v1::TEXT_ENCODING_UNSPECIFIED, reading.source},
      0);
  CREDITREG_CHECK(again.status.ok() && again.rows.size() == reported.size(),
                  "a report can be sent in again as it is");
  for (std::size_t i = 0; i < reported.size(); ++i) {
    CREDITREG_CHECK(BytesOf(again.rows[i].draft) == BytesOf(reported[i]->draft),
                    "a reported row means what it meant");
  }
}

void CheckFile(absl::string_view bytes, const Reading& reading,
               std::uint32_t cut) {
  const ReadFile whole(bytes, reading, 0);
  CheckSame(whole, ReadFile(bytes, reading, cut));
  std::uint64_t row_no = 0;
  for (const FileRow& row : whole.rows) {
    CREDITREG_CHECK(row.draft.row == ++row_no, "rows are numbered from 1");
    CheckVerdict(row, reading.target);
  }
  // A report's cells are rows of CSV again, too wide for it where six columns
  // do not fit behind a file's own.
  constexpr std::size_t kReportColumnCount = std::size(kReportColumns);
  if (!whole.header.empty() &&
      whole.header.size() + kReportColumnCount <= CsvReader::kMaxColumns) {
    CheckReport(whole, reading);
  }
}

}  // namespace
}  // namespace creditreg

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  creditreg::FuzzInput input(data, size);
  const creditreg::Reading reading{
      creditreg::TargetOfFormat(creditreg::kFormats[input.Choice(4)]),
      creditreg::kEncodings[input.Choice(3)],
      creditreg::kSources[input.Choice(4)]};
  const std::uint32_t cut = 1 + input.Byte();
  creditreg::CheckCsv(input.Rest(), cut);
  creditreg::CheckFile(input.Rest(), reading, cut);
  return 0;
}
