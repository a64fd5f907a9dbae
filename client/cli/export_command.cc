// creditctl export: one enterprise with all its records, complete or not at
// all.

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/describe.h"
#include "client/cli/json_text.h"
#include "client/local_file.h"
#include "client/remote_error.h"
#include "index/base/status_macros.h"

namespace creditreg::cli {
namespace {

constexpr int kPageSize = 500;
// A lease is 10 minutes and a page takes milliseconds, so an expired token
// means that the registry was started again; more than a few times is no
// accident.
constexpr int kMaxRuns = 4;

// The file: {"format", "position", "result", "summary", "records": [...],
// "recordCount", "withheldGroups": [...]}. Values but format, recordCount and
// withheldGroups are protobuf JSON; the last names what was not for the user's
// roles, so that nobody takes the file for the whole.
absl::Status WriteHead(const v1::GetEnterpriseResponse& answer,
                       AtomicFile& file) {
  CREDITREG_ASSIGN_OR_RETURN(const std::string position,
                             ToJson(answer.position()));
  CREDITREG_ASSIGN_OR_RETURN(const std::string result, ToJson(answer.result()));
  CREDITREG_ASSIGN_OR_RETURN(const std::string summary,
                             ToJson(answer.summary()));
  return file.Append(absl::StrCat(
      "{\"format\":\"creditreg.export.v1\",\n\"position\":", position,
      ",\n\"result\":", result, ",\n\"summary\":", summary,
      ",\n\"records\":["));
}

// All pages at the answer's position. Returns the number of records.
absl::StatusOr<std::int64_t> WriteRecords(Session& session,
                                          const v1::LookupItem& item,
                                          const v1::Position& position,
                                          std::set<std::string>& withheld,
                                          AtomicFile& file) {
  v1::ListRecordsRequest request;
  *request.mutable_item() = item;
  *request.mutable_at_position() = position;
  request.set_page_size(kPageSize);
  std::int64_t count = 0;
  while (true) {
    CREDITREG_ASSIGN_OR_RETURN(const v1::ListRecordsResponse page,
                               session.client().ListRecords(request));
    withheld.insert(page.withheld_groups().begin(),
                    page.withheld_groups().end());
    session.NoteWithheld(page.withheld_groups());
    for (const v1::Record& record : page.records()) {
      CREDITREG_ASSIGN_OR_RETURN(const std::string json, ToJson(record));
      CREDITREG_RETURN_IF_ERROR(
          file.Append(absl::StrCat(count == 0 ? "\n" : ",\n", json)));
      ++count;
    }
    if (page.next_page_token().empty()) return count;
    request.set_page_token(page.next_page_token());
  }
}

// One run from the start.
absl::StatusOr<std::int64_t> WriteAll(Session& session,
                                      const ExportCommand& command,
                                      const v1::GetEnterpriseResponse& answer,
                                      AtomicFile& file) {
  CREDITREG_RETURN_IF_ERROR(file.Clear());
  CREDITREG_RETURN_IF_ERROR(WriteHead(answer, file));
  std::set<std::string> withheld(answer.withheld_groups().begin(),
                                 answer.withheld_groups().end());
  session.NoteWithheld(answer.withheld_groups());
  CREDITREG_ASSIGN_OR_RETURN(
      const std::int64_t count,
      WriteRecords(session, command.item, answer.position(), withheld, file));
  std::string groups;
  for (const std::string& group : withheld) {
    absl::StrAppend(&groups, groups.empty() ? "\"" : ",\"", group, "\"");
  }
  CREDITREG_RETURN_IF_ERROR(
      file.Append(absl::StrCat("],\n\"recordCount\":\"", count,
                               "\",\n\"withheldGroups\":[", groups, "]}\n")));
  return count;
}

// Standard output cannot be taken back, so the export waits in a file.
absl::StatusOr<std::unique_ptr<AtomicFile>> CreateFile(
    const ExportCommand& command) {
  if (command.out != "-") return AtomicFile::Create(command.out);
  const char* const folder = std::getenv("TMPDIR");
  return AtomicFile::CreateScratch(
      folder != nullptr && *folder != '\0' ? folder : "/tmp");
}

absl::Status Deliver(Session& session, const ExportCommand& command,
                     AtomicFile& file) {
  if (command.out != "-") return file.Commit();
  return file.CopyToDescriptor(STDOUT_FILENO,
                               session.Say(texts::kStandardOutput));
}

ExitCode ShowVerdict(Session& session, const v1::LookupResult& result) {
  const std::string label = LabelOf(session.lang(), result.verdict());
  session.Note(label.empty() ? session.Say(texts::kUnknownVerdict) : label);
  return ExitCode::kNothing;
}

}  // namespace

ExitCode Run(Session& session, const ExportCommand& command) {
  absl::StatusOr<std::unique_ptr<AtomicFile>> file = CreateFile(command);
  if (!file.ok()) return session.Fail(file.status());
  for (int run = 1;; ++run) {
    v1::GetEnterpriseRequest request;
    *request.mutable_item() = command.item;
    const auto answer = session.client().GetEnterprise(request);
    if (!answer.ok()) return session.Fail(answer.status());
    if (!answer->result().has_enterprise()) {
      return ShowVerdict(session, answer->result());
    }
    const absl::StatusOr<std::int64_t> count =
        WriteAll(session, command, *answer, **file);
    if (count.ok()) {
      const absl::Status status = Deliver(session, command, **file);
      if (!status.ok()) return session.Fail(status);
      session.Note(session.Say(texts::kExported, Grouped(*count), command.out));
      return ExitCode::kOk;
    }
    if (RemoteErrorOf(count.status()).reason != "PAGE_TOKEN_EXPIRED" ||
        run >= kMaxRuns) {
      return session.Fail(count.status());
    }
    session.Note(session.Say(texts::kExportRestart));
  }
}

}  // namespace creditreg::cli
