// creditctl tables, undecided, quality, as-of.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/commands.h"
#include "client/cli/describe.h"
#include "client/cli/pages.h"
#include "client/cli/record_table.h"
#include "client/cli/table.h"

namespace creditreg::cli {
namespace {

constexpr int kMaxPage = 500;

// What is open, for each channel that leaves it so.
std::string Reasons(Lang lang, const v1::Record& record) {
  std::vector<std::string> open;
  for (const v1::Publicity& publicity : record.publicity()) {
    if (publicity.state() != v1::PUBLICITY_STATE_UNDECIDED) continue;
    open.push_back(
        absl::StrCat(LabelOf(lang, publicity.channel()), " ",
                     absl::StrJoin(publicity.undecided_reasons(), " ")));
  }
  return absl::StrJoin(open, "; ");
}

// Parts of 10,000 as "98.76%"; empty: there was nothing.
std::string Percent(bool is_known, std::int32_t points) {
  if (!is_known) return std::string();
  return absl::StrFormat("%d.%02d%%", points / 100, points % 100);
}

Cells QualityCells(Lang lang, const v1::GetSourceQualityResponse::Cell& cell,
                   std::string source) {
  return {std::move(source),
          cell.month(),
          cell.region(),
          cell.family() == v1::FAMILY_UNSPECIFIED
              ? std::string()
              : LabelOf(lang, cell.family()),
          Grouped(cell.reported()),
          Percent(cell.has_compliance_bp(), cell.compliance_bp()),
          Percent(cell.has_timeliness_bp(), cell.timeliness_bp()),
          Percent(cell.has_lateness_bp(), cell.lateness_bp())};
}

}  // namespace

ExitCode Run(Session& session, const QualityCommand& command) {
  const auto answer = session.client().GetSourceQuality(command.request);
  if (!answer.ok()) return session.Fail(answer.status());
  if (session.json()) {
    const absl::Status status = session.PrintJson(*answer);
    return status.ok() ? ExitCode::kOk : session.Fail(status);
  }
  std::vector<Cells> rows;
  for (const auto& cell : answer->cells()) {
    rows.push_back(QualityCells(session.lang(), cell, cell.source_id()));
  }
  rows.push_back(QualityCells(session.lang(), answer->total(),
                              std::string(session.Say(texts::kTotal))));
  session.Print(
      RenderTable({{session.Say(texts::kColumnSource)},
                   {session.Say(texts::kColumnMonth)},
                   {session.Say(texts::kColumnRegion)},
                   {session.Say(texts::kColumnFamily)},
                   {session.Say(texts::kColumnReported), Align::kRight},
                   {session.Say(texts::kColumnCompliance), Align::kRight},
                   {session.Say(texts::kColumnTimeliness), Align::kRight},
                   {session.Say(texts::kColumnLateness), Align::kRight}},
                  rows, session.width()));
  if (answer->truncated()) session.Note(session.Say(texts::kMoreRecords));
  return ExitCode::kOk;
}

ExitCode Run(Session& session, const AsOfCommand& command) {
  const auto answer = session.client().GetPublicPageAsOf(command.request);
  if (!answer.ok()) return session.Fail(answer.status());
  const absl::Status status = session.PrintJson(*answer);
  return status.ok() ? ExitCode::kOk : session.Fail(status);
}

ExitCode Run(Session& session, const TablesCommand& /*command*/) {
  const auto answer = session.client().ListTables();
  if (!answer.ok()) return session.Fail(answer.status());
  if (session.json()) {
    const absl::Status status = session.PrintJson(*answer);
    return status.ok() ? ExitCode::kOk : session.Fail(status);
  }
  std::vector<Cells> rows;
  for (const auto& table : answer->tables()) {
    rows.push_back({table.name(), absl::StrCat(table.version()),
                    absl::StrJoin(table.unconfirmed_rules(), " ")});
  }
  session.Print(
      RenderTable({{session.Say(texts::kColumnTable)},
                   {session.Say(texts::kColumnVersion), Align::kRight},
                   {session.Say(texts::kColumnUnconfirmed)}},
                  rows, session.width()));
  session.Note(
      session.Say(texts::kPublicationDate, answer->publication_date()));
  if (answer->records_to_judge() > 0) {
    session.Note(session.Say(texts::kRecordsToJudge,
                             Grouped(answer->records_to_judge())));
  }
  return ExitCode::kOk;
}

ExitCode Run(Session& session, const UndecidedCommand& command) {
  const RowTable table({{session.Say(texts::kColumnRecordId), Align::kLeft, 26},
                        {session.Say(texts::kColumnReason)}},
                       session.width());
  std::int64_t shown = 0;
  v1::ListUndecidedRecordsRequest request;
  const auto more = ForEachPage<v1::ListUndecidedRecordsResponse>(
      command.extent, kMaxPage,
      [&](int page_size, const std::string& token) {
        request.set_page_size(page_size);
        request.set_page_token(token);
        return session.client().ListUndecidedRecords(request);
      },
      [&](const v1::ListUndecidedRecordsResponse& page)
          -> absl::StatusOr<std::int64_t> {
        session.NoteWithheld(page.withheld_groups());
        if (session.json()) {
          const absl::Status status = session.PrintJson(page);
          if (!status.ok()) return status;
        } else {
          if (shown == 0 && page.records_size() > 0) {
            session.Print(table.Header());
          }
          for (const v1::Record& record : page.records()) {
            session.Print(table.Row(
                {record.record_id(), Reasons(session.lang(), record)}));
          }
        }
        shown += page.records_size();
        return page.records_size();
      });
  if (!more.ok()) return session.Fail(more.status());
  if (*more) session.Note(session.Say(texts::kMoreRecords));
  if (shown > 0) return ExitCode::kOk;
  session.Note(session.Say(texts::kNothingUndecided));
  return ExitCode::kNothing;
}

}  // namespace creditreg::cli
