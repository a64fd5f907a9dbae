#include "server/service/publication_handlers.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "index/base/status_macros.h"
#include "index/publication/procedures.h"
#include "index/publication/rules.h"
#include "index/publication/tables.h"
#include "index/registry/view.h"
#include "server/service/page_limits.h"
#include "server/service/pinned_state.h"
#include "server/service/record_reader.h"
#include "server/service/request_bytes.h"
#include "server/service/validate.h"
#include "server/service/withheld_groups.h"
#include "server/wire/answers.h"

namespace creditreg {
namespace {

void FillTable(const PublicationTable& table,
               v1::ListTablesResponse::Table* message) {
  const auto add = [message](bool unconfirmed, const std::string& id) {
    if (unconfirmed) message->add_unconfirmed_rules(id);
  };
  for (const Regime& regime : table.regimes()) {
    add(regime.text.unconfirmed(), regime.text.id());
    for (const Term& term : regime.terms) {
      add(term.text.unconfirmed(), term.text.id());
      message->add_terms(term.text.id());
    }
    for (const conf::v1::Row& row : regime.text.rows()) {
      add(row.unconfirmed(), row.id());
    }
  }
}

void FillTable(const ProcedureTable& table,
               v1::ListTablesResponse::Table* message) {
  for (const conf::v1::Procedure& procedure : table.text().procedures()) {
    if (procedure.unconfirmed()) message->add_unconfirmed_rules(procedure.id());
    for (const conf::v1::ClockRule& clock : procedure.clocks()) {
      if (!clock.unconfirmed()) continue;
      message->add_unconfirmed_rules(
          absl::StrCat(procedure.id(), "/", clock.id()));
    }
  }
  if (table.receivers().unconfirmed()) {
    message->add_unconfirmed_rules("receivers");
  }
  if (table.sources().unconfirmed()) message->add_unconfirmed_rules("sources");
}

}  // namespace

absl::Status PublicationHandlers::ListTables(
    v1::ListTablesResponse* response) const {
  const std::shared_ptr<const View> view = environment_.registry->CurrentView();
  const PublicationTables& tables = view->tables();
  for (const absl::string_view name : kTableNames) {
    if (tables.VersionOf(name) == 0) continue;
    v1::ListTablesResponse::Table* const table = response->add_tables();
    table->set_name(std::string(name));
    table->set_version(tables.VersionOf(name));
    if (name == kCreditChinaTable || name == kGsxtTable) {
      FillTable(*tables.Of(ChannelOfTable(name)), table);
    } else if (name == kProceduresTable) {
      FillTable(*tables.procedures(), table);
    }
  }
  CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t to_judge,
                             view->RecordsToJudge());
  response->set_records_to_judge(static_cast<std::int64_t>(to_judge));
  response->set_publication_date(Today(*view, *environment_.clock).ToIso());
  *response->mutable_position() =
      PositionMessage(environment_.registry->tokens(), view->sequence());
  return absl::OkStatus();
}

absl::Status PublicationHandlers::ListUndecidedRecords(
    const Caller& caller, const v1::ListUndecidedRecordsRequest& request,
    v1::ListUndecidedRecordsResponse* response) const {
  FieldViolations violations;
  CheckPageSize(request.page_size(), kMaxPage, &violations);
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  CREDITREG_RETURN_IF_ERROR(caller.Check({}));
  const std::string query_bytes = QueryBytes(request);
  CREDITREG_ASSIGN_OR_RETURN(
      const PageStart start,
      StartPage(environment_, caller, request.page_token(), query_bytes, {}));
  const PinnedState& state = start.state;
  std::uint64_t from = 0;
  if (!start.cursor.empty() && !absl::SimpleAtoi(start.cursor, &from)) {
    return absl::InvalidArgumentError("page_token: not of this query");
  }
  const TokenCodec& tokens = environment_.registry->tokens();
  // The queue is worked off while it is read: it is always today's.
  RecordReader reader(*state.view, 0, Today(*state.view, *environment_.clock),
                      tokens);
  const std::size_t wanted = PageRows(request.page_size(), kDefaultPage);
  GroupSet withheld;
  std::size_t shown = 0;
  std::size_t bytes = 0;
  do {
    CREDITREG_ASSIGN_OR_RETURN(
        UndecidedPage page,
        state.view->ListUndecided(from, ChunkRows(wanted, shown)));
    for (const RecordAt& record : page.records) {
      CREDITREG_ASSIGN_OR_RETURN(v1::Record message, reader.Message(record));
      caller.notes().record_nos.push_back(record.record_no);
      if (record.version.enterprise_no() != 0) {
        caller.notes().enterprise_nos.push_back(record.version.enterprise_no());
      }
      AccessSubject subject;
      subject.record = &record.version.content();
      withheld |= caller.Withhold(subject, &message);
      bytes += message.ByteSizeLong();
      *response->add_records() = std::move(message);
      ++shown;
    }
    from = page.next_no;
  } while (from != 0 && shown < wanted && bytes < kMaxPageBytes);
  SetWithheld(withheld, response);
  if (from != 0) {
    NextPage next = MakeNextPage(environment_, caller, state, query_bytes,
                                 absl::StrCat(from));
    response->set_next_page_token(std::move(next.token));
    *response->mutable_page_token_expires_at() = next.expires_at;
  }
  caller.notes().position = state.sequence;
  *response->mutable_position() = PositionMessage(tokens, state.sequence);
  return absl::OkStatus();
}

}  // namespace creditreg
