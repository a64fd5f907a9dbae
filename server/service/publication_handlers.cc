#include "server/service/publication_handlers.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "index/base/civil_day.h"
#include "index/base/status_macros.h"
#include "index/publication/procedures.h"
#include "index/publication/rules.h"
#include "index/publication/source_quality.h"
#include "index/publication/tables.h"
#include "index/registry/view.h"
#include "server/service/page_limits.h"
#include "server/service/pinned_state.h"
#include "server/service/public_handlers.h"
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

// What `tables` are, one message each.
template <typename Response>
void AddTables(const PublicationTables& tables, Response* response) {
  for (const absl::string_view name : kTableNames) {
    if (tables.VersionOf(name) == 0) continue;
    v1::ListTablesResponse::Table* const table = response->add_tables();
    table->set_name(std::string(name));
    table->set_version(tables.VersionOf(name));
    if (name == kCreditChinaTable || name == kGsxtTable) {
      FillTable(*tables.Of(ChannelOfTable(name)), table);
    }
    if (name == kProceduresTable) FillTable(*tables.procedures(), table);
  }
}

// As the contract says.
constexpr int kMaxMonths = 36;
constexpr std::size_t kMaxCells = 10000;
// Cells that are read for one answer: those of a province's sources in three
// years.
constexpr std::size_t kMaxCellsRead = 1000000;
constexpr std::size_t kMaxSourceChars = 64;
constexpr std::int64_t kBasisPoints = 10000;

// The first day of "YYYY-MM".
CivilDay MonthOf(absl::string_view field, const std::string& text,
                 FieldViolations* violations) {
  const absl::StatusOr<CivilDay> day =
      CivilDay::ParseIso(absl::StrCat(text, "-01"));
  if (day.ok()) return *day;
  violations->Add(field, "no month, want YYYY-MM");
  return CivilDay::Unknown();
}

// Months from one to the other, both included.
int MonthsBetween(CivilDay first, CivilDay last) {
  const absl::CivilMonth from(*first.civil());
  const absl::CivilMonth to(*last.civil());
  return static_cast<int>(to - from) + 1;
}

void FillCell(const QualityCell& cell,
              v1::GetSourceQualityResponse::Cell* message) {
  message->set_reported(cell.reported());
  message->set_rejected_rows(cell.rejected_rows);
  message->set_quarantined_rows(cell.quarantined_rows);
  message->set_compliant(cell.compliant);
  message->set_timely(cell.timely);
  message->set_late(cell.late);
  message->set_undated(cell.undated);
  message->set_estimated(cell.estimated);
  const auto points = [](const Rate& rate) {
    return static_cast<std::int32_t>(rate.part * kBasisPoints / rate.whole);
  };
  if (const auto rate = ComplianceRate(cell)) {
    message->set_compliance_bp(points(*rate));
  }
  if (const auto rate = TimelinessRate(cell)) {
    message->set_timeliness_bp(points(*rate));
  }
  if (const auto rate = LatenessRate(cell)) {
    message->set_lateness_bp(points(*rate));
  }
}

bool IsAsked(const v1::GetSourceQualityRequest& request,
             const QualityKey& key) {
  return (request.source_id().empty() ||
          request.source_id() == key.source_id) &&
         (request.region().empty() || request.region() == key.region) &&
         (request.families().empty() ||
          std::any_of(request.families().begin(), request.families().end(),
                      [&key](int family) {
                        return family == static_cast<int>(key.family);
                      }));
}

}  // namespace

