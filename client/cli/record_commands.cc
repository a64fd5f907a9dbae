// creditctl records, record, quarantine, person.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/describe.h"
#include "client/cli/pages.h"
#include "client/cli/record_table.h"
#include "client/cli/table.h"
#include "client/local_file.h"
#include "client/remote_error.h"

namespace creditreg::cli {
namespace {

// The public service's own limit.
constexpr int kMaxPublicPage = 100;

// Prints the pages of either service; the records are `records(page)`.
template <typename Response>
ExitCode ShowRecords(
    Session& session, const RecordsCommand& command, int max_page,
    const std::function<absl::StatusOr<Response>(int, const std::string&)>&
        next,
    const google::protobuf::RepeatedPtrField<v1::Record>& (*records)(
        const Response&)) {
  const RowTable table = RecordTable(session);
  std::int64_t shown = 0;
  const auto more = ForEachPage<Response>(
      command.extent, max_page, next,
      [&](const Response& page) -> absl::StatusOr<std::int64_t> {
        const auto& list = records(page);
        if constexpr (std::is_same_v<Response, v1::ListRecordsResponse>) {
          session.NoteWithheld(page.withheld_groups());
        }
        if (session.json()) {
          const absl::Status status = session.PrintJson(page);
          if (!status.ok()) return status;
        } else {
          if (shown == 0 && !list.empty()) session.Print(table.Header());
          for (const v1::Record& record : list) {
            session.Print(table.Row(RecordCells(session, record)));
          }
        }
        shown += list.size();
        return list.size();
      });
  if (!more.ok()) {
    if (RemoteErrorOf(more.status()).reason == "PAGE_TOKEN_EXPIRED") {
      session.Note(session.Say(texts::kTokenExpired));
    }
    return session.Fail(more.status());
  }
  if (*more) session.Note(session.Say(texts::kMoreRecords));
  if (shown > 0) return ExitCode::kOk;
  session.Note(session.Say(texts::kNoRecords));
  return ExitCode::kNothing;
}

ExitCode RunPublicRecords(Session& session, const RecordsCommand& command) {
  v1::ListPublicRecordsRequest request;
  *request.mutable_item() = command.item;
  return ShowRecords<v1::ListPublicRecordsResponse>(
      session, command, kMaxPublicPage,
      [&](int page_size, const std::string& token) {
        request.set_page_size(page_size);
        request.set_page_token(token);
        return session.client().ListPublicRecords(request);
      },
      [](const v1::ListPublicRecordsResponse& page)
          -> const google::protobuf::RepeatedPtrField<v1::Record>& {
        return page.records();
      });
}

ExitCode RunVersions(Session& session, const RecordCommand& command) {
  const RowTable table(
      {{session.Say(texts::kColumnRecordedAt), Align::kLeft, 19},
       {session.Say(texts::kColumnState), Align::kLeft, 9},
       {session.Say(texts::kColumnEtag), Align::kLeft, 26},
       {session.Say(texts::kColumnNumber), Align::kLeft, 28},
       {session.Say(texts::kColumnAbout), Align::kLeft, 0}},
      session.width());
  v1::ListRecordVersionsRequest request;
  request.set_record_id(command.record_id);
  if (!session.json()) session.Print(table.Header());
  ListExtent everything;
  everything.limit.reset();
  const auto more = ForEachPage<v1::ListRecordVersionsResponse>(
      everything, everything.page_size,
      [&](int page_size, const std::string& token) {
        request.set_page_size(page_size);
        request.set_page_token(token);
        return session.client().ListRecordVersions(request);
      },
      [&](const v1::ListRecordVersionsResponse& page)
          -> absl::StatusOr<std::int64_t> {
        session.NoteWithheld(page.withheld_groups());
        if (session.json()) {
          const absl::Status status = session.PrintJson(page);
          if (!status.ok()) return status;
          return page.versions_size();
        }
        for (const v1::Record& record : page.versions()) {
          const RecordLine line = LineOf(record);
          session.Print(table.Row({ChinaTime(record.recorded_at()),
                                   LabelOf(session.lang(), record.state()),
                                   record.etag(), line.number, line.about}));
        }
        return page.versions_size();
      });
  return more.ok() ? ExitCode::kOk : session.Fail(more.status());
}

// Cells as "CODE=text", only present where personal data was asked for.
std::string SubmittedText(const v1::QuarantinedRow& row) {
  std::string text;
  const int size = std::min(row.columns_size(), row.cells_size());
  for (int i = 0; i < size; ++i) {
    if (row.cells(i).empty()) continue;
    absl::StrAppend(&text, text.empty() ? "" : "; ", row.columns(i), "=",
                    row.cells(i));
  }
  return text;
}

Cells QuarantinedCells(const Session& session, const v1::QuarantinedRow& row) {
  std::string findings;
  for (const v1::Finding& finding : row.findings()) {
    absl::StrAppend(&findings, findings.empty() ? "" : "; ",
                    FindingText(session.lang(), finding));
  }
  const std::string submitted = SubmittedText(row);
  if (!submitted.empty()) absl::StrAppend(&findings, " | ", submitted);
  return {row.row_id(), ChinaTime(row.received_at()), row.source_id(),
          LabelOf(session.lang(), row.family()), findings};
}

// Shows pages of a list as a table, or as JSON. `rows_of` makes lines of a
// page; `none` is noted where there are none.
template <typename Request, typename Response, typename RowsOf>
ExitCode ShowPages(
    Session& session, const ListExtent& extent, Request request,
    absl::StatusOr<Response> (RegistryClient::*list)(const Request&),
    const RowTable& table, const RowsOf& rows_of, const Text& none) {
  std::int64_t shown = 0;
  const auto more = ForEachPage<Response>(
      extent, extent.page_size,
      [&](int page_size, const std::string& token) {
        request.set_page_size(page_size);
        request.set_page_token(token);
        return (session.client().*list)(request);
      },
      [&](const Response& page) -> absl::StatusOr<std::int64_t> {
        session.NoteWithheld(page.withheld_groups());
        const std::vector<Cells> rows = rows_of(page);
        if (session.json()) {
          const absl::Status status = session.PrintJson(page);
          if (!status.ok()) return status;
        } else {
          if (shown == 0 && !rows.empty()) session.Print(table.Header());
          for (const Cells& row : rows) session.Print(table.Row(row));
        }
        const auto count = static_cast<std::int64_t>(rows.size());
        shown += count;
        return count;
      });
  if (!more.ok()) return session.Fail(more.status());
  if (*more) session.Note(session.Say(texts::kMoreRecords));
  if (shown == 0) session.Note(session.Say(none));
  return ExitCode::kOk;
}

Cells HitCells(const Session& session,
               const v1::FindByPersonalNumberResponse::Hit& hit) {
  const bool is_record = hit.has_record();
  return {LabelOf(session.lang(), hit.role()),
          is_record ? hit.record().party().uscc() : hit.enterprise().uscc(),
          is_record ? hit.record().record_id() : "",
          is_record ? hit.record().party().name() : hit.enterprise().name()};
}

}  // namespace

ExitCode Run(Session& session, const RecordsCommand& command) {
  if (session.options().public_view) return RunPublicRecords(session, command);
  v1::ListRecordsRequest request;
  *request.mutable_item() = command.item;
  for (const v1::Family family : command.families) {
    request.add_families(family);
  }
  if (command.at.has_value()) *request.mutable_at_position() = *command.at;
  return ShowRecords<v1::ListRecordsResponse>(
      session, command, command.extent.page_size,
      [&](int page_size, const std::string& token) {
        request.set_page_size(page_size);
        request.set_page_token(token);
        return session.client().ListRecords(request);
      },
      [](const v1::ListRecordsResponse& page)
          -> const google::protobuf::RepeatedPtrField<v1::Record>& {
        return page.records();
      });
}

ExitCode Run(Session& session, const RecordCommand& command) {
  if (command.versions) return RunVersions(session, command);
  v1::GetRecordRequest request;
  request.set_record_id(command.record_id);
  if (command.at.has_value()) *request.mutable_at_position() = *command.at;
  if (!command.personal_purpose.empty()) {
    request.mutable_personal()->set_purpose(command.personal_purpose);
  }
  const auto answer = session.client().GetRecord(request);
  if (!answer.ok()) return session.Fail(answer.status());
  session.NoteWithheld(answer->withheld_groups());
  if (answer->personal_erased()) {
    session.Note(session.Say(texts::kPersonalErased));
  }
  if (session.json()) {
    const absl::Status status = session.PrintJson(*answer);
    return status.ok() ? ExitCode::kOk : session.Fail(status);
  }
  std::vector<Field> fields = {{0, session.Say(texts::kHeadRecord), ""}};
  for (Field& field : Describe(session.lang(), answer->record(), 1)) {
    fields.push_back(std::move(field));
  }
  if (answer->has_personal()) {
    fields.push_back({0, session.Say(texts::kHeadPersonal), ""});
    for (Field& field : Describe(session.lang(), answer->personal(), 1)) {
      fields.push_back(std::move(field));
    }
  }
  fields.push_back(
      {0, FieldLabel(session.lang(), "GetEnterpriseResponse.position"),
       PositionText(answer->position())});
  session.Print(RenderFields(fields, session.width()));
  return ExitCode::kOk;
}

ExitCode Run(Session& session, const QuarantineCommand& command) {
  const RowTable table(
      {{session.Say(texts::kColumnRowId), Align::kLeft, 26},
       {session.Say(texts::kColumnReceivedAt), Align::kLeft, 19},
       {session.Say(texts::kColumnSource), Align::kLeft, 12},
       {session.Say(texts::kColumnFamily), Align::kLeft, 9},
       {session.Say(texts::kColumnFindings), Align::kLeft, 0}},
      session.width());
  v1::ListQuarantinedRowsRequest request;
  request.set_source_id(command.source_id);
  if (!command.personal_purpose.empty()) {
    request.mutable_personal()->set_purpose(command.personal_purpose);
  }
  return ShowPages(
      session, command.extent, std::move(request),
      &RegistryClient::ListQuarantinedRows, table,
      [&session](const v1::ListQuarantinedRowsResponse& page) {
        std::vector<Cells> rows;
        for (const v1::QuarantinedRow& row : page.rows()) {
          rows.push_back(QuarantinedCells(session, row));
        }
        return rows;
      },
      texts::kNoQuarantined);
}

ExitCode Run(Session& session, const PersonCommand& command) {
  // A number and a line's end.
  constexpr std::int64_t kMaxNumberBytes = 256;
  const absl::StatusOr<std::string> text =
      ReadWholeFile(command.file, kMaxNumberBytes);
  if (!text.ok()) return session.Fail(text.status());
  v1::FindByPersonalNumberRequest request;
  request.set_kind(command.kind);
  request.set_number(std::string(absl::StripAsciiWhitespace(*text)));
  request.mutable_personal()->set_purpose(command.personal_purpose);
  const RowTable table(
      {{session.Say(texts::kColumnPersonRole), Align::kLeft, 16},
       {session.Say(texts::kColumnIdentifier), Align::kLeft, 18},
       {session.Say(texts::kColumnRecordId), Align::kLeft, 26},
       {session.Say(texts::kColumnName), Align::kLeft, 0}},
      session.width());
  return ShowPages(
      session, command.extent, std::move(request),
      &RegistryClient::FindByPersonalNumber, table,
      [&session](const v1::FindByPersonalNumberResponse& page) {
        std::vector<Cells> rows;
        for (const auto& hit : page.hits()) {
          rows.push_back(HitCells(session, hit));
        }
        return rows;
      },
      texts::kNoPerson);
}

}  // namespace creditreg::cli
