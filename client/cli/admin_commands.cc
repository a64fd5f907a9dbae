// creditctl stats, verify, keys, health.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/describe.h"
#include "client/cli/table.h"

namespace creditreg::cli {

ExitCode Run(Session& session, const StatsCommand& /*command*/) {
  const auto answer = session.client().GetStats(v1::GetStatsRequest());
  if (!answer.ok()) return session.Fail(answer.status());
  if (session.json()) {
    const absl::Status status = session.PrintJson(*answer);
    return status.ok() ? ExitCode::kOk : session.Fail(status);
  }
  std::vector<Cells> rows = {
      {"version", answer->version(), ""},
      {"started_at", ChinaTime(answer->started_at()), ""}};
  for (const auto& figure : answer->figures()) {
    rows.push_back({figure.name(), Grouped(figure.value()), figure.unit()});
  }
  session.Print(RenderTable({{session.Say(texts::kColumnFigure)},
                             {session.Say(texts::kColumnValue), Align::kRight},
                             {session.Say(texts::kColumnUnit)}},
                            rows, session.width()));
  return ExitCode::kOk;
}

ExitCode Run(Session& session, const VerifyCommand& command) {
  v1::VerifyRequest request;
  request.set_open_sealed(command.open_sealed);
  std::unique_ptr<Progress> progress = session.StartProgress();
  v1::VerifyResponse last;
  absl::Status printed;
  const absl::Status status =
      session.client().Verify(request, [&](const v1::VerifyResponse& response) {
        last = response;
        if (session.json()) {
          if (printed.ok()) printed = session.PrintJson(response);
        }
        ProgressFigures figures;
        figures.label = session.Say(texts::kChecking, response.stage());
        figures.rows = response.rows_checked();
        progress->Update(std::move(figures));
      });
  progress.reset();
  if (!status.ok()) return session.Fail(status);
  if (!printed.ok()) return session.Fail(printed);
  if (!session.json()) {
    std::vector<Field> lines;
    for (const std::string& fault : last.fault_messages()) {
      lines.push_back({0, fault, ""});
    }
    session.Print(RenderFields(lines, session.width()));
    const Text& verdict =
        last.faults() == 0 ? texts::kVerifyClean : texts::kVerifyFaults;
    session.Print(
        last.faults() == 0
            ? absl::StrCat(session.Say(verdict, Grouped(last.rows_checked())),
                           "\n")
            : absl::StrCat(session.Say(verdict, Grouped(last.faults()),
                                       Grouped(last.rows_checked())),
                           "\n"));
  }
  return last.faults() == 0 ? ExitCode::kOk : ExitCode::kFaults;
}

ExitCode Run(Session& session, const KeysCommand& command) {
  if (command.rotate) {
    const auto begun = session.client().RotateMasterKey();
    if (!begun.ok()) return session.Fail(begun.status());
    session.Note(
        session.Say(texts::kRotationBegun, absl::StrCat(begun->to_version())));
  }
  const auto answer = session.client().GetKeyState();
  if (!answer.ok()) return session.Fail(answer.status());
  if (session.json()) {
    const absl::Status status = session.PrintJson(*answer);
    return status.ok() ? ExitCode::kOk : session.Fail(status);
  }
  session.Print(
      RenderFields(Describe(session.lang(), *answer), session.width()));
  return ExitCode::kOk;
}

ExitCode Run(Session& session, const HealthCommand& command) {
  const auto status = session.client().CheckHealth(command.service);
  if (!status.ok()) return session.Fail(status.status());
  absl::string_view name = "UNKNOWN";
  const Text* text = &texts::kHealthUnknown;
  ExitCode code = ExitCode::kUnavailable;
  switch (*status) {
    case ServingStatus::kServing:
      name = "SERVING";
      text = &texts::kHealthServing;
      code = ExitCode::kOk;
      break;
    case ServingStatus::kNotServing:
      name = "NOT_SERVING";
      text = &texts::kHealthNotServing;
      break;
    case ServingStatus::kServiceUnknown:
      name = "SERVICE_UNKNOWN";
      text = &texts::kHealthUnknownService;
      code = ExitCode::kRefused;
      break;
    case ServingStatus::kUnknown:
      break;
  }
  session.Print(session.json() ? absl::StrCat("{\"status\":\"", name, "\"}\n")
                               : absl::StrCat(session.Say(*text), "\n"));
  return code;
}

}  // namespace creditreg::cli