absl::Status PublicationHandlers::GetSourceQuality(
    const v1::GetSourceQualityRequest& request,
    v1::GetSourceQualityResponse* response) const {
  FieldViolations violations;
  const CivilDay first =
      MonthOf("from_month", request.from_month(), &violations);
  const CivilDay last = MonthOf("to_month", request.to_month(), &violations);
  if (first.is_date() && last.is_date()) {
    const int months = MonthsBetween(first, last);
    if (months < 1 || months > kMaxMonths) {
      violations.Add(
          "to_month",
          absl::StrCat("got ", months, " months, want 1 to ", kMaxMonths));
    }
  }
  CheckText("source_id", request.source_id(), 0, kMaxSourceChars, &violations);
  if (!request.region().empty()) {
    CheckText("region", request.region(), 6, 6, &violations);
  }
  CheckFamilies(request.families(), &violations);
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  const std::shared_ptr<const View> view = environment_.registry->CurrentView();
  CREDITREG_ASSIGN_OR_RETURN(const QualityCells read,
                             view->ReadQuality(first, last, kMaxCellsRead));
  response->set_truncated(read.truncated);
  QualityCell total;
  for (const auto& [key, cell] : read.cells) {
    if (!IsAsked(request, key)) continue;
    total += cell;
    if (static_cast<std::size_t>(response->cells_size()) == kMaxCells) {
      response->set_truncated(true);
      continue;
    }
    v1::GetSourceQualityResponse::Cell* const message = response->add_cells();
    message->set_source_id(key.source_id);
    message->set_month(key.month.ToIso().substr(0, 7));
    message->set_region(key.region);
    message->set_family(static_cast<v1::Family>(key.family));
    FillCell(cell, message);
  }
  FillCell(total, response->mutable_total());
  const ProcedureTable* const procedures = view->tables().procedures();
  if (procedures != nullptr) {
    response->set_report_within_days(
        procedures->sources().report_within_days());
  }
  *response->mutable_position() =
      PositionMessage(environment_.registry->tokens(), view->sequence());
  return absl::OkStatus();
}

absl::Status PublicationHandlers::GetPublicPageAsOf(
    const Caller& caller, const v1::GetPublicPageAsOfRequest& request,
    v1::GetPublicPageAsOfResponse* response) const {
  FieldViolations violations;
  CheckItem(request.item(), "item", &violations);
  if (request.channel() != v1::ChannelPublication::CHANNEL_UNSPECIFIED) {
    CheckChannel(request.channel(), &violations);
  }
  const std::shared_ptr<const View> view = environment_.registry->CurrentView();
  const CivilDay today = Today(*view, *environment_.clock);
  const absl::StatusOr<CivilDay> day = CivilDay::ParseIso(request.date());
  if (!day.ok() || today < *day) {
    violations.Add("date", "want YYYY-MM-DD, not later than today");
  }
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t last, view->LastOfDay(*day));
  PinnedState state;
  state.view = view;
  state.sequence = last;
  if (request.has_at_position()) {
    AskedPositions asked;
    asked.at_position = &request.at_position();
    CREDITREG_ASSIGN_OR_RETURN(state, PinState(*environment_.registry, asked));
    if (state.sequence > last) {
      return absl::FailedPreconditionError(
          "POSITION_TOO_NEW: at_position: of a later day than date");
    }
  }
  state.is_past = state.sequence < state.view->sequence();
  if (state.is_beginning()) {
    return absl::NotFoundError("item: leads to no single enterprise");
  }
  CREDITREG_ASSIGN_OR_RETURN(const TablesPtr tables,
                             state.view->TablesAt(state.sequence));
  const Channel channel =
      request.channel() == v1::ChannelPublication::CHANNEL_UNSPECIFIED
          ? storage::v1::ChannelPublication::CHANNEL_CREDIT_CHINA
          : static_cast<Channel>(request.channel());
  bool is_incomplete = false;
  CREDITREG_RETURN_IF_ERROR(
      PublicHandlers(environment_)
          .GetPageAsOf(caller, request.item(), channel, *day, state, *tables,
                       response->mutable_page(), &is_incomplete));
  response->set_is_incomplete(is_incomplete);
  AddTables(*tables, response);
  caller.notes().position = state.sequence;
  *response->mutable_position() =
      PositionMessage(environment_.registry->tokens(), state.sequence);
  return absl::OkStatus();
}

absl::Status PublicationHandlers::ListTables(
    v1::ListTablesResponse* response) const {
  const std::shared_ptr<const View> view = environment_.registry->CurrentView();
  AddTables(view->tables(), response);
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
  CREDITREG_ASSIGN_OR_RETURN(std::uint64_t from, NumberOf(start, 0));
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
