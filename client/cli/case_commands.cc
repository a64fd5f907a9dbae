// creditctl case, cases, withdrawals.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/commands.h"
#include "client/cli/describe.h"
#include "client/cli/pages.h"
#include "client/cli/table.h"

namespace creditreg::cli {
namespace {

constexpr int kMaxPage = 500;

// The clocks that run, the first one first.
std::string Clocks(Session& session, const v1::Case& one) {
  std::vector<std::string> clocks;
  for (const v1::CaseClock& clock : one.clocks()) {
    std::string text = absl::StrCat(clock.clock(), " ", clock.due_on());
    if (clock.estimated()) {
      absl::StrAppend(&text, " ", session.Say(texts::kEstimated));
    }
    if (clock.overdue()) {
      absl::StrAppend(&text, " ", session.Say(texts::kOverdue));
    }
    clocks.push_back(std::move(text));
  }
  return absl::StrJoin(clocks, "; ");
}

template <typename Response>
ExitCode PrintWhole(Session& session, const Response& response) {
  const absl::Status status = session.PrintJson(response);
  return status.ok() ? ExitCode::kOk : session.Fail(status);
}

ExitCode ShowReceivers(Session& session) {
  const auto answer =
      session.client().ListReceivers(v1::ListReceiversRequest());
  if (!answer.ok()) return session.Fail(answer.status());
  if (session.json()) return PrintWhole(session, *answer);
  std::vector<Cells> rows;
  for (const auto& receiver : answer->receivers()) {
    rows.push_back({receiver.receiver(), Grouped(receiver.open()),
                    Grouped(receiver.late()), receiver.late_since()});
  }
  session.Print(RenderTable({{session.Say(texts::kColumnReceiver)},
                             {session.Say(texts::kColumnOpen), Align::kRight},
                             {session.Say(texts::kColumnLate), Align::kRight},
                             {session.Say(texts::kColumnSince)}},
                            rows, session.width()));
  return ExitCode::kOk;
}

}  // namespace

ExitCode Run(Session& session, const CaseCommand& command) {
  v1::GetCaseRequest request;
  request.set_case_id(command.case_id);
  const auto answer = session.client().GetCase(request);
  if (!answer.ok()) return session.Fail(answer.status());
  if (session.json()) return PrintWhole(session, *answer);
  session.Print(
      RenderFields(Describe(session.lang(), answer->case_()), session.width()));
  return ExitCode::kOk;
}

ExitCode Run(Session& session, const CasesCommand& command) {
  const RowTable table({{session.Say(texts::kColumnCaseId), Align::kLeft, 26},
                        {session.Say(texts::kColumnCaseKind), Align::kLeft, 8},
                        {session.Say(texts::kColumnState), Align::kLeft, 8},
                        {session.Say(texts::kColumnClocks)}},
                       session.width());
  std::int64_t shown = 0;
  v1::ListCasesRequest request;
  request.set_record_id(command.record_id);
  request.set_due_by(command.due_by);
  const auto more = ForEachPage<v1::ListCasesResponse>(
      command.extent, kMaxPage,
      [&](int page_size, const std::string& token) {
        request.set_page_size(page_size);
        request.set_page_token(token);
        return session.client().ListCases(request);
      },
      [&](const v1::ListCasesResponse& page) -> absl::StatusOr<std::int64_t> {
        if (session.json()) {
          const absl::Status status = session.PrintJson(page);
          if (!status.ok()) return status;
        } else {
          if (shown == 0 && page.cases_size() > 0) {
            session.Print(table.Header());
          }
          for (const v1::Case& one : page.cases()) {
            session.Print(table.Row(
                {one.case_id(), LabelOf(session.lang(), one.kind()),
                 LabelOf(session.lang(), one.state()), Clocks(session, one)}));
          }
        }
        shown += page.cases_size();
        return page.cases_size();
      });
  if (!more.ok()) return session.Fail(more.status());
  if (*more) session.Note(session.Say(texts::kMoreRecords));
  if (shown > 0) return ExitCode::kOk;
  session.Note(session.Say(texts::kNoCases));
  return ExitCode::kNothing;
}

ExitCode Run(Session& session, const WithdrawalsCommand& command) {
  if (command.receivers) return ShowReceivers(session);
  v1::ListWithdrawalsRequest request;
  request.set_page_size(kMaxPage);
  bool has_more = true;
  std::vector<Cells> rows;
  while (has_more) {
    const auto answer = session.client().ListWithdrawals(request);
    if (!answer.ok()) return session.Fail(answer.status());
    has_more = answer->has_more() && answer->withdrawals_size() > 0;
    if (session.json()) {
      const absl::Status status = session.PrintJson(*answer);
      if (!status.ok()) return session.Fail(status);
    }
    for (const v1::WithdrawalNotice& notice : answer->withdrawals()) {
      *request.mutable_after() = notice.position();
      rows.push_back({notice.record_id(),
                      LabelOf(session.lang(), notice.reason()),
                      notice.due_on()});
    }
  }
  if (rows.empty()) {
    session.Note(session.Say(texts::kNoWithdrawals));
    return ExitCode::kNothing;
  }
  if (!session.json()) {
    session.Print(RenderTable({{session.Say(texts::kColumnRecordId)},
                               {session.Say(texts::kColumnReason)},
                               {session.Say(texts::kColumnDue)}},
                              rows, session.width()));
  }
  return ExitCode::kOk;
}

}  // namespace creditreg::cli
